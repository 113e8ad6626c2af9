"""Deferred acceptance against every stable matching there is, listed one by one."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from mentormatch.errors import InputError, TimeLimit, UnsupportedProblem
from mentormatch.network import Arcs, Form, Need, Ranked, Short
from mentormatch.solvers import Hungarian, Network, Stable, blocking, check_objective, choose, deferred_acceptance


def wishes_of(rng, shape, *, wishing, share):
    """Random wishes of both sides: some people rank some others, not all of them allowed."""
    sides = []
    for side in (0, 1):
        own, others = shape[side], shape[1 - side]
        found = [
            (row, other, rank)
            for row in range(own)
            if rng.random() < wishing
            for rank, other in enumerate(rng.permutation(others)[: rng.binomial(others, share)].tolist(), start=1)
        ]
        mine, theirs, rank = np.array(found, np.int64).reshape(-1, 3).T
        sides.append(Ranked(mine, theirs, rank) if side == 0 else Ranked(theirs, mine, rank))
    return tuple(sides)


def small(make, seed):
    """A random instance with ties, closed pairs, wishes and several partners on both sides.

    Every other one has long lists and few places, so that there are several stable matchings.
    """
    rng = np.random.default_rng(seed)
    tight = seed % 2 == 0
    n, m = (int(rng.integers(3, 5)),) * 2 if tight else (int(rng.integers(1, 5)), int(rng.integers(1, 4)))
    scores = rng.integers(0, 3 if seed % 3 else 9, (n, m)) / 8
    scores[rng.random((n, m)) < (0.05 if tight else 0.2)] = np.nan
    if tight:
        most = [1] * n if seed % 4 else [2] * n
        demand = capacity = most
    else:
        demand, capacity = rng.integers(0, 3, n).tolist(), rng.integers(0, 4, m).tolist()
    instance = make(scores, demand=demand, capacity=capacity, objective=("stable",), seed=seed)
    if seed % 5 == 1:
        return instance
    return replace(instance, wished=wishes_of(rng, (n, m), wishing=1 if tight else 0.7, share=0.9 if tight else 0.4))


def lists_of(instance):
    """The preference lists of both sides, best first, in plain Python and straight from the definition."""
    n, m = instance.shape
    scores = instance.score_block(slice(0, n), slice(0, m))
    none = np.empty(0, np.int64)
    ranks = instance.wished or (Ranked(none, none, none),) * 2
    first = [{(i, j): rank for i, j, rank in zip(*(part.tolist() for part in side), strict=True)} for side in ranks]

    def key(side, i, j):
        tie = -int(instance.tie_pairs(np.array([i]), np.array([j]))[0])
        return (0, first[side][i, j]) if (i, j) in first[side] else (1, -scores[i, j], tie)

    mentees = [
        sorted((j for j in range(m) if scores[i, j] == scores[i, j]), key=lambda j: key(0, i, j)) for i in range(n)
    ]
    mentors = [
        sorted((i for i in range(n) if scores[i, j] == scores[i, j]), key=lambda i: key(1, i, j)) for j in range(m)
    ]
    return mentees, mentors


def naive_blocking(instance, pairs, lists):
    """Every pair that blocks, from the definition."""
    found = []
    for i, liked in enumerate(lists[0]):
        for j in liked:
            if (i, j) in pairs:
                continue
            mine = [lists[0][i].index(b) for a, b in pairs if a == i]
            theirs = [lists[1][j].index(a) for a, b in pairs if b == j]
            want, room = instance.mentees.upper[i], instance.mentors.upper[j]
            gains = want > 0 and (len(mine) < want or max(mine) > lists[0][i].index(j))
            if gains and room > 0 and (len(theirs) < room or max(theirs) > lists[1][j].index(i)):
                found.append((i, j))
    return sorted(found)


def every_stable(instance, lists):
    """All stable matchings, by trying every feasible one."""
    choices = [
        [chosen for size in range(int(most) + 1) for chosen in combinations(liked, size)]
        for liked, most in zip(lists[0], instance.mentees.upper, strict=True)
    ]
    for choice in product(*choices):
        pairs = {(i, j) for i, chosen in enumerate(choice) for j in chosen}
        loads = np.bincount([j for _, j in pairs], minlength=instance.shape[1])
        if (loads <= instance.mentors.upper).all() and not naive_blocking(instance, pairs, lists):
            yield pairs


@pytest.mark.parametrize("seed", range(300))
def test_every_mentee_has_the_best_of_all_stable_matchings(make, pairs, seed):
    """Ours is stable, and nobody would trade its mentors for any of those that another stable matching gives."""
    instance = small(make, seed)
    lists = lists_of(instance)
    ours = set(pairs(Stable().solve(instance)))
    candidates = list(every_stable(instance, lists))
    assert ours in candidates
    for other in candidates:
        for i, liked in enumerate(lists[0]):
            mine, theirs = ({b for a, b in made if a == i} for made in (ours, other))
            best = set(sorted(mine | theirs, key=liked.index)[: instance.mentees.upper[i]])
            assert best == mine
            assert len(mine) == len(theirs)  # the rural hospitals theorem, which minimums rest on


def test_there_is_sometimes_more_than_one_stable_matching(make):
    """The instances above tell the best stable matching from others, with one partner each and with two."""
    several = [
        seed % 4 == 0 for seed in range(0, 60, 2) if len(list(every_stable(i := small(make, seed), lists_of(i)))) > 1
    ]
    assert min(several.count(True), several.count(False)) > 1


@pytest.mark.parametrize("seed", range(200))
def test_blocking_pairs_are_those_of_the_definition(make, seed):
    """Of any matching, stable or not, exactly the pairs are found that a loop over the definition finds."""
    instance = small(make, seed)
    lists = lists_of(instance)
    rng = np.random.default_rng(seed)
    pairs = set()
    for i, j in rng.permutation([(i, j) for i, liked in enumerate(lists[0]) for j in liked]).reshape(-1, 2).tolist():
        room = sum(a == i for a, _ in pairs) < instance.mentees.upper[i]
        if room and sum(b == j for _, b in pairs) < instance.mentors.upper[j] and rng.random() < 0.7:
            pairs.add((i, j))
    arcs = Arcs(*np.array(sorted(pairs), np.int64).reshape(-1, 2).T)
    expected = naive_blocking(instance, pairs, lists)
    for memory in (1, 64 << 20):
        parts = blocking(replace(instance, memory=memory), arcs)
        assert [pair for part in parts for pair in zip(part.i.tolist(), part.j.tolist(), strict=True)] == expected


def test_equals_block_only_where_the_hash_counts(make):
    """Two mentees of one score: whoever has the mentor by the hash is not pushed out, and without it neither is."""
    instance = make([[0.5], [0.5]], objective=("stable",))
    (won,) = deferred_acceptance(instance).i.tolist()
    for held, count in ((won, 0), (1 - won, 1)):
        arcs = Arcs(np.array([held]), np.array([0]))
        assert sum(len(part.i) for part in blocking(instance, arcs)) == count
        assert sum(len(part.i) for part in blocking(instance, arcs, ties=False)) == 0


@pytest.mark.parametrize("seed", range(40))
def test_the_size_of_blocks_changes_nothing(make, pairs, seed):
    """A block of one person gives the matching of one block of all."""
    instance = small(make, seed)
    assert pairs(Stable().solve(replace(instance, memory=1))) == pairs(Stable().solve(instance))


def test_equal_hashes_fall_to_the_first_position(make):
    """Even if scores and hashes are all equal there is one result, without a blocking pair."""
    instance = replace(make(np.zeros((3, 2)), objective=("stable",)), tie_pairs=lambda i, j: np.zeros(len(i), np.int64))
    arcs = deferred_acceptance(instance)
    assert list(zip(arcs.i.tolist(), arcs.j.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert not any(len(part.i) for part in blocking(instance, arcs))


def test_a_missed_minimum_names_whoever_misses_it(make):
    """The people whose minimum the stable matching misses are told, and nobody else."""
    with pytest.raises(Short) as caught:
        Stable().solve(make([[0.9, 0.1], [0.8, np.nan]], demand=[(1, 1), (1, 1)], objective=("stable",)))
    assert (caught.value.mentees.tolist(), caught.value.mentors.tolist()) == ([1], [])


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nobody_on_one_side(make, shape):
    """Without mentees or mentors the empty matching is the stable one."""
    instance = make(np.empty(shape), objective=("stable",))
    assert len(Stable().solve(instance).arcs.i) == 0
    assert list(blocking(instance, Stable().solve(instance).arcs)) == []


def test_what_cannot_be_sorted_is_refused_by_its_size(make):
    """Above the limit the error names it, before anything is asked of the scores."""
    people = np.ones(6000, np.int64)
    instance = make(np.zeros((1, 1)), objective=("stable",))
    wide = replace(instance.mentees, lower=people - 1, upper=people)
    with pytest.raises(UnsupportedProblem, match="25,000,000"):
        Stable().solve(replace(instance, mentees=wide, mentors=wide))


def test_time_that_ran_out_is_an_error(make):
    """Cut short, deferred acceptance has no stable matching to show."""
    with pytest.raises(TimeLimit):
        Stable().solve(make(np.zeros((2, 2)), objective=("stable",)), deadline=time.monotonic() - 1)


def test_progress_is_told(make):
    """The stages are told in order."""
    told = []
    Stable().solve(make(np.zeros((2, 2)), objective=("stable",)), progress=lambda *step: told.append(step))
    assert told == [("solve", done, 3) for done in range(4)]


def test_a_long_chain_of_rejections_needs_no_recursion(make, pairs):
    """Two thousand mentees with the same list push one another down it, one by one."""
    n = 2000
    scores = np.repeat(np.arange(n)[None, :] / n, n, axis=0)
    j, i = np.meshgrid(np.arange(n), np.arange(n))
    mentors = Ranked(i.ravel()[: n * 5], j.ravel()[: n * 5], np.repeat(np.arange(1, 6), n))
    none = np.empty(0, np.int64)
    instance = replace(make(scores, objective=("stable",)), wished=(Ranked(none, none, none), mentors))
    assert len(pairs(Stable().solve(instance))) == n


def test_only_stable_solves_the_stable_objective():
    """It is chosen by itself for its objective and never for another; the others refuse, and name it."""
    form = Form(3, 4, frozenset({Need.STABLE, Need.SEVERAL_EACH, Need.MINIMUMS}))
    assert choose(form).name == "stable"
    for name in (Hungarian.name, Network.name):
        with pytest.raises(UnsupportedProblem, match='solver "stable" can'):
            choose(form, name)
    with pytest.raises(UnsupportedProblem, match='for the objective "stable" alone; solver "hungarian" or "network"'):
        choose(Form(3, 4, frozenset()), "stable")


@pytest.mark.parametrize("need", [Need.GROUPS, Need.COUPLED])
def test_quotas_and_coupled_rules_are_refused(need):
    """A stable matching under quotas or rules over several pairs need not exist; no solver claims it."""
    with pytest.raises(UnsupportedProblem, match=need.value):
        choose(Form(3, 4, frozenset({Need.STABLE, need})))


@pytest.mark.parametrize("objective", [("stable", "total"), ("coverage", "stable"), ("stable", "stable")])
def test_the_stable_objective_stands_alone(objective):
    """No tier stands beside it."""
    with pytest.raises(InputError, match="stands alone"):
        check_objective(objective)

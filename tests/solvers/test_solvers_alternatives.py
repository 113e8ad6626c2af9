"""The next best matchings, against every matching there is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, islice
from math import comb, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.network import Arcs, Group, Linear, Short
from mentormatch.solvers import (
    alternatives,
    cycles,
    different,
    exponent,
    is_feasible,
    next_best,
    solve_coupled,
    solve_tiers,
)
from mentormatch.solvers.alternatives import Parts, apart_from, without
from mentormatch.solvers.closeness import Closeness
from mentormatch.solvers.cycles import Ranking
from mentormatch.solvers.restrict import restricted
from mentormatch.solvers.table import Table

SUMS = [
    ("coverage", "total"),
    ("total",),
    ("coverage",),
    ("total", "coverage"),
    ("priority", "total"),
    ("wishes",),
    ("coverage", "priority", "total"),
    ("coverage", "least_change", "total"),
    ("total", "wishes", "coverage"),
    ("priority", "coverage", "wishes", "least_change"),
]
OTHERS = [
    ("coverage", "floor"),
    ("coverage", "leximin"),
    ("coverage", "balance"),
    ("coverage", "floor", "total", "balance"),
    ("coverage", "balance", "leximin"),
    ("coverage", "priority", "wishes", "floor", "leximin", "total", "balance", "least_change"),
]
ALL = 10**9
MOST = 400


def nothing():
    """A tick that never stops the work."""


def again(instance):
    """Solve a part by the exact finish alone."""
    return solve_tiers(instance, None)


def pairs_of(arcs):
    """Pairs as a sorted tuple."""
    return tuple(sorted(zip(arcs.i.tolist(), arcs.j.tolist(), strict=True)))


def arcs_of(pairs):
    """Pairs as arcs."""
    return Arcs(*np.array(list(pairs), np.int64).reshape(-1, 2).T)


def reaches(instance, pairs):
    """What some pairs reach, tier by tier, and the sum of their hashes last: in plain Python, larger is better."""
    e = exponent(instance)
    whole = instance.score_block(slice(0, instance.shape[0]), slice(0, instance.shape[1]))
    scores = sorted(round(float(whole[pair]) * 2.0**e) for pair in pairs)
    outside = [round(instance.held.lowest * 2.0**e)] if instance.held.loads.any() else []
    classes = [int(instance.classes[i]) for i, _ in pairs]
    loads = [int(held) + sum(j == column for _, j in pairs) for column, held in enumerate(instance.held.loads)]
    sides = [
        {(i, j): rank for i, j, rank in zip(*map(np.ndarray.tolist, side), strict=True)} for side in instance.wished
    ]
    voices = [sum(pair in side for side in sides) for pair in pairs]
    meaning = {
        "coverage": len(pairs),
        "priority": tuple(classes.count(number) for number in range(int(instance.classes.max()) + 1)),
        "wishes": (voices.count(2), voices.count(1), -sum(side.get(pair, 0) for pair in pairs for side in sides)),
        "floor": min([*scores, *outside], default=0),
        "leximin": tuple(scores),
        "total": sum(scores),
        "balance": -sum(Fraction(load**2, int(most)) for load, most in zip(loads, instance.capacities, strict=True)),
        "least_change": len(set(pairs) & set(zip(*map(np.ndarray.tolist, instance.previous), strict=True))),
    }
    return *(meaning[tier] for tier in instance.objective), int(instance.tie_pairs(*arcs_of(pairs)).sum())


def every_matching(instance, most=MOST):
    """List all feasible matchings, the best first; None if they are too many to list."""
    n, m = instance.shape
    open_ = instance.allowed_block(slice(0, n), slice(0, m))
    found = [()]
    for i, j in np.argwhere(open_).tolist():
        room = [
            (*pairs, (i, j))
            for pairs in found
            if sum(a == i for a, _ in pairs) < instance.mentees.upper[i]
            and sum(b == j for _, b in pairs) < instance.mentors.upper[j]
        ]
        found += room
        if len(found) > 20 * most:
            return None
    kept = [pairs for pairs in found if is_feasible(instance, arcs_of(pairs)) and keeps(instance, pairs)]
    return sorted(kept, key=lambda pairs: reaches(instance, pairs), reverse=True) if len(kept) <= most else None


def keeps(instance, pairs):
    """Whether pairs keep every rule over several of them, as each is written."""
    partners = [
        [{pair[1 - side] for pair in pairs if pair[side] == one} for one in range(size)]
        for side, size in enumerate(instance.shape)
    ]
    weight = [
        dict(zip(zip(one.i.tolist(), one.j.tolist(), strict=True), one.weight.tolist(), strict=True))
        for one in instance.linear
    ]
    return (
        not any(partners[side][a] & partners[side][b] for side, a, b in instance.apart)
        and all(partners[side][a] == partners[side][b] for side, a, b in instance.alike)
        and all(
            one.lower <= sum(len(partners[one.side][person]) for person in one.people.tolist()) <= one.upper
            for one in instance.groups
        )
        and all(
            one.lower <= sum(own.get(pair, 0) for pair in pairs) <= one.upper
            for one, own in zip(instance.linear, weight, strict=True)
        )
        and not any(0 < len(partners[1][mentor]) < k for mentor, k in instance.open_from)
    )


def coupled(instance, seed):
    """The instance with a few rules over several pairs."""
    rng = np.random.default_rng(seed + 3)
    n, m = instance.shape
    ones = [(side, a, b) for side in (0, 1) for a, b in combinations(range(instance.shape[side]), 2)]
    rules = {}
    if rng.random() < 0.5:
        rules["apart"] = tuple(one for one in ones if rng.random() < 0.3)
    if rng.random() < 0.3:
        rules["alike"] = tuple(one for one in ones if rng.random() < 0.15)
    if rng.random() < 0.4:
        side = int(rng.integers(2))
        people = np.flatnonzero(rng.random(instance.shape[side]) < 0.6)
        rules["groups"] = (Group(side, people, int(rng.random() < 0.3), int(rng.integers(0, 3))),)
    if rng.random() < 0.4:
        i, j = np.nonzero(rng.random((n, m)) < 0.6)
        rules["linear"] = (Linear(i, j, rng.integers(1, 4, len(i)), 0, int(rng.integers(1, 6))),)
    if rng.random() < 0.3:
        rules["open_from"] = ((int(rng.integers(m)), 2),)
    return replace(instance, **rules)


def listed(instance, count=ALL, *, coupled=False, solve=again):
    """The solutions that are found, the best first; None if there is none."""
    try:
        best = solve(instance)
    except Short:
        return None
    return [best, *next_best(instance, best, count, solve, coupled=coupled, tick=nothing)]


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(SUMS), st.sampled_from([(2, 2), (3, 3)]))
def test_every_matching_in_order_where_tiers_are_sums(make, aimed, bounded, seed, objective, most):
    """All matchings come, each once, in the order of the tiers and of the hash, ties and minimums or not."""
    scores, bounds = bounded(seed, most=most)
    instance = aimed(make(scores, objective=objective, **bounds), seed)
    known = every_matching(instance)
    if known is None:
        return
    found = listed(instance)
    assert [pairs_of(one.arcs) for one in found or ()] == known


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(OTHERS))
def test_every_matching_in_order_whatever_the_tiers(make, aimed, bounded, seed, objective):
    """Tiers that are no sums are enumerated as exactly, by solving again."""
    scores, bounds = bounded(seed, most=(2, 2), closed=0.4)
    instance = aimed(make(scores, objective=objective, **bounds), seed)
    known = every_matching(instance, 40)
    if known is None:
        return
    found = listed(instance)
    assert [pairs_of(one.arcs) for one in found or ()] == known


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([*SUMS, *OTHERS]))
def test_every_matching_that_keeps_people_apart(make, aimed, bounded, seed, objective):
    """Beside tensions on either side no matching is left out, and none comes that breaks one."""
    scores, bounds = bounded(seed, most=(2, 3), closed=0.4)
    instance = aimed(make(scores, objective=objective, **bounds), seed)
    rng = np.random.default_rng(seed)
    tense = [(side, a, b) for side in (0, 1) for a, b in combinations(range(instance.shape[side]), 2)]
    instance = replace(instance, apart=tuple(one for one in tense if rng.random() < 0.4))
    known = every_matching(instance, 40)
    if known is None:
        return
    found = listed(instance, coupled=True, solve=solve_coupled)
    assert [pairs_of(one.arcs) for one in found or ()] == known


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(SUMS), st.integers(1, 12), st.integers(0, 3))
def test_asking_for_fewer_changes_nothing(make, aimed, bounded, seed, objective, count, spare):
    """The first so many are the same however many are asked for, and however few pairs are looked at first."""
    scores, bounds = bounded(seed, most=(2, 3))
    instance = aimed(make(scores, objective=objective, **bounds), seed)
    known = every_matching(instance)
    if known is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycles, "_FIRST", 0)
        patch.setattr(cycles, "_SPARE", spare)
        patch.setattr(cycles, "_GROWTH", 2)
        found = listed(instance, count)
    assert [pairs_of(one.arcs) for one in found or ()] == known[:count]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([*SUMS, *OTHERS]))
def test_what_an_alternative_says_of_itself(make, aimed, bounded, seed, objective):
    """Each tier's value is what is reached; its bound is the most of all matchings as good in the tiers before."""
    scores, bounds = bounded(seed, most=(2, 2), closed=0.4)
    instance = aimed(make(scores, objective=objective, **bounds), seed)
    known = every_matching(instance, 40)
    if not known:
        return
    worth = [reaches(instance, pairs) for pairs in known]
    for one, own in zip(listed(instance), worth, strict=True):
        assert tuple(tier.value for tier in one.tiers) == own[:-1]
        for place, tier in enumerate(one.tiers):
            assert tier.bound == max(other[place] for other in worth if other[:place] >= own[:place])
            first = own[: place + 1] == worth[0][: place + 1]
            assert (tier.prices is not None) == first


def test_all_partial_matchings_of_equal_people(make):
    """Where nothing tells people apart, all that there are come, and the largest ones first."""
    for n in range(1, 5):
        found = [len(one.arcs.i) for one in listed(make(np.full((n, n), 0.5)))]
        sizes = [size for size in range(n, -1, -1) for _ in range(comb(n, size) ** 2 * factorial(size))]
        assert found == sizes


def test_nobody_on_one_side(make):
    """With nobody to be matched there is one matching, without pairs."""
    for shape in ((0, 3), (3, 0), (0, 0)):
        assert [len(one.arcs.i) for one in listed(make(np.empty(shape)))] == [0]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["random", "few values", "constant", "ranks"])
def test_cycles_and_solving_again_agree(make, seed, kind):
    """At middling size both ways give the same matchings in the same order, with bounds on both sides too."""
    rng = np.random.default_rng(seed)
    n, m = 9, 7
    scores = {
        "random": rng.random((n, m)),
        "few values": rng.choice([0, 1 / 3, 1 / 2, 2 / 3, 1], (n, m)),
        "constant": np.full((n, m), 0.5),
        "ranks": np.outer(rng.random(n), rng.random(m)),
    }[kind]
    scores[rng.random((n, m)) < 0.2] = np.nan
    lower = rng.integers(0, 2, n) * (seed % 2)
    demand = [(int(low), int(low) + int(rng.integers(0, 2))) for low in lower] if seed % 2 else 1
    instance = make(scores, demand=demand, capacity=[int(one) for one in rng.integers(1, 4, m)])
    try:
        best = again(instance)
    except Short:
        pytest.skip("nobody can be matched so")
    table = Table(instance)
    closeness = Closeness.of(table, best, nothing)
    fast = [pairs_of(arcs) for arcs in Ranking(closeness, 25, nothing)]
    slow = [pairs_of(arcs) for arcs in Parts(table, best, 25, again)]
    assert len(fast) == len(set(fast)) == 24
    assert fast == slow


def test_the_listing_order_decides_nothing(make):
    """The same people in another order, known by the same names, have the same matchings in the same order."""
    rng = np.random.default_rng(5)
    scores = rng.integers(0, 3, (12, 12)) / 2
    rows, columns = rng.permutation(12), rng.permutation(12)
    straight = make(scores, capacity=2)
    mixed = make(scores[rows][:, columns], capacity=2, names=(rows, columns))
    there = [pairs_of(one.arcs) for one in listed(straight, 60)]
    here = [pairs_of(Arcs(rows[one.arcs.i], columns[one.arcs.j])) for one in listed(mixed, 60)]
    assert there == here


def test_a_matching_that_is_not_the_best_is_not_priced(make):
    """Prices are never taken on trust: from a matching that is not the best nothing is enumerated."""
    instance = make([[0.9, 0.1], [0.2, 0.8]])
    best = again(instance)
    worse = replace(best, arcs=Arcs(np.array([0, 1]), np.array([1, 0])))
    assert Closeness.of(Table(instance), best, nothing) is not None
    assert Closeness.of(Table(instance), worse, nothing) is None


def test_the_next_one_is_looked_for_when_it_is_asked_for(make):
    """Nothing is done ahead: as many searches as matchings ask for, and an end that is asked for is kept."""
    looked = []

    def tick():
        looked.append(1)

    instance = make(np.random.default_rng(3).random((30, 30)))
    found = iter(next_best(instance, again(instance), 50, again, coupled=False, tick=tick))
    priced = len(looked)
    list(islice(found, 3))
    assert len(looked) - priced == 5

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next_best(instance, again(instance), 50, again, coupled=False, tick=stop)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_pairs_made_and_closed_in_advance(make, aimed, bounded, seed):
    """The matchings of a restricted problem are those of the whole one that have the one and lack the other."""
    scores, bounds = bounded(seed, most=(2, 3), closed=0.3)
    instance = aimed(make(scores, **bounds), seed)
    rng = np.random.default_rng(seed)
    tense = [(side, a, b) for side in (0, 1) for a, b in combinations(range(instance.shape[side]), 2)]
    instance = replace(instance, apart=tuple(one for one in tense if rng.random() < 0.3))
    known = every_matching(instance)
    if known is None:
        return
    m = instance.shape[1]
    keys = rng.permutation(np.flatnonzero(~np.isnan(scores).ravel())).tolist()
    forced, closed = frozenset(keys[:2]), frozenset(keys[2:4])
    told = {pairs: {i * m + j for i, j in pairs} for pairs in known}
    want = {pairs for pairs, own in told.items() if forced <= own and not closed & own}
    part = restricted(instance, forced, closed)
    inside = every_matching(part) if part is not None else []
    made = tuple(divmod(key, m) for key in forced)
    assert {tuple(sorted((*pairs, *made))) for pairs in inside} == want


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_what_the_rules_about_earlier_matchings_say(make, aimed, bounded, seed):
    """One keeps out exactly one matching, the other all that keep too many of its pairs."""
    scores, bounds = bounded(seed, most=(2, 2))
    instance = aimed(make(scores, **bounds), seed)
    known = every_matching(instance, 100)
    if not known:
        return

    def kept(rule):
        weight = {(i, j): w for i, j, w in zip(*map(np.ndarray.tolist, rule[:3]), strict=True)}
        return [p for p in known if rule.lower <= sum(weight.get(pair, 0) for pair in p) <= rule.upper]

    mine = known[seed % len(known)]
    assert kept(without(instance, arcs_of(mine))) == [pairs for pairs in known if pairs != mine]
    for changes in (1, 2):
        far = [pairs for pairs in known if len(set(mine) - set(pairs)) >= changes]
        assert kept(apart_from(arcs_of(mine), changes)) == far


@pytest.mark.parametrize("misses", [0, 2, 200])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), objective=st.sampled_from([*SUMS, *OTHERS]))
def test_every_matching_that_keeps_rules_over_several_pairs(make, aimed, bounded, misses, seed, objective):
    """Quotas, counts, people who go together and groups of at least so many: all that keep them come, in order."""
    scores, bounds = bounded(seed, most=(2, 3), closed=0.4)
    instance = coupled(aimed(make(scores, objective=objective, **bounds), seed), seed)
    known = every_matching(instance, 20)
    if known is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alternatives, "_MISSES", misses)
        patch.setattr(alternatives, "_FEW", 0)
        found = listed(instance, coupled=True, solve=solve_coupled)
    assert [pairs_of(one.arcs) for one in found or ()] == known


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([*SUMS, *OTHERS]), st.integers(1, 3))
def test_matchings_that_differ(make, aimed, bounded, seed, objective, changes):
    """Each is the best of those that lack so many pairs of every one before it, until there is none."""
    scores, bounds = bounded(seed, most=(2, 2), closed=0.3)
    instance = aimed(make(scores, objective=objective, **bounds), seed)
    instance = coupled(instance, seed) if seed % 2 else instance
    known = every_matching(instance)
    if not known:
        return
    want = known[:1]
    while len(want) < 5:
        far = (one for one in known if all(len(set(other) - set(one)) >= changes for other in want))
        following = next(far, None)
        if following is None:
            break
        want.append(following)
    best = solve_coupled(instance)
    found = [best, *different(instance, best, 5, solve_coupled, changes)]
    assert [pairs_of(one.arcs) for one in found] == want
    worth = [reaches(instance, pairs) for pairs in known]
    for one in found:
        own = tuple(tier.value for tier in one.tiers)
        for place, tier in enumerate(one.tiers):
            rivals = [other[place] for other in worth if other[:place] >= own[:place]]
            assert tier.name == "leximin" or tier.bound >= max(rivals)
            assert tier.bound >= tier.value

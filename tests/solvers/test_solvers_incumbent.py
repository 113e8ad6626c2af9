"""A time limit that is too short: what is handed out instead, against rules and against what could be had."""

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from mentormatch import Problem
from mentormatch.network import Arcs, Bounds, Group, Prices, Short
from mentormatch.solvers import Mixed, Network, incumbent, minimums, tiers
from mentormatch.solvers.face import Face, Level
from mentormatch.solvers.incumbent import filled_up
from mentormatch.solvers.kept import Kept
from mentormatch.solvers.minimums import Feasibility
from mentormatch.solvers.table import Table
from mentormatch.solvers.tiers import is_feasible

NONE = np.empty(0, np.int64)


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    """Fill places in a hurry however few pairs there are."""
    monkeypatch.setattr(tiers, "FEWEST_FILLED", 0)


@pytest.fixture
def small_groups(monkeypatch):
    """Deal people into groups of a few."""
    monkeypatch.setattr(incumbent, "_GROUP", 5)
    monkeypatch.setattr(minimums, "_GROUP", 5)


def random_problem(make, seed):
    """Some scores, a part of them shut, and bounds on both sides."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 30, 2)
    scores = np.round(rng.random((n, m)) - 0.3 * (seed % 3), 2)
    scores[rng.random((n, m)) < rng.choice([0, 0.2, 0.9])] = np.nan
    upper = rng.integers(0, 4, n).tolist(), rng.integers(0, 5, m).tolist()
    return make(scores, demand=[(0, most) for most in upper[0]], capacity=[(0, most) for most in upper[1]])


def whole(instance, kept):
    """Fill up from some kept pairs on the whole face."""
    return filled_up(Table(instance), Face.whole(instance), kept, gains=False)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_filled_up_keeps_the_rules_and_everything_that_was_made(make, small_groups, seed):
    """Nobody has more than the most, no pair is shut or made twice, and what was made stays made."""
    instance = random_problem(make, seed)
    rng, width = np.random.default_rng(seed), instance.shape[1]
    open_ = np.flatnonzero(instance.allowed_block(slice(None), slice(None)))
    some = np.sort(rng.choice(open_, min(len(open_), 20), replace=False))
    begun = whole(instance, Kept.of(instance.shape, some, NONE))
    used = begun.keys[begun.used][::2]
    after = whole(instance, Kept.of(instance.shape, some, used))
    made = after.keys[after.used]
    assert is_feasible(instance, Arcs(made // width, made % width))
    assert set(used.tolist()) <= set(made.tolist())


@pytest.mark.parametrize("seed", range(60))
def test_where_all_fit_one_group_no_two_people_are_left_who_could_have_each_other(make, seed):
    """With as many people as one group takes, every allowed pair is made or has somebody without a place left."""
    instance = random_problem(make, seed)
    after = whole(instance, Kept.of(instance.shape, NONE, NONE))
    loads = after.loads()
    i, j = np.nonzero(instance.allowed_block(slice(None), slice(None)))
    full = (loads[0][i] >= instance.mentees.upper[i]) | (loads[1][j] >= instance.mentors.upper[j])
    assert (full | np.isin(i * instance.shape[1] + j, after.keys[after.used])).all()


def test_everybody_has_a_partner_where_nothing_is_shut_and_the_scores_are_no_chance(make, small_groups):
    """Group by group all places are filled, for much more than pairs by chance are worth."""
    scores = np.random.default_rng(1).random((200, 200))
    after = whole(make(scores), Kept.of((200, 200), NONE, NONE))
    used = after.keys[after.used]
    assert len(used) == 200
    assert scores.ravel()[used].mean() > 0.75


def test_pairs_that_were_looked_at_come_first(make, small_groups):
    """The best of the kept pairs are made before anybody is dealt into a group."""
    scores = np.random.default_rng(2).random((60, 60))
    best = np.arange(60) * 60 + scores.argmax(axis=1)
    after = whole(make(scores, capacity=60), Kept.of((60, 60), best, NONE))
    assert_array_equal(after.keys[after.used], best)


def test_for_the_total_alone_only_gains_are_made(make):
    """Pairs that score nothing or less are made where pairs count first, and not where the total does."""
    scores = np.array([[0.5, -0.2], [-0.3, 0.0]])
    instance = make(scores)
    kept = Kept.of((2, 2), np.arange(4), NONE)
    for begun in (kept, Kept.of((2, 2), NONE, NONE)):
        gains = filled_up(Table(instance), Face.whole(instance), begun, gains=True)
        assert_array_equal(gains.keys[gains.used], [0])
        assert int(whole(instance, begun).used.sum()) == 2
    late = Network().solve(replace(instance, objective=("total",)), deadline=time.monotonic() - 1)
    assert list(zip(late.arcs.i.tolist(), late.arcs.j.tolist(), strict=True)) == [(0, 0)]


def test_only_pairs_that_a_settled_tier_leaves_are_made(make):
    """What an earlier tier ruled out is not made, however many places there are."""
    instance = make(np.ones((3, 3)))
    diagonal = np.where(np.eye(3, dtype=bool), 1, 0)

    class Own:
        def pairs(self, _, i, j):
            return diagonal[i, j]

    prices = Prices(np.ones(3, np.int64), np.zeros(3, np.int64))
    whole_ = Face.whole(instance)
    face = Face(whole_.rows, whole_.columns, (Level(Own(), prices),))
    after = filled_up(Table(instance), face, Kept.of((3, 3), NONE, NONE), gains=False)
    assert_array_equal(after.keys[after.used], [0, 4, 8])


@pytest.mark.parametrize("objective", [("floor",), ("balance", "coverage"), ("leximin",)])
def test_tiers_that_a_further_pair_could_spoil_are_left_alone(make, objective):
    """Where fewer pairs may be better nothing is filled up, and the bound stays right."""
    instance = make(np.random.default_rng(3).random((8, 8)), objective=objective)
    late = Network().solve(instance, deadline=time.monotonic() - 1)
    best = Network().solve(instance)
    assert not len(late.arcs.i)
    assert late.tiers[0].bound >= best.tiers[0].value


def test_a_hurry_breaks_no_rule_over_several_pairs(make):
    """Where quotas hold, nothing is filled up that they forbid."""
    instance = replace(make(np.ones((6, 6))), groups=(Group(0, np.arange(6), 0, 2),))
    late = Mixed().solve(instance, deadline=time.monotonic() - 1)
    assert len(late.arcs.i) <= 2


@pytest.mark.parametrize("seed", range(80))
def test_minimums_are_met_or_refuted_whoever_is_looked_at_first(make, monkeypatch, seed):
    """In groups of a few people or all at once, the same minimums can be met, and a cut shows the others."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 12, 2)
    shut = np.where(rng.random((n, m)) < rng.choice([0.3, 0.8]), np.nan, 1.0)
    sides = [Bounds(rng.integers(0, 2, size), rng.integers(1, 3, size)) for size in (n, m)]
    instance = make(shut)
    found = []
    for group in (1, 3, 256):
        monkeypatch.setattr(minimums, "_GROUP", group)
        short = Feasibility(instance).short(*sides)
        found.append(short is None)
        if short is None:
            made = Feasibility(instance).meet(*sides)
            loads = made.loads()
            for side, load in zip(sides, loads, strict=True):
                assert ((load >= side.lower) & (load <= side.upper)).all()
        else:
            assert isinstance(short, Short)
            asks, open_ = (short.mentees, ~np.isnan(shut)) if len(short.mentees) else (short.mentors, ~np.isnan(shut.T))
            own, other = sides if len(short.mentees) else sides[::-1]
            gives = np.minimum(other.upper, open_[asks].sum(axis=0)).sum()
            assert own.lower[asks].sum() > gives
    assert all(one == other for one, other in pairwise(found))


@pytest.mark.parametrize("seed", range(60))
def test_exchanges_leave_everybody_as_many_partners_and_never_lose(make, small_groups, seed):
    """With exchanges loads and rules are as without, and the total is no lower."""
    instance = random_problem(make, seed)
    width, kept = instance.shape[1], Kept.of(instance.shape, NONE, NONE)
    before = whole(instance, kept)
    after = filled_up(Table(instance), Face.whole(instance), kept, gains=False, exchange=True)
    for side in (0, 1):
        assert_array_equal(before.loads()[side], after.loads()[side])
    totals = []
    for one in (before, after):
        used = one.keys[one.used]
        assert is_feasible(instance, Arcs(used // width, used % width))
        totals.append(instance.score_pairs(used // width, used % width).sum())
    assert totals[1] >= totals[0] - 1e-9


def test_minimums_are_met_by_good_pairs_even_in_a_hurry(make):
    """Out of time at once, partners that a minimum asks for are no chance either."""
    scores = np.random.default_rng(4).random((100, 100))
    late = Network().solve(make(scores, capacity=(1, 2)), deadline=time.monotonic() - 1)
    assert len(late.arcs.i) == 100
    assert scores[late.arcs.i, late.arcs.j].mean() > 0.9


def test_a_limit_that_is_far_too_short_hands_out_pairs_and_spoils_nothing():
    """Locks, shut pairs and minimums hold with no time at all, and the same problem is then solved as ever."""
    scores = np.random.default_rng(6).random((40, 30))
    scores[3, :20] = np.nan
    asked = {"mentor_capacity": (1, 2), "locks": [("5", "7"), ("6", "7")], "forbidden": np.eye(40, 30, dtype=bool)}
    problem, other = (Problem.from_scores(scores, **asked) for _ in range(2))
    late = problem.solve(time_limit=1e-9)
    pairs = {(int(pair.mentee), int(pair.mentor)) for pair in late}
    assert {(5, 7), (6, 7)} <= pairs
    assert len(pairs) == 40
    assert not any(i == j or np.isnan(scores[i, j]) for i, j in pairs)
    loads = np.bincount([j for _, j in pairs], minlength=30)
    assert loads.min() >= 1
    assert loads.max() <= 2
    best = other.solve()
    assert late.total < best.total <= late.certificate.tiers[1].bound
    assert list(problem.solve()) == list(best)

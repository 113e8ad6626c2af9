"""What is called optimal is proved, and what is not optimal is found out."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mentormatch.errors import Cancelled
from mentormatch.network import Arcs, Bounds, Prices, Solution
from mentormatch.solvers import Hungarian, Network, is_feasible, prove, solve_tiers
from mentormatch.solvers.engine import Proposal
from mentormatch.solvers.potentials import Part, finish, proves


def arcs_of(pairs):
    """Pairs as arcs."""
    array = np.array(list(pairs), np.int64).reshape(-1, 2)
    return Arcs(array[:, 0], array[:, 1])


def complementary(instance, tier, weights, solution):
    """Check one tier's prices against every allowed pair, on the whole problem."""
    u, v = tier.prices
    used = np.zeros(instance.shape, bool)
    used[solution.arcs.i, solution.arcs.j] = True
    surplus = weights - u[:, None] - v[None, :]
    n, m = instance.shape
    allowed = instance.allowed_block(slice(0, n), slice(0, m))
    signs = [
        (u, used.sum(1), instance.mentees),
        (v, used.sum(0), instance.mentors),
    ]
    return (
        (surplus[allowed & ~used] <= 0).all()
        and (surplus[used] >= 0).all()
        and all(
            (price[load < bounds.upper] <= 0).all() and (price[load > bounds.lower] >= 0).all()
            for price, load, bounds in signs
        )
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_first_tiers_prices_prove_it(seed, make, bounded):
    """The prices of the first tier satisfy complementary slackness over every pair, checked here anew."""
    scores, bounds = bounded(seed, minimums=False)
    instance = make(scores, objective=("coverage", "total"), **bounds)
    solution = Network().solve(instance)
    assert complementary(instance, solution.tiers[0], np.ones(instance.shape, np.int64), solution)


@pytest.mark.parametrize("seed", range(80))
def test_exactly_the_best_matching_is_proved(seed, make, best, bounded, value):
    """Of all matchings those that are best in every tier are proved, and no others."""
    from itertools import islice

    scores, bounds = bounded(seed)
    instance = make(scores, objective=("total", "coverage") if seed % 3 else ("coverage", "total"), **bounds)
    truth = best(instance)
    if truth is None:
        with pytest.raises(ValueError, match="not feasible"):
            prove(instance, arcs_of(()))
        return
    top = value(instance, truth)[:-1]
    for pairs in islice(_some(instance, seed), 12):
        tiers = prove(instance, arcs_of(pairs))
        got = value(instance, pairs)[:-1]
        assert tuple(tier.value for tier in tiers) == got
        assert all(tier.optimal and tier.prices is not None for tier in tiers) == (got == top)
        assert not tiers[0].optimal or got[0] == top[0]
        assert tiers[0].bound >= top[0]


def _some(instance, seed):
    """Feasible matchings, from the best one by dropping and adding what the bounds allow."""
    rng = np.random.default_rng(seed)
    solution = Network().solve(instance)
    pairs = set(zip(solution.arcs.i.tolist(), solution.arcs.j.tolist(), strict=True))
    yield sorted(pairs)
    everything = [(i, j) for i in range(instance.shape[0]) for j in range(instance.shape[1])]
    for _ in range(60):
        change = set(map(tuple, rng.choice(everything, size=rng.integers(1, 4)).tolist()))
        other = sorted(pairs ^ change)
        if is_feasible(instance, arcs_of(other)):
            yield other


def test_a_guess_is_checked_before_it_counts(make):
    """Right prices speed a proof up; wrong ones change nothing."""
    scores = np.random.default_rng(0).random((30, 30))
    instance = make(scores)
    solution = Hungarian().solve(instance)
    right = [tier.prices for tier in solution.tiers]
    wrong = [Prices(prices.u + 7, prices.v - 3) for prices in right]
    odd = [Prices(prices.u[:3], prices.v) for prices in right]
    for guess in ((), right, wrong, odd):
        assert all(tier.optimal for tier in prove(instance, solution.arcs, guess=guess))
    worse = arcs_of([(i, i) for i in range(30)])
    assert not all(tier.optimal for tier in prove(instance, worse, guess=right))


def test_a_proof_looks_at_pairs_that_nobody_kept(make):
    """A better pair far from every list of candidates is found by pricing all pairs."""
    scores = np.random.default_rng(1).random((150, 150))
    instance = make(scores)
    arcs = Hungarian().solve(instance).arcs
    for i, j in ((int(arcs.i[0]), int(arcs.j[1])), (int(arcs.i[70]), int(arcs.j[3]))):
        better = scores.copy()
        better[i, j] = 3.0
        other = make(better)
        assert not all(tier.optimal for tier in prove(other, arcs))


@pytest.mark.parametrize(
    "pairs",
    [[(0, 0), (0, 1)], [(0, 0), (1, 0)], [(0, 0), (0, 0)], [(2, 0)], [(0, -1)], [(1, 1)]],
    ids=["mentee twice", "mentor twice", "pair twice", "no such mentee", "no such mentor", "closed pair"],
)
def test_an_infeasible_matching_is_not_proved(pairs, make):
    """Too many partners, a pair made twice, a stranger or a closed pair: not feasible."""
    instance = make([[1.0, 2.0], [3.0, np.nan]])
    assert not is_feasible(instance, arcs_of(pairs))
    with pytest.raises(ValueError, match="not feasible"):
        prove(instance, arcs_of(pairs))


class Liar:
    """An engine that proposes a given matching, whatever the task."""

    def __init__(self, pairs, guess=None):
        self.proposal = Proposal(*arcs_of(pairs), guess)

    def propose(self, task):
        """Propose the same as ever."""
        return self.proposal


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [(i, i) for i in range(12)],
        [(i, 11 - i) for i in range(12)],
        [(0, j) for j in range(12)],
        [(0, 0), (0, 0)],
        [(i, (i + 1) % 12) for i in range(12)],
    ],
)
def test_a_wrong_proposal_is_repaired(pairs, make):
    """Whatever an engine proposes, feasible or not, the result is the best matching."""
    scores = np.random.default_rng(3).integers(0, 4, (12, 12)).astype(float)
    scores[5, 5] = np.nan
    instance = make(scores)
    truth = Hungarian().solve(instance)
    guess = Prices(np.arange(12) * 10**9, np.arange(12) * -(10**9))
    for engine in (Liar(pairs), Liar(pairs, guess)):
        solution = solve_tiers(instance, engine)
        assert np.array_equal(solution.arcs.i, truth.arcs.i)
        assert np.array_equal(solution.arcs.j, truth.arcs.j)
        assert all(tier.optimal for tier in solution.tiers)


@pytest.mark.parametrize("seed", range(30))
def test_the_exact_finish_from_anywhere(seed):
    """From any matching and any labels the finish ends at prices that prove the best value."""
    from scipy.optimize import linear_sum_assignment

    rng = np.random.default_rng(seed)
    n, top = 9, (3, 2**50)[seed % 2]
    w = rng.integers(-top, top, (n, n))
    i, j = np.divmod(np.arange(n * n), n)
    used = np.zeros((n, n), bool)
    used[np.arange(n), rng.permutation(n)] = True
    one = Bounds(np.ones(n, np.int64), np.ones(n, np.int64))
    part = Part(i, j, w.ravel(), used.ravel(), one, one)
    done = finish(part, Prices(rng.integers(-top, top, n), rng.integers(-top, top, n)))
    assert done.optimal
    surplus = np.maximum(w - done.prices.u[:, None] - done.prices.v, 0)
    assert done.prices.u.sum() + done.prices.v.sum() + surplus.sum() == part.value(done.used)
    rows, columns = linear_sum_assignment(w, maximize=True)
    assert part.value(done.used) == int(w[rows, columns].sum())
    assert proves(Part(i, j, w.ravel(), done.used, one, one), done.prices)


@pytest.mark.parametrize("solver", [Hungarian(), Network()], ids=lambda solver: solver.name)
def test_out_of_time_is_said(solver, make):
    """Past its deadline a solver returns a valid matching, and bounds that no matching exceeds."""
    scores = np.random.default_rng(2).random((60, 60))
    instance = make(scores, demand=(0, 1))
    full = solver.solve(instance)
    late = solver.solve(instance, deadline=time.monotonic() - 1)
    assert is_feasible(instance, late.arcs)
    assert [tier.name for tier in late.tiers] == ["coverage", "total"]
    assert not late.ties
    for done, best in zip(late.tiers, full.tiers, strict=True):
        assert done.value < done.bound
        assert done.bound >= best.value


def test_out_of_time_keeps_the_minimums(make):
    """Even past the deadline nobody has fewer partners than the minimum."""
    instance = make(np.random.default_rng(2).random((20, 10)), demand=(1, 1), capacity=(1, 3))
    late = Network().solve(instance, deadline=time.monotonic() - 1)
    assert is_feasible(instance, late.arcs)
    assert len(late.arcs.i) == 20


def test_a_warm_start_ends_at_the_same_pairs(make):
    """A former solution, feasible here or not, speeds up and changes nothing."""
    rng = np.random.default_rng(4)
    instance, other = make(rng.random((40, 40))), make(rng.random((40, 40)))
    cold, foreign = Network().solve(instance), Network().solve(other)
    nonsense = Solution(Arcs(np.array([0, 0]), np.array([1, 1])), ())
    for warm in (cold, foreign, nonsense):
        again = Network().solve(instance, warm=warm)
        assert np.array_equal(again.arcs.j, cold.arcs.j)


def test_progress_is_told_and_may_stop_the_work(make):
    """Progress counts up to its total in both stages, and what it raises comes out."""
    instance = make(np.random.default_rng(4).random((30, 30)))
    calls = []
    solution = Hungarian().solve(instance, progress=lambda *call: calls.append(call))
    prove(instance, solution.arcs, progress=lambda *call: calls.append(call))
    assert {stage for stage, _, _ in calls} == {"solve", "prove"}
    assert calls[-1][1] == calls[-1][2]
    assert all(done <= total for _, done, total in calls)

    def stop(*call):
        raise Cancelled

    with pytest.raises(Cancelled):
        Hungarian().solve(instance, progress=stop)


@pytest.mark.parametrize("size", [2**50, 2**60, 2**62])
def test_absurd_guesses_do_not_overflow(size):
    """However large the labels start, the prices end within what later sums can hold, and prove the matching."""
    rng = np.random.default_rng(0)
    n = 6
    w = rng.integers(-(2**50), 2**50, (n, n))
    i, j = np.divmod(np.arange(n * n), n)
    bounds = Bounds(np.zeros(n, np.int64), np.ones(n, np.int64))
    part = Part(i, j, w.ravel(), np.zeros(n * n, bool), bounds, bounds)
    done = finish(part, Prices(rng.integers(-size, size, n), rng.integers(-size, size, n)))
    assert max(np.abs(done.prices.u).max(), np.abs(done.prices.v).max()) <= 2**60
    assert proves(Part(i, j, w.ravel(), done.used, bounds, bounds), done.prices)
    assert part.value(done.used) == part.value(finish(part, Prices(np.zeros(n), np.zeros(n))).used)

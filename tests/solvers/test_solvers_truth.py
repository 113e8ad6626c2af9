"""Both solvers find the one best matching, whatever the tiers and bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.network import Short
from mentormatch.solvers import Hungarian, Network, solve_tiers

OBJECTIVES = [("coverage",), ("total",), ("coverage", "total"), ("total", "coverage")]


def solved(solve, instance):
    """The solution, or None where minimums cannot be met."""
    try:
        return solve(instance)
    except Short:
        return None


def without_engine(instance):
    """The exact finish alone, from an empty matching."""
    return solve_tiers(instance, None)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=" > ".join)
@pytest.mark.parametrize("seed", range(60))
def test_bounded_problems_against_brute_force(seed, objective, make, best, bounded, pairs, value):
    """With bounds on both sides the pairs and tier values are those of the best of all matchings."""
    scores, bounds = bounded(seed)
    instance = make(scores, objective=objective, **bounds)
    truth = best(instance)
    for solve in (Network().solve, without_engine):
        solution = solved(solve, instance)
        if truth is None:
            assert solution is None
        else:
            assert pairs(solution) == list(truth)
            assert tuple(tier.value for tier in solution.tiers) == value(instance, truth)[:-1]
            assert all(tier.optimal and tier.prices is not None for tier in solution.tiers)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=" > ".join)
@pytest.mark.parametrize("seed", range(60))
def test_one_mentor_each_against_brute_force(seed, objective, make, best, bounded, pairs):
    """With one mentor each, both solvers give the pairs of the best of all matchings."""
    scores, bounds = bounded(1000 + seed, minimums=False, most=(1, 3))
    instance = make(scores, objective=objective, **bounds)
    truth = list(best(instance))
    assert pairs(Hungarian().solve(instance)) == truth
    assert pairs(Network().solve(instance)) == truth


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_small_integer_problem(data, make, best, pairs):
    """Small problems of a few tied integers are solved as by listing, by every way of solving."""
    n, m = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    cell = st.sampled_from([float("nan"), -1.0, 0.0, 1.0, 2.0])
    scores = np.array(data.draw(st.lists(st.lists(cell, min_size=m, max_size=m), min_size=n, max_size=n)))
    bound = st.sampled_from([(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 3)])
    demand = data.draw(st.lists(bound, min_size=n, max_size=n))
    capacity = data.draw(st.lists(bound, min_size=m, max_size=m))
    objective = data.draw(st.sampled_from(OBJECTIVES))
    instance = make(scores, demand=demand, capacity=capacity, objective=objective)
    truth = best(instance)
    for solve in (Network().solve, Hungarian().solve, without_engine):
        solution = solved(solve, instance)
        assert (solution is None) == (truth is None)
        assert solution is None or pairs(solution) == list(truth)


def middling(kind, size, seed=0):
    """A matrix of a few hundred rows and columns of one kind."""
    rng = np.random.default_rng(seed)
    if kind == "random":
        return rng.random((size, size))
    if kind == "tied":
        return rng.choice([0, 1 / 3, 1 / 2, 2 / 3, 1], (size, size))
    if kind == "constant":
        return np.full((size, size), 0.5)
    if kind == "rank 1":
        return np.outer(rng.random(size), rng.random(size))
    scores = rng.random((size, size))
    scores[rng.random((size, size)) < 0.95] = np.nan
    return scores


KINDS = ["random", "tied", "constant", "rank 1", "mostly closed"]


@pytest.mark.parametrize("objective", [("coverage", "total"), ("total",)], ids=" > ".join)
@pytest.mark.parametrize("kind", KINDS)
def test_the_solvers_agree(kind, objective, make, pairs):
    """On middling problems of every kind the solvers make the same pairs."""
    instance = make(middling(kind, 120), capacity=[(0, k % 3) for k in range(120)], objective=objective)
    assert pairs(Hungarian().solve(instance)) == pairs(Network().solve(instance))


@pytest.mark.parametrize("kind", ["random", "tied", "constant", "rank 1"])
def test_totals_equal_scipy(kind, make):
    """With every pair allowed the total is the one that SciPy's assignment finds."""
    from scipy.optimize import linear_sum_assignment

    scores = middling(kind, 150)
    arcs = Hungarian().solve(make(scores)).arcs
    assert len(arcs.i) == 150
    i, j = linear_sum_assignment(scores, maximize=True)
    assert scores[arcs.i, arcs.j].sum() == pytest.approx(scores[i, j].sum(), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_totals_equal_networkx(seed, make):
    """With bounds on both sides the total is the one of networkx's network simplex."""
    import networkx as nx

    rng = np.random.default_rng(seed)
    n, m = 14, 11
    scores = rng.integers(0, 40, (n, m)).astype(float)
    demand, capacity = rng.integers(1, 4, n).tolist(), rng.integers(1, 5, m).tolist()
    solution = Network().solve(make(scores, demand=demand, capacity=capacity, objective=("total",)))
    graph = nx.DiGraph()
    for i in range(n):
        graph.add_edge("source", ("mentee", i), capacity=demand[i], weight=0)
        for j in range(m):
            graph.add_edge(("mentee", i), ("mentor", j), capacity=1, weight=-int(scores[i, j]))
    for j in range(m):
        graph.add_edge(("mentor", j), "sink", capacity=capacity[j], weight=0)
    graph.add_edge("sink", "source", capacity=sum(demand), weight=0)
    assert scores[solution.arcs.i, solution.arcs.j].sum() == -nx.min_cost_flow_cost(graph)


def test_sparse_seats_equal_the_dense_ones(make, pairs, monkeypatch):
    """Above the size for dense matrices the sparse assignment makes the same pairs."""
    from mentormatch.solvers import lap

    made = [make(middling(kind, 90), capacity=[(0, 1 + k % 2) for k in range(90)]) for kind in KINDS]
    made += [make(middling(kind, 90) - 0.5, objective=("total",)) for kind in KINDS]
    dense = [pairs(Hungarian().solve(instance)) for instance in made]
    monkeypatch.setattr(lap, "_DENSE", 0)
    assert [pairs(Hungarian().solve(instance)) for instance in made] == dense


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_do_not_matter(kind, make, pairs):
    """The result is the same however few bytes a block may take."""
    scores = middling(kind, 80)
    small = Hungarian().solve(make(scores, memory=2000))
    assert pairs(small) == pairs(Hungarian().solve(make(scores)))


def test_without_a_cache_nothing_changes(make, pairs, monkeypatch):
    """Scores that are computed again at every look give the same pairs as those kept in memory."""
    from mentormatch.solvers import table

    instance = make(middling("tied", 80), memory=20_000)
    kept = pairs(Network().solve(instance))
    monkeypatch.setattr(table, "CACHE_BYTES", 0)
    assert pairs(Network().solve(instance)) == kept


@pytest.mark.parametrize("solver", [Hungarian(), Network()], ids=lambda solver: solver.name)
@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_people_does_not_matter(kind, solver, make, pairs):
    """Rows and columns in another order give the same pairs of people."""
    rng = np.random.default_rng(5)
    scores, size = middling(kind, 70), 70
    rows, columns = rng.permutation(size), rng.permutation(size)
    straight = pairs(solver.solve(make(scores)))
    shuffled = solver.solve(make(scores[np.ix_(rows, columns)], names=(rows, columns)))
    assert sorted((int(rows[i]), int(columns[j])) for i, j in pairs(shuffled)) == straight


@pytest.mark.parametrize("kind", KINDS)
def test_closing_unused_pairs_changes_nothing(kind, make, pairs):
    """A rule that the result obeys already leaves it as it is."""
    rng = np.random.default_rng(6)
    scores = middling(kind, 70)
    instance = make(scores)
    before = Hungarian().solve(instance)
    closed = rng.random(scores.shape) < 0.4
    closed[before.arcs.i, before.arcs.j] = False
    scores[closed] = np.nan
    assert pairs(Hungarian().solve(make(scores))) == pairs(before)


def test_another_seed_breaks_ties_otherwise(make, pairs):
    """Equal scores are told apart by the hash, and so by its seed."""
    scores = middling("constant", 30)
    assert pairs(Hungarian().solve(make(scores, seed=1))) != pairs(Hungarian().solve(make(scores, seed=2)))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
@pytest.mark.parametrize("solver", [Hungarian(), Network()], ids=lambda solver: solver.name)
def test_nobody_on_a_side(shape, solver, make):
    """An empty side is legal: no pairs, and both tiers proved."""
    solution = solver.solve(make(np.empty(shape)))
    assert len(solution.arcs.i) == 0
    assert [(tier.value, tier.bound) for tier in solution.tiers] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("solver", [Hungarian(), Network()], ids=lambda solver: solver.name)
def test_everything_closed(solver, make):
    """When no pair is allowed the matching is empty and proved."""
    solution = solver.solve(make(np.full((4, 5), np.nan)))
    assert len(solution.arcs.i) == 0
    assert all(tier.optimal for tier in solution.tiers)


def test_a_huge_capacity_needs_no_seats(make, pairs):
    """A mentor with room for everybody is solved as with just enough room."""
    scores = middling("tied", 60)
    instance = make(scores, capacity=10**9)
    assert pairs(Hungarian().solve(instance)) == pairs(Network().solve(make(scores, capacity=60)))

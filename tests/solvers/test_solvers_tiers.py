"""Every tier, in many orders, against all matchings there are."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.network import Arcs, Held, Ranked
from mentormatch.solvers import (
    KNOWN_TIERS,
    Hungarian,
    Network,
    check_objective,
    climb,
    exponent,
    is_feasible,
    prove,
    solve_tiers,
)
from mentormatch.solvers.choice import NEED_COVERAGE
from mentormatch.solvers.weights import ByRow, Component, packed

ORDERS = [
    ("priority",),
    ("wishes",),
    ("coverage", "floor"),
    ("coverage", "leximin"),
    ("coverage", "balance"),
    ("coverage", "least_change"),
    ("coverage", "priority", "total"),
    ("priority", "coverage", "total"),
    ("total", "wishes", "coverage"),
    ("coverage", "wishes", "total"),
    ("coverage", "floor", "total", "balance"),
    ("coverage", "balance", "floor"),
    ("coverage", "total", "leximin"),
    ("coverage", "least_change", "leximin", "balance"),
    ("coverage", "balance", "leximin"),
    ("wishes", "coverage", "balance", "least_change", "total"),
    ("coverage", "priority", "wishes", "floor", "leximin", "total", "balance", "least_change"),
]


def meaning(instance, tier, pairs):
    """What a tier counts, in plain Python; larger is better."""
    whole = instance.score_block(slice(0, instance.shape[0]), slice(0, instance.shape[1]))
    scores = sorted(float(whole[pair]) for pair in pairs)
    outside = [instance.held.lowest] if instance.held.loads.any() else []
    classes = [int(instance.classes[i]) for i, _ in pairs]
    loads = [int(held) + sum(j == column for _, j in pairs) for column, held in enumerate(instance.held.loads)]
    sides = [
        {(i, j): rank for i, j, rank in zip(*map(np.ndarray.tolist, side), strict=True)} for side in instance.wished
    ]
    voices = [sum(pair in side for side in sides) for pair in pairs]
    return {
        "coverage": len(pairs),
        "priority": tuple(classes.count(number) for number in range(int(instance.classes.max()) + 1)),
        "wishes": (voices.count(2), voices.count(1), -sum(side.get(pair, 0) for pair in pairs for side in sides)),
        "floor": min([*scores, *outside], default=0),
        "leximin": tuple(scores),
        "total": sum(scores),
        "balance": -sum(Fraction(load**2, int(most)) for load, most in zip(loads, instance.capacities, strict=True)),
        "least_change": len(set(pairs) & set(zip(*map(np.ndarray.tolist, instance.previous), strict=True))),
    }[tier]


def told(instance, tier, value):
    """Put scores on the grid, as solvers tell them."""
    e = exponent(instance)
    if tier in ("floor", "total"):
        return round(value * 2.0**e)
    return tuple(round(one * 2.0**e) for one in value) if tier == "leximin" else value


def arcs_of(pairs):
    """Pairs as arcs."""
    return Arcs(*np.array(list(pairs), np.int64).reshape(-1, 2).T)


def every_matching(instance):
    """List all feasible matchings, as sorted tuples of pairs."""
    n, m = instance.shape
    open_ = instance.allowed_block(slice(0, n), slice(0, m))
    found = [()]
    for i in range(n):
        for j in range(m):
            if open_[i, j]:
                found += [(*pairs, (i, j)) for pairs in found]
    return [pairs for pairs in found if is_feasible(instance, arcs_of(pairs))]


def bests(instance, order, pairs):
    """The best pairs by a tier order, ties by their hashes."""

    def worth(one):
        arcs = arcs_of(one)
        return (*(meaning(instance, tier, one) for tier in order), int(instance.tie_pairs(arcs.i, arcs.j).sum()))

    return max(pairs, key=worth, default=None)


def small(seed, make, bounded, aimed, **options):
    """A small problem with aims, few enough pairs to list every matching."""
    scores, bounds = bounded(seed, **options)
    scores = scores[:4, :3]
    bounds = {"demand": bounds["demand"][:4], "capacity": bounds["capacity"][:3]}
    return aimed(make(scores, **bounds), seed)


@pytest.mark.parametrize("order", ORDERS, ids=" > ".join)
@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_every_tier_is_the_best_given_those_before_it(seed, order, make, aimed, bounded, pairs):
    """Both the flow and the exact finish alone find the one best matching, its values, and prove each tier."""
    instance = replace(small(seed, make, bounded, aimed, minimums=seed % 4 == 0), objective=order)
    truth = bests(instance, order, every_matching(instance))
    if truth is None:
        return
    for solution in (Network().solve(instance), solve_tiers(instance, None)):
        assert pairs(solution) == sorted(truth)
        expected = [told(instance, tier, meaning(instance, tier, truth)) for tier in order]
        assert [tier.value for tier in solution.tiers] == expected
        assert all(tier.optimal and tier.prices is not None for tier in solution.tiers)


@pytest.mark.parametrize("order", ORDERS, ids=" > ".join)
@pytest.mark.parametrize("seed", range(1, 40, 2))
def test_both_solvers_make_the_same_pairs(seed, order, make, aimed, bounded, pairs):
    """One mentor each: seats and flow end in the same pairs, which are the best there are."""
    scores, _ = bounded(seed)
    instance = aimed(make(scores[:4, :3], capacity=[1 + (j % 2) for j in range(min(3, scores.shape[1]))]), seed)
    instance = replace(instance, objective=order)
    truth = bests(instance, order, every_matching(instance))
    assert pairs(Hungarian().solve(instance)) == pairs(Network().solve(instance)) == sorted(truth)


@pytest.mark.parametrize("order", ORDERS, ids=" > ".join)
@pytest.mark.parametrize("seed", range(15))
def test_exactly_the_best_values_are_proved(seed, order, make, aimed, bounded):
    """Of all matchings those that are best in every tier are proved, and no others; no bound is too low."""
    instance = replace(small(seed, make, bounded, aimed, minimums=False), objective=order)
    found = every_matching(instance)
    top = [meaning(instance, tier, bests(instance, order, found)) for tier in order]
    rng = np.random.default_rng(seed)
    for number in [*rng.permutation(len(found))[:12].tolist(), found.index(bests(instance, order, found))]:
        tiers = prove(instance, arcs_of(found[number]))
        values = [meaning(instance, tier, found[number]) for tier in order]
        assert [tier.value for tier in tiers] == [told(instance, *one) for one in zip(order, values, strict=True)]
        assert all(tier.optimal and tier.prices is not None for tier in tiers) == (values == top)
        assert tiers[0].bound >= told(instance, order[0], top[0])


@pytest.mark.parametrize("order", ORDERS[2:], ids=" > ".join)
def test_large_ones_are_priced_and_agree(order, make, aimed, pairs):
    """Where only some pairs are kept, and with or without an engine, the pairs are the same and are proved."""
    rng = np.random.default_rng(3)
    scores = rng.integers(0, 40, (90, 80)) / 40
    scores[rng.random(scores.shape) < 0.3] = np.nan
    instance = aimed(make(scores, capacity=[int(one) for one in rng.integers(0, 4, 80)]), 5)
    instance = replace(instance, objective=order)
    solutions = [Hungarian().solve(instance), Network().solve(instance)]
    assert pairs(solutions[0]) == pairs(solutions[1])
    assert solutions[0].tiers[-1].value == solutions[1].tiers[-1].value
    assert all(tier.optimal and tier.prices is not None for tier in prove(instance, solutions[0].arcs))


@pytest.mark.parametrize("order", ORDERS, ids=" > ".join)
def test_time_running_out_leaves_a_bound(order, make, aimed):
    """Past the deadline every tier that is not proved says so, with a bound that the best does not exceed."""
    rng = np.random.default_rng(0)
    instance = aimed(make(rng.integers(0, 9, (12, 9)) / 8, capacity=2), 1)
    instance = replace(instance, objective=order)
    cut, whole = Network().solve(instance, deadline=0.0), Network().solve(instance)
    assert not any(tier.prices for tier in cut.tiers)
    for early, late in islice(zip(cut.tiers, whole.tiers, strict=True), 1):
        assert early.bound >= late.value


@pytest.mark.parametrize("tier", ["floor", "leximin", "balance", "least_change"])
def test_some_tiers_need_coverage_before_them(tier):
    """Where leaving everybody out would win, the objective is refused and says why."""
    check_objective(("total", "coverage", tier))
    for order in [(tier,), (tier, "coverage")]:
        with pytest.raises(InputError, match="coverage") as caught:
            check_objective(order)
        assert tier in str(caught.value)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
@pytest.mark.parametrize("tier", KNOWN_TIERS)
def test_nobody_on_a_side_has_every_tier(shape, tier, make):
    """An empty side is legal in every tier, and proved."""
    order = ("coverage", tier) if tier != "coverage" else (tier,)
    instance = make(np.empty(shape), objective=order)
    for solver in (Hungarian(), Network()):
        assert all(one.optimal and one.prices for one in solver.solve(instance).tiers)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 400)), min_size=1, max_size=12), st.integers(0, 99))
def test_counts_put_together_compare_as_tuples(counts, seed):
    """Packed weights order sums as the tuples of their parts do, and every weight stays exact in float64."""
    spans = [span for _, span in counts]
    groups = packed(Component(ByRow(np.zeros(1, np.int64)), span, span) for span in spans)
    assert [part.span for group in groups for part in group.parts] == spans
    rng = np.random.default_rng(seed)
    for group in groups:
        one, other = ([int(rng.integers(0, part.span + 1)) for part in group.parts] for _ in range(2))
        sums = [sum(map(int.__mul__, group.scales, each)) for each in (one, other)]
        assert (one > other) == (sums[0] > sums[1])
        assert max(sums) < 2**49 or len(group.parts) == 1


def test_the_order_of_people_decides_nothing(make, aimed, pairs):
    """Rows and columns listed otherwise give the same pairs in every tier."""
    rng = np.random.default_rng(11)
    scores = rng.integers(0, 4, (9, 7)) / 4
    rows, columns = rng.permutation(9), rng.permutation(7)
    first = aimed(make(scores, capacity=2), 3)
    back_rows, back_columns = np.argsort(rows), np.argsort(columns)
    again = make(scores[rows][:, columns], capacity=2, names=(rows, columns))
    again = replace(
        again,
        classes=first.classes[rows],
        wished=tuple(Ranked(back_rows[one.i], back_columns[one.j], one.rank) for one in first.wished),
        previous=Arcs(back_rows[first.previous.i], back_columns[first.previous.j]),
        capacities=first.capacities[columns],
        held=Held(first.held.loads[columns], first.held.lowest),
    )
    for order in ORDERS:
        found = Network().solve(replace(again, objective=order)).arcs
        moved = sorted(zip(rows[found.i].tolist(), columns[found.j].tolist(), strict=True))
        assert moved == pairs(Network().solve(replace(first, objective=order)))


@settings(max_examples=150, deadline=None)
@given(
    order=st.permutations(KNOWN_TIERS[1:]), size=st.integers(1, 5), place=st.integers(0, 5), seed=st.integers(0, 9999)
)
def test_any_order_of_tiers(make, aimed, bounded, pairs, order, size, place, seed):
    """Whatever the order and however many tiers, the best matching is found and proved."""
    order = list(order[:size])
    needy = [order.index(tier) for tier in NEED_COVERAGE if tier in order]
    order.insert(min([place, *needy]), "coverage")
    instance = replace(small(seed, make, bounded, aimed), objective=tuple(order))
    truth = bests(instance, order, every_matching(instance))
    if truth is not None:
        assert pairs(Network().solve(instance)) == sorted(truth)
        assert all(tier.optimal and tier.prices for tier in prove(instance, arcs_of(truth)))


@pytest.mark.parametrize("seed", range(60))
def test_few_kept_pairs_are_priced_until_nothing_is_missing(seed, make, aimed, bounded, pairs, monkeypatch):
    """With one pair kept per person at first, pricing still finds the best matching in every tier."""
    for name, few in {"_FEW_CELLS": 0, "_FEW_FREE": 0, "EACH": 1, "_MORE": 1}.items():
        monkeypatch.setattr(climb, name, few)
    order = ORDERS[seed % len(ORDERS)]
    instance = replace(small(seed, make, bounded, aimed), objective=order)
    truth = bests(instance, order, every_matching(instance))
    if truth is not None:
        assert pairs(Network().solve(instance)) == sorted(truth)
        assert all(tier.optimal and tier.prices for tier in prove(instance, arcs_of(truth)))

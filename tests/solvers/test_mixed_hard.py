"""Rules over several pairs where numbers are large, time is short, or what proposes is of no use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mentormatch.errors import UnsupportedProblem
from mentormatch.network import Group, Linear, Short
from mentormatch.solvers import Mixed, ascent, keeps_rules, mixed, programme, search
from mentormatch.solvers.climb import OutOfTime
from mentormatch.solvers.programme import Auxiliary, Choice, Programme, common_unit
from mentormatch.solvers.reach import reached
from mentormatch.solvers.rows import FREE, PairRow
from mentormatch.solvers.table import Table
from mentormatch.solvers.tiers import Clock


def hours_problem(make, seed, objective=("coverage", "total"), n=6, m=3):
    """A small problem whose pairs cost hours, which mentors have too few of, and one least sum."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 5, (n, m)) / 4
    instance = make(scores, capacity=3, objective=objective, seed=seed)
    cost = rng.integers(1, 8, n)
    hours = [Linear(np.arange(n), np.full(n, j), cost, -FREE, int(rng.integers(4, 14))) for j in range(m)]
    least = Linear(*np.nonzero(np.ones((n, m))), np.repeat(rng.integers(1, 8, n), m), int(rng.integers(4, 18)), FREE)
    return replace(instance, linear=(*hours, least), open_from=((0, 2),), apart=((0, 0, 1),))


def obeying(instance, matchings):
    """The matchings that keep every rule over several pairs."""
    arcs = [np.array(pairs, np.int64).reshape(-1, 2).T for pairs in matchings]
    return [pairs for pairs in arcs if mixed.keeps_coupling(instance, mixed.Arcs(*pairs))]


def best_of(instance, matchings):
    """What the best matching that keeps every rule reaches, tier by tier, and in the seed's; None if none does."""
    table = Table(instance)
    values = [
        (*(reached(table, name, *pairs) for name in instance.objective), int(instance.tie_pairs(*pairs).sum()))
        for pairs in obeying(instance, matchings)
    ]
    return max(values, default=None)


def test_an_answer_to_a_question_is_not_all_the_answers(make, every, monkeypatch):
    """Whatever single matching is found first, the best of all is found in the end."""
    asked = []
    real = ascent.search

    def one_answer(state, left, costs, fine=1, enough=None):
        parts, exact = real(state, left, costs, fine, enough)
        if enough is None:
            return parts, exact
        asked.append(enough)
        columns = np.flatnonzero(state.programme.open)
        aux = state.best.aux[columns[columns >= state.programme.cells] - state.programme.cells]
        made = np.isin(columns[columns < state.programme.cells], state.best.keys)
        return [ascent.Part(state.programme.settling(columns, np.concatenate((made, aux))), state.best)], exact

    monkeypatch.setattr(ascent, "search", one_answer)
    monkeypatch.setattr(ascent, "propose", lambda *_: None)
    for seed in range(60):
        instance = hours_problem(make, seed, ("coverage", "floor", "total"), n=5)
        best = best_of(instance, every(instance))
        if best is None:
            with pytest.raises(Short):
                Mixed().solve(instance)
        else:
            assert tuple(tier.value for tier in Mixed().solve(instance).tiers) == best[:-1]
    assert asked


@pytest.mark.parametrize("objective", [("coverage", "total", "balance"), ("coverage", "floor", "balance", "total")])
def test_what_is_told_when_time_is_up_is_what_there_is(make, every, monkeypatch, objective):
    """Stopped after any round, values are those of the pairs, which keep every rule, and bounds hold."""
    instance = replace(hours_problem(make, 3, objective), open_from=())
    instance = replace(instance, linear=instance.linear[:-1])
    best = best_of(instance, every(instance))
    table = Table(instance)
    stopped = []
    for rounds in range(60):

        class Short(Clock):
            left = rounds

            def __call__(self):
                if not self.left:
                    raise OutOfTime
                self.left -= 1

        monkeypatch.setattr(mixed, "Clock", Short)
        found = Mixed().solve(instance)
        assert keeps_rules(instance, found.arcs)
        assert [tier.value for tier in found.tiers] == [reached(table, name, *found.arcs) for name in objective]
        stopped.append([tier.proved for tier in found.tiers].count(True))
        for tier, top in zip(found.tiers, best, strict=False):
            assert tier.value <= tier.bound
            assert top <= tier.bound
            if not tier.proved or tier.value < top:
                break
    assert stopped[0] == 0
    assert stopped[-1] == len(objective)


def test_multipliers_however_large_bound_what_they_should():
    """No multiplier makes a product or a sum overflow: the bound holds for weights and costs as large as they come."""
    rng = np.random.default_rng(0)
    n, m = 4, 3
    keys = np.arange(n * m)
    for _ in range(200):
        rows = tuple(
            PairRow(keys, rng.integers(1, 10 ** rng.integers(1, 16), n * m), -FREE, int(10 ** rng.integers(1, 16)))
            for _ in range(12)
        )
        limits = np.array([1] * n + [2] * m + [row.upper for row in rows], np.int64)
        none = Auxiliary.of([(n, 0, 1)], [1 << 50])
        lower = np.where(np.arange(len(limits)) < n + m, 0, -FREE)
        nobody = Choice(np.empty(0, np.int64), np.zeros(1, np.int64))
        what = Programme((n, m), rows, none, np.ones(n * m + 1, bool), nobody, lower, limits)
        costs = rng.integers(-(1 << 50), 1 << 50, n * m + 1)
        costs[-1] = -1
        multipliers = rng.random(len(limits)) * 10.0 ** rng.integers(0, 31, len(limits)) * rng.choice([-1, 1, 1])
        whole = what.sound(multipliers, float(np.abs(costs).max()))
        bound = what.bound(what.reduced(costs, whole), whole)
        exact = [int(cost) for cost in costs]
        exact[-1] -= int(whole[n])
        for key in range(n * m):
            exact[key] -= int(whole[key // m]) + int(whole[n + key % m])
            exact[key] -= sum(int(row.weights[key]) * int(whole[n + m + at]) for at, row in enumerate(rows))
        tops = [*[1] * (n * m), 1 << 50]
        truth = sum(max(0, worth) * top for worth, top in zip(exact, tops, strict=True))
        paid = np.where(whole > 0, limits, lower)
        truth += sum(int(price) * int(limit) for price, limit in zip(whole, paid, strict=True) if price)
        assert bound == truth


def test_a_unit_is_the_largest_that_divides_all():
    """The unit of numbers is their greatest common divisor, in however many slices it is looked for."""
    assert common_unit(np.array([12, -18, 0])) == 6
    assert common_unit(np.zeros(3, np.int64)) == 1
    many = np.full(3 * programme.AT_ONCE, 10)
    many[-1] = 4
    assert common_unit(many) == 2


def test_weights_that_cannot_be_added_up_are_refused(make):
    """Weights whose sums leave 60 bits are refused, those that only a sum over all pairs would are not."""
    i, j = np.nonzero(np.ones((100, 100)))
    heavy = Linear(i, j, np.random.default_rng(0).integers(10**14, 10**15, len(i)), -FREE, 10**16)
    solution = Mixed().solve(replace(make(np.ones((100, 100))), linear=(heavy,)))
    assert 0 < solution.tiers[0].value == solution.tiers[0].bound < 100
    with pytest.raises(UnsupportedProblem, match="heavy"):
        Mixed().solve(replace(make(np.ones((100, 100)), demand=30, capacity=30), linear=(heavy,)))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nobody_on_one_side(make, shape):
    """With nobody on one side a quota is met by nobody, or by nothing."""
    instance = make(np.zeros(shape))
    assert len(Mixed().solve(replace(instance, groups=(Group(0, np.arange(shape[0]), 0, 2),))).arcs.i) == 0
    with pytest.raises(Short):
        Mixed().solve(replace(instance, groups=(Group(1, np.arange(shape[1]), 1, 2),)))


def test_a_floating_point_solver_that_is_wrong_is_not_asked_for_ever(make, monkeypatch):
    """Where the last resort takes for a solution what is none, that is an error."""
    monkeypatch.setattr(search, "MOST_NODES", 0)
    monkeypatch.setattr(search, "_mixed", lambda _programme, _costs, columns, *_, **__: (np.ones_like(columns), True))
    refused = 0
    for seed in range(20):
        try:
            Mixed().solve(hours_problem(make, seed, n=8, m=4))
        except UnsupportedProblem as error:
            refused += "weigh too differently" in str(error)
    assert refused


def test_quotas_that_cross_and_scores_that_are_alike(make):
    """Many equally good matchings are no reason to search: quotas that cross are proved by whole multipliers."""
    rng = np.random.default_rng(1)
    n, m = 150, 50
    instance = make(rng.integers(0, 5, (n, m)) / 4, capacity=4)
    crossing = [Group(0, np.flatnonzero(rng.random(n) < 0.5), 0, n // 3) for _ in range(3)]
    crossing += [Group(1, np.flatnonzero(rng.random(m) < 0.5), n // 8, n // 3) for _ in range(3)]
    solution = Mixed().solve(replace(instance, groups=tuple(crossing)))
    assert solution.proof in ("multipliers", "branch and bound")
    assert solution.ties
    assert all(tier.optimal for tier in solution.tiers)


def test_people_who_go_together_are_bounded_together(make):
    """Pairs of people with the same partners, in twos and threes, do not defeat the bound in whole numbers."""
    rng = np.random.default_rng(2)
    instance = make(rng.random((40, 12)), capacity=5)
    alike = ((0, 0, 1), (0, 1, 2), *((0, 2 * k, 2 * k + 1) for k in range(2, 12)), (1, 0, 1))
    solution = Mixed().solve(replace(instance, alike=alike))
    assert keeps_rules(replace(instance, alike=alike), solution.arcs)
    assert solution.proof != "floating-point branch and bound"

"""Rules over several pairs: the best matching of all that keep them, tier by tier, the seed's too."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mentormatch.errors import TimeLimit
from mentormatch.network import Arcs, Group, Linear, Ranked, Short
from mentormatch.solvers import Mixed, Network, ascent, keeps_rules
from mentormatch.solvers.reach import reached
from mentormatch.solvers.table import Table

TIERS = [
    ("coverage", "total"),
    ("total",),
    ("total", "coverage"),
    ("coverage", "floor", "total"),
    ("coverage", "leximin"),
    ("coverage", "leximin", "balance"),
    ("coverage", "balance", "total"),
    ("coverage", "total", "balance"),
    ("coverage", "priority", "total"),
    ("coverage", "wishes", "total"),
    ("wishes", "coverage"),
    ("coverage", "least_change", "total"),
]
FREE = 1 << 61


def obeys(instance, pairs):
    """Whether some pairs keep every rule over several of them, by the plain meaning of each."""
    pairs = set(pairs)

    def partners(side, one):
        return {pair[1 - side] for pair in pairs if pair[side] == one}

    weights = [
        sum(int(w) for i, j, w in zip(rule.i, rule.j, rule.weight, strict=True) if (i, j) in pairs)
        for rule in instance.linear
    ]
    counts = [sum(pair[group.side] in group.people.tolist() for pair in pairs) for group in instance.groups]
    return (
        all(rule.lower <= weight <= rule.upper for rule, weight in zip(instance.linear, weights, strict=True))
        and all(group.lower <= n <= group.upper for group, n in zip(instance.groups, counts, strict=True))
        and not any(partners(side, a) & partners(side, b) for side, a, b in instance.apart)
        and all(partners(side, a) == partners(side, b) for side, a, b in instance.alike)
        and not any(0 < len(partners(1, mentor)) < k for mentor, k in instance.open_from)
    )


def groups_of(rng, shape):
    """One or two quotas on anybody."""
    for _ in range(rng.integers(1, 3)):
        side = int(rng.integers(2))
        upper = int(rng.integers(0, 4))
        lower = int(rng.integers(0, upper + 1)) if rng.random() < 0.4 else 0
        yield Group(side, np.flatnonzero(rng.random(shape[side]) < 0.6), lower, upper)


def bounds_on_weights(rng, shape):
    """One or two bounds on what pairs weigh, whole or in fractions, sometimes negative."""
    for _ in range(rng.integers(1, 3)):
        i, j = np.nonzero(rng.random(shape) < 0.7)
        weight = rng.integers(1, 10, len(i)) if rng.random() < 0.6 else rng.integers(-3, 9, len(i)) * 250_000
        upper = int(rng.integers(0, int(np.abs(weight).sum()) + 1))
        lower = int(rng.integers(min(0, upper), upper + 1)) if rng.random() < 0.3 else -FREE
        yield Linear(i, j, weight.astype(np.int64), lower, FREE if rng.random() < 0.2 and lower > -FREE else upper)


def twos_of(rng, shape, share):
    """Two people of a side, now and then."""
    for side, size in enumerate(shape):
        if size > 1 and rng.random() < share:
            yield (side, *sorted(rng.choice(size, 2, replace=False).tolist()))


def random_problem(make, seed):
    """A small problem with ties, closed pairs, uneven bounds and some rules over several pairs."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    kinds = (rng.integers(-2, 9, (n, m)) / 16, rng.random((n, m)), rng.integers(0, 3, (n, m)) / 3)
    scores = kinds[rng.integers(3)]
    scores[rng.random((n, m)) < 0.2] = np.nan
    highs = [rng.integers(0, most + 1, size).tolist() for size, most in ((n, min(3, m)), (m, 4))]
    demand, capacity = (
        [(int(rng.integers(0, high + 1)) if rng.random() < 0.15 else 0, high) for high in side] for side in highs
    )
    objective = TIERS[rng.integers(len(TIERS))]
    instance = make(scores, demand=demand, capacity=capacity, objective=objective, seed=seed)
    some = {
        "groups": tuple(groups_of(rng, (n, m))) if rng.random() < 0.4 else (),
        "linear": tuple(bounds_on_weights(rng, (n, m))) if rng.random() < 0.4 else (),
        "apart": tuple(twos_of(rng, (n, m), 0.3)),
        "alike": tuple(twos_of(rng, (n, m), 0.12)),
        "open_from": tuple((int(j), int(rng.integers(2, 4))) for j in range(m) if rng.random() < 0.2),
        "classes": rng.integers(0, 3, n).astype(np.int64),
        "wished": tuple(Ranked(*np.nonzero(rng.random((n, m)) < 0.4), np.empty(0)) for _ in range(2)),
        "previous": Arcs(*np.nonzero(rng.random((n, m)) < 0.3)),
    }
    some["wished"] = tuple(one._replace(rank=rng.integers(1, 4, len(one.i))) for one in some["wished"])
    return replace(instance, **some)


def judged(instance, pairs):
    """What some pairs reach in every tier and in the seed's."""
    i, j = np.array(pairs, np.int64).reshape(-1, 2).T
    table = Table(instance)
    return (*(reached(table, name, i, j) for name in instance.objective), int(instance.tie_pairs(i, j).sum()))


def compare(instance, matchings, solver=None):
    """Solve and compare with every matching; return what the proof rests on, or that there is none."""
    valid = [pairs for pairs in matchings if obeys(instance, pairs)]
    if not valid:
        with pytest.raises(Short):
            (solver or Mixed()).solve(instance)
        return "infeasible"
    best = max(valid, key=lambda pairs: judged(instance, pairs))
    solution = (solver or Mixed()).solve(instance)
    assert sorted(zip(*(side.tolist() for side in solution.arcs), strict=True)) == sorted(best)
    assert keeps_rules(instance, solution.arcs)
    for tier, value in zip(solution.tiers, judged(instance, best), strict=False):
        assert tier.value == tier.bound == value
        assert tier.proved
    return solution.proof


@pytest.mark.parametrize("block", range(40))
def test_the_best_of_every_matching_that_keeps_the_rules(make, every, block):
    """Of 2,000 small problems each has exactly the pairs that are best in every tier, or none at all."""
    problems = [random_problem(make, 50 * block + seed) for seed in range(50)]
    seen = Counter(compare(instance, every(instance)) for instance in problems)
    assert seen["infeasible"] < 45
    assert seen["floating-point branch and bound"] == 0


def test_all_kinds_of_proof_occur(make, every):
    """The problems of the comparison are not too easy: some need multipliers, some branching."""
    seen = {compare(instance, every(instance)) for seed in range(60) for instance in [random_problem(make, seed)]}
    assert {"prices", "multipliers", "branch and bound", "infeasible"} <= seen


def test_nested_quotas_by_the_network(make, every):
    """Quotas that lie inside each other are solved by the network, to the same matching, and by multipliers alone."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        instance = make(rng.integers(0, 9, (4, 3)) / 8, demand=(0, 2), capacity=(0, 3), seed=seed)
        inner = Group(0, np.array([0, 1]), 1, 2)
        outer = Group(0, np.array([0, 1, 2]), 0, int(rng.integers(2, 4)))
        few = Group(1, np.array([1, 2]), 0, int(rng.integers(0, 4)))
        instance = replace(instance, groups=(inner, outer, few))
        assert compare(instance, every(instance), Network()) in {"prices", "multipliers", "infeasible"}


def quota_problem(make, n=60, m=20):
    """A middling problem whose quotas and counts bind."""
    rng = np.random.default_rng(5)
    instance = make(rng.random((n, m)), capacity=3)
    linear = Linear(*np.nonzero(rng.random((n, m)) < 0.5), np.ones(0, np.int64), 0, n // 3)
    linear = linear._replace(weight=np.ones(len(linear.i), np.int64))
    return replace(instance, groups=(Group(1, np.arange(m // 2), 0, n // 4),), linear=(linear,), apart=((0, 0, 1),))


def test_another_solver_agrees(make):
    """The value of a middling problem is that of SciPy's mixed-integer programme."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    instance = replace(quota_problem(make), apart=(), objective=("total",))
    n, m = instance.shape
    scores = instance.score_block(slice(0, n), slice(0, m))
    rows = [np.kron(np.eye(n)[i], np.ones(m)) for i in range(n)] + [np.tile(np.eye(m)[j], n) for j in range(m)]
    of_group = np.tile(np.isin(np.arange(m), instance.groups[0].people), n).astype(float)
    counted = np.zeros((n, m))
    counted[instance.linear[0].i, instance.linear[0].j] = 1
    most = [1] * n + [3] * m + [instance.groups[0].upper, instance.linear[0].upper]
    limits = LinearConstraint(np.array([*rows, of_group, counted.ravel()]), -np.inf, most)
    peer = milp(-scores.ravel(), constraints=limits, bounds=Bounds(0, 1), integrality=np.ones(n * m))
    solution = Mixed().solve(instance)
    assert float(scores[solution.arcs].sum()) == pytest.approx(-peer.fun, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_another_solver_agrees_where_a_few_pairs_are_looked_among_first(make, monkeypatch, seed):
    """With quotas, minimums and tensions, pairs and total are those of SciPy's mixed-integer programme."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    monkeypatch.setattr(ascent, "ALL", 300)
    rng = np.random.default_rng(seed)
    n, m = 60, 20
    scores = rng.random((n, m)) + rng.random(m)
    scores = np.round(scores * 20) / 20 if seed % 2 else scores
    favourite = scores.argmax(axis=1)
    tense = [(0, a, b) for a in range(n) for b in range(a + 1, n) if favourite[a] == favourite[b]][::9]
    groups = (Group(0, np.arange(30), 25, 28), Group(1, np.arange(8), 0, 20))
    instance = replace(
        make(scores, capacity=[(int(rng.random() < 0.4), 3) for _ in range(m)]), groups=groups, apart=tuple(tense)
    )
    i, j = (index.ravel() for index in np.indices((n, m)))
    rows = [np.flatnonzero(i == one) for one in range(n)] + [np.flatnonzero(j == one) for one in range(m)]
    rows += [np.flatnonzero(i < 30), np.flatnonzero(j < 8)]
    rows += [np.array([a * m + mentor, b * m + mentor]) for _, a, b in tense for mentor in range(m)]
    lower = [*instance.mentees.lower, *instance.mentors.lower, 25, 0, *[0] * (m * len(tense))]
    upper = [*instance.mentees.upper, *instance.mentors.upper, 28, 20, *[1] * (m * len(tense))]

    def best(worth, coverage):
        every = [*rows, np.arange(n * m)]
        at = np.repeat(np.arange(len(every)), [len(row) for row in every])
        table = coo_array((np.ones(len(at)), (at, np.concatenate(every))), shape=(len(every), n * m)).tocsr()
        limits = LinearConstraint(table, [*lower, coverage], [*upper, n])
        found = milp(-worth, constraints=limits, bounds=Bounds(0, 1), integrality=np.ones(n * m))
        assert found.status == 0
        return -found.fun

    coverage = round(best(np.ones(n * m), 0))
    solution = Mixed().solve(instance)
    assert solution.proof != "floating-point branch and bound"
    assert len(solution.arcs.i) == solution.tiers[0].value == coverage
    assert float(scores[solution.arcs].sum()) == pytest.approx(best(scores.ravel(), coverage), abs=1e-6)


def test_the_order_of_people_decides_nothing(make):
    """Turned round, the same people get the same partners."""
    instance = quota_problem(make)
    n, m = instance.shape
    scores = instance.score_block(slice(0, n), slice(0, m))
    names = np.arange(n)[::-1], np.arange(m)[::-1]
    turned = make(scores[::-1, ::-1], capacity=3, names=names)
    linear = instance.linear[0]._replace(i=n - 1 - instance.linear[0].i, j=m - 1 - instance.linear[0].j)
    group = instance.groups[0]._replace(people=np.sort(m - 1 - instance.groups[0].people))
    turned = replace(turned, groups=(group,), linear=(linear,), apart=((0, n - 2, n - 1),))
    here, there = Mixed().solve(instance).arcs, Mixed().solve(turned).arcs
    assert {*zip(here.i.tolist(), here.j.tolist(), strict=True)} == {
        *zip((n - 1 - there.i).tolist(), (m - 1 - there.j).tolist(), strict=True)
    }


def test_without_time_there_is_no_guess(make):
    """Past a deadline, what there is keeps the rules and says its gap, or the error says there is none."""
    instance = quota_problem(make)
    best = Mixed().solve(instance)
    for wait in (-1.0, 0.02, 0.05, 0.1):
        try:
            found = Mixed().solve(instance, deadline=time.monotonic() + wait)
        except TimeLimit:
            continue
        assert keeps_rules(instance, found.arcs)
        assert found.tiers[0].value <= best.tiers[0].value <= found.tiers[0].bound


def test_progress_is_told_and_may_stop_the_work(make):
    """Every round is told, and an exception from whoever listens goes through."""
    told = []
    Mixed().solve(quota_problem(make), progress=lambda *stage: told.append(stage))
    assert {stage for stage, _, _ in told} == {"solve"}

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Mixed().solve(quota_problem(make), progress=stop)


def test_where_too_many_nodes_are_needed_another_solver_finishes(make, monkeypatch):
    """Past the limit the value is the same, and the proof is called what it is."""
    exact = None
    for seed in range(300):
        instance = random_problem(make, seed)
        try:
            exact = Mixed().solve(instance)
        except Short:
            continue
        if exact.proof == "branch and bound":
            break
    monkeypatch.setattr("mentormatch.solvers.search.MOST_NODES", 0)
    rough = Mixed().solve(instance)
    assert rough.proof == "floating-point branch and bound"
    assert not rough.ties
    assert [tier.value for tier in rough.tiers] == [tier.value for tier in exact.tiers]


def test_a_weaker_bound_drops_no_more_than_it_may(make, every):
    """A round whose multipliers bound less tightly than an earlier one's does not shut what may be needed."""
    scores = [[0.29221392, 0.27823138, 0.85013947]]
    instance = make(scores, demand=2, capacity=[4, 1, 1], objective=("coverage", "floor", "total"))
    instance = replace(instance, alike=((1, 0, 1),), open_from=((0, 3), (2, 3)))
    assert compare(instance, every(instance)) != "infeasible"

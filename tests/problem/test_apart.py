"""Two people who may not share a partner: the best matching that keeps them apart, against every matching."""

from collections import Counter
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm

TIERS = [
    ("coverage", "total"),
    ("total", "coverage"),
    ("coverage", "floor"),
    ("coverage", "leximin"),
    ("coverage", "balance", "total"),
    ("coverage", "total", "balance"),
]


def keeps(pairs, apart):
    """Whether nobody shares a partner with somebody they are kept apart from."""
    circles = {}
    for i, j in pairs:
        circles.setdefault(("mentor", j), set()).add(f"e{i}")
        circles.setdefault(("mentee", i), set()).add(f"r{j}")
    return not any({a, b} <= circle for a, b in apart for circle in circles.values())


def people(seed):
    """A small pool with two places or more here and there, its scores, and some tensions on either side."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 5), rng.integers(2, 4)
    table = rng.integers(0, 5, (n, m)) / 4
    table[rng.random((n, m)) < 0.15] = np.nan
    capacity = [(int(rng.random() < 0.15), int(rng.integers(1, 4))) for _ in range(m)]
    demand = [(0, int(rng.integers(1, 3))) for _ in range(n)]
    names = [f"e{i}" for i in range(n)], [f"r{j}" for j in range(m)]
    apart = [pair for side in names for pair in combinations(side, 2) if rng.random() < 0.4]
    return table, capacity, demand, names, apart


def problem_of(table, capacity, demand, names, apart, locks=()):
    @mm.scorer
    def by_table(mentee, mentor):
        return table[int(mentee.id[1:]), int(mentor.id[1:])]

    closed = [mm.Forbid(names[0][i], names[1][j]) for i, j in np.argwhere(np.isnan(table))]
    table = np.nan_to_num(table)
    return mm.Problem.build(
        [{"id": name, "capacity": bound} for name, bound in zip(names[1], capacity, strict=True)],
        [{"id": name, "mentors_wanted": bound} for name, bound in zip(names[0], demand, strict=True)],
        scorers={by_table: 1},
        constraints=[*closed, *(mm.Tension(a, b) for a, b in apart)],
        locks=locks,
    )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(TIERS))
def test_the_best_of_every_matching_that_keeps_people_apart(every_matching, seed, tiers):
    """With tensions between mentees and between mentors each tier has its best value, and the proof verifies."""
    table, capacity, demand, names, apart = people(seed)
    known = [pairs for pairs in every_matching(table, capacity, demand) if keeps(pairs, apart)]
    problem = problem_of(table, capacity, demand, names, apart)
    if not known:
        with pytest.raises(mm.Infeasible):
            problem.solve(objective=tiers)
        return
    meaning = {
        "coverage": len,
        "total": lambda pairs: sum(table[i, j] for i, j in pairs),
        "floor": lambda pairs: min((table[i, j] for i, j in pairs), default=0),
        "leximin": lambda pairs: tuple(sorted(table[i, j] for i, j in pairs)),
        "balance": lambda pairs: (
            -sum(Fraction(load**2, capacity[j][1]) for j, load in Counter(j for _, j in pairs).items())
        ),
    }
    matching = problem.solve(objective=tiers)
    made = {(int(pair.mentee[1:]), int(pair.mentor[1:])) for pair in matching}
    assert keeps(made, apart)
    assert tuple(meaning[tier](made) for tier in tiers) == max(tuple(meaning[t](p) for t in tiers) for p in known)
    assert matching.certificate.optimal
    matching.certificate.verify(problem)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_tension_that_is_kept_anyway_changes_nothing(seed):
    """Tensions between people who do not share a partner leave every byte as it was."""
    table, capacity, demand, names, _ = people(seed)
    try:
        free = problem_of(table, capacity, demand, names, []).solve()
    except mm.Infeasible:
        return
    made = {(int(pair.mentee[1:]), int(pair.mentor[1:])) for pair in free}
    quiet = [pair for side in names for pair in combinations(side, 2) if keeps(made, [pair])]
    assert problem_of(table, capacity, demand, names, quiet).solve().to_json() == free.to_json()


def test_locks_and_tensions_between_mentees():
    """A lock shuts its mentor to whom the mentee is kept apart from; two such locks are named and refused."""
    table = np.array([[0.9, 0.1], [0.8, 0.2]])
    given_ = (table, [(0, 2), (0, 2)], [(0, 1), (0, 1)], (["e0", "e1"], ["r0", "r1"]), [("e0", "e1")])
    kept = problem_of(*given_, locks=[("e1", "r0")])
    matching = kept.solve()
    assert {(pair.mentee, pair.mentor) for pair in matching} == {("e1", "r0"), ("e0", "r1")}
    matching.certificate.verify(kept)
    with pytest.raises(mm.Infeasible) as caught:
        problem_of(*given_, locks=[("e0", "r0"), ("e1", "r0")]).solve()
    assert caught.value.people == ("e0", "e1", "r0")
    assert "tension" not in str(caught.value).lower()


def test_a_worse_matching_does_not_verify():
    """A matching that keeps people apart and is not the best one fails, coupled rules or not."""
    table = np.array([[0.9, 0.1], [0.8, 0.7]])
    given_ = (table, [(0, 2), (0, 2)], [(0, 1), (0, 1)], (["e0", "e1"], ["r0", "r1"]), [("e0", "e1")])
    problem = problem_of(*given_)
    best = problem.solve()
    assert best.total == pytest.approx(1.6)
    worse = problem_of(*given_, locks=[("e1", "r0")]).solve()
    with pytest.raises(mm.CertificateError):
        worse.certificate.verify(problem)


def test_a_minimum_that_only_tensions_prevent_is_told_without_them():
    """Where nothing but confidential rules stands in the way, the error names the minimum and nobody else."""
    table = np.full((2, 1), 0.5)
    with pytest.raises(mm.Infeasible) as caught:
        problem_of(table, [(2, 2)], [(0, 1), (0, 1)], (["e0", "e1"], ["r0"]), [("e0", "e1")]).solve()
    assert caught.value.people == ("r0",)
    assert str(caught.value).endswith(
        "cannot be met: mentor r0 at least 2, together with the rules that are not shown."
    )


def test_a_search_that_grows_too_large_says_how_it_ended(monkeypatch):
    """Past a stated number of steps another solver finishes, the record says so, and the value is the same."""
    table = np.full((4, 3), 0.5) + np.arange(12).reshape(4, 3) / 100
    names = [f"e{i}" for i in range(4)], ["r0", "r1", "r2"]
    given_ = (table, [(0, 4)] * 3, [(0, 2)] * 4, names, [("e0", "e1"), ("e1", "e2"), ("e0", "e2"), ("r0", "r1")])
    exact = problem_of(*given_).run()
    monkeypatch.setattr("mentormatch.solvers.search.MOST_NODES", 0)
    rough = problem_of(*given_).run()
    assert rough.matching.total == exact.matching.total
    if exact.record.proof == "branch and bound":
        assert rough.record.proof == "floating-point branch and bound"
    rough.matching.certificate.verify(problem_of(*given_))

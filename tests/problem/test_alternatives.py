"""More matchings than the best one, as a user asks for them."""

from itertools import combinations, count, islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.problem import alternatives

ORDERS = [
    ("coverage", "total"),
    ("total",),
    ("coverage", "floor", "total"),
    ("coverage", "leximin"),
    ("coverage", "balance"),
]


def small(seed):
    """A small table with ties, closed pairs and negative scores, with bounds on both sides."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 5), rng.integers(2, 4)
    table = rng.integers(-1, 4, (n, m)) / 4
    table[rng.random((n, m)) < 0.3] = np.nan

    def bounds(size):
        tops = rng.integers(1, 3, size).tolist()
        return [(int(rng.random() < 0.15), top) for top in tops]

    return table, bounds(m), bounds(n)


def made(matching):
    """The pairs of a matching as positions."""
    return {(int(pair.mentee), int(pair.mentor)) for pair in matching}


def people(table, tense=(), locks=(), bounds=None):
    """A problem of people with these scores, whom tensions keep apart."""

    @mm.scorer
    def by_table(mentee, mentor):
        return table[int(mentee.id[1:]), int(mentor.id[1:])]

    capacity, demand = bounds or ([2] * table.shape[1], [2] * table.shape[0])
    return mm.Problem.build(
        [{"id": f"r{j}", "capacity": bound} for j, bound in enumerate(capacity)],
        [{"id": f"e{i}", "mentors_wanted": bound} for i, bound in enumerate(demand)],
        scorers={by_table: 1},
        constraints=[mm.Tension(a, b) for a, b in tense],
        locks=locks,
    )


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(ORDERS))
def test_each_alternative_is_a_matching_that_verifies(every_matching, seed, objective):
    """All matchings come, each once, the first as solve gives it; each holds what its certificate says."""
    table, capacity, demand = small(seed)
    problem = mm.Problem.from_scores(table, mentor_capacity=capacity, mentee_demand=demand)
    known = {frozenset(pairs) for pairs in every_matching(table, capacity, demand)}
    if not known:
        with pytest.raises(mm.Infeasible):
            problem.solutions(1)
        return
    if len(known) > 60:
        return
    found = list(problem.solutions(1_000, objective=objective))
    assert found[0].to_json() == problem.solve(objective=objective).to_json()
    assert len(found) == len(known)
    assert {frozenset(made(matching)) for matching in found} == known
    first = tuple(tier.value for tier in found[0].certificate.tiers)
    for matching in found:
        matching.certificate.verify(problem)
        own = tuple(tier.value for tier in matching.certificate.tiers)
        assert matching.certificate.optimal == (own == first)
        assert matching.certificate.gap >= 0
        assert mm.Matching.from_json(matching.to_json()).to_json() == matching.to_json()


def test_a_certificate_that_claims_too_much_fails():
    """The second best with the certificate of the best does not verify."""
    problem = mm.Problem.from_scores([[0.9, 0.2], [0.3, 0.6]])
    first, second = problem.solutions(2)
    assert first.certificate.optimal
    assert not second.certificate.optimal
    assert [tier.bound for tier in second.certificate.tiers] == [2, 1.5]
    lie = mm.Certificate(
        tuple(mm.TierProof(tier.name, tier.value, tier.value, optimal=True) for tier in second.certificate.tiers),
        second.certificate.pairs,
        second.certificate.objective,
    )
    with pytest.raises(mm.CertificateError):
        lie.verify(problem)


def test_ties_come_in_the_order_of_the_seed():
    """Equal matchings are all proven optimal; another seed gives the same ones in another order."""
    problem = mm.Problem.from_scores(np.full((3, 3), 0.5))
    one, other = (list(problem.solutions(6, seed=seed)) for seed in (0, 1))
    assert all(matching.certificate.optimal for matching in (*one, *other))
    assert {frozenset(made(each)) for each in one} == {frozenset(made(each)) for each in other}
    assert [made(each) for each in one] != [made(each) for each in other]


def test_the_listing_order_decides_nothing():
    """The same people in another order have the same alternatives in the same order."""
    rng = np.random.default_rng(2)
    table = rng.integers(0, 3, (6, 6)) / 2
    rows, columns = rng.permutation(6), rng.permutation(6)
    ids = [str(one) for one in range(6)]
    straight = mm.Problem.from_scores(table, mentees=ids, mentors=ids)
    mixed = mm.Problem.from_scores(
        table[rows][:, columns], mentees=[ids[i] for i in rows], mentors=[ids[j] for j in columns]
    )
    assert [made(one) for one in straight.solutions(50)] == [made(one) for one in mixed.solutions(50)]


@pytest.mark.parametrize("objective", ORDERS)
def test_locks_and_tensions_hold_in_every_alternative(objective):
    """However far down the list, a lock is kept and people in tension share nobody; none that does so is missing."""
    table = np.array([[0.9, 0.5, 0.4], [0.8, 0.7, 0.1], [0.6, 0.3, 0.2]])
    tense = [("e0", "e1"), ("r1", "r2"), ("e2", "r0")]
    bounds = ([(0, 2), (0, 2), (0, 1)], [(0, 2), (1, 1), (0, 1)])
    problem = people(table, tense, [("e0", "r0")], bounds)
    found = [
        {(int(pair.mentee[1:]), int(pair.mentor[1:])) for pair in matching}
        for matching in problem.solutions(1_000, objective=objective)
    ]
    cells = [(i, j) for i in range(3) for j in range(3) if (i, j) != (2, 0)]
    known = []
    for size in range(len(cells) + 1):
        for pairs in map(set, combinations(cells, size)):
            loads = (
                [sum(j == column for _, j in pairs) for column in range(3)],
                [sum(i == row for i, _ in pairs) for row in range(3)],
            )
            fits = all(
                low <= load <= high
                for side, given_ in zip(loads, bounds, strict=True)
                for load, (low, high) in zip(side, given_, strict=True)
            )
            shared = any({(0, j), (1, j)} <= pairs for j in range(3)) or any(
                {(i, 1), (i, 2)} <= pairs for i in range(3)
            )
            if fits and not shared and (0, 0) in pairs:
                known.append(pairs)
    assert len(found) == len(known)
    assert all(pairs in known for pairs in found)
    assert len({frozenset(pairs) for pairs in found}) == len(found)


@pytest.mark.parametrize(
    ("locks", "order"),
    [((), [(2, 2), (2, 0), (1, 1)]), ([("0", "0")], [(2, 2), (1, 1), (2, 0)])],
    ids=["running", "placed by hand"],
)
def test_the_tier_that_keeps_pairs(locks, order):
    """Alternatives that keep more of an earlier matching come first, and before all those that keep what was placed."""
    problem = mm.Problem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    before = mm.Problem.from_scores([[0.9, 0.1], [0.1, 0.9]], locks=locks).solve()
    found = list(problem.solutions(3, objective=("coverage", "least_change", "total"), previous=before))
    assert [tuple(tier.value for tier in one.certificate.tiers)[:2] for one in found] == order
    for matching in found:
        matching.certificate.verify(problem)


def test_what_cannot_be_asked():
    """A number that is none, a tier that is none and an objective without an order are refused at once."""
    problem = mm.Problem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    for ask in (problem.solutions, problem.diverse):
        for k in (0, -1, 1.5, True, "3", None):
            with pytest.raises(mm.InputError, match="k is a whole number"):
                ask(k)
        with pytest.raises(mm.InputError, match="no tier"):
            ask(2, objective="best")
        with pytest.raises(mm.UnsupportedProblem, match="no second best"):
            ask(2, objective="stable")
        with pytest.raises(mm.InputError, match="previous"):
            ask(2, objective=("coverage", "least_change"))
        with pytest.raises(mm.InputError, match="time_limit"):
            ask(2, time_limit=0)
    for changes in (0, -2, 1.5, True):
        with pytest.raises(mm.InputError, match="min_changes is a whole number"):
            problem.diverse(2, min_changes=changes)


def test_numbers_of_numpy_are_numbers():
    """A number that comes from an array is as good as any."""
    assert len(list(mm.Problem.from_scores([[0.9, 0.8]]).solutions(np.int64(2)))) == 2


def test_clashes_are_told_when_they_are_asked_for():
    """What cannot be solved has no alternatives either, and says so before the first is asked for."""
    problem = mm.Problem.from_scores([[0.9], [0.8]], mentee_demand=(1, 1))
    with pytest.raises(mm.Infeasible):
        problem.solutions(2)


def test_an_alternative_is_found_when_it_is_asked_for():
    """Nobody waits for more than what is asked for, and progress is told for each."""
    told = []
    problem = mm.Problem.from_scores(np.random.default_rng(0).random((20, 20)))
    found = problem.solutions(10**12, progress=lambda *stage: told.append(stage))
    before = len(told)
    assert len(list(islice(found, 4))) == 4
    assert told[before:] == [("solve", number, 10**12) for number in (2, 3, 4)]


def test_time_runs_out(monkeypatch):
    """Past its time the next one is not guessed: the matchings so far stay, and the error says what is missing."""
    problem = mm.Problem.from_scores(np.random.default_rng(0).random((8, 8)))
    for objective in (("coverage", "total"), ("coverage", "leximin")):
        found = problem.solutions(5, objective=objective, time_limit=60)
        next(found)
        clock = count(0, 100)
        monkeypatch.setattr(alternatives.time, "monotonic", lambda clock=clock: next(clock))
        with pytest.raises(mm.TimeLimit, match="next"):
            list(found)
        monkeypatch.undo()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_diverse_matchings_differ_and_verify(every_matching, seed, changes):
    """Each lacks so many pairs of every one before it, and its certificate holds."""
    table, capacity, demand = small(seed)
    problem = mm.Problem.from_scores(table, mentor_capacity=capacity, mentee_demand=demand)
    known = [set(pairs) for pairs in every_matching(table, capacity, demand)]
    if not known:
        return
    found = list(problem.diverse(4, min_changes=changes))
    assert found[0].to_json() == problem.solve().to_json()
    for number, matching in enumerate(found):
        assert made(matching) in known
        assert all(len(made(other) - made(matching)) >= changes for other in found[:number])
        matching.certificate.verify(problem)
    rest = [pairs for pairs in known if all(len(made(other) - pairs) >= changes for other in found)]
    assert len(found) == 4 or not rest


def test_a_tenth_of_the_pairs_differs_unless_it_is_said():
    """Without a number, diverse matchings differ in a tenth of the pairs, rounded up; locked pairs never change."""
    scores = np.random.default_rng(4).random((11, 11))
    first, second = mm.Problem.from_scores(scores).diverse(2)
    assert len(made(first) - made(second)) == 2
    locked = mm.Problem.from_scores(scores[:3, :3], locks=[("0", "0"), ("1", "1")])
    assert len(list(locked.diverse(2, min_changes=1))) == 2
    assert len(list(locked.diverse(2, min_changes=2))) == 1


def test_nothing_confidential_shows():
    """Neither an alternative nor the local variables of what looks for it show who is kept apart."""
    problem = people(np.full((3, 2), 0.5), [("e0", "e1")])
    found = problem.solutions(3)
    first = next(found)
    assert "tension" not in first.to_json().lower()
    assert not any("apart" in repr(value) for value in found.gi_frame.f_locals.values())

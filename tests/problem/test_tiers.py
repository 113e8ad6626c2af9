"""What the tiers mean to people: who comes first, which wishes count, what is kept, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.network import Arcs

ALL = ("coverage", "priority", "wishes", "floor", "leximin", "total", "balance", "least_change")


def scored(table):
    """Give the pairs of a table their scores, and every other pair 0."""

    @mm.scorer
    def by_table(mentee, mentor):
        return table.get((mentee.id, mentor.id), 0.0)

    return {by_table: 1}


def ids(matching):
    """The pairs of a matching as a set."""
    return {(pair.mentee, pair.mentor) for pair in matching}


def programme(seed):
    """A small programme in which every tier has something to say, and a matching of the round before."""
    rng = np.random.default_rng(seed)
    mentors = [
        {"id": f"m{j}", "capacity": int(rng.integers(1, 4)), "wishes": [f"e{i}" for i in rng.permutation(8)[:2]]}
        for j in range(4)
    ]
    mentees = [
        {
            "id": f"e{i}",
            "wishes": [f"m{j}" for j in rng.permutation(5)[:2]],
            "waited_rounds": int(rng.integers(0, 3)),
            "priority": int(rng.integers(0, 2)),
        }
        for i in range(7)
    ]
    scores = {(f"e{i}", f"m{j}"): int(rng.integers(0, 5)) / 4 for i in range(7) for j in range(4)}
    before = mm.match(mentors, [*mentees[:3], {"id": "gone"}], scorers=scored({}), seed=seed)
    return mentors, mentees, scored(scores), before


@pytest.mark.parametrize("seed", range(6))
def test_every_tier_is_verified_from_the_pairs_and_lies_are_refused(seed):
    """A certificate over all tiers holds, also read back from JSON; another value in any tier does not."""
    mentors, mentees, scorers, before = programme(seed)
    problem = mm.Problem.build(mentors, mentees, scorers=scorers, locks=[("e0", "m1")])
    matching = problem.solve(objective=ALL, previous=before)
    certificate = matching.certificate
    assert certificate.optimal
    assert tuple(tier.name for tier in certificate.tiers) == ALL
    certificate.verify(problem)
    mm.Matching.from_json(matching.to_json()).certificate.verify(problem)
    for number, tier in enumerate(certificate.tiers):
        more = (*tier.value[:-1], tier.value[-1] + 1) if isinstance(tier.value, tuple) else tier.value + 1
        wrong = [*certificate.tiers]
        wrong[number] = mm.TierProof(tier.name, more, more, optimal=True)
        with pytest.raises(mm.CertificateError):
            replace(certificate, tiers=tuple(wrong)).verify(problem)


@pytest.mark.parametrize("tier", ["priority", "wishes", "floor", "leximin", "balance", "least_change"])
def test_pairs_that_are_not_the_best_in_a_tier_are_refused(tier):
    """The values of worse pairs are right and yet not the best: whoever calls them proved is found out."""
    order, outcomes = ("coverage", tier), set()
    for seed in range(4):
        mentors, mentees, scorers, before = programme(seed)
        problem = mm.Problem.build(mentors if tier == "balance" else mentors[:2], mentees, scorers=scorers)
        best = problem.solve(objective=order, previous=before if tier == "least_change" else None).certificate
        prepared = problem._prepare(order, 0, best.previous)
        for luck in range(8):
            pairs = problem.solve(objective="coverage", seed=luck).certificate.pairs
            arcs = Arcs(*np.array([(int(mentee[1:]), int(mentor[1:])) for mentee, mentor in pairs]).T)
            value = prepared.aims.value(tier, arcs, problem.scores.pairs(*arcs))
            claim = replace(best, pairs=pairs, tiers=(best.tiers[0], mm.TierProof(tier, value, value, optimal=True)))
            outcomes.add(value == best.tiers[1].value)
            if value == best.tiers[1].value:
                claim.verify(problem)
            else:
                with pytest.raises(mm.CertificateError):
                    claim.verify(problem)
    assert False in outcomes


def test_who_waited_longest_comes_first_whatever_the_score():
    """With one place, rounds waited decide, then the stated priority, then the score; nobody is left out for it."""
    scorers = scored({("Ann", "Mia"): 1.0, ("Bo", "Mia"): 0.1, ("Cas", "Mia"): 0.2})
    ann, bo, cas = {"id": "Ann", "priority": 9}, {"id": "Bo", "waited_rounds": 2}, {"id": "Cas", "waited_rounds": 1}
    first = mm.match([{"id": "Mia"}], [ann, bo, cas], scorers=scorers)
    assert ids(first) == {("Bo", "Mia")}
    assert first.objective == ("coverage", "priority", "total")
    assert first.certificate.tiers[1].value == (1, 0, 0)
    assert ids(mm.match([{"id": "Mia"}], [{"id": "Ann"}, cas], scorers=scorers)) == {("Cas", "Mia")}
    urgent = [{"id": "Ann"}, {"id": "Bo", "priority": 1}]
    assert ids(mm.match([{"id": "Mia"}], urgent, scorers=scorers)) == {("Bo", "Mia")}
    two = mm.match([{"id": "Mia"}, {"id": "Ned"}], [ann, bo], scorers=scorers, constraints=[mm.Forbid("Bo", "Ned")])
    assert ids(two) == {("Ann", "Ned"), ("Bo", "Mia")}


def test_priority_is_aimed_for_once_anybody_waited():
    """Where nobody waited the default is coverage and total, and what is asked for stays as it is."""
    plain = [{"id": "Ann"}, {"id": "Bo"}]
    assert mm.match([{"id": "Mia"}], plain, scorers=scored({})).objective == ("coverage", "total")
    waited = [{"id": "Ann", "waited_rounds": 1}, {"id": "Bo"}]
    assert (
        "priority" in mm.match([{"id": "Mia"}], waited, scorers=scored({}), preset=mm.preset("development")).objective
    )
    asked = mm.match([{"id": "Mia"}], waited, scorers=scored({}), objective=("coverage", "total"))
    assert asked.objective == ("coverage", "total")
    notes = mm.match([{"id": "Mia", "waited_rounds": 2}], plain, scorers=scored({})).notes
    assert ["mentors" in note.message for note in notes if note.code == "not_read"] == [True]


def test_wishes_are_counted_by_both_by_one_and_by_rank():
    """The value of the tier is mutual wishes, one-sided ones, and minus the ranks of all that are honoured."""
    matching = mm.match(
        [{"id": "Mia", "wishes": ["Bo", "Ann"]}, {"id": "Ned"}],
        [{"id": "Ann", "wishes": ["Mia"]}, {"id": "Bo", "wishes": ["absent", "Ned"]}],
        scorers=scored({}),
        objective=("wishes",),
    )
    assert ids(matching) == {("Ann", "Mia"), ("Bo", "Ned")}
    assert matching.certificate.tiers[0].value == (1, 1, -5)


def test_a_place_given_by_hand_counts_in_balance_and_in_the_floor():
    """Locks take part in how even the loads are and in what the worst score is."""
    problem = mm.Problem.from_scores([[0.1, 0.9], [0.5, 0.5], [0.7, 0.2]], mentor_capacity=[2, 4], locks=[("0", "0")])
    even = problem.solve(objective=("coverage", "balance"))
    assert (even.loads["0"], even.loads["1"]) == (1, 2)
    assert even.certificate.tiers[1].value == 1 / 2 + 4 / 4
    floor = problem.solve(objective=("coverage", "floor", "total"))
    assert floor.certificate.tiers[1].value == 0.1
    assert floor.total == pytest.approx(0.1 + 0.5 + 0.7)


def test_least_change_forgets_who_left():
    """Pairs of people who are gone are no matter; those of the others are kept and counted."""
    mentors, scorers = [{"id": "Mia"}, {"id": "Ned"}], scored({("Ann", "Mia"): 1.0, ("Bo", "Ned"): 1.0})
    before = mm.match(mentors, [{"id": "Ann"}, {"id": "Cas"}], scorers=scorers, locks=[("Ann", "Ned"), ("Cas", "Mia")])
    order = ("coverage", "least_change", "total")
    after = mm.match(mentors, [{"id": "Ann"}, {"id": "Bo"}], scorers=scorers, previous=before, objective=order)
    assert ids(after) == {("Ann", "Ned"), ("Bo", "Mia")}
    assert after.certificate.tiers[1].value == 1
    assert after.certificate.previous == (("Ann", "Ned"), ("Cas", "Mia"))
    assert [note.count for note in after.notes if note.code == "hand_placed_gone"] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"objective": ("coverage", "least_change")},
        {"objective": ("coverage", "total"), "previous": "before"},
        {"objective": ("coverage", "least_change"), "previous": "a string"},
        {"objective": ("least_change", "coverage"), "previous": "before"},
        {"objective": "balance"},
    ],
    ids=str,
)
def test_previous_and_its_tier_go_together(wrong):
    """Neither is taken and ignored, and what needs coverage before it says so."""
    problem = mm.Problem.from_scores([[1.0]])
    if wrong.get("previous") == "before":
        wrong = {**wrong, "previous": problem.solve()}
    with pytest.raises(mm.InputError):
        problem.solve(**wrong)


@pytest.mark.parametrize("seed", range(6))
def test_listing_order_and_solver_decide_nothing(seed):
    """People listed the other way round, and the other solver, give the same pairs and the same certificate."""
    mentors, mentees, scorers, before = programme(seed)
    one = mm.match(mentors, mentees, scorers=scorers, objective=ALL, previous=before, solver="hungarian")
    two = mm.match(mentors[::-1], mentees[::-1], scorers=scorers, objective=ALL, previous=before, solver="network")
    assert ids(one) == ids(two)
    assert one.certificate.tiers == two.certificate.tiers


@pytest.mark.parametrize("seed", range(12))
def test_a_result_cut_short_is_honest_in_every_tier(seed):
    """Whenever time runs out, the bound of the first open tier holds, and the certificate is what it says it is."""
    rng = np.random.default_rng(seed)
    problem = mm.Problem.from_scores(rng.integers(0, 50, (40, 40)) / 8, mentor_capacity=2, mentee_demand=1 + seed % 2)
    order = ("coverage", *rng.permutation(["floor", "leximin", "total", "balance", "wishes"]).tolist())
    whole = problem.solve(objective=order).certificate
    cut = problem.solve(objective=order, time_limit=10.0 ** -(1.5 + seed / 5)).certificate
    cut.verify(problem)
    for early, late in zip(cut.tiers, whole.tiers, strict=True):
        if early.optimal:
            assert early.value == late.value
            continue
        better = (early.value, late.value, early.bound)
        assert list(better) == sorted(better, reverse=early.name == "balance")
        break

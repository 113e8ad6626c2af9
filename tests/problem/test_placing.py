"""Pairs placed by hand survive every re-run, as locks that give way in silence."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import mentormatch as mm

TABLE = {
    "Ann": {"Mia": 0.9, "Ned": 0.8, "Ole": 0.1},
    "Bram": {"Mia": 0.7, "Ned": 0.2, "Ole": 0.6},
    "Cas": {"Mia": 0.3, "Ned": 0.4, "Ole": 0.5},
}
AGAIN = ("coverage", "least_change", "total")
OVERRIDE = mm.Override("Ann", "Ole", reason="agreed by both", by="the coordinator")


@mm.scorer
def by_table(mentee, mentor):
    return TABLE[mentee.id][mentor.id]


def build(mentees=("Ann", "Bram", "Cas"), mentors=("Mia", "Ned", "Ole"), capacity=1, **given):
    """A problem of these people."""
    return mm.Problem.build(
        [{"id": one, "capacity": capacity} for one in mentors],
        [{"id": one} for one in mentees],
        scorers={by_table: 1},
        **given,
    )


def ids(matching):
    """The pairs of a matching as a set."""
    return {(pair.mentee, pair.mentor) for pair in matching}


def by_hand(matching):
    """The pairs that are listed as placed by hand, with what was said of each."""
    listed = matching.manifest["placed_by_hand"]
    return {(one["mentee"], one["mentor"]): (one["reason"], one["by"]) for one in listed}


def gone(matching):
    """What is noted of pairs that were placed by hand before."""
    return [(note.count, note.message) for note in matching.notes if note.code == "hand_placed_gone"]


@pytest.fixture
def locked():
    """Ann with Ole by a lock, though that is the worst pair of all."""
    return build(locks=[("Ann", "Ole")]).solve()


@pytest.fixture
def overridden():
    """Ann with Ole although a public rule forbids it."""
    return build(constraints=[mm.Forbid("Ann", "Ole")], locks=[OVERRIDE]).solve()


def reruns(problem, previous):
    """The same problem solved again around an earlier matching, in every way that there is."""
    yield problem.solve(previous=previous, objective=AGAIN)
    yield from (mm.rematch(problem, previous, keep=keep) for keep in ("running", "some", "none"))


def test_what_was_placed_by_hand_is_made_again_and_listed_again(locked):
    """A lock of an earlier matching holds in every re-run, through a file and over generations, without a word."""
    problem = build()
    assert ("Ann", "Ole") not in ids(problem.solve())
    for matching in reruns(problem, mm.Matching.from_json(locked.to_json())):
        assert ("Ann", "Ole") in ids(matching)
        assert by_hand(matching) == {("Ann", "Ole"): (None, None)}
        assert gone(matching) == []
        assert matching.certificate.optimal
        assert "placed" not in matching.objective
        assert len(matching.certificate.tiers) == len(matching.objective)
        matching.certificate.verify(problem)
        later = build(("Ann", "Cas"))
        third = mm.rematch(later, matching, keep="none")
        assert ("Ann", "Ole") in ids(third)
        third.certificate.verify(later)


def test_match_takes_what_was_placed_by_hand_too(locked):
    """`match(previous=)` is the same solve."""
    people = [{"id": one} for one in ("Mia", "Ned", "Ole")], [{"id": one} for one in TABLE]
    matching = mm.match(*people, scorers={by_table: 1}, previous=locked, objective=AGAIN)
    assert ("Ann", "Ole") in ids(matching)


@pytest.mark.parametrize("least", [None, 0.3])
def test_an_override_stays_an_override(overridden, least):
    """Public rules and the least score stay lifted for the pair, and reason and name stay on record."""
    problem = build(constraints=[mm.Forbid("Ann", "Ole")], min_score=least)
    for matching in reruns(problem, mm.Matching.from_json(overridden.to_json())):
        assert ("Ann", "Ole") in ids(matching)
        assert by_hand(matching) == {("Ann", "Ole"): ("agreed by both", "the coordinator")}
        assert matching.certificate.lifted == matching.certificate.placed == (("Ann", "Ole"),)
        mm.Matching.from_json(matching.to_json()).certificate.verify(problem)


def test_a_lock_of_before_does_not_lift_a_public_rule(locked):
    """A new public rule beats what was locked before: a lock is no override."""
    for matching in reruns(build(constraints=[mm.Forbid("Ann", "Ole")]), locked):
        assert ("Ann", "Ole") not in ids(matching)
        assert by_hand(matching) == {}
        assert [count for count, _ in gone(matching)] == [1]


WORDS = "1 pairs that were placed by hand before are not in this matching: "
WORDS += "their people left, or places or rules do not allow them any more"


@pytest.mark.parametrize(
    "change",
    [
        {"constraints": [mm.Tension("Ann", "Ole")]},
        {"constraints": [mm.ConflictOfInterest("Ole", "Ann", kind="family")]},
        {"capacity": 0},
        {"mentors": ("Mia", "Ned")},
        {"mentees": ("Bram", "Cas")},
        {"locks": [("Bram", "Ole")]},
        {"constraints": [mm.Require("Ann", "Ned")]},
    ],
    ids=["tension", "conflict", "places", "mentor left", "mentee left", "lock", "required"],
)
def test_it_gives_way_in_the_same_words_whatever_the_reason(overridden, change):
    """Rules told in confidence, places, locks of now and people who left: one note, and nothing else tells."""
    for matching in reruns(build(**change), overridden):
        assert ("Ann", "Ole") not in ids(matching)
        assert gone(matching) == [(1, WORDS)]
        assert by_hand(matching).keys() <= {("Bram", "Ole")}
        matching.certificate.verify(build(**change))


def test_as_many_as_can_be_stay_before_anything_else_counts():
    """Three placed with one mentor who has two places left: two stay, and a newcomer does not take their place."""
    before = build(capacity=3, locks=[(one, "Ole") for one in TABLE]).solve()
    after = build(mentors=("Ole",), capacity=2)
    for matching in reruns(after, before):
        assert len(ids(matching)) == 2
        assert by_hand(matching).keys() == ids(matching) == {("Bram", "Ole"), ("Cas", "Ole")}
        assert [count for count, _ in gone(matching)] == [1]
        matching.certificate.verify(after)


def test_two_placed_with_one_mentor_who_may_share_nobody_now_part():
    """A tension between two people placed by hand costs one of the two pairs, also where both are overrides."""
    locks = [mm.Override(one, "Ole", reason="asked", by="us") for one in ("Ann", "Bram")]
    before = build(capacity=2, constraints=[mm.Forbid("Ann", "Ole")], locks=locks).solve()
    after = build(capacity=2, constraints=[mm.Forbid("Ann", "Ole"), mm.Tension("Ann", "Bram")])
    for matching in reruns(after, before):
        assert len(ids(matching) & {("Ann", "Ole"), ("Bram", "Ole")}) == 1
        assert len(matching) == 3
        matching.certificate.verify(after)


def test_an_override_of_before_gives_way_to_a_lock_beside_a_tension(overridden):
    """A lock of now with somebody who may not share a mentor with Ann holds, and the override is quietly gone."""
    after = build(capacity=2, constraints=[mm.Tension("Ann", "Bram")], locks=[("Bram", "Ole")])
    for matching in reruns(after, overridden):
        assert ("Bram", "Ole") in ids(matching)
        assert ("Ann", "Ole") not in ids(matching)
        assert gone(matching) == [(1, WORDS)]


def test_a_minimum_is_met_first(locked):
    """What was placed by hand gives way where a stated minimum needs the place, and is named in no clash."""
    mentors = [{"id": "Mia", "capacity": (1, 1)}, {"id": "Ole"}]
    problem = mm.Problem.build(mentors, [{"id": "Ann"}], scorers={by_table: 1})
    assert ids(mm.rematch(problem, locked)) == {("Ann", "Mia")}
    clash = mm.Problem.build([{"id": "Mia", "capacity": (2, 2)}, {"id": "Ole"}], [{"id": "Ann"}], scorers={by_table: 1})
    with pytest.raises(mm.Infeasible) as plain:
        clash.solve()
    with pytest.raises(mm.Infeasible) as again:
        mm.rematch(clash, locked)
    assert str(again.value) == str(plain.value)


def test_a_lock_or_requirement_of_now_on_the_same_pair_is_one_pair(overridden):
    """Stated again, the pair is there once; what is said now is what is listed, and a rule takes no hand's place."""
    locked = mm.rematch(build(locks=[("Ann", "Ole")]), overridden)
    assert by_hand(locked) == {("Ann", "Ole"): (None, None)}
    required = mm.rematch(build(constraints=[mm.Require("Ann", "Ole")]), overridden)
    assert by_hand(required) == {("Ann", "Ole"): ("agreed by both", "the coordinator")}
    required.certificate.verify(build(constraints=[mm.Require("Ann", "Ole")]))


def test_a_pair_without_a_score_gives_way():
    """In an array a pair that is no number any more is not made, though it was overridden before."""
    before = mm.Problem.from_scores(
        [[0.1, 0.9]], forbidden=[[True, False]], locks=[mm.Override("0", "0", reason="asked", by="us")]
    ).solve()
    kept = mm.rematch(mm.Problem.from_scores([[0.1, 0.9]], forbidden=[[True, False]]), before)
    assert ids(kept) == {("0", "0")}
    assert ids(mm.rematch(mm.Problem.from_scores([[np.nan, 0.9]]), before)) == {("0", "1")}


def test_an_older_file_without_these_fields_is_read_and_verified(locked):
    """A matching written before certificates told what was placed by hand loads, and still verifies."""
    problem = build(locks=[("Ann", "Ole")])
    document = json.loads(locked.to_json())
    for name in ("placed", "lifted"):
        assert document["certificate"].pop(name) == []
    old = mm.Matching.from_json(json.dumps(document))
    assert old == locked
    old.certificate.verify(problem)
    document["certificate"]["placed"] = None
    with pytest.raises(mm.InputError, match="must be a list"):
        mm.Matching.from_json(json.dumps(document))


def test_a_certificate_that_hides_or_loses_what_was_placed_fails(locked):
    """Without the pairs that were placed the proof is of another question; pairs that keep fewer prove nothing."""
    problem = build()
    matching = mm.rematch(problem, locked, keep="none")
    with pytest.raises(mm.CertificateError):
        replace(matching.certificate, placed=()).verify(problem)
    free = problem.solve()
    claim = replace(free.certificate, placed=matching.certificate.placed)
    with pytest.raises(mm.CertificateError):
        claim.verify(problem)
    with pytest.raises(mm.CertificateError):
        replace(matching.certificate, placed=(("", ""),)).verify(problem)


def test_a_lifted_pair_is_not_taken_for_an_allowed_one(overridden):
    """The public rule still holds in the proof unless the certificate says that it was lifted."""
    problem = build(constraints=[mm.Forbid("Ann", "Ole")])
    matching = mm.rematch(problem, overridden)
    with pytest.raises(mm.CertificateError):
        replace(matching.certificate, lifted=()).verify(problem)
    tense = build(constraints=[mm.Tension("Ann", "Ole")])
    with pytest.raises(mm.CertificateError):
        matching.certificate.verify(tense)


def test_a_solver_of_ones_own_gets_the_tier_and_is_checked(locked):
    """A solver that ignores what was placed by hand is caught by the proof: its result is not called optimal."""

    class Ignores:
        name = "ignores"

        def supports(self, form):
            return True

        def solve(self, instance, **how):
            from mentormatch.solvers import Network

            return Network().solve(replace(instance, objective=instance.objective[1:]), **how)

    careless = mm.rematch(build(), locked, keep="none", solver=Ignores())
    assert ("Ann", "Ole") not in ids(careless)
    assert not careless.certificate.optimal
    assert mm.rematch(build(), locked, keep="none", solver="network").certificate.optimal

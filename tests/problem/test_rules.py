"""Rules, locks and overrides, from people to pairs."""

import pytest

import mentormatch as mm

MENTORS = [{"id": "Mia", "capacity": 2}, {"id": "Ned"}, {"id": "Ole"}]
MENTEES = [{"id": "Ann"}, {"id": "Bram"}, {"id": "Cas"}]
TABLE = {
    "Ann": {"Mia": 0.9, "Ned": 0.8, "Ole": 0.1},
    "Bram": {"Mia": 0.7, "Ned": 0.2, "Ole": 0.6},
    "Cas": {"Mia": 0.3, "Ned": 0.4, "Ole": 0.5},
}
BACKGROUND = "together with the rules that are not shown."


@mm.scorer
def by_table(mentee, mentor):
    return TABLE[mentee.id][mentor.id]


def match(mentors=MENTORS, mentees=MENTEES, **given):
    return mm.match(mentors, mentees, scorers={by_table: 1}, **given)


def ids(matching):
    return {(pair.mentee, pair.mentor) for pair in matching}


def test_a_confidential_rule_changes_pairs_and_nothing_else():
    """A tension on the best pair moves it; who is left out is told without it."""
    free, tense = match(), match(constraints=[mm.Tension("Ann", "Mia")])
    assert ("Ann", "Mia") in ids(free)
    assert ("Ann", "Mia") not in ids(tense)
    assert free.manifest["settings"] == tense.manifest["settings"]


def test_a_tension_between_two_mentees_is_never_ignored():
    """Where two would share a mentor they do not; where nobody could, it changes nothing."""
    assert {("Ann", "Mia"), ("Bram", "Mia")} <= ids(match())
    apart = match(constraints=[mm.Tension("Ann", "Bram")])
    assert ids(apart) == {("Ann", "Ned"), ("Bram", "Mia"), ("Cas", "Ole")}
    assert apart.certificate.optimal
    single = [{"id": "Mia"}, {"id": "Ned"}, {"id": "Ole"}]
    assert match(single, constraints=[mm.Tension("Ann", "Bram")]).pairs == match(single).pairs


def test_an_override_lifts_a_public_rule_and_is_on_record():
    """An override makes a pair that a public rule forbids; reason and name stand in the manifest."""
    lock = mm.Override("Ann", "Ole", reason="agreed by both", by="the coordinator")
    matching = match(constraints=[mm.Forbid("Ann", "Ole")], locks=[lock])
    assert ("Ann", "Ole") in ids(matching)
    assert matching.manifest["placed_by_hand"] == (
        {"mentee": "Ann", "mentor": "Ole", "reason": "agreed by both", "by": "the coordinator"},
    )


def test_an_override_does_not_lift_a_confidential_rule():
    """Against a tension an override is as infeasible as a lock, in the same words."""
    lock = mm.Override("Ann", "Ole", reason="because", by="somebody")
    with pytest.raises(mm.Infeasible) as over:
        match(constraints=[mm.Tension("Ann", "Ole")], locks=[lock])
    with pytest.raises(mm.Infeasible) as locked:
        match(constraints=[mm.Forbid("Ann", "Ole")], locks=[("Ann", "Ole")])
    assert str(over.value) == str(locked.value)
    assert str(over.value).endswith(BACKGROUND)


def test_every_lock_that_cannot_be_kept_is_named():
    """Two locks against rules are both in the one error."""
    with pytest.raises(mm.Infeasible) as caught:
        match(constraints=[mm.Forbid("Ann", "Ole"), mm.Tension("Cas", "Ned")], locks=[("Ann", "Ole"), ("Cas", "Ned")])
    assert all(name in str(caught.value) for name in ("Ann", "Ole", "Cas", "Ned"))
    assert caught.value.people == ("Ann", "Cas", "Ned", "Ole")


def test_strangers_in_locks_are_told_all_at_once():
    """Each lock on somebody who is not there is a fault of its own."""
    with pytest.raises(mm.InputError) as caught:
        match(locks=[("Ann", "Zoë"), ("Xander", "Mia")])
    assert caught.value.total == 2
    assert all(word in str(caught.value) for word in ("lock", "Zoë", "Xander"))


def test_a_required_pair_is_made_but_not_by_hand():
    """Require fixes a pair as a lock does, and is a rule, not a hand."""
    matching = match(constraints=[mm.Require("Ann", "Ole")])
    assert ("Ann", "Ole") in ids(matching)
    assert not matching.manifest["placed_by_hand"]


def test_an_impossible_minimum_names_only_whom_it_concerns():
    """Of several minimums only the ones that clash are named."""
    mentors = [{"id": "Mia", "capacity": (4, 5)}, {"id": "Ned", "capacity": (0, 2)}, {"id": "Ole", "capacity": (1, 1)}]
    with pytest.raises(mm.Infeasible) as caught:
        match(mentors)
    assert caught.value.people == ("Mia",)
    assert "Ole" not in str(caught.value)
    assert str(caught.value).endswith(BACKGROUND)


def test_minimums_that_clash_only_together_are_named_together():
    """Two mentors who need the same mentee are an irreducible pair."""
    mentors = [{"id": "Mia", "capacity": (1, 1)}, {"id": "Ned", "capacity": (1, 1)}, {"id": "Ole", "capacity": (1, 1)}]
    only = [mm.Forbid(mentee, mentor) for mentee in ("Bram", "Cas") for mentor in ("Mia", "Ned")]
    with pytest.raises(mm.Infeasible) as caught:
        match(mentors, constraints=only)
    assert caught.value.people == ("Mia", "Ned")


def test_minimums_are_met_on_both_sides():
    """A mentor's minimum is filled even by poor pairs."""
    mentors = [{"id": "Mia", "capacity": 3}, {"id": "Ned", "capacity": (2, 2)}, {"id": "Ole"}]
    matching = match(mentors)
    assert len(matching.mentees_of("Ned")) == 2
    assert len(matching) == 3


def test_scores_below_the_least_are_not_made():
    """min_score closes pairs, and who is left out for it is told so."""
    matching = match(min_score=0.6)
    assert all(pair.score >= 0.6 for pair in matching)
    reasons = {person.id: person.reason for person in matching.unmatched_mentees}
    assert reasons == {"Cas": mm.Reason.BELOW_MIN_SCORE}


def test_public_reasons_of_the_unmatched():
    """Wanting none, nobody allowed and not placed are told apart; a tension reads like not placed."""
    mentees = [*MENTEES, {"id": "Dirk", "mentors_wanted": 0}, {"id": "Els"}, {"id": "Fay"}]
    nobody = [mm.Forbid("Els", mentor) for mentor in ("Mia", "Ned", "Ole")]
    tense = [mm.Tension("Fay", mentor) for mentor in ("Mia", "Ned", "Ole")]

    @mm.scorer
    def flat(mentee, mentor):
        return 0.5

    matching = mm.match(MENTORS, mentees, scorers={flat: 1}, constraints=nobody + tense)
    reasons = {person.id: str(person.reason) for person in matching.unmatched_mentees}
    assert reasons == {"Dirk": "wanted_none", "Els": "no_allowed_partner", "Fay": "not_placed"}


def test_wrong_rules_are_told_all_at_once():
    """An unknown rule and a wrong argument come in one error, each with its place."""
    with pytest.raises(mm.InputError) as caught:
        match(constraints=[{"rule": "levle_gap"}, {"rule": "reporting_line", "depth": "deep"}])
    assert caught.value.total == 2
    assert "level_gap" in str(caught.value)


def test_a_rule_of_ones_own_that_fails_is_told_without_its_error():
    """What a foreign rule raises is not passed on; a confidential one is not even named."""

    class Broken:
        name = "gossip"

        def terms(self, pool):
            raise RuntimeError("Quibbledash")

    with pytest.raises(mm.InputError) as caught:
        match(constraints=[Broken()])
    assert "gossip" not in str(caught.value)
    assert "Quibbledash" not in str(caught.value)
    assert caught.value.__context__ is None


def test_empty_sides_match_nobody():
    """Nobody on one side or both is a result with everybody listed, not an error."""
    assert not len(mm.match([], []))
    alone = mm.match([], MENTEES)
    assert [person.id for person in alone.unmatched_mentees] == ["Ann", "Bram", "Cas"]
    assert [person.id for person in mm.match(MENTORS, []).unmatched_mentors] == ["Mia", "Ned", "Ole"]


def test_two_worlds_that_differ_only_in_a_tension_tell_the_same_story():
    """A tension that changes no pair changes not a byte of what is handed on."""
    free, tense = match(), match(constraints=[mm.Tension("Cas", "Mia"), mm.Tension("Quill Quibbledash", "Ann")])
    assert free.to_json() == tense.to_json()
    assert repr(free) == repr(tense)

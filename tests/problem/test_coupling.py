"""Rules that keep two people of one side from sharing a partner: never ignored, never in the way."""

import pytest

import mentormatch as mm


@mm.scorer
def flat(mentee, mentor):
    return 0.5 if mentor.id == "Mia" else 0.25


TWO = [{"id": "Ann"}, {"id": "Bram"}]
TENSE = (mm.Tension("Ann", "Bram"),)


def problem(mentors, mentees=TWO, **given):
    return mm.Problem.build(mentors, mentees, scorers={flat: 1}, constraints=(*TENSE, *given.pop("rules", ())), **given)


@pytest.mark.parametrize("given", [{}, {"locks": [("Ann", "Mia")]}], ids=["both may", "one is held"])
def test_two_who_could_share_a_mentor_do_not(given):
    """The tension keeps them apart, also where a lock holds one of the two."""
    matching = problem([{"id": "Mia", "capacity": 2}, {"id": "Ned"}], **given).solve()
    assert sorted(pair.mentor for pair in matching) == ["Mia", "Ned"]


def test_two_who_are_locked_to_one_mentor_are_infeasible():
    """A lock on both does not make the tension disappear, and is told as any lock against a rule."""
    with pytest.raises(mm.Infeasible, match="These locks cannot be kept"):
        problem([{"id": "Mia", "capacity": 2}], locks=[("Ann", "Mia"), ("Bram", "Mia")]).solve()


@pytest.mark.parametrize(
    ("people", "given"),
    [
        ([], {"locks": [("Cas", "Mia")]}),
        ([], {"locks": [("Ann", "Ned")]}),
        ([], {"min_score": 0.6}),
        ([], {"rules": [mm.Capacity(max=1)]}),
        ([], {"rules": [mm.Forbid("Bram", "Mia")]}),
    ],
    ids=["a lock takes a place", "a lock takes her", "too low a score", "one place by rule", "one is not allowed"],
)
def test_two_who_cannot_share_a_mentor_are_no_error(people, given):
    """Places that locks take and pairs that other rules close count."""
    matching = problem([{"id": "Mia", "capacity": 2}, {"id": "Ned"}], [*TWO, {"id": "Cas"}, *people], **given).solve()
    assert matching.certificate.optimal


def test_a_certificate_does_not_hold_where_its_pairs_break_a_tension():
    """Pairs of a world without the tension are refused in the world that has it; pairs that keep it are not."""
    wide = [{"id": "Mia", "capacity": 2}]
    free = mm.Problem.build(wide, TWO, scorers={flat: 1}).solve()
    with pytest.raises(mm.CertificateError):
        free.certificate.verify(problem(wide))
    apart = [{"id": "Mia", "capacity": 2}, {"id": "Ned", "capacity": 2}]
    locks = [("Ann", "Mia"), ("Bram", "Ned")]
    mm.Problem.build(apart, TWO, scorers={flat: 1}, locks=locks).solve().certificate.verify(problem(apart, locks=locks))

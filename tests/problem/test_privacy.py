"""What somebody keeps private counts in public rules, and is told as no reason and in no note."""

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.constraints import ForbidPairs, reads

MENTEES = [{"id": "Ann", "level": 2, "hours_per_month": 3, "languages": ["nl"], "team": "a", "past_partners": ["Ned"]}]
MIA = {"id": "Mia", "level": 5, "hours_per_month": 9, "languages": ["nl"], "team": "b"}


def told(rule, field, answer, private):
    """Everything that the matching tells where Ned, who is not needed, answers so."""
    ned = {"id": "Ned", field: answer, "private": [field] if private else []}
    return mm.match([MIA, ned], MENTEES, constraints=[rule], locks=[("Ann", "Mia")], preset=None).to_json()


CASES = [
    (mm.LevelGap(min=1), "level", 1, 5),
    (mm.SharedLanguage(), "languages", ["fr"], ["nl"]),
    (mm.SameTeam(), "team", "a", "c"),
    (mm.HoursCapacity(), "hours_per_month", 1, 5),
    (mm.HoursCapacity(unknown="forbid"), "hours_per_month", None, 5),
    (mm.HoursCapacity(), "hours_per_month", None, 5),
    (mm.HoursCapacity(lambda mentee, mentor: 4), "hours_per_month", 1, 5),
]


@pytest.mark.parametrize(("rule", "field", "one", "other"), CASES)
def test_two_worlds_that_differ_in_a_private_answer_tell_the_same(rule, field, one, other):
    """Whether rules leave Ned somebody is told if his answer is open, and not if he keeps it private."""
    assert told(rule, field, one, private=True) == told(rule, field, other, private=True)
    assert told(rule, field, one, private=False) != told(rule, field, other, private=False)


def test_what_does_not_rest_on_the_private_answer_is_told_as_before():
    """Ned keeps his level private; that Ann may not have him, whose team is hers, is told all the same."""
    ned = {"id": "Ned", "team": "a", "level": 1, "private": ["level"]}
    matching = mm.match([MIA, ned], MENTEES, constraints=[mm.SameTeam(), mm.LevelGap(min=1)], preset=None)
    assert [str(one.reason) for one in matching.unmatched_mentors] == ["no_allowed_partner"]


@pytest.mark.parametrize(
    ("read", "reason"), [(None, "not_placed"), (("level",), "not_placed"), ((), "no_allowed_partner")]
)
def test_a_rule_of_ones_own_says_what_it_rests_on(read, reason):
    """One that does not say may rest on anything that is private."""

    class Own:
        name, confidential = "own", False

        def terms(self, pool):
            return [ForbidPairs(np.array([0]), np.array([1]))]

    rule = Own()
    if read is not None:
        rule.reads = read
    assert reads(rule) == (None if read is None else frozenset(read))
    matching = mm.match([MIA, {"id": "Ned", "private": ["level"]}], MENTEES, constraints=[rule], preset=None)
    assert [str(one.reason) for one in matching.unmatched_mentors] == [reason]

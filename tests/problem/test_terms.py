"""Terms of rules of one's own: what is wrong is told, never believed."""

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.constraints import FixPairs, ForbidPairs, ForbidWhere, NotBoth, PersonBounds, ScoreAtLeast

MENTORS = [{"id": "m0", "capacity": 2}, {"id": "m1"}, {"id": "m2"}]
MENTEES = [{"id": "e0"}, {"id": "e1"}, {"id": "e2"}]


@mm.scorer
def by_number(mentee, mentor):
    return (int(mentee.id[1]) * 3 + int(mentor.id[1])) / 10


class Own:
    """A rule with the terms it was given."""

    name = "gossip"

    def __init__(self, *terms, confidential=False):
        self.given, self.confidential = terms, confidential

    def terms(self, pool):
        return self.given


def match(*rules, **given):
    return mm.match(MENTORS, MENTEES, scorers={by_number: 1}, constraints=rules, **given)


def rows(*numbers):
    return np.array(numbers)


@pytest.mark.parametrize(
    "term",
    [
        ForbidPairs(rows(0), rows(3)),
        ForbidPairs(rows(-1), rows(0)),
        ForbidPairs(rows(0.5), rows(1.0)),
        ForbidPairs(rows(0, 1), rows(1)),
        FixPairs(rows(0), rows(7)),
        PersonBounds("mentee", rows(0), rows(0), rows(1)),
        PersonBounds("mentees", rows(9), rows(0), rows(1)),
        PersonBounds("mentees", rows(0), rows(0, 0), rows(1, 1)),
        NotBoth("mentees", 0, 9),
        NotBoth("mentors", 1, 1),
        ScoreAtLeast(float("nan")),
        ForbidWhere(lambda _, __: np.zeros((1, 1), bool)),
        ForbidWhere(lambda i, j: np.full((len(np.arange(3)[i]), len(np.arange(3)[j])), np.nan)),
        ForbidWhere(lambda _, __: 1 / 0),
    ],
)
@pytest.mark.parametrize("confidential", [False, True])
def test_a_term_that_makes_no_sense_is_one_error(term, confidential):
    """A row that is not there would forbid another pair; a confidential rule is not named."""
    with pytest.raises(mm.InputError) as caught:
        match(Own(term, confidential=confidential))
    assert [fault["code"] for fault in caught.value.errors()] == ["rule_failed"]
    assert ("gossip" in str(caught.value)) is not confidential
    assert caught.value.__context__ is None


def test_a_confidential_least_score_is_kept_and_not_told():
    """Neither the manifest nor anybody's reason shows it, and an override does not lift it."""
    rule = Own(ScoreAtLeast(0.35), confidential=True)
    matching = match(rule)
    assert all(pair.score >= 0.35 for pair in matching)
    assert matching.manifest["settings"]["min_score"] is None
    assert {person.reason for person in matching.unmatched_mentees} == {mm.Reason.NOT_PLACED}
    with pytest.raises(mm.Infeasible):
        match(rule, locks=[mm.Override("e0", "m0", reason="because", by="somebody")])


def test_a_block_without_pairs_answers_as_one_with_them():
    """Single pairs are asked as rectangles of one row, in any order."""
    where = Own(ForbidWhere(lambda i, j: (np.arange(3)[i][:, None] + np.arange(3)[j][None, :]) % 2 == 0))
    matching = match(where)
    assert all((int(pair.mentee[1]) + int(pair.mentor[1])) % 2 for pair in matching)
    matching.certificate.verify(mm.Problem.build(MENTORS, MENTEES, scorers={by_number: 1}, constraints=[where]))

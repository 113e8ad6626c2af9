"""What a confidential rule of one's own may not show: not in reasons, notes, bounds, gains or errors."""

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.constraints import FixPairs, PersonBounds

MENTORS = [{"id": "Mia", "capacity": 1, "offers": ["tax"]}, {"id": "Ned", "capacity": 1, "offers": ["law"]}]
MENTEES = [{"id": "Ann", "needs": ["tax"]}, {"id": "Bo", "needs": ["law"]}]


class Rule:
    """A rule with the terms it is given; confidential unless it says otherwise."""

    name = "own"

    def __init__(self, *terms, confidential=True):
        self.confidential, self.given = confidential, terms

    def terms(self, pool):
        return self.given


def nobody_for(row, side="mentees"):
    return PersonBounds(side, np.array([row]), np.array([0]), np.array([0]))


def test_bounds_of_a_confidential_rule_are_told_as_if_they_were_not_there():
    """Somebody kept out in confidence is not placed; only a public rule says that they wanted none."""
    secret = mm.match(MENTORS, MENTEES, constraints=[Rule(nobody_for(0))])
    public = mm.match(MENTORS, MENTEES, constraints=[Rule(nobody_for(0), confidential=False)])
    assert [(one.id, str(one.reason)) for one in secret.unmatched_mentees] == [("Ann", "not_placed")]
    assert [(one.id, str(one.reason)) for one in public.unmatched_mentees] == [("Ann", "wanted_none")]
    closed = mm.match(MENTORS, MENTEES, constraints=[Rule(nobody_for(0, "mentors"))])
    assert "shortage" not in {note.code for note in closed.notes}


def test_a_person_who_got_fewer_in_confidence_is_short_all_the_same():
    """Who wanted two and got one is listed as short, whoever set the limit."""
    mentees = [{"id": "Ann", "mentors_wanted": 2}]
    limit = PersonBounds("mentees", np.array([0]), np.array([0]), np.array([1]))
    matching = mm.match(MENTORS, mentees, constraints=[Rule(limit)], preset=None)
    assert [(one.id, one.got, one.wanted) for one in matching.short] == [("Ann", 1, 2)]


def test_a_pair_fixed_in_confidence_is_never_named():
    """A clash with a pair that a confidential rule asks for names the lock of the caller alone."""
    fixed = Rule(FixPairs(np.array([0]), np.array([0])))
    with pytest.raises(mm.Infeasible) as caught:
        mm.match(MENTORS, MENTEES, constraints=[fixed, mm.Forbid("Ann", "Mia")])
    assert "Ann" not in str(caught.value)
    assert caught.value.people == ()
    with pytest.raises(mm.Infeasible) as caught:
        mm.match(MENTORS, MENTEES, constraints=[fixed], locks=[("Bo", "Mia")])
    assert "Ann" not in str(caught.value)
    assert "Bo" in str(caught.value)


def test_what_a_confidential_rule_says_of_itself_is_not_passed_on():
    """An error of the library's own raised by a confidential rule is told in constant words."""

    class Gossip(Rule):
        def terms(self, pool):
            raise mm.InputError("Quibbledash")

    with pytest.raises(mm.InputError) as caught:
        mm.match(MENTORS, MENTEES, constraints=[Gossip()])
    assert "Quibbledash" not in str(caught.value)
    with pytest.raises(mm.InputError, match="Quibbledash"):
        mm.match(MENTORS, MENTEES, constraints=[Gossip(confidential=False)])


def test_gains_do_not_give_away_a_private_answer():
    """Where needs are folded away, what each side gains by them is unknown."""
    open_pair = next(iter(mm.match(MENTORS, MENTEES)))
    assert open_pair.for_mentee == 1
    hidden = next(iter(mm.match(MENTORS, [{**one, "private": ["needs"]} for one in MENTEES])))
    assert hidden.for_mentee is None
    assert hidden.score == open_pair.score


def test_suggested_rules_do_not_count_private_answers():
    """A pair in one team is not counted where one of the two keeps the team private."""
    mentors, mentees = [{"id": "Mia", "team": "tax"}], [{"id": "Ann", "team": "tax"}]
    assert "rule_suggested" in {note.code for note in mm.match(mentors, mentees).notes}
    private = mm.match(mentors, [{**mentees[0], "private": ["team"]}])
    assert "rule_suggested" not in {note.code for note in private.notes}


def test_confidential_headings_do_not_travel_with_a_matching():
    """The pool says which headings it did not read; the matching says only how many."""
    pool = mm.Pool.read([{"id": "Mia", "Klacht over Quibbledash": "x"}], [{"id": "Ann"}])
    assert any("Quibbledash" in note.message for note in pool.notes)
    matching = mm.match(pool)
    assert "Quibbledash" not in matching.to_json()
    assert "sensitive_heading" in {note.code for note in matching.notes}


def test_no_rule_moves_the_grid():
    """The fineness of the scores depends on people's own places, not on rules or locks about them."""
    scores = mm.Problem.build(MENTORS, MENTEES)
    limited = mm.Problem.build(MENTORS, MENTEES, constraints=[Rule(nobody_for(0))], locks=[("Bo", "Ned")])
    places = [problem._prepare(("coverage",), 0).instance.most_pairs for problem in (scores, limited)]
    assert places == [2, 2]

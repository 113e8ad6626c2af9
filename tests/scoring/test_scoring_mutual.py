"""Mutual interest, by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import MutualInterest
from mentormatch.people import Pool

ONE = np.array([0])


def told(mentee, mentor):
    """The value of one pair, and what each side gains."""
    block = MutualInterest().bind(Pool([{"id": "Mia", "capacity": 1, **mentor}], [{"id": "Ann", **mentee}]).public())
    value, gains = block(slice(None), slice(None))[0, 0], block.gains(ONE, ONE)
    return value, gains[0][0], gains[1][0]


def test_the_value_is_the_smaller_gain():
    """A mentor who covers 3 of 4 and gets 1 of 5 by weight makes 1/5; the other way round it is as little."""
    mentee = {"needs": {"SQL": 3, "UX": 1}, "offers": ["Python"]}
    mentor = {"needs": {"Python": 1, "Excel": 4}, "offers": ["sql"]}
    assert told(mentee, mentor) == (0.2, 0.75, 0.2)
    assert told(mentor, mentee) == (0.2, 0.2, 0.75)


def test_needs_and_goals_count_alike():
    """All needs met and one of two goals is (1 + 1/2) / 2, however many needs there are."""
    mentee = {"needs": ["SQL", "UX", "Excel"], "goals": ["network", "visibility"], "offers": ["Python"]}
    mentor = {"needs": ["Python"], "offers": ["SQL", "UX", "Excel"], "goals": ["Network"]}
    value, for_mentee, for_mentor = told(mentee, mentor)
    assert for_mentee == 0.75
    assert for_mentor == 1.0  # the need is met, and the goal is one of the mentee's
    assert value == 0.75


def test_a_goal_is_met_by_an_offer_as_well():
    """Who wants a network is helped by who offers one, whatever else that person is after."""
    mentee = {"goals": ["network"], "offers": ["Python"]}
    mentor = {"offers": ["Network"], "needs": ["python"]}
    assert told(mentee, mentor) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("mentee", "mentor"),
    [
        ({"needs": ["SQL"], "offers": ["UX"]}, {"offers": ["SQL"]}),  # the mentor asks for nothing
        ({"needs": ["SQL"]}, {"needs": ["UX"], "offers": ["SQL"]}),  # the mentee has nothing to give
        ({"offers": ["UX"]}, {"needs": ["UX"], "offers": ["SQL"]}),  # the mentee asks for nothing
        ({"needs": ["SQL"], "goals": ["a"]}, {"needs": ["UX"], "goals": ["a"]}),  # needs alone cannot be told
    ],
)
def test_one_direction_that_cannot_be_told_leaves_the_value_unknown(mentee, mentor):
    """Silence of one side is unknown, not zero; goals alone may tell both directions."""
    value, *gains = told(mentee, mentor)
    if "goals" in mentee:
        assert (value, *gains) == (1.0, 1.0, 1.0)
    else:
        assert math.isnan(value)
        assert any(map(math.isnan, gains))


def test_a_share_that_is_not_known_is_left_out_of_the_gain():
    """A mentor with goals and no offers is judged by goals alone: needs are neither met nor unmet."""
    assert told({"needs": ["SQL"], "goals": ["a", "b"]}, {"goals": ["a"]})[1] == 0.5


TAGS = st.lists(st.sampled_from("abcd"), unique=True, max_size=3)
PERSON = st.fixed_dictionaries({}, optional={"needs": TAGS, "offers": TAGS, "goals": TAGS})


@settings(max_examples=150, deadline=None)
@given(mentee=PERSON, mentor=PERSON, field=st.sampled_from(["needs", "offers", "goals"]), on_mentor=st.booleans())
def test_what_the_other_side_does_not_ask_for_never_raises_the_value(mentee, mentor, field, on_mentor):
    """One more tag that the other side knows nothing of leaves the value, lowers it, or makes it known as 0."""
    before = told(mentee, mentor)[0]
    own = mentor if on_mentor else mentee
    longer = {**own, field: [*own.get(field, ()), "else"]}
    after = told(mentee, longer)[0] if on_mentor else told(longer, mentor)[0]
    if math.isnan(before):
        assert math.isnan(after) or after == 0
    else:
        assert after <= before


def test_a_pair_shows_both_gains_and_what_each_finds():
    """The pair tells both gains, and its explanation what each gives that the other asks for."""
    mentor = {"id": "Mia", "offers": ["SQL"], "needs": ["UX", "Excel"]}
    mentee = {"id": "Ann", "needs": ["SQL"], "offers": ["ux"]}
    matching = mm.match([mentor], [mentee], scorers={MutualInterest(): 1})
    (pair,) = matching.pairs
    assert (pair.score, pair.for_mentee, pair.for_mentor) == (0.5, 1.0, 0.5)
    assert "each finds with the other: SQL, UX" in matching.explain("Ann").text()
    assert "vinden bij elkaar: SQL, UX" in matching.explain("Ann").text("nl")

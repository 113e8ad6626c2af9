import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import InputError
from mentormatch.people import Pool
from mentormatch.scoring import (
    FreeText,
    GoalAlignment,
    LevelFit,
    NeedsOffers,
    OverlappingHours,
    SharedLanguages,
    TraitFit,
    Wishes,
)
from mentormatch.testing import check_scorer, pools

EVERY = [
    NeedsOffers(),
    NeedsOffers(full_level=4.0),
    GoalAlignment(),
    TraitFit(),
    TraitFit(complementary=("openness",)),
    LevelFit(),
    SharedLanguages(),
    OverlappingHours(on=dt.date(2026, 3, 2)),
    FreeText(),
    Wishes(),
]


def value(scorer, mentee, mentor):
    """The value of one pair."""
    pool = Pool([{"id": "Mia", **mentor}], [{"id": "Ann", **mentee}])
    return scorer.bind(pool.public())(slice(None), slice(None))[0, 0]


@pytest.mark.parametrize("scorer", EVERY, ids=str)
@settings(max_examples=40, deadline=None)
@given(pool=pools())
def test_every_scorer_keeps_the_promises(scorer, pool):
    """Within 0 to 1 or NaN, the same for any blocking, listing and repetition, for pairs as for blocks."""
    check_scorer(scorer, pool)


@pytest.mark.parametrize("scorer", EVERY, ids=str)
def test_people_who_say_nothing_are_unknown(scorer):
    """Without any answer a value is NaN, neither 0 nor a gift."""
    assert math.isnan(value(scorer, {}, {}))


@pytest.mark.parametrize("scorer", EVERY, ids=str)
def test_scorers_tell_what_they_read(scorer):
    """Every shipped scorer says which fields its value rests on."""
    assert scorer.fields
    assert hash(scorer) == hash(scorer)


# --- needs × offers, goals --------------------------------------------------------------------------------------------


def test_cover_is_the_share_of_the_needed_weight():
    """Of needs with weights 3, 2 and 1 a mentor who offers the first and the last covers 4/6."""
    needs = {"SQL": 3, "budgeting": 2, "Excel": 1}
    assert value(NeedsOffers(), {"needs": needs}, {"offers": ["sql", "Excel"]}) == 4 / 6


def test_offers_count_by_level_only_when_asked_to():
    """An offer at level 2 of 4 counts in full by default, and half with full_level=4."""
    mentee, mentor = {"needs": ["SQL"]}, {"offers": {"SQL": 2}}
    assert value(NeedsOffers(), mentee, mentor) == 1
    assert value(NeedsOffers(full_level=4), mentee, mentor) == 0.5


@pytest.mark.parametrize(("mentee", "mentor"), [({"needs": ["SQL"]}, {}), ({}, {"offers": ["SQL"]})])
def test_cover_is_unknown_when_one_side_is_silent(mentee, mentor):
    """Needs without offers, or offers without needs, tell nothing."""
    assert math.isnan(value(NeedsOffers(), mentee, mentor))


LABELS = st.sampled_from(["a", "b", "c", "d", "e"])
BAGS = st.dictionaries(LABELS, st.floats(0.1, 50), min_size=1)


@settings(max_examples=60, deadline=None)
@given(asked=BAGS, had=BAGS, extra=BAGS)
def test_tags_that_nobody_asks_for_change_nothing(asked, had, extra):
    """A longer list raises a value only by what the other side asks for."""
    longer = {**{f"other {label}": weight for label, weight in extra.items()}, **had}
    before = value(NeedsOffers(), {"needs": asked}, {"offers": had})
    assert value(NeedsOffers(), {"needs": asked}, {"offers": longer}) == before
    before = value(GoalAlignment(), {"goals": asked}, {"goals": had})
    assert value(GoalAlignment(), {"goals": asked}, {"goals": longer}) == before


@settings(max_examples=60, deadline=None)
@given(asked=BAGS, had=BAGS)
def test_a_need_that_is_not_offered_never_raises_the_value(asked, had):
    """Asking for more than is offered can only lower the cover."""
    more = {**asked, "something else": 2.0}
    assert value(NeedsOffers(), {"needs": more}, {"offers": had}) <= value(
        NeedsOffers(), {"needs": asked}, {"offers": had}
    )


def test_goals_are_seen_from_the_mentee_and_gained_by_both():
    """The value is the mentee's share; the mentor's share of their own goals is what the mentor gains."""
    pool = Pool([{"id": "Mia", "goals": ["network", "visibility"]}], [{"id": "Ann", "goals": ["Network"]}])
    block = GoalAlignment().bind(pool.public())
    for_mentee, for_mentor = block.gains(np.array([0]), np.array([0]))
    assert (block.pairs(np.array([0]), np.array([0]))[0], for_mentee[0], for_mentor[0]) == (1.0, 1.0, 0.5)


def test_what_is_shared_is_told_in_the_words_of_the_people():
    """The shared labels come sorted, as written."""
    pool = Pool([{"id": "Mia", "offers": ["SQL", "UX", "Excel"]}], [{"id": "Ann", "needs": ["UX", "SQL", "budgeting"]}])
    assert NeedsOffers().bind(pool.public()).shared(0, 0) == ("SQL", "UX")


# --- traits -----------------------------------------------------------------------------------------------------------


def test_traits_are_alike_or_complementary():
    """On a scale of 1 to 5, answers 2 and 5 are 1/4 alike and 3/4 complementary."""
    mentee, mentor = {"traits": {"calm": 2}}, {"traits": {"Calm": 5}}
    assert value(TraitFit(), mentee, mentor) == 0.25
    assert value(TraitFit(complementary=("calm",)), mentee, mentor) == 0.75


def test_traits_are_averaged_over_what_both_answered():
    """A trait that one of the two left open does not count."""
    mentee = {"traits": {"calm": 1, "openness": 3, "directness": 5}}
    assert value(TraitFit(), mentee, {"traits": {"calm": 1, "openness": 5}}) == 0.75
    assert math.isnan(value(TraitFit(), {"traits": {"calm": 1}}, {"traits": {"openness": 1}}))


def test_only_the_traits_asked_for_count():
    """With traits=("calm",) openness is not looked at."""
    mentee, mentor = {"traits": {"calm": 3, "openness": 1}}, {"traits": {"calm": 3, "openness": 5}}
    assert value(TraitFit(traits=("calm",)), mentee, mentor) == 1


def test_an_answer_outside_the_scale_names_everybody_concerned():
    """A 7 on a scale of 1 to 5 is an error with the row and id of each such person, without the answer."""
    pool = Pool([{"id": "Mia", "traits": {"calm": 7.5}}], [{"id": "Ann", "traits": {"calm": 0}}])
    with pytest.raises(InputError, match="scale 1 to 5") as caught:
        TraitFit().bind(pool.public())
    assert [(fault.id, fault.row) for fault in caught.value.faults] == [("Ann", 0), ("Mia", 0)]
    assert "7.5" not in str(caught.value)


# --- level, languages, hours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gap", "expected"), [(2, 1), (3, 2 / 3), (1, 2 / 3), (0, 1 / 3), (-1, 0), (-4, 0), (9, 0)])
def test_level_gap_falls_to_zero_at_the_tolerance(gap, expected):
    """Two levels up is ideal; each level from it costs a third."""
    assert value(LevelFit(ideal=2, tolerance=3), {"level": 5}, {"level": 5 + gap}) == pytest.approx(expected, abs=1e-12)


def test_one_shared_language_is_enough():
    """A polyglot scores no higher than somebody with one language in common."""
    assert value(SharedLanguages(), {"languages": ["nl", "en"]}, {"languages": ["en"]}) == 1
    assert value(SharedLanguages(), {"languages": ["nl", "en", "fr"]}, {"languages": ["en", "fr", "nl"]}) == 1
    assert value(SharedLanguages(), {"languages": ["nl"]}, {"languages": ["en"]}) == 0


def test_hours_saturate_and_know_the_time_zone():
    """Nine to eleven in Amsterdam is eight to ten in London: one hour in common, a quarter of what is enough."""
    mentee = {"availability": ["Mon 09:00-11:00"], "time_zone": "Europe/Amsterdam"}
    mentor = {"availability": ["Mon 09:00-17:00"], "time_zone": "Europe/London"}
    on = dt.date(2026, 1, 12)
    assert value(OverlappingHours(enough=4, on=on), mentee, mentor) == 0.25
    assert value(OverlappingHours(enough=0.5, on=on), mentee, mentor) == 1


def test_a_scorer_with_a_date_keeps_it():
    """The date of the run fills in only where the scorer has none of its own."""
    one, other = dt.date(2026, 1, 12), dt.date(2026, 7, 13)
    assert OverlappingHours().with_date(one).on == one
    assert OverlappingHours(on=other).with_date(one).on == other


# --- wishes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mentee", "mentor", "expected"),
    [
        (["Mia"], ["Ann"], 1.0),
        (["Mia"], [], 1.0),
        (["Ned", "Mia"], [], 0.5),
        (["Mia"], ["Bo"], 0.5),
        (["Ned"], ["Bo"], 0.0),
        (["Ned", "Mia"], ["Bo", "Ann"], 0.5),
        (["Ned", "Zoë", "Mia"], [], 1 / 3),
    ],
)
def test_wishes_are_the_mean_of_one_over_rank(mentee, mentor, expected):
    """Each side that stated wishes gives 1 / rank, and 0 to whom it does not name."""
    people = [{"id": "Mia", "wishes": mentor}, {"id": "Ned"}], [{"id": "Ann", "wishes": mentee}, {"id": "Bo"}]
    assert Wishes().bind(Pool(*people).public())(slice(None), slice(None))[0, 0] == expected


def test_wishes_for_people_who_are_not_there_are_none():
    """Somebody who asked only for absent people has stated no wishes."""
    assert math.isnan(value(Wishes(), {"wishes": ["Zoë"]}, {}))


def test_each_sides_wish_is_what_it_gains():
    """What a side gains is its own wish; who stated none gains nothing that is known."""
    pool = Pool([{"id": "Mia"}], [{"id": "Ann", "wishes": ["Mia"]}])
    for_mentee, for_mentor = Wishes().bind(pool.public()).gains(np.array([0]), np.array([0]))
    assert for_mentee[0] == 1
    assert math.isnan(for_mentor[0])


# --- parameters that make no sense ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: NeedsOffers(full_level=0),
        lambda: NeedsOffers(full_level=float("nan")),
        lambda: LevelFit(tolerance=0),
        lambda: LevelFit(ideal=float("nan")),
        lambda: OverlappingHours(enough=-1),
        lambda: TraitFit(scale=(5, 1)),
        lambda: TraitFit(scale=(1, float("inf"))),
    ],
)
def test_parameters_that_make_no_sense_are_input_errors(make):
    """A scale upside down, a tolerance of zero and the like are refused when the scorer is made."""
    with pytest.raises(InputError):
        make()

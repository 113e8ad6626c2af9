"""Interests, years of experience, nearness and waiting, by hand."""

import math

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import ExperienceGap, InputError, Interests, Nearness, WaitedRounds
from mentormatch.people import Pool
from mentormatch.scoring import scorer_from

EVERYBODY = slice(None)


def value(scorer, mentee, mentor):
    """The value of one pair."""
    pool = Pool([{"id": "Mia", "capacity": 1, **mentor}], [{"id": "Ann", **mentee}])
    return scorer.bind(pool.public())(EVERYBODY, EVERYBODY)[0, 0]


# --- interests --------------------------------------------------------------------------------------------------------


def test_interests_are_shared_for_the_lengths_of_the_lists():
    """Two in common of 2 and of 8 are 2 / √16; the same lists are 1, and neither side comes first."""
    few, many = {"interests": ["chess", "jazz"]}, {"interests": ["Chess", "Jazz", *"abcdef"]}
    assert value(Interests(), few, many) == value(Interests(), many, few) == 0.5
    assert value(Interests(), many, many) == 1.0
    assert value(Interests(), few, {"interests": ["running"]}) == 0.0
    assert math.isnan(value(Interests(), few, {}))


def test_an_interest_that_is_not_shared_never_raises_the_value():
    """Every further one that the other does not have lowers it."""
    lists = [["chess", *"abcdefgh"[:more]] for more in range(8)]
    values = [value(Interests(), {"interests": ["chess", "jazz"]}, {"interests": one}) for one in lists]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


def test_interests_in_common_are_told():
    """Shared interests come sorted, as written."""
    pool = Pool([{"id": "Mia", "interests": ["jazz", "chess"]}], [{"id": "Ann", "interests": ["jazz", "chess", "x"]}])
    assert Interests().bind(pool.public()).shared(0, 0) == ("chess", "jazz")


# --- years of experience ----------------------------------------------------------------------------------------------


def years(number):
    """Somebody with years of experience."""
    return {"attributes": {"years_of_experience": number}}


def test_experience_falls_off_around_the_ideal_gap():
    """Ideal 8 and tolerance 12: 8 years apart is 1, 2 or 14 apart is 1/2, 20 apart is 0."""
    found = [value(ExperienceGap(), years(2), years(2 + gap)) for gap in (8, 2, 14, 20, 40)]
    assert found == [1.0, 0.5, 0.5, 0.0, 0.0]
    assert math.isnan(value(ExperienceGap(), years(2), years("many")))


def test_experience_that_nobody_states_drops_out():
    """Without the usual attribute every pair is unknown; another name that nobody has is a mistake that is told."""
    assert math.isnan(value(ExperienceGap(), {}, {}))
    with pytest.raises(InputError, match="yeers"):
        value(ExperienceGap(field="yeers"), years(1), years(2))
    assert value(ExperienceGap(field="level", ideal=1), {"level": 1}, {"level": 2}) == 1.0


def test_experience_may_be_a_mapped_column():
    """A table's own heading counts once it is mapped to the attributes."""
    mentors, mentees = [{"id": "Mia", "Trade years": 12}], [{"id": "Ann", "Trade years": 4}]
    pool = Pool.read(mentors, mentees, mapping={"Trade years": "attributes"})
    scores = mm.score(pool, scorers={ExperienceGap(field="Trade years"): 1})
    assert scores.block([0], [0]).tolist() == [[1.0]]
    assert scores.shared(0, 0) == {"experience_gap": ("+8",)}


@pytest.mark.parametrize(
    "wrong", [{"tolerance": 0}, {"tolerance": float("nan")}, {"ideal": float("inf")}], ids=lambda one: next(iter(one))
)
def test_experience_refuses_gaps_that_are_none(wrong):
    """The ideal must be a number and the tolerance one above 0."""
    with pytest.raises(InputError, match="number"):
        ExperienceGap(**wrong)


# --- nearness ---------------------------------------------------------------------------------------------------------

U, G = "Utrecht", "Groningen"


@pytest.mark.parametrize(
    ("mentee", "mentor", "expected"),
    [
        (("online", U), ("online", G), 1.0),  # it does not matter where they are
        (("online", None), ("either", None), 1.0),
        (("in person", U), ("op afstand", U), 0.0),  # no way to meet suits both
        (("in person", U), ("either", "utrecht"), 1.0),
        (("fysiek", U), ("in person", G), 0.0),
        (("in person", U), ("either", None), None),
        ((None, U), ("online", U), 1.0),  # one does not say how: the sites alone
        ((None, U), ("online", G), 0.0),
        ((None, U), ("online", None), None),
        (("by pigeon", U), ("online", U), 1.0),
        ((None, U), (None, G), 0.0),
    ],
)
def test_nearness_follows_the_ways_to_meet_and_then_the_sites(mentee, mentor, expected):
    """Every case of the definition, and the same with the sides changed."""
    people = [{"meeting_mode": mode, "site": site} for mode, site in (mentee, mentor)]
    for one, other in (people, people[::-1]):
        found = value(Nearness(), one, other)
        assert math.isnan(found) if expected is None else found == expected


def test_nearness_counts_kilometres_where_places_are_given():
    """Utrecht to Groningen: 125.5 km north and 97.5 km east make 159 km; a town without a place is far."""
    near = Nearness(places={U: (52.0907, 5.1214), G: (53.2194, 6.5665)}, far=500)
    found = value(near, {"site": "utrecht"}, {"site": G})
    assert (1 - found) * 500 == pytest.approx(158.9, abs=0.5)
    assert value(near, {"site": U}, {"site": "Vlissingen"}) == 0.0
    assert value(near, {"site": "Vlissingen"}, {"site": "Vlissingen"}) == 1.0
    assert value(Nearness(places=near.places, far=50), {"site": U}, {"site": G}) == 0.0


def test_a_quarter_of_the_globe_is_ten_thousand_kilometres():
    """From the equator to the pole are 10,007.6 km on a sphere with the earth's mean radius."""
    near = Nearness(places=(("pole", 90, 0), ("equator", 0, 30)), far=20_015.12)
    assert value(near, {"site": "pole"}, {"site": "equator"}) == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [{"places": {U: 5}}, {"places": {U: (95, 5)}}, {"places": {U: ("a", 5)}}, {"places": "x"}, {"far": 0}],
    ids=str,
)
def test_places_that_are_none_are_refused(wrong):
    """Places are sites with a latitude and a longitude, and far is above 0; sizes are told, values are not."""
    with pytest.raises(InputError, match=r"latitude|kilometres"):
        Nearness(**wrong)


def test_places_come_as_plain_data_too():
    """Settings may give places as a mapping; the scorer is hashable all the same."""
    made = scorer_from({"scorer": "nearness", "places": {U: [52.1, 5.1]}})
    assert made == Nearness(places={U: (52.1, 5.1)})
    assert hash(made) == hash(Nearness(places={U: (52.1, 5.1)}))


def test_the_site_of_both_is_told():
    """What they share is the one site; two different ones are nothing shared."""
    pool = Pool([{"id": "Mia", "site": U}, {"id": "Bo", "site": G}], [{"id": "Ann", "site": U}])
    block = Nearness().bind(pool.public())
    assert block.shared_pairs(np.array([0, 0]), np.array([0, 1])) == [(U,), ()]


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_waiting_counts_up_to_what_is_enough():
    """None, one, three and five rounds of three are 0, 1/3, 1 and 1, whoever the mentor is."""
    pool = Pool([{"id": "Mia"}, {"id": "Bo"}], [{"id": str(n), "waited_rounds": n} for n in (0, 1, 3, 5)])
    found = WaitedRounds().bind(pool.public())(EVERYBODY, EVERYBODY)
    assert found.tolist() == [[0.0] * 2, [1 / 3] * 2, [1.0] * 2, [1.0] * 2]


def test_waiting_drops_out_while_nobody_waited():
    """Zero rounds for everybody is no criterion, and scores stay as they are."""
    mentors, mentees = [{"id": "Mia", "level": 3}], [{"id": "Ann", "level": 1}]
    scores = mm.score(mentors, mentees, scorers={"waited_rounds": 3, "level_gap": 1})
    assert scores.criteria == ("level_gap",)


def test_whoever_waited_gets_the_place_and_nobody_another_mentor():
    """With one place for two alike, who waited gets it; with places for both, nobody's choice is shifted."""
    mentees = [{"id": "Ann", "level": 1}, {"id": "Zoe", "level": 1, "waited_rounds": 2}]
    mentors = [{"id": "Mia", "level": 3}, {"id": "Bo", "level": 9}]
    weights = {"waited_rounds": 1, "level_gap": 1}
    tight = mm.match(mentors[:1], mentees, scorers=weights, objective=("coverage", "total"))
    assert [(pair.mentee, pair.mentor) for pair in tight.pairs] == [("Zoe", "Mia")]
    scores = mm.score(mentors, mentees, scorers=weights).block([0, 1], [0, 1])
    assert (scores[:, 0] - scores[:, 1]).tolist() == pytest.approx([0.5, 0.5])


def test_who_joins_is_scored_as_if_there_from_the_start():
    """A joiner who did not wait scores 0, not the mean, and one who waited is not lost on those who did not."""
    mentors, mentees = [{"id": "Mia", "capacity": 3}], [{"id": "Ann", "waited_rounds": 3}]
    problem = mm.Problem.build(mentors, mentees, scorers={"waited_rounds": 1})
    joined = problem.update(join_mentees=[{"id": "Bo"}])
    assert joined.scores.pairs(np.array([0, 1]), np.array([0, 0])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("enough", [0, -1, float("nan"), float("inf")])
def test_enough_rounds_are_a_number_above_0(enough):
    """Nothing else is taken."""
    with pytest.raises(InputError, match="above 0"):
        WaitedRounds(enough=enough)


def test_places_where_nobody_is_cost_nothing():
    """Thousands of places are read, and only the distances between sites that people have are asked for."""
    places = {f"site {k}": (k / 100, k / 100) for k in range(5000)}
    pool = mm.Pool([{"id": "m", "site": "site 1"}], [{"id": "a", "site": "site 2"}])
    block = mm.Nearness(places=places, far=100).bind(pool.public())
    assert block.near.shape == (3, 3)

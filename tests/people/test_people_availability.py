"""Minutes in common, against a count minute by minute."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.people import Pool, overlap_minutes
from mentormatch.people.slots import DAYS, WEEK, minutes

ON = dt.date(2026, 9, 1)
ALL = slice(None)


def both(mentee, mentor, on=ON):
    """Return the minutes that two people have in common."""
    overlap = overlap_minutes(Pool([{"id": "m", **mentor}], [{"id": "e", **mentee}]), on)
    (by_block,) = overlap.block(ALL, ALL).ravel()
    (by_pair,) = overlap.pairs(np.array([0]), np.array([0]))
    assert by_block == by_pair or (np.isnan(by_block) and np.isnan(by_pair))
    return by_block


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Mon 09:00-10:00", "Mon 09:30-11:00", 30),
        ("Mon 09:00-09:30", "Mon 09:30-10:00", 0),
        ("Mon 09:00-10:00; Mon 09:30-10:30", "Mon 09:00-10:30", 90),
        ("Sun 23:00-01:00", "Mon 00:00-02:00", 60),
        ("Mon 00:00-24:00", "Mon 23:59-24:00", 1),
        ("Mon 09:00-10:00", "Tue 09:00-10:00", 0),
    ],
)
def test_slots_are_half_open_and_wrap(one, other, expected):
    """Touching slots have nothing in common, overlapping slots of one person count once, the week is a ring."""
    assert both({"availability": one}, {"availability": other}) == expected


def test_no_answer_is_unknown():
    """Whoever gives no hours has an unknown overlap, not none."""
    assert np.isnan(both({}, {"availability": "Mon 9-10"}))


def test_zones_follow_the_date():
    """London is an hour behind Amsterdam all year; New York is five hours behind London, but four in late March."""
    nine, eight = {"availability": "Mon 09:00-10:00"}, {"availability": "Mon 08:00-09:00"}
    amsterdam, london = {"time_zone": "Europe/Amsterdam"}, {"time_zone": "Europe/London"}
    assert both(nine | amsterdam, eight | london) == 60
    new_york = {"time_zone": "America/New_York"}
    four, five = {"availability": "Mon 05:00-06:00"}, {"availability": "Mon 04:00-05:00"}
    assert both(nine | london, five | new_york, dt.date(2026, 1, 14)) == 60
    assert both(nine | london, four | new_york, dt.date(2026, 3, 16)) == 60
    assert both(nine | london, five | new_york, dt.date(2026, 3, 16)) == 0


def test_a_week_may_begin_elsewhere():
    """Sunday evening in New York is Monday morning in Amsterdam."""
    mentee = {"availability": "Sun 20:00-21:00", "time_zone": "America/New_York"}
    assert both(mentee, {"availability": "Mon 02:00-03:00", "time_zone": "Europe/Amsterdam"}) == 60


def test_the_hour_that_the_clock_skips():
    """In the night of the change a slot is as long as it really is."""
    slot = {"availability": "Sun 01:00-04:00", "time_zone": "Europe/Amsterdam"}
    assert both(slot, {"availability": "Sun 00:00-24:00", "time_zone": "UTC"}, dt.date(2026, 3, 29)) == 120
    assert both(slot, {"availability": "Sun 00:00-24:00", "time_zone": "UTC"}, dt.date(2026, 3, 22)) == 180


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (dt.date(2026, 3, 4), 60),  # winter on both sides: six hours apart
        (dt.date(2026, 3, 11), 120),  # New York changed on 8 March: five
        (dt.date(2026, 3, 25), 120),
        (dt.date(2026, 4, 1), 60),  # Amsterdam changed on 29 March: six again
        (dt.date(2026, 10, 21), 60),
        (dt.date(2026, 10, 28), 120),  # Amsterdam back on 25 October: five
        (dt.date(2026, 11, 4), 60),  # New York back on 1 November: six
    ],
)
def test_amsterdam_and_new_york_in_the_weeks_when_one_of_them_has_changed(on, expected):
    """Nine to eleven in New York is three to five in Amsterdam, and two to four where they are five hours apart."""
    mentee = {"availability": "Wed 09:00-11:00", "time_zone": "America/New_York"}
    assert both(mentee, {"availability": "Wed 14:00-16:00", "time_zone": "Europe/Amsterdam"}, on) == expected


@pytest.mark.parametrize(
    ("slot", "zone", "on", "expected"),
    [
        ("Sun 01:30-02:30", "Europe/Amsterdam", dt.date(2026, 3, 29), 30),  # 02:00 to 03:00 is skipped
        ("Sun 02:30-03:30", "Europe/Amsterdam", dt.date(2026, 3, 29), 30),
        ("Sun 02:00-03:00", "Europe/Amsterdam", dt.date(2026, 3, 29), 0),
        ("Sun 02:00-03:00", "Europe/Amsterdam", dt.date(2026, 10, 25), 120),  # it comes twice
        ("Sun 02:30-03:30", "Europe/Amsterdam", dt.date(2026, 10, 25), 90),
        ("Sun 01:30-02:15", "Australia/Lord_Howe", dt.date(2026, 10, 4), 30),  # half an hour is skipped
        ("Sun 01:45-02:00", "Australia/Lord_Howe", dt.date(2026, 4, 5), 30),  # and half an hour comes twice
    ],
)
def test_a_slot_is_as_long_as_the_clock_shows_it(slot, zone, on, expected):
    """In the night of a change, times that are skipped do not count and times that come twice count twice."""
    always = {"availability": [f"{day} 00:00-24:00" for day in DAYS], "time_zone": "UTC"}
    assert both({"availability": slot, "time_zone": zone}, always, on) == expected


@pytest.mark.parametrize(
    ("mentee", "mentor", "expected"),
    [
        (("Mon 18:00-19:00", "Asia/Kolkata"), ("Mon 12:00-14:00", "UTC"), 60),  # 12:30 to 13:30 UTC
        (("Mon 18:00-20:00", "Asia/Kathmandu"), ("Mon 12:00-13:00", "UTC"), 45),  # from 12:15 UTC
        (("Mon 00:30-02:00", "Asia/Kolkata"), ("Sun 19:30-20:00", "UTC"), 30),  # Sunday there, Monday here
        (("Fri 22:00-02:00", "Europe/Amsterdam"), ("Fri 16:00-21:00", "America/New_York"), 240),  # over midnight
        (("Sun 22:00-02:00", "Pacific/Auckland"), ("Sun 10:00-12:00", "UTC"), 120),  # over the week's end there
    ],
)
def test_zones_of_half_hours_midnight_and_the_end_of_the_week(mentee, mentor, expected):
    """Counted by hand for the week of 1 September 2026."""
    sides = [{"availability": slot, "time_zone": zone} for slot, zone in (mentee, mentor)]
    assert both(*sides) == both(*reversed(sides)) == expected


def test_two_who_change_on_the_same_night_keep_what_they_have():
    """Sunday 23:30 in London is Monday 00:30 in Amsterdam, in the week of the change too."""
    london = {"availability": "Sun 23:30-24:00", "time_zone": "Europe/London"}
    amsterdam = {"availability": "Mon 00:30-01:00", "time_zone": "Europe/Amsterdam"}
    assert [both(london, amsterdam, dt.date(2026, 3, day)) for day in (18, 25, 29, 30)] == [30] * 4


def test_people_without_a_zone():
    """With one zone stated everybody is in it; with several, who states none is unknown."""
    slot = {"availability": "Mon 09:00-10:00"}
    amsterdam, utc = {"time_zone": "Europe/Amsterdam"}, {"time_zone": "UTC"}
    assert both(slot | amsterdam, slot) == 60
    pool = Pool([{"id": "m", **slot, **amsterdam}], [{"id": "a", **slot, **utc}, {"id": "b", **slot}])
    assert overlap_minutes(pool, ON).block(ALL, ALL)[:, 0].tolist()[0] == 0
    assert np.isnan(overlap_minutes(pool, ON).block(ALL, ALL)[1, 0])


clock = st.integers(0, 24 * 60 - 1).map(lambda m: f"{m // 60:02}:{m % 60:02}")
slot = st.tuples(st.sampled_from(DAYS), clock, clock).filter(lambda s: s[1] != s[2]).map("{0[0]} {0[1]}-{0[2]}".format)
weeks = st.lists(slot, max_size=4)
zones = st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])


JUNE = dt.date(2026, 6, 3)


@cache
def shown(zone, on):
    """What the clock shows at every minute of a week in UTC: minutes since Monday 00:00 there."""
    info, monday = ZoneInfo(zone), dt.datetime.combine(on - dt.timedelta(days=on.weekday()), dt.time(), dt.UTC)
    local = [(monday + dt.timedelta(minutes=k)).astimezone(info) for k in range(WEEK)]
    return np.array([at.weekday() * 1440 + at.hour * 60 + at.minute for at in local])


def free(week, zone, on=JUNE):
    """Return a week's minutes in UTC as an array of flags, by the clock there."""
    clock, flags = shown(zone, on), np.zeros(WEEK, dtype=bool)
    for one in week:
        start, end = minutes(one)
        flags |= (clock - start) % WEEK < end - start
    return flags


dates = st.sampled_from([JUNE, *(dt.date(2026, *day) for day in ((3, 8), (3, 26), (4, 5), (9, 27), (10, 25), (11, 1)))])


@settings(deadline=None)
@given(
    st.lists(st.tuples(weeks, zones), min_size=1, max_size=4),
    st.lists(st.tuples(weeks, zones), min_size=1, max_size=4),
    dates,
)
def test_minutes_are_exact_however_they_are_asked_for(mentees, mentors, on):
    """A block, its parts and pairs give the count made minute by minute, bit for bit."""
    pool = Pool(
        [{"id": k, "availability": week, "time_zone": zone} for k, (week, zone) in enumerate(mentors)],
        [{"id": k, "availability": week, "time_zone": zone} for k, (week, zone) in enumerate(mentees)],
    )
    overlap = overlap_minutes(pool, on)
    expected = np.array(
        [
            [(free(*one, on) & free(*other, on)).sum() if one[0] and other[0] else np.nan for other in mentors]
            for one in mentees
        ],
        dtype=float,
    )
    assert np.array_equal(overlap.block(ALL, ALL), expected, equal_nan=True)
    assert np.array_equal(overlap.block(np.array([0]), ALL), expected[:1], equal_nan=True)
    i, j = np.indices(expected.shape).reshape(2, -1)
    assert np.array_equal(overlap.pairs(i, j), expected.ravel(), equal_nan=True)


def test_many_different_times_give_the_same():
    """With very many different times the sparse form is used, and gives the same minutes."""
    rng = np.random.default_rng(3)
    weeks_of = [
        [
            f"{DAYS[d]} {h:02}:{m:02}-{h + 3:02}:{m:02}"
            for d, h, m in zip(*rng.integers(0, (7, 20, 60), (40, 3)).T, strict=True)
        ]
        for _ in range(30)
    ]
    pool = Pool(
        *([{"id": k, "availability": week} for k, week in enumerate(half)] for half in (weeks_of[:15], weeks_of[15:]))
    )
    overlap = overlap_minutes(pool, ON)
    assert not isinstance(overlap.mentee_factors, np.ndarray)
    flags = [free(week, "UTC") for week in weeks_of]
    expected = np.array([[(flags[15 + i] & flags[j]).sum() for j in range(15)] for i in range(15)], dtype=float)
    assert np.array_equal(overlap.block(ALL, ALL), expected)
    i, j = np.indices(expected.shape).reshape(2, -1)
    assert np.array_equal(overlap.pairs(i, j), expected.ravel())

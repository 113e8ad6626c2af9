"""Minutes in common, against a count minute by minute."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
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


def free(week, zone):
    """Return a week's minutes in UTC as an array of flags."""
    shift = dt.datetime(2026, 6, 3, tzinfo=ZoneInfo(zone)).utcoffset()
    flags = np.zeros(WEEK, dtype=bool)
    for one in week:
        start, end = minutes(one)
        flags[(np.arange(start, end) - int(shift.total_seconds()) // 60) % WEEK] = True
    return flags


@given(
    st.lists(st.tuples(weeks, zones), min_size=1, max_size=4), st.lists(st.tuples(weeks, zones), min_size=1, max_size=4)
)
def test_minutes_are_exact_however_they_are_asked_for(mentees, mentors):
    """A block, its parts and pairs give the count made minute by minute, bit for bit."""
    pool = Pool(
        [{"id": k, "availability": week, "time_zone": zone} for k, (week, zone) in enumerate(mentors)],
        [{"id": k, "availability": week, "time_zone": zone} for k, (week, zone) in enumerate(mentees)],
    )
    overlap = overlap_minutes(pool, dt.date(2026, 6, 3))
    expected = np.array(
        [
            [(free(*one) & free(*other)).sum() if one[0] and other[0] else np.nan for other in mentors]
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

"""How single answers are read."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from mentormatch.people import lists, values
from mentormatch.people.slots import minutes, slots


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (2, (0, 2)),
        ("2", (0, 2)),
        (2.0, (0, 2)),
        ("2.0", (0, 2)),
        ("5+", (0, 5)),
        ("3-5", (3, 5)),
        ("3–5", (3, 5)),
        ("1 tot 2", (1, 2)),
        ((1, 3), (1, 3)),
        ([1, "3"], (1, 3)),
        (0, (0, 0)),
        (np.int64(4), (0, 4)),
        (Decimal(4), (0, 4)),
        ("", (0, 1)),
        ("n/a", (0, 1)),
        (None, (0, 1)),
    ],
)
def test_bounds(answer, expected):
    """A number is a maximum, a range a minimum and a maximum, and no answer is one place."""
    assert values.bounds(answer) == expected


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (-1, "negative"),
        ((-1, 2), "negative"),
        ((3, 1), "min_above_max"),
        ("5-3", "min_above_max"),
        ("plenty", "not_bounds"),
        (2.5, "not_bounds"),
        (True, "not_bounds"),
        (float("inf"), "not_bounds"),
        (float("nan"), "not_bounds"),
        (10**400, "not_bounds"),
        (2_000_000, "too_many"),
        (dt.date(2026, 5, 3), "date_not_number"),
        ({"max": 3}, "not_bounds"),
        ("9" * 5000, "not_a_number"),
    ],
)
def test_bounds_that_make_no_sense(answer, code):
    """Every kind of nonsense has its own code, and the message does not repeat it."""
    with pytest.raises(PydanticCustomError) as caught:
        values.bounds(answer)
    assert caught.value.type == code
    assert str(answer) not in caught.value.message()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(7, "7"), (7.0, "7"), ("007", "007"), (" a ", "a"), (1.5, "1.5"), (np.float64(3), "3"), (10**20, str(10**20))],
)
def test_ids_become_text(answer, expected):
    """Whole floats lose their ".0", leading zeros stay."""
    assert values.identifier(answer) == expected


@pytest.mark.parametrize("answer", ["", " ", None, True, float("nan"), "a\x07b", "x" * 501, [1], 10**400])
def test_ids_that_are_none(answer):
    """What cannot be told apart or shown is no id."""
    with pytest.raises(PydanticCustomError):
        values.identifier(answer)


@pytest.mark.parametrize("answer", ["yes", "Ja", "Y", "TRUE", "1", "x", 1, 1.0, True])
def test_yes(answer):
    """Yes may be said in many ways."""
    assert values.flag(answer) is True


@pytest.mark.parametrize("answer", ["no", "Nee", "N", "false", "0", 0, False])
def test_no(answer):
    """So may no."""
    assert values.flag(answer) is False


def test_neither_yes_nor_no():
    """Perhaps is neither, and no answer is unknown."""
    assert values.flag("-") is None
    with pytest.raises(PydanticCustomError):
        values.flag("perhaps")


@pytest.mark.parametrize(("answer", "expected"), [("3,5", 3.5), ("5+", 5.0), (3, 3.0), ("-2", -2.0), ("nan", None)])
def test_numbers(answer, expected):
    """A comma may be the decimal sign."""
    assert values.number(answer) == expected


@pytest.mark.parametrize("answer", [float("inf"), float("nan"), 10**400, "1e400", "inf", "3 or 4", True, [1]])
def test_numbers_that_are_none(answer):
    """Infinity, NaN and words are no numbers."""
    with pytest.raises(PydanticCustomError):
        values.number(answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("python:3; sql (2), teaching", {"python": 3, "sql": 2, "teaching": 1}),
        ("python | sql\nr", {"python": 1, "sql": 1, "r": 1}),
        (["python:3", "a, b"], {"python": 3, "a, b": 1}),
        ({"python": 3, "sql": None, "r": 0, "go": True}, {"python": 3, "sql": 1, "go": 1}),
        ([("python", 3), ("sql", 1.5)], {"python": 3, "sql": 1.5}),
        ({"b", "a"}, {"a": 1, "b": 1}),
        ("geen; -; n/a;;", {}),
        ("ISO 9001; ratio (high); topic 12", {"ISO 9001": 1, "ratio (high)": 1, "topic 12": 1}),
        ("python:1; python:4", {"python": 4}),
        ("speed: 2,5", {"speed": 2, "5": 1}),
        (None, {}),
    ],
)
def test_tags(answer, expected):
    """Labels are split at any usual sign, and a number after one is its weight."""
    assert lists.tags(answer) == expected


@pytest.mark.parametrize("answer", [{"a": -1}, {"a": float("nan")}, {"a": "much"}, [("a", [1])], True, b"a"])
def test_tags_that_make_no_sense(answer):
    """A weight is a finite number of zero or more."""
    with pytest.raises(PydanticCustomError):
        lists.tags(answer)


@given(st.dictionaries(st.sampled_from(["python", "sql", "c++", "public speaking"]), st.integers(1, 99)))
def test_tags_come_back_from_text(tags):
    """What is written as a cell is read back as it was."""
    assert lists.tags("; ".join(f"{label}:{weight}" for label, weight in tags.items())) == tags


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Jansen, Piet; Smit, Els", ("Jansen, Piet", "Smit, Els")),
        ("Piet, Els", ("Piet", "Els")),
        ('"No"', ()),
        ("nee", ()),
        ("Ann;", ("Ann",)),
        (["Ann", "Ann", 7], ("Ann", "7")),
        (7, ("7",)),
    ],
)
def test_people(answer, expected):
    """A comma separates names only where no stronger sign does."""
    assert lists.people(answer) == expected


def test_scales_need_numbers():
    """A trait without a number says nothing."""
    assert lists.scales("openness: 4; calm (2)") == {"openness": 4, "calm": 2}
    with pytest.raises(PydanticCustomError):
        lists.scales("openness")
    with pytest.raises(PydanticCustomError):
        lists.scales({"openness": float("inf")})


@given(st.text())
def test_any_text_is_read_or_refused(answer):
    """No text makes a reader fail in any other way."""
    for read in (values.bounds, values.number, values.flag, values.zone, values.identifier, slots, lists.tags):
        with suppress(PydanticCustomError):
            read(answer)


def test_long_answers_are_read_fast():
    """An answer made to be slow to match is not slow."""
    for answer in ("a" * 20_000 + ":", "(" * 20_000, "1" * 20_000, "Mon " * 5000, "1-" * 10_000):
        for read in (values.bounds, values.number, slots, lists.tags):
            with suppress(PydanticCustomError):
                read(answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Mon 09:00-09:30", ("Mon 09:00-09:30",)),
        ("maandag 9-10 uur", ("Mon 09:00-10:00",)),
        ("Tue, Thu 13.00–15.30", ("Tue 13:00-15:30", "Thu 13:00-15:30")),
        ("Mon 09:00-10:00, 14:00-15:00", ("Mon 09:00-10:00", "Mon 14:00-15:00")),
        ("vr-zo 20:00-22:00", ("Fri 20:00-22:00", "Sat 20:00-22:00", "Sun 20:00-22:00")),
        ("weekend 10:00-12:00", ("Sat 10:00-12:00", "Sun 10:00-12:00")),
        ("Tuesday morning; wo middag", ("Tue 09:00-12:00", "Wed 13:00-17:00")),
        ("Fri 2-4pm", ("Fri 14:00-16:00",)),
        ("Fri 9am to 1pm", ("Fri 09:00-13:00",)),
        ("Fri 22:00-02:00", ("Fri 22:00-02:00",)),
        ("Mon 00:00-24:00", ("Mon 00:00-24:00",)),
        (["Mon 09:00-09:30", "n/a"], ("Mon 09:00-09:30",)),
        ("n/a", ()),
        ("", ()),
    ],
)
def test_slots(answer, expected):
    """Weekly slots may be written in English or Dutch, with ranges of days and parts of a day."""
    assert slots(answer) == expected
    assert slots(expected) == expected


@pytest.mark.parametrize(
    "answer", ["Mon", "soon", "Mon 9", "Mon 25:00-26:00", "Mon 09:00-09:00", "09:00-10:00", ["Mon", 3], 9, {"Mon": 9}]
)
def test_slots_that_make_no_sense(answer):
    """A slot without a day, an end or a length is refused."""
    with pytest.raises(PydanticCustomError):
        slots(answer)


def test_minutes_run_past_midnight():
    """A slot that ends before it starts ends the next day."""
    assert minutes("Mon 09:00-09:30") == (540, 570)
    assert minutes("Sun 23:00-01:00") == (6 * 1440 + 1380, 7 * 1440 + 60)
    assert minutes("Tue 00:00-24:00") == (1440, 2880)

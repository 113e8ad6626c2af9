"""Whole columns against one answer at a time: the same values, faults, notes and arrays."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from mentormatch.errors import InputError
from mentormatch.people import Pool, arrays
from mentormatch.people.arrow import arrow_cells
from mentormatch.people.fields import READERS, Kind

CANARY = "canary-3f9"

MARKED = (
    'python| Python |SQL:3|sql (2)|sql (2,5)|none|"none"|geen|| |-|a,b|a; b|x:|:3|label:0|n/a|teaching (x)|ÉCOLE'
    "|ecole|Mon 09:00-12:00|mon 9-12|Mon 09:00-09:00|Wed-Fri 13:00-17:00|Tuesday morning|Nederlands; Engels|nl|(3)"
)
ENTRIES = st.sampled_from([*MARKED.split("|"), "a|b", "a" * 201, "b" * 198 + ":3"])
CELLS = st.one_of(
    ENTRIES,
    st.lists(ENTRIES, max_size=4),
    st.lists(ENTRIES, max_size=4).map("; ".join),
    st.lists(ENTRIES, max_size=3).map(tuple),
    st.lists(st.one_of(ENTRIES, st.none(), st.integers(0, 3), st.booleans()), max_size=3),
    st.none(),
    st.integers(-3, 12),
    st.booleans(),
    st.floats(allow_nan=False),
    st.dictionaries(ENTRIES, st.one_of(st.integers(-1, 3), st.none()), max_size=3),
    st.sets(ENTRIES, max_size=3),
    st.text(max_size=5),
)


def told(read, cell):
    """Return the value and its kind and order, or the code and message of what is wrong."""
    try:
        value = read(cell)
    except PydanticCustomError as error:
        return error.type, error.message()
    return type(value), value, list(value.items()) if isinstance(value, dict) else None


@pytest.mark.parametrize("kind", [Kind.TAGS, Kind.LABELS, Kind.SLOTS])
@settings(deadline=None, max_examples=300)
@given(cells=st.lists(CELLS, min_size=1, max_size=8))
def test_a_reader_of_a_column_gives_what_the_reader_of_one_answer_gives(kind, cells):
    """Whatever stands in a column, it is read as each answer by itself is, with the same words where it is wrong."""
    column, one = READERS[kind].for_column(), READERS[kind].read
    for cell in [*cells, *cells]:
        assert told(column, cell) == told(one, cell)


MESSY = st.fixed_dictionaries(
    {
        "needs": st.one_of(st.none(), st.lists(ENTRIES, max_size=3).map("; ".join)),
        "languages": st.one_of(st.none(), ENTRIES),
        "level": st.one_of(st.none(), st.sampled_from(["3", "5+", "high", "", "1,5"])),
        "availability": st.one_of(st.none(), ENTRIES),
        "manager_id": st.one_of(st.none(), st.sampled_from(["p0", "P1", "nobody here", "geen"])),
        "vetoes": st.one_of(st.none(), st.sampled_from(["m0", "m0; m1", CANARY, "none"])),
        "private": st.one_of(st.none(), st.sampled_from(["level", "needs; bio"])),
        "Rijbewijs": st.one_of(st.none(), st.sampled_from(["ja", "nee"])),
        "gender": st.one_of(st.none(), st.sampled_from(["x", CANARY])),
    }
)


def rows_of(answers, letter):
    return [{"id": f"{letter}{k}", **row} for k, row in enumerate(answers)]


def told_by(pool):
    sides = [dict(side.values) for side in pool._sides]
    vetoes = [[one.reveal() for one in side["vetoes"]] for side in sides]
    return sides, vetoes, pool.rejects, pool.notes, pool.mapping


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(mentees=st.lists(MESSY, min_size=1, max_size=6), mentors=st.lists(MESSY, min_size=1, max_size=6))
def test_frames_and_rows_are_read_alike(frame, mentees, mentors):
    """A frame of any library gives the people, rejects, notes and mapping that its rows give, in the same order."""
    given_rows = rows_of(mentors, "m"), rows_of(mentees, "p")
    by_rows, by_frame = Pool.read(*given_rows), Pool.read(*map(frame, given_rows))
    assert told_by(by_frame) == told_by(by_rows)
    for i, pair in enumerate(zip(by_rows._vetoed_pairs(), by_frame._vetoed_pairs(), strict=True)):
        assert np.array_equal(*pair), i


@settings(deadline=None, max_examples=60)
@given(mentees=st.lists(MESSY, min_size=1, max_size=5))
def test_what_was_told_in_confidence_shows_nowhere(mentees):
    """No veto and no audit attribute is in a pool's looks, notes, rejects, public part or errors."""
    rows = rows_of(mentees, "p")
    pool = Pool.read([{"id": "m0"}], pa.Table.from_pylist(rows))
    shown = [repr(pool), str(pool.notes), str(pool.rejects), pool._repr_html_(), *map(repr, pool.public().mentees)]
    assert CANARY not in "".join(shown)
    faults = [fault for reject in pool.rejects for fault in reject.faults]
    if faults:
        with pytest.raises(InputError) as caught:
            Pool([{"id": "m0"}], pa.Table.from_pylist(rows))
        assert CANARY not in str(caught.value)


def test_every_reject_keeps_its_row():
    """Of a large frame every row that cannot be read is named with its number and all its faults."""
    levels = ["x" if k % 1000 == 7 else str(k % 9) for k in range(5000)]
    slots = ["never" if k % 2000 == 7 else "Mon 09:00-12:00" for k in range(5000)]
    frame = pa.table({"id": [f"p{k}" for k in range(5000)], "level": levels, "availability": slots})
    pool = Pool.read([{"id": "m"}], frame)
    assert [(reject.row, reject.id) for reject in pool.rejects] == [(k, f"p{k}") for k in (7, 1007, 2007, 3007, 4007)]
    assert [len(reject.faults) for reject in pool.rejects] == [2, 1, 2, 1, 2]
    assert len(pool.mentees) == 4995


ARROW = {
    "text": pa.array(["a", None, "a", "b"] * 3),
    "different text": pa.array(["a", "b", None, "c"]),
    "text in chunks": pa.chunked_array([["a", "a", None], ["a", "b"], []]),
    "lists": pa.array([["x", "y"], None, [], ["x", None]] * 2),
    "lists cut out": pa.array([["x", "y"], None, [], ["x", None]] * 2).slice(1, 4),
    "lists in chunks": pa.chunked_array([pa.array([["x"], None, ["x", "y"]]).slice(1, 2), pa.array([["z"], None])]),
    "lists of lists": pa.array([[[1]], [None, [2, 3]]]),
    "no lists": pa.array([], pa.list_(pa.string())),
    "no text": pa.array([], pa.string()),
    "nothing": pa.array([None, None]),
    "numbers": pa.array([1, None]),
    "large lists": pa.array([["x", "x"]] * 4, pa.large_list(pa.large_string())),
    "lists of one length": pa.array([["b"], None], pa.list_(pa.string(), 1)),
    "categories": pa.array(["a", "a", None]).dictionary_encode(),
    "records": pa.array([{"a": 1}, None]),
}


@pytest.mark.parametrize("name", ARROW)
def test_cells_of_arrow_are_those_of_arrow_itself(name):
    """A column of any kind gives the cells that pyarrow's own to_pylist gives."""
    assert arrow_cells(ARROW[name]) == ARROW[name].to_pylist()


def test_a_text_that_repeats_is_one_object():
    """In a column of lists the same label is held once, however often it stands there."""
    pool = Pool([{"id": "m"}], pa.table({"id": ["a", "b"], "needs": [["big data"], ["tea", "big data"]]}))
    one, other = (next(label for label in person.needs if label == "big data") for person in pool.mentees)
    assert one is other


LABELS = st.one_of(
    st.none(), ENTRIES, st.lists(ENTRIES, max_size=3), st.dictionaries(ENTRIES, st.integers(0, 4), max_size=3)
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LABELS, max_size=6), st.lists(LABELS, max_size=6), st.sampled_from(["needs", "languages", "interests"]))
def test_bags_of_whole_columns_are_those_of_one_person_after_the_other(mentees, mentors, name):
    """Vocabulary, structure and weights are the same, labels given twice in other spelling included."""
    tags, labels = READERS[Kind.TAGS].for_column(), READERS[Kind.LABELS].for_column()
    weighed = name == "needs"
    sides = [
        [tags(cell) if weighed or isinstance(cell, dict) else labels(cell) for cell in column]
        for column in (mentees, mentors)
    ]
    apart = [[dict(cell) if isinstance(cell, dict) else list(cell) for cell in column] for column in sides]
    whole, single = (arrays.bags((name, name), both) for both in (sides, apart))
    assert whole[0] == single[0]
    for one, other in zip(whole[1], single[1], strict=True):
        assert one.shape == other.shape
        assert [list(part) for part in (one.indptr, one.indices, one.data)] == [
            list(part) for part in (other.indptr, other.indices, other.data)
        ]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(st.none(), ENTRIES), max_size=8), st.lists(st.one_of(st.none(), ENTRIES), max_size=8))
def test_codes_of_columns_of_text_are_those_of_any_column(mentees, mentors):
    """The labels and everybody's code are the same as where a column holds a truth value too."""
    whole = arrays.coded([mentees, mentors])
    mixed = arrays.coded([[*mentees, []], mentors])  # a list has no code, and takes the way of any column
    assert whole[0] == mixed[0]
    assert [list(codes) for codes in whole[1]] == [list(mixed[1][0])[:-1], list(mixed[1][1])]


@given(st.lists(st.one_of(st.none(), st.floats()), max_size=8))
def test_numbers_of_a_whole_column_are_those_of_each_answer(column):
    """None, NaN and infinities are unknown; any other number stays as it is."""
    expected = [arrays._number(value) for value in column]
    assert np.array_equal(arrays.numbers(column), expected, equal_nan=True)


def test_a_pool_read_in_columns_can_be_cut_and_made_public():
    """Taking rows and leaving out what is confidential work as on any pool."""
    rows = [{"id": f"p{k}", "needs": ["a", "b"], "vetoes": CANARY} for k in range(4)]
    pool = Pool([{"id": "m"}], pa.Table.from_pylist(rows)).take(mentees=[3, 1])
    assert pool.mentee_ids == ("p3", "p1")
    assert dict(pool.public().mentees[0].needs) == {"a": 1.0, "b": 1.0}
    assert CANARY.encode() not in pickle.dumps(list(pool.public().mentees))

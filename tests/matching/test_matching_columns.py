"""Pairs in columns: made when looked at, written and read at once, and nothing held besides."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.matching import Matching, Pair, PairColumns, Part, codec

SHARES = st.floats(0, 1)
VALUES = st.one_of(st.none(), st.floats(-1e9, 1e9))
PARTS = st.builds(
    Part,
    st.sampled_from(["goals", "score", "other", 'a "b"', "é\ud800", "evidence"]),
    SHARES,
    VALUES,
    st.floats(-1e9, 1e9),
    st.lists(st.text(max_size=3), max_size=2).map(tuple),
)


@st.composite
def matchings(draw):
    """Return a matching with any pairs of three mentees and three mentors."""
    made = draw(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), unique=True, max_size=6))
    pairs = [
        Pair(
            *ids,
            draw(VALUES) or 0.0,
            draw(SHARES),
            draw(VALUES),
            draw(VALUES),
            tuple(draw(st.lists(PARTS, max_size=3))),
        )
        for ids in made
    ]
    names = draw(st.lists(st.sampled_from(["Bo", "Ann"]), min_size=3, max_size=3))
    return Matching(pairs=pairs, mentees=zip("abc", names, strict=True), mentors=[(one, one) for one in "xyz"])


def in_columns(matching):
    return Matching(pairs=PairColumns.of(matching.pairs), mentees=matching.mentees, mentors=matching.mentors)


@settings(deadline=None)
@given(matchings())
def test_pairs_come_out_of_columns_as_they_went_in(matching):
    """One by one, in turn or all at once, pairs made of columns are the pairs, None and parts included."""
    held = PairColumns.of(matching.pairs)
    assert held.all() == matching.pairs
    assert tuple(held) == matching.pairs
    assert tuple(held.at(k) for k in range(len(held))) == matching.pairs


@settings(deadline=None)
@given(matchings())
def test_a_matching_in_columns_is_the_matching(matching):
    """It equals the one made of pairs, has its hash, its looks, its numbers and its canonical JSON."""
    other = in_columns(matching)
    assert repr(other) == repr(matching)
    assert (other.total, other.mean, other.worst, other.loads, len(other)) == (
        matching.total,
        matching.mean,
        matching.worst,
        matching.loads,
        len(matching),
    )
    assert other.to_json() == matching.to_json() == codec.dumps(codec.to_plain(matching))
    assert "pairs" not in vars(other)
    assert other == matching
    assert hash(other) == hash(matching)
    assert isinstance(other.pairs, tuple)
    assert dataclasses.replace(other, notes=()).pairs == matching.pairs


@settings(deadline=None)
@given(matchings())
def test_json_comes_back_in_columns(matching):
    """What was written is read back whole, without a pair being made."""
    text = matching.to_json()
    if "\ud800" in text:
        text = json.dumps(json.loads(text))
    back = Matching.from_json(text)
    assert "pairs" not in vars(back)
    assert back == matching


WRONG = st.one_of(
    st.none(), st.booleans(), st.just(2), st.just(10**400), st.just(1.5), st.just("x"), st.just([]), st.just(["x", 3])
)


@settings(deadline=None, max_examples=200)
@given(matchings(), st.data())
def test_wrong_json_is_told_as_one_value_after_the_other_is(matching, data):
    """Reading all pairs at once accepts and refuses what reading each value does, with the same faults in order."""
    document = json.loads(json.dumps(codec.to_plain(matching)))
    for _ in range(data.draw(st.integers(0, 2))):
        rows = document["pairs"]
        parts = [part for row in rows for part in (row["parts"] if isinstance(row.get("parts"), list) else ())]
        places = [row for row in (*rows, *document["mentees"], *parts) if isinstance(row, dict) and row]
        place = data.draw(st.sampled_from(places))
        key = data.draw(st.sampled_from(sorted(place)))
        if data.draw(st.booleans()):
            place[key] = data.draw(WRONG)
        else:
            place.pop(key)
    assert told(document) == told_slowly(document)


def told(document):
    try:
        held = codec.from_plain(document)
    except InputError as error:
        return error.faults
    return held["pairs"].all(), held["mentees"], held["certificate"]


def told_slowly(document):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "columns_of", lambda _rows: None)
        patch.setattr(codec, "texts_of", lambda _rows, _keys: None)
        return told(document)


def test_columns_hold_on_to_no_larger_array():
    """A table of all scores from which a column was cut is not kept, and no column can be changed."""
    table = np.random.default_rng(0).random((50, 50))
    held = PairColumns(
        ("a",),
        ("x",),
        table[0, :1],
        table[1, :1],
        table[2, :1],
        table[3, :1],
        [0, 1],
        ("goals",),
        *table[4:7, :1],
        ((),),
    )
    arrays = [held.score, held.evidence, held.for_mentee, held.for_mentor, held.weight, held.value, held.contribution]
    assert all(array.base is None and len(array) == 1 and not array.flags.writeable for array in arrays)


@pytest.mark.parametrize("field", ["score", "evidence", "weight", "contribution"])
def test_a_number_that_must_be_there_is_refused_where_it_is_not(field):
    """NaN stands for None where there may be none, and nowhere else."""
    one = {name: [0.5] for name in ("score", "evidence", "for_mentee", "for_mentor", "weight", "value", "contribution")}
    one[field] = [float("nan")]
    with pytest.raises(InputError, match=rf"(Pair|Part)\.{field} must be a finite number"):
        PairColumns(("a",), ("x",), starts=[0, 1], criteria=("goals",), shared=((),), **one)


def test_explaining_one_pair_makes_no_other(programme, monkeypatch):
    """What is asked about one person looks at that person's pairs alone."""
    matching = in_columns(programme)
    monkeypatch.setattr(PairColumns, "all", lambda _self: pytest.fail("all pairs were made"))
    assert matching.explain("a1").text() == programme.explain("a1").text()
    assert matching.explain("a1", "m1").pairs == (programme.pairs[1],)
    assert matching.view("m2").text() == programme.view("m2").text()
    assert matching.mentors_of("a1") == ("m2", "m1")
    assert matching.to_frame("pandas").equals(programme.to_frame("pandas"))


def test_ids_that_came_as_whole_numbers_are_explained():
    """The number of somebody whose id is a number is as good as its text."""
    matching = Matching(pairs=[Pair("7", "8", 0.5)], mentees=[("7", "Bo")], mentors=[("8", "Mia")])
    assert matching.explain(7).text() == matching.explain("7", 8).text() == matching.explain("7").text()

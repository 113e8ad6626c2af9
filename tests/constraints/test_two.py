"""Two people: always together, or never."""

import pytest

import mentormatch as mm
from mentormatch.constraints import Alike, Apart, ForbidPairs, NotBoth, Tension, Together, check_constraint
from mentormatch.constraints.check import check_pickle
from mentormatch.testing import fake_programme


@pytest.fixture
def pool():
    return mm.Pool(
        [{"id": "mia"}, {"id": "ned"}, {"id": "ann"}, {"id": 7}], [{"id": "ann"}, {"id": "bo"}, {"id": "mia"}]
    )


def told(rule, pool):
    """The terms of a rule as plain data."""
    found = []
    for term in rule.terms(pool):
        if isinstance(term, ForbidPairs):
            found += [("pair", i, j) for i, j in zip(term.i.tolist(), term.j.tolist(), strict=True)]
        else:
            assert isinstance(term, (Alike, NotBoth))
            found.append((type(term).__name__, term.side, term.a, term.b))
    return found


def test_together_holds_on_each_side_where_both_are(pool):
    """Two mentors share all mentees; two people in both roles share on both sides; a number is an id."""
    assert told(Together("ned", "mia"), pool) == [("Alike", "mentors", 0, 1)]
    assert told(Together(7, "ned"), pool) == [("Alike", "mentors", 1, 3)]
    assert told(Together("mia", "ann"), pool) == [("Alike", "mentees", 0, 2), ("Alike", "mentors", 0, 2)]


def test_apart_is_a_tension_that_may_be_seen(pool):
    """For every two people who are there the terms are those of a tension."""
    for people in (pool, mm.Pool(*fake_programme(6, 8, seed=1))):
        ids = sorted({*people.mentee_ids, *people.mentor_ids})
        for a in ids:
            for b in ids:
                if a != b:
                    assert told(Apart(a, b), people) == told(Tension(a, b), people)
                    check_constraint(Apart(a, b), people)


@pytest.mark.parametrize("kind", [Together, Apart])
def test_whoever_is_nowhere_is_told(pool, kind):
    """A mistyped id would be a rule that does not hold; both are told, with who may be meant."""
    with pytest.raises(mm.InputError) as caught:
        kind("nedd", "zzz").terms(pool)
    assert [fault.id for fault in caught.value.faults] == ["nedd", "zzz"]
    assert "did you mean 'ned'?" in str(caught.value)
    with pytest.raises(mm.InputError, match="neither a mentee nor a mentor"):
        kind("ned", "zzz").terms(pool)


def test_together_needs_a_side_with_both(pool):
    """A mentee and a mentor cannot share partners; the error names both."""
    with pytest.raises(mm.InputError, match="only people of one side") as caught:
        Together("bo", "ned").terms(pool)
    assert all(who in str(caught.value) for who in ("bo", "ned"))
    assert told(Apart("bo", "ned"), pool) == [("pair", 1, 1)]


@pytest.mark.parametrize("kind", [Together, Apart])
def test_either_may_come_first(kind):
    """The order of the two makes no difference to equality and hash, and the kind of rule does."""
    assert kind("a", "b") == kind("b", "a")
    assert len({kind("a", "b"), kind("b", "a"), kind("a", "c")}) == 2
    assert Together("a", "b") != Apart("a", "b")
    assert Apart("a", "b") != Tension("a", "b")
    check_pickle(kind("a", "b"))
    assert repr(kind("a", "b")) == f"{kind.__name__}(a='a', b='b')"


@pytest.mark.parametrize("kind", [Together, Apart])
@pytest.mark.parametrize(
    ("a", "b", "words"), [("x", " x", "another person"), ("", "x", "a: must"), ("x", None, "b: must")]
)
def test_two_people_are_two(kind, a, b, words):
    """Both ids are needed, and they differ."""
    with pytest.raises(mm.InputError, match=words):
        kind(a, b)

"""Rules told in confidence: what they forbid, and that nothing of them shows."""

import json
import pickle
import traceback
from copy import copy, deepcopy
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.constraints import (
    ConflictOfInterest,
    ForbidPairs,
    NotBoth,
    Tension,
    Vetoes,
    check_constraint,
    is_confidential,
    notes_of,
    rule_from,
    with_date,
)
from mentormatch.errors import InputError
from mentormatch.people import Pool

SECRET = "Quibbledash"
ON = date(2026, 9, 1)
MENTORS = [{"id": "mia", "name": "Mia Vos"}, {"id": "ned", "name": "Ned Bos"}, {"id": "both", "name": "Bo Both"}]
MENTEES = [{"id": "ann", "name": "Ann Wit"}, {"id": "cas", "name": "Cas Wit"}, {"id": "both", "name": "Bo Both"}]


@pytest.fixture(scope="module")
def pool():
    return Pool(MENTORS, MENTEES)


def told(rule, pool, on=ON):
    """The pairs a rule forbids and the people of one side it keeps from sharing, by id."""
    pairs, apart = set(), set()
    for term in with_date(rule, on).terms(pool):
        if isinstance(term, ForbidPairs):
            pairs |= {(pool.mentee_ids[i], pool.mentor_ids[j]) for i, j in zip(term.i, term.j, strict=True)}
        if isinstance(term, NotBoth):
            ids = pool.mentee_ids if term.side == "mentees" else pool.mentor_ids
            apart.add((term.side, frozenset((ids[term.a], ids[term.b]))))
    return pairs, apart


@pytest.mark.parametrize("kind", [Tension, ConflictOfInterest])
@pytest.mark.parametrize("sides", [("ann", "mia"), ("mia", "ann")])
def test_a_mentee_and_a_mentor_are_kept_apart_whoever_is_named_first(pool, kind, sides):
    """A tension between a mentee and a mentor forbids that pair, in either order of naming."""
    assert told(kind(*sides), pool) == ({("ann", "mia")}, set())


def test_two_mentees_or_two_mentors_may_not_share_a_partner(pool):
    """Between two people of one side the rule is that they do not share a partner."""
    assert told(Tension("cas", "ann"), pool) == (set(), {("mentees", frozenset(("ann", "cas")))})
    assert told(Tension("ned", "mia"), pool) == (set(), {("mentors", frozenset(("mia", "ned")))})


def test_somebody_in_two_roles_is_kept_apart_in_both(pool):
    """Somebody who is mentee and mentor is kept from being a partner and from sharing one."""
    assert told(Tension("ann", "both"), pool) == ({("ann", "both")}, {("mentees", frozenset(("ann", "both")))})
    assert told(Tension("mia", "both"), pool) == ({("both", "mia")}, {("mentors", frozenset(("mia", "both")))})


def test_absent_people_are_no_error(pool):
    """Naming somebody who does not take part forbids nothing and is no error."""
    assert told(Tension("ann", SECRET), pool) == (set(), set())
    assert told(Tension(SECRET, "x"), pool) == (set(), set())


def test_a_full_name_is_understood_where_no_id_fits(pool):
    """A name, whatever its case, is as good as an id; a name of several people means all of them."""
    assert told(Tension("ANN  wit", "Mia Vos"), pool) == ({("ann", "mia")}, set())
    twins = Pool([{"id": "mia"}], [{"id": "a1", "name": "Ann Wit"}, {"id": "a2", "name": "Ann Wit"}])
    assert told(Tension("mia", "Ann Wit"), twins) == ({("a1", "mia"), ("a2", "mia")}, set())


def test_an_id_in_another_form_is_understood():
    """An id in another case, or without its leading zeros, is the one that is there."""
    people = Pool([{"id": "E17"}], [{"id": "007"}])
    assert told(Tension("e17", 7), people) == ({("007", "E17")}, set())


def test_a_name_is_not_read_where_an_id_fits():
    """Whoever has that id is meant, not somebody who is called so."""
    people = Pool([{"id": "mia"}], [{"id": "Ann"}, {"id": "a2", "name": "Ann"}])
    assert told(Tension("mia", "Ann"), people) == ({("Ann", "mia")}, set())


def test_numbers_are_ids_too():
    """An id given as a number is the id that people with that number have."""
    people = Pool([{"id": 7}], [{"id": 12.0}])
    assert told(Tension(12, np.int64(7)), people) == ({("12", "7")}, set())
    assert told(rule_from({"rule": "tension", "a": 12.0, "b": 7}), people) == ({("12", "7")}, set())


@pytest.mark.parametrize(
    ("expires", "holds"),
    [(None, True), (date(2026, 9, 1), True), (date(2026, 8, 31), False), ("2026-08-31", False), ("2027-01-01", True)],
)
def test_it_holds_until_the_day_it_expires(pool, expires, holds):
    """The day of expiry is the last on which it holds; after it there is nothing left of it."""
    assert bool(told(Tension("ann", "mia", expires), pool)[0]) is holds


def test_without_a_date_today_is_meant(pool):
    """Asked without a date, a rule that ended long ago forbids nothing and one that does not end holds."""
    assert not Tension("ann", "mia", date(2001, 1, 1)).terms(pool)
    assert Tension("ann", "mia").terms(pool)


def test_a_moment_is_a_day():
    """A timestamp, as a data frame gives it, counts as its day."""
    assert Tension("ann", "mia", datetime(2026, 9, 1, 17, 30)) == Tension("ann", "mia", date(2026, 9, 1))  # noqa: DTZ001


def test_it_is_symmetric_and_hashable():
    """The same two people make the same rule in either order; a kind or an end makes another."""
    assert Tension("ann", "mia") == Tension("mia", "ann")
    assert len({Tension("ann", "mia"), Tension("mia", "ann"), Tension("ann", "ned")}) == 2
    assert ConflictOfInterest("ann", "mia", "tender") != ConflictOfInterest("ann", "mia", "other")
    assert Tension("ann", "mia") != ConflictOfInterest("ann", "mia")
    assert Tension("ann", "mia", ON) != Tension("ann", "mia")


def secretive_rules():
    dated = with_date(Tension(SECRET, "x"), ON)
    return [
        Tension(SECRET, "x", ON),
        ConflictOfInterest("x", SECRET, kind=SECRET),
        dated,
        rule_from({"rule": "tension", "a": SECRET, "b": "x"}),
        pickle.loads(pickle.dumps(dated)),
        deepcopy(ConflictOfInterest(SECRET, "x")),
        copy(Tension(SECRET, "x")),
    ]


@pytest.mark.parametrize("rule", secretive_rules(), ids=lambda rule: type(rule).__name__)
def test_no_way_of_printing_it_shows_a_name(rule):
    """Neither repr, str, format, a list of rules nor an f-string shows what it holds."""
    for shown in (
        repr(rule),
        str(rule),
        f"{rule}",
        f"{rule!r}",
        f"{rule!s}",
        repr([rule]),
        repr({"rule": rule}),
        "{}".format(rule),  # noqa: UP032  # one of the ways to print
    ):
        assert SECRET not in shown
    with pytest.raises(TypeError) as caught:
        vars(rule)
    assert SECRET not in str(caught.value)
    with pytest.raises(TypeError) as caught:
        json.dumps(rule)
    assert SECRET not in str(caught.value)
    assert rule.confidential
    assert is_confidential(rule)


@pytest.mark.parametrize("rule", secretive_rules(), ids=lambda rule: type(rule).__name__)
def test_it_survives_pickle_and_cannot_be_changed(rule):
    """A copy sent elsewhere is equal, and nothing can be set on it."""
    assert pickle.loads(pickle.dumps(rule)) == rule
    with pytest.raises((AttributeError, TypeError)):
        rule.a = "somebody else"


def every_word(error):
    """What a log would show of an error, with the local variables of every frame of the library."""
    shown = repr(error) + repr(error.args) + repr(error.errors()) + repr(vars(error))
    inner = error.__traceback__.tb_next
    while error is not None:
        shown += "".join(traceback.format_exception_only(error))
        error = error.__cause__ or error.__context__
    frames = traceback.StackSummary.extract(traceback.walk_tb(inner), capture_locals=True)
    return shown + "".join(repr(frame.locals) for frame in frames)


@pytest.mark.parametrize(
    ("make", "fields"),
    [
        (lambda: Tension(SECRET, SECRET), ["b"]),
        (lambda: Tension(SECRET, ""), ["b"]),
        (lambda: Tension("", [SECRET]), ["a", "b"]),
        (lambda: Tension(SECRET, "x", SECRET), ["expires"]),
        (lambda: ConflictOfInterest(SECRET, "x", kind={SECRET}), ["kind"]),
        (lambda: rule_from({"rule": "tension", "a": SECRET, "b": SECRET}), ["b"]),
        (
            lambda: rule_from({"rule": "tension", "a": [SECRET], "b": {SECRET: 1}, "expires": SECRET}),
            ["a", "b", "expires"],
        ),
        (lambda: rule_from({"rule": "conflict_of_interest", "a": SECRET, "kind": 3}), ["b", "kind"]),
        (lambda: rule_from({"rule": "tension", "a": SECRET, "b": "x", SECRET: 1}), ["expires"]),
    ],
)
def test_no_error_repeats_what_was_told(make, fields):
    """Every fault is told at once, by field, without the value and with nothing of it in any frame of the library."""
    with pytest.raises(InputError) as caught:
        make()
    assert SECRET not in every_word(caught.value)
    for field in fields:
        assert field in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_terms_do_not_show_rows(pool):
    """What a confidential rule comes down to shows no row either."""
    for rule in (Tension("both", "mia"), Tension("ann", "cas")):
        for term in rule.terms(pool):
            assert not any(sign.isdigit() for sign in repr(term))


def test_confidential_rules_have_no_notes(pool):
    """A confidential rule adds nothing to the notes, whatever it has to say."""

    class Chatty:
        name = "chatty"

        def terms(self, pool):
            return ()

        def notes(self, pool):
            return [SECRET]

    assert is_confidential(Chatty())
    assert notes_of(Chatty(), pool) == ()
    assert notes_of(Tension("ann", "mia"), pool) == ()


def test_only_a_plain_false_makes_a_rule_public():
    """None, 0 or an empty text where the flag should be leave a rule confidential."""

    class Rule:
        def __init__(self, flag):
            self.confidential = flag

    assert [is_confidential(Rule(flag)) for flag in (None, 0, "", True)] == [True] * 4
    assert not is_confidential(Rule(flag=False))
    assert is_confidential(object())


names = st.sampled_from(["p0", "p1", "p2", "p3", "p4", "p5", "gone"])


@given(
    mentors=st.lists(names.filter(lambda one: one != "gone"), unique=True, min_size=1),
    mentees=st.lists(names.filter(lambda one: one != "gone"), unique=True, min_size=1),
    sides=st.tuples(names, names).filter(lambda two: two[0] != two[1]),
)
def test_a_tension_means_apart_in_every_role(mentors, mentees, sides):
    """What is forbidden is exactly every way in which the two could meet, on any pool."""
    people = Pool([{"id": one} for one in mentors], [{"id": one} for one in mentees])
    pairs, apart = told(Tension(*sides), people)
    a, b = sides
    assert pairs == {(x, y) for x, y in ((a, b), (b, a)) if x in mentees and y in mentors}
    ways = (("mentees", mentees), ("mentors", mentors))
    assert apart == {(side, frozenset(sides)) for side, there in ways if a in there and b in there}
    check_constraint(Tension(*sides), people)


def test_vetoes_hold_from_either_side():
    """Whoever names somebody, mentee or mentor, is not matched with them; absent names do nothing."""
    people = Pool(
        [{"id": "mia", "vetoes": ["ann", SECRET]}, {"id": "ned"}],
        [{"id": "ann"}, {"id": "cas", "vetoes": ["ned", SECRET]}],
    )
    assert told(Vetoes(), people) == ({("ann", "mia"), ("cas", "ned")}, set())
    check_constraint(Vetoes(), people)


def test_without_vetoes_there_are_no_terms(pool):
    """Where nobody vetoes anybody the rule asks for nothing."""
    assert not Vetoes().terms(pool)
    assert Vetoes().confidential

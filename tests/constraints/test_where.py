"""``where``: whom and which pairs a rule is about, as data and as a function."""

import json
import traceback
from datetime import date
from itertools import product

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.constraints import AtMost, GroupQuota, rule_from, rule_schema, rule_to_data
from mentormatch.constraints.asked import ASKABLE
from mentormatch.constraints.check import check_pickle

PEOPLE = [
    {
        "id": "mia",
        "department": "IT",
        "site": "Den Haag",
        "level": 3,
        "languages": ["Nederlands", "English"],
        "offers": {"Public speaking": 2, "SQL": 0},
        "trained": True,
        "time_zone": "Europe/Amsterdam",
        "manager_id": "Bea",
        "attributes": {"cohort": 2026, "tracks": ["Data", "Cloud"], "hubs": {"Noord": 1, "Zuid": 0}, "level": "x"},
    },
    {
        "id": "ned",
        "department": " i-t",
        "site": "DEN-HAAG",
        "level": 3.5,
        "trained": False,
        "attributes": {"cohort": "2025"},
    },
    {"id": "ole", "department": "HR", "languages": "Dutch", "manager_id": "bea", "attributes": {"tracks": []}},
    {"id": "Ned"},
]


@pytest.fixture(scope="module")
def pool():
    return mm.Pool(PEOPLE, [{"id": "ann", "department": "IT", "private": ["department"]}, {"id": "bo"}])


def group(pool, where, side="mentors", **more):
    """The ids of those whom a quota is about."""
    terms = GroupQuota(side, where, maximum=0, **more).terms(pool)
    ids = pool.mentor_ids if side == "mentors" else pool.mentee_ids
    return [ids[row] for term in terms for row in term.rows]


@pytest.mark.parametrize(
    ("where", "who"),
    [
        ({"department": "it"}, ["mia"]),
        ({"department": ["it", "I T"]}, ["mia", "ned"]),
        ({"department": ["IT", "HR"]}, ["mia", "ole"]),
        ({"site": "den haag"}, ["mia", "ned"]),
        ({"department": "I_T", "site": "Den Haag"}, ["ned"]),
        ({"id": "ned"}, ["ned"]),
        ({"id": ["Ned", " mia "]}, ["mia", "Ned"]),
        ({"manager_id": "bea"}, ["ole"]),
        ({"level": 3}, ["mia"]),
        ({"level": "3,5"}, ["ned"]),
        ({"level": [3, 3.5]}, ["mia", "ned"]),
        ({"languages": "nl"}, ["mia", "ole"]),
        ({"languages": ["engels", "fr"]}, ["mia"]),
        ({"offers": "public-speaking"}, ["mia"]),
        ({"trained": True}, ["mia"]),
        ({"trained": "nee"}, ["ned"]),
        ({"time_zone": "Europe/Amsterdam"}, ["mia"]),
        ({"waited_rounds": 0, "priority": 0, "department": "HR"}, ["ole"]),
        ({"cohort": 2026}, ["mia"]),
        ({"attributes": {"cohort": ["2025", 2026.0]}}, ["mia", "ned"]),
        ({"attributes": {"tracks": "cloud"}}, ["mia"]),
        ({"attributes": {"level": "X"}, "level": 3}, ["mia"]),
        ({"hubs": ["noord", "west"]}, ["mia"]),
        ({"hubs": "zuid"}, []),
    ],
)
def test_comparisons_follow_the_labels_of_the_pool(pool, where, who):
    """Case, blanks and hyphens do not count, ids are exact, lists hold one of the labels, and all fields must hold."""
    assert group(pool, where) == who


def test_a_dated_attribute_is_compared_as_it_is_written():
    """A date in a settings file is the date of an attribute, given as a date or in ISO text."""
    pool = mm.Pool([{"id": "mia", "attributes": {"since": date(2026, 9, 1)}}], [{"id": "ann"}])
    assert group(pool, {"since": date(2026, 9, 1)}) == group(pool, {"since": "2026-09-01"}) == ["mia"]


def test_what_is_kept_private_is_not_known(pool):
    """An answer that may only count in the score puts nobody in a group, and nobody out of one."""
    assert group(pool, {"department": "IT"}, "mentees") == []
    assert group(pool, {"department": "IT"}, "mentees", unknown="forbid") == ["ann", "bo"]
    assert group(pool, {"department": "HR"}, "mentees", unknown="forbid") == ["ann", "bo"]
    assert group(pool, lambda person: person.department is None, "mentees") == ["ann", "bo"]


def test_private_attributes_are_not_known():
    """An attribute is kept private by its own name, in any spelling of it, or with all the others."""
    for kept, known in (("Coffee order", False), ("coffee order", False), ("attributes", False), ("bio", True)):
        person = {"id": "mia", "private": [kept], "attributes": {"Coffee order": "tea", "cohort": "1"}}
        pool = mm.Pool([person], [{"id": "ann"}])
        assert group(pool, {"Coffee order": "tea"}) == ["mia"] * known
        assert group(pool, lambda one: one.attributes.get("Coffee order") == "tea") == ["mia"] * known
        assert group(pool, {"cohort": "1"}) == ["mia"] * (kept != "attributes")


def test_an_attribute_that_nobody_named_is_not_asked(tmp_path):
    """A column of a table is no attribute until it is mapped; the error says how."""
    table = tmp_path / "mentors.csv"
    table.write_text("id,Shoe size\nmia,42\n")
    hidden = mm.Pool.read(table, [{"id": "ann"}])
    with pytest.raises(mm.InputError, match="mapping=") as caught:
        group(hidden, {"Shoe size": 42})
    assert caught.value.faults[0].code == "unknown_attribute"
    assert group(hidden, lambda person: "Shoe size" in person.attributes) == []
    named = mm.Pool.read(table, [{"id": "ann"}], mapping={"Shoe size": "attributes"})
    assert group(named, {"Shoe size": 42}) == ["mia"]


@pytest.mark.parametrize(
    "field", ["vetoes", "audit_attributes", "email", "private", "bio", "wishes", "capacity", "traits"]
)
def test_what_was_told_in_confidence_cannot_be_asked(field):
    """A rule asks about closed answers only: neither what is confidential nor free text nor people."""
    assert field not in ASKABLE
    with pytest.raises(mm.InputError, match="cannot be asked about"):
        GroupQuota("mentors", {field: "x"}, maximum=1)
    with pytest.raises(mm.InputError, match="cannot be asked about"):
        rule_from({"rule": "at_most", "n": 1, "where": {"mentor": {field: "x"}}})


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({}, "what somebody answered"),
        (3, "what somebody answered"),
        ({"departmnt": "IT"}, "did you mean department"),
        ({"Afdeling": "IT"}, "did you mean department"),
        ({"emial": "IT"}, "email cannot be asked about"),
        ({3: "IT"}, "a name in text"),
        ({f"field {k}": "x" for k in range(101)}, "100 are the most"),
        ({"department": None}, "a label"),
        ({"department": []}, "at least one label"),
        ({"department": " "}, "a label"),
        ({"department": {"is": "IT"}}, "a label"),
        ({"department": [["IT"]]}, "a label"),
        ({"department": True}, "true or false"),
        ({"level": "high"}, "digits only"),
        ({"priority": "n/a"}, "a label"),
        ({"level": float("nan")}, "a label|finite"),
        ({"trained": "perhaps"}, "neither yes nor no"),
        ({"time_zone": "Amsterdam"}, "IANA"),
        ({"attributes": "IT"}, "attributes"),
        ({"attributes": {}}, "attributes"),
        ({"attributes": {"cohort": {"a": 1}}}, "a label"),
        ({"cohort": float("inf")}, "not text"),
    ],
)
def test_a_wrong_question_is_told(where, words):
    """What cannot be asked is an error when the rule is made, by field and without the label."""
    with pytest.raises(mm.InputError, match=words) as caught:
        GroupQuota("mentors", where, maximum=1)
    assert caught.value.faults[0].loc[:2] == ("group_quota", "where")


def test_a_field_is_asked_of_the_side_that_has_it():
    """Only mentors are trained; a mentee cannot be asked."""
    with pytest.raises(mm.InputError, match="of mentors only"):
        GroupQuota("mentees", {"trained": True}, maximum=1)
    with pytest.raises(mm.InputError, match="of mentors only"):
        AtMost(1, {"mentee": {"trained": True}})


@pytest.mark.parametrize(
    "where", [{}, {"department": "IT"}, {"mentee": {}}, {"mentor": "IT"}, {"mentees": {"site": "x"}}, "IT"]
)
def test_a_question_about_pairs_says_of_whom(where):
    """Without mentee or mentor it is not known whose department is meant."""
    with pytest.raises(mm.InputError, match=r"of whom|somebody answered"):
        AtMost(1, where)


def test_every_fault_of_a_question_is_told_at_once():
    """Both sides, all fields and the number come in one error."""
    data = {"rule": "at_most", "n": -1, "where": {"mentee": {"levl": 1, "site": ""}, "mentor": {"email": "x"}}}
    with pytest.raises(mm.InputError) as caught:
        rule_from(data, ("constraints", 2))
    assert caught.value.total == 4
    assert all(fault.loc[:3] == ("constraints", 2, "at_most") for fault in caught.value.faults)


def test_a_stranger_in_a_question_is_an_error(pool):
    """An id that nobody has would be a rule that does not hold; the nearest are told."""
    with pytest.raises(mm.InputError, match="did you mean") as caught:
        group(pool, {"id": ["mja", "ned", "ann"]})
    assert [fault.id for fault in caught.value.faults] == ["mja", "ann"]
    assert "it is one of the mentees" in str(caught.value)


def test_rules_with_a_question_are_values():
    """A rule with data equals its copy, hashes alike in any order, and does not change with what it was made from."""
    given = {"mentee": {"department": ["IT", "HR"], "site": "x"}}
    rule = AtMost(2, given)
    check_pickle(rule)
    given["mentee"]["department"].append("Sales")
    again = AtMost(2, {"mentee": {"site": "x", "department": ("IT", "HR")}})
    assert rule == again
    assert hash(rule) == hash(again)
    assert AtMost(2, {"mentee": {"site": {"b", "a"}}}) == AtMost(2, {"mentee": {"site": ["a", "b"]}})
    with pytest.raises(TypeError):
        rule.where["mentor"] = {}


def test_nesting_without_end_is_a_fault():
    """A mapping that holds itself is told as any other wrong question."""
    endless = {}
    endless["attributes"] = endless
    with pytest.raises(mm.InputError, match="label"):
        GroupQuota("mentors", endless, maximum=1)
    with pytest.raises(mm.InputError):
        AtMost(1, {"mentee": endless})


# --- functions -----------------------------------------------------------------------------------------------------


def by_department(mentee, mentor):
    return mentee.department == mentor.department


def test_a_function_is_no_plain_data():
    """It cannot be written, nor read from data, and both say so."""
    rule = AtMost(1, by_department)
    check_pickle(rule)
    with pytest.raises(mm.InputError, match="at_most where: is a function"):
        rule_to_data(rule)
    with pytest.raises(mm.InputError, match="no plain data") as caught:
        rule_from({"rule": "at_most", "n": 1, "where": by_department})
    assert caught.value.__context__ is None
    with pytest.raises(mm.InputError, match="hours: is a function"):
        rule_to_data(mm.HoursCapacity(by_department))


def test_a_function_sees_public_people_once_a_pair(pool):
    """It is called once for every pair with views that have no vetoes, in rows of mentees."""
    calls = []

    def asked(mentee, mentor):
        calls.append((mentee.id, mentor.id))
        assert not hasattr(mentee, "vetoes")
        assert not hasattr(mentor, "email")
        return np.bool_(mentor.id == "mia") if mentee.id == "ann" else False

    (term,) = AtMost(0, asked).terms(pool)
    assert calls == list(product(pool.mentee_ids, pool.mentor_ids))
    assert term.weight(slice(None), slice(None)).tolist() == [[True, False, False, False], [False] * 4]


def test_a_function_that_fails_names_the_rule_and_the_pair(pool):
    """What was raised is told by kind and place; nothing is chained, so no answer shows in a traceback."""

    def fragile(mentee, mentor):
        if (mentee.id, mentor.id) == ("bo", "ned"):
            raise KeyError("an answer CANARY")
        return True

    def one(person):
        raise ValueError("an answer CANARY")

    for rule, words in (
        (AtMost(1, fragile), ("at_most where", 'mentee "bo", mentor "ned"', "raised KeyError (test_where.py, line")),
        (GroupQuota("mentors", one, maximum=1), ("group_quota where", 'mentor "mia"', "raised ValueError")),
    ):
        with pytest.raises(mm.InputError) as caught:
            rule.terms(pool)
        assert all(word in str(caught.value) for word in words)
        assert caught.value.__cause__ is caught.value.__context__ is None
        shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert "CANARY" not in "".join(shown.format())


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda one: True, "raised TypeError; does it take as many arguments as it is given?"),
        (
            lambda one, other: one.vetoes,
            r"raised AttributeError \(test_where.py, line \d+\); it sees people's public answers",
        ),
        (lambda one, other: "x".nothing, r"raised AttributeError \(test_where.py, line \d+\) \("),
        (lambda one, other: one.attributes["x"], r"raised KeyError \(test_where.py, line \d+\); a column of a table"),
    ],
)
def test_a_function_that_fails_is_told_with_its_own_line_and_a_cure(pool, function, words):
    """The place is one in the caller's own code, never in ours, and what mostly causes it comes with it."""
    with pytest.raises(mm.InputError, match=words) as caught:
        AtMost(1, function).terms(pool)
    assert not any(ours in str(caught.value) for ours in ("seen.py", "public.py"))


@pytest.mark.parametrize("value", [None, 1, 0.0, "yes", np.int64(1), [True]])
def test_a_function_answers_true_or_false(pool, value):
    """Anything else may be a mistake, and is told with the pair."""
    with pytest.raises(mm.InputError, match=r'neither True nor False \(mentee "ann", mentor "mia"\)'):
        AtMost(1, lambda mentee, mentor: value).terms(pool)
    with pytest.raises(mm.InputError, match=r'neither True nor False \(mentee "ann"\)'):
        GroupQuota("mentees", lambda one: value, maximum=1).terms(pool)


def test_cancelling_inside_a_function_is_not_a_fault(pool):
    """The library's own errors go through unchanged."""

    def impatient(mentee, mentor):
        raise mm.Cancelled

    with pytest.raises(mm.Cancelled):
        AtMost(1, impatient).terms(pool)


@pytest.mark.parametrize("make", [lambda f: AtMost(1, f, "forbid"), lambda f: GroupQuota("mentors", f, 1, 1, "forbid")])
def test_a_function_says_itself_what_it_makes_of_the_unknown(make):
    """``unknown`` is about fields."""
    with pytest.raises(mm.InputError, match="a function says itself"):
        make(lambda *people: True)


# --- the schema ----------------------------------------------------------------------------------------------------

QUESTIONS = [
    {"rule": "group_quota", "side": "mentees", "where": {"department": "IT"}, "maximum": 5},
    {"rule": "group_quota", "side": "mentors", "where": {"trained": True, "languages": ["nl", "en"]}, "minimum": 1},
    {
        "rule": "group_quota",
        "side": "mentors",
        "where": {"cohort": 2026, "attributes": {"levels": ["a"]}},
        "maximum": 1,
    },
    {"rule": "at_most", "n": 3, "where": {"mentee": {"site": "x"}, "mentor": {"level": [1, 2.5]}}, "unknown": "forbid"},
    {"rule": "at_most", "n": 3},
    {"rule": "at_least", "n": 3, "where": {"mentor": {"id": 7}}},
    {"rule": "together", "a": "x", "b": "y"},
    {"rule": "apart", "a": "x", "b": "y"},
    {"rule": "hours_capacity", "unknown": "forbid"},
    {"rule": "none_or_at_least", "k": 3, "of": ["x"]},
]


@pytest.mark.parametrize("data", QUESTIONS, ids=lambda data: data["rule"])
def test_the_schema_and_the_reader_agree(data):
    """What the schema lets through makes a rule, from JSON too, and goes back to the same data."""
    jsonschema.validate(data, rule_schema())
    rule = rule_from(json.loads(json.dumps(data)))
    assert rule_to_data(rule) == data
    assert rule_from(rule_to_data(rule)) == rule


@pytest.mark.parametrize(
    "data",
    [
        {"rule": "group_quota", "side": "mentees", "where": {}},
        {"rule": "group_quota", "side": "left", "where": {"site": "x"}, "maximum": 1},
        {"rule": "group_quota", "where": {"site": "x"}, "side": "mentees", "maximum": 1, "wher": 1},
        {"rule": "at_most", "n": 1, "where": {"site": "x"}},
        {"rule": "at_most", "n": 1, "where": {"mentee": {"site": {"not": "x"}}}},
        {"rule": "at_least", "where": {"mentee": {"site": "x"}}},
        {"rule": "hours_capacity", "hours": "mentee.hours"},
        {"rule": "none_or_at_least"},
        {"rule": "together", "a": "x"},
    ],
    ids=lambda data: data["rule"],
)
def test_the_schema_refuses_what_the_reader_refuses(data):
    """A question that is none passes neither."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, rule_schema())
    with pytest.raises(mm.InputError):
        rule_from(data)


# --- random programmes ---------------------------------------------------------------------------------------------

answers = st.fixed_dictionaries(
    {},
    optional={
        "department": st.sampled_from(["IT", "it", "HR", "H-R"]),
        "languages": st.lists(st.sampled_from(["nl", "Dutch", "en", "fr"]), unique=True, max_size=2),
        "attributes": st.fixed_dictionaries({}, optional={"cohort": st.sampled_from([1, "1", 2.0, "2"])}),
        "private": st.lists(st.sampled_from(["department", "languages", "cohort"]), unique=True),
    },
)
DEPARTMENT = {"IT": "it", "it": "it", "HR": "hr", "H-R": "h r"}
LANGUAGE = {"nl": "nl", "Dutch": "nl", "en": "en", "fr": "fr"}


def known_of(person):
    """What a plain reading of somebody's answers makes of them: a set of labels a field, or None for unknown."""
    cohort = person.attributes.get("cohort")
    told = {
        "department": person.department and {DEPARTMENT[person.department]},
        "languages": {LANGUAGE[one] for one in person.languages} or None,
        "cohort": None if cohort is None else {str(int(cohort))},
    }
    return {name: None if name in person.private else labels for name, labels in told.items()}


asked = st.fixed_dictionaries(
    {},
    optional={
        "department": st.sampled_from([("it",), ("hr", "h r"), ("it", "h r")]),
        "languages": st.sampled_from([("nl",), ("en", "fr")]),
        "cohort": st.sampled_from([("1",), ("1", "2")]),
    },
).filter(bool)


@given(st.lists(answers, min_size=1, max_size=6), asked)
def test_a_group_is_what_a_plain_reading_says(people, where):
    """Certain members answer every question so; possible ones answer none otherwise."""
    pool = mm.Pool([{"id": f"m{k}", **one} for k, one in enumerate(people)], [{"id": "ann"}])
    if "cohort" in where and not any("cohort" in one.get("attributes", {}) for one in people):
        with pytest.raises(mm.InputError, match="no mentor has an attribute"):
            group(pool, where)
        return
    told = [known_of(person) for person in pool.mentors]
    surely = [all(one[f] and one[f] & set(w) for f, w in where.items()) for one in told]
    perhaps = [all(one[f] is None or one[f] & set(w) for f, w in where.items()) for one in told]
    assert group(pool, where) == [f"m{k}" for k, holds in enumerate(surely) if holds]
    assert group(pool, where, unknown="forbid") == [f"m{k}" for k, holds in enumerate(perhaps) if holds]

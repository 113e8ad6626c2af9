"""Rules as plain data, and locks."""

import json

import pytest

from mentormatch.constraints import (
    RULES,
    Capacity,
    ConflictOfInterest,
    Constraint,
    LevelGap,
    Lock,
    MinOverlapHours,
    Override,
    PastPartners,
    Tension,
    lock_from,
    rule_from,
    rule_schema,
    rule_to_data,
)
from mentormatch.errors import InputError
from mentormatch.settings import PUBLIC_RULES

ARGUMENTS = {
    "apart": {"a": "x", "b": "y"},
    "at_least": {"n": 2, "where": {"mentor": {"trained": True}}},
    "at_most": {"n": 3, "where": {"mentee": {"department": ["IT", "HR"]}, "mentor": {"level": 2}}, "unknown": "forbid"},
    "capacity": {"max": 2, "of": ["m1"]},
    "conflict_of_interest": {"a": "x", "b": "y", "kind": "tender", "expires": "2027-01-31"},
    "forbid": {"mentee": "x", "mentor": "y"},
    "group_quota": {"side": "mentees", "where": {"attributes": {"cohort": 2026}}, "maximum": 5},
    "level_gap": {"min": 1.0, "unknown": "forbid"},
    "min_overlap_hours": {"hours": 1.5},
    "min_score": {"value": 0.5},
    "none_or_at_least": {"k": 3, "of": ["m1"]},
    "reporting_line": {"depth": 3},
    "require": {"mentee": "x", "mentor": "y"},
    "tension": {"a": "x", "b": "y"},
    "together": {"a": "x", "b": "y"},
}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_goes_to_plain_data_and_back(name):
    """A rule made from data gives that data back, which JSON can hold, and is a rule in every respect."""
    data = {"rule": name, **ARGUMENTS.get(name, {})}
    rule = rule_from(data)
    assert isinstance(rule, RULES[name])
    assert isinstance(rule, Constraint)
    assert rule_to_data(rule) == data
    assert rule_from(json.loads(json.dumps(rule_to_data(rule)))) == rule


def test_the_registry_is_what_settings_call_public():
    """The names are sorted, each is its rule's own, and those that settings may show are exactly the public ones."""
    assert list(RULES) == sorted(RULES)
    assert all(rule.name == name for name, rule in RULES.items())
    assert {name for name, rule in RULES.items() if not rule.confidential} == PUBLIC_RULES
    with pytest.raises(TypeError):
        RULES["mine"] = LevelGap


def test_positions_are_those_of_the_design():
    """Arguments may be given by position in the order in which people say them."""
    assert LevelGap(1, 3) == LevelGap(min=1, max=3)
    assert MinOverlapHours(2) == MinOverlapHours(hours=2)
    assert ConflictOfInterest("x", "y", "tender") == ConflictOfInterest("x", "y", kind="tender")
    assert PastPartners() == PastPartners()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"rule": "level_gapp"}, ["'level_gapp'", "did you mean 'level_gap'?", "past_partners", "vetoes"]),
        ({"rule": "xyzzy"}, ["'xyzzy'", "known are apart"]),
        ({"rule": 3}, ["one of apart"]),
        ({"min": 1}, ['needs "rule"', "capacity"]),
        ("level_gap", ['needs "rule"']),
        ({"rule": "level_gap", "least": 1}, ["'least'", "min, max, unknown"]),
        ({"rule": "past_partners", "x": 1}, ["'x'", "none"]),
        ({"rule": "level_gap", "min": "high", "max": "low", "unknown": 3}, ["min", "max", "unknown", "3 faults"]),
        ({"rule": "level_gap", "min": 3, "max": 1}, ["level_gap min", "above max"]),
        ({"rule": "forbid"}, ["mentee", "mentor", "required"]),
        ({"rule": "capacity", "max": 1.5}, ["capacity max"]),
    ],
)
def test_wrong_data_is_told_with_what_would_be_right(data, words):
    """Unknown rules and arguments come with the known ones, and all faults of a rule come at once."""
    with pytest.raises(InputError) as caught:
        rule_from(data)
    for word in words:
        assert word in str(caught.value)
    assert caught.value.__context__ is None


def test_faults_say_where_the_data_stand():
    """The place is told from the outside in, for whoever must show it beside a field of a form."""
    with pytest.raises(InputError) as caught:
        rule_from({"rule": "level_gap", "min": "high"}, ("constraints", 3))
    assert caught.value.errors()[0]["loc"] == ["constraints", 3, "level_gap", "min"]
    assert "high" not in str(caught.value)


def test_an_unknown_argument_of_a_confidential_rule_is_not_repeated():
    """What stands in the place of an argument may be a name, so of a confidential rule it is not shown."""
    with pytest.raises(InputError) as caught:
        rule_from({"rule": "tension", "Quibbledash": "x", "a": "x", "b": "y"})
    assert "Quibbledash" not in str(caught.value)
    assert "a, b, expires" in str(caught.value)


def test_the_schema_knows_every_rule():
    """The schema has one entry a rule, allows nothing else in it and asks for what is required."""
    schema = rule_schema()
    json.dumps(schema)
    by_name = {entry["properties"]["rule"]["const"]: entry for entry in schema["oneOf"]}
    assert list(by_name) == list(RULES)
    assert by_name["tension"]["required"] == ["rule", "a", "b"]
    assert by_name["level_gap"]["properties"]["unknown"]["enum"] == ["allow", "forbid"]
    assert not any(entry["additionalProperties"] for entry in schema["oneOf"])


def test_data_left_as_it_was():
    """Making a rule changes nothing in the data it is made from."""
    data = {"rule": "capacity", "max": 2, "of": ["m1"]}
    rule = rule_from(data)
    assert data == {"rule": "capacity", "max": 2, "of": ["m1"]}
    assert rule == Capacity(2, of=("m1",))


def test_a_lock_can_be_stated_in_many_ways():
    """A pair, a list, a mapping and a lock all make the same lock; with a reason and a name it is an override."""
    lock = Lock("ann", "mia")
    for given in (lock, ("ann", "mia"), ["ann", "mia"], {"mentee": "ann", "mentor": "mia", "reason": None, "by": None}):
        assert lock_from(given) == lock
    assert lock_from((1, 2.0)) == Lock("1", "2")
    override = Override("ann", "mia", reason="agreed", by="coordinator")
    assert lock_from(override) is override
    assert lock_from({"mentee": "ann", "mentor": "mia", "reason": "agreed", "by": "coordinator"}) == override


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("ann", "a lock is"),
        (("ann",), "a lock is"),
        (("ann", "mia", "ned"), "a lock is"),
        (None, "a lock is"),
        ({"mentee": "ann"}, "a lock is"),
        ({"mentee": "ann", "mentor": "mia", "why": "x"}, "a lock is"),
        (("ann", None), "mentor"),
        ({"mentee": "ann", "mentor": "mia", "reason": "agreed"}, "by whom"),
        ({"mentee": "ann", "mentor": "mia", "reason": " ", "by": ""}, "2 faults"),
    ],
)
def test_what_is_no_lock_is_told(given, words):
    """Anything else is an error that says how a lock is written."""
    with pytest.raises(InputError, match=words) as caught:
        lock_from(given, ("locks", 0))
    assert caught.value.faults[0].loc[:2] == ("locks", 0)
    assert caught.value.__context__ is None


def test_a_rule_of_the_register_shows_nothing_in_its_schema_or_data_repr():
    """The data of a confidential rule are given on request, and are the names themselves."""
    assert rule_to_data(Tension("x", "y")) == {"rule": "tension", "a": "x", "b": "y"}


@pytest.mark.parametrize(
    "data",
    [
        {"rule": "capacity", "max": 10**400},
        {"rule": "reporting_line", "depth": 10**400},
        {"rule": "level_gap", "min": -(10**400)},
        {"rule": "min_overlap_hours", "hours": 10**400},
        {"rule": ["tension"]},
        {"rule": {"tension": 1}},
    ],
)
def test_numbers_and_names_beyond_all_bounds_are_input_errors(data):
    """A number too large for a float, or a name that is no text, is told as any other fault."""
    with pytest.raises(InputError):
        rule_from(data)

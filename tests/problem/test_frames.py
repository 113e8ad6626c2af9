"""What a traceback shows of our frames, variables included, says nothing about who was told to be kept apart."""

import re
import traceback
from pathlib import Path

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.constraints import FixPairs, LinearBound, PersonBounds

MENTORS = [{"id": f"m{j}", "capacity": 2} for j in range(3)]
MENTEES = [{"id": f"e{i}", "department": "IT" if i < 2 else "HR"} for i in range(4)]
OURS = str(Path(mm.__file__).parent)


class Rule:
    """A confidential rule with the terms it is given."""

    name, confidential = "own", True

    def __init__(self, *terms):
        self.given = terms

    def terms(self, pool):
        return self.given


def heavy(row):
    """A bound that the pairs of one mentee weigh against."""
    table = np.zeros((4, 3))
    table[row] = 1.0
    return LinearBound(lambda rows, columns: table[rows][:, columns], 0.0, 1.0)


def room(row):
    return PersonBounds("mentees", np.array([row]), np.array([0]), np.array([1]))


WORLDS = {
    "pair": ([mm.Tension("e0", "m0")], [mm.Tension("e3", "m2")]),
    "mentees": ([mm.Tension("e0", "e1")], [mm.Tension("e2", "e3")]),
    "mentors": ([mm.Tension("m0", "m1")], [mm.Tension("m1", "m2")]),
    "weights": ([Rule(heavy(0))], [Rule(heavy(3))]),
    "bounds": ([Rule(room(0))], [Rule(room(3))]),
    "fixed": (
        [Rule(FixPairs(np.array([0]), np.array([0])))],
        [Rule(FixPairs(np.array([3]), np.array([2])))],
    ),
}


def wrong(*_people):
    raise KeyError("nothing of this kind")


def late(rules):
    """Solve until a callback of the caller's has had enough."""

    def stop(stage, done, total):
        if stage == "solve":
            raise mm.Cancelled

    return mm.match(MENTORS, MENTEES, constraints=rules, progress=stop)


def out_of_time(rules, **asked):
    """Ask for alternatives, with no time for the second."""
    problem = mm.Problem.build(MENTORS, MENTEES, constraints=rules)
    found = problem.solutions(9, time_limit=60, **asked)
    next(found)
    rest = problem.solutions(9, time_limit=1e-9, **asked)
    return list(rest)


def match(*public, **asked):
    return lambda rules: mm.match(MENTORS, MENTEES, constraints=[*rules, *public], **asked)


FAILURES = {
    "a function that raises": match(mm.AtMost(1, where=wrong)),
    "a function of one person": match(mm.GroupQuota("mentees", wrong, maximum=1)),
    "hours that are none": match(mm.HoursCapacity(lambda mentee, mentor: "much")),
    "a stranger": match(mm.Together("e0", "nobody")),
    "an attribute of nobody": match(mm.AtMost(1, where={"mentee": {"attributes": {"cohort": 1}}})),
    "a group that nobody is in": match(mm.NoneOrAtLeast(2), mm.GroupQuota("mentees", {"site": "X"}, minimum=1)),
    "a quota that cannot be": match(mm.GroupQuota("mentees", {"department": "IT"}, minimum=9)),
    "a minimum that cannot be": match(mm.AtLeast(5)),
    "a solver that cannot": match(
        mm.AtMost(1, where={"mentee": {"id": ["e1", "e2"]}, "mentor": {"id": "m1"}}), solver="network"
    ),
    "a group that cannot be": match(mm.GroupQuota("mentees", {"id": "e1"}, maximum=0), locks=[("e1", "m1")]),
    "a lock beyond the places": match(locks=[("e1", "m0"), ("e1", "m2")]),
    "a stable matching beside a quota": match(mm.GroupQuota("mentees", {"id": "e1"}, maximum=0), objective="stable"),
    "no time": match(mm.NoneOrAtLeast(2), mm.AtLeast(3), mm.Apart("e0", "e2"), time_limit=1e-9),
    "enough": late,
    "no time for others": out_of_time,
    "no time for others, unevenly": lambda rules: out_of_time(rules, objective=("coverage", "leximin")),
}


def variables(error):
    """Return the variables of our frames, with no address or clock in them."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if frame.filename.startswith(OURS)]
    shown = [
        (Path(frame.filename).name, frame.name, name, re.sub(r"0x[0-9a-f]+", "", value))
        for frame in frames
        for name, value in (frame.locals or {}).items()
        if name not in {"started", "deadline"}
    ]
    return [*shown, ("", "", "", str(error)), ("", "", "", repr(error.__context__))]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("world", WORLDS)
def test_our_frames_show_nothing_of_whom_a_confidential_rule_is_about(world, failure):
    """Two worlds in which others are kept apart fail with the same words and the same variables."""
    seen = []
    for rules in WORLDS[world]:
        found = None
        try:
            FAILURES[failure](rules)
        except mm.MentorMatchError as error:
            found = error
        seen.append([] if found is None else variables(found))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_fails(failure):
    """Each of them is an error of ours, so that there is something to see."""
    with pytest.raises(mm.MentorMatchError):
        FAILURES[failure](WORLDS["pair"][0])


def test_faults_of_several_rules_are_told_at_once():
    """Whoever mistypes an id in two rules, and a function in a third, hears of all of it in one error."""
    rules = [
        mm.Together("e0", "e9"),
        mm.Apart("e8", "e1"),
        mm.AtMost(1, where=wrong),
        mm.GroupQuota("mentees", {"id": "e7"}, maximum=1),
    ]
    with pytest.raises(mm.InputError) as caught:
        mm.match(MENTORS, MENTEES, constraints=rules)
    assert [fault.loc[0] for fault in caught.value.faults] == ["together", "apart", "at_most", "group_quota"]

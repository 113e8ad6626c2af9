"""Relaxations of rules over groups, against every set of pairs and what it would cost."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.constraints import Alike, GroupBounds, LinearBound, LoadBound, NotBoth
from mentormatch.constraints.terms import NoneOrAtLeast
from mentormatch.coordinator.relaxations import CONFIDENTIAL

KINDS = ("apart", "alike", "group", "linear", "load", "open")


@st.composite
def terms(draw, n, m):
    kind, side = draw(st.sampled_from(KINDS)), draw(st.sampled_from(["mentees", "mentors"]))
    size, low = (n if side == "mentees" else m), draw(st.integers(0, 3))
    rows = np.array(sorted(draw(st.sets(st.integers(0, size - 1), min_size=1))), np.int64)
    if kind == "group":
        return GroupBounds(side, rows, low, low + draw(st.integers(0, 2)))
    if kind == "open":
        return NoneOrAtLeast(int(draw(st.integers(0, m - 1))), low + 1)
    if kind in ("linear", "load"):
        table = np.array([[draw(st.sampled_from([0.0, 1.0, 1.5])) for _ in range(m)] for _ in range(n)])

        def weight(i, j):
            return table[i][:, j]

        if kind == "linear":
            return LinearBound(weight, low, low + draw(st.sampled_from([0.5, 2, np.inf])))
        return LoadBound(side, rows, weight, np.full(len(rows), float(low)))
    if size < 2:
        return None
    return (NotBoth if kind == "apart" else Alike)(side, 0, size - 1)


@st.composite
def programmes(draw):
    """Up to three by three people with minimums, locks, public rules over groups and perhaps a confidential one."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    bound = st.tuples(st.sampled_from([0, 0, 1]), st.integers(0, 2)).map(lambda low: (low[0], sum(low)))
    bounds = draw(st.lists(bound, min_size=n, max_size=n)), draw(st.lists(bound, min_size=m, max_size=m))
    cells = st.sampled_from([(i, j) for i in range(n) for j in range(m)])
    vetoed, locks = draw(st.sets(cells, max_size=2)), draw(st.lists(cells, unique=True, max_size=2))
    shared = [one for one in (draw(terms(n, m)) for _ in range(draw(st.integers(1, 2)))) if one]
    secret = [one for one in (draw(terms(n, m)) for _ in range(draw(st.sampled_from([0, 0, 1])))) if one]
    return vetoed, bounds, sorted(locks), shared, secret


def problem_of(programme, told):
    vetoed, bounds, locks, shared, secret = programme
    n, m = map(len, bounds)
    mentees = [
        {"id": f"a{i}", "mentors_wanted": bounds[0][i], "vetoes": [f"m{j}" for j in range(m) if (i, j) in vetoed]}
        for i in range(n)
    ]
    mentors = [{"id": f"m{j}", "capacity": bounds[1][j]} for j in range(m)]
    rules = [told(f"R{at}", (term,)) for at, term in enumerate(shared)]
    rules += [told("SECRET", (term,), confidential=True) for term in secret]
    return mm.Problem.build(
        mentors, mentees, constraints=rules, locks=[(f"a{i}", f"m{j}") for i, j in locks], preset=None
    )


def excess(term, made):
    """By how many whole units a term must give way for these pairs."""

    def partners(side, row):
        return {j if side == "mentees" else i for i, j in made if (i if side == "mentees" else j) == row}

    match term:
        case NotBoth():
            return int(not partners(term.side, term.a).isdisjoint(partners(term.side, term.b)))
        case Alike():
            return int(partners(term.side, term.a) != partners(term.side, term.b))
        case NoneOrAtLeast():
            load = len(partners("mentors", term.row))
            return max(0, term.k - load) if load else 0
        case GroupBounds():
            load = sum(len(partners(term.side, row)) for row in term.rows)
            return max(0, term.min - load, load - term.max)
    table = term.weight(slice(None), slice(None))
    if isinstance(term, LinearBound):
        load = sum(table[pair] for pair in made)
        return max(0, math.ceil(term.low - load), 0 if load <= term.high else math.ceil(load - term.high))
    loads = [sum(table[pair] for pair in made if pair[term.side == "mentors"] == row) for row in term.rows.tolist()]
    return max(0, *(math.ceil(load - high) for load, high in zip(loads, term.high.tolist(), strict=True)))


def least_cost(programme, *, veiled=True):
    """The fewest units over every set of pairs that confidential rules allow; None if there is none."""
    vetoed, bounds, locks, shared, secret = programme
    cells = [(i, j) for i in range(len(bounds[0])) for j in range(len(bounds[1])) if not veiled or (i, j) not in vetoed]
    best = None
    for mask in range(1 << len(cells)):
        made = [pair for at, pair in enumerate(cells) if mask >> at & 1]
        if veiled and any(excess(term, made) for term in secret):
            continue
        cost = sum(pair not in made for pair in locks) + sum(excess(term, made) for term in shared)
        for side in (0, 1):
            for row, (low, high) in enumerate(bounds[side]):
                load = sum(pair[side] == row for pair in made)
                cost += max(0, low - load) + max(0, load - high)
        best = cost if best is None else min(best, cost)
    return best


@settings(max_examples=120, deadline=None)
@given(programmes())
def test_the_first_relaxation_is_the_cheapest_beside_rules_too(told, programme):
    """No set of pairs can be had for fewer units, whatever kinds of rules there are; each was checked by solving."""
    least = least_cost(programme)
    found = mm.audit(problem_of(programme, told)).relaxations()
    named = [one for one in found if one.text != CONFIDENTIAL]
    assert bool(named) == bool(least)
    if named:
        assert named[0].cost == least
        assert [one.cost for one in found] == sorted(one.cost for one in found)
    assert (CONFIDENTIAL in {one.text for one in found}) == bool(
        least != 0 and least_cost(programme, veiled=False) == 0
    )
    assert all(one.coverage is not None for one in named)
    assert not any("SECRET" in one.text for one in found)


def test_a_quota_is_widened_by_what_it_takes():
    """A minimum of a quota, or a maximum of hours, gives way by as many units as it needs."""
    mentors = [{"id": "Mia", "capacity": 1}]
    mentees = [{"id": name, "department": "IT"} for name in ("Ann", "Bo", "Cas")]
    quota = mm.GroupQuota("mentees", {"department": "IT"}, minimum=3)
    problem = mm.Problem.build(mentors, mentees, constraints=[quota], preset=None)
    with pytest.raises(mm.Infeasible, match="This cannot be kept: the rule group_quota"):
        problem.solve()
    words = "group_quota(side='mentees', where={'department': 'IT'}, minimum=3)"
    assert {(one.cost, one.text) for one in mm.audit(problem).relaxations()} >= {
        (2, "raise the maximum of mentor Mia from 1 to 3"),
        (2, f"lower the minimum of the rule {words} by 2"),
    }


def test_two_who_go_together_may_be_parted():
    """A rule about two people is dropped as a whole, at a cost of one."""
    mentors = [{"id": "Mia", "capacity": 1}]
    mentees = [{"id": "Ann", "mentors_wanted": (1, 1)}, {"id": "Bo"}]
    problem = mm.Problem.build(mentors, mentees, constraints=[mm.Together("Ann", "Bo")], preset=None)
    with pytest.raises(mm.Infeasible) as caught:
        problem.solve()
    assert caught.value.people == ("Ann", "Bo")
    found = {one.text: one.cost for one in mm.audit(problem).relaxations()}
    assert found == {
        "drop the rule together(a='Ann', b='Bo')": 1,
        "lower the minimum of mentee Ann from 1 to 0": 1,
        "raise the maximum of mentor Mia from 1 to 2": 1,
    }

"""Clashes of minimums, locks and rules over groups, against every matching there is, in two worlds."""

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.constraints import (
    Alike,
    ForbidPairs,
    GroupBounds,
    LinearBound,
    LoadBound,
    NotBoth,
    PersonBounds,
)
from mentormatch.constraints.terms import NoneOrAtLeast
from mentormatch.problem.clash import BACKGROUND
from mentormatch.problem.irreducible import SMALL

KINDS = ("apart", "alike", "group", "linear", "load", "open")


@mm.scorer
def flat(mentee, mentor):
    return 0.5


def rows_of(draw, size):
    return np.array(sorted(draw(st.sets(st.integers(0, size - 1), min_size=1))), np.int64)


@st.composite
def terms(draw, n, m):
    """A term over a group of n mentees and m mentors."""
    kind = draw(st.sampled_from(KINDS))
    side = draw(st.sampled_from(["mentees", "mentors"]))
    size = n if side == "mentees" else m
    low = draw(st.integers(0, 3))
    if kind == "group":
        return GroupBounds(side, rows_of(draw, size), low, low + draw(st.integers(0, 3)))
    if kind == "open":
        return NoneOrAtLeast(draw(st.integers(0, m - 1)), low + 1)
    if kind in ("linear", "load"):
        table = np.array([[draw(st.sampled_from([0.0, 1.0, 1.5])) for _ in range(m)] for _ in range(n)])
        if kind == "linear":
            return LinearBound(lambda i, j: table[i][:, j], low, low + draw(st.sampled_from([0.5, 2, np.inf])))
        rows = rows_of(draw, size)
        return LoadBound(side, rows, lambda i, j: table[i][:, j], np.full(len(rows), float(low)))
    if size < 2:
        return None
    a_, b_ = sorted(draw(st.permutations(range(size)))[:2])
    return NotBoth(side, a_, b_) if kind == "apart" else Alike(side, a_, b_)


@st.composite
def worlds(draw):
    """Up to three by three people; what is public, and what was told in confidence."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    bound = st.tuples(st.sampled_from([0, 0, 1, 1, 2]), st.integers(0, 2)).map(lambda low: (low[0], sum(low)))
    bounds = draw(st.lists(bound, min_size=n, max_size=n)), draw(st.lists(bound, min_size=m, max_size=m))
    cells = st.sampled_from([(i, j) for i in range(n) for j in range(m)])
    closed, vetoed = draw(st.lists(cells, max_size=3)), draw(st.lists(cells, max_size=2))
    shared = [draw(terms(n, m)) for _ in range(draw(st.integers(0, 3)))]
    secret = [draw(terms(n, m)) for _ in range(draw(st.integers(0, 1)))]
    free = [(i, j) for i in range(n) for j in range(m) if (i, j) not in closed and (i, j) not in vetoed]
    locks = draw(st.lists(st.sampled_from(free), unique=True, max_size=3)) if free else []
    asked = draw(st.sampled_from([None, None, None, ("mentees", 0, 1), ("mentors", 0, 2)]))
    return n, m, bounds, closed, vetoed, [t for t in shared if t], [t for t in secret if t], sorted(locks), asked


def pairs_term(pairs):
    i, j = np.array(sorted(set(pairs)), np.int64).reshape(-1, 2).T
    return ForbidPairs(i, j)


class Oracle:
    """What holds together, by listing every set of pairs."""

    def __init__(self, world, keeps, *, public):
        self.n, self.m, self.bounds, closed, vetoed, self.shared, secret, self.locks, asked = world
        shut = {*closed} if public else {*closed, *vetoed}
        cells = [(i, j) for i in range(self.n) for j in range(self.m) if (i, j) not in shut]
        sets = [set(some) for size in range(len(cells) + 1) for some in combinations(cells, size)]
        if not public:
            sets = [some for some in sets if all(keeps(term, some) for term in secret)]
            sets = [
                some for some in sets if asked is None or self.load(some, asked[0] == "mentors", asked[1]) >= asked[2]
            ]
        self.sets = [some for some in sets if self.within(some)]
        self.keeps = keeps

    @staticmethod
    def load(some, side, row):
        return sum(pair[side] == row for pair in some)

    def within(self, some):
        return all(
            self.load(some, side, row) <= high for side in (0, 1) for row, (_, high) in enumerate(self.bounds[side])
        )

    @property
    def members(self):
        minimums = [("minimum", side, row) for side in (0, 1) for row, (low, _) in enumerate(self.bounds[side]) if low]
        return minimums + [("lock", *pair) for pair in self.locks] + [("rule", at, 0) for at in range(len(self.shared))]

    def holds(self, some, member):
        kind, one, other = member
        if kind == "minimum":
            return self.load(some, one, other) >= self.bounds[one][other][0]
        return (one, other) in some if kind == "lock" else self.keeps(self.shared[one], some)

    def fits(self, members):
        return any(all(self.holds(some, member) for member in members) for some in self.sets)


def problem_of(world, told, *, public=False):
    """Build the problem, with or without what was told in confidence."""
    n, m, bounds, closed, vetoed, shared, secret, locks, asked = world
    rules = [mm.Forbid(f"a{i}", f"m{j}") for i, j in sorted(set(closed))]
    rules += [told(f"R{at}", (term,)) for at, term in enumerate(shared)]
    if not public:
        rules += [told("SECRET", (term,), confidential=True) for term in secret]
        rules += [told("SECRET", (pairs_term(vetoed),), confidential=True)] if vetoed else []
        if asked is not None:
            least = PersonBounds(asked[0], np.array([asked[1]]), np.array([asked[2]]), np.array([9]))
            rules += [told("SECRET", (least,), confidential=True)]
    return mm.Problem.build(
        [{"id": f"m{j}", "capacity": bounds[1][j]} for j in range(m)],
        [{"id": f"a{i}", "mentors_wanted": bounds[0][i]} for i in range(n)],
        scorers={flat: 1},
        constraints=rules,
        locks=[(f"a{i}", f"m{j}") for i, j in locks],
        preset=None,
    )


def named(message):
    """Read the members out of a message."""
    found = [("lock", int(i), int(j)) for i, j in re.findall(r"\ba(\d) with m(\d)", message)]
    found += [("minimum", 0, int(i)) for i in re.findall(r"mentee a(\d) at least", message)]
    found += [("minimum", 1, int(j)) for j in re.findall(r"mentor m(\d) at least", message)]
    return found + [("rule", int(at), 0) for at in re.findall(r"the rule R(\d)", message)]


def message_of(problem):
    """What a clash is told as, or None if there is none."""
    try:
        problem.solve(objective="coverage")
    except mm.Infeasible as error:
        return str(error)
    return None


@pytest.mark.parametrize("few", [SMALL, 0])
@settings(max_examples=200, deadline=None)
@given(worlds())
def test_what_clashes_is_named_and_cannot_be_reduced(keeps, told, few, world):
    """The set clashes and no proper subset does: in the public world where that one clashes, else in the whole one."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("irreducible", "world"):
            patch.setattr(f"mentormatch.problem.{module}.SMALL", few)
        message = message_of(problem_of(world, told))
    whole, public = Oracle(world, keeps, public=False), Oracle(world, keeps, public=True)
    if whole.fits(whole.members):
        assert message is None
        return
    assert message.endswith(f", {BACKGROUND}.")
    assert "SECRET" not in message
    oracle = whole if public.fits(public.members) else public
    found = named(message)
    assert not oracle.fits(found)
    for size in range(len(found)):
        for part in combinations(found, size):
            assert oracle.fits(part)
    if found and len(oracle.members) <= few:
        assert all(oracle.fits(part) for part in combinations(oracle.members, len(found) - 1))


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_a_public_clash_reads_the_same_whatever_was_told_in_confidence(keeps, told, world):
    """Where the public rules alone clash, not a letter depends on the rest."""
    if Oracle(world, keeps, public=True).fits(Oracle(world, keeps, public=True).members):
        return
    assert message_of(problem_of(world, told)) == message_of(problem_of(world, told, public=True))


def test_the_places_that_are_counted_are_those_of_the_public_world(told):
    """Vetoes make no difference to how many share how many places; where only they are short, nothing is counted."""
    mentees = [{"id": f"a{i}", "mentors_wanted": (1, 1)} for i in range(7)]
    mentors = [{"id": "m0", "capacity": 3}, {"id": "m1", "capacity": 1}, {"id": "m2", "capacity": 9}]
    away = [mm.Forbid(f"a{i}", "m2") for i in range(7)]

    def said(**given):
        with pytest.raises(mm.Infeasible) as caught:
            mm.match(mentors, given.pop("mentees", mentees), preset=None, scorers={flat: 1}, **given)
        return caught.value

    plain = said(constraints=away)
    assert "7 mentees share 4 places" in str(plain)
    assert plain.people == ("a0", "a1", "a2", "a3", "a4")
    vetoing = [{**one, "vetoes": ["m1", "m0"][: 1 + (k == 0)]} for k, one in enumerate(mentees)]
    assert str(said(constraints=away, mentees=vetoing)) == str(plain)
    closed = [{**one, "vetoes": ["m2"]} for one in mentees]
    assert "share" not in str(said(mentees=closed))
    assert said(mentees=closed).people == ("a0", "a1", "a2", "a3", "a4")


@pytest.mark.parametrize(
    ("mentees", "mentors", "words"),
    [
        ([(2, 2), (1, 1)], [(0, 1), (0, 1)], "2 mentees share 2 places and ask for 3"),
        ([(2, 2)], [(0, 1)], "1 mentee has 1 place and asks for 2"),
        ([(1, 1)], [(0, 0)], "1 mentee has no place"),
        ([(0, 1)], [(1, 1), (1, 1), (1, 1)], "3 mentors share 1 mentee place"),
        ([(0, 2), (0, 1)], [(2, 2), (2, 2)], "2 mentors share 3 mentee places and ask for 4"),
    ],
)
def test_a_shortage_is_counted_in_places(mentees, mentors, words):
    """People of one side whose minimums are short are told with the places that they share."""
    problem = mm.Problem.from_scores(
        np.full((len(mentees), len(mentors)), 0.5), mentee_demand=mentees, mentor_capacity=mentors
    )
    with pytest.raises(mm.Infeasible) as caught:
        problem.solve()
    assert str(caught.value).startswith(words + ": these minimums")


def test_a_rule_over_a_group_is_told_in_its_own_words(told):
    """Its words where it has any, and the two people whom it is about; nothing of a rule about one pair."""
    people = [{"id": "Mia", "capacity": (2, 2)}], [{"id": "Ann"}, {"id": "Bo"}]
    apart = told("keep Ann and Bo apart", (NotBoth("mentees", 0, 1),))
    with pytest.raises(mm.Infeasible) as caught:
        mm.match(*people, preset=None, scorers={flat: 1}, constraints=[apart])
    assert caught.value.people == ("Ann", "Bo", "Mia")
    assert str(caught.value) == (
        f"These cannot all be kept: mentor Mia at least 2, the rule keep Ann and Bo apart, {BACKGROUND}."
    )


def test_a_bound_that_was_asked_in_confidence_is_not_told():
    """Neither a minimum nor a maximum of a confidential rule is in a message about a clash."""

    class Quiet:
        name = "quiet"

        def __init__(self, least, most):
            self.given = PersonBounds("mentors", np.array([0]), np.array([least]), np.array([most]))

        def terms(self, pool):
            return (self.given,)

    def said(rule, capacity, **given):
        mentors = [{"id": "Mia", "capacity": capacity}]
        with pytest.raises(mm.Infeasible) as caught:
            mm.match(mentors, [{"id": "Ann"}, {"id": "Bo"}], preset=None, constraints=[rule], **given)
        return str(caught.value)

    assert said(Quiet(3, 5), (1, 5)) == f"The locks, minimums and rules cannot all be kept, {BACKGROUND}."
    minimum = "These minimums (3-5 asks for at least three, 5 for at most five) cannot be met: mentor Mia at least 2"
    assert said(Quiet(0, 1), (2, 2)) == f"{minimum}, {BACKGROUND}."
    locks = [("Ann", "Mia"), ("Bo", "Mia")]
    assert said(Quiet(0, 1), 5, locks=locks) == f"These locks cannot be kept: Ann with Mia, Bo with Mia, {BACKGROUND}."


def test_a_person_whom_nobody_may_match_never_fails_the_run():
    """Somebody without an allowed partner is unmatched, however that came to be; only with a minimum it is a clash."""
    mentors = [{"id": "Mia", "capacity": 2}, {"id": "Ned", "vetoes": ["Cas"]}]
    mentees = [{"id": "Ann", "vetoes": ["Mia", "Ned"]}, {"id": "Bo"}, {"id": "Cas"}]
    rules = [mm.Forbid("Cas", "Mia"), mm.Tension("Bo", "Cas")]
    matching = mm.match(mentors, mentees, preset=None, scorers={flat: 1}, constraints=rules)
    assert {person.id for person in matching.unmatched_mentees} == {"Ann", "Cas"}
    closed = np.array([[True, False], [True, True]])
    assert len(mm.Problem.from_scores(np.ones((2, 2)), forbidden=closed).solve()) == 1
    with pytest.raises(mm.Infeasible) as caught:
        mm.match(mentors, [{**mentees[0], "mentors_wanted": (1, 1)}, *mentees[1:]], preset=None, constraints=rules)
    assert caught.value.people == ("Ann",)


def test_a_search_that_is_cut_short_says_so(monkeypatch, told):
    """Where no more may be solved, all that may be part of the clash is named, and the error says so."""
    for limit in ("_MOST_SOLVED", "_LEAST_SOLVED"):
        monkeypatch.setattr(f"mentormatch.problem.world.{limit}", 0)
    people = [{"id": "Mia", "capacity": (2, 2)}], [{"id": "Ann"}, {"id": "Bo"}, {"id": "Cas", "mentors_wanted": (0, 1)}]
    rules = [told("keep all apart", tuple(NotBoth("mentees", *pair) for pair in ((0, 1), (0, 2), (1, 2))))]
    with pytest.raises(mm.Infeasible, match="not all of these need be part of the clash") as caught:
        mm.match(*people, preset=None, scorers={flat: 1}, constraints=rules)
    assert str(caught.value).endswith(f"mentor Mia at least 2, the rule keep all apart, {BACKGROUND}.")

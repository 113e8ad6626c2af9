"""The conformance check for rules tells a good rule from a bad one."""

import numpy as np
import pytest

from mentormatch.constraints import (
    Alike,
    Constraint,
    ForbidPairs,
    ForbidWhere,
    GroupBounds,
    LinearBound,
    LoadBound,
    NotBoth,
    PersonBounds,
    ScoreAtLeast,
    check_constraint,
)
from mentormatch.constraints.check import check_pickle
from mentormatch.constraints.terms import NoneOrAtLeast
from mentormatch.people import Pool


@pytest.fixture(scope="module")
def pool():
    return Pool([{"id": f"m{k}", "site": "ab"[k % 2]} for k in range(5)], [{"id": f"e{k}"} for k in range(4)])


class Made:
    """A rule with the terms, name and flag that a test gives it."""

    def __init__(self, terms=(), name="made", confidential=False):
        self.name, self.confidential = name, confidential
        self.terms = lambda pool: terms(pool) if callable(terms) else terms


def at(*numbers):
    return np.array(numbers, np.int64)


def sizes(pool, rows, columns):
    n, m = pool.shape
    return len(np.arange(n)[rows]), len(np.arange(m)[columns])


def test_a_rule_of_ones_own_passes(pool):
    """A rule that bars the mentors of one site, written as the documentation shows, keeps every promise."""

    def terms(people):
        _, sites = people.objects("site")
        barred = np.array([site == "b" for site in sites], bool)
        yield ForbidWhere(lambda rows, columns: np.tile(barred[columns], (sizes(people, rows, columns)[0], 1)))

    rule = Made(terms)
    assert isinstance(rule, Constraint)
    check_constraint(rule, pool)


class Moody:
    """A block that answers differently for index arrays."""

    def __init__(self, pool):
        self.pool = pool

    def __call__(self, rows, columns):
        """Forbid every pair of a slice and none of an array."""
        return np.full(sizes(self.pool, rows, columns), isinstance(rows, slice))


def ones(kind=float):
    """A weight of one for every pair."""
    return lambda rows, columns: np.ones((4, 5), kind)[rows][:, columns]


GOOD = [
    Alike("mentees", 0, 3),
    GroupBounds("mentors", at(0, 4), 1, 2),
    LinearBound(ones(bool), 0.0, 2.5),
    LoadBound("mentors", at(1, 2), ones(), np.array([1.0, 2.0])),
    NoneOrAtLeast(4, 2),
    NotBoth("mentors", 0, 4),
    ScoreAtLeast(0.5),
]


def test_terms_over_several_pairs_pass(pool):
    """Groups, weights, loads and people who go together are checked as they should be, and pass."""
    check_constraint(Made(GOOD), pool)


class Split(Moody):
    """A block whose pairs are not those of its rectangles."""

    def __call__(self, rows, columns):
        """Forbid nothing."""
        return np.zeros(sizes(self.pool, rows, columns), bool)

    def pairs(self, i, j):
        """Forbid everything."""
        return np.ones(len(i), bool)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Made(name=""), "name"),
        (Made(confidential=None), "confidential"),
        (Made(["no term"]), "terms and nothing else"),
        (Made([ForbidPairs(at(4), at(0))]), "rows of mentees"),
        (Made([ForbidPairs(at(0), at(-1))]), "columns of mentors"),
        (Made([ForbidPairs(at(0, 1), at(0))]), "one length"),
        (Made([ForbidPairs(at(0).astype(float), at(0))]), "int64"),
        (Made([NotBoth("mentee", 0, 1)]), "side"),
        (Made([NotBoth("mentors", 0, 5)]), "rows of that side"),
        (Made([NotBoth("mentors", 2, 2)]), "two different people"),
        (Made([Alike("mentors", 2, 2)]), "two different people"),
        (Made([Alike("mentees", 0, 4)]), "rows of that side"),
        (Made([Alike("everybody", 0, 1)]), "side"),
        (Made([GroupBounds("mentors", at(5), 0, 1)]), "rows of that side"),
        (Made([GroupBounds("mentors", [0], 0, 1)]), "rows of that side"),
        (Made([GroupBounds("mentors", at(1, 1), 0, 1)]), "in a group once"),
        (Made([GroupBounds("mentors", at(1), 2, 1)]), "above its maximum"),
        (Made([GroupBounds("mentors", at(1), -1, 1)]), "negative"),
        (Made([GroupBounds("mentors", at(1), 0, 1.0)]), "whole numbers"),
        (Made([LinearBound(ones(), 2.0, 1.0)]), "above its upper"),
        (Made([LinearBound(ones(), 0.0, float("inf"))]), "bounds are finite"),
        (Made([LinearBound(ones(int), 0.0, 1.0)]), "float64 or booleans"),
        (Made([LinearBound(lambda rows, columns: np.ones((4, 4)), 0.0, 1.0)]), "one value a pair"),
        (Made([LinearBound(lambda rows, columns: np.full((4, 5), np.nan), 0.0, 1.0)]), "weight is a finite"),
        (Made([LinearBound(lambda rows, columns: ones()(slice(None), slice(None)), 0.0, 1.0)]), "one value a pair"),
        (Made([LoadBound("mentors", at(0, 1), ones(), np.array([1.0]))]), "one bound a row"),
        (Made([LoadBound("mentors", at(0, 0), ones(), np.array([1.0, 1.0]))]), "everybody has one bound"),
        (Made([LoadBound("mentors", at(0), ones(), np.array([np.nan]))]), "bounds are finite"),
        (Made([LoadBound("mentees", at(4), ones(), np.array([1.0]))]), "rows of that side"),
        (Made([NoneOrAtLeast(5, 2)]), "column that is there"),
        (Made([NoneOrAtLeast(0, 0)]), "at least 1"),
        (Made([ScoreAtLeast(float("nan"))]), "finite"),
        (Made([PersonBounds("mentors", at(0), at(2), at(1))]), "minimum is above"),
        (Made([PersonBounds("mentors", at(0, 1), at(0), at(1))]), "one minimum and one maximum"),
        (Made(lambda pool: [ForbidWhere(Moody(pool))]), "index arrays and for slices"),
        (Made(lambda pool: [ForbidWhere(Split(pool))]), "pairs and for rectangles"),
        (Made([ForbidWhere(lambda rows, columns: True)]), "array"),
        (Made([ForbidWhere(lambda rows, columns: np.zeros((2, 2)))]), "booleans"),
        (Made([ForbidWhere(lambda rows, columns: np.zeros((2, 2), bool))]), "one value a pair"),
    ],
)
def test_a_broken_promise_is_told(pool, rule, words):
    """Each promise that a rule may break is found and named."""
    with pytest.raises(AssertionError, match=words):
        check_constraint(rule, pool)


def test_a_rule_that_changes_its_mind_is_found(pool):
    """Terms that differ when they are asked for again are told."""
    asked = iter([[], [ForbidPairs(at(0), at(0))]])
    with pytest.raises(AssertionError, match="same terms"):
        check_constraint(Made(lambda pool: next(asked)), pool)


def test_what_cannot_be_sent_is_found():
    """A rule that cannot be pickled, or comes back another, is told."""
    with pytest.raises(AssertionError, match="can be pickled"):
        check_pickle(Made(lambda pool: ()))
    with pytest.raises(AssertionError, match="equal"):
        check_pickle(Moody(None))

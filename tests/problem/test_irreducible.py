"""Irreducible sets, against every subset there is."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.problem.irreducible import SMALL, Found, Spent, irreducible, reduced, smallest


@st.composite
def clashing(draw):
    """Up to nine members, and the sets of them that clash."""
    count = draw(st.integers(0, 9))
    sets = st.frozensets(st.integers(0, count - 1)) if count else st.just(frozenset())
    return count, draw(st.lists(sets, min_size=1, max_size=5))


def oracle(clashes, asked=None):
    def fits(some):
        assert list(some) == sorted(set(some))
        if asked is not None:
            asked.append(some)
        return not any(one <= set(some) for one in clashes)

    return fits


def is_irreducible(some, fits):
    """Whether a set clashes, and no proper subset of it does."""
    return not fits(some) and all(fits(part) for size in range(len(some)) for part in combinations(some, size))


@settings(max_examples=400, deadline=None)
@given(clashing())
def test_the_smallest_set_is_the_first_of_the_smallest(problem):
    """Of all sets that clash it has the fewest members, and of those the first in order."""
    count, clashes = problem
    fits = oracle(clashes)
    found = smallest(count, fits)
    least = min((len(one), sorted(one)) for one in clashes)
    assert found == Found(tuple(least[1]), reduced=True)
    assert is_irreducible(found.places, fits)


@settings(max_examples=400, deadline=None)
@given(clashing())
def test_a_reduced_set_clashes_and_none_of_its_parts_does(problem):
    """Every proper subset of it holds together, and its last member comes as early as it can."""
    count, clashes = problem
    fits = oracle(clashes)
    found = reduced(count, fits)
    assert found.reduced
    assert is_irreducible(found.places, fits)
    assert max(found.places, default=-1) == min(max(one, default=-1) for one in clashes)


@settings(max_examples=200, deadline=None)
@given(clashing(), st.integers(0, 12), st.sampled_from([smallest, reduced]))
def test_what_is_told_when_the_oracle_is_spent_still_clashes(problem, most, search):
    """However early the answers end, the set that is told clashes; only a finished one is called reduced."""
    count, clashes = problem
    fits, asked = oracle(clashes), []

    def limited(some):
        if len(asked) == most:
            raise Spent
        asked.append(some)
        return fits(some)

    found = search(count, limited)
    assert not fits(found.places)
    if found.reduced:
        assert is_irreducible(found.places, fits)


@pytest.mark.parametrize(
    ("count", "clash", "most"), [(200, range(200), 401), (200, [3], 20), (1000, [5, 400, 999], 60), (64, [], 1)]
)
def test_a_large_set_is_reduced_in_few_questions(count, clash, most):
    """A small clash among many takes a few dozen questions, and one of everybody two each."""
    asked = []
    found = irreducible(count, oracle([frozenset(clash)], asked))
    assert found.places == tuple(clash)
    assert len(asked) <= most


def test_few_candidates_are_searched_by_size():
    """Up to the limit the smallest set wins over one of earlier members; above it the earlier ones do."""
    clashes = [frozenset([0, 1, 2]), frozenset([SMALL - 1])]
    assert irreducible(SMALL, oracle(clashes)).places == (SMALL - 1,)
    assert irreducible(SMALL + 1, oracle(clashes)).places == (0, 1, 2)

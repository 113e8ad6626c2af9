"""Scores become integers that cannot overflow and lose nothing that matters."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.solvers import exponent, quantise
from mentormatch.solvers.grid import CLOSED, most_pairs
from mentormatch.solvers.table import Table


@given(
    low=st.floats(-1e300, 0, allow_subnormal=False),
    high=st.floats(0, 1e300, allow_subnormal=False),
    n=st.integers(1, 5),
    capacity=st.integers(0, 3),
)
def test_the_grid_is_the_finest_that_fits(low, high, n, capacity, make):
    """Twice every sum stays below 2**60 and each score within 2**50, and one bit finer would not do."""
    instance = make(np.full((n, 2), high), capacity=capacity)
    instance = type(instance)(**{**vars(instance), "lowest": low, "highest": high})
    e = exponent(instance)
    spread, pairs = Fraction(high) - Fraction(low), max(1, most_pairs(instance))

    def fits(e):
        units = spread * Fraction(2) ** e
        return 2 * pairs * units + 1 < 2**60 and units <= 2**50

    assert e == 0 if not spread else fits(e) and not fits(e + 1)


def test_the_grid_ignores_which_pairs_are_allowed(make):
    """Closing pairs leaves every other pair's integer as it was."""
    scores = np.random.default_rng(0).random((6, 6))
    open_ = make(scores)
    closed = make(np.where(scores > 0.9, np.nan, scores))
    closed = type(closed)(**{**vars(closed), "highest": open_.highest})
    assert exponent(closed) == exponent(open_)


@given(st.integers(-100, 100), st.integers(1, 100))
def test_integers_and_binary_fractions_are_exact(top, many):
    """A score of few bits is the same number on the grid."""
    scores = np.array([top / 16, top * many / 64])
    assert (quantise(scores, 30) == np.array([top * 2**26, top * many * 2**24])).all()


def test_unknown_scores_are_closed():
    """NaN becomes the weight of a pair that may not be made."""
    assert quantise(np.array([np.nan, 1.0]), 2).tolist() == [CLOSED, 4]


@pytest.mark.parametrize("kind", ["coverage", "total", "ties"])
def test_blocks_and_pairs_are_the_same_numbers(kind, make):
    """A weight is the same whether it is read in a block, in small blocks or alone."""
    scores = np.random.default_rng(1).random((40, 30))
    scores[scores < 0.2] = np.nan
    i, j = np.nonzero(~np.isnan(scores))
    alone = Table(make(scores)).pairs(kind, i, j)
    for memory in (3000, 64 << 20):
        table = Table(make(scores, memory=memory))
        blocks = np.concatenate([table.block(kind, rows) for rows in table.slices()])
        assert (blocks[i, j] == alone).all()
        assert (blocks[np.isnan(scores)] == CLOSED).all()

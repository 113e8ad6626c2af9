"""One partner each and a given table of scores: all pairs at once, without looking for candidates first.

The kernel matches over the whole table and prices it; one more look at every pair proves
coverage and total together and lists what may still change for the tie-break.
Products of two numbers are the worst there is for augmenting paths, but sorted they are
matched in order (Monge 1781; Burkard, Klinz & Rudolf 1996): that is tried, and costs
little where it is wrong.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.network import Prices, TierResult
from mentormatch.solvers.face import Level
from mentormatch.solvers.kept import Kept
from mentormatch.solvers.kernel.engine import LEAST, LEAST_LOADED, compiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance
    from mentormatch.solvers.climb import Climb

TIERS = ("coverage", "total")
"""The objective that is solved in this way."""

_FEW_TIGHT = 16
"""Pairs per person that may be worth their prices, up to which they are listed."""

_SAMPLE = 16
"""Columns by whose sum rows are sorted, and rows for columns."""

_TRIES = 512
"""Rectangles that are looked at before an order is believed in."""


class Assigned(NamedTuple):
    """A matching of everybody on the side that has fewer people, and its prices."""

    columns: NDArray[np.int64]
    prices: Prices


def serves(instance: Instance) -> bool:
    """Say whether this is a problem of one partner each whose scores are a table, large enough to compile for."""
    n, m = instance.shape
    if not compiles() or instance.objective != TIERS or min(n, m) < 2:
        return False
    if n * m < LEAST and (n * m < LEAST_LOADED or "numba" not in sys.modules):
        return False
    sides = (instance.mentees, instance.mentors)
    return instance.given and all((side.upper == 1).all() and not side.lower.any() for side in sides)


def settle_whole(climb: Climb) -> list[TierResult]:
    """Settle coverage and total over all pairs, where everybody on the smaller side can be matched.

    Returns
    -------
    list of TierResult
        Both tiers, and the climb stands where they leave it; nothing if another way must be found.
    """
    table = climb.table
    weight = table.filled()
    if weight is None:
        return []
    n, m = table.shape
    flat = weight if n <= m else np.ascontiguousarray(weight.T)
    found = _assigned(flat)
    if found is None:
        return []
    from mentormatch.solvers.kernel.whole import tight_pairs

    keys = np.empty(_FEW_TIGHT * (n + m), np.int64)
    tight = tight_pairs(flat, *found.prices, keys)
    if tight < 0:
        return []
    rows = np.arange(len(flat))
    if 0 <= tight <= len(keys):
        climb.whole, keys = True, keys[:tight]
    else:
        keys = keys[:0]
        hashes = climb.table.instance.hashes
        if n == m and hashes is not None and climb.breaks_ties:
            best = _by_hash(flat, found.prices, hashes)
            if best is None:
                return []
            found, climb.whole, climb.breaks_ties = Assigned(best, found.prices), True, False
    i, j, prices = rows, found.columns, found.prices
    if n > m:
        keys = keys % n * m + keys // n
        i, j, prices = j, i, Prices(prices.v, prices.u)
    climb.kept = Kept.of(table.shape, keys, i * m + j)
    ones, none = np.ones(len(flat), np.int64), np.zeros(flat.shape[1], np.int64)
    cover = Prices(ones, none) if n <= m else Prices(none, ones)
    made, worth = len(flat), int(weight[i, j].sum())
    for level in (Level("coverage", cover), Level("total", prices)):
        climb.face = climb.face.after(level, climb.kept.loads())
    climb.rounds += 1
    return [TierResult("coverage", made, made, cover), TierResult("total", worth, worth, prices)]


def _assigned(weight: NDArray[np.int64]) -> Assigned | None:
    """Match every row; None where some row cannot be."""
    from mentormatch.solvers.kernel.whole import NONE, buy_columns, keep_tight, match_all

    n, m = weight.shape
    row_of, column_of, price = np.full(m, NONE), np.full(n, NONE), np.zeros(m, np.int64)
    guess = _in_order(weight) if n == m else None
    if guess is not None:
        column_of, price = guess
        row_of[column_of] = np.arange(n)
        keep_tight(weight, price, row_of, column_of)
    elif n == m:
        buy_columns(weight, price, row_of, column_of)
    if not match_all(weight, price, row_of, column_of):
        return None
    if n == m:
        price -= price.min()  # everybody is matched, so that a shift of all changes nothing
    return Assigned(column_of, Prices(weight[np.arange(n), column_of] - price[column_of], price))


def _in_order(weight: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Guess the matching of a square that is in order once sorted, and its prices; None if it looks like none."""
    n = len(weight)
    sample = np.linspace(0, n - 1, _SAMPLE).astype(np.int64)
    rows = np.argsort((weight[:, sample] >> 5).sum(axis=1), kind="stable")
    columns = np.argsort((weight[sample] >> 5).sum(axis=0), kind="stable")
    draw = np.random.default_rng(0)
    a, b = np.sort(draw.integers(0, n, (2, _TRIES)), axis=0)
    c, d = np.sort(draw.integers(0, n, (2, _TRIES)), axis=0)
    if (weight[:, 0].min() | weight[0].min() | weight[rows[a], columns[d]].min()) < -(1 << 61):
        return None
    halves = [weight[rows[x], columns[y]] for x, y in ((a, c), (b, d), (a, d), (b, c))]
    if (halves[0] + halves[1] < halves[2] + halves[3] - 4).any():
        return None
    own = weight[rows, columns]
    steps = np.empty(n, np.int64)
    steps[0] = 0
    least = weight[rows[:-1], columns[1:]] - own[:-1]
    most = own[1:] - weight[rows[1:], columns[:-1]]
    steps[1:] = least + (most - least) // 2
    price, column_of = np.empty(n, np.int64), np.empty(n, np.int64)
    price[columns] = np.cumsum(steps)
    column_of[rows] = columns
    return column_of, price


def _by_hash(
    weight: NDArray[np.int64], prices: Prices, hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]]
) -> NDArray[np.int64] | None:
    """Choose among the best matchings of a square the one with the largest sum of hashes."""
    from mentormatch.solvers.kernel.whole import mix_tight

    mixed = np.empty_like(weight)
    mix_tight(weight, (prices.u, prices.v), *hashes, mixed)
    best = _assigned(mixed)
    return None if best is None else best.columns

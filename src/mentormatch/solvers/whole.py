"""One partner each and a given table of scores: all pairs at once, without looking for candidates first.

The kernel matches over the whole table and prices it; one more look at every pair proves
coverage and total together and lists what may still change for the tie-break, which is
then matched in the same way.
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

    from mentormatch.network import Given, Instance
    from mentormatch.solvers.climb import Climb
    from mentormatch.solvers.kernel.shortlist import Desk, Lists
    from mentormatch.solvers.table import Table

TIERS = ("coverage", "total")
"""The objective that is solved in this way."""

_SAMPLE = 16
"""Columns by whose sum rows are sorted, and rows for columns."""

_TRIES = 512
"""Rectangles that are looked at before an order is believed in."""


class Assigned(NamedTuple):
    """A matching of everybody on the side that has fewer people, its prices, and its pairs that decide ties.

    Attributes
    ----------
    columns
        The column of each row.
    u, v
        Prices, whole numbers.
    worth
        What all pairs are worth.
    tight
        Pairs worth exactly their prices, as rows and columns; None where they are too many to list.
    unique
        Whether it is the one that the hashes choose.
    """

    columns: NDArray[np.int64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    worth: int
    tight: tuple[NDArray[np.int64], NDArray[np.int64]] | None
    unique: bool


def serves(instance: Instance) -> bool:
    """Say whether this is a problem of one partner each whose scores are a table, large enough to compile for."""
    n, m = instance.shape
    if not compiles() or instance.objective != TIERS or min(n, m) < 2:
        return False
    if n * m < LEAST and (n * m < LEAST_LOADED or "numba" not in sys.modules):
        return False
    sides = (instance.mentees, instance.mentors)
    return instance.given is not None and all((side.upper == 1).all() and not side.lower.any() for side in sides)


def settle_whole(climb: Climb) -> list[TierResult]:
    """Settle coverage and total over all pairs, where everybody on the smaller side can be matched; mostly ties too.

    Returns
    -------
    list of TierResult
        Both tiers, and the climb stands where they leave it; nothing if another way must be found.
    """
    table, instance = climb.table, climb.table.instance
    if not -1000 < table.exponent < 1000:
        return []
    n, m = table.shape
    laid = _laid(table, reorders=not climb.breaks_ties)
    scores = laid.scores if n <= m else np.ascontiguousarray(laid.scores.T)
    rows, columns = (laid.mentees, laid.mentors) if n <= m else (laid.mentors, laid.mentees)
    hashes = instance.hashes if climb.breaks_ties and n == m else None
    found = assigned(scores, 2.0**table.exponent, None if hashes is None else _at(hashes, rows, columns))
    if found is None:
        return []
    back = np.empty(len(columns), np.int64)
    back[columns] = np.arange(len(columns))
    i, j, u, v = np.arange(len(rows)), back[found.columns[rows]], found.u[rows], found.v[columns]
    keys = np.empty(0, np.int64)
    if found.tight is not None and not found.unique:
        place = np.empty(len(rows), np.int64)
        place[rows] = i
        a, b = place[found.tight[0]], back[found.tight[1]]
        keys = a * m + b if n <= m else b * m + a
    climb.whole, climb.breaks_ties = found.tight is not None, climb.breaks_ties and not found.unique
    prices, key = (Prices(u, v), i * m + j) if n <= m else (Prices(v, u), j * m + i)
    climb.kept = Kept.of(table.shape, keys, key)
    ones = np.ones(len(rows), np.int64), np.zeros(len(columns), np.int64)
    cover, made = Prices(*ones) if n <= m else Prices(*ones[::-1]), len(rows)
    for level in (Level("coverage", cover), Level("total", prices)):
        climb.face = climb.face.after(level, climb.kept.loads())
    climb.rounds += 1
    return [TierResult("coverage", made, made, cover), TierResult("total", found.worth, found.worth, prices)]


def _laid(table: Table, *, reorders: bool) -> Given:
    """Return the scores of all pairs that may be made; in the order of ids where that might decide."""
    from mentormatch.solvers.kernel.shortlist import in_order

    given: Given = table.instance.given  # type: ignore[assignment]
    every = [np.arange(size) for size in table.shape]
    ordered = all((one == other).all() for one, other in zip(every, given[1:3], strict=True))
    if given.opens and (ordered or not reorders):
        return given
    scores = np.empty(table.shape)
    in_order(given.scores, given.mentees, given.mentors, scores)
    if not given.opens:
        for rows in table.slices():
            scores[rows][~table.instance.allowed_block(rows, slice(0, table.shape[1]))] = np.nan
    return given._replace(scores=scores, mentees=every[0], mentors=every[1])


def _at(
    hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Put the hashes of positions where the positions stand in the table."""
    own = np.empty_like(hashes[0]), np.empty_like(hashes[1])
    own[0][rows], own[1][columns] = hashes
    return own


def assigned(
    scores: NDArray[np.float64], scale: float, hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]] | None
) -> Assigned | None:
    """Match every row at the largest total and, of a square with hashes, at the largest sum of hashes among those.

    Parameters
    ----------
    scores
        Rows × columns (C order), no more rows than columns; NaN where a pair may not be made.
    scale
        A power of two: a weight is the score times that, rounded, and below 2**50.
    hashes
        Of rows and of columns; None: ties are left alone.

    Returns
    -------
    Assigned or None
        None where some row cannot be matched, or prices grow out of bounds.
    """
    from mentormatch.solvers.kernel import bids
    from mentormatch.solvers.kernel import shortlist as kernel

    n, m = scores.shape
    lists, desk, many, priced = kernel.lists_for(n), kernel.desk_for(m), -1, None
    some = hashes or (np.zeros(n, np.uint64), np.zeros(m, np.uint64))
    for way in (_flat, _priced):
        priced = way(scores, scale, lists, desk)
        if priced is None:
            continue
        source = kernel.Source(scores, scale, True, priced.u, priced.v, *some)
        many = kernel.list_tight(source, lists, desk)
        if many >= (n * m if way is _flat else n):
            break
    else:
        return None
    columns, unique = priced.columns, n == m and many == n
    if hashes is not None and not unique:
        best = bids.nothing(n, m)
        matched = bids.match_all(source, lists, desk, best, bids.search_for(np.arange(n), m))
        if not matched or np.abs(best.price).max() >= kernel.LARGEST:
            return None
        columns, unique = best.column_of, True
    tight = None if unique else _listed(lists)
    u, v = priced.u.astype(np.int64), priced.v.astype(np.int64)
    return Assigned(columns, u, v, int(u.sum()) + int(v.sum()), tight, unique)


class _Priced(NamedTuple):
    """A matching of every row, and prices that may prove it: whole numbers below the largest allowed."""

    columns: NDArray[np.int64]
    u: NDArray[np.float64]
    v: NDArray[np.float64]


def _flat(scores: NDArray[np.float64], scale: float, lists: Lists, desk: Desk) -> _Priced | None:  # noqa: ARG001
    """Guess that all scores of a square are the same; None if it does not look like that."""
    n, m = scores.shape
    if n != m or not (scores[0] == scores[0, 0]).all() or not (scores[:, 0] == scores[0, 0]).all():
        return None
    return _Priced(np.arange(n), np.full(n, np.rint(scores[0, 0] * scale)), np.zeros(m))


def _priced(scores: NDArray[np.float64], scale: float, lists: Lists, desk: Desk) -> _Priced | None:
    """Match every row at the largest total; None where some row cannot be, or prices grow out of bounds."""
    from mentormatch.solvers.kernel import bids
    from mentormatch.solvers.kernel import shortlist as kernel

    n, m = scores.shape
    none = np.zeros(0), np.zeros(0), np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    source, now = kernel.Source(scores, scale, False, *none), bids.nothing(n, m)
    search = bids.search_for(_kinds(scores), m)
    guess = _in_order(scores, scale) if n == m else None
    if guess is not None:
        now.column_of[:], now.price[:] = guess
        now.row_of[now.column_of] = np.arange(n)
        now.own[:] = np.rint(scores[np.arange(n), now.column_of] * scale)
    elif n == m:
        bids.buy_columns(source, search.kind, now, desk.line, np.empty(m, np.int64))
    bids.list_all(source, lists, desk, now)
    if not bids.match_all(source, lists, desk, now, search):
        return None
    # where everybody is matched a shift of all prices changes nothing
    v = now.price - now.price.min() if n == m else now.price
    u = now.own - v[now.column_of]
    within = max(np.abs(u).max(), np.abs(v).max(), np.abs(now.price).max()) < kernel.LARGEST
    return _Priced(now.column_of, u, v) if within else None


def _kinds(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Say of each row which one it is like, where many are like one another."""
    from mentormatch.solvers.kernel.shortlist import alike

    n, m = scores.shape
    sample = scores[:, np.linspace(0, m - 1, _SAMPLE).astype(np.int64)] @ np.sqrt(np.arange(2, 2 + _SAMPLE))
    _, first, which = np.unique(sample, return_index=True, return_inverse=True)
    if len(first) > n // 2:
        return np.arange(n)
    kind: NDArray[np.int64] = first[which]
    alike(scores, kind)
    return kind


def _listed(lists: Lists) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return all pairs on the lists; None where some row's list is not all there is."""
    from mentormatch.solvers.kernel.shortlist import NONE, NOTHING

    if (lists.rest > NOTHING).any():
        return None
    there = np.minimum.accumulate(lists.near != NONE, axis=1)
    return np.nonzero(there)[0], lists.near[there]


def _in_order(scores: NDArray[np.float64], scale: float) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Guess the matching of a square that is in order once sorted, and its prices; None if it looks like none."""
    n = len(scores)
    sample = np.linspace(0, n - 1, _SAMPLE).astype(np.int64)
    rows = np.argsort(scores[:, sample].sum(axis=1), kind="stable")
    columns = np.argsort(scores[sample].sum(axis=0), kind="stable")
    draw = np.random.default_rng(0)
    a, b = np.sort(draw.integers(0, n, (2, _TRIES)), axis=0)
    c, d = np.sort(draw.integers(0, n, (2, _TRIES)), axis=0)
    halves = [np.rint(scores[rows[x], columns[y]] * scale) for x, y in ((a, c), (b, d), (a, d), (b, c))]
    if not (halves[0] + halves[1] >= halves[2] + halves[3] - 4).all():  # nor where one is NaN
        return None
    own, least, most = (
        np.rint(scores[x, y] * scale) for x, y in ((rows, columns), (rows[:-1], columns[1:]), (rows[1:], columns[:-1]))
    )
    if np.isnan(own).any() or np.isnan(least).any() or np.isnan(most).any():
        return None
    least, most = least - own[:-1], own[1:] - most
    price, column_of = np.zeros(n), np.empty(n, np.int64)
    price[columns[1:]] = np.cumsum(least + np.floor((most - least) / 2))
    column_of[rows] = columns
    return column_of, price

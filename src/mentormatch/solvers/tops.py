"""The best few of every row of a rectangle: heaps that go on from one rectangle to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import inline, jit

_RUN = 64
"""Entries that are first looked at together: most runs hold nothing worth keeping."""


class Tops(NamedTuple):
    """The best entries of each row so far, as a heap with the least one first.

    Attributes
    ----------
    worth
        What they are worth (float32, rows × most kept).
    column
        Where they stand (int32).
    size
        How many there are (int64).
    """

    worth: NDArray[np.float32]
    column: NDArray[np.int32]
    size: NDArray[np.int64]

    @classmethod
    def room(cls, rows: int, each: int) -> Tops:
        """Make room for so many of each row."""
        return cls(np.empty((rows, each), np.float32), np.empty((rows, each), np.int32), np.zeros(rows, np.int64))


@jit
def take_tops(
    tile: NDArray[np.float32],
    price: NDArray[np.float32],
    floor: NDArray[np.float32],
    begin: NDArray[np.int64],
    first: int,
    least: float,
    tops: Tops,
) -> None:
    """Take what beats the floor of its row, and the least one kept once there are enough.

    Parameters
    ----------
    tile
        Scores of some rows and columns; NaN is never taken.
    price
        What a place of each column costs.
    floor
        What an entry must be worth more than, beside its price, one for each row.
    begin
        The column of this tile where each row begins to look: equals are taken from there on.
    first
        The number of the tile's first column.
    least
        Scores below it are passed over, whatever their price.
    tops
        Changed in place.
    """
    width = tile.shape[1]
    for row in range(tile.shape[0]):
        _run(tile[row], price, floor[row], begin[row], width, first, least, tops, row)
        _run(tile[row], price, floor[row], 0, begin[row], first, least, tops, row)


@inline
def _run(
    scores: NDArray[np.float32],
    price: NDArray[np.float32],
    floor: float,
    begin: int,
    end: int,
    first: int,
    lowest: float,
    tops: Tops,
    row: int,
) -> None:
    worth, column = tops.worth[row], tops.column[row]
    each, size = len(worth), tops.size[row]
    least = floor if size < each else max(floor, worth[0])
    for start in range(begin, end, _RUN):
        stop = min(start + _RUN, end)
        # compiled code looks at many at once where it need not ask whether an index is negative
        score, cost, some = scores[start:stop], price[start:stop], False
        for at in range(len(score)):
            some |= score[at] - cost[at] > least
        if not some:
            continue
        for at in range(len(score)):
            value = score[at] - cost[at]
            if not value > least or score[at] < lowest:
                continue
            if size < each:
                _rise(worth, column, size, value, first + start + at)
                size += 1
            else:
                _sink(worth, column, value, first + start + at)
            if size == each:
                least = max(floor, worth[0])
    tops.size[row] = size


@inline
def _rise(worth: NDArray[np.float32], column: NDArray[np.int32], place: int, value: float, number: int) -> None:
    while place > 0:
        above = (place - 1) >> 1
        if worth[above] <= value:
            break
        worth[place], column[place] = worth[above], column[above]
        place = above
    worth[place], column[place] = value, number


@inline
def _sink(worth: NDArray[np.float32], column: NDArray[np.int32], value: float, number: int) -> None:
    place, size = 0, len(worth)
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and worth[below + 1] < worth[below]:
            below += 1
        if worth[below] >= value:
            break
        worth[place], column[place] = worth[below], column[below]
        place = below
    worth[place], column[place] = value, number


def take_tops_plainly(
    tile: NDArray[np.float32],
    price: NDArray[np.float32],
    floor: NDArray[np.float32],
    begin: NDArray[np.int64],
    first: int,
    least: float,
    tops: Tops,
) -> None:
    """Do what :func:`take_tops` does with whole arrays, for where nothing is compiled; the tile is overwritten."""
    each = tops.worth.shape[1]
    tile[~(tile >= least)] = -np.inf
    tile -= price
    bar = np.where(tops.size < each, floor, np.maximum(floor, tops.worth.min(axis=1, initial=np.inf)))
    if tile.shape[1] > 4 * each and np.isneginf(bar).any():
        # the best of this tile are found first, so that not everything has to be sorted
        best = np.partition(tile, tile.shape[1] - each, axis=1)[:, tile.shape[1] - each]
        bar = np.maximum(bar, np.nextafter(best, np.float32(-np.inf)))
    row, at = np.nonzero(tile > bar[:, None])
    if not len(row):
        return
    old_row = np.repeat(np.arange(len(tops.size)), tops.size)
    kept = np.arange(each) < tops.size[:, None]
    rows = np.concatenate((old_row, row))
    worth = np.concatenate((tops.worth[kept], tile[row, at]))
    column = np.concatenate((tops.column[kept], (at + first).astype(np.int32)))
    turn = np.concatenate((np.zeros(len(old_row), np.int64), (at - begin[row]) % tile.shape[1]))
    order = np.lexsort((turn, -worth, rows))
    rows, worth, column = rows[order], worth[order], column[order]
    counts = np.bincount(rows, minlength=len(tops.size))
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = rank < each
    tops.worth[rows[chosen], rank[chosen]] = worth[chosen]
    tops.column[rows[chosen], rank[chosen]] = column[chosen]
    tops.size[:] = np.minimum(counts, each)

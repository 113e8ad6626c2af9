"""Which pairs to look at one by one: the best of each row and of each column.

Looking from both sides keeps people from being left out, and a rotation among equals
keeps everybody's candidates from being the same few. Neither changes the result: every
other pair is priced before anything is called optimal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kept import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.solvers.face import Face
    from mentormatch.solvers.kept import Kept
    from mentormatch.solvers.table import Kind, Table

_SPIN = 12
"""Bits by which equal weights are told apart."""

_SHUT = CLOSED - (1 << 61)
"""What a closed pair is worth beside shifted weights, which reach down to CLOSED."""


def spin(i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order equal pairs differently in every row and column: a few mixed bits of the position."""
    mixed = (i.astype(np.uint32) * np.uint32(2654435761)) ^ (j.astype(np.uint32) * np.uint32(2246822519))
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(3266489917)
    return (mixed >> np.uint32(32 - _SPIN)).astype(np.int64)


def scatter(keys: NDArray[np.int64], shape: tuple[int, int], each: int) -> NDArray[np.int64]:
    """Pick up to ``each`` pairs of every row and of every column, spread out."""
    if len(keys) <= each * 2:
        return keys
    i, j = keys // shape[1], keys % shape[1]
    return pick(keys, shape, spin(i, j), each)


def pick(keys: NDArray[np.int64], shape: tuple[int, int], worth: NDArray[np.int64], each: int) -> NDArray[np.int64]:
    """Pick the ``each`` pairs of highest worth of every row and of every column."""
    i, j = keys // shape[1], keys % shape[1]
    chosen = _first(i, worth, each) | _first(j, worth, each)
    return keys[chosen]


def _first(group: NDArray[np.int64], worth: NDArray[np.int64], each: int) -> NDArray[np.bool_]:
    order = np.lexsort((-worth, group))
    sorted_group = group[order]
    starts = np.flatnonzero(np.concatenate(([True], sorted_group[1:] != sorted_group[:-1])))
    sizes = np.diff(np.append(starts, len(group)))
    rank = np.arange(len(group)) - np.repeat(starts, sizes)
    chosen = np.zeros(len(group), bool)
    chosen[order[rank < each]] = True
    return chosen


def free_pairs(table: Table, face: Face, limit: int) -> NDArray[np.int64] | None:
    """List the keys of every free pair, or None as soon as there are more than ``limit``."""
    found, total = [np.empty(0, np.int64)], 0
    for rows in table.slices():
        mask = face.mask(table, rows)
        total += int(np.count_nonzero(mask))
        if total > limit:
            return None
        found.append(np.flatnonzero(mask) + rows.start * table.shape[1])
    return np.concatenate(found)


def best_pairs(table: Table, face: Face, kind: Kind, each: int) -> NDArray[np.int64]:
    """List the keys of the best ``each`` free pairs of every row and of every column."""
    m = table.shape[1]
    found, by_column = [np.empty(0, np.int64)], []
    for rows in table.slices():
        mask = face.mask(table, rows) if face.levels else None
        weights = table.block(kind, rows, mask)
        i = np.arange(rows.start, rows.stop)[:, None]
        # closed pairs are told apart too: a partition among many equals is slow
        worth = np.where(weights == CLOSED, _SHUT, weights << _SPIN) + spin(i, np.arange(m)[None, :])
        found.append(_top(worth, each) + rows.start * m)
        flipped = np.ascontiguousarray(worth.T)
        at = _top(flipped, each)
        column, row = at // flipped.shape[1], at % flipped.shape[1]
        by_column.append(((row + rows.start) * m + column, flipped.ravel()[at]))
    keys = np.concatenate([keys for keys, _ in by_column])
    worths = np.concatenate([worth for _, worth in by_column])
    if len(by_column) > 1:
        keys = keys[_first(keys % m, worths, each)]
    return distinct(np.concatenate((*found, keys)))


def _top(worth: NDArray[np.int64], each: int) -> NDArray[np.int64]:
    """Find the flat positions of the best open entries of every row."""
    width = worth.shape[1]
    if width <= each:
        return np.flatnonzero(worth >= CLOSED)
    best = np.argpartition(worth, width - each, axis=1)[:, width - each :]
    flat = (best + np.arange(len(worth))[:, None] * width).ravel()
    chosen: NDArray[np.int64] = flat[worth.ravel()[flat] >= CLOSED]
    return chosen


def violations(
    table: Table, face: Face, kind: Kind, prices: tuple[NDArray[np.int64], NDArray[np.int64]], kept: Kept, each: int
) -> tuple[NDArray[np.int64], int]:
    """Price every free pair that is not kept: those worth more than their prices prove the matching wrong.

    Returns
    -------
    keys
        The worst offenders of each row and column, at most ``each``.
    count
        How many there are in all.
    """
    u, v = prices
    m = table.shape[1]
    found, count = [np.empty(0, np.int64)], 0
    for rows in table.slices():
        weights = table.block(kind, rows, face.mask(table, rows) if face.levels else None)
        surplus = weights - u[rows, None]
        surplus -= v
        flat = np.flatnonzero(surplus > 0)
        keys = flat + rows.start * m
        new = ~kept.has(keys)
        if not new.any():
            continue
        count += int(np.count_nonzero(new))
        worth = surplus.ravel()[flat[new]]
        found.append(pick(keys[new], table.shape, _spread(worth, keys[new], m), each))
    return np.concatenate(found), count


def _spread(worth: NDArray[np.int64], keys: NDArray[np.int64], m: int) -> NDArray[np.int64]:
    # a surplus may use all 62 bits: the last ones give way to the order among equals, if it is that large
    room = max(0, int(worth.max(initial=0)).bit_length() + _SPIN - 62)
    return ((worth >> room) << _SPIN) + spin(keys // m, keys % m)

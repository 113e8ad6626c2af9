"""Which pairs may be made: the terms about single pairs, folded into one question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mentormatch.network import Rows


class Block(Protocol):
    """Says which pairs are forbidden."""

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.bool_]:
        """Answer for a rectangle."""
        ...

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64], /) -> NDArray[np.bool_]:
        """Answer for single pairs."""
        ...


DENSE_CELLS: Final = 25_000_000
"""Up to this many pairs the answer is kept as one table of booleans."""


class Listed:
    """Single pairs, found again in any rectangle in time that grows with the rectangle's sides, not with everybody.

    Parameters
    ----------
    i, j
        The pairs (int64), in any order; one that stands twice counts once.
    shape
        Numbers of mentees and mentors.
    """

    def __init__(self, i: NDArray[np.int64], j: NDArray[np.int64], shape: tuple[int, int]) -> None:
        self._shape, self._width = shape, max(1, shape[1])
        self.keys: NDArray[np.int64] = np.unique(self.keys_of(i, j))

    def __len__(self) -> int:
        return len(self.keys)

    def keys_of(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return one number for each pair, in row order."""
        return np.asarray(i, np.int64) * self._width + np.asarray(j, np.int64)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where each row's pairs begin."""
        return np.searchsorted(self.keys, np.arange(self._shape[0] + 1, dtype=np.int64) * self._width)

    def holds(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of some pairs are listed."""
        found = np.zeros(len(i), bool)
        if not len(self.keys):
            return found
        near = np.flatnonzero((self._starts[1:] > self._starts[:-1])[i])  # of most rows nothing is listed
        keys = self.keys_of(i[near], j[near])
        found[near] = self.keys[np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)] == keys
        return found

    def within(self, rows: Rows, columns: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the listed pairs stand in a rectangle: places down, and places across."""
        starts = self._starts
        if isinstance(rows, slice):
            first, last = starts[:-1][rows], starts[1:][rows]
        else:
            first, last = starts[rows], starts[rows + 1]
        down, at = _spread(first, last - first)
        j = self.keys[at] % self._width
        if not len(j):
            return down, j
        if isinstance(columns, slice):
            begin, end, step = columns.indices(self._shape[1])
            if step == 1:
                here = (j >= begin) & (j < end)
                return down[here], j[here] - begin
            columns = np.arange(begin, end, step)
        order = np.argsort(columns, kind="stable")
        sorted_ = columns[order]
        left = np.searchsorted(sorted_, j)
        again, across = _spread(left, np.searchsorted(sorted_, j, side="right") - left)
        return down[again], order[across]


def _spread(first: NDArray[np.int64], many: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the runs ``first[k], first[k] + 1, …`` of ``many[k]`` numbers, after the ``k`` of each."""
    which = np.repeat(np.arange(len(many)), many)
    skipped = np.cumsum(many) - many
    return which, np.arange(len(which)) + (first - skipped)[which]


class Mask:
    """Which pairs are forbidden, by tables of pairs and by blocks.

    Parameters
    ----------
    shape
        Numbers of mentees and mentors.
    pairs
        Forbidden pairs, each as two index arrays.
    blocks
        What says for a rectangle, and for single pairs, what is forbidden.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        pairs: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]] = (),
        blocks: Sequence[Block] = (),
    ) -> None:
        self.shape = shape
        self._blocks = tuple(blocks)
        i, j = (np.concatenate([one[side] for one in pairs]) if pairs else np.empty(0, np.int64) for side in (0, 1))
        self._listed = Listed(i, j, shape)
        self._table: NDArray[np.bool_] | None = None

    @property
    def shuts_areas(self) -> bool:
        """Whether whole areas are forbidden, and not only listed pairs."""
        return bool(self._blocks)

    @property
    def shuts_nothing(self) -> bool:
        """Whether every pair may be made."""
        return not self._blocks and not len(self._listed)

    def allowed(self, rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        """Return for a rectangle which pairs may be made."""
        if self.shape[0] * self.shape[1] > DENSE_CELLS:
            return self._compute(rows, columns)
        if self._table is None:
            self._table = self._compute(slice(None), slice(None))
            self._table.flags.writeable = False
        return _rectangle(self._table, rows, columns)

    def allowed_pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for single pairs which of them may be made."""
        if self._table is not None:
            return self._table[i, j]
        allowed = ~self._listed.holds(i, j)
        for block in self._blocks:
            allowed &= ~block.pairs(i, j)
        return allowed

    def fresh(self, rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        """Return the same as :meth:`allowed`, for a few rows or columns of which nothing needs to be kept."""
        if self._table is not None:
            return _rectangle(self._table, rows, columns)
        return self._compute(rows, columns)

    def _compute(self, rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        allowed: NDArray[np.bool_] | None = None
        for block in self._blocks:
            forbidden = block(rows, columns)
            # of truth values, one is greater than the other where it is true and the other is not
            allowed = np.logical_not(forbidden) if allowed is None else np.greater(allowed, forbidden, out=allowed)
        if allowed is None:
            allowed = np.ones((length(rows, self.shape[0]), length(columns, self.shape[1])), bool)
        if len(self._listed):
            allowed[self._listed.within(rows, columns)] = False
        return allowed


def length(rows: Rows, size: int) -> int:
    """Return how many rows are meant, of so many."""
    return len(range(*rows.indices(size))) if isinstance(rows, slice) else len(rows)


def _rectangle(table: NDArray[np.bool_], rows: Rows, columns: Rows) -> NDArray[np.bool_]:
    if not isinstance(columns, slice) and len(columns) < length(rows, len(table)):
        return table[:, columns][rows]  # whichever leaves less is taken first
    return table[rows][:, columns]

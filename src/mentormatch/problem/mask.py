"""Which pairs may be made: the terms about single pairs, folded into one question."""

from __future__ import annotations

from collections.abc import Sequence
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
        columns = max(1, shape[1])
        keys = [np.asarray(i, np.int64) * columns + np.asarray(j, np.int64) for i, j in pairs]
        self._keys = np.unique(np.concatenate(keys)) if keys else np.empty(0, np.int64)
        self._table: NDArray[np.bool_] | None = None

    @property
    def blocks(self) -> bool:
        """Whether whole areas are forbidden, and not only listed pairs."""
        return bool(self._blocks)

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
        keys = np.asarray(i, np.int64) * max(1, self.shape[1]) + j
        allowed = np.ones(len(keys), bool)
        if len(self._keys):
            at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            allowed = self._keys[at] != keys
        for block in self._blocks:
            allowed &= ~block.pairs(i, j)
        return allowed

    def _compute(self, rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        i, j = _positions(rows, self.shape[0]), _positions(columns, self.shape[1])
        allowed = np.ones((len(i), len(j)), bool)
        for block in self._blocks:
            allowed &= ~block(rows, columns)
        if len(self._keys):
            row_at, column_at = np.full(self.shape[0], -1), np.full(self.shape[1], -1)
            row_at[i], column_at[j] = np.arange(len(i)), np.arange(len(j))
            row, column = row_at[self._keys // self.shape[1]], column_at[self._keys % self.shape[1]]
            here = (row >= 0) & (column >= 0)
            allowed[row[here], column[here]] = False
        return allowed


def _positions(rows: Rows, size: int) -> NDArray[np.int64]:
    return np.arange(size)[rows]


def _rectangle(table: NDArray[np.bool_], rows: Rows, columns: Rows) -> NDArray[np.bool_]:
    return table[rows][:, columns]

"""All pairs of an instance as integer weights, by block or by pair, kept in memory while they are small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from mentormatch.solvers.grid import CLOSED, exponent, quantise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Instance, Rows
    from mentormatch.solvers.weights import Weight

Kind: TypeAlias = "Literal['coverage', 'total', 'ties'] | Weight"
"""What a pair weighs: 1, its score on the grid, its keyed hash, or whatever a weight says."""

CACHE_BYTES = 256 << 20
"""Weights of all pairs are kept as long as all of them together stay below this; else they are computed again."""

LEAST_SCREENED = 1_000_000
"""Pairs from which it pays to look through a screen."""

_SHARE = 6
"""A block of scores brings this many arrays of its size along."""


class Table:
    """The integer weights of all pairs of one instance.

    Parameters
    ----------
    instance
        The problem.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.shape = instance.shape
        self.exponent = exponent(instance)
        self._total: NDArray[np.int64] | None = None
        cells = self.shape[0] * self.shape[1]
        self.keeps = cells * 8 <= CACHE_BYTES
        """Whether the scores of all pairs stay in memory once they were asked for."""
        self.screened = instance.screen is not None and cells >= LEAST_SCREENED
        """Whether pairs are looked at through the screen first."""

    def _kept(self) -> NDArray[np.int64] | None:
        """Return the scores of all pairs, where they are kept."""
        if self._total is None and self.keeps:
            total = np.empty(self.shape, np.int64)
            for rows in self.slices():
                total[rows] = self._score(rows)
            self._total = total
        return self._total

    def slices(self) -> Iterator[slice]:
        """Yield slices of rows, each small enough for the memory that a block may take; an empty one for no rows."""
        n, m = self.shape
        step = max(1, self.instance.memory // (8 * _SHARE * max(1, m)))
        for start in range(0, max(1, n), step):
            yield slice(start, min(n, start + step))

    def _score(self, rows: Rows) -> NDArray[np.int64]:
        columns = slice(0, self.shape[1])
        allowed = self.instance.allowed_block(rows, columns)
        scores = self.instance.score_block(rows, columns)
        return np.where(allowed, quantise(np.where(allowed, scores, 0.0), self.exponent), CLOSED)

    def block(self, kind: Kind, rows: slice, mask: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Return the weights of some rows with all columns.

        Parameters
        ----------
        kind
            Which weight.
        rows
            A slice of rows.
        mask
            Pairs to leave open; every other pair weighs :data:`CLOSED`, as one that is not allowed does.

        Returns
        -------
        ndarray of int64
            A rectangle that must not be written to.
        """
        if kind != "total":
            mask = self.allowed(rows) if mask is None else mask
        if kind == "ties":
            return self._ties(rows, mask)  # type: ignore[arg-type]
        if kind == "coverage":
            return np.where(mask, np.int64(1), CLOSED)  # type: ignore[arg-type]
        if not isinstance(kind, str):
            return np.where(mask, kind.block(self, rows), CLOSED)  # type: ignore[arg-type]
        kept = self._kept()
        total = self._score(rows) if kept is None else kept[rows]
        return total if mask is None else np.where(mask, total, CLOSED)

    def some(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the scores of a few rows, wherever they stand, with all columns."""
        return self._score(rows) if self._total is None else self._total[rows]

    def allowed(self, rows: slice) -> NDArray[np.bool_]:
        """Say which pairs of some rows may be made."""
        kept = self._total if self.screened else self._kept()
        if kept is None:
            return self.instance.allowed_block(rows, slice(0, self.shape[1]))
        allowed: NDArray[np.bool_] = kept[rows] != CLOSED
        return allowed

    def _ties(self, rows: slice, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        weights = np.full(mask.shape, CLOSED)
        i, j = np.nonzero(mask)
        weights[mask] = self.instance.tie_pairs(i + rows.start, j)
        return weights

    def pairs(self, kind: Kind, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weights of single allowed pairs, the same numbers as in a block."""
        if kind == "coverage":
            return np.ones(len(i), np.int64)
        if kind == "ties":
            return self.instance.tie_pairs(i, j)
        if not isinstance(kind, str):
            return kind.pairs(self, i, j)
        kept = self._total if self.screened else self._kept()
        if kept is not None:
            return kept[i, j]
        return quantise(self.instance.score_pairs(i, j), self.exponent)

"""What a pair weighs in a tier that is neither coverage nor total: whole numbers, by block and by pair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from mentormatch.solvers.table import Table

PACK_BITS = 49
"""Weights are put together as long as their sums stay within this: float64 proposals start from exact integers."""


class Weight(Protocol):
    """One whole number per pair."""

    def block(self, table: Table, rows: slice) -> NDArray[np.int64]:
        """Return the weights of some rows with all columns; of closed pairs anything."""
        ...

    def pairs(self, table: Table, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weights of single allowed pairs, the same numbers as in a block."""
        ...


@dataclass(frozen=True, eq=False)
class ByRow:
    """Every pair of a mentee weighs the same."""

    values: NDArray[np.int64]

    def block(self, table: Table, rows: slice) -> NDArray[np.int64]:
        """Return the weights of some rows."""
        return np.repeat(self.values[rows, None], table.shape[1], axis=1)

    def pairs(self, table: Table, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:  # noqa: ARG002
        """Return the weights of single pairs."""
        return self.values[i]


@dataclass(frozen=True, eq=False)
class Listed:
    """A few pairs weigh something, every other pair 0; keys are sorted, ``row * columns + column``."""

    keys: NDArray[np.int64]
    values: NDArray[np.int64]

    def block(self, table: Table, rows: slice) -> NDArray[np.int64]:
        """Return the weights of some rows."""
        m = table.shape[1]
        weights = np.zeros((len(range(*rows.indices(table.shape[0]))), m), np.int64)
        first, last = np.searchsorted(self.keys, [rows.start * m, rows.stop * m])
        weights.ravel()[self.keys[first:last] - rows.start * m] = self.values[first:last]
        return weights

    def pairs(self, table: Table, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weights of single pairs."""
        if not len(self.keys):
            return np.zeros(len(i), np.int64)
        keys = i * table.shape[1] + j
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.values[at], 0)


@dataclass(frozen=True)
class Rung:
    """Pairs of one score cost 1, and those between it and ``above`` cost ``heavy``: scores on the grid.

    With ``above`` None and ``heavy`` 1, pairs below the score cost 1, and those of the score itself nothing.
    """

    score: int
    above: int | None = None
    heavy: int = 1

    def block(self, table: Table, rows: slice) -> NDArray[np.int64]:
        """Return the weights of some rows."""
        return self._of(table.block("total", rows))

    def pairs(self, table: Table, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weights of single pairs."""
        return self._of(table.pairs("total", i, j))

    def _of(self, scores: NDArray[np.int64]) -> NDArray[np.int64]:
        if self.above is None:
            return np.where(scores < self.score, np.int64(-1), np.int64(0))
        between = (scores > self.above) & (scores < self.score)
        return np.where(between, np.int64(-self.heavy), np.where(scores == self.score, np.int64(-1), np.int64(0)))


@dataclass(frozen=True, eq=False)
class Even:
    """No pair weighs anything, but every further partner of a mentor costs more than the one before.

    Attributes
    ----------
    costs
        ``costs[j, k]`` is what the partner after ``k`` others costs, as its rank among all such
        costs: where the number of pairs is settled, which loads are the most even depends on
        the order of these costs alone (loads of flows are an M-convex set; Murota 2003,
        *Discrete Convex Analysis*, section 6).
    held
        Partners that each mentor has outside the problem.
    """

    costs: NDArray[np.int64]
    held: NDArray[np.int64]

    def block(self, table: Table, rows: slice) -> NDArray[np.int64]:
        """Return zeros."""
        return np.zeros((len(range(*rows.indices(table.shape[0]))), table.shape[1]), np.int64)

    def pairs(self, table: Table, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:  # noqa: ARG002
        """Return zeros."""
        return np.zeros(len(i), np.int64)


@dataclass(frozen=True)
class Component:
    """One number of a tier that compares several in turn.

    Attributes
    ----------
    weight
        What a pair counts.
    most
        The most that any matching can have of it.
    span
        How far the numbers of two matchings can be apart.
    """

    weight: Weight
    most: int
    span: int


@dataclass(frozen=True)
class Packed:
    """Several components as one number: a lower one can never make up for a higher one."""

    parts: tuple[Component, ...]

    @cached_property
    def scales(self) -> tuple[int, ...]:
        """What one unit of each component is worth."""
        scales = [1]
        for part in reversed(self.parts[1:]):
            scales.append(scales[-1] * (part.span + 1))
        return tuple(reversed(scales))

    def block(self, table: Table, rows: slice) -> NDArray[np.int64]:
        """Return the weights of some rows."""
        weights = np.zeros((len(range(*rows.indices(table.shape[0]))), table.shape[1]), np.int64)
        for scale, part in zip(self.scales, self.parts, strict=True):
            weights += scale * part.weight.block(table, rows)
        return weights

    def pairs(self, table: Table, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weights of single pairs."""
        weights = np.zeros(len(i), np.int64)
        for scale, part in zip(self.scales, self.parts, strict=True):
            weights += scale * part.weight.pairs(table, i, j)
        return weights


def packed(parts: Iterable[Component]) -> list[Packed]:
    """Put components together while their sums are exact; what does not fit any more starts anew."""
    groups: list[list[Component]] = []
    size = 0
    for part in parts:
        size *= part.span + 1
        if not groups or size >= 1 << PACK_BITS:
            groups.append([])
            size = part.span + 1
        groups[-1].append(part)
    return [Packed(tuple(group)) for group in groups]

"""The matchings that are optimal in every tier so far, told by prices.

An optimal integral dual describes the whole set of optimal matchings (complementary
slackness; Schrijver 2003, *Combinatorial Optimization*, section 5.4): pairs that lose under the
prices are out, pairs that win are in, and whoever has a price other than 0 keeps the
number of partners it has. What is left is again a bipartite b-matching.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.network import Bounds, Prices
from mentormatch.solvers.weights import Even

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance
    from mentormatch.solvers.table import Kind, Table


class Level(NamedTuple):
    """A tier that is settled: its weights and an optimal dual."""

    kind: Kind
    prices: Prices


@dataclass(frozen=True)
class Face:
    """Every matching that is optimal in the settled tiers.

    Attributes
    ----------
    rows, columns
        Bounds on the partners of each person, those that are fixed included.
    levels
        The settled tiers, most important first.
    """

    rows: Bounds
    columns: Bounds
    levels: tuple[Level, ...] = ()
    masks: dict[int, tuple[tuple[Level, ...], NDArray[np.bool_]]] = field(default_factory=dict, repr=False)

    @classmethod
    def whole(cls, instance: Instance) -> Face:
        """Start from every feasible matching."""
        return cls(instance.mentees, instance.mentors)

    def mask(self, table: Table, rows: slice) -> NDArray[np.bool_]:
        """Say which pairs of some rows are free: neither lost nor fixed."""
        done, mask = self.masks.get(rows.start, ((), None)) if table.keeps else ((), None)
        if mask is None or not self._continues(done):
            done, mask = (), table.allowed(rows)
        for kind, (u, v) in self.levels[len(done) :]:
            prices = u[rows, None] + v[None, :]
            mask = mask & (prices == (1 if kind == "coverage" else table.block(kind, rows)))
        if table.keeps:
            self.masks[rows.start] = self.levels, mask
        return mask

    def _continues(self, done: tuple[Level, ...]) -> bool:
        """Say whether this face lies in the one that these levels made."""
        return not done or (len(done) <= len(self.levels) and self.levels[len(done) - 1] is done[-1])

    def standing(
        self,
        table: Table,
        i: NDArray[np.int64],
        j: NDArray[np.int64],
        known: tuple[int, NDArray[np.int8]] | None = None,
    ) -> NDArray[np.int8]:
        """Tell of some allowed pairs whether they are lost (-1), free (0) or fixed (1).

        ``known`` is what the first so many levels said of the same pairs.
        """
        done, standing = known or (0, np.zeros(len(i), np.int8))
        for kind, (u, v) in self.levels[done:]:
            sign = np.sign(table.pairs(kind, i, j) - u[i] - v[j]).astype(np.int8)
            standing = np.where(standing == 0, sign, standing)
        return standing

    def after(self, level: Level, loads: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Face:
        """Return the part of this face that is optimal in one more tier too."""
        rows = _settled(self.rows, level.prices.u, loads[0])
        if isinstance(level.kind, Even):
            columns = _evened(self.columns, level.prices.v, level.kind, loads[1])
        else:
            columns = _settled(self.columns, level.prices.v, loads[1])
        return Face(rows, columns, (*self.levels, level), self.masks)


def less(bounds: Bounds, loads: NDArray[np.int64]) -> Bounds:
    """Take places that are already filled off some bounds."""
    return Bounds(np.maximum(bounds.lower - loads, 0), bounds.upper - loads)


def _settled(bounds: Bounds, prices: NDArray[np.int64], loads: NDArray[np.int64]) -> Bounds:
    priced = prices != 0
    return Bounds(np.where(priced, loads, bounds.lower), np.where(priced, loads, bounds.upper))


def _evened(bounds: Bounds, prices: NDArray[np.int64], even: Even, loads: NDArray[np.int64]) -> Bounds:
    """Bound the loads by what the price of a place allows: what costs less is taken, what costs more is not."""
    taken = (even.costs < prices[:, None]).sum(axis=1) - even.held
    allowed = (even.costs <= prices[:, None]).sum(axis=1) - even.held
    lower, upper = np.clip(taken, bounds.lower, bounds.upper), np.clip(allowed, bounds.lower, bounds.upper)
    # the price of a column that fixed pairs fill says nothing
    return Bounds(np.minimum(lower, loads), np.maximum(upper, loads))

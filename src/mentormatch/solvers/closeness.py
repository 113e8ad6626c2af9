"""What leaving the best matching costs, pair by pair: one whole number that says every tier at once.

With optimal prices in every tier, a pair of the best matching that is not made, and a pair
outside it that is made, cost a tuple of reduced costs, one a tier, and the first that is not 0 is
positive. Such tuples add up and compare like one large number whose digits are the tiers, so
that one shortest path does for all of them. Python's integers have room for every digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.network import Prices
from mentormatch.solvers.climb import Climb
from mentormatch.solvers.face import Face, Level
from mentormatch.solvers.grid import most_pairs
from mentormatch.solvers.kept import Kept, distinct
from mentormatch.solvers.reach import PLACED, components
from mentormatch.solvers.weights import packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mentormatch.network import Instance, Solution
    from mentormatch.solvers.table import Kind, Table

SUMS = frozenset({"coverage", "priority", "wishes", "total", "least_change", PLACED})
"""Tiers that add up what pairs are worth, or several such sums in turn."""


class Near(NamedTuple):
    """The pairs that may change at a cost up to ``limit``: all that there are where it is None.

    ``costs`` is what making each pair would cost, and minus what not making it would, if it is made.
    """

    keys: NDArray[np.int64]
    costs: list[int]
    limit: int | None


@dataclass(frozen=True, eq=False)
class Closeness:
    """The best matching under optimal prices of every tier.

    Attributes
    ----------
    table
        The weights of all pairs.
    levels
        The tiers, as sums, each with optimal prices on the face of those before it.
    used
        The keys of the pairs that are made, sorted.
    """

    table: Table
    levels: tuple[Level, ...]
    used: NDArray[np.int64]

    @classmethod
    def of(cls, table: Table, best: Solution, tick: Callable[[], None]) -> Closeness | None:
        """Price the best matching in every tier; None if a tier is no sum or the matching is not the best.

        The prices of the solve are tried first, and count only after every pair was held against them.
        """
        instance = table.instance
        if not SUMS.issuperset(instance.objective):
            return None
        used = distinct(best.arcs.i * instance.shape[1] + best.arcs.j)
        climb = Climb(table, Face.whole(instance), Kept.of(instance.shape, used[:0], used), tick)
        guesses = {tier.name: tier.prices for tier in best.tiers}
        for name in instance.objective:
            for kind in _kinds(instance, name):
                if not _settled(climb, kind, guesses.get(name) if kind == name else None):
                    return None
        if best.ties and not _settled(climb, "ties", None):
            return None
        return cls(table, climb.face.levels, used)

    @cached_property
    def scales(self) -> list[int]:
        """What one unit of each level is worth, in units of the last one.

        A level outweighs all below it: their spans hold what any two matchings can differ by, and
        any single reduced cost.
        """
        scales = [1]
        for number in range(len(self.levels) - 1, 0, -1):
            scales.insert(0, scales[0] * (2 * self._span(number) + 1))
        return scales

    def _span(self, number: int) -> int:
        kind, (u, v) = self.levels[number]
        heaviest = 0
        for rows in self.table.slices():
            i, j = np.nonzero(self.table.allowed(rows))
            weights = self.table.pairs(kind, i + rows.start, j)
            heaviest = max(heaviest, int(np.abs(weights).max(initial=0)))
        pairs = min(most_pairs(self.table.instance), self.table.shape[0] * self.table.shape[1])
        single = heaviest + int(np.abs(u).max(initial=0)) + int(np.abs(v).max(initial=0))
        return max(2 * max(1, pairs) * heaviest, single)

    def people(self) -> tuple[list[int], list[int]]:
        """Return what one place of each mentee and of each mentor is worth, all tiers in one number."""
        prices = zip(self.scales, self.levels, strict=True)
        sides: list[list[int]] = [[0] * size for size in self.table.shape]
        for scale, level in prices:
            for side, own in zip(sides, level.prices, strict=True):
                for place, price in enumerate(own.tolist()):
                    side[place] += scale * price
        return sides[0], sides[1]

    def near(self, wanted: int) -> Near:
        """Find about so many pairs that cost the least to change.

        A matching that costs no more than the limit changes no other pair: costs of
        changes add up, and none is below 0.
        """
        small = [float(Fraction(scale, self.scales[0])) for scale in self.scales]
        kept, sizes = np.empty((len(self.levels), 0), np.int64), 0
        for rows in self.table.slices():
            _, costs = self._changes(rows)
            sizes += costs.shape[1]
            kept = np.concatenate((kept, costs), axis=1)
            if kept.shape[1] > wanted:
                # floats only choose where to draw the line; who is within it is counted exactly
                kept = kept[:, np.argpartition(np.array(small) @ kept, wanted)[: wanted + 1]]
        if sizes <= wanted:
            return self._within(None)
        return self._within(kept[:, int((np.array(small) @ kept).argmax())])

    def _within(self, bound: NDArray[np.int64] | None) -> Near:
        found, values = [np.empty(0, np.int64)], [np.empty((len(self.levels), 0), np.int64)]
        for rows in self.table.slices():
            keys, costs = self._changes(rows)
            if bound is not None:
                inside = np.ones(len(keys), bool)
                for own, most in zip(costs[::-1], bound[::-1], strict=True):
                    inside = (own < most) | ((own == most) & inside)
                keys, costs = keys[inside], costs[:, inside]
            found.append(keys)
            values.append(costs)
        keys, costs = np.concatenate(found), np.concatenate(values, axis=1)
        sign = np.where(np.isin(keys, self.used), -1, 1)
        limit = None if bound is None else self._one(bound.tolist())
        return Near(keys, [self._one(cost) for cost in (costs * sign).T.tolist()], limit)

    def _one(self, cost: list[int]) -> int:
        return sum(scale * part for scale, part in zip(self.scales, cost, strict=True))

    def _changes(self, rows: slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the keys of all allowed pairs of some rows, and what changing each costs, level by level."""
        i, j = np.nonzero(self.table.allowed(rows))
        i += rows.start
        keys = i * self.table.shape[1] + j
        costs = np.empty((len(self.levels), len(keys)), np.int64)
        for number, (kind, (u, v)) in enumerate(self.levels):
            costs[number] = u[i] + v[j] - self.table.pairs(kind, i, j)
        costs *= np.where(np.isin(keys, self.used), -1, 1)
        return keys, costs


def _kinds(instance: Instance, name: str) -> list[Kind]:
    if name == "coverage":
        return ["coverage"]
    return ["total"] if name == "total" else list(packed(components(instance, name)))


def _settled(climb: Climb, kind: Kind, guess: Prices | None) -> bool:
    """Settle a tier under prices that hold for every bound of every person; say whether that could be proved."""
    before = climb.face
    if (guess is None or climb.witness(kind, guess) is None) and climb.tier(kind, None, improve=False).prices is None:
        return False
    loads = climb.kept.loads()
    prices = Prices(
        *(
            # whoever is left with fixed pairs alone may have got a price below 0, which only says that no
            # other pair is worth it; with a place more than the least it has to be 0, and that proves the same
            np.where((own > bounds.lower) & (price < 0), 0, price)
            for own, bounds, price in zip(
                loads, (before.rows, before.columns), climb.face.levels[-1].prices, strict=True
            )
        )
    )
    climb.face = before.after(Level(kind, prices), loads)
    return True

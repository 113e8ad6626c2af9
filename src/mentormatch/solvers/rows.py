"""Rules over several pairs as rows of whole numbers: ``lower <= sum of weights of the chosen pairs <= upper``.

A pair is told by its flat key, ``mentee * mentors + mentor``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Instance, Linear

FREE = 1 << 61
"""A bound this far out is none."""


@dataclass(frozen=True, eq=False)
class PairRow:
    """A row over a few pairs; keys are sorted and unique, weights are not 0."""

    keys: NDArray[np.int64]
    weights: NDArray[np.int64]
    lower: int
    upper: int

    @classmethod
    def of(cls, keys: Iterable[int], weights: Iterable[int], lower: int, upper: int) -> PairRow:
        """Make one of a few numbers."""
        each = sorted(zip(keys, weights, strict=True))
        return cls(np.array([key for key, _ in each], np.int64), np.array([w for _, w in each], np.int64), lower, upper)

    def weigh(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weight of each of some pairs."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.weights[at], 0)

    def among(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which of some sorted keys weigh anything, by place, and how much."""
        if not len(keys):
            return keys, keys
        at = np.minimum(np.searchsorted(keys, self.keys), len(keys) - 1)
        here = keys[at] == self.keys
        return at[here], self.weights[here]

    def charge(self, costs: NDArray[Any], price: float, *, absolute: bool = False) -> None:
        """Take ``price`` times its weight, or its weight without the sign, off the cost of every pair."""
        costs[self.keys] -= price * (np.abs(self.weights) if absolute else self.weights)

    @property
    def heaviest(self) -> int:
        """The largest weight of a pair, without its sign."""
        return int(np.abs(self.weights).max(initial=0))


@dataclass(frozen=True, eq=False)
class GroupRow:
    """A row that counts the pairs of some people of one side: 0 mentees, 1 mentors."""

    side: int
    member: NDArray[np.bool_]
    shape: tuple[int, int]
    lower: int
    upper: int

    def weigh(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weight of each of some pairs."""
        own = keys // self.shape[1] if self.side == 0 else keys % self.shape[1]
        return self.member[own].astype(np.int64)

    def among(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which of some sorted keys weigh anything, by place, and how much."""
        at = np.flatnonzero(self.weigh(keys))
        return at, np.ones(len(at), np.int64)

    def charge(self, costs: NDArray[Any], price: float, *, absolute: bool = False) -> None:  # noqa: ARG002
        """Take ``price`` off the cost of every pair of the group."""
        table = costs[: self.shape[0] * self.shape[1]].reshape(self.shape)
        if self.side == 0:
            table[self.member] -= price
        else:
            table[:, self.member] -= price

    @property
    def heaviest(self) -> int:
        """The largest weight of a pair."""
        return 1


Row: TypeAlias = PairRow | GroupRow
"""A rule over several pairs."""


def linear_row(rule: Linear, columns: int) -> PairRow:
    """Return a bound on weights as a row in the smallest whole numbers that mean the same."""
    keys = rule.i * columns + rule.j
    order = np.argsort(keys)
    order = order[rule.weight[order] != 0]
    weights = rule.weight[order]
    unit = gcd(*weights.tolist()) or 1
    lower = -(-rule.lower // unit) if rule.lower > -FREE else -FREE
    upper = rule.upper // unit if rule.upper < FREE else FREE
    return PairRow(keys[order], weights // unit, lower, upper)


def stated_rows(instance: Instance) -> list[Row]:
    """Return the rows of an instance that are few: quotas and bounds on weights."""
    found: list[Row] = []
    for group in instance.groups:
        member = np.zeros(instance.shape[group.side], bool)
        member[group.people] = True
        found.append(GroupRow(group.side, member, instance.shape, group.lower, group.upper))
    found += [linear_row(rule, instance.shape[1]) for rule in instance.linear]
    return found


class Between:
    """Rules between two people of one side, which make a row for every partner: written down only when broken.

    People who may not share a partner are put together in cliques, as large as they come: one
    row over a clique says more than one for each two of them.
    """

    def __init__(self, instance: Instance) -> None:
        self.shape = instance.shape
        self.alike = instance.alike
        self.cliques = tuple((side, clique) for side in (0, 1) for clique in _cliques(instance.apart, side))
        self.bands = tuple((side, band) for side in (0, 1) for band in _bands(instance.alike, side))

    def __bool__(self) -> bool:
        return bool(self.alike or self.cliques)

    def key(self, side: int, one: int, partner: int) -> int:
        """Return the key of a pair told from one side."""
        return one * self.shape[1] + partner if side == 0 else partner * self.shape[1] + one

    def joined(self, worth: NDArray[np.int64], open_: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
        """List the open pairs that are made together or not at all, because people have the same partners.

        Each array has a row of keys for everyone who goes together, and a column for every partner for
        whom all of these are open; what they are ``worth`` can be added up.
        """
        found = []
        for side, band in self.bands:
            partners = np.arange(self.shape[1 - side])
            people = np.array(band)[:, None]
            keys = people * self.shape[1] + partners if side == 0 else partners * self.shape[1] + people
            small = np.abs(worth[keys]).max(axis=0, initial=0) < FREE // len(band)
            found.append(keys[:, small & open_[keys].all(axis=0)])
        return found

    def broken(self, keys: NDArray[np.int64], shares: NDArray[np.float64], slack: float) -> Iterator[PairRow]:
        """Yield the rows that some pairs break, each counted by its share."""
        ends = keys // self.shape[1], keys % self.shape[1]
        orders = [np.argsort(own, kind="stable") for own in ends]
        starts = [
            np.searchsorted(own[order], np.arange(size + 1))
            for own, order, size in zip(ends, orders, self.shape, strict=True)
        ]

        def filled(side: int, *people: int) -> NDArray[np.float64]:
            """Add up, for every partner, the shares of some people of one side."""
            mine = np.concatenate([orders[side][starts[side][one] : starts[side][one + 1]] for one in people])
            sums = np.bincount(ends[1 - side][mine], shares[mine], minlength=self.shape[1 - side])
            return sums.astype(np.float64)

        for side, clique in self.cliques:
            for partner in np.flatnonzero(filled(side, *clique) > 1 + slack).tolist():
                yield PairRow.of([self.key(side, one, partner) for one in clique], [1] * len(clique), -FREE, 1)
        for side, a, b in self.alike:
            for partner in np.flatnonzero(np.abs(filled(side, a) - filled(side, b)) > slack).tolist():
                yield PairRow.of([self.key(side, a, partner), self.key(side, b, partner)], [1, -1], 0, 0)


def _bands(alike: tuple[tuple[int, int, int], ...], side: int) -> list[tuple[int, ...]]:
    """Put together who has the same partners, directly or through others."""
    band_of: dict[int, set[int]] = {}
    for which, a, b in alike:
        if which == side:
            band = band_of.get(a, {a}) | band_of.get(b, {b})
            band_of.update(dict.fromkeys(band, band))
    return sorted({tuple(sorted(band)) for band in band_of.values()})


def _cliques(apart: tuple[tuple[int, int, int], ...], side: int) -> list[tuple[int, ...]]:
    """Cover all pairs of people who are kept apart by cliques, each grown greedily."""
    pairs = [(a, b) for which, a, b in apart if which == side]
    around: dict[int, set[int]] = {}
    for a, b in pairs:
        around.setdefault(a, set()).add(b)
        around.setdefault(b, set()).add(a)
    covered: set[tuple[int, int]] = set()
    found = []
    for a, b in pairs:
        if (a, b) in covered:
            continue
        clique, common = [a, b], around[a] & around[b]
        while common:
            clique.append(min(common))
            common &= around[clique[-1]]
        clique.sort()
        covered |= {(one, other) for one in clique for other in clique if one < other}
        found.append(tuple(clique))
    return found

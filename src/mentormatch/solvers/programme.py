"""An integer programme over pairs, and its exact bound by whole multipliers.

Columns are flat keys: first every pair, then a few auxiliary ones (is this mentor open, is his
third place taken, how much is short). Rows are the people, mentees first, and then every
other rule. All numbers are whole, so that whatever a floating-point solver proposes is
judged exactly: for any multipliers, the Lagrangian bound holds (Geoffrion 1974; computed
safely after Neumaier & Shcherbina 2004).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.solvers.kept import count
from mentormatch.solvers.rows import FREE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.solvers.rows import Row

AT_ONCE = 4096
"""Numbers that are looked at together for a common unit."""

_ROOM = 2.0**61
"""What is left of a cost stays below this, and so does everything on the way to it."""


@dataclass(frozen=True, eq=False)
class Auxiliary:
    """The entries of auxiliary columns: in which row, in which of them, and how much; ``top`` is the most of each."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    weight: NDArray[np.int64]
    top: NDArray[np.int64]

    @classmethod
    def of(cls, entries: list[tuple[int, int, int]], top: list[int]) -> Auxiliary:
        """Make it of a list of entries."""
        row, column, weight = np.array(entries, np.int64).reshape(-1, 3).T
        return cls(row, column, weight, np.array(top, np.int64))

    def __len__(self) -> int:
        return len(self.top)


@dataclass(frozen=True, eq=False)
class Choice:
    """A solution, or a part of one: the keys of the chosen pairs, sorted, and the auxiliary values."""

    keys: NDArray[np.int64]
    aux: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Programme:
    """What may still change, and within which bounds.

    Attributes
    ----------
    shape
        Numbers of mentees and of mentors.
    rows
        The rules beyond the bounds of people.
    auxiliary
        The columns that are no pairs.
    open
        Whether each pair, and then each auxiliary column, may still change.
    base
        What is settled: these pairs are made, and these are the values of closed auxiliary columns.
    lower, upper
        The bounds of every row, people first, less what ``base`` takes.
    """

    shape: tuple[int, int]
    rows: tuple[Row, ...]
    auxiliary: Auxiliary
    open: NDArray[np.bool_]
    base: Choice
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]

    @property
    def cells(self) -> int:
        """How many pairs there are."""
        return self.shape[0] * self.shape[1]

    @property
    def people(self) -> int:
        """How many rows are people."""
        return self.shape[0] + self.shape[1]

    def top(self, columns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the most of each of some columns."""
        most = np.ones(len(columns), np.int64)
        extra = columns >= self.cells
        most[extra] = self.auxiliary.top[columns[extra] - self.cells]
        return most

    def activity(self, choice: Choice) -> NDArray[np.int64]:
        """Add up what a choice weighs in every row."""
        i, j = choice.keys // self.shape[1], choice.keys % self.shape[1]
        sums = np.concatenate(
            (
                count(i, self.shape[0]),
                count(j, self.shape[1]),
                np.array([int(row.weigh(choice.keys).sum()) for row in self.rows], np.int64),
            )
        )
        extra = self.auxiliary
        np.add.at(sums, extra.row, extra.weight * choice.aux[extra.column])
        return sums

    def keeps(self, choice: Choice) -> bool:
        """Say whether a choice of open columns keeps every row."""
        sums = self.activity(choice)
        return bool((sums >= self.lower).all() and (sums <= self.upper).all())

    def whole(self, choice: Choice) -> Choice:
        """Return a choice together with what is settled."""
        return Choice(np.sort(np.concatenate((self.base.keys, choice.keys))), self.base.aux + choice.aux)

    def free(self, whole: Choice) -> Choice:
        """Return the part of a whole choice that may still change."""
        aux = np.where(self.open[self.cells :], whole.aux, 0)
        return Choice(whole.keys[self.open[whole.keys]], aux)

    def reduced(self, costs: NDArray[np.int64], multipliers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what every column is worth beyond the multipliers of its rows."""
        left = costs.copy()
        n, m = self.shape
        table = left[: self.cells].reshape(self.shape)
        table -= multipliers[:n, None]
        table -= multipliers[n : n + m]
        for row, price in zip(self.rows, multipliers[n + m :].tolist(), strict=True):
            if price:
                row.charge(left, price)
        extra = self.auxiliary
        np.subtract.at(left[self.cells :], extra.column, extra.weight * multipliers[extra.row])
        return left

    def sound(self, multipliers: NDArray[np.float64], largest: float) -> NDArray[np.int64]:
        """Round multipliers, without those that would make the bound infinite, or what is left of a cost overflow.

        ``largest`` is the largest cost of an open column, without its sign.
        """
        good = np.rint(np.clip(multipliers, -(2.0**58), 2.0**58)).astype(np.int64)
        good[(good > 0) & (self.upper >= FREE // 2)] = 0
        good[(good < 0) & (self.lower <= -(FREE // 2))] = 0
        n, people = self.shape[0], self.people
        sizes = self.weighty(good.astype(np.float64))
        for bits in range(58, 0, -4):
            good[sizes > 2.0**bits] = sizes[sizes > 2.0**bits] = 0
            of_people = sizes[:n].max(initial=0) + sizes[n:people].max(initial=0)
            if largest + of_people + sizes[people:].sum() < _ROOM or self._burden(good, largest) < _ROOM:
                return good
        return np.zeros_like(good)

    @cached_property
    def _heaviest(self) -> NDArray[np.float64]:
        """The largest weight in each row, without its sign."""
        heaviest = np.ones(len(self.lower))
        heaviest[self.people :] = [row.heaviest for row in self.rows]
        np.maximum.at(heaviest, self.auxiliary.row, np.abs(self.auxiliary.weight).astype(np.float64))
        return heaviest

    def weighty(self, multipliers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the most that each multiplier may take off a cost, without its sign."""
        return np.abs(multipliers) * self._heaviest

    def _burden(self, multipliers: NDArray[np.int64], largest: float) -> float:
        """Return how large a cost could become on the way to what is left of it."""
        n, m = self.shape
        sizes = np.abs(multipliers).astype(np.float64)
        sums = np.full(len(self.open), largest)
        sums[: self.cells].reshape(self.shape)[:] += sizes[:n, None] + sizes[n : n + m]
        for row, size in zip(self.rows, sizes[n + m :].tolist(), strict=True):
            if size:
                row.charge(sums, -size, absolute=True)
        extra = self.auxiliary
        np.add.at(sums[self.cells :], extra.column, np.abs(extra.weight) * sizes[extra.row])
        return float(sums[self.open].max(initial=0.0))

    def bound(self, reduced: NDArray[np.int64], multipliers: NDArray[np.int64]) -> int:
        """Return the Lagrangian bound: no choice of open columns that keeps the rows is worth more."""
        gains = np.flatnonzero(self.open & (reduced > 0))
        pairs = gains[gains < self.cells]
        gained = exact_sum(reduced[pairs]) + exact_dot(reduced[gains[len(pairs) :]], self.top(gains[len(pairs) :]))
        up, down = multipliers > 0, multipliers < 0
        return gained + exact_dot(multipliers[up], self.upper[up]) + exact_dot(multipliers[down], self.lower[down])

    def adding(self, rows: list[Row]) -> Programme:
        """Return the programme with more rows."""
        taken = [int(row.weigh(self.base.keys).sum()) for row in rows]
        lower = [less(row.lower, one) for row, one in zip(rows, taken, strict=True)]
        upper = [less(row.upper, one) for row, one in zip(rows, taken, strict=True)]
        return replace(
            self,
            rows=(*self.rows, *rows),
            lower=np.concatenate((self.lower, np.array(lower, np.int64))),
            upper=np.concatenate((self.upper, np.array(upper, np.int64))),
        )

    def holding(self, row: Row, entries: list[tuple[int, int]]) -> Programme:
        """Return the programme with one more row, which weighs auxiliary columns too: (column, weight) of each.

        Its bounds are those of what is open.
        """
        extra, number = self.auxiliary, len(self.lower)
        column, weight = np.array(entries, np.int64).reshape(-1, 2).T
        auxiliary = replace(
            extra,
            row=np.concatenate((extra.row, np.full(len(column), number))),
            column=np.concatenate((extra.column, column)),
            weight=np.concatenate((extra.weight, weight)),
        )
        return replace(
            self,
            rows=(*self.rows, row),
            auxiliary=auxiliary,
            lower=np.append(self.lower, row.lower),
            upper=np.append(self.upper, row.upper),
        )

    def tightened(self, multipliers: NDArray[np.int64]) -> Programme:
        """Return the programme with every row held to the bound that its multiplier, if any, pays for."""
        lower = np.where(multipliers > 0, self.upper, self.lower)
        return replace(self, lower=lower, upper=np.where(multipliers < 0, self.lower, self.upper))

    def closing(self, shut: NDArray[np.int64], made: NDArray[np.int64]) -> Programme:
        """Return the programme with some columns shut and some at their most."""
        return self.settling(np.concatenate((shut, made)), np.concatenate((np.zeros_like(shut), self.top(made))))

    def settling(self, columns: NDArray[np.int64], values: NDArray[np.int64]) -> Programme:
        """Return the programme with some columns closed, each at a value."""
        open_ = self.open.copy()
        open_[columns] = False
        pairs = columns < self.cells
        aux = np.zeros(len(self.auxiliary), np.int64)
        aux[columns[~pairs] - self.cells] = values[~pairs]
        settled = Choice(np.sort(columns[pairs & (values > 0)]), aux)
        taken = self.activity(settled)
        base = self.whole(settled)
        return replace(
            self,
            open=open_,
            base=base,
            lower=np.where(self.lower > -(FREE // 2), self.lower - taken, self.lower),
            upper=np.where(self.upper < FREE // 2, self.upper - taken, self.upper),
        )


def less(limit: int, taken: int) -> int:
    """Take something off a bound, unless it is none."""
    return limit if abs(limit) >= FREE // 2 else limit - taken


def common_unit(numbers: NDArray[np.int64]) -> int:
    """Return the largest whole number that divides all of some; 1 if they are all 0."""
    unit = 0
    for start in range(0, len(numbers), AT_ONCE):
        unit = gcd(unit, int(np.gcd.reduce(numbers[start : start + AT_ONCE])))
        if unit == 1:
            break
    return unit or 1


def exact_sum(numbers: NDArray[np.int64]) -> int:
    """Add up int64 numbers whose sum may not fit one."""
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFFFFFF).sum())


def exact_dot(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    """Add up products that may not fit an int64."""
    return sum(a * b for a, b in zip(one.tolist(), other.tolist(), strict=True))

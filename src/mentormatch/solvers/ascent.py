"""One tier of an integer programme at a time: relax, bound in whole numbers, drop what cannot matter, search the rest.

A column whose reduced cost is further from 0 than the bound is from the best solution known
cannot change in any solution as good (Dantzig, Fulkerson & Johnson 1954). What is left is
a smaller programme in smaller numbers, which the simplex solves more finely; mostly the
bound is reached at once, and only then is nothing left to search.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.solvers.candidates import pick, spin
from mentormatch.solvers.kept import distinct
from mentormatch.solvers.programme import Choice, Programme, common_unit, exact_sum
from mentormatch.solvers.relaxation import SIZE, Relaxation, Relaxed, stopped
from mentormatch.solvers.rows import PairRow
from mentormatch.solvers.search import propose, search

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mentormatch.solvers.rows import Between, Row

ALL = 20_000
"""Open columns up to which all of them are in the relaxation from the start."""

EACH = 10
"""Pairs that each person starts with in a larger one."""

_MORE = 5
"""Pairs that a person gains in a round of pricing."""

_LIKED = (2, 8)
"""Pairs of each person among which a whole solution is looked for: few, and if they have none, more."""

FINE_BITS = 50
"""Costs are made as fine as this many bits allow."""

_COUNTED = 1 << 20
"""Costs below this are counts, and many solutions are worth the same."""

_SLACK = 1e-6
"""How far shares may break a rule between two people before its row is written down."""

_SHUT = -(1 << 62)


class Part(NamedTuple):
    """Solutions that are equally good so far, and one of them."""

    programme: Programme
    best: Choice


@dataclass
class Ascent:
    """Where a solve stands: the programme that is left, and the best solution known.

    Attributes
    ----------
    programme
        What may still change.
    best
        The best whole solution so far.
    between
        Rules between two people, whose rows are written down when they are broken.
    tick
        Called once a round; it raises at the deadline.
    active
        Columns that mattered so far.
    hint
        What columns are likely to be worth in the end: where a tier only counts, it says which of many
        equal solutions to try.
    exact
        Whether every bound so far is one in whole numbers.
    searched
        Whether any tier needed branching.
    inner
        Whether this is part of another search.
    bound
        What the tier that is being solved can reach at most.
    multipliers
        What the rows have paid for in the tier that is being solved, for those who want a proof of it,
        in parts of ``1 / fine``.
    """

    programme: Programme
    best: Choice
    between: Between
    tick: Callable[[], None]
    deadline: float | None = None
    active: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    hint: NDArray[np.int64] | None = None
    exact: bool = True
    searched: bool = False
    inner: bool = False
    rounds: int = 0
    bound: int | None = None
    multipliers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    fine: int = 1

    def fork(self) -> Ascent:
        """Return a copy that can be tried out."""
        return replace(self)

    def value(self, costs: NDArray[np.int64], choice: Choice) -> int:
        """Add up what a choice is worth, exactly."""
        extra = costs[self.programme.cells :]
        pairs = exact_sum(costs[choice.keys])
        return pairs + int(sum(a * b for a, b in zip(extra.tolist(), choice.aux.tolist(), strict=True) if a))

    def maximise(self, costs: NDArray[np.int64], enough: int | None = None) -> list[Part]:
        """Settle one linear tier, and narrow the programme to the solutions that are best in it.

        Parameters
        ----------
        costs
            What every column is worth, int64.
        enough
            Stop as soon as the best solution reaches this, or it is proved that none does:
            for a question, not for a tier.

        Returns
        -------
        list of Part
            The best solutions, in parts that have none in common; mostly there is one.
        """
        self.bound, before = None, None
        # finer than they are, so that multipliers lose little when they are rounded
        fine = 1 << max(0, FINE_BITS - int(np.abs(costs).max(initial=0)).bit_length())
        left, unit = costs * fine, fine * common_unit(costs[self.programme.open])
        self.multipliers, self.fine = np.zeros(len(self.programme.lower), np.int64), fine
        while True:
            self.tick()
            worth = self.value(costs, self.best)
            if not self.programme.open.any():
                self.bound = worth
                return [Part(self.programme, self.best)]
            relaxed, multipliers = self._relax(left)
            offset = fine * worth - self.value(left, self.programme.free(self.best))
            reduced, bound, multipliers = self._bounded(left, multipliers, unit)
            bound += offset
            # all that can still change is worth whole multiples of a unit
            reachable = (bound - (bound - fine * worth) % unit) // fine
            self.bound = reachable if self.bound is None else min(reachable, self.bound)
            self._take(relaxed, costs)
            if self.value(costs, self.best) < self.bound and (before is None or not relaxed.whole()):
                self._propose(relaxed, left, reduced, costs, fine, fine * self.bound - offset)
            worth = self.value(costs, self.best)
            if enough is not None and (worth >= enough or self.bound < enough):
                return [Part(self.programme, self.best)]
            gap = bound - fine * worth  # of these multipliers: earlier ones may have bounded more tightly
            left = self._narrow(left, reduced, multipliers, gap)
            if gap == 0:
                return [Part(self.programme, self.best)]
            if before is not None and 2 * gap > before:
                return self._search(left, costs, fine, enough)
            before = gap

    def refuted(self, costs: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Return whole multipliers by which no solution is worth 0, where costs are none above it; None if none do."""
        _, multipliers = self._relax(costs)
        reduced = self.programme.reduced(costs, multipliers)
        settled = self.value(costs, self.programme.base)
        return multipliers if self.programme.bound(reduced, multipliers) + settled < 0 else None

    def _bounded(
        self, left: NDArray[np.int64], multipliers: NDArray[np.int64], unit: int
    ) -> tuple[NDArray[np.int64], int, NDArray[np.int64]]:
        """Bound what is left by multipliers, or by their nearest whole multiples of a unit where these bound better."""
        found = self._bound(left, multipliers)
        rounded = self.programme.sound(np.rint(multipliers / unit) * unit, float(np.abs(left).max(initial=0)))
        if unit > 1 and (rounded != multipliers).any():
            found = min(found, self._bound(left, rounded), key=lambda one: one[1])
        return found

    def _bound(
        self, left: NDArray[np.int64], multipliers: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], int, NDArray[np.int64]]:
        """Bound what is left by multipliers; return what every column is worth beyond them, the bound, and them.

        Pairs that are made together are bounded together, which is what the best multipliers of the
        rows between two people do, and none of them changes alone: each is worth all of it.
        """
        reduced = self.programme.reduced(left, multipliers)
        joined = self.between.joined(reduced, self.programme.open)
        for keys in joined:
            reduced[keys[0]] = reduced[keys].sum(axis=0)
            reduced[keys[1:]] = 0
        bound = self.programme.bound(reduced, multipliers)
        for keys in joined:
            reduced[keys[1:]] = reduced[keys[0]]
        return reduced, bound, multipliers

    # --- the relaxation -----------------------------------------------------------------------

    def _relax(self, costs: NDArray[np.int64]) -> tuple[Relaxed, NDArray[np.int64]]:
        """Solve the relaxation over all open columns and all rows, and return it with whole multipliers."""
        programme = self.programme
        largest = int(np.abs(costs[programme.open]).max(initial=0))
        scale = SIZE / max(1, largest)
        relaxation = Relaxation(programme, self._columns(costs), self.deadline)
        inside = np.zeros(len(programme.open), bool)
        inside[relaxation.columns] = True
        while True:
            relaxation.set_costs(costs, scale)
            relaxed = relaxation.solve(self.deadline)
            self.rounds += 1
            self.tick()
            if relaxed is None:
                raise stopped(self.deadline)
            if self.separate(relaxed):
                relaxation.add_rows(self.programme)
                continue
            multipliers = self.programme.sound(relaxed.multipliers, largest)
            new = self._priced(costs, multipliers, inside, largest)
            if not len(new):
                self.active = distinct(np.concatenate((self.active, relaxation.columns)))
                return relaxed, multipliers
            inside[new] = True
            relaxation.add_columns(new)

    def _columns(self, costs: NDArray[np.int64]) -> NDArray[np.int64]:
        """Choose the columns to begin with: all, or the best of everybody and those known to matter."""
        programme = self.programme
        if int(np.count_nonzero(programme.open)) <= ALL:
            return np.flatnonzero(programme.open)
        known = self.active[programme.open[self.active]]
        extra = np.flatnonzero(programme.open[programme.cells :]) + programme.cells
        found = [known, programme.free(self.best).keys, extra]
        pairs = costs[: programme.cells][programme.open[: programme.cells]]
        if pairs.min() < pairs.max() or not len(known):
            found.append(best_columns(programme, costs, EACH))
        return distinct(np.concatenate(found))

    def _priced(
        self, costs: NDArray[np.int64], multipliers: NDArray[np.int64], inside: NDArray[np.bool_], largest: int
    ) -> NDArray[np.int64]:
        """Find columns outside the relaxation that would better it."""
        programme = self.programme
        outside = programme.open & ~inside
        if not outside.any():
            return np.empty(0, np.int64)
        reduced = programme.reduced(costs, multipliers)
        found = np.flatnonzero(outside & (reduced > largest >> 30))
        worth = _apart(reduced[found], found, programme.shape[1])
        return pick(found, programme.shape, worth, _MORE) if len(found) else found

    def separate(self, relaxed: Relaxed) -> bool:
        """Write down the rows between two people that a fractional solution breaks; say whether there were any."""
        if not self.between:
            return False
        some = (relaxed.columns < self.programme.cells) & (relaxed.shares > _SLACK)
        base = self.programme.base.keys
        keys = np.concatenate((relaxed.columns[some], base))
        shares = np.concatenate((relaxed.shares[some], np.ones(len(base))))
        rows: list[Row] = list(self.between.broken(keys, shares, 10 * _SLACK))
        if rows:
            self.programme = self.programme.adding(rows)
        return bool(rows)

    # --- solutions ----------------------------------------------------------------------------

    def _take(self, relaxed: Relaxed, costs: NDArray[np.int64]) -> None:
        """Take a relaxed solution as the best if it is whole, keeps every rule and is better."""
        if relaxed.whole():
            self.offer(relaxed.columns, np.rint(relaxed.shares).astype(np.int64), costs)

    def offer(self, columns: NDArray[np.int64], values: NDArray[np.int64], costs: NDArray[np.int64]) -> Choice | None:
        """Take a whole solution as the best if it is better; return it if it keeps every rule.

        Rows between two people that it breaks are written down.
        """
        pairs = columns < self.programme.cells
        aux = np.zeros(len(self.programme.auxiliary), np.int64)
        aux[columns[~pairs] - self.programme.cells] = values[~pairs]
        choice = Choice(np.sort(columns[pairs & (values > 0)]), aux)
        if not self.programme.keeps(choice):
            return None
        whole = self.programme.whole(choice)
        broken: list[Row] = list(self.between.broken(whole.keys, np.ones(len(whole.keys)), 0.5))
        if broken:
            self.programme = self.programme.adding(broken)
            return None
        if self.value(costs, whole) > self.value(costs, self.best):
            self.best = whole
        return whole

    def _propose(
        self,
        relaxed: Relaxed,
        left: NDArray[np.int64],
        reduced: NDArray[np.int64],
        costs: NDArray[np.int64],
        fine: int,
        goal: int,
    ) -> None:
        """Look for a good whole solution among the columns that the relaxation likes best."""
        columns = np.sort(relaxed.columns)
        pairs = columns[: np.searchsorted(columns, self.programme.cells)]
        largest = max(1, int(np.abs(left[columns]).max(initial=0)))
        worth, wanted, target = reduced, left / largest, None
        if self.hint is not None and largest < _COUNTED * fine:
            # a count at its bound will do: the hint is too small to spoil it, and shows the way among equals
            size = (
                4.0 * (largest / fine) * max(1, *self.programme.shape) * max(1, int(np.abs(self.hint[columns]).max()))
            )
            worth, wanted = self.hint, wanted + self.hint / size
            target = (goal - 0.5 * fine) / largest
        some = relaxed.columns[relaxed.shares > _SLACK]
        mine = self.programme.free(self.best).keys
        worth = _apart(worth[pairs], pairs, self.programme.shape[1])
        for each in _LIKED:
            liked = pick(pairs, self.programme.shape, worth, each)
            few = distinct(np.concatenate((liked, some, mine, columns[len(pairs) :])))
            if self._propose_among(few, wanted, target, costs):
                return

    def _propose_among(
        self, few: NDArray[np.int64], wanted: NDArray[np.float64], target: float | None, costs: NDArray[np.int64]
    ) -> bool:
        """Look for a good whole solution among some columns; say whether there is one that keeps every rule."""
        # with the rows between two people that any choice of these could break
        keys = few[: np.searchsorted(few, self.programme.cells)]
        rows: list[Row] = list(self.between.broken(keys, np.ones(len(keys)), 0.5))
        for _ in range(20):
            found = propose(self.programme.adding(rows), wanted, few, self.deadline, target)
            if found is None:
                return False
            if self.offer(few, found, costs):
                return True
        return False

    def _narrow(
        self, left: NDArray[np.int64], reduced: NDArray[np.int64], multipliers: NDArray[np.int64], gap: int
    ) -> NDArray[np.int64]:
        """Drop and settle what cannot change in any solution as good as the best; return the costs of what is left."""
        programme = self.programme
        multipliers = padded(multipliers, len(programme.lower))
        tight = np.where(np.abs(multipliers) > gap, multipliers, 0)
        self.multipliers = tight + padded(self.multipliers, len(tight))
        self.programme = programme.tightened(tight).closing(
            np.flatnonzero(programme.open & (reduced < -gap)), np.flatnonzero(programme.open & (reduced > gap))
        )
        return programme.reduced(left, tight)

    def _search(self, left: NDArray[np.int64], costs: NDArray[np.int64], fine: int, enough: int | None) -> list[Part]:
        """Search what is left for something better, and hold the rest to the best value."""
        open_ = self.programme.open
        unit = common_unit(costs[open_])
        counted = int(np.abs(costs[open_]).max()) // unit < _COUNTED
        worth = self.value(costs, self.best)
        if not (counted and self.bound == worth):
            self.searched = True
            offset = fine * worth - self.value(left, self.programme.free(self.best))
            parts, exact = search(self, left, costs, fine, None if enough is None else fine * enough - offset)
            self.exact = self.exact and exact
            self.bound = self.value(costs, self.best)
            if parts:
                return parts
        own, unit = (costs, unit) if counted else (left, common_unit(left[open_]))
        columns = np.flatnonzero(open_ & (own != 0))
        here = self.value(own, self.programme.free(self.best)) // unit
        pairs, extra = columns[columns < self.programme.cells], columns[columns >= self.programme.cells]
        row = PairRow(pairs, own[pairs] // unit, here, here)
        entries = [(int(at) - self.programme.cells, int(own[at]) // unit) for at in extra]
        self.programme = self.programme.holding(row, entries)
        return [Part(self.programme, self.best)]


def padded(numbers: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Return multipliers with zeros for the rows that were written down since."""
    return np.concatenate((numbers, np.zeros(length - len(numbers), np.int64)))


def best_columns(programme: Programme, costs: NDArray[np.int64], each: int) -> NDArray[np.int64]:
    """List the best ``each`` open pairs of every row and of every column of the table."""
    n, m = programme.shape
    open_ = programme.open[: programme.cells]
    keys = np.arange(programme.cells)
    worth = np.where(open_, _apart(costs[: programme.cells], keys, m), _SHUT).reshape(n, m)
    found = []
    for table, flat in ((worth, keys.reshape(n, m)), (np.ascontiguousarray(worth.T), keys.reshape(n, m).T)):
        some = min(each, table.shape[1])
        at = np.argpartition(table, table.shape[1] - some, axis=1)[:, table.shape[1] - some :]
        found.append(np.take_along_axis(flat, at, axis=1).ravel())
    every = distinct(np.concatenate(found))
    return every[open_[every]]


def _apart(worth: NDArray[np.int64], keys: NDArray[np.int64], m: int) -> NDArray[np.int64]:
    """Tell equal columns apart, so that everybody's best are not the same few."""
    room = max(0, int(np.abs(worth).max(initial=0)).bit_length() - 48)
    return ((worth >> room) << 12) + spin(keys // m, keys % m)

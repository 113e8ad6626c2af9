"""The exact finish: from any feasible matching to an optimal one with integer prices.

Longest-path labels in the residual network with a hub (Bellman 1958; Ford & Fulkerson
1962), swept over whole arrays at a time. Either the labels settle, and then they are
prices that prove the matching optimal; or the chain of predecessors closes into a cycle
of positive gain, and the matching is improved along it (Klein 1967). All integers, so it
ends, and it does not matter who proposed the matching.

With ``a = u``, ``b = -v`` and the hub at ``h``, the labels obey

====================  ===========================
pair not used         ``a[i] >= b[j] + w``
pair used             ``b[j] >= a[i] - w``
row below its most    ``h >= a[i]``
row above its least   ``a[i] >= h``
column below its most ``b[j] >= h``
column above least    ``h >= b[j]``
====================  ===========================

Where a further partner of a column costs something, that stands beside ``h`` in the last two.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Prices
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kept import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Bounds

_PATIENCE = 12
"""Sweeps before predecessors are noted: most matchings that come here are optimal already."""

_LOOK = 6
"""Sweeps between two looks for a cycle."""

LARGEST = 1 << 60
"""Labels start within this, so that they cannot overflow before a cycle shows."""

_NONE = -1


@dataclass(frozen=True)
class Steps:
    """What one more partner of each column costs, growing with those that it has.

    Attributes
    ----------
    costs
        ``costs[j, k]`` is the cost of the partner after ``k`` others.
    held
        Partners of each column that are no listed pairs.
    """

    costs: NDArray[np.int64]
    held: NDArray[np.int64]

    def around(self, loads: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return what the next partner of each column would cost, and what its last one did."""
        width, columns = self.costs.shape[1], np.arange(len(loads))
        after = self.held + loads
        return self.costs[columns, np.minimum(after, width - 1)], self.costs[columns, np.maximum(after - 1, 0)]

    def rise(self, before: NDArray[np.int64], after: NDArray[np.int64]) -> int:
        """Return how much more loads cost that differ by one at most."""
        next_, last = self.around(before)
        return int(next_[after > before].sum()) - int(last[after < before].sum())


@dataclass(frozen=True)
class Part:
    """A b-matching over listed pairs, in row order: what engines propose for and what is finished here.

    Attributes
    ----------
    i, j, w
        Row, column and weight of each pair.
    used
        The present matching, which keeps the bounds.
    rows, columns
        How many of these pairs each person may and must have.
    steps
        What every further partner of a column costs, if it costs anything.
    """

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    w: NDArray[np.int64]
    used: NDArray[np.bool_]
    rows: Bounds
    columns: Bounds
    steps: Steps | None = None

    def value(self, used: NDArray[np.bool_]) -> int:
        """Add up the weights of some pairs, exactly."""
        return int(self.w[used].sum())

    def keeps_bounds(self, used: NDArray[np.bool_]) -> bool:
        """Say whether a set of pairs keeps every bound."""
        rows, columns = count(self.i[used], len(self.rows)), count(self.j[used], len(self.columns))
        return bool(
            (rows >= self.rows.lower).all()
            and (rows <= self.rows.upper).all()
            and (columns >= self.columns.lower).all()
            and (columns <= self.columns.upper).all()
        )


@dataclass(frozen=True)
class Finish:
    """How the exact finish ended.

    Attributes
    ----------
    used
        The matching, at least as good as the one that came in.
    prices
        Its proof if ``optimal``; else the labels so far, which still bound what is possible.
    optimal
        Whether the labels settled.
    cycles
        How many improving cycles were followed.
    """

    used: NDArray[np.bool_]
    prices: Prices
    optimal: bool
    cycles: int


def finish(part: Part, guess: Prices, *, improve: bool = True, deadline: float | None = None) -> Finish:
    """Make a matching optimal and price it.

    Parameters
    ----------
    part
        The pairs and a matching that keeps the bounds.
    guess
        Where the labels start: anything is right, near the prices is fast.
    improve
        Whether to follow improving cycles; without, the first one ends the work with ``optimal`` False.
    deadline
        A time of ``time.monotonic()`` at which to stop with what there is.

    Returns
    -------
    Finish
        The matching and its prices.
    """
    labels = _Labels(part, guess)
    sweeps = 0
    while True:
        noting = sweeps >= _PATIENCE or labels.cycles > 0
        if not labels.sweep(noting=noting):
            if labels.restart(LARGEST):
                continue
            return Finish(labels.used, labels.prices(), optimal=True, cycles=labels.cycles)
        sweeps += 1
        if sweeps % _LOOK:
            continue
        if deadline is not None and time.monotonic() > deadline:
            return Finish(labels.used, labels.prices(), optimal=False, cycles=labels.cycles)
        if noting:
            cycle = labels.cycle()
            if len(cycle) and not improve:
                return Finish(labels.used, labels.prices(), optimal=False, cycles=0)
            labels.follow(cycle)


def proves(part: Part, prices: Prices) -> bool:
    """Check complementary slackness between listed pairs and prices, exactly.

    Returns
    -------
    bool
        Whether the prices prove the present matching optimal over the listed pairs.
    """
    u, v = prices
    surplus = part.w - u[part.i] - v[part.j]
    rows, columns = count(part.i[part.used], len(u)), count(part.j[part.used], len(v))
    next_, last = (0, 0) if part.steps is None else part.steps.around(columns)
    return bool(
        (surplus[part.used] >= 0).all()
        and (surplus[~part.used] <= 0).all()
        and (u[rows < part.rows.upper] <= 0).all()
        and (u[rows > part.rows.lower] >= 0).all()
        and ((v - next_)[columns < part.columns.upper] <= 0).all()
        and ((v - last)[columns > part.columns.lower] >= 0).all()
    )


class _Labels:
    """The labels of one matching and the arrays that sweeps go over."""

    def __init__(self, part: Part, guess: Prices) -> None:
        self.part, self.used, self.cycles = part, part.used.copy(), 0
        self.n, self.m = len(part.rows), len(part.columns)
        self.a, self.b, self.h = _start(guess.u), -_start(guess.v), 0
        first = np.concatenate(([True], part.i[1:] != part.i[:-1])) if len(part.i) else np.empty(0, bool)
        self.starts = np.flatnonzero(first)
        self.heads = part.i[self.starts]
        self.before = np.full(self.n + self.m + 1, _NONE)
        self.arc = np.full(self.n + self.m + 1, _NONE)
        self.renew()

    def renew(self) -> None:
        """Read off the matching what may change."""
        part = self.part
        self.open = np.where(self.used, CLOSED, part.w)
        self.mine = np.flatnonzero(self.used)
        self.ui, self.uj, self.uw = part.i[self.mine], part.j[self.mine], part.w[self.mine]
        rows, columns = count(self.ui, self.n), count(self.uj, self.m)
        self.row_more, self.row_less = rows < part.rows.upper, rows > part.rows.lower
        self.column_more, self.column_less = columns < part.columns.upper, columns > part.columns.lower
        zero = np.zeros(self.m, np.int64)
        self.next, self.last = (zero, zero) if part.steps is None else part.steps.around(columns)
        self.before[:], self.arc[:] = _NONE, _NONE

    def prices(self) -> Prices:
        """Turn labels into prices: the hub's is 0."""
        return Prices(self.a - self.h, self.h - self.b)

    def sweep(self, *, noting: bool) -> bool:
        """Raise every label that is too low, once; say whether any was."""
        return any([self._rows(noting=noting), self._columns(noting=noting), self._hub()])

    def _rows(self, *, noting: bool) -> bool:
        a = self.a.copy()
        if self.row_less.any():
            a = np.where(self.row_less, np.maximum(a, self.h), a)
        reach = self.b[self.part.j] + self.open
        if len(self.starts):
            best = np.maximum.reduceat(reach, self.starts)
            a[self.heads] = np.maximum(a[self.heads], best)
        raised = a > self.a
        if not raised.any():
            return False
        if noting:
            hub = self.n + self.m
            self.before[:hub][: self.n][raised] = hub
            self.arc[: self.n][raised] = _NONE
            at = np.flatnonzero((reach == a[self.part.i]) & raised[self.part.i])
            self.before[self.part.i[at]] = self.part.j[at] + self.n
            self.arc[self.part.i[at]] = at
        self.a = a
        return True

    def _columns(self, *, noting: bool) -> bool:
        b = self.b.copy()
        if self.column_more.any():
            b = np.where(self.column_more, np.maximum(b, self.h - self.next), b)
        reach = self.a[self.ui] - self.uw
        np.maximum.at(b, self.uj, reach)
        raised = b > self.b
        if not raised.any():
            return False
        if noting:
            hub = self.n + self.m
            self.before[self.n : hub][raised] = hub
            self.arc[self.n : hub][raised] = _NONE
            at = np.flatnonzero((reach == b[self.uj]) & raised[self.uj])
            self.before[self.uj[at] + self.n] = self.ui[at]
            self.arc[self.uj[at] + self.n] = self.mine[at]
        self.b = b
        return True

    def _hub(self) -> bool:
        rows = np.where(self.row_more, self.a, CLOSED)
        columns = np.where(self.column_less, self.b + self.last, CLOSED)
        everybody = np.concatenate((rows, columns, [CLOSED]))
        top = int(everybody.argmax())
        if everybody[top] <= self.h:
            return False
        self.h = int(everybody[top])
        self.before[-1] = top
        return True

    def cycle(self) -> NDArray[np.int64]:
        """Find the people (and the hub) on cycles of predecessors: all such cycles are disjoint."""
        size = len(self.before)
        ahead = np.append(np.where(self.before == _NONE, size, self.before), size)
        for _ in range(size.bit_length()):
            ahead = ahead[ahead]
        on = np.unique(ahead)
        return on[on < size]

    def follow(self, cycle: NDArray[np.int64]) -> None:
        """Improve the matching along every cycle at once."""
        if not len(cycle):
            return
        flips = self.arc[cycle]
        flips = flips[flips != _NONE]
        gain = int(self.part.w[flips][~self.used[flips]].sum()) - int(self.part.w[flips][self.used[flips]].sum())
        before = count(self.part.j[self.used], self.m)
        self.used[flips] = ~self.used[flips]
        if self.part.steps is not None:
            gain -= self.part.steps.rise(before, count(self.part.j[self.used], self.m))
        if gain <= 0:
            msg = "a cycle of predecessors without gain"
            raise AssertionError(msg)
        self.cycles += 1
        self.renew()
        self.restart(2 * LARGEST)

    def restart(self, most: int) -> bool:
        """Start again from 0 if any price is beyond ``most``: from there no label passes the longest path."""
        u, v = self.prices()
        if max(abs(self.h), int(np.abs(u).max(initial=0)), int(np.abs(v).max(initial=0))) <= most:
            return False
        self.a, self.b, self.h = np.zeros_like(self.a), np.zeros_like(self.b), 0
        self.before[:], self.arc[:] = _NONE, _NONE
        return True


def _start(prices: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.clip(prices, -LARGEST, LARGEST).astype(np.int64)

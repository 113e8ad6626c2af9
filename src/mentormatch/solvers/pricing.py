"""Pricing through the screen: which pairs that were never looked at could beat their prices.

A sweep leaves each row with a limit: no pair that it has not been shown is worth more at the
prices of that sweep, whatever the screen's error. When prices move, the limit moves by as much as the price of a column
fell, so most rows need no second look: they are safe as long as the limit stays below what
the row itself is worth. The others are swept again, or only with the columns that fell most.

What passes the screen is scored exactly; a row in which more passes than there is room for
is looked at pair by pair. So the end is a proof over all pairs: a delayed column generation
(Gilmore & Gomory 1961) whose pricing problem is solved completely.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.network import Screen
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kept import count, distinct
from mentormatch.solvers.moved import Moved
from mentormatch.solvers.sweep import Best, Shut, Wanted, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Prices
    from mentormatch.solvers.face import Face
    from mentormatch.solvers.kept import Kept
    from mentormatch.solvers.table import Table

EACH = 20
"""Pairs that each row starts with."""

_MORE = 10
"""Pairs of a row that one look may bring."""

_FEW = 4
"""Rows that want a column: one that fewer want is looked at from its own side."""

_MARGIN = 0.02
"""Pairs this near their prices, as a share of the range of scores, are kept too: the next prices may need them."""

_ROOMY = 0.7
"""A limit that leaves this share of the margin is worth more than an older one that needs columns shown again."""

_TURNS = 24
"""Ways of cutting columns off that are weighed against sweeping rows again."""

_DEEP, _MOST_DEEP = 400, 1 << 21
"""Pairs that a row may be shown where the first few did not tell it safe, and all rows together."""

_EXACT = 1 << 22
"""Cells scored exactly at a time."""


class Pricing:
    """What is known of the pairs that are not kept.

    Parameters
    ----------
    table
        The weights, with a screen of the scores.
    tick
        Called between blocks; it may raise.
    """

    def __init__(self, table: Table, tick: Callable[[], None]) -> None:
        screen = table.instance.screen
        if screen is None:
            msg = "there is no screen"
            raise ValueError(msg)
        n, m = table.shape
        self._table, self._screen, self._tick = table, screen, tick
        self._unit = 2.0**-table.exponent
        instance = table.instance
        self._spread = instance.highest - instance.lowest
        self._top = max(abs(instance.lowest), abs(instance.highest)) + float(screen.error.max(initial=0.0))
        # in single precision, below everything that may be made
        self._least = screen.least - float(screen.error.max(initial=0.0)) - 2.0**-23 * self._top
        self._allowed = Shut(instance.allowed_block, instance.allowed_pairs) if instance.shut_blocks else None
        # limits hold at the prices that they were found with; nobody has been looked at yet
        self._limit, self._since = np.full(n, np.inf), np.zeros(n, np.int64)
        self._then: list[NDArray[np.float64]] = [np.zeros(m)]
        self.seen = 0
        """Pairs looked at through the screen so far."""

    @staticmethod
    def serves(face: Face) -> bool:
        """Say whether this can price on a face: nothing is settled yet but how many pairs there are."""
        return all(level.kind == "coverage" for level in face.levels)

    # --- what to start with ---

    def candidates(self, face: Face, guess: NDArray[np.float64]) -> NDArray[np.int64]:
        """List pairs to start with: the best of each row at guessed prices, and of columns that few rows want.

        Parameters
        ----------
        face
            What is settled.
        guess
            Prices of columns, in scores.
        """
        with self._whole():
            return self._candidates(face, guess)

    def _candidates(self, face: Face, guess: NDArray[np.float64]) -> NDArray[np.int64]:
        n, m = self._table.shape
        self._then.append(guess)
        found = self._look(face, guess, np.full(n, -np.inf), np.arange(n), EACH)
        wanted = count(found % m, m)
        lonely = np.flatnonzero((wanted < _FEW) & (face.columns.upper > 0))
        if not len(lonely):
            return distinct(found)
        rows = np.flatnonzero(face.rows.upper > 0)
        nothing, floor = np.zeros(len(rows), np.float32), np.full(len(lonely), -np.inf, np.float32)
        screen, allowed = _turned(self._screen, self._allowed)
        best = sweep(screen, lonely, rows, Wanted(nothing, floor, _FEW, self._least), allowed, self._tick)
        return distinct(np.concatenate((found, self._free(face, best.j * m + best.i))))

    # --- what beats its prices ---

    def offenders(self, face: Face, prices: Prices, kept: Kept) -> tuple[NDArray[np.int64], bool]:
        """Price every pair.

        Parameters
        ----------
        face
            What is settled.
        prices
            Of both sides.
        kept
            Pairs that are priced already.

        Returns
        -------
        keys
            Pairs to keep: those that beat their prices, at most a few of each row, and some that nearly do.
        proved
            Whether no pair that is not kept beats its prices.
        """
        with self._whole():
            return self._offenders(face, prices, kept)

    def _offenders(self, face: Face, prices: Prices, kept: Kept) -> tuple[NDArray[np.int64], bool]:
        u, v = self._in_scores(prices)
        rows = np.flatnonzero(face.rows.upper > 0)
        again, patches = self._plan(rows, u, v)
        margin = _MARGIN * self._spread
        self._then.append(v)
        keys = [self._look(face, v, u - margin, again, _MORE)]
        keys.extend(self._patch(face, v, u, margin, patch) for patch in patches)
        found = distinct(np.concatenate(keys))
        found = found[~kept.has(found)]
        if self._beats(found, prices).any():
            return found, False
        safe = np.ones(len(u), bool)
        safe[again] = self._limit[again] <= u[again]
        safe[rows] &= np.isfinite(self._limit[rows])
        deep, unsafe = self._deeper(face, prices, np.flatnonzero(~safe), kept)
        exact, clean = self._pair_by_pair(face, prices, unsafe, kept)
        self._limit[clean], self._since[clean] = u[clean], len(self._then) - 1
        proved = not len(deep) and not len(exact)
        if proved:  # nothing that was shown is kept: what is known of all pairs is what was asked
            self._limit[rows], self._since[rows] = u[rows], len(self._then) - 1
        return distinct(np.concatenate((found, deep, exact))), proved

    def tight(self, face: Face, prices: Prices, each: int) -> NDArray[np.int64] | None:
        """List the pairs that are worth exactly their prices; None if a row has more than so many."""
        u, v = self._in_scores(prices)
        rows = np.flatnonzero(face.rows.upper > 0)
        keys = []
        for mine, columns in self._rectangles(face, rows):
            best = self._sweep(v, u[mine] - self._unit, mine, columns, each + 1)
            if (count(best.i, len(u)) > each).any():
                return None
            keys.append(best.i * self._table.shape[1] + best.j)
        found = self._free(face, np.concatenate([np.empty(0, np.int64), *keys]))
        i, j = found // self._table.shape[1], found % self._table.shape[1]
        return np.sort(found[self._table.pairs("total", i, j) == prices.u[i] + prices.v[j]])

    def uncovered(self, face: Face, prices: Prices, kept: Kept) -> tuple[NDArray[np.int64], bool]:
        """Look for pairs of two people without a price for their places.

        Returns
        -------
        keys
            Some of them, a few of each row.
        proved
            Whether there are none.
        """
        m = self._table.shape[1]
        rows = np.flatnonzero((prices.u == 0) & (face.rows.upper > 0))
        columns = np.flatnonzero((prices.v == 0) & (face.columns.upper > 0))
        if not len(rows) or not len(columns):
            return np.empty(0, np.int64), True
        nothing = np.zeros(m)
        best = self._sweep(nothing, np.full(len(rows), -np.inf), rows, columns, _MORE)
        keys = self._free(face, best.i * m + best.j)
        keys = keys[~kept.has(keys)]
        if len(keys):
            return distinct(keys), False
        for start in range(0, len(rows), max(1, _EXACT // len(columns))):
            part = rows[start : start + max(1, _EXACT // len(columns))]
            i, j = np.nonzero(self._table.instance.allowed_block(part, columns))
            keys = self._free(face, part[i] * m + columns[j])
            keys = keys[~kept.has(keys)]
            if len(keys):
                return distinct(keys[: _MORE * len(part)]), False
        return np.empty(0, np.int64), True

    def last(self) -> NDArray[np.int64]:
        """Return the column prices of the last look, on the grid."""
        return np.rint(np.ldexp(self._then[-1], self._table.exponent)).astype(np.int64)

    def bound(self, face: Face, v: NDArray[np.int64], best: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bound what each row can be worth beyond some column prices, without looking at any pair.

        Parameters
        ----------
        face
            What is settled.
        v
            The prices (grid units).
        best
            What the best kept pair of each row is worth beyond them.

        Returns
        -------
        ndarray of int64
            One for each row (grid units): by what looks left unseen, and at most the highest score.
        """
        columns = face.columns.upper > 0
        if not columns.any():
            return best
        price = np.ldexp(v.astype(np.float64), -self._table.exponent)
        fall = np.array([float((then - price)[columns].max()) for then in self._then])
        most = np.minimum(self._limit + fall[self._since], self._top - float(price[columns].min())) / self._unit + 1
        # sums of numbers that are not whole are off by less than what single precision would make of them
        most += 2.0**-40 * np.abs(price).max(initial=0.0) / self._unit
        most = np.where(face.rows.upper > 0, np.clip(np.ceil(most), float(CLOSED), float(-CLOSED)), CLOSED)
        return np.maximum(best, most.astype(np.int64))

    # --- one look ---

    def _in_scores(self, prices: Prices) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.ldexp(prices.u.astype(np.float64), -self._table.exponent), np.ldexp(
            prices.v.astype(np.float64), -self._table.exponent
        )

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Forget a look that is broken off: what it showed was never kept."""
        before = self._limit.copy(), self._since.copy(), len(self._then)
        try:
            yield
        except BaseException:
            self._limit, self._since = before[:2]
            del self._then[before[2] :]
            raise

    def _look(
        self, face: Face, v: NDArray[np.float64], floor: NDArray[np.float64], rows: NDArray[np.int64], each: int
    ) -> NDArray[np.int64]:
        """Sweep rows with all columns, and remember how much is left unseen."""
        if not len(rows):
            return np.empty(0, np.int64)
        keys = []
        for mine, columns in self._rectangles(face, rows):
            best = self._sweep(v, floor[mine], mine, columns, each)
            self._limit[mine], self._since[mine] = best.limit, len(self._then) - 1
            keys.append(best.i * self._table.shape[1] + best.j)
        return self._free(face, np.concatenate(keys))

    def _patch(
        self, face: Face, v: NDArray[np.float64], u: NDArray[np.float64], margin: float, patch: _Patch
    ) -> NDArray[np.int64]:
        """Sweep rows with the columns that fell most; a row where too much passes has to be looked at whole."""
        keys = []
        for mine, inside in self._rectangles(face, patch.rows):
            few = patch.columns if inside is None else patch.columns[np.isin(patch.columns, inside)]
            best = self._sweep(v, u[mine] - margin, mine, few, _MORE)
            keys.append(best.i * self._table.shape[1] + best.j)
            # what was not shown now fell by no more than the cut since it was left unseen
            limit = np.maximum(best.limit, self._limit[mine] + patch.cut)
            self._limit[mine[best.limit > u[mine]]] = np.inf
            roomy = limit <= u[mine] - margin * _ROOMY
            self._limit[mine[roomy]], self._since[mine[roomy]] = limit[roomy], len(self._then) - 1
        return self._free(face, np.concatenate(keys))

    def _sweep(
        self,
        v: NDArray[np.float64],
        floor: NDArray[np.float64],
        rows: NDArray[np.int64],
        columns: NDArray[np.int64] | None,
        each: int,
    ) -> Best:
        """Find pairs worth more than a floor at these prices, and bound what is left, whatever the screen's error."""
        price = v.astype(np.float32)
        price[self._table.instance.mentors.upper <= 0] = np.inf
        slip = self._slip(v)[rows]
        under = np.nextafter((floor - slip).astype(np.float32), np.float32(-np.inf))
        self.seen += len(rows) * (self._table.shape[1] if columns is None else len(columns))
        wanted = Wanted(price if columns is None else price[columns], under, each, self._least)
        best = sweep(self._screen, rows, columns, wanted, self._allowed, self._tick)
        return best._replace(limit=best.limit + slip)

    def _slip(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bound, for each row, how far a score less its price may be from what the screen makes of it.

        The screen's own error; the rounding of the price, and of the difference, to 24 bits; half a
        unit of the grid by which scores are rounded, and another for safety.
        """
        most = float(np.abs(v).max(initial=0.0))
        rounding = 2.0**-24 * (2 * most + self._top) * (1 + 2.0**-20)
        slip: NDArray[np.float64] = self._screen.error + (rounding + self._unit)
        return slip

    def _free(self, face: Face, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Drop the pairs that may not be made, or not on this face."""
        i, j = keys // self._table.shape[1], keys % self._table.shape[1]
        free = self._table.instance.allowed_pairs(i, j)
        if face.levels:
            i, j, keys = i[free], j[free], keys[free]
            free = face.standing(self._table, i, j) == 0
        return keys[free]

    def _rectangles(
        self, face: Face, rows: NDArray[np.int64]
    ) -> list[tuple[NDArray[np.int64], NDArray[np.int64] | None]]:
        """Cut rows into groups with the columns that they may still be paired with."""
        parts: list[tuple[NDArray[np.int64], NDArray[np.int64] | None]] = [(rows, None)]
        for _, (u, v) in face.levels:
            if v.any() and u.any():
                free = np.flatnonzero(v == 0)
                parts = [
                    (some, inside)
                    for mine, columns in parts
                    for some, inside in (
                        (mine[u[mine] == 0], columns),
                        (mine[u[mine] != 0], free if columns is None else columns[v[columns] == 0]),
                    )
                    if len(some)
                ]
        return parts

    def _beats(self, keys: NDArray[np.int64], prices: Prices) -> NDArray[np.bool_]:
        i, j = keys // self._table.shape[1], keys % self._table.shape[1]
        beats: NDArray[np.bool_] = self._table.pairs("total", i, j) > prices.u[i] + prices.v[j]
        return beats

    # --- whom to look at again ---

    def _plan(
        self, rows: NDArray[np.int64], u: NDArray[np.float64], v: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], list[_Patch]]:
        """Choose the rows to sweep whole, and those for which a few columns are enough.

        Rows that were swept at the same prices share what columns fell by: a row is safe where its
        slack is no less than the fall of every column that it is not shown again.
        """
        again: list[NDArray[np.int64]] = []
        patches: list[_Patch] = []
        for number, then in enumerate(self._then):
            mine = rows[self._since[rows] == number]
            if not len(mine):
                continue
            fall, slack = then - v, u[mine] - self._limit[mine]
            cut = _cheapest_cut(np.sort(fall)[::-1], np.sort(slack))
            unsafe = slack < cut
            again.append(mine[unsafe])
            columns = np.flatnonzero(fall > cut)
            if len(columns) and not unsafe.all():
                patches.append(_Patch(mine[~unsafe], columns, cut))
        return np.sort(np.concatenate(again)) if again else rows[:0], patches

    def _deeper(
        self, face: Face, prices: Prices, rows: NDArray[np.int64], kept: Kept
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Show more of some rows: the pairs that beat their prices, and the rows of which not all was shown."""
        each = min(_DEEP, _MOST_DEEP // max(1, len(rows)))
        if each <= _MORE:
            return np.empty(0, np.int64), rows
        u, v = self._in_scores(prices)
        shown = self._look(face, v, u, rows, each)
        shown = np.sort(shown[~kept.has(shown)])
        # what was shown and is not kept is worth no more than its row: the limit is to hold for it too
        self._limit[rows] = np.maximum(self._limit[rows], u[rows])
        return shown[self._beats(shown, prices)], rows[self._limit[rows] > u[rows]]

    # --- without the screen ---

    def _pair_by_pair(
        self, face: Face, prices: Prices, rows: NDArray[np.int64], kept: Kept
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Score some rows exactly: the pairs that beat their prices, and the rows without any."""
        m = self._table.shape[1]
        step = max(1, _EXACT // m)
        keys, clean = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for start in range(0, len(rows), step):
            self._tick()
            part = rows[start : start + step]
            surplus = self._table.some(part) - prices.u[part, None]
            surplus -= prices.v
            at = np.flatnonzero(surplus > 0)
            found = part[at // m] * m + at % m
            found = found[~kept.has(found)]
            found = found[face.standing(self._table, found // m, found % m) == 0]
            clean.append(np.setdiff1d(part, found // m))
            worst = np.argsort(-surplus[np.searchsorted(part, found // m), found % m], kind="stable")
            order = worst[np.argsort(found[worst] // m, kind="stable")]
            rank = np.arange(len(order)) - np.searchsorted(found[order] // m, found[order] // m)
            keys.append(found[order][rank < _MORE])
        return np.concatenate(keys), np.concatenate(clean)


class _Patch(NamedTuple):
    """Rows that are safe but for some columns: every other one fell by no more than the cut."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    cut: float


class _Cut(NamedTuple):
    cost: float
    fall: float


def _cheapest_cut(falls: NDArray[np.float64], slacks: NDArray[np.float64]) -> float:
    """Find the fall above which columns are shown again to all rows with at least that much slack.

    ``falls`` come largest first, ``slacks`` least first; the cost is pairs to look at. Where all
    prices rose, as those of everybody do when the hub's stays, every fall is below 0.
    """
    columns, rows = len(falls), len(slacks)
    best = _Cut(np.inf, 0.0)
    for shown in np.unique(np.concatenate(([0], np.geomspace(1, max(1, columns / 2), _TURNS)))).astype(np.int64):
        fall = float(falls[min(int(shown), columns - 1)])
        unsafe = int(np.searchsorted(slacks, fall))
        best = min(best, _Cut(unsafe * columns + int(shown) * (rows - unsafe), fall))
    return best.fall


def _turned(screen: Screen, allowed: Shut | None) -> tuple[Screen, Shut | None]:
    """Exchange rows and columns; the error is not asked for from this side."""
    rest = None if screen.rest is None else Moved(screen.rest, across=True)
    turned = Screen(screen.right, screen.left, np.full(len(screen.right), np.inf), rest)
    if allowed is None:
        return turned, None
    return turned, Shut(
        lambda rows, columns: np.ascontiguousarray(allowed.block(columns, rows).T), lambda i, j: allowed.pairs(j, i)
    )

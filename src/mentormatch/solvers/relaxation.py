"""The linear relaxation of an integer programme, by the HiGHS simplex (Huangfu & Hall 2018).

Only some columns and rows are in it at a time. It is a floating-point programme: what comes out is
a fractional solution and multipliers, which are rounded and judged in whole numbers elsewhere.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.errors import UnsupportedProblem
from mentormatch.solvers.climb import OutOfTime
from mentormatch.solvers.lp import quiet
from mentormatch.solvers.rows import FREE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.solvers.programme import Programme
    from mentormatch.solvers.rows import Row

_WIDE = 10
"""Bits that the weights of a row may have before they are scaled."""

_EARLY = 0.05
"""Seconds by which the simplex may stop before time is up: it reads a clock of its own."""

SIZE = 1024.0
"""Costs are scaled to this size, so that the tolerances of the simplex are small beside them."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What came out: the share of each column, and a multiplier for each row, in units of the costs."""

    columns: NDArray[np.int64]
    shares: NDArray[np.float64]
    multipliers: NDArray[np.float64]

    def whole(self) -> bool:
        """Say whether every share is a whole number, as far as a float tells."""
        return bool(np.abs(self.shares - np.rint(self.shares)).max(initial=0.0) < 1e-6)


class Relaxation:
    """A linear programme that grows: columns, rows and bounds change, and the simplex goes on from where it was.

    Parameters
    ----------
    programme
        The integer programme.
    columns
        The columns to begin with, sorted.
    deadline
        A time of ``time.monotonic()`` at which the simplex stops.
    """

    def __init__(self, programme: Programme, columns: NDArray[np.int64], deadline: float | None) -> None:
        import highspy

        self.programme = programme
        self.columns = np.empty(0, np.int64)
        self.scale = 1.0
        self.units = np.concatenate((np.ones(programme.people), _units(programme.rows)))
        self._highs = quiet(deadline)
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        nothing = np.empty(0, np.int32)
        lower, upper = _limits(programme.lower) * self.units, _limits(programme.upper) * self.units
        self._highs.addRows(len(lower), lower, upper, 0, nothing, nothing, np.empty(0))
        self.add_columns(columns)

    def add_columns(self, columns: NDArray[np.int64]) -> None:
        """Take in more columns; they cost nothing yet."""
        row, at, weight = entries(self.programme, columns, self.programme.rows)
        order = np.argsort(at, kind="stable")
        starts = np.searchsorted(at[order], np.arange(len(columns)))
        top = self.programme.top(columns).astype(np.float64)
        self._highs.addCols(
            len(columns),
            np.zeros(len(columns)),
            np.zeros(len(columns)),
            top,
            len(order),
            starts.astype(np.int32),
            row[order].astype(np.int32),
            weight[order] * self.units[row[order]],
        )
        self.columns = np.concatenate((self.columns, columns))

    def add_rows(self, programme: Programme) -> None:
        """Take in the rows that a programme has beyond those known so far."""
        known = len(self.programme.lower)
        new = programme.rows[len(self.programme.rows) :]
        row, at, weight = entries(programme, self.columns, new, pairs_only=True)
        order = np.argsort(row, kind="stable")
        starts = np.searchsorted(row[order], np.arange(len(new)))
        units = _units(new)
        self._highs.addRows(
            len(new),
            _limits(programme.lower[known:]) * units,
            _limits(programme.upper[known:]) * units,
            len(order),
            starts.astype(np.int32),
            at[order].astype(np.int32),
            weight[order] * units[row[order]],
        )
        self.units = np.concatenate((self.units, units))
        self.programme = programme

    def set_costs(self, costs: NDArray[np.int64] | NDArray[np.float64], scale: float) -> None:
        """Give every column its cost, scaled."""
        self.scale = scale
        where = np.arange(len(self.columns), dtype=np.int32)
        self._highs.changeColsCost(len(where), where, costs[self.columns].astype(np.float64) * scale)

    def set_bounds(self, least: NDArray[np.int64], most: NDArray[np.int64]) -> None:
        """Bound every column."""
        where = np.arange(len(self.columns), dtype=np.int32)
        self._highs.changeColsBounds(len(where), where, least.astype(np.float64), most.astype(np.float64))

    def solve(self, deadline: float | None = None) -> Relaxed | None:
        """Solve; None if there is no solution, or none was found in time."""
        run(self._highs, deadline)
        if self._highs.getModelStatus().name not in ("kOptimal", "kInfeasible", "kTimeLimit"):
            self._highs.clearSolver()  # once more from the start: where it stood was too degenerate to go on from
            run(self._highs, deadline)
        if self._highs.getModelStatus().name != "kOptimal":
            return None
        solution = self._highs.getSolution()
        duals = np.asarray(solution.row_dual) * self.units / self.scale
        return Relaxed(self.columns, np.asarray(solution.col_value), duals)

    def integral(
        self, deadline: float | None, nodes: int | None, target: float | None
    ) -> tuple[NDArray[np.int64] | None, bool]:
        """Look for a solution in whole numbers, by branch and cut; say whether it is taken to be the best."""
        import highspy

        where = np.arange(len(self.columns), dtype=np.int32)
        kinds = np.full(len(where), highspy.HighsVarType.kInteger.value, np.uint8)
        self._highs.changeColsIntegrality(len(where), where, kinds)
        for name, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("mip_feasibility_tolerance", 1e-9)):
            self._highs.setOptionValue(name, value)
        if target is not None:
            self._highs.setOptionValue("objective_target", target)
        if nodes is not None:
            self._highs.setOptionValue("mip_max_nodes", nodes)
        run(self._highs, deadline)
        best = self._highs.getModelStatus().name == "kOptimal"
        solution = self._highs.getSolution()
        if not solution.value_valid:
            return None, False
        return np.rint(np.asarray(solution.col_value)).astype(np.int64), best

    def infeasible(self) -> bool:
        """Say whether the last answer was that there is no solution."""
        return str(self._highs.getModelStatus().name) in ("kInfeasible", "kUnboundedOrInfeasible")

    def ray(self) -> NDArray[np.float64] | None:
        """Return multipliers that show that there is no solution, if the simplex has them."""
        _, there, values = self._highs.getDualRay()  # type: ignore[attr-defined]  # highspy's stubs lack it
        return np.asarray(values, np.float64) * self.units if there else None


def entries(
    programme: Programme, columns: NDArray[np.int64], rows: Sequence[Row], *, pairs_only: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """List the entries of some columns: row, place of the column, weight.

    With ``pairs_only``, only what these rows weigh, counted from 0; else people and auxiliary columns too.
    """
    n, m = programme.shape
    order = np.argsort(columns, kind="stable")
    places = order[: int((columns < programme.cells).sum())]
    keys = columns[places]
    found = [(np.empty(0, np.int64),) * 3]
    if not pairs_only:
        one = np.ones(len(keys), np.int64)
        found += [(keys // m, places, one), (keys % m + n, places, one)]
        place_of = np.full(len(programme.auxiliary), -1)
        extra = np.flatnonzero(columns >= programme.cells)
        place_of[columns[extra] - programme.cells] = extra
        aux = programme.auxiliary
        here = place_of[aux.column] >= 0
        found.append((aux.row[here], place_of[aux.column[here]], aux.weight[here]))
    for number, row in enumerate(rows, 0 if pairs_only else programme.people):
        at, weights = row.among(keys)
        found.append((np.full(len(at), number), places[at], weights))
    row_, place, weight = (np.concatenate(part) for part in zip(*found, strict=True))
    return row_, place, weight


def run(highs: object, deadline: float | None) -> None:
    """Run HiGHS, whatever number of threads others in this process have fixed."""
    solver: object = highs
    if deadline is not None:
        solver.setOptionValue("time_limit", solver.getRunTime() + max(0.01, deadline - time.monotonic()))  # type: ignore[attr-defined]
    if solver.run().name == "kError":  # type: ignore[attr-defined]
        solver.setOptionValue("threads", 0)  # type: ignore[attr-defined]
        solver.run()  # type: ignore[attr-defined]


def _units(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Return a power of two for each row that makes its weights small: rows of large numbers defeat the tolerances."""
    return np.array([2.0 ** -max(0, row.heaviest.bit_length() - _WIDE) for row in rows], np.float64)


def _limits(bounds: NDArray[np.int64]) -> NDArray[np.float64]:
    limits = bounds.astype(np.float64)
    limits[bounds >= FREE // 2] = np.inf
    limits[bounds <= -(FREE // 2)] = -np.inf
    return limits


def stopped(deadline: float | None) -> Exception:
    """Return why a linear programme has no answer: time is up, or its numbers defeat the simplex."""
    if deadline is not None and time.monotonic() > deadline - _EARLY:
        return OutOfTime()
    msg = "the rules over several pairs weigh too differently: the linear programme behind them could not be solved"
    return UnsupportedProblem(msg)

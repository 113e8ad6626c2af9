"""The transport problem as a linear programme, by the HiGHS simplex (Huangfu & Hall 2018).

Its vertices are integral (the matrix is totally unimodular; Hoffman & Kruskal 1956), so an
optimal basis is a matching. It is a floating-point one: it proposes, and integers prove.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Prices
from mentormatch.solvers.engine import Proposal, Task

if TYPE_CHECKING:
    import highspy
    from numpy.typing import NDArray

    from mentormatch.solvers.potentials import Part

_SCALE = 1024.0
"""Weights are scaled to this size, so that the simplex tolerances are small beside them."""

_TOLERANCE = 1e-9


class Transport:
    """Proposes by linear programming: bounds on both sides, several partners each."""

    def propose(self, task: Task) -> Proposal | None:
        """Propose an optimal vertex and its dual; None if time ran out or the vertex is not integral."""
        part = task.part
        if task.prices is not None or not len(part.i):
            return None
        scale = _SCALE / max(1, int(np.abs(part.w).max()))
        solver = quiet(task.deadline)
        solver.passModel(_model(part, scale))
        if solver.run().name == "kError":
            # some other user of HiGHS in this process has fixed another number of threads
            solver.setOptionValue("threads", 0)
            solver.run()
        if solver.getModelStatus().name != "kOptimal":
            return None
        solution = solver.getSolution()
        share = np.asarray(solution.col_value)
        used = share > 0.5
        if np.abs(share - used).max() > 1e-6:
            return None
        dual = np.rint(np.asarray(solution.row_dual) / scale).astype(np.int64)
        n = len(part.rows)
        return Proposal(part.i[used], part.j[used], Prices(dual[:n], dual[n:]))


def quiet(deadline: float | None) -> highspy.Highs:
    """Return a HiGHS that prints nothing, takes one thread, and is the same every time."""
    import highspy

    class Quiet(highspy.Highs):
        """HiGHS that prints nothing: its constructor starts callbacks, and those print a banner."""

        def enableCallbacks(self) -> None:  # noqa: N802 - the name is HiGHS's
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy has no types

    solver = Quiet()  # type: ignore[no-untyped-call]  # highspy has no types
    options: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": 0,
        "solver": "simplex",
        "primal_feasibility_tolerance": _TOLERANCE,
        "dual_feasibility_tolerance": _TOLERANCE,
    }
    if deadline is not None:
        options["time_limit"] = max(0.01, deadline - time.monotonic())
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


def _model(part: Part, scale: float) -> highspy.HighsLp:
    import highspy

    n, m, arcs = len(part.rows), len(part.columns), len(part.i)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = arcs, n + m
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = part.w.astype(np.float64) * scale
    model.col_lower_, model.col_upper_ = np.zeros(arcs), np.ones(arcs)
    model.row_lower_ = np.concatenate((part.rows.lower, part.columns.lower)).astype(np.float64)
    model.row_upper_ = np.concatenate((part.rows.upper, part.columns.upper)).astype(np.float64)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(arcs + 1, dtype=np.int32) * 2
    model.a_matrix_.index_ = _both(part.i, part.j + n).astype(np.int32)
    model.a_matrix_.value_ = np.ones(2 * arcs)
    return model


def _both(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack((first, second), axis=1).ravel()

"""Problems that are solved by workers elsewhere: what is sent, and what is told of what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentormatch.network import Instance, Short, Solution, Solver
from mentormatch.problem.asking import solver_for
from mentormatch.solvers.elsewhere import MOST_PAIRS, Returned, as_arrays

if TYPE_CHECKING:
    from mentormatch.matching import Matching
    from mentormatch.problem.problem import Problem


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """What is sent: a solver, and an instance of arrays that knows no person and no rule."""

    solver: Solver
    instance: Instance

    def solved(self) -> Solution | None:
        """Solve it, where it is; None if minimums cannot be met, which the sender then finds and tells."""
        try:
            return self.solver.solve(self.instance)
        except Short:
            return None


def sent(problem: Problem, *, objective: tuple[str, ...], seed: int, solver: str | Solver) -> Task | None:
    """Make the task of solving a problem; None where it has too many pairs to be sent."""
    prepared = problem._prepare(objective, seed)  # noqa: SLF001  # the problem's own half of this
    rows, columns = prepared.instance.shape
    if rows * columns > MOST_PAIRS:
        return None
    return Task(solver_for(problem._setup, prepared, solver), as_arrays(prepared.instance))  # noqa: SLF001


def told(problem: Problem, task: Task, solution: Solution, *, objective: tuple[str, ...], seed: int) -> Matching:
    """Return the matching that a solution comes to, checked against the rules as every solution is."""
    return problem.solve(objective=objective, seed=seed, solver=Returned(task.solver, solution, task.solver.name))

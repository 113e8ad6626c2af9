"""Solving somewhere else: an instance as plain arrays, and a solution that has come back.

What goes to a worker knows no person, no rule and no criterion: bounds, scores, which pairs
are allowed, and the hashes that decide between equals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from mentormatch.network import Given

if TYPE_CHECKING:
    from mentormatch.network import Form, Instance, Progress, Rows, Solution, Solver

MOST_PAIRS: Final = 4_000_000
"""An instance with more pairs than this is not made into arrays: it is solved where it is."""


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """One number or truth of every pair, for rectangles and for single pairs."""

    cells: NDArray[Any]

    def block(self, rows: Rows, columns: Rows) -> NDArray[Any]:
        """Return a rectangle of its own."""
        return np.array(self.cells[rows][:, columns])

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[Any]:
        """Return single pairs."""
        return np.asarray(self.cells[i, j])


def as_arrays(instance: Instance) -> Instance:
    """Return the same instance with every pair written out, so that it can be sent; O(pairs) memory."""
    n, m = instance.shape
    everyone = slice(0, n), slice(0, m)
    i, j = (index.ravel() for index in np.indices((n, m), np.int64))
    scores, allowed = Table(instance.score_block(*everyone)), Table(instance.allowed_block(*everyone))
    ties = Table(instance.tie_pairs(i, j).reshape(n, m))
    given = None if instance.given is None else Given(scores.cells, np.arange(n), np.arange(m), instance.given.opens)
    return replace(
        instance,
        given=given,
        score_block=scores.block,
        score_pairs=scores.pairs,
        allowed_block=allowed.block,
        allowed_pairs=allowed.pairs,
        tie_pairs=ties.pairs,
        screen=None,
    )


@dataclass(eq=False, repr=False)
class Returned:
    """A solver that already has the answer: what the one of that name found elsewhere, for this very instance."""

    solver: Solver
    solution: Solution
    name: str

    def supports(self, form: Form) -> bool:
        """Say what the one that solved it can do."""
        return self.solver.supports(form)

    def solve(
        self,
        instance: Instance,  # noqa: ARG002  # the one that was sent
        *,
        warm: Solution | None = None,  # noqa: ARG002
        deadline: float | None = None,  # noqa: ARG002
        progress: Progress | None = None,  # noqa: ARG002
    ) -> Solution:
        """Return the solution."""
        return self.solution

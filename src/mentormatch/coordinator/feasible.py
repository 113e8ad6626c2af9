"""Whether a problem has a matching, and how good its best one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentormatch.errors import Infeasible
from mentormatch.problem import Problem
from mentormatch.problem.world import has_matching

if TYPE_CHECKING:
    from mentormatch.problem.setup import Setup


def is_feasible(setup: Setup) -> bool:
    """Say whether there is any matching.

    Raises
    ------
    UnsupportedProblem
        No solver can do what the problem needs.
    """
    return has_matching(setup)


def best(setup: Setup) -> tuple[int, float] | None:
    """Return how many pairs the best matching has and what they score in all; None if there is none."""
    try:
        matching = Problem(setup).solve(objective=("coverage", "total"))
    except Infeasible:
        return None
    return len(matching), matching.total

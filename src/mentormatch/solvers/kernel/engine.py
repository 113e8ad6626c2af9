"""The kernel as an engine: it proposes matchings with prices that prove them."""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mentormatch.solvers.engine import FirstOf, Proposal

if TYPE_CHECKING:
    from mentormatch.solvers.engine import Engine, Task

LEAST = 100_000
"""Pairs from which compiled code is worth loading: importing numba takes half a second."""

LEAST_LOADED = 4_000
"""Pairs from which it is worth using, once it is loaded."""


@cache
def compiles() -> bool:
    """Say whether numba is there, without importing it.

    Returns
    -------
    bool
        The same for the whole process.
    """
    return find_spec("numba") is not None


def fast(*others: Engine) -> Engine:
    """Put the kernel before some engines, where it is compiled: large tasks are then its own.

    Parameters
    ----------
    others
        Who proposes for all other tasks.

    Returns
    -------
    Engine
        One that asks them in turn.
    """
    return FirstOf(Kernel(), *others) if compiles() else FirstOf(*others)


class Kernel:
    """Proposes an optimal matching over the kept pairs, with exact prices.

    Parameters
    ----------
    least
        Pairs below which it proposes nothing, and imports nothing.
    """

    def __init__(self, least: int = LEAST) -> None:
        self.least = least

    def propose(self, task: Task) -> Proposal | None:
        """Propose the best matching; None for a small task, or one whose sums might not fit 64 bits."""
        part = task.part
        if len(part.i) < self.least and (len(part.i) < LEAST_LOADED or "numba" not in sys.modules):
            return None
        from mentormatch.solvers.kernel.solve import fits, solve

        if not fits(part):
            return None
        solved = solve(part, task.prices, deadline=task.deadline)
        if solved is None:
            # nobody can do better: what there is stands
            return Proposal(part.i[part.used], part.j[part.used])
        return Proposal(part.i[solved.used], part.j[solved.used], solved.prices)

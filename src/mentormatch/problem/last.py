"""What a problem remembers of its last solve, and of the problem that it was made from."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mentormatch.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from mentormatch.network import Solution, TierResult
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.problem import Problem
    from mentormatch.problem.standing import Ready


@dataclass(frozen=True, eq=False, repr=False)
class Trail:
    """How a problem came from another one.

    Attributes
    ----------
    problem
        That one.
    rows, columns
        The row and the column that everybody had there; -1 for those who joined.
    shut
        The pairs that may not be made any more, by row and column here.
    """

    problem: Problem
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    shut: tuple[NDArray[np.int64], NDArray[np.int64]]


class Solved(NamedTuple):
    """A solve that came to an end."""

    objective: tuple[str, ...]
    seed: int
    prepared: Callable[[], Prepared]
    solution: Solution
    plain: bool
    """Whether nothing came before it: no earlier matching, and nothing placed by hand in one."""


class Last:
    """The last solve that came to an end, in whichever thread, and what changes can be repaired from."""

    def __init__(self, trail: Trail | None = None) -> None:
        self._lock = threading.Lock()
        self._solved: Solved | None = None
        self._ready: tuple[tuple[str, ...], int, Ready | None] | None = None
        self._trail = trail

    def keep(self, solved: Solved) -> None:
        """Remember a solve instead of the one before."""
        with self._lock:
            self._solved = solved

    @property
    def tiers(self) -> tuple[TierResult, ...]:
        """What the last solve reached, with its prices; nothing if there was none."""
        with self._lock:
            return () if self._solved is None else self._solved.solution.tiers

    def get(self) -> tuple[Prepared, Solution]:
        """Return what was solved last.

        Raises
        ------
        StateError
            Nothing was solved yet.
        """
        solved = self.solved
        if solved is None:
            msg = "nothing was solved yet: call solve() first, and then ask for its proof"
            raise StateError(msg)
        return solved.prepared(), solved.solution

    @property
    def solved(self) -> Solved | None:
        """The last solve."""
        with self._lock:
            return self._solved

    @property
    def trail(self) -> Trail | None:
        """Where the problem came from; None once it is ready itself."""
        with self._lock:
            return self._trail

    def ready(self, objective: tuple[str, ...], seed: int) -> Ready | None:
        """Return what changes can be repaired from, where it was laid out for these tiers and this seed."""
        with self._lock:
            if self._ready is None or self._ready[:2] != (objective, seed):
                return None
            return self._ready[2]

    def lay_out(self, objective: tuple[str, ...], seed: int, ready: Ready) -> None:
        """Remember what changes can be repaired from; nothing before is needed then."""
        with self._lock:
            self._ready = objective, seed, ready
            self._trail = None

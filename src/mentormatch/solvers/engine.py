"""What an engine is: something that proposes a matching for one tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mentormatch.network import Prices
    from mentormatch.solvers.potentials import Part


class Proposal(NamedTuple):
    """Pairs that an engine would make, and perhaps a guess at their prices: nothing in it is trusted."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    guess: Prices | None = None


@dataclass(frozen=True)
class Task:
    """One tier to propose for.

    Attributes
    ----------
    part
        The pairs that are kept, with bounds and the present matching.
    complete
        Whether every free pair is kept.
    dense
        Gives the weights of all free pairs as one matrix, closed ones :data:`~mentormatch.solvers.grid.CLOSED`.
    deadline
        A time of ``time.monotonic()`` by which to answer.
    prices
        What proved the present matching before more pairs were kept; None the first time. An
        engine that cannot go on from there has nothing to propose.
    """

    part: Part
    complete: bool
    dense: Callable[[], NDArray[np.int64]]
    deadline: float | None = None
    prices: Prices | None = None


def nothing() -> NDArray[np.int64]:
    """Stand for the matrix of a task of which all pairs are listed."""
    return np.empty((0, 0), np.int64)


class Engine(Protocol):
    """Proposes matchings; the exact finish checks, repairs and proves them."""

    def propose(self, task: Task) -> Proposal | None:
        """Propose the best matching of a task, or None if this engine has none."""
        ...


class FirstOf:
    """Asks several engines in turn.

    Parameters
    ----------
    engines
        The one asked first comes first.
    """

    def __init__(self, *engines: Engine) -> None:
        self._engines = engines

    def propose(self, task: Task) -> Proposal | None:
        """Return the first proposal that any of them makes."""
        for engine in self._engines:
            proposal = engine.propose(task)
            if proposal is not None:
                return proposal
        return None


class Ticking:
    """Looks at the clock before every proposal of another engine.

    Parameters
    ----------
    engine
        Who proposes.
    tick
        Called each time; it may raise.
    """

    def __init__(self, engine: Engine, tick: Callable[[], None]) -> None:
        self._engine, self._tick = engine, tick

    def propose(self, task: Task) -> Proposal | None:
        """Return what the engine proposes."""
        self._tick()
        return self._engine.propose(task)

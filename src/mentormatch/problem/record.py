"""What happened during a run: for whoever runs the programme, never part of a matching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from mentormatch.matching import Matching
from mentormatch.network import Solution


@dataclass(frozen=True)
class Record:
    """Who solved it, how, and how long it took.

    Attributes
    ----------
    solver
        The solver that ran.
    rounds
        How often it solved and priced.
    ties
        Whether exact ties were decided by the seed; above a stated size only independence
        of the listing order is promised.
    seconds
        Wall time per stage.
    proof
        What the bounds rest on: ``"prices"`` of single places, ``"multipliers"`` of rules over several pairs
        as well, ``"branch and bound"`` in whole numbers, or ``"floating-point branch and bound"``.
    """

    solver: str
    rounds: int
    ties: bool
    seconds: dict[str, float] = field(default_factory=dict)
    proof: str = "prices"

    def __repr__(self) -> str:
        spent = ", ".join(f"{stage} {time:.3f} s" for stage, time in self.seconds.items())
        about = f"solver={self.solver!r}, proof={self.proof!r}, rounds={self.rounds}, ties={self.ties}"
        return f"Record({about}, {spent})"


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """One run of a problem: the matching to hand on, and what stays here.

    Attributes
    ----------
    solution
        Pairs by position, with the prices of every tier.
    record
        How it was found.
    tell
        Makes the matching, once, when it is first asked for: after a change that takes longer than to solve.
    """

    solution: Solution
    record: Record
    tell: Callable[[], Matching]

    @cached_property
    def matching(self) -> Matching:
        """The matching to hand on."""
        return self.tell()

    def __repr__(self) -> str:
        return f"Run({self.record!r})"

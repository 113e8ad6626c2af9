"""More matchings than the best one, each told as a matching of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.errors import Fault, InputError, TimeLimit, UnsupportedProblem, without_frames
from mentormatch.network import Need
from mentormatch.problem.instance import form_of
from mentormatch.problem.rematching import NOTHING_BEFORE, Before
from mentormatch.problem.result import Teller
from mentormatch.solvers import STABLE, different, next_best, solve_coupled

if TYPE_CHECKING:
    from mentormatch.matching import Matching
    from mentormatch.network import Instance, Progress, Solution
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.record import Run
    from mentormatch.problem.setup import Setup

_SHARE = 10
"""Unless it is said how many pairs are to change, one in so many is."""


def counted(number: Any, name: str) -> int:
    """Read a number of matchings or of pairs: whole, and at least 1."""
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < 1:
        raise InputError(Fault((name,), f"bad_{name}", f"{name} is a whole number, 1 or more"))
    return int(number)


def refuse_stable(tiers: tuple[str, ...]) -> None:
    """Refuse the objective that has one answer and no order of others."""
    if tiers == STABLE:
        msg = 'the objective "stable" has one answer and no second best; name tiers, such as ("coverage", "total")'
        raise UnsupportedProblem(msg)


@dataclass
class Watch:
    """Stops the search for a matching when its time is up."""

    seconds: float | None
    deadline: float | None = None

    def restart(self) -> None:
        """Begin to look for another matching."""
        self.deadline = None if self.seconds is None else time.monotonic() + self.seconds

    def __call__(self) -> None:
        """Raise once time is up."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TimeLimit("time ran out before the next matching was found and proved to be the next")


@dataclass(frozen=True, eq=False, repr=False)
class Search:
    """What it takes to look for more matchings of one problem.

    Attributes
    ----------
    setup, prepared
        The problem.
    run
        The run that found the best matching.
    count
        How many matchings there are to be, the best one included.
    before
        The earlier matching of the tier ``least_change``, and what was placed by hand in it.
    watch
        The time for each.
    progress
        Told about every matching.
    """

    setup: Setup
    prepared: Prepared
    run: Run
    count: int
    before: Before = NOTHING_BEFORE
    watch: Watch = field(default_factory=lambda: Watch(None))
    progress: Progress | None = None

    def ranked(self) -> Iterator[Matching]:
        """Yield the matchings in order."""
        instance = self.prepared.instance
        coupled = bool(form_of(instance).needs & {Need.COUPLED, Need.GROUPS})
        return self._told(next_best(instance, self._best(), self.count, self._solve, coupled=coupled, tick=self.watch))

    def diverse(self, changes: int | None) -> Iterator[Matching]:
        """Yield matchings that differ."""
        best = self._best()
        if changes is None:
            changes = max(1, -(-len(self.run.matching) // _SHARE))
        return self._told(different(self.prepared.instance, best, self.count, self._solve, changes))

    def _best(self) -> Solution:
        """Return the best matching; what was cut short is not known to be the best."""
        if not all(tier.optimal for tier in self.run.solution.tiers):
            raise TimeLimit("time ran out before the first matching was proved to be the best")
        return self.run.solution

    def _solve(self, instance: Instance) -> Solution:
        """Solve a problem with some pairs closed or some rules more, to the end or not at all."""
        self.watch()
        solution = solve_coupled(instance, deadline=self.watch.deadline)
        if not all(tier.optimal for tier in solution.tiers) or solution.ties < self.run.solution.ties:
            raise TimeLimit("time ran out before the next matching was found and proved to be the next")
        return solution

    def _told(self, others: Iterator[Solution]) -> Iterator[Matching]:
        """Yield the first matching and the others; what looks for these has begun already."""
        first = self.run.matching
        teller = Teller(self.setup, self.prepared, first.solver, first.certificate.seed, self.before)
        yield first
        self.watch.restart()
        for number in count(2):
            solution = without_frames(lambda: next(others, None))
            if solution is None:
                return
            if self.progress:
                self.progress("solve", number, self.count)
            yield teller.of(solution)
            self.watch.restart()

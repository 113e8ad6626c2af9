"""The tiers one after the other: what every exact solver shares."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Arcs, Prices, Solution, TierResult
from mentormatch.solvers.climb import Climb, OutOfTime
from mentormatch.solvers.face import Face
from mentormatch.solvers.grid import most_pairs
from mentormatch.solvers.incumbent import filled_up
from mentormatch.solvers.kept import Kept, distinct
from mentormatch.solvers.minimums import Feasibility
from mentormatch.solvers.reach import reached
from mentormatch.solvers.settle import open_tier, settle
from mentormatch.solvers.table import Table
from mentormatch.solvers.whole import serves, settle_whole

if TYPE_CHECKING:
    from mentormatch.network import Instance, Progress
    from mentormatch.solvers.engine import Engine

LARGEST_WITH_TIES = 25_000_000
"""Pairs up to which the last, implicit tier is solved; above it, equal matchings are told apart by nothing."""

FEWEST_FILLED = 1_000_000
"""Pairs from which places are filled in a hurry: smaller problems take no time to speak of."""

_HARMED = frozenset({"floor", "leximin", "balance"})
"""Tiers in which a pair more may be a loss."""

MOST_MADE_WITH_TIES = 1 << 18
"""Pairs that a matching may have at most for that tier: its 40-bit hashes are summed in 60 bits."""


def solve_tiers(
    instance: Instance,
    engine: Engine | None,
    *,
    warm: Solution | None = None,
    deadline: float | None = None,
    progress: Progress | None = None,
    fill: bool = True,
) -> Solution:
    """Solve every tier of an instance, and the implicit last one.

    Parameters
    ----------
    instance
        The problem.
    engine
        Who proposes matchings; without one the exact finish does all the work.
    warm
        A matching to start from, where it is feasible here.
    deadline
        A time of ``time.monotonic()`` after which to return what there is.
    progress
        Told about every round.
    fill
        Whether places that are left when time runs out are filled in a hurry.

    Returns
    -------
    Solution
        The matching, unique where ``ties`` is true, and each tier's value, bound and prices.

    Raises
    ------
    Short
        If minimums cannot be met.
    """
    names = instance.objective
    if 0 in instance.shape:
        Feasibility(instance).meet(instance.mentees, instance.mentors)
        none = np.empty(0, np.int64)
        return Solution(Arcs(none, none), tuple(empty_tier(instance, name) for name in names))
    tick = Clock(deadline, progress, len(names) + 1)
    climb = Climb(Table(instance), Face.whole(instance), _first(instance, warm), tick, deadline)
    results: list[TierResult] = []
    cells = instance.shape[0] * instance.shape[1]
    ties = cells <= LARGEST_WITH_TIES and most_pairs(instance) <= MOST_MADE_WITH_TIES
    climb.breaks_ties = ties
    try:
        if warm is None and deadline is None and serves(instance):
            results += settle_whole(climb)
            tick.done = len(results)
        for name in names[len(results) :]:
            results.append(settle(climb, name, engine))
            tick.done = len(results)
        if climb.breaks_ties:
            climb.ties(engine)
    except OutOfTime:
        ties = False
        if fill and cells >= FEWEST_FILLED and len(results) < len(names):
            _fill(climb, names[: len(results) + 1])
    tick.report(len(names) + 1)
    for name in names[len(results) :]:
        results.append(open_tier(climb, name))
        climb.labels = None
    used = climb.kept.used
    return Solution(Arcs(climb.kept.i[used], climb.kept.j[used]), tuple(results), ties, max(1, climb.rounds))


def _fill(climb: Climb, names: tuple[str, ...]) -> None:
    """Fill places up in the tier that was cut short, the last of these names, if more pairs do it no harm."""
    if names[-1] in _HARMED or {"coverage", "total"} & set(names[:-1]):
        return
    instance = climb.table.instance
    minimums = instance.mentees.lower.any() or instance.mentors.lower.any()
    exchange = bool(minimums) and names[-1] in ("coverage", "total")
    climb.kept = filled_up(climb.table, climb.face, climb.kept, gains=names[-1] == "total", exchange=exchange)


class Clock:
    """Reports progress, and stops the work when time is up."""

    def __init__(self, deadline: float | None, progress: Progress | None, total: int, stage: str = "solve") -> None:
        self.deadline, self.progress, self.total, self.stage, self.done = deadline, progress, total, stage, 0

    def __call__(self) -> None:
        """Report, and raise at the deadline."""
        self.report(self.done)
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime

    def report(self, done: int) -> None:
        """Tell how many tiers are done."""
        if self.progress is not None:
            self.progress(self.stage, done, self.total)


def _first(instance: Instance, warm: Solution | None) -> Kept:
    """Find a feasible matching to start from."""
    none = np.empty(0, np.int64)
    minimums = instance.mentees.lower.any() or instance.mentors.lower.any()
    kept = Feasibility(instance).meet(instance.mentees, instance.mentors) if minimums else None
    if warm is not None and is_feasible(instance, warm.arcs):
        keys = warm.arcs.i * instance.shape[1] + warm.arcs.j
        return Kept.of(instance.shape, none if kept is None else kept.keys, keys)
    return Kept.of(instance.shape, none, none) if kept is None else kept


def is_feasible(instance: Instance, arcs: Arcs) -> bool:
    """Count whether a matching keeps every bound and uses allowed pairs only, each at most once.

    Returns
    -------
    bool
        False for positions that do not exist, too.
    """
    n, m = instance.shape
    i, j = np.asarray(arcs.i, np.int64), np.asarray(arcs.j, np.int64)
    if len(i) != len(j) or not ((i >= 0) & (i < n) & (j >= 0) & (j < m)).all():
        return False
    if len(distinct(i * max(1, m) + j)) < len(i) or (len(i) and not instance.allowed_pairs(i, j).all()):
        return False
    rows, columns = np.bincount(i, minlength=n), np.bincount(j, minlength=m)
    return bool(
        (rows >= instance.mentees.lower).all()
        and (rows <= instance.mentees.upper).all()
        and (columns >= instance.mentors.lower).all()
        and (columns <= instance.mentors.upper).all()
    )


def empty_tier(instance: Instance, name: str) -> TierResult:
    """Settle a tier of a problem with nobody on one side."""
    n, m = instance.shape
    nobody = np.empty(0, np.int64)
    value = reached(Table(instance), name, nobody, nobody)
    return TierResult(name, value, value, Prices(np.zeros(n, np.int64), np.zeros(m, np.int64)))

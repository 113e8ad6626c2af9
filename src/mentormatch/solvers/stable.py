"""Stable matchings by deferred acceptance, and the pairs that block a matching.

Mentees propose, best mentor first; mentors keep the best of those who proposed so far
(Gale & Shapley, *College admissions and the stability of marriage*, American Mathematical
Monthly 69, 1962). Preferences are strict and responsive: between two partners a person prefers
the one higher on the list, whoever else there is. Then no two people would rather have each
other, every mentee gets the best that any stable matching gives, and the result
does not depend on who proposes when; with several partners on both sides too (Roth, *Stability
and polarization of interests in job matching*, Econometrica 52, 1984; Baïou & Balinski,
*Many-to-many matching: stable polyandrous polygamy*, Discrete Applied Mathematics 101, 2000).
"""

from __future__ import annotations

import time
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.errors import TimeLimit, UnsupportedProblem
from mentormatch.network import Arcs, Need, Short, Solution, TierResult
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.preference import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Bounds, Form, Instance, Progress

STABLE: Final = ("stable",)
"""The objective of a stable matching; it stands alone."""

LARGEST: Final = 25_000_000
"""So many pairs can be sorted by both sides at most."""

_NOTHING_BETTER: Final = np.iinfo(np.int64).max


class Stable:
    """No two people would rather have each other: deferred acceptance, proposed by mentees."""

    name = "stable"

    def supports(self, form: Form) -> bool:
        """Say whether the objective is ``"stable"`` and nothing couples the pairs but the bounds of each person."""
        return Need.STABLE in form.needs and not form.needs & {Need.GROUPS, Need.COUPLED}

    def solve(
        self,
        instance: Instance,
        *,
        warm: Solution | None = None,  # noqa: ARG002  the result is unique: there is nothing to start from
        deadline: float | None = None,
        progress: Progress | None = None,
    ) -> Solution:
        """Find the stable matching that is best for mentees; see :class:`mentormatch.network.Solver`.

        Raises
        ------
        Short
            With everybody whose minimum it misses: by the rural hospitals theorem all stable
            matchings give each person equally many partners, so that each of them misses it.
        UnsupportedProblem
            There are more pairs than can be sorted.
        TimeLimit
            Time ran out: a matching that is cut short is not stable.
        """
        arcs = deferred_acceptance(instance, deadline=deadline, progress=progress)
        missed = [
            np.flatnonzero(np.bincount(side, minlength=len(bounds)) < bounds.lower)
            for side, bounds in zip(arcs, (instance.mentees, instance.mentors), strict=True)
        ]
        if len(missed[0]) or len(missed[1]):
            raise Short(*missed)
        return Solution(arcs, (TierResult("stable", 0, 0, searched=True),))


def deferred_acceptance(instance: Instance, *, deadline: float | None = None, progress: Progress | None = None) -> Arcs:
    """Find the stable matching in which every mentee has the best stable mentors there are.

    Minimums are not looked at.

    Parameters
    ----------
    instance
        The problem, with the ranks of its wishes.
    deadline
        A time of ``time.monotonic()`` by which to be done.
    progress
        Told three times: nothing, mentees and mentors sorted.

    Returns
    -------
    Arcs
        The pairs by mentee row, then mentor column: unique, as all preferences are strict.

    Raises
    ------
    UnsupportedProblem
        There are more pairs than can be sorted.
    TimeLimit
        Time ran out.

    Notes
    -----
    Sorting takes O(nm log nm) time and 8 bytes a pair, in blocks; then each pair is
    proposed at most once.
    """
    n, m = instance.shape
    if n * m > LARGEST:
        msg = f"a stable matching of {n * m:,} pairs is too large: every pair is sorted, of which {LARGEST:,} are most"
        raise UnsupportedProblem(msg)
    if not n * m:
        return Arcs(np.empty(0, np.int64), np.empty(0, np.int64))
    preferences = Preferences(instance)
    report = _Report(deadline, progress)
    report(0)
    order, lengths = preferences.order(0, report.check)
    report(1)
    ranks = np.empty((m, n), np.int32)
    np.put_along_axis(ranks, preferences.order(1, report.check)[0], np.arange(n, dtype=np.int32)[None, :], axis=1)
    report(2)
    held = _propose(order, lengths, ranks, (instance.mentees, instance.mentors), report)
    report(3)
    i = np.array([mentee for kept in held for _, mentee in kept], np.int64)
    j = np.repeat(np.arange(m), [len(kept) for kept in held])
    by_row = np.lexsort((j, i))
    return Arcs(i[by_row], j[by_row])


def _propose(
    order: NDArray[np.int32],
    lengths: NDArray[np.int64],
    ranks: NDArray[np.int32],
    bounds: tuple[Bounds, Bounds],
    report: _Report,
) -> list[list[tuple[int, int]]]:
    """Let mentees propose until nobody has anybody left to ask; return what each mentor holds, the worst first."""
    liked, standing = memoryview(order), memoryview(ranks)  # type: ignore[arg-type]  # numpy arrays are buffers
    ends, wanted, places = lengths.tolist(), bounds[0].upper.tolist(), bounds[1].upper.tolist()
    asked = [0] * len(ends)
    held: list[list[tuple[int, int]]] = [[] for _ in places]
    waiting = list(range(len(ends)))
    while waiting:
        i = waiting.pop()
        report.check()
        while wanted[i] > 0 and asked[i] < ends[i]:
            j = liked[i, asked[i]]
            asked[i] += 1
            mine = -standing[j, i], i
            if len(held[j]) < places[j]:
                heappush(held[j], mine)
            elif held[j] and mine > held[j][0]:
                _, left = heapreplace(held[j], mine)
                wanted[left] += 1
                waiting.append(left)
            else:
                continue
            wanted[i] -= 1
    return held


class _Report:
    """Tells how far the work is, and stops it when time is up."""

    def __init__(self, deadline: float | None, progress: Progress | None) -> None:
        self._deadline, self._progress = deadline, progress

    def __call__(self, done: int) -> None:
        if self._progress is not None:
            self._progress("solve", done, 3)
        self.check()

    def check(self) -> None:
        if self._deadline is not None and time.monotonic() > self._deadline:
            msg = "time ran out before the stable matching was there; cut short it would not be stable"
            raise TimeLimit(msg)


def blocking(instance: Instance, arcs: Arcs, *, ties: bool = True) -> Iterator[Arcs]:
    """Find every pair whose two people would rather have each other than what a matching gives them.

    Parameters
    ----------
    instance
        The problem, with the ranks of its wishes.
    arcs
        The matching; it need not be feasible. A partner who is not allowed is worth less than
        anybody who is.
    ties
        Whether the hash of a pair tells equals apart, as it does in :func:`deferred_acceptance`;
        else nobody leaves a partner for an equal one.

    Yields
    ------
    Arcs
        Blocking pairs, one slice of mentees after the other.
    """
    if not all(instance.shape):
        return
    preferences = Preferences(instance)
    least = [_least(preferences, arcs, side) for side in (0, 1)]
    columns = np.arange(instance.shape[1])
    for part in preferences.slices(0):
        rows = np.arange(part.start, part.stop)
        of_mentees, of_mentors = preferences.block(part, 0)
        both = _better(of_mentees, least[0][:, part, None], columns[None, :], ties=ties)
        both &= _better(of_mentors, least[1][:, None, :], rows[:, None], ties=ties)
        both &= of_mentees.worth != CLOSED
        mine = (arcs.i >= part.start) & (arcs.i < part.stop)
        both[arcs.i[mine] - part.start, arcs.j[mine]] = False
        i, j = np.nonzero(both)
        yield Arcs(i + part.start, j)


def _least(preferences: Preferences, arcs: Arcs, side: int) -> NDArray[np.int64]:
    """Return what a new partner has to beat, for everybody of one side: worth, tie and position, one row each.

    With a free place anybody will do; without any place nobody does.
    """
    bounds = (preferences.instance.mentees, preferences.instance.mentors)[side]
    own, others = (arcs.i, arcs.j) if side == 0 else (arcs.j, arcs.i)
    least = np.empty((3, len(bounds)), np.int64)
    least[:] = np.array([CLOSED, -1, 0])[:, None]
    full = (np.bincount(own, minlength=len(bounds)) >= bounds.upper) & (bounds.upper > 0)
    worth, ties = preferences.pairs(arcs, side)
    worst_first = np.lexsort((-others, ties, worth, own))
    people, first = np.unique(own[worst_first], return_index=True)
    worst = np.stack([worth, ties, others])[:, worst_first[first]]
    least[:, people[full[people]]] = worst[:, full[people]]
    least[0, bounds.upper <= 0] = _NOTHING_BETTER
    return least


def _better(
    liking: tuple[NDArray[np.int64], ...], least: NDArray[np.int64], others: NDArray[np.int64], *, ties: bool
) -> NDArray[np.bool_]:
    worth, tie = liking
    better: NDArray[np.bool_] = worth > least[0]
    if ties:
        better |= (worth == least[0]) & ((tie > least[1]) | ((tie == least[1]) & (others < least[2])))
    return better

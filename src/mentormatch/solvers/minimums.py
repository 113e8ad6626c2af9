"""Minimums that must be met, before any tier: a phase of its own, so that no big number is needed.

Minimums of both sides can be met together exactly when those of each side can be met
alone (Mendelsohn & Dulmage 1958). A side that is short shows a violated cut: people whose
minimums ask for more than their allowed partners have (Hall 1935).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Bounds, Short
from mentormatch.solvers.candidates import scatter
from mentormatch.solvers.flows import Ends, push
from mentormatch.solvers.kept import Kept

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance

_START = 6
"""Allowed pairs that each person starts with."""

_GROUP = 256
"""People of each side among whom these pairs are looked for: a large problem has more pairs than anybody needs."""

_MORE = 6
"""Pairs that are added for each person of a cut that may not be one yet."""


class Feasibility:
    """Answers whether minimums can be met, for many bounds on the same allowed pairs.

    Parameters
    ----------
    instance
        The problem; its own bounds are not looked at.
    first
        Keys of pairs that are looked at first, if they are allowed: those of another problem of the
        same people; None: a few of everybody.
    """

    def __init__(self, instance: Instance, first: NDArray[np.int64] | None = None) -> None:
        self._instance = instance
        self._started = first is not None
        columns = max(1, instance.shape[1])
        some = (
            np.empty(0, np.int64) if first is None else first[instance.allowed_pairs(first // columns, first % columns)]
        )
        self._kept = Kept.of(instance.shape, some, some[:0])

    @property
    def looked_at(self) -> NDArray[np.int64] | None:
        """The keys of the pairs that were looked at so far; None if none were."""
        return self._kept.keys if self._started else None

    def short(self, mentees: Bounds, mentors: Bounds) -> Short | None:
        """Look for people whose minimums cannot be met.

        Parameters
        ----------
        mentees, mentors
            The bounds of each side.

        Returns
        -------
        Short or None
            The rows of a violated cut, or None if all minimums can be met together.
        """
        if not (mentees.lower.any() or mentors.lower.any()):
            return None
        crossed = [np.flatnonzero(side.lower > np.maximum(side.upper, 0)) for side in (mentees, mentors)]
        if len(crossed[0]) or len(crossed[1]):
            return Short(*crossed)
        try:
            self._meet(mentees, Bounds(np.zeros_like(mentors.lower), mentors.upper))
            self._meet(Bounds(np.zeros_like(mentees.lower), mentees.upper), mentors)
        except Short as short:
            return short
        return None

    def meet(self, mentees: Bounds, mentors: Bounds) -> Kept:
        """Find some matching that keeps all bounds.

        Returns
        -------
        Kept
            A few allowed pairs, and which of them are used.

        Raises
        ------
        Short
            If there is none.
        """
        short = self.short(mentees, mentors)
        if short is not None:
            raise short
        return self._meet(mentees, mentors)

    def _meet(self, mentees: Bounds, mentors: Bounds) -> Kept:
        n, m = self._instance.shape
        if not (n and m):
            if mentees.lower.any() or mentors.lower.any():
                raise Short(np.flatnonzero(mentees.lower), np.flatnonzero(mentors.lower))
            return self._kept
        self._start()
        none = np.zeros(n, np.int64), np.zeros(m, np.int64)
        enter, leave = Ends(mentees.lower, none[1]), Ends(none[0], mentors.upper)
        used = self._fill(self._kept.keys[:0], enter, leave, "rows")
        loads = self._kept.using(used).loads()
        enter = Ends(mentees.upper - loads[0], np.maximum(loads[1] - mentors.lower, 0))
        leave = Ends(none[0], np.maximum(mentors.lower - loads[1], 0))
        return self._kept.using(self._fill(used, enter, leave, "columns"))

    def _start(self) -> None:
        if not self._started:
            self._started = True
            n, m = self._instance.shape
            groups = -(-min(n, m) // _GROUP)
            rows, columns = (np.array_split(np.arange(size), groups) for size in (n, m))
            found = [self._some(*group, _START) for group in zip(rows, columns, strict=True)]
            self._kept = self._kept.adding(np.concatenate(found))

    def _fill(self, used: NDArray[np.int64], enter: Ends, leave: Ends, side: str) -> NDArray[np.int64]:
        """Push until the demand of one side is met; a cut is believed only when no pair across it is left out."""
        wanted = int((enter.rows if side == "rows" else leave.columns).sum())
        if not wanted:
            return used
        while True:
            kept = self._kept.using(used)
            # from an empty matching a path is one pair long: whoever has no end of one need not be looked at
            ends = (np.ones_like(enter.rows), np.ones_like(leave.columns)) if len(used) else (enter.rows, leave.columns)
            after = push(kept, enter, leave, (ends[0][kept.i] > 0) & (ends[1][kept.j] > 0))
            before, now = kept.loads(), kept.marked(after.used).loads()
            filled = (now[0] - before[0] if side == "rows" else np.maximum(now[1] - before[1], 0)).astype(np.int64)
            if side == "columns":
                filled = np.minimum(filled, leave.columns)
            if int(filled.sum()) >= wanted:
                return kept.keys[after.used]
            across = np.flatnonzero(after.rows & (ends[0] > 0)), np.flatnonzero(~after.columns & (ends[1] > 0))
            if not self._add(*across, _MORE):
                asking = enter.rows > 0 if side == "rows" else leave.columns > 0
                cut = np.flatnonzero(asking & after.rows if side == "rows" else asking & ~after.columns)
                nobody = np.empty(0, np.int64)
                raise Short(cut, nobody) if side == "rows" else Short(nobody, cut)

    def _add(self, rows: NDArray[np.int64], columns: NDArray[np.int64], each: int) -> bool:
        """Keep some more allowed pairs of these people; say whether there were any."""
        before = len(self._kept.keys)
        step = max(1, self._instance.memory // (8 * max(1, len(columns))))
        for start in range(0, len(rows), step):
            self._kept = self._kept.adding(self._some(rows[start : start + step], columns, each))
        return len(self._kept.keys) > before

    def _some(self, rows: NDArray[np.int64], columns: NDArray[np.int64], each: int) -> NDArray[np.int64]:
        """List some allowed pairs of each of these people that are not kept."""
        i, j = np.nonzero(self._instance.allowed_block(rows, columns))
        keys = rows[i] * self._instance.shape[1] + columns[j]
        return scatter(keys[~self._kept.has(keys)], self._instance.shape, each)


def feasible(instance: Instance, mentees: Bounds, mentors: Bounds) -> Short | None:
    """Look once for people whose minimums cannot be met; see :class:`Feasibility` for many bounds.

    Returns
    -------
    Short or None
        The rows of a violated cut, or None if all minimums can be met together.
    """
    return Feasibility(instance).short(mentees, mentors)

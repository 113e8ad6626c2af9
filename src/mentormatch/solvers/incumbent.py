"""Out of time: the matching that there is, filled up with whoever is at hand.

Of the pairs that were looked at already the best are made first, one after the other. Whoever
still has a place is dealt into small groups, and each group is matched as well as it can be by
itself (the assignment problem; Crouse 2016): so a look at a few hundred pairs a person gives
a matching of nearly everybody, however many there are. Nothing is taken away that was made before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.solvers.kept import Kept, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.solvers.face import Face
    from mentormatch.solvers.table import Table

_GROUP = 256
"""People of each side in a group, at most."""

_TURNS = 8
"""Times that everybody who is left is dealt out anew."""

_SLOW = 16
"""A turn that brings a partner to fewer than one in so many is the last, unless there is one group only."""


def filled_up(table: Table, face: Face, kept: Kept, *, gains: bool) -> Kept:
    """Add pairs to a matching while there are places, in time that grows with the people and not with the pairs.

    Parameters
    ----------
    table, face
        The scores, and the matchings among which the result must be.
    kept
        Pairs that were looked at, and the present matching.
    gains
        Whether only pairs that score above 0 are made.

    Returns
    -------
    Kept
        A matching that has all the pairs of the present one.
    """
    filling = _Filling(table, face, kept, gains=gains)
    filling.take_kept()
    for turn in range(_TURNS):
        rows, columns = (np.flatnonzero(room > 0) for room in filling.room)
        groups = -(-max(len(rows), len(columns)) // _GROUP)
        if not len(rows) or not len(columns):
            break
        made = filling.deal(rows, np.roll(columns, turn * _GROUP), groups)
        if not made or (groups > 1 and made * _SLOW < min(len(rows), len(columns))):
            break
    return kept.using(filling.keys)


class _Filling:
    """A matching that grows, and the places that are left on both sides."""

    def __init__(self, table: Table, face: Face, kept: Kept, *, gains: bool) -> None:
        self.table, self.face, self.kept, self.gains = table, face, kept, gains
        self.keys = kept.keys[kept.used]
        loads = kept.loads()
        self.room = face.rows.upper - loads[0], face.columns.upper - loads[1]

    def take_kept(self) -> None:
        """Make the best pairs of those that are kept, and that both have a place for."""
        kept, (rows, columns) = self.kept, self.room
        some = np.flatnonzero(~kept.used & (rows[kept.i] > 0) & (columns[kept.j] > 0))
        some = some[self.face.standing(self.table, kept.i[some], kept.j[some]) == 0]
        worth = self.table.pairs("total", kept.i[some], kept.j[some])
        order = np.argsort(-worth, kind="stable")
        some = some[order[worth[order] > 0]] if self.gains else some[order]
        left, right = rows.tolist(), columns.tolist()
        taken = []
        for at, i, j in zip(some.tolist(), kept.i[some].tolist(), kept.j[some].tolist(), strict=True):
            if left[i] > 0 and right[j] > 0:
                left[i] -= 1
                right[j] -= 1
                taken.append(at)
        self._make(kept.keys[taken])

    def deal(self, rows: NDArray[np.int64], columns: NDArray[np.int64], groups: int) -> int:
        """Match people group by group, one more partner for each row; return how many pairs were made."""
        # each side in as many parts, and no row in two: what one group makes is nothing to the others
        made = [
            self._group(mine, theirs)
            for mine, theirs in zip(np.array_split(rows, groups), np.array_split(columns, groups), strict=True)
            if len(mine) and len(theirs)
        ]
        keys = np.concatenate([np.empty(0, np.int64), *made])
        self._make(keys)
        return len(keys)

    def _group(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
        from scipy.optimize import linear_sum_assignment

        instance, m = self.table.instance, self.table.shape[1]
        keys = rows[:, None] * m + columns
        open_, scores = instance.allowed_block(rows, columns), instance.score_block(rows, columns)
        near = self.keys[slice(*np.searchsorted(self.keys, [rows[0] * m, (rows[-1] + 1) * m]))]
        if len(near):
            open_ = open_ & ~within(keys, near)
        if self.face.levels:
            i, j = np.nonzero(open_)
            open_ = open_.copy()
            open_[i, j] = self.face.standing(self.table, rows[i], columns[j]) == 0
        if self.gains:
            open_ = open_ & (scores > 0)
        else:  # any pair is worth more than what another choice of pairs gains: as many are made as can be
            scores = scores + (len(rows) * (instance.highest - instance.lowest) - instance.lowest + 1)
        worth = np.where(open_, scores, 0.0)
        seats = np.repeat(np.arange(len(columns)), np.minimum(self.room[1][columns], 1 + len(rows) // len(columns)))
        i, seat = linear_sum_assignment(worth[:, seats], maximize=True)
        some = open_[i, seats[seat]]
        made: NDArray[np.int64] = keys[i[some], seats[seat[some]]]
        return made

    def _make(self, keys: NDArray[np.int64]) -> None:
        self.keys = np.sort(np.concatenate((self.keys, keys)))
        np.subtract.at(self.room[0], keys // self.table.shape[1], 1)
        np.subtract.at(self.room[1], keys % self.table.shape[1], 1)

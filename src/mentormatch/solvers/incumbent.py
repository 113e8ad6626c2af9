"""Out of time: the matching that there is, filled up with whoever is at hand.

Of the pairs that were looked at already the best are made first, one after the other. Whoever
still has a place is dealt into small groups, and each group is matched as well as it can be by
itself (the assignment problem; Crouse 2016): so a look at a few hundred pairs a person gives
a matching of nearly everybody, however many there are. Nobody loses a partner that was there
before; where minimums asked for any partner at all, people of a group then exchange theirs.
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


def filled_up(table: Table, face: Face, kept: Kept, *, gains: bool, exchange: bool = False) -> Kept:
    """Add pairs to a matching while there are places, in time that grows with the people and not with the pairs.

    Parameters
    ----------
    table, face
        The scores, and the matchings among which the result must be.
    kept
        Pairs that were looked at, and the present matching.
    gains
        Whether only pairs that score above 0 are made.
    exchange
        Whether people may exchange partners for a higher total.

    Returns
    -------
    Kept
        A matching in which everybody has at least as many partners as in the present one, and without
        exchanges the same ones.
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
    if exchange:
        filling.exchange()
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
        open_ = self._free(open_, rows, columns)
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

    def exchange(self) -> None:
        """Let the people of each group exchange partners: everybody has as many as before."""
        m = self.table.shape[1]
        free = self.face.standing(self.table, self.keys // m, self.keys % m) == 0
        pairs = self.keys[free]
        groups = -(-len(pairs) // _GROUP)
        for group in range(groups):
            mine = pairs[group::groups]
            mine = mine[np.unique(mine // m, return_index=True)[1]]
            others = self.keys[~within(self.keys, mine)]
            self.keys = np.sort(np.concatenate((others, self._exchanged(mine, others))))

    def _exchanged(self, mine: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
        from scipy.optimize import linear_sum_assignment

        instance, m = self.table.instance, self.table.shape[1]
        rows, columns = mine // m, mine % m
        keys = rows[:, None] * m + columns
        open_ = self._free(instance.allowed_block(rows, columns), rows, columns) & ~within(keys, others)
        # what may not be made is worth less than any other choice loses, and the present pairs may be made
        closed = instance.lowest - len(mine) * (instance.highest - instance.lowest) - 1
        i, j = linear_sum_assignment(np.where(open_, instance.score_block(rows, columns), closed), maximize=True)
        after: NDArray[np.int64] = keys[i, j]
        return after

    def _free(self, open_: NDArray[np.bool_], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Drop the pairs of a group that settled tiers rule out."""
        if not self.face.levels:
            return open_
        i, j = np.nonzero(open_)
        free = open_.copy()
        free[i, j] = self.face.standing(self.table, rows[i], columns[j]) == 0
        return free

    def _make(self, keys: NDArray[np.int64]) -> None:
        self.keys = np.sort(np.concatenate((self.keys, keys)))
        np.subtract.at(self.room[0], keys // self.table.shape[1], 1)
        np.subtract.at(self.room[1], keys % self.table.shape[1], 1)

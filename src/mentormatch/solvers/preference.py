"""What each person thinks of everybody on the other side: wishes first, then scores, then the hash of the pair.

A preference is a pair of integers, the worth and the tie; the larger is liked better. Worth
is the score on the grid, or for a wish a number above every score. What is equal in both is
told apart by position, the lower first, so that every order is strict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.solvers.grid import CLOSED, exponent, quantise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Arcs, Instance

WISHED = 1 << 61
"""What a wish is worth, less its rank: more than any score on the grid."""

_BYTES = 96
"""What one pair of a block takes, with what is needed to sort it."""


class Liking(NamedTuple):
    """Worth and tie of some pairs; both int64. A pair that may not be made is worth ``CLOSED``."""

    worth: NDArray[np.int64]
    ties: NDArray[np.int64]


class Preferences:
    """The preferences of both sides of an instance.

    Parameters
    ----------
    instance
        The problem, with the ranks of its wishes.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance, self.shape = instance, instance.shape
        self._exponent = exponent(instance)
        self._keys = tuple(_sorted(ranks.i * self.shape[1] + ranks.j, ranks.rank) for ranks in instance.wished or ())

    def slices(self, side: int) -> Iterator[slice]:
        """Yield slices of one side (0 mentees, 1 mentors), small enough for the memory of a block."""
        own, others = self.shape[side], self.shape[1 - side]
        step = max(1, self.instance.memory // (_BYTES * max(1, others)))
        for start in range(0, own, step):
            yield slice(start, min(own, start + step))

    def block(self, part: slice, side: int) -> tuple[Liking, Liking]:
        """Return for a slice of one side and everybody of the other what mentees and what mentors think.

        Both are rectangles of mentees × mentors.
        """
        n, m = self.shape
        rows, columns = (part, slice(0, m)) if side == 0 else (slice(0, n), part)
        allowed = self.instance.allowed_block(rows, columns)
        scores = self.instance.score_block(rows, columns)
        worth = np.where(allowed, quantise(np.where(allowed, scores, 0.0), self._exponent), CLOSED)
        i, j = np.arange(rows.start, rows.stop), np.arange(columns.start, columns.stop)
        ties = self.instance.tie_pairs(np.repeat(i, len(j)), np.tile(j, len(i))).reshape(allowed.shape)
        both = []
        for keys, rank in self._keys:
            liked, (a, b) = worth.copy(), np.divmod(keys, max(1, m))
            here = (a >= rows.start) & (a < rows.stop) & (b >= columns.start) & (b < columns.stop)
            a, b = a[here] - rows.start, b[here] - columns.start
            liked[a, b] = np.where(allowed[a, b], WISHED - rank[here], CLOSED)
            both.append(Liking(liked, ties))
        mentees, mentors = both or (Liking(worth, ties), Liking(worth, ties))
        return mentees, mentors

    def pairs(self, arcs: Arcs, side: int) -> Liking:
        """Return what one side thinks of single pairs, the same numbers as in a block."""
        i, j = arcs
        allowed = self.instance.allowed_pairs(i, j)
        scores = np.where(allowed, self.instance.score_pairs(i, j), np.nan)
        worth = quantise(scores, self._exponent)
        if self._keys and len(self._keys[side][0]):
            keys, rank = self._keys[side]
            wanted = i * self.shape[1] + j
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            worth = np.where(allowed & (keys[at] == wanted), WISHED - rank[at], worth)
        return Liking(worth, self.instance.tie_pairs(i, j))

    def order(self, side: int, tick: Callable[[], None]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Sort for everybody of one side the whole other side, best first; ``tick()`` is called once a block.

        Returns
        -------
        order
            Positions on the other side, one row a person; whoever may not be a partner stands at the end.
        lengths
            How many may be partners, one number a person.
        """
        own, others = self.shape[side], self.shape[1 - side]
        order, lengths = np.empty((own, others), np.int32), np.empty(own, np.int64)
        for part in self.slices(side):
            tick()
            worth, ties = (each if side == 0 else each.T for each in self.block(part, side)[side])
            order[part] = np.lexsort((-ties, -worth), axis=-1)  # stable, so that the position decides last
            lengths[part] = np.count_nonzero(worth != CLOSED, axis=1)
        return order, lengths


def preferences(instance: Instance) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """List for every mentee, and for every mentor, whom they may have, best first.

    Returns
    -------
    tuple of two lists
        Positions on the other side, one array a person.
    """
    lists: list[list[NDArray[np.int64]]] = []
    for side in (0, 1):
        order, lengths = Preferences(instance).order(side, lambda: None)
        lists.append([row[:length].astype(np.int64) for row, length in zip(order, lengths.tolist(), strict=True)])
    return lists[0], lists[1]


def _sorted(keys: NDArray[np.int64], rank: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(keys)
    return keys[order], rank[order]

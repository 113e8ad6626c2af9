"""The best allowed mentors of every mentee, block by block: never all pairs at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.network import Arcs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Instance, Progress

_BYTES_A_CELL: Final = 64
"""What a pair takes while its block is looked at, at most: scores, masks, positions and the order among equals."""


def best_first(instance: Instance, most: NDArray[np.int64], progress: Progress | None = None) -> Arcs:
    """Find the best allowed partners of every row.

    Parameters
    ----------
    instance
        The scores and what is allowed; columns without places are passed over.
    most
        How many each row gets at most (int64, one a row).
    progress
        Called with ``("solve", rows done, rows)``.

    Returns
    -------
    Arcs
        Sorted by row, best first; equals in the order of their keyed hash, so that not everybody
        is given the same few.

    Notes
    -----
    Where there is a screen, single precision finds who may be among the best, within its proven
    error, and only these are scored again, exactly: n × m products and O(n k) exact scores. Else
    every pair is scored once. Memory grows with one block.
    """
    n, m = instance.shape
    places = np.flatnonzero(instance.mentors.upper > 0)
    found = [Arcs(np.empty(0, np.int64), np.empty(0, np.int64))]
    for rows in _slices(n, m, instance.memory):
        asked = most[rows]
        if len(places) and asked.any():
            found.append(_ranked(instance, *_likely(instance, rows, places, asked), most))
        if progress:
            progress("solve", rows.stop, n)
    return Arcs(*(np.concatenate(side) for side in zip(*found, strict=True)))


def _slices(n: int, m: int, memory: int) -> Iterator[slice]:
    step = max(1, memory // (_BYTES_A_CELL * max(1, m)))
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def _likely(
    instance: Instance, rows: slice, places: NDArray[np.int64], asked: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the allowed pairs of some rows that may be among the best: all that are, and few others."""
    everybody = slice(0, instance.shape[1])
    near, error = _near(instance, rows, everybody)
    shut = ~instance.allowed_block(rows, everybody)
    shut |= np.isnan(near)
    near[shut] = -np.inf
    near[:, instance.mentors.upper <= 0] = -np.inf
    near[asked <= 0] = -np.inf
    each = int(asked.max())
    least = np.full(len(near), -np.inf)
    if each < len(places):
        least = np.partition(near, near.shape[1] - each, axis=1)[:, near.shape[1] - each].astype(np.float64)
    # whoever is among the best lies within the error of the last of them, which may itself be off by as much
    least = np.nextafter(least - 2 * error, -np.inf)
    down, j = np.nonzero((near >= least[:, None]) & (near > -np.inf))
    return down + rows.start, j


def _near(instance: Instance, rows: slice, everybody: slice) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    """Return the scores of some rows, and by how much they may be off."""
    screen = instance.screen
    if screen is None:
        exact = instance.score_block(rows, everybody)
        return exact, np.zeros(len(exact))
    near = screen.left[rows] @ screen.right.T
    if screen.rest is not None:
        near += screen.rest(rows, everybody)
    return near, screen.error[rows]


def _ranked(instance: Instance, i: NDArray[np.int64], j: NDArray[np.int64], most: NDArray[np.int64]) -> Arcs:
    """Score pairs exactly, sort them by row, best first, and keep as many of each row as it may have."""
    order = np.lexsort((j, -instance.tie_pairs(i, j), -instance.score_pairs(i, j), i))
    i, j = i[order], j[order]
    kept = rank_within(i) < most[i]
    return Arcs(i[kept], j[kept])


def rank_within(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each entry among those of its group, counted from 0; groups stand together."""
    starts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1]))) if len(group) else group
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))

"""The whole kernel: an auction where nothing is known yet, then shortest augmenting paths from both sides."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.network import Prices
from mentormatch.solvers.kept import count
from mentormatch.solvers.kernel.arrays import Graph, Side, chains_for, room_for, turned
from mentormatch.solvers.kernel.auction import auction
from mentormatch.solvers.kernel.augment import fill
from mentormatch.solvers.kernel.bounds import lacks
from mentormatch.solvers.kernel.warm import start

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Bounds
    from mentormatch.solvers.potentials import Part

MOST = 1 << 60
"""Twice the largest sum of weights stays below this: every distance then fits an int64."""

_STEP = 500
"""The auction's step is this share of the spread of weights."""

_BIDS = 30
"""Bids per near person after which an auction has gone on long enough."""

_WORK = 20_000_000
"""Pairs to look at between two looks at the clock."""


class Solved(NamedTuple):
    """An optimal matching and its proof."""

    used: NDArray[np.bool_]
    prices: Prices


def fits(part: Part) -> bool:
    """Say whether every sum of weights that can come up stays within an int64."""
    most = min(int(part.rows.upper.sum()), int(part.columns.upper.sum()), len(part.i)) + 1
    return 2 * most * max(1, int(np.abs(part.w).max(initial=0))) < MOST and part.steps is None


def solve(part: Part, guess: Prices | None = None, *, deadline: float | None = None) -> Solved | None:
    """Find the best b-matching over listed pairs, and prices that prove it.

    Parameters
    ----------
    part
        The pairs, with bounds that some matching keeps and weights that :func:`fits` accepts.
    guess
        Prices from before: with them the search starts at ``part.used``, and near the
        optimum it is short. Without them an auction finds a start.
    deadline
        A time of ``time.monotonic()`` at which to give up.

    Returns
    -------
    Solved or None
        None if no matching keeps the bounds, or time ran out.
    """
    graph, rows, columns = _graph(part), _side(part.rows, part.i), _side(part.columns, part.j)
    if guess is None:
        spread = int(np.ptp(part.w)) if len(part.w) else 0
        auction(graph, rows, columns, spread // _STEP + 1, spread, _BIDS * len(part.rows))
    else:
        columns.price[:] = np.clip(guess.v, -MOST // 4, MOST // 4)
    columns.load[:] = 0
    start(graph, rows, columns)
    if not _fill(graph, rows, columns, deadline):
        return None
    if any(lacks(columns, person) for person in range(len(columns.load))):
        other, origin = turned(graph, len(columns.load))
        if not _fill(other, columns, rows, deadline):
            return None
        graph.used[origin] = other.used
    return Solved(graph.used, Prices(_prices(rows, part.rows), _prices(columns, part.columns)))


def _graph(part: Part) -> Graph:
    first = np.concatenate(([0], np.cumsum(count(part.i, len(part.rows)))))
    i, j = part.i.astype(np.int32), part.j.astype(np.int32)
    return Graph(first, i, j, np.ascontiguousarray(part.w), part.used.copy())


def _side(bounds: Bounds, people: NDArray[np.int64]) -> Side:
    """Copy the bounds; nobody has more partners than pairs."""
    size = len(bounds)
    upper = np.minimum(bounds.upper, count(people, size))
    return Side(np.minimum(bounds.lower, upper), upper, np.zeros(size, np.int64), np.zeros(size, np.int64))


def _prices(side: Side, bounds: Bounds) -> NDArray[np.int64]:
    """Tell prices of places: whoever has places beyond all its pairs has no use for one more."""
    return np.where(side.load < bounds.upper, np.minimum(side.price, 0), side.price)


def _fill(graph: Graph, near: Side, far: Side, deadline: float | None) -> bool:
    chains, room = chains_for(graph, len(far.load)), room_for(len(near.load) + len(far.load))
    person = 0
    while 0 <= person < len(near.load):
        if deadline is not None and time.monotonic() > deadline:
            return False
        person = fill(graph, near, far, chains, room, person, _WORK)
    return person >= 0

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
from mentormatch.solvers.kernel.bounds import somebody_lacks
from mentormatch.solvers.kernel.warm import start

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Bounds
    from mentormatch.solvers.potentials import Part

MOST = 1 << 61
"""Twice the largest sum of weights stays below this: every distance then fits an int64, with a sum of two of them."""

_STEP = 300
"""The auction's step is this share of the spread of weights."""

_BIDS = 100
"""Bids per near person after which an auction has gone on long enough."""

_WORK = 20_000_000
"""Pairs to look at between two looks at the clock."""


class Solved(NamedTuple):
    """An optimal matching and its proof; without prices, how far it was when time ran out: minimums may be missed."""

    used: NDArray[np.bool_]
    prices: Prices | None


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
        None if no matching keeps the bounds.
    """
    live = _live(part)
    graph, rows, columns = _graph(part, live), _side(part.rows, part.i[live]), _side(part.columns, part.j[live])
    if guess is None:
        spread = int(np.ptp(graph.weight)) if len(graph.weight) else 0
        auction(graph, rows, columns, spread // _STEP + 1, spread, _BIDS * len(part.rows))
    else:
        columns.price[:] = np.clip(guess.v, -MOST // 4, MOST // 4)
    columns.load[:] = 0
    start(graph, rows, columns)
    late = _fill(graph, rows, columns, deadline)
    if late is False and somebody_lacks(columns):
        other, origin = turned(graph, len(columns.load))
        late = _fill(other, columns, rows, deadline)
        graph.used[origin] = other.used
    if late is None:
        return None
    used = np.zeros(len(part.i), bool)
    used[live] = graph.used
    return Solved(used, None if late else _prices(part, rows, columns))


def _live(part: Part) -> NDArray[np.bool_] | slice:
    """Tell the pairs between people who have places; where these are all, nothing is copied."""
    if (part.rows.upper > 0).all() and (part.columns.upper > 0).all():
        return slice(None)
    live: NDArray[np.bool_] = (part.rows.upper[part.i] > 0) & (part.columns.upper[part.j] > 0)
    return live


def _graph(part: Part, live: NDArray[np.bool_] | slice) -> Graph:
    """Lay out the pairs between people who have places."""
    i, j = part.i[live], part.j[live]
    first = np.concatenate(([0], np.cumsum(count(i, len(part.rows)))))
    return Graph(first, i.astype(np.uint32), j.astype(np.uint32), part.w[live], part.used[live].copy())


def _side(bounds: Bounds, people: NDArray[np.int64]) -> Side:
    """Copy the bounds; nobody has more partners than pairs."""
    size = len(bounds)
    upper = np.minimum(bounds.upper, count(people, size))
    return Side(np.minimum(bounds.lower, upper), upper, np.zeros(size, np.int64), np.zeros(size, np.int64))


def _prices(part: Part, rows: Side, columns: Side) -> Prices:
    """Price everybody, those without places too."""
    u, v = _capped(rows, part.rows), _capped(columns, part.columns)
    _raise(v, (part.j, part.i), u, part)
    _raise(u, (part.i, part.j), v, part)
    return Prices(u, v)


def _capped(side: Side, bounds: Bounds) -> NDArray[np.int64]:
    """Tell the prices of places: whoever has more places than pairs has no use for one more."""
    return np.where(side.load < bounds.upper, np.minimum(side.price, 0), side.price)


def _raise(
    prices: NDArray[np.int64], pairs: tuple[NDArray[np.int64], NDArray[np.int64]], others: NDArray[np.int64], part: Part
) -> None:
    """Price those of one side who have no places so high that nobody wants one."""
    people, partners = pairs
    none = (part.rows if people is part.i else part.columns).upper == 0
    if none.any():
        prices[none] = 0
        closed = np.flatnonzero(none[people])
        np.maximum.at(prices, people[closed], part.w[closed] - others[partners[closed]])


def _fill(graph: Graph, near: Side, far: Side, deadline: float | None) -> bool | None:
    """Give everybody what it lacks; say whether time ran out, None if somebody can never have its minimum."""
    chains, room = chains_for(graph, len(far.load)), room_for(len(near.load) + len(far.load))
    person = 0
    while 0 <= person < len(near.load):
        if deadline is not None and time.monotonic() > deadline:
            return True
        person = fill(graph, near, far, chains, room, person, _WORK)
    return None if person < 0 else False

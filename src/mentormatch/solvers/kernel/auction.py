"""An auction for a start near the optimum (Bertsekas 1988; with several places each, Bertsekas & Castañón 1989).

Whoever wants a partner bids for the best one at today's prices: as much more as that one
is better than the next, and ``step`` besides. A person with several places sells each at
its own price; its price is that of the cheapest. Pairs and prices are within ``step`` a
pair of the optimum; they are where :mod:`mentormatch.solvers.kernel.warm` starts, so
nothing in them has to be right.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import inline, jit
from mentormatch.solvers.kernel.arrays import FAR, NONE, Graph, Side

HIGH = 1 << 58
"""The price at which even those who must have a partner stop bidding."""


class Places(NamedTuple):
    """The places of the far side: those of each person are a heap, the cheapest first.

    Attributes
    ----------
    start
        Where each person's places begin, and their number at the end (int64).
    paid
        What each was sold for (int64).
    holder
        The pair that holds it, or -1 (int32).
    """

    start: NDArray[np.int64]
    paid: NDArray[np.int64]
    holder: NDArray[np.int32]


@jit
def auction(graph: Graph, near: Side, far: Side, step: int, rise: int, most: int) -> int:
    """Match from scratch and price the far side; in place.

    Parameters
    ----------
    graph, near, far
        People, and pairs between those who have places. Used pairs are forgotten; bidding starts at the far prices.
    step
        The least by which a price rises.
    rise
        The most by which it rises at once, beside that.
    most
        Bids after which it stops, wherever it is.

    Returns
    -------
    int
        How many bids there were.
    """
    graph.used[:] = False
    # arrays by name: compiled code counts references each time it takes one out of a tuple
    first, ends, weight, used, owner = graph.start, graph.far, graph.weight, graph.used, graph.near
    price, wants, minimums = far.price, near.upper.copy(), near.upper - near.lower
    begin, paid, holder = _places(far)
    waiting = np.arange(len(wants) - 1, -1, -1).astype(np.int32)
    left, bids = len(wants), 0
    must = (near.lower > 0).any()
    while left > 0 and bids < most:
        person = waiting[left - 1]
        wanted = wants[person]
        out = -HIGH if must and wanted > minimums[person] else 0
        pair, best, second = _two_best(first[person], first[person + 1], ends, weight, used, price, out)
        if pair == NONE or wanted == 0:
            left -= 1
            continue
        bids += 1
        other = ends[pair]
        place = begin[other]
        size = begin[other + 1] - place
        second = max(second, best + paid[place] - _next_price(paid, place, size), best - rise)
        loser = holder[place]
        _sell(paid, holder, place, size, paid[place] + best - second + step, pair)
        price[other] = paid[place]
        used[pair] = True
        wants[person] = wanted - 1
        left -= wanted == 1
        if loser != NONE:
            used[loser] = False
            loses = owner[loser]
            if wants[loses] == 0:  # it had left the waiting ones
                waiting[left] = loses
                left += 1
            wants[loses] += 1
    return bids


@jit
def _places(far: Side) -> Places:
    people = len(far.upper)
    start = np.zeros(people + 1, np.int64)
    for person in range(people):
        start[person + 1] = start[person] + far.upper[person]
    places = Places(start, np.empty(start[people], np.int64), np.full(start[people], NONE, np.int32))
    for person in range(people):
        places.paid[start[person] : start[person + 1]] = far.price[person]
    return places


@inline
def _two_best(
    first: int,
    last: int,
    ends: NDArray[np.uint32],
    weight: NDArray[np.int64],
    used: NDArray[np.bool_],
    price: NDArray[np.int64],
    out: int,
) -> tuple[int, int, int]:
    """Find the best unused pair at these prices, what it is worth, and what the next one is or staying out."""
    best, second, pair = -FAR, out, NONE
    for at in range(np.uint64(first), np.uint64(last)):  # without a sign, a quarter faster
        value = weight[at] - price[ends[at]]
        if value > second and not used[at]:
            if value > best:
                best, second = value, max(best, second)
                pair = np.int64(at)  # type: ignore[assignment]  # with a sign again, as NONE has
            else:
                second = value
    return pair, best, second


@inline
def _next_price(paid: NDArray[np.int64], place: int, size: int) -> int:
    """Give the price of the second cheapest of a person's places."""
    if size < 2:
        return FAR
    if size == 2:
        return paid[place + 1]
    return min(paid[place + 1], paid[place + 2])


@inline
def _sell(paid: NDArray[np.int64], holder: NDArray[np.int32], place: int, size: int, price: int, pair: int) -> None:
    """Sell the cheapest of a person's places to a pair."""
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and paid[place + below + 1] < paid[place + below]:
            below += 1
        if paid[place + below] >= price:
            break
        paid[place + at], holder[place + at] = paid[place + below], holder[place + below]
        at = below
    paid[place + at], holder[place + at] = price, pair

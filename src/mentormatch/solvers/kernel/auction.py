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

from mentormatch.solvers.kernel.arrays import FAR, NONE, Graph, Side
from mentormatch.solvers.kernel.compiled import jit


HIGH = 1 << 58
"""The price at which even those who must have a partner stop bidding."""


class Places(NamedTuple):
    """The places of the far side: those of person ``b`` are a heap from ``start[b]`` on, the cheapest first.

    Attributes
    ----------
    start
        Where each person's places begin, and their number at the end (int64).
    price
        What each was sold for (int64).
    holder
        The pair that holds it, or -1 (int32).
    """

    start: NDArray[np.int64]
    price: NDArray[np.int64]
    holder: NDArray[np.int32]


class Bid(NamedTuple):
    """A pair and what is offered for it."""

    pair: int
    price: int


@jit
def auction(graph: Graph, near: Side, far: Side, step: int, rise: int, most: int) -> int:
    """Match from scratch and price the far side; in place.

    Parameters
    ----------
    graph, near, far
        Pairs and people. Used pairs are forgotten; far prices are where bidding starts.
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
    near.load[:] = 0
    places = _places(far)
    people = len(near.load)
    waiting = np.arange(people - 1, -1, -1)
    left, bids = people, 0
    while left > 0 and bids < most:
        person = waiting[left - 1]
        bid = _bid(graph, near, far, places, person, step, rise)
        if bid.pair == NONE:
            left -= 1
            continue
        bids += 1
        out = _sell(far, places, graph.far[bid.pair], bid)
        graph.used[bid.pair] = True
        near.load[person] += 1
        if near.load[person] == near.upper[person]:
            left -= 1
        if out != NONE:
            graph.used[out] = False
            other = graph.near[out]
            full = near.load[other] == near.upper[other]
            near.load[other] -= 1
            if full:
                waiting[left] = other
                left += 1
    return bids


@jit
def _places(far: Side) -> Places:
    people = len(far.upper)
    start = np.zeros(people + 1, np.int64)
    for person in range(people):
        start[person + 1] = start[person] + far.upper[person]
    places = Places(start, np.empty(start[people], np.int64), np.full(start[people], NONE, np.int32))
    for person in range(people):
        places.price[start[person] : start[person + 1]] = far.price[person]
    return places


@jit
def _bid(graph: Graph, near: Side, far: Side, places: Places, person: int, step: int, rise: int) -> Bid:
    """Choose the best partner at today's prices and say what it is worth to outbid all others for it."""
    if near.load[person] >= near.upper[person]:
        return Bid(NONE, 0)
    out = 0 if near.load[person] >= near.lower[person] else -HIGH
    best, second, pair = -FAR, -FAR, NONE
    for at in range(graph.start[person], graph.start[person + 1]):
        other = graph.far[at]
        value = graph.weight[at] - far.price[other]
        if value <= second or graph.used[at] or far.upper[other] == 0:
            continue
        if value > best:
            best, second, pair = value, best, at
        else:
            second = value
    if pair == NONE or best < out:
        return Bid(NONE, 0)
    other = graph.far[pair]
    second = max(second, out, best + far.price[other] - _next_price(places, other), best - rise)
    return Bid(pair, far.price[other] + best - second + step)


@jit
def _next_price(places: Places, person: int) -> int:
    """Give the price of the second cheapest place of a far person."""
    first, last = places.start[person], places.start[person + 1]
    if last - first < 2:
        return FAR
    if last - first == 2:
        return places.price[first + 1]
    return min(places.price[first + 1], places.price[first + 2])


@jit
def _sell(far: Side, places: Places, person: int, bid: Bid) -> int:
    """Sell the cheapest place of a far person; return the pair that held it, or -1."""
    price, holder = places.price, places.holder
    first = places.start[person]
    size = places.start[person + 1] - first
    out = holder[first]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and price[first + below + 1] < price[first + below]:
            below += 1
        if price[first + below] >= bid.price:
            break
        price[first + at], holder[first + at] = price[first + below], holder[first + below]
        at = below
    price[first + at], holder[first + at] = bid.price, bid.pair
    far.price[person] = price[first]
    return out

"""One partner each over a whole table of weights: the method of Jonker & Volgenant (1987), in integers.

Prices come with the matching: first each column costs what its best row would pay, then rows
that are left bid against one another, and shortest augmenting paths do the rest. At the
end one look at every pair proves that nothing pays more than its prices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import jit
from mentormatch.solvers.grid import CLOSED

NONE = -1

SHUT = int(CLOSED)

FAR = 1 << 61
"""Farther than any path."""


_BIDS = 8
"""Bids per row after which paths are the quicker way."""


@jit
def fill_grid(scores: NDArray[np.float64], scale: float, out: NDArray[np.int64]) -> bool:
    """Write scores times a power of two as whole numbers, NaN as :data:`SHUT`; say whether there was none."""
    full = True
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            scaled = np.rint(scores[i, j] * scale)
            if np.isnan(scaled):
                out[i, j] = SHUT
                full = False
            else:
                out[i, j] = np.int64(scaled)
    return full


@jit
def buy_columns(
    weight: NDArray[np.int64], price: NDArray[np.int64], row_of: NDArray[np.int64], column_of: NDArray[np.int64]
) -> None:
    """Price every column of a square at its largest weight, and give it to the row that has it, each one column."""
    best = np.zeros(len(price), np.int64)
    price[:] = SHUT
    for i in range(len(column_of)):
        for j in range(len(price)):
            if weight[i, j] > price[j]:
                price[j] = weight[i, j]
                best[j] = i
    for j in range(len(price)):
        if price[j] == SHUT:
            price[j] = 0
        elif column_of[best[j]] == NONE:
            column_of[best[j]], row_of[j] = j, best[j]


@jit
def keep_tight(
    weight: NDArray[np.int64], price: NDArray[np.int64], row_of: NDArray[np.int64], column_of: NDArray[np.int64]
) -> None:
    """Let go of every pair that is not its row's best under the prices."""
    for i in range(len(column_of)):
        mine = column_of[i]
        worth = weight[i, mine] - price[mine]
        for j in range(len(price)):
            if weight[i, j] - price[j] > worth:
                column_of[i], row_of[mine] = NONE, NONE
                break


@jit
def bid(
    weight: NDArray[np.int64],
    price: NDArray[np.int64],
    row_of: NDArray[np.int64],
    column_of: NDArray[np.int64],
    waiting: NDArray[np.int64],
    size: int,
    most: int,
) -> int:
    """Let waiting rows take their best column for what the second best leaves, so many times at most.

    Returns
    -------
    int
        How many rows wait after that: the first ones of ``waiting``.
    """
    at, left = 0, 0
    while at < size and most > 0:
        most -= 1
        i = waiting[at]
        at += 1
        first, second, best, other = -FAR * 2, -FAR * 2, NONE, NONE
        for j in range(len(price)):
            worth = weight[i, j] - price[j]
            if worth > second:
                if worth > first:
                    second, other = first, best
                    first, best = worth, j
                else:
                    second, other = worth, j
        if best < 0 or other < 0 or weight[i, other] == SHUT:
            waiting[left] = i
            left += 1
            continue
        gap = first - second
        price[best] += gap
        if gap == 0 and row_of[best] != NONE:
            best = other
        loser = row_of[best]
        row_of[best], column_of[i] = i, best
        if loser != NONE:
            column_of[loser] = NONE
            if gap > 0:
                at -= 1
                waiting[at] = loser
            else:
                waiting[left] = loser
                left += 1
    while at < size:
        waiting[left] = waiting[at]
        left += 1
        at += 1
    return left


@jit
def augment(  # noqa: C901, PLR0912  Dijkstra's search over an array, as published
    weight: NDArray[np.int64],
    price: NDArray[np.int64],
    row_of: NDArray[np.int64],
    column_of: NDArray[np.int64],
    start: int,
    distance: NDArray[np.int64],
    before: NDArray[np.int64],
    order: NDArray[np.int64],
) -> bool:
    """Find the shortest way from a row to a free column and turn it over; say whether there is one."""
    m = len(price)
    for j in range(m):
        order[j], before[j] = j, start
        distance[j] = price[j] - weight[start, j] if weight[start, j] != SHUT else FAR
    low, up, ready, least, end = 0, 0, 0, 0, NONE
    while end == NONE:
        if low == up:
            ready = low
            least = FAR
            for k in range(up, m):
                j = order[k]
                if distance[j] <= least:
                    if distance[j] < least:
                        up, least = low, distance[j]
                    order[k], order[up] = order[up], j
                    up += 1
            if least == FAR:
                return False
            for k in range(low, up):
                if row_of[order[k]] == NONE:
                    end = order[k]
                    break
        while end == NONE and low < up:
            near = order[low]
            low += 1
            i = row_of[near]
            off = price[near] - weight[i, near] - least
            for k in range(up, m):
                j = order[k]
                if weight[i, j] == SHUT:
                    continue
                reach = price[j] - weight[i, j] - off
                if reach < distance[j]:
                    distance[j], before[j] = reach, i
                    if reach == least:
                        if row_of[j] == NONE:
                            end = j
                            break
                        order[k], order[up] = order[up], j
                        up += 1
    for k in range(ready):
        price[order[k]] += least - distance[order[k]]
    while True:
        i = before[end]
        row_of[end] = i
        column_of[i], end = end, column_of[i]
        if i == start:
            return True


@jit
def match_all(
    weight: NDArray[np.int64], price: NDArray[np.int64], row_of: NDArray[np.int64], column_of: NDArray[np.int64]
) -> bool:
    """Give every row a column, at the largest weight, from prices under which every pair made is its row's best.

    Parameters
    ----------
    weight
        Rows × columns, no more rows than columns, :data:`SHUT` where a pair may not be made.
    price
        A price a column; 0 where the column is free and not every column will be taken. Written to.
    row_of, column_of
        The pairs that are made; :data:`NONE` for nobody. Written to.

    Returns
    -------
    bool
        False if some row cannot have any.
    """
    n, m = weight.shape
    waiting = np.flatnonzero(column_of == NONE)
    size = len(waiting)
    size = bid(weight, price, row_of, column_of, waiting, size, _BIDS * n)
    distance, before, order = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m, np.int64)
    for k in range(size):  # noqa: SIM110  numba compiles no generators
        if not augment(weight, price, row_of, column_of, waiting[k], distance, before, order):
            return False
    return True


@jit
def tight_pairs(weight: NDArray[np.int64], u: NDArray[np.int64], v: NDArray[np.int64], keys: NDArray[np.int64]) -> int:
    """List the pairs that are worth exactly their prices, as far as there is room.

    Returns
    -------
    int
        How many there are in all; -1 if a pair is worth more than its prices.
    """
    found, m = 0, len(v)
    for i in range(len(u)):
        top = -FAR * 2
        for j in range(m):
            top = max(top, weight[i, j] - v[j])
        if top > u[i]:
            return -1
        if top < u[i]:
            continue
        for j in range(m):
            if weight[i, j] - v[j] == top:
                if found < len(keys):
                    keys[found] = i * m + j
                found += 1
    return found


@jit
def mix_tight(
    weight: NDArray[np.int64],
    prices: tuple[NDArray[np.int64], NDArray[np.int64]],
    row_hash: NDArray[np.uint64],
    column_hash: NDArray[np.uint64],
    out: NDArray[np.int64],
) -> None:
    """Write the hash of every pair that is worth exactly its prices, and :data:`SHUT` for all others.

    The hashes are the library's (SplitMix64; Steele, Lea & Flood 2014).
    """
    u, v = prices
    for i in range(len(u)):
        for j in range(len(v)):
            if weight[i, j] - v[j] == u[i]:
                far = column_hash[j]
                x = row_hash[i] ^ ((far << np.uint64(32)) | (far >> np.uint64(32)))
                x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                x = x ^ (x >> np.uint64(31))
                out[i, j] = np.int64(x >> np.uint64(24))
            else:
                out[i, j] = SHUT

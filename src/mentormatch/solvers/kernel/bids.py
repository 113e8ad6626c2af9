"""Bids and paths over short lists: the method of Jonker & Volgenant (1987), which looks at whole rows where it must.

First each column costs what its best row would pay, then rows that are left bid against one another, and shortest
augmenting paths do the rest. What :mod:`mentormatch.solvers.kernel.shortlist` says of lists makes each step the same
as if it had looked at every column.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mentormatch.compiled import inline, jit
from mentormatch.solvers.kernel.shortlist import NONE, NOTHING, Desk, Floats, Ints, Lists, Source, shortlist, weigh

_BIDS = 16
"""Bids per row after which paths are the quicker way."""


class Now(NamedTuple):
    """Where the matching stands: a price a column, who has whom, and what each row's pair weighs."""

    price: Floats
    row_of: Ints
    column_of: Ints
    own: Floats


class Search(NamedTuple):
    """One search: distances of columns, how they were reached, and two heaps, of columns and of rows to look at.

    ``kind`` says of each row which one it is like, and ``seen`` from where one of a kind was reached last.
    """

    distance: Floats
    before: Ints
    weight: Floats
    heap: Ints
    place: Ints
    base: Floats
    rest: Floats
    rows: Ints
    row_place: Ints
    touched: Ints
    done: Ints
    kind: Ints
    seen: Ints


def nothing(rows: int, columns: int) -> Now:
    """Return a matching of nobody, at prices of 0."""
    return Now(np.zeros(columns), np.full(columns, NONE), np.full(rows, NONE), np.zeros(rows))


def search_for(kind: Ints, columns: int) -> Search:
    """Return room for searches from rows, of which all of a kind have the same weights."""
    rows = len(kind)
    wide, tall = np.zeros((5, columns), np.int64), np.zeros((2, rows), np.int64)
    return Search(
        distance=np.full(columns, np.inf), before=wide[0], weight=np.empty(columns), heap=wide[1], place=wide[2],
        base=np.empty(rows), rest=np.empty(rows), rows=tall[0], row_place=tall[1],
        touched=wide[3], done=wide[4], kind=kind, seen=np.full(rows, NONE),
    )  # fmt: skip


@jit
def buy_columns(source: Source, kind: Ints, now: Now, line: Floats, best: Ints) -> None:
    """Price every column of a square at its largest weight, and give it to the row that has it, each one column.

    Of rows that are alike, as ``kind`` says, the first is looked at.
    """
    price, row_of, column_of, own = now
    price[:] = NOTHING
    best[:] = 0
    for i in range(len(column_of)):
        if kind[i] != i:
            continue
        weigh(source, i, line)
        for j in range(len(line)):
            larger = line[j] > price[j]
            price[j] = line[j] if larger else price[j]
            best[j] = i if larger else best[j]
    for j in range(len(price)):
        if price[j] == NOTHING:
            price[j] = 0.0
        elif column_of[best[j]] == NONE:
            column_of[best[j]], row_of[j], own[best[j]] = j, best[j], price[j]


@jit
def list_all(source: Source, lists: Lists, desk: Desk, now: Now) -> None:
    """Write every row's list, and let go of every pair that is not its row's best under the prices."""
    price, row_of, column_of, own = now
    for i in range(len(column_of)):
        weigh(source, i, desk.line)
        top = shortlist(lists, desk, price, i)
        mine = column_of[i]
        if mine != NONE and not own[i] - price[mine] >= top:
            column_of[i], row_of[mine] = NONE, NONE


@jit
def bid(  # noqa: C901, PLR0912  one loop, for speed
    source: Source, lists: Lists, desk: Desk, now: Now, waiting: Ints, most: int
) -> int:
    """Let waiting rows take their best column for what the second best leaves, so many times at most.

    Returns
    -------
    int
        How many rows wait after that: the first ones of ``waiting``.
    """
    near, worth, rest = lists
    price, row_of, column_of, own = now
    at, left, size = 0, 0, len(waiting)
    while at < size and most > 0:
        most -= 1
        i = waiting[at]
        at += 1
        first, second, best, other, weight, spare = NOTHING, NOTHING, NONE, NONE, 0.0, 0.0
        for looks in range(2):
            first, second, best, other = NOTHING, NOTHING, NONE, NONE
            for k in range(near.shape[1]):
                j = near[i, k]
                if j == NONE:
                    break
                value = worth[i, k] - price[j]
                if value > first:
                    second, other, spare = first, best, weight
                    first, best, weight = value, j, worth[i, k]
                elif value > second:
                    second, other, spare = value, j, worth[i, k]
            if looks == 1 or second >= rest[i] or first > rest[i]:
                break
            weigh(source, i, desk.line)
            shortlist(lists, desk, price, i)
        second = max(second, rest[i])  # columns off the list may be worth as much: who bids less errs by nothing
        gap = first - second
        if second == NOTHING or (gap == 0 and row_of[best] != NONE and other == NONE):
            waiting[left] = i
            left += 1
            continue
        price[best] += gap
        if gap == 0 and row_of[best] != NONE:
            best, weight = other, spare
        loser = row_of[best]
        row_of[best], column_of[i], own[i] = i, best, weight
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


@inline
def _rise(heap: Ints, place: Ints, key: Floats, node: int, at: int) -> None:
    """Put a node into a heap where it belongs, from a place on upwards (Williams 1964)."""
    own = key[node]
    while at > 0:
        above = (at - 1) >> 1
        if key[heap[above]] <= own:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = node
    place[node] = at


@inline
def _sink(heap: Ints, place: Ints, key: Floats, size: int) -> None:
    """Let the last of a heap take the place of the first, which is taken out; so many are left."""
    last, at = heap[size], 0
    own = key[last]
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
            below += 1
        if key[heap[below]] >= own:
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    heap[at] = last
    place[last] = at


@jit
def augment(  # noqa: C901, PLR0912, PLR0915  one loop, for speed
    source: Source, lists: Lists, desk: Desk, now: Now, search: Search, start: int
) -> bool:
    """Find the shortest way from a row to a free column and turn it over; say whether there is one.

    Rows that are reached go on to what is on their lists. Each waits besides, at the distance of the nearest
    column that its list may lack, to be looked at whole; most never are. A row whose like was reached before leads
    nowhere sooner.
    """
    near, worth, rest = lists
    price, row_of, column_of, own = now
    distance, before, weight, heap, place, base, key, rows, row_place, touched, done, kind, seen = search
    line = desk.line
    queued, looked, known, finished = 0, 0, 0, 0
    limit, end = np.inf, NONE
    i, off, whole = start, 0.0, False
    while True:
        if whole:
            weigh(source, i, line)
        again = not whole and seen[kind[i]] == start
        seen[kind[i]] = start
        for k in range(0 if again else len(line) if whole else near.shape[1]):
            j = k if whole else near[i, k]
            if j == NONE:
                break
            own_weight = line[k] if whole else worth[i, k]
            reach = off - own_weight + price[j]
            if reach < limit and reach < distance[j]:
                fresh = distance[j] == np.inf
                distance[j], before[j], weight[j] = reach, i, own_weight
                if fresh:
                    touched[known] = j
                    known += 1
                if row_of[j] == NONE:
                    limit, end = reach, j
                    continue
                if fresh:
                    place[j] = queued
                    queued += 1
                _rise(heap, place, distance, j, place[j])
        if whole:
            shortlist(lists, desk, price, i)
        elif not again and rest[i] > NOTHING and off - rest[i] < limit:
            base[i], key[i] = off, off - rest[i]
            _rise(rows, row_place, key, i, looked)
            looked += 1
        least = distance[heap[0]] if queued > 0 else np.inf
        whole = looked > 0 and key[rows[0]] < least
        if (key[rows[0]] if whole else least) >= limit:
            break
        if whole:
            i = rows[0]
            off = base[i]
            looked -= 1
            if looked > 0:
                _sink(rows, row_place, key, looked)
            continue
        node = heap[0]
        queued -= 1
        if queued > 0:
            _sink(heap, place, distance, queued)
        done[finished] = node
        finished += 1
        i = row_of[node]
        off = least + own[i] - price[node]
    if end != NONE:
        for k in range(finished):
            price[done[k]] += limit - distance[done[k]]
    for k in range(known):
        distance[touched[k]] = np.inf
    while end != NONE:
        i = before[end]
        row_of[end], own[i] = i, weight[end]
        column_of[i], end = end, column_of[i]
        if i == start:
            return True
    return False


@jit
def match_all(source: Source, lists: Lists, desk: Desk, now: Now, search: Search) -> bool:
    """Give every row a column, at the largest weight, from prices under which every pair made is its row's best.

    Parameters
    ----------
    source
        What pairs weigh; no more rows than columns.
    lists
        True of every row under the prices.
    desk, search
        Room to work in.
    now
        The matching and its prices, which rise; a column that is free, where not every one will be taken, costs 0.

    Returns
    -------
    bool
        False if some row cannot have any.
    """
    waiting = np.flatnonzero(now.column_of == NONE)
    left = bid(source, lists, desk, now, waiting, _BIDS * len(now.column_of))
    for k in range(left):  # noqa: SIM110  numba compiles no generators
        if not augment(source, lists, desk, now, search, waiting[k]):
            return False
    return True

"""One partner each over a whole table: every row keeps a short list of columns, and looks at all of them seldom.

Prices only rise while rows bid and paths are turned over (Bertsekas 1981; Jonker & Volgenant
1987). So what all columns off a row's list are worth at most, once it is known, stays true: as
long as something on the list is worth more, nothing else need be looked at, and the answer
is that of looking at everything.

Weights and prices are whole numbers held as float64. Sums of such numbers are exact below 2**53, and
whoever proves the result refuses prices beyond :data:`LARGEST`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import inline, jit

NONE = -1

LARGEST = 2.0**51
"""Prices below which every sum is exact: weights stay below 2**50."""

KEPT = 24
"""Columns on a list."""

_LANES = 64
"""Parts of a row, each by every 64th column, whose best columns say about how much the best of all are worth."""

_STEP = 16
"""Columns that are looked at together."""

_ABOUT = 20
"""Lanes whose best column comes onto the list."""

_BIDS = 16
"""Bids per row after which paths are the quicker way."""

_ROUND = 1.5 * 2.0**52
"""Added and taken away again it rounds to whole numbers, halves to even, all that is below 2**51."""

NOTHING = -1e300
"""Less than any weight."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Source(NamedTuple):
    """What a pair weighs: its score on the grid or, among pairs worth exactly their prices, its hash.

    Attributes
    ----------
    scores, scale
        Rows × columns, NaN where a pair may not be made; a weight is a score times the scale, rounded.
    hashed
        Whether hashes are meant.
    u, v
        With hashes, the prices.
    row_hash, column_hash
        What hashes are mixed from; ``swapped`` says that rows are mentors.
    """

    scores: Floats
    scale: float
    hashed: bool
    u: Floats
    v: Floats
    row_hash: NDArray[np.uint64]
    column_hash: NDArray[np.uint64]


class Lists(NamedTuple):
    """The short list of each row: columns, their weights, and what any other column is worth at most."""

    near: Ints
    worth: Floats
    rest: Floats


class Desk(NamedTuple):
    """Room to work in: one line of weights, of a row's places, of lanes."""

    line: Floats
    found: Ints
    lanes: Floats


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


def lists_for(rows: int) -> Lists:
    """Return lists to be written."""
    return Lists(np.empty((rows, KEPT), np.int64), np.empty((rows, KEPT)), np.empty(rows))


def nothing(rows: int, columns: int) -> Now:
    """Return a matching of nobody, at prices of 0."""
    return Now(np.zeros(columns), np.full(columns, NONE), np.full(rows, NONE), np.zeros(rows))


def desk_for(columns: int) -> Desk:
    """Return room for rows of so many columns."""
    return Desk(np.empty(columns), np.empty(columns + 1, np.int64), np.empty(_LANES))


def search_for(kind: Ints, columns: int) -> Search:
    """Return room for searches from rows, of which all of a kind have the same weights."""
    rows = len(kind)
    floats, ints = (lambda size: np.empty(size)), (lambda size: np.empty(size, np.int64))
    return Search(
        np.full(columns, np.inf), ints(columns), floats(columns), ints(columns), ints(columns),
        floats(rows), floats(rows), ints(rows), ints(rows), ints(columns), ints(columns),
        kind, np.full(rows, NONE),
    )  # fmt: skip


@inline
def mixed(row: np.uint64, column: np.uint64) -> float:
    """Mix the hashes of two people as the library does everywhere (SplitMix64; Steele, Lea & Flood 2014)."""
    x = row ^ ((column << np.uint64(32)) | (column >> np.uint64(32)))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return np.float64(np.int64(x >> np.uint64(24)))


@jit
def weigh(source: Source, i: int, line: Floats) -> None:
    """Write what a row's pairs weigh; NaN or less than everything where a pair may not be made."""
    scores, scale = source.scores[i], source.scale
    for j in range(len(line)):
        line[j] = (scores[j] * scale + _ROUND) - _ROUND
    if source.hashed:
        v, hashes, top, own = source.v, source.column_hash, source.u[i], source.row_hash[i]
        for j in range(len(line)):
            line[j] = mixed(own, hashes[j]) if line[j] - v[j] == top else -np.inf


@jit
def shortlist(lists: Lists, desk: Desk, price: Floats, i: int) -> float:
    """List the columns that are worth most to a row, whose weights lie on the desk; return what the best is worth.

    What lies on the desk is written over.
    """
    line, found, lanes = desk
    near, worth = lists.near[i], lists.worth[i]
    m, most = len(line), len(near)
    lanes[:] = -np.inf
    for low in range(0, m - m % _LANES, _LANES):
        for k in range(_LANES):
            value = line[low + k] - price[low + k]
            line[low + k] = value
            lanes[k] = value if value > lanes[k] else lanes[k]
    for k in range(m % _LANES):
        j = m - m % _LANES + k
        line[j] -= price[j]
        lanes[k] = line[j] if line[j] > lanes[k] else lanes[k]
    least, top = _ranked(lanes)
    # of equal ones every row begins elsewhere: else all would list the same
    begin = i * m // len(lists.rest)
    size = _reaching(line, least, found, begin, most if least == top else m)
    at = 0
    if size > most:
        above = 0
        for k in range(size):
            above += line[found[k]] > least
        if above > most:
            least = np.sort(line[found[:size]])[size - most]
        if above > 0:
            for k in range(size):
                if line[found[k]] > least:
                    near[at], at = found[k], at + 1
    for k in range(size):
        if at == most:
            break
        if size <= most or line[found[k]] == least:
            near[at], at = found[k], at + 1
    for k in range(at):
        worth[k] = line[near[k]] + price[near[k]]
    if at < most:
        near[at] = NONE
    lists.rest[i] = least
    return top


@inline
def _reaching(line: Floats, least: float, found: Ints, begin: int, enough: int) -> int:
    """Write where a line reaches a value, from a place on and then from the beginning; return how often it does.

    Past as many as are enough it looks no further.
    """
    size = 0
    for turn in range(2):
        end = begin if turn else len(line)
        for low in range(0 if turn else begin, end, _STEP):
            if size >= enough:
                break
            part = line[low : min(low + _STEP, end)]
            some = 0
            for k in range(len(part)):
                some += np.int64(part[k] >= least)
            if some > 0:
                for k in range(len(part)):
                    found[size] = low + k
                    size += part[k] >= least
    return size


@inline
def _ranked(lanes: Floats) -> tuple[float, float]:
    """Return the value that so many lanes reach, and the largest of all."""
    least, top = np.inf, NOTHING
    for k in range(_LANES):
        larger = 0
        for other in range(_LANES):
            larger += lanes[other] > lanes[k]
        if larger < _ABOUT and lanes[k] < least:
            least = lanes[k]
        top = max(top, lanes[k])
    return max(least, NOTHING), top


@jit
def bid(source: Source, lists: Lists, desk: Desk, now: Now, waiting: Ints, most: int) -> int:
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
def augment(source: Source, lists: Lists, desk: Desk, now: Now, search: Search, start: int) -> bool:  # noqa: C901, PLR0912, PLR0915
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
def list_tight(source: Source, lists: Lists, desk: Desk) -> int:
    """Prove prices by a look at every pair, and write every row's list by hash among the pairs worth just their prices.

    Parameters
    ----------
    source
        Of hashes.
    lists
        Written to.
    desk
        Room to work in.

    Returns
    -------
    int
        How many pairs are worth exactly their prices; -1 if one is worth more, or a row has none.
    """
    line, found, lanes = desk
    columns = np.empty_like(found)
    u, v, scale, hashes = source.u, source.v, source.scale, source.column_hash
    none, m, most, tight = np.zeros(len(v)), len(v), lists.near.shape[1], 0
    for i in range(len(u)):
        scores, over, size, top, own = source.scores[i], 0, 0, u[i], source.row_hash[i]
        for j in range(m):
            value = ((scores[j] * scale + _ROUND) - _ROUND) - v[j]
            over += np.int64(value > top)
            size += np.int64(value == top)
            line[j] = value
        if over > 0 or size == 0:
            return -1
        tight += size
        if size > m >> 1:
            for j in range(m):
                value = mixed(own, hashes[j])
                line[j] = value if line[j] == top else -np.inf
            shortlist(lists, desk, none, i)
            continue
        _reaching(line, top, columns, 0, m)
        for k in range(size):
            line[k] = mixed(own, hashes[columns[k]])
        if size > most:
            shortlist(lists, Desk(line[:size], found, lanes), none, i)
            for k in range(most):
                if lists.near[i, k] == NONE:
                    break
                lists.near[i, k] = columns[lists.near[i, k]]
            continue
        for k in range(size):
            lists.near[i, k], lists.worth[i, k] = columns[k], line[k]
        if size < most:
            lists.near[i, size] = NONE
        lists.rest[i] = NOTHING
    return tight


@jit
def in_order(scores: Floats, rows: Ints, columns: Ints, out: Floats) -> None:
    """Write a table with its rows and columns in another order."""
    for i in range(len(rows)):
        line, to = scores[rows[i]], out[i]
        for j in range(len(columns)):
            to[j] = line[columns[j]]


@jit
def alike(scores: Floats, kind: Ints) -> None:
    """Check that each row is the very same as the one that it is said to be like; else it is like itself."""
    for i in range(len(kind)):
        one, other, off = scores[i], scores[kind[i]], 0
        for j in range(len(one)):
            off += np.int64(one[j] != other[j])
        if off > 0:
            kind[i] = i

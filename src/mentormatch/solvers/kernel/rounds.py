"""Cheapest cycles of a residual network, compiled: what :mod:`mentormatch.solvers.residual` does, in the same order.

Vertices are rows, then columns, then the hub. Costs are two numbers that are compared in turn: what
every tier but the last one loses, and the last one. Such pairs add up and are ordered as one number is,
so that one search does for both. Every search gives up beyond a limit, and few people are near
enough to be met at all.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import inline, jit

NONE = -1

BEYOND = 1 << 61
"""More than any step costs."""

OPEN, MADE, SETTLED = range(3)
"""What ``Now.state`` says of a pair: it can be made, it is made, or it may not change."""

SIZE, NUMBER, ENTRIES, FOUND, LAST, ROOT = range(6)
"""What ``Desk.state`` holds: costs on the heap, the number of the search, ways from the hub written down, vertices of
the best cycle, and where the one at hand ends and begins."""


Ints: TypeAlias = "NDArray[np.int64]"


class Web(NamedTuple):
    """The pairs that may change, by row.

    Attributes
    ----------
    start, column
        Where the pairs of each row begin, and the column of each (int64).
    row
        The row of each pair (int64).
    turned_start, turned
        Where the pairs of each column begin among ``turned``, which lists pairs by column (int64).
    cost, less
        What making each pair costs, two numbers (int64).
    worth, worth_less
        What a place of each person is worth, two numbers (int64).
    lower, upper
        The bounds of each person, rows first (int64).
    """

    start: NDArray[np.int64]
    column: NDArray[np.int64]
    row: NDArray[np.int64]
    turned_start: NDArray[np.int64]
    turned: NDArray[np.int64]
    cost: NDArray[np.int64]
    less: NDArray[np.int64]
    worth: NDArray[np.int64]
    worth_less: NDArray[np.int64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]


class Now(NamedTuple):
    """One part of all matchings: the state of each pair, the load of each person, and two shifts of each price."""

    state: NDArray[np.int8]
    load: NDArray[np.int64]
    shift: NDArray[np.int64]
    shift_less: NDArray[np.int64]


class Desk(NamedTuple):
    """What searches write on.

    Attributes
    ----------
    far, far_less
        How far each vertex is, two numbers (int64).
    stamp, before
        The last search that met each vertex, and from where (int64).
    heap, heap_less, what
        Costs in order, and the vertex or way that each belongs to (int64).
    entry
        Ways from the hub: vertex, first vertex after the hub, and the vertex before (int64, ways × 3).
    first, came
        The first vertices of the two nearest ways from the hub to each vertex, and the vertices before it.
    done
        Rows that were looked from already (bool).
    walk
        The vertices of the best cycle so far (int64).
    ahead, ahead_less, head
        What the steps from each row cost, two numbers, and the column of each (int64).
    back, back_less, tail
        What the steps from each column cost, and the row of each (int64).
    end
        Where the steps of each person end (int64).
    limit
        The most that a cycle may cost, two numbers; then what the best one costs (int64).
    state
        See :data:`SIZE` (int64).
    """

    far: NDArray[np.int64]
    far_less: NDArray[np.int64]
    stamp: NDArray[np.int64]
    before: NDArray[np.int64]
    heap: NDArray[np.int64]
    heap_less: NDArray[np.int64]
    what: NDArray[np.int64]
    entry: NDArray[np.int64]
    first: NDArray[np.int64]
    came: NDArray[np.int64]
    done: NDArray[np.bool_]
    walk: NDArray[np.int64]
    ahead: NDArray[np.int64]
    ahead_less: NDArray[np.int64]
    head: NDArray[np.int64]
    back: NDArray[np.int64]
    back_less: NDArray[np.int64]
    tail: NDArray[np.int64]
    end: NDArray[np.int64]
    limit: NDArray[np.int64]
    state: NDArray[np.int64]


def desk_for(people: int, pairs: int) -> Desk:
    """Make room for searches among so many people of both sides together."""
    vertices = people + 1
    steps = 2 * (pairs + 2 * people) + vertices + 1  # every arc is met twice at most
    numbers = [np.zeros(vertices, np.int64) for _ in range(4)]
    heap = [np.zeros(steps, np.int64) for _ in range(3)]
    twos = np.zeros((vertices, 2), np.int64), np.zeros((vertices, 2), np.int64)
    done, walk = np.zeros(vertices, bool), np.zeros(vertices + 1, np.int64)
    entry = np.zeros((steps, 3), np.int64)
    ways = [np.zeros(pairs, np.int64) for _ in range(6)]
    return Desk(
        numbers[0], numbers[1], numbers[2], numbers[3], heap[0], heap[1], heap[2], entry, twos[0], twos[1], done, walk,
        ways[0], ways[1], ways[2], ways[3], ways[4], ways[5], np.zeros(people, np.int64),
        np.zeros(4, np.int64), np.zeros(6, np.int64),
    )  # fmt: skip


@inline
def _less(a: int, b: int, x: int, y: int) -> bool:
    """Say whether the first two numbers are less than the others."""
    return a < x or (a == x and b < y)


@inline
def _within(desk: Desk, cost: int, less: int) -> bool:
    """Say whether a cost is within the limit."""
    return not _less(desk.limit[0], desk.limit[1], cost, less)


@jit
def _rise(heap: Ints, second: Ints, whats: Ints, at: int, cost: int, less: int, what: int) -> None:
    """Put a cost on a heap of so many."""
    while at > 0:
        above = (at - 1) >> 1
        if not _less(cost, less, heap[above], second[above]):
            break
        heap[at], second[at], whats[at] = heap[above], second[above], whats[above]
        at = above
    heap[at], second[at], whats[at] = cost, less, what


@jit
def _sink(heap: Ints, second: Ints, whats: Ints, size: int) -> None:
    """Take the least cost off a heap, of which so many are left."""
    cost, less, what, at = heap[size], second[size], whats[size], 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and _less(heap[below + 1], second[below + 1], heap[below], second[below]):
            below += 1
        if not _less(heap[below], second[below], cost, less):
            break
        heap[at], second[at], whats[at] = heap[below], second[below], whats[below]
        at = below
    heap[at], second[at], whats[at] = cost, less, what


@inline
def _push(desk: Desk, cost: int, less: int, what: int) -> None:
    """Put a cost on the heap."""
    desk.state[SIZE] += 1
    _rise(desk.heap, desk.heap_less, desk.what, desk.state[SIZE] - 1, cost, less, what)


@inline
def _pop(desk: Desk) -> tuple[int, int, int]:
    """Take the least cost off the heap."""
    found = desk.heap[0], desk.heap_less[0], desk.what[0]
    desk.state[SIZE] -= 1
    _sink(desk.heap, desk.heap_less, desk.what, desk.state[SIZE])
    return found


@inline
def _nearer(desk: Desk, vertex: int, cost: int, less: int, before: int) -> bool:
    """Write down a way to a vertex, if it is the shortest so far."""
    number = desk.state[NUMBER]
    if desk.stamp[vertex] == number and not _less(cost, less, desk.far[vertex], desk.far_less[vertex]):
        return False
    desk.stamp[vertex] = number
    desk.far[vertex], desk.far_less[vertex], desk.before[vertex] = cost, less, before
    return True


@inline
def _lower_limit(desk: Desk, cost: int, less: int, last: int) -> None:
    """Write down what a cycle costs; whatever is found later has to cost less."""
    desk.limit[0], desk.limit[1] = cost, less - 1
    desk.limit[2], desk.limit[3] = cost, less
    desk.state[LAST] = last


@jit
def cheapest(web: Web, now: Now, desk: Desk) -> int:
    """Find the cheapest cycle that changes a pair, within ``desk.limit``.

    One search from the hub and one from each row, each within what the best cycle so far costs and
    without the rows that were looked from before (Itai & Rodeh 1978; Dijkstra 1959).

    Returns
    -------
    int
        How many vertices it has, in ``desk.walk``; 0 if there is none. ``desk.limit[2:]`` is its cost.
    """
    desk.state[FOUND] = 0
    _round_the_hub(web, now, desk)
    _lay_out(web, now, desk)
    least, least_less, last, last_less = _least(web, desk)
    desk.done[:] = False
    for row in np.argsort(least.astype(np.float64) * 2.0**40 + least_less):  # any order is right, this one is quick
        if least[row] < BEYOND and _within(desk, least[row], least_less[row]):
            _round(web, desk, row, last[row], last_less[row])
        desk.done[row] = True
    return desk.state[FOUND]


@jit
def _lay_out(web: Web, now: Now, desk: Desk) -> None:
    """Write down what steps cost: from each row to columns that it has no pair with, cheapest first, and back."""
    rows, columns = len(web.start) - 1, len(web.turned_start) - 1
    ahead, ahead_less, head = desk.ahead, desk.ahead_less, desk.head
    for row in range(rows):
        end = web.start[row]
        here, here_less = now.shift[row], now.shift_less[row]
        for pair in range(web.start[row], web.start[row + 1]):
            if now.state[pair] != OPEN:
                continue
            column = rows + web.column[pair]
            cost = web.cost[pair] + here - now.shift[column]
            less = web.less[pair] + here_less - now.shift_less[column]
            at = end
            while at > web.start[row] and _less(cost, less, ahead[at - 1], ahead_less[at - 1]):
                ahead[at], ahead_less[at], head[at] = ahead[at - 1], ahead_less[at - 1], head[at - 1]
                at -= 1
            ahead[at], ahead_less[at], head[at] = cost, less, column
            end += 1
        desk.end[row] = end
    for column in range(columns):
        end = web.turned_start[column]
        here, here_less = now.shift[rows + column], now.shift_less[rows + column]
        for at in range(web.turned_start[column], web.turned_start[column + 1]):
            pair = web.turned[at]
            if now.state[pair] == MADE:
                row = web.row[pair]
                desk.back[end], desk.back_less[end] = (
                    here - web.cost[pair] - now.shift[row],
                    (here_less - web.less[pair] - now.shift_less[row]),
                )
                desk.tail[end] = row
                end += 1
        desk.end[rows + column] = end


@jit
def _least(web: Web, desk: Desk) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return what a cycle through each row costs at least, and its step to the last column, two numbers each."""
    rows, columns = len(web.start) - 1, len(web.turned_start) - 1
    into, into_less = np.full(columns, BEYOND), np.zeros(columns, np.int64)
    least, least_less = np.full(rows, BEYOND), np.zeros(rows, np.int64)
    last, last_less = np.full(rows, BEYOND), np.zeros(rows, np.int64)
    for row in range(rows):
        for at in range(web.start[row], desk.end[row]):
            column = desk.head[at] - rows
            if _less(desk.ahead[at], desk.ahead_less[at], into[column], into_less[column]):
                into[column], into_less[column] = desk.ahead[at], desk.ahead_less[at]
    for column in range(columns):
        for at in range(web.turned_start[column], desk.end[rows + column]):
            row = desk.tail[at]
            if _less(into[column], into_less[column], last[row], last_less[row]):
                last[row], last_less[row] = into[column], into_less[column]
    for row in range(rows):
        first = web.start[row]
        if first < desk.end[row] and last[row] < BEYOND:
            least[row], least_less[row] = desk.ahead[first] + last[row], desk.ahead_less[first] + last_less[row]
    return least, least_less, last, last_less


@jit
def _round(web: Web, desk: Desk, start: int, last: int, last_less: int) -> None:  # noqa: C901  one loop, for speed
    """Find the cheapest cycle through one row, not through the hub and not through rows that are done.

    It goes from a row to columns that it has no pair with, and at once on to the rows that have one. The step
    to the column from which it comes back costs ``last`` at least, in two numbers.
    """
    # arrays by name: compiled code counts references each time it takes one out of a tuple
    heap, second, whats, limit = desk.heap, desk.heap_less, desk.what, desk.limit
    far, far_less, stamp, before, done = desk.far, desk.far_less, desk.stamp, desk.before, desk.done
    ahead, ahead_less, heads, begin, ends = desk.ahead, desk.ahead_less, desk.head, web.start, desk.end
    back, back_less, tails, turned_begin = desk.back, desk.back_less, desk.tail, web.turned_start
    rows, size, found = len(begin) - 1, 1, NONE
    most, most_less = limit[0], limit[1]
    desk.state[NUMBER] += 1
    number = desk.state[NUMBER]
    far[start], far_less[start], stamp[start] = 0, 0, number
    heap[0], second[0], whats[0] = 0, 0, start
    while size > 0:
        cost, less, row = heap[0], second[0], whats[0]
        size -= 1
        _sink(heap, second, whats, size)
        if _less(most, most_less, cost + last, less + last_less):
            break
        if _less(far[row], far_less[row], cost, less):
            continue
        for step in range(begin[row], ends[row]):
            one, two, column = cost + ahead[step], less + ahead_less[step], heads[step]
            if _less(most, most_less, one, two):
                break
            if stamp[column] == number and not _less(one, two, far[column], far_less[column]):
                continue
            far[column], far_less[column], stamp[column], before[column] = one, two, number, row
            for at in range(turned_begin[column - rows], ends[column]):
                end, end_less, head = one + back[at], two + back_less[at], tails[at]
                if head == start:
                    if not _less(most, most_less, end, end_less):
                        limit[2], limit[3], found = end, end_less, column
                        most, most_less = end, end_less - 1  # whatever is found later has to cost less
                elif not (
                    done[head]
                    or _less(most, most_less, end + last, end_less + last_less)
                    or (stamp[head] == number and not _less(end, end_less, far[head], far_less[head]))
                ):
                    far[head], far_less[head], stamp[head], before[head] = end, end_less, number, column
                    _rise(heap, second, whats, size, end, end_less, head)
                    size += 1
    if found != NONE:
        limit[0], limit[1], desk.state[LAST] = most, most_less, found
        _walk(desk, start)


@jit
def _walk(desk: Desk, start: int) -> None:
    """Write down the vertices from the last one back to the first."""
    at, length = desk.state[LAST], 1
    desk.walk[0] = at
    while at != start:
        at = desk.before[at]
        desk.walk[length] = at
        length += 1
    desk.state[FOUND] = length


@jit
def _round_the_hub(web: Web, now: Now, desk: Desk) -> None:
    """Find the cheapest cycle through the hub that does not turn back at the first person.

    Every vertex keeps its two nearest ways from the hub that begin with different
    people, so that one of them does not begin with the vertex itself.
    """
    hub, rows = len(web.lower), len(web.start) - 1
    desk.state[SIZE], desk.state[ENTRIES], desk.state[LAST] = 0, 0, NONE
    desk.first[:] = NONE
    last, last_less = _least_home(web, now)
    if last == BEYOND:
        return
    for person in range(hub):
        sign = 1 if person < rows else -1
        if now.load[person] < web.upper[person] if sign > 0 else now.load[person] > web.lower[person]:
            cost = now.shift[hub] - now.shift[person] - sign * web.worth[person]
            less = now.shift_less[hub] - now.shift_less[person] - sign * web.worth_less[person]
            _enter(desk, cost, less, last, last_less, person, person, hub)
    while desk.state[SIZE] > 0:
        cost, less, way = _pop(desk)
        if not _within(desk, cost + last, less + last_less):
            break
        vertex, first, came = desk.entry[way, 0], desk.entry[way, 1], desk.entry[way, 2]
        mine = desk.first[vertex]
        if mine[1] != NONE or mine[0] == first:
            continue
        place = 0 if mine[0] == NONE else 1
        mine[place], desk.came[vertex, place] = first, came
        _on_from(web, now, desk, cost, less, last, last_less, vertex, first)
    if desk.state[LAST] != NONE:
        _walk_from_hub(desk, hub)


@jit
def _least_home(web: Web, now: Now) -> tuple[int, int]:
    """Return the cheapest step to the hub, two numbers; all ways from the hub and back end with one."""
    hub, rows = len(web.lower), len(web.start) - 1
    last, last_less = BEYOND, 0
    for vertex in range(hub):
        if _leads_home(web, now, vertex):
            sign = 1 if vertex < rows else -1
            cost = now.shift[vertex] - now.shift[hub] + sign * web.worth[vertex]
            less = now.shift_less[vertex] - now.shift_less[hub] + sign * web.worth_less[vertex]
            if _less(cost, less, last, last_less):
                last, last_less = cost, less
    return last, last_less


@inline
def _enter(desk: Desk, cost: int, less: int, last: int, last_less: int, vertex: int, first: int, came: int) -> None:
    """Put a way from the hub on the heap, if it may lead home within the limit and is of any use."""
    mine = desk.first[vertex]
    if _within(desk, cost + last, less + last_less) and mine[1] == NONE and mine[0] != first:
        way = desk.state[ENTRIES]
        desk.state[ENTRIES] = way + 1
        desk.entry[way, 0], desk.entry[way, 1], desk.entry[way, 2] = vertex, first, came
        _push(desk, cost, less, way)


@jit
def _on_from(
    web: Web, now: Now, desk: Desk, cost: int, less: int, last: int, last_less: int, vertex: int, first: int
) -> None:
    """Go on from a vertex that was reached from the hub, and back to the hub where that is possible."""
    rows, hub = len(web.start) - 1, len(web.lower)
    here, here_less = cost + now.shift[vertex], less + now.shift_less[vertex]
    if vertex < rows:
        for pair in range(web.start[vertex], web.start[vertex + 1]):
            if now.state[pair] == OPEN:
                head = rows + web.column[pair]
                end, rest = here + web.cost[pair] - now.shift[head], here_less + web.less[pair] - now.shift_less[head]
                _enter(desk, end, rest, last, last_less, head, first, vertex)
    else:
        for at in range(web.turned_start[vertex - rows], web.turned_start[vertex - rows + 1]):
            pair = web.turned[at]
            if now.state[pair] == MADE:
                head = web.row[pair]
                end, rest = here - web.cost[pair] - now.shift[head], here_less - web.less[pair] - now.shift_less[head]
                _enter(desk, end, rest, last, last_less, head, first, vertex)
    if vertex != first and _leads_home(web, now, vertex):
        sign = 1 if vertex < rows else -1
        end = here - now.shift[hub] + sign * web.worth[vertex]
        rest = here_less - now.shift_less[hub] + sign * web.worth_less[vertex]
        if _within(desk, end, rest):
            _lower_limit(desk, end, rest, vertex)
            desk.state[ROOT] = first


@inline
def _leads_home(web: Web, now: Now, vertex: int) -> bool:
    """Say whether a row can lose a pair, or a column get one."""
    if vertex < len(web.start) - 1:
        return now.load[vertex] > web.lower[vertex]
    return now.load[vertex] < web.upper[vertex]


@jit
def _walk_from_hub(desk: Desk, hub: int) -> None:
    """Write down the vertices from the last one back to the hub, along the way that begins as the best one did."""
    at, length = desk.state[LAST], 1
    desk.walk[0] = at
    while at != hub:
        at = desk.came[at, 0 if desk.first[at, 0] == desk.state[ROOT] else 1]
        desk.walk[length] = at
        length += 1
    desk.state[FOUND] = length


@jit
def lower_around(web: Web, now: Now, desk: Desk, start: int) -> None:
    """Lower the shift of everybody nearer to a vertex than ``desk.limit`` by what is missing to that; in place."""
    hub = len(web.lower)
    desk.state[NUMBER] += 1
    desk.state[SIZE] = 0
    desk.limit[1] -= 1  # nearer, not as near
    _nearer(desk, start, 0, 0, NONE)
    _push(desk, 0, 0, start)
    while desk.state[SIZE] > 0:
        cost, less, vertex = _pop(desk)
        if _less(desk.far[vertex], desk.far_less[vertex], cost, less):
            continue
        if vertex == hub:
            _around_hub(web, now, desk, cost, less)
        else:
            _around_person(web, now, desk, cost, less, vertex)
    desk.limit[1] += 1
    for vertex in range(hub + 1):
        if desk.stamp[vertex] == desk.state[NUMBER]:
            now.shift[vertex] += desk.far[vertex] - desk.limit[0]
            now.shift_less[vertex] += desk.far_less[vertex] - desk.limit[1]


@inline
def _reach(desk: Desk, cost: int, less: int, vertex: int) -> None:
    if _within(desk, cost, less) and _nearer(desk, vertex, cost, less, NONE):
        _push(desk, cost, less, vertex)


@jit
def _around_hub(web: Web, now: Now, desk: Desk, cost: int, less: int) -> None:
    rows, hub = len(web.start) - 1, len(web.lower)
    for person in range(hub):
        sign = 1 if person < rows else -1
        if now.load[person] < web.upper[person] if sign > 0 else now.load[person] > web.lower[person]:
            end = cost + now.shift[hub] - now.shift[person] - sign * web.worth[person]
            rest = less + now.shift_less[hub] - now.shift_less[person] - sign * web.worth_less[person]
            _reach(desk, end, rest, person)


@jit
def _around_person(web: Web, now: Now, desk: Desk, cost: int, less: int, vertex: int) -> None:
    rows, hub = len(web.start) - 1, len(web.lower)
    here, here_less = cost + now.shift[vertex], less + now.shift_less[vertex]
    if vertex < rows:
        for pair in range(web.start[vertex], web.start[vertex + 1]):
            if now.state[pair] == OPEN:
                head = rows + web.column[pair]
                end, rest = here + web.cost[pair] - now.shift[head], here_less + web.less[pair] - now.shift_less[head]
                _reach(desk, end, rest, head)
    else:
        for at in range(web.turned_start[vertex - rows], web.turned_start[vertex - rows + 1]):
            pair = web.turned[at]
            if now.state[pair] == MADE:
                head = web.row[pair]
                end, rest = here - web.cost[pair] - now.shift[head], here_less - web.less[pair] - now.shift_less[head]
                _reach(desk, end, rest, head)
    if _leads_home(web, now, vertex):
        sign = 1 if vertex < rows else -1
        end = here - now.shift[hub] + sign * web.worth[vertex]
        rest = here_less - now.shift_less[hub] + sign * web.worth_less[vertex]
        _reach(desk, end, rest, hub)

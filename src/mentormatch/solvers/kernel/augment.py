"""Shortest augmenting paths with exact integer prices.

Reduced costs are never negative: for an unused pair ``u + v - w``, for a used one
``w - u - v``. From a person who lacks a partner, Dijkstra's search (1959) finds the
cheapest way to somebody who can take one or give one up; prices move by what is left of
the distance, so that every pair of the path becomes tight, and the path is turned over
(Edmonds & Karp 1972; Tomizawa 1971). Both sides may want several partners. A path with
its end at a price of 0 ends at the hub; see :mod:`mentormatch.solvers.kernel.bounds`.

Searching from one side and then, with the sides exchanged, from the other leaves nobody
who lacks anything, and prices that prove the matching optimal.
"""

from __future__ import annotations

from mentormatch.compiled import inline, jit
from mentormatch.solvers.kernel.arrays import (
    END,
    FAR,
    LIMIT,
    NONE,
    NUMBER,
    SETTLED,
    SIZE,
    WORK,
    Chains,
    Graph,
    Room,
    Side,
    link,
    unlink,
)
from mentormatch.solvers.kernel.bounds import cost_of_taking, gives, lacks, takes
from mentormatch.solvers.kernel.heap import insert, nearer, take


@jit
def fill(graph: Graph, near: Side, far: Side, chains: Chains, room: Room, begin: int, work: int) -> int:
    """Give every near person from ``begin`` on what it lacks.

    Parameters
    ----------
    graph, near, far
        Pairs and people; changed in place.
    chains
        The used pairs of each far person.
    room
        What searches write on.
    begin
        The first person to look at.
    work
        Pairs to look at, about, before it stops in between.

    Returns
    -------
    int
        Who would be next: the number of near people at the end, or -1 if somebody can never have its minimum.
    """
    person = begin
    room.state[WORK] = 0
    while person < len(near.load):
        if not lacks(near, person):
            person += 1
        elif room.state[WORK] > work:
            break
        elif not _augment(graph, near, far, chains, room, person):
            return NONE
    return person


@jit
def _augment(graph: Graph, near: Side, far: Side, chains: Chains, room: Room, source: int) -> bool:
    """Find the shortest path from one person, move the prices and turn the path over; False if there is none."""
    state = room.state
    state[SIZE], state[SETTLED], state[LIMIT], state[END] = 0, 0, FAR, NONE
    state[NUMBER] += 2
    room.distance[source] = 0
    _settle(room, source)
    _from_near(graph, near, far, room, source)
    while state[SIZE] > 0 and room.distance[room.heap[0]] < state[LIMIT]:
        node = take(room)
        _settle(room, node)
        if node < len(near.load):
            _from_near(graph, near, far, room, node)
        else:
            _from_far(graph, near, far, chains, room, node)
    if state[END] == NONE:
        return False
    _move_prices(near, far, room)
    _turn_over(graph, near, far, chains, room, source)
    return True


@inline
def _settle(room: Room, node: int) -> None:
    state = room.state
    room.stamp[node] = state[NUMBER] + 1
    room.settled[state[SETTLED]] = node
    state[SETTLED] += 1


@inline
def _from_near(graph: Graph, near: Side, far: Side, room: Room, person: int) -> None:
    """Go on from a near person: to the hub, or through an unused pair to a far person."""
    state, stamp, distance = room.state, room.stamp, room.distance
    people, number = len(near.load), state[NUMBER]
    base = distance[person] + near.price[person]
    if gives(near, person) and base < state[LIMIT]:
        state[LIMIT], state[END] = base, person
    limit = state[LIMIT]
    first, last = graph.start[person], graph.start[person + 1]
    state[WORK] += last - first
    for pair in range(first, last):
        other = graph.far[pair]
        length = base + far.price[other] - graph.weight[pair]
        if length >= limit or graph.used[pair]:
            continue
        node = people + other
        met = stamp[node] >= number
        if met and distance[node] <= length:
            continue
        distance[node] = length
        room.parent[node] = pair
        stamp[node] = number
        if takes(far, other):
            cost = cost_of_taking(far, other)
            if length + cost < limit:
                limit = length + cost
                state[LIMIT], state[END] = limit, node
            if cost == 0:  # nothing beyond it is nearer
                continue
        if met:
            nearer(room, node)
        else:
            insert(room, node)


@jit
def _from_far(graph: Graph, near: Side, far: Side, chains: Chains, room: Room, node: int) -> None:
    """Go on from a far person: through a used pair back to a near person."""
    state, stamp, distance = room.state, room.stamp, room.distance
    here, price = distance[node], far.price[node - len(near.load)]
    number = state[NUMBER]
    pair = chains.first[node - len(near.load)]
    while pair != NONE:
        person = graph.near[pair]
        length = here + graph.weight[pair] - near.price[person] - price
        met = stamp[person] >= number
        if length < state[LIMIT] and not (met and distance[person] <= length):
            distance[person] = length
            room.parent[person] = pair
            stamp[person] = number
            if met:
                nearer(room, person)
            elif length == here:  # as near as anybody: no need for the heap
                _settle(room, person)
                _from_near(graph, near, far, room, person)
            else:
                insert(room, person)
        pair = chains.after[pair]


@jit
def _move_prices(near: Side, far: Side, room: Room) -> None:
    """Let the prices of all settled people make up for the rest of the way."""
    people, limit = len(near.load), room.state[LIMIT]
    for at in range(room.state[SETTLED]):
        node = room.settled[at]
        rest = limit - room.distance[node]
        if node < people:
            near.price[node] -= rest
        else:
            far.price[node - people] += rest


@jit
def _turn_over(graph: Graph, near: Side, far: Side, chains: Chains, room: Room, source: int) -> None:
    """Make the unused pairs of the path, and undo the used ones."""
    people, node = len(near.load), room.state[END]
    near.load[source] += 1
    if node < people:
        near.load[node] -= 1
    else:
        far.load[node - people] += 1
    while node != source:
        pair = room.parent[node]
        graph.used[pair] = not graph.used[pair]
        if graph.used[pair]:
            link(chains, graph.far[pair], pair)
            node = graph.near[pair]
        else:
            unlink(chains, graph.far[pair], pair)
            node = people + graph.far[pair]

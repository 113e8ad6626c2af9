"""A binary heap of nodes by distance, in which a node can come nearer (Williams 1964)."""

from __future__ import annotations

from mentormatch.compiled import inline
from mentormatch.solvers.kernel.arrays import SIZE, Room


@inline
def insert(room: Room, node: int) -> None:
    """Put a node on the heap; its distance is written already."""
    size = room.state[SIZE]
    room.state[SIZE] = size + 1
    _rise(room, node, size)


@inline
def nearer(room: Room, node: int) -> None:
    """Move a node up after its distance became less."""
    _rise(room, node, room.place[node])


@inline
def take(room: Room) -> int:
    """Take the nearest node off the heap."""
    nearest = room.heap[0]
    size = room.state[SIZE] - 1
    room.state[SIZE] = size
    if size > 0:
        _sink(room, room.heap[size], size)
    return nearest


@inline
def _rise(room: Room, node: int, place: int) -> None:
    heap, distance = room.heap, room.distance
    key = distance[node]
    while place > 0:
        above = (place - 1) >> 1
        other = heap[above]
        if distance[other] <= key:
            break
        heap[place] = other
        room.place[other] = place
        place = above
    heap[place] = node
    room.place[node] = place


@inline
def _sink(room: Room, node: int, size: int) -> None:
    heap, distance = room.heap, room.distance
    key = distance[node]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and distance[heap[below + 1]] < distance[heap[below]]:
            below += 1
        other = heap[below]
        if distance[other] >= key:
            break
        heap[place] = other
        room.place[other] = place
        place = below
    heap[place] = node
    room.place[node] = place

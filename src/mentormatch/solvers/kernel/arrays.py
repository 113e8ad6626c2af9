"""The arrays that the kernel works on: pairs by row, the people of each side, and room for searches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import inline, jit


class Graph(NamedTuple):
    """Pairs in the order of one side, the near one: those of person ``a`` are ``start[a]`` to ``start[a + 1]``.

    Attributes
    ----------
    start
        Where the pairs of each near person begin, and the number of pairs at the end (int64).
    near, far
        The two people of each pair (uint32: an index that cannot be negative needs no look at its sign).
    weight
        What each pair is worth (int64).
    used
        Whether it is made (bool); this is what changes.
    """

    start: NDArray[np.int64]
    near: NDArray[np.uint32]
    far: NDArray[np.uint32]
    weight: NDArray[np.int64]
    used: NDArray[np.bool_]


class Side(NamedTuple):
    """The people of one side (int64 each).

    Attributes
    ----------
    lower, upper
        How many partners each must and may have.
    load
        How many each has.
    price
        What a place of each is worth.
    """

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    load: NDArray[np.int64]
    price: NDArray[np.int64]


class Chains(NamedTuple):
    """The used pairs of each far person, as doubly linked lists of pair numbers (int32; -1 ends them)."""

    first: NDArray[np.int32]
    after: NDArray[np.int32]
    before: NDArray[np.int32]


class Room(NamedTuple):
    """What a search writes on: near people are nodes 0, 1, …, and far people follow.

    Attributes
    ----------
    distance
        From the source (int64).
    stamp
        The number of the last search that met this node, which is even; one more once it is settled (int64).
    parent
        The pair through which a node was reached (int32).
    heap, place
        Nodes by distance, and where each stands among them (int32).
    settled
        Nodes in the order in which they were settled (int32).
    state
        See :data:`SIZE` and those after it (int64).
    """

    distance: NDArray[np.int64]
    stamp: NDArray[np.int64]
    parent: NDArray[np.int32]
    heap: NDArray[np.int32]
    place: NDArray[np.int32]
    settled: NDArray[np.int32]
    state: NDArray[np.int64]


SIZE, SETTLED, LIMIT, END, NUMBER, WORK = range(6)
"""What ``Room.state`` holds: nodes on the heap, nodes settled, the shortest way to an end, that end, the number of the
search, and the pairs looked at so far."""

NONE = -1

FAR = 1 << 62
"""Beyond every distance."""


def room_for(people: int) -> Room:
    """Make room for searches among so many people of both sides together."""
    return Room(
        np.zeros(people, np.int64),
        np.zeros(people, np.int64),
        np.zeros(people, np.int32),
        np.zeros(people, np.int32),
        np.zeros(people, np.int32),
        np.zeros(people, np.int32),
        np.zeros(6, np.int64),
    )


def chains_for(graph: Graph, far: int) -> Chains:
    """Link the used pairs of each far person."""
    pairs = len(graph.far)
    chains = Chains(np.full(far, NONE, np.int32), np.empty(pairs, np.int32), np.empty(pairs, np.int32))
    link_used(graph, chains)
    return chains


@jit
def link_used(graph: Graph, chains: Chains) -> None:
    """Link every pair that is used, the last one first, so that lists are in order."""
    for pair in range(len(graph.used) - 1, -1, -1):
        if graph.used[pair]:
            link(chains, graph.far[pair], pair)


@jit
def turned(graph: Graph, far: int) -> tuple[Graph, NDArray[np.int32]]:
    """Order the pairs by the far side instead, by counting; also tell where each of them was."""
    pairs = len(graph.far)
    start = np.zeros(far + 1, np.int64)
    for pair in range(pairs):
        start[graph.far[pair] + 1] += 1
    for person in range(far):
        start[person + 1] += start[person]
    at = start[:-1].copy()
    origin = np.empty(pairs, np.int32)
    for pair in range(pairs):
        person = graph.far[pair]
        origin[at[person]] = pair
        at[person] += 1
    other = Graph(start, graph.far[origin], graph.near[origin], graph.weight[origin], graph.used[origin])
    return other, origin


@inline
def link(chains: Chains, far: int, pair: int) -> None:
    """Put a pair at the head of the used pairs of a far person."""
    old = chains.first[far]
    chains.after[pair] = old
    chains.before[pair] = NONE
    if old != NONE:
        chains.before[old] = pair
    chains.first[far] = pair


@inline
def unlink(chains: Chains, far: int, pair: int) -> None:
    """Take a pair out of the used pairs of a far person."""
    before, after = chains.before[pair], chains.after[pair]
    if before == NONE:
        chains.first[far] = after
    else:
        chains.after[before] = after
    if after != NONE:
        chains.before[after] = before

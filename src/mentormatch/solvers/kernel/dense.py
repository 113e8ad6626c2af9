"""Shortest augmenting paths over a whole table of weights: what changes when a few people or pairs do.

Every pair weighs three numbers that are compared in turn: 1 if coverage counts, its score on the
grid, and its hash. Such triples add up and are ordered as one number is (an ordered group),
so that one search settles all tiers at once. Reduced costs are never negative, the search
is Dijkstra's (1959), and its path is turned over as in
:mod:`mentormatch.solvers.kernel.augment` (Edmonds & Karp 1972; Tomizawa 1971). Each person that a
search meets is held against everybody on the other side, so that what comes out is optimal
over all pairs and nothing is left to price.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import inline, jit
from mentormatch.solvers.grid import CLOSED

NONE = -1

FAR = 1 << 40
"""More pairs than any path gains or loses."""

FREE, MARK, HEAD = range(3)
"""What ``Links.state`` holds: links that were given back, the last mark, and links ever used."""

SHUT = int(CLOSED)


class Sheet(NamedTuple):
    """What pairs weigh, near people by row.

    Attributes
    ----------
    weight
        The score of each pair on the grid, or :data:`SHUT` (int64, near × far).
    near_hash, far_hash
        The hash of each person (uint64).
    mentees
        Whether near people are mentees.
    cover
        1 if every pair counts before its score does, else 0.
    shut_near, shut_far
        Pairs that may not be made whatever the table says (int64).
    """

    weight: NDArray[np.int64]
    near_hash: NDArray[np.uint64]
    far_hash: NDArray[np.uint64]
    mentees: bool
    cover: int
    shut_near: NDArray[np.int64]
    shut_far: NDArray[np.int64]


class People(NamedTuple):
    """One side (int64 each): bounds, loads and prices, which have a number for each tier; nobody with no places counts."""

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    load: NDArray[np.int64]
    pairs: NDArray[np.int64]
    total: NDArray[np.int64]
    ties: NDArray[np.int64]


class Links(NamedTuple):
    """The pairs that are made, in two lists a pair: of its near and of its far person (int64; -1 ends a list)."""

    near: NDArray[np.int64]
    far: NDArray[np.int64]
    near_first: NDArray[np.int64]
    near_next: NDArray[np.int64]
    far_first: NDArray[np.int64]
    far_next: NDArray[np.int64]
    state: NDArray[np.int64]


class Room(NamedTuple):
    """What a search writes on, far people first and near people after them (int64).

    Attributes
    ----------
    pairs, total, ties
        The distance of each.
    before
        The near person through whom a far one was reached; the far one through whom a near one was.
    link
        The link through which a near one was reached.
    settled
        Whether the distance is final.
    reached, done
        Those that are not settled, and those that are.
    mark
        Far people whom the near person at hand may not take.
    """

    pairs: NDArray[np.int64]
    total: NDArray[np.int64]
    ties: NDArray[np.int64]
    before: NDArray[np.int64]
    link: NDArray[np.int64]
    settled: NDArray[np.bool_]
    reached: NDArray[np.int64]
    done: NDArray[np.int64]
    mark: NDArray[np.int64]


def room_for(near: int, far: int) -> Room:
    """Make room for searches."""
    both = near + far
    numbers = [np.zeros(both, np.int64) for _ in range(5)]
    return Room(
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        numbers[4],
        np.zeros(both, bool),
        np.zeros(both, np.int64),
        np.zeros(both, np.int64),
        np.zeros(far, np.int64),
    )


def turned(links: Links) -> Links:
    """Return the same links, seen from the other side."""
    return Links(
        links.far, links.near, links.far_first, links.far_next, links.near_first, links.near_next, links.state
    )


@inline
def _mixed(near: np.uint64, far: np.uint64, mentees: bool) -> int:
    """Mix the hashes of two people as the library does everywhere (SplitMix64; Steele, Lea & Flood 2014)."""
    one, other = (near, far) if mentees else (far, near)
    x = one ^ ((other << np.uint64(32)) | (other >> np.uint64(32)))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return np.int64(x >> np.uint64(24))  # type: ignore[return-value]


@inline
def _below(a: int, b: int, c: int, x: int, y: int, z: int) -> bool:
    """Say whether the first triple is less than the second."""
    return a < x or (a == x and (b < y or (b == y and c < z)))


@inline
def _sign(a: int, b: int, c: int) -> int:
    """Give the sign of a triple."""
    first = a
    if first == 0:
        first = b
    if first == 0:
        first = c
    return 1 if first > 0 else (-1 if first < 0 else 0)


@jit
def lacks(side: People, person: int) -> bool:
    """Say whether a person claims more places than it has partners."""
    load = side.load[person]
    if load < side.lower[person]:
        return True
    return load < side.upper[person] and _sign(side.pairs[person], side.total[person], side.ties[person]) > 0


@jit
def misfits(side: People, person: int) -> bool:
    """Say whether a person has more partners than its bounds or its price allow."""
    load = side.load[person]
    if load > side.upper[person]:
        return True
    return load > side.lower[person] and _sign(side.pairs[person], side.total[person], side.ties[person]) < 0


@jit
def unmake(links: Links, link: int) -> None:
    """Take a pair out of both lists."""
    _cut(links.near_first, links.near_next, links.near[link], link)
    _cut(links.far_first, links.far_next, links.far[link], link)
    links.near_next[link] = links.state[FREE]
    links.far_next[link] = NONE
    links.near[link] = NONE
    links.state[FREE] = link


@jit
def _cut(first: NDArray[np.int64], following: NDArray[np.int64], person: int, link: int) -> None:
    at = first[person]
    if at == link:
        first[person] = following[link]
        return
    while following[at] != link:
        at = following[at]
    following[at] = following[link]


@jit
def make(links: Links, near: int, far: int) -> None:
    """Put a pair into both lists; there is room for it."""
    link = links.state[FREE]
    if link == NONE:
        link = links.state[HEAD]
        links.state[HEAD] += 1
    else:
        links.state[FREE] = links.near_next[link]
    links.near[link], links.far[link] = near, far
    links.near_next[link], links.far_next[link] = links.near_first[near], links.far_first[far]
    links.near_first[near], links.far_first[far] = link, link


@jit
def _mark(sheet: Sheet, links: Links, room: Room, person: int) -> int:
    """Mark whom a near person may not take: its partners, and pairs that are shut."""
    links.state[MARK] += 1
    number = links.state[MARK]
    link = links.near_first[person]
    while link != NONE:
        room.mark[links.far[link]] = number
        link = links.near_next[link]
    for at in range(len(sheet.shut_near)):
        if sheet.shut_near[at] == person:
            room.mark[sheet.shut_far[at]] = number
    return number


@jit
def price(sheet: Sheet, near: People, far: People, links: Links, room: Room, person: int) -> None:
    """Price a near person without partners at what the best far one is worth to it."""
    number = _mark(sheet, links, room, person)
    pairs, total, ties = -FAR, 0, 0
    weight = sheet.weight[person]
    for other in range(len(far.upper)):
        if far.upper[other] <= 0 or room.mark[other] == number or weight[other] == SHUT:
            continue
        one = sheet.cover - far.pairs[other]
        two = weight[other] - far.total[other]
        if one < pairs or (one == pairs and two < total):
            continue
        three = _mixed(sheet.near_hash[person], sheet.far_hash[other], sheet.mentees) - far.ties[other]
        if _below(pairs, total, ties, one, two, three):
            pairs, total, ties = one, two, three
    if pairs == -FAR:
        pairs = 0
    near.pairs[person], near.total[person], near.ties[person] = pairs, total, ties


@jit
def fill(sheet: Sheet, near: People, far: People, links: Links, room: Room) -> int:
    """Give every near person what it lacks.

    Returns
    -------
    int
        1 when nobody lacks anything, 0 if somebody can never have its minimum, -1 if there is no room for another link.
    """
    for person in range(len(near.load)):
        while lacks(near, person):
            if links.state[FREE] == NONE and links.state[HEAD] >= len(links.near):
                return -1
            if not _augment(sheet, near, far, links, room, person):
                return 0
    return 1


@jit
def _augment(sheet: Sheet, near: People, far: People, links: Links, room: Room, source: int) -> bool:
    people = len(far.upper)
    pairs, total, ties = room.pairs, room.total, room.ties
    settled, reached, done = room.settled, room.reached, room.done
    pairs[:] = FAR
    settled[:] = False
    waiting, finished, end = 0, 0, NONE
    lp, lt, lh = FAR, 0, 0  # the shortest way to an end
    node = people + source
    pairs[node], total[node], ties[node] = 0, 0, 0
    while True:
        settled[node] = True
        done[finished] = node
        finished += 1
        dp, dt, dh = pairs[node], total[node], ties[node]
        if node < people:
            link = links.far_first[node]
            while link != NONE:
                person = links.near[link]
                weight = sheet.weight[person, node]
                one = dp + sheet.cover - near.pairs[person] - far.pairs[node]
                two = dt + weight - near.total[person] - far.total[node]
                three = dh + _mixed(sheet.near_hash[person], sheet.far_hash[node], sheet.mentees)
                three -= near.ties[person] + far.ties[node]
                head = people + person
                if not settled[head] and _below(one, two, three, lp, lt, lh):
                    if pairs[head] == FAR:
                        reached[waiting] = head
                        waiting += 1
                    if _below(one, two, three, pairs[head], total[head], ties[head]):
                        pairs[head], total[head], ties[head] = one, two, three
                        room.before[head], room.link[head] = node, link
                link = links.far_next[link]
        else:
            person = node - people
            bp, bt, bh = dp + near.pairs[person], dt + near.total[person], dh + near.ties[person]
            sign = _sign(near.pairs[person], near.total[person], near.ties[person])
            gives = near.upper[person] > near.lower[person] if sign > 0 else near.load[person] > near.lower[person]
            if sign >= 0 and gives and _below(bp, bt, bh, lp, lt, lh):
                lp, lt, lh, end = bp, bt, bh, node
            number = _mark(sheet, links, room, person)
            row = sheet.weight[person]
            hashed = sheet.near_hash[person]
            for other in range(people):
                one = bp + far.pairs[other] - sheet.cover
                two = bt + far.total[other] - row[other]
                if one > lp or (one == lp and two > lt):
                    continue
                if one > pairs[other] or (one == pairs[other] and two > total[other]):
                    continue
                if settled[other] or far.upper[other] <= 0 or row[other] == SHUT or room.mark[other] == number:
                    continue
                three = bh + far.ties[other] - _mixed(hashed, sheet.far_hash[other], sheet.mentees)
                if not _below(one, two, three, lp, lt, lh):
                    continue
                if not _below(one, two, three, pairs[other], total[other], ties[other]):
                    continue
                fresh = pairs[other] == FAR
                pairs[other], total[other], ties[other] = one, two, three
                room.before[other] = person
                if far.load[other] < far.upper[other]:
                    # it takes a partner and gives none up: at no cost, or at that of bringing its price up to 0
                    sign = _sign(far.pairs[other], far.total[other], far.ties[other])
                    if sign >= 0 or far.load[other] < far.lower[other]:
                        lp, lt, lh, end = one, two, three, other
                        if not fresh:
                            continue
                    else:
                        op, ot, oh = one - far.pairs[other], two - far.total[other], three - far.ties[other]
                        if _below(op, ot, oh, lp, lt, lh):
                            lp, lt, lh, end = op, ot, oh, other
                if fresh:
                    reached[waiting] = other
                    waiting += 1
        best = NONE
        for at in range(waiting):
            one = reached[at]
            if best == NONE or _below(
                pairs[one], total[one], ties[one], pairs[reached[best]], total[reached[best]], ties[reached[best]]
            ):
                best = at
        if best == NONE:
            break
        node = reached[best]
        if not _below(pairs[node], total[node], ties[node], lp, lt, lh):
            break
        waiting -= 1
        reached[best] = reached[waiting]
    if end == NONE:
        return False
    for at in range(finished):
        node = done[at]
        if node < people:
            far.pairs[node] += lp - pairs[node]
            far.total[node] += lt - total[node]
            far.ties[node] += lh - ties[node]
        else:
            node -= people
            near.pairs[node] -= lp - pairs[node + people]
            near.total[node] -= lt - total[node + people]
            near.ties[node] -= lh - ties[node + people]
    _turn_over(near, far, links, room, source, end)
    return True


@jit
def _turn_over(near: People, far: People, links: Links, room: Room, source: int, end: int) -> None:
    """Undo the pairs of the path that are made, then make the others."""
    people = len(far.upper)
    near.load[source] += 1
    if end < people:
        far.load[end] += 1
    else:
        near.load[end - people] -= 1
    for making in range(2):
        node = end
        while node != people + source:
            if node < people:
                if making:
                    make(links, room.before[node], node)
                node = people + room.before[node]
            else:
                if not making:
                    unmake(links, room.link[node])
                node = room.before[node]

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

NEAREST = 16
"""Far people that are looked at first."""


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
    """One side (int64 each): bounds, loads and prices, a number for each tier; nobody with no places counts."""

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
    """What a search writes on: far people first, then near people, then what is left to look at from each (int64).

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
    reached, place, done
        Those that are not settled, as a heap, and the place of each in it; those that are.
    mark
        Far people whom the near person at hand may not take.
    state
        The shortest way to an end (three numbers), that end, and how many are reached.
    """

    pairs: NDArray[np.int64]
    total: NDArray[np.int64]
    ties: NDArray[np.int64]
    before: NDArray[np.int64]
    link: NDArray[np.int64]
    settled: NDArray[np.bool_]
    reached: NDArray[np.int64]
    place: NDArray[np.int64]
    done: NDArray[np.int64]
    mark: NDArray[np.int64]
    state: NDArray[np.int64]


class Close(NamedTuple):
    """For every near person the far ones who are nearest, so that few searches look at all (int64).

    Attributes
    ----------
    best
        The nearest far people by what they cost less what the pair is worth, near × a few; -1 ends them.
    weight
        What each of these pairs is worth: kept together, for a table is slow to read here and there.
    pairs, total, ties
        What the next one would cost, when they were found; :data:`FAR` if there is none.
    sunk
        By how much far prices have sunk since the first were found, at most: three numbers, 0 or less.
    late
        Far people who began anew since: they are always looked at.
    """

    best: NDArray[np.int64]
    weight: NDArray[np.int64]
    pairs: NDArray[np.int64]
    total: NDArray[np.int64]
    ties: NDArray[np.int64]
    sunk: NDArray[np.int64]
    late: NDArray[np.int64]


def close_for(near: int) -> Close:
    """Make room for the nearest of so many people."""
    numbers = [np.zeros(near, np.int64) for _ in range(3)]
    none = np.empty(0, np.int64)
    weight = np.zeros((near, NEAREST), np.int64)
    return Close(
        np.full((near, NEAREST), NONE), weight, numbers[0], numbers[1], numbers[2], np.zeros(3, np.int64), none
    )


def room_for(near: int, far: int) -> Room:
    """Make room for searches."""
    nodes = far + 2 * near
    numbers = [np.zeros(nodes, np.int64) for _ in range(5)]
    return Room(
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        numbers[4],
        np.zeros(near + far, bool),
        np.zeros(nodes, np.int64),
        np.zeros(nodes, np.int64),
        np.zeros(near + far, np.int64),
        np.zeros(far, np.int64),
        np.zeros(5, np.int64),
    )


def turned(links: Links) -> Links:
    """Return the same links, seen from the other side."""
    return Links(links.far, links.near, links.far_first, links.far_next, links.near_first, links.near_next, links.state)


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


@inline
def lacks(side: People, person: int) -> bool:
    """Say whether a person claims more places than it has partners."""
    load = side.load[person]
    if load < side.lower[person]:
        return True
    return load < side.upper[person] and _sign(side.pairs[person], side.total[person], side.ties[person]) > 0


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


@inline
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
def fill(sheet: Sheet, near: People, far: People, links: Links, close: Close, back: Close, room: Room) -> int:
    """Give every near person what it lacks.

    Returns
    -------
    int
        1 when nobody lacks anything, 0 if somebody can never have its minimum, -1 if there is no room for another link.
    """
    load, upper = near.load, near.upper
    for person in range(len(load)):
        while load[person] < upper[person] and lacks(near, person):
            if links.state[FREE] == NONE and links.state[HEAD] >= len(links.near):
                return -1
            _come_near(near, far, close, back)
            if lacks(near, person) and not _augment(sheet, near, far, links, close, back, room, person):
                return 0
    return 1


@jit
def _come_near(near: People, far: People, close: Close, back: Close) -> None:  # noqa: C901  two sides, three numbers
    """Shift all prices alike until somebody gives a place up, or takes one, at no cost: searches then end sooner.

    Near people pay less and far ones more; no pair notices. Without it, where coverage counts, everybody would be
    nearer than any end that costs a pair.
    """
    pairs, total, ties = FAR, 0, 0
    for person in range(len(near.load)):
        if near.load[person] > near.lower[person] and _below(
            near.pairs[person], near.total[person], near.ties[person], pairs, total, ties
        ):
            pairs, total, ties = near.pairs[person], near.total[person], near.ties[person]
    for person in range(len(far.load)):
        if (
            far.lower[person] <= far.load[person] < far.upper[person]
            and _sign(far.pairs[person], far.total[person], far.ties[person]) <= 0
            and _below(-far.pairs[person], -far.total[person], -far.ties[person], pairs, total, ties)
        ):
            pairs, total, ties = -far.pairs[person], -far.total[person], -far.ties[person]
    if pairs == FAR or _sign(pairs, total, ties) <= 0:
        return
    for person in range(len(near.load)):
        if near.upper[person] > 0:
            near.pairs[person] -= pairs
            near.total[person] -= total
            near.ties[person] -= ties
    for person in range(len(far.load)):
        if far.upper[person] > 0:
            far.pairs[person] += pairs
            far.total[person] += total
            far.ties[person] += ties
    for side, sign in ((close, 1), (back, -1)):
        side.sunk[0] += sign * pairs
        side.sunk[1] += sign * total
        side.sunk[2] += sign * ties


@jit
def nearest(sheet: Sheet, far: People, close: Close, person: int) -> None:
    """Find the far people who are nearest to a near one at these prices, and how near the next one is."""
    size: int = close.best.shape[1]
    best = close.best[person]
    pairs, total, ties = np.empty(size + 1, np.int64), np.empty(size + 1, np.int64), np.empty(size + 1, np.int64)
    best[:] = NONE
    row, hashed = sheet.weight[person], sheet.near_hash[person]
    found = 0
    for other in range(len(far.upper)):
        if far.upper[other] <= 0 or row[other] == SHUT:
            continue
        one, two = far.pairs[other] - sheet.cover, far.total[other] - row[other]
        if found > size and (one > pairs[size] or (one == pairs[size] and two > total[size])):
            continue
        three = far.ties[other] - _mixed(hashed, sheet.far_hash[other], sheet.mentees)
        if found > size and not _below(one, two, three, pairs[size], total[size], ties[size]):
            continue
        at = min(found, size)
        while at > 0 and _below(one, two, three, pairs[at - 1], total[at - 1], ties[at - 1]):
            pairs[at], total[at], ties[at] = pairs[at - 1], total[at - 1], ties[at - 1]
            if at < size:
                best[at] = best[at - 1]
            at -= 1
        pairs[at], total[at], ties[at] = one, two, three
        if at < size:
            best[at] = other
        found = min(found + 1, size + 1)
    for at in range(min(found, size)):
        close.weight[person, at] = row[best[at]]
    if found > size:
        close.pairs[person] = pairs[size] - close.sunk[0]
        close.total[person] = total[size] - close.sunk[1]
        close.ties[person] = ties[size] - close.sunk[2]
    else:
        close.pairs[person] = FAR


@jit
def nearest_of_all(sheet: Sheet, far: People, close: Close) -> None:
    """Do that for everybody."""
    for person in range(close.best.shape[0]):
        nearest(sheet, far, close, person)


@inline
def _shorter(state: NDArray[np.int64], one: int, two: int, three: int) -> bool:
    """Say whether this is shorter than the shortest way to an end."""
    return _below(one, two, three, state[0], state[1], state[2])


@jit
def _rise(
    reached: NDArray[np.int64],
    place: NDArray[np.int64],
    pairs: NDArray[np.int64],
    total: NDArray[np.int64],
    ties: NDArray[np.int64],
    node: int,
    at: int,
) -> None:
    """Put a node into the heap where it belongs, from a place on upwards."""
    while at > 0:
        above = reached[(at - 1) >> 1]
        if not _below(pairs[node], total[node], ties[node], pairs[above], total[above], ties[above]):
            break
        reached[at], place[above] = above, at
        at = (at - 1) >> 1
    reached[at], place[node] = node, at


@jit
def _reach(  # noqa: C901  one loop, for speed
    sheet: Sheet,
    far: People,
    room: Room,
    person: int,
    base: tuple[int, int, int],
    number: int,
    others: NDArray[np.int64],
    weights: NDArray[np.int64],
) -> None:
    """Go from a near person to some far ones, at these weights, to each where that is the shortest way there so far."""
    # arrays by name: compiled code counts references each time it takes one out of a tuple
    state, pairs, total, ties, settled = room.state, room.pairs, room.total, room.ties, room.settled
    reached, place, before, mark = room.reached, room.place, room.before, room.mark
    far_pairs, far_total, far_ties = far.pairs, far.total, far.ties
    lower, upper, load = far.lower, far.upper, far.load
    hashed, hashes, mentees = sheet.near_hash[person], sheet.far_hash, sheet.mentees
    bp, bt, bh = base[0] - sheet.cover, base[1], base[2]
    lp, lt, lh = state[0], state[1], state[2]
    for at in range(len(others)):
        other = others[at]
        if other == NONE:
            break
        weight = weights[at]
        one, two = bp + far_pairs[other], bt + far_total[other] - weight
        if one > lp or (one == lp and two > lt) or weight == SHUT:
            continue
        if one > pairs[other] or (one == pairs[other] and two > total[other]):
            continue
        if settled[other] or upper[other] <= 0 or mark[other] == number:
            continue
        three = bh + far_ties[other] - _mixed(hashed, hashes[other], mentees)
        if not _below(one, two, three, lp, lt, lh) or not _below(
            one, two, three, pairs[other], total[other], ties[other]
        ):
            continue
        fresh = pairs[other] == FAR
        pairs[other], total[other], ties[other] = one, two, three
        before[other] = person
        if fresh:
            place[other] = state[4]
            state[4] += 1
        _rise(reached, place, pairs, total, ties, other, place[other])
        if load[other] < upper[other]:
            # it takes a partner and gives none up: at no cost, or at that of bringing its price up to 0
            if load[other] >= lower[other] and _sign(far_pairs[other], far_total[other], far_ties[other]) < 0:
                one, two, three = one - far_pairs[other], two - far_total[other], three - far_ties[other]
            if _below(one, two, three, lp, lt, lh):
                lp, lt, lh = one, two, three
                state[0], state[1], state[2], state[3] = one, two, three, other


@inline
def _from_near(sheet: Sheet, near: People, far: People, links: Links, close: Close, room: Room, person: int) -> None:
    """Go on from a near person: to the hub, to the far people who are nearest, and later to the others if need be."""
    state, node = room.state, len(far.upper) + person
    bp, bt = room.pairs[node] + near.pairs[person], room.total[node] + near.total[person]
    bh = room.ties[node] + near.ties[person]
    sign = _sign(near.pairs[person], near.total[person], near.ties[person])
    gives = near.upper[person] > near.lower[person] if sign > 0 else near.load[person] > near.lower[person]
    if sign >= 0 and gives and _shorter(state, bp, bt, bh):
        state[0], state[1], state[2], state[3] = bp, bt, bh, node
    number = _mark(sheet, links, room, person)
    _reach(sheet, far, room, person, (bp, bt, bh), number, close.best[person], close.weight[person])
    if len(close.late) > 0:
        _reach(sheet, far, room, person, (bp, bt, bh), number, close.late, sheet.weight[person][close.late])
    if close.pairs[person] == FAR:
        return
    one, two = bp + close.pairs[person] + close.sunk[0], bt + close.total[person] + close.sunk[1]
    three = bh + close.ties[person] + close.sunk[2]
    if _shorter(state, one, two, three):
        rest = node + len(near.upper)
        room.pairs[rest], room.total[rest], room.ties[rest] = one, two, three
        room.place[rest] = NONE
        _enter(room, rest)


@jit
def _from_rest(sheet: Sheet, near: People, far: People, links: Links, close: Close, room: Room, person: int) -> None:
    """Go from a near person to everybody else."""
    node = len(far.upper) + person
    bp, bt = room.pairs[node] + near.pairs[person], room.total[node] + near.total[person]
    bh = room.ties[node] + near.ties[person]
    number = _mark(sheet, links, room, person)
    _reach(sheet, far, room, person, (bp, bt, bh), number, np.arange(len(far.upper)), sheet.weight[person])
    nearest(sheet, far, close, person)


@inline
def _from_far(sheet: Sheet, near: People, far: People, links: Links, room: Room, node: int) -> None:
    """Go on from a far person: back to those who have it."""
    state, pairs, total, ties = room.state, room.pairs, room.total, room.ties
    link = links.far_first[node]
    while link != NONE:
        person = links.near[link]
        head = len(far.upper) + person
        one = pairs[node] + sheet.cover - near.pairs[person] - far.pairs[node]
        two = total[node] + sheet.weight[person, node] - near.total[person] - far.total[node]
        three = ties[node] + _mixed(sheet.near_hash[person], sheet.far_hash[node], sheet.mentees)
        three -= near.ties[person] + far.ties[node]
        if not room.settled[head] and _shorter(state, one, two, three):
            fresh = pairs[head] == FAR
            if fresh or _below(one, two, three, pairs[head], total[head], ties[head]):
                pairs[head], total[head], ties[head] = one, two, three
                room.before[head], room.link[head] = node, link
                if fresh:
                    room.place[head] = NONE
                _enter(room, head)
        link = links.far_next[link]


@jit
def _enter(room: Room, node: int) -> None:
    """Put a node into the heap, or nearer to its top."""
    state = room.state
    if room.place[node] == NONE:
        room.place[node] = state[4]
        state[4] += 1
    _rise(room.reached, room.place, room.pairs, room.total, room.ties, node, room.place[node])


@jit
def _next(room: Room) -> int:
    """Take the nearest of those reached, if it is nearer than the end; -1 if none is."""
    reached, place, state = room.reached, room.place, room.state
    pairs, total, ties = room.pairs, room.total, room.ties
    if state[4] == 0:
        return NONE
    node = reached[0]
    if not _below(pairs[node], total[node], ties[node], state[0], state[1], state[2]):
        return NONE
    state[4] -= 1
    size = state[4]
    last, at = reached[size], 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        one = reached[below]
        if below + 1 < size:
            other = reached[below + 1]
            if _below(pairs[other], total[other], ties[other], pairs[one], total[one], ties[one]):
                below, one = below + 1, other
        if not _below(pairs[one], total[one], ties[one], pairs[last], total[last], ties[last]):
            break
        reached[at], place[one] = one, at
        at = below
    if size > 0:
        reached[at], place[last] = last, at
    return node


@jit
def _augment(
    sheet: Sheet, near: People, far: People, links: Links, close: Close, back: Close, room: Room, source: int
) -> bool:
    """Find the shortest path from one person, move the prices and turn the path over; False if there is none."""
    people, both = len(far.upper), len(far.upper) + len(near.upper)
    state = room.state
    room.pairs[:both] = FAR
    room.settled[:] = False
    state[0], state[1], state[2], state[3], state[4] = FAR, 0, 0, NONE, 0
    node, finished = people + source, 0
    room.pairs[node], room.total[node], room.ties[node] = 0, 0, 0
    while node != NONE:
        if node >= both:
            _from_rest(sheet, near, far, links, close, room, node - both)
        else:
            room.settled[node] = True
            room.done[finished] = node
            finished += 1
            if node < people:
                _from_far(sheet, near, far, links, room, node)
            else:
                _from_near(sheet, near, far, links, close, room, node - people)
        node = _next(room)
    if state[3] == NONE:
        return False
    for at in range(finished):
        node = room.done[at]
        one, two, three = state[0] - room.pairs[node], state[1] - room.total[node], state[2] - room.ties[node]
        if node < people:
            far.pairs[node] += one
            far.total[node] += two
            far.ties[node] += three
        else:
            near.pairs[node - people] -= one
            near.total[node - people] -= two
            near.ties[node - people] -= three
    for at in range(3):  # nobody on the near side sinks further than the one who began
        back.sunk[at] -= state[at]
    _turn_over(near, far, links, room, source, state[3])
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

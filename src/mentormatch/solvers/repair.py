# ruff: noqa: SLF001  what follows from a standing is made by it
"""A solved problem kept ready for changes: its table, pairs and prices, repaired by augmenting paths.

Whoever leaves gives its pairs up, whoever joins gets the price that every pair asks for, and whoever
has more partners than new bounds allow begins anew. Nothing else is touched: prices that
held before hold still, and all that is left is somebody who lacks a partner. Each gets it by one
shortest augmenting path over all pairs (:mod:`mentormatch.solvers.kernel.dense`).

A standing is never changed. What follows from it shares its table, which has spare rows and
columns for people who join: each of them is written once, and nobody else reads it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.network import Arcs, Prices, Solution, TierResult
from mentormatch.solvers.closeness import Closeness
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kernel.engine import compiles
from mentormatch.solvers.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance
    from mentormatch.solvers.kernel.dense import Close, Links, People, Sheet

LEAST_CELLS: Final = 100_000
"""Pairs below which solving again is as fast, and numba is not loaded for this."""

MOST_CELLS: Final = 16_000_000
"""Pairs up to which a table and its transpose are kept: 256 MB."""

TIERS: Final = (("coverage", "total"), ("total",))
"""The objectives that are repaired."""

_SPARE: Final = 32
"""People who can join each side before the table is laid out anew, and for every so many more one more."""

_LATE: Final = 16
"""People who began anew until it is found out again who is nearest to whom."""

_LARGEST: Final = 1 << 60
"""Prices beyond this are not carried on."""


def worth_it(instance: Instance) -> bool:
    """Say whether to keep a solved problem ready: its tiers can be repaired, and it is neither small nor huge."""
    cells = instance.shape[0] * instance.shape[1]
    return LEAST_CELLS <= cells <= MOST_CELLS and instance.objective in TIERS and compiles()


@dataclass(frozen=True, eq=False, repr=False)
class Shared:
    """What pairs weigh, by slot: people keep their slot for as long as they are here.

    Attributes
    ----------
    weight, turned
        The score of each pair on the grid, mentees × mentors, and the transpose.
    hashes
        The hash of each mentee and of each mentor.
    cover
        1 if every pair counts before its score does, else 0.
    taken
        Slots that were given out so far, on each side.
    """

    weight: NDArray[np.int64]
    turned: NDArray[np.int64]
    hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    cover: int
    taken: list[int]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def slots(self, rows: int, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Give out slots for people who join; None if there are too few."""
        with self.lock:
            first, second = self.taken
            if first + rows > self.weight.shape[0] or second + columns > self.weight.shape[1]:
                return None
            self.taken[:] = first + rows, second + columns
        return np.arange(first, first + rows), np.arange(second, second + columns)

    def larger(self, rows: int, columns: int) -> Shared:
        """Lay everything out anew with more room on both sides."""
        size, taken = self.weight.shape, self.taken[:]
        shape = taken[0] + rows + _spare(taken[0]), taken[1] + columns + _spare(taken[1])
        weight = np.full(shape, CLOSED)
        weight[: size[0], : size[1]][: taken[0], : taken[1]] = self.weight[: taken[0], : taken[1]]
        hashes = tuple(
            np.concatenate((own[:used], np.zeros(most - used, np.uint64)))
            for own, used, most in zip(self.hashes, taken, shape, strict=True)
        )
        return replace(
            self,
            weight=weight,
            turned=np.ascontiguousarray(weight.T),
            hashes=(hashes[0], hashes[1]),
            taken=taken,
            lock=threading.Lock(),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Change:
    """What changes, by slot.

    Attributes
    ----------
    gone, joined
        Mentees and mentors who leave, and who join: their pairs are in the table.
    lower, upper
        The bounds of everybody afterwards, on each side; 0 for whoever is not here.
    shut
        Pairs that may not be made any more.
    """

    gone: tuple[NDArray[np.int64], NDArray[np.int64]]
    joined: tuple[NDArray[np.int64], NDArray[np.int64]]
    lower: tuple[NDArray[np.int64], NDArray[np.int64]]
    upper: tuple[NDArray[np.int64], NDArray[np.int64]]
    shut: tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False, repr=False)
class Standing:
    """An optimal matching with prices for every tier and the seed's, by slot.

    Attributes
    ----------
    shared
        The table.
    people
        Bounds, loads and prices of mentees and of mentors.
    links
        The pairs that are made.
    shut
        Pairs that may not be made whatever the table says.
    close
        Who is nearest to each mentee, and to each mentor.
    """

    shared: Shared
    people: tuple[People, People]
    links: Links
    shut: tuple[NDArray[np.int64], NDArray[np.int64]]
    close: tuple[Close, Close]

    @classmethod
    def of(
        cls, instance: Instance, solution: Solution, hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    ) -> Standing | None:
        """Lay out a problem that was solved to the end; None if it cannot be priced.

        Parameters
        ----------
        instance
            The problem; the slot of everybody is its row or column.
        solution
            Its solution, the seed's tier too.
        hashes
            Of each mentee and of each mentor, as :attr:`Instance.tie_pairs` mixes them.
        """
        from mentormatch.solvers.kernel.dense import Links, People, close_for, make, nearest_of_all

        table = Table(instance)
        closeness = Closeness.of(table, solution, lambda: None) if solution.ties else None
        if closeness is None:
            return None
        n, m = instance.shape
        spare = _spare(n), _spare(m)
        size = n + spare[0], m + spare[1]
        weight = np.full(size, CLOSED)
        for rows in table.slices():
            weight[rows, :m] = table.block("total", rows)
        cover = int(instance.objective[0] == "coverage")
        padded = tuple(
            np.concatenate((own, np.zeros(more, np.uint64))) for own, more in zip(hashes, spare, strict=True)
        )
        shared = Shared(weight, np.ascontiguousarray(weight.T), (padded[0], padded[1]), cover, [n, m])
        people = []
        for side, (bounds, held) in enumerate(zip((instance.mentees, instance.mentors), solution.arcs, strict=True)):
            prices = [level.prices[side] for level in closeness.levels]
            numbers = [bounds.lower, bounds.upper, np.bincount(held, minlength=len(bounds)), *prices]
            if not cover:
                numbers.insert(3, np.zeros(len(bounds), np.int64))
            people.append(People(*(_padded(one, size[side], 0) for one in numbers)))
        room = len(solution.arcs.i) + sum(size)
        near, far, near_next, far_next = (np.full(room, -1) for _ in range(4))
        firsts = [np.full(one, -1) for one in size]
        links = Links(near, far, firsts[0], near_next, firsts[1], far_next, np.array([-1, 0, 0]))
        for i, j in zip(*map(np.ndarray.tolist, solution.arcs), strict=True):
            make(links, i, j)
        none = np.empty(0, np.int64)
        close = close_for(size[0]), close_for(size[1])
        found = cls(shared, (people[0], people[1]), links, (none, none), close)
        for side in (0, 1):
            nearest_of_all(found._sheet(side), people[1 - side], close[side])
        return found

    # --- changes ------------------------------------------------------------------------------

    def ready(self, rows: int, columns: int) -> tuple[Standing, NDArray[np.int64], NDArray[np.int64]]:
        """Return a standing with slots for people who join, and these slots."""
        slots = self.shared.slots(rows, columns)
        if slots is not None:
            return self, *slots
        shared = self.shared.larger(rows, columns)
        shape = shared.weight.shape
        people = tuple(
            type(side)(*(_padded(one, most, 0) for one in side)) for side, most in zip(self.people, shape, strict=True)
        )
        links = self.links._replace(
            near_first=_padded(self.links.near_first, shape[0], -1),
            far_first=_padded(self.links.far_first, shape[1], -1),
        )
        close = tuple(
            own._replace(
                best=np.concatenate((own.best, np.full((most - len(own.best), own.best.shape[1]), -1))),
                weight=np.concatenate((own.weight, np.zeros((most - len(own.best), own.best.shape[1]), np.int64))),
                **{name: _padded(getattr(own, name), most, 0) for name in ("pairs", "total", "ties")},
            )
            for own, most in zip(self.close, shape, strict=True)
        )
        found = replace(self, shared=shared, people=(people[0], people[1]), links=links, close=(close[0], close[1]))
        return found.ready(rows, columns)

    def after(self, change: Change) -> Standing | None:
        """Repair the matching after a change; None if minimums cannot be met, or prices grew too large."""
        found = self._changed(change)
        sheets = found._sheet(0), found._sheet(1)
        had = [side.upper > 0 for side in self.people]
        for side in (0, 1):
            found._begin(side, sheets[side], had[side], change.joined[side])
        found = found._looked_around(sheets)
        filled = found._filled(0, sheets[0])
        filled = None if filled is None else filled._filled(1, sheets[1])
        if filled is None or not filled.holds():
            return None
        largest = max(int(np.abs(one).max(initial=0)) for side in filled.people for one in side[3:])
        return filled if largest < _LARGEST else None

    def _changed(self, change: Change) -> Standing:
        """Copy everything but the table; who leaves gives its pairs up, and so do pairs that are shut."""
        people = tuple(type(side)(*(one.copy() for one in side)) for side in self.people)
        links = self.links._replace(**{name: own.copy() for name, own in self.links._asdict().items()})
        close = tuple(type(own)(*(one.copy() for one in own)) for own in self.close)
        shut = tuple(np.concatenate(both) for both in zip(self.shut, change.shut, strict=True))
        for side, gone in enumerate(change.gone):
            for slot in gone.tolist():
                _release(people, links, side, slot)
        for i, j in zip(*map(np.ndarray.tolist, change.shut), strict=True):
            _part(people, links, i, j)
        for side, own in enumerate(people):
            own.lower[:], own.upper[:] = change.lower[side], change.upper[side]
        return Standing(self.shared, (people[0], people[1]), links, (shut[0], shut[1]), (close[0], close[1]))

    def _begin(self, side: int, sheet: Sheet, had: NDArray[np.bool_], joined: NDArray[np.int64]) -> None:
        """Price those anew who join, who had no places or whose pairs do not fit their bounds; in place."""
        from mentormatch.solvers.kernel.dense import nearest, price, room_for, turned

        own, other = self.people[side], self.people[1 - side]
        fresh = (~had & (own.upper > 0)) | (own.load > own.upper)
        fresh |= (own.load > own.lower) & _negative(own)
        fresh[joined] = True
        links = turned(self.links) if side else self.links
        room = room_for(*sheet.weight.shape)
        for slot in np.flatnonzero(fresh).tolist():
            _release(self.people, self.links, side, slot)
            if own.upper[slot] > 0:
                price(sheet, own, other, links, room, slot)
                nearest(sheet, other, self.close[side], slot)
        late = np.union1d(self.close[1 - side].late, np.flatnonzero(fresh))
        close = list(self.close)
        close[1 - side] = close[1 - side]._replace(late=late)
        object.__setattr__(self, "close", (close[0], close[1]))

    def _looked_around(self, sheets: tuple[Sheet, Sheet]) -> Standing:
        """Find out again who is nearest to whom, where many began anew."""
        from mentormatch.solvers.kernel.dense import nearest_of_all

        close = list(self.close)
        for side in (0, 1):
            if len(close[side].late) > _LATE:
                close[side] = close[side]._replace(late=np.empty(0, np.int64))
                nearest_of_all(sheets[side], self.people[1 - side], close[side])
        return replace(self, close=(close[0], close[1]))

    def _filled(self, side: int, sheet: Sheet) -> Standing | None:
        """Give everybody of one side what it lacks; None if somebody can never have its minimum."""
        from mentormatch.solvers.kernel.dense import fill, room_for, turned

        near, far = self.people[side], self.people[1 - side]
        room, links = room_for(*sheet.weight.shape), self.links
        while True:
            view = turned(links) if side else links
            done = fill(sheet, near, far, view, self.close[side], self.close[1 - side], room)
            if done >= 0:
                return replace(self, links=links) if done else None
            links = _roomier(links)

    def _sheet(self, side: int) -> Sheet:
        from mentormatch.solvers.kernel.dense import Sheet

        shared, shut = self.shared, self.shut
        weight = shared.turned if side else shared.weight
        return Sheet(
            weight, shared.hashes[side], shared.hashes[1 - side], not side, shared.cover, shut[side], shut[1 - side]
        )

    # --- what it says -------------------------------------------------------------------------

    @property
    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The slots of the two people of every pair."""
        made = self.links.near != -1
        return self.links.near[made], self.links.far[made]

    def holds(self) -> bool:
        """Check the matching by counting: every bound, and that each pair may be made."""
        i, j = self.pairs
        for side, held in zip(self.people, (i, j), strict=True):
            loads = np.bincount(held, minlength=len(side.load))
            if not ((loads == side.load) & (loads >= side.lower) & (loads <= side.upper)).all():
                return False
        width = self.shared.weight.shape[1]
        shut = np.isin(i * width + j, self.shut[0] * width + self.shut[1]) if len(self.shut[0]) else np.False_
        return not shut.any() and bool((self.shared.weight[i, j] != CLOSED).all())

    def solution(self, slots: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Solution:
        """Tell the matching with its proof.

        Parameters
        ----------
        slots
            Of the people on each side, in the order of the instance.
        """
        places = []
        for side, own in enumerate(slots):
            place = np.full(self.shared.weight.shape[side], -1)
            place[own] = np.arange(len(own))
            places.append(place)
        i, j = self.pairs
        rows, columns = places[0][i], places[1][j]
        order = np.argsort(rows * len(slots[1]) + columns)
        values = {"coverage": len(i), "total": int(self.shared.weight[i, j].sum())}
        prices = self._prices(slots)
        names = TIERS[0] if self.shared.cover else TIERS[1]
        tiers = tuple(TierResult(name, values[name], values[name], prices[name]) for name in names)
        return Solution(Arcs(rows[order], columns[order]), tiers)

    def _prices(self, slots: tuple[NDArray[np.int64], NDArray[np.int64]]) -> dict[str, Prices]:
        """Return the prices of each tier; whoever has no places costs more than anybody pays."""
        told: dict[str, list[NDArray[np.int64]]] = {"coverage": [], "total": []}
        top = (
            int(self.shared.weight.max(initial=0))
            if any((side.upper[own] == 0).any() for side, own in zip(self.people, slots, strict=True))
            else 0
        )
        for side, own in enumerate(slots):
            one, other = self.people[side], self.people[1 - side]
            without = one.upper[own] == 0
            pairs, total = one.pairs[own], one.total[own]
            if without.any():
                least = other.pairs[slots[1 - side]].min(initial=0), other.total[slots[1 - side]].min(initial=0)
                pairs = np.where(without, self.shared.cover * (2 - least[0]), pairs)
                total = np.where(without, top + 1 - least[1], total)
            told["coverage"].append(pairs)
            told["total"].append(total)
        return {name: Prices(*both) for name, both in told.items()}


def _spare(people: int) -> int:
    """Return how many more people there is to be room for."""
    return _SPARE + people // _SPARE


def _negative(side: People) -> NDArray[np.bool_]:
    """Say whose price is below 0."""
    pairs, total = side.pairs, side.total
    below: NDArray[np.bool_] = (pairs < 0) | ((pairs == 0) & ((total < 0) | ((total == 0) & (side.ties < 0))))
    return below


def _release(people: tuple[People, ...], links: Links, side: int, slot: int) -> None:
    """Undo all pairs of one person."""
    first = (links.near_first, links.far_first)[side]
    while first[slot] != -1:
        link = int(first[slot])
        _part(people, links, int(links.near[link]), int(links.far[link]))
    own = people[side]
    own.pairs[slot] = own.total[slot] = own.ties[slot] = 0


def _part(people: tuple[People, ...], links: Links, i: int, j: int) -> None:
    """Undo a pair, if it is made."""
    from mentormatch.solvers.kernel.dense import unmake

    link = int(links.near_first[i])
    while link != -1 and links.far[link] != j:
        link = int(links.near_next[link])
    if link != -1:
        unmake(links, link)
        people[0].load[i] -= 1
        people[1].load[j] -= 1


def _padded(numbers: NDArray[np.int64], size: int, by: int) -> NDArray[np.int64]:
    return np.concatenate((numbers, np.full(size - len(numbers), by, numbers.dtype)))


def _roomier(links: Links) -> Links:
    size = 2 * len(links.near) + 1
    return links._replace(
        **{name: _padded(getattr(links, name), size, -1) for name in ("near", "far", "near_next", "far_next")}
    )

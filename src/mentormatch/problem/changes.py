"""What ``update`` is asked for, read and checked: who leaves, who joins, whose bounds change, who is kept apart."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people import Pool
from mentormatch.problem.bounds import read_bounds
from mentormatch.problem.roster import some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.problem.roster import Roster
    from mentormatch.problem.setup import Setup

SIDES: Final = ("mentees", "mentors")
"""The two sides, in the order of rows and columns."""

_STATED: Final = ("mentors_wanted", "capacity")
"""How somebody who joins scores states its bounds."""


@dataclass(frozen=True, eq=False, repr=False)
class Newcomer:
    """Somebody who joins a problem made from an array."""

    id: str
    scores: Any
    bounds: tuple[int, int]


@dataclass(frozen=True, eq=False, repr=False)
class Changes:
    """A change, by row and column.

    Attributes
    ----------
    rows, columns
        Who is here afterwards: the row and the column before, -1 for those who join.
    bounds
        New bounds of people who were here, by row on each side before.
    shut
        Pairs that may not be made any more, by row and column afterwards.
    ids
        Who is here afterwards, on each side.
    gone
        Who leaves, by row and by column before.
    people
        Those who join, for a problem of people.
    newcomers
        Those who join on each side, for a problem of scores.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    bounds: tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]]
    shut: tuple[NDArray[np.int64], NDArray[np.int64]]
    ids: tuple[tuple[str, ...], tuple[str, ...]]
    gone: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())
    people: Pool | None = None
    newcomers: tuple[tuple[Newcomer, ...], tuple[Newcomer, ...]] = ((), ())


@dataclass
class Reading:
    """Reads what was given; every fault is kept, so that all are told at once."""

    setup: Setup
    faults: list[Fault] = field(default_factory=list)

    def changes(self, leave: Any, joining: tuple[Any, Any], bounds: Any, forbid: Any) -> Changes:
        """Return what changes.

        Raises
        ------
        InputError
            Everything that is wrong, at once.
        """
        gone = self._leaving(leave)
        people, newcomers = self._joining(joining)
        roster = self.setup.roster
        old = roster.mentee_ids, roster.mentor_ids
        stay = [np.delete(np.arange(len(own)), sorted(left)) for own, left in zip(old, gone, strict=True)]
        fresh = (
            (people.mentee_ids, people.mentor_ids)
            if people is not None
            else tuple(tuple(one.id for one in side) for side in newcomers)
        )
        ids = []
        for side in (0, 1):
            kept = some(old[side], gone[side])
            there, joined = _rows_of(roster, side), set[str]()
            for one in fresh[side]:
                if one in joined or (one in there and there[one] not in gone[side]):
                    said = f"{one!r} is a {SIDES[side][:-1]} here already"
                    self.faults.append(Fault((f"join_{SIDES[side]}",), "duplicate_id", said, None, one))
                joined.add(one)
            ids.append((*kept, *fresh[side]) if fresh[side] else kept)
        new_bounds = self._bounds(bounds, gone)
        shut = self._forbidden(forbid, gone, (fresh[0], fresh[1]))
        if self.faults:
            raise InputError(self.faults)
        rows, columns = (np.concatenate([own, np.full(len(more), -1)]) for own, more in zip(stay, fresh, strict=True))
        return Changes(
            rows,
            columns,
            new_bounds,
            shut,
            (ids[0], ids[1]),
            (frozenset(gone[0]), frozenset(gone[1])),
            people,
            newcomers,
        )

    # --- people by id -------------------------------------------------------------------------

    def _named(self, given: Any, name: str) -> list[tuple[int, int]]:
        """Find people told by id, or by side and then by id."""
        found = []
        if isinstance(given, Mapping):
            for side, ids in given.items():
                place = _side_of(side)
                if place is None:
                    said = f'{name} by side has the keys "mentees" and "mentors"'
                    self.faults.append(Fault((name, str(side)), "unknown_side", said))
                    continue
                found += [
                    (place, row) for one in self._list(ids, name) if (row := self._on(place, one, name)) is not None
                ]
            return found
        for one in self._list(given, name):
            found += self._anywhere(one, name)
        return found

    def _list(self, given: Any, name: str) -> tuple[Any, ...]:
        if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
            self.faults.append(Fault((name,), "not_a_list", "must be a list, also where there is only one or none"))
            return ()
        return tuple(given)

    def _on(self, side: int, one: Any, name: str) -> int | None:
        row = _rows_of(self.setup.roster, side).get(str(one))
        if row is None:
            said = f"{str(one)!r} is no {SIDES[side][:-1]} here"
            self.faults.append(Fault((name,), "unknown_id", said, None, str(one)))
        return row

    def _anywhere(self, one: Any, name: str) -> list[tuple[int, int]]:
        """Find somebody on whichever side; where both have the id, it is one person only if people were given."""
        found = [(side, row) for side in (0, 1) if (row := _rows_of(self.setup.roster, side).get(str(one))) is not None]
        if not found:
            said = f"nobody here has the id {str(one)!r}"
            self.faults.append(Fault((name,), "unknown_id", said, None, str(one)))
        if len(found) == 2 and (self.setup.pool is None or name == "bounds"):
            said = f'{str(one)!r} is a mentee and a mentor: say which, as in {{"mentors": …}}'
            self.faults.append(Fault((name,), "ambiguous_id", said, None, str(one)))
            return []
        return found

    # --- what changes -------------------------------------------------------------------------

    def _leaving(self, leave: Any) -> tuple[set[int], set[int]]:
        gone: tuple[set[int], set[int]] = set(), set()
        for side, row in self._named(leave, "leave"):
            gone[side].add(row)
        return gone

    def _bounds(
        self, bounds: Any, gone: tuple[set[int], set[int]]
    ) -> tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]]:
        found: tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]] = {}, {}
        if bounds is None:
            return found
        if not isinstance(bounds, Mapping):
            said = 'bounds is a mapping such as {"m1": 2} or {"mentors": {"m1": (0, 2)}}'
            self.faults.append(Fault(("bounds",), "bad_bounds", said))
            return found
        for key, given in bounds.items():
            place = _side_of(key)
            if place is not None and isinstance(given, Mapping):
                told = [
                    (place, row, one, bound)
                    for one, bound in given.items()
                    if (row := self._on(place, one, "bounds")) is not None
                ]
            else:
                told = [(side, row, key, given) for side, row in self._anywhere(key, "bounds")]
            for side, row, one, bound in told:
                if row in gone[side]:
                    said = f"{str(one)!r} leaves and has no bounds any more"
                    self.faults.append(Fault(("bounds",), "leaving", said, None, str(one)))
                read = self._bound(bound, ("bounds", str(one)))
                if read is not None:
                    found[side][row] = read
        return found

    def _bound(self, given: Any, loc: tuple[str, ...]) -> tuple[int, int] | None:
        try:
            low, high = read_bounds([given], 1, loc[0])[0].tolist()
        except InputError as error:
            self.faults += [Fault(loc, fault.code, fault.msg, None, loc[-1]) for fault in error.faults]
            return None
        return low, high

    def _forbidden(
        self, forbid: Any, gone: tuple[set[int], set[int]], fresh: tuple[Sequence[str], Sequence[str]]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find the pairs to keep apart; who is in them is told in confidence, so that faults tell only their place."""
        given = self._list(forbid, "forbid")
        found = []
        left = [sorted(own) for own in gone]
        joined = [dict(zip(own, range(len(own)), strict=True)) for own in fresh]

        def row_of(side: int, one: str) -> int | None:
            """Return the row that somebody has afterwards."""
            there = _rows_of(self.setup.roster, side)
            if one in joined[side]:
                return len(there) - len(left[side]) + joined[side][one]
            row = there.get(one)
            return None if row is None or row in gone[side] else row - bisect(left[side], row)

        for place, one in enumerate(given):
            pair = tuple(one) if isinstance(one, (tuple, list)) else ()
            if len(pair) != 2:
                said = "a pair is (mentee id, mentor id)"
                self.faults.append(Fault(("forbid", place), "bad_pair", said))
                continue
            rows = [row_of(side, str(own)) for side, own in enumerate(pair)]
            for side, row in enumerate(rows):
                if row is None:
                    said = f"this pair names somebody who is no {SIDES[side][:-1]} here"
                    self.faults.append(Fault(("forbid", place), "unknown_id", said))
            if None not in rows:
                found.append(rows)
        pairs = np.array(found, np.int64).reshape(-1, 2)
        return pairs[:, 0].copy(), pairs[:, 1].copy()

    # --- who joins ----------------------------------------------------------------------------

    def _joining(
        self, joining: tuple[Any, Any]
    ) -> tuple[Pool | None, tuple[tuple[Newcomer, ...], tuple[Newcomer, ...]]]:
        given = [() if one is None else one for one in joining]
        empty = [isinstance(one, Sequence) and not len(one) for one in given]
        if all(empty):
            return None, ((), ())
        if self.setup.pool is not None:
            try:
                return Pool(given[1], given[0]), ((), ())
            except InputError as error:
                renamed = {"mentees": "join_mentees", "mentors": "join_mentors"}
                self.faults += [
                    Fault(
                        (renamed.get(str(one.loc[0]), one.loc[0]), *one.loc[1:]) if one.loc else one.loc,
                        one.code,
                        one.msg,
                        one.row,
                        one.id,
                    )
                    for one in error.faults
                ]
            return None, ((), ())
        sides = [self._newcomers(side, one) for side, one in enumerate(given)]
        return None, (sides[0], sides[1])

    def _newcomers(self, side: int, given: Any) -> tuple[Newcomer, ...]:
        name, stated = f"join_{SIDES[side]}", _STATED[side]
        found = []
        for place, one in enumerate(self._list(given, name)):
            if (
                not isinstance(one, Mapping)
                or "id" not in one
                or "scores" not in one
                or set(one) - {"id", "scores", stated}
            ):
                said = f'who joins scores is {{"id": …, "scores": …}}, with "{stated}" where it is not 1'
                self.faults.append(Fault((name, place), "bad_newcomer", said, place))
                continue
            bound = self._bound(one.get(stated, 1), (name, str(one["id"])))
            found.append(Newcomer(str(one["id"]), one["scores"], bound or (0, 1)))
        return tuple(found)


def _side_of(key: Any) -> int | None:
    names = {"mentee": 0, "mentees": 0, "mentor": 1, "mentors": 1}
    return names.get(key) if isinstance(key, str) else None


def _rows_of(roster: Roster, side: int) -> Mapping[str, int]:
    return roster.mentor_row if side else roster.mentee_row

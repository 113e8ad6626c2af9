"""Who takes part, by row: ids and display names of both sides."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.errors import Fault, InputError
from mentormatch.problem.ties import person_hashes

if TYPE_CHECKING:
    from mentormatch.network import Rows
    from mentormatch.people import Pool

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Order:
    """A fixed order of one side, by id, so that the listing order decides nothing."""

    rows: NDArray[np.int64]
    given: bool

    @classmethod
    def of(cls, ids: Sequence[str]) -> Order:
        """Order the rows of one side by id."""
        rows = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        return cls(rows, given=bool((rows == np.arange(len(rows))).all()))

    def __getitem__(self, positions: Rows) -> Rows:
        """Return the listing rows at these positions."""
        return positions if self.given else self.rows[positions]

    def after(self, before: NDArray[np.int64], ids: Sequence[str]) -> Order:
        """Return the order of people who had these rows before, -1 for those who join: they are put in place."""
        stays = before >= 0
        place = np.full(len(self.rows), -1)
        place[before[stays]] = np.flatnonzero(stays)
        rows = place[self.rows]
        rows = rows[rows >= 0]
        for row in np.flatnonzero(~stays).tolist():
            rows = np.insert(rows, bisect(rows, ids[row], key=ids.__getitem__), row)
        return Order(rows, given=bool((rows == np.arange(len(rows))).all()))

    def back(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the positions of these listing rows."""
        place = np.empty(len(self.rows), np.int64)
        place[self.rows] = np.arange(len(self.rows))
        return place[rows]


@dataclass(frozen=True, eq=False)
class Roster:
    """The ids and display names of both sides, in listing order."""

    mentee_ids: tuple[str, ...]
    mentor_ids: tuple[str, ...]
    mentee_names: tuple[str, ...]
    mentor_names: tuple[str, ...]

    @cached_property
    def mentee_row(self) -> Mapping[str, int]:
        """Id -> row of the mentees."""
        return dict(zip(self.mentee_ids, range(len(self.mentee_ids)), strict=True))

    @cached_property
    def mentor_row(self) -> Mapping[str, int]:
        """Id -> row of the mentors."""
        return dict(zip(self.mentor_ids, range(len(self.mentor_ids)), strict=True))

    @cached_property
    def people(self) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
        """Id and display name of everybody, mentees first."""
        mentees = tuple(zip(self.mentee_ids, self.mentee_names, strict=True))
        return mentees, tuple(zip(self.mentor_ids, self.mentor_names, strict=True))

    @cached_property
    def orders(self) -> tuple[Order, Order]:
        """The order of both sides by id, mentees first."""
        return Order.of(self.mentee_ids), Order.of(self.mentor_ids)

    def hashes(self, seed: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return the hashes of both sides by row, mentees first, worked out once for each seed in a row."""
        held = self.__dict__.get("_hashes")
        if held is None or held[0] != seed:
            both = person_hashes(self.mentee_ids, "mentee", seed), person_hashes(self.mentor_ids, "mentor", seed)
            held = self.__dict__["_hashes"] = (seed, both)
        found: tuple[NDArray[np.uint64], NDArray[np.uint64]] = held[1]
        return found

    def following(self, old: Roster, before: Sequence[NDArray[np.int64]], gone: Sequence[Collection[int]]) -> Roster:
        """Take over what an older roster has worked out of people who had these rows in it; -1 for those who join."""
        known, held = old.__dict__, self.__dict__
        sides = (self.mentee_ids, self.mentee_names), (self.mentor_ids, self.mentor_names)
        stay = [own[own >= 0] for own in before]
        if "orders" in known:
            held["orders"] = tuple(
                own.after(rows, ids) for own, rows, (ids, _) in zip(old.orders, before, sides, strict=True)
            )
        if "people" in known:
            held["people"] = tuple(
                (*some(own, left), *zip(*(one[len(rows) :] for one in side), strict=True))
                for own, left, rows, side in zip(old.people, gone, stay, sides, strict=True)
            )
        if "_hashes" in known:
            seed, both = known["_hashes"]
            hashed = tuple(
                np.concatenate((own[rows], person_hashes(ids[len(rows) :], name, seed)))
                for own, rows, (ids, _), name in zip(both, stay, sides, ("mentee", "mentor"), strict=True)
            )
            held["_hashes"] = seed, hashed
        return self

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of mentees and mentors."""
        return len(self.mentee_ids), len(self.mentor_ids)

    @classmethod
    def of_pool(cls, pool: Pool) -> Roster:
        """Take the ids and names of a pool."""
        return cls(tuple(pool.mentee_ids), tuple(pool.mentor_ids), tuple(pool.mentee_names), tuple(pool.mentor_names))

    @classmethod
    def of_ids(cls, mentees: Sequence[Any] | None, mentors: Sequence[Any] | None, shape: tuple[int, int]) -> Roster:
        """Take ids as given, or count ``"0"``, ``"1"``, … on a side where none are.

        Raises
        ------
        InputError
            The ids are not as many as the rows, or one stands twice.
        """
        faults: list[Fault] = []
        sides = []
        for side, given, size in (("mentees", mentees, shape[0]), ("mentors", mentors, shape[1])):
            if given is not None and (isinstance(given, (str, Mapping)) or not isinstance(given, Iterable)):
                faults.append(Fault((side,), "not_a_list", f"{side} is a list of ids"))
                continue
            ids = tuple(map(str, range(size))) if given is None else tuple(_id_of(one) for one in given)
            if len(ids) != size:
                faults.append(Fault((side,), "wrong_length", f"{len(ids)} ids for {size} {side} in the scores"))
            seen: set[str] = set()
            for row, one in enumerate(ids if len(set(ids)) < len(ids) else ()):
                if one in seen:
                    faults.append(Fault((side, row), "duplicate_id", "this id stands twice", row, one))
                seen.add(one)
            sides.append(ids)
        if faults:
            raise InputError(faults)
        return cls(sides[0], sides[1], sides[0], sides[1])


def some(people: tuple[T, ...], gone: Collection[int]) -> tuple[T, ...]:
    """Return those of a tuple that are not gone, by place."""
    if not gone:
        return people
    kept = list(people)
    for row in sorted(gone, reverse=True):
        del kept[row]
    return tuple(kept)


def _id_of(one: Any) -> str:
    if isinstance(one, Mapping):
        one = one.get("id")
    return str(getattr(one, "id", one))

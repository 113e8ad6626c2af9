"""Who takes part, by row: ids and display names of both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.errors import Fault, InputError
from mentormatch.problem.ties import person_hashes

if TYPE_CHECKING:
    from mentormatch.network import Rows
    from mentormatch.people import Pool


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


def _id_of(one: Any) -> str:
    if isinstance(one, Mapping):
        one = one.get("id")
    return str(getattr(one, "id", one))

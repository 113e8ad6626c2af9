"""Who takes part, by row: ids and display names of both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mentormatch.errors import Fault, InputError

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class Roster:
    """The ids and display names of both sides, in listing order."""

    mentee_ids: tuple[str, ...]
    mentor_ids: tuple[str, ...]
    mentee_names: tuple[str, ...]
    mentor_names: tuple[str, ...]
    mentee_row: Mapping[str, int] = field(init=False)
    mentor_row: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mentee_row", {one: row for row, one in enumerate(self.mentee_ids)})
        object.__setattr__(self, "mentor_row", {one: row for row, one in enumerate(self.mentor_ids)})

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
            for row, one in enumerate(ids):
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

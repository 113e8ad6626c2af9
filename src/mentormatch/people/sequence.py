"""People of one side as a sequence, each made when looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from mentormatch.people.columns import Columns
from mentormatch.people.models import Mentee, Mentor

T = TypeVar("T")


class People(Sequence[T], Generic[T]):
    """People of one side, each made when looked at; the position is the row."""

    __slots__ = ("_columns", "_make")

    def __init__(self, columns: Columns, make: Callable[[dict[str, Any]], T]) -> None:
        self._columns, self._make = columns, make

    def __len__(self) -> int:
        return len(self._columns)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...
    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        if isinstance(at, slice):
            return tuple(self._one(k) for k in range(*at.indices(len(self))))
        return self._one(range(len(self))[at])

    def __iter__(self) -> Iterator[T]:
        return (self._one(k) for k in range(len(self)))

    def _one(self, row: int) -> T:
        return self._make({name: column[row] for name, column in self._columns.values.items()})

    def __repr__(self) -> str:
        return f"<{len(self)} {self._columns.side}>"


def as_mentee(answers: dict[str, Any]) -> Mentee:
    """Return a model of answers that were read already."""
    return Mentee.model_construct(**answers)


def as_mentor(answers: dict[str, Any]) -> Mentor:
    """Return a model of answers that were read already."""
    return Mentor.model_construct(**answers)

"""What is worth knowing about the data, and the rows that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mentormatch.errors import Fault

Side: TypeAlias = Literal["mentees", "mentors"]
"""One of the two sides of a programme."""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about the data, made from public data only.

    Attributes
    ----------
    code
        Stable and machine-readable, such as ``"not_read"``.
    message
        The remark in words, with what can be done about it.
    count
        How many headings, rows or people it is about.
    fields
        The headings or fields concerned.
    """

    code: str
    message: str
    count: int = 1
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read, with everything that is wrong with it.

    Attributes
    ----------
    side
        ``"mentees"`` or ``"mentors"``; ``""`` where the row does not say which.
    row
        The row in its table, counted from 0 below the headings.
    id
        The person's id, where it could be read.
    faults
        Every fault of the row; none shows the value.
    """

    side: str
    row: int
    id: str | None
    faults: tuple[Fault, ...] = field(default=())

    def __str__(self) -> str:
        return "; ".join(str(fault) for fault in self.faults)

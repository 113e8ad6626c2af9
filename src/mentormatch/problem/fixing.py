"""Pairs placed by hand: locks, overrides and required pairs, checked and found by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mentormatch.constraints import Override, lock_from
from mentormatch.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mentormatch.problem.roster import Roster


@dataclass(frozen=True, repr=False)
class Fixed:
    """A pair that must be in the result: its rows, whether public rules are lifted for it, and who may know.

    ``implied`` pairs follow from others, because two people have the same partners.
    """

    i: int
    j: int
    overrides: bool = False
    by_hand: bool = True
    secret: bool = False
    reason: str | None = None
    by: str | None = None
    implied: bool = False


def read_locks(locks: Iterable[Any], roster: Roster, place_of: Callable[[int], int] = int) -> tuple[Fixed, ...]:
    """Find the people of every lock.

    Parameters
    ----------
    locks
        ``(mentee id, mentor id)``, :class:`Lock`, :class:`Override`, or mappings of their fields.
    roster
        Who takes part.
    place_of
        Where a lock stands in the list that somebody wrote, for errors.

    Raises
    ------
    InputError
        A lock names a stranger, or is not written as a lock; all of them at once.
    """
    faults: list[Fault] = []
    found: dict[tuple[int, int], Fixed] = {}
    for number, given in enumerate(locks):
        place = place_of(number)
        try:
            lock = lock_from(given, ("locks", place))
        except InputError as error:
            faults.extend(error.faults)
            continue
        sides = (("mentee", lock.mentee, roster.mentee_row), ("mentor", lock.mentor, roster.mentor_row))
        strangers = [
            Fault(("locks", place, side), "unknown_id", f"the lock names {one!r}, who is no {side} here", None, one)
            for side, one, row in sides
            if one not in row
        ]
        faults.extend(strangers)
        if strangers:
            continue
        rows = roster.mentee_row[lock.mentee], roster.mentor_row[lock.mentor]
        if isinstance(lock, Override):
            found[rows] = Fixed(*rows, overrides=True, reason=lock.reason, by=lock.by)
        else:
            found.setdefault(rows, Fixed(*rows))
    if faults:
        raise InputError(faults)
    return tuple(found[rows] for rows in sorted(found))

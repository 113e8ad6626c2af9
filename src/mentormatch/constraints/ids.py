"""Ids in rules: how they are read, and whom they mean."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import numpy as np
from pydantic import BeforeValidator

from mentormatch.errors import Fault
from mentormatch.people.directory import Directory

if TYPE_CHECKING:
    from mentormatch.people import Pool
    from mentormatch.people.notes import Side


def as_id(value: Any) -> Any:
    """Return an id as people's ids are kept: text without outer blanks, whole numbers without ".0".

    Anything that is no id is returned as it is, for the check that follows.
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (bool, np.bool_)):
        return value
    if isinstance(value, (int, np.integer)) or (isinstance(value, (float, np.floating)) and float(value).is_integer()):
        return str(int(value))
    return value


Id: TypeAlias = Annotated[str, BeforeValidator(as_id)]
"""An id in a rule; a number is read as people's ids are."""


def bad_id(rule: str, field: str, value: object) -> Iterator[Fault]:
    """Yield a fault, without the value, unless it is an id."""
    if not isinstance(value, str) or not value:
        yield Fault((rule, field), "not_an_id", "must be the id of one person")


def known(pool: Pool, side: Side, who: str) -> int | None:
    """Return the row of an id on one side; None when nobody there has it."""
    rows = pool.mentee_row if side == "mentees" else pool.mentor_row
    return rows.get(who)


_MOST_COMPARED: Final = 5000
"""In longer lists of ids the nearest are not looked for: comparing with all of them would outlast the run."""

MOST_HINTS: Final = 5
"""For how many strangers of one rule the nearest ids are looked for."""


def stranger(pool: Pool, side: Side, who: str, rule: str, field: str, *, nearest: bool = True) -> Fault:
    """Return the fault that a public rule names somebody who is not there, with the nearest ids if wanted."""
    ids = pool.mentee_ids if side == "mentees" else pool.mentor_ids
    elsewhere = known(pool, "mentors" if side == "mentees" else "mentees", who) is not None
    near = get_close_matches(who, ids, n=3) if nearest and len(ids) <= _MOST_COMPARED else []
    hint = f"; it is one of the {'mentors' if side == 'mentees' else 'mentees'}" if elsewhere else ""
    hint = hint or (f"; did you mean {' or '.join(map(repr, near))}?" if near else "")
    return Fault((rule, field), "unknown_id", f"there is no {side[:-1]} with this id{hint}", id=who)


def nobody(pool: Pool, who: str, rule: str, field: str) -> Fault:
    """Return the fault that a public rule names somebody who is on neither side, with the nearest ids."""
    ids = [*dict.fromkeys((*pool.mentee_ids, *pool.mentor_ids))]
    near = get_close_matches(who, ids, n=3) if len(ids) <= _MOST_COMPARED else []
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return Fault((rule, field), "unknown_id", f"there is neither a mentee nor a mentor with this id{hint}", id=who)


def rows_of(pool: Pool, who: str) -> tuple[list[int], list[int]]:
    """Return the rows of somebody as mentee and as mentor: by id, or else by whatever may be meant.

    That is a full name, or an id in another form (e17 for E17, 7 for 007). What several people
    may be called means all of them: it is used to keep people apart, and that must not fail
    for want of an id.
    """
    ids = [who] if who in pool.mentee_row or who in pool.mentor_row else _meant(pool, who)
    mentees = [pool.mentee_row[one] for one in ids if one in pool.mentee_row]
    return mentees, [pool.mentor_row[one] for one in ids if one in pool.mentor_row]


def _meant(pool: Pool, who: str) -> list[str]:
    """Return the ids of everybody who may be meant, as for vetoes; the index is made once a pool."""
    directory: Directory = pool._cached(("directory",), lambda: Directory(*pool._sides))  # noqa: SLF001  # names are for rules, not for the public
    return sorted(directory.may_mean((who,), "mentees") | directory.may_mean((who,), "mentors"))

"""From whatever was handed in to the answers of both sides, with notes and rejects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mentormatch.errors import Fault, InputError
from mentormatch.people import remarks
from mentormatch.people.columns import Columns, read_side
from mentormatch.people.directory import Directory
from mentormatch.people.fields import PEOPLE_FIELDS
from mentormatch.people.frozen import Frozen
from mentormatch.people.headings import (
    HOW_TO_MAP,
    ROLE,
    Mapped,
    Plan,
    check_mapping,
    listed,
    look_swapped,
    plan,
    role_position,
)
from mentormatch.people.limits import Limits
from mentormatch.people.models import Mentee, Mentor, Person
from mentormatch.people.notes import Note, Reject, Side
from mentormatch.people.tables import Table, from_frame, from_rows
from mentormatch.people.values import identifier

_OTHER: dict[Side, Side] = {"mentees": "mentors", "mentors": "mentees"}


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """What came of reading: the answers of both sides, and how they were found."""

    mentees: Columns
    mentors: Columns
    mapping: Frozen[str]
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]
    backend: str | None


def read(mentors: Any, mentees: Any, mapping: Mapped, *, forgiving: bool, limits: Limits) -> Reading:
    """Read both sides.

    Parameters
    ----------
    mentors, mentees
        What was handed in; without ``mentees`` both sides are in ``mentors``.
    mapping
        Heading -> field.
    forgiving
        Whether paths may be given, and keys that are nearly a field's name are only noted.
    limits
        How large a file may be.

    Returns
    -------
    Reading
        The answers, the rows that could not be read, and remarks.

    Raises
    ------
    InputError
        If something is wrong with the tables as such.
    """
    if not isinstance(mapping, Mapping):
        message = 'is a mapping from headings to fields, such as {"Afdeling": "department"}'
        raise InputError(Fault(("mapping",), "bad_mapping", message))
    tables, early = _tables(mentors, mentees, mapping, forgiving=forgiving, limits=limits)
    check_mapping(mapping, [table.headings for table in tables.values()])
    shared = mentees is None
    plans = {
        side: plan(table.headings, side, mapping, strict=table.strict and not forgiving, shared=shared)
        for side, table in tables.items()
    }
    if not shared and not any(table.classed for table in tables.values()):
        _check_swapped(plans)
    found: dict[Side, Columns] = {}
    rejects = list(early)
    faults = list({fault.loc[-1]: fault for one in plans.values() for fault in one.faults}.values())
    for side, table in tables.items():
        try:
            found[side], rejected = read_side(side, table, plans[side])
        except InputError as error:
            faults += error.faults
        else:
            rejects += rejected
    if faults:
        rows = () if forgiving else [fault for reject in rejects for fault in reject.faults]
        raise InputError([*faults, *rows])
    directory = Directory(found["mentees"], found["mentors"])
    found = {side: _with_ids(columns, directory) for side, columns in found.items()}
    above = sum({id(table.headings): table.above for table in tables.values()}.values())  # one table may serve both
    notes = remarks.collect(plans, found, tuple(rejects), directory, above=above)
    headings = {heading: name for one in plans.values() for heading, name in one.mapping.items()}
    backend = next((table.backend for table in tables.values() if table.backend), None)
    return Reading(found["mentees"], found["mentors"], Frozen(headings), tuple(rejects), notes, backend)


def _check_swapped(plans: Mapping[Side, Plan]) -> None:
    """Refuse tables that look swapped."""
    if look_swapped(list(plans["mentors"].seen), list(plans["mentees"].seen)):
        message = (
            "the two tables look swapped: the first has what mentees are asked and the second what mentors are asked; "
            "mentors come first"
        )
        raise InputError(Fault((), "sides_swapped", message))


def _with_ids(columns: Columns, directory: Directory) -> Columns:
    """Return answers in which other people are named by id."""
    other = _OTHER[columns.side]
    ids = columns.values["id"]
    for name in PEOPLE_FIELDS:
        column = columns.values[name]
        if not any(column):
            continue
        if name == "manager_id":
            found: list[Any] = [text and (directory.one(text, other) or text) for text in column]
        else:
            found = [
                directory.resolved(texts, own, other) if texts else texts
                for texts, own in zip(column, ids, strict=True)
            ]
        columns = columns.replaced(name, found)
    return columns


# --- both sides from whatever was handed in ---------------------------------------------------------------------------


def _tables(
    mentors: Any, mentees: Any, mapping: Mapped, *, forgiving: bool, limits: Limits
) -> tuple[dict[Side, Table], tuple[Reject, ...]]:
    """Return the tables of mentees and mentors, and the rows that belong to neither."""
    if mentees is not None:
        return _two_tables(mentors, mentees, forgiving=forgiving, limits=limits), ()
    both = _open(mentors, forgiving=forgiving, limits=limits)
    if isinstance(both, Mapping):
        return _two_lists(both, forgiving=forgiving, limits=limits), ()
    if isinstance(both, Table):
        return _by_role(both, mapping)
    rows = list(both)
    if rows and all(isinstance(row, Mentor | Mentee) for row in rows):
        sides: dict[Side, type[Person]] = {"mentees": Mentee, "mentors": Mentor}
        return {
            side: from_rows([row for row in rows if isinstance(row, kind)], strict=not forgiving, limits=limits)
            for side, kind in sides.items()
        }, ()
    return _by_role(from_rows(rows, strict=not forgiving, limits=limits), mapping)


def _two_tables(mentors: Any, mentees: Any, *, forgiving: bool, limits: Limits) -> dict[Side, Table]:
    """Return the tables of both sides, or tell what is wrong with either."""
    found: dict[Side, Table] = {}
    faults: list[Fault] = []
    given: tuple[tuple[Side, Any], ...] = (("mentors", mentors), ("mentees", mentees))
    for side, people in given:
        try:
            found[side] = _table(people, side, forgiving=forgiving, limits=limits)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(dict.fromkeys(faults))
    return {"mentees": found["mentees"], "mentors": found["mentors"]}


def _open(given: Any, *, forgiving: bool, limits: Limits) -> Any:
    """Return a Table, a mapping with both lists, or an iterable of rows."""
    if isinstance(given, str | os.PathLike):
        if not forgiving:
            raise InputError(Fault((), "path_given", "a path is read by Pool.read(…), not here; or give rows"))
        from mentormatch.people.files import open_file

        return open_file(given, limits)
    if isinstance(given, Mapping | list | tuple):
        return given
    if isinstance(given, bytes) or given is None:
        raise InputError("people are rows (models or mappings), a DataFrame, or with Pool.read a path")
    table = from_frame(given, limits)
    if table is not None:
        return table
    if isinstance(given, Iterable):
        return list(given)
    raise InputError("people are rows (models or mappings), a DataFrame, or with Pool.read a path")


def _table(given: Any, side: Side, *, forgiving: bool, limits: Limits) -> Table:
    """Return one side's table."""
    found = _open(given, forgiving=forgiving, limits=limits)
    if isinstance(found, Table):
        return found
    if isinstance(found, Mapping):
        if side in found:  # a file or body with both lists, given for one side
            found = found[side]
        if isinstance(found, Table):
            return found
        if isinstance(found, str | Mapping) or not isinstance(found, Iterable):
            raise InputError(Fault((side,), "not_rows", "are a list of people, each with answers by field"))
    rows = list(found)
    other = Mentee if side == "mentors" else Mentor
    wrong = [k for k, row in enumerate(rows) if isinstance(row, other)]
    table = from_rows(rows, strict=not forgiving, limits=limits)
    if not wrong:
        return table
    if len(wrong) == len(rows):
        raise InputError(Fault((side,), "sides_swapped", f"are all {_OTHER[side]}; mentors come first"))
    spoilt = dict.fromkeys(wrong, ("wrong_side", f"is one of the {_OTHER[side]}, in the list of {side}"))
    return replace(table, spoilt={**table.spoilt, **spoilt})


def _two_lists(given: Mapping[Any, Any], *, forgiving: bool, limits: Limits) -> dict[Side, Table]:
    """Return both sides of a mapping such as a JSON object with the keys mentors and mentees."""
    if "mentors" not in given or "mentees" not in given:
        raise InputError('one object for both sides has the keys "mentors" and "mentees"')
    return {
        side: given[side]
        if isinstance(given[side], Table)
        else _table(given[side], side, forgiving=forgiving, limits=limits)
        for side in _OTHER
    }


def _by_role(table: Table, mapping: Mapped) -> tuple[dict[Side, Table], tuple[Reject, ...]]:
    """Take a table with a column of roles apart."""
    position = role_position(table.headings, mapping)
    if position is None:
        if not table.rows and not table.headings:
            return {"mentees": table, "mentors": table}, ()
        message = (
            'one table for both sides has a column "role" with mentor, mentee or both; '
            f"the headings are {listed(table.headings)}. {_which_role(table)} Otherwise give two tables"
        )
        raise InputError(Fault((), "no_role", message))
    places: dict[Side, list[int]] = {"mentees": [], "mentors": []}
    unknown: list[int] = []
    for k, cell in enumerate(table.columns[position]):
        sides = _role(cell)
        for side in sides:
            places[side].append(k)
        if not sides:
            unknown.append(k)
    message = "is neither mentor, mentee nor both; write one of these"
    rejects = []
    for k, who in zip(unknown, _called(table, unknown, mapping), strict=True):
        row = table.rows[k]
        rejects.append(Reject("", row, who, (Fault(("role",), "unknown_role", message, row, who),)))
    return {side: table.take(rows) for side, rows in places.items()}, tuple(rejects)


def _which_role(table: Table) -> str:
    """Say which column may be that of roles: one in which every answer names one."""
    likely = [
        heading
        for heading, column in zip(table.headings, table.columns, strict=True)
        if any(column) and all(map(_role, filter(None, column)))
    ]
    return f"{listed(likely[:1])} looks like it: " * bool(likely) + f"{HOW_TO_MAP.replace('field', ROLE)}."


def _called(table: Table, positions: Sequence[int], mapping: Mapped) -> list[str | None]:
    """Return what people of whom no side is known are known by: id, e-mail address or name, where they gave one."""
    fields = plan(table.headings, "mentees", mapping, strict=False, shared=True).fields if positions else {}
    columns = [table.columns[k] for k in next((fields[name] for name in ("id", "email", "name") if name in fields), ())]
    found: list[str | None] = []
    for position in positions:
        try:
            found.append(identifier(next((column[position] for column in columns), None)))
        except Exception:  # noqa: BLE001  # no id that can be shown; a foreign object may raise anything
            found.append(None)
    return found


_MENTEE_WORDS = frozenset({"mentee", "mentees", "mentoree", "protege", "protegee"})
_MENTOR_WORDS = frozenset({"mentor", "mentors", "mentoren"})
_BOTH_WORDS = frozenset({"both", "beide", "beiden", "allebei"})


def _role(cell: Any) -> tuple[Side, ...]:
    """Return the sides that an answer such as "mentor" or "beide" names."""
    text = str(cell or "").casefold()
    words = set("".join(sign if sign.isalpha() else " " for sign in text).split())
    found: list[Side] = []
    if words & (_MENTEE_WORDS | _BOTH_WORDS):
        found.append("mentees")
    if words & (_MENTOR_WORDS | _BOTH_WORDS):
        found.append("mentors")
    return tuple(found)


__all__: Sequence[str] = ["Reading", "read"]

"""Reading a file of tensions.

The file is confidential as a whole: no error repeats a cell, nor a heading, which in a
file without headings is a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mentormatch.constraints.confidential import ConflictOfInterest, Tension
from mentormatch.errors import Fault, InputError
from mentormatch.people.limits import Limits
from mentormatch.people.tables import Table, from_rows
from mentormatch.people.values import fold

if TYPE_CHECKING:
    from mentormatch.constraints.base import Constraint

_HEADINGS: Final[Mapping[str, str]] = {
    "a": "a|id a|person a|person 1|person|first person|employee a|employee 1|name a|name 1|who|mentee"
    "|persoon a|persoon 1|persoon|eerste persoon|medewerker a|medewerker 1|naam a|naam 1|wie",
    "b": "b|id b|person b|person 2|other person|second person|employee b|employee 2|name b|name 2|with|not with|mentor"
    "|persoon b|persoon 2|andere persoon|tweede persoon|medewerker b|medewerker 2|naam b|naam 2|met|met wie|niet met",
    "expires": "expires|expires on|expiry|expiry date|until|ends|end date|valid until"
    "|verloopt|verloopt op|vervalt|vervalt op|tot|tot en met|einddatum|geldig tot|geldig tot en met",
    "kind": "kind|kind of conflict|type|nature|soort|aard|soort conflict",
}
_FIELD_OF: Final = {fold(heading): field for field, listed in _HEADINGS.items() for heading in listed.split("|")}

_TENSION: Final = frozenset({"", "tension", "spanning", "spanningen", "tensions"})
_CONFLICT: Final = frozenset({"conflict of interest", "belangenconflict", "tegengestelde belangen"})
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})\Z")


def read_tensions(path: str | Path) -> tuple[Constraint, ...]:
    """Read a file of tensions: two people a row, and optionally until when and of what kind.

    Parameters
    ----------
    path
        A .csv, .json or .xlsx file with the columns ``person a`` and ``person b`` (ids, or full
        names) and, if wanted, ``expires`` (the last day on which it holds) and ``kind``. The Dutch
        headings ``persoon a``, ``persoon b``, ``tot en met`` and ``soort`` do as well; other
        columns are not read, nor are rows without an answer.

    Returns
    -------
    tuple of Constraint
        In the order of the file: a :class:`Tension` where ``kind`` is empty or says so, else a
        :class:`ConflictOfInterest`.

    Raises
    ------
    InputError
        The file cannot be read, or rows are wrong: every one is told by row and field, none
        with what stands there.
    """
    rules, faults = _rules_of(Path(path))
    if faults:
        raise InputError(faults)
    return rules


def _rules_of(path: Path) -> tuple[tuple[Constraint, ...], tuple[Fault, ...]]:
    """Return the rules of a file, or what is wrong with it."""
    table, unread = _table(path)
    if table is None:
        return (), unread
    places = _places(table.headings)
    missing = [field for field in ("a", "b") if field not in places]
    if missing and (table.headings or table.rows):
        wanted = " and ".join(f'"person {field}"' for field in missing)
        words = f'{path.name}: a file of tensions has the headings "person a" and "person b"; there is no {wanted}'
        return (), (Fault(("tensions",), "missing_heading", words),)
    rules: list[Constraint] = []
    faults = [Fault(("tensions", row), code, msg, row) for row, (code, msg) in table.spoilt.items()]
    for place, cells in _rows(places, table.columns):
        made = _rule_of(cells, table.rows[place])
        if isinstance(made, tuple):
            faults += made
        else:
            rules.append(made)
    return tuple(rules), tuple(faults)


def _table(path: Path) -> tuple[Table | None, tuple[Fault, ...]]:
    """Return the table of a file, or why there is none; what was read stays out of every traceback."""
    from mentormatch.people.files import open_file

    try:
        found = open_file(path, Limits())
    except InputError as error:
        return None, error.faults
    if isinstance(found, Mapping):
        found = found.get("tensions")
    if isinstance(found, list):
        found = from_rows(found, strict=False, limits=Limits())
    if isinstance(found, Table):
        return found, ()
    words = f'{path.name}: a file of tensions is a table with the headings "person a" and "person b"'
    return None, (Fault(("tensions",), "not_a_table", words),)


def _places(headings: Sequence[str]) -> dict[str, int]:
    """Return which column holds which field; the first of a kind counts."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        field = _FIELD_OF.get(fold(heading))
        if field is not None:
            places.setdefault(field, place)
    return places


def _rows(places: Mapping[str, int], columns: Sequence[Sequence[Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the answers of every row that has any."""
    for row, cells in enumerate(zip(*(columns[place] for place in places.values()), strict=True)):
        answers = dict(zip(places, map(_answer, cells), strict=True))
        if any(answer is not None for answer in answers.values()):
            yield row, answers


def _answer(cell: Any) -> Any:
    """Return a cell without outer blanks; None where it is empty."""
    if isinstance(cell, str):
        cell = cell.strip()
    return None if cell == "" else cell


def _rule_of(cells: Mapping[str, Any], row: int) -> Constraint | tuple[Fault, ...]:
    """Return the rule of one row, or what is wrong with the row."""
    kind, expires = cells.get("kind"), _as_day(cells.get("expires"))
    named = kind if isinstance(kind, str) else "" if kind is None else "stated"
    try:
        if fold(named) in _TENSION:
            return Tension(cells["a"], cells["b"], expires)
        return ConflictOfInterest(cells["a"], cells["b"], "" if fold(named) in _CONFLICT else named, expires)
    except InputError as error:
        faults = error.faults
    return tuple(Fault(("tensions", row, *fault.loc[1:]), fault.code, fault.msg, row) for fault in faults)


def _as_day(cell: Any) -> Any:
    """Return a date for a date, ISO text or 31-12-2026; anything else as it is, for the check that follows.

    With slashes the month may come first: 31/12/2026 is clear, 01/02/2027 is not.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if not isinstance(cell, str):
        return cell
    for parse in (datetime.fromisoformat, _day_first):
        try:
            return parse(cell).date()
        except ValueError:
            continue
    return cell


def _day_first(text: str) -> datetime:
    match = _DAY_FIRST.match(text[:20])
    if match is None:
        raise ValueError
    day, mark, month, year = int(match[1]), match[2], int(match[3]), int(match[4])
    if mark == "/" and day <= 12 and day != month:
        raise ValueError
    return datetime(year, month, day)  # noqa: DTZ001  # only the day is kept

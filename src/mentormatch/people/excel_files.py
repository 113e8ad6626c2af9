"""Reading .xlsx files, measured before they are opened.

A file of a few kilobytes can unpack to gigabytes, or hold one cell in its first and one in
its last corner, for which a reader asks for more memory than there is and takes the whole
process down. So every part is unpacked and looked through first, counting.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.parsers import expat

from mentormatch.errors import InputError, MissingExtra
from mentormatch.people.csv_files import is_explanation
from mentormatch.people.headings import key
from mentormatch.people.limits import Limits
from mentormatch.people.tables import Table, is_blank, numbered

_CHUNK = 1 << 18
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
_SIDES = {
    "mentors": frozenset(map(key, ("mentors", "mentor", "mentoren"))),
    "mentees": frozenset(map(key, ("mentees", "mentee"))),
}


def read_xlsx(path: Path, limits: Limits) -> Table | dict[str, Table]:
    """Read the first sheet of a workbook, or its sheets "mentors" and "mentees" where it has both.

    Raises
    ------
    InputError
        If it is no workbook, is locked with a password, or is larger than the limits.
    MissingExtra
        If the extra ``excel`` is not installed.
    """
    raw = path.read_bytes()
    problem = _measured(raw, limits)
    if problem:
        raise InputError(f"{path.name}: {problem}")
    if find_spec("python_calamine") is None:
        raise MissingExtra("excel", "to read .xlsx files")
    from python_calamine import CalamineWorkbook

    sheets: dict[str, list[list[Any]]] = {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        names = {key(name): name for name in book.sheet_names}
        chosen = {
            side: next((names[one] for one in sorted(known) if one in names), "") for side, known in _SIDES.items()
        }
        if not all(chosen.values()):
            chosen = {"": book.sheet_names[0]}
        sheets = {side: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for side, name in chosen.items()}
    except Exception:  # noqa: BLE001  # a broken file may raise anything in a foreign reader
        sheets = {}
    if not sheets:
        raise InputError(f"{path.name}: is not a workbook that can be read; save it again as .xlsx")
    tables = {side: _table(lines, path.name, limits) for side, lines in sheets.items()}
    return tables.get("", tables)


def _table(lines: list[list[Any]], name: str, limits: Limits) -> Table:
    """Return a sheet's cells as a table; its first line that says anything holds the headings."""
    start = next((k for k, line in enumerate(lines) if not all(map(is_blank, line))), len(lines))
    if start == len(lines):
        raise InputError(f"{name}: the sheet is empty; its first line holds the headings")
    headings = lines[start]
    body = [(row, line) for row, line in enumerate(lines[start + 1 :]) if not all(map(is_blank, line))]
    body = [(row, line) for row, line in body if not is_explanation([str(cell) for cell in line[:1]])]
    if len(headings) > limits.columns:
        raise InputError(f"{name}: has more than {limits.columns} columns")
    used = [
        k
        for k, heading in enumerate(headings)
        if not is_blank(heading) or any(not is_blank(line[k]) for _, line in body)
    ]
    names = numbered(headings)
    columns = tuple([_cell(line[k]) for _, line in body] for k in used)
    for column in columns:
        if any(isinstance(cell, str) and len(cell) > limits.cell_characters for cell in column):
            raise InputError(f"{name}: has a cell of more than {limits.cell_characters} characters")
    return Table(tuple(names[k] for k in used), columns, [row for row, _ in body])


def _cell(cell: Any) -> Any:
    """Return a cell; a date without a time of day as a date."""
    if cell == "":
        return None
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date()
    return cell


# --- measuring ----------------------------------------------------------------------------------------------------


def _measured(raw: bytes, limits: Limits) -> str | None:
    """Return what keeps a file from being opened, without opening it; None if nothing does."""
    if raw[:4] == b"\xd0\xcf\x11\xe0":
        return "is locked with a password, or is an old .xls file; save it as .xlsx without one"
    problem: str | None = "is not a workbook that can be read; save it again as .xlsx"
    if raw[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as book:
                problem = _parts_measured(book, limits)
        except Exception:  # noqa: BLE001, S110  # zipfile, zlib and their kin raise a dozen kinds; all mean the same
            pass
    return problem


def _parts_measured(book: zipfile.ZipFile, limits: Limits) -> str | None:
    """Unpack every part, counting, and return what is wrong with one; None if nothing is."""
    members = book.infolist()
    names = {member.filename.casefold() for member in members}
    if len(members) > limits.members:
        return f"holds more than {limits.members} parts"
    if "xl/workbook.xml" not in names or {"xl/workbook.bin", "content.xml"} & names:
        return "is not a workbook"
    left = limits.file_bytes
    for member in members:
        extent = _Extent(limits)
        with book.open(member) as part:
            while extent.problem is None and (chunk := part.read(_CHUNK)):
                left -= len(chunk)
                if left < 0:
                    return f"unpacks to more than {limits.file_bytes >> 20} MiB"
                extent.look(chunk)
        if extent.problem:
            return extent.problem
    return None


class _Stop(Exception):
    """Enough has been seen of a part."""


class _Extent:
    """Reads one part of a workbook as it is unpacked, and finds the corner its cells reach."""

    def __init__(self, limits: Limits) -> None:
        self.problem: str | None = None
        self._limits = limits
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._parser: Any = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype

    def look(self, chunk: bytes) -> None:
        """Look at the next piece; a part that is no XML is none that holds cells."""
        if self._parser is None:
            return
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError:
            self._parser = None
        except _Stop:
            pass

    def _doctype(self, *_declared: object) -> None:
        self.problem = "declares a document type, which no workbook does"
        raise _Stop  # before anything that it declares can be expanded

    def _start(self, name: str, given: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row = _whole(given.get("r"), self._row + 1)
            self._column = 0
        elif kind == "c":
            place = _PLACE.match(given.get("r", ""))
            row, self._column = (int(place[2]), _column(place[1])) if place else (self._row, self._column + 1)
            self._rows, self._columns = max(self._rows, row), max(self._columns, self._column)
            if self._rows * self._columns > self._limits.cells:
                self.problem = (
                    f"has cells so far apart that the sheet has more than {self._limits.cells} of them; "
                    "delete what stands far from the table"
                )
                raise _Stop


def _whole(text: str | None, other: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 8 else other


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number

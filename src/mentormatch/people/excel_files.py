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
from typing import Any, NoReturn
from xml.parsers import expat

from mentormatch.errors import InputError, MissingExtra
from mentormatch.people.csv_files import is_explanation
from mentormatch.people.headings import heading_line, key
from mentormatch.people.limits import Limits
from mentormatch.people.tables import Table, is_blank, numbered

_CHUNK = 1 << 18
_LONGEST_TAG = 1 << 20
_UNREADABLE = "is not a workbook that can be read; save it again as .xlsx"
_PLACE = re.compile(r"([A-Za-z]{1,20})([0-9]{1,20})\Z")  # as readers take it: small letters, leading zeros
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
    book, problem = _measured(path.read_bytes(), limits)
    if problem:
        raise InputError(f"{path.name}: {problem}")
    if find_spec("python_calamine") is None:
        raise MissingExtra("excel", "to read .xlsx files")
    from python_calamine import CalamineWorkbook

    sheets: dict[str, list[list[Any]]] = {}
    try:
        opened = CalamineWorkbook.from_filelike(book)
        names = {key(name): name for name in opened.sheet_names}
        chosen = {
            side: next((names[one] for one in sorted(known) if one in names), "") for side, known in _SIDES.items()
        }
        if not all(chosen.values()):
            chosen = {"": opened.sheet_names[0]}
        sheets = {
            side: opened.get_sheet_by_name(name).to_python(skip_empty_area=False) for side, name in chosen.items()
        }
    except Exception:  # noqa: BLE001  # a broken file may raise anything in a foreign reader
        sheets = {}
    if not sheets:
        raise InputError(f"{path.name}: {_UNREADABLE}")
    tables = {side: _table(lines, path.name, limits) for side, lines in sheets.items()}
    return tables.get("", tables)


def _table(lines: list[list[Any]], name: str, limits: Limits) -> Table:
    """Return a sheet's cells as a table; its first line that says anything holds the headings."""
    start = heading_line(lines)
    if start is None:
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
    above = sum(not all(map(is_blank, line)) for line in lines[:start])
    return Table(tuple(names[k] for k in used), columns, [row for row, _ in body], above=above)


def _cell(cell: Any) -> Any:
    """Return a cell; a date without a time of day as a date."""
    if cell == "":
        return None
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date()
    return cell


# --- measuring ----------------------------------------------------------------------------------------------------


def _measured(raw: bytes, limits: Limits) -> tuple[io.BytesIO, str | None]:
    """Return a workbook of the parts that were measured, and what keeps it from being opened; None if nothing does.

    The reader gets nothing else: it is more forgiving than we are, and would find cells where we saw none, in
    XML that is not well-formed or in a part that only its own way of reading a .zip brings to light.
    """
    kept = io.BytesIO()
    if raw[:4] == b"\xd0\xcf\x11\xe0":
        return kept, "is locked with a password, or is an old .xls file; save it as .xlsx without one"
    problem: str | None = _UNREADABLE
    if raw[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as book, zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as copy:
                problem = _parts_measured(book, copy, limits)
        except Exception:  # noqa: BLE001, S110  # zipfile, zlib and their kin raise a dozen kinds; all mean the same
            pass
    kept.seek(0)
    return kept, problem


def _parts_measured(book: zipfile.ZipFile, copy: zipfile.ZipFile, limits: Limits) -> str | None:
    """Unpack every part, counting, keep those that are XML, and return what is wrong with one; None if nothing is."""
    members = book.infolist()
    names = {member.filename.casefold() for member in members}
    if len(names) < len(members):
        return "holds a part twice"
    if len(members) > limits.members:
        return f"holds more than {limits.members} parts"
    if "xl/workbook.xml" not in names or {"xl/workbook.bin", "content.xml"} & names:
        return "is not a workbook"
    left = limits.file_bytes
    for member in members:
        extent = _Extent(limits)
        chunks: list[bytes] = []
        with book.open(member) as part:
            while extent.problem is None and (chunk := part.read(_CHUNK)):
                left -= len(chunk)
                if left < 0:
                    return f"unpacks to more than {limits.file_bytes >> 20} MiB"
                chunks.append(chunk if extent.look(chunk) else b"")
        if extent.problem:
            return extent.problem
        if extent.ends():
            copy.writestr(member.filename, b"".join(chunks))
    return None


class _Stop(Exception):
    """Enough has been seen of a part."""


class _Extent:
    """Reads one part of a workbook as it is unpacked, and finds the corner its cells reach."""

    def __init__(self, limits: Limits) -> None:
        self.problem: str | None = None
        self._limits = limits
        self._row = self._column = self._given = 0
        self._rows = self._columns = 1
        # Whatever the part says of itself: another encoding would hide cells from us that the reader finds.
        self._parser: Any = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype

    def look(self, chunk: bytes) -> bool:
        """Look at the next piece, and tell whether the part can still be XML."""
        return self._parsed(chunk, last=False)

    def ends(self) -> bool:
        """Tell whether the part was well-formed XML to its end."""
        return self._parsed(b"", last=True)

    def _parsed(self, chunk: bytes, *, last: bool) -> bool:
        if self._parser is None:
            return False
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError:
            self._parser = None
        except _Stop:
            pass
        self._given += len(chunk)
        if self._parser is not None and self._given - self._parser.CurrentByteIndex > _LONGEST_TAG:
            self._parser = None  # a tag without end is looked at from its start with every piece
        return self._parser is not None

    def _doctype(self, *_declared: object) -> None:
        self._refuse("declares a document type, which no workbook does")  # before anything of it can be expanded

    def _start(self, name: str, given: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row = self._numbered(given.get("r"), self._row + 1)
            self._column = 0
        elif kind == "c":
            place = _PLACE.match(given.get("r", ""))
            if place is None and "r" in given:
                self._refuse(_UNREADABLE)
            row, self._column = (int(place[2]), _column(place[1])) if place else (self._row, self._column + 1)
            self._rows, self._columns = max(self._rows, row), max(self._columns, self._column)
            if self._rows * self._columns > self._limits.cells:
                self._refuse(
                    f"has cells so far apart that the sheet has more than {self._limits.cells} of them; "
                    "delete what stands far from the table"
                )

    def _numbered(self, text: str | None, following: int) -> int:
        """Return the number that a row states, or the one that follows."""
        if text is None:
            return following
        if not text.isdecimal() or len(text) > 20:
            self._refuse(_UNREADABLE)
        return int(text)

    def _refuse(self, problem: str) -> NoReturn:
        self.problem = problem
        raise _Stop


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number

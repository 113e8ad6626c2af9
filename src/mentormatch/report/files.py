"""Writing files so that nothing is ever half-written, followed through a link or read as a formula."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from mentormatch.errors import InputError, MissingExtra

_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet may take for a formula, after any apostrophes that say it is text."""

_INNER_FORMULA: Final = re.compile("(?<=[;\t\r\n])([ \"']{0,8})(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""The same behind a sign that separates cells where a comma is the decimal sign, as in Dutch: such a spreadsheet
takes a cell apart there, whatever its quotes say."""

MAX_CELL: Final = 32_767
"""The longest text an .xlsx cell holds."""

MAX_SHEET_ROWS: Final = 1_048_576
"""How many lines an .xlsx sheet holds, its headings among them."""

_ATTEMPTS: Final = 8

_ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The date a workbook says it was made on, always the same: no clock, so the same content gives the same bytes."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a new file beside `path` that takes its place when the block ends without an error.

    The new file cannot be a link or anybody else's (``O_EXCL``, ``O_NOFOLLOW``), only its owner may read it, and
    the step from old to new is a single one: whoever looks sees the whole old file or the whole new one.

    Parameters
    ----------
    path
        The file to make or replace; its folder must exist.

    Yields
    ------
    IO[bytes]
        The new file, open for writing.

    Raises
    ------
    InputError
        The folder does not exist, the path is a folder, or the system refuses to write.
    """
    target = _target(path)
    problem: str | None = None
    try:
        temporary, descriptor = _create(target)
    except OSError as error:
        problem = error.strerror
    if problem is not None:
        raise InputError(f"{target} cannot be written: {problem}")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    if problem is not None:
        raise InputError(f"{target} cannot be written: {problem}")


def _target(path: str | os.PathLike[str]) -> Path:
    target, problem = None, "a file to write needs a path with a name"
    try:
        target = Path(path)
        os.fsencode(target)  # half a character is a ValueError, as NUL is
        problem = _unfit(target) or ""
    except (TypeError, ValueError):
        pass
    except OSError as error:
        problem = f"{target} cannot be written: {error.strerror}"
    if target is None or problem:
        raise InputError(problem)
    return target


def _unfit(target: Path) -> str | None:
    """Say why a path cannot take a file; None if it can."""
    if not target.name or "\0" in str(target):
        return "a file to write needs a path with a name"
    if not target.parent.is_dir():
        return f"the folder {target.parent} does not exist"
    if target.is_dir():
        return f"{target} is a folder, not a file"
    if target.exists() and not target.is_file():
        return f"{target} is not an ordinary file and is not replaced"
    return None


def _create(target: Path) -> tuple[Path, int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    for _ in range(_ATTEMPTS):
        temporary = target.with_name(f".mentormatch-{secrets.token_hex(8)}.tmp")
        with contextlib.suppress(FileExistsError):
            return temporary, os.open(temporary, flags, 0o600)
    raise FileExistsError(17, "no free name for a temporary file")


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write bytes to a file in one step; see :func:`replacing`."""
    with replacing(path) as file:
        file.write(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8 to a file in one step; half characters become question marks."""
    write_bytes(path, text.encode("utf-8", "replace"))


def suffix_of(path: str | os.PathLike[str], known: Sequence[str]) -> str:
    """Return a path's suffix in lower case, or say which ones are known.

    Raises
    ------
    InputError
        The suffix is not one of them.
    """
    suffix = _target_suffix(path)
    if suffix not in known:
        raise InputError(f"a file to write ends in {', '.join(known)}; this one ends in {suffix or 'none of them'}")
    return suffix


def _target_suffix(path: str | os.PathLike[str]) -> str:
    with contextlib.suppress(TypeError, ValueError):
        return Path(path).suffix.lower()
    raise InputError("a file to write needs a path with a name")


def safe_cell(value: Any) -> Any:
    """Return what may stand in a .csv cell: text that could be taken for a formula gets a leading apostrophe.

    Numbers stay numbers. The library's own reader takes one apostrophe off again before such text, so that what
    is written is what is read. Within a text, after ``;``, TAB or a new line, where spreadsheets of some languages
    begin another cell, an apostrophe is put in as well; that one stays.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-12"), safe_cell(-12), safe_cell("Ann")
    ("'=1+1", "'-12", -12, 'Ann')
    >>> safe_cell("Ann;=1+1")
    "Ann;'=1+1"
    """
    if isinstance(value, str):
        value = _INNER_FORMULA.sub(r"\1'", value)
        return f"'{value}" if _FORMULA.match(value) else value
    return "" if value is None else value


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as the text of a .csv file that no spreadsheet takes for formulas."""
    held = io.StringIO(newline="")
    # Lines end as RFC 4180 says; with "\n" alone a lone "\r" within a cell would not be quoted.
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow([safe_cell(heading) for heading in headings])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return held.getvalue()


def write_csv(path: str | os.PathLike[str], headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as .csv, UTF-8, in one step."""
    write_text(path, csv_text(headings, rows))


def write_xlsx(
    path: str | os.PathLike[str], sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]
) -> None:
    """Write an .xlsx workbook in one step: text as text, numbers as numbers, headings frozen.

    Parameters
    ----------
    path
        The file.
    sheets
        ``(name, headings, rows)`` of each sheet.

    Raises
    ------
    InputError
        A sheet holds fewer lines than there are, or the file cannot be written.
    MissingExtra
        The extra ``excel`` is not installed.
    """
    if any(len(rows) >= MAX_SHEET_ROWS for _, _, rows in sheets):
        raise InputError(f"an .xlsx sheet holds {MAX_SHEET_ROWS:,} lines, and there are more; write .csv or .parquet")
    workbook_class = _xlsxwriter()
    held = io.BytesIO()
    workbook = workbook_class(
        held,
        {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False},
    )
    workbook.set_properties({"created": _ANY_DAY})
    heading_format = workbook.add_format({"bold": True, "bottom": 1})
    for name, headings, rows in sheets:
        _fill(workbook.add_worksheet(name), headings, rows, heading_format)
    workbook.close()
    write_bytes(path, held.getvalue())


def _whole(text: str) -> str:
    """Return text that a cell takes: whole characters, as many as Excel counts (two for one beyond 16 bits)."""
    text = text.encode("utf-8", "replace").decode()
    if len(text) + sum(character > "\uffff" for character in text) <= MAX_CELL:
        return text
    return text.encode("utf-16-le")[: 2 * MAX_CELL].decode("utf-16-le", "ignore")


def _xlsxwriter() -> Any:
    with contextlib.suppress(ImportError):
        from xlsxwriter import Workbook

        return Workbook
    raise MissingExtra("excel", "writing .xlsx")


def _fill(sheet: Any, headings: Sequence[str], rows: Sequence[Sequence[Any]], heading_format: Any) -> None:
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, _whole(heading), heading_format)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, _whole(value))
            elif value is not None:
                sheet.write_number(number, column, value)
    for column, heading in enumerate(headings):
        texts = [str(row[column]) for row in rows[:200] if row[column] is not None]
        sheet.set_column(column, column, min(60, 2 + max((len(text) for text in (heading, *texts)), default=8)))
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(headings) - 1)

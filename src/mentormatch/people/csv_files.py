"""Reading .csv files as spreadsheets and forms really write them."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from mentormatch.errors import InputError
from mentormatch.people.fields import FIELD
from mentormatch.people.headings import heading_line
from mentormatch.people.limits import Limits
from mentormatch.people.tables import Table, numbered

_DELIMITERS = (",", ";", "\t", "|")
_LOOK_AT = 64 << 10
_GUARDED = re.compile("'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What our own .csv files put an apostrophe before, so that a spreadsheet takes it for text."""


def read_csv(path: Path, limits: Limits) -> Table:
    """Read a .csv file: any usual delimiter and encoding.

    Raises
    ------
    InputError
        If it is empty, no text, badly quoted, or larger than the limits.
    """
    text = _decoded(path.read_bytes(), path.name)
    text, delimiter = _delimiter(text)
    lines = _lines(text, delimiter, path.name, limits)
    return table_of(lines, path.name, limits)


def table_of(lines: list[list[str]], name: str, limits: Limits) -> Table:
    """Return a table of lines of cells, the first of which are the headings."""
    start = heading_line(lines)
    if start is None:
        raise InputError(f"{name}: is empty; the first line holds the headings")
    headings, body = lines[start], lines[start + 1 :]
    width = _width(headings, body)
    headings = headings[:width]
    if width > limits.columns or max(map(len, lines), default=0) > 2 * limits.columns:
        raise InputError(f"{name}: has more than {limits.columns} columns")
    rows: list[int] = []
    kept: list[list[str]] = []
    spoilt: dict[int, tuple[str, str]] = {}
    for row, line in enumerate(body):
        if not any(map(str.strip, line)) or is_explanation(line):
            continue
        if len(line) != width:
            if any(cell.strip() for cell in line[width:]):
                spoilt[len(kept)] = (
                    "too_many_cells",
                    f"has more cells than the {width} headings; put cells that hold the separator between quotes",
                )
            line = (line + [""] * width)[:width]  # noqa: PLW2901  # a short line is filled up
        rows.append(row)
        kept.append(line)
    columns = tuple(list(column) for column in zip(*kept, strict=True)) if kept else tuple([] for _ in headings)
    for column in columns:
        if max(map(len, column), default=0) > limits.cell_characters:
            raise InputError(
                f"{name}: has a cell of more than {limits.cell_characters} characters; is a quote missing?"
            )
    above = sum(any(map(str.strip, line)) for line in lines[:start])
    return Table(numbered(headings), tuple(_bare(column) for column in columns), rows, spoilt=spoilt, above=above)


def _width(headings: list[str], body: list[list[str]]) -> int:
    """Return how many columns there are without the empty ones at the end."""
    width = len(headings)
    while width and not headings[width - 1].strip():
        if any("".join(line[width - 1 : width]).strip() for line in body):
            break
        width -= 1
    return width


def is_explanation(line: list[str]) -> bool:
    """Tell whether a line is the one in which our empty sheet explains its headings."""
    return line[0].startswith("# ") and line[0][2:] in _EXPLANATIONS


_EXPLANATIONS = frozenset(
    explanation for field in FIELD.values() for explanation in (field.explain_english, field.explain_dutch)
)


def _bare(column: list[str]) -> list[str]:
    """Return cells without the apostrophe that keeps spreadsheets from calculating them."""
    return [cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell for cell in column]


def _decoded(raw: bytes, name: str) -> str:
    """Return a file's text: by its byte-order mark, as UTF-8, or as what Western spreadsheets write."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            text = _try(raw, encoding)
            break
    else:
        text = _try(raw, "utf-8")
        if text is None:
            text = _try(raw, _guess(raw))
        if text is None:
            text = _try(raw, "cp1252")
    if text is None or "\0" in text:
        raise InputError(f"{name}: is not text in a known encoding; save it as CSV UTF-8")
    return text


def _try(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _guess(raw: bytes) -> str:
    """Return the encoding that charset-normalizer finds, where it is installed; else cp1252."""
    if not any(0x80 <= byte < 0xA0 for byte in raw[:_LOOK_AT]) or len(raw) < 64:
        return "cp1252"  # Western text, or too little to tell
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return "cp1252"
    best = from_bytes(raw[:_LOOK_AT]).best()
    return best.encoding if best is not None else "cp1252"


def _delimiter(text: str) -> tuple[str, str]:
    """Return the text without Excel's "sep=" line, and the sign between its cells.

    The sign is the one that the most of the first lines have as often as the headings do,
    quoted text left out.
    """
    first = text[:16].split("\n", 1)[0].strip()
    if first[:4].casefold() == "sep=" and len(first) == 5:
        return text.split("\n", 1)[1] if "\n" in text else "", first[4]
    if first[:4].casefold() == "sep=" and text[4:5] == "\t":
        return text.split("\n", 1)[1] if "\n" in text else "", "\t"
    counts = _counts(text[:_LOOK_AT])
    if not counts:
        return text, ","
    best = max(
        _DELIMITERS,
        key=lambda sign: (
            min(counts[0][sign], 1) * sum(line[sign] == counts[0][sign] for line in counts),
            counts[0][sign],
        ),
    )
    return text, best


def _counts(text: str) -> list[Counter[str]]:
    """Return, for every line that says anything, how often each delimiter stands in it outside quotes."""
    found: list[Counter[str]] = []
    line: Counter[str] = Counter()
    filled = False
    for k, part in enumerate(text.split('"')):
        if k % 2:  # between quotes
            filled = True
            continue
        for n, piece in enumerate(part.split("\n")):
            if n:
                if filled:
                    found.append(line)
                line, filled = Counter(), False
            filled = filled or bool(piece.strip())
            for sign in _DELIMITERS:
                line[sign] += piece.count(sign)
    if filled:
        found.append(line)
    return found


def _lines(text: str, delimiter: str, name: str, limits: Limits) -> list[list[str]]:
    """Return the cells of every line."""
    try:
        return _within(csv.reader(_cut(text), delimiter=delimiter, strict=True), name, limits)
    except csv.Error as error:
        unclosed = "unexpected end" in str(error)
    problem = "has a quote that is never closed"
    if not unclosed:
        try:
            return _within(csv.reader(_cut(text), delimiter=delimiter), name, limits)
        except csv.Error:
            problem = "cannot be read as a table; is a quote missing?"
    raise InputError(f"{name}: {problem}")


_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")


def _cut(text: str) -> Iterator[str]:
    """Yield the lines of a text with their ends; a file object would hold all of it once more, four times as large."""
    return (line.group() for line in _LINE.finditer(text))


_BLANK: list[str] = []


def _within(lines: Iterable[list[str]], name: str, limits: Limits) -> list[list[str]]:
    """Return lines of cells, counting: what is too large is refused before it fills the memory."""
    found: list[list[str]] = []
    widest = 1
    for line in lines:
        if len(line) > widest:
            widest = len(line)
            if widest > 2 * limits.columns:
                raise InputError(f"{name}: has more than {limits.columns} columns")
        found.append(line or _BLANK)
        if len(found) * widest > limits.cells:
            raise InputError(f"{name}: has more than {limits.cells} cells")
    return found

"""From an answer as people give it to the value a field holds; one function per kind of field.

Each takes a cell of a table, a value of a JSON body or what a programmer passes to
``Mentor(…)``, and returns the value or raises ``PydanticCustomError``, whose message says
what would be right and never repeats the answer. Models and columns call the same
functions, so the messages are the same.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
import uuid
from decimal import Decimal
from enum import Enum
from functools import cache
from numbers import Integral, Real
from typing import Any, LiteralString

from pydantic_core import PydanticCustomError

from mentormatch.people.frozen import Frozen, Masked

MAX_SHORT = 200
"""Longer than this is no number, slot or flag; nothing longer meets a regular expression."""

MAX_ID = 500
MAX_PLACES = 1_000_000
MAX_NUMBER = 1e12

EMPTY = frozenset({"", "-", "--", "–", "—", "n/a", "#n/a", "n.a.", "nvt", "n.v.t.", "nan", "null"})
"""Answers that are none, in any kind of field but a name, an id or a text."""

NOBODY = EMPTY | {"no", "none", "nee", "geen", "nobody", "no one", "no-one", "niemand", "nil"}
"""Answers to "who?" that name nobody."""

_NO_TEXT = frozenset({"", "-", "n/a", "#n/a", "n.v.t.", "nvt"})
_LONGEST_NO_TEXT = max(map(len, _NO_TEXT))  # casefold makes no text shorter
_YES = frozenset({"yes", "ja", "y", "j", "true", "waar", "1", "x", "✓", "✔", "on"})
_NO = frozenset({"no", "nee", "n", "false", "onwaar", "0", "off"})

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?\+?\Z")
_RANGE = re.compile(r"([0-9]{1,7}) ?(?:-|–|—|to|tot|t/m) ?([0-9]{1,7})\Z", re.IGNORECASE)
_COUNT = re.compile(r"([+-]?[0-9]{1,15})(?:[.,]0{1,9})?\+?\Z")

_PLAIN = frozenset({str, int, float, bool, type(None), list, tuple, dict, Frozen})


def wrong(code: LiteralString, message: LiteralString) -> PydanticCustomError:
    """Return the error for an answer that cannot be used."""
    return PydanticCustomError(code, message)


def plain(value: Any) -> Any:
    """Return numpy scalars, enum members and masked values as ordinary Python."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Masked):
        value = value.value
    if isinstance(value, Enum):
        value = value.value
    if hasattr(value, "item") and hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0:
        value = value.item()
    return value


def is_missing(value: Any) -> bool:
    """Tell whether a cell holds no answer at all: None, NaN, NaT or pandas' NA."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"}


def _is_finite(value: Any) -> bool:
    """Tell whether a number is finite; one too large for a float counts as infinite."""
    try:
        return math.isfinite(value)
    except (OverflowError, ValueError):  # an int of 400 digits, a signalling NaN
        return False


_MARK = r"(?:[^\w\s\x00-\x7f]|[\uff9e\uff9f])"  # what may be, or become, an accent: those two are letters until then
_MANY_MARKS = re.compile(f"({_MARK}{{30}}){_MARK}+")


def decomposed(text: str) -> str:
    """Return a text with its letters and accents apart (NFKD), in linear time.

    Accents are put in order, which takes the square of how many stand in a row; so no more
    than 30 count, as in Unicode's Stream-Safe Text Format (UAX 15).
    """
    return text if text.isascii() else unicodedata.normalize("NFKD", _MANY_MARKS.sub(r"\1", text))


def fold(text: str) -> str:
    """Return a label's key: case, accents, spaces, hyphens and underscores do not count; other signs do."""
    bare = "".join(c for c in decomposed(text) if not "\u0300" <= c <= "\u036f")
    return " ".join(bare.casefold().replace("_", " ").replace("-", " ").split())


def as_text(value: Any) -> str:
    """Return a scalar as text: whole floats lose ".0", leading zeros stay."""
    if type(value) is str:
        return value.strip()
    value = plain(value)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        raise wrong("not_text", "is true or false where text is expected")
    if isinstance(value, Integral) and abs(int(value)) < 10**30:
        return str(int(value))
    if isinstance(value, Real | Decimal) and _is_finite(value):
        amount = float(value)
        return str(int(amount)) if amount.is_integer() and abs(amount) < 1e15 else str(value)
    if isinstance(value, uuid.UUID | dt.date | dt.time):
        return str(value)
    raise wrong("not_text", "is not text")


def text(value: Any) -> str | None:
    """Read a text; empty is None."""
    if value is None:
        return None
    cell = as_text(value)
    return None if len(cell) <= _LONGEST_NO_TEXT and cell.casefold() in _NO_TEXT else cell


def identifier(value: Any) -> str:
    """Read an id: text, or a number that becomes text."""
    if value is None:
        raise wrong("missing_id", "has no id; every person needs one")
    cell = as_text(value)
    if cell.casefold() in _NO_TEXT:
        raise wrong("missing_id", "has no id; every person needs one")
    if len(cell) > MAX_ID:
        raise wrong("id_too_long", "is too long for an id; 500 characters are the most")
    if not cell.isprintable():
        raise wrong("id_not_printable", "holds a character that cannot be shown; retype the id")
    return cell


def reference(value: Any) -> str | None:
    """Read the id of somebody else; "none" and "geen" are nobody."""
    if value is None:
        return None
    cell = as_text(value)
    return None if cell.casefold() in NOBODY else cell


def _short(value: Any) -> Any:
    """Return a stripped string, None where it is empty, or any other value as ordinary Python."""
    value = plain(value)
    if not isinstance(value, str):
        return value
    cell = value.strip()
    if len(cell) > MAX_SHORT:
        raise wrong("not_a_number", "is not a number; give digits only")
    return None if cell.casefold() in EMPTY else cell


def number(value: Any) -> float | None:
    """Read a finite number; "5+" is five, a comma may be the decimal sign."""
    value = _short(value)
    if value is None:
        return None
    if isinstance(value, str):
        if not _NUMBER.match(value):
            raise wrong("not_a_number", "is not a number; give digits only")
        return float(value.rstrip("+").replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise wrong("not_a_number", "is not a number; give digits only")
    if not _is_finite(value) or abs(float(value)) > MAX_NUMBER:
        raise wrong("not_finite", "is not a finite number")
    return float(value)


def hours(value: Any) -> float | None:
    """Read a number of hours in a month."""
    found = number(value)
    if found is not None and not 0 <= found <= 744:
        raise wrong("hours_out_of_range", "is not a number of hours in a month; 0 to 744 can be")
    return found


def whole(value: Any) -> int:
    """Read a whole number; empty is 0."""
    value = _short(value)
    if value is None:
        return 0
    found = _count(value)
    if found is None or abs(found) > MAX_NUMBER:
        raise wrong("not_whole", "is not a whole number")
    return found


def rounds(value: Any) -> int:
    """Read how often somebody has waited."""
    found = whole(value)
    if found < 0:
        raise wrong("negative", "is below zero; 0 is the least")
    return found


def _count(value: Any) -> int | None:
    """Return a whole number, or None where the value is none."""
    if isinstance(value, str):
        match = _COUNT.match(value)
        return int(match[1]) if match else None
    if isinstance(value, bool) or not isinstance(value, Real | Decimal) or not _is_finite(value):
        return None
    return int(float(value)) if float(value).is_integer() else None


def bounds(value: Any) -> tuple[int, int]:
    """Read how many partners: 2 is at most two, (1, 3) and "1-3" are one to three, "5+" is five; empty is 1."""
    value = _short(value)
    if value is None:
        return 0, 1
    if isinstance(value, str) and (match := _RANGE.match(value)):
        low, high = int(match[1]), int(match[2])
    elif isinstance(value, list | tuple) and len(value) == 2:
        low, high = (_place(part) for part in value)
    else:
        low, high = 0, _place(value)
    if low < 0 or high < 0:
        raise wrong("negative", "is below zero; 0 is the least")
    if low > high:
        raise wrong("min_above_max", "has its minimum above its maximum; give the smaller number first")
    if high > MAX_PLACES:
        raise wrong("too_many", "is more than a million; give the number of places meant")
    return low, high


def _place(value: Any) -> int:
    if isinstance(value, dt.date):
        raise wrong("date_not_number", "is a date, which spreadsheets make of 3-5; format the column as text")
    found = _count(_short(value))
    if found is None:
        raise wrong("not_bounds", "is neither a whole number nor a range; write 2, or 1-3")
    return found


def flag(value: Any) -> bool | None:
    """Read yes or no, ja or nee, true or false, 1 or 0."""
    value = _short(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Real) and value in {0, 1}:
        return bool(value)
    if isinstance(value, str):
        folded = value.casefold()
        if folded in _YES:
            return True
        if folded in _NO:
            return False
    raise wrong("not_yes_or_no", "is neither yes nor no")


@cache
def _zones() -> frozenset[str]:
    from zoneinfo import available_timezones  # walks the file system: only when somebody gives a zone

    return frozenset(available_timezones())


def zone(value: Any) -> str | None:
    """Read an IANA time zone."""
    value = _short(value)
    if value is None:
        return None
    if isinstance(value, str) and value in _zones():
        return value
    raise wrong("unknown_time_zone", "is not an IANA time zone; write it as in Europe/Amsterdam")


def as_finite(given: Any) -> float | None:
    """Return a number as a float; None for what is none that is finite: a text, True, an int of 400 digits."""
    if isinstance(given, bool) or not isinstance(given, Real):
        return None
    try:
        number = float(given)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None

"""Weekly slots in local time, as people write them.

A slot is half-open: 09:00-09:30 and 09:30-10:00 have nothing in common. One that ends at
or before its start runs past midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mentormatch.people.values import MAX_SHORT, NOBODY, plain, wrong

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = 24 * 60
WEEK = 7 * DAY

_NAMES = {
    0: "mon monday mo ma maandag",
    1: "tue tues tuesday tu di din dinsdag",
    2: "wed wednesday we wo woe woensdag",
    3: "thu thur thurs thursday th do don donderdag",
    4: "fri friday fr vr vrij vrijdag",
    5: "sat saturday sa za zat zaterdag",
    6: "sun sunday su zo zon zondag",
}
_DAY_OF = {name: day for day, names in _NAMES.items() for name in names.split()}
_DAY_OF |= {f"{name}s": day for name, day in list(_DAY_OF.items()) if name.endswith("day")}
_GROUPS = {
    **dict.fromkeys(("weekdays", "werkdagen", "doordeweeks", "working days"), (0, 1, 2, 3, 4)),
    **dict.fromkeys(("weekend", "weekends"), (5, 6)),
    **dict.fromkeys(("daily", "every day", "elke dag", "dagelijks"), (0, 1, 2, 3, 4, 5, 6)),
}
_PARTS = {
    **dict.fromkeys(("morning", "mornings", "ochtend", "ochtenden"), "09:00-12:00"),
    **dict.fromkeys(("afternoon", "afternoons", "middag", "middagen"), "13:00-17:00"),
    **dict.fromkeys(("evening", "evenings", "avond", "avonden"), "19:00-21:00"),
    **dict.fromkeys(("all day", "whole day", "hele dag"), "09:00-17:00"),
}
_CANONICAL = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z"
)
_CLOCK = r"([0-9]{1,2})(?:[:.h]([0-9]{2}))? ?(am|pm)?"
_TIMES = re.compile(rf"{_CLOCK} ?(?:-|–|—|to|tot|t/m) ?{_CLOCK}(?: ?(?:h|u|uur|hrs))?\Z")
_MARKS = re.compile(r"[;,|\r\n]")
_TOGETHER = re.compile(r"&|/| and | en ")
_THROUGH = re.compile(r" ?(?:-|–|—| to | tot | t/m ) ?")


def _unclear() -> Exception:
    return wrong("not_a_slot", "has a slot that cannot be read; write Mon 09:00-09:30; Wed 13:00-17:00")


def _days(words: str) -> tuple[int, ...]:
    """Return the days that words such as "mon-wed" or "ma & do" name."""
    words = words.strip(" .:")
    if words in _GROUPS:
        return _GROUPS[words]
    found: list[int] = []
    for part in _TOGETHER.split(words):
        ends = [_DAY_OF.get(end.strip(" .")) for end in _THROUGH.split(part.strip())]
        first, last = ends[0], ends[-1]
        if len(ends) > 2 or first is None or last is None:
            raise _unclear()
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return tuple(dict.fromkeys(found))


def _clock(hour: str, minute: str | None, half: str | None) -> int:
    """Return minutes since midnight."""
    h, m = int(hour), int(minute or 0)
    if half:
        if not 1 <= h <= 12:
            raise _unclear()
        h = h % 12 + 12 * (half == "pm")
    if m > 59 or h * 60 + m > DAY:
        raise _unclear()
    return h * 60 + m


def _times(words: str) -> str:
    """Return "09:00-17:00" for any clear way to write it."""
    match = _TIMES.match(words)
    if not match:
        raise _unclear()
    start = _clock(match[1], match[2], match[3] or (match[6] if match[6] == "pm" and int(match[1]) < 12 else None))
    end = _clock(match[4], match[5], match[6])
    if start in {end, DAY}:
        raise wrong("empty_slot", "has a slot that ends when it starts; for a whole day write 00:00-24:00")
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _split(piece: str) -> tuple[str, str]:
    """Return the words about days and the words about times."""
    digit = next((k for k, sign in enumerate(piece) if sign.isdigit()), len(piece))
    days, times = piece[:digit].strip(), piece[digit:].strip()
    if not times:
        for part, hours in _PARTS.items():
            if days == part or days.endswith(f" {part}"):
                return days.removesuffix(part).strip(), hours
    return days, times


def slots(value: Any) -> tuple[str, ...]:
    """Read weekly slots: "Mon 09:00-09:30; Wed-Fri 13:00-17:00", or a list of them.

    Days may be English or Dutch, ranges or parts of a day ("Tuesday morning"); a time
    without a day belongs to the day before it, a day without a time to the time after it.
    """
    if value is None:
        return ()
    found: dict[str, None] = {}
    days: tuple[int, ...] = ()
    waiting = False  # days without a time yet
    for piece in _pieces(value):
        if _CANONICAL.match(piece) and piece[4:9] != piece[10:]:
            found[piece] = None
            days, waiting = (_DAY_OF[piece[:3].lower()],), False
            continue
        day_words, time_words = _split(" ".join(piece.casefold().split()))
        if day_words:
            named = _days(day_words)
            days = (*days, *named) if waiting else named
        if time_words:
            clock = _times(time_words)
            if not days:
                raise _unclear()
            found |= dict.fromkeys(f"{DAYS[day]} {clock}" for day in days)
        waiting = not time_words
    if waiting:
        raise _unclear()
    return tuple(found)


def canonical(raw: str) -> str | None:
    """Return a slot that stands as this library writes it; None where it has to be read."""
    piece = raw.strip()
    return piece if len(raw) <= MAX_SHORT and _CANONICAL.match(piece) and piece[4:9] != piece[10:] else None


def slot_pieces(cell: str) -> list[str]:
    """Return the slots of one cell, as they stand there."""
    return _MARKS.split(cell)


def _pieces(value: Any) -> list[str]:
    """Return the slots of a list that say anything, one by one."""
    value = plain(value)
    if isinstance(value, str):
        value = _MARKS.split(value)
    elif not isinstance(value, Iterable) or isinstance(value, dict | bytes):
        raise wrong("not_a_list", "is not a list of slots; write Mon 09:00-09:30; Wed 13:00-17:00")
    elif isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    found = []
    for raw in value:
        if not isinstance(raw, str) or len(raw) > MAX_SHORT:
            raise _unclear()
        piece = raw.strip()
        if piece.casefold() not in NOBODY:
            found.append(piece)
    return found


def minutes(slot: str) -> tuple[int, int]:
    """Return a slot as minutes since Monday 00:00, local; the end may lie past the week."""
    day = DAYS.index(slot[:3]) * DAY
    start = day + int(slot[4:6]) * 60 + int(slot[7:9])
    end = day + int(slot[10:12]) * 60 + int(slot[13:15])
    return start, end if end > start else end + DAY

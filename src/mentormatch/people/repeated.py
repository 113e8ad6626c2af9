"""Reading one column of lists whose entries occur again and again: each entry is looked at once.

Each function returns a reader for one column, with a memory of its own; it gives for every cell
just what the one function of its kind gives, and leaves to that whatever is not plain text.
The same entry is the same object wherever it occurs, so that a large table takes little memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from mentormatch.people.frozen import Frozen
from mentormatch.people.lists import LIST_MARKS, NO_TAGS, NOTHING, labels, tags, weighted
from mentormatch.people.slots import canonical, slot_pieces, slots

T = TypeVar("T")

_MOST_KEPT: Final = 1 << 16
"""So many entries of a column are remembered; where there are more, they hardly repeat."""

_QUOTES: Final = "\"'“”"


class Once(dict[str, T]):
    """Remembers what a text became; a text that comes again is not looked at again."""

    def __init__(self, make: Callable[[str], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> T:
        found = self._make(text)
        if len(self) < _MOST_KEPT:
            self[text] = found
        return found


def _in_cell(raw: str) -> str | None:
    """Return one entry of a cell, None where it says nothing."""
    piece = raw.strip()
    return piece if piece and piece.strip(_QUOTES).casefold() not in NOTHING else None


def _in_list(raw: str) -> str | None:
    """Return one entry of a list, None where it says nothing."""
    piece = raw.strip()
    return None if piece.casefold() in NOTHING else piece


def _tag(piece: str | None) -> tuple[str, float] | None:
    if piece is None:
        return None
    label, weight = weighted(piece)
    return label, 1.0 if weight is None else weight


def _are_texts(value: Any) -> bool:
    return type(value) in {list, tuple} and all(type(item) is str for item in value)


def tags_once() -> Callable[[Any], Frozen[float]]:
    """Return a reader of labels with weights for one column; see :func:`~mentormatch.people.lists.tags`."""
    of_cell, of_list = Once(lambda raw: _tag(_in_cell(raw))), Once(lambda raw: _tag(_in_list(raw)))

    def read(value: Any) -> Frozen[float]:
        if type(value) is str:
            entries = [of_cell[raw] for raw in LIST_MARKS.split(value)]
        elif _are_texts(value):
            entries = [of_list[raw] for raw in value]
        else:
            return tags(value)
        found: dict[str, float] = {}
        for entry in entries:
            if entry is not None and entry[1] > found.get(entry[0], 0.0):
                found[entry[0]] = entry[1]
        return Frozen(found) if found else NO_TAGS

    return read


def labels_once() -> Callable[[Any], tuple[str, ...]]:
    """Return a reader of labels for one column; see :func:`~mentormatch.people.lists.labels`."""
    of_cell, of_list = Once(_in_cell), Once(_in_list)
    answers: dict[tuple[str, ...], tuple[str, ...]] = {}

    def read(value: Any) -> tuple[str, ...]:
        if type(value) is str:
            entries = [of_cell[raw] for raw in LIST_MARKS.split(value)]
        elif _are_texts(value):
            entries = [of_list[raw] for raw in value]
        else:
            return labels(value)
        found = tuple(dict.fromkeys(entry for entry in entries if entry is not None))
        return answers.setdefault(found, found) if len(answers) < _MOST_KEPT else found

    return read


def slots_once() -> Callable[[Any], tuple[str, ...]]:
    """Return a reader of weekly slots for one column; see :func:`~mentormatch.people.slots.slots`."""
    known = Once(canonical)

    def read(value: Any) -> tuple[str, ...]:
        if type(value) is str or _are_texts(value):
            entries = [known[raw] for raw in (slot_pieces(value) if type(value) is str else value)]
            if entries and None not in entries:
                return tuple(dict.fromkeys(entry for entry in entries if entry is not None))
        return slots(value)

    return read

"""From a list of answers to the value a field holds: labels, weights, people, free attributes.

One function per kind of field, as in ``values``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from mentormatch.people.frozen import Attributes, Confidential, Frozen, Secret
from mentormatch.people.values import EMPTY, MAX_SHORT, NOBODY, as_text, is_missing, number, plain, wrong

NOTHING = EMPTY | {"none", "geen", "niets", "nothing", "nil"}
"""Answers to "what?" that name nothing."""

LIST_MARKS = re.compile(r"[;,|\r\n]")
_STRONG_MARKS = re.compile(r"[;|\r\n]")
_WEIGHTED = re.compile(
    r"(.{0,199}[^\s:(]) {0,4}(?:: {0,4}([0-9]{1,3}(?:[.,][0-9]{1,6})?)|\(([0-9]{1,3}(?:[.,][0-9]{1,6})?)\))\Z"
)


def _pieces(value: Any, marks: re.Pattern[str], empty: frozenset[str]) -> list[str]:
    """Return the answers of a list in their order, without those that say nothing."""
    value = plain(value)
    if isinstance(value, str):
        found = marks.split(value)
        return [piece for raw in found if (piece := raw.strip()) and piece.strip("\"'“”").casefold() not in empty]
    if isinstance(value, Mapping) or not isinstance(value, Iterable) or isinstance(value, bytes):
        if isinstance(value, Real) and not isinstance(value, bool):
            return [as_text(value)]
        raise wrong("not_a_list", "is not a list; separate the answers with ;")
    ordered = sorted(value, key=str) if isinstance(value, set | frozenset) else value
    cells = [as_text(item) for item in ordered if not is_missing(item)]
    return [cell for cell in cells if cell.casefold() not in empty]


def labels(value: Any) -> tuple[str, ...]:
    """Read a list of labels."""
    if value is None:
        return ()
    return tuple(dict.fromkeys(_pieces(value, LIST_MARKS, NOTHING)))


def people(value: Any) -> tuple[str, ...]:
    """Read a list of ids or names; a comma separates only where nothing stronger does."""
    if value is None:
        return ()
    value = plain(value)
    marks = _STRONG_MARKS if isinstance(value, str) and _STRONG_MARKS.search(value) else LIST_MARKS
    return tuple(dict.fromkeys(piece.strip('"“”') for piece in _pieces(value, marks, NOBODY)))


def secret(value: Any) -> Secret:
    """Read a list of ids or names that was given in confidence."""
    value = plain(value)
    return value if isinstance(value, Secret) else Secret(people(value))


def _weight(value: Any) -> float:
    found = 1.0 if value is None or value is True else 0.0 if value is False else number(value)
    if found is None:
        return 1.0
    if found < 0:
        raise wrong("negative_weight", "has a weight below zero; 0 is the least")
    return found


def weighted(piece: str) -> tuple[str, float | None]:
    """Return the label and the weight of one entry: "python:3", "sql (2)"; None for no weight."""
    if (":" in piece or piece[-1] == ")") and len(piece) <= MAX_SHORT and (match := _WEIGHTED.match(piece)):
        return match[1], float((match[2] or match[3]).replace(",", "."))
    return piece, None


def _pairs(value: Any) -> Iterable[tuple[str, Any]]:
    """Return labels with their weights, whatever the shape they come in."""
    value = plain(value)
    if isinstance(value, Mapping):
        return [(as_text(label), plain(weight)) for label, weight in value.items()]
    if not isinstance(value, str | bytes) and isinstance(value, Iterable):
        value = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        if value and all(isinstance(item, list | tuple) and len(item) == 2 for item in value):
            return [(as_text(label), plain(weight)) for label, weight in value]
    return [weighted(piece) for piece in _pieces(value, LIST_MARKS, NOTHING)]


def tags(value: Any) -> Frozen[float]:
    """Read labels with weights: "python:3; sql (2); teaching", a list, or a mapping; no weight is 1, zero is absent."""
    if value is None:
        return NO_TAGS
    if type(value) is str:
        return _tags_in(value)
    found: dict[str, float] = {}
    for label, weight in _pairs(value):
        amount = _weight(weight)
        if label and amount > found.get(label, 0.0):
            found[label] = amount
    return Frozen(found) if found else NO_TAGS


def _tags_in(cell: str) -> Frozen[float]:
    """Read the labels with weights of one cell; most of a large table's time goes by here."""
    found: dict[str, float] = {}
    for raw in LIST_MARKS.split(cell):
        piece = raw.strip()
        if not piece or (len(piece) < 10 and piece.strip("\"'“”").casefold() in NOTHING):
            continue
        label, weight = piece, 1.0
        marked = ":" in piece or piece[-1] == ")"
        if marked and len(piece) <= MAX_SHORT and (match := _WEIGHTED.match(piece)):
            label, weight = match[1], float((match[2] or match[3]).replace(",", "."))
        if weight > found.get(label, 0.0):
            found[label] = weight
    return Frozen(found) if found else NO_TAGS


def scales(value: Any) -> Frozen[float]:
    """Read names with numbers: "openness: 4; calm: 2", or a mapping."""
    if value is None:
        return NO_TAGS
    found: dict[str, float] = {}
    for label, amount in _pairs(value):
        score = number(amount)
        if score is None and not isinstance(plain(value), Mapping):
            raise wrong("no_number", "needs a number with every name, as in openness: 4")
        if score is not None and label:
            found[label] = score
    return Frozen(found)


def shares(value: Any) -> Frozen[float]:
    """Read how much each criterion counts: names with numbers of zero or more."""
    found = scales(value)
    if any(amount < 0 for amount in found.values()):
        raise wrong("negative_weight", "has a weight below zero; 0 is the least")
    return found


def attributes(value: Any) -> Attributes:
    """Read free attributes: a mapping from names to anything, kept as given."""
    value = plain(value)
    if value is None:
        return _NO_ATTRIBUTES
    if isinstance(value, Attributes):
        return value
    if not isinstance(value, Mapping):
        raise wrong("not_a_mapping", "is not a mapping from names to values")
    return Attributes({str(name): content for name, content in value.items()})


def audit(value: Any) -> Confidential:
    """Read attributes for the fairness audit: a mapping from names to anything."""
    return Confidential(attributes(value))


NO_TAGS: Frozen[float] = Frozen()
_NO_ATTRIBUTES = Attributes()

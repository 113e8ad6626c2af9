"""How a public rule is told to whoever runs the programme: its name, and what it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from mentormatch.constraints.base import is_confidential

MOST_LETTERS: Final = 100
"""Longer words are cut off: what a rule was given may be a list of a thousand ids."""


def words_of(rule: object) -> str:
    """Return how a public rule is told; nothing of a confidential one.

    A rule may say itself by an attribute ``words``. A dataclass is told by its name and those
    of its fields that are not as they are by default; anything else by its name.

    Examples
    --------
    >>> from mentormatch.constraints import Capacity, Tension
    >>> words_of(Capacity(max=2, side="mentees"))
    "capacity(max=2, side='mentees')"
    >>> words_of(Tension("ann", "bo"))
    ''
    """
    if is_confidential(rule):
        return ""
    rule = getattr(rule, "rule", rule)  # a dated rule on its day
    own = getattr(rule, "words", None)
    if isinstance(own, str) and own.strip():
        return _short(own)
    name = str(getattr(rule, "name", type(rule).__name__))
    if not is_dataclass(rule) or isinstance(rule, type):
        return _short(name)
    stated = {field.name: getattr(rule, field.name) for field in fields(rule) if field.repr and field.init}
    default = {field.name: field.default for field in fields(rule)}
    given = [f"{key}={_told(value)}" for key, value in stated.items() if not _same(value, default[key])]
    return _short(f"{name}({', '.join(given)})" if given else name)


def _same(one: Any, other: Any) -> bool:
    plain = isinstance(one, (str, int, float, tuple)) and type(one) is type(other)
    return one is other or (plain and bool(one == other))


def _told(value: Any) -> str:
    """Return a value as text: data as they are, a function by its name."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_told(key)}: {_told(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(_told, value)) + "]"
    if value is None or isinstance(value, (str, int, float)):
        return repr(value)
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else type(value).__name__


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 1] + "…"

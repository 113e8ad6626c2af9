"""What a matching is made of: pairs with their parts, and people without a partner with a public reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from mentormatch.errors import InputError

MAX_NUMBER: Final = 1e300
"""The largest number a matching holds; sums of millions of them stay finite."""


def as_float(owner: object, *names: str) -> None:
    """Make the named fields of a frozen dataclass plain finite floats, None left as it is.

    One content has one spelling only: 1, ``numpy.float64(1)`` and 1.0 are written alike, and so are 0.0 and -0.0.
    """
    for name in names:
        value = getattr(owner, name)
        if value is None:
            continue
        if type(value) is not float:
            value = float(value)
            object.__setattr__(owner, name, value)
        if not abs(value) <= MAX_NUMBER:
            raise InputError(f"{type(owner).__name__}.{name} must be a finite number")
        if value == 0.0:
            object.__setattr__(owner, name, 0.0)


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion's share in a pair's score.

    Attributes
    ----------
    criterion
        The criterion's name; ``"other"`` for those that count but are not shown.
    weight
        Its share of the total weight, 0 to 1.
    value
        How well the two fit by this criterion, 0 to 1; None where an answer is missing.
    contribution
        What it adds to the score: weight × value, an unknown value counting as the criterion's mean.
    shared
        The answers the value rests on, in the people's own words, as far as they may be shown.
    """

    criterion: str
    weight: float
    value: float | None
    contribution: float
    shared: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        as_float(self, "weight", "value", "contribution")
        object.__setattr__(self, "shared", tuple(self.shared))


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentee and a mentor who are matched, and why.

    Attributes
    ----------
    mentee, mentor
        The two ids.
    score
        0 poor to 1 ideal, absolute; with an array of scores, the array's own number.
    evidence
        The share of the weight that rests on answers, 0 to 1.
    for_mentee, for_mentor
        What each side gains, 0 to 1; None where the criteria do not tell.
    parts
        One :class:`Part` per criterion; their contributions sum to the score.
    """

    mentee: str
    mentor: str
    score: float
    evidence: float = 1.0
    for_mentee: float | None = None
    for_mentor: float | None = None
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        as_float(self, "score", "evidence", "for_mentee", "for_mentor")
        object.__setattr__(self, "parts", tuple(self.parts))


class Reason(StrEnum):
    """Why somebody has no partner, told from scores, public rules and loads alone."""

    NO_ALLOWED_PARTNER = "no_allowed_partner"
    """There is nobody, or nobody whom the public rules allow."""

    WANTED_NONE = "wanted_none"
    """They asked for no partner, or offered no place."""

    BELOW_MIN_SCORE = "below_min_score"
    """Everybody the public rules allow scores below the least score asked for."""

    NOT_PLACED = "not_placed"
    """The whole matching is better without; it says nothing about the person or about free places."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody without a partner, and the public reason."""

    id: str
    reason: Reason

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", Reason(self.reason))


@dataclass(frozen=True, slots=True)
class Short:
    """Somebody who got fewer partners than they asked for."""

    id: str
    got: int
    wanted: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "got", int(self.got))
        object.__setattr__(self, "wanted", int(self.wanted))


def plain(value: Any) -> Any:
    """Return the builtin number (or tuple of them) that a tier's value is."""
    if isinstance(value, (tuple, list)):
        return tuple(plain(item) for item in value)
    if isinstance(value, (bool, str)):
        raise InputError("a tier's value must be a number or a tuple of numbers")
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, int):
        return number
    number = float(number)
    if not abs(number) <= MAX_NUMBER:
        raise InputError("a tier's value must be a finite number")
    return number + 0.0

"""Rules about fit: level, language, hours, training, score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.base import (
    STRICT,
    DatedRule,
    Unknown,
    bad_choice,
    bad_number,
    refuse,
    unknown_allowed,
)
from mentormatch.constraints.terms import ForbidWhere, Rows, ScoreAtLeast, Term
from mentormatch.constraints.where import Elementwise, narrow, packed
from mentormatch.errors import Fault

if TYPE_CHECKING:
    from mentormatch.people import Note, Pool

_CHOICES: Final = ("allow", "forbid")

_SLACK: Final = 1e-9
"""How far rounding may take a difference of levels or a sum of minutes over its limit."""


def _outside(
    mentee: NDArray[np.float64], mentor: NDArray[np.float64], *, low: float, high: float, unknown: Unknown
) -> NDArray[np.bool_]:
    gap = mentor - mentee
    outside = (gap < low - _SLACK) | (gap > high + _SLACK)
    return outside | np.isnan(gap) if unknown == "forbid" else outside


@dataclass(frozen=True, slots=True)
class LevelGap:
    """The mentor's level minus the mentee's is at least ``min`` and at most ``max``.

    Parameters
    ----------
    min, max
        The limits, themselves included; None: no limit. At least one is given.
    unknown
        What to do where a level is not known: ``"allow"`` the pair (and say so in a note), or
        ``"forbid"`` it.

    Raises
    ------
    InputError
        No limit is given, one is not a finite number, or ``min`` is above ``max``.
    """

    min: float | None = None
    max: float | None = None
    unknown: Unknown = "allow"

    name: ClassVar[str] = "level_gap"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("level",)
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        limits = {"min": self.min, "max": self.max}
        bad = [fault for f, value in limits.items() if value is not None for fault in bad_number(self.name, f, value)]
        yield from bad
        if self.min is None and self.max is None:
            yield Fault((self.name,), "no_limit", "needs min, max or both")
        elif not bad and self.min is not None and self.max is not None and self.min > self.max:
            yield Fault((self.name, "min"), "min_above_max", "must not be above max")
        yield from bad_choice(self.name, "unknown", self.unknown, _CHOICES)

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one block over the levels of both sides."""
        mentees, mentors = pool.numbers("level")
        low = -np.inf if self.min is None else float(self.min)
        high = np.inf if self.max is None else float(self.max)
        test = partial(_outside, low=low, high=high, unknown=self.unknown)
        return (ForbidWhere(Elementwise(test, (mentees,), (mentors,), pool.shape)),)

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return how many people's level is not known, if their pairs are let through."""
        if self.unknown == "forbid":
            return ()
        mentees, mentors = (int(np.isnan(levels).sum()) for levels in pool.numbers("level"))
        return unknown_allowed(self.name, "level", mentees, mentors)


def _no_common_bit(*words: NDArray[Any]) -> NDArray[np.bool_]:
    half = len(words) // 2
    common = [a & b for a, b in zip(words[:half], words[half:], strict=True)]
    return ~_any(common) if half > 1 else common[0] == 0


def _bits(bags: tuple[Any, Any], unknown: Unknown) -> list[tuple[NDArray[Any], ...]]:
    """Return both sides' labels as bits; who told none has all where unknown ones pass, else none."""
    sides = [packed(side) for side in bags]
    if len(sides[0]) > 1:
        width: Any = np.uint64
    else:
        width = np.result_type(*(narrow(words)[0].dtype for words in sides))
    found = []
    for words in sides:
        silent = ~_any(words)
        cells = [word.astype(width) for word in words]
        for word in cells if unknown == "allow" else ():
            word[silent] = np.iinfo(width).max
        found.append(tuple(cells))
    return found


def _any(words: Any) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = words[0] != 0
    for word in words[1:]:
        found = found | (word != 0)
    return found


@dataclass(frozen=True, slots=True)
class SharedLanguage:
    """Mentee and mentor have at least one language in common.

    Parameters
    ----------
    unknown
        What to do where somebody's languages are not known: ``"allow"`` the pair (and say so in
        a note), or ``"forbid"`` it.
    """

    unknown: Unknown = "allow"

    name: ClassVar[str] = "shared_language"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("languages",)
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        refuse(bad_choice(self.name, "unknown", self.unknown, _CHOICES))

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one block over the languages of both sides, as bits."""
        mentees, mentors = _bits(pool.bags("languages", "languages"), self.unknown)
        return (ForbidWhere(Elementwise(_no_common_bit, mentees, mentors, pool.shape)),)

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return how many people's languages are not known, if their pairs are let through."""
        if self.unknown == "forbid":
            return ()
        mentees, mentors = (int((~_any(packed(bags))).sum()) for bags in pool.bags("languages", "languages"))
        return unknown_allowed(self.name, "languages", mentees, mentors)


class _Minutes(Protocol):
    def block(self, rows: Rows, columns: Rows, /) -> NDArray[np.float64]: ...
    def below(self, rows: Rows, columns: Rows, minutes: float, /, *, unknown: bool) -> NDArray[np.bool_]: ...
    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64], /) -> NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _TooFewMinutes:
    """True where two people have less time in common than they should."""

    overlap: _Minutes
    minutes: float
    unknown: Unknown

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.bool_]:
        """Answer for a rectangle of pairs."""
        return self.overlap.below(rows, columns, self.minutes - _SLACK, unknown=self.unknown == "forbid")

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Answer for single pairs."""
        common = self.overlap.pairs(i, j)
        few = common < self.minutes - _SLACK
        return few | np.isnan(common) if self.unknown == "forbid" else few


@dataclass(frozen=True, slots=True)
class MinOverlapHours(DatedRule):
    """Mentee and mentor are both available for at least so many hours in a week.

    Hours are counted over the whole week, in both people's own time zones, with daylight
    saving as it is on the day of the match; they need not follow one another.

    Parameters
    ----------
    hours
        Above 0 and at most 168.
    unknown
        What to do where somebody's availability is not known: ``"allow"`` the pair (and say so
        in a note), or ``"forbid"`` it.
    """

    hours: float
    unknown: Unknown = "allow"

    name: ClassVar[str] = "min_overlap_hours"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("availability", "time_zone")
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        faults = [*bad_number(self.name, "hours", self.hours, low=0, high=168)]
        if not faults and not self.hours:
            faults.append(Fault((self.name, "hours"), "out_of_range", "must be above 0"))
        refuse((*faults, *bad_choice(self.name, "unknown", self.unknown, _CHOICES)))

    def terms_on(self, pool: Pool, on: date) -> tuple[Term, ...]:
        """Return one block over the minutes that two people have in common in the week of that day."""
        from mentormatch.people.availability import overlap_minutes

        return (ForbidWhere(_TooFewMinutes(overlap_minutes(pool, on), 60 * float(self.hours), self.unknown)),)

    def notes_on(self, pool: Pool, on: date) -> tuple[Note, ...]:  # noqa: ARG002  # the door is the same for all dated rules
        """Return how many people's availability is not known, if their pairs are let through."""
        return self.notes(pool)

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return how many people's availability is not known, if their pairs are let through."""
        if self.unknown == "forbid":
            return ()
        mentees, mentors = (sum(not slots for slots in side) for side in pool.objects("availability"))
        return unknown_allowed(self.name, "availability", mentees, mentors)


@dataclass(frozen=True, slots=True)
class Trained:
    """Only mentors who were trained have mentees.

    Parameters
    ----------
    unknown
        What to do with mentors of whom it is not known: ``"allow"`` them (and say so in a note),
        or ``"forbid"`` them.
    """

    unknown: Unknown = "allow"

    name: ClassVar[str] = "trained"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("trained",)
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        refuse(bad_choice(self.name, "unknown", self.unknown, _CHOICES))

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one block that bars whole columns."""
        _, trained = pool.objects("trained")
        passes = {True} if self.unknown == "forbid" else {True, None}
        barred = np.array([answer not in passes for answer in trained], bool)
        return (ForbidWhere(Elementwise(np.array, (), (barred,), pool.shape)),)

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return of how many mentors it is not known, if they are let through."""
        if self.unknown == "forbid":
            return ()
        _, trained = pool.objects("trained")
        return unknown_allowed(self.name, "trained", 0, sum(answer is None for answer in trained))


@dataclass(frozen=True, slots=True)
class MinScore:
    """Pairs that score below ``value`` are not made.

    Parameters
    ----------
    value
        A finite number on the scale of the scores: 0 to 1 where people are scored.
    """

    value: float

    name: ClassVar[str] = "min_score"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        refuse(bad_number(self.name, "value", self.value))

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:  # noqa: ARG002  # a rule takes the pool, needed or not
        """Return the one term about scores."""
        return (ScoreAtLeast(float(self.value)),)

"""Coverage by group, told so that no small group can be made out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALLEST: Final = 5
"""Groups of fewer people are not told, and neither is what is left beside a single one of them."""

GRAIN: Final = 5
"""Counts are told to the nearest five, and shares from those."""


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """How many of a group were placed; rounded to five, None where the group is too small to tell.

    Attributes
    ----------
    group
        Its label; ``"unknown"`` for those who did not answer.
    people, placed
        Mentees of the group, and those of them who have a mentor.
    share
        One over the other.
    """

    group: str
    people: int | None
    placed: int | None
    share: float | None

    def __str__(self) -> str:
        if self.people is None or self.share is None:
            return f"{self.group}: too few to tell"
        return f"{self.group}: {self.share:.0%} of about {self.people} placed"


def coverage_by_group(labels: Iterable[str], placed: Iterable[bool]) -> tuple[GroupCoverage, ...]:
    """Count who was placed, group by group, sorted by label.

    A group of fewer than five is left out, and if it is the only one, the smallest of the others too: else it
    could be told by taking the others off the total.
    """
    people: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for label, is_placed in zip(labels, placed, strict=True):
        people[label] += 1
        there[label] += bool(is_placed)
    hidden = {label for label, count in people.items() if count < SMALLEST}
    left = sorted((count, label) for label, count in people.items() if label not in hidden)
    if len(hidden) == 1 and left:
        hidden.add(left[0][1])
    return tuple(_told(label, people[label], there[label], hidden=label in hidden) for label in sorted(people))


def _told(label: str, people: int, placed: int, *, hidden: bool) -> GroupCoverage:
    if hidden:
        return GroupCoverage(label, None, None, None)
    whole, part = _rounded(people), _rounded(placed)
    return GroupCoverage(label, whole, part, min(1.0, part / whole))


def _rounded(count: int) -> int:
    return GRAIN * ((2 * count + GRAIN) // (2 * GRAIN))

"""Quotas: how many places a group of people has together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.asked import Asked, asked_of, certain, normal, person_faults
from mentormatch.constraints.base import STRICT, Unknown, bad_choice, bad_number, refuse, unknown_allowed
from mentormatch.constraints.data import PersonWhere
from mentormatch.constraints.seen import true_of_people
from mentormatch.constraints.terms import NO_LIMIT, GroupBounds, Term
from mentormatch.errors import Fault
from mentormatch.people.notes import Note, Side

if TYPE_CHECKING:
    from mentormatch.people import Pool

_CHOICES: Final = ("allow", "forbid")
SIDES: Final[tuple[Side, Side]] = ("mentees", "mentors")


def unknown_faults(rule: str, unknown: object, where: object) -> Iterator[Fault]:
    """Yield what is wrong with what is to become of the unknown."""
    bad = [*bad_choice(rule, "unknown", unknown, _CHOICES)]
    yield from bad
    if not bad and unknown != "allow" and callable(where):
        yield Fault(
            (rule, "unknown"), "no_field", "is about fields; a function says itself what it makes of the unknown"
        )


def notes_on(rule: str, pool: Pool, side: Side, parts: list[Asked], *, silent: bool) -> Iterator[Note]:
    """Yield of how many people it is not known whether they count, and which labels nobody has: a mistype perhaps."""
    size = pool.shape[side == "mentors"]
    surely, perhaps = certain(parts, size)
    count = int((perhaps & ~surely).sum())
    fields = tuple(dict.fromkeys(part.field for part in parts if not part.known.all()))
    if not silent:
        of = (count, 0) if side == "mentees" else (0, count)
        yield from unknown_allowed(rule, fields, *of, told="they do not count")
    for part in parts:
        if part.known.any() and not part.holds.any():
            text = f"{rule}: no {side[:-1]} has a label in {part.field} that the rule asks for"
            yield Note("labels_differ", text, 1, (part.field,))
        elif part.known.any() and part.missing:
            some = f"{part.missing} of the {part.labels} labels in {part.field}"
            text = f"{rule}: no {side[:-1]} has {some} that the rule asks for"
            yield Note("labels_differ", text, part.missing, (part.field,))


@dataclass(frozen=True, slots=True)
class GroupQuota:
    """A group of people has at least ``minimum`` and at most ``maximum`` partners, all counted together.

    What is counted is places: a mentor of the group with three mentees counts three times.
    Quotas inside one another are solved as fast as bounds on people.

    Parameters
    ----------
    side
        The side that the group is on, ``"mentees"`` or ``"mentors"``.
    where
        Who is in the group: fields and the labels that they have, ``{"department": "IT"}`` or
        ``{"department": ["IT", "HR"], "languages": "nl"}``, all of which must hold; or a function of
        one person, seen as scorers see people, that returns True or False. A field that is a list
        holds one of the labels. A name that is no field is that of an attribute; attributes may
        also stand under ``"attributes"``. What somebody keeps private counts as not known.
    minimum, maximum
        How many partners in all; at least one of the two is given. A minimum that cannot be met
        is an error of the run.
    unknown
        What to do with people of whom a field is not known. ``"allow"``: they are not in the group (and a
        note says how many). ``"forbid"``: the quota holds whatever they would answer, so they count
        towards the maximum and not towards the minimum.

    Raises
    ------
    InputError
        An argument is wrong, or a field cannot be asked about; from ``terms``: an id or an
        attribute is nobody's, or the function raises or returns neither True nor False.

    Examples
    --------
    >>> from mentormatch.constraints import GroupQuota
    >>> GroupQuota("mentees", {"department": "IT"}, maximum=5)
    GroupQuota(side='mentees', where={'department': 'IT'}, minimum=0, maximum=5, unknown='allow')
    """

    side: Side
    where: PersonWhere
    minimum: int = 0
    maximum: int | None = None
    unknown: Unknown = "allow"

    name: ClassVar[str] = "group_quota"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", normal(self.where))
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        bad_side = [*bad_choice(self.name, "side", self.side, SIDES)]
        yield from bad_side
        if not callable(self.where):
            yield from person_faults((self.name, "where"), self.where, None if bad_side else self.side)
        bad = [*bad_number(self.name, "minimum", self.minimum, low=0, high=NO_LIMIT, whole=True)]
        if self.maximum is not None:
            bad += bad_number(self.name, "maximum", self.maximum, low=0, high=NO_LIMIT, whole=True)
        yield from bad
        if not bad and self.maximum is None and not self.minimum:
            yield Fault((self.name,), "no_limit", "needs minimum, maximum or both")
        if not bad and self.maximum is not None and self.minimum > self.maximum:
            yield Fault((self.name, "minimum"), "min_above_max", "must not be above maximum")
        yield from unknown_faults(self.name, self.unknown, self.where)

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one bound on the group; two where people of whom it is not known count towards one of them only."""
        low, high = int(self.minimum), NO_LIMIT if self.maximum is None else int(self.maximum)
        surely, perhaps = self._group(pool)
        if self.unknown == "allow" or np.array_equal(surely, perhaps):
            return group_bounds(pool, self.side, surely, low, high)
        return (
            *group_bounds(pool, self.side, perhaps, 0, high),
            *group_bounds(pool, self.side, surely, low, NO_LIMIT),
        )

    def _group(self, pool: Pool) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return who is in the group, and who may be."""
        if isinstance(self.where, Mapping):
            return certain(asked_of(self.name, pool, self.side, self.where), pool.shape[self.side == "mentors"])
        group = true_of_people(self.name, "where", self.where, pool, self.side)
        return group, group

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return of how many people it is not known whether they are in the group, if they are left out of it."""
        if not isinstance(self.where, Mapping):
            return ()
        parts = asked_of(self.name, pool, self.side, self.where)
        return tuple(notes_on(self.name, pool, self.side, parts, silent=self.unknown == "forbid"))


def group_bounds(pool: Pool, side: Side, group: NDArray[np.bool_], low: int, high: int) -> tuple[Term, ...]:
    """Return the bounds of a group; none where they ask for nothing that is not so anyway."""
    most = int(group.sum()) * pool.shape[side == "mentees"]
    rows = np.flatnonzero(group).astype(np.int64)
    return () if low == 0 and high >= most else (GroupBounds(side, rows, low, high),)

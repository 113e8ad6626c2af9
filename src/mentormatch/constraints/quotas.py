"""Rules that count places: of a group of people, or of any set of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.asked import Asked, asked_of, certain, normal, person_faults
from mentormatch.constraints.base import STRICT, Unknown, bad_choice, bad_number, refuse, unknown_allowed
from mentormatch.constraints.data import PairWhere, PersonWhere
from mentormatch.constraints.seen import true_of_pairs, true_of_people
from mentormatch.constraints.terms import NO_LIMIT, GroupBounds, LinearBound, Term, Weight
from mentormatch.constraints.where import Elementwise, Table
from mentormatch.errors import Fault
from mentormatch.people.notes import Note, Side

if TYPE_CHECKING:
    from mentormatch.people import Pool

_CHOICES = ("allow", "forbid")
_SIDES: tuple[Side, Side] = ("mentees", "mentors")


def _unknown_faults(rule: str, unknown: object, where: object) -> Iterator[Fault]:
    bad = [*bad_choice(rule, "unknown", unknown, _CHOICES)]
    yield from bad
    if not bad and unknown != "allow" and callable(where):
        yield Fault(
            (rule, "unknown"), "no_field", "is about fields; a function says itself what it makes of the unknown"
        )


def _notes(rule: str, pool: Pool, side: Side, parts: list[Asked], *, silent: bool) -> Iterator[Note]:
    """Yield of how many people it is not known whether they count, and which questions nobody answers so."""
    size = pool.shape[side == "mentors"]
    surely, perhaps = certain(parts, size)
    count = int((perhaps & ~surely).sum())
    fields = tuple(dict.fromkeys(part.field for part in parts if not part.known.all()))
    if not silent:
        of = (count, 0) if side == "mentees" else (0, count)
        yield from unknown_allowed(rule, fields, *of, told="they do not count")
    for part in parts:
        if size and not part.holds.any():
            text = f"{rule}: no {side[:-1]} has a label in {part.field} that the rule asks for"
            yield Note("labels_differ", text, 1, (part.field,))


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
        bad_side = [*bad_choice(self.name, "side", self.side, _SIDES)]
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
        yield from _unknown_faults(self.name, self.unknown, self.where)

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one bound on the group; two where people of whom it is not known count towards one of them only."""
        low, high = int(self.minimum), NO_LIMIT if self.maximum is None else int(self.maximum)
        surely, perhaps = self._group(pool)
        if self.unknown == "allow" or np.array_equal(surely, perhaps):
            return _group_bounds(pool, self.side, surely, low, high)
        return (
            *_group_bounds(pool, self.side, perhaps, 0, high),
            *_group_bounds(pool, self.side, surely, low, NO_LIMIT),
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
        return tuple(_notes(self.name, pool, self.side, parts, silent=self.unknown == "forbid"))


def _group_bounds(pool: Pool, side: Side, group: NDArray[np.bool_], low: int, high: int) -> tuple[Term, ...]:
    """Return the bounds of a group; none where they ask for nothing that is not so anyway."""
    most = int(group.sum()) * pool.shape[side == "mentees"]
    rows = np.flatnonzero(group).astype(np.int64)
    return () if low == 0 and high >= most else (GroupBounds(side, rows, low, high),)


_Group: TypeAlias = tuple[Side, NDArray[np.bool_]]


class _Counted(NamedTuple):
    """A set of pairs: how many, the group if they are all the pairs of one, and a weight of 1 for each of them."""

    pairs: int
    group: _Group | None
    weight: Weight


def _of_table(table: NDArray[np.bool_]) -> _Counted:
    """Return the set that a table shows; a table with equal columns, or equal rows, is about a group."""
    group: _Group | None = None
    if not table.size or (table == table[:, :1]).all():
        group = "mentees", np.asarray(table.any(axis=1))
    elif (table == table[:1]).all():
        group = "mentors", np.asarray(table.any(axis=0))
    return _Counted(int(table.sum()), group, Table(table))


def _of_sides(mentees: NDArray[np.bool_], mentors: NDArray[np.bool_]) -> _Counted:
    """Return the set of all pairs between some mentees and some mentors; all of one side, or none, make a group."""
    group: _Group | None = None
    if mentors.all() or not mentees.any():
        group = "mentees", mentees
    elif mentees.all() or not mentors.any():
        group = "mentors", mentors
    weight = Elementwise(np.logical_and, (mentees,), (mentors,), (len(mentees), len(mentors)))
    return _Counted(int(mentees.sum()) * int(mentors.sum()), group, weight)


class _PairCount:
    """A bound on how many pairs of a set there are."""

    __slots__ = ()
    name: ClassVar[str]
    n: int
    where: PairWhere
    unknown: Unknown

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", normal(self.where))
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from bad_number(self.name, "n", self.n, low=0, high=NO_LIMIT, whole=True)
        if self.where is not None and not callable(self.where):
            yield from _pair_faults((self.name, "where"), self.where)
        yield from _unknown_faults(self.name, self.unknown, self.where)

    def _bounds(self, pool: Pool, low: int, high: int, *, generous: bool) -> tuple[Term, ...]:
        """Return the bound on a group or on single pairs; a generous count holds what is not known."""
        if callable(self.where):
            counted = _of_table(true_of_pairs(self.name, "where", self.where, pool))
        else:
            parts = zip(self._parts(pool), pool.shape, strict=True)
            counted = _of_sides(*(certain(asked, size)[generous] for asked, size in parts))
        if low == 0 and high >= counted.pairs:
            return ()
        if counted.group is not None:
            return _group_bounds(pool, *counted.group, low, high)
        most = max(low, min(high, counted.pairs))
        return (LinearBound(counted.weight, float(low), float(most)),)

    def _parts(self, pool: Pool) -> tuple[list[Asked], list[Asked]]:
        """Return what is asked of either side, where it is asked as data."""
        where = self.where if isinstance(self.where, Mapping) else {}
        of_mentees, of_mentors = (
            asked_of(self.name, pool, side, where[side[:-1]]) if side[:-1] in where else [] for side in _SIDES
        )
        return of_mentees, of_mentors

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return of how many people it is not known whether their pairs count, if they do not."""
        silent = self.unknown == "forbid"
        told = zip(_SIDES, self._parts(pool), strict=True)
        return tuple(note for side, parts in told for note in _notes(self.name, pool, side, parts, silent=silent))


def _pair_faults(loc: tuple[str, ...], where: Any) -> Iterator[Fault]:
    sides = {"mentee": _SIDES[0], "mentor": _SIDES[1]}
    if not isinstance(where, Mapping) or not where or not set(where) <= set(sides):
        yield Fault(
            loc, "not_a_question", 'must say of whom, such as {"mentee": {"department": "IT"}} or {"mentor": …}'
        )
        return
    for one, asked in where.items():
        yield from person_faults((*loc, one), asked, sides[one])


@dataclass(frozen=True, slots=True)
class AtMost(_PairCount):
    """At most ``n`` pairs of a set are made.

    Parameters
    ----------
    n
        How many.
    where
        Which pairs are counted: ``{"mentee": {"department": "IT"}, "mentor": {"site": "Delft"}}``, where
        either side may be left out and both must hold, each written as for :class:`GroupQuota`; or a
        function of (mentee, mentor), seen as scorers see people, that returns True or False and is
        called once a pair. None: all pairs.
    unknown
        What to do where a field is not known. ``"allow"``: what is not known to be in the set is
        not counted (and a note says of how many people). ``"forbid"``: it is counted.

    Raises
    ------
    InputError
        An argument is wrong, or a field cannot be asked about; from ``terms``: an id or an
        attribute is nobody's, or the function raises or returns neither True nor False.

    Examples
    --------
    >>> from mentormatch.constraints import AtMost
    >>> AtMost(3, where=lambda mentee, mentor: mentee.site != mentor.site).n
    3
    """

    n: int
    where: PairWhere = None
    unknown: Unknown = "allow"

    name: ClassVar[str] = "at_most"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one bound: on a group where only one side is asked about, else on pairs."""
        return self._bounds(pool, 0, int(self.n), generous=self.unknown == "forbid")


@dataclass(frozen=True, slots=True)
class AtLeast(_PairCount):
    """At least ``n`` pairs of a set are made; where that cannot be, it is an error of the run.

    Parameters
    ----------
    n
        How many.
    where
        Which pairs are counted, as for :class:`AtMost`. None: all pairs.
    unknown
        Pairs of which it is not known whether they are in the set never count towards ``n``;
        ``"allow"`` notes of how many people it is not known, ``"forbid"`` does not.

    Raises
    ------
    InputError
        An argument is wrong, or a field cannot be asked about; from ``terms``: an id or an
        attribute is nobody's, or the function raises or returns neither True nor False.

    Examples
    --------
    >>> from mentormatch.constraints import AtLeast
    >>> AtLeast(2, where={"mentor": {"trained": True}})
    AtLeast(n=2, where={'mentor': {'trained': True}}, unknown='allow')
    """

    n: int
    where: PairWhere = None
    unknown: Unknown = "allow"

    name: ClassVar[str] = "at_least"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one bound: on a group where only one side is asked about, else on pairs."""
        return self._bounds(pool, int(self.n), NO_LIMIT, generous=False)

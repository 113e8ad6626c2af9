"""Rules that count pairs: at most, or at least, so many of any set of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.asked import Asked, asked_of, certain, normal, person_faults
from mentormatch.constraints.base import STRICT, Unknown, bad_number, refuse
from mentormatch.constraints.data import PairWhere
from mentormatch.constraints.quotas import SIDES, group_bounds, notes_on, unknown_faults
from mentormatch.constraints.seen import true_of_pairs
from mentormatch.constraints.terms import NO_LIMIT, LinearBound, Term, Weight
from mentormatch.constraints.where import Elementwise, Table
from mentormatch.errors import Fault
from mentormatch.people.notes import Note, Side

if TYPE_CHECKING:
    from mentormatch.people import Pool

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
        yield from unknown_faults(self.name, self.unknown, self.where)

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
            return group_bounds(pool, *counted.group, low, high)
        most = max(low, min(high, counted.pairs))
        return (LinearBound(counted.weight, float(low), float(most)),)

    def _parts(self, pool: Pool) -> tuple[list[Asked], list[Asked]]:
        """Return what is asked of either side, where it is asked as data."""
        where = self.where if isinstance(self.where, Mapping) else {}
        of_mentees, of_mentors = (
            asked_of(self.name, pool, side, where[side[:-1]]) if side[:-1] in where else [] for side in SIDES
        )
        return of_mentees, of_mentors

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return of how many people it is not known whether their pairs count, if they do not."""
        silent = self.unknown == "forbid"
        told = zip(SIDES, self._parts(pool), strict=True)
        return tuple(note for side, parts in told for note in notes_on(self.name, pool, side, parts, silent=silent))


def _pair_faults(loc: tuple[str, ...], where: Any) -> Iterator[Fault]:
    sides = {"mentee": SIDES[0], "mentor": SIDES[1]}
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

"""Rules about where people stand: reporting lines, teams, organisations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.base import STRICT, Unknown, bad_choice, bad_number, refuse, unknown_allowed
from mentormatch.constraints.terms import ForbidPairs, ForbidWhere, Term, pair_arrays
from mentormatch.constraints.where import Elementwise
from mentormatch.errors import Fault

if TYPE_CHECKING:
    from mentormatch.people import Note, Pool


@dataclass(frozen=True, slots=True)
class ReportingLine:
    """Nobody is matched with somebody above or below them in the reporting line.

    The line is followed from ``manager_id`` to ``manager_id`` over everybody in the pool, in
    whichever role; it ends at a manager who is not there. Whoever is their own manager, as
    the head of an organisation is in many exports, has none.

    Parameters
    ----------
    depth
        How many levels up and down; 1 is the direct manager.

    Raises
    ------
    InputError
        ``depth`` is below 1; or, from ``terms``, managers go round in a circle: every
        circle is told with its ids.
    """

    depth: int = 2

    name: ClassVar[str] = "reporting_line"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("manager_id",)
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        refuse(bad_number(self.name, "depth", self.depth, low=1, whole=True))

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return every pair within ``depth`` levels of one line; O(people × depth)."""
        managers = _managers(pool)
        told = "these people manage each other in a circle: "
        refuse(Fault((self.name, "manager_id"), "manager_loop", told + ", ".join(ids)) for ids in circles(managers))
        mentees, mentors = pool.mentee_row, pool.mentor_row
        bosses = {who: above(who, managers, self.depth) for who in managers}
        pairs = [
            (mentees[who], mentors[boss])
            for who, found in bosses.items()
            if who in mentees
            for boss in found
            if boss in mentors
        ]
        pairs += [
            (mentees[boss], mentors[who])
            for who, found in bosses.items()
            if who in mentors
            for boss in found
            if boss in mentees
        ]
        return (ForbidPairs(*pair_arrays(pairs)),) if pairs else ()


def _managers(pool: Pool) -> dict[str, set[str]]:
    """Return everybody's managers: one, unless somebody's two rows name different ones."""
    managers: dict[str, set[str]] = {}
    for ids, column in zip((pool.mentee_ids, pool.mentor_ids), pool.objects("manager_id"), strict=True):
        for who, manager in zip(ids, column, strict=True):
            if manager is not None and manager != who:
                managers.setdefault(who, set()).add(manager)
    return managers


def above(who: str, managers: Mapping[str, set[str]], depth: int) -> set[str]:
    """Return everybody up to ``depth`` levels above somebody."""
    above: set[str] = set()
    level = {who}
    for _ in range(depth):
        level = {boss for one in level for boss in managers.get(one, ())} - above
        if not level:
            break
        above |= level
    return above - {who}


def circles(managers: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the circles of managers: strongly connected people, sorted."""
    people = sorted(set(managers).union(*managers.values()))
    if not people:
        return []
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    at = {who: k for k, who in enumerate(people)}
    edges = [(at[who], at[boss]) for who, bosses in managers.items() for boss in bosses]
    below, above = np.array(edges).T
    line = csr_array((np.ones(len(edges)), (below, above)), shape=(len(people), len(people)))
    number, circle = connected_components(line, directed=True, connection="strong")
    sizes = np.bincount(circle, minlength=number)
    groups: dict[int, list[str]] = {}
    for who, one in zip(people, circle.tolist(), strict=True):
        if sizes[one] > 1:
            groups.setdefault(one, []).append(who)
    return sorted(groups.values())


_NOBODYS = np.int32(-2)
"""A label that is nobody's."""


def _alike(mentee: NDArray[np.int32], mentor: NDArray[np.int32], *, unknown: Unknown) -> NDArray[np.bool_]:
    """Say where two labels are the same; unknown ones (−1) are only where that is asked for."""
    same: NDArray[np.bool_] = np.where(mentee < 0, _NOBODYS, mentee) == mentor
    return same | (mentee < 0) | (mentor < 0) if unknown == "forbid" else same


class _NotAlike:
    """A rule against pairs with the same label in one field."""

    __slots__ = ()
    name: ClassVar[str]
    field: ClassVar[str]
    unknown: Unknown

    def __post_init__(self) -> None:
        refuse(bad_choice(self.name, "unknown", self.unknown, ("allow", "forbid")))

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one block over the labels of both sides."""
        mentees, mentors = (codes.astype(np.int32) for codes in pool.labels(self.field))
        return (ForbidWhere(Elementwise(partial(_alike, unknown=self.unknown), (mentees,), (mentors,), pool.shape)),)

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return how many people's label is not known, if their pairs are let through."""
        if self.unknown == "forbid":
            return ()
        mentees, mentors = pool.labels(self.field)
        return unknown_allowed(self.name, self.field, int((mentees < 0).sum()), int((mentors < 0).sum()))


@dataclass(frozen=True, slots=True)
class SameTeam(_NotAlike):
    """Nobody is matched within their own team.

    Parameters
    ----------
    unknown
        What to do where a team is not known: ``"allow"`` the pair (and say so in a note), or
        ``"forbid"`` it.
    """

    unknown: Unknown = "allow"

    name: ClassVar[str] = "same_team"
    reads: ClassVar[tuple[str, ...]] = ("team",)
    field: ClassVar[str] = "team"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT


@dataclass(frozen=True, slots=True)
class DifferentOrganisation(_NotAlike):
    """Mentee and mentor are from different organisations.

    Parameters
    ----------
    unknown
        What to do where an organisation is not known: ``"allow"`` the pair (and say so in a
        note), or ``"forbid"`` it.
    """

    unknown: Unknown = "allow"

    name: ClassVar[str] = "different_organisation"
    reads: ClassVar[tuple[str, ...]] = ("organisation",)
    field: ClassVar[str] = "organisation"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

"""Rules about two people, whoever of them comes first: always together, or never."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mentormatch.constraints.base import STRICT, refuse
from mentormatch.constraints.ids import Id, as_id, bad_id, known, nobody
from mentormatch.constraints.terms import Alike, ForbidPairs, NotBoth, Term, pair_arrays
from mentormatch.errors import Fault
from mentormatch.people.notes import Side

if TYPE_CHECKING:
    from mentormatch.people import Pool

_SIDES: Final[tuple[Side, Side]] = ("mentees", "mentors")


class TwoPeople:
    """Two people; which of them is ``a`` does not matter."""

    __slots__ = ()
    name: ClassVar[str]
    a: str
    b: str

    def _take(self, **given: Any) -> None:
        for field, value in given.items():
            object.__setattr__(self, field, value)

    def _person_faults(self) -> Iterator[Fault]:
        bad = [*bad_id(self.name, "a", self.a), *bad_id(self.name, "b", self.b)]
        yield from bad
        if not bad and self.a == self.b:
            yield Fault((self.name, "b"), "same_person", "must be another person than a")

    def _key(self) -> tuple[object, ...]:
        return (frozenset((self.a, self.b)),)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.name, self._key()))


def kept_apart(a: tuple[Sequence[int], Sequence[int]], b: tuple[Sequence[int], Sequence[int]]) -> tuple[Term, ...]:
    """Return the terms that keep two apart in every role, by the rows of each as mentee and as mentor."""
    (a_mentee, a_mentor), (b_mentee, b_mentor) = a, b
    pairs = [(i, j) for i in a_mentee for j in b_mentor] + [(i, j) for i in b_mentee for j in a_mentor]
    terms: list[Term] = [ForbidPairs(*pair_arrays(pairs))] if pairs else []
    return (*terms, *_not_both("mentees", a_mentee, b_mentee), *_not_both("mentors", a_mentor, b_mentor))


def _not_both(side: Side, ours: Sequence[int], theirs: Sequence[int]) -> Iterator[NotBoth]:
    for a, b in sorted({(min(a, b), max(a, b)) for a in ours for b in theirs if a != b}):
        yield NotBoth(side, a, b)


class _PublicTwo(TwoPeople):
    """Two people who must both be there: a mistyped id would be a rule that does not hold."""

    __slots__ = ()
    reads: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self._take(a=as_id(self.a), b=as_id(self.b))
        refuse(self._person_faults())

    def _rows(self, pool: Pool) -> tuple[tuple[list[int], list[int]], tuple[list[int], list[int]]]:
        """Return the rows of both, as mentee and as mentor."""
        found = [tuple(known(pool, side, who) for side in _SIDES) for who in (self.a, self.b)]
        places = zip((self.a, self.b), "ab", found, strict=True)
        refuse(nobody(pool, who, self.name, field) for who, field, rows in places if rows == (None, None))
        a, b = (tuple([] if row is None else [row] for row in rows) for rows in found)
        return (a[0], a[1]), (b[0], b[1])


@dataclass(frozen=True, slots=True, eq=False)
class Together(_PublicTwo):
    """Two people of one side have exactly the same partners, possibly none; public.

    Two co-mentors then see the same mentees, and two mentees who come together have the same
    mentors. Where both take part on both sides, it holds on both. Which of them is ``a`` does
    not matter.

    Parameters
    ----------
    a, b
        Their ids.

    Raises
    ------
    InputError
        An id is missing or both are the same; from ``terms``: either is not there, with the ids
        that look like it, or the two are on no side together.

    Examples
    --------
    >>> from mentormatch.constraints import Together
    >>> Together("mia", "ned") == Together("ned", "mia")
    True
    """

    a: Id
    b: Id

    name: ClassVar[str] = "together"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one term a side on which both are."""
        terms = tuple(
            Alike(side, min(a, b), max(a, b))
            for side, ours, theirs in zip(_SIDES, *self._rows(pool), strict=True)
            for a in ours
            for b in theirs
        )
        if not terms:
            msg = (
                f"one of the two is a mentee and the other ({self.b}) a mentor; only people of one side share partners"
            )
            refuse([Fault((self.name,), "no_common_side", msg, id=self.a)])
        return terms


@dataclass(frozen=True, slots=True, eq=False)
class Apart(_PublicTwo):
    """Two people are kept apart in every role; public.

    They are not matched with each other, do not share a mentor as two mentees, and do not
    share a mentee as two mentors. What is to stay unknown is a :class:`Tension`.

    Parameters
    ----------
    a, b
        Their ids; which of them is ``a`` does not matter.

    Raises
    ------
    InputError
        An id is missing or both are the same; from ``terms``: either is not there, with the ids
        that look like it.

    Examples
    --------
    >>> from mentormatch.constraints import Apart
    >>> Apart("ann", "bo")
    Apart(a='ann', b='bo')
    """

    a: Id
    b: Id

    name: ClassVar[str] = "apart"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the terms that a tension between the two has."""
        return kept_apart(*self._rows(pool))

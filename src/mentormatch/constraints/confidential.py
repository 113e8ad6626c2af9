"""Rules told in confidence: tensions, conflicts of interest, vetoes.

Nothing here shows a name: not in a repr, a format or an error. The names are there for
whoever asks a rule for them, ``tension.a``; that is the register owner's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mentormatch.constraints.base import STRICT, DatedRule, refuse
from mentormatch.constraints.ids import Id, as_id, rows_of
from mentormatch.constraints.terms import ForbidPairs, Term
from mentormatch.constraints.two import TwoPeople, kept_apart
from mentormatch.errors import Fault

if TYPE_CHECKING:
    from mentormatch.people import Pool


class _KeptApart(TwoPeople, DatedRule):
    """Two people who are kept apart in every role, while it lasts."""

    __slots__ = ()
    expires: date | None

    def __post_init__(self) -> None:
        self._take(a=as_id(self.a), b=as_id(self.b), expires=_as_date(self.expires))
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from self._person_faults()
        given: Any = self.expires
        if given is not None and not isinstance(given, date):
            yield Fault((self.name, "expires"), "not_a_date", "must be a date, such as 2026-12-31")
        if not isinstance(self._about(), str):
            yield Fault((self.name, "kind"), "not_text", "must be text")

    def _about(self) -> Any:
        return getattr(self, "kind", "")

    def _key(self) -> tuple[object, ...]:
        return frozenset((self.a, self.b)), self.expires, self._about()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def terms_on(self, pool: Pool, on: date) -> tuple[Term, ...]:
        """Return the terms on that day: none once it has expired, or when either is not there."""
        if self.expires is not None and on > self.expires:
            return ()
        return kept_apart(rows_of(pool, self.a), rows_of(pool, self.b))


def _as_date(value: Any) -> Any:
    """Return a date for a date, a moment or ISO text; anything else as it is."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    return value


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class Tension(_KeptApart):
    """Two people are kept apart in every role; confidential.

    They are not matched with each other, do not share a mentor as two mentees, and do not
    share a mentee as two mentors. Who of the two comes first does not matter, and either
    may be absent.

    Parameters
    ----------
    a, b
        The ids of the two. Where nobody has such an id it is read as a full name, or as an id
        in another form; what several people may be called means all of them.
    expires
        The last day on which it holds; None: it does not end.

    Raises
    ------
    InputError
        An id is missing, both are the same, or ``expires`` is no date.

    Examples
    --------
    >>> from mentormatch.constraints import Tension
    >>> Tension("ann", "bo")
    Tension(…)
    >>> Tension("ann", "bo") == Tension("bo", "ann")
    True
    """

    a: Id
    b: Id
    expires: date | None = None

    name: ClassVar[str] = "tension"
    confidential: ClassVar[bool] = True
    __pydantic_config__: ClassVar[Any] = STRICT

    def __init__(self, a: str, b: str, expires: date | None = None) -> None:
        # Written out so that the names are gone from this frame, which a traceback may show, when checking begins.
        self._take(a=a, b=b, expires=expires)
        del a, b, expires
        self.__post_init__()


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class ConflictOfInterest(_KeptApart):
    """Two people with opposing interests are kept apart in every role; confidential.

    It does what a :class:`Tension` does, and says why to the register's owner.

    Parameters
    ----------
    a, b
        The ids of the two. Where nobody has such an id it is read as a full name, or as an id
        in another form; what several people may be called means all of them.
    kind
        What the conflict is about, in free text that is never shown.
    expires
        The last day on which it holds; None: it does not end.

    Raises
    ------
    InputError
        An id is missing, both are the same, ``kind`` is no text, or ``expires`` is no date.

    Examples
    --------
    >>> from mentormatch.constraints import ConflictOfInterest
    >>> ConflictOfInterest("ann", "bo", kind="the same post")
    ConflictOfInterest(…)
    """

    a: Id
    b: Id
    kind: str = ""
    expires: date | None = None

    name: ClassVar[str] = "conflict_of_interest"
    confidential: ClassVar[bool] = True
    __pydantic_config__: ClassVar[Any] = STRICT

    def __init__(self, a: str, b: str, kind: str = "", expires: date | None = None) -> None:
        self._take(a=a, b=b, kind=kind, expires=expires)
        del a, b, kind, expires
        self.__post_init__()


@dataclass(frozen=True, slots=True)
class Vetoes:
    """Nobody is matched with somebody whom either of the two does not want; confidential.

    It always holds and need not be passed. A veto bars the pair alone, not sharing a third
    person.
    """

    name: ClassVar[str] = "vetoes"
    confidential: ClassVar[bool] = True
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the pairs vetoed from either side."""
        i, j = pool._vetoed_pairs()  # noqa: SLF001  # the one door to vetoes, and this the one place that opens it
        return (ForbidPairs(np.asarray(i, np.int64), np.asarray(j, np.int64)),) if len(i) else ()

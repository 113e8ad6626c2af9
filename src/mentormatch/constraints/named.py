"""Rules about pairs that are named: never oneself, never this pair, always this pair, not again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.base import STRICT, refuse
from mentormatch.constraints.ids import Id, as_id, bad_id, known, stranger
from mentormatch.constraints.terms import FixPairs, ForbidPairs, Term, pair_arrays
from mentormatch.errors import InputError

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True, slots=True)
class NotSelf:
    """The same id on both sides is one person, who is never matched with themself; always holds."""

    name: ClassVar[str] = "not_self"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ()
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the pair of every id that is on both sides."""
        mentees, mentors = pool.mentee_row, pool.mentor_row
        pairs = [(mentees[who], mentors[who]) for who in mentees.keys() & mentors.keys()]
        return (ForbidPairs(*pair_arrays(pairs)),) if pairs else ()


class _OnePair:
    """A rule about one mentee and one mentor, who must both be there."""

    __slots__ = ()
    name: ClassVar[str]
    mentee: str
    mentor: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "mentee", as_id(self.mentee))
        object.__setattr__(self, "mentor", as_id(self.mentor))
        refuse((*bad_id(self.name, "mentee", self.mentee), *bad_id(self.name, "mentor", self.mentor)))

    def _rows(self, pool: Pool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        i, j = known(pool, "mentees", self.mentee), known(pool, "mentors", self.mentor)
        if i is None or j is None:
            faults = [] if i is not None else [stranger(pool, "mentees", self.mentee, self.name, "mentee")]
            faults += [] if j is not None else [stranger(pool, "mentors", self.mentor, self.name, "mentor")]
            raise InputError(faults)
        return np.array([i], np.int64), np.array([j], np.int64)


@dataclass(frozen=True, slots=True)
class Forbid(_OnePair):
    """One mentee and one mentor are not matched; public.

    What is to stay unknown is a :class:`Tension`.

    Parameters
    ----------
    mentee, mentor
        Their ids.

    Raises
    ------
    InputError
        From ``terms``: either is not there, with the ids that look like it. A mistyped id
        would otherwise be a rule that does not hold.
    """

    mentee: Id
    mentor: Id

    name: ClassVar[str] = "forbid"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ()
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the pair, forbidden."""
        return (ForbidPairs(*self._rows(pool)),)


@dataclass(frozen=True, slots=True)
class Require(_OnePair):
    """One mentee and one mentor are matched, whatever they score; public.

    Parameters
    ----------
    mentee, mentor
        Their ids.

    Raises
    ------
    InputError
        From ``terms``: either is not there, with the ids that look like it.
    """

    mentee: Id
    mentor: Id

    name: ClassVar[str] = "require"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the pair, fixed."""
        return (FixPairs(*self._rows(pool)),)

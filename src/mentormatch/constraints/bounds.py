"""Rules about how many partners people have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints import terms as term
from mentormatch.constraints.base import STRICT, bad_choice, bad_number, refuse
from mentormatch.constraints.ids import MOST_HINTS, Id, as_id, bad_id, known, stranger
from mentormatch.constraints.terms import NO_LIMIT, PersonBounds, Term
from mentormatch.errors import Fault
from mentormatch.people.notes import Side

if TYPE_CHECKING:
    from mentormatch.people import Pool


def _ids(given: Any) -> tuple[Any, ...]:
    """Return the ids of those whom a rule holds for, one or several."""
    return tuple(as_id(who) for who in ((given,) if isinstance(given, str) else given))


def _rows(pool: Pool, side: Side, of: tuple[str, ...], rule: str) -> NDArray[np.int64]:
    """Return the rows of those with these ids, sorted; of everybody on that side where none are given.

    Raises
    ------
    InputError
        Somebody is not there; every one is told.
    """
    strangers = [who for who in of if known(pool, side, who) is None]
    refuse(stranger(pool, side, who, rule, "of", nearest=k < MOST_HINTS) for k, who in enumerate(strangers))
    everybody = pool.mentee_row if side == "mentees" else pool.mentor_row
    return np.array(sorted(everybody[who] for who in set(of or everybody)), np.int64)


@dataclass(frozen=True, slots=True)
class Capacity:
    """People of one side have at most ``max`` partners, and at least ``min``.

    A rule only tightens: whoever offers fewer places keeps to that, whoever offers more
    is held to ``max``.

    Parameters
    ----------
    max
        At most so many partners each; None: no limit but their own.
    min
        At least so many partners each; a minimum that cannot be met is an error of the run.
    side
        ``"mentors"`` or ``"mentees"``.
    of
        The ids of those it holds for; empty: everybody on that side.

    Raises
    ------
    InputError
        A bound is negative or not whole, ``min`` is above ``max``, or neither says anything;
        from ``terms``: an id is not there, every one told.
    """

    max: int | None = None
    min: int = 0
    side: Side = "mentors"
    of: tuple[Id, ...] = ()

    name: ClassVar[str] = "capacity"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        object.__setattr__(self, "of", _ids(self.of))
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        bad = [*bad_number(self.name, "min", self.min, low=0, high=NO_LIMIT, whole=True)]
        if self.max is not None:
            bad += bad_number(self.name, "max", self.max, low=0, high=NO_LIMIT, whole=True)
        yield from bad
        if not bad and self.max is None and not self.min:
            yield Fault((self.name,), "no_limit", "needs max, min or both")
        if not bad and self.max is not None and self.min > self.max:
            yield Fault((self.name, "min"), "min_above_max", "must not be above max")
        yield from bad_choice(self.name, "side", self.side, ("mentees", "mentors"))
        for who in self.of:
            yield from bad_id(self.name, "of", who)

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the bounds of everybody concerned."""
        rows = _rows(pool, self.side, self.of, self.name)
        most = NO_LIMIT if self.max is None else int(self.max)
        bounds = PersonBounds(self.side, rows, np.full(len(rows), int(self.min)), np.full(len(rows), most))
        return (bounds,) if len(rows) else ()


@dataclass(frozen=True, slots=True)
class NoneOrAtLeast:
    """Mentors have no mentee at all, or at least ``k``: a group is large enough or is not held.

    Parameters
    ----------
    k
        At least so many, where there are any; whoever offers fewer places has none.
    of
        The ids of the mentors it holds for; empty: every mentor.

    Raises
    ------
    InputError
        ``k`` is below 1 or not whole; from ``terms``: an id is not there, every one told.

    Examples
    --------
    >>> from mentormatch.constraints import NoneOrAtLeast
    >>> NoneOrAtLeast(3)
    NoneOrAtLeast(k=3, of=())
    """

    k: int
    of: tuple[Id, ...] = ()

    name: ClassVar[str] = "none_or_at_least"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        object.__setattr__(self, "of", _ids(self.of))
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from bad_number(self.name, "k", self.k, low=1, high=NO_LIMIT, whole=True)
        for who in self.of:
            yield from bad_id(self.name, "of", who)

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return one term a mentor; none where one mentee is enough."""
        columns = _rows(pool, "mentors", self.of, self.name).tolist()
        return tuple(term.NoneOrAtLeast(column, int(self.k)) for column in columns) if self.k > 1 else ()

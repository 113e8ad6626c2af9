"""The rule that mentors have so many hours, where every pair costs some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.base import STRICT, Unknown, bad_choice, refuse, unknown_allowed
from mentormatch.constraints.data import Hours
from mentormatch.constraints.quotas import SIDES
from mentormatch.constraints.seen import hours_of_pairs, private
from mentormatch.constraints.terms import ForbidWhere, LoadBound, Term, Weight
from mentormatch.constraints.where import Elementwise, Table
from mentormatch.errors import Fault

if TYPE_CHECKING:
    from mentormatch.people import Note, Pool

_FIELD: Final = "hours_per_month"
_MOST: Final = 1e6
"""More hours than a month has: what costs more than this costs this, and is impossible all the same."""


def _units(hours: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return hours in millionths, rounded down so that three times 40 minutes are two hours; unknown is 0.

    A thousandth more undoes what rounding took off a millionth that was meant.
    """
    return np.floor(np.minimum(np.nan_to_num(hours), _MOST) * 1e6 + 1e-3).astype(np.int64)


def _barred(
    cost: NDArray[np.int64],
    silent: NDArray[np.bool_],
    room: NDArray[np.int64],
    unstated: NDArray[np.bool_],
    *,
    unknown: Unknown,
) -> NDArray[np.bool_]:
    """Say which pairs cannot be: more hours than the mentor has, or not known where that is forbidden."""
    over = (cost > room) & ~unstated
    return over | silent | unstated if unknown == "forbid" else over


def _most(cost: NDArray[np.int64], room: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what the dearest pairs that a mentor may have cost together, as many as there are places.

    ``cost`` is (mentees, 1) where it is the same for every mentor, else (mentees, mentors).
    """
    size, width = cost.shape
    if width == 1:
        ordered = np.sort(cost[:, 0])
        end = np.searchsorted(ordered, room, side="right")
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(ordered)])
        return np.asarray(sums[end] - sums[np.maximum(end - places, 0)])
    ordered = np.sort(np.where(cost <= room, cost, 0), axis=0)
    sums = np.concatenate([np.zeros((1, width), np.int64), np.cumsum(ordered, axis=0)])
    return np.asarray(sums[size] - sums[np.maximum(size - places, 0), np.arange(width)])


@dataclass(frozen=True, slots=True)
class HoursCapacity:
    """Mentors have so many hours a month, and each of their mentees costs some of them.

    What a mentor has is ``hours_per_month``; the number of places holds as well. A pair that
    alone costs more than the mentor has is not made. Hours that somebody keeps private
    count, and are shown to nobody: neither as the reason why somebody has no partner, nor in a note.

    Parameters
    ----------
    hours
        A function of (mentee, mentor), seen as scorers see people, that returns the hours a month
        that the pair costs the mentor, or None: unknown; called once a pair. None: the mentee's
        ``hours_per_month``. Hours count in millionths; what is finer is left off.
    unknown
        What to do where hours are not known. ``"allow"``: a pair of unknown hours costs nothing, and a
        mentor of unknown hours has no limit but the places (a note says of how many people).
        ``"forbid"``: such pairs are not made, and such mentors have no mentees.

    Raises
    ------
    InputError
        An argument is wrong; from ``terms``: the function raises, or returns anything but a finite
        number of at least 0, or None.

    Notes
    -----
    With several places a mentor this is the generalised assignment problem (Martello & Toth,
    *Knapsack Problems*, 1990, chapter 7), which is NP-hard; mentors whose dearest pairs all fit
    are left out of it.

    Examples
    --------
    >>> from mentormatch.constraints import HoursCapacity
    >>> HoursCapacity(unknown="forbid")
    HoursCapacity(hours=None, unknown='forbid')
    """

    hours: Hours = None
    unknown: Unknown = "allow"

    name: ClassVar[str] = "hours_capacity"
    confidential: ClassVar[bool] = False
    __pydantic_config__: ClassVar[Any] = STRICT

    def __post_init__(self) -> None:
        refuse(self._faults())

    def _faults(self) -> Iterator[Fault]:
        if self.hours is not None and not callable(self.hours):
            yield Fault((self.name, "hours"), "not_a_function", "must be a function of (mentee, mentor), or left out")
        yield from bad_choice(self.name, "unknown", self.unknown, ("allow", "forbid"))

    @property
    def reads(self) -> tuple[str, ...] | None:
        """The fields on which it rests; None where a function says what a pair costs."""
        return (_FIELD,) if self.hours is None else None

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return a block of pairs that cannot be, and a bound on the hours of mentors whom places do not hold."""
        costs, stated = self._costs(pool), pool.numbers(_FIELD)[1]
        cost, silent, room, unstated = _units(costs), np.isnan(costs), _units(stated), np.isnan(stated)
        same = cost.shape[1] == 1
        barred = partial(_barred, unknown=self.unknown)
        weights = cost / 1e6
        if same and self.hours is None:
            alone: Any = Elementwise(barred, (cost[:, 0], silent[:, 0]), (room, unstated), pool.shape)
            weight: Weight = Elementwise(np.array, (weights[:, 0],), (), pool.shape)
        else:
            alone, weight = Table(barred(cost, silent, room, unstated)), Table(weights)
        over = ~unstated & (_most(cost, room, np.minimum(pool.mentor_bounds[:, 1], len(cost))) > room)
        rows = np.flatnonzero(over).astype(np.int64)
        loads = (LoadBound("mentors", rows, weight, room[rows] / 1e6),) if len(rows) else ()
        return (ForbidWhere(alone), *loads)

    def _costs(self, pool: Pool) -> NDArray[np.float64]:
        """Return what pairs cost, NaN where unknown: (mentees, 1) where that is for every mentor the same."""
        if self.hours is None:
            return pool.numbers(_FIELD)[0][:, None]
        return hours_of_pairs(self.name, "hours", self.hours, pool)

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return of how many people hours are not known, if that is let through, less those who keep them private."""
        if self.unknown == "forbid":
            return ()
        mentees, mentors = (
            int((np.isnan(hours) & [_FIELD not in kept for kept in private(pool, side)]).sum())
            for side, hours in zip(SIDES, pool.numbers(_FIELD), strict=True)
        )
        told = "such a mentee costs nothing, and such a mentor has no limit but the places"
        return unknown_allowed(self.name, _FIELD, mentees if self.hours is None else 0, mentors, told)

"""Overlapping hours: whether the two can find a time to meet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.errors import InputError
from mentormatch.scoring.exact import ExactProduct
from mentormatch.scoring.factors import Clipped, Factors, by_kinds, row_kinds, who_answered
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, hide_silent

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _HoursBlock(ShippedBlock):
    minutes: ExactProduct
    enough: float
    answered: tuple[NDArray[np.bool_], NDArray[np.bool_]]

    def _value(self, minutes: Floats) -> Floats:
        minutes /= 60.0 * self.enough
        return np.minimum(minutes, 1.0, out=minutes)

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        out = self._value(self.minutes.block(mentees, mentors))
        return hide_silent(out, self.answered[0][mentees], self.answered[1][mentors])

    def pairs(self, i: Ints, j: Ints) -> Floats:
        out = self._value(self.minutes.pairs(i, j))
        out[~(self.answered[0][i] & self.answered[1][j])] = np.nan
        return out

    def factors(self) -> Factors | Clipped:
        """Return a column for each week where one side has few different ones, else the minutes in common."""
        sides = self.minutes.left, self.minutes.right
        kinds = row_kinds(sides[0], self.answered[0]), row_kinds(sides[1], self.answered[1])
        scale = 1 / (60.0 * self.enough)
        whole = Clipped(*sides, who_answered(kinds), scale, self.minutes.most, True, kinds)
        return by_kinds(self, kinds) or whole

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        return _told(float(self.minutes.common(i, j)[1].sum()))

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        return [*map(_told, self.minutes.pairs(i, j).tolist())]


def _told(minutes: float) -> tuple[str, ...]:
    """Return minutes a week in words; nothing where there are none."""
    return (f"{minutes / 60:g} h",) if minutes > 0 else ()


@dataclass(frozen=True)
class OverlappingHours:
    """The weekly hours that both are free, up to the number that is enough.

    value = min(1, overlapping hours / enough)

    **Range**: 0, never free together, to 1, `enough` hours a week or more. **Unknown**:
    either availability is. Hours are counted in true time across time zones, minute by
    minute as the clocks run in the week of the date `on`, Monday to Monday UTC: an hour that
    a clock skips does not count.

    Parameters
    ----------
    enough
        Hours a week beyond which more does not help; above 0.
    on
        The date whose week is read (daylight saving differs by date). None: the date of the run.

    Notes
    -----
    A convention: an hour's meeting is easily planned when there are four to choose from.
    """

    name: ClassVar[str] = "overlapping_hours"
    fields: ClassVar[tuple[str, ...]] = ("availability", "time_zone")

    enough: float = 4.0
    on: dt.date | None = None

    def __post_init__(self) -> None:
        if not 0 < self.enough < float("inf"):
            msg = f"{self.name}: enough must be a number of hours above 0"
            raise InputError(msg)

    def with_date(self, on: dt.date) -> OverlappingHours:
        """Return the scorer as it is on a day; a date of its own wins."""
        return self if self.on is not None else replace(self, on=on)

    def bind(self, pool: Pool) -> _HoursBlock:
        """Return the block of these people."""
        from scipy.sparse import csr_matrix

        from mentormatch.people.availability import overlap_minutes

        on = self.on or dt.datetime.now().astimezone().date()
        overlap = overlap_minutes(pool, on)
        free = [csr_matrix(side, dtype=np.float64) for side in (overlap.mentee_factors, overlap.mentor_factors)]
        return _HoursBlock(ExactProduct(*free), float(self.enough), (overlap.mentee_known, overlap.mentor_known))

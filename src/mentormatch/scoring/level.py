"""Level gap: whether the mentor is ahead of the mentee by about the right distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.scoring.factors import Factors, by_kinds, number_kinds
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _LevelBlock(ShippedBlock):
    mentees: Floats
    mentors: Floats
    ideal: float
    tolerance: float

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return ~np.isnan(self.mentees), ~np.isnan(self.mentors)

    def _value(self, gap: Floats) -> Floats:
        gap -= self.ideal
        np.abs(gap, out=gap)
        gap /= -self.tolerance
        gap += 1.0
        return np.maximum(gap, 0.0, out=gap)

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        return self._value(self.mentors[mentors][None, :] - self.mentees[mentees][:, None])

    def pairs(self, i: Ints, j: Ints) -> Floats:
        return self._value(self.mentors[j] - self.mentees[i])

    def factors(self) -> Factors | None:
        """Return a column for each level where one side has few different ones."""
        return by_kinds(self, (number_kinds(self.mentees), number_kinds(self.mentors)))

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        gap = self.mentors[j] - self.mentees[i]
        return () if np.isnan(gap) else (f"{gap:+g}",)


@dataclass(frozen=True)
class LevelFit:
    """How close the level gap, mentor minus mentee, is to the ideal one.

    value = max(0, 1 - abs(gap - ideal) / tolerance)

    **Range**: 1 at the ideal gap, falling in a straight line to 0 at `tolerance` levels from
    it. **Unknown**: either level is.

    Parameters
    ----------
    ideal
        The best gap, in levels; the mentor stands higher when it is positive.
    tolerance
        How far from the ideal the value reaches 0, in levels; above 0.

    Notes
    -----
    A convention, to be set per programme: the default favours "step-ahead" mentors, a
    level or two further on (Ensher & Murphy, *Power Mentoring*, 2005).
    """

    name: ClassVar[str] = "level_gap"
    fields: ClassVar[tuple[str, ...]] = ("level",)

    ideal: float = 2.0
    tolerance: float = 3.0

    def __post_init__(self) -> None:
        faults = []
        if not np.isfinite(self.ideal):
            faults.append(Fault(("scorers", self.name, "ideal"), "not_finite", "must be a finite number"))
        if not 0 < self.tolerance < float("inf"):
            faults.append(Fault(("scorers", self.name, "tolerance"), "not_positive", "must be a number above 0"))
        if faults:
            raise InputError(faults)

    def bind(self, pool: Pool) -> _LevelBlock:
        """Return the block of these people."""
        mentees, mentors = pool.numbers("level")
        return _LevelBlock(mentees, mentors, float(self.ideal), float(self.tolerance))

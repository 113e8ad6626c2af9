"""How far a mentor's number lies above a mentee's, against the distance that is best: the arithmetic of gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.values import as_finite
from mentormatch.scoring.factors import Factors, by_kinds, number_kinds
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class GapBlock(ShippedBlock):
    """The value is 1 at the ideal gap, mentor minus mentee, and falls in a straight line to 0 at the tolerance.

    Attributes
    ----------
    mentees, mentors
        Everybody's number; NaN where unknown.
    ideal, tolerance
        In the unit of these numbers.
    """

    mentees: Floats
    mentors: Floats
    ideal: float
    tolerance: float

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Who gave a number."""
        return ~np.isnan(self.mentees), ~np.isnan(self.mentors)

    def _value(self, gap: Floats) -> Floats:
        gap -= self.ideal
        np.abs(gap, out=gap)
        gap /= -self.tolerance
        gap += 1.0
        return np.maximum(gap, 0.0, out=gap)

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        """Return the values of a rectangle."""
        return self._value(self.mentors[mentors][None, :] - self.mentees[mentees][:, None])

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the values of single pairs."""
        return self._value(self.mentors[j] - self.mentees[i])

    def factors(self) -> Factors | None:
        """Return a column for each number where one side has few different ones."""
        return by_kinds(self, (number_kinds(self.mentees), number_kinds(self.mentors)))

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        """Return the gap with its sign."""
        return _told(float(self.mentors[j] - self.mentees[i]))

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        """Return the gaps of single pairs."""
        return [*map(_told, (self.mentors[j] - self.mentees[i]).tolist())]


def _told(gap: float) -> tuple[str, ...]:
    """Return a gap with its sign; nothing where it is unknown."""
    return () if math.isnan(gap) else (f"{gap:+g}",)


def check_gap(name: str, ideal: Any, tolerance: Any) -> None:
    """Refuse an ideal gap that is no number and a tolerance that is none above 0."""
    faults = []
    if as_finite(ideal) is None:
        faults.append(Fault(("scorers", name, "ideal"), "not_finite", "must be a finite number"))
    if (as_finite(tolerance) or 0.0) <= 0:
        faults.append(Fault(("scorers", name, "tolerance"), "not_positive", "must be a number above 0"))
    if faults:
        raise InputError(faults)

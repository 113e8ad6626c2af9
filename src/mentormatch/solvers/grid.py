"""The integer grid: every score becomes one integer, so that sums, ties and proofs are exact."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance

SUM_BITS = 60
"""Twice the largest sum of scores stays below two to this power: a walk through the whole network fits an int64."""

SCORE_BITS = 50
"""A single score stays within two to this power, so that float64 proposals start from exact integers."""

CLOSED = -(1 << 62)
"""The weight that stands for a pair that may not be made: below every real weight, far from overflow."""


def most_pairs(instance: Instance) -> int:
    """Count the most pairs that any matching can have, rules ignored.

    Returns
    -------
    int
        The lesser of the places on the two sides.
    """
    if instance.most_pairs is not None:
        return instance.most_pairs
    n, m = instance.shape
    mentees = int(np.minimum(instance.mentees.upper, m).sum())
    mentors = int(np.minimum(instance.mentors.upper, n).sum())
    return min(mentees, mentors)


def exponent(instance: Instance) -> int:
    """Find the finest grid whose sums fit: a score s becomes round(s * 2**e) for the e returned.

    It depends on the bounds and on the range of scores with rules ignored, never on which
    pairs are allowed: a rule must not move the grid.

    Returns
    -------
    int
        The largest e with ``2 * pairs * range * 2**e + 1 < 2**60`` and ``range * 2**e <= 2**50``.
    """
    spread = Fraction(instance.highest) - Fraction(instance.lowest)
    if spread <= 0:
        return 0
    limit = min(Fraction(2**SUM_BITS - 2, 2 * max(1, most_pairs(instance))), Fraction(2**SCORE_BITS)) / spread
    e = limit.numerator.bit_length() - limit.denominator.bit_length()
    return e if Fraction(2) ** e <= limit else e - 1


def quantise(scores: NDArray[np.float64], e: int) -> NDArray[np.int64]:
    """Put scores on the grid.

    Parameters
    ----------
    scores
        Finite scores of pairs; NaN becomes the weight of a closed pair.
    e
        The exponent from :func:`exponent`.

    Returns
    -------
    ndarray of int64
        ``round(score * 2**e)``, halves to even.
    """
    scaled = np.rint(np.ldexp(scores, e))
    unknown = np.isnan(scaled)
    if unknown.any():
        return np.where(unknown, CLOSED, np.where(unknown, 0.0, scaled).astype(np.int64))
    return scaled.astype(np.int64)

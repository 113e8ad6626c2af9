"""Intervals: of a share that was counted, and of how well a number tells good from bad."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z: Final = 1.959963984540054
"""Standard errors either way that hold 95 % of a normal distribution."""


def wilson(successes: int, times: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Parameters
    ----------
    successes, times
        How often it happened, of how often it could have.

    Returns
    -------
    (float, float)
        Between 0 and 1; (0, 1) where nothing was tried.

    Notes
    -----
    Wilson, *Probable inference, the law of succession, and statistical inference*, Journal of the
    American Statistical Association 22 (1927). It keeps its promise where the share is near 0 or 1, where the
    usual interval has no width (Brown, Cai & DasGupta, Statistical Science 16, 2001).

    Examples
    --------
    >>> tuple(round(end, 3) for end in wilson(100, 100))
    (0.963, 1.0)
    """
    if not times:
        return 0.0, 1.0
    share, z2 = successes / times, Z * Z
    middle = (share + z2 / (2 * times)) / (1 + z2 / times)
    half = Z * math.sqrt(share * (1 - share) / times + z2 / (4 * times * times)) / (1 + z2 / times)
    low = 0.0 if successes == 0 else middle - half
    return max(0.0, low), 1.0 if successes == times else min(1.0, middle + half)


class Areas(NamedTuple):
    """The areas under the ROC curves of several scores of the same pairs, and their covariances.

    Attributes
    ----------
    area
        One for each score (float64): the share of all twos of a good and a bad pair in which the good one scores
        higher, ties counted half.
    covariance
        Of the areas (float64, square).
    good, bad
        How many there are of each.
    """

    area: NDArray[np.float64]
    covariance: NDArray[np.float64]
    good: int
    bad: int


def areas(scores: NDArray[np.float64], good: NDArray[np.bool_]) -> Areas:
    """Compare several scores of the same pairs with how the pairs went.

    Parameters
    ----------
    scores
        Scores × pairs (float64).
    good
        Which pairs went well; there is at least one of each kind.

    Notes
    -----
    DeLong, DeLong & Clarke-Pearson, *Comparing the areas under two or more correlated receiver operating
    characteristic curves*, Biometrics 44 (1988), by midranks (Sun & Xu, IEEE Signal Processing Letters
    21, 2014): p log p for p pairs.
    """
    from scipy.stats import rankdata

    above, below = scores[:, good], scores[:, ~good]
    m, n = above.shape[1], below.shape[1]
    every = rankdata(np.concatenate([above, below], axis=1), axis=1)
    own_good, own_bad = rankdata(above, axis=1), rankdata(below, axis=1)
    of_good = (every[:, :m] - own_good) / n  # of each good pair: the share of bad ones below it
    of_bad = 1.0 - (every[:, m:] - own_bad) / m
    return Areas(of_good.mean(axis=1), _covariance(of_good) / m + _covariance(of_bad) / n, m, n)


def _covariance(values: NDArray[np.float64]) -> NDArray[np.float64]:
    many = values.shape[1]
    if many < 2:
        return np.zeros((len(values), len(values)))
    apart = values - values.mean(axis=1, keepdims=True)
    found: NDArray[np.float64] = apart @ apart.T / (many - 1)
    return found


def area_interval(area: float, variance: float, good: int, bad: int) -> tuple[float, float]:
    """Return the 95 % interval of an area under a ROC curve.

    By DeLong's variance on the scale of log odds, where it cannot leave 0 to 1 (Pepe, *The Statistical
    Evaluation of Medical Tests*, 2003, 5.2); where that variance says nothing, as when every good pair
    scores higher than every bad one, by the ends at which the variance that Hanley and McNeil expect would just
    allow what was seen (Newcombe, Statistics in Medicine 25, 2006, method 5).
    """
    if variance > 0 and 0 < area < 1:
        half = Z * math.sqrt(variance) / (area * (1 - area))
        middle = math.log(area / (1 - area))
        return _odds(middle - half), _odds(middle + half)
    return _end(area, 0.0, good, bad), _end(area, 1.0, good, bad)


def _odds(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0


def _end(area: float, end: float, good: int, bad: int) -> float:
    """Find by halving where the interval ends, between the area and 0 or 1."""
    inside, outside = area, end
    for _ in range(60):
        middle = (inside + outside) / 2
        apart = abs(middle - area)
        if apart <= Z * math.sqrt(max(0.0, _expected(middle, good, bad))):
            inside = middle
        else:
            outside = middle
    return inside


def _expected(area: float, good: int, bad: int) -> float:
    """Return the variance of an area as Hanley and McNeil (1982) expect it, with Newcombe's even numbers."""
    others = (good + bad) / 2 - 1
    more = others * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * (1 + more) / (good * bad)

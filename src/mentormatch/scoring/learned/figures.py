"""How good chances are: AUC, Brier score and calibration error, each with an interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

BINS: Final = 10
"""Bins of equal count, over which the calibration error is taken."""

DRAWS: Final = 2000
"""Resamples of the bootstrap."""

LEVEL: Final = 0.95
"""Of the intervals."""

_CELLS: Final = 1 << 21
"""Numbers that one piece of work may hold at a time."""


@dataclass(frozen=True)
class Figure:
    """A figure and its interval.

    Attributes
    ----------
    value
        From all pairs.
    low, high
        The 95 % interval: percentiles of a bootstrap over groups; of a calibration error the lower end is
        twice the value less the upper one, at least 0, because resampling only raises it.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Measures:
    """What cross-validation says about one way to tell chances.

    Attributes
    ----------
    auc
        The chance that a good pair is put before one that was not, ties counting half; 0.5 is a coin's.
    brier
        Mean squared difference between the chance and what happened; 0 is best.
    calibration
        Expected calibration error: the mean absolute difference, over ten bins of equally many pairs
        in the order of their chances, between the mean chance and the share of good pairs. Chance
        alone makes it larger than 0, the more so the fewer pairs there are.
    """

    auc: Figure
    brier: Figure
    calibration: Figure


def resamples(groups: Ints, draw: np.random.Generator) -> Iterator[Floats]:
    """Yield how often every pair is drawn, whole groups at a time: first once each, then blocks (draws, pairs)."""
    _, own = np.unique(groups, return_inverse=True)
    count = int(own.max()) + 1
    yield np.ones((1, len(own)))
    step = max(1, _CELLS // len(own))
    for start in range(0, DRAWS, step):
        drawn = draw.multinomial(count, np.full(count, 1 / count), size=min(step, DRAWS - start))
        yield drawn[:, own].astype(np.float64)


def auc(chances: Floats, good: Floats, times: Floats) -> Floats:
    """Return the area under the curve for each row of `times`; NaN where an outcome was not drawn."""
    order = np.argsort(chances, kind="stable")
    starts = np.flatnonzero(np.diff(chances[order], prepend=-np.inf) > 0)
    up = np.add.reduceat((times * good)[:, order], starts, axis=1)
    down = np.add.reduceat((times * (1 - good))[:, order], starts, axis=1)
    below = np.cumsum(down, axis=1) - down
    whole = up.sum(axis=1) * down.sum(axis=1)
    won = (up * (below + 0.5 * down)).sum(axis=1)
    return np.where(whole > 0, won / np.where(whole > 0, whole, 1.0), np.nan)


def brier(chances: Floats, good: Floats, times: Floats) -> Floats:
    """Return the Brier score for each row of `times`."""
    return np.asarray(times @ (chances - good) ** 2 / times.sum(axis=1), dtype=np.float64)


def calibration(chances: Floats, good: Floats, times: Floats) -> Floats:
    """Return the calibration error for each row of `times`; the bins are those of all pairs."""
    order = np.argsort(chances, kind="stable")
    starts = _starts(len(order))
    off = np.add.reduceat((times * (chances - good))[:, order], starts, axis=1)
    return np.asarray(np.abs(off).sum(axis=1) / times.sum(axis=1), dtype=np.float64)


def bins(chances: Floats, good: Floats) -> tuple[tuple[float, float, int], ...]:
    """Return (mean chance, share of good pairs, pairs) of each bin, the lowest chances first."""
    order = np.argsort(chances, kind="stable")
    return tuple(
        (float(chances[some].mean()), float(good[some].mean()), len(some))
        for some in np.split(order, _starts(len(order))[1:])
    )


def _starts(pairs: int) -> Ints:
    """Return where each bin starts."""
    return np.unique(np.arange(min(BINS, pairs)) * pairs // min(BINS, pairs))


def error_figure(values: Floats) -> Figure:
    """Return the figure of a calibration error, with an interval that errs on the wide side.

    Every resample adds noise of its own to an error that noise can only raise, so that percentiles lie too high.
    The upper end is theirs all the same; the lower one is that of the basic bootstrap, twice the value
    less the upper percentile.
    """
    plain = figure(values)
    return Figure(plain.value, max(0.0, min(plain.value, 2 * plain.value - plain.high)), max(plain.value, plain.high))


def figure(values: Floats) -> Figure:
    """Return the figure of which `values` holds that of all pairs, then those of the resamples."""
    if np.isnan(values[1:]).all():
        return Figure(float(values[0]), float(values[0]), float(values[0]))
    low, high = np.nanquantile(values[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(float(values[0]), float(low), float(high))

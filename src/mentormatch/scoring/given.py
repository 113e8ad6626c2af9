"""Scores that somebody else computed, behind the same face as scores of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import InputError
from mentormatch.scoring.matrix import ScoreMatrix

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from mentormatch.scoring.protocols import Floats, Ints, Rows

LARGEST: Final = 1e280
"""The largest score either way: every sum of scores stays finite."""

_AT_HAND: Final = 1 << 15
"""Scores that a processor holds while it copies them."""


class GivenScores(ScoreMatrix):
    """A rectangle of given scores: one criterion, ``score``, and NaN where a pair may not be matched.

    Parameters
    ----------
    scores
        Mentees × mentors; copied.

    Raises
    ------
    InputError
        Not a rectangle of numbers, or infinite.
    """

    def __init__(self, scores: ArrayLike) -> None:
        given, (lowest, highest) = _rectangle(scores)
        self._ids = (tuple(map(str, range(given.shape[0]))), tuple(map(str, range(given.shape[1]))))
        self._backend = None
        self._given = {"score": 1.0}
        self._criteria, self._notes = (), ()
        self._scores: Floats = given
        self._every = lowest <= highest  # else there is a NaN, or nobody
        self._bounds = (lowest, highest) if self._every else None

    @property
    def criteria(self) -> tuple[str, ...]:
        """The one criterion."""
        return ("score",)

    @property
    def weights(self) -> dict[str, float]:
        """All weight is the given score's."""
        return {"score": 1.0}

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest given score; 0 and 0 where there is none."""
        if self._bounds is None:
            self._bounds = self._found_bounds()
        return self._bounds

    def _found_bounds(self) -> tuple[float, float]:
        known = self._scores[~np.isnan(self._scores)]
        return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)

    def fields(self, criterion: str) -> tuple[str, ...] | None:  # noqa: ARG002 - as in the base
        """Return None: nobody told what the scores rest on."""
        return None

    @property
    def table(self) -> Floats:
        """The scores."""
        return self._scores

    def unscored(self) -> NDArray[np.bool_] | None:
        """Say which pairs have no score; None where all have one."""
        return None if self._every or not self._scores.size else np.isnan(self._scores)

    def screen(self) -> None:
        """Return None: nobody told what the scores are made of."""

    def components(self, i: Ints, j: Ints) -> Floats:
        """Return the scores themselves, as one column."""
        return self.pairs(i, j)[:, None]

    def _evidence(self, components: Floats, weights: Any = None) -> Floats:  # noqa: ARG002 - as in the base
        return (~np.isnan(components[..., 0])).astype(np.float64)

    def shared(self, i: int, j: int) -> dict[str, tuple[str, ...]]:  # noqa: ARG002 - as in the base
        """Return nothing shared."""
        return {"score": ()}

    def shared_pairs(self, criterion: str, i: Ints, j: Ints) -> list[tuple[str, ...]]:  # noqa: ARG002 - as in the base
        """Return nothing shared."""
        return [()] * len(i)

    def parts(self, rows: Rows, columns: Rows) -> tuple[Floats, Floats]:
        """Return the scores as one column, and their evidence."""
        values = self.block(rows, columns)[:, :, None]
        return values, self._evidence(values)


def _rectangle(scores: ArrayLike) -> tuple[Floats, tuple[float, float]]:
    """Return a copy, and its lowest and highest score; NaN where one of them is, or where there is none."""
    failure = ""
    try:
        given = np.asarray(scores)
        objects = given.flat if given.dtype.kind == "O" else ()
        if given.dtype.kind not in "biufO" or any(isinstance(cell, str | bytes) for cell in objects):
            failure = "scores must be numbers"
        elif given.ndim != 2:
            failure = "scores must have two dimensions, mentees by mentors"
        else:
            given, bounds = _copied(given)
    except (TypeError, ValueError, OverflowError):
        failure = "scores must be a rectangle of numbers, mentees by mentors"
    if not failure and bounds[0] >= -LARGEST and bounds[1] <= LARGEST:
        return given, bounds  # two looks that no NaN passes
    if not failure and np.isinf(given).any():
        row, column = np.argwhere(np.isinf(given))[0]
        failure = f'the score of mentee "{row}" and mentor "{column}" is infinite; for a forbidden pair write NaN'
    if not failure and (np.abs(given) > LARGEST).any():
        failure = f"a score is beyond {LARGEST:g} either way, and the sum of many would be infinite"
    if failure:
        raise InputError(failure)
    return given, bounds


def _copied(given: NDArray[Any]) -> tuple[Floats, tuple[float, float]]:
    """Copy some rows at a time, and look at them while they are at hand: a large table is read once."""
    copy = np.empty(given.shape)
    step = max(1, _AT_HAND // max(1, given.shape[1]))
    lowest, highest = [], []
    for start in range(0, given.shape[0] if given.size else 0, step):
        part = copy[start : start + step]
        part[...] = given[start : start + step]
        lowest.append(part.min())
        highest.append(part.max())
    if not lowest:
        return copy, (np.nan, np.nan)
    return copy, (float(np.min(lowest)), float(np.max(highest)))

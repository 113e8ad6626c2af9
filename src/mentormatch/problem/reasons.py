"""Why somebody is unmatched, from public rules, scores and loads alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.matching import Reason, Unmatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.problem.compiled import Compiled
    from mentormatch.scoring import ScoreMatrix

_CELLS_AT_ONCE = 4_000_000


class Alone:
    """The people of one side who have no partner, each with a public reason, which is found once.

    Parameters
    ----------
    side
        ``"mentee"`` or ``"mentor"``.
    ids
        Their ids by row.
    compiled
        The rules; only the smallest score and what may be told of the public mask are looked at.
    scores
        The scores, for people whose partners all fall below the smallest score.
    """

    def __init__(self, side: str, ids: Sequence[str], compiled: Compiled, scores: ScoreMatrix) -> None:
        self._side, self._ids, self._compiled, self._scores = side, ids, compiled, scores
        self._known: dict[int, Unmatched] = {}

    def of(self, loads: NDArray[np.int64]) -> tuple[Unmatched, ...]:
        """List those who have so many partners, none, in listing order."""
        rows = np.flatnonzero(loads == 0).tolist()
        fresh = [row for row in rows if row not in self._known]
        if fresh:
            found = zip(fresh, self._reasons(np.array(fresh, np.int64)), strict=True)
            self._known.update((row, Unmatched(self._ids[row], reason)) for row, reason in found)
        return tuple(map(self._known.__getitem__, rows))

    def _reasons(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        compiled, scores, side = self._compiled, self._scores, self._side
        bounds = compiled.public_mentee_bounds if side == "mentee" else compiled.public_mentor_bounds
        reasons = np.full(len(rows), Reason.NOT_PLACED, dtype=object)
        others = scores.shape[1] if side == "mentee" else scores.shape[0]
        step = max(1, _CELLS_AT_ONCE // max(1, others))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            allowed, good = _partners(side, rows[part], compiled, scores)
            here = reasons[part]
            here[~good.any(axis=1)] = Reason.BELOW_MIN_SCORE
            here[~allowed.any(axis=1)] = Reason.NO_ALLOWED_PARTNER
        reasons[bounds[rows, 1] == 0] = Reason.WANTED_NONE
        return reasons


def _partners(
    side: str, rows: NDArray[np.int64], compiled: Compiled, scores: ScoreMatrix
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each person whom public rules allow, and who of them scores enough."""
    everyone = slice(None)
    block = (rows, everyone) if side == "mentee" else (everyone, rows)
    allowed = (compiled.told or compiled.public).fresh(*block)
    good = allowed if compiled.min_score is None else allowed & (scores.block(*block) >= compiled.min_score)
    return (allowed, good) if side == "mentee" else (allowed.T, good.T)

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


def unmatched(
    side: str, ids: Sequence[str], loads: NDArray[np.int64], compiled: Compiled, scores: ScoreMatrix
) -> tuple[Unmatched, ...]:
    """List the people of one side who have no partner, in listing order, each with a public reason.

    Parameters
    ----------
    side
        ``"mentee"`` or ``"mentor"``.
    ids
        Their ids by row.
    loads
        How many partners each has.
    compiled
        The rules; only the smallest score and what may be told of the public mask are looked at.
    scores
        The scores, for people whose partners all fall below the smallest score.
    """
    bounds = compiled.public_mentee_bounds if side == "mentee" else compiled.public_mentor_bounds
    rows = np.flatnonzero(loads == 0)
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
    return tuple(Unmatched(ids[row], reason) for row, reason in zip(rows.tolist(), reasons, strict=True))


def _partners(
    side: str, rows: NDArray[np.int64], compiled: Compiled, scores: ScoreMatrix
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each person whom public rules allow, and who of them scores enough."""
    everyone = slice(None)
    block = (rows, everyone) if side == "mentee" else (everyone, rows)
    allowed = (compiled.told or compiled.public).allowed(*block)
    good = allowed if compiled.min_score is None else allowed & (scores.block(*block) >= compiled.min_score)
    return (allowed, good) if side == "mentee" else (allowed.T, good.T)

"""Chosen rows turned into pairs: the score of each with its parts, and nothing of any other pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentormatch.matching import Pair, Part

if TYPE_CHECKING:
    from mentormatch.network import Arcs
    from mentormatch.people import Pool
    from mentormatch.problem.roster import Roster
    from mentormatch.scoring import ScoreMatrix


def make_pairs(
    arcs: Arcs, scores: ScoreMatrix, roster: Roster, pool: Pool | None, share: frozenset[str]
) -> tuple[Pair, ...]:
    """Return the chosen pairs in listing order, each with the parts that sum to its score.

    Parts that may not be shown are folded into one, ``other``: criteria on fields that are
    not shared, or that one of the two keeps private. A criterion that does not say what it
    reads is shown unless one of the two keeps anything private.
    """
    i, j = arcs
    values = scores.components(i, j)
    totals, evidence = scores.pairs(i, j), scores.evidence(i, j)
    gains = scores.gains(i, j)
    hidden = _Hidden(scores, pool, share)
    made = []
    for place, (row, column) in enumerate(zip(i.tolist(), j.tolist(), strict=True)):
        folded = hidden.of(row, column)
        told = folded.isdisjoint(scores.gaining)  # else the gains would give away what is folded
        made.append(
            Pair(
                mentee=roster.mentee_ids[row],
                mentor=roster.mentor_ids[column],
                score=float(totals[place]),
                evidence=float(evidence[place]),
                for_mentee=_known(gains[0][place]) if told else None,
                for_mentor=_known(gains[1][place]) if told else None,
                parts=_parts(scores, values[place], float(totals[place]), folded, (row, column)),
            )
        )
    return tuple(made)


class _Hidden:
    """Which criteria of a pair may not be shown."""

    def __init__(self, scores: ScoreMatrix, pool: Pool | None, share: frozenset[str]) -> None:
        fields = {name: scores.fields(name) for name in scores.criteria}
        self._unstated = frozenset(name for name, stated in fields.items() if stated is None)
        self._fields = {name: frozenset(stated or ()) for name, stated in fields.items()}
        self._always = frozenset(name for name, fields in self._fields.items() if name not in share and fields - share)
        self._private = (pool.private_fields("mentee"), pool.private_fields("mentor")) if pool is not None else None

    def of(self, row: int, column: int) -> frozenset[str]:
        if self._private is None:
            return self._always
        own = self._private[0][row] | self._private[1][column]
        if not own:
            return self._always
        return (
            self._always
            | self._unstated
            | {name for name, fields in self._fields.items() if fields & own or name in own}
        )


def _parts(
    scores: ScoreMatrix, values: NDArray[np.float64], total: float, hidden: frozenset[str], rows: tuple[int, int]
) -> tuple[Part, ...]:
    shared = scores.shared(*rows)
    parts, folded = [], [0.0, 0.0]
    for name, value in zip(scores.criteria, values.tolist(), strict=True):
        weight = scores.weights[name]
        known = _known(value)
        contribution = weight * (scores.defaults[name] if known is None else known)
        if name in hidden:
            folded[0] += weight
            folded[1] += contribution
        else:
            parts.append(Part(name, weight, known, contribution, tuple(shared.get(name, ()))))
    if folded[0]:
        parts.append(Part("other", folded[0], None, folded[1]))
    if not scores.criteria:
        parts.append(Part("other", 1.0, None, total))
    return tuple(parts)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

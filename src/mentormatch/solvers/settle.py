"""Tiers by name: each is a few steps of whole numbers on the face that the tiers before it left.

``priority`` is a matroid, where the order of classes is all that counts (Edmonds 1971), and
``wishes`` compares counts in turn. ``floor`` is a bottleneck problem: the highest score that a
matching above it exists for, by halving the list of scores (Edmonds & Fulkerson 1970).
``leximin`` then takes the scores one by one, lowest first, and makes as few pairs of each as
it can (Burkard & Rendl 1991).
``balance`` is a flow with growing costs (Harvey, Ladner, Lovász & Tamir 2006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Prices, TierResult
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.reach import components, even, held_score, most, reached, standing
from mentormatch.solvers.weights import Rung, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Reached
    from mentormatch.solvers.climb import Climb
    from mentormatch.solvers.engine import Engine
    from mentormatch.solvers.table import Kind

_FEW = 8
"""Pairs of one score up to which no engine is asked: a few augmenting cycles do."""


def settle(climb: Climb, name: str, engine: Engine | None, *, improve: bool = True) -> TierResult:
    """Settle one tier and narrow the face to it.

    Parameters
    ----------
    climb
        Where the solve stands.
    name
        The tier.
    engine
        Who proposes matchings.
    improve
        Whether a better matching may be taken; without, the tier says when there is one.

    Returns
    -------
    TierResult
        With prices where the tier is proved.
    """
    match name:
        case "coverage" | "total":
            return climb.tier("coverage" if name == "coverage" else "total", engine, improve=improve)
        case "floor":
            done = _floor(climb, engine, improve=improve)
        case "leximin":
            done = _leximin(climb, engine, improve=improve)
        case "priority":
            done = climb.tier(standing(climb.table.instance), engine, improve=improve).prices is not None
        case "balance":
            done = climb.tier(even(climb.table.instance), None, improve=improve).prices is not None
        case _:
            groups = packed(components(climb.table.instance, name))
            done = all(climb.tier(group, engine, improve=improve).prices is not None for group in groups)
    if not done:
        return open_tier(climb, name)
    value = _value(climb, name)
    return TierResult(name, value, value, _last(climb))


def open_tier(climb: Climb, name: str) -> TierResult:
    """Say of a tier that was not finished what there is and what there could be."""
    if name in ("coverage", "total"):
        kind: Kind = "coverage" if name == "coverage" else "total"
        value = climb.value(kind)
        return TierResult(name, value, max(value, climb.bound(kind)))
    return TierResult(name, _value(climb, name), most(climb.table, name, int(climb.kept.used.sum())))


def _value(climb: Climb, name: str) -> Reached:
    used = climb.kept.used
    return reached(climb.table, name, climb.kept.i[used], climb.kept.j[used])


def _last(climb: Climb) -> Prices:
    """Return the prices of the last step; of no step at all, zeros."""
    if climb.face.levels:
        return climb.face.levels[-1].prices
    return Prices(*(np.zeros(size, np.int64) for size in climb.table.shape))


def _floor(climb: Climb, engine: Engine | None, *, improve: bool) -> bool:
    """Raise the lowest score as far as it goes."""
    held = held_score(climb.table)
    levels = _levels(climb)
    free, part = climb.part("total")
    used = climb.kept.used.copy()
    used[free] = False
    fixed = climb.table.pairs("total", climb.kept.i[used], climb.kept.j[used])
    caps = [int(fixed.min())] if len(fixed) else []
    cap = min([*caps, *([] if held is None else [held])], default=None)
    if cap is not None:
        # who cannot change sets a limit: beyond it nothing is gained
        levels = np.append(levels[levels < cap], cap)
    if not part.used.any():
        return True
    low, high = _place(climb, levels), len(levels)
    while improve and low + 1 < high:
        middle = (low + high) // 2
        if climb.reaches(Rung(int(levels[middle])), 0, engine, keep=True):
            low = max(middle, _place(climb, levels))
        else:
            high = middle
    if not improve and low + 1 < high and climb.reaches(Rung(int(levels[low + 1])), 0, engine, keep=False):
        return False
    climb.settle(Rung(int(levels[low])))
    return True


def _place(climb: Climb, levels: NDArray[np.int64]) -> int:
    """Find the highest of some scores that every free pair of the present matching reaches."""
    _, part = climb.part("total")
    return int(np.searchsorted(levels, part.w[part.used].min(), side="right")) - 1


def _levels(climb: Climb) -> NDArray[np.int64]:
    """List the scores of all free pairs, each once."""
    table, face = climb.table, climb.face
    found = [np.unique(table.block("total", rows)[face.mask(table, rows)]) for rows in table.slices()]
    return np.unique(np.concatenate(found))


def _leximin(climb: Climb, engine: Engine | None, *, improve: bool) -> bool:
    """Raise the lowest score, then make as few pairs of each score as can be, lowest first."""
    if not _floor(climb, engine, improve=improve):
        return False
    heavy = int(climb.kept.used.sum()) + 1
    above = CLOSED
    while True:
        _, part = climb.part("total")
        scores = part.w[part.used]
        scores = scores[scores > above]
        if not len(scores):
            return True
        score = int(scores.min())
        several = int((scores == score).sum()) > _FEW
        kind = Rung(score, above, heavy)
        if climb.tier(kind, engine if several else None, improve=improve).prices is None:
            return False
        above = score

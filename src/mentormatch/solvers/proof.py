"""Proof by the pairs alone: prices are derived again and every pair is looked at.

Nothing of the solve is trusted: prices that somebody hands over are used only after they
were checked against every pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import TierResult
from mentormatch.solvers.climb import Climb
from mentormatch.solvers.face import Face
from mentormatch.solvers.kept import Kept
from mentormatch.solvers.settle import open_tier, settle
from mentormatch.solvers.table import Table
from mentormatch.solvers.tiers import Clock, empty_tier, is_feasible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.network import Arcs, Instance, Prices, Progress
    from mentormatch.solvers.table import Kind


def prove(
    instance: Instance,
    arcs: Arcs,
    *,
    guess: Sequence[Prices | None] = (),
    progress: Progress | None = None,
) -> tuple[TierResult, ...]:
    """Prove a matching optimal, tier by tier, or find out that it is not.

    Parameters
    ----------
    instance
        The problem.
    arcs
        The matching; it must be feasible, see :func:`is_feasible`.
    guess
        Prices per tier that may be right, such as those of the solve: checked against every
        pair before they count.
    progress
        Told about every round, with the stage ``"prove"``.

    Returns
    -------
    tuple of TierResult
        One per tier. From the first that is not optimal on, ``value`` is below ``bound``
        or the tier has no prices: it was not proved.

    Raises
    ------
    ValueError
        If the matching is not feasible.
    """
    if not is_feasible(instance, arcs):
        msg = "the matching is not feasible"
        raise ValueError(msg)
    names = instance.objective
    if 0 in instance.shape:
        return tuple(empty_tier(instance, name) for name in names)
    keys = np.asarray(arcs.i, np.int64) * instance.shape[1] + np.asarray(arcs.j, np.int64)
    clock = Clock(None, progress, len(names), "prove")
    kept = Kept.of(instance.shape, np.empty(0, np.int64), keys)
    climb = Climb(Table(instance), Face.whole(instance), kept, clock)
    results: list[TierResult] = []
    for number, name in enumerate(names):
        clock.done = number
        prices = guess[number] if number < len(guess) else None
        kind: Kind = "coverage" if name == "coverage" else "total"
        result = climb.witness(kind, prices) if prices is not None and name == kind else None
        results.append(result or settle(climb, name, None, improve=False))
        if results[-1].prices is None:
            results += [open_tier(climb, name) for name in names[number + 1 :]]
            break
    clock.report(len(names))
    return tuple(results)

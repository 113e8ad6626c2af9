"""Every step of a proof, with its prices: for whoever wants to check a matching without this library.

Each tier is told in steps that explain themselves: classes, wishes and scores one by one, and loads at
what they cost, where solvers use shorter ways that need a theorem to be believed. The
prices are derived from the pairs alone, so nothing of a solve is trusted.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.solvers.climb import Climb
from mentormatch.solvers.face import Face
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kept import Kept
from mentormatch.solvers.reach import capacities, components, even, held_score
from mentormatch.solvers.table import Table
from mentormatch.solvers.tiers import Clock
from mentormatch.solvers.weights import Rung

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.network import Arcs, Instance, Prices, Progress
    from mentormatch.solvers.table import Kind
    from mentormatch.solvers.weights import Even


class Step(NamedTuple):
    """What a place of each mentee and of each mentor is worth in one step: whole numbers of any size."""

    u: list[int]
    v: list[int]


class Proved(NamedTuple):
    """The steps of each tier, and the pairs that may still change after all of them (as keys, row by row)."""

    tiers: tuple[tuple[Step, ...], ...]
    free: NDArray[np.int64]


SEED = "seed"
"""The name of the last, implicit tier: the sum of the keyed hashes of the pairs."""


def prove_stepwise(
    instance: Instance, arcs: Arcs, tiers: Sequence[str], *, progress: Progress | None = None
) -> Proved | None:
    """Prove a matching tier by tier, in steps that a stranger can check.

    Parameters
    ----------
    instance
        The problem; rules over several pairs are not looked at.
    arcs
        A feasible matching.
    tiers
        The tiers, most important first; :data:`SEED` may be the last.
    progress
        Told about every tier, with the stage ``"prove"``.

    Returns
    -------
    Proved or None
        None as soon as some tier could be better.

    Notes
    -----
    The steps, in order: ``coverage`` and ``total`` one each; ``priority`` one a class; ``wishes`` three; ``floor``
    one, or none where a pair that cannot change has the lowest score; ``leximin`` one for each score of a
    pair that can still change; ``balance``, ``least_change`` and the seed's one each.
    """
    if 0 in instance.shape:
        return Proved(tuple(_nothing(instance, name) for name in tiers), np.empty(0, np.int64))
    keys = np.asarray(arcs.i, np.int64) * instance.shape[1] + np.asarray(arcs.j, np.int64)
    clock = Clock(None, progress, len(tiers), "prove")
    kept = Kept.of(instance.shape, np.empty(0, np.int64), keys)
    walk = _Walk(Climb(Table(instance), Face.whole(instance), kept, clock))
    found = []
    for clock.done, name in enumerate(tiers):
        steps = walk.tier(name)
        if steps is None:
            return None
        found.append(steps)
    clock.report(len(tiers))
    return Proved(tuple(found), walk.free())


def _nothing(instance: Instance, name: str) -> tuple[Step, ...]:
    """Prove a tier of a problem with nobody on one side."""
    steps = 0 if name in {"floor", "leximin"} else 1
    if name in {"priority", "wishes"}:
        steps = len(components(instance, name))
    n, m = instance.shape
    return (Step([0] * n, [0] * m),) * steps


class _Walk:
    """A climb that goes nowhere: it stands on the best matching, and notes the prices of every step."""

    def __init__(self, climb: Climb) -> None:
        self.climb, self.instance = climb, climb.table.instance

    def tier(self, name: str) -> tuple[Step, ...] | None:
        """Prove one tier and narrow the face to it."""
        match name:
            case "coverage" | "total":
                return self._steps(["coverage" if name == "coverage" else "total"])
            case "floor":
                return self._floor()
            case "leximin":
                return self._leximin()
            case "balance":
                return self._balance()
            case _ if name == SEED:
                return self._steps(["ties"])
        return self._steps([part.weight for part in components(self.instance, name)])

    def free(self) -> NDArray[np.int64]:
        """List the pairs that may still change."""
        table, face = self.climb.table, self.climb.face
        found = [np.flatnonzero(face.mask(table, rows)) + rows.start * table.shape[1] for rows in table.slices()]
        return np.concatenate(found)

    def _prices(self, kind: Kind) -> Prices | None:
        return self.climb.tier(kind, None, improve=False).prices

    def _steps(self, kinds: Sequence[Kind]) -> tuple[Step, ...] | None:
        found = []
        for kind in kinds:
            prices = self._prices(kind)
            if prices is None:
                return None
            found.append(_step(prices))
        return tuple(found)

    def _scores(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the scores of the pairs made: of those that may still change, and of the others."""
        free, _ = self.climb.part("total")
        kept = self.climb.kept
        scores = self.climb.table.pairs("total", kept.i[kept.used], kept.j[kept.used])
        may = np.zeros(len(kept.keys), bool)
        may[free] = True
        return scores[may[kept.used]], scores[~may[kept.used]]

    def _floor(self) -> tuple[Step, ...] | None:
        held = held_score(self.climb.table)
        may, settled = self._scores()
        others = min([*settled.tolist(), *([] if held is None else [held])], default=None)
        if not len(may) and others is None:
            return ()
        low = min([*may.tolist(), *([] if others is None else [others])])
        steps: tuple[Step, ...] = ()
        if low != others:
            if self.climb.reaches(Rung(low + 1), 0, None, keep=False) or self.climb.labels is None:
                return None
            steps = (_step(self.climb.labels),)
        self.climb.settle(Rung(low))
        return steps

    def _leximin(self) -> tuple[Step, ...] | None:
        heavy = int(self.climb.kept.used.sum()) + self._held() + 1
        above, steps = CLOSED, list[Step]()
        while True:
            may, _ = self._scores()
            left = may[may > above]
            if not len(left):
                return tuple(steps)
            score = int(left.min())
            prices = self._prices(Rung(score, above, heavy))
            if prices is None:
                return None
            steps.append(_step(prices))
            above = score

    def _held(self) -> int:
        return 0 if self.instance.held is None else int(self.instance.held.loads.sum())

    def _balance(self) -> tuple[Step, ...] | None:
        kind = even(self.instance)
        prices = self._prices(kind)
        if prices is None:
            return None
        cover = next(level.prices for level in self.climb.face.levels if level.kind == "coverage")
        return (_at_cost(self.instance, kind, prices, cover),)


def _step(prices: Prices) -> Step:
    return Step(prices.u.tolist(), prices.v.tolist())


def units_of(instance: Instance) -> list[int]:
    """Return what load² of each mentor costs in ``balance``, as whole numbers: a common multiple by each capacity."""
    own = capacities(instance).tolist()
    multiple = math.lcm(*own)
    return [multiple // capacity for capacity in own]


def _at_cost(instance: Instance, kind: Even, prices: Prices, cover: Prices) -> Step:
    """Turn prices in ranks of costs into prices in costs themselves.

    Ranks start at 0 for the cheapest place of all, so costs are taken from that one up: any increasing map with
    0 to 0 keeps every comparison that the prices rest on. What the cheapest costs comes back by the prices
    of coverage: a free pair pays it once, and elsewhere only people pay it whose load is settled.
    """
    units = units_of(instance)
    j, k = np.nonzero(np.ones_like(kind.costs, bool))
    _, first = np.unique(kind.costs[j, k], return_index=True)
    costs = [(2 * int(k[at]) + 1) * units[int(j[at])] for at in first]

    def paid(rank: int) -> int:
        if rank < 0:
            return rank
        over = max(0, rank - len(costs) + 1)
        return costs[rank - over] - costs[0] + over

    return Step(
        [-paid(-u) - costs[0] * settled for u, settled in zip(prices.u.tolist(), cover.u.tolist(), strict=True)],
        [paid(v) + costs[0] * (1 - settled) for v, settled in zip(prices.v.tolist(), cover.v.tolist(), strict=True)],
    )

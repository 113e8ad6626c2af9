"""Every step of a proof under rules over several pairs: whole multipliers for people and for rows.

As in :mod:`mentormatch.solvers.stepwise`, the multipliers are derived from the pairs alone. There
is such a proof where a relaxation with whole multipliers reaches the best matching; where
branching was needed there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.solvers.ascent import Ascent, padded
from mentormatch.solvers.programme import Auxiliary, Choice, Programme
from mentormatch.solvers.reach import components, held_score
from mentormatch.solvers.rows import Between, stated_rows
from mentormatch.solvers.stepwise import SEED
from mentormatch.solvers.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from mentormatch.network import Arcs, Instance
    from mentormatch.solvers.rows import Row
    from mentormatch.solvers.table import Kind


@dataclass(frozen=True, eq=False)
class CoupledProof:
    """The rows that have a multiplier anywhere, and the steps of each tier.

    Attributes
    ----------
    rows
        Each as (lower, upper, keys, weights), keys telling pairs row by row.
    tiers
        The multipliers of each step: mentees, mentors, and then these rows.
    free
        The pairs that may still change after all tiers, as keys.
    """

    rows: tuple[tuple[int, int, NDArray[np.int64], NDArray[np.int64]], ...]
    tiers: tuple[tuple[list[int], ...], ...]
    free: NDArray[np.int64]


def prove_coupled(instance: Instance, arcs: Arcs, tiers: Sequence[str]) -> CoupledProof | None:
    """Prove a matching tier by tier by whole multipliers, in steps that a stranger can check.

    Parameters
    ----------
    instance
        The problem, without ``open_from``.
    arcs
        A matching that keeps every rule.
    tiers
        The tiers, most important first, without ``balance``; ``SEED`` may be the last.

    Returns
    -------
    CoupledProof or None
        None where some tier could be better, or has no proof by multipliers alone.
    """
    walk = _Walk(instance, arcs)
    found = []
    for name in tiers:
        steps = walk.tier(name)
        if steps is None:
            return None
        found.append(steps)
    return walk.told(found)


class _Walk:
    """An ascent that stands on the best matching, and notes the multipliers of every step."""

    def __init__(self, instance: Instance, arcs: Arcs) -> None:
        self.instance, self.table, (n, m) = instance, Table(instance), instance.shape
        rows = stated_rows(instance)
        people = (instance.mentees, instance.mentors)
        lower = [*people[0].lower.tolist(), *people[1].lower.tolist(), *(row.lower for row in rows)]
        upper = [*np.minimum(people[0].upper, m).tolist(), *np.minimum(people[1].upper, n).tolist()]
        none = np.empty(0, np.int64)
        programme = Programme(
            (n, m),
            tuple(rows),
            Auxiliary.of([], []),
            np.concatenate([self.table.allowed(part).ravel() for part in self.table.slices()]),
            Choice(none, none),
            np.array(lower, np.int64),
            np.array([*upper, *(row.upper for row in rows)], np.int64),
        )
        self.made = np.sort(arcs.i * m + arcs.j)
        self.ascent = Ascent(programme, Choice(self.made, none), Between(instance), _no_tick)
        self.free_keys = np.flatnonzero(programme.open)

    def tier(self, name: str) -> tuple[NDArray[np.int64], ...] | None:
        """Prove one tier and narrow what is left to it."""
        match name:
            case "coverage" | "total":
                return self._steps([self._costs("coverage" if name == "coverage" else "total")])
            case "floor":
                return self._floor()
            case "leximin":
                return self._leximin()
            case "balance":
                return None
            case _ if name == SEED:
                return self._steps([self._costs("ties")])
        return self._steps(self._costs(part.weight) for part in components(self.instance, name))

    def told(self, tiers: list[tuple[NDArray[np.int64], ...]]) -> CoupledProof:
        """Return the proof, with those rows alone that have a multiplier."""
        programme, people = self.ascent.programme, self.ascent.programme.people
        steps = [padded(step, len(programme.lower)) for tier in tiers for step in tier]
        paid = np.flatnonzero(np.any([step[people:] != 0 for step in steps], axis=0)) if steps else np.empty(0, int)
        chosen = np.concatenate((np.arange(people), people + paid))
        return CoupledProof(
            tuple(self._row(programme.rows[row]) for row in paid.tolist()),
            tuple(tuple(padded(step, len(programme.lower))[chosen].tolist() for step in tier) for tier in tiers),
            np.flatnonzero(programme.open),
        )

    def _row(self, row: Row) -> tuple[int, int, NDArray[np.int64], NDArray[np.int64]]:
        weights = row.weigh(self.free_keys)
        some = weights != 0
        return row.lower, row.upper, self.free_keys[some], weights[some]

    def _costs(self, kind: Kind) -> NDArray[np.int64]:
        costs, m = np.zeros(len(self.ascent.programme.open), np.int64), self.instance.shape[1]
        costs[self.free_keys] = self.table.pairs(kind, self.free_keys // m, self.free_keys % m)
        return costs

    def _steps(self, every: Iterable[NDArray[np.int64]]) -> tuple[NDArray[np.int64], ...] | None:
        found = []
        for costs in every:
            step = self._step(costs)
            if step is None:
                return None
            found.append(step)
        return tuple(found)

    def _step(self, costs: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Find multipliers under which nothing is worth more than the matching, and keep only its equals."""
        ascent, before, best = self.ascent, self.ascent.programme, self.ascent.best
        ascent.maximise(costs)
        if ascent.searched or ascent.value(costs, ascent.best) > ascent.value(costs, best):
            return None
        before = before.adding(list(ascent.programme.rows[len(before.rows) :]))
        paid = padded(ascent.multipliers, len(before.lower)) / ascent.fine
        price = before.sound(paid, float(np.abs(costs).max(initial=0)))
        reduced = before.reduced(costs, price)
        if before.bound(reduced, price) != ascent.value(costs, before.free(best)):
            return None
        shut, made = np.flatnonzero(before.open & (reduced < 0)), np.flatnonzero(before.open & (reduced > 0))
        ascent.programme, ascent.best = before.tightened(price).closing(shut, made), best
        return price

    def _scores(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return the scores of all allowed pairs, and those of made ones that may still change, and may not."""
        totals, open_ = self._costs("total"), self.ascent.programme.open[self.made]
        return totals, totals[self.made[open_]], totals[self.made[~open_]]

    def _floor(self) -> tuple[NDArray[np.int64], ...] | None:
        held = held_score(self.table)
        totals, may, settled = self._scores()
        others = min([*settled.tolist(), *([] if held is None else [held])], default=None)
        if not len(may) and others is None:
            return ()
        low = min([*may.tolist(), *([] if others is None else [others])])
        steps: tuple[NDArray[np.int64], ...] = ()
        before = self.ascent.programme
        if low != others:
            trial = self.ascent.fork()
            costs = np.where(before.open & (totals <= low), np.int64(-1), np.int64(0))
            price = trial.refuted(costs)
            if price is None:
                return None
            before = before.adding(list(trial.programme.rows[len(before.rows) :]))
            steps = (padded(price, len(before.lower)),)
        below = np.flatnonzero(before.open & (totals < low))
        self.ascent.programme = before.closing(below, below[:0])
        return steps

    def _leximin(self) -> tuple[NDArray[np.int64], ...] | None:
        totals, may, _ = self._scores()
        open_ = totals[: len(self.ascent.programme.open)][self.ascent.programme.open]
        steps: list[NDArray[np.int64]] = []
        above = int(open_.min(initial=0)) - 1
        heavy = len(self.made) + 1 + (0 if self.instance.held is None else int(self.instance.held.loads.sum()))
        while True:
            may = self._scores()[1]
            left = may[may > above]
            if not len(left):
                return tuple(steps)
            low = int(left.min())
            between = (totals > above) & (totals < low)
            costs = np.where(totals == low, np.int64(-1), np.where(between, np.int64(-heavy), np.int64(0)))
            step = self._step(costs)
            if step is None:
                return None
            steps.append(step)
            above = low


def _no_tick() -> None:
    """Report nothing: a proof is as long as a solve."""

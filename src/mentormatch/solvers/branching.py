"""Rules that keep two people from sharing a partner, by branching on the pairs that break them."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import TimeLimit, UnsupportedProblem
from mentormatch.network import Need, Short
from mentormatch.solvers.engine import FirstOf
from mentormatch.solvers.lap import Assignment
from mentormatch.solvers.lp import Transport
from mentormatch.solvers.tiers import solve_tiers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Arcs, Form, Instance, Progress, Rows, Solution
    from mentormatch.solvers.engine import Engine

MOST_NODES: Final = 5_000
"""So many problems are solved before a search is given up, and said to be."""


class Branching:
    """Best-first branch and bound (Land & Doig 1960) over problems that the exact tiers solve.

    Without the rules that couple pairs, a problem is solved and proved as any other. If the
    result keeps them, it is the best there is. If two people share a partner whom they may not
    share, one of the two pairs is not made in any valid matching: each is closed in turn, which
    gives two smaller problems. A problem's optimum, tier by tier, bounds whatever follows from
    it, so the first result that keeps every rule is optimal when it is the best one left.
    """

    name = "branching"

    def supports(self, form: Form) -> bool:
        """Say whether pairs are coupled by nothing but people who may not share a partner, if at all."""
        return not form.needs & {Need.GROUPS, Need.STABLE}

    def solve(
        self,
        instance: Instance,
        *,
        warm: Solution | None = None,
        deadline: float | None = None,
        progress: Progress | None = None,
    ) -> Solution:
        """Solve every tier; see :class:`mentormatch.network.Solver`.

        Raises
        ------
        Short
            The minimums cannot be met; without rows where only the coupled rules are the reason.
        TimeLimit
            Time ran out before there was a matching that keeps every rule.
        UnsupportedProblem
            The search grew too large.
        """
        del warm
        engine: Engine = Transport()
        if (instance.mentees.upper <= 1).all() and not (instance.mentees.lower.any() or instance.mentors.lower.any()):
            engine = FirstOf(Assignment(), Transport())
        ahead = [_Node.of(instance, frozenset(), solve_tiers(instance, engine, deadline=deadline, progress=progress))]
        seen = {ahead[0].closed}
        while ahead:
            node = heapq.heappop(ahead)
            clash = _first_clash(instance, node.solution.arcs)
            if clash is None:
                return replace(node.solution, rounds=len(seen))
            for pair in clash:
                closed = node.closed | {pair}
                if closed in seen:
                    continue
                seen.add(closed)
                _check(len(seen), deadline)
                part = _without(instance, closed)
                try:
                    solution = solve_tiers(part, engine, deadline=deadline, progress=progress)
                except Short:
                    continue
                heapq.heappush(ahead, _Node.of(instance, closed, solution))
        nobody = np.empty(0, np.int64)
        raise Short(nobody, nobody)


@dataclass(frozen=True, eq=False)
class _Node:
    """A problem with some pairs closed, and its optimum; the best comes first."""

    worth: tuple[Any, ...]
    closed: frozenset[tuple[int, int]]
    solution: Solution

    @classmethod
    def of(cls, instance: Instance, closed: frozenset[tuple[int, int]], solution: Solution) -> _Node:
        ties = int(instance.tie_pairs(*solution.arcs).sum()) if solution.ties else 0
        return cls((*(tier.bound for tier in solution.tiers), ties), closed, solution)

    def __lt__(self, other: _Node) -> bool:
        return self.worth > other.worth or (self.worth == other.worth and sorted(self.closed) < sorted(other.closed))


def _check(nodes: int, deadline: float | None) -> None:
    if deadline is not None and time.monotonic() > deadline:
        msg = "time ran out before there was a matching that keeps every rule"
        raise TimeLimit(msg)
    if nodes > MOST_NODES:
        msg = f"the rules that couple several pairs need more than {MOST_NODES:,} steps; no solver here does more yet"
        raise UnsupportedProblem(msg)


def _first_clash(instance: Instance, arcs: Arcs) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the two pairs by which somebody shares a partner against a rule; None if nobody does."""
    for side, a, b in instance.apart:
        own, others = (arcs.i, arcs.j) if side == 0 else (arcs.j, arcs.i)
        shared = np.intersect1d(others[own == a], others[own == b])
        if len(shared):
            partner = int(shared[0])
            return ((a, partner), (b, partner)) if side == 0 else ((partner, a), (partner, b))
    return None


def _without(instance: Instance, closed: frozenset[tuple[int, int]]) -> Instance:
    """Return the instance with some pairs closed."""
    i, j = np.array(sorted(closed), np.int64).T
    n, m = instance.shape

    def block(rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        allowed = instance.allowed_block(rows, columns).copy()
        row_at, column_at = np.full(n, -1), np.full(m, -1)
        row_at[rows], column_at[columns] = np.arange(allowed.shape[0]), np.arange(allowed.shape[1])
        row, column = row_at[i], column_at[j]
        here = (row >= 0) & (column >= 0)
        allowed[row[here], column[here]] = False
        return allowed

    def pairs(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        return instance.allowed_pairs(one, other) & ~np.isin(one * m + other, i * m + j)

    return replace(instance, allowed_block=block, allowed_pairs=pairs)

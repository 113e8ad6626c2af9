"""Rules over several pairs: quotas, hours, people who go together or apart, groups of at least so many.

First the problem is solved without them. If the result keeps them, it is the best there is,
and its prices prove it. Otherwise each tier is an integer programme on what the tiers before
it leave, see :mod:`mentormatch.solvers.coupled_tiers`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.errors import UnsupportedProblem
from mentormatch.network import Arcs, Need, Short, Solution
from mentormatch.solvers.coupled_tiers import Tiers
from mentormatch.solvers.engine import FirstOf
from mentormatch.solvers.grid import most_pairs
from mentormatch.solvers.lap import Assignment
from mentormatch.solvers.lp import Transport
from mentormatch.solvers.programme import exact_sum
from mentormatch.solvers.rows import HEAVIEST, Between, stated_rows
from mentormatch.solvers.tiers import is_feasible, solve_tiers

if TYPE_CHECKING:
    from mentormatch.network import Form, Instance, Progress
    from mentormatch.solvers.engine import Engine

LARGEST = 1 << 25
"""Pairs, allowed or not, up to which rules over several of them are solved: all of them are held in memory."""


class Mixed:
    """Whatever couples pairs, by mixed-integer programming with bounds in whole numbers."""

    name = "milp"

    def supports(self, form: Form) -> bool:
        """Say whether the objective is one of tiers."""
        return Need.STABLE not in form.needs

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
            There is no matching; without rows where the minimums alone could be met.
        TimeLimit
            Time ran out before there was a matching that keeps every rule.
        UnsupportedProblem
            There are too many pairs, or too many different capacities for ``balance``.
        """
        return solve_coupled(instance, engine_for(instance), warm=warm, deadline=deadline, progress=progress)


def solve_coupled(
    instance: Instance,
    engine: Engine | None = None,
    *,
    warm: Solution | None = None,
    deadline: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Solve every tier under rules over several pairs; see :class:`Mixed`."""
    plain = solve_tiers(
        uncoupled(instance),
        engine or engine_for(instance),
        warm=warm,
        deadline=deadline,
        progress=progress,
        fill=not is_coupled(instance),  # whoever fills places looks at no rule
    )
    if keeps_coupling(instance, plain.arcs):
        return plain
    if 0 in instance.shape:
        nobody = np.empty(0, np.int64)
        raise Short(nobody, nobody)
    _check_size(instance)
    return Tiers(instance, plain, deadline, progress).solve()


def has_solution(instance: Instance, deadline: float | None = None) -> bool:
    """Say whether there is any matching under rules over several pairs, without looking for the best.

    Raises
    ------
    TimeLimit
        Time ran out before it was known.
    UnsupportedProblem
        There are too many pairs, or they weigh too much.
    """
    nobody = np.empty(0, np.int64)
    if 0 in instance.shape:
        return keeps_coupling(instance, Arcs(nobody, nobody))
    _check_size(instance)
    return Tiers(instance, Solution(Arcs(nobody, nobody), ()), deadline, None).feasible()


def engine_for(instance: Instance) -> Engine:
    """Choose who proposes matchings where nothing couples them."""
    if (instance.mentees.upper <= 1).all() and not (instance.mentees.lower.any() or instance.mentors.lower.any()):
        return FirstOf(Assignment(), Transport())
    return Transport()


def _check_size(instance: Instance) -> None:
    if instance.shape[0] * instance.shape[1] > LARGEST:
        msg = f"rules over several pairs are solved for up to {LARGEST:,} pairs, and these are more"
        raise UnsupportedProblem(msg)
    if any(row.heaviest * most_pairs(instance) >= HEAVIEST for row in stated_rows(instance)):
        msg = "the pairs that one rule weighs are so heavy that their weights cannot be added up in 60 bits"
        raise UnsupportedProblem(msg)


def is_coupled(instance: Instance) -> bool:
    """Say whether there is any rule over several pairs."""
    return bool(instance.apart or instance.alike or instance.groups or instance.linear or instance.open_from)


def keeps_rules(instance: Instance, arcs: Arcs) -> bool:
    """Say whether a matching keeps every bound and every rule, by counting."""
    return is_feasible(instance, arcs) and keeps_coupling(instance, arcs)


def uncoupled(instance: Instance) -> Instance:
    """Return the instance without any rule over several pairs."""
    return replace(instance, apart=(), alike=(), groups=(), linear=(), open_from=())


def keeps_coupling(instance: Instance, arcs: Arcs) -> bool:
    """Say whether some pairs keep every rule over several of them."""
    keys = np.sort(arcs.i * instance.shape[1] + arcs.j)
    for row in stated_rows(instance):
        if not row.lower <= exact_sum(row.weigh(keys)) <= row.upper:
            return False
    loads = np.bincount(arcs.j, minlength=instance.shape[1])
    if any(0 < loads[mentor] < k for mentor, k in instance.open_from):
        return False
    return not any(Between(instance).broken(keys, np.ones(len(keys)), 0.5))

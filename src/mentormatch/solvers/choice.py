"""Which solver does what, and which tiers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentormatch.errors import InputError, UnsupportedProblem
from mentormatch.network import Need
from mentormatch.solvers.engine import FirstOf
from mentormatch.solvers.kernel.engine import Kernel, fast
from mentormatch.solvers.lap import Assignment
from mentormatch.solvers.lp import Transport
from mentormatch.solvers.mixed import Mixed, solve_coupled
from mentormatch.solvers.stable import STABLE, Stable
from mentormatch.solvers.tiers import solve_tiers

if TYPE_CHECKING:
    from mentormatch.network import Form, Instance, Progress, Solution, Solver

KNOWN_TIERS = ("coverage", "priority", "wishes", "floor", "leximin", "total", "balance", "least_change")
"""Every tier that has a meaning."""

NEED_COVERAGE = ("floor", "leximin", "balance", "least_change")
"""The tiers that need ``coverage`` before them: without it, leaving everybody out may be best."""


class Hungarian:
    """Everybody on one side gets one partner at most: the assignment problem (Kuhn 1955; Munkres 1957).

    Solves by shortest augmenting paths and proves in integers.
    """

    name = "hungarian"

    def supports(self, form: Form) -> bool:
        """Say whether mentees want one mentor each and nothing couples the pairs."""
        return not form.needs

    def solve(
        self,
        instance: Instance,
        *,
        warm: Solution | None = None,
        deadline: float | None = None,
        progress: Progress | None = None,
    ) -> Solution:
        """Solve every tier; see :class:`mentormatch.network.Solver`."""
        return solve_tiers(instance, fast(Assignment(), Transport()), warm=warm, deadline=deadline, progress=progress)


class Network:
    """Bounds on both sides and nested quotas: a flow through a network, proposed in floats and proved in integers."""

    name = "network"

    def supports(self, form: Form) -> bool:
        """Say whether nothing couples the pairs but the bounds of each person, and quotas that are nested."""
        return not form.needs & {Need.COUPLED, Need.STABLE}

    def solve(
        self,
        instance: Instance,
        *,
        warm: Solution | None = None,
        deadline: float | None = None,
        progress: Progress | None = None,
    ) -> Solution:
        """Solve every tier; see :class:`mentormatch.network.Solver`."""
        return solve_coupled(instance, fast(Transport()), warm=warm, deadline=deadline, progress=progress)


class MinCostFlow:
    """What :class:`Network` does, by the kernel whatever the size: exact from the start, compiled where numba is there.

    It is the engine that the other two use for large problems, by name.
    """

    name = "min_cost_flow"

    def supports(self, form: Form) -> bool:
        """Say whether nothing couples the pairs but the bounds of each person, and quotas that are nested."""
        return not form.needs & {Need.COUPLED, Need.STABLE}

    def solve(
        self,
        instance: Instance,
        *,
        warm: Solution | None = None,
        deadline: float | None = None,
        progress: Progress | None = None,
    ) -> Solution:
        """Solve every tier; see :class:`mentormatch.network.Solver`."""
        engine = FirstOf(Kernel(least=0), Transport())
        return solve_coupled(instance, engine, warm=warm, deadline=deadline, progress=progress)


SOLVERS: tuple[Solver, ...] = (Hungarian(), Network(), Stable(), Mixed(), MinCostFlow())
"""The solvers in the order in which ``"auto"`` asks them."""


def able(form: Form) -> list[Solver]:
    """Return the solvers that can do a problem, in the order in which ``"auto"`` asks them."""
    return [one for one in SOLVERS if one.supports(form)]


def choose(form: Form, solver: str | Solver = "auto") -> Solver:
    """Choose a solver that can do a problem.

    Parameters
    ----------
    form
        What the problem needs.
    solver
        ``"auto"`` for the first that can, a name, or an object with ``supports`` and ``solve``.

    Returns
    -------
    Solver
        One that supports the form.

    Raises
    ------
    InputError
        If there is no solver of that name.
    UnsupportedProblem
        If it cannot do what the problem needs.
    """
    others = able(form)
    if isinstance(solver, str):
        if solver == "auto":
            if others:
                return others[0]
            msg = f"no solver can do this problem: it has {_needs(form)}"
            raise UnsupportedProblem(msg)
        named = {one.name: one for one in SOLVERS}
        if solver not in named:
            msg = f'there is no solver "{solver}"; choose one of "auto", ' + ", ".join(f'"{name}"' for name in named)
            raise InputError(msg)
        solver = named[solver]
    elif not (callable(getattr(solver, "supports", None)) and callable(getattr(solver, "solve", None))):
        msg = "solver is a name, or an object with supports() and solve()"
        raise InputError(msg)
    if not solver.supports(form):
        name = getattr(solver, "name", type(solver).__name__)
        names = " or ".join(f'"{one.name}"' for one in others)
        cure = f"; solver {names} can" if others else ""
        if isinstance(solver, Stable) and Need.STABLE not in form.needs:
            msg = f'solver "{name}" is for the objective "stable" alone{cure}'
            raise UnsupportedProblem(msg)
        msg = f'solver "{name}" cannot do this problem: it has {_needs(form)}{cure}'
        raise UnsupportedProblem(msg)
    return solver


def _needs(form: Form) -> str:
    """Spell out what a problem needs, in a fixed order."""
    return " and ".join(need.value for need in Need if need in form.needs) or "nothing special"


def check_objective(objective: tuple[str, ...], *, keeping: bool = False) -> None:
    """Check that every tier is known, is named once and has before it what it needs.

    Parameters
    ----------
    objective
        The tiers.
    keeping
        Whether ``least_change`` may stand before all others, as it does where running pairs are kept.

    Raises
    ------
    InputError
        Naming the tier that does not exist, comes twice or needs ``coverage`` before it, or if there is none.
    """
    if objective == STABLE:
        return
    known = ", ".join(f'"{tier}"' for tier in KNOWN_TIERS) + ', or "stable" alone'
    if not objective:
        msg = f"the objective names no tier; the tiers are {known}"
        raise InputError(msg)
    if "stable" in objective:
        msg = 'the objective "stable" stands alone: it has no other tiers beside it'
        raise InputError(msg)
    for tier in objective:
        if tier not in KNOWN_TIERS:
            msg = f'there is no tier "{tier}"; the tiers are {known}'
            raise InputError(msg)
    for place, tier in enumerate(objective):
        if objective.count(tier) > 1:
            msg = f'the tier "{tier}" is in the objective twice'
            raise InputError(msg)
        first = keeping and tier == "least_change" and place == 0
        if tier in NEED_COVERAGE and "coverage" not in objective[:place] and not first:
            msg = f'the tier "{tier}" needs "coverage" before it: otherwise leaving everybody out may be best'
            raise InputError(msg)

"""Exact solvers: floating point proposes, integers prove.

Every tier is solved on the set of matchings that are optimal in the tiers before it.
An engine proposes a matching (:mod:`lap <mentormatch.solvers.lap>` for one mentor each,
:mod:`lp <mentormatch.solvers.lp>` for bounds on both sides), the exact finish
(:mod:`potentials <mentormatch.solvers.potentials>`) repairs it and prices it in integers,
and every pair is held against those prices before the tier is called optimal.
Large problems have an engine of their own, exact and compiled: the :mod:`kernel <mentormatch.solvers.kernel>`.
Rules over several pairs make it an integer programme (:mod:`mixed <mentormatch.solvers.mixed>`).
Stable matchings are another matter: :mod:`stable <mentormatch.solvers.stable>`. Flows through any
network, without people, have a door of their own: :mod:`network <mentormatch.solvers.network>`.
"""

from mentormatch.solvers.alternatives import different, next_best
from mentormatch.solvers.choice import (
    KNOWN_TIERS,
    SOLVERS,
    Hungarian,
    MinCostFlow,
    Network,
    able,
    check_objective,
    choose,
)
from mentormatch.solvers.coupled_steps import CoupledProof, prove_coupled
from mentormatch.solvers.grid import exponent, quantise
from mentormatch.solvers.minimums import Feasibility, feasible
from mentormatch.solvers.mixed import Mixed, has_solution, is_coupled, keeps_rules, solve_coupled
from mentormatch.solvers.moved import Moved
from mentormatch.solvers.network import Flow, NoFlow, min_cost_flow
from mentormatch.solvers.preference import preferences
from mentormatch.solvers.proof import prove
from mentormatch.solvers.reach import PLACED, components
from mentormatch.solvers.stable import STABLE, Stable, blocking, deferred_acceptance
from mentormatch.solvers.stepwise import SEED, Proved, prove_stepwise, units_of
from mentormatch.solvers.table import LEAST_SCREENED
from mentormatch.solvers.tiers import LARGEST_WITH_TIES, is_feasible, solve_tiers

__all__ = [
    "KNOWN_TIERS",
    "LARGEST_WITH_TIES",
    "LEAST_SCREENED",
    "PLACED",
    "SEED",
    "SOLVERS",
    "STABLE",
    "CoupledProof",
    "Feasibility",
    "Flow",
    "Hungarian",
    "MinCostFlow",
    "Mixed",
    "Moved",
    "Network",
    "NoFlow",
    "Proved",
    "Stable",
    "able",
    "blocking",
    "check_objective",
    "choose",
    "components",
    "deferred_acceptance",
    "different",
    "exponent",
    "feasible",
    "has_solution",
    "is_coupled",
    "is_feasible",
    "keeps_rules",
    "min_cost_flow",
    "next_best",
    "preferences",
    "prove",
    "prove_coupled",
    "prove_stepwise",
    "quantise",
    "solve_coupled",
    "solve_tiers",
    "units_of",
]

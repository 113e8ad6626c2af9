"""What is asked of every block, read once, with everything that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, InputError, UnsupportedProblem
from mentormatch.network import Form
from mentormatch.problem.build import listed, memory_of
from mentormatch.problem.compiled import read_rules
from mentormatch.problem.plan import plan_of, wrong_arguments
from mentormatch.scale.work import Ask
from mentormatch.scoring.registry import weighted
from mentormatch.settings import DEFAULT_OBJECTIVE
from mentormatch.solvers import check_objective, choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mentormatch.network import Solver
    from mentormatch.problem.given import Given

_ACROSS: Final = frozenset({"at_least", "at_most", "group_quota", "together"})
"""Rules that count people or pairs wherever they are, or name two people who may be in two blocks."""


def asked_of(
    given: Given,
    objective: str | Iterable[str] | None,
    solver: str | Solver,
    seed: int | None,
    *,
    mapping: Mapping[str, str | None],
    faults: list[Fault],
) -> Ask:
    """Read scorers, rules, tiers and the rest.

    Raises
    ------
    InputError
        Everything that is wrong with them, and the faults that were found before.
    UnsupportedProblem
        A tier or a rule looks beyond a block.
    """
    faults += wrong_arguments(given)
    tiers: tuple[str, ...] = DEFAULT_OBJECTIVE
    rules: tuple[Any, ...] = ()
    collect = _Collecting(faults)
    plan = collect(lambda: plan_of(given.preset).over_arguments(given))
    if plan is not None:
        rules = collect(lambda: read_rules(plan)) or ()
        collect(lambda: weighted(plan.scorers or {}))
        asked = plan.objective or DEFAULT_OBJECTIVE if objective is None else objective
        tiers = (asked,) if isinstance(asked, str) else collect(lambda: listed(asked, "objective")) or tiers
        collect(lambda: check_objective(tiers))
        faults += [Fault(("locks",), "locks", "cannot be given to blocks")] * bool(plan.locks)
    if isinstance(solver, str):
        collect(lambda: choose(Form(0, 0, frozenset()), solver))
    collect(lambda: memory_of(given.memory))
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not -(2**63) <= seed < 2**63):
        faults.append(Fault(("seed",), "bad_seed", "seed is a whole number of at most 64 bits"))
    if faults or plan is None:
        raise InputError(faults)
    _refuse_across(tiers, rules)
    return Ask(
        headings=((), ()),
        mapping=mapping,
        scorers=plan.scorers,
        rules=rules,
        objective=tiers,
        min_score=plan.min_score,
        on=plan.on,
        seed=plan.seed if seed is None else seed,
        solver=solver,
        memory=given.memory,
    )


def _refuse_across(tiers: tuple[str, ...], rules: tuple[Any, ...]) -> None:
    if "floor" in tiers:
        raise UnsupportedProblem(
            'the tier "floor" looks at the worst pair of all blocks; "leximin" is exact in blocks, and raises it too'
        )
    across = sorted({rule.name for rule in rules if rule.name in _ACROSS and not getattr(rule, "confidential", True)})
    if across:
        raise UnsupportedProblem(
            f"{', '.join(across)} counts across blocks, so that they cannot be matched by themselves"
        )


class _Collecting:
    """Keeps the faults of what it calls."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults

    def __call__(self, read: Callable[[], Any]) -> Any:
        """Return what is read; None where it cannot be."""
        try:
            return read()
        except InputError as error:
            self._faults.extend(error.faults)
            return None

"""Which solver runs: a refusal tells what public rules need, and nothing of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mentormatch.errors import UnsupportedProblem
from mentormatch.problem.coupling import implied
from mentormatch.problem.instance import form_of, ruled_by
from mentormatch.problem.mask import Mask
from mentormatch.solvers import able, choose

if TYPE_CHECKING:
    from mentormatch.network import Form, Solver
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup


def solver_for(setup: Setup, prepared: Prepared, solver: str | Solver) -> Solver:
    """Choose the solver of a run.

    The one that was asked for has to do what people and public rules need. Where a confidential rule
    needs more than it can do, another one runs in its place: to refuse would tell that there is such a rule.

    Raises
    ------
    InputError
        There is no solver of that name.
    UnsupportedProblem
        It cannot do what public rules need, or nothing can do the whole.
    """
    needed = form_of(prepared.instance)
    others = able(needed)
    if solver == "auto" and others:
        return others[0]
    asked = choose(_public_form(setup, prepared), solver)
    if asked.supports(needed):
        return asked
    if others:
        return others[0]
    msg = 'the objective "stable" cannot be solved for together with the rules that are not shown; name tiers, such as '
    raise UnsupportedProblem(msg + '("coverage", "total")')


def _public_form(setup: Setup, prepared: Prepared) -> Form:
    """Say what kind of problem this would be without any confidential rule."""
    known = setup.compiled
    compiled = replace(
        known,
        secret=Mask(known.public.shape),
        mentee_bounds=known.public_mentee_bounds,
        mentor_bounds=known.public_mentor_bounds,
        coupled=tuple(rule for rule in known.coupled if not rule.secret),
        secret_min_score=None,
    )
    fixed = implied(tuple(pair for pair in setup.fixed if not pair.secret), [rule.term for rule in compiled.coupled])
    return form_of(ruled_by(prepared, setup.scores, compiled, fixed))

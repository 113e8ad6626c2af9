"""Stable matchings, as a problem of people asks for them: wishes by row, proofs, blocking pairs by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.matching import Matching
from mentormatch.network import TierResult
from mentormatch.solvers import STABLE, blocking, deferred_acceptance, prove

if TYPE_CHECKING:
    from mentormatch.matching import TierProof
    from mentormatch.network import Arcs, Instance
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup


def by_wishes(instance: Instance) -> bool:
    """Say whether anybody's wishes count in what is aimed for."""
    count = {"stable", "wishes"} & set(instance.objective)
    return bool(count) and any(len(side.rank) for side in instance.wished or ())


def proved(instance: Instance, arcs: Arcs) -> tuple[TierResult, ...]:
    """Prove what a solver of the user's own returned.

    Raises
    ------
    InputError
        The objective is stable and the matching is not the stable one.
    """
    if instance.objective != STABLE:
        return prove(instance, arcs)
    if not is_stable(instance, arcs):
        raise InputError(Fault(("solver",), "bad_solver", "the solver returned another matching than the stable one"))
    return (TierResult("stable", 0, 0, searched=True),)


def is_stable(instance: Instance, arcs: Arcs) -> bool:
    """Say whether these are the pairs of deferred acceptance, and none of all pairs blocks them."""
    right = deferred_acceptance(instance)
    order = np.lexsort((arcs.j, arcs.i))
    same = np.array_equal(right.i, arcs.i[order]) and np.array_equal(right.j, arcs.j[order])
    return same and not any(len(found.i) for found in blocking(instance, arcs))


def is_stable_proof(tier: TierProof, instance: Instance, arcs: Arcs) -> bool:
    """Say whether what a certificate says of a stable matching holds."""
    return (tier.value, tier.bound) == (0, 0) and is_stable(instance, arcs)


def blocking_ids(setup: Setup, prepared: Prepared, matching: Matching) -> tuple[tuple[str, str], ...]:
    """Return the ids of the pairs that block a matching, sorted."""
    if not isinstance(matching, Matching):
        raise InputError(Fault(("matching",), "not_a_matching", "blocking_pairs(matching) takes a Matching"))
    roster = setup.roster
    strangers = sorted(
        {pair.mentee for pair in matching if pair.mentee not in roster.mentee_row}
        | {pair.mentor for pair in matching if pair.mentor not in roster.mentor_row}
    )
    if strangers:
        raise InputError([Fault(("matching",), "unknown_id", "is not here", None, one) for one in strangers])
    i = np.array([roster.mentee_row[pair.mentee] for pair in matching], np.int64)
    j = np.array([roster.mentor_row[pair.mentor] for pair in matching], np.int64)
    found = [
        (roster.mentee_ids[prepared.mentees.rows[a]], roster.mentor_ids[prepared.mentors.rows[b]])
        for part in blocking(prepared.instance, prepared.unlisted(i, j), ties=False)
        for a, b in zip(part.i.tolist(), part.j.tolist(), strict=True)
    ]
    return tuple(sorted(found))

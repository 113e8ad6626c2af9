"""A certificate held against the problem: its pairs are counted, and proved again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Arcs
from mentormatch.problem.stable import is_stable_proof
from mentormatch.solvers import STABLE, is_coupled, keeps_rules, prove, solve_coupled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.matching import Certificate, TierProof
    from mentormatch.matching.certificate import TierValue
    from mentormatch.network import TierResult
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup

TOLERANCE = 1e-9
"""How far a stated total may be off, a pair, relative to the largest score (at least 1)."""


COUNTED = frozenset({"coverage", "priority", "wishes", "least_change"})
"""Tiers whose values are counts: these are exact."""


def check_certificate(
    certificate: Certificate, prepared: Prepared, setup: Setup, guess: Sequence[TierResult] = ()
) -> bool:
    """Say whether a certificate holds: feasible by counting, and as good as it says, tier by tier.

    Nothing that the certificate or an earlier solve says is trusted but the pairs themselves:
    prices are derived from them, or taken from ``guess`` if they hold, and complementary slackness is
    checked over every pair.
    """
    named = tuple(tier.name for tier in certificate.tiers)
    arcs = _feasible(certificate, prepared, setup)
    if arcs is None or named != tuple(certificate.objective):
        return False
    if named == STABLE:
        return is_stable_proof(certificate.tiers[0], prepared.instance, prepared.unlisted(*arcs))
    scores = setup.scores.pairs(*arcs)
    largest = max(1.0, *map(abs, setup.scores.bounds))
    every = prepared.instance.objective
    values = [prepared.aims.value(name, arcs, scores) for name in every]
    slack = [TOLERANCE * largest * (max(1, len(certificate.pairs)) if name == "total" else 1) for name in every]
    said = {tier.name: tier.prices for tier in guess}
    proofs = prove(prepared.instance, prepared.unlisted(*arcs), guess=[said.get(name) for name in every])
    if is_coupled(prepared.instance) and not all(proof.optimal for proof in proofs):
        # the best pairs without the rules over several pairs break one of them: there is no proof by prices
        proofs = _solved_again(prepared, values, setup, slack)
    # a tier that nobody asked for stands first: where it is not proved, none after it is
    own = len(every) - len(named)
    return all(
        _holds(tier, proof, value, off)
        for tier, proof, value, off in zip(certificate.tiers, proofs[own:], values[own:], slack[own:], strict=True)
    )


def _solved_again(
    prepared: Prepared, values: list[TierValue], setup: Setup, slack: list[float]
) -> tuple[TierResult, ...]:
    """Solve a problem with coupled rules once more: a tier is optimal if it reaches as much."""
    again = solve_coupled(prepared.instance)
    best = prepared.listed(again.arcs)
    scores = setup.scores.pairs(*best)
    as_good = True
    proofs = []
    for tier, value, off in zip(again.tiers, values, slack, strict=True):
        reached = _numbers(prepared.aims.value(tier.name, best, scores))
        as_good &= all(abs(one - other) <= off for one, other in zip(reached, _numbers(value), strict=False))
        as_good &= len(reached) == len(_numbers(value))
        proofs.append(tier if as_good else replace(tier, prices=None, searched=False))
    return tuple(proofs)


def _feasible(certificate: Certificate, prepared: Prepared, setup: Setup) -> Arcs | None:
    """Return the pairs as listing rows if they keep every rule and hold every fixed pair, else None."""
    pairs, roster = certificate.pairs, setup.roster
    if len(set(pairs)) != len(pairs):
        return None
    if not all(mentee in roster.mentee_row and mentor in roster.mentor_row for mentee, mentor in pairs):
        return None
    i = np.array([roster.mentee_row[mentee] for mentee, _ in pairs], np.int64)
    j = np.array([roster.mentor_row[mentor] for _, mentor in pairs], np.int64)
    whole = {(pair.i, pair.j) for pair in prepared.fixed} <= set(zip(i.tolist(), j.tolist(), strict=True))
    # the best pairs without the rules over several pairs are the best with them, if they keep them
    return Arcs(i, j) if whole and keeps_rules(prepared.instance, prepared.unlisted(i, j)) else None


def _holds(tier: TierProof, proof: TierResult, value: TierValue, slack: float) -> bool:
    """Say whether one tier reaches what it says, and is optimal if it says so."""
    said, is_ = _numbers(tier.value), _numbers(value)
    alike = isinstance(tier.value, tuple) == isinstance(tier.bound, tuple) == isinstance(value, tuple)
    if not alike or len(said) != len(is_) or len(_numbers(tier.bound)) != len(is_):
        return False
    exact = tier.name in COUNTED
    reached = all(abs(one - other) <= (0 if exact else slack) for one, other in zip(said, is_, strict=True))
    if tier.optimal:
        return reached and proof.optimal and proof.proved
    bound = _numbers(tier.bound)
    return reached and (bound <= said if tier.name == "balance" else bound >= said)


def _numbers(value: TierValue) -> tuple[int | float, ...]:
    return value if isinstance(value, tuple) else (value,)

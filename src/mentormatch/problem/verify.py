"""A certificate held against the problem: its pairs are counted, and proved again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Arcs
from mentormatch.problem.coupling import broken
from mentormatch.problem.stable import is_stable_proof
from mentormatch.solvers import STABLE, is_feasible, prove

if TYPE_CHECKING:
    from mentormatch.matching import Certificate, TierProof
    from mentormatch.network import TierResult
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup

TOLERANCE = 1e-9
"""How far a stated total may be off, a pair, relative to the largest score (at least 1)."""


def check_certificate(certificate: Certificate, prepared: Prepared, setup: Setup) -> bool:
    """Say whether a certificate holds: feasible by counting, and as good as it says, tier by tier.

    Nothing that the certificate or an earlier solve says is trusted but the pairs themselves:
    prices are derived from them, and complementary slackness is checked over every pair.
    """
    named = tuple(tier.name for tier in certificate.tiers)
    arcs = _feasible(certificate, prepared, setup)
    if arcs is None or named != tuple(certificate.objective):
        return False
    if named == STABLE:
        return is_stable_proof(certificate.tiers[0], prepared.instance, prepared.unlisted(*arcs))
    total = math.fsum(setup.scores.pairs(*arcs).tolist())
    largest = max(1.0, *map(abs, setup.scores.bounds))
    slack = TOLERANCE * largest * max(1, len(certificate.pairs))
    proofs = prove(prepared.instance, prepared.unlisted(*arcs))
    return all(
        _holds(tier, proof, len(certificate.pairs), total, slack)
        for tier, proof in zip(certificate.tiers, proofs, strict=True)
    )


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
    if not whole or not is_feasible(prepared.instance, prepared.unlisted(i, j)):
        return None
    # the best pairs without the rules over several pairs are the best with them, if they keep them
    if any(broken(term, Arcs(i, j)) for term in setup.compiled.not_both):
        return None
    return Arcs(i, j)


def _holds(tier: TierProof, proof: TierResult, count: int, total: float, slack: float) -> bool:
    """Say whether one tier reaches what it says, and is optimal if it says so."""
    if isinstance(tier.value, tuple) or isinstance(tier.bound, tuple):
        return False
    value, tolerance = (count, 0.0) if tier.name == "coverage" else (total, slack)
    reached = abs(tier.value - value) <= tolerance
    honest = proof.optimal and proof.prices is not None if tier.optimal else tier.bound >= tier.value
    return reached and honest

"""A certificate held against the problem: its pairs are counted, and proved again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.solvers import is_feasible, prove

if TYPE_CHECKING:
    from mentormatch.matching import Certificate, TierProof
    from mentormatch.network import TierResult
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.roster import Roster
    from mentormatch.scoring import ScoreMatrix

TOLERANCE = 1e-9
"""How far a stated total may be off, a pair, relative to the largest score (at least 1)."""


def check_certificate(certificate: Certificate, prepared: Prepared, roster: Roster, scores: ScoreMatrix) -> bool:
    """Say whether a certificate holds: feasible by counting, and as good as it says, tier by tier.

    Nothing that the certificate or an earlier solve says is trusted but the pairs themselves:
    prices are derived from them, and complementary slackness is checked over every pair.
    """
    pairs = certificate.pairs
    if len(set(pairs)) != len(pairs) or len(certificate.tiers) != len(certificate.objective):
        return False
    if tuple(tier.name for tier in certificate.tiers) != tuple(certificate.objective):
        return False
    if not all(mentee in roster.mentee_row and mentor in roster.mentor_row for mentee, mentor in pairs):
        return False
    i = np.array([roster.mentee_row[mentee] for mentee, _ in pairs], np.int64)
    j = np.array([roster.mentor_row[mentor] for _, mentor in pairs], np.int64)
    if not {(pair.i, pair.j) for pair in prepared.fixed} <= set(zip(i.tolist(), j.tolist(), strict=True)):
        return False
    arcs = prepared.unlisted(i, j)
    if not is_feasible(prepared.instance, arcs):
        return False
    total = math.fsum(scores.pairs(i, j).tolist())
    slack = TOLERANCE * max(1.0, abs(scores.bounds[0]), abs(scores.bounds[1])) * max(1, len(pairs))
    proofs = prove(prepared.instance, arcs)
    return all(
        _holds(tier, proof, len(pairs), total, slack) for tier, proof in zip(certificate.tiers, proofs, strict=False)
    ) and (len(proofs) == len(certificate.tiers) or not certificate.optimal)


def _holds(tier: TierProof, proof: TierResult, count: int, total: float, slack: float) -> bool:
    """Say whether one tier reaches what it says, and is optimal if it says so."""
    if isinstance(tier.value, tuple) or isinstance(tier.bound, tuple):
        return False
    value, tolerance = (count, 0.0) if tier.name == "coverage" else (total, slack)
    reached = abs(tier.value - value) <= tolerance
    honest = proof.optimal and proof.prices is not None if tier.optimal else tier.bound >= tier.value
    return reached and honest

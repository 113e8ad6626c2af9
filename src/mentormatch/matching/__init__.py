"""Matchings: plain data about who is with whom, safe to hand on."""

from __future__ import annotations

from mentormatch.matching.certificate import Certificate, TierProof
from mentormatch.matching.columns import PairColumns
from mentormatch.matching.difference import Diff, Move, diff
from mentormatch.matching.matching import Matching
from mentormatch.matching.parts import Pair, Part, Reason, Short, Unmatched

__all__ = [
    "Certificate",
    "Diff",
    "Matching",
    "Move",
    "Pair",
    "PairColumns",
    "Part",
    "Reason",
    "Short",
    "TierProof",
    "Unmatched",
    "diff",
]

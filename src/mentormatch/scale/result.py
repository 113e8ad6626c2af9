"""What a match in blocks comes to: counts and proofs; the pairs are in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mentormatch.matching import TierProof
from mentormatch.people import Reject


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """What :func:`mentormatch.match_blocks` found.

    Attributes
    ----------
    path
        The file with the pairs.
    pairs
        How many there are.
    blocks
        How many parts the people fell apart into, those with people of one side only left out.
    largest
        Mentees and mentors of the largest of them, by pairs that could be looked at.
    proven
        How many blocks are proven optimal in every tier.
    tiers
        What was reached in all, and what no matching of all the people can exceed, for tiers that are
        one number that adds up: coverage, total, balance.
    unmatched_mentees, unmatched_mentors
        How many people have no partner.
    rejected
        How many rows could not be read.
    rejects
        The first 1,000 of them, with everything that is wrong; rows as in the file.
    """

    path: Path
    pairs: int
    blocks: int
    largest: tuple[int, int]
    proven: int
    tiers: tuple[TierProof, ...]
    unmatched_mentees: int
    unmatched_mentors: int
    rejected: int
    rejects: tuple[Reject, ...] = field(repr=False)

    @property
    def optimal(self) -> bool:
        """Whether all is proven: no matching of all the people that keeps the rules is better."""
        return self.proven == self.blocks

"""Adding up what the blocks come to."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from typing import TYPE_CHECKING, Final

from mentormatch.errors import MAX_REPORTED_FAULTS
from mentormatch.matching import TierProof
from mentormatch.scale.result import ScaleResult

if TYPE_CHECKING:
    from pathlib import Path

    from mentormatch.people import Reject
    from mentormatch.scale.work import Block, Done

_ADDED: Final = ("coverage", "total", "balance")
"""Tiers whose value is one number, and the sum of those of the blocks."""


class Sums:
    """What has been found so far."""

    def __init__(self, objective: tuple[str, ...]) -> None:
        self._objective = objective
        self._values: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._optimal: dict[str, bool] = defaultdict(lambda: True)
        self._blocks = self._proven = self._pairs = self._rejected = self.people = 0
        self._alone = {"mentee": 0, "mentor": 0}
        self._largest = (0, 0)
        self._rejects: list[Reject] = []

    def add(self, block: Block, done: Done) -> None:
        """Add a block; one with people of one side only has pairs of nobody, and is none."""
        self.people += block.people
        self._pairs += len(done.pairs["mentee"])
        for side in done.unmatched["side"]:
            self._alone[side] += 1
        self._rejected += len(done.rejects)
        self._rejects += done.rejects[: MAX_REPORTED_FAULTS - len(self._rejects)]
        if not block.pairs:
            return
        self._blocks += 1
        self._proven += done.optimal
        shape = len(block.mentees), len(block.mentors)
        self._largest = max(self._largest, shape, key=lambda one: (one[0] * one[1], one))
        for tier in done.tiers:
            if tier.name in _ADDED:
                self._values[tier.name].append((float(tier.value), float(tier.bound)))  # type: ignore[arg-type]
                self._optimal[tier.name] &= tier.optimal

    def result(self, path: Path) -> ScaleResult:
        """Return the whole."""
        return ScaleResult(
            path=path,
            pairs=self._pairs,
            blocks=self._blocks,
            largest=self._largest,
            proven=self._proven,
            tiers=tuple(self._tier(name) for name in self._objective if name in _ADDED),
            unmatched_mentees=self._alone["mentee"],
            unmatched_mentors=self._alone["mentor"],
            rejected=self._rejected,
            rejects=tuple(self._rejects),
        )

    def _tier(self, name: str) -> TierProof:
        """Add up a tier; sums are exact, so that they do not depend on the order."""
        value, bound = (fsum(pair[k] for pair in self._values[name]) for k in (0, 1))
        if name == "coverage":
            value, bound = int(value), int(bound)
        return TierProof(name, value, bound, self._optimal[name])

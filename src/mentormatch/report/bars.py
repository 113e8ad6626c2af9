"""The small pictures of a report as plain geometry; the templates draw them as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

COLOURS: Final = 8
"""How many colours the style sheet has for criteria; names stand beside them, for there may be more criteria."""

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar: where it starts and how long it is, as shares of the whole."""

    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of a distribution: the scores from `low` to `high`, and how tall it is as a share of the tallest."""

    low: float
    high: float
    count: int
    height: float


def pieces(contributions: Iterable[float]) -> list[Piece]:
    """Lay contributions end to end from 0; whatever they are, nothing reaches beyond 0 to 1.

    Examples
    --------
    >>> [piece.start for piece in pieces([0.5, 0.25])]
    [0.0, 0.5]
    """
    laid, start = [], 0.0
    for contribution in contributions:
        length = max(0.0, min(contribution, 1.0 - start))
        laid.append(Piece(start, length))
        start += length
    return laid


def distribution(scores: Sequence[float], low: float, high: float) -> list[Bin]:
    """Count scores in ten bins of equal width; the last one holds its upper end too."""
    if not scores:
        return []
    if high <= low:
        low, high = low - 0.5, low + 0.5
    width = (high - low) / BINS
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, max(0, math.floor((score - low) / width + 1e-9)))] += 1
    tallest = max(counts)
    return [
        Bin(low + k * width, low + (k + 1) * width, count, count / tallest if tallest else 0.0)
        for k, count in enumerate(counts)
    ]

"""Made-up scores of many kinds; the same kind and size give the same numbers on every machine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

ITEMS = 10
"""Questions that people answer on a scale of 1 to 5."""


def uniform(rng: np.random.Generator, n: int, m: int) -> Scores:
    """Return scores that have nothing to do with one another."""
    return rng.random((n, m))


def likert(rng: np.random.Generator, n: int, m: int) -> Scores:
    """Return how close two people's answers of 1 to 5 to ten questions are: how real programmes look."""
    mood = [rng.normal(3.4, 0.6, (size, 1)) for size in (n, m)]
    sides = [np.clip(np.rint(rng.normal(one, 1.0, (len(one), ITEMS))), 1, 5) for one in mood]
    scores = np.full((n, m), 1.0)
    for item in range(ITEMS):
        scores -= np.abs(sides[0][:, None, item] - sides[1][None, :, item]) / (4 * ITEMS)
    return scores


def ties(rng: np.random.Generator, n: int, m: int) -> Scores:
    """Return multiples of a twentieth."""
    scores = np.rint(20 * rng.random((n, m)))
    scores /= 20
    return scores


def popular(rng: np.random.Generator, n: int, m: int) -> Scores:
    """Return scores in which everybody would like the same mentors."""
    scores = 0.3 * rng.random((n, m))
    scores += 0.7 * rng.random(m) ** 2
    return scores


def rank1(rng: np.random.Generator, n: int, m: int) -> Scores:
    """Return products of a number of the mentee and one of the mentor: every solver's worst."""
    return np.multiply.outer(rng.random(n), rng.random(m))


def constant(rng: np.random.Generator, n: int, m: int) -> Scores:
    """Return one score for all."""
    return np.full((n, m), 0.5)


def block(rng: np.random.Generator, n: int, m: int) -> Scores:
    """Return scores that depend on twenty groups of each side alone."""
    table = rng.random((20, 20))
    return table[rng.integers(0, 20, n)][:, rng.integers(0, 20, m)]


KINDS: dict[str, Callable[[np.random.Generator, int, int], Scores]] = {
    "uniform": uniform,
    "likert": likert,
    "ties": ties,
    "popular": popular,
    "rank1": rank1,
    "constant": constant,
    "block": block,
}
"""Every kind, in the order of the tables."""


def scores_of(kind: str, mentees: int, mentors: int) -> Scores:
    """Make the scores of a kind."""
    return KINDS[kind](np.random.default_rng([list(KINDS).index(kind), mentees, mentors]), mentees, mentors)

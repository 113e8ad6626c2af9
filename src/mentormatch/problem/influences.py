"""What each criterion decides: its share of what tells mentors apart, and the pairs that change without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.errors import Infeasible
from mentormatch.evaluation import CriterionInfluence, Influence
from mentormatch.evaluation.influences import spread_shares
from mentormatch.problem.weighing import weighed
from mentormatch.scoring import voices_of, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from mentormatch.matching import Matching
    from mentormatch.problem.setup import Setup
    from mentormatch.scoring.reweighed import Voices

MOST_PAIRS: Final = 4_000_000
"""Pairs whose scores are looked at; of larger problems only mentees evenly spread over the ids, at least fifty."""

_FEWEST: Final = 50


def influence_of(setup: Setup, solve: Callable[[Setup], Matching]) -> Influence:
    """Return weight and influence of every criterion.

    Parameters
    ----------
    setup
        The problem.
    solve
        Solves a problem made of such parts.
    """
    base = pairs_of(solve(setup))
    names, weights = setup.scores.criteria, setup.scores.weights
    shares = spread_shares(_contributions(setup), len(names))
    rows = tuple(
        CriterionInfluence(name, weights[name], share, lost_without(setup, base, name, solve))
        for name, share in zip(names, shares, strict=True)
    )
    return Influence(rows, len(base))


def lost_without(setup: Setup, base: set[tuple[str, str]], criterion: str, solve: Callable[[Setup], Matching]) -> int:
    """Count the pairs that are not made where one criterion is left out; all, where nothing keeps every rule then."""
    try:
        made = pairs_of(solve(weighed(setup, without(setup.scores, criterion))))
    except Infeasible:  # minimums that a smallest score leaves nobody for
        return len(base)
    return len(base - made)


def pairs_of(matching: Matching) -> set[tuple[str, str]]:
    """Return the pairs of a matching by id."""
    return {(pair.mentee, pair.mentor) for pair in matching}


def _contributions(setup: Setup) -> Iterator[NDArray[np.float64]]:
    """Yield what each criterion adds to the scores of some mentees at a time (mentees × mentors × criteria)."""
    scores = setup.scores
    rows, columns = (order.rows for order in setup.roster.orders)
    many = max(1, len(columns))
    some = max(_FEWEST, MOST_PAIRS // many)
    if len(rows) > some:
        rows = rows[np.linspace(0, len(rows) - 1, some).astype(np.int64)]
    weights = np.array([scores.weights[name] for name in scores.criteria])
    means = np.array([scores.defaults.get(name, np.nan) for name in scores.criteria])
    voices = voices_of(scores)
    step = max(1, setup.memory // (16 * many * max(1, len(weights))))
    for start in range(0, len(rows) if len(weights) else 0, step):
        part = rows[start : start + step]
        values = scores.parts(part, columns)[0]
        np.copyto(values, means, where=np.isnan(values))
        values *= weights if voices is None else _pair_weights(voices.taken(part, columns), weights)
        if np.isnan(values).any():  # given scores, of which some are missing: those pairs cannot be made
            values = _levelled(values)
        yield values


def _pair_weights(voices: Voices, base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of every criterion in every pair, where somebody has weights of their own."""
    return np.stack([voices.weight(k, float(own)) for k, own in enumerate(base)], axis=2)


def _levelled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put the mean of a row where it has no score, so that it adds nothing to the variance."""
    known = ~np.isnan(values)
    counts = known.sum(axis=1, keepdims=True)
    means = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / np.maximum(counts, 1)
    found: NDArray[np.float64] = np.where(known, values, means)
    return found

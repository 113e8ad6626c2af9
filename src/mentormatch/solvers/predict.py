"""A guess at what a place of each column will cost, from a small part of the problem.

A tenth of the people is solved by itself, and the prices that come out are explained by the
factors of the columns (ridge regression; Hoerl & Kennard 1970). With candidates chosen by
score less that guess, a first look at all pairs finds nearly all that matter; a guess that
is wrong costs time and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Bounds, Screen
from mentormatch.solvers.engine import Task, nothing
from mentormatch.solvers.moved import Moved
from mentormatch.solvers.potentials import Part
from mentormatch.solvers.sweep import Wanted, sweep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance
    from mentormatch.solvers.engine import Engine
    from mentormatch.solvers.face import Face

_SHARE = 8
"""One in so many people is part of the sample."""

_FEWEST = 400
"""People of each side below which a sample tells nothing."""

_MOST = 4_000
"""People of each side beyond which a larger sample tells no more."""

_EACH = 20
"""Pairs of each row of the sample."""

_ROUNDS = 5
"""Looks at the whole sample: prices need not be right, and the first few looks bring most."""

_FINE = 1 << 30
"""Grid of the sample's weights: what the screen says is exact enough here."""

_RIDGE = 1e-3
"""Keeps factors that say the same from pulling against each other."""


def predicted(instance: Instance, face: Face, engine: Engine) -> NDArray[np.float64]:
    """Guess the price of a place of each column, in scores; zeros where there is nothing to learn from.

    Parameters
    ----------
    instance
        The problem, with a screen.
    face
        How many partners people must and may have.
    engine
        Who solves the sample.
    """
    screen, (n, m) = instance.screen, instance.shape
    none = np.zeros(m)
    if screen is None or not screen.right.shape[1] or min(n, m) < _FEWEST:
        return none
    # people by a hash of who they are, so that no listing decides who is asked
    share = min(max(1 / _SHARE, _FEWEST / min(n, m)), _MOST / max(n, m))
    rows = _sample(instance.tie_pairs(np.arange(n), np.zeros(n, np.int64)), share)
    columns = _sample(instance.tie_pairs(np.zeros(m, np.int64), np.arange(m)), share)
    prices = _prices(instance, face, engine, rows, columns)
    if prices is None:
        return none
    known = np.column_stack((screen.right[columns].astype(np.float64), np.ones(len(columns))))
    weights = np.linalg.solve(known.T @ known + _RIDGE * np.eye(known.shape[1]), known.T @ prices)
    with np.errstate(all="ignore"):  # a matrix product may set flags for numbers that it never returns
        guess: NDArray[np.float64] = screen.right @ weights[:-1].astype(np.float32) + weights[-1]
    return np.maximum(guess, min(0.0, float(prices.min())))


def _sample(hashes: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    return np.sort(np.argsort(hashes, kind="stable")[: max(1, int(len(hashes) * share))])


def _prices(
    instance: Instance, face: Face, engine: Engine, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    screen = instance.screen
    if screen is None:
        return None
    rest = screen.rest
    inner = Screen(
        screen.left[rows],
        screen.right[columns],
        screen.error[rows],
        None if rest is None else Moved(rest, rows, columns),
    )
    bounds = _free(face.rows, rows), _free(face.columns, columns)
    width, every = len(columns), np.arange(len(rows))
    keys, scores = np.empty(0, np.int64), np.empty(0)
    prices, floor = np.zeros(width), np.full(len(rows), -np.inf)
    for _ in range(_ROUNDS):
        best = sweep(inner, every, None, Wanted(prices.astype(np.float32), floor.astype(np.float32), _EACH))
        found, first = np.unique(np.concatenate((keys, best.i * width + best.j)), return_index=True)
        if len(found) == len(keys):
            break
        keys, scores = found, np.concatenate((scores, best.worth + prices[best.j]))[first]
        weight = np.rint(scores * _FINE).astype(np.int64)
        part = Part(keys // width, keys % width, weight, np.zeros(len(keys), bool), *bounds)
        proposal = engine.propose(Task(part, complete=True, dense=nothing))
        if proposal is None or proposal.guess is None:
            return None
        prices, floor = proposal.guess.v / _FINE, proposal.guess.u / _FINE
    return prices


def _free(bounds: Bounds, people: NDArray[np.int64]) -> Bounds:
    """Return the bounds of a sample, where nobody must be matched."""
    upper = np.maximum(bounds.upper[people], 0)
    return Bounds(np.zeros_like(upper), upper)

"""The model: a logistic regression that never lowers, held to the preset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentormatch.scoring.learned.folds import deal, parts_of

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

PULLS: Final = (np.inf, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
"""How hard the preset may pull, the hardest first; a coefficient keeps about 1 / (1 + pull) of its own way."""

EVENTS: Final = 10
"""Pairs of the rarer outcome for each effective degree of freedom (Peduzzi et al. 1996; Harrell 2015)."""

INNER_FOLDS: Final = 5
"""Parts of the cross-validation that chooses the pull."""

_SLACK: Final = 1e-3
"""What holds the scale itself, as a pull: it matters only where the pairs are told apart without an error."""

_MOST_STEPS: Final = 200
_EXACT: Final = 1e-10
"""A gain this small for each pair is none."""

_ENOUGH: Final = 1e-4
"""The share of what the slope promises that a step must keep (Armijo)."""

_FLAT: Final = 1e-9
"""A criterion whose values vary less than this does not vary."""


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model: the chance of a good pair is 1 / (1 + exp(-(intercept + Σ coefficient · value))).

    Attributes
    ----------
    intercept
        Of the values as they are.
    coefficients
        One a criterion, 0 or more.
    means
        What unknown counts as, one a criterion.
    pull
        The one that was chosen; infinite: the preset's weights, with a scale.
    freedom
        Effective degrees of freedom, the intercept's and the scale's among them.
    """

    intercept: float
    coefficients: Floats
    means: Floats
    pull: float
    freedom: float

    def chances(self, values: Floats) -> Floats:
        """Return the chance of a good pair: (pairs, criteria) in, (pairs) out."""
        return _sigmoid(self.intercept + filled(values, self.means) @ self.coefficients)


def filled(values: Floats, means: Floats) -> Floats:
    """Return the values with each criterion's mean where they are unknown."""
    return np.where(np.isnan(values), means, values)


@dataclass(frozen=True, eq=False)
class Frame:
    """Values in units of their own spread, and the preset in the same units.

    Attributes
    ----------
    values
        (pairs, criteria), each of mean 0 and standard deviation 1; 0 where unknown or where all are alike.
    good
        1.0 where a pair was good, else 0.0.
    means, spreads
        One a criterion; the spread is 0 where its values are alike.
    weights
        The preset's.
    """

    values: Floats
    good: Floats
    means: Floats
    spreads: Floats
    weights: Floats

    @classmethod
    def of(cls, values: Floats, good: Floats, weights: Floats) -> Frame:
        """Return the frame of some pairs."""
        known = ~np.isnan(values)
        means = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        centred = np.where(known, values - means, 0.0)
        spreads = np.sqrt((centred**2).mean(axis=0))
        spreads[spreads < _FLAT] = 0.0
        scaled = np.where(spreads > 0, centred / np.where(spreads > 0, spreads, 1.0), 0.0)
        return cls(scaled, good, means, spreads, weights)

    @property
    def direction(self) -> Floats:
        """The preset in units of spread, of length 1; zeros where none of its criteria varies."""
        along = self.spreads * self.weights
        length = float(np.sqrt(along @ along))
        return along / length if length else along

    @property
    def information(self) -> float:
        """What the pairs say about one coefficient at the base rate: n p (1 - p)."""
        share = self._share
        return len(self.good) * share * (1 - share)

    @property
    def _share(self) -> float:
        """The base rate, kept from 0 and 1 where there is one outcome only."""
        return min(max(float(self.good.mean()), 0.5 / len(self.good)), 1 - 0.5 / len(self.good))

    def path(self) -> list[Floats]:
        """Return the intercept and the coefficients, in units of spread, for every pull."""
        logit = float(np.log(self._share / (1 - self._share)))
        start = np.concatenate(([logit], np.zeros(self.values.shape[1])))
        if self.good.min() == self.good.max():
            return [start] * len(PULLS)
        found = []
        for pull in PULLS:
            alone = np.isinf(pull)
            start = self._along(logit) if alone else minimised(self.values, self.good, self._ridge(pull), start)
            found.append(start)
        return found

    def _along(self, logit: float) -> Floats:
        """Fit the intercept and the scale of the preset alone."""
        direction = self.direction
        ridge = _Ridge(np.zeros(1), 0.0, _SLACK * self.information)
        one = minimised((self.values @ direction)[:, None], self.good, ridge, np.array([logit, 0.0]))
        return np.concatenate((one[:1], one[1] * direction))

    def _ridge(self, pull: float) -> _Ridge:
        return _Ridge(self.direction, pull * self.information, _SLACK * self.information)

    def freedom(self, pull: float, found: Floats) -> float:
        """Return the effective degrees of freedom: trace of (H + P)⁻¹ H, criteria at 0 left out."""
        if np.isinf(pull):
            return 1.0 + bool(np.any(found[1:] > 0))
        at_work = np.flatnonzero(found[1:] > _FLAT)
        chance = _sigmoid(found[0] + self.values @ found[1:])
        columns = np.column_stack((np.ones(len(chance)), self.values[:, at_work]))
        curvature = (columns * (chance * (1 - chance))[:, None]).T @ columns
        penalty = np.zeros_like(curvature)
        penalty[1:, 1:] = self._ridge(pull).matrix(at_work)
        return float(np.trace(np.linalg.solve(curvature + penalty, curvature)))

    def model(self, pull: float, found: Floats) -> Model:
        """Return a fit in the units of the values; what does not vary keeps to the preset."""
        varies = self.spreads > 0
        coefficients = np.where(varies, found[1:] / np.where(varies, self.spreads, 1.0), 0.0)
        along = self.spreads * self.weights
        length = float(along @ along)
        scale = float(along @ found[1:]) / length if length else 0.0
        coefficients = np.where(varies, coefficients, scale * self.weights)
        intercept = float(found[0] - self.means @ coefficients)
        return Model(intercept, coefficients, self.means, float(pull), self.freedom(pull, found))


def learned(
    values: Floats, good: Floats, groups: Ints, weights: Floats, draw: np.random.Generator
) -> tuple[Model, Model]:
    """Return the model of some pairs, its pull chosen by an inner cross-validation, and that of the preset.

    A pull counts only where the effective degrees of freedom stay within one for ten pairs of the
    rarer outcome; the preset with a scale always counts.
    """
    losses = np.zeros(len(PULLS))
    for inside, outside in parts_of(deal(good, groups, INNER_FOLDS, draw), INNER_FOLDS):
        frame = Frame.of(values[inside], good[inside], weights)
        for place, (pull, found) in enumerate(zip(PULLS, frame.path(), strict=True)):
            losses[place] += _log_loss(frame.model(pull, found), values[outside], good[outside])
    frame = Frame.of(values, good, weights)
    path = frame.path()
    room = max(2.0, min(good.sum(), len(good) - good.sum()) / EVENTS)
    too_free = [frame.freedom(pull, found) > room for pull, found in zip(PULLS, path, strict=True)]
    too_free[0] = False
    best = int(np.argmin(np.where(too_free, np.inf, losses)))
    return frame.model(PULLS[best], path[best]), frame.model(PULLS[0], path[0])


def _log_loss(model: Model, values: Floats, good: Floats) -> float:
    told = model.intercept + filled(values, model.means) @ model.coefficients
    return float(np.logaddexp(0.0, told).sum() - good @ told)


@dataclass(frozen=True, eq=False)
class _Ridge:
    """Half of pull · (|γ|² - (u·γ)²) + slack · |γ|²: what a scale of the preset does not explain."""

    direction: Floats
    pull: float
    slack: float

    def matrix(self, at: Ints) -> Floats:
        """Return its curvature in some of the criteria."""
        own = self.direction[at]
        held: Floats = (self.pull + self.slack) * np.eye(len(at)) - self.pull * np.outer(own, own)
        return held


def minimised(values: Floats, good: Floats, ridge: _Ridge, start: Floats) -> Floats:
    """Return the intercept and the coefficients, held at 0 or more, of the least log loss with its ridge.

    Newton's method: the quadratic that touches the loss is minimised with its bounds (Lawson & Hanson,
    *Solving Least Squares Problems*, 1974, chapter 23), and the way there is halved until the loss falls by enough.
    """
    columns = np.column_stack((np.ones(len(good)), values))
    held = np.zeros((columns.shape[1],) * 2)
    held[1:, 1:] = ridge.matrix(np.arange(values.shape[1]))
    at = start
    for _ in range(_MOST_STEPS):
        chance = _sigmoid(columns @ at)
        slope = columns.T @ (chance - good) + held @ at
        curvature = (columns * np.maximum(chance * (1 - chance), _FLAT)[:, None]).T @ columns + held
        ahead = _bounded(curvature, slope - curvature @ at)
        promised = float(slope @ (at - ahead))
        if promised <= _EXACT * len(good):  # what is left is less than the loss can be told apart by
            return ahead
        at = _searched(columns, good, held, at, ahead, promised)
    return at


def _bounded(curvature: Floats, linear: Floats) -> Floats:
    """Return the least of ½ x'Hx + c'x with all but the first of x at 0 or more."""
    from scipy.linalg import solve_triangular
    from scipy.optimize import nnls

    first, cross = curvature[0, 0], curvature[0, 1:]
    root = np.linalg.cholesky(curvature[1:, 1:] - np.outer(cross, cross) / first)
    pulled = solve_triangular(root, -(linear[1:] - cross * linear[0] / first), lower=True)
    found = nnls(root.T, pulled)[0]
    return np.concatenate(([-(linear[0] + cross @ found) / first], found))


def _searched(columns: Floats, good: Floats, held: Floats, at: Floats, ahead: Floats, promised: float) -> Floats:
    """Return the first of ever nearer points on the way ahead where the loss is lower by enough."""

    def loss(point: Floats) -> float:
        told = columns @ point
        return float(np.logaddexp(0.0, told).sum() - good @ told + 0.5 * (point @ held @ point))

    before, length = loss(at), 1.0
    while length > _FLAT:
        point = at + length * (ahead - at)
        if loss(point) <= before - _ENOUGH * length * promised:
            return point
        length /= 2
    return at


def _sigmoid(told: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(told), dtype=np.float64)

"""Distances on scales in whole numbers, so that every way of adding them up gives the same bits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.scoring.bits import packed_words
from mentormatch.scoring.exact import dense_product
from mentormatch.scoring.factors import Factors, Quotient
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sides = tuple[NDArray[np.float32], NDArray[np.float32]]

_FINEST = 40
"""A scale is cut into at most about 2**40 steps; whole answers stay whole."""

_MOST_STEPS = 256
"""So many steps of all scales together make a product worth its while."""


class _Steps(NamedTuple):
    """Answers as the steps of a ladder that they reach, all traits side by side.

    ``reached`` is, for each side, 1 at every step at or below a person's answer (0 without
    one); ``known`` the same for who answered; ``trait`` says whose step it is.
    """

    reached: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    known: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    trait: Ints
    size: float


@dataclass(frozen=True, eq=False)
class TraitsBlock(ShippedBlock):
    """Mean likeness over the traits that both answered: one division of two whole numbers.

    Attributes
    ----------
    mentees, mentors
        Answers in whole steps above the lowest, (people × traits); NaN unknown.
    labels
        The traits' names.
    complementary
        Which traits are better different.
    span
        The whole scale in steps.
    """

    mentees: Floats
    mentors: Floats
    labels: tuple[str, ...]
    complementary: NDArray[np.bool_]
    span: float

    @classmethod
    def of(
        cls,
        mentees: Floats,
        mentors: Floats,
        labels: tuple[str, ...],
        complementary: tuple[bool, ...],
        scale: tuple[float, float],
    ) -> TraitsBlock:
        """Put answers on the grid: powers of two of a unit, so that whole numbers are met exactly."""
        low, high = scale
        unit = 2.0 ** (_FINEST - np.ceil(np.log2(high - low)))
        one, other = (np.rint((side - low) * unit) for side in (mentees, mentors))
        return cls(one, other, labels, np.array(complementary, dtype=bool), float(np.rint((high - low) * unit)))

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Who answered anything."""
        return np.any(~np.isnan(self.mentees), axis=1), np.any(~np.isnan(self.mentors), axis=1)

    # --- three ways to the same whole numbers -------------------------------------------------------------------------

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        """Return the values of a rectangle: products of steps where they are few, else trait by trait."""
        if self._columns is None:
            one, other = self.mentees[mentees].T[:, :, None], self.mentors[mentors].T[:, None, :]
            return self._value(one, other, (one.shape[1], other.shape[2]))
        near, both = self._columns
        out = dense_product(near[0][mentees], near[1][mentors]).astype(np.float64)
        if both is None:
            out /= near[0].shape[1] - 2.0
            answered = self._who
            out[~answered[0][mentees]] = np.nan
            out[:, ~answered[1][mentors]] = np.nan
            return out
        known = dense_product(both[0][mentees], both[1][mentors]).astype(np.float64)
        known[known == 0] = np.nan
        out /= known
        return out

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the values of single pairs: by counting bits where the steps are few."""
        if self._words is None:
            return self._value(self.mentees[i].T, self.mentors[j].T, (len(i),))
        near, known = np.zeros(len(i)), np.zeros(len(i))
        for reached, answered, apart in self._words:
            both = answered[0][i] & answered[1][j]
            differ = (reached[0][i] ^ reached[1][j]) & both
            known += np.bitwise_count(both)
            near += np.bitwise_count(differ ^ (both & apart))
        known[known == 0] = np.nan
        near /= known
        return near

    def _value(self, mentees: Floats, mentors: Floats, shape: tuple[int, ...]) -> Floats:
        """Sum over traits; the arrays have one trait per entry of their first axis and broadcast to `shape`."""
        total, known = np.zeros(shape), np.zeros(shape)
        for one, other, complementary in zip(mentees, mentors, self.complementary, strict=True):
            value = one - other
            np.abs(value, out=value)
            if not complementary:
                np.subtract(self.span, value, out=value)
            both = ~np.isnan(value)
            np.copyto(value, 0.0, where=~both)
            known += both
            total += value
        known *= self.span
        known[known == 0] = np.nan
        total /= known
        return total

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        """Return the traits that both answered."""
        both = ~np.isnan(self.mentees[i] - self.mentors[j])
        return tuple(sorted(label for label, known in zip(self.labels, both, strict=True) if known))

    # --- steps --------------------------------------------------------------------------------------------------------

    @cached_property
    def _who(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self.answered

    @cached_property
    def _whole(self) -> bool:
        """Whether everybody who answered anything answered everything."""
        return not any(
            np.isnan(side[who]).any() for side, who in zip((self.mentees, self.mentors), self._who, strict=True)
        )

    @cached_property
    def _steps(self) -> _Steps | None:
        """The ladder, if it has few steps: all as high as the greatest that divides every answer."""
        size, traits = int(self.span), len(self.labels)
        for side in (self.mentees, self.mentors):
            left = side[~np.isnan(side)]
            while len(left := left[np.remainder(left, size) != 0]) and size * _MOST_STEPS >= self.span:
                size = math.gcd(size, int(left[0]))
        each = int(self.span) // size
        if not traits or each * traits > _MOST_STEPS:
            return None
        levels = (np.arange(each) + 0.5) * size
        sides = self.mentees, self.mentors
        reached = [(side[:, :, None] > levels).reshape(len(side), -1) for side in sides]
        known = [np.repeat(~np.isnan(side), each, axis=1) for side in sides]
        trait = np.repeat(np.arange(traits), each)
        return _Steps((reached[0], reached[1]), (known[0], known[1]), trait, float(size))

    @cached_property
    def _words(self) -> list[tuple[tuple[NDArray[np.uint64], ...], tuple[NDArray[np.uint64], ...], np.uint64]] | None:
        """The steps as words of 64 bits, with the bits that count where two people are equal."""
        steps = self._steps
        if steps is None:
            return None
        alike = packed_words(~self.complementary[steps.trait][None, :])
        reached, known = (list(map(packed_words, sides)) for sides in (steps.reached, steps.known))
        return [((reached[0][k], reached[1][k]), (known[0][k], known[1][k]), alike[k][0]) for k in range(len(alike))]

    @cached_property
    def _columns(self) -> tuple[Sides, Sides | None] | None:
        """Factors in single precision, exact, of the steps that count and of the steps that both know.

        abs(a - b) over the steps is Σ a + b - 2ab. Without gaps in the answers one column holds
        all sums over a and one all sums over b; with gaps every trait has its own two.
        """
        steps = self._steps
        if steps is None:
            return None
        sign = np.where(self.complementary, 1.0, -1.0)[steps.trait]
        each = len(steps.trait) // len(self.labels)
        single = [side.astype(np.float32) for side in steps.reached]
        inner = single[0] * (-2 * sign).astype(np.float32), single[1]
        margins = [(side * sign.astype(np.float32)).reshape(len(side), -1, each).sum(axis=2) for side in single]
        margins[0] += np.where(self.complementary, 0, each).astype(np.float32)
        known = [(~np.isnan(side)).astype(np.float32) for side in (self.mentees, self.mentors)]
        if self._whole:
            margins = [side.sum(axis=1, keepdims=True) for side in margins]
            known = [side[:, :1] for side in known]
        left = np.concatenate([inner[0], margins[0] * known[0], known[0]], axis=1)
        right = np.concatenate([inner[1], known[1], margins[1] * known[1]], axis=1)
        return (left, right), None if self._whole else (known[0] * np.float32(each), known[1])

    def factors(self) -> Factors | Quotient | None:
        """Return the steps as factors; a quotient of two products where some answered only in part."""
        steps = self._steps
        if steps is None or self._columns is None:
            return None
        near, both = self._columns
        if both is not None:
            return Quotient((near[0], near[1]), both)
        at = len(steps.trait)
        who = [side[:, None].astype(np.float64) for side in self._who]
        shares = 1.0 / at
        return Factors(
            near[0][:, :at],
            near[1][:, :at],
            known=(who[0], who[1]),
            scale=np.full(at, shares),
            margins=(near[0][:, at:] * np.float64(shares), near[1][:, at:].astype(np.float64)),
        )

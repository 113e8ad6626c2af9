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
        """Put answers on the grid: powers of two of a unit, so that whole numbers are met exactly.

        Traits that one side never answered are left out: no pair has them in common.
        """
        shared = np.flatnonzero(~np.isnan(mentees).all(axis=0) & ~np.isnan(mentors).all(axis=0))
        mentees, mentors = mentees[:, shared], mentors[:, shared]
        labels, complementary = (tuple(side[k] for k in shared) for side in (labels, complementary))  # type: ignore[assignment]
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
        (ours, known), (theirs, others) = self._margins(steps)
        inner = (steps.reached[side].astype(np.float32) for side in (0, 1))
        left = np.concatenate([next(inner) * self._signs(steps, -2.0), ours, known], axis=1, dtype=np.float32)
        right = np.concatenate([next(inner), others, theirs], axis=1, dtype=np.float32)
        each = np.float32(len(steps.trait) // len(self.labels))
        return (left, right), None if self._whole else (known * each, others)

    def _signs(self, steps: _Steps, factor: float) -> NDArray[np.float32]:
        """Return `factor` for every step of a trait that is better different, its negative for the others."""
        return np.where(self.complementary[steps.trait], factor, -factor).astype(np.float32)

    def _margins(self, steps: _Steps) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Return, for each side, what answers add by themselves, and who answered; all traits in one without gaps."""
        found = []
        each = len(steps.trait) // len(self.labels)
        for side, full in ((self.mentees, each), (self.mentors, 0)):
            known = ~np.isnan(side)
            own = np.where(self.complementary, 1.0, -1.0) * np.where(known, side, 0.0) / steps.size
            own += np.where(self.complementary, 0, full) * known
            if self._whole:
                own, known = own.sum(axis=1, keepdims=True), known[:, :1]
            found.append((own.astype(np.float32), known.astype(np.float32)))
        return found

    def factors(self) -> Factors | Quotient | None:
        """Return the steps as factors; a quotient of two products where some answered only in part."""
        steps = self._steps
        if steps is None:
            return None
        if not self._whole and self._columns is not None:
            near, both = self._columns
            return None if both is None else Quotient(near, both)
        share = 1.0 / len(steps.trait)
        ours, known, theirs, others = (one.astype(np.float64) for side in self._margins(steps) for one in side)
        return Factors(
            *steps.reached,
            known=(known, others),
            scale=self._signs(steps, -2.0).astype(np.float64) * share,
            margins=(np.hstack([ours * share, known]), np.hstack([others, theirs * share])),
        )

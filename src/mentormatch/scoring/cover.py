"""The share of what one side asks for that the other side has: the arithmetic of several criteria."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.scoring.exact import ExactProduct, presence, sorted_words, whole_weights
from mentormatch.scoring.factors import Factors, who
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock

_LEVEL_GRID = 1 << 12
"""Levels of offers count in steps of this part of the full level."""


@dataclass(frozen=True, eq=False)
class Cover:
    """How much of what a row asks for is there in a column: Σ asked·had / Σ asked, 0 to 1.

    Attributes
    ----------
    product
        Asked weights (rows) and what is had (columns), as whole numbers.
    asked
        Σ asked times the unit of what is had, per row; NaN where nothing is asked.
    had
        Whether a column says anything at all.
    """

    product: ExactProduct
    asked: Floats
    had: NDArray[np.bool_]

    @classmethod
    def of(cls, asked: Any, had: Any, full_level: float | None = None) -> Cover:
        """Build from two CSR matrices over one vocabulary.

        Parameters
        ----------
        asked, had
            Weights of what rows ask for, and weights or levels of what columns have.
        full_level
            The level that counts in full, lower ones in proportion; None: any level counts in full.
        """
        wanted, there = whole_weights(asked), presence(had)
        unit = 1.0
        if full_level is not None:
            there = had.tocsr(copy=True).astype(np.float64)
            unit = float(_LEVEL_GRID)
            there.data = np.rint(np.clip(there.data / full_level, 0.0, 1.0) * unit)
        total = np.asarray(wanted.sum(axis=1)).ravel() * unit
        total[total == 0] = np.nan
        return cls(ExactProduct(wanted, there), total, np.diff(there.indptr) > 0)

    def block(self, rows: Rows, columns: Rows) -> Floats:
        """Return the cover of a rectangle."""
        out = self.product.block(rows, columns)
        out /= self.asked[rows][:, None]
        silent = ~self.had[columns]
        if silent.any():
            out[:, silent] = np.nan
        return out

    def factors(self) -> Factors:
        """Return the cover as an inner product: each row's weights as shares of what it asks for."""
        left = self.product.left.copy()
        left.data = left.data / np.repeat(self.asked, np.diff(left.indptr))
        return Factors(left, self.product.right, who((~np.isnan(self.asked), self.had)))

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the cover of single pairs."""
        out = self.product.pairs(i, j)
        out /= self.asked[i]
        out[~self.had[j]] = np.nan
        return out


@dataclass(frozen=True, eq=False)
class CoverBlock(ShippedBlock):
    """The mentee's cover by the mentor is the value; what the mentor gains is the cover the other way."""

    for_mentee: Cover
    for_mentor: Cover
    labels: tuple[str, ...]

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Who asks for anything, and who has anything."""
        return ~np.isnan(self.for_mentee.asked), self.for_mentee.had

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        """Return the values of a rectangle."""
        return self.for_mentee.block(mentees, mentors)

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the values of single pairs, bit for bit those of any block."""
        return self.for_mentee.pairs(i, j)

    def factors(self) -> Factors:
        """Return the mentee's cover as an inner product."""
        return self.for_mentee.factors()

    def gains(self, i: Ints, j: Ints) -> tuple[Floats, Floats]:
        """Return the cover of the mentee's side, and of the mentor's."""
        return self.for_mentee.pairs(i, j), self.for_mentor.pairs(j, i)

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        """Return the labels that both name."""
        return sorted_words(self.labels, self.for_mentee.product.common(i, j)[0])

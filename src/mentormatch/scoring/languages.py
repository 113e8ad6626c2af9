"""Shared languages: whether the two can talk with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.scoring.exact import ExactProduct, presence, sorted_words
from mentormatch.scoring.factors import Clipped, Factors, by_kinds, row_kinds, who_answered
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, hide_silent

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _SharedLanguagesBlock(ShippedBlock):
    product: ExactProduct
    answered: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    labels: tuple[str, ...]

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        out = self.product.block(mentees, mentors)
        np.minimum(out, 1.0, out=out)
        return hide_silent(out, self.answered[0][mentees], self.answered[1][mentors])

    def pairs(self, i: Ints, j: Ints) -> Floats:
        out = np.minimum(self.product.pairs(i, j), 1.0)
        out[~(self.answered[0][i] & self.answered[1][j])] = np.nan
        return out

    def factors(self) -> Factors | Clipped:
        """Return a column for each set of languages where one side has few, else the number in common."""
        sides = self.product.left, self.product.right
        kinds = row_kinds(sides[0], self.answered[0]), row_kinds(sides[1], self.answered[1])
        whole = Clipped(*sides, who_answered(kinds), 1.0, self.product.most, True, kinds)
        return by_kinds(self, kinds) or whole

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        return sorted_words(self.labels, self.product.common(i, j)[0])


@dataclass(frozen=True)
class SharedLanguages:
    """1 where the two have a language in common, 0 where they have none.

    **Range**: 0 or 1. **Unknown**: either side names no language. One shared language is
    enough to talk, so a longer list does not score higher by itself.
    """

    name: ClassVar[str] = "shared_languages"
    fields: ClassVar[tuple[str, ...]] = ("languages",)

    def bind(self, pool: Pool) -> _SharedLanguagesBlock:
        """Return the block of these people."""
        sides = tuple(presence(side) for side in pool.bags("languages", "languages"))
        answered = (np.diff(sides[0].indptr) > 0, np.diff(sides[1].indptr) > 0)
        labels = tuple(pool.vocabulary("languages", "languages"))
        return _SharedLanguagesBlock(ExactProduct(*sides), answered, labels)

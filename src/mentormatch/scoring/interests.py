"""Interests: how much two people have in common outside the work itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mentormatch.scoring.exact import ExactProduct, presence, sorted_words, words_of_pairs
from mentormatch.scoring.factors import Factors, who
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, hide_silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _InterestsBlock(ShippedBlock):
    product: ExactProduct
    sizes: tuple[Floats, Floats]
    labels: tuple[str, ...]

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self.sizes[0] > 0, self.sizes[1] > 0

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        one, other = self.sizes[0][mentees], self.sizes[1][mentors]
        out = self.product.block(mentees, mentors)
        out /= np.sqrt(np.maximum(one[:, None] * other[None, :], 1.0))
        return hide_silent(out, one > 0, other > 0)

    def pairs(self, i: Ints, j: Ints) -> Floats:
        both = self.sizes[0][i] * self.sizes[1][j]
        out = self.product.pairs(i, j)
        out /= np.sqrt(np.maximum(both, 1.0))
        out[both == 0] = np.nan
        return out

    def factors(self) -> Factors:
        """Return everybody's interests, each over the root of how many they are."""
        left, right = self.product.left.copy(), self.product.right.copy()
        for side, sizes in zip((left, right), self.sizes, strict=True):
            side.data = side.data / np.sqrt(np.repeat(sizes, np.diff(side.indptr)))
        return Factors(left, right, who(self.answered))

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        return sorted_words(self.labels, self.product.common(i, j)[0])

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        return words_of_pairs(self.labels, *self.product.common_pairs(i, j)[:2])


@dataclass(frozen=True)
class Interests:
    """How many interests the two have in common, for the lengths of their lists.

    value = shared / √(mentee's number · mentor's number)

    **Range**: 0, none in common, to 1, the very same interests. **Unknown**: either side
    names none. It is symmetric, and every interest that the other does not share lowers it:
    a longer list alone never scores higher.

    Notes
    -----
    The cosine of two sets (Ochiai, *Zoogeographical studies on the soleoid fishes found in
    Japan*, Bulletin of the Japanese Society of Scientific Fisheries 22, 1957). That shared
    interests are part of the deep-level similarity that goes with good mentoring: Eby et
    al., Psychological Bulletin 139 (2013).
    """

    name: ClassVar[str] = "interests"
    fields: ClassVar[tuple[str, ...]] = ("interests",)

    def bind(self, pool: Pool) -> _InterestsBlock:
        """Return the block of these people."""
        sides = [presence(side) for side in pool.bags("interests", "interests")]
        sizes = [np.diff(side.indptr).astype(np.float64) for side in sides]
        labels = tuple(pool.vocabulary("interests", "interests"))
        return _InterestsBlock(ExactProduct(sides[0], sides[1]), (sizes[0], sizes[1]), labels)

"""The terms that rules are written in: what a problem is built from.

A rule speaks of people; its terms speak of rows (mentees) and columns (mentors) of one
pool. Terms compare by identity and show none of their numbers: the rows that a
confidential rule forbids are confidential too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentormatch.people.notes import Side

Rows: TypeAlias = NDArray[np.int64] | slice
"""Positions on one side: an index array, or a slice."""

NO_LIMIT: Final = 1 << 40
"""The maximum of somebody whom a rule leaves without one; small enough that sums do not overflow."""


class Where(Protocol):
    """``where(rows, columns)`` is a bool rectangle, True where a pair is forbidden.

    A rule of one's own may give any such callable. Shipped rules also offer ``pairs(i, j)``,
    the same answers for single pairs.
    """

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.bool_]:
        """Answer for a rectangle of pairs."""
        ...


class Weight(Protocol):
    """``weight(rows, columns)`` is a rectangle of finite numbers, what each pair weighs: float64, or bool for 0 and 1.

    Weights count in millionths; what is finer is rounded.
    """

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.float64] | NDArray[np.bool_]:
        """Answer for a rectangle of pairs."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ForbidPairs:
    """These pairs may not be made: two parallel int64 arrays."""

    i: NDArray[np.int64] = field(repr=False)
    j: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class ForbidWhere:
    """Pairs for which the block says True may not be made."""

    block: Where = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class FixPairs:
    """These pairs must be made: two parallel int64 arrays."""

    i: NDArray[np.int64] = field(repr=False)
    j: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class PersonBounds:
    """These people of one side have at least ``min`` and at most ``max`` partners (int64, one a row).

    Bounds only tighten: what holds is the largest minimum and the smallest maximum, of a
    person's own and of every rule.
    """

    side: Side
    rows: NDArray[np.int64] = field(repr=False)
    min: NDArray[np.int64] = field(repr=False)
    max: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class NotBoth:
    """Rows ``a`` and ``b`` of one side may not share a partner."""

    side: Side
    a: int = field(repr=False)
    b: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScoreAtLeast:
    """Pairs that score below ``value`` are not made."""

    value: float


@dataclass(frozen=True, slots=True, eq=False)
class GroupBounds:
    """These rows of one side have between ``min`` and ``max`` partners, counted together."""

    side: Side
    rows: NDArray[np.int64] = field(repr=False)
    min: int
    max: int


@dataclass(frozen=True, slots=True, eq=False)
class LinearBound:
    """The chosen pairs weigh between ``low`` and ``high`` in all."""

    weight: Weight = field(repr=False)
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class LoadBound:
    """The pairs of each of these people of one side weigh at most ``high`` (float64, one a row)."""

    side: Side
    rows: NDArray[np.int64] = field(repr=False)
    weight: Weight = field(repr=False)
    high: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """Rows ``a`` and ``b`` of one side have exactly the same partners, possibly none."""

    side: Side
    a: int = field(repr=False)
    b: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoneOrAtLeast:
    """The mentor in this column has no mentee, or at least ``k``."""

    row: int
    k: int


Term: TypeAlias = (
    ForbidPairs
    | ForbidWhere
    | FixPairs
    | PersonBounds
    | NotBoth
    | ScoreAtLeast
    | GroupBounds
    | LinearBound
    | LoadBound
    | Alike
    | NoneOrAtLeast
)
"""Anything a rule may ask for."""


def pair_arrays(pairs: list[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a list of pairs as two sorted int64 arrays without repetitions."""
    unique = np.unique(np.array(pairs, np.int64).reshape(-1, 2), axis=0)
    return unique[:, 0].copy(), unique[:, 1].copy()

"""What one product cannot give: parts of scores that are computed rectangle by rectangle, in single precision.

Every piece says what it adds at most (``peak``) and how far it may be off (``error``), for
every pair, in units of the score. ``u`` is 2**-24, as in :mod:`mentormatch.scoring.screen`.
Pieces of this library's own criteria hold arrays alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from mentormatch.scoring.factors import Clipped, Quotient
    from mentormatch.scoring.protocols import Floats, Ints, Rows

    Singles = NDArray[np.float32]

_U = 2.0**-24
_MOST_DENSE = 512
_BITS = 64


class Piece(Protocol):
    """A part of the score."""

    @property
    def peak(self) -> float:
        """The largest absolute value."""
        ...

    @property
    def error(self) -> float:
        """How far a value may be off."""
        ...

    @property
    def arrays_alone(self) -> bool:
        """Whether it holds arrays of numbers and nothing else, so that a worker elsewhere may have it."""
        ...

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:
        """Add to a rectangle; ``room`` holds twice as many numbers as it, for whatever comes in between."""
        ...


@dataclass(frozen=True, eq=False)
class Rest:
    """The sum of the pieces."""

    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Rest | None:
        """Return the sum; None of nothing."""
        return cls(tuple(pieces)) if pieces else None

    @property
    def arrays_alone(self) -> bool:
        """Whether every piece is one that a worker elsewhere may have."""
        return all(piece.arrays_alone for piece in self.pieces)

    def __call__(self, rows: Rows, columns: Rows) -> Singles:
        """Return a fresh rectangle."""
        out = np.zeros((_many(rows), _many(columns)), np.float32)
        self.add(out, rows, columns, np.empty(2 * out.size, np.float32))
        return out

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:
        """Add all pieces to a rectangle, without memory of their own: that would cost more than the adding."""
        for piece in self.pieces:
            piece.add(tile, rows, columns, room)


@dataclass(frozen=True, eq=False)
class SparseProduct:
    """Columns that few have; the bound counts their products among those of the dense ones."""

    arrays_alone: ClassVar[bool] = True

    left: Any
    right: Any
    peak: float = 0.0
    error: float = 0.0

    @classmethod
    def of(cls, left: Any, right: Any, columns: Ints) -> SparseProduct:
        """Take some columns of two CSR matrices."""
        one, other = (side[:, columns].astype(np.float32) for side in (left, right))
        return cls(one, other)

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:
        """Add the products."""
        tile += _product(self.left[rows], self.right[columns], room)


@dataclass(frozen=True, eq=False)
class Table:
    """Listed pairs, all others 0: each rounded once, off by at most u of itself."""

    arrays_alone: ClassVar[bool] = True

    values: Any
    peak: float
    error: float

    @classmethod
    def of(cls, values: Any, weight: float) -> Table:
        """Take the values of a CSR matrix times the weight."""
        return cls((values * weight).astype(np.float32), weight, 2 * _U * weight)

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:  # noqa: ARG002
        """Add what is listed."""
        tile += self.values[rows][:, columns].toarray()


@dataclass(frozen=True, eq=False)
class Limited:
    """``min(weight, max(0, product))``: a limit moves nothing further off than it was.

    A product of whole numbers below 2**24 is exact, and the weight and the multiplication
    round it once each; another is off as any product in single precision, and by no more
    than its terms' absolute sum times that.
    """

    arrays_alone: ClassVar[bool] = True

    left: Any
    right: Any
    factor: np.float32
    limit: np.float32
    peak: float
    error: float

    @classmethod
    def of(cls, stated: Clipped, weight: float) -> Limited:
        """Take in the weight."""
        left, right = stated.left, stated.right
        factor, off = weight * stated.scale, 4 * _U * weight
        if not stated.whole or stated.bound >= 2.0**24:
            terms = left.shape[1] + 1
            gamma = terms * _U / (1 - terms * _U)
            off += (gamma * (1 + _U) ** 2 + 2 * _U + _U * _U) * stated.bound * factor
            left, factor = left * factor, 1.0
        one, other = (_held(side) for side in (left, right))
        return cls(one, other, np.float32(factor), np.float32(weight), weight * (1 + _U), off)

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:
        """Add the products within their limits."""
        out = _product(self.left[rows], self.right[columns], room)
        out *= self.factor
        tile += np.clip(out, np.float32(0), self.limit, out=out)


@dataclass(frozen=True, eq=False)
class Shared:
    """A number for every pair with one label in common: what :class:`Limited` comes to where one is enough.

    Labels are bits of words, so that compiled code asks for many pairs at once.
    """

    arrays_alone: ClassVar[bool] = True

    left: NDArray[np.unsignedinteger]
    right: NDArray[np.unsignedinteger]
    number: np.float32
    peak: float
    error: float

    @classmethod
    def of(cls, stated: Clipped, weight: float) -> Shared | None:
        """Take in the weight; None where one label is not enough, there are too many, or nothing is compiled."""
        width = stated.left.shape[1]
        if not (stated.whole and stated.scale >= 1 and 0 < width <= _BITS and _compiled()):
            return None
        if any(side.nnz and side.data.min() < 1 for side in (stated.left, stated.right)):
            return None
        one, other = (_words(side) for side in (stated.left, stated.right))
        return cls(one, other, np.float32(weight), weight * (1 + _U), 4 * _U * weight)

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:  # noqa: ARG002
        """Add the number where a label is shared."""
        from mentormatch.scoring.sharing import add_where_shared

        add_where_shared(tile, self.left[rows], self.right[columns], self.number)


@dataclass(frozen=True, eq=False)
class Ratio:
    """``weight * (over / under - default)``, 0 where unknown: whole numbers, then five roundings of numbers up to 1."""

    arrays_alone: ClassVar[bool] = True

    over: tuple[Singles, Singles]
    under: tuple[Singles, Singles]
    weight: np.float32
    default: np.float32
    peak: float
    error: float

    @classmethod
    def of(cls, stated: Quotient, weight: float, default: float) -> Ratio:
        """Take in the weight and what unknown counts as."""
        single = np.float32(weight), np.float32(default)
        return cls(stated.over, stated.under, *single, weight * (1 + 16 * _U), 16 * _U * weight)

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:
        """Add the quotients."""
        out = _product(self.over[0][rows], self.over[1][columns], room)
        known = _product(self.under[0][rows], self.under[1][columns], room[out.size :])
        out -= known * self.default
        out /= np.maximum(known, np.float32(1), out=known)
        out *= self.weight
        tile += out


@dataclass(frozen=True, eq=False)
class Direct:
    """Values as the criterion itself computes them, a few rows at a time, rounded once."""

    arrays_alone: ClassVar[bool] = False

    exact: Callable[[Rows, Rows], Floats]
    weight: float
    default: float

    @property
    def peak(self) -> float:
        """The whole weight, the value being 1 and the default 0."""
        return self.weight

    @property
    def error(self) -> float:
        """One rounding."""
        return 2 * _U * self.weight

    def add(self, tile: Singles, rows: Rows, columns: Rows, room: Singles) -> None:  # noqa: ARG002
        """Add the values."""
        values = self.exact(rows, columns)
        values -= self.default
        values *= self.weight
        np.copyto(values, 0.0, where=np.isnan(values))
        tile += values.astype(np.float32)


def _compiled() -> bool:
    from mentormatch.compiled import COMPILED

    return COMPILED


def _words(side: Any) -> NDArray[np.unsignedinteger]:
    """Return the columns that each row has, as the bits of one number."""
    kind = np.uint32 if side.shape[1] <= _BITS // 2 else np.uint64
    out = np.zeros(side.shape[0], kind)
    rows = np.repeat(np.arange(side.shape[0]), np.diff(side.indptr))
    np.bitwise_or.at(out, rows, np.left_shift(kind(1), side.indices.astype(kind)))
    return out


def _held(side: Any) -> Any:
    """Return a matrix in single precision, dense where it has few columns."""
    if side.shape[1] > _MOST_DENSE:
        return side.astype(np.float32)
    return np.asarray(side.toarray(), dtype=np.float32)


def _product(left: Any, right: Any, room: Singles) -> Singles:
    """Return ``left @ right.T``, in `room` where both are dense."""
    if hasattr(left, "indptr"):
        return np.asarray((left @ right.T).toarray())
    out = room[: len(left) * len(right)].reshape(len(left), len(right))
    return np.matmul(left, right.T, out=out)


def _many(people: Rows) -> int:
    return people.stop - people.start if isinstance(people, slice) else len(people)

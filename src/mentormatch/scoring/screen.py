"""Scores of whole rectangles as one product in single precision, with a proven bound on what it is off.

Write u = 2**-24 for the unit roundoff of single precision and γ(t) = t u / (1 - t u).

1. A sum of t products in single precision, in any order, with or without fused
   multiply-adds, is off by at most γ(t) times the sum of their absolute values (Higham,
   *Accuracy and Stability of Numerical Algorithms*, 2nd ed. 2002, §3.1). Products with a
   factor 0 are 0 and adding 0 rounds nothing, so t counts only columns where both factors
   may be there: the fewer of this row's own and the most of any column's. Every summand of
   `rest` counts as one more.
2. Rounding both factors of a product to single precision moves it by at most 2u + u² of
   itself. With A the sum over the columns of ``abs(left[i])`` times the largest
   ``abs(right[:, k])``, or if that is less the product of the two lengths (Cauchy–Schwarz),
   1 and 2 together are at most γ(t) ((1 + u)² A + P) + (2u + u²) A, P what `rest` adds at most.
3. What each summand of `rest` is off by itself is stated where it is made.
4. The score and the factors are themselves rounded in double precision, each number
   a few times, and added up over criteria: at most 2**-50 (A + 1) (criteria + 4). What a criterion states to be
   off by comes on top, by its weight, and so does underflow, 2**-125 a column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mentormatch.scoring.factors import Clipped, Factors, Listed, Quotient
from mentormatch.scoring.protocols import ShippedBlock
from mentormatch.scoring.rest import Direct, Limited, Ratio, Rest, Shared, SparseProduct, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.scoring.criterion import Criterion
    from mentormatch.scoring.protocols import Floats, Rows
    from mentormatch.scoring.rest import Piece

ROUNDOFF = 2.0**-24
"""The unit roundoff of single precision."""

_MOST_COLUMNS = 512
"""The emptiest columns of sparse factors are left to `rest` beyond it."""

_FEW_COLUMNS, _DENSE_SHARE = 128, 0.004
"""So few columns of one criterion are never worth a sparse product; nor is one filled for so many pairs."""

_COARSE = 1e-3
"""Factors that would make the bound as loose as this are not used: the values are computed one by one."""


class Screening(NamedTuple):
    """Scores of whole rectangles in single precision, with a bound on how far they are off.

    For every mentee ``i`` and mentor ``j`` in listing order, the score differs from
    ``left[i] @ right[j] + rest`` by at most ``error[i]``, in whatever order single precision
    adds up, with or without fused multiply-adds.

    Attributes
    ----------
    left, right
        Factors of each mentee and of each mentor (float32, C order, the same number of columns).
    error
        The bound, one for each mentee (float64); it covers the product's own rounding.
    rest
        ``rest(rows, columns)`` is what no product gives, as a fresh float32 rectangle; None: nothing.
    """

    left: NDArray[np.float32]
    right: NDArray[np.float32]
    error: Floats
    rest: Callable[[Rows, Rows], NDArray[np.float32]] | None = None


def screening(criteria: tuple[Criterion, ...], shape: tuple[int, int], unknown: float) -> Screening:
    """Return the weighted mean of criteria as one product; `unknown` is the score without any."""
    making = _Making(shape)
    making.margin(np.full(shape[0], 0.0 if criteria else unknown), np.ones(shape[1]))
    for criterion in criteria:
        making.add(criterion)
    return making.made(len(criteria))


class _Making:
    """Factors as they are gathered, criterion by criterion, with what the bound needs."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._dense: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        self._sparse: list[tuple[Any, Any]] = []
        self._margins: dict[bytes, tuple[Floats, Floats]] = {}
        self._pieces: list[Piece] = []
        self._sum, self._length, self._far = np.zeros(shape[0]), np.zeros(shape[0]), np.zeros(shape[1])
        self._terms, self._most = np.zeros(shape[0]), np.zeros(shape[1])
        self._off = 0.0

    def add(self, criterion: Criterion) -> None:
        """Take in one criterion: ``weight * (known * (value - default) + default)``."""
        weight, default, stated = criterion.weight, criterion.default, criterion.stated()
        if isinstance(stated, Factors) and self._coarse(stated):
            stated = None
        self.margin(np.full(self._shape[0], weight * default), np.ones(self._shape[1]))
        if isinstance(stated, Factors | Clipped | Listed):
            for one, other in zip(stated.known[0].T, stated.known[1].T, strict=True):
                self.margin(one * (-weight * default), other)
        if isinstance(stated, Factors):
            self._off += weight * stated.error
            self._columns(stated.left, stated.right, weight if stated.scale is None else stated.scale * weight)
            for one, other in zip(*(side.T for side in stated.margins or ()), strict=True):
                self.margin(*((one, other * weight) if ((one == 0) | (one == 1)).all() else (one * weight, other)))
        elif isinstance(stated, Quotient):
            self._pieces.append(Ratio.of(stated, weight, default))
        elif isinstance(stated, Clipped):
            self._pieces.append(Shared.of(stated, weight) or Limited.of(stated, weight))
        elif isinstance(stated, Listed):
            self._pieces.append(Table.of(stated.values, weight))
        else:
            exact: Any = criterion.block if isinstance(criterion.block, ShippedBlock) else criterion.rectangle
            self._pieces.append(Direct(exact, weight, default))

    def _coarse(self, stated: Factors) -> bool:
        """Whether large terms would cancel each other, so that nothing is left of the bound."""
        reach = _reach(stated.left, stated.right, 1.0 if stated.scale is None else stated.scale)
        most = float(reach.max(initial=0.0))
        return not most * ROUNDOFF * (stated.left.shape[1] + 3) < _COARSE

    def margin(self, left: Floats, right: Floats) -> None:
        """Take in one column that others may have as well: those with equal right sides are added up."""
        self._count(left[:, None], right[:, None], 1.0)
        key = right.tobytes()
        before = self._margins.get(key)
        self._margins[key] = (left if before is None else before[0] + left, right)

    def _columns(self, left: Any, right: Any, scale: Floats | float) -> None:
        """Take in the columns of one criterion, dense or sparse."""
        self._count(left, right, scale)
        scale = np.broadcast_to(np.asarray(scale, dtype=np.float64), left.shape[1:])
        if not hasattr(left, "indptr") and not hasattr(right, "indptr"):
            used = np.flatnonzero(np.any(left, axis=0) & np.any(right, axis=0))
            self._dense.append((_single(left[:, used] * scale[used]), _single(right[:, used])))
            return
        left, right = (_csr(side) for side in (left, right))
        left.data = left.data * scale[left.indices]
        self._sparse.append((left, right))

    def _count(self, left: Any, right: Any, scale: Floats | float) -> None:
        """Add to the sums that bound the rounding."""
        self._sum += _reach(left, right, scale)
        self._length += _squares(left, scale)
        self._far += _squares(right, 1.0)
        self._terms += _filled(left)
        self._most += _filled(right)

    def made(self, criteria: int) -> Screening:
        """Put everything side by side, and bound what it is off."""
        columns = [*self._dense, *self._merged()]
        taken = sum(one.shape[1] for one, _ in columns)
        for left, right in self._sparse:
            order, many = _denser(left, right, max(0, _MOST_COLUMNS - taken))
            taken += many
            columns.append(tuple(_single(side[:, np.sort(order[:many])].toarray()) for side in (left, right)))  # type: ignore[arg-type]
            if many < len(order):
                self._pieces.append(SparseProduct.of(left, right, np.sort(order[many:])))
        sides = [np.ascontiguousarray(np.concatenate(side, axis=1)) for side in zip(*columns, strict=True)]
        return Screening(sides[0], sides[1], self._error(taken, criteria), Rest.of(self._pieces))

    def _merged(self) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Return the columns that criteria share, with those of equal left sides added up as well."""
        found: dict[bytes, tuple[Floats, Floats]] = {}
        for left, right in self._margins.values():
            before = found.get(left.tobytes())
            found[left.tobytes()] = (left, right if before is None else before[1] + right)
        kept = [pair for pair in found.values() if pair[0].any() and pair[1].any()]
        return [(_single(one[:, None]), _single(other[:, None])) for one, other in kept] or [
            (np.zeros((self._shape[0], 0), np.float32), np.zeros((self._shape[1], 0), np.float32))
        ]

    def _error(self, columns: int, criteria: int) -> Floats:
        u = ROUNDOFF
        far = float(self._far.max(initial=0.0))
        reach = np.minimum(self._sum, np.sqrt(self._length * far)) * (1 + 1e-9)
        terms = np.minimum(self._terms, self._most.max(initial=0.0)) + len(self._pieces) + 1
        peaks = float(sum(piece.peak for piece in self._pieces))
        gamma = terms * u / (1 - terms * u)
        single = gamma * ((1 + u) ** 2 * reach + peaks) + (2 * u + u * u) * reach
        double = 2.0**-50 * (reach + 1) * (criteria + 4)
        own = float(sum(piece.error for piece in self._pieces))
        out: Floats = np.asarray(single + double + own + self._off + 2.0**-125 * (columns + 1))
        return out


def _single(values: Any) -> NDArray[np.float32]:
    return np.asarray(values, dtype=np.float32)


def _csr(side: Any) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix(side, dtype=np.float64, copy=True)


def _peaks(side: Any) -> Floats:
    """Return the largest absolute value of each column."""
    if not side.shape[0]:
        return np.zeros(side.shape[1])
    if not hasattr(side, "indptr"):
        least = np.asarray(side.min(axis=0), dtype=np.float64)
        return np.asarray(np.maximum(side.max(axis=0), -least), dtype=np.float64)
    out = np.zeros(side.shape[1])
    np.maximum.at(out, side.indices, np.abs(side.data))
    return out


def _reach(left: Any, right: Any, scale: Floats | float) -> Floats:
    """Return, for each row, what its products with any row of the other side add up to at most."""
    peaks = np.abs(scale) * _peaks(right)
    if hasattr(left, "indptr"):
        return np.asarray(abs(left) @ peaks, dtype=np.float64)
    return np.asarray(np.abs(left.astype(np.float64)) @ peaks)


def _squares(side: Any, scale: Floats | float) -> Floats:
    """Return the square of each row's length."""
    factors = np.broadcast_to(np.asarray(scale, dtype=np.float64) ** 2, side.shape[1:])
    if hasattr(side, "indptr"):
        return np.asarray(side.power(2) @ factors, dtype=np.float64)
    return np.asarray(np.square(side.astype(np.float64)) @ factors)


def _filled(side: Any) -> NDArray[np.int64]:
    """Return how many numbers other than 0 each row has, at most."""
    if hasattr(side, "indptr"):
        return np.asarray(np.diff(side.indptr), dtype=np.int64)
    return np.asarray(np.count_nonzero(side, axis=1), dtype=np.int64)


def _denser(left: Any, right: Any, room: int) -> tuple[NDArray[np.int64], int]:
    """Return the used columns, fullest first, and how many of them are worth a dense product."""
    filled = [np.bincount(side.indices, minlength=side.shape[1]).astype(np.float64) for side in (left, right)]
    share = filled[0] * filled[1] / max(1, left.shape[0] * right.shape[0])
    used = np.flatnonzero(share)
    order = used[np.argsort(-share[used], kind="stable")]
    wanted = max(_FEW_COLUMNS, int(np.count_nonzero(share > _DENSE_SHARE)))
    return order, min(len(order), wanted, room)

"""Inner products that do not depend on how they are cut into blocks.

A matrix product rounds differently for every blocking. Here all factors are whole numbers
small enough that every partial sum is one too, below 2**53 (or 2**24 in single precision):
then nothing is ever rounded, whatever the order of summation, and one division at the end
rounds the same way for a rectangle as for a single pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.scoring.bits import Bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.scoring.protocols import Floats, Ints, Rows

_SINGLE, _DOUBLE = 2.0**24, 2.0**53
"""Whole numbers up to here are exact in float32 and float64."""

_DENSE_SHARE = 0.004
"""A column that is filled in more than this share of all pairs is cheaper as part of a dense product."""

_ALWAYS_DENSE = 128
"""So few columns are never worth a sparse product."""

_DENSE_BYTES = 256 << 20
"""What the dense factors may take; the emptiest columns stay sparse beyond it."""

_CHUNK = 1 << 12
"""Pairs looked up at a time: their rows stay in the processor's cache."""

LEAST = 1 << 16
"""Pairs from which compiled code is worth loading: importing numba takes half a second."""

_PIECE_ROWS, _PIECE_DEPTH, _PIECE = 64, 256, 1 << 18
"""Dense products are done in pieces of at most `_PIECE` multiplications: BLAS does those in
one thread. Its threads wait for each other, and where another process has a core the
waiting takes ten times as long as the work."""


@cache
def compiles() -> bool:
    """Say whether numba is there, without importing it."""
    return find_spec("numba") is not None


def whole_weights(weights: Any, bits: int = 20) -> Any:
    """Return a CSR matrix of weights as whole numbers in proportion, row by row.

    Rows of whole numbers up to 1,024 stay as they are; others are scaled so that the
    largest becomes ``2**bits`` and rounded, to at least 1. A row sees only itself.

    Parameters
    ----------
    weights
        CSR matrix, weights above 0; others are dropped.
    bits
        Fineness of the grid.
    """
    matrix = weights.tocsr(copy=True).astype(np.float64)
    matrix.sum_duplicates()
    matrix.data[~(matrix.data > 0)] = 0.0
    matrix.eliminate_zeros()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, rows, matrix.data)
    broken = np.zeros(matrix.shape[0], dtype=bool)
    broken[rows[matrix.data != np.rint(matrix.data)]] = True
    scale = (broken | (largest > 1024))[rows]
    scaled = np.maximum(1.0, np.rint(matrix.data / largest[rows] * 2.0**bits))
    matrix.data = np.where(scale, scaled, matrix.data)
    return matrix


def presence(weights: Any) -> Any:
    """Return a CSR matrix with 1 wherever `weights` is above 0."""
    matrix = whole_weights(weights)
    matrix.data = np.ones_like(matrix.data)
    return matrix


@dataclass(frozen=True, eq=False)
class ExactProduct:
    """Inner products of whole-number rows: ``left[i] · right[j]``, the same bits for any blocking.

    Rectangles are one dense product over the columns that many share plus one sparse
    product over the rest; single pairs are counts of shared bits where the numbers are
    small and few, and dot products of two rows where they are not.

    Attributes
    ----------
    left, right
        CSR matrices of whole numbers (as float64) over the same columns.
    """

    left: Any
    right: Any

    def __post_init__(self) -> None:
        if self.most >= _DOUBLE:
            msg = "these factors are too fine for an exact product"
            raise OverflowError(msg)

    @cached_property
    def most(self) -> float:
        """What no sum over any part of the columns can exceed (Hölder's and Cauchy's inequalities)."""
        sums = [np.asarray(abs(side).sum(axis=1)).max(initial=0.0) for side in self._sides()]
        peaks = [abs(side.data).max(initial=0.0) for side in self._sides()]
        squares = [np.asarray(side.multiply(side).sum(axis=1)).max(initial=0.0) for side in self._sides()]
        length = (float(squares[0]) * float(squares[1])) ** 0.5 * (1 + 1e-9)
        return float(min(sums[0] * peaks[1], sums[1] * peaks[0], length))

    @cached_property
    def _split(self) -> tuple[Any, Any, Any, Any]:
        """Dense columns of both sides, then the sparse rest of both sides (None where there is none)."""
        filled = [np.bincount(side.indices, minlength=side.shape[1]).astype(np.float64) for side in self._sides()]
        share = filled[0] * filled[1] / max(1, self.left.shape[0] * self.right.shape[0])
        used = np.flatnonzero(share)
        order = used[np.argsort(-share[used], kind="stable")]
        room = _DENSE_BYTES // (8 * max(1, self.left.shape[0] + self.right.shape[0]))
        wanted = max(_ALWAYS_DENSE, int(np.count_nonzero(share > _DENSE_SHARE)))
        many = min(len(order), wanted, max(1, room))
        dtype = np.float32 if self.most < _SINGLE else np.float64
        dense, rest = np.sort(order[:many]), np.sort(order[many:])
        filled_in = [side[:, dense].toarray().astype(dtype) for side in self._sides()]
        sparse = [side[:, rest] if len(rest) else None for side in self._sides()]
        return filled_in[0], filled_in[1], sparse[0], sparse[1]

    def _sides(self) -> tuple[Any, Any]:
        return self.left, self.right

    def block(self, rows: Rows, columns: Rows) -> Floats:
        """Return the products of a rectangle."""
        left, right, sparse_left, sparse_right = self._split
        out = dense_product(left[rows], right[columns])
        if sparse_left is not None:
            out = out.astype(np.float64, copy=False)
            out += (sparse_left[rows] @ sparse_right[columns].T).toarray()
        return out.astype(np.float64, copy=False)

    @cached_property
    def _bits(self) -> Bits | None:
        return Bits.of(self.left, self.right)

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the products of single pairs: by bits where they are few, else by rows."""
        if self._bits is not None:
            return self._bits.pairs(i, j)
        if len(i) >= LEAST and compiles():
            from mentormatch.scoring import dots

            if dots.COMPILED:
                one, other = self._triples
                return np.asarray(dots.dots(one, other, i, j, self.left.shape[1]))
        dense_left, dense_right, sparse_left, sparse_right = self._split
        out = np.empty(len(i), dtype=np.float64)
        for start in range(0, len(i), _CHUNK):
            part = slice(start, start + _CHUNK)
            out[part] = np.einsum("kd,kd->k", dense_left[i[part]], dense_right[j[part]])
            if sparse_left is not None:
                both = sparse_left[i[part]].multiply(sparse_right[j[part]])
                out[part] += np.asarray(both.sum(axis=1)).ravel()
        return out

    @cached_property
    def _triples(self) -> tuple[Any, Any]:
        """Both sides as plain arrays, each column once a row."""
        for side in self._sides():
            side.sum_duplicates()
        one, other = (
            (side.indptr.astype(np.int64), side.indices.astype(np.int32), side.data) for side in self._sides()
        )
        return one, other

    def common(self, i: int, j: int) -> tuple[Ints, Floats]:
        """Return the columns that one pair has in common, and what each adds to its product."""
        left, right = _row(self.left, i), _row(self.right, j)
        both = sorted(left.keys() & right.keys())
        return np.array(both, dtype=np.int64), np.array([left[column] * right[column] for column in both])


def _row(matrix: Any, row: int) -> dict[int, float]:
    """Return one row of a CSR matrix as ``{column: value}``; cutting one out with scipy takes ten times as long."""
    part = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return dict(zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True))


def dense_product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Return ``left @ right.T`` of exact factors, piece by piece."""
    out = np.zeros((len(left), len(right)), dtype=left.dtype)
    for at in range(0, left.shape[1], _PIECE_DEPTH):
        one, other = left[:, at : at + _PIECE_DEPTH], right[:, at : at + _PIECE_DEPTH]
        width = max(1, _PIECE // (_PIECE_ROWS * one.shape[1]))
        for row in range(0, len(one), _PIECE_ROWS):
            for column in range(0, len(other), width):
                piece = out[row : row + _PIECE_ROWS, column : column + width]
                product = piece if at == 0 else np.empty_like(piece)
                np.matmul(one[row : row + _PIECE_ROWS], other[column : column + width].T, out=product)
                if at:
                    piece += product
    return out


def sorted_words(labels: tuple[str, ...], columns: Ints) -> tuple[str, ...]:
    """Return the labels of some columns, sorted."""
    return tuple(sorted(labels[column] for column in columns))

"""Inner products of single pairs of sparse rows, compiled: only for very many pairs, as it imports numba."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.compiled import COMPILED, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.scoring.protocols import Floats, Ints

    Side = tuple[NDArray[np.int32], NDArray[np.int32], Floats]

__all__ = ["COMPILED", "dots"]


@jit
def dots(left: Side, right: Side, i: Ints, j: Ints) -> Floats:
    """Return the products of single pairs of rows of two CSR matrices whose columns are sorted.

    Parameters
    ----------
    left, right
        ``(indptr, indices, data)`` of whole numbers whose products stay exact.
    i, j
        Rows of each, two parallel arrays.
    """
    starts, columns, values = left
    others, under, theirs = right
    out = np.zeros(len(i))
    for k in range(len(i)):
        a, b = starts[i[k]], others[j[k]]
        last, end = starts[i[k] + 1], others[j[k] + 1]
        total = 0.0
        while a < last and b < end:
            one, two = columns[a], under[b]
            if one == two:
                total += values[a] * theirs[b]
            a += one <= two
            b += two <= one
        out[k] = total
    return out

"""Inner products of single pairs of sparse rows, compiled: only for very many pairs, as it imports numba."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.compiled import COMPILED, jit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.scoring.protocols import Floats, Ints

    Side = tuple[NDArray[np.int64], NDArray[np.int32], Floats]

__all__ = ["COMPILED", "dots"]


@jit
def dots(left: Side, right: Side, i: Ints, j: Ints, width: int) -> Floats:
    """Return the products of single pairs of rows of two CSR matrices.

    Parameters
    ----------
    left, right
        ``(indptr, indices, data)`` of whole numbers whose products stay exact.
    i, j
        Rows of each, two parallel arrays.
    width
        How many columns there are.
    """
    starts, columns, values = left
    others, under, theirs = right
    out = np.zeros(len(i))
    spread = np.zeros(width)  # the row of the mentee at hand, so that pairs of one mentee in a row share it
    at = -1
    for k in range(len(i)):
        if i[k] != at:
            if at >= 0:
                for a in range(starts[at], starts[at + 1]):
                    spread[columns[a]] = 0.0
            at = i[k]
            for a in range(starts[at], starts[at + 1]):
                spread[columns[a]] = values[a]
        total = 0.0
        for b in range(others[j[k]], others[j[k] + 1]):
            total += spread[under[b]] * theirs[b]
        out[k] = total
    return out

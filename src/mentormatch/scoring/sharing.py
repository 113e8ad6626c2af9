"""Who has a label in common with whom, compiled: for whole rectangles of large problems, as it imports numba."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mentormatch.compiled import jit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@jit
def add_where_shared(tile: NDArray[np.float32], left: NDArray[Any], right: NDArray[Any], number: np.float32) -> None:
    """Add a number to the pairs whose words have a bit in common.

    Parameters
    ----------
    tile
        Some rows and columns, changed in place.
    left, right
        The words of its rows and of its columns: unsigned, of one kind.
    number
        What is added.
    """
    none = number - number
    for row in range(tile.shape[0]):
        mine, line = left[row], tile[row]
        for at in range(len(line)):
            line[at] += number if mine & right[at] else none

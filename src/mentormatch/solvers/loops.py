"""Which pairs of an optimal face can change at all.

Two matchings of one b-matching differ by cycles of its residual network, and a cycle stays
within one strongly connected component (Tarjan 1972). Where scores hardly tie, no pair is
left, and the matching is known to be the only one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.solvers.kept import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.solvers.potentials import Part


def in_loops(part: Part) -> NDArray[np.bool_]:
    """Say of each pair whether some other matching within the bounds treats it otherwise.

    Returns
    -------
    ndarray of bool
        True where the row and the column of a pair are in one component of the residual network.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n, m = len(part.rows), len(part.columns)
    hub = n + m
    i, j, used = part.i, part.j + n, part.used
    loads = count(part.i[used], n), count(part.j[used], m)
    row_more, row_less = loads[0] < part.rows.upper, loads[0] > part.rows.lower
    column_more, column_less = loads[1] < part.columns.upper, loads[1] > part.columns.lower
    from_hub = np.concatenate((row_more, column_less))
    to_hub = np.concatenate((row_less, column_more))
    tail = np.concatenate((np.where(used, j, i), np.full(from_hub.sum(), hub), np.flatnonzero(to_hub)))
    head = np.concatenate((np.where(used, i, j), np.flatnonzero(from_hub), np.full(to_hub.sum(), hub)))
    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(hub + 1, hub + 1))
    _, component = connected_components(graph, directed=True, connection="strong")
    return np.asarray(component[i] == component[j])

"""Maximum flow: minimums are met and places are filled by augmenting paths.

Augmenting never takes a partner away from anybody who has enough (Mendelsohn & Dulmage
1958), so filling more places never costs a minimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from mentormatch.solvers.kept import Kept


_PLENTY = 1 << 28
"""More than enough places for anybody; SciPy counts in 32 bits."""


class Ends(NamedTuple):
    """How much may enter or leave the network at each row and each column."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


class Push(NamedTuple):
    """What a push reached: the pairs used after it, and who can still be reached from the source."""

    used: NDArray[np.bool_]
    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]


def push(kept: Kept, enter: Ends, leave: Ends, free: NDArray[np.bool_] | None = None) -> Push:
    """Send as much as possible through the residual network of a matching.

    An unused pair lets one unit pass from its row to its column, a used pair one unit back.

    Parameters
    ----------
    kept
        The pairs, and which are used.
    enter, leave
        Capacities from the source into, and to the sink out of, each person.
    free
        Pairs that may change; by default all.

    Returns
    -------
    Push
        The matching after the push and the source's side of a minimum cut.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    n, m = kept.shape
    source, sink = n + m, n + m + 1
    chosen = np.flatnonzero(free) if free is not None else np.arange(len(kept.keys))
    i, j, used = kept.i[chosen], kept.j[chosen] + n, kept.used[chosen]
    people = np.arange(n + m)
    into, out = np.concatenate(enter), np.concatenate(leave)
    tail = np.concatenate((np.where(used, j, i), np.full(n + m, source), people))
    head = np.concatenate((np.where(used, i, j), people, np.full(n + m, sink)))
    capacity = np.minimum(np.concatenate((np.ones(len(i), np.int64), into, out)), _PLENTY).astype(np.int32)
    some = capacity > 0
    network = csr_array((capacity[some], (tail[some], head[some])), shape=(n + m + 2, n + m + 2))
    # scipy reads 32-bit indices only
    network.indices, network.indptr = network.indices.astype(np.int32), network.indptr.astype(np.int32)
    flow = maximum_flow(network, source, sink).flow
    left = csr_array(network - flow)
    left.eliminate_zeros()
    reached = np.zeros(n + m + 2, bool)
    reached[breadth_first_order(left, source, return_predecessors=False)] = True
    turned = _turned(flow, i, j, used)
    after = kept.used.copy()
    after[chosen[turned]] = ~after[chosen[turned]]
    return Push(after, reached[:n], reached[n : n + m])


def _turned(flow: csr_array, i: NDArray[np.int64], j: NDArray[np.int64], used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find the pairs through which a unit flows."""
    entries = flow.tocoo()
    real = entries.data > 0
    width = np.int64(entries.shape[0])
    flowing = np.sort(entries.row[real].astype(np.int64) * width + entries.col[real])
    keys = np.where(used, j * width + i, i * width + j)
    if not len(flowing):
        return np.zeros(len(keys), bool)
    turned: NDArray[np.bool_] = flowing[np.minimum(np.searchsorted(flowing, keys), len(flowing) - 1)] == keys
    return turned

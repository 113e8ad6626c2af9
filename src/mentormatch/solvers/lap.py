"""Assignment in seats: every place of a mentor is a column of its own.

Dense problems go to the shortest augmenting paths of Crouse (2016), sparse ones to those
of Jonker & Volgenant (1987), both from SciPy. Who must be matched is a row (or a
column) that has to be assigned; where some must and others may on both sides, a bonus
for those who must stands for it. If the bonus filled all of them, it was large enough:
it is a Lagrangian multiplier, and adds the same to every matching that fills them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.solvers.engine import Proposal, Task
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kept import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DENSE = 2_250_000
"""Cells up to which the dense method is the faster one."""

_MOST_SEATS = 3_000_000
"""Seats of all pairs together beyond which they cost more than they bring."""

_BONUSES = (46, 49, 51)
"""Powers of two to try as the bonus; float64 holds integers up to the 53rd."""


class Assignment:
    """Proposes by solving the assignment problem in float64, where every integer up to 2**53 is exact."""

    def propose(self, task: Task) -> Proposal | None:
        """Propose the best matching; None where seats do not describe the task or are too many."""
        part = task.part
        if task.prices is not None or (part.rows.upper > 1).any():
            return None
        rows = np.flatnonzero(part.rows.upper > 0)
        places = np.minimum(part.columns.upper, len(rows))
        seats = int(places.sum())
        if not (len(rows) and seats):
            return None
        dense = len(rows) * seats <= _DENSE and (task.complete or len(part.rows) * len(places) <= _DENSE)
        if not dense:
            # nobody fills more seats than there are kept pairs
            places = np.minimum(places, np.maximum(count(part.j, len(places)), part.columns.lower))
            if int(places[part.j].sum()) > _MOST_SEATS:
                return None
        columns = np.repeat(np.arange(len(places)), places)
        must = part.rows.lower[rows] > 0, part.columns.lower[columns] > 0
        if dense:
            return _assign(_dense(task, rows, columns), rows, columns, must)
        return _assign_sparse(_expand(task, rows, places), rows, columns, must)


def _dense(task: Task, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Lay all free pairs out as a matrix, closed ones minus infinity."""
    part = task.part
    if task.complete:
        # only who may still change: in a large problem they are few, and all pairs too many for one matrix
        some = np.unique(columns)
        row_at, column_at = np.full(len(part.rows), -1), np.full(len(part.columns), -1)
        row_at[rows], column_at[some] = np.arange(len(rows)), np.arange(len(some))
        i, j = row_at[part.i], column_at[part.j]
        inside = (i >= 0) & (j >= 0)
        weights = np.full((len(rows), len(some)), -np.inf)
        weights[i[inside], j[inside]] = part.w[inside]
        return weights if len(some) == len(columns) else weights[:, column_at[columns]]
    exact = task.dense()
    weights = np.where(exact == CLOSED, -np.inf, exact.astype(np.float64))
    if len(rows) == weights.shape[0] and np.array_equal(columns, np.arange(weights.shape[1])):
        return weights
    return weights[np.ix_(rows, columns)]


def _assign(
    weights: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    must: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> Proposal | None:
    in_row, in_column = must
    if _apart(weights, in_row, in_column):
        return _in_two(weights, rows, columns, must)
    for power in _BONUSES:
        bonus = 2.0**power
        raised = weights + bonus * in_row[:, None] + bonus * in_column[None, :]
        proposal = _best(np.maximum(raised, 0.0), rows, columns, raised, positive=True)
        if proposal is not None and _filled(proposal, rows[in_row], columns[in_column]):
            return proposal
        if not (in_row.any() or in_column.any()):
            return proposal
    return None


def _apart(weights: NDArray[np.float64], in_row: NDArray[np.bool_], in_column: NDArray[np.bool_]) -> bool:
    """Say whether rows that must go to columns that may, and the other way round, as after filling all places."""
    if in_row.all() and not in_column.any():
        return True
    if in_column.all() and not in_row.any():
        return True
    if in_row.all() and in_column.all() and len(in_row) == len(in_column):
        return True
    if not (in_row.any() or in_column.any()):
        return False
    both = np.isfinite(weights[np.ix_(in_row, in_column)]).any()
    neither = np.isfinite(weights[np.ix_(~in_row, ~in_column)]).any()
    return not (both or neither)


def _in_two(
    weights: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    must: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> Proposal | None:
    in_row, in_column = must
    if in_row.all() or in_column.all():
        return _best(weights, rows, columns, weights, positive=False)
    first = _best(weights[np.ix_(in_row, ~in_column)], rows[in_row], columns[~in_column], None, positive=False)
    other = _best(weights[np.ix_(~in_row, in_column)], rows[~in_row], columns[in_column], None, positive=False)
    if first is None or other is None:
        return None
    return Proposal(np.concatenate((first.i, other.i)), np.concatenate((first.j, other.j)))


def _best(
    weights: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    gains: NDArray[np.float64] | None,
    *,
    positive: bool,
) -> Proposal | None:
    from scipy.optimize import linear_sum_assignment

    try:
        i, j = linear_sum_assignment(weights, maximize=True)
    except ValueError:  # no assignment without closed pairs
        return None
    if positive and gains is not None:
        real = gains[i, j] > 0
        i, j = i[real], j[real]
    return Proposal(rows[i], columns[j])


def _filled(proposal: Proposal, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> bool:
    """Say whether everybody who must be matched is, a column as often as it is listed."""
    loads = np.bincount(proposal.j, minlength=int(columns.max(initial=-1)) + 1)
    needed = np.bincount(columns, minlength=len(loads))
    return bool(np.isin(rows, proposal.i).all() and (loads >= needed[: len(loads)]).all())


class _Entries(NamedTuple):
    """Open pairs by row position and seat, with their weights."""

    row: NDArray[np.int64]
    seat: NDArray[np.int64]
    w: NDArray[np.float64]


def _expand(task: Task, rows: NDArray[np.int64], places: NDArray[np.int64]) -> _Entries:
    """Repeat every pair for every seat of its column."""
    part = task.part
    first = np.cumsum(places) - places
    position = np.full(len(part.rows), -1)
    position[rows] = np.arange(len(rows))
    live = np.flatnonzero((position[part.i] >= 0) & (places[part.j] > 0))
    times = places[part.j[live]]
    at = np.repeat(live, times)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    return _Entries(position[part.i[at]], first[part.j[at]] + offset, part.w[at].astype(np.float64))


def _assign_sparse(
    entries: _Entries,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    must: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> Proposal | None:
    in_row, in_column = must[0][entries.row], must[1][entries.seat]
    some = must[0].any() or must[1].any()
    square = must[0].all() and must[1].all() and len(rows) == len(columns)
    if square or (some and not (in_row & in_column).any() and not (~in_row & ~in_column).any()):
        first = _match(_Entries(entries.row[in_row], entries.seat[in_row], entries.w[in_row]))
        rest = ~in_row
        other = _match(_Entries(entries.seat[rest], entries.row[rest], entries.w[rest]))
        if first is None or other is None:
            return None
        return Proposal(rows[np.concatenate((first[0], other[1]))], columns[np.concatenate((first[1], other[0]))])
    for power in _BONUSES:
        raised = entries.w + 2.0**power * (in_row.astype(np.float64) + in_column)
        found = _match(_with_ways_out(entries._replace(w=raised), len(rows), len(columns)))
        if found is None:
            return None
        real = found[1] < len(columns)
        proposal = Proposal(rows[found[0][real]], columns[found[1][real]])
        if _filled(proposal, rows[must[0]], columns[must[1]]):
            return proposal
    return None


def _with_ways_out(entries: _Entries, rows: int, columns: int) -> _Entries:
    """Give every row a column of its own for staying out, of weight 0."""
    out = np.arange(rows)
    return _Entries(
        np.concatenate((entries.row, out)),
        np.concatenate((entries.seat, out + columns)),
        np.concatenate((entries.w, np.zeros(rows))),
    )


def _match(entries: _Entries) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Match every row that has an entry, at the largest weight."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if not len(entries.row):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    live_rows, row = np.unique(entries.row, return_inverse=True)
    live_columns, column = np.unique(entries.seat, return_inverse=True)
    if len(live_rows) > len(live_columns):
        return None
    cost = entries.w.max() - entries.w + 1.0
    shape = (len(live_rows), len(live_columns))
    try:
        i, j = min_weight_full_bipartite_matching(csr_array((cost, (row, column)), shape=shape))
    except ValueError:  # the kept pairs hold no full matching
        return None
    return live_rows[i], live_columns[j]

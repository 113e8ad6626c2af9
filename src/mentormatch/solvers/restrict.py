"""An instance with some pairs closed and others made in advance, as a smaller instance of the same kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Bounds, Held
from mentormatch.solvers.grid import most_pairs
from mentormatch.solvers.kept import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from mentormatch.network import Instance, Rows


def restricted(instance: Instance, forced: frozenset[int], closed: frozenset[int]) -> Instance | None:
    """Close some pairs and take others out as made: their places go off the bounds.

    Who may not share a partner with somebody who has one in advance is closed to that partner. Other
    rules over several pairs stay as they are, so that forced pairs may not count in any.

    Parameters
    ----------
    instance
        The problem, without quotas or other rules in which a forced pair counts.
    forced, closed
        Keys of pairs, ``row * columns + column``.

    Returns
    -------
    Instance or None
        The matchings of it, with the forced pairs added, are those of the instance that
        have all forced pairs and no closed one; None if it is plain that there are none.
    """
    n, m = instance.shape
    shut = _shut(instance, forced)
    if shut & forced or closed & forced:
        return None
    keys = np.array(sorted(forced), np.int64)
    rows, columns = count(keys // max(1, m), n), count(keys % max(1, m), m)
    mentees, mentors = _less(instance.mentees, rows), _less(instance.mentors, columns)
    if (mentees.upper < 0).any() or (mentors.upper < 0).any():
        return None
    capacities = instance.mentors.upper if instance.capacities is None else instance.capacities
    held = instance.held or Held(np.zeros(m, np.int64), 0.0)
    if len(keys):
        lowest = float(instance.score_pairs(keys // m, keys % m).min())
        held = Held(held.loads + columns, min(lowest, held.lowest) if held.loads.any() else lowest)
    return replace(
        _without(instance, sorted(closed | forced | shut)),
        mentees=mentees,
        mentors=mentors,
        capacities=capacities,
        held=held,
        most_pairs=most_pairs(instance),
    )


def _less(bounds: Bounds, loads: NDArray[np.int64]) -> Bounds:
    return Bounds(np.maximum(bounds.lower - loads, 0), bounds.upper - loads)


def _shut(instance: Instance, forced: Iterable[int]) -> frozenset[int]:
    """Return the pairs that forced ones rule out, because two people may not share a partner."""
    m = instance.shape[1]
    kept: dict[tuple[int, int], set[int]] = {}
    for side, a, b in instance.apart:
        kept.setdefault((side, a), set()).add(b)
        kept.setdefault((side, b), set()).add(a)
    shut = set()
    for key in forced:
        i, j = divmod(key, m)
        shut |= {other * m + j for other in kept.get((0, i), ())}
        shut |= {i * m + other for other in kept.get((1, j), ())}
    return frozenset(shut)


def _without(instance: Instance, keys: list[int]) -> Instance:
    """Return the instance with some pairs closed."""
    n, m = instance.shape
    closed = np.array(keys, np.int64)
    i, j = closed // max(1, m), closed % max(1, m)

    def block(rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        allowed = instance.allowed_block(rows, columns).copy()
        row_at, column_at = np.full(n, -1), np.full(m, -1)
        row_at[rows], column_at[columns] = np.arange(allowed.shape[0]), np.arange(allowed.shape[1])
        row, column = row_at[i], column_at[j]
        here = (row >= 0) & (column >= 0)
        allowed[row[here], column[here]] = False
        return allowed

    def pairs(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        return instance.allowed_pairs(one, other) & ~np.isin(one * m + other, closed)

    return replace(instance, allowed_block=block, allowed_pairs=pairs)

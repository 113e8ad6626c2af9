"""What a tier can reach at most, where it was not solved to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Bounds
from mentormatch.solvers.face import less
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kept import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Prices
    from mentormatch.solvers.face import Face
    from mentormatch.solvers.kept import Kept
    from mentormatch.solvers.pricing import Pricing
    from mentormatch.solvers.table import Kind, Table

_FEW_CELLS = 1 << 22
"""Pairs up to which all of them are looked at, whoever could tell without."""


def tier_bound(
    table: Table, face: Face, kind: Kind, kept: Kept, labels: Prices | None, pricing: Pricing | None = None
) -> int:
    """Bound a tier from above, whatever the matching.

    Any column prices will do: each row's price is raised to what its best free pair is worth
    beyond them, and then the places times their prices bound the sum (weak duality).

    Parameters
    ----------
    table, face, kind
        The tier on the present face.
    kept
        The present matching, which holds every fixed pair.
    labels
        A guess at the dual, which is tried beside zero.
    pricing
        What is known of pairs that are not kept: in a large problem nothing else is looked at.

    Returns
    -------
    int
        No matching of the face has more.
    """
    standing = face.standing(table, kept.i, kept.j)
    fixed = kept.used & (standing > 0)
    rows = less(face.rows, count(kept.i[fixed], kept.shape[0]))
    columns = less(face.columns, count(kept.j[fixed], kept.shape[1]))
    rows = Bounds(rows.lower, np.minimum(rows.upper, kept.shape[1]))
    columns = Bounds(columns.lower, np.minimum(columns.upper, kept.shape[0]))
    settled = table.pairs(kind, kept.i[fixed], kept.j[fixed])
    done = sum(int(weight) for weight in settled)
    guesses = [np.zeros(table.shape[1], np.int64)]
    if labels is not None:
        guesses.append(labels.v)
    if pricing is not None and kind in ("coverage", "total") and table.shape[0] * table.shape[1] > _FEW_CELLS:
        if kind == "coverage":
            return done + min(int(np.maximum(side.upper, 0).sum()) for side in (rows, columns))
        free = ~fixed & (standing == 0)
        i, j, w = kept.i[free], kept.j[free], table.pairs("total", kept.i[free], kept.j[free])
        return done + min(
            _places(columns, v) + _places(rows, _sold(pricing.bound(face, v, _best(i, w - v[j], table.shape[0]))))
            for v in (*guesses, pricing.last())
        )
    bounds = [_places(columns, v) for v in guesses]
    for part in table.slices():
        weights = table.block(kind, part, face.mask(table, part) if face.levels else None)
        for number, v in enumerate(guesses):
            best = np.where(weights == CLOSED, CLOSED, weights - v).max(axis=1, initial=CLOSED)
            bounds[number] += _places(Bounds(rows.lower[part], rows.upper[part]), _sold(best))
    return min(bounds) + done


def _sold(best: NDArray[np.int64]) -> NDArray[np.int64]:
    """Price rows at what their best pair is worth; a row without any free pair has nothing to sell."""
    return np.where(best == CLOSED, 0, best)


def _best(i: NDArray[np.int64], worth: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Find what the best of some pairs of each row is worth."""
    best = np.full(size, CLOSED)
    np.maximum.at(best, i, worth)
    return best


def _places(bounds: Bounds, prices: NDArray[np.int64]) -> int:
    """Add up what all places of one side cost, in plain integers: these sums may pass 63 bits."""
    pairs = zip(bounds.upper.tolist(), bounds.lower.tolist(), prices.tolist(), strict=True)
    return sum((upper if price > 0 else lower) * price for upper, lower, price in pairs)

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
    from mentormatch.solvers.table import Kind, Table


def tier_bound(table: Table, face: Face, kind: Kind, kept: Kept, labels: Prices | None) -> int:
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
    guesses = [np.zeros(table.shape[1], np.int64)]
    if labels is not None:
        guesses.append(labels.v)
    bounds = [_places(columns, v) for v in guesses]
    for part in table.slices():
        weights = table.block(kind, part, face.mask(table, part) if face.levels else None)
        for number, v in enumerate(guesses):
            best = np.where(weights == CLOSED, CLOSED, weights - v).max(axis=1, initial=CLOSED)
            # a row without any free pair has nothing to sell
            best = np.where((weights == CLOSED).all(axis=1), 0, best)
            bounds[number] += _places(Bounds(rows.lower[part], rows.upper[part]), best)
    settled = table.pairs(kind, kept.i[fixed], kept.j[fixed])
    return min(bounds) + sum(int(weight) for weight in settled)


def _places(bounds: Bounds, prices: NDArray[np.int64]) -> int:
    """Add up what all places of one side cost, in plain integers: these sums may pass 63 bits."""
    pairs = zip(bounds.upper.tolist(), bounds.lower.tolist(), prices.tolist(), strict=True)
    return sum((upper if price > 0 else lower) * price for upper, lower, price in pairs)

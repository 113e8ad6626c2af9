"""What a criterion's values are made of, where that is more than a rule for each pair: mostly inner products."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.scoring.protocols import Floats, Ints

    Both = tuple[NDArray[Any], NDArray[Any]]

MOST_TYPES = 48
"""So many different answers on the side with fewer make one column each; more are cheaper in another way."""


class Factors(NamedTuple):
    """Values as an inner product of one row of numbers for each mentee and one for each mentor.

    For every pair, in exact arithmetic on these numbers and but for `error`, the value is
    ``(left * scale) @ right.T + margins[0] @ margins[1].T`` where it is known; where it is
    not, that product is 0. ``known[0] @ known[1].T`` is 1 where the value is known, else 0.

    Attributes
    ----------
    left, right
        (n × d) and (m × d), arrays or CSR.
    known
        Who answered: two arrays (n × k) and (m × k) with few columns.
    scale
        A number for each column.
    margins
        Two arrays with few columns, which other criteria may have as well.
    error
        How far a value may be off; relative roundings of single numbers are not counted.
    """

    left: Any
    right: Any
    known: Both
    scale: Floats | None = None
    margins: Both | None = None
    error: float = 0.0


class Quotient(NamedTuple):
    """Values as a quotient of two inner products of whole numbers; the second is 0 where unknown."""

    over: Both
    under: Both


class Clipped(NamedTuple):
    """Values as an inner product times a number, at least 0 and at most 1; both sides 0 where unknown.

    ``bound`` is what no product of absolute values exceeds; below 2**24 whole numbers are exact.
    """

    left: Any
    right: Any
    known: Both
    scale: float
    bound: float
    whole: bool


class Listed(NamedTuple):
    """Values that are 0 but for a list of pairs: a CSR matrix (n × m), and who is known as in :class:`Factors`."""

    values: Any
    known: Both


Stated = Factors | Quotient | Clipped | Listed | None


def who(answered: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> Both:
    """Return ``known`` of pairs that are known where both answered."""
    return answered[0][:, None].astype(np.float64), answered[1][:, None].astype(np.float64)


def row_types(side: Any) -> tuple[Ints, Ints]:
    """Return the first row of each different kind of rows of a CSR matrix of whole numbers, and each row's kind."""
    dense = side.toarray()
    whole = np.ascontiguousarray(dense.astype(np.float32) if abs(side.data).max(initial=0) < 2**24 else dense)
    if not whole.shape[1]:
        return np.zeros(min(len(whole), 1), dtype=np.int64), np.zeros(len(whole), dtype=np.int64)
    keys = whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()
    kind: dict[Any, int] = {}
    kinds = np.array([kind.setdefault(key, len(kind)) for key in keys.tolist()], dtype=np.int64)
    return np.unique(kinds, return_index=True)[1], kinds


def by_types(
    block: Any, types: Sequence[tuple[Ints, Ints]], answered: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> Factors | None:
    """Return factors of a block where one side has few different answers: a column for each, with its values.

    Parameters
    ----------
    block
        Scores rectangles.
    types
        Of each side, one person with each different answer, and the number of everybody's answer.
    answered
        Who answered: a value is known where both did.
    """
    fewer = 0 if len(types[0][0]) <= len(types[1][0]) else 1
    first, kinds = types[fewer]
    if len(first) > MOST_TYPES:
        return None
    everybody = slice(0, len(types[1 - fewer][1]))
    table = block(first, everybody).T if fewer == 0 else block(everybody, first)
    picked = (kinds[:, None] == np.arange(len(first))) & answered[fewer][:, None]
    values = np.nan_to_num(table)
    return Factors(*((picked, values) if fewer == 0 else (values, picked)), known=who(answered))


# --- sums over everybody ----------------------------------------------------------------------------------------------


def mean(stated: Stated) -> float | None:
    """Return the mean over the known pairs, from sums over people alone; None where there is none, or no such way.

    Every sum is exact, so the order of people cannot matter: numbers are cut into two
    parts on grids so coarse that sums of whole grid units stay below 2**53.
    """
    if isinstance(stated, Factors):
        pairs = [(stated.left, stated.right, stated.scale)]
        if stated.margins is not None:
            pairs.append((*stated.margins, None))
        total = math.fsum(value for pair in pairs for value in _products(*pair))
    elif isinstance(stated, Listed):
        total = math.fsum(stated.values.data.tolist())
    else:
        return None
    known = math.fsum(_products(*stated.known, None))
    return min(max(total / known, 0.0), 1.0) if known > 0 else None


def _products(left: Any, right: Any, scale: Floats | None) -> list[float]:
    """Return the sum over all pairs of every column's products."""
    products = column_sums(left) * column_sums(right)
    scaled: list[float] = (products if scale is None else products * scale).tolist()
    return scaled


def column_sums(side: Any) -> Floats:
    """Return the sums of the columns of an array or CSR matrix, the same for any order of rows."""
    people, columns = side.shape
    data = side.data if hasattr(side, "indptr") else side
    if data.dtype == np.bool_:
        return np.asarray(data.sum(axis=0, dtype=np.int64), dtype=np.float64)
    data = data.astype(np.float64, copy=False)
    peak = float(np.abs(data).max(initial=0.0))
    if not people or not peak:
        return np.zeros(columns)
    step = 2.0 ** (math.frexp(peak)[1] + (people - 1).bit_length() - 52)
    coarse = np.rint(data / step)
    fine = data - coarse * step
    step_below = step * 2.0 ** ((people - 1).bit_length() - 52)
    parts = (coarse, step), (np.rint(fine / step_below), step_below)
    return sum((_summed(side, part, columns) * unit for part, unit in parts if part.any()), start=np.zeros(columns))


def _summed(side: Any, data: Floats, columns: int) -> Floats:
    if hasattr(side, "indptr"):
        return np.bincount(side.indices, weights=data.ravel(), minlength=columns).astype(np.float64)
    return np.asarray(data.sum(axis=0))

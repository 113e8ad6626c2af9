"""What a criterion's values are made of, where that is more than a rule for each pair: mostly inner products."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
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
    ``kinds`` are the different answers of each side, where they are known.
    """

    left: Any
    right: Any
    known: Both
    scale: float
    bound: float
    whole: bool
    kinds: tuple[Kinds, Kinds] | None = None


class Listed(NamedTuple):
    """Values that are 0 but for a list of pairs: a CSR matrix (n × m), and who is known as in :class:`Factors`."""

    values: Any
    known: Both


Stated = Factors | Quotient | Clipped | Listed | None


def who(answered: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> Both:
    """Return ``known`` of pairs that are known where both answered."""
    return answered[0][:, None].astype(np.float64), answered[1][:, None].astype(np.float64)


class Kinds(NamedTuple):
    """Different answers of one side: somebody with each of them, and everybody's (-1: none)."""

    first: Ints
    of: Ints

    @classmethod
    def among(cls, kinds: Ints) -> Kinds:
        """Find somebody of each kind; kinds are numbered from 0 without gaps."""
        return cls(np.unique(kinds, return_index=True)[1][int((kinds < 0).any()) :], kinds)


def number_kinds(side: Floats) -> Kinds:
    """Tell numbers apart; NaN is no answer."""
    told = ~np.isnan(side)
    kinds = np.full(len(side), -1, dtype=np.int64)
    kinds[told] = np.unique(side[told], return_inverse=True)[1]
    return Kinds.among(kinds)


def row_kinds(side: Any, told: NDArray[np.bool_]) -> Kinds:
    """Tell rows of a CSR matrix of whole numbers apart, among who answered."""
    dense = side.toarray()
    whole = np.ascontiguousarray(dense.astype(np.float32) if abs(side.data).max(initial=0) < 2**24 else dense)
    if not whole.shape[1]:
        return Kinds.among(np.where(told, 0, -1))
    keys = whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()
    kind: dict[Any, int] = {}
    kinds = np.full(len(whole), -1, dtype=np.int64)
    kinds[told] = [kind.setdefault(key, len(kind)) for key in keys[told].tolist()]
    return Kinds.among(kinds)


def by_kinds(block: Any, kinds: tuple[Kinds, Kinds]) -> Factors | None:
    """Return factors of a block where one side has few different answers: a column for each, with its values.

    Parameters
    ----------
    block
        Scores rectangles; a value is known where both answered.
    kinds
        The different answers of each side.
    """
    fewer = 0 if len(kinds[0].first) <= len(kinds[1].first) else 1
    first, of = kinds[fewer]
    if len(first) > MOST_TYPES:
        return None
    everybody = slice(0, len(kinds[1 - fewer].of))
    values = np.nan_to_num(block(first, everybody).T if fewer == 0 else block(everybody, first))
    picked = of[:, None] == np.arange(len(first))
    return Factors(*((picked, values) if fewer == 0 else (values, picked)), known=who_answered(kinds))


def who_answered(kinds: tuple[Kinds, Kinds]) -> Both:
    """Return ``known`` of pairs that are known where both answered."""
    return who((kinds[0].of >= 0, kinds[1].of >= 0))


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

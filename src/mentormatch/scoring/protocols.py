"""What a criterion is: a frozen spec that, bound to people, scores rectangles of pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mentormatch.people import Pool

Floats: TypeAlias = NDArray[np.float64]
"""Values of a criterion, 0 poor to 1 ideal; NaN is "unknown"."""

Ints: TypeAlias = NDArray[np.int64]
"""Positions of people on one side, in the pool's listing order."""

Rows: TypeAlias = Ints | slice
"""Positions on one side: an index array, or a slice."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""``progress(stage, done, total)``; it may raise :class:`mentormatch.Cancelled`."""


@runtime_checkable
class Block(Protocol):
    """A criterion bound to people: scores the rectangle mentees × mentors.

    ``block(mentees, mentors)`` takes positions on both sides (int64 arrays; blocks of this
    library also take slices) and returns a fresh float64 array of shape
    (mentees, mentors): 0 poor, 1 ideal, NaN unknown. It must be a function of each pair
    alone, whatever else is in the rectangle.

    A block may also offer

    ``pairs(i, j)``
        The values of single pairs, two parallel arrays in, one array out.
    ``exact``
        True claims that ``pairs`` and every blocking agree bit for bit. Without it values
        are rounded to 12 decimals, so that the last bits of a matrix product cannot matter.
    ``gains(i, j)``
        What each side gains: ``(for_mentee, for_mentor)``, NaN unknown.
    ``shared(i, j)``
        For one pair the answers that its value rests on, in display words, sorted.
    ``answered``
        Two bool arrays, one a side: a value can be known only where both are True.

    Blocks of this library also offer ``factors()``: what their values are made of, as
    :class:`~mentormatch.scoring.factors.Factors` and its kin, from which the criterion's mean
    and the screen of large pools come. Others state theirs on the scorer, see :class:`Scorer`.
    """

    def __call__(self, mentees: Any, mentors: Any, /) -> Any:
        """Score a rectangle."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """One criterion, before it sees people: small, frozen and hashable.

    It may also offer ``fields``, the :class:`~mentormatch.people.Person` fields it reads
    (an explanation shows only what it knows to be shareable), and ``with_date(on)``, which
    returns the scorer as it is on that day.

    A scorer whose value is an inner product may offer ``factors(pool)``: two matrices, arrays or
    CSR, with a row for each mentee and for each mentor, whose product is the block to within
    1e-9. A row with NaN in it is somebody who did not answer: values are unknown there, and
    where the block's ``answered`` says so, and nowhere else. The mean is then exact for any
    number of pairs, and all of them are screened by one matrix product.
    """

    @property
    def name(self) -> str:
        """The criterion's name, unique among the scorers of one problem."""
        ...

    def bind(self, pool: Pool) -> Any:
        """Return the :class:`Block` of these people.

        Parameters
        ----------
        pool
            The people without what they told in confidence.
        """
        ...


class ShippedBlock:
    """Base of this library's own blocks: every blocking agrees bit for bit, values are within 0 to 1."""

    exact: ClassVar[bool] = True


def positions(rows: Rows, size: int) -> Ints:
    """Return `rows` as an index array."""
    if isinstance(rows, slice):
        return np.arange(*rows.indices(size), dtype=np.int64)
    return np.asarray(rows, dtype=np.int64)


def as_slice(rows: Rows, size: int) -> Rows:
    """Return `rows` as a plain slice where they are consecutive, so that arrays are viewed, not copied."""
    if isinstance(rows, slice):
        start, stop, step = rows.indices(size)
        return slice(start, max(start, stop)) if step == 1 else positions(rows, size)
    index = np.asarray(rows, dtype=np.int64)
    if index.ndim == 1 and len(index) and index[0] >= 0 and bool(np.all(np.diff(index) == 1)):
        return slice(int(index[0]), int(index[-1]) + 1)
    return index


def count(rows: Rows) -> int:
    """Return how many positions there are in what :func:`as_slice` gave."""
    return rows.stop - rows.start if isinstance(rows, slice) else len(rows)


def take(rows: Rows, start: int, stop: int) -> Rows:
    """Return a run of what :func:`as_slice` gave."""
    if isinstance(rows, slice):
        return slice(rows.start + start, min(rows.start + stop, rows.stop))
    return rows[start:stop]


def hide_silent(values: Floats, rows: NDArray[np.bool_], columns: NDArray[np.bool_]) -> Floats:
    """Make unknown, in place, what rests on nobody's answer; `rows` and `columns` say who answered."""
    if not rows.all():
        values[~rows] = np.nan
    if not columns.all():
        values[:, ~columns] = np.nan
    return values

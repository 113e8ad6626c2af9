"""The part of a screen that no product gives, for other people than it was made for; and which parts may travel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentormatch.network import Rows

Rest: TypeAlias = Callable[[Rows, Rows], NDArray[np.float32]]
"""What no product gives, as a fresh rectangle."""


@dataclass(frozen=True, eq=False, repr=False)
class Moved:
    """A rest whose people stand elsewhere: arrays say where, so that it can be sent wherever the rest itself can.

    Attributes
    ----------
    rest
        The one that was made.
    rows, columns
        Where its rows and columns are found, for each row and column of this one; None: in the same places.
    across
        Whether its columns are the rows of this one.
    """

    rest: Rest
    rows: NDArray[np.int64] | None = None
    columns: NDArray[np.int64] | None = None
    across: bool = False

    @property
    def arrays_alone(self) -> bool:
        """Whether the rest itself holds nothing but arrays."""
        return holds_arrays_alone(self.rest)

    def __call__(self, rows: Rows, columns: Rows) -> NDArray[np.float32]:
        """Return a fresh rectangle."""
        mine = rows if self.rows is None else self.rows[rows]
        theirs = columns if self.columns is None else self.columns[columns]
        return np.ascontiguousarray(self.rest(theirs, mine).T) if self.across else self.rest(mine, theirs)

    def add(self, tile: NDArray[np.float32], rows: Rows, columns: Rows, room: NDArray[np.float32]) -> None:
        """Add to a rectangle; see :func:`add_rest`."""
        if self.across:
            tile += self(rows, columns)
            return
        mine = rows if self.rows is None else self.rows[rows]
        theirs = columns if self.columns is None else self.columns[columns]
        add_rest(self.rest, tile, mine, theirs, room)


def add_rest(rest: Rest, tile: NDArray[np.float32], rows: Rows, columns: Rows, room: NDArray[np.float32]) -> None:
    """Add what no product gives to a rectangle, in place where the rest knows how.

    Parameters
    ----------
    rest
        What is added.
    tile
        The rectangle, changed in place.
    rows, columns
        Where it stands.
    room
        Twice as many numbers as the rectangle has, overwritten: fresh memory for each would take longer than the rest.
    """
    add = getattr(rest, "add", None)
    if add is None:
        tile += rest(rows, columns)
    else:
        add(tile, rows, columns, room)


def holds_arrays_alone(rest: Rest | None) -> bool:
    """Say whether a rest says of itself that it holds arrays of numbers alone, no person and no code of the user's."""
    return rest is None or getattr(rest, "arrays_alone", False) is True

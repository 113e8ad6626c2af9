"""One side of a matching: who there is, whom they share a name with, and where their pairs stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.matching.parts import Reason, Unmatched


class Side:
    """One side, ready to answer about one person at once, also the first time.

    Parameters
    ----------
    role
        ``"mentee"`` or ``"mentor"``.
    people
        ``(id, name)`` of everybody, in listing order.
    left_out
        Those without a partner.
    made
        The ids of this side's people in the pairs.

    Attributes
    ----------
    names
        Id → name to show.
    reasons
        Id → public reason, of those without a partner.
    strangers
        Places of the pairs that name nobody of this side.
    loads
        How many pairs each person is in, in listing order (int64).
    """

    def __init__(
        self, role: str, people: Sequence[tuple[str, str]], left_out: Sequence[Unmatched], made: Sequence[str]
    ) -> None:
        import numpy as np

        self.role = role
        self.names: dict[str, str] = dict(people)
        self.reasons: dict[str, Reason] = {person.id: person.reason for person in left_out}
        self._row = dict(zip(self.names, range(len(self.names)), strict=True))
        rows: NDArray[Any] = np.fromiter(map(self._row.get, made, repeat(-1)), np.int64, len(made))
        self.strangers: list[int] = np.flatnonzero(rows < 0).tolist()
        self._order = np.argsort(rows, kind="stable")
        self.loads = np.bincount(rows[rows >= 0], minlength=len(self.names))
        self._starts = np.concatenate([[0], np.cumsum(self.loads)]) + len(self.strangers)
        self._shared = _repeated(list(self.names.values()))

    def places(self, id_: str) -> list[int] | None:
        """Return where a person's pairs stand, in order; None if there is nobody of this id."""
        row = self._row.get(id_)
        if row is None:
            return None
        found: list[int] = self._order[self._starts[row] : self._starts[row + 1]].tolist()
        return found

    def label(self, id_: str) -> str:
        """Return the name to show, with the id where several people share the name."""
        name = self.names[id_]
        return f"{name} ({id_})" if name in self._shared else name


def _repeated(names: Sequence[str]) -> frozenset[str]:
    if len(set(names)) == len(names):
        return frozenset()
    return frozenset(name for name, count in Counter(names).items() if count > 1)

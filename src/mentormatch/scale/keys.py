"""What people said under a key, read as the pool reads it, and the rule that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from mentormatch.constraints import ForbidPairs
from mentormatch.errors import Fault
from mentormatch.people.arrays import as_label
from mentormatch.people.fields import FIELD, Kind
from mentormatch.people.languages import language_key
from mentormatch.people.tables import clean
from mentormatch.people.values import fold, is_missing
from mentormatch.scale.components import Said, meeting

if TYPE_CHECKING:
    from mentormatch.people import Pool

_READ: Final = {
    **dict.fromkeys((Kind.LABELS, Kind.TAGS), tuple),
    **dict.fromkeys((Kind.TEXT, Kind.NUMBER, Kind.WHOLE, Kind.FLAG, Kind.ZONE, Kind.REFERENCE), lambda one: (one,)),
}
"""The kinds of fields that can be keys, and the labels of a value."""


def wrong_keys(keys: Sequence[str]) -> list[Fault]:
    """Tell which keys are fields that nobody can have in common."""
    message = "cannot be a key: a key is a public field or column with a label, a number or a list of labels"
    bad = [key for key in keys if key in FIELD and (FIELD[key].kind not in _READ or not FIELD[key].public)]
    return [Fault(("by",), "bad_key", f'"{key}" {message}') for key in bad]


def said(keys: Sequence[str], cells: Sequence[Any]) -> Said:
    """Read the cells under the keys; what cannot be read is no answer, and tells when the person is read."""
    return tuple(_labels(key, cell) for key, cell in zip(keys, clean(cells), strict=True))


def _labels(key: str, cell: Any) -> frozenset[str]:
    same = language_key if key == "languages" else fold
    try:
        found = _values(key, cell)
    except Exception:  # noqa: BLE001  # a reader's complaint comes when the person is read
        found = []
    return frozenset(folded for one in found if not is_missing(one) and (folded := same(as_label(one))))


def _values(key: str, cell: Any) -> Sequence[Any]:
    if key in FIELD:
        value = FIELD[key].reader.read(cell)
        return () if value is None else _READ[FIELD[key].kind](value)
    return cell if isinstance(cell, list | tuple) else (cell,)


@dataclass(frozen=True, repr=False)
class Meets:
    """Only people who have a value in common under every key; those of a block mostly all do.

    Parameters
    ----------
    mentees, mentors
        What each person said, in the order of the pool.
    """

    mentees: tuple[Said, ...]
    mentors: tuple[Said, ...]

    name: ClassVar[str] = "blocks"
    confidential: ClassVar[bool] = False

    def terms(self, pool: Pool, /) -> tuple[ForbidPairs, ...]:  # noqa: ARG002  # it was made for that pool
        """Return the pairs that have nothing in common."""
        kinds = [list(dict.fromkeys(side)) for side in (self.mentees, self.mentors)]
        table = meeting(*kinds)
        if table.all():
            return ()
        of = [{one: at for at, one in enumerate(side)} for side in kinds]
        rows, columns = (
            np.array([at[one] for one in side], np.int64)
            for at, side in zip(of, (self.mentees, self.mentors), strict=True)
        )
        i, j = np.nonzero(~table[rows][:, columns])
        return (ForbidPairs(i.astype(np.int64), j.astype(np.int64)),)


@dataclass(frozen=True, repr=False)
class Lines:
    """Reporting lines that run through people of other blocks: who is above whom, near enough to matter.

    Parameters
    ----------
    above
        Who is above each person of the block: (person, manager), ids, both of the block.
    """

    above: tuple[tuple[str, str], ...]

    name: ClassVar[str] = "reporting_line"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("manager_id",)

    def terms(self, pool: Pool, /) -> tuple[ForbidPairs, ...]:
        """Return every pair of one line."""
        row, column = pool.mentee_row, pool.mentor_row
        pairs = {(row[a], column[b]) for a, b in self.above if a in row and b in column}
        pairs |= {(row[b], column[a]) for a, b in self.above if b in row and a in column}
        i, j = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
        return (ForbidPairs(i.copy(), j.copy()),) if pairs else ()

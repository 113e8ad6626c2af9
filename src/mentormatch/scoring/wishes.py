"""Wishes: whether the two named each other, and how high."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.scoring.factors import Listed
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, positions

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _Wished:
    """One side's wishes: the value of each wished pair, 0 for the others, nothing for who stated none.

    Pairs are kept as sorted keys ``mentee row * mentors + mentor row``.
    """

    keys: Ints
    values: Floats
    stated: NDArray[np.float64]

    def pairs(self, keys: Ints) -> Floats:
        if not len(self.keys):
            return np.zeros(len(keys))
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.values[at], 0.0)


@dataclass(frozen=True, eq=False)
class _WishesBlock(ShippedBlock):
    of_mentees: _Wished
    of_mentors: _Wished

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        one, other = self.of_mentees.stated > 0, self.of_mentors.stated > 0
        return one | other.any(), other | one.any()

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        rows = positions(mentees, len(self.of_mentees.stated))
        columns = positions(mentors, len(self.of_mentors.stated))
        out = np.zeros((len(rows), len(columns)))
        for side in (self.of_mentees, self.of_mentors):
            self._add(out, side, rows, columns)
        voices = self.of_mentees.stated[rows][:, None] + self.of_mentors.stated[columns][None, :]
        voices[voices == 0] = np.nan
        out /= voices
        return out

    def _add(self, out: Floats, side: _Wished, rows: Ints, columns: Ints) -> None:
        """Add one side's values to a rectangle whose rows or columns may repeat."""
        width = len(self.of_mentors.stated)
        row_order, column_order = np.argsort(rows, kind="stable"), np.argsort(columns, kind="stable")
        for key, value in self._within(side, rows):
            row, column = divmod(key, width)
            at_row = row_order[slice(*np.searchsorted(rows[row_order], [row, row + 1]))]
            at_column = column_order[slice(*np.searchsorted(columns[column_order], [column, column + 1]))]
            out[np.ix_(at_row, at_column)] += value

    def _within(self, side: _Wished, rows: Ints) -> Iterable[tuple[int, float]]:
        width = len(self.of_mentors.stated)
        inside = np.isin(side.keys // max(width, 1), rows)
        return zip(side.keys[inside].tolist(), side.values[inside].tolist(), strict=True)

    def pairs(self, i: Ints, j: Ints) -> Floats:
        out = self.of_mentees.pairs(i * len(self.of_mentors.stated) + j)
        out += self.of_mentors.pairs(i * len(self.of_mentors.stated) + j)
        voices = self.of_mentees.stated[i] + self.of_mentors.stated[j]
        voices[voices == 0] = np.nan
        out /= voices
        return out

    def factors(self) -> Listed:
        """Return the pairs that either side wished for; known is 1 - (1 - one stated) (1 - the other did)."""
        from scipy.sparse import csr_matrix

        one, other = self.of_mentees.stated, self.of_mentors.stated
        keys = np.union1d(self.of_mentees.keys, self.of_mentors.keys)
        i, j = np.divmod(keys, max(len(other), 1))
        values = csr_matrix((self.pairs(i, j), (i, j)), shape=(len(one), len(other)))
        known = np.stack([one, 1 - one], axis=1), np.stack([np.ones_like(other), other], axis=1)
        return Listed(values, known)

    def gains(self, i: Ints, j: Ints) -> tuple[Floats, Floats]:
        keys = i * len(self.of_mentors.stated) + j
        for_mentee = np.where(self.of_mentees.stated[i] > 0, self.of_mentees.pairs(keys), np.nan)
        return for_mentee, np.where(self.of_mentors.stated[j] > 0, self.of_mentors.pairs(keys), np.nan)


@dataclass(frozen=True)
class Wishes:
    """Whether the two asked for each other, and how high on the list.

    Each side that stated wishes gives 1 / rank to whoever it names, 1 for its first wish,
    1/2 for its second, and 0 to everybody else; value = the mean over the sides that
    stated wishes.

    **Range**: 0, asked for by neither, to 1, each other's first wish, or the first wish of
    one while the other stated none. **Unknown**: neither stated wishes. Somebody whose
    wishes are all for people who are not there has stated none. 1 / rank depends on the
    rank alone, so a longer list does not score higher.

    Notes
    -----
    That both sides' say in the match goes with better relationships: Allen, Eby & Lentz,
    *Mentorship behaviors and mentorship quality*, Journal of Applied Psychology 91 (2006).
    1 / rank is the reciprocal rank of information retrieval (Voorhees, *The TREC-8 question
    answering track report*, 1999); for wishes a convention.
    """

    name: ClassVar[str] = "wishes"
    fields: ClassVar[tuple[str, ...]] = ("wishes",)

    def bind(self, pool: Pool) -> _WishesBlock:
        """Return the block of these people."""
        mentees, mentors = pool.objects("wishes")
        width = len(pool.mentor_ids)
        asked = _ranks(mentees, pool.mentor_row)
        named = _ranks(mentors, pool.mentee_row)
        return _WishesBlock(
            _wished({row * width + other: value for row, other, value in asked}, {row for row, _, _ in asked}, mentees),
            _wished({other * width + row: value for row, other, value in named}, {row for row, _, _ in named}, mentors),
        )


def _ranks(side: Iterable[Iterable[str] | None], row_of: Mapping[str, int]) -> list[tuple[int, int, float]]:
    """Return (row, other side's row, 1 / rank) of every wish for somebody who is there; the first mention counts."""
    found = []
    for row, wishes in enumerate(side):
        for rank, other in enumerate(dict.fromkeys(wishes or ()), start=1):
            if other in row_of:
                found.append((row, row_of[other], 1.0 / rank))
    return found


def _wished(values: dict[int, float], rows: set[int], side: Iterable[object]) -> _Wished:
    keys = np.array(sorted(values), dtype=np.int64)
    stated = np.array([row in rows for row, _ in enumerate(side)], dtype=np.float64)
    return _Wished(keys, np.array([values[key] for key in keys.tolist()], dtype=np.float64), stated)

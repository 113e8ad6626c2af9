"""Blocks: a question about two people, answered for rectangles of pairs at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mentormatch.constraints.terms import Rows


_FEW = 16
"""Rows from which looking for mentees who are alike is worth its time."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Elementwise:
    """A test on a few numbers of the mentee and a few of the mentor.

    The same test is asked of a rectangle (by broadcasting) and of single pairs, so the two
    cannot disagree.

    Parameters
    ----------
    test
        ``test(*mentee numbers, *mentor numbers)`` gives True where a pair is forbidden, or what a
        pair weighs. It works elementwise and is given at least one array.
    mentees, mentors
        The columns: arrays with one entry per person.
    shape
        Numbers of mentees and mentors.
    """

    test: Callable[..., NDArray[Any]]
    mentees: tuple[NDArray[Any], ...]
    mentors: tuple[NDArray[Any], ...]
    shape: tuple[int, int]
    kinds: tuple[NDArray[np.int64], NDArray[np.int64]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Tell apart the mentees whose numbers differ: those who are alike get the same answers, worked out once."""
        if len(self.mentees) == 1 and self.mentees[0].dtype.kind in "biuf":
            _, first, kind = np.unique(self.mentees[0], return_index=True, return_inverse=True)
            object.__setattr__(self, "kinds", (first, kind.astype(np.int64)))

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[Any]:
        """Answer for a rectangle of pairs."""
        shape = _length(rows, self.shape[0]), _length(columns, self.shape[1])
        asked, alike = rows, None
        if self.kinds is not None and shape[0] >= _FEW:
            here, inverse = np.unique(self.kinds[1][rows], return_inverse=True)
            if 2 * len(here) <= shape[0]:
                asked, alike = self.kinds[0][here], inverse
        left = [column[asked][:, None] for column in self.mentees]
        right = [column[columns][None, :] for column in self.mentors]
        answer = self.test(*left, *right)
        if alike is not None:
            answer = np.broadcast_to(answer, (len(left[0]), shape[1]))[alike]
        return answer if answer.shape == shape else np.broadcast_to(answer, shape).copy()

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[Any]:
        """Answer for single pairs."""
        return self.test(*(column[i] for column in self.mentees), *(column[j] for column in self.mentors))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """Answers that were worked out for every pair: mentees × mentors."""

    answers: NDArray[Any]

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[Any]:
        """Answer for a rectangle of pairs."""
        return self.answers[rows][:, columns]

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[Any]:
        """Answer for single pairs."""
        return self.answers[i, j]


def _length(rows: Rows, size: int) -> int:
    return len(range(*rows.indices(size))) if isinstance(rows, slice) else len(rows)


def packed(bags: Any) -> tuple[NDArray[np.uint64], ...]:
    """Pack the rows of a CSR matrix into bits: 64 columns to a word, one array a word.

    Two people share a column exactly if any of their words have a bit in common.
    """
    number, width = bags.shape
    words = np.zeros((max(1, -(-width // 64)), number), np.uint64)
    filled = bags.data != 0
    row = np.repeat(np.arange(number), np.diff(bags.indptr))[filled]
    column = bags.indices[filled].astype(np.uint64)
    bit = np.left_shift(np.uint64(1), column % np.uint64(64))
    np.bitwise_or.at(words, ((column // np.uint64(64)).astype(np.int64), row), bit)
    return tuple(words)


def narrow(words: tuple[NDArray[np.uint64], ...]) -> tuple[NDArray[Any], ...]:
    """Return the first word, where there is only one, in as few bytes as its highest bit needs; all bits are kept."""
    if len(words) > 1:
        return words
    highest = int(words[0].max(initial=0))
    kind = next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if highest <= np.iinfo(kind).max)
    return (words[0].astype(kind),)

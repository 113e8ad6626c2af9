"""The pairs that are looked at one by one, out of all those that exist."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Kept:
    """Some pairs in row order, and which of them the present matching uses.

    A pair is told by its key, ``row * columns + column``; keys are sorted and unique.
    """

    shape: tuple[int, int]
    keys: NDArray[np.int64]
    used: NDArray[np.bool_]

    @classmethod
    def of(cls, shape: tuple[int, int], keys: NDArray[np.int64], used: NDArray[np.int64]) -> Kept:
        """Build from the keys to keep and the keys that are used."""
        every = distinct(np.concatenate((keys, used)))
        return cls(shape, every, within(every, np.sort(used)))

    @cached_property
    def i(self) -> NDArray[np.int64]:
        """The row of each pair."""
        return self.keys // self.shape[1]

    @cached_property
    def j(self) -> NDArray[np.int64]:
        """The column of each pair."""
        return self.keys % self.shape[1]

    def has(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of some keys are kept."""
        return within(keys, self.keys)

    def using(self, used: NDArray[np.int64]) -> Kept:
        """Use exactly these keys, keeping them if they were not kept."""
        mask = within(self.keys, np.sort(used))
        if int(mask.sum()) == len(used):
            return self.marked(mask)
        return Kept.of(self.shape, self.keys, used)

    def adding(self, keys: NDArray[np.int64]) -> Kept:
        """Keep more pairs, unused unless they are used already."""
        return Kept.of(self.shape, np.concatenate((self.keys, keys)), self.keys[self.used])

    def marked(self, used: NDArray[np.bool_]) -> Kept:
        """Replace the mask of used pairs."""
        return Kept(self.shape, self.keys, used)

    def loads(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count the partners that each row and each column has."""
        return count(self.i[self.used], self.shape[0]), count(self.j[self.used], self.shape[1])


def count(positions: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Count how often each position occurs."""
    return np.bincount(positions, minlength=size).astype(np.int64)


def distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sort keys and drop repeated ones; by sorting, which is faster here than numpy's hashing."""
    ordered = np.sort(keys)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]]


def within(keys: NDArray[np.int64], table: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which keys are in a sorted table of them."""
    if not len(table):
        return np.zeros(len(keys), bool)
    at = np.searchsorted(table, keys)
    found: NDArray[np.bool_] = table[np.minimum(at, len(table) - 1)] == keys
    return found

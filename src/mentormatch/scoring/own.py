"""What people themselves say about how much each criterion counts: weights that differ by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.people.values import fold
from mentormatch.scoring.protocols import Floats, Ints, Rows, positions
from mentormatch.scoring.screen import ROUNDOFF, Screening

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from mentormatch.people import Pool
    from mentormatch.scoring.criterion import Criterion

    Told = tuple[NDArray[np.bool_], NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class OwnWeights:
    """The weights of every pair, where somebody has weights of their own.

    A person's share of a criterion is weight · own importance, over the sum of these; a
    criterion that the person does not name has importance 1. A pair's weight is the mean of
    the shares of those of the two who say anything, and the criterion's own where neither
    does. So every pair's weights sum to 1, and whoever says nothing changes nothing.

    Attributes
    ----------
    shares
        (people × criteria) of mentees and of mentors; rows of 0 where nothing is said.
    stated
        Who says anything about these criteria.
    base
        The criteria's own weights.
    strangers
        How many people name a criterion that is none of these.
    named
        Which criteria each person says anything about, (people × criteria).
    """

    shares: tuple[Floats, Floats]
    stated: Told
    base: Floats
    strangers: int
    named: Told

    @classmethod
    def of(cls, pool: Pool, criteria: Sequence[Criterion]) -> OwnWeights:
        """Read everybody's ``weights``; their names are those of criteria but for case, spaces and underscores."""
        column = {fold(criterion.name): k for k, criterion in enumerate(criteria)}
        base = np.array([criterion.weight for criterion in criteria], dtype=np.float64)
        found, stated, said, strangers = [], [], [], 0
        for side in pool.objects("weights"):
            importance = np.ones((len(side), len(base)))
            told, spoken = np.zeros(len(side), dtype=bool), np.zeros(importance.shape, dtype=bool)
            for row, given in ((row, given) for row, given in enumerate(side) if given):
                named = {column.get(fold(name), -1): amount for name, amount in given.items()}
                strangers += -1 in named
                for k in sorted(named.keys() - {-1}):
                    importance[row, k], told[row], spoken[row, k] = named[k], True, True
            shares = _shares(importance, base)
            told &= shares.any(axis=1)
            found.append(np.where(told[:, None], shares, 0.0))
            stated.append(told)
            said.append(spoken)
        return cls((found[0], found[1]), (stated[0], stated[1]), base, strangers, (said[0], said[1]))

    def rectangle(self, k: int, rows: Rows, columns: Rows) -> Floats:
        """Return one criterion's weight in a rectangle of pairs."""
        out = self.shares[0][rows, k][:, None] + self.shares[1][columns, k][None, :]
        voices = self.stated[0][rows].astype(np.int8)[:, None] + self.stated[1][columns].astype(np.int8)[None, :]
        return _meant(out, voices, self.base[k])

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the weights of single pairs, (pairs × criteria), bit for bit those of any rectangle."""
        voices = self.stated[0][i].astype(np.int8) + self.stated[1][j].astype(np.int8)
        return _meant(self.shares[0][i] + self.shares[1][j], voices[:, None], self.base)


def _meant(total: Floats, voices: NDArray[np.int8], base: Any) -> Floats:
    """Return the mean over one or two voices, which is exact; the base where there is none."""
    total *= np.where(voices == 2, 0.5, 1.0)
    return np.where(voices == 0, base, total)


def _shares(importance: Floats, base: Floats) -> Floats:
    """Return each row's weights as shares; a row of zeros where none is above 0."""
    largest = importance.max(axis=1, initial=0.0)
    weights = importance / np.where(largest > 0, largest, 1.0)[:, None] * base
    total = np.zeros(len(weights))
    for k in range(len(base)):  # one after the other: no row's sum depends on how many rows there are
        total += weights[:, k]
    return even(np.asarray(weights / np.where(total > 0, total, 1.0)[:, None]))


def even(shares: Floats) -> Floats:
    """Return shares that sum to exactly 1: multiples of 2**-40, the largest with what rounding leaves.

    Sums and halves of them are exact, so that a pair that has everything scores 1 and no less.
    """
    out = np.rint(np.ldexp(shares, 40))
    some = np.flatnonzero(out.any(axis=1))
    if not len(some):
        return shares
    largest = out[some].argmax(axis=1)
    out[some, largest] += 2.0**40 - out[some].sum(axis=1)
    return np.asarray(np.ldexp(out, -40))


def screened(screening: Screening, own: Told, block: Callable[[Rows, Rows], Floats]) -> Screening:
    """Return a screen in which the pairs of people with weights of their own are scored one by one.

    Parameters
    ----------
    screening
        The screen by the criteria's weights.
    own
        Who has weights of their own.
    block
        The exact scores of a rectangle, 0 to 1.
    """
    if not (own[0].any() or own[1].any()):
        return screening
    left, right = screening.left.copy(), screening.right.copy()
    left[own[0]] = 0.0
    right[own[1]] = 0.0
    error = np.where(own[0], ROUNDOFF, np.maximum(screening.error, ROUNDOFF))
    return Screening(left, right, error, _OneByOne(screening.rest, own, block))


@dataclass(frozen=True, eq=False)
class _OneByOne:
    """What the product of :func:`screened` does not give."""

    rest: Callable[[Rows, Rows], NDArray[np.float32]] | None
    own: Told
    block: Callable[[Rows, Rows], Floats]

    def __call__(self, rows: Rows, columns: Rows) -> NDArray[np.float32]:
        i, j = positions(rows, len(self.own[0])), positions(columns, len(self.own[1]))
        one, other = self.own[0][i], self.own[1][j]
        out = np.zeros((len(i), len(j)), np.float32)
        if self.rest is not None and not (one.all() or other.all()):
            out[np.ix_(~one, ~other)] = self.rest(i[~one], j[~other])
        if one.any():
            out[one] = self.block(i[one], j)
        if other.any() and not one.all():
            out[np.ix_(~one, other)] = self.block(i[~one], j[other])
        return out

# ruff: noqa: SLF001  a matrix may look into another one
"""The same criteria under other weights: nothing is bound or fitted anew."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.scoring.given import GivenScores
from mentormatch.scoring.own import even
from mentormatch.scoring.seen import SeenScores, Sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.scoring.matrix import ScoreMatrix
    from mentormatch.scoring.protocols import Floats, Ints


def reweighed(scores: ScoreMatrix, shares: Mapping[str, float], memory: int) -> ScoreMatrix:
    """Return the scores that the same criteria make under other weights; means for missing answers stay.

    Parameters
    ----------
    scores
        Any matrix; it stays as it is.
    shares
        The share of the weight of each of its criteria, from :func:`shares_of`; those without any drop out.
        Where all do, every pair scores the same.
    memory
        Bytes that kept values may take.
    """
    if isinstance(scores, SeenScores):
        sheets = tuple(Sheet(reweighed(one.matrix, shares, memory), one.rows, one.columns) for one in scores.sheets)
        return SeenScores(scores._ids, sheets)
    if isinstance(scores, GivenScores):
        return scores if any(shares.values()) else _levelled(scores)
    made = copy(scores)
    made._criteria = tuple(replace(one, weight=shares[one.name]) for one in scores._criteria if shares[one.name] > 0)
    made._given, made._scores = dict(shares), None
    _carry_own(scores, made)
    made._keep(memory)
    return made


class Voices(NamedTuple):
    """The weights of people who have weights of their own.

    Attributes
    ----------
    shares
        (people × criteria) of mentees and of mentors: each person's own shares of the weight, summing to 1.
    stated
        Who has any.
    named
        Which criteria they say anything about, (people × criteria).
    """

    shares: tuple[Floats, Floats]
    stated: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    named: tuple[NDArray[np.bool_], NDArray[np.bool_]]

    def taken(self, rows: Ints, columns: Ints) -> Voices:
        """Return those of some mentees and of some mentors."""
        (a, b), (one, other), (here, there) = self
        return Voices((a[rows], b[columns]), (one[rows], other[columns]), (here[rows], there[columns]))

    def times(self, factors: Floats) -> Voices:
        """Return the shares that are left when each criterion's weight is multiplied by a factor.

        Whoever names only criteria that have no weight any more has no own weights either.
        """
        if (factors == 1).all():
            return self
        shares, stated = [], []
        for own, said, named in zip(self.shares, self.stated, self.named, strict=True):
            new = own * factors
            total = new.sum(axis=1)
            shares.append(even(new / np.where(total > 0, total, 1.0)[:, None]))
            stated.append(said & (total > 0) & (named & (factors > 0)).any(axis=1))
        return Voices((shares[0], shares[1]), (stated[0], stated[1]), self.named)

    def weight(self, k: int, base: float) -> Floats:
        """Return one criterion's weight in every pair: the mean over those of the two who have own weights."""
        voices = self.stated[0].astype(np.int8)[:, None] + self.stated[1].astype(np.int8)
        both = np.where(self.stated[0], self.shares[0][:, k], 0.0)[:, None]
        both = both + np.where(self.stated[1], self.shares[1][:, k], 0.0)
        found: Floats = np.where(voices == 0, base, np.where(voices == 2, 0.5 * both, both))
        return found


def voices_of(scores: ScoreMatrix) -> Voices | None:
    """Return the weights of people who have weights of their own, by row; None where nobody has."""
    if isinstance(scores, SeenScores):
        last = scores.sheets[-1]  # it has everybody
        found = voices_of(last.matrix)
        return None if found is None else found.taken(last.rows, last.columns)
    own: Any = getattr(scores, "_own", None)
    return None if own is None else Voices(own.shares, own.stated, own.named)


def _carry_own(scores: ScoreMatrix, made: ScoreMatrix) -> None:
    """Give a reweighed matrix the weights that people have of their own, in proportion."""
    voices = voices_of(scores)
    if voices is None:
        return
    own: Any = getattr(scores, "_own")  # noqa: B009  only some matrices have it
    left = {one.name: one.weight for one in made._criteria}
    before = np.array([one.weight for one in scores._criteria])
    kept = np.array([one.name in left for one in scores._criteria])
    after = np.array([left.get(one.name, 0.0) for one in scores._criteria])
    new = voices.times(after / before)
    setattr(made, "_own", None)  # noqa: B010
    if any(side.any() for side in new.stated):
        shares = tuple(
            np.where(said[:, None], side[:, kept], 0.0) for side, said in zip(new.shares, new.stated, strict=True)
        )
        named = tuple(side[:, kept] for side in new.named)
        setattr(made, "_own", replace(own, shares=shares, stated=new.stated, base=after[kept], named=named))  # noqa: B010


def _levelled(scores: GivenScores) -> GivenScores:
    """Return given scores without what they tell: every pair that has one scores the mean."""
    known = ~np.isnan(scores.table)
    mean = float(scores.table[known].mean()) if known.any() else 0.0
    made = copy(scores)
    made._scores = np.where(known, mean, np.nan)
    return made


def shares_of(given: Any, scores: ScoreMatrix, loc: tuple[str, ...]) -> dict[str, float]:
    """Read weights of the criteria of a matrix, by name or by scorer, as shares that sum to 1.

    Parameters
    ----------
    given
        ``{scorer or its name: weight}``; criteria that are not named have none. None: the matrix's own weights.
    scores
        The matrix.
    loc
        Where the weights stand, for errors.

    Returns
    -------
    dict of str to float
        One for each criterion of the matrix, by name, sorted. Criteria that nobody answered dropped out of the
        matrix, and their weight drops out too.

    Raises
    ------
    InputError
        Every criterion that the scores do not have, every weight that is no finite number of 0 or more, or that
        no weight is above 0.
    """
    if given is None:
        return dict(scores.weights)
    if not isinstance(given, Mapping):
        raise InputError(Fault(loc, "no_mapping", "weights are {criterion: weight}"))
    faults: list[Fault] = []
    found = dict.fromkeys(scores.criteria, 0.0)
    known = {name for name, weight in scores.scorers.items() if weight}
    above = False
    for one, weight in given.items():
        name = str(one if isinstance(one, str) else getattr(one, "name", type(one).__name__))
        if name not in known:
            msg = f'the scores have no criterion "{name}"; they have {", ".join(sorted(known)) or "none"}: '
            faults.append(Fault((*loc, name), "unknown_criterion", msg + "build the problem with it to weigh it"))
        elif isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= sys.float_info.max:
            msg = f'the weight of "{name}" must be a finite number, 0 or more'
            faults.append(Fault((*loc, name), "bad_weight", msg))
        else:
            above = above or weight > 0
            if name in found:
                found[name] = float(weight)
    if not faults and not above:
        faults.append(Fault(loc, "no_weight", "at least one criterion must have a weight above 0"))
    if faults:
        raise InputError(faults)
    return normed(found)


def normed(weights: Mapping[str, float]) -> dict[str, float]:
    """Return weights as shares, added up exactly as a matrix does; all 0 where none is above 0."""
    total = math.fsum(weight for weight in weights.values() if weight)
    return {name: weight / total if total else 0.0 for name, weight in sorted(weights.items())}


def without(scores: ScoreMatrix, criterion: str) -> dict[str, float]:
    """Return the shares that are left when one criterion is left out, the others in proportion."""
    return normed({name: 0.0 if name == criterion else weight for name, weight in scores.weights.items()})

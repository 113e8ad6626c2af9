"""Chosen rows turned into pairs: the score of each with its parts, and nothing of any other pair."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.matching import PairColumns
from mentormatch.network import Arcs

if TYPE_CHECKING:
    from mentormatch.people import Pool
    from mentormatch.problem.roster import Roster
    from mentormatch.scoring import ScoreMatrix

_TIMES, _SPARE = 4, 64
"""More pairs than so many times those of a matching, and so many more, are not kept."""

_OTHER = "other"
"""What the parts that may not be shown are folded into."""


class Told(NamedTuple):
    """Pairs that were told: one number for each in order, its place, and all of them in columns."""

    keys: NDArray[np.int64]
    places: NDArray[np.int64]
    columns: PairColumns


class Pairs:
    """The pairs of a problem that were told lately: matchings that have most of them in common share these.

    Parameters
    ----------
    scores, roster, pool, share
        Of the problem.
    told
        What is known already.
    """

    def __init__(
        self, scores: ScoreMatrix, roster: Roster, pool: Pool | None, share: frozenset[str], told: Told | None = None
    ) -> None:
        self._scores, self._roster, self._pool, self._share = scores, roster, pool, share
        self._told = told  # replaced as one, so that threads find what belongs together

    def of(self, arcs: Arcs) -> PairColumns:
        """Return pairs of listing rows, in row order, each with the parts that sum to its score."""
        keys, told = arcs.i * self._roster.shape[1] + arcs.j, self._told
        if told is None or not len(told.keys):
            columns = self._made(arcs)
            self._told = Told(keys, np.arange(len(keys)), columns)
            return columns
        at = np.searchsorted(told.keys, keys)
        new = np.flatnonzero(told.keys.take(at, mode="clip") != keys)
        if len(new):
            known = len(told.columns)
            columns = told.columns.and_more(self._made(Arcs(arcs.i[new], arcs.j[new])))
            places = np.insert(told.places, at[new], np.arange(known, known + len(new)))
            told = Told(np.insert(told.keys, at[new], keys[new]), places, columns)
            at = np.searchsorted(told.keys, keys)
        found = told.columns.take(told.places[at])
        many = len(told.columns) > _SPARE + _TIMES * len(keys)
        self._told = Told(keys, np.arange(len(keys)), found) if many else told
        return found

    def following(self, scores: ScoreMatrix, roster: Roster, pool: Pool | None, *places: NDArray[np.int64]) -> Pairs:
        """Return the pairs of a changed problem, in which people of each side have these rows; -1 if they are gone."""
        told = self._told
        if told is not None and len(told.keys):
            i, j = (own[rows] for own, rows in zip(places, np.divmod(told.keys, self._roster.shape[1]), strict=True))
            here = (i >= 0) & (j >= 0)  # who stays, stays in order
            told = Told(i[here] * roster.shape[1] + j[here], told.places[here], told.columns)
        return Pairs(scores, roster, pool, self._share, told)

    def _made(self, arcs: Arcs) -> PairColumns:
        return make_pairs(arcs, self._scores, self._roster, self._pool, self._share)


def make_pairs(
    arcs: Arcs, scores: ScoreMatrix, roster: Roster, pool: Pool | None, share: frozenset[str]
) -> PairColumns:
    """Return the chosen pairs in listing order, each with the parts that sum to its score.

    Parts that may not be shown are folded into one, ``other``: criteria on fields that are
    not shared, or that one of the two keeps private. A criterion that does not say what it
    reads is shown unless one of the two keeps anything private.
    """
    i, j = arcs
    values, totals = scores.components(i, j), scores.pairs(i, j)
    folded = _folded(arcs, scores, pool, share)
    gaining = np.isin(scores.criteria, scores.gaining) if scores.criteria else np.zeros(0, bool)
    told = ~folded[:, gaining].any(axis=1)  # else the gains would give away what is folded
    for_mentee, for_mentor = (np.where(told, gain, np.nan) for gain in scores.gains(i, j))
    parts = _Parts(values, totals, folded, scores, scores.pair_weights(i, j))
    return PairColumns(
        mentees=tuple(map(roster.mentee_ids.__getitem__, i.tolist())),
        mentors=tuple(map(roster.mentor_ids.__getitem__, j.tolist())),
        score=totals,
        evidence=scores.evidence(i, j),
        for_mentee=for_mentee,
        for_mentor=for_mentor,
        starts=np.concatenate([[0], np.cumsum(parts.there.sum(axis=1))]),
        criteria=parts.criteria(),
        weight=parts.weight[parts.there],
        value=parts.value[parts.there],
        contribution=parts.contribution[parts.there],
        shared=parts.shared(arcs),
    )


def _folded(arcs: Arcs, scores: ScoreMatrix, pool: Pool | None, share: frozenset[str]) -> NDArray[np.bool_]:
    """Return which criteria (columns) of which pairs (rows) may not be shown."""
    names = scores.criteria
    fields = [scores.fields(name) for name in names]
    reads = [frozenset(stated or ()) for stated in fields]
    always = [name not in share and bool(read - share) for name, read in zip(names, reads, strict=True)]
    folded = np.tile(np.array(always, bool), (len(arcs.i), 1))
    if pool is None:
        return folded
    if scores.own and "weights" not in share:  # any part's weight would tell the other side what somebody said
        base = np.array(list(scores.weights.values()))
        folded[(scores.pair_weights(*arcs) != base).any(axis=1)] = True
    kept = pool.private_fields("mentee"), pool.private_fields("mentor")
    private = np.zeros(len(arcs.i), bool)
    for side, rows in zip(kept, arcs, strict=True):
        private |= np.fromiter(map(bool, side), bool, len(side))[rows]
    memo: dict[frozenset[str], NDArray[np.bool_]] = {}
    for place in np.flatnonzero(private).tolist():
        own = kept[0][arcs.i[place]] | kept[1][arcs.j[place]]
        if own not in memo:
            all_weights = scores.own and "weights" in own  # any part's weight would give them away
            hides = [all_weights or stated is None or bool(frozenset(stated) & own) for stated in fields]
            memo[own] = np.array([hidden or name in own for hidden, name in zip(hides, names, strict=True)], bool)
        folded[place] |= memo[own]
    return folded


class _Parts:
    """The parts of all pairs: a column for each criterion and one for what is folded.

    Attributes
    ----------
    there
        Which parts there are, (pairs, criteria + 1); the rest of the arrays count there only.
    weight, value, contribution
        The numbers of the parts.
    """

    def __init__(
        self,
        values: NDArray[np.float64],
        totals: NDArray[np.float64],
        folded: NDArray[np.bool_],
        scores: ScoreMatrix,
        weights: NDArray[np.float64],
    ) -> None:
        defaults, self._scores = scores.defaults, scores
        shape = values.shape[0], values.shape[1] + 1
        self.there = np.concatenate([~folded, np.zeros((shape[0], 1), bool)], axis=1)
        self.weight, self.contribution = np.zeros(shape), np.zeros(shape)
        self.value = np.concatenate([values, np.full((shape[0], 1), np.nan)], axis=1)
        for k, name in enumerate(scores.criteria):
            self.weight[:, k] = weights[:, k]
            unknown = np.isnan(values[:, k])
            counted = np.where(unknown, defaults[name], values[:, k]) if unknown.any() else values[:, k]
            self.contribution[:, k] = weights[:, k] * counted
            self.weight[:, -1] += np.where(folded[:, k], weights[:, k], 0.0)
            self.contribution[:, -1] += np.where(folded[:, k], self.contribution[:, k], 0.0)
        if scores.criteria:
            self.there[:, -1] = self.weight[:, -1] != 0
        else:
            self.there[:, -1], self.weight[:, -1], self.contribution[:, -1] = True, 1.0, totals

    def criteria(self) -> list[str]:
        """Return the names of the parts, one after the other."""
        names = np.array([*self._scores.criteria, _OTHER], object)
        found: list[str] = names[np.nonzero(self.there)[1]].tolist()
        return found

    def shared(self, arcs: Arcs) -> list[tuple[str, ...]]:
        """Return the answers that the parts rest on, one after the other; those of folded parts are not looked at."""
        found = np.empty(self.there.shape, object)
        found[:, -1] = np.fromiter(repeat(()), object, len(found))
        for k, name in enumerate(self._scores.criteria):
            shown = np.flatnonzero(self.there[:, k])
            told = self._scores.shared_pairs(name, arcs.i[shown], arcs.j[shown])
            found[shown, k] = np.fromiter(told, object, len(shown))
        listed: list[tuple[str, ...]] = found[self.there].tolist()
        return listed

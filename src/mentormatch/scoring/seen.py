# ruff: noqa: SLF001  a matrix may look into another one
"""Scores after people left or joined: nobody else's change, and nothing is fitted anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.scoring.criterion import bound
from mentormatch.scoring.matrix import ScoreMatrix, _on
from mentormatch.scoring.protocols import Floats, Ints, Rows, positions
from mentormatch.scoring.registry import Scorers, weighted
from mentormatch.scoring.screen import ROUNDOFF, Screening

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mentormatch.people import Pool


class FittedScores(ScoreMatrix):
    """Scores of people by statistics of others: the means, weights and criteria are those of a matrix that is there.

    Parameters
    ----------
    pool
        The people, without what they told in confidence.
    scorers, on
        As that matrix was made with.
    matrix
        The matrix.
    fitted
        The people it was made of.

    Raises
    ------
    InputError
        As :class:`ScoreMatrix` raises.
    """

    def __init__(self, pool: Pool, scorers: Scorers, on: dt.date | None, matrix: ScoreMatrix, fitted: Pool) -> None:
        self._ids = (tuple(pool.mentee_ids), tuple(pool.mentor_ids))
        self._backend = pool.backend
        self._given, self._scores, self._notes = matrix.scorers, None, ()
        known = {one.name: one for one in matrix._criteria}
        found, faults = [], list[Fault]()
        for spec in (_on(one, on) for one in weighted(scorers)):
            if spec.name not in known:
                continue
            try:
                criterion = bound(spec, pool, fitted)
            except InputError as error:
                faults.extend(error.faults)
                continue
            criterion.default, criterion.weight = known[spec.name].default, known[spec.name].weight
            found.append(criterion)
        if faults:
            raise InputError(faults)
        self._criteria = tuple(found)
        self._weigh(pool)
        self._notes = matrix.notes


@dataclass(frozen=True, eq=False)
class Sheet:
    """A matrix that scores some of the people, and the row of everybody in it: -1 for those who are not there."""

    matrix: ScoreMatrix
    rows: Ints
    columns: Ints

    def seen(self, rows: Ints, columns: Ints) -> Sheet:
        """Return the sheet of these people, who had these rows before; -1 for those who had none."""
        return Sheet(self.matrix, _through(self.rows, rows), _through(self.columns, columns))


class SeenScores(ScoreMatrix):
    """Scores of pairs, each taken from the first of several matrices that has both people.

    Parameters
    ----------
    ids
        Of mentees and mentors.
    sheets
        The matrices, the oldest first; the last has everybody.
    """

    def __init__(self, ids: tuple[tuple[str, ...], tuple[str, ...]], sheets: tuple[Sheet, ...]) -> None:
        first = sheets[0].matrix
        self.sheets = sheets
        self._ids, self._backend, self._criteria = ids, first._backend, first._criteria
        self._given, self._notes, self._scores = first.scorers, first.notes, None
        # the number of the first sheet that somebody is on
        self._since = tuple(
            np.argmax(np.stack([np.asarray(own) >= 0 for own in sides]), axis=0)
            for sides in ([one.rows for one in sheets], [one.columns for one in sheets])
        )

    @classmethod
    def of(cls, scores: ScoreMatrix, ids: tuple[Any, Any], rows: Ints, columns: Ints, *more: Sheet) -> SeenScores:
        """Return the scores of people who had these rows before, -1 for none; who joins is on more sheets."""
        old = (
            scores.sheets
            if isinstance(scores, SeenScores)
            else (Sheet(scores, np.arange(scores.shape[0]), np.arange(scores.shape[1])),)
        )
        return cls(ids, (*(one.seen(rows, columns) for one in old), *more))

    # --- what the first matrix says -----------------------------------------------------------------------------

    @property
    def criteria(self) -> tuple[str, ...]:
        """Those of the first matrix."""
        return self.sheets[0].matrix.criteria

    @property
    def weights(self) -> dict[str, float]:
        """Those of the first matrix."""
        return self.sheets[0].matrix.weights

    @property
    def defaults(self) -> dict[str, float]:
        """Those of the first matrix."""
        return self.sheets[0].matrix.defaults

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest score that any pair can have, of those who left too."""
        lows, highs = zip(*(one.matrix.bounds for one in self.sheets), strict=True)
        return min(lows), max(highs)

    def fields(self, criterion: str) -> tuple[str, ...] | None:
        """Return the fields that a criterion reads; None where that is not known."""
        return self.sheets[0].matrix.fields(criterion)

    def screen(self) -> Screening | None:
        """Return the first matrix's screen, with the pairs of those who joined scored one by one."""
        old, first = self.sheets[0].matrix.screen(), self.sheets[0]
        if old is None:
            return None
        joined = tuple(side > 0 for side in self._since)
        sides = [side[np.maximum(rows, 0)] for side, rows in ((old.left, first.rows), (old.right, first.columns))]
        for side, new in zip(sides, joined, strict=True):
            side[new] = 0.0
        # beside the screen's own error, that of exact scores in single precision
        exact = ROUNDOFF * max(map(abs, self.bounds))
        error = np.where(joined[0], exact, np.maximum(old.error[np.maximum(first.rows, 0)], exact))
        rest = _SeenRest(self, old.rest, joined) if old.rest is not None or any(map(np.any, joined)) else None
        return Screening(sides[0], sides[1], error, rest)

    # --- scores -------------------------------------------------------------------------------------------------

    def block(self, rows: Rows, columns: Rows) -> Floats:
        """Return the scores of a rectangle; see :meth:`ScoreMatrix.block`."""
        i, j = positions(rows, self.shape[0]), positions(columns, self.shape[1])
        return self._rectangles(i, j, lambda sheet, a, b: sheet.matrix.block(sheet.rows[a], sheet.columns[b]), ())

    def parts(self, rows: Rows, columns: Rows) -> tuple[Floats, Floats]:
        """Return the values and the evidence of a rectangle; see :meth:`ScoreMatrix.parts`."""
        i, j = positions(rows, self.shape[0]), positions(columns, self.shape[1])
        both = self._rectangles(i, j, _values_and_evidence, (len(self.criteria) + 1,))
        return both[..., :-1].copy(), both[..., -1].copy()

    def _rectangles(
        self, i: Ints, j: Ints, ask: Callable[[Sheet, Ints, Ints], Floats], tail: tuple[int, ...]
    ) -> Floats:
        since = self._since[0][i], self._since[1][j]
        if len(self.sheets) == 1:
            return ask(self.sheets[0], i, j)
        out = np.empty((len(i), len(j), *tail))
        for number, sheet in enumerate(self.sheets):
            for rows, columns in (
                (since[0] == number, since[1] <= number),
                (since[0] < number, since[1] == number),
            ):
                if rows.any() and columns.any():
                    out[np.ix_(rows, columns)] = ask(sheet, i[rows], j[columns])
        return out

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the scores of single pairs; see :meth:`ScoreMatrix.pairs`."""
        return self._each(i, j, lambda matrix, a, b: matrix.pairs(a, b), ())

    def components(self, i: Ints, j: Ints) -> Floats:
        """Return the values behind the scores of single pairs; see :meth:`ScoreMatrix.components`."""
        return self._each(i, j, lambda matrix, a, b: matrix.components(a, b), (len(self.criteria),))

    def pair_weights(self, i: Ints, j: Ints) -> Floats:
        """Return each criterion's weight in single pairs; see :meth:`ScoreMatrix.pair_weights`."""
        return self._each(i, j, lambda matrix, a, b: matrix.pair_weights(a, b), (len(self.criteria),))

    @property
    def own(self) -> bool:
        """Whether anybody has weights of their own; see :attr:`ScoreMatrix.own`."""
        return any(one.matrix.own for one in self.sheets)

    def evidence(self, i: Ints, j: Ints) -> Floats:
        """Return the share of the weight that rests on answers; see :meth:`ScoreMatrix.evidence`."""
        return self._each(i, j, lambda matrix, a, b: matrix.evidence(a, b), ())

    def gains(self, i: Ints, j: Ints) -> tuple[Floats, Floats]:
        """Return what each side gains; see :meth:`ScoreMatrix.gains`."""
        both = self._each(i, j, lambda matrix, a, b: np.stack(matrix.gains(a, b), axis=1), (2,))
        return both[:, 0].copy(), both[:, 1].copy()

    def shared(self, i: int, j: int) -> dict[str, tuple[str, ...]]:
        """Return the answers that one pair's value rests on; see :meth:`ScoreMatrix.shared`."""
        sheet = self.sheets[max(int(self._since[0][i]), int(self._since[1][j]))]
        return sheet.matrix.shared(int(sheet.rows[i]), int(sheet.columns[j]))

    def shared_pairs(self, criterion: str, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        """Return the answers that one criterion's value rests on; see :meth:`ScoreMatrix.shared_pairs`."""
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        if len(self.sheets) == 1:
            return self.sheets[0].matrix.shared_pairs(criterion, self.sheets[0].rows[i], self.sheets[0].columns[j])
        since = np.maximum(self._since[0][i], self._since[1][j])
        out: list[tuple[str, ...]] = [()] * len(i)
        for number, sheet in enumerate(self.sheets):
            here = np.flatnonzero(since == number)
            told = sheet.matrix.shared_pairs(criterion, sheet.rows[i[here]], sheet.columns[j[here]])
            for place, one in zip(here.tolist(), told, strict=True):
                out[place] = one
        return out

    def _each(
        self, i: Ints, j: Ints, ask: Callable[[ScoreMatrix, Ints, Ints], Floats], tail: tuple[int, ...]
    ) -> Floats:
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        if len(self.sheets) == 1:
            sheet = self.sheets[0]
            return ask(sheet.matrix, sheet.rows[i], sheet.columns[j])
        since = np.maximum(self._since[0][i], self._since[1][j])
        out = np.empty((len(i), *tail))
        for number, sheet in enumerate(self.sheets):
            here = since == number
            if here.any():
                out[here] = ask(sheet.matrix, sheet.rows[i[here]], sheet.columns[j[here]])
        return out


@dataclass(frozen=True, eq=False)
class _SeenRest:
    """What the product of :meth:`SeenScores.screen` does not give."""

    scores: SeenScores
    rest: Callable[[Rows, Rows], NDArray[np.float32]] | None
    joined: tuple[NDArray[np.bool_], ...]

    def __call__(self, rows: Rows, columns: Rows) -> NDArray[np.float32]:
        first = self.scores.sheets[0]
        i, j = positions(rows, self.scores.shape[0]), positions(columns, self.scores.shape[1])
        new = self.joined[0][i], self.joined[1][j]
        out = np.zeros((len(i), len(j)), np.float32)
        if self.rest is not None and not (new[0].all() or new[1].all()):
            old = np.ix_(~new[0], ~new[1])
            out[old] = self.rest(first.rows[i[~new[0]]], first.columns[j[~new[1]]])
        if new[0].any():
            out[new[0]] = self.scores.block(i[new[0]], j)
        if new[1].any():
            out[:, new[1]] = self.scores.block(i, j[new[1]])
        return out


def _values_and_evidence(sheet: Sheet, i: Ints, j: Ints) -> Floats:
    values, evidence = sheet.matrix.parts(sheet.rows[i], sheet.columns[j])
    return np.concatenate((values, evidence[..., None]), axis=-1)


def _through(rows: Ints, before: Ints) -> Ints:
    """Follow positions back: the row of whoever stood there before; -1 for those who did not."""
    return np.where(before < 0, -1, rows[before]) if len(rows) else np.full(len(before), -1)

"""The score of every pair of mentee and mentor, without ever needing all of them at once."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.notes import Note
from mentormatch.scoring.criterion import Criterion, bound, tiles
from mentormatch.scoring.function import FunctionBlock
from mentormatch.scoring.own import OwnWeights, screened
from mentormatch.scoring.protocols import Floats, Ints, Progress, Rows, as_slice, count
from mentormatch.scoring.registry import Scorers, Weighted, weighted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from mentormatch.people import Pool
    from mentormatch.scoring.screen import Screening

NOTHING_KNOWN = 0.5
"""The score where no criterion has any answer at all."""

_CHUNK = 1 << 16


class ScoreMatrix:
    """Scores of all pairs: the weighted mean of criteria, 0 to 1, rows mentees, columns mentors.

    A missing answer counts as that criterion's mean over the pairs that have one, and
    ``evidence`` is the share of the weight that rests on answers. A criterion that nobody
    answered drops out with its weight. Where none is left every score is 0.5, evidence 0.

    People may have ``weights`` of their own, an importance for each criterion they name, 1
    for the others: a person's shares are weight · importance over the sum of these. A pair
    counts by the mean of the shares of those of the two who have any (:meth:`pair_weights`).

    The score of a pair is one float64 function of that pair: :meth:`block` and
    :meth:`pairs` agree bit for bit however the pairs are cut into blocks.

    Parameters
    ----------
    pool
        The people without what they told in confidence.
    scorers
        Criteria, or their names, with their weights.
    memory
        Bytes that kept values may take; nothing is kept beyond it.
    on
        The date for which hours are read; None: today.
    progress
        Called with ``("score", criteria done, criteria)``.

    Raises
    ------
    InputError
        A scorer is unknown, cannot be bound, raises, or gives a value outside 0 to 1; a
        weight is negative or not finite, or none is above 0.

    Notes
    -----
    Building looks at every pair once; above 4 million pairs it takes means from sums over
    people where a criterion is an inner product, else from a million pairs. Beyond what
    `memory` holds, a block costs time for its own pairs and memory for its result.
    The criterion's mean stands for a missing answer because a missing similarity has to be
    left out of a mean, not counted as 0 (Gower, *A general coefficient of similarity*,
    Biometrics 27, 1971), while pairs with fewer answers must stay comparable.
    """

    _own: OwnWeights | None = None

    def __init__(
        self,
        pool: Pool,
        scorers: Scorers,
        *,
        memory: int = 64 << 20,
        on: dt.date | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._ids = (tuple(pool.mentee_ids), tuple(pool.mentor_ids))
        self._backend = pool.backend
        self._criteria: tuple[Criterion, ...] = ()  # until they are bound, so that the repr always works
        specs = weighted(scorers)
        self._given = {one.name: one.weight for one in specs}
        self._scores: Floats | None = None
        self._criteria = self._bound(pool, [_on(one, on) for one in specs if one.weight], memory, progress)
        total = math.fsum(criterion.weight for criterion in self._criteria)
        for criterion in self._criteria:
            criterion.weight /= total
        self._notes: tuple[Note, ...] = () if self._criteria else (_no_criteria(),)
        self._weigh(pool)
        self._keep(memory)

    def _weigh(self, pool: Pool) -> None:
        """Take in the weights that people have of their own; note those of criteria that do not count here."""
        own = OwnWeights.of(pool, self._criteria)
        self._own = own if any(side.any() for side in own.stated) else None
        if own.strangers and self._criteria:
            self._notes += (_not_weighed(own.strangers),)

    def _bound(
        self, pool: Pool, specs: list[Weighted], memory: int, progress: Progress | None
    ) -> tuple[Criterion, ...]:
        """Bind the criteria, find what unknown counts as, and drop those that nobody answered."""
        faults: list[Fault] = []
        found: list[Criterion] = []
        cells = 8 * self.shape[0] * self.shape[1]
        room = memory
        for done, spec in enumerate(specs):
            if progress is not None:
                progress("score", done, len(specs))
            try:
                criterion = bound(spec, pool)
                mean = criterion.mean(keep=cells <= room)
            except InputError as error:
                faults.extend(error.faults)
                continue
            if mean is None:
                continue
            room -= cells if criterion.values is not None else 0
            criterion.default = mean
            found.append(criterion)
        if faults:
            raise InputError(faults)
        if progress is not None and specs:
            progress("score", len(specs), len(specs))
        return tuple(found)

    def _keep(self, memory: int) -> None:
        """Keep the total and what is slow to compute, within the memory; let go of the rest."""
        cells = 8 * self.shape[0] * self.shape[1]
        everything = (slice(0, self.shape[0]), slice(0, self.shape[1]))
        slow = [one for one in self._criteria if isinstance(one.block, FunctionBlock)]
        room = memory - cells * sum(one.values is not None for one in slow)
        for criterion in slow:
            if criterion.values is None and cells <= room:
                room -= cells
                criterion.values = criterion.rectangle(*everything)
        if cells <= room:
            self._scores = self._rectangle(*everything)
        for criterion in self._criteria:
            if criterion not in slow:
                criterion.values = None

    @classmethod
    def from_array(cls, scores: ArrayLike) -> ScoreMatrix:
        """Return a matrix of given scores; ids are ``"0"``, ``"1"``, … on each side.

        Parameters
        ----------
        scores
            Rectangle of real numbers, mentees × mentors; NaN means "may not be matched". Copied.

        Raises
        ------
        InputError
            Not a rectangle of numbers, or infinite.
        """
        from mentormatch.scoring.given import GivenScores

        return GivenScores(scores)

    # --- what it is ---------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of mentees and of mentors."""
        return len(self._ids[0]), len(self._ids[1])

    @property
    def criteria(self) -> tuple[str, ...]:
        """Names of the criteria that count, sorted; those that nobody answered are not among them."""
        return tuple(criterion.name for criterion in self._criteria)

    @property
    def weights(self) -> dict[str, float]:
        """Each criterion's share of the total weight; they sum to 1."""
        return {criterion.name: criterion.weight for criterion in self._criteria}

    @property
    def scorers(self) -> dict[str, float]:
        """The names and weights as given, with those that dropped out."""
        return dict(self._given)

    @property
    def defaults(self) -> dict[str, float]:
        """What unknown counts as, per criterion: the mean over the pairs that have an answer."""
        return {criterion.name: criterion.default for criterion in self._criteria}

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest score that any pair can have, rules ignored."""
        return 0.0, 1.0

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is worth knowing about these scores."""
        return self._notes

    def fields(self, criterion: str) -> tuple[str, ...] | None:
        """Return the fields that a criterion reads; None where that is not known."""
        return next(one.fields for one in self._criteria if one.name == criterion)

    # --- scores -------------------------------------------------------------------------------------------------

    def block(self, rows: Rows, columns: Rows) -> Floats:
        """Return the scores of a rectangle.

        Parameters
        ----------
        rows, columns
            Positions of mentees and of mentors: int64 arrays or slices.

        Returns
        -------
        ndarray
            Fresh float64 array (mentees, mentors).
        """
        return self._rectangle(as_slice(rows, self.shape[0]), as_slice(columns, self.shape[1]))

    def _rectangle(self, rows: Rows, columns: Rows) -> Floats:
        if self._scores is not None:
            picked = self._scores[rows][:, columns]
            return picked.copy() if picked.base is not None else picked
        out = np.empty((count(rows), count(columns)))
        start = 0
        for part in tiles(rows, out.shape[1]):
            tile = out[start : start + count(part)]
            self._combined(tile, self._values_in(part, columns), self._weights_in(part, columns))
            start += len(tile)
        return out

    def _values_in(self, rows: Rows, columns: Rows) -> Iterator[Floats]:
        return (criterion.rectangle(rows, columns) for criterion in self._criteria)

    def _weights_in(self, rows: Rows, columns: Rows) -> Iterator[Floats | float]:
        """Return each criterion's weight in a rectangle: a number, or one for each pair."""
        own = self._own
        if own is None:
            return (criterion.weight for criterion in self._criteria)
        return (own.rectangle(k, rows, columns) for k in range(len(self._criteria)))

    @property
    def table(self) -> Floats | None:
        """All scores as one table, where they were computed elsewhere; not to be written to."""
        return None

    def unscored(self) -> NDArray[np.bool_] | None:
        """Say which pairs have no score; None where all have one, which is quickly seen."""
        return None

    def screen(self) -> Screening | None:
        """Return the scores of all pairs as one product in single precision, with a proven bound.

        Made anew at every call; memory and time grow with people, not with pairs.

        Returns
        -------
        Screening or None
            None where nobody told what the scores are made of.
        """
        from mentormatch.scoring.screen import screening

        made = screening(self._criteria, self.shape, NOTHING_KNOWN)
        return made if self._own is None else screened(made, self._own.stated, self.block)

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the scores of single pairs, bit for bit those of :meth:`block`.

        Parameters
        ----------
        i, j
            Positions of mentees and of mentors: two parallel int64 arrays.
        """
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        if self._scores is not None:
            return self._scores[i, j]
        out = np.empty(len(i))
        for start in range(0, len(i), _CHUNK):
            part = slice(start, start + _CHUNK)
            values = (criterion.pairs(i[part], j[part]) for criterion in self._criteria)
            self._combined(out[part], values, self._weights_of(i[part], j[part]))
        return out

    def _weights_of(self, i: Ints, j: Ints) -> Iterable[Floats | float]:
        """Return each criterion's weight in single pairs: a number, or one for each."""
        if self._own is None:
            return [criterion.weight for criterion in self._criteria]
        return self._own.pairs(i, j).T

    def pair_weights(self, i: Ints, j: Ints) -> Floats:
        """Return each criterion's weight in single pairs: (pairs, criteria), every row summing to 1.

        They are :attr:`weights` but where one of the two has weights of their own.
        """
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        if self._own is not None:
            return self._own.pairs(i, j)
        return np.tile(np.array([*self.weights.values()], dtype=np.float64), (len(i), 1))

    @property
    def own(self) -> bool:
        """Whether anybody has weights of their own, so that :attr:`weights` are not those of every pair."""
        return self._own is not None

    def _combined(self, out: Floats, values: Iterable[Floats], weights: Iterable[Floats | float]) -> None:
        """Write the weighted mean: criteria in the order of their names, unknown as the criterion's mean."""
        if not self._criteria:
            out[...] = NOTHING_KNOWN
            return
        out[...] = 0.0
        for criterion, value, weight in zip(self._criteria, values, weights, strict=True):
            np.copyto(value, criterion.default, where=np.isnan(value))
            np.multiply(value, weight, out=value)
            out += value
        np.minimum(out, 1.0, out=out)

    def components(self, i: Ints, j: Ints) -> Floats:
        """Return the values behind the scores of single pairs: (pairs, criteria), NaN unknown."""
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        out = np.empty((len(i), len(self._criteria)))
        for k, criterion in enumerate(self._criteria):
            out[:, k] = criterion.pairs(i, j)
        return out

    def evidence(self, i: Ints, j: Ints) -> Floats:
        """Return, for single pairs, the share of the weight that rests on answers, 0 to 1."""
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        return self._evidence(self.components(i, j), self._weights_of(i, j))

    def _evidence(self, components: Floats, weights: Iterable[Floats | float]) -> Floats:
        known = ~np.isnan(components)
        out = np.zeros(components.shape[:-1])
        for k, weight in enumerate(weights):
            out += weight * known[..., k]
        out[known.all(axis=-1)] = 1.0 if self._criteria else 0.0
        return np.minimum(out, 1.0)

    def gains(self, i: Ints, j: Ints) -> tuple[Floats, Floats]:
        """Return what each side gains by single pairs: weighted means over the criteria that tell; NaN unknown."""
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        totals, weights = np.zeros((2, len(i))), np.zeros((2, len(i)))
        for criterion, weight in zip(self._criteria, self._weights_of(i, j), strict=True):
            both = criterion.gains(i, j)
            if both is None:
                continue
            for side, gain in enumerate(both):
                known = ~np.isnan(gain)
                totals[side] += weight * np.where(known, gain, 0.0)
                weights[side] += weight * known
        weights[weights == 0] = np.nan
        out = np.minimum(totals / weights, 1.0)
        return out[0], out[1]

    @property
    def gaining(self) -> tuple[str, ...]:
        """The criteria that tell what each side gains."""
        return tuple(criterion.name for criterion in self._criteria if hasattr(criterion.block, "gains"))

    def shared(self, i: int, j: int) -> dict[str, tuple[str, ...]]:
        """Return, per criterion, the answers that one pair's value rests on, in display words."""
        return {criterion.name: criterion.shared(int(i), int(j)) for criterion in self._criteria}

    def shared_pairs(self, criterion: str, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        """Return, for single pairs, the answers that one criterion's value rests on, as :meth:`shared` does."""
        i, j = np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64)
        return next(one.shared_pairs(i, j) for one in self._criteria if one.name == criterion)

    def to_frame(
        self, mentee: str | Iterable[str] | None = None, k: int | None = None, backend: str | None = None
    ) -> Any:
        """Return scores as a table: mentee, mentor, score, evidence, and a column for each criterion.

        Parameters
        ----------
        mentee
            One id or several; None: everybody.
        k
            Only each mentee's `k` best; None: all pairs, best first.
        backend
            ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None: the one that the people came
            in, else the first of these that is installed.

        Returns
        -------
        DataFrame or Table
            Of the backend; unknown is a missing value.

        Raises
        ------
        InputError
            An id is unknown, or no such library is installed.
        """
        from mentormatch.scoring.frame import scores_frame

        return scores_frame(self, self._ids, mentee, k, backend or self._backend)

    def parts(self, rows: Rows, columns: Rows) -> tuple[Floats, Floats]:
        """Return the values (mentees, mentors, criteria) and the evidence (mentees, mentors) of a rectangle."""
        rows, columns = as_slice(rows, self.shape[0]), as_slice(columns, self.shape[1])
        values = np.empty((count(rows), count(columns), len(self._criteria)))
        for k, criterion in enumerate(self._criteria):
            values[:, :, k] = criterion.rectangle(rows, columns)
        return values, self._evidence(values, self._weights_in(rows, columns))

    def __repr__(self) -> str:
        n, m = self.shape
        shares = ", ".join(f"{name} {share:.0%}" for name, share in self.weights.items())
        return f"<{type(self).__name__}: {n} mentees × {m} mentors; {shares or 'no criteria'}>"


def _on(spec: Weighted, on: dt.date | None) -> Weighted:
    """Return the criterion as it is on the day of the run."""
    if not hasattr(spec.scorer, "with_date"):
        return spec
    day = on or dt.datetime.now().astimezone().date()
    return Weighted(spec.scorer.with_date(day), spec.name, spec.weight)


def _no_criteria() -> Note:
    msg = "Nobody answered anything that the scores could rest on: every pair scores 0.5, without evidence."
    return Note("no_criteria", msg)


def _not_weighed(people: int) -> Note:
    msg = f"{people} people give a weight to a criterion that does not count here; that weight is not used"
    return Note("not_read", msg, people, ("weights",))

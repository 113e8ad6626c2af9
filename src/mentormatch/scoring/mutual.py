"""Mutual interest: whether each of the two gets something out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mentormatch.people.values import fold
from mentormatch.scoring.cover import Cover
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _Gain:
    """What one side gains: the mean of the covers of its needs and of its goals that are known."""

    needs: Cover
    goals: Cover

    @property
    def asks(self) -> NDArray[np.bool_]:
        return ~(np.isnan(self.needs.asked) & np.isnan(self.goals.asked))

    @property
    def gives(self) -> NDArray[np.bool_]:
        return self.needs.had | self.goals.had

    def of(self, ask: Callable[[Cover], Floats]) -> Floats:
        needs, goals = ask(self.needs), ask(self.goals)
        out = needs + goals
        out *= 0.5
        np.copyto(out, goals, where=np.isnan(needs))
        np.copyto(out, needs, where=np.isnan(goals))
        return out

    def block(self, rows: Rows, columns: Rows) -> Floats:
        return self.of(lambda cover: cover.block(rows, columns))

    def pairs(self, i: Ints, j: Ints) -> Floats:
        return self.of(lambda cover: cover.pairs(i, j))


@dataclass(frozen=True, eq=False)
class _MutualBlock(ShippedBlock):
    for_mentee: _Gain
    for_mentor: _Gain
    labels: tuple[str, ...]

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self.for_mentee.asks & self.for_mentor.gives, self.for_mentor.asks & self.for_mentee.gives

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        out = self.for_mentee.block(mentees, mentors)
        return np.minimum(out, self.for_mentor.block(mentors, mentees).T, out=out)

    def pairs(self, i: Ints, j: Ints) -> Floats:
        return np.minimum(*self.gains(i, j))

    def gains(self, i: Ints, j: Ints) -> tuple[Floats, Floats]:
        return self.for_mentee.pairs(i, j), self.for_mentor.pairs(j, i)

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        return self.shared_pairs(np.array([i]), np.array([j]))[0]

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        """Return what either gives that the other asks for."""
        found: list[set[int]] = [set() for _ in i]
        for gain, rows, columns in ((self.for_mentee, i, j), (self.for_mentor, j, i)):
            for cover in (gain.needs, gain.goals):
                starts, labels, _ = cover.product.common_pairs(rows, columns)
                for k, met in enumerate(found):
                    met.update(labels[starts[k] : starts[k + 1]])
        return [tuple(sorted(self.labels[label] for label in met)) for met in found]


@dataclass(frozen=True)
class MutualInterest:
    """The smaller of what the mentee and what the mentor gain by each other.

    value = min(gain of the mentee, gain of the mentor). What one side gains is the mean of
    two shares, each by weight: of its needs, those that the other offers; and of its goals,
    those that the other offers or is after as well. A share that is not known, as nothing is
    asked or the other says nothing that could meet it, is left out of the mean.

    **Range**: 0, one of the two gains nothing, to 1, each gives all that the other asks for.
    **Unknown**: one direction cannot be told: a side names neither needs nor goals, or the
    other has nothing to set against what it names. A tag that the other side does not ask
    for never raises the value; a wish that the other cannot meet lowers it.

    ``Pair.for_mentee`` and ``Pair.for_mentor`` show both gains.

    Notes
    -----
    A pair is as strong as its weaker side: what both put in and get out carries good
    mentoring relationships (Allen, Eby & Lentz, *Mentorship behaviors and mentorship quality
    associated with formal mentoring programs*, Journal of Applied Psychology 91, 2006; Ragins
    & Kram, *The Handbook of Mentoring at Work*, 2007, on mutuality). The minimum is the
    egalitarian rule of reciprocal recommendation (Pizzato et al., *Recommending people to
    people*, User Modeling and User-Adapted Interaction 23, 2013).

    Examples
    --------
    >>> import mentormatch as mm
    >>> mentor = {"id": "Mia", "offers": ["SQL", "budgeting"], "needs": ["Python", "UX"]}
    >>> mentee = {"id": "Ann", "needs": ["SQL"], "offers": ["python"]}
    >>> (pair,) = mm.match([mentor], [mentee], scorers={mm.MutualInterest(): 1}).pairs
    >>> pair.for_mentee, pair.for_mentor, pair.score
    (1.0, 0.5, 0.5)
    """

    name: ClassVar[str] = "mutual_interest"
    fields: ClassVar[tuple[str, ...]] = ("needs", "offers", "goals")

    def bind(self, pool: Pool) -> _MutualBlock:
        """Return the block of these people."""
        told, labels = _over_one_vocabulary(pool, self.fields)
        mentee, mentor = ({field: told[field][side] for field in told} for side in (0, 1))
        return _MutualBlock(_gain(mentee, mentor), _gain(mentor, mentee), labels)


def _gain(asking: dict[str, Any], giving: dict[str, Any]) -> _Gain:
    after = giving["offers"] + giving["goals"]
    return _Gain(Cover.of(asking["needs"], giving["offers"]), Cover.of(asking["goals"], after))


def _over_one_vocabulary(pool: Pool, fields: tuple[str, ...]) -> tuple[dict[str, tuple[Any, Any]], tuple[str, ...]]:
    """Return fields of labels as CSR, mentees' and mentors', all over the same labels."""
    from scipy.sparse import csr_matrix

    words = {field: pool.vocabulary(field, field) for field in fields}
    shown: dict[str, str] = {}
    for field in fields:
        for word in words[field]:
            shown.setdefault(fold(word), word)
    order = {key: column for column, key in enumerate(sorted(shown))}
    told = {}
    for field in fields:
        columns = np.array([order[fold(word)] for word in words[field]], dtype=np.int64)
        one, other = (
            csr_matrix((side.data, columns[side.indices], side.indptr), shape=(side.shape[0], len(order)))
            for side in pool.bags(field, field)
        )
        told[field] = one, other
    return told, tuple(shown[key] for key in order)

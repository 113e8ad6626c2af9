"""What tiers count, as arrays of listing rows: classes of mentees, wishes, the pairs of before, loads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.network import Arcs, Held, Ranked
from mentormatch.solvers import PLACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from mentormatch.matching.certificate import TierValue
    from mentormatch.people import Pool
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.roster import Order
    from mentormatch.problem.setup import Setup


@dataclass(frozen=True, eq=False)
class Aims:
    """What the tiers count beside pairs and scores.

    Attributes
    ----------
    classes
        The class of each mentee in ``priority``, 0 the most important.
    wished
        The pairs that mentees ask for and those that mentors ask for, with ranks from 1.
    previous
        The pairs to keep, of people who are still here.
    placed
        Pairs that were placed by hand before, of people who are still here.
    capacities
        The most mentees that each mentor takes, before any rule that was told in confidence.
    """

    classes: NDArray[np.int64]
    wished: tuple[Ranked, Ranked]
    previous: Arcs
    placed: Arcs
    capacities: NDArray[np.int64]

    @classmethod
    def of(cls, setup: Setup, previous: Iterable[tuple[str, str]], placed: Iterable[Fixed] = ()) -> Aims:
        """Read the aims of a problem off its people."""
        roster, pool = setup.roster, setup.pool
        here = sorted(
            {
                (roster.mentee_row[mentee], roster.mentor_row[mentor])
                for mentee, mentor in previous
                if mentee in roster.mentee_row and mentor in roster.mentor_row
            }
        )
        nobody = Ranked(*(np.empty(0, np.int64) for _ in range(3)))
        return cls(
            np.zeros(roster.shape[0], np.int64) if pool is None else _classes(pool),
            (nobody, nobody) if pool is None else _wished(pool),
            Arcs(*np.array(here, np.int64).reshape(-1, 2).T),
            Arcs(*np.array([(pair.i, pair.j) for pair in placed], np.int64).reshape(-1, 2).T),
            np.maximum(setup.compiled.public_mentor_bounds[:, 1], 1),
        )

    def arrays(self, mentees: Order, mentors: Order, fixed: Sequence[Fixed], lowest: float) -> dict[str, Any]:
        """Return what an instance holds of them, by position."""
        loads = np.bincount(np.array([pair.j for pair in fixed], np.int64), minlength=len(self.capacities))
        return {
            "classes": self.classes[mentees.rows],
            "wished": tuple(Ranked(mentees.back(one.i), mentors.back(one.j), one.rank) for one in self.wished),
            "previous": Arcs(mentees.back(self.previous.i), mentors.back(self.previous.j)),
            "placed": Arcs(mentees.back(self.placed.i), mentors.back(self.placed.j)),
            "capacities": self.capacities[mentors.rows],
            "held": Held(loads[mentors.rows], lowest),
        }

    def value(self, tier: str, arcs: Arcs, scores: NDArray[np.float64]) -> TierValue:
        """Count what pairs of listing rows reach in a tier, as it is told.

        Parameters
        ----------
        tier
            Its name.
        arcs
            All pairs that are made, the fixed ones too.
        scores
            Their scores.
        """
        counted: dict[str, Callable[[], TierValue]] = {
            "coverage": lambda: len(arcs.i),
            "priority": lambda: self._placed(arcs),
            "wishes": lambda: self._honoured(arcs),
            "floor": lambda: float(min(scores.tolist(), default=0.0)),
            "leximin": lambda: tuple(sorted(scores.tolist())),
            "total": lambda: math.fsum(scores.tolist()),
            "balance": lambda: self._unevenness(arcs),
            "stable": lambda: 0,
            "least_change": lambda: len(_both(arcs, self.previous)),
            PLACED: lambda: len(_both(arcs, self.placed)),
        }
        return counted[tier]()

    def _placed(self, arcs: Arcs) -> tuple[int, ...]:
        counts = np.bincount(self.classes[arcs.i], minlength=int(self.classes.max(initial=0)) + 1)
        return tuple(counts.tolist())

    def _unevenness(self, arcs: Arcs) -> float:
        loads = np.bincount(arcs.j, minlength=len(self.capacities)).tolist()
        pairs = zip(loads, self.capacities.tolist(), strict=True)
        return float(sum((Fraction(load * load, capacity) for load, capacity in pairs), Fraction(0)))

    def _honoured(self, arcs: Arcs) -> tuple[int, int, int]:
        ranks = [_both(arcs, one) for one in self.wished]
        mutual = len(ranks[0].keys() & ranks[1].keys())
        return mutual, len(ranks[0].keys() ^ ranks[1].keys()), -sum(sum(side.values()) for side in ranks)


def _both(arcs: Arcs, wanted: Arcs | Ranked) -> dict[tuple[int, int], int]:
    """Return the pairs that are made and wanted, with their ranks if they have any."""
    ranks = wanted.rank if isinstance(wanted, Ranked) else np.ones_like(wanted.i)
    rank_of = dict(zip(zip(wanted.i.tolist(), wanted.j.tolist(), strict=True), ranks.tolist(), strict=True))
    made = zip(arcs.i.tolist(), arcs.j.tolist(), strict=True)
    return {pair: rank_of[pair] for pair in made if pair in rank_of}


def waiting(pool: Pool) -> bool:
    """Say whether any mentee waited in earlier rounds or has a priority of its own."""
    return bool(_standing(pool).any())


def _standing(pool: Pool) -> NDArray[np.float64]:
    """Return rounds waited and stated priority of each mentee, (2, mentees); who says nothing has 0 of both."""
    return np.stack([np.nan_to_num(pool.numbers(field)[0]) + 0.0 for field in ("waited_rounds", "priority")])


def _classes(pool: Pool) -> NDArray[np.int64]:
    standing = _standing(pool)
    if not standing.any():
        return np.zeros(standing.shape[1], np.int64)
    _, ascending = np.unique(standing, axis=1, return_inverse=True)
    classes: NDArray[np.int64] = ascending.max(initial=0) - ascending.reshape(-1).astype(np.int64)
    return classes


def _wished(pool: Pool) -> tuple[Ranked, Ranked]:
    mentees, mentors = pool.objects("wishes")
    i, j, rank = _ranks(mentees, pool.mentor_row)
    other, own, rank_back = _ranks(mentors, pool.mentee_row)
    return Ranked(i, j, rank), Ranked(own, other, rank_back)


def _ranks(side: Iterable[Iterable[str] | None], row_of: Mapping[str, int]) -> NDArray[np.int64]:
    """Return whose wish it is, for whom, and its rank, of every wish for somebody who is here."""
    found = [
        (row, row_of[other], rank)
        for row, wishes in enumerate(side)
        for rank, other in enumerate(dict.fromkeys(wishes or ()), start=1)
        if other in row_of
    ]
    return np.array(found, np.int64).reshape(-1, 3).T

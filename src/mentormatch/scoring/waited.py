"""Waited rounds: whoever was left without a partner before counts for more now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.values import as_finite
from mentormatch.scoring.factors import Factors, who
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _WaitedBlock(ShippedBlock):
    rounds: Floats
    values: Floats
    mentors: int

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return ~np.isnan(self.values), np.ones(self.mentors, dtype=bool)

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        return np.repeat(self.values[mentees][:, None], len(positions(mentors, self.mentors)), axis=1)

    def pairs(self, i: Ints, j: Ints) -> Floats:  # noqa: ARG002 - the same for every mentor
        return self.values[i]

    def factors(self) -> Factors:
        """Return one column: what the mentee has waited, times 1."""
        told = self.answered
        left = np.nan_to_num(self.values)[:, None]
        return Factors(left, np.ones((self.mentors, 1)), who(told))

    def shared(self, i: int, j: int) -> tuple[str, ...]:  # noqa: ARG002 - the same for every mentor
        return (f"{self.rounds[i]:g}",) if self.values[i] > 0 else ()

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:  # noqa: ARG002 - the same for every mentor
        return [(f"{rounds:g}",) if rounds > 0 else () for rounds in self.rounds[i].tolist()]


@dataclass(frozen=True)
class WaitedRounds:
    """How many rounds the mentee has waited for a mentor, up to the number that is enough.

    value = min(1, rounds / enough)

    **Range**: 0, has not waited, to 1, `enough` rounds or more. **Unknown**: never for one
    person, as no answer is no round; while no mentee has waited, the criterion drops out.
    What mentors waited does not count, as in the tier ``priority``.

    The value is the same for all mentors: it moves nobody to another mentor by itself, and
    lifts the scores of those who waited where there are too few places. The tier
    ``priority`` puts them first whatever the scores; this criterion only weighs it.

    Parameters
    ----------
    enough
        Rounds beyond which more does not help; above 0.

    Notes
    -----
    A convention. Credit for earlier rounds keeps chances fair over the years, as waiting
    time does in the allocation of transplants (Persad, Wertheimer & Emanuel, *Principles
    for allocation of scarce medical interventions*, Lancet 373, 2009).
    """

    name: ClassVar[str] = "waited_rounds"
    fields: ClassVar[tuple[str, ...]] = ("waited_rounds",)

    enough: float = 3.0

    def __post_init__(self) -> None:
        if (as_finite(self.enough) or 0.0) <= 0:
            msg = "must be a number of rounds above 0"
            raise InputError(Fault(("scorers", self.name, "enough"), "not_positive", msg))

    def bind(self, pool: Pool) -> _WaitedBlock:
        """Return the block of these people."""
        return self.bind_fitted(pool, pool)

    def bind_fitted(self, pool: Pool, fitted: Pool) -> _WaitedBlock:
        """Return the block of these people; whether anybody has waited is asked of others."""
        rounds = np.nan_to_num(pool.numbers("waited_rounds")[0])
        values = np.minimum(rounds / self.enough, 1.0)
        if not (fitted.numbers("waited_rounds")[0] > 0).any():
            values = np.full(len(rounds), np.nan)
        return _WaitedBlock(rounds, values, len(pool.mentor_ids))

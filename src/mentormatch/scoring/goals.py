"""Goal alignment: how much of what the mentee is after the mentor is after as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mentormatch.scoring.cover import Cover, CoverBlock

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True)
class GoalAlignment:
    """The share of the mentee's goals, by importance, that the mentor shares.

    value = Σ importance(t) over goals t of both / Σ importance(t) over the mentee's goals.

    **Range**: 0, no goal in common, to 1, the mentor shares every goal of the mentee.
    **Unknown**: either side names no goal. A goal of the mentor that the mentee does not
    have changes nothing; it is not symmetric, so a mentor with many goals is not punished.

    For ``Pair.for_mentor`` the same share is taken of the mentor's goals in the mentee's.

    Notes
    -----
    As in :class:`~mentormatch.scoring.NeedsOffers` (Tversky 1977). That shared goals go
    with good mentoring is one of the steadier findings: Eby et al., *An interdisciplinary
    meta-analysis of the potential antecedents, correlates, and consequences of protégé
    perceptions of mentoring*, Psychological Bulletin 139 (2013), on deep-level similarity.
    """

    name: ClassVar[str] = "goals"
    fields: ClassVar[tuple[str, ...]] = ("goals",)

    def bind(self, pool: Pool) -> CoverBlock:
        """Return the block of these people."""
        of_mentees, of_mentors = pool.bags("goals", "goals")
        labels = tuple(pool.vocabulary("goals", "goals"))
        return CoverBlock(Cover.of(of_mentees, of_mentors), Cover.of(of_mentors, of_mentees), labels)

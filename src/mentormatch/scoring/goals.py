"""Goal alignment: how much of what the mentee is after the mentor is after as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pydantic.json_schema import SkipJsonSchema

from mentormatch.scoring.cover import CoverBlock
from mentormatch.scoring.synonyms import GivenTaxonomy, check_taxonomy, cover, cover_block

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

    Parameters
    ----------
    taxonomy
        Which labels count for which: a :class:`~mentormatch.Taxonomy`. A goal of the mentor then
        counts for every goal of the mentee's that means the same, and by its nearness for what means nearly the
        same, as in :class:`~mentormatch.NeedsOffers`. None, the default: each label counts for itself.

    Notes
    -----
    As in :class:`~mentormatch.scoring.NeedsOffers` (Tversky 1977). That shared goals go
    with good mentoring is one of the steadier findings: Eby et al., *An interdisciplinary
    meta-analysis of the potential antecedents, correlates, and consequences of protégé
    perceptions of mentoring*, Psychological Bulletin 139 (2013), on deep-level similarity.
    """

    name: ClassVar[str] = "goals"
    fields: ClassVar[tuple[str, ...]] = ("goals",)

    taxonomy: SkipJsonSchema[GivenTaxonomy] = field(default=None, hash=False)

    def __post_init__(self) -> None:
        check_taxonomy(self.taxonomy, self.name)

    def bind(self, pool: Pool) -> CoverBlock:
        """Return the block of these people."""
        of_mentees, of_mentors = pool.bags("goals", "goals")
        labels = tuple(pool.vocabulary("goals", "goals"))
        return cover_block(
            cover(of_mentees, of_mentors, labels, self.taxonomy, self.name),
            cover(of_mentors, of_mentees, labels, self.taxonomy, self.name),
            labels,
            of_mentors,
        )

"""Needs × offers: how much of what the mentee needs the mentor offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pydantic.json_schema import SkipJsonSchema

from mentormatch.errors import InputError
from mentormatch.scoring.cover import CoverBlock
from mentormatch.scoring.synonyms import GivenTaxonomy, check_taxonomy, cover, cover_block

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True)
class NeedsOffers:
    """The share of the mentee's needs, by weight, that the mentor offers.

    value = Σ_t need(t) · offer(t) / Σ_t need(t), over the mentee's needs t, where offer(t)
    is 1 for anything the mentor offers (or its level, see `full_level`) and 0 otherwise.

    **Range**: 0, nothing needed is offered, to 1, everything is. **Unknown**: the mentee
    names no need or the mentor no offer. An offer that is not asked for changes nothing,
    and a further need raises the value only if the mentor offers it.

    For ``Pair.for_mentor`` the same share is taken of the mentor's needs in the mentee's
    offers; it does not enter the value.

    Parameters
    ----------
    full_level
        The level of an offer that counts in full, lower ones in proportion. None, the
        default: an offer counts in full whatever its level.
    taxonomy
        Which labels count for which: a :class:`~mentormatch.Taxonomy`. An offer then counts for every
        need that means the same, and by its nearness for what means nearly the same: offer(t) is
        the largest of nearness(t, u) · offer(u) over the mentor's offers u, in steps of 1/4096. What
        was shared is told in both sides' words: "JS ~ JavaScript". None, the default: each label counts for itself.

    Notes
    -----
    The asymmetric overlap of Tversky, *Features of similarity*, Psychological Review 84
    (1977): only what is asked for counts.
    """

    name: ClassVar[str] = "needs_offers"
    fields: ClassVar[tuple[str, ...]] = ("needs", "offers")

    full_level: float | None = None
    taxonomy: SkipJsonSchema[GivenTaxonomy] = field(default=None, hash=False)

    def __post_init__(self) -> None:
        check_taxonomy(self.taxonomy, self.name)
        if self.full_level is not None and not 0 < self.full_level < float("inf"):
            msg = f"{self.name}: full_level must be a number above 0"
            raise InputError(msg)

    def bind(self, pool: Pool) -> CoverBlock:
        """Return the block of these people."""
        needs, offers = pool.bags("needs", "offers")
        back_offers, back_needs = pool.bags("offers", "needs")
        labels, back_labels = pool.vocabulary("needs", "offers"), pool.vocabulary("offers", "needs")
        return cover_block(
            cover(needs, offers, labels, self.taxonomy, self.name, self.full_level),
            cover(back_needs, back_offers, back_labels, self.taxonomy, self.name, self.full_level),
            tuple(labels),
            offers,
        )

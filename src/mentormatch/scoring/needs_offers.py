"""Needs × offers: how much of what the mentee needs the mentor offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mentormatch.errors import InputError
from mentormatch.scoring.cover import Cover, CoverBlock

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

    Notes
    -----
    The asymmetric overlap of Tversky, *Features of similarity*, Psychological Review 84
    (1977): only what is asked for counts.
    """

    name: ClassVar[str] = "needs_offers"
    fields: ClassVar[tuple[str, ...]] = ("needs", "offers")

    full_level: float | None = None

    def __post_init__(self) -> None:
        if self.full_level is not None and not 0 < self.full_level < float("inf"):
            msg = f"{self.name}: full_level must be a number above 0"
            raise InputError(msg)

    def bind(self, pool: Pool) -> CoverBlock:
        """Return the block of these people."""
        needs, offers = pool.bags("needs", "offers")
        back_offers, back_needs = pool.bags("offers", "needs")
        return CoverBlock(
            Cover.of(needs, offers, self.full_level),
            Cover.of(back_needs, back_offers, self.full_level),
            tuple(pool.vocabulary("needs", "offers")),
        )

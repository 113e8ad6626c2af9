"""Which rule asked for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mentormatch.constraints import ForbidPairs, ForbidWhere, PersonBounds, is_confidential, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.constraints import Term
    from mentormatch.people import Pool
    from mentormatch.problem.coupling import Coupled


@dataclass(frozen=True, eq=False)
class Source:
    """One rule, and what it asks for; ``terms`` gives the same again, so that it can be compiled as a rule can.

    ``words`` is how the rule is told; empty if it is confidential. ``coupled`` is what it asks of several
    pairs at once.
    """

    name: str = field(repr=False)
    words: str = field(repr=False)
    confidential: bool
    asked: tuple[Term, ...] = field(repr=False)
    coupled: tuple[Coupled, ...] = field(repr=False)

    def terms(self, _pool: Pool, /) -> tuple[Term, ...]:
        """Return what it asks for."""
        return self.asked

    @property
    def bounds(self) -> tuple[PersonBounds, ...]:
        """What it asks of people one by one."""
        return tuple(term for term in self.asked if isinstance(term, PersonBounds))

    @property
    def over_pairs(self) -> tuple[Term, ...]:
        """What it asks of pairs one by one."""
        return tuple(term for term in self.asked if isinstance(term, (ForbidPairs, ForbidWhere)))


def source_of(rule: Any, terms: Sequence[Term], coupled: Sequence[Coupled]) -> Source:
    """Keep what a rule asked for."""
    secret = is_confidential(rule)
    name = "a confidential rule" if secret else str(getattr(rule, "name", type(rule).__name__))
    return Source(name, "" if secret else words_of(rule), secret, tuple(terms), tuple(coupled))

"""Which rule asked for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mentormatch.constraints import (
    Alike,
    ForbidPairs,
    ForbidWhere,
    GroupBounds,
    LinearBound,
    LoadBound,
    NoneOrAtLeast,
    NotBoth,
    PersonBounds,
    is_confidential,
    words_of,
)

if TYPE_CHECKING:
    from mentormatch.constraints import Term
    from mentormatch.people import Pool

GROUP_TERMS: Final = (Alike, GroupBounds, LinearBound, LoadBound, NoneOrAtLeast, NotBoth)
"""Terms that are about several pairs at once."""


@dataclass(frozen=True, eq=False)
class Source:
    """One rule, and what it asks for; it can be compiled as a rule can.

    ``words`` is how the rule is told; empty if it is confidential.
    """

    name: str = field(repr=False)
    words: str = field(repr=False)
    confidential: bool
    asked: tuple[Term, ...] = field(repr=False)

    def terms(self, _pool: Pool, /) -> tuple[Term, ...]:
        """Return what it asks for."""
        return self.asked

    @property
    def over_groups(self) -> tuple[Term, ...]:
        """What it asks of several pairs at once."""
        return tuple(term for term in self.asked if isinstance(term, GROUP_TERMS))

    @property
    def bounds(self) -> tuple[PersonBounds, ...]:
        """What it asks of people one by one."""
        return tuple(term for term in self.asked if isinstance(term, PersonBounds))

    @property
    def over_pairs(self) -> tuple[Term, ...]:
        """What it asks of pairs one by one."""
        return tuple(term for term in self.asked if isinstance(term, (ForbidPairs, ForbidWhere)))


def source_of(rule: Any, terms: tuple[Term, ...]) -> Source:
    """Keep what a rule asked for."""
    if is_confidential(rule):
        return Source("a confidential rule", "", confidential=True, asked=terms)
    return Source(str(getattr(rule, "name", type(rule).__name__)), words_of(rule), confidential=False, asked=terms)

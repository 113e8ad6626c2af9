"""Rules about what was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mentormatch.constraints.base import STRICT
from mentormatch.constraints.terms import ForbidPairs, Term, pair_arrays

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True, slots=True)
class PastPartners:
    """Two people who were partners before, as either of them states, are not matched again."""

    name: ClassVar[str] = "past_partners"
    confidential: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("past_partners",)
    __pydantic_config__: ClassVar[Any] = STRICT

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return every mentee and mentor of whom one names the other."""
        of_mentees, of_mentors = pool.objects("past_partners")
        mentee_row, mentor_row = pool.mentee_row, pool.mentor_row
        pairs = [
            (row, mentor_row[who])
            for row, partners in enumerate(of_mentees)
            for who in partners or ()
            if who in mentor_row
        ]
        pairs += [
            (mentee_row[who], row)
            for row, partners in enumerate(of_mentors)
            for who in partners or ()
            if who in mentee_row
        ]
        return (ForbidPairs(*pair_arrays(pairs)),) if pairs else ()

"""Experience gap: whether the mentor has been at it longer than the mentee by about the right number of years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from mentormatch.errors import InputError
from mentormatch.scoring.gap import GapBlock, check_gap

if TYPE_CHECKING:
    from mentormatch.people import Pool

_USUAL: Final = "years_of_experience"


@dataclass(frozen=True)
class ExperienceGap:
    """How close the gap in years of experience, mentor minus mentee, is to the ideal one.

    value = max(0, 1 - abs(gap - ideal) / tolerance)

    **Range**: 1 at the ideal gap, falling in a straight line to 0 at `tolerance` years from
    it. **Unknown**: either side's years are, or are no number. Where nobody has the
    attribute ``years_of_experience`` the criterion drops out.

    Parameters
    ----------
    ideal
        The best gap, in years; the mentor has more when it is positive.
    tolerance
        How far from the ideal the value reaches 0, in years; above 0.
    field
        The attribute that holds the years: a column of a table becomes one by
        ``mapping={"years in the trade": "attributes"}``. Attributes count only, and are
        shown in no explanation unless ``Settings.share`` names them.

    Raises
    ------
    InputError
        A number is out of range; on binding, nobody has a field that is not the usual one,
        which then is likely mistyped.

    Notes
    -----
    A convention, to be set per programme: far more experience is not better, as who is
    nearer remembers what it was like (Ensher & Murphy, *Power Mentoring*, 2005, on
    step-ahead mentors).

    Examples
    --------
    >>> import mentormatch as mm
    >>> mentor, mentee = ({"id": i, "attributes": {"years_of_experience": n}} for i, n in (("Mia", 12), ("Ann", 2)))
    >>> mm.score([mentor], [mentee], scorers={mm.ExperienceGap(ideal=8, tolerance=8): 1}).block([0], [0])
    array([[0.75]])
    """

    name: ClassVar[str] = "experience_gap"

    ideal: float = 8.0
    tolerance: float = 12.0
    field: str = _USUAL

    def __post_init__(self) -> None:
        check_gap(self.name, self.ideal, self.tolerance)

    @property
    def fields(self) -> tuple[str, ...]:
        """The one field it reads."""
        return (self.field,)

    def bind(self, pool: Pool) -> GapBlock:
        """Return the block of these people."""
        return self._bound(pool, lenient=self.field == _USUAL)

    def bind_fitted(self, pool: Pool, fitted: Pool) -> GapBlock:  # noqa: ARG002 - they had the field
        """Return the block of these people, among whom nobody may be left who has the field."""
        return self._bound(pool, lenient=True)

    def _bound(self, pool: Pool, *, lenient: bool) -> GapBlock:
        try:
            mentees, mentors = pool.numbers(self.field)
        except InputError:
            if not lenient:
                raise
            mentees, mentors = (np.full(size, np.nan) for size in pool.shape)
        return GapBlock(mentees, mentors, float(self.ideal), float(self.tolerance))

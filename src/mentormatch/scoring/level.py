"""Level gap: whether the mentor is ahead of the mentee by about the right distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mentormatch.scoring.gap import GapBlock, check_gap

if TYPE_CHECKING:
    from mentormatch.people import Pool


@dataclass(frozen=True)
class LevelFit:
    """How close the level gap, mentor minus mentee, is to the ideal one.

    value = max(0, 1 - abs(gap - ideal) / tolerance)

    **Range**: 1 at the ideal gap, falling in a straight line to 0 at `tolerance` levels from
    it. **Unknown**: either level is.

    Parameters
    ----------
    ideal
        The best gap, in levels; the mentor stands higher when it is positive.
    tolerance
        How far from the ideal the value reaches 0, in levels; above 0.

    Notes
    -----
    A convention, to be set per programme: the default favours "step-ahead" mentors, a
    level or two further on (Ensher & Murphy, *Power Mentoring*, 2005).
    """

    name: ClassVar[str] = "level_gap"
    fields: ClassVar[tuple[str, ...]] = ("level",)

    ideal: float = 2.0
    tolerance: float = 3.0

    def __post_init__(self) -> None:
        check_gap(self.name, self.ideal, self.tolerance)

    def bind(self, pool: Pool) -> GapBlock:
        """Return the block of these people."""
        mentees, mentors = pool.numbers("level")
        return GapBlock(mentees, mentors, float(self.ideal), float(self.tolerance))

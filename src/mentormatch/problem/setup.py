"""What a problem is made of, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mentormatch.people import Note, Pool
from mentormatch.problem.compiled import Compiled
from mentormatch.problem.fixing import Fixed
from mentormatch.problem.pairs import Pairs
from mentormatch.problem.roster import Roster
from mentormatch.scoring import ScoreMatrix
from mentormatch.settings import DEFAULT_OBJECTIVE

DEFAULT_MEMORY: Final = 64 << 20
"""Bytes that one block of scores may take unless told otherwise."""


@dataclass(frozen=True, eq=False, repr=False)
class Setup:
    """People, scores, compiled rules and the defaults of a solve.

    Attributes
    ----------
    roster
        Who takes part, by row.
    scores
        The scores of all pairs.
    compiled
        The rules as masks and bounds.
    fixed
        Pairs that must be made, in row order.
    pool
        The people; None for a problem made from an array.
    objective, seed
        What a solve aims for unless told otherwise.
    settings
        The public settings, for the manifest.
    share
        The fields of the other side that a pair may show.
    memory
        Bytes that one block of scores may take.
    notes
        What was noticed about the data.
    own
        The bounds that people of each side state themselves, mentees first, where these are not those of the pool.
    fitted
        The people whose statistics the scores rest on, where these are not the people of the problem.
    """

    roster: Roster
    scores: ScoreMatrix
    compiled: Compiled
    fixed: tuple[Fixed, ...] = ()
    pool: Pool | None = None
    objective: tuple[str, ...] = DEFAULT_OBJECTIVE
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    share: frozenset[str] = frozenset()
    memory: int = DEFAULT_MEMORY
    notes: tuple[Note, ...] = ()
    own: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
    fitted: Pool | None = None

    @cached_property
    def pairs(self) -> Pairs:
        """The pairs that were told lately."""
        return Pairs(self.scores, self.roster, self.pool, self.share)

    @property
    def own_bounds(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What people state themselves, rules aside: minimum and maximum of everybody on each side."""
        if self.own is not None:
            return self.own
        if self.pool is None:
            return self.compiled.mentee_bounds, self.compiled.mentor_bounds
        return self.pool.mentee_bounds, self.pool.mentor_bounds

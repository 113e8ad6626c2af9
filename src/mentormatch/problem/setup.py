"""What a problem is made of, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mentormatch.people import Note, Pool
from mentormatch.problem.compiled import Compiled
from mentormatch.problem.fixing import Fixed
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

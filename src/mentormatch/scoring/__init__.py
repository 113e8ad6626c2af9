"""How well does each mentor suit each mentee: criteria, and the scores they make together.

A criterion is a small frozen spec with a ``name`` and ``bind(pool)``; bound, it scores any
rectangle of pairs from 0 poor to 1 ideal, NaN where an answer is missing.
:class:`ScoreMatrix` is their weighted mean.
"""

from __future__ import annotations

from mentormatch.scoring.embedder import Embedder
from mentormatch.scoring.free_text import FreeText
from mentormatch.scoring.function import FunctionScorer, scorer
from mentormatch.scoring.goals import GoalAlignment
from mentormatch.scoring.hours import OverlappingHours
from mentormatch.scoring.languages import SharedLanguages
from mentormatch.scoring.level import LevelFit
from mentormatch.scoring.matrix import ScoreMatrix
from mentormatch.scoring.needs_offers import NeedsOffers
from mentormatch.scoring.protocols import Block, Scorer
from mentormatch.scoring.registry import SCORERS, scorer_from, weighted
from mentormatch.scoring.seen import FittedScores, SeenScores, Sheet
from mentormatch.scoring.taxonomy import Taxonomy
from mentormatch.scoring.traits import TraitFit
from mentormatch.scoring.wishes import Wishes

__all__ = [
    "SCORERS",
    "Block",
    "Embedder",
    "FittedScores",
    "FreeText",
    "FunctionScorer",
    "GoalAlignment",
    "LevelFit",
    "NeedsOffers",
    "OverlappingHours",
    "ScoreMatrix",
    "Scorer",
    "SeenScores",
    "SharedLanguages",
    "Sheet",
    "Taxonomy",
    "TraitFit",
    "Wishes",
    "scorer",
    "scorer_from",
    "weighted",
]

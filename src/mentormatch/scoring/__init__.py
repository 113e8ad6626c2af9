"""How well does each mentor suit each mentee: criteria, and the scores they make together.

A criterion is a small frozen spec with a ``name`` and ``bind(pool)``; bound, it scores any
rectangle of pairs from 0 poor to 1 ideal, NaN where an answer is missing.
:class:`ScoreMatrix` is their weighted mean.
"""

from __future__ import annotations

from mentormatch.scoring.asked import AskFor
from mentormatch.scoring.embedder import Embedder
from mentormatch.scoring.experience import ExperienceGap
from mentormatch.scoring.free_text import FreeText
from mentormatch.scoring.function import FunctionScorer, scorer
from mentormatch.scoring.goals import GoalAlignment
from mentormatch.scoring.hours import OverlappingHours
from mentormatch.scoring.interests import Interests
from mentormatch.scoring.languages import SharedLanguages
from mentormatch.scoring.level import LevelFit
from mentormatch.scoring.matrix import ScoreMatrix
from mentormatch.scoring.mutual import MutualInterest
from mentormatch.scoring.nearness import Nearness
from mentormatch.scoring.needs_offers import NeedsOffers
from mentormatch.scoring.protocols import Block, Scorer
from mentormatch.scoring.registry import SCORERS, scorer_from, weighted
from mentormatch.scoring.reweighed import normed, reweighed, shares_of, voices_of, without
from mentormatch.scoring.seen import FittedScores, SeenScores, Sheet
from mentormatch.scoring.taxonomy import Taxonomy
from mentormatch.scoring.traits import TraitFit
from mentormatch.scoring.waited import WaitedRounds
from mentormatch.scoring.wishes import Wishes

__all__ = [
    "SCORERS",
    "AskFor",
    "Block",
    "Embedder",
    "ExperienceGap",
    "FittedScores",
    "FreeText",
    "FunctionScorer",
    "GoalAlignment",
    "Interests",
    "LevelFit",
    "MutualInterest",
    "Nearness",
    "NeedsOffers",
    "OverlappingHours",
    "ScoreMatrix",
    "Scorer",
    "SeenScores",
    "SharedLanguages",
    "Sheet",
    "Taxonomy",
    "TraitFit",
    "WaitedRounds",
    "Wishes",
    "normed",
    "reweighed",
    "scorer",
    "scorer_from",
    "shares_of",
    "voices_of",
    "weighted",
    "without",
]

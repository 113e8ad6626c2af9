"""Weights learned from past pairs and what became of them: off unless asked for, readable, and held to the preset.

:func:`learn` makes a :class:`Learned`, which says how far it can be trusted (:class:`LearnedReport`).
"""

from __future__ import annotations

from mentormatch.scoring.learned.examine import LearnedReport
from mentormatch.scoring.learned.figures import Figure, Measures
from mentormatch.scoring.learned.learning import learn
from mentormatch.scoring.learned.result import Learned, LearnedScorers, LearnedWeight, told

__all__ = ["Figure", "Learned", "LearnedReport", "LearnedScorers", "LearnedWeight", "Measures", "learn", "told"]

"""The coordinator's view of a problem: it knows the rules, and is shown to nobody else.

One file per question: :mod:`~mentormatch.coordinator.clashes` (what cannot be kept together),
:mod:`~mentormatch.coordinator.relaxations` (what would have to give way) and
:mod:`~mentormatch.coordinator.suggest` (who could be with whom).
"""

from mentormatch.coordinator.clashes import Clash
from mentormatch.coordinator.relaxations import Relaxation
from mentormatch.coordinator.shown import Shown
from mentormatch.coordinator.steps import Change
from mentormatch.coordinator.suggest import Offer, Suggestions, suggestions
from mentormatch.coordinator.view import Audit, audit

__all__ = [
    "Audit",
    "Change",
    "Clash",
    "Offer",
    "Relaxation",
    "Shown",
    "Suggestions",
    "audit",
    "suggestions",
]

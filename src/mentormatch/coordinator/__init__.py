"""The coordinator's view of a problem: it knows the rules, and is shown to nobody else.

One file per question: :mod:`~mentormatch.coordinator.clashes` (what cannot be kept together),
:mod:`~mentormatch.coordinator.relaxations` (what would have to give way),
:mod:`~mentormatch.coordinator.suggest` (who could be with whom),
:mod:`~mentormatch.coordinator.doubt` (how sure a matching is) and
:mod:`~mentormatch.coordinator.weightings` (what other weights would lead to).
"""

from mentormatch.coordinator.clashes import Clash
from mentormatch.coordinator.doubt import sensitivity
from mentormatch.coordinator.relaxations import Relaxation
from mentormatch.coordinator.shown import Shown
from mentormatch.coordinator.steps import Change
from mentormatch.coordinator.suggest import Offer, Suggestions, suggestions
from mentormatch.coordinator.view import Audit, audit
from mentormatch.coordinator.weightings import scenarios

__all__ = [
    "Audit",
    "Change",
    "Clash",
    "Offer",
    "Relaxation",
    "Shown",
    "Suggestions",
    "audit",
    "scenarios",
    "sensitivity",
    "suggestions",
]

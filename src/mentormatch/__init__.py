"""Match mentees with mentors: readable scores, hard rules, a proven optimum, explained in confidence.

The public names are loaded on first use, so that ``import mentormatch`` costs next to
nothing. Start with :func:`match`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mentormatch._version import __version__ as __version__

_HOMES = {
    "mentormatch._api": ("match", "rematch", "schema", "score", "suggest", "warmup"),
    "mentormatch.compiled": ("Warmed",),
    "mentormatch.constraints": (
        "Alike",
        "Apart",
        "AtLeast",
        "AtMost",
        "Capacity",
        "ConflictOfInterest",
        "Constraint",
        "DifferentOrganisation",
        "FixPairs",
        "Forbid",
        "ForbidPairs",
        "ForbidWhere",
        "GroupBounds",
        "GroupQuota",
        "HoursCapacity",
        "LevelGap",
        "LinearBound",
        "LoadBound",
        "Lock",
        "MinOverlapHours",
        "MinScore",
        "NoneOrAtLeast",
        "NotBoth",
        "Override",
        "PastPartners",
        "PersonBounds",
        "ReportingLine",
        "Require",
        "SameTeam",
        "ScoreAtLeast",
        "SharedLanguage",
        "Tension",
        "Together",
        "Trained",
        "Vetoes",
        "read_tensions",
    ),
    "mentormatch.coordinator": (
        "Audit",
        "Clash",
        "Offer",
        "Relaxation",
        "Shown",
        "Suggestions",
        "audit",
        "scenarios",
        "sensitivity",
    ),
    "mentormatch.errors": (
        "Cancelled",
        "CertificateError",
        "DataWarning",
        "Fault",
        "Infeasible",
        "InputError",
        "MentorMatchError",
        "MissingExtra",
        "StateError",
        "TimeLimit",
        "UnsupportedProblem",
    ),
    "mentormatch.evaluation": ("Backtest", "Influence", "Scenarios", "Sensitivity", "backtest"),
    "mentormatch.explain": ("Explanation",),
    "mentormatch.matching": (
        "Certificate",
        "Matching",
        "Pair",
        "Part",
        "Reason",
        "Short",
        "TierProof",
        "Unmatched",
        "diff",
    ),
    "mentormatch.people": ("Mentee", "Mentor", "Note", "Person", "Pool", "Reject", "Request", "write_template"),
    "mentormatch.presets": ("preset",),
    "mentormatch.problem": ("Problem", "Run"),
    "mentormatch.scale": ("ScaleResult", "match_blocks"),
    "mentormatch.scoring": (
        "AskFor",
        "Embedder",
        "ExperienceGap",
        "FreeText",
        "GoalAlignment",
        "Interests",
        "LevelFit",
        "MutualInterest",
        "Nearness",
        "NeedsOffers",
        "OverlappingHours",
        "ScoreMatrix",
        "Scorer",
        "SharedLanguages",
        "Taxonomy",
        "TraitFit",
        "WaitedRounds",
        "Wishes",
        "scorer",
    ),
    "mentormatch.scoring.learned": ("Learned", "LearnedReport", "LearnedWeight", "learn"),
    "mentormatch.settings": ("Settings",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME, "__version__"])  # noqa: PLE0605  kept in one place, and a test holds it against the stub


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _HOME:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

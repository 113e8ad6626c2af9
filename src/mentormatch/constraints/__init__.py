"""Hard rules: who may not be matched, who must be, and how many partners people have.

A rule is an object with a name, a flag and one method, :meth:`Constraint.terms`, which
says in rows and columns what it asks for; :class:`Constraint` shows how to write one.

Two things are called ``NoneOrAtLeast``: here it is the rule, and the term that it comes down
to is ``terms.NoneOrAtLeast``.
"""

from mentormatch.constraints.base import Constraint, Unknown, is_confidential, notes_of, reads, with_date
from mentormatch.constraints.bounds import Capacity, NoneOrAtLeast
from mentormatch.constraints.check import check_constraint
from mentormatch.constraints.confidential import ConflictOfInterest, Tension, Vetoes
from mentormatch.constraints.counts import AtLeast, AtMost
from mentormatch.constraints.fit import LevelGap, MinOverlapHours, MinScore, SharedLanguage, Trained
from mentormatch.constraints.hierarchy import DifferentOrganisation, ReportingLine, SameTeam
from mentormatch.constraints.history import PastPartners
from mentormatch.constraints.hours import HoursCapacity
from mentormatch.constraints.locks import Lock, Override, lock_from
from mentormatch.constraints.named import Forbid, NotSelf, Require
from mentormatch.constraints.quotas import GroupQuota
from mentormatch.constraints.reading import read_tensions
from mentormatch.constraints.registry import RULES, rule_from, rule_schema, rule_to_data
from mentormatch.constraints.terms import (
    NO_LIMIT,
    Alike,
    FixPairs,
    ForbidPairs,
    ForbidWhere,
    GroupBounds,
    LinearBound,
    LoadBound,
    NotBoth,
    PersonBounds,
    ScoreAtLeast,
    Term,
    Weight,
    Where,
)
from mentormatch.constraints.two import Apart, Together
from mentormatch.constraints.words import words_of

__all__ = [
    "NO_LIMIT",
    "RULES",
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
    "NotSelf",
    "Override",
    "PastPartners",
    "PersonBounds",
    "ReportingLine",
    "Require",
    "SameTeam",
    "ScoreAtLeast",
    "SharedLanguage",
    "Tension",
    "Term",
    "Together",
    "Trained",
    "Unknown",
    "Vetoes",
    "Weight",
    "Where",
    "check_constraint",
    "is_confidential",
    "lock_from",
    "notes_of",
    "read_tensions",
    "reads",
    "rule_from",
    "rule_schema",
    "rule_to_data",
    "with_date",
    "words_of",
]

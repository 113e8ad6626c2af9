from mentormatch._api import match as match
from mentormatch._api import rematch as rematch
from mentormatch._api import schema as schema
from mentormatch._api import score as score
from mentormatch._api import suggest as suggest
from mentormatch._api import warmup as warmup
from mentormatch.compiled import Warmed as Warmed
from mentormatch.constraints import Alike as Alike
from mentormatch.constraints import Apart as Apart
from mentormatch.constraints import AtLeast as AtLeast
from mentormatch.constraints import AtMost as AtMost
from mentormatch.constraints import Capacity as Capacity
from mentormatch.constraints import ConflictOfInterest as ConflictOfInterest
from mentormatch.constraints import Constraint as Constraint
from mentormatch.constraints import DifferentOrganisation as DifferentOrganisation
from mentormatch.constraints import FixPairs as FixPairs
from mentormatch.constraints import Forbid as Forbid
from mentormatch.constraints import ForbidPairs as ForbidPairs
from mentormatch.constraints import ForbidWhere as ForbidWhere
from mentormatch.constraints import GroupBounds as GroupBounds
from mentormatch.constraints import GroupQuota as GroupQuota
from mentormatch.constraints import HoursCapacity as HoursCapacity
from mentormatch.constraints import LevelGap as LevelGap
from mentormatch.constraints import LinearBound as LinearBound
from mentormatch.constraints import LoadBound as LoadBound
from mentormatch.constraints import Lock as Lock
from mentormatch.constraints import MinOverlapHours as MinOverlapHours
from mentormatch.constraints import MinScore as MinScore
from mentormatch.constraints import NoneOrAtLeast as NoneOrAtLeast
from mentormatch.constraints import NotBoth as NotBoth
from mentormatch.constraints import Override as Override
from mentormatch.constraints import PastPartners as PastPartners
from mentormatch.constraints import PersonBounds as PersonBounds
from mentormatch.constraints import ReportingLine as ReportingLine
from mentormatch.constraints import Require as Require
from mentormatch.constraints import SameTeam as SameTeam
from mentormatch.constraints import ScoreAtLeast as ScoreAtLeast
from mentormatch.constraints import SharedLanguage as SharedLanguage
from mentormatch.constraints import Tension as Tension
from mentormatch.constraints import Together as Together
from mentormatch.constraints import Trained as Trained
from mentormatch.constraints import Vetoes as Vetoes
from mentormatch.constraints import read_tensions as read_tensions
from mentormatch.coordinator import Audit as Audit
from mentormatch.coordinator import Clash as Clash
from mentormatch.coordinator import Offer as Offer
from mentormatch.coordinator import Relaxation as Relaxation
from mentormatch.coordinator import Shown as Shown
from mentormatch.coordinator import Suggestions as Suggestions
from mentormatch.coordinator import audit as audit
from mentormatch.coordinator import scenarios as scenarios
from mentormatch.coordinator import sensitivity as sensitivity
from mentormatch.errors import Cancelled as Cancelled
from mentormatch.errors import CertificateError as CertificateError
from mentormatch.errors import DataWarning as DataWarning
from mentormatch.errors import Fault as Fault
from mentormatch.errors import Infeasible as Infeasible
from mentormatch.errors import InputError as InputError
from mentormatch.errors import MentorMatchError as MentorMatchError
from mentormatch.errors import MissingExtra as MissingExtra
from mentormatch.errors import StateError as StateError
from mentormatch.errors import TimeLimit as TimeLimit
from mentormatch.errors import UnsupportedProblem as UnsupportedProblem
from mentormatch.evaluation import Backtest as Backtest
from mentormatch.evaluation import Influence as Influence
from mentormatch.evaluation import Scenarios as Scenarios
from mentormatch.evaluation import Sensitivity as Sensitivity
from mentormatch.evaluation import backtest as backtest
from mentormatch.explain import Explanation as Explanation
from mentormatch.matching import Certificate as Certificate
from mentormatch.matching import Matching as Matching
from mentormatch.matching import Pair as Pair
from mentormatch.matching import Part as Part
from mentormatch.matching import Reason as Reason
from mentormatch.matching import Short as Short
from mentormatch.matching import TierProof as TierProof
from mentormatch.matching import Unmatched as Unmatched
from mentormatch.matching import diff as diff
from mentormatch.people import Mentee as Mentee
from mentormatch.people import Mentor as Mentor
from mentormatch.people import Note as Note
from mentormatch.people import Person as Person
from mentormatch.people import Pool as Pool
from mentormatch.people import Reject as Reject
from mentormatch.people import Request as Request
from mentormatch.people import write_template as write_template
from mentormatch.presets import preset as preset
from mentormatch.problem import Problem as Problem
from mentormatch.problem import Run as Run
from mentormatch.scale import ScaleResult as ScaleResult
from mentormatch.scale import match_blocks as match_blocks
from mentormatch.scoring import AskFor as AskFor
from mentormatch.scoring import Embedder as Embedder
from mentormatch.scoring import ExperienceGap as ExperienceGap
from mentormatch.scoring import FreeText as FreeText
from mentormatch.scoring import GoalAlignment as GoalAlignment
from mentormatch.scoring import Interests as Interests
from mentormatch.scoring import LevelFit as LevelFit
from mentormatch.scoring import MutualInterest as MutualInterest
from mentormatch.scoring import Nearness as Nearness
from mentormatch.scoring import NeedsOffers as NeedsOffers
from mentormatch.scoring import OverlappingHours as OverlappingHours
from mentormatch.scoring import ScoreMatrix as ScoreMatrix
from mentormatch.scoring import Scorer as Scorer
from mentormatch.scoring import SharedLanguages as SharedLanguages
from mentormatch.scoring import Taxonomy as Taxonomy
from mentormatch.scoring import TraitFit as TraitFit
from mentormatch.scoring import WaitedRounds as WaitedRounds
from mentormatch.scoring import Wishes as Wishes
from mentormatch.scoring import scorer as scorer
from mentormatch.scoring.learned import Learned as Learned
from mentormatch.scoring.learned import LearnedReport as LearnedReport
from mentormatch.scoring.learned import LearnedWeight as LearnedWeight
from mentormatch.scoring.learned import learn as learn
from mentormatch.settings import Settings as Settings

__version__: str
__all__: list[str] = [
    "Alike",
    "Apart",
    "AtLeast",
    "AtMost",
    "Audit",
    "Backtest",
    "Cancelled",
    "Capacity",
    "Certificate",
    "CertificateError",
    "Clash",
    "ConflictOfInterest",
    "Constraint",
    "DataWarning",
    "DifferentOrganisation",
    "Embedder",
    "Explanation",
    "Fault",
    "FixPairs",
    "Forbid",
    "ForbidPairs",
    "ForbidWhere",
    "FreeText",
    "GoalAlignment",
    "GroupBounds",
    "GroupQuota",
    "HoursCapacity",
    "Infeasible",
    "Influence",
    "InputError",
    "LevelFit",
    "LevelGap",
    "LinearBound",
    "LoadBound",
    "Lock",
    "Matching",
    "Mentee",
    "Mentor",
    "MentorMatchError",
    "MinOverlapHours",
    "MinScore",
    "MissingExtra",
    "NeedsOffers",
    "NoneOrAtLeast",
    "NotBoth",
    "Note",
    "OverlappingHours",
    "Override",
    "Pair",
    "Part",
    "PastPartners",
    "Person",
    "PersonBounds",
    "Pool",
    "Problem",
    "Reason",
    "Reject",
    "Relaxation",
    "ReportingLine",
    "Request",
    "Require",
    "Run",
    "SameTeam",
    "ScaleResult",
    "Scenarios",
    "ScoreAtLeast",
    "ScoreMatrix",
    "Scorer",
    "Sensitivity",
    "Settings",
    "SharedLanguage",
    "SharedLanguages",
    "Short",
    "StateError",
    "Taxonomy",
    "Tension",
    "TierProof",
    "TimeLimit",
    "Together",
    "Trained",
    "TraitFit",
    "Unmatched",
    "UnsupportedProblem",
    "Vetoes",
    "Warmed",
    "Wishes",
    "__version__",
    "audit",
    "backtest",
    "diff",
    "match",
    "match_blocks",
    "preset",
    "read_tensions",
    "rematch",
    "scenarios",
    "schema",
    "score",
    "scorer",
    "sensitivity",
    "warmup",
    "write_template",
]

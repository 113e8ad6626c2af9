"""The criteria by name, and from names and plain data to criteria."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from mentormatch.errors import Fault, InputError
from mentormatch.scoring.asked import AskFor
from mentormatch.scoring.experience import ExperienceGap
from mentormatch.scoring.free_text import FreeText
from mentormatch.scoring.goals import GoalAlignment
from mentormatch.scoring.hours import OverlappingHours
from mentormatch.scoring.interests import Interests
from mentormatch.scoring.languages import SharedLanguages
from mentormatch.scoring.level import LevelFit
from mentormatch.scoring.mutual import MutualInterest
from mentormatch.scoring.nearness import Nearness
from mentormatch.scoring.needs_offers import NeedsOffers
from mentormatch.scoring.protocols import Scorer
from mentormatch.scoring.traits import TraitFit
from mentormatch.scoring.waited import WaitedRounds
from mentormatch.scoring.wishes import Wishes

SCORERS: dict[str, type[Any]] = {
    "asked_for": AskFor,
    "experience_gap": ExperienceGap,
    "free_text": FreeText,
    "goals": GoalAlignment,
    "interests": Interests,
    "level_gap": LevelFit,
    "mutual_interest": MutualInterest,
    "nearness": Nearness,
    "needs_offers": NeedsOffers,
    "overlapping_hours": OverlappingHours,
    "shared_languages": SharedLanguages,
    "traits": TraitFit,
    "waited_rounds": WaitedRounds,
    "wishes": Wishes,
}
"""The criteria of this library by the name that settings use."""

Scorers: TypeAlias = Mapping[Any, float] | Iterable[Any]
"""Criteria with their weights: ``{scorer or name: weight}``, or a list of
``(scorer, name or {"scorer": name, **parameters}, weight)`` pairs or of
``{"scorer": name, "weight": weight, **parameters}``."""


@dataclass(frozen=True)
class Weighted:
    """One criterion and its weight as given."""

    scorer: Scorer
    name: str
    weight: float


def scorer_from(given: Any) -> Scorer:
    """Return a criterion from what settings may hold.

    Parameters
    ----------
    given
        A scorer, the name of one, or ``{"scorer": name, **parameters}``.

    Raises
    ------
    InputError
        The name is unknown (the message lists the known ones), a parameter is unknown or
        wrong, or the object is no scorer.
    """
    if isinstance(given, str):
        return _named(given, {})
    if isinstance(given, Mapping):
        parameters = {key: value for key, value in given.items() if key != "scorer"}
        if not isinstance(given.get("scorer"), str):
            raise InputError(Fault(("scorers",), "no_name", 'has no name; write {"scorer": name, ...}'))
        return _named(given["scorer"], parameters)
    if isinstance(given, type) or not isinstance(given, Scorer):
        raise InputError(Fault(("scorers",), "no_scorer", _no_scorer(given)))
    name: Any = given.name
    if not isinstance(name, str) or not name:
        raise InputError(Fault(("scorers",), "no_name", f"the name of a {type(given).__name__} is not a text"))
    return given


def _no_scorer(given: Any) -> str:
    if isinstance(given, type):
        return f"{given.__name__} is a class; write {given.__name__}()"
    if callable(given):
        return f'a plain {type(given).__name__} is no scorer; write "@scorer" above it'
    return f"a {type(given).__name__} is no scorer: it needs a name and bind(pool)"


def _named(name: str, parameters: dict[str, Any]) -> Scorer:
    if name not in SCORERS:
        near = get_close_matches(name, SCORERS, n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        msg = f'there is no scorer "{name}"{hint} Known: {", ".join(sorted(SCORERS))}'
        raise InputError(Fault(("scorers", name), "unknown_scorer", msg))
    cls = SCORERS[name]
    known = tuple(field.name for field in dataclasses.fields(cls))
    faults = [
        Fault(("scorers", name, key), "unknown_parameter", f"is unknown; known: {', '.join(known) or 'none'}")
        for key in map(str, parameters)
        if key not in known
    ]
    if faults:
        raise InputError(faults)
    return _validated(cls, name, parameters)


def _validated(cls: type[Any], name: str, parameters: dict[str, Any]) -> Scorer:
    from pydantic import TypeAdapter, ValidationError

    faults: list[Fault] = []
    try:
        return TypeAdapter[Scorer](cls).validate_python(parameters)
    except InputError as error:
        faults.extend(error.faults)
    except ValidationError as error:
        told = error.errors(include_input=False, include_context=False, include_url=False)
        faults.extend(Fault(("scorers", name, *one["loc"]), one["type"], one["msg"]) for one in told)
    raise InputError(faults)


def weighted(given: Scorers) -> tuple[Weighted, ...]:
    """Return the criteria with their weights, sorted by name.

    Raises
    ------
    InputError
        Every fault at once: unknown scorers and parameters, weights that are negative or
        not finite, two criteria of one name, or no weight above 0.
    """
    faults: list[Fault] = []
    found: list[Weighted] = []
    for one, weight in _entries(given, faults):
        try:
            scorer = scorer_from(one)
        except InputError as error:
            faults.extend(error.faults)
            continue
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= sys.float_info.max:
            msg = f'the weight of "{scorer.name}" must be a finite number, 0 or more'
            faults.append(Fault(("scorers", scorer.name), "bad_weight", msg))
            continue
        found.append(Weighted(scorer, scorer.name, float(weight)))
    names = [one.name for one in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        msg = f'there are {names.count(name)} scorers called "{name}"; give each its own name'
        faults.append(Fault(("scorers", name), "same_name", msg))
    if found and not faults and not any(one.weight for one in found):
        faults.append(Fault(("scorers",), "no_weight", "at least one scorer must have a weight above 0"))
    if faults:
        raise InputError(faults)
    return tuple(sorted(found, key=lambda one: one.name))


def _entries(given: Scorers, faults: list[Fault]) -> list[tuple[Any, Any]]:
    """Return (scorer as given, weight as given)."""
    if isinstance(given, Mapping):
        return list(given.items())
    if isinstance(given, str) or not isinstance(given, Iterable):
        faults.append(Fault(("scorers",), "no_mapping", "scorers must be {scorer: weight}"))
        return []
    entries: list[tuple[Any, Any]] = []
    for one in given:
        if isinstance(one, Mapping) and "scorer" in one:
            rest = {key: value for key, value in one.items() if key != "weight"}
            entries.append((rest, one.get("weight", 1)))
        elif isinstance(one, tuple | list) and len(one) == 2:
            entries.append((one[0], one[1]))
        else:
            faults.append(Fault(("scorers",), "no_weight", "every scorer needs a weight: {scorer: weight}"))
    return entries

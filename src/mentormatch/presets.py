"""Presets: scorers, weights, rules and tiers that belong together, one set for each kind of programme.

What each rests on, and where the evidence is thin, is told in ``docs/explanation/presets.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mentormatch.errors import Fault, InputError
from mentormatch.settings import EVEN_OBJECTIVE, WAITING_OBJECTIVE, Settings

_NO_BOSS: Final = {"rule": "reporting_line", "depth": 2}
"""Nobody is mentored by who judges them, or the other way round."""

_OTHER_TEAM: Final = {"rule": "same_team"}
"""The mentor is from another team than the mentee."""

_JUNIOR_MENTORS: Final = {"rule": "level_gap", "max": -1}
"""The mentor stands at least one level below the mentee."""

PRESETS: Final[Mapping[str, Settings]] = {
    "development": Settings(
        preset=None,
        scorers={
            "needs_offers": 3,
            "goals": 3,
            "overlapping_hours": 2,
            "shared_languages": 2,
            "level_gap": 1,
            "free_text": 1,
        },
        constraints=(_NO_BOSS,),
        objective=WAITING_OBJECTIVE,
    ),
    "engagement": Settings(
        preset=None,
        scorers={
            "traits": 3,
            "goals": 2,
            "overlapping_hours": 3,
            "shared_languages": 2,
            "wishes": 2,
            "interests": 2,
            "free_text": 1,
            "needs_offers": 1,
            "mutual_interest": 1,
            "nearness": 1,
        },
        constraints=(_NO_BOSS,),
        objective=WAITING_OBJECTIVE,
    ),
    "inclusion": Settings(
        preset=None,
        scorers={
            "goals": 3,
            "traits": 3,
            "needs_offers": 2,
            "overlapping_hours": 2,
            "shared_languages": 2,
            "wishes": 1,
            "level_gap": 1,
            "interests": 1,
            "mutual_interest": 1,
        },
        constraints=(_NO_BOSS, _OTHER_TEAM),
        objective=EVEN_OBJECTIVE,
    ),
    "knowledge_transfer": Settings(
        preset=None,
        scorers={
            "needs_offers": 6,
            "overlapping_hours": 2,
            "shared_languages": 2,
            "experience_gap": 2,
            "goals": 1,
            "level_gap": 1,
            "free_text": 1,
        },
        constraints=(_NO_BOSS,),
        objective=WAITING_OBJECTIVE,
    ),
    "retention": Settings(
        preset=None,
        scorers={
            "goals": 3,
            "traits": 3,
            "overlapping_hours": 3,
            "needs_offers": 2,
            "shared_languages": 2,
            "wishes": 2,
            "mutual_interest": 2,
            "level_gap": 1,
            "nearness": 1,
        },
        constraints=(_NO_BOSS, _OTHER_TEAM),
        objective=EVEN_OBJECTIVE,
    ),
    "reverse": Settings(
        preset=None,
        scorers=(
            {"scorer": "needs_offers", "weight": 5},
            {"scorer": "overlapping_hours", "weight": 3},
            {"scorer": "shared_languages", "weight": 2},
            {"scorer": "level_gap", "weight": 2, "ideal": -3, "tolerance": 3},
            {"scorer": "goals", "weight": 1},
            {"scorer": "free_text", "weight": 1},
            {"scorer": "mutual_interest", "weight": 1},
        ),
        constraints=(_NO_BOSS, _JUNIOR_MENTORS),
        objective=WAITING_OBJECTIVE,
    ),
}
"""The presets by name; each is a complete ``Settings``."""


def preset(name: str) -> Settings:
    """Return a preset: scorers, rules and tiers that belong together; ``print`` it for a table.

    Parameters
    ----------
    name
        ``"development"``, the default: somebody grows, by their goals. ``"knowledge_transfer"``: what one
        knows and another needs. ``"inclusion"``: everybody gets a good relationship beyond
        their own circle. ``"engagement"``: people who like to meet. ``"retention"``: relationships that last.
        ``"reverse"``: the junior is the mentor.

    Raises
    ------
    InputError
        There is no preset of that name; the message lists those there are.

    Examples
    --------
    >>> preset("development").objective
    ('coverage', 'priority', 'total')
    >>> print(preset("reverse"))
    Scorers                                    weight   share
      needs_offers                                  5     33%
      overlapping_hours                             3     20%
      shared_languages                              2     13%
      level_gap (ideal -3, tolerance 3)             2     13%
      goals                                         1      7%
      free_text                                     1      7%
      mutual_interest                               1      7%
    Rules
      reporting_line (depth 2)
      level_gap (max -1)
    Tiers
      coverage, then priority, then total
    """
    if not isinstance(name, str) or name not in PRESETS:
        known = ", ".join(sorted(PRESETS))
        raise InputError(Fault(("preset",), "unknown_preset", f"there is no preset {name!r}; known are {known}"))
    return PRESETS[name].model_copy(deep=True)


def mix(names: Mapping[str, float]) -> Settings:
    """Mix presets: scorers by weight, all their rules once, the tiers of the weightiest.

    Each preset's scorers count by their share within it, times its own weight. Where two presets
    give one scorer different arguments, those of the weightier preset hold, and of equals those of
    the first by name.

    Raises
    ------
    InputError
        A name is unknown, or a weight is not a positive number.
    """
    faults = [
        Fault(("preset", str(name)), "bad_weight", "the weight of a preset is a positive number")
        for name, weight in names.items()
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight <= sys.float_info.max
    ]
    faults += [Fault(("preset",), "bad_preset", "a preset is a name") for name in names if not isinstance(name, str)]
    if faults or not names:
        raise InputError(faults or "a mix of presets names at least one")
    parts = [(preset(name), names[name]) for name in sorted(names, key=lambda name: (-names[name], name))]
    rules: list[dict[str, Any]] = []
    for part, _ in parts:
        rules.extend(rule for rule in part.constraints if rule not in rules)
    heaviest = max(weight for _, weight in parts)
    scorers = _mixed((part, weight / heaviest) for part, weight in parts)
    return Settings(preset=None, scorers=scorers, constraints=tuple(rules), objective=parts[0][0].objective)


def _mixed(parts: Iterable[tuple[Settings, float]]) -> dict[str, float] | tuple[dict[str, Any], ...]:
    """Add up scorers by their share of each part; the first part that has one gives its arguments."""
    weights: dict[str, float] = {}
    arguments: dict[str, dict[str, Any]] = {}
    for part, weight in parts:
        listed = part.listed_scorers()
        whole = sum(own for _, own, _ in listed)
        for scorer, own, stated in listed:
            weights[scorer] = weights.get(scorer, 0.0) + weight * own / whole
            arguments.setdefault(scorer, dict(stated))
    if not any(arguments.values()):
        return weights
    return tuple({"scorer": name, "weight": weight, **arguments[name]} for name, weight in weights.items())

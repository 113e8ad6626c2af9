"""The shipped rules by name, and how a rule is made from plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from mentormatch.constraints.base import Constraint, is_confidential
from mentormatch.constraints.bounds import Capacity, NoneOrAtLeast
from mentormatch.constraints.confidential import ConflictOfInterest, Tension, Vetoes
from mentormatch.constraints.counts import AtLeast, AtMost
from mentormatch.constraints.fit import LevelGap, MinOverlapHours, MinScore, SharedLanguage, Trained
from mentormatch.constraints.hierarchy import DifferentOrganisation, ReportingLine, SameTeam
from mentormatch.constraints.history import PastPartners
from mentormatch.constraints.hours import HoursCapacity
from mentormatch.constraints.named import Forbid, Require
from mentormatch.constraints.quotas import GroupQuota
from mentormatch.constraints.two import Apart, Together
from mentormatch.errors import Fault, InputError

_SHIPPED: Final[tuple[type[Any], ...]] = (
    Apart,
    AtLeast,
    AtMost,
    Capacity,
    ConflictOfInterest,
    DifferentOrganisation,
    Forbid,
    GroupQuota,
    HoursCapacity,
    LevelGap,
    MinOverlapHours,
    MinScore,
    NoneOrAtLeast,
    PastPartners,
    ReportingLine,
    Require,
    SameTeam,
    SharedLanguage,
    Tension,
    Together,
    Trained,
    Vetoes,
)

RULES: Final[Mapping[str, type[Any]]] = MappingProxyType({rule.name: rule for rule in _SHIPPED})
"""The shipped rules by name."""


def rule_from(data: Mapping[str, Any], loc: tuple[str | int, ...] = ()) -> Constraint:
    """Make a rule from plain data, as it stands in a configuration file or a request.

    Parameters
    ----------
    data
        ``{"rule": name}`` and the rule's own arguments.
    loc
        Where the data stand, such as ``("constraints", 3)``, for errors.

    Raises
    ------
    InputError
        The rule is not known, or arguments are missing, unknown or wrong; every fault is
        told, none with its value.

    Examples
    --------
    >>> from mentormatch.constraints import rule_from
    >>> rule_from({"rule": "level_gap", "min": 1})
    LevelGap(min=1.0, max=None, unknown='allow')
    >>> rule_from({"rule": "tension", "a": "ann", "b": "bo"})
    Tension(…)
    """
    made, faults = _make(data, loc)
    del data  # A traceback may show what this frame holds.
    if made is None:
        raise InputError(faults)
    return made


def rule_to_data(rule: Constraint) -> dict[str, Any]:
    """Return a shipped rule as the plain data that :func:`rule_from` reads.

    Names told in confidence are in it: what is shown to others holds public rules only.

    Raises
    ------
    InputError
        An argument is a function, which plain data cannot hold.

    Examples
    --------
    >>> from mentormatch.constraints import LevelGap, rule_to_data
    >>> rule_to_data(LevelGap(min=1))
    {'rule': 'level_gap', 'min': 1}
    """
    kind: Any = type(rule)
    stated = {field.name: getattr(rule, field.name) for field in fields(kind)}
    functions = [field for field, value in stated.items() if callable(value)]
    if functions:
        msg = "is a function, which plain data cannot hold"
        raise InputError([Fault((rule.name, field), "not_data", msg) for field in functions])
    kept = {field.name: stated[field.name] for field in fields(kind) if stated[field.name] != field.default}
    return {"rule": rule.name, **{name: _plain(value) for name, value in kept.items()}}


def rule_schema() -> dict[str, Any]:
    """Return the JSON schema of a rule as plain data: one of the shipped rules with its arguments."""
    return {"oneOf": [_schema_of(name) for name in RULES]}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _schema_of(name: str) -> dict[str, Any]:
    schema = _adapter(name).json_schema()
    properties = {"rule": {"const": name}, **schema.get("properties", {})}
    about = schema["description"].partition("\n\n")[0]
    return {**schema, "description": about, "properties": properties, "required": ["rule", *schema.get("required", ())]}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(RULES[name])


def _make(data: Any, loc: tuple[str | int, ...]) -> tuple[Constraint | None, tuple[Fault, ...]]:
    """Return the rule, or what is wrong with the data."""
    if not isinstance(data, Mapping) or "rule" not in data:
        return None, (Fault(loc, "not_a_rule", f'needs "rule", one of {_listed()}'),)
    name = data["rule"]
    if not isinstance(name, str) or name not in RULES:
        return None, (Fault((*loc, "rule"), "unknown_rule", _no_such_rule(name)),)
    try:
        return _adapter(name).validate_python({key: value for key, value in data.items() if key != "rule"}), ()
    except ValidationError as error:
        told = error.errors(include_input=False, include_context=False, include_url=False)
        return None, tuple(_fault(name, fault, loc) for fault in told)
    except InputError as error:
        return None, tuple(Fault((*loc, *fault.loc), fault.code, fault.msg) for fault in error.faults)


def _listed() -> str:
    return ", ".join(RULES)


def _no_such_rule(name: object) -> str:
    if not isinstance(name, str):
        return f"the name of a rule is one of {_listed()}"
    near = get_close_matches(name, RULES, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"there is no rule {name[:40]!r}{hint}; known are {_listed()}"


def _fault(name: str, fault: Any, loc: tuple[str | int, ...]) -> Fault:
    """Return one of pydantic's errors as a fault that repeats no value and no confidential key."""
    known = tuple(field.name for field in fields(RULES[name]))
    where = tuple(part for part in fault["loc"] if isinstance(part, int) or part in known)
    if fault["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        key = "" if is_confidential(RULES[name]) else f" {str(fault['loc'][-1])[:40]!r}"
        msg = f"takes no argument{key}; it takes {', '.join(known) or 'none'}"
        return Fault((*loc, name), "unknown_argument", msg)
    if fault["type"] == "missing":
        return Fault((*loc, name, *where), "missing", "is required")
    return Fault((*loc, name, *where), fault["type"], fault["msg"])

"""Settings: what to score, which rules to keep and what to aim for, as plain data.

One tree serves four doors: a preset is a ``Settings``, a configuration file reads into
one, a backend posts one inside a :class:`mentormatch.Request`, and ``match`` takes its
parts as arguments. It holds names and numbers only; scorers and rules are made from the
names further up.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FieldSerializationInfo,
    ValidationError,
    field_serializer,
    field_validator,
)

from mentormatch import strict_json
from mentormatch.errors import Fault, InputError

MAX_BYTES: Final = 1 << 20
"""The largest settings file that is read."""

MAX_LINE: Final = 10_000
"""The longest line of a TOML file that is read."""

MAX_DEPTH: Final = 32
"""The deepest nesting that is read."""

PUBLIC_RULES: Final = frozenset(
    {
        "apart",
        "at_least",
        "at_most",
        "capacity",
        "different_organisation",
        "forbid",
        "group_quota",
        "hours_capacity",
        "level_gap",
        "min_overlap_hours",
        "min_score",
        "none_or_at_least",
        "past_partners",
        "reporting_line",
        "require",
        "same_team",
        "shared_language",
        "together",
        "trained",
    }
)
"""The rules that may be shown; a rule that is not among them counts as confidential."""

DEFAULT_SHARE: Final = (
    "department",
    "goals",
    "interests",
    "job_title",
    "languages",
    "level",
    "meeting_mode",
    "needs",
    "offers",
    "organisation",
    "overlapping_hours",
    "profession",
    "site",
)
"""The fields of the other side (and criteria) that an explanation may show unless told otherwise."""

DEFAULT_OBJECTIVE: Final = ("coverage", "total")
"""The tiers of a run that states none."""

WAITING_OBJECTIVE: Final = ("coverage", "priority", "total")
"""The tiers of most presets; while nobody waited there is nothing to put first, and ``priority`` is left out."""

EVEN_OBJECTIVE: Final = ("coverage", "priority", "floor", "total")
"""The same, with the worst pair as good as it can be before the total counts."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Rules(tuple[dict[str, Any], ...]):
    """Rules as plain data, which may name people in confidence: only their number shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} rules>"


class LockSetting(_Strict):
    """A pair that must be in the result; with a reason and a name it overrides public rules."""

    mentee: str
    mentor: str
    reason: str | None = None
    by: str | None = None


class Settings(_Strict):
    """What to score, which rules to keep and what to aim for.

    Attributes
    ----------
    preset
        The name of a preset, ``{name: weight}`` to mix several, or None for none.
    scorers
        ``{name: weight}``, or a list of ``{"scorer": name, "weight": w, …}`` with the scorer's own
        arguments; replaces the preset's.
    constraints
        ``{"rule": name, …}`` with the rule's own arguments; added to the preset's.
    objective
        The tiers, most important first; replaces the preset's.
    locks
        Pairs that must be in the result.
    min_score
        Pairs that score below it are not made.
    on
        The date at which expiry, hours and daylight saving are read; None: today.
    seed
        Decides between exact ties.
    share
        The fields of the other side that an explanation may show; the name of a criterion
        shows that criterion alone, such as ``"overlapping_hours"`` without the hours themselves.
    mapping
        Headings of tables to fields, for headings that are not found by themselves.

    Examples
    --------
    >>> settings = Settings(scorers={"needs_offers": 3, "goals": 1}, constraints=[{"rule": "level_gap", "min": 1}])
    >>> settings.objective is None
    True
    """

    preset: str | dict[str, float] | None = "development"
    scorers: dict[str, float] | tuple[dict[str, Any], ...] | None = None
    constraints: tuple[dict[str, Any], ...] = Field(default=(), repr=False)
    objective: tuple[str, ...] | None = None
    locks: tuple[LockSetting, ...] = ()
    min_score: float | None = Field(default=None, allow_inf_nan=False)
    on: date | None = None
    seed: int = Field(default=0, ge=-(2**63), lt=2**63)
    share: tuple[str, ...] = DEFAULT_SHARE
    mapping: dict[str, str] = {}

    @field_validator("objective", mode="before")
    @classmethod
    def _one_tier(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("locks", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        if not isinstance(value, Sequence) or isinstance(value, str):
            return value
        return tuple(
            {"mentee": lock[0], "mentor": lock[1]} if isinstance(lock, (list, tuple)) and len(lock) == 2 else lock
            for lock in value
        )

    @field_validator("constraints", mode="after")
    @classmethod
    def _unseen(cls, rules: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return _Rules(rules)

    @field_serializer("constraints")
    def _written(self, rules: tuple[dict[str, Any], ...], info: FieldSerializationInfo) -> tuple[dict[str, Any], ...]:
        """Leave confidential rules out of dumps, unless ``context={"confidential": True}`` asks for them."""
        return tuple(rules) if (info.context or {}).get("confidential") else _public(rules)

    @classmethod
    def parse(cls, data: Mapping[str, Any] | Settings) -> Settings:
        """Validate plain data, with every fault in one error.

        Raises
        ------
        InputError
            Each fault with the setting it concerns, never with the value given.
        """
        if isinstance(data, Settings):
            return data
        settings, faults = cls._parsed(data)
        del data  # a traceback may show what this frame holds
        if settings is None:
            raise InputError(faults)
        return settings

    @classmethod
    def _parsed(cls, data: Any) -> tuple[Settings | None, tuple[Fault, ...]]:
        if not isinstance(data, Mapping):
            return None, (Fault(("settings",), "no_settings", "settings are a mapping of names to values"),)
        try:
            return cls.model_validate(dict(data)), ()
        except ValidationError as error:
            return None, setting_faults(error)

    @classmethod
    def read(cls, path: str | Path) -> Settings:
        """Read settings from a .toml or .json file.

        Parameters
        ----------
        path
            At most 1 MiB, nested at most 32 deep.

        Raises
        ------
        InputError
            The file is missing, not TOML or JSON, or holds faults; all are listed.
        """
        if not isinstance(path, (str, Path)):
            raise InputError(Fault((), "unreadable", "the settings file is a path"))
        return cls.parse(_read(Path(path)))

    def listed_scorers(self) -> tuple[tuple[str, float, dict[str, Any]], ...]:
        """Return the scorers as (name, weight, arguments), in the order given; none where the preset's hold."""
        given = self.scorers or {}
        if isinstance(given, dict):
            return tuple((name, weight, {}) for name, weight in given.items())
        return tuple(
            (
                str(one.get("scorer")),
                _weight(one.get("weight", 1)),
                {name: value for name, value in one.items() if name not in ("scorer", "weight")},
            )
            for one in given
        )

    def table(self) -> str:
        """Return what is scored, ruled and aimed for as a table in words, in lines of at most 100 columns.

        Of rules told in confidence it has the number. ``print(settings)`` shows it.
        """
        listed = self.listed_scorers()
        whole = sum(weight for _, weight, _ in listed) or 1
        lines = [] if self.preset is None else [_cut(f"Preset: {_name_of(self.preset)}")]
        if listed:
            lines.append(f"{'Scorers':<{_NAMES}}{'weight':>8}{'share':>8}")
            lines += [
                f"  {_cut(_called(name, stated), _NAMES - 2):<{_NAMES - 2}}{weight:>8.6g}{weight / whole:>8.0%}"
                for name, weight, stated in listed
            ]
        rules = self.public().constraints
        hidden = len(self.constraints) - len(rules)
        told = [_cut(f"  {_called(str(rule['rule']), {**rule, 'rule': None})}") for rule in rules]
        told += [f"  {hidden} told in confidence"] if hidden else []
        lines += ["Rules", *told] if told else []
        lines += ["Tiers", _cut(f"  {', then '.join(self.objective)}")] if self.objective else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table()

    def public(self) -> Settings:
        """Return the same settings without the rules that are confidential."""
        return self.model_copy(update={"constraints": _Rules(_public(self.constraints))})


_NAMES: Final = 41
"""Columns for the name of a scorer in a table."""

_WIDEST: Final = 100
"""Columns of a table."""


def _weight(given: Any) -> float:
    """Return a weight as it is written down; one that is no number, which whoever reads it will refuse, as 0."""
    number = isinstance(given, (int, float)) and not isinstance(given, bool) and abs(given) <= sys.float_info.max
    return given if number else 0.0


def _called(name: str, arguments: Mapping[str, Any]) -> str:
    """Return a name with what it was given, in words."""
    told = ", ".join(f"{key} {value}" for key, value in arguments.items() if value is not None)
    return f"{name} ({told})" if told else name


def _name_of(preset: str | dict[str, float]) -> str:
    return preset if isinstance(preset, str) else ", ".join(f"{name} {weight:g}" for name, weight in preset.items())


def _cut(line: str, width: int = _WIDEST) -> str:
    """Return a line without control characters that keeps within a width."""
    line = "".join(letter if letter.isprintable() else " " for letter in line)
    return line if len(line) <= width else line[: width - 1] + "…"


def _public(rules: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the rules that may be shown."""
    return tuple(rule for rule in rules if isinstance(rule.get("rule"), str) and rule["rule"] in PUBLIC_RULES)


def setting_faults(error: ValidationError, within: tuple[str | int, ...] = ()) -> tuple[Fault, ...]:
    """Turn pydantic's errors about settings into faults that repeat no input."""
    told = []
    for fault in error.errors(include_input=False, include_context=False, include_url=False):
        loc = (*within, *(part for part in fault["loc"] if isinstance(part, int) or part in _KNOWN))
        if fault["type"] == "extra_forbidden":
            known = ", ".join(Settings.model_fields)
            msg = f"there is no setting {str(fault['loc'][-1])[:60]!r}; the settings are {known}"
        else:
            msg = fault["msg"]
        told.append(Fault(tuple(loc), fault["type"], msg))
    return tuple(told)


_KNOWN: Final = frozenset(Settings.model_fields) | frozenset(LockSetting.model_fields)


def _read(path: Path) -> dict[str, Any]:
    problem: str | None = None
    data: dict[str, Any] = {}
    raw = b""
    try:
        if path.is_file():
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        else:
            problem = f"{path}: is no file"
    except (OSError, ValueError):
        problem = f"{path}: cannot be read"
    if problem is None and len(raw) > MAX_BYTES:
        problem = f"{path}: a settings file has at most {MAX_BYTES:,} bytes"
    if problem is None:
        data, problem = _decode(path, raw)
    if problem is not None:
        raise InputError(Fault((), "unreadable", problem))
    return data


def _decode(path: Path, raw: bytes) -> tuple[dict[str, Any], str | None]:
    """Return the data, or what is wrong with the file."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        data, problem = strict_json.decode(raw)
    elif suffix == ".toml":
        data, problem = _toml(raw)
    else:
        data, problem = None, f"settings are read from .toml and .json, not from {suffix or 'a file without suffix'}"
    if not problem and not isinstance(data, dict):
        problem = "must hold one table of settings"
    if not problem and _depth(data) > MAX_DEPTH:
        problem = f"is nested more than {MAX_DEPTH} deep"
    return ({}, f"{path}: {problem}") if problem else (data, None)


def _toml(raw: bytes) -> tuple[Any, str]:
    try:
        text = raw.decode("utf-8-sig")
        if max(map(len, text.splitlines()), default=0) > MAX_LINE:  # the parser is quadratic in dotted keys
            return None, f"has a line of more than {MAX_LINE:,} characters"
        return tomllib.loads(text), ""
    except UnicodeDecodeError:
        return None, "is not UTF-8 text"
    except RecursionError:
        return None, "is nested too deeply"
    except ValueError as error:
        return None, str(error)[:200]


def _depth(value: Any) -> int:
    """How deeply lists and tables are nested, without recursion."""
    deepest, ahead = 0, [(value, 1)]
    while ahead:
        here, depth = ahead.pop()
        deepest = max(deepest, depth)
        if depth > MAX_DEPTH:
            return depth
        inner = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        ahead.extend((part, depth + 1) for part in inner)
    return deepest

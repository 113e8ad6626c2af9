"""What a run is to do: a preset or settings, with the arguments laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, InputError
from mentormatch.settings import DEFAULT_OBJECTIVE, DEFAULT_SHARE, Settings, mix
from mentormatch.settings import preset as preset_named

if TYPE_CHECKING:
    from mentormatch.problem.given import Given

DEFAULT_PRESET: Final = "development"
"""The preset of a run that names none."""


class Unset:
    """The type of :data:`UNSET`: an argument that was not given, where None means something."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()


def today() -> date:
    """Return the day where the programme is run."""
    return datetime.now().astimezone().date()


@dataclass(frozen=True)
class Plan:
    """Scorers, rules, tiers, locks and the rest of one run; rules and locks stay out of its repr.

    ``starts`` says where in ``constraints`` and in ``locks`` each list that was laid over
    begins, so that a fault is told by its place in the list that somebody wrote.
    """

    label: str | None = None
    scorers: Any = None
    constraints: tuple[Any, ...] = ()
    objective: tuple[str, ...] | None = None
    locks: tuple[Any, ...] = ()
    min_score: float | None = None
    on: date = field(default_factory=today)
    seed: int = 0
    share: tuple[str, ...] = DEFAULT_SHARE
    starts: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"Plan({self.label!r}, objective={self.objective!r})"

    def over(self, settings: Settings) -> Plan:
        """Lay settings over this plan: rules and locks add, whatever else is stated replaces."""
        return replace(
            self,
            scorers=self.scorers if settings.scorers is None else settings.scorers,
            constraints=(*self.constraints, *settings.constraints),
            objective=settings.objective or self.objective,
            locks=(*self.locks, *(lock.model_dump() for lock in settings.locks)),
            min_score=self.min_score if settings.min_score is None else settings.min_score,
            on=settings.on or self.on,
            seed=settings.seed,
            share=settings.share,
            starts=self._more_starts(),
        )

    def over_arguments(self, given: Given) -> Plan:
        """Lay the arguments of a call over this plan."""
        return replace(
            self,
            scorers=self.scorers if given.scorers is None else given.scorers,
            constraints=(*self.constraints, *given.constraints),
            objective=self.objective or DEFAULT_OBJECTIVE,
            locks=(*self.locks, *given.locks),
            min_score=self.min_score if given.min_score is None else _finite(given.min_score),
            on=self.on if given.on is None else _date(given.on),
            starts=self._more_starts(),
        )

    def _more_starts(self) -> tuple[tuple[int, int], ...]:
        return (*self.starts, (len(self.constraints), len(self.locks)))

    def rule_place(self, place: int) -> int:
        """Return where a rule stands in its own list."""
        return place - max((start for start, _ in self.starts if start <= place), default=0)

    def lock_place(self, place: int) -> int:
        """Return where a lock stands in its own list."""
        return place - max((start for _, start in self.starts if start <= place), default=0)


def plan_of(preset: str | Mapping[str, float] | Settings | Unset | None) -> Plan:
    """Read the argument ``preset``: a name, a mix of names, settings, None, or not given.

    Raises
    ------
    InputError
        A preset is unknown.
    """
    match preset:
        case Unset():
            return Plan(label=DEFAULT_PRESET).over(preset_named(DEFAULT_PRESET))
        case None:
            return Plan()
        case str():
            return Plan(label=preset).over(preset_named(preset))
        case Settings():
            return plan_of(preset.preset).over(preset)
        case Mapping():
            return Plan(label=" + ".join(sorted(preset))).over(mix(preset))
        case _:
            fault = Fault(("preset",), "bad_preset", "preset is a name, {name: weight}, Settings or None")
            raise InputError(fault)


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
        raise InputError(Fault(("min_score",), "bad_min_score", "min_score is a finite number"))
    return float(value)


def _date(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InputError(Fault(("on",), "bad_date", "on is a date"))
    return value

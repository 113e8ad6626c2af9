"""What a run is to do: a preset or settings, with the arguments laid over it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, InputError
from mentormatch.presets import mix
from mentormatch.presets import preset as preset_named
from mentormatch.settings import DEFAULT_OBJECTIVE, DEFAULT_SHARE, Settings

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
        """Lay the arguments of a call over this plan; :func:`wrong_arguments` says whether they can be used."""
        return replace(
            self,
            scorers=self.scorers if given.scorers is None else given.scorers,
            constraints=(*self.constraints, *given.constraints),
            objective=self.objective or DEFAULT_OBJECTIVE,
            locks=(*self.locks, *given.locks),
            min_score=self.min_score if given.min_score is None else given.min_score,
            on=given.on or self.on,
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
            mixed = mix(preset)
            return Plan(label=" + ".join(sorted(preset))).over(mixed)
        case _:
            fault = Fault(("preset",), "bad_preset", "preset is a name, {name: weight}, Settings or None")
            raise InputError(fault)


def wrong_arguments(given: Given) -> Iterator[Fault]:
    """Yield what is wrong with the smallest score and the day of a call."""
    least, on = given.min_score, given.on
    number = isinstance(least, (int, float)) and not isinstance(least, bool)
    if least is not None and not (number and abs(least) <= sys.float_info.max):
        yield Fault(("min_score",), "bad_min_score", "must be a finite number")
    if on is not None and (not isinstance(on, date) or isinstance(on, datetime)):
        yield Fault(("on",), "bad_date", "must be a date, such as date(2026, 9, 1)")

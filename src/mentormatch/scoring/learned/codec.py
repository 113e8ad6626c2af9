"""What was learned, as plain data and back."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Final

from mentormatch.errors import Fault, InputError
from mentormatch.scoring.learned.examine import LearnedReport
from mentormatch.scoring.learned.figures import Figure, Measures
from mentormatch.scoring.learned.result import Learned, LearnedWeight

VERSION: Final = 1
"""Of the form; another one is refused."""

_TOP: Final = ("criteria", "freedom", "intercept", "pull", "report", "seed", "verdict", "version")
_MEASURES: Final = ("base", "learned", "preset")
_GAINS: Final = ("over_base", "over_preset")
_COUNTS: Final = ("folds", "good", "groups", "pairs", "repeats")
_KINDS: Final = ("groups", "mentees", "mentors", "pairs", "people")


def written(learned: Learned) -> dict[str, Any]:
    """Return what was learned as plain data."""
    data = dataclasses.asdict(learned)
    data["criteria"] = [{**one, "range": list(one["range"])} for one in data["criteria"]]
    data["report"]["reliability"] = [list(one) for one in data["report"]["reliability"]]
    return {**data, "version": VERSION, "verdict": learned.verdict}


def read(data: Any) -> Learned:
    """Return what :func:`written` wrote.

    Raises
    ------
    InputError
        Every fault.
    """
    reader = _Reader()
    top = reader.mapping(data, (), _TOP)
    if not reader.faults and (top["version"] != VERSION or isinstance(top["version"], bool)):
        reader.fault(("version",), f"must be {VERSION}")
    if reader.faults:
        raise InputError(reader.faults)
    listed = top["criteria"] if isinstance(top["criteria"], list) else []
    criteria = tuple(reader.criterion(one, ("criteria", place)) for place, one in enumerate(listed))
    names = [one.name for one in criteria]
    if not names or names != sorted(set(names)):
        reader.fault(("criteria",), "must be a list of criteria, sorted by name, no two alike")
    learned = Learned(
        criteria=criteria,
        intercept=reader.number(top["intercept"], ("intercept",)),
        pull=None if top["pull"] is None else reader.number(top["pull"], ("pull",), least=0),
        freedom=reader.number(top["freedom"], ("freedom",), least=0),
        seed=reader.count(top["seed"], ("seed",)),
        report=reader.report(top["report"]),
    )
    if not reader.faults and top["verdict"] != learned.verdict:
        reader.fault(("verdict",), "is not what the report says")
    if reader.faults:
        raise InputError(reader.faults)
    return learned


class _Reader:
    """Reads plain data and keeps every fault."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, where: tuple[str | int, ...], msg: str) -> None:
        self.faults.append(Fault(("learned", *where), "bad_learned", msg))

    def mapping(self, data: Any, where: tuple[str | int, ...], names: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(data, Mapping) or set(data) != set(names):
            self.fault(where, f"must be an object with {', '.join(names)}")
            return dict.fromkeys(names)
        return dict(data)

    def number(
        self, value: Any, where: tuple[str | int, ...], least: float = -math.inf, most: float = math.inf
    ) -> float:
        number = not isinstance(value, bool) and isinstance(value, (int, float)) and abs(value) < math.inf
        if not number or not least <= value <= most:
            self.fault(
                where, "must be a finite number" if least == -math.inf else f"must be from {least:g} to {most:g}"
            )
            return 0.0
        return float(value)

    def count(self, value: Any, where: tuple[str | int, ...]) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
            self.fault(where, "must be a whole number, 0 or more")
            return 0
        return value

    def numbers(self, value: Any, where: tuple[str | int, ...], count: int) -> list[float]:
        if not isinstance(value, (list, tuple)) or len(value) != count:
            self.fault(where, f"must be a list of {count} numbers")
            return [0.0] * count
        return [self.number(one, (*where, place)) for place, one in enumerate(value)]

    def criterion(self, data: Any, where: tuple[str | int, ...]) -> LearnedWeight:
        names = tuple(field.name for field in dataclasses.fields(LearnedWeight))
        found = self.mapping(data, where, names)
        if not isinstance(found["name"], str):
            self.fault((*where, "name"), "must be a text")
        low, high = self.numbers(found["range"], (*where, "range"), 2)
        if low == high:
            self.fault((*where, "range"), "must be two different numbers")
        return LearnedWeight(
            name=str(found["name"]),
            weight=self.number(found["weight"], (*where, "weight"), 0, 1),
            preset=self.number(found["preset"], (*where, "preset"), 0, 1),
            coefficient=self.number(found["coefficient"], (*where, "coefficient"), 0),
            mean=self.number(found["mean"], (*where, "mean"), 0, 1),
            range=(low, high),
        )

    def figure(self, data: Any, where: tuple[str | int, ...]) -> Figure:
        found = self.mapping(data, where, ("high", "low", "value"))
        return Figure(**{name: self.number(one, (*where, name)) for name, one in found.items()})

    def measures(self, data: Any, where: tuple[str | int, ...]) -> Measures:
        found = self.mapping(data, where, ("auc", "brier", "calibration"))
        return Measures(**{name: self.figure(one, (*where, name)) for name, one in found.items()})

    def report(self, data: Any) -> LearnedReport:
        names = tuple(field.name for field in dataclasses.fields(LearnedReport))
        found = self.mapping(data, ("report",), names)
        if found["group_kind"] not in _KINDS:
            self.fault(("report", "group_kind"), f"must be one of {', '.join(_KINDS)}")
        listed = found["reliability"] if isinstance(found["reliability"], (list, tuple)) else []
        rows = [self.numbers(one, ("report", "reliability", place), 3) for place, one in enumerate(listed)]
        parts: dict[str, Any] = {
            **{name: self.count(found[name], ("report", name)) for name in _COUNTS},
            **{name: self.measures(found[name], ("report", name)) for name in _MEASURES},
            **{name: self.figure(found[name], ("report", name)) for name in _GAINS},
            "group_kind": str(found["group_kind"]),
            "reliability": tuple((mean, share, int(pairs)) for mean, share, pairs in rows),
        }
        return LearnedReport(**parts)

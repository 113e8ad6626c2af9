"""Matchings under several weightings side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mentormatch.evaluation.tables import as_json, named, native_frame, text_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentormatch.evaluation.groups import GroupCoverage
    from mentormatch.matching import Matching

Row = tuple[str, str]
"""A pair: mentee id and mentor id."""

MOST_SHOWN: Final = 5
"""So many of those who gain most, and of those who lose most, are listed."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one weighting leads to.

    Attributes
    ----------
    name
        As given.
    weights
        Share of the weight of each criterion; those left out have none.
    placed
        How many pairs are made.
    worst
        The pair that scores least under this weighting, with its score; None where nobody is matched.
    groups
        Coverage by group, where ``by=`` was given.
    """

    name: str
    weights: Mapping[str, float]
    placed: int
    worst: tuple[str, str, float] | None
    groups: tuple[GroupCoverage, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Shift:
    """What changes between two weightings, the first's matching and the second's.

    Attributes
    ----------
    one, other
        Names of the weightings.
    changed
        How many pairs of the first the second does not make.
    gain, lose
        Mentees who gain most and who lose most from the first to the second, at most five of each, with
        how much: the mean score of their pairs, and 0 without any, under the mean of all the weightings.
    gaining, losing
        How many gain and how many lose.
    """

    one: str
    other: str
    changed: int
    gain: tuple[tuple[str, float], ...]
    lose: tuple[tuple[str, float], ...]
    gaining: int
    losing: int

    def __repr__(self) -> str:
        return f"Shift({self.one!r} → {self.other!r}: {self.changed} pairs, {self.gaining} gain, {self.losing} lose)"


@dataclass(frozen=True, repr=False)
class Scenarios:
    """Matchings under several weightings, each scored under every one; made by :func:`mentormatch.scenarios`.

    Attributes
    ----------
    scenarios
        One a weighting, in the order given.
    matchings
        Name -> its matching.
    table
        Name -> name -> mean score of the first's pairs under the second's weights; None where nobody is matched.
    changed
        Name -> name -> how many pairs of the first the second does not make.
    shifts
        Each two weightings, the earlier first.
    firm
        Pairs that every weighting makes, in the order of the first.
    """

    scenarios: tuple[Scenario, ...]
    matchings: Mapping[str, Matching] = field(compare=False)
    table: Mapping[str, Mapping[str, float | None]]
    changed: Mapping[str, Mapping[str, int]]
    shifts: tuple[Shift, ...]
    firm: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the weightings."""
        return tuple(one.name for one in self.scenarios)

    def __getitem__(self, name: str) -> Scenario:
        return named({one.name: one for one in self.scenarios}, name)

    def __len__(self) -> int:
        return len(self.scenarios)

    def shift(self, one: str, other: str) -> Shift:
        """Return what changes between two weightings, the earlier one first."""
        return named({(each.one, each.other): each for each in self.shifts}, (one, other))

    def text(self) -> str:
        """Say it as tables: scores, pairs that change, who gains and loses, the worst pair, coverage by group."""
        lines = [
            f"{len(self.firm)} pairs are made under every weighting",
            "",
            "mean score (row: matching; column: weights)",
        ]
        lines += text_table(("", *self.names), [(a, *map(_number, self.table[a].values())) for a in self.names])
        lines += ["", "pairs that change"]
        lines += text_table(("", *self.names), [(a, *map(str, self.changed[a].values())) for a in self.names])
        for shift in self.shifts:
            lines += ["", f"from {shift.one} to {shift.other}: {shift.gaining} gain, {shift.losing} lose"]
            lines += [f"  {who} {by:+.2f}" for who, by in (*shift.gain, *shift.lose)]
        lines.append("")
        for one in self.scenarios:
            worst = "nobody is matched" if one.worst is None else "{} – {} {:.2f}".format(*one.worst)
            lines.append(f"{one.name}: {one.placed} pairs; worst pair {worst}")
            lines += [f"  {group}" for group in one.groups]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, without the matchings' own documents: these have ``to_dict`` themselves."""
        return {
            "scenarios": [
                {
                    "name": one.name,
                    "weights": dict(one.weights),
                    "placed": one.placed,
                    "worst": None if one.worst is None else list(one.worst),
                    "groups": [asdict(group) for group in one.groups],
                    "pairs": [[pair.mentee, pair.mentor] for pair in self.matchings[one.name]],
                }
                for one in self.scenarios
            ],
            "table": {a: dict(row) for a, row in self.table.items()},
            "changed": {a: dict(row) for a, row in self.changed.items()},
            "shifts": [asdict(one) for one in self.shifts],
            "firm": [list(pair) for pair in self.firm],
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON."""
        return as_json(self.to_dict())

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the square table as a data frame: a row for each matching, a column for each weighting.

        Parameters
        ----------
        backend
            ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None: the first of these that is installed.
        """
        columns: dict[str, list[Any]] = {"matching": list(self.names)}
        for b in self.names:
            heading = b if b != "matching" else "matching (weights)"
            columns[heading] = [self.table[a][b] for a in self.names]
        return native_frame(columns, backend)

    def __repr__(self) -> str:
        told = ", ".join(f"{one.name} {one.placed} pairs" for one in self.scenarios)
        return f"Scenarios({told}; {len(self.firm)} in all)"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"

"""Tables as they come: headings and columns of cells, nothing understood yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mentormatch.errors import InputError
from mentormatch.people.arrow import arrow_cells, is_arrow
from mentormatch.people.limits import Limits
from mentormatch.people.models import Person
from mentormatch.people.values import is_missing, plain

_ORDINARY = frozenset({str, int, bool, type(None), list, tuple, dict, set, frozenset})


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """A table in columns.

    Attributes
    ----------
    headings
        One per column, no two alike.
    columns
        One sequence per heading, all of one length; None is no answer.
    rows
        The number of each row where it came from, counted from 0 below the headings.
    strict
        Whether a key that is nearly a field's name is an error: so for rows that a
        program made, not for tables that people made.
    spoilt
        Rows that cannot be read at all: position -> (code, message).
    backend
        The library a frame came from.
    classed
        Whether every row is a Mentor or Mentee, whose class says on which side it is.
    above
        How many lines above the headings say something, as a title does.
    """

    headings: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]
    rows: Sequence[int]
    strict: bool = False
    spoilt: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    backend: str | None = None
    classed: bool = False
    above: int = 0

    def take(self, positions: Sequence[int]) -> Table:
        """Return the table with some of its rows only."""
        places = {old: new for new, old in enumerate(positions)}
        return replace(
            self,
            columns=tuple([column[k] for k in positions] for column in self.columns),
            rows=[self.rows[k] for k in positions],
            spoilt={places[k]: why for k, why in self.spoilt.items() if k in places},
        )


def is_blank(cell: Any) -> bool:
    """Tell whether a cell holds no answer."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def numbered(headings: Iterable[Any]) -> tuple[str, ...]:
    """Return headings as text, the second of a kind as "Name (2)", an empty one as "Column 3"."""
    given = [" ".join(str(heading).split()) if heading is not None else "" for heading in headings]
    taken = set(given)
    seen: Counter[str] = Counter()
    found = []
    for position, heading in enumerate(given, start=1):
        name = heading or f"Column {position}"
        seen[name] += 1
        if seen[name] > 1:
            number = seen[name]
            while f"{name} ({number})" in taken:
                number += 1
            seen[name], name = number, f"{name} ({number})"
            taken.add(name)
        found.append(name)
    return tuple(found)


def clean(column: Iterable[Any]) -> list[Any]:
    """Return the cells as ordinary Python, with None wherever there is no answer."""
    cells = list(column)
    kinds = set(map(type, cells))
    if kinds <= _ORDINARY:
        return cells
    if kinds <= _ORDINARY | {float}:
        return [None if cell != cell else cell for cell in cells]  # noqa: PLR0124  # NaN alone is not itself
    return [None if is_missing(cell := _ordinary(raw)) else cell for raw in cells]


def _ordinary(cell: Any) -> Any:
    cell = plain(cell)
    return cell.tolist() if hasattr(cell, "tolist") and getattr(cell, "ndim", None) else cell


def from_rows(given: Iterable[Any], *, strict: bool, limits: Limits) -> Table:
    """Return mappings or models as a table; what is neither spoils its row.

    Raises
    ------
    InputError
        If the rows have more different keys than a table may have columns.
    """
    rows = list(given)
    spoilt: dict[int, tuple[str, str]] = {}
    maps: list[Mapping[Any, Any]] = []
    for position, row in enumerate(rows):
        if isinstance(row, Mapping):
            maps.append(row)
        elif isinstance(row, Person):
            maps.append({name: getattr(row, name) for name in row.model_fields_set})
        else:
            maps.append({})
            spoilt[position] = ("not_a_row", "is neither a mapping of answers nor a Mentor or Mentee")
    keys: dict[Any, None] = {}
    for row in maps:
        keys.update(dict.fromkeys(row))
        if len(keys) > limits.columns:
            raise InputError(f"the rows have more than {limits.columns} different keys; give a table of answers")
    columns = tuple(clean([row.get(key) for row in maps]) for key in keys)
    classed = bool(rows) and all(isinstance(row, Person) and row.side is not None for row in rows)
    return Table(numbered(keys), columns, range(len(rows)), strict=strict, spoilt=spoilt, classed=classed)


def from_frame(given: Any, limits: Limits) -> Table | None:
    """Return a data frame of any library that narwhals knows as a table; None if it is none.

    Raises
    ------
    InputError
        If it is a frame that cannot be read, or one with too many columns.
    """
    import narwhals as nw

    problem = None
    try:
        frame = nw.from_native(_distinct(given), pass_through=True)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
        if not isinstance(frame, nw.DataFrame):
            return None
        headings = list(frame.columns)
        if len(headings) <= limits.columns:
            columns = tuple(clean(_cells_of(frame[heading])) for heading in headings)
            backend = str(frame.implementation.value)
            return Table(numbered(headings), columns, range(len(frame)), backend=backend)
        problem = f"the table has more than {limits.columns} columns"
    except Exception as error:  # noqa: BLE001  # whatever a foreign frame raises may hold its cells
        problem = f"the table cannot be read ({type(error).__name__})"
    raise InputError(problem)


def _cells_of(series: Any) -> list[Any]:
    """Return the cells of one column of a frame."""
    native = series.to_native()
    return arrow_cells(native) if is_arrow(native) else list(series.to_list())


def _distinct(frame: Any) -> Any:
    """Return a pandas frame with repeated headings numbered; anything else as it is."""
    if not hasattr(frame, "set_axis"):
        return frame
    headings = getattr(frame, "columns", None)
    if headings is not None and not getattr(headings, "is_unique", True):
        return frame.set_axis(list(numbered(headings)), axis=1)
    return frame

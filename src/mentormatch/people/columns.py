"""From a table and a plan to the answers of one side, in columns, with the faults of every row.

No model is made on the way. A column goes through the one function of its field's kind,
the same that models use; text that occurs more than once is read once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from mentormatch.errors import Fault, InputError
from mentormatch.people.fields import FIELD, Field, Kind, fields_of
from mentormatch.people.frozen import Attributes, Confidential, Secret
from mentormatch.people.headings import HOW_TO_MAP, Plan, listed
from mentormatch.people.notes import Reject, Side
from mentormatch.people.tables import Table, is_blank
from mentormatch.people.values import identifier

if TYPE_CHECKING:
    from mentormatch.people.ratings import Rated

_MOST_REMEMBERED = 1 << 16
"""So many different answers of a column are remembered; where there are more, they hardly repeat."""

Wrongs = dict[int, list[tuple[str, str, str]]]
"""Position of a row -> (field, code, message) of everything wrong with it."""


@dataclass(frozen=True, eq=False, repr=False)
class Columns:
    """The answers of one side.

    Attributes
    ----------
    side
        Whose they are.
    values
        Field -> one value a person, in listing order; every field of the side is there.
    rows
        Where each person stood in the table, counted from 0.
    whole_ids
        Whether every id came as a whole number rather than as text.
    rated
        What each person said on the form and in ratings since; empty before anybody was rated.
    """

    side: Side
    values: Mapping[str, tuple[Any, ...]]
    rows: Sequence[int]
    whole_ids: bool = False
    rated: tuple[Rated, ...] = ()

    def __len__(self) -> int:
        return len(self.values["id"])

    def take(self, positions: Sequence[int]) -> Columns:
        """Return the answers of some people only, in the order asked for."""
        kept = {name: tuple(column[k] for k in positions) for name, column in self.values.items()}
        rated = tuple(self.rated[k] for k in positions) if self.rated else ()
        return replace(self, values=kept, rows=[self.rows[k] for k in positions], rated=rated)

    def and_of(self, other: Columns) -> Columns:
        """Return these answers and after them those of others."""
        if not len(other):
            return self
        values = {name: (*column, *other.values[name]) for name, column in self.values.items()}
        rated: tuple[Rated, ...] = ()
        if self.rated:
            fresh = zip(other.values["wishes"], other.values["vetoes"], strict=True)
            rated = (*self.rated, *(type(self.rated[0])(*said) for said in fresh))
        whole = other.whole_ids if not len(self) else self.whole_ids and other.whole_ids
        return replace(self, values=values, rows=[*self.rows, *other.rows], whole_ids=whole, rated=rated)

    def replaced(self, name: str, column: Sequence[Any]) -> Columns:
        """Return the answers with one column replaced."""
        return replace(self, values={**self.values, name: tuple(column)})


def read_side(side: Side, table: Table, plan: Plan) -> tuple[Columns, tuple[Reject, ...]]:
    """Read every answer of one side.

    Parameters
    ----------
    side
        The side.
    table
        Its people.
    plan
        What each column is.

    Returns
    -------
    Columns, tuple of Reject
        The people who could be read, and the rows that could not, with all their faults.

    Raises
    ------
    InputError
        If no column tells who somebody is.
    """
    count = len(table.rows)
    wrongs: Wrongs = defaultdict(list)
    values: dict[str, Sequence[Any]] = {}
    for field in fields_of(side):
        positions = plan.fields.get(field.name, ())
        if field.kind is Kind.SECRET and len(positions) > 1:
            each = [read_column(field, table.columns[k], wrongs) for k in positions]
            values[field.name] = [Secret(one for told in row for one in told) for row in zip(*each, strict=True)]
        elif positions:
            values[field.name] = read_column(field, _cells(table, positions), wrongs)
        else:
            values[field.name] = [field.reader.unanswered] * count
    values["attributes"] = _attributes(table, plan, values["attributes"])
    values["audit_attributes"] = _audit(table, plan, values["audit_attributes"])
    if "name" not in plan.fields and plan.name_parts:
        values["name"] = _full_names(table, plan)
    if "id" not in plan.fields:
        values["id"] = _other_ids(side, table, plan, values, wrongs)
    _find_doubles(values["id"], wrongs)
    for position, (code, message) in table.spoilt.items():
        wrongs[position] = [("", code, message)]  # what else is wrong there follows from it
    rejects = tuple(
        Reject(side, table.rows[k], values["id"][k], _faults(side, table.rows[k], values["id"][k], wrongs[k]))
        for k in sorted(wrongs)
    )
    whole = _are_whole(_cells(table, plan.fields.get("id", ())))
    everybody = Columns(side, {name: tuple(column) for name, column in values.items()}, table.rows, whole)
    return everybody.take([k for k in range(count) if k not in wrongs]) if wrongs else everybody, rejects


def read_column(field: Field, cells: Sequence[Any], wrongs: Wrongs) -> list[Any]:
    """Read one column, adding what is wrong to ``wrongs``; None is no answer."""
    read, values = field.reader.for_column(), [field.reader.unanswered] * len(cells)
    read_before: dict[type, dict[Any, Any]] = {str: {}, int: {}}  # apart, for True is 1 and 1.0 is too
    for position, cell in enumerate(cells):
        if cell is None and field.name != "id":
            continue
        memo = read_before.get(type(cell))
        if memo is not None and cell in memo:
            values[position] = memo[cell]
            continue
        value, fault = _attempt(read, cell)
        if fault is not None:
            wrongs[position].append((field.name, *fault))
            continue
        values[position] = value
        if memo is not None and len(memo) < _MOST_REMEMBERED:
            memo[cell] = value
    return values


def _attempt(read: Callable[[Any], Any], cell: Any) -> tuple[Any, tuple[str, str] | None]:
    """Return a cell's value, or the code and message of what is wrong with it."""
    try:
        return read(cell), None
    except PydanticCustomError as error:
        return None, (error.type, error.message())
    except Exception:  # noqa: BLE001  # a foreign object may raise anything when it is looked at
        return None, ("unreadable", "cannot be read")


def _cells(table: Table, positions: Sequence[int]) -> Sequence[Any]:
    """Return the cells of one field: of several columns, the first answered."""
    if not positions:
        return ()
    first, *others = (table.columns[k] for k in positions)
    if not others:
        return first
    return [next((cell for cell in row if not is_blank(cell)), None) for row in zip(first, *others, strict=True)]


def _are_whole(cells: Sequence[Any]) -> bool:
    """Tell whether ids came as whole numbers, the odd one without an id aside."""
    kinds = set(map(type, cells)) - {type(None)}
    return bool(kinds) and kinds <= {int, float} and all(cell.is_integer() for cell in cells if type(cell) is float)


def _attributes(table: Table, plan: Plan, given: Sequence[Any]) -> Sequence[Any]:
    """Return everybody's free attributes: those given as such, those named, and those nobody asked for."""
    columns = {name: _cells(table, (position,)) for name, position in plan.hidden.items()}
    hidden = frozenset(columns)
    columns |= {name: _cells(table, positions) for name, positions in plan.named.items()}
    if not columns:
        return given
    names = tuple(columns)
    rows = zip(*columns.values(), strict=True)
    found = []
    for own, row in zip(given, rows, strict=True):
        answers = {name: None if is_blank(cell) else cell for name, cell in zip(names, row, strict=True)}
        if own:
            found.append(Attributes({**answers, **own}, (hidden - own.keys()) | own.hidden))
        else:
            found.append(Attributes(answers, hidden))
    return found


def _audit(table: Table, plan: Plan, given: Sequence[Any]) -> Sequence[Any]:
    """Return everybody's attributes for the audit."""
    columns = [(name, _cells(table, positions)) for name, positions in plan.audit.items()]
    if not columns:
        return given
    return [
        Confidential({**{name: cells[k] for name, cells in columns if not is_blank(cells[k])}, **own})
        for k, own in enumerate(given)
    ]


def _full_names(table: Table, plan: Plan) -> list[str | None]:
    """Return first name, infix and last name as one name."""
    rows = zip(*(table.columns[k] for k in plan.name_parts), strict=True)
    return [" ".join(str(cell).strip() for cell in row if not is_blank(cell)) or None for row in rows]


def _other_ids(side: Side, table: Table, plan: Plan, values: Mapping[str, Sequence[Any]], wrongs: Wrongs) -> list[Any]:
    """Return e-mail addresses or unique names as ids, where there is no column of ids."""
    count = len(table.rows)
    if "email" in plan.fields and any(values["email"]):
        source, cells = "email", values["email"]
    else:
        source, cells = "name", values["name"]
        answered = [cell for cell in cells if cell is not None]
        if count and len(set(answered)) < max(len(answered), 1):
            answered = []
        if (
            (count > len(table.spoilt) or table.headings)  # of no row at all that is one, each is told
            and not answered
            and not (("name" in plan.fields or plan.name_parts) and not count)
        ):
            raise InputError(Fault((side,), "no_id", _no_id(table, plan)))
    found: list[Any] = [None] * count
    for position, cell in enumerate(cells):
        if position in table.spoilt:
            continue
        value, fault = _attempt(identifier, cell)
        if fault is None:
            found[position] = value
        elif not any(name == source for name, _, _ in wrongs.get(position, ())):
            wrongs[position].append(("id", "missing_id", f"has no {source}, which stands in for the missing id"))
    return found


def _no_id(table: Table, plan: Plan) -> str:
    """Say that nobody can be told apart, and which headings there are."""
    names = "; the names are not unique" if "name" in plan.fields else ""
    if not plan.fields and not plan.name_parts:
        names = "; none of the headings is known"
    return (
        f"no column says who somebody is{names}. The headings are {listed(table.headings)}. "
        f'Call one of them id, or {HOW_TO_MAP}, as in "your heading=id"'
    )


def _find_doubles(ids: Sequence[str | None], wrongs: Wrongs) -> None:
    """Add a fault to every row whose id another row has too."""
    counts = Counter(ids)
    if len(counts) == len(ids):
        return
    for position, one in enumerate(ids):
        if one is not None and counts[one] > 1:
            message = f"is the id of {counts[one]} rows; everybody needs one of their own"
            wrongs[position].append(("id", "duplicate_id", message))


def _faults(side: Side, row: int, who: str | None, wrong: list[tuple[str, str, str]]) -> tuple[Fault, ...]:
    order = {name: k for k, name in enumerate(FIELD)}
    ordered = sorted(wrong, key=lambda one: order.get(one[0], -1))
    return tuple(
        Fault((side, row, name) if name else (side, row), code, message, row, who) for name, code, message in ordered
    )

# ruff: noqa: SLF001  a matrix's ids are read here as they are beside it
"""What to learn from: values of criteria and what became of the pairs, every fault told at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people import Limits
from mentormatch.people.tables import clean, from_frame, from_rows
from mentormatch.scoring.learned.figures import Floats, Ints
from mentormatch.scoring.learned.folds import components
from mentormatch.scoring.matrix import ScoreMatrix

LEAST_PAIRS: Final = 80
"""Fewer pairs are refused."""

LEAST_RARER: Final = 20
"""Fewer pairs of the rarer outcome are refused: ten for each of the two numbers that are never held back."""

LEAST_GROUPS: Final = 20
"""Fewer groups are refused: ten parts of two, and a bootstrap over fewer says little."""

_SIDES: Final = {"mentee": 0, "mentor": 1}
_LARGEST: Final = 1e15
_SHOWN: Final = 20


@dataclass(frozen=True, eq=False)
class Values:
    """Values of criteria, 0 to 1, one row a pair; NaN unknown.

    Attributes
    ----------
    names
        Of the criteria, sorted.
    ranges
        What was 0 and what was 1 in each criterion, as given.
    values
        (pairs, criteria).
    weights
        The preset's, where the values tell it.
    people
        Places of mentees and mentors among the sorted ids of their sides, where the values are those of pairs.
    """

    names: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    values: Floats
    weights: tuple[float, ...] | None = None
    people: tuple[Ints, Ints] | None = None


def read_values(given: Any, pairs: Any, ranges: Any, expected: tuple[str, ...] | None = None) -> Values:
    """Return the values of a table, or of pairs of a score matrix or of a problem; of the criteria that are expected.

    Raises
    ------
    InputError
        Everything that is wrong with them.
    """
    matrix = given if isinstance(given, ScoreMatrix) else getattr(given, "scores", None)
    if isinstance(matrix, ScoreMatrix):
        _refuse_others(matrix.criteria, expected)
        return _of_pairs(matrix, pairs)
    if pairs is not None:
        raise InputError(Fault(("pairs",), "no_people", "pairs are looked up in a Problem or a ScoreMatrix"))
    columns = _columns(given)
    _refuse_others(tuple(sorted(columns)), expected)
    faults: list[Fault] = []
    names = tuple(sorted(columns))
    spans = tuple(_span(ranges, name, faults) for name in names)
    read = [_column(columns[name], name, span, faults) for name, span in zip(names, spans, strict=True)]
    if isinstance(ranges, Mapping):
        faults += [_unknown("ranges", name, names) for name in ranges if name not in columns]
    if len({len(one) for one in read}) > 1:
        faults.append(Fault(("values",), "wrong_length", "the columns are not of one length"))
    if not names:
        faults.append(Fault(("values",), "no_criteria", "there is no criterion to learn from"))
    if faults:
        raise InputError(faults)
    return Values(names, spans, np.column_stack(read))


def _refuse_others(names: tuple[str, ...], expected: tuple[str, ...] | None) -> None:
    if expected is not None and names != expected:
        raise InputError(Fault(("values",), "other_criteria", f"the criteria must be {', '.join(expected)}"))


def _of_pairs(matrix: ScoreMatrix, pairs: Any) -> Values:
    if not matrix.criteria:
        raise InputError(Fault(("values",), "no_criteria", "nobody answered anything, so there is nothing to learn"))
    if not _listed(pairs):
        msg = "name the pairs: pairs=[(mentee, mentor), …], or outcomes={(mentee, mentor): outcome}"
        raise InputError(Fault(("pairs",), "no_pairs", msg))
    rows = tuple({one: place for place, one in enumerate(ids)} for ids in matrix._ids)
    ranks = tuple(np.argsort(np.argsort(np.array(ids, dtype=object), kind="stable")) for ids in matrix._ids)
    faults: list[Fault] = []
    found = []
    for place, pair in enumerate(pairs):
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            faults.append(Fault(("pairs", place), "no_pair", "is no (mentee id, mentor id)"))
            continue
        strangers = [
            Fault(("pairs", place), "unknown_id", f"there is no {side} of this id", id=str(one)[:60])
            for side, one, known in zip(_SIDES, pair, rows, strict=True)
            if not isinstance(one, str) or one not in known
        ]
        faults += strangers
        if not strangers:
            found.append((rows[0][pair[0]], rows[1][pair[1]]))
    if faults:
        raise InputError(faults)
    i, j = np.array(found, np.int64).reshape(-1, 2).T
    names, weights = matrix.criteria, matrix.weights
    values = matrix.components(i, j)
    outside = [name for name, column in zip(names, values.T, strict=True) if not _within(column)]
    if outside:
        raise InputError([Fault(("values", name), "outside_0_1", "values must be from 0 to 1") for name in outside])
    return Values(
        names, ((0.0, 1.0),) * len(names), values, tuple(weights[name] for name in names), (ranks[0][i], ranks[1][j])
    )


def _within(column: Floats) -> bool:
    known = column[~np.isnan(column)]
    return bool(((known >= 0) & (known <= 1)).all())


def _columns(given: Any) -> dict[str, Any]:
    """Return the columns of a table by name."""
    if isinstance(given, Mapping):
        wrong = [Fault(("values",), "no_name", "a criterion's name is a text")]
        if not all(isinstance(name, str) for name in given):
            raise InputError(wrong)
        return {name: clean(column) if _listed(column) else column for name, column in given.items()}
    table = from_frame(given, Limits())
    if table is None and _listed(given) and not hasattr(given, "dtype"):
        table = from_rows(given, strict=False, limits=Limits())
        if table.spoilt:
            table = None
    if table is None:
        msg = "give {criterion: values}, a data frame, a list of mappings, or a Problem or ScoreMatrix with pairs"
        raise InputError(Fault(("values",), "no_table", msg))
    return dict(zip(table.headings, table.columns, strict=True))


def _listed(given: Any) -> bool:
    return isinstance(given, Iterable) and not isinstance(given, (str, bytes))


def _span(ranges: Any, name: str, faults: list[Fault]) -> tuple[float, float]:
    """Return what is 0 and what is 1 in a criterion."""
    own = ranges.get(name) if isinstance(ranges, Mapping) else ranges
    if own is None:
        return 0.0, 1.0
    ends = tuple(own) if _listed(own) else ()
    if len(ends) != 2 or not all(_number(end) for end in ends) or ends[0] == ends[1]:
        faults.append(Fault(("ranges", name), "bad_range", "must be (what counts as 0, what counts as 1)"))
        return 0.0, 1.0
    return float(ends[0]), float(ends[1])


def _number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float)) and abs(value) <= _LARGEST


def _column(cells: Any, name: str, span: tuple[float, float], faults: list[Fault]) -> Floats:
    """Return a criterion's values from 0 to 1, NaN unknown."""
    if not _listed(cells):
        faults.append(Fault(("values", name), "no_column", "must be a list of values"))
        return np.empty(0)
    column = np.full(len(cells), np.nan)
    wrong = []
    for row, cell in enumerate(cells):
        if cell is None:
            continue
        number = float(cell) if isinstance(cell, bool) or _number(cell) else math.nan
        share = (number - span[0]) / (span[1] - span[0])
        if 0 <= share <= 1:
            column[row] = share
        else:
            wrong.append(row)
    msg = f"must be a number from {min(span):g} to {max(span):g}, or nothing; ranges= says what counts as 0 and as 1"
    faults += [Fault(("values", name, row), "outside_range", msg, row=row) for row in wrong]
    return column


def read_outcomes(given: Any, threshold: float | None, count: int) -> Floats:
    """Return 1.0 where a pair was good, else 0.0.

    Raises
    ------
    InputError
        There are not as many as pairs, or they are not yes or no and nothing says from where they are good.
    """
    cells = clean(given) if _listed(given) else None
    if cells is None or len(cells) != count:
        found = "not a list" if cells is None else f"{len(cells)}"
        raise InputError(Fault(("outcomes",), "wrong_length", f"there must be one a pair, {count}; there are {found}"))
    if threshold is not None and not _number(threshold):
        raise InputError(Fault(("good_from",), "bad_threshold", "must be a number"))
    if threshold is not None:
        wrong = [row for row, cell in enumerate(cells) if not (isinstance(cell, bool) or _number(cell))]
        msg = "must be a number; leave out pairs of which nothing is known"
    else:
        wrong = [
            row for row, cell in enumerate(cells) if not isinstance(cell, (bool, int, float)) or cell not in {0, 1}
        ]
        msg = "must be True or False, or 1 or 0; good_from= says from which number on a pair is good"
    if wrong:
        raise InputError([Fault(("outcomes", row), "bad_outcome", msg, row=row) for row in wrong])
    return np.array([float(cell if threshold is None else cell >= threshold) for cell in cells])


def read_preset(given: Any, read: Values) -> Floats:
    """Return the weights to shrink to, as shares.

    Raises
    ------
    InputError
        A name is unknown, a weight is negative or no number, or all are 0.
    """
    if given is None:
        return _shares(read.weights or [1.0] * len(read.names))
    if not isinstance(given, Mapping):
        raise InputError(Fault(("preset",), "no_mapping", "must be {criterion: weight}"))
    names = {getattr(one, "name", one): weight for one, weight in given.items()}
    faults = [_unknown("preset", name, read.names) for name in names if name not in read.names]
    faults += [
        Fault(("preset", str(name)), "bad_weight", "must be a finite number, 0 or more")
        for name, weight in names.items()
        if not _number(weight) or weight < 0
    ]
    if not faults and not any(names.values()):
        faults = [Fault(("preset",), "no_weight", "at least one criterion must have a weight above 0")]
    if faults:
        raise InputError(faults)
    return _shares([float(names.get(name, 0.0)) for name in read.names])


def _shares(weights: Sequence[float]) -> Floats:
    given = np.array(weights, dtype=np.float64)
    shares: Floats = given / given.sum()
    return shares


def _unknown(where: str, name: Any, names: Sequence[str]) -> Fault:
    shown = ", ".join(names[:_SHOWN])
    return Fault((where, str(name)[:60]), "unknown_criterion", f"is none of the criteria; these are {shown}")


def read_groups(given: Any, read: Values) -> tuple[Ints, str]:
    """Return the number of each pair's group, and what a group is.

    Raises
    ------
    InputError
        There are not as many as pairs, or a side is named where the values are not those of pairs.
    """
    count = len(read.values)
    if isinstance(given, str):
        if given not in _SIDES or read.people is None:
            msg = 'must be a list with the group of every pair; "mentee" or "mentor" where pairs are given'
            raise InputError(Fault(("groups",), "bad_groups", msg))
        return read.people[_SIDES[given]], f"{given}s"
    if given is None:
        return (np.arange(count), "pairs") if read.people is None else (components(*read.people), "people")
    labels = [str(one) for one in clean(given)] if _listed(given) else []
    if len(labels) != count:
        raise InputError(Fault(("groups",), "wrong_length", f"there must be one a pair, {count}"))
    numbers = {label: number for number, label in enumerate(sorted(set(labels)))}
    return np.array([numbers[label] for label in labels], np.int64), "groups"


def refuse_few(good: Floats, groups: Ints, kind: str) -> None:
    """Refuse what is too little to learn from, and say how much is needed.

    Raises
    ------
    InputError
        Too few pairs, too few of one outcome, too few groups, or an outcome in too few groups.
    """
    pairs, hits = len(good), int(good.sum())
    faults = []
    if pairs < LEAST_PAIRS:
        msg = (
            f"{pairs} pairs are too few to learn from; {LEAST_PAIRS} are needed: keep the preset, and go on collecting"
        )
        faults.append(Fault(("outcomes",), "too_few_pairs", msg))
    for name, count in (("good", hits), ("other", pairs - hits)):
        if count < LEAST_RARER:
            msg = f"{count} {name} pairs are too few to learn from; {LEAST_RARER} of each outcome are needed"
            faults.append(Fault(("outcomes",), "too_few_of_an_outcome", msg))
    held = len(np.unique(groups))
    spread = min(len(np.unique(groups[good == outcome])) for outcome in (0, 1))
    if kind != "pairs" and min(held, spread * 2) < LEAST_GROUPS and not faults:
        what = "groups of people who never met those of another" if kind == "people" else kind
        cure = '; groups="mentee" or groups="mentor" holds out one side alone' if kind == "people" else ""
        msg = (
            f"there are {held} {what}, and an outcome is in {spread} of them only; to hold whole ones out,"
            f" {LEAST_GROUPS} are needed, and each outcome in {LEAST_GROUPS // 2}{cure}"
        )
        faults.append(Fault(("groups",), "too_few_groups", msg))
    if faults:
        raise InputError(faults)

"""Terms of anybody's rules, checked before they are believed: a wrong row would forbid another pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints import (
    Alike,
    FixPairs,
    ForbidPairs,
    ForbidWhere,
    GroupBounds,
    LinearBound,
    LoadBound,
    NotBoth,
    PersonBounds,
    ScoreAtLeast,
)
from mentormatch.constraints.terms import NoneOrAtLeast
from mentormatch.errors import Fault, InputError, MentorMatchError
from mentormatch.problem.mask import length

if TYPE_CHECKING:
    from mentormatch.network import Rows


def failed(rule: str, why: str) -> InputError:
    """Return the error for a rule that could not be read; the rule is told as its reader may know it."""
    return InputError(Fault(("constraints",), "rule_failed", f"{rule} could not be read ({why})"))


def wrong_with(term: Any, shape: tuple[int, int]) -> str | None:
    """Say what is wrong with a term for so many mentees and mentors, or return None."""
    sides = {"mentees": shape[0], "mentors": shape[1]}
    match term:
        case ForbidPairs() | FixPairs():
            sound = _rows(term.i, shape[0]) and _rows(term.j, shape[1]) and len(term.i) == len(term.j)
            return None if sound else "pairs are two int arrays of one length, of rows that are there"
        case PersonBounds() | NotBoth() | Alike() | GroupBounds() | LoadBound() if term.side not in sides:
            return "a side is mentees or mentors"
        case ForbidWhere():
            return None if callable(term.block) else "a block is a callable"
        case PersonBounds():
            sound = _rows(term.rows, sides[term.side]) and all(
                _whole(bound) and np.shape(bound) in ((), np.shape(term.rows)) for bound in (term.min, term.max)
            )
            return None if sound else "bounds are int arrays, one number a row, of rows that are there"
        case ScoreAtLeast():
            return None if abs(term.value) < float("inf") else "a least score is a finite number"
    return _wrong_over_several(term, shape, sides)


def _wrong_over_several(term: Any, shape: tuple[int, int], sides: dict[str, int]) -> str | None:
    """Say what is wrong with a term about several pairs, or return None."""
    match term:
        case NotBoth() | Alike():
            sound = _rows([term.a, term.b], sides[term.side]) and term.a != term.b
            return None if sound else "a rule between two people is about two different rows that are there"
        case GroupBounds():
            sound = _rows(term.rows, sides[term.side]) and _whole([term.min, term.max]) and 0 <= term.min <= term.max
            return None if sound else "a quota is two whole numbers, the first no larger, on rows that are there"
        case LinearBound():
            sound = callable(term.weight) and term.low <= term.high
            return None if sound else "weights are a callable, and the lower bound is no larger than the upper"
        case LoadBound():
            sound = callable(term.weight) and _rows(term.rows, sides[term.side])
            sound = sound and np.shape(term.high) == np.shape(term.rows) and not np.isnan(term.high).any()
            sound = sound and len(np.unique(term.rows)) == len(term.rows)
            return None if sound else "limits are one number a row, of different rows that are there"
        case NoneOrAtLeast():
            sound = _rows([term.row], shape[1]) and _whole([term.k]) and term.k >= 1
            return None if sound else "none or at least so many is a whole number of a mentor who is there"
    return f"{type(term).__name__} is no term"


def _whole(numbers: Any) -> bool:
    return np.size(numbers) == 0 or np.asarray(numbers).dtype.kind in "iu"


def _rows(rows: Any, size: int) -> bool:
    array = np.asarray(rows)
    return array.ndim == 1 and _whole(array) and bool(((array >= 0) & (array < size)).all())


@dataclass(frozen=True, eq=False, repr=False)
class Guarded:
    """A block of a rule, whose answers are checked: what it raises becomes one error that repeats nothing."""

    term: ForbidWhere
    rule: str
    shape: tuple[int, int]

    def __call__(self, rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        """Return for a rectangle what is forbidden."""
        shape = length(rows, self.shape[0]), length(columns, self.shape[1])
        return self._asked(self.term.block, rows, columns, shape)

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for single pairs what is forbidden; a block that knows only rectangles is asked row by row."""
        pairs = getattr(self.term.block, "pairs", None)
        if pairs is not None:
            return self._asked(pairs, i, j, (len(i),))
        answer = np.empty(len(i), bool)
        order = np.argsort(i, kind="stable")
        rows, starts = np.unique(i[order], return_index=True)
        for row, part in zip(rows, np.split(order, starts[1:]), strict=False):
            answer[part] = self(np.array([row]), j[part])[0]
        return answer

    def _asked(self, ask: Any, one: Any, other: Any, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        try:
            answer = np.asarray(ask(one, other))
        except MentorMatchError:
            raise
        except Exception as error:  # noqa: BLE001  a rule of the user's own may raise anything; all of it becomes one error
            answer, why = None, type(error).__name__
        if answer is None:
            raise failed(self.rule, why)
        if answer.shape != shape or answer.dtype != bool:
            raise failed(self.rule, "its block gives no bool for each pair")
        return answer

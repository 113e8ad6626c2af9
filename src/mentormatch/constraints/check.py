"""A conformance check for rules, shipped and one's own."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints.terms import (
    Alike,
    FixPairs,
    ForbidPairs,
    ForbidWhere,
    GroupBounds,
    LinearBound,
    LoadBound,
    NoneOrAtLeast,
    NotBoth,
    PersonBounds,
    ScoreAtLeast,
    Term,
)
from mentormatch.people.notes import Side

if TYPE_CHECKING:
    from mentormatch.constraints.base import Constraint
    from mentormatch.people import Pool

_TERMS: Final = get_args(Term)
_SIDES: Final = get_args(Side)


def check_constraint(rule: Constraint, pool: Pool) -> None:
    """Check that a rule keeps the promises that the rest relies on.

    It has a name and says whether it is confidential; it gives valid terms, the same ones
    when asked again; blocks and weights answer alike for rectangles, slices and single pairs,
    and weights are finite.

    Parameters
    ----------
    rule
        The rule.
    pool
        People to try it on; a few dozen a side are enough.

    Raises
    ------
    AssertionError
        The first promise that is broken, in words.
    """
    _must(isinstance(getattr(rule, "name", None), str) and bool(rule.name), "a rule has a name")
    _must(isinstance(getattr(rule, "confidential", None), bool), "a rule says whether it is confidential")
    first, second = list(rule.terms(pool)), list(rule.terms(pool))
    _must(all(isinstance(term, _TERMS) for term in first), "a rule gives terms and nothing else")
    _must([*map(type, first)] == [*map(type, second)], "a rule gives the same terms when it is asked again")
    for term, again in zip(first, second, strict=True):
        for words, numbers in _rows_in(term, pool):
            _must(all(_rows(array, size) for array, size in numbers), words)
        for words, holds in _promises(term):
            _must(holds(), words)
        for ask, repeated in zip(_asked(term), _asked(again), strict=True):
            _check_block(ask, repeated, pool, weighs=not isinstance(term, ForbidWhere))


def check_pickle(rule: Constraint) -> None:
    """Check that a rule can be sent to another process and comes back equal.

    Raises
    ------
    AssertionError
        It cannot be pickled, comes back different, or has another hash.
    """
    try:
        copied = pickle.loads(pickle.dumps(rule))  # noqa: S301  # our own bytes of a moment ago
    except (pickle.PicklingError, AttributeError, TypeError):
        copied = None
    _must(copied is not None, "a rule can be pickled")
    _must(copied == rule and hash(copied) == hash(rule), "a rule comes back from a pickle equal to what it was")


def _must(holds: bool, words: str) -> None:
    if not holds:
        raise AssertionError(words)


def _rows(array: object, size: int) -> bool:
    return (
        isinstance(array, np.ndarray)
        and array.dtype == np.int64
        and array.ndim == 1
        and bool(((array >= 0) & (array < size)).all())
    )


def _rows_in(term: Term, pool: Pool) -> Iterator[tuple[str, list[tuple[Any, int]]]]:
    """Yield, with the promise in words, the arrays of rows in a term and how many rows there are."""
    mentees, mentors = pool.shape
    match term:
        case ForbidPairs() | FixPairs():
            _must(len(term.i) == len(term.j), "the two arrays of pairs are of one length")
            yield "pairs are int64 rows of mentees and columns of mentors", [(term.i, mentees), (term.j, mentors)]
        case NotBoth() | Alike() | PersonBounds() | GroupBounds() | LoadBound():
            _must(term.side in _SIDES, f"a side is one of {_SIDES}")
            size = mentees if term.side == "mentees" else mentors
            rows = np.array([term.a, term.b]) if isinstance(term, (NotBoth, Alike)) else term.rows
            yield "people of one side are int64 rows of that side", [(rows, size)]
        case NoneOrAtLeast():
            yield "a mentor is a column that is there", [(np.array([term.row]), mentors)]


def _promises(term: Term) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Yield what else a term promises, in words and as a check; what comes first is needed by what follows."""
    match term:
        case NotBoth() | Alike():
            yield "two rows are of two different people", lambda: term.a != term.b
        case PersonBounds():
            yield "there is one minimum and one maximum a row", lambda: _sizes(term.min, term.max) == {len(term.rows)}
            yield "no minimum is above its maximum", lambda: bool((np.asarray(term.min) <= term.max).all())
        case GroupBounds():
            yield "everybody is in a group once", lambda: len(np.unique(term.rows)) == len(term.rows)
            yield "bounds of a group are whole numbers", lambda: _whole(term.min) and _whole(term.max)
            yield "no minimum is above its maximum, and none is negative", lambda: 0 <= term.min <= term.max
        case LinearBound():
            yield "bounds are finite numbers", lambda: _finite(term.low) and _finite(term.high)
            yield "no lower bound is above its upper bound", lambda: term.low <= term.high
        case LoadBound():
            yield "everybody has one bound", lambda: len(np.unique(term.rows)) == len(term.rows)
            yield "there is one bound a row", lambda: _sizes(term.high) == {len(term.rows)}
            yield "bounds are finite numbers", lambda: _finite(term.high)
        case NoneOrAtLeast():
            yield "at least so many is a whole number of at least 1", lambda: _whole(term.k) and term.k >= 1
        case ScoreAtLeast():
            yield "a least score is a finite number", lambda: _finite(term.value)


def _sizes(*arrays: Any) -> set[int]:
    return {len(array) for array in arrays}


def _whole(number: object) -> bool:
    return isinstance(number, Integral) and not isinstance(number, bool)


def _finite(numbers: Any) -> bool:
    array = np.asarray(numbers)
    return array.dtype.kind in "iuf" and bool(np.isfinite(array).all())


def _asked(term: Term) -> list[Callable[..., Any]]:
    """Return the block or weight of a term."""
    match term:
        case ForbidWhere():
            return [term.block]
        case LinearBound() | LoadBound():
            return [term.weight]
        case _:
            return []


def _check_block(block: Callable[..., Any], again: Callable[..., Any], pool: Pool, *, weighs: bool) -> None:
    n, m = pool.shape
    whole = _answer(block(slice(None), slice(None)), (n, m), weighs=weighs)
    _must(np.array_equal(whole, again(slice(None), slice(None))), "a block answers the same when it is built again")
    rows, columns = np.arange(n)[::-2].copy(), np.arange(m)[::-3].copy()
    part = _answer(block(rows, columns), (len(rows), len(columns)), weighs=weighs)
    _must(np.array_equal(part, whole[np.ix_(rows, columns)]), "a block answers alike for index arrays and for slices")
    half = _answer(block(slice(0, n // 2), slice(m // 2, m)), (n // 2, m - m // 2), weighs=weighs)
    _must(np.array_equal(half, whole[: n // 2, m // 2 :]), "a block answers alike for a part and for the whole")
    if hasattr(block, "pairs"):
        i, j = np.divmod(np.arange(n * m), max(1, m))
        _must(np.array_equal(block.pairs(i, j), whole.ravel()), "a block answers alike for pairs and for rectangles")


def _answer(given: Any, shape: tuple[int, int], *, weighs: bool) -> NDArray[Any]:
    _must(isinstance(given, np.ndarray), "a block answers with an array")
    answer: NDArray[Any] = given
    if weighs:
        _must(answer.dtype in (np.float64, np.bool_), "a weight answers with float64 or booleans")
        _must(_finite(answer.astype(np.float64)), "a weight is a finite number")
    else:
        _must(answer.dtype == np.bool_, "a block answers with booleans")
    _must(answer.shape == shape, "a block answers with one value a pair")
    return answer

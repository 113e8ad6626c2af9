"""``@scorer``: a criterion of your own, as a function of one mentee and one mentor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.public import goes_on, raised
from mentormatch.scoring.protocols import Floats, Ints, Rows, positions

if TYPE_CHECKING:
    from mentormatch.people import Pool

PairFunction: TypeAlias = Callable[[Any, Any], float | None]
"""``f(mentee, mentor)`` -> a number from 0 poor to 1 ideal, or None: unknown."""


def pair_fault(name: str, code: str, msg: str, mentee: str, mentor: str) -> Fault:
    """Return the fault of a scorer on one pair; it names the scorer and both ids, never a value."""
    return Fault(("scorers", name), code, f'scorer "{name}" {msg} (mentee "{mentee}", mentor "{mentor}")')


@dataclass(frozen=True, eq=False)
class FunctionBlock:
    """A function over the people themselves, called once for each pair that is asked for."""

    name: str
    function: PairFunction
    mentees: tuple[Any, ...]
    mentors: tuple[Any, ...]
    ids: tuple[tuple[str, ...], tuple[str, ...]]

    exact = True

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        """Return the values of a rectangle; one call a pair."""
        rows, columns = positions(mentees, len(self.mentees)), positions(mentors, len(self.mentors))
        out = np.empty((len(rows), len(columns)))
        listed = columns.tolist()
        for k, row in enumerate(rows.tolist()):
            out[k] = self._values([(row, column) for column in listed])
        return out

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the values of single pairs."""
        return self._values(list(zip(i.tolist(), j.tolist(), strict=True)))

    def _values(self, pairs: list[tuple[int, int]]) -> Floats:
        function, mentees, mentors = self.function, self.mentees, self.mentors
        values: list[Any] = []
        failure = None
        try:
            for row, column in pairs:
                values.append(function(mentees[row], mentors[column]))
        except Exception as error:
            if goes_on(error):
                raise
            failure = raised(error)
        if failure is not None:
            raise InputError(self._fault("scorer_raised", failure, pairs[len(values)]))
        return self._checked(values, pairs)

    def _checked(self, values: list[Any], pairs: list[tuple[int, int]]) -> Floats:
        out = _as_floats(values)
        if out is None:
            at = next(k for k, value in enumerate(values) if _as_floats([value]) is None)
            msg = "returned something that is neither a number nor None"
            raise InputError(self._fault("not_a_number", msg, pairs[at]))
        wrong = (out < 0) | (out > 1)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError(self._fault("outside_0_1", "returned a value outside 0 to 1", pairs[at]))
        return out

    def _fault(self, code: str, msg: str, pair: tuple[int, int]) -> Fault:
        return pair_fault(self.name, code, msg, self.ids[0][pair[0]], self.ids[1][pair[1]])


def _as_floats(values: list[Any]) -> Floats | None:
    """Return the values as float64 (None becomes NaN), or None where one is no number."""
    if any(issubclass(kind, str | bytes | complex) for kind in set(map(type, values))):
        return None
    try:
        out = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return out if out.shape == (len(values),) else None


@dataclass(frozen=True)
class FunctionScorer:
    """A function as a criterion; see :func:`scorer`.

    Parameters
    ----------
    function
        ``f(mentee, mentor)`` -> 0 poor to 1 ideal, or None for unknown.
    name
        The criterion's name.
    fields
        The fields that it reads, where they are known.
    """

    function: PairFunction
    name: str
    fields: tuple[str, ...] | None = None

    def __call__(self, mentee: Any, mentor: Any) -> float | None:
        """Return the function's value for two people."""
        return self.function(mentee, mentor)

    def bind(self, pool: Pool) -> FunctionBlock:
        """Return the block of these people."""
        ids = (tuple(pool.mentee_ids), tuple(pool.mentor_ids))
        return FunctionBlock(self.name, self.function, tuple(pool.mentees), tuple(pool.mentors), ids)

    def __reduce__(self) -> tuple[Any, ...]:
        # The decorated name holds the scorer, so the function itself cannot be found under it: go by the scorer.
        module, qualname = self.function.__module__, getattr(self.function, "__qualname__", "")
        if module != "__main__" and _find(module, qualname) is self:
            return _find, (module, qualname)
        return type(self), (self.function, self.name, self.fields)


def _find(module: str, qualname: str) -> Any:
    """Return what stands under a name, or None."""
    if module not in sys.modules:
        try:
            __import__(module)
        except ImportError:
            return None
    found: Any = sys.modules[module]
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


@overload
def scorer(function: PairFunction, /) -> FunctionScorer: ...


@overload
def scorer(
    *, name: str | None = None, fields: tuple[str, ...] | None = None
) -> Callable[[PairFunction], FunctionScorer]: ...


def scorer(
    function: PairFunction | None = None,
    /,
    *,
    name: str | None = None,
    fields: tuple[str, ...] | None = None,
) -> FunctionScorer | Callable[[PairFunction], FunctionScorer]:
    """Turn ``f(mentee, mentor)`` into a criterion.

    The function sees people without what they told in confidence and returns a number from
    0 poor to 1 ideal, or None for unknown. Anything else, or an exception, is an
    `InputError` that names the criterion and the pair.

    Parameters
    ----------
    function
        The function; must give the same value whenever it sees the same two people.
    name
        The criterion's name; by default the function's.
    fields
        The fields that it reads. An explanation shows the criterion if all of them may be shown;
        where none are stated, unless one of the two keeps anything private.

    Returns
    -------
    FunctionScorer
        Frozen and hashable; still callable with two people.

    Examples
    --------
    >>> from mentormatch.scoring import scorer
    >>> @scorer
    ... def same_site(mentee, mentor):
    ...     return None if mentee.site is None else float(mentee.site == mentor.site)
    >>> same_site.name
    'same_site'
    """

    def decorate(function: PairFunction) -> FunctionScorer:
        own: str = getattr(function, "__name__", type(function).__name__)
        return FunctionScorer(function, name or own, fields)

    return decorate if function is None else decorate(function)

"""Bounds as users write them, read into arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import Fault, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST: Final = 1 << 31
"""More partners than anybody can have; larger bounds mean the same, and sums of this one cannot overflow."""


def read_bounds(given: Any, people: int, name: str) -> NDArray[np.int64]:
    """Read one bound for everybody, or a list with one bound a person.

    Parameters
    ----------
    given
        An int ``n`` meaning ``(0, n)``, a tuple ``(minimum, maximum)`` for everybody, or a list
        (or array) of either, one a person.
    people
        How many people that side has.
    name
        What to call it in errors.

    Returns
    -------
    ndarray of int64, shape (people, 2)

    Raises
    ------
    InputError
        Every bound that is negative, not whole, or has its minimum above its maximum.
    """
    if isinstance(given, np.ndarray):
        given = given.tolist()
    if isinstance(given, list):
        if len(given) != people:
            raise InputError(Fault((name,), "wrong_length", f"{len(given)} bounds for {people} people"))
        each = given
        if set(map(type, given)) == {int} and min(given) >= 0:  # at once, as most are
            return np.array([(0, min(one, MOST)) for one in given], np.int64)
    else:
        faults: list[Fault] = []
        pair = _checked(given, (name,), None, faults)
        if faults:
            raise InputError(faults)
        return np.tile(np.array(pair, np.int64), (people, 1))
    problems: list[Fault] = []
    pairs = [_checked(one, (name, row), row, problems) for row, one in enumerate(each)]
    if problems:
        raise InputError(problems)
    return np.array(pairs, np.int64).reshape(people, 2)


def _checked(one: Any, loc: tuple[str | int, ...], row: int | None, faults: list[Fault]) -> tuple[int, int]:
    """Return one bound as (minimum, maximum), or add what is wrong with it."""
    pair = (0, one) if isinstance(one, (int, np.integer)) and not isinstance(one, bool) else one
    if not (isinstance(pair, (tuple, list)) and len(pair) == 2 and all(_whole(part) for part in pair)):
        faults.append(Fault(loc, "bad_bound", "a bound is a whole number, or a (minimum, maximum) of two", row))
        return 0, 0
    low, high = (min(int(part), MOST) for part in pair)
    if low < 0 or high < 0:
        faults.append(Fault(loc, "negative_bound", "a bound is not negative", row))
    elif low > high:
        faults.append(Fault(loc, "minimum_above_maximum", "the minimum is above the maximum", row))
    return low, high


def _whole(part: Any) -> bool:
    return isinstance(part, (int, np.integer)) and not isinstance(part, bool)

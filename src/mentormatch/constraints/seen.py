"""What a function in a rule sees of people, how it is called, and how its failures are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import product
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentormatch.errors import Fault, InputError, MentorMatchError
from mentormatch.people.fields import FIELD
from mentormatch.people.headings import key
from mentormatch.people.public import PublicView, raised

if TYPE_CHECKING:
    from mentormatch.people import Pool
    from mentormatch.people.notes import Side

OnePerson: TypeAlias = Callable[[Any], bool]
"""``f(person)`` -> True for those whom a rule is about; the person is a public view."""

TwoPeople: TypeAlias = Callable[[Any, Any], bool]
"""``f(mentee, mentor)`` -> True for the pairs that a rule is about; both are public views."""

PairHours: TypeAlias = Callable[[Any, Any], float | None]
"""``f(mentee, mentor)`` -> the hours that a pair costs the mentor, or None: unknown."""

_Views: TypeAlias = tuple[PublicView, ...]


def public_pool(pool: Pool) -> Pool:
    """Return the public pool, made once a pool."""
    made: Pool = pool._cached(("public pool",), pool.public)  # noqa: SLF001  # the cache is for whoever reads a pool
    return made


def views(pool: Pool) -> tuple[_Views, _Views]:
    """Return everybody as custom code may see them: mentees, mentors."""
    made: tuple[_Views, _Views] = pool._cached(  # noqa: SLF001
        ("public views",), lambda: (tuple(public_pool(pool).mentees), tuple(public_pool(pool).mentors))
    )
    return made


def guarded_views(pool: Pool) -> tuple[_Views, _Views]:
    """Return the same, with what somebody keeps private as if it had not been answered: it may only count in scores."""
    made: tuple[_Views, _Views] = pool._cached(  # noqa: SLF001
        ("guarded views",),
        lambda: (
            _guarded(views(pool)[0], private(pool, "mentees")),
            _guarded(views(pool)[1], private(pool, "mentors")),
        ),
    )
    return made


def private(pool: Pool, side: Side) -> tuple[frozenset[str], ...]:
    """Return which fields and attributes each person of a side keeps private; whoever is meant is never."""
    told: tuple[frozenset[str], ...] = pool._cached(  # noqa: SLF001
        ("private", side), lambda: tuple(names - {"id"} for names in pool.private_fields(side))
    )
    return told


def _guarded(people: _Views, told: tuple[frozenset[str], ...]) -> _Views:
    return tuple(_without(one, names) if names else one for one, names in zip(people, told, strict=True))


def _without(person: PublicView, names: frozenset[str]) -> PublicView:
    answers = {name: getattr(person, name) for name in dir(person)}
    own, hidden_keys = answers["attributes"], set(map(key, names))
    answers["attributes"] = type(own)({name: value for name, value in own.items() if key(name) not in hidden_keys})
    hidden = (name for name in names if name in answers)
    return PublicView({**answers, **{name: FIELD[name].reader.unanswered for name in hidden}})


def true_of_people(rule: str, field: str, function: OnePerson, pool: Pool, side: Side) -> NDArray[np.bool_]:
    """Return of whom on one side a function says True: bool, one a person.

    Raises
    ------
    InputError
        The function raises, or returns neither True nor False; told by the rule and the id.
    """
    people = guarded_views(pool)[side == "mentors"]
    ids = pool.mentor_ids if side == "mentors" else pool.mentee_ids

    def fault(at: int, code: str, msg: str) -> Fault:
        return Fault((rule, field), code, f'{msg} ({side[:-1]} "{ids[at]}")')

    return _truths(_called(function, ((one,) for one in people), fault), fault)


def true_of_pairs(rule: str, field: str, function: TwoPeople, pool: Pool) -> NDArray[np.bool_]:
    """Return of which pairs a function says True: bool, mentees × mentors; one call a pair.

    Raises
    ------
    InputError
        The function raises, or returns neither True nor False; told by the rule and both ids.
    """
    fault = _pair_fault(rule, field, pool)
    return _truths(_called(function, product(*guarded_views(pool)), fault), fault).reshape(pool.shape)


def hours_of_pairs(rule: str, field: str, function: PairHours, pool: Pool) -> NDArray[np.float64]:
    """Return the hours of all pairs: float64, mentees × mentors, NaN where unknown; one call a pair.

    Raises
    ------
    InputError
        The function raises, or returns anything but a finite number of at least 0, or None; told by
        the rule and both ids.
    """
    fault = _pair_fault(rule, field, pool)
    values = _called(function, product(*views(pool)), fault)
    hours = _as_hours(values)
    if hours is None:
        wrong = next(at for at, value in enumerate(values) if _as_hours([value]) is None)
        raise InputError(fault(wrong, "not_hours", "returned neither a finite number of at least 0 nor None"))
    return hours.reshape(pool.shape)


def _pair_fault(rule: str, field: str, pool: Pool) -> Callable[[int, str, str], Fault]:
    def fault(at: int, code: str, msg: str) -> Fault:
        row, column = divmod(at, pool.shape[1])
        pair = f'mentee "{pool.mentee_ids[row]}", mentor "{pool.mentor_ids[column]}"'
        return Fault((rule, field), code, f"{msg} ({pair})")

    return fault


def _called(
    function: Callable[..., Any], people: Iterable[tuple[Any, ...]], fault: Callable[[int, str, str], Fault]
) -> list[Any]:
    """Return what a function says of each; what it raises is told by kind and place, with nothing chained."""
    values: list[Any] = []
    failure = None
    try:
        for one in people:
            values.append(function(*one))  # noqa: PERF401  # whoever it raises for is known by how many came before
    except MentorMatchError:
        raise
    except Exception as error:  # noqa: BLE001 - anything may come out of somebody else's code
        failure = raised(error)
    if failure is not None:
        raise InputError(fault(len(values), "function_raised", failure))
    return values


def _truths(values: list[Any], fault: Callable[[int, str, str], Fault]) -> NDArray[np.bool_]:
    if not set(map(type, values)) <= {bool, np.bool_}:
        at = next(k for k, value in enumerate(values) if not isinstance(value, (bool, np.bool_)))
        raise InputError(fault(at, "not_true_or_false", "returned neither True nor False"))
    return np.array(values, bool)


def _as_hours(values: list[Any]) -> NDArray[np.float64] | None:
    """Return hours as float64, NaN for unknown, or None where one is no number of hours."""
    kinds = set(map(type, values)) - {type(None)}
    if any(issubclass(kind, bool) or not issubclass(kind, Real | Decimal) for kind in kinds):
        return None
    try:
        hours = np.array(values, np.float64)
    except (OverflowError, ValueError):  # an int of 400 digits, a signalling NaN
        return None
    return None if ((hours < 0) | np.isinf(hours)).any() else hours

"""Past pairs read into people, their outcomes into good and bad, and weightings into scorers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people import Pool
from mentormatch.people.values import as_finite
from mentormatch.presets import PRESETS, preset
from mentormatch.scoring import ScoreMatrix, weighted
from mentormatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray


def weightings_of(given: Any) -> dict[str, Any]:
    """Read which weightings to try: label -> scorers with their weights.

    Raises
    ------
    InputError
        Every preset and scorer that does not exist, at once; or a mapping of scorers where one of labels is meant.
    """
    if given is None:
        given = sorted(PRESETS)
    named = given if isinstance(given, Mapping) else _by_name(given)
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    for label, one in named.items():
        if not isinstance(label, str):
            faults.append(Fault(("presets", str(label)), "no_label", "the name of a weighting is text"))
            continue
        try:
            found[label] = _scorers(one)
            weighted(found[label])
        except InputError as error:
            faults += [Fault(("presets", label, *fault.loc[1:]), fault.code, fault.msg) for fault in error.faults]
    if not faults and not found:
        faults.append(Fault(("presets",), "no_presets", "presets are names, or {label: weighting}"))
    if faults:
        raise InputError(faults)
    return found


def _by_name(given: Any) -> dict[str, str]:
    """Return presets that are given by their names alone."""
    names = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else []
    if not names or not all(isinstance(one, str) for one in names):
        msg = "presets are names, or {label: weighting} where weightings are Settings or {scorer: weight}"
        raise InputError(Fault(("presets",), "no_presets", msg))
    return dict(zip(names, names, strict=True))


def _scorers(one: Any) -> Any:
    if isinstance(one, str):
        return preset(one).scorers
    if isinstance(one, Settings):
        return one.scorers if one.scorers is not None else _scorers(one.preset or "development")
    if isinstance(one, Mapping):
        return one
    msg = "a weighting is a preset's name, Settings, or {scorer: weight}; several are {label: weighting}"
    raise InputError(Fault(("presets",), "bad_weighting", msg))


def labelled(outcomes: Sequence[Any], good: float | None) -> tuple[NDArray[np.bool_], NDArray[np.bool_], float | None]:
    """Return which outcomes are known, which of these are good, and from where numbers count as good.

    Raises
    ------
    InputError
        Every outcome that is no number, by its place; or ``good`` is none.
    """
    values = np.array([_value(one) for one in outcomes], np.float64)
    wrong = np.flatnonzero(np.isinf(values)).tolist()
    if wrong:
        msg = "an outcome is True or False, a finite number, or None where it is not known"
        raise InputError([Fault(("outcomes", place), "bad_outcome", msg, place) for place in wrong])
    if good is not None and as_finite(good) is None:
        raise InputError(Fault(("good",), "bad_good", "good is a finite number: the least outcome that counts as good"))
    known = ~np.isnan(values)
    seen = values[known]
    if good is None and np.isin(seen, (0.0, 1.0)).all():
        return known, seen == 1.0, None
    least = _halving(seen) if good is None else float(good)
    return known, seen >= least, least


def _value(one: Any) -> float:
    """Return an outcome as a number: NaN where it is not known, infinite where it is none."""
    if one is None:
        return math.nan
    if not isinstance(one, (bool, int, float, np.number, np.bool_)):
        return math.inf
    try:
        return float(one)
    except (OverflowError, TypeError, ValueError):
        return math.inf


def _halving(seen: NDArray[np.float64]) -> float:
    """Return the value from which on there are as nearly half of the outcomes as can be; of two, the higher."""
    values, counts = np.unique(seen, return_counts=True)
    above = np.cumsum(counts[::-1])[::-1]
    apart = np.abs(2 * above - len(seen))
    return float(values[np.flatnonzero(apart == apart.min())[-1]])


def scores_of(
    pairs: Sequence[Any], pool: Pool | None, weightings: Mapping[str, Any], on: date | None
) -> NDArray[np.float64]:
    """Return the scores of the pairs under each weighting, weightings × pairs.

    Raises
    ------
    InputError
        Pairs that cannot be read, or people who are not in the pool.
    """
    if pool is None:
        pool, ids = _people(pairs)
    elif isinstance(pool, Pool):
        ids = [_two(pair, place) for place, pair in enumerate(pairs)]
    else:
        raise InputError(Fault(("pool",), "not_a_pool", "pool is a Pool, such as Pool.read gives"))
    i, j = _rows(ids, pool)
    public = pool.public()
    return np.array([ScoreMatrix(public, one or {}, on=on).pairs(i, j) for one in weightings.values()])


def _rows(ids: list[tuple[Any, Any]], pool: Pool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    faults, rows = [], []
    for place, (mentee, mentor) in enumerate(ids):
        row, column = pool.mentee_row.get(str(mentee)), pool.mentor_row.get(str(mentor))
        for side, found in (("mentee", row), ("mentor", column)):
            if found is None:
                faults.append(Fault(("past_pairs", place), "unknown_id", f"its {side} is not in the pool", place))
        rows.append((row or 0, column or 0))
    if faults:
        raise InputError(faults)
    table = np.array(rows, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _people(pairs: Sequence[Any]) -> tuple[Pool, list[tuple[Any, Any]]]:
    """Return the people of pairs as a pool, everybody once, and the pairs as ids."""
    people: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    ids, faults = [], []
    for place, pair in enumerate(pairs):
        two = _two(pair, place)
        own = tuple(
            str(one["id"] if isinstance(one, Mapping) and "id" in one else getattr(one, "id", "")) for one in two
        )
        for side, (name, one) in enumerate(zip(own, two, strict=True)):
            if not name:
                msg = "a past pair is (mentee, mentor), each with an id; ids alone need pool="
                faults.append(Fault(("past_pairs", place), "no_id", msg, place))
            elif not _same(people[side].setdefault(name, one), one):
                msg = "one id stands for two people who are not the same; write everybody once, in a pool"
                faults.append(Fault(("past_pairs", place), "two_people", msg, place))
        ids.append((own[0], own[1]))
    if faults:
        raise InputError(faults)
    return Pool(list(people[1].values()), list(people[0].values())), ids


def _same(one: Any, other: Any) -> bool:
    """Tell whether two answers are the same, arrays in them too."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return one is other or bool(np.array_equal(one, other))
    return one is other or bool(one == other)


def _two(pair: Any, place: int) -> tuple[Any, Any]:
    if isinstance(pair, (str, bytes, Mapping)) or not hasattr(pair, "__iter__"):
        found: tuple[Any, ...] = ()
    else:
        found = tuple(pair)
    if len(found) != 2:
        msg = "a past pair is (mentee, mentor)"
        raise InputError(Fault(("past_pairs", place), "no_pair", msg, place))
    return found[0], found[1]

"""Rules over several pairs, from the terms they are written in to the arrays that a solver sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.constraints import Alike, GroupBounds, LinearBound, LoadBound, NotBoth
from mentormatch.constraints.terms import NoneOrAtLeast
from mentormatch.errors import MentorMatchError
from mentormatch.network import Group, Linear
from mentormatch.problem.fixing import Fixed
from mentormatch.problem.sound import failed
from mentormatch.solvers.programme import exact_sum

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mentormatch.network import Bounds
    from mentormatch.problem.roster import Order

UNIT: Final = 1_000_000
"""Weights count in whole units of one divided by this."""

NO_BOUND: Final = 1 << 61
"""A bound on weights that is none."""

HEAVIEST: Final = 1e9
"""No pair weighs more than this: a weight in whole units fits 50 bits."""

_CELLS_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Coupled:
    """A term about several pairs, whose rule it is and who may know; weights are looked up once, in whole units."""

    term: Any
    rule: Any
    secret: bool
    weighed: tuple[Linear, ...] = ()


def coupled(term: Any, rule: Any, told: str, shape: tuple[int, int], *, secret: bool) -> Coupled:
    """Look up what a term about several pairs weighs.

    Raises
    ------
    InputError
        Its weights cannot be read; told as the reader of the rule may know it.
    """
    found: tuple[Linear, ...] = ()
    match term:
        case LinearBound():
            i, j, weight = _weights(term.weight, np.arange(shape[0]), np.arange(shape[1]), told)
            found = (Linear(i, j, weight, _least(term.low), _most(term.high)),)
        case LoadBound():
            found = tuple(_loads(term, told, shape))
    return Coupled(term, rule, secret, found)


def _loads(term: LoadBound, told: str, shape: tuple[int, int]) -> Iterator[Linear]:
    of_mentees = term.side == "mentees"
    rows, columns = (term.rows, np.arange(shape[1])) if of_mentees else (np.arange(shape[0]), term.rows)
    i, j, weight = _weights(term.weight, rows, columns, told)
    own = i if of_mentees else j
    order = np.argsort(own, kind="stable")
    for row, high in zip(term.rows.tolist(), term.high.tolist(), strict=True):
        mine = order[slice(*np.searchsorted(own[order], [row, row + 1]))]
        yield Linear(i[mine], j[mine], weight[mine], -NO_BOUND, _most(high))


def _weights(
    block: Any, rows: NDArray[np.int64], columns: NDArray[np.int64], told: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ask for the weights of a rectangle, a few rows at a time, and list those that are not 0."""
    found = [(np.empty(0, np.int64),) * 3]
    step = max(1, _CELLS_AT_ONCE // max(1, len(columns)))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        weights = _asked(block, part, columns, told)
        at, column = np.nonzero(weights)
        found.append((part[at], columns[column], weights[at, column]))
    i, j, weight = (np.concatenate(part) for part in zip(*found, strict=True))
    return i, j, weight


def _asked(block: Any, rows: NDArray[np.int64], columns: NDArray[np.int64], told: str) -> NDArray[np.int64]:
    try:
        answer, why = np.asarray(block(rows, columns)), ""
    except MentorMatchError:
        raise
    except Exception as error:  # noqa: BLE001  a rule of the user's own may raise anything; all of it becomes one error
        answer, why = None, type(error).__name__
    if answer is None:
        raise failed(told, why)
    if answer.shape != (len(rows), len(columns)) or answer.dtype.kind not in "biuf":
        raise failed(told, "its weights are not one number for each pair")
    if answer.dtype == bool:
        return np.where(answer, np.int64(UNIT), np.int64(0))
    if not (np.abs(answer) <= HEAVIEST).all():
        raise failed(told, f"its weights are not finite numbers of at most {HEAVIEST:.0e}")
    return np.rint(answer * float(UNIT)).astype(np.int64)


def _most(high: float) -> int:
    return NO_BOUND if high * UNIT >= NO_BOUND else max(-NO_BOUND, round(high * UNIT))


def _least(low: float) -> int:
    return -_most(-low)


def implied(fixed: tuple[Fixed, ...], terms: Sequence[Any]) -> tuple[Fixed, ...]:
    """Add the pairs that go with fixed ones because two people have the same partners; they are never named."""
    alike = [term for term in terms if isinstance(term, Alike)]
    known = {(pair.i, pair.j): pair for pair in fixed}
    ahead = list(known) if alike else []
    while ahead:
        i, j = ahead.pop()
        for term in alike:
            for one, other in ((term.a, term.b), (term.b, term.a)):
                mine = (i, j) if term.side == "mentees" else (j, i)
                pair = (other, mine[1]) if term.side == "mentees" else (mine[1], other)
                if mine[0] == one and pair not in known:
                    known[pair] = Fixed(*pair, by_hand=False, secret=True, implied=True)
                    ahead.append(pair)
    return tuple(known[rows] for rows in sorted(known))


def arrays(
    rules: Sequence[Coupled], fixed: Sequence[Fixed], orders: tuple[Order, Order], room: tuple[Bounds, Bounds]
) -> dict[str, Any]:
    """Return what an instance holds of rules over several pairs, by position, less what fixed pairs take.

    Rules that nothing can break are left out. Where an override makes more than a public rule allows,
    that stands, and nothing more is added. ``room`` are the bounds that fixed pairs leave; the
    minimum of a mentor who has begun with a group of at least so many is raised in them.
    """
    held = np.array([(pair.i, pair.j) for pair in fixed], np.int64).reshape(-1, 2).T
    lifts = np.array([pair.overrides for pair in fixed], bool)
    apart: set[tuple[int, int, int]] = set()
    alike: set[tuple[int, int, int]] = set()
    groups: list[Group] = []
    linear: list[Linear] = []
    open_from: dict[int, int] = {}
    for rule in rules:
        term = rule.term
        match term:
            case NotBoth() | Alike():
                side = 0 if term.side == "mentees" else 1
                a, b = sorted(orders[side].back(np.array([term.a, term.b], np.int64)).tolist())
                (apart if isinstance(term, NotBoth) else alike).add((side, a, b))
            case GroupBounds():
                groups += _group(term, held, lifts & (not rule.secret), orders, room)
            case NoneOrAtLeast():
                mentor = int(orders[1].back(np.array([term.row], np.int64))[0])
                begun = int(np.count_nonzero(held[1] == term.row))
                if begun:
                    room[1].lower[mentor] = max(int(room[1].lower[mentor]), term.k - begun)
                elif term.k > 1:
                    open_from[mentor] = max(term.k, open_from.get(mentor, 0))
            case _:
                rows = [_linear(row, held, lifts & (not rule.secret), orders) for row in rule.weighed]
                linear += [row for row in rows if row is not None]
    return {
        "apart": tuple(sorted(apart)),
        "alike": tuple(sorted(alike)),
        "groups": tuple(sorted(groups, key=lambda one: (one.side, one.people.tolist(), one.lower, one.upper))),
        "linear": tuple(sorted(linear, key=_order_of)),
        "open_from": tuple(sorted(open_from.items())),
    }


def _order_of(row: Linear) -> tuple[Any, ...]:
    """Return what tells rows apart, whoever was listed first."""
    order = np.lexsort((row.weight, row.j, row.i))
    return (row.lower, row.upper, len(order), *(part[order].tobytes() for part in (row.i, row.j, row.weight)))


def _group(
    term: GroupBounds,
    held: NDArray[np.int64],
    lifts: NDArray[np.bool_],
    orders: tuple[Order, Order],
    room: tuple[Bounds, Bounds],
) -> list[Group]:
    side = 0 if term.side == "mentees" else 1
    counted = np.isin(held[side], term.rows)
    taken = int(counted.sum())
    people = np.unique(orders[side].back(np.asarray(term.rows, np.int64)))
    most = int(np.minimum(room[side].upper[people], len(room[1 - side])).sum())
    lower, upper = max(0, int(term.min) - taken), min(int(term.max), NO_BOUND) - taken
    if (counted & lifts).any():
        upper = max(0, upper)
    if lower <= int(room[side].lower[people].sum()) and upper >= most:
        return []
    return [Group(side, people, lower, upper)]


def _linear(
    row: Linear, held: NDArray[np.int64], lifts: NDArray[np.bool_], orders: tuple[Order, Order]
) -> Linear | None:
    width = len(orders[1].rows)
    keys, made = row.i * width + row.j, held[0] * width + held[1]
    fixed = np.isin(keys, made)
    taken = exact_sum(row.weight[fixed])
    lower = row.lower if row.lower <= -NO_BOUND else row.lower - taken
    upper = row.upper if row.upper >= NO_BOUND else row.upper - taken
    if upper < 0 and np.isin(made[lifts], keys).any():
        upper = 0
    weight = row.weight[~fixed]
    if lower <= exact_sum(weight[weight < 0]) and upper >= exact_sum(weight[weight > 0]):
        return None
    return Linear(orders[0].back(row.i[~fixed]), orders[1].back(row.j[~fixed]), weight, lower, upper)


def nested(groups: Sequence[Group]) -> bool:
    """Say whether any two groups of one side are apart from each other or one inside the other."""
    sets = [(group.side, frozenset(group.people.tolist())) for group in groups]
    return all(
        one[0] != other[0] or one[1] <= other[1] or other[1] <= one[1] or not one[1] & other[1]
        for number, one in enumerate(sets)
        for other in sets[:number]
    )


def may_share(apart: tuple[int, int, int], instance: Any) -> bool:
    """Say whether two people who may not share a partner could: somebody open to both, with places for both."""
    side, a, b = apart
    own, others = (instance.mentees, instance.mentors) if side == 0 else (instance.mentors, instance.mentees)
    if min(own.upper[a], own.upper[b]) < 1:
        return False
    everyone = np.flatnonzero(others.upper > 1)
    both = np.ones(len(everyone), bool)
    for row in (a, b):
        mine = np.full(len(everyone), row)
        both &= instance.allowed_pairs(mine, everyone) if side == 0 else instance.allowed_pairs(everyone, mine)
    return bool(both.any())

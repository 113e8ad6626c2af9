"""What a matching reaches in a tier, and what no matching could exceed: exact, and larger is better."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.solvers.grid import most_pairs, quantise
from mentormatch.solvers.kept import count, distinct
from mentormatch.solvers.weights import ByRow, Component, Even, Listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance, Reached
    from mentormatch.solvers.table import Table

PLACED = "placed"
"""The tier of pairs that were placed by hand before: nobody asks for it, and where there is one it stands first."""

_KEEPING = (PLACED, "least_change")

MOST_CAPACITY = 1 << 30
"""A capacity beyond it counts as this: so quotients of loads and capacities are told apart by float64."""


def components(instance: Instance, name: str) -> list[Component]:
    """Return the numbers that a tier compares in turn, the most important first."""
    if name == "priority":
        return _classes(instance)
    if name == "wishes":
        return _wishes(instance)
    keys = np.empty(0, np.int64)
    kept = instance.placed if name == PLACED else instance.previous
    if kept is not None:
        keys = distinct(kept.i * instance.shape[1] + kept.j)
    return [Component(Listed(keys, np.ones_like(keys)), len(keys), len(keys))]


def _classes(instance: Instance) -> list[Component]:
    n, m = instance.shape
    classes = np.zeros(n, np.int64) if instance.classes is None else instance.classes
    places = np.minimum(instance.mentees.upper, m)
    found = []
    for number in range(int(classes.max(initial=0)) + 1):
        mine = classes == number
        most = int(places[mine].sum())
        found.append(Component(ByRow(mine.astype(np.int64)), most, most))
    return found


def standing(instance: Instance) -> ByRow:
    """Weigh each mentee by the rank of its class, from 1 for the last one.

    Loads of flows are an M-natural-convex set: a sum over it is the largest where no place more,
    no place less and no exchange of two places betters it (Murota 2003, *Discrete Convex Analysis*,
    section 6). All weights being positive, that depends on their order alone, so that these
    ranks have the same best matchings as counts that are compared class by class.
    """
    classes = np.zeros(instance.shape[0], np.int64) if instance.classes is None else instance.classes
    return ByRow(int(classes.max(initial=0)) + 1 - classes)


def _wishes(instance: Instance) -> list[Component]:
    m = instance.shape[1]
    sides = instance.wished or ()
    keys = [side.i * m + side.j for side in sides] or [np.empty(0, np.int64)] * 2
    ranks = [side.rank for side in sides] or [np.empty(0, np.int64)] * 2
    every = distinct(np.concatenate(keys))
    voices, total = np.zeros_like(every), np.zeros_like(every)
    for own, rank in zip(keys, ranks, strict=True):
        at = np.searchsorted(every, own)
        voices[at] += 1
        total[at] += rank
    pairs = most_pairs(instance)
    mutual, single = every[voices == 2], every[voices == 1]
    worst = pairs * int(total.max(initial=0))
    return [
        *(Component(Listed(one, np.ones_like(one)), min(pairs, len(one)), pairs) for one in (mutual, single)),
        Component(Listed(every, -total), 0, worst),
    ]


def even(instance: Instance) -> Even:
    """Rank what each further partner of each mentor costs in ``balance``: (2k + 1) / capacity after k others."""
    held = held_loads(instance)
    most = int((held + np.minimum(instance.mentors.upper, instance.shape[0])).max(initial=0))
    costs = (2.0 * np.arange(max(1, most)) + 1) / capacities(instance)[:, None]
    ranks = np.unique(costs, return_inverse=True)[1].reshape(costs.shape)
    return Even(ranks.astype(np.int64), held)


def capacities(instance: Instance) -> NDArray[np.int64]:
    """Return what ``balance`` holds the load of each mentor against."""
    own = instance.mentors.upper if instance.capacities is None else instance.capacities
    return np.clip(own, 1, MOST_CAPACITY)


def held_loads(instance: Instance) -> NDArray[np.int64]:
    """Count the partners that each mentor has outside the problem."""
    return np.zeros(instance.shape[1], np.int64) if instance.held is None else instance.held.loads


def held_score(table: Table) -> int | None:
    """Return the lowest score of a pair that is made outside the problem, on the grid."""
    held = table.instance.held
    if held is None or not held.loads.any():
        return None
    return int(quantise(np.array([held.lowest]), table.exponent)[0])


def reached(table: Table, name: str, i: NDArray[np.int64], j: NDArray[np.int64]) -> Reached:
    """Count what some pairs reach in a tier."""
    instance = table.instance
    if name in ("coverage", "total"):
        return int(table.pairs("coverage" if name == "coverage" else "total", i, j).sum())
    if name == "balance":
        return _unevenness(instance, count(j, instance.shape[1]))
    if name == "leximin":
        return tuple(np.sort(table.pairs("total", i, j)).tolist())
    if name == "floor":
        held = held_score(table)
        every = [*table.pairs("total", i, j).tolist(), *([] if held is None else [held])]
        return min(every, default=0)
    values = tuple(int(part.weight.pairs(table, i, j).sum()) for part in components(instance, name))
    return values[0] if name in _KEEPING else values


def _unevenness(instance: Instance, loads: NDArray[np.int64]) -> Fraction:
    pairs = zip((held_loads(instance) + loads).tolist(), capacities(instance).tolist(), strict=True)
    return -sum((Fraction(load * load, capacity) for load, capacity in pairs), Fraction(0))


def most(table: Table, name: str, pairs: int) -> Reached:
    """Bound a tier that was not solved, whatever the matching of so many pairs."""
    instance = table.instance
    if name == "balance":
        return _most_even(instance, pairs)
    top = int(quantise(np.array([instance.highest]), table.exponent)[0])
    if name == "leximin":
        return (top,) * pairs
    if name == "floor":
        return top
    values = tuple(part.most for part in components(instance, name))
    return values[0] if name in _KEEPING else values


def _most_even(instance: Instance, pairs: int) -> Fraction:
    """Give so many partners to whoever's next one costs least, whoever may be paired with whom."""
    costs: Any = even(instance)
    free = np.arange(costs.costs.shape[1]) >= costs.held[:, None]
    free &= np.arange(costs.costs.shape[1]) < (costs.held + instance.mentors.upper)[:, None]
    j, k = np.nonzero(free)
    order = np.lexsort((k, j, costs.costs[j, k]))[:pairs]
    return _unevenness(instance, count(j[order], instance.shape[1]))

"""Start from old prices and pairs, whatever they are: keep what fits, give up the rest.

Given the prices of the far side, each near person keeps the used pairs that are worth at
least as much to it as every other, and gets the price that lies between. Nobody then has
more than it claims; who lacks something is found by
:func:`mentormatch.solvers.kernel.augment.fill`.
"""

from __future__ import annotations

from mentormatch.compiled import jit
from mentormatch.solvers.kernel.arrays import FAR, NONE, Graph, Side


@jit
def start(graph: Graph, near: Side, far: Side) -> None:
    """Drop the used pairs that do not fit the far prices, and price the near side; in place."""
    for person in range(len(near.load)):
        near.load[person] = 0
        _drop_beyond_claims(graph, far, person)
        best = _best_unused(graph, far, person)
        best = _drop_below(graph, far, near, person, best)
        near.price[person] = _between(graph, near, far, person, best)
        for pair in range(graph.start[person], graph.start[person + 1]):
            if graph.used[pair]:
                far.load[graph.far[pair]] += 1


@jit
def _drop_beyond_claims(graph: Graph, far: Side, person: int) -> None:
    for pair in range(graph.start[person], graph.start[person + 1]):
        if graph.used[pair]:
            other = graph.far[pair]
            claim = far.lower[other] if far.price[other] < 0 else far.upper[other]
            graph.used[pair] = far.load[other] < claim


@jit
def _best_unused(graph: Graph, far: Side, person: int) -> int:
    best = -FAR
    for pair in range(graph.start[person], graph.start[person + 1]):
        if not graph.used[pair]:
            best = max(best, graph.weight[pair] - far.price[graph.far[pair]])
    return best


@jit
def _drop_below(graph: Graph, far: Side, near: Side, person: int, best: int) -> int:
    """Drop used pairs worth less than an unused one, then the worst while they are too many or not worth it."""
    for pair in range(graph.start[person], graph.start[person + 1]):
        if graph.used[pair]:
            if graph.weight[pair] - far.price[graph.far[pair]] < best:
                graph.used[pair] = False
            else:
                near.load[person] += 1
    while near.load[person] > near.lower[person]:
        worst = _worst_used(graph, far, person)
        value = graph.weight[worst] - far.price[graph.far[worst]]
        if value >= 0 and near.load[person] <= near.upper[person]:
            break
        graph.used[worst] = False
        near.load[person] -= 1
        best = max(best, value)
    return best


@jit
def _worst_used(graph: Graph, far: Side, person: int) -> int:
    worst, least = NONE, FAR
    for pair in range(graph.start[person], graph.start[person + 1]):
        value = graph.weight[pair] - far.price[graph.far[pair]]
        if graph.used[pair] and value < least:
            worst, least = pair, value
    return worst


@jit
def _between(graph: Graph, near: Side, far: Side, person: int, best: int) -> int:
    """Price a person between its worst used pair and its best unused one."""
    load, lower, upper = near.load[person], near.lower[person], near.upper[person]
    if load == upper and load > 0:
        worst = _worst_used(graph, far, person)
        return graph.weight[worst] - far.price[graph.far[worst]]
    if load <= lower and best > -FAR:
        return best
    return max(best, 0)

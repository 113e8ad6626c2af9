"""Minimum-cost flow through any network: a door of its own, for whoever has a network and no people.

A linear programme proposes (its vertices are integral; Hoffman & Kruskal 1956), and the exact
finish (:mod:`circulation <mentormatch.solvers.circulation>`) repairs and proves it in integers, so
that the result does not depend on what the proposal was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mentormatch.errors import Fault, Infeasible, InputError
from mentormatch.solvers.circulation import LARGEST, Digraph, balance, cheapest
from mentormatch.solvers.lp import quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import highspy
    from numpy.typing import ArrayLike, NDArray

_SCALE = 1024.0
"""Costs are scaled to this size, so that the simplex tolerances are small beside them."""


class Flow(NamedTuple):
    """A cheapest flow and its proof.

    Attributes
    ----------
    flow
        How much goes through each arc, int64.
    potentials
        An integer a node, int64. With ``reduced = cost + potentials[tails] - potentials[heads]``, an
        arc below its upper bound has ``reduced >= 0`` and an arc above its lower bound has
        ``reduced <= 0``: so no flow is cheaper.
    cost
        What the flow costs in all, exactly.
    """

    flow: NDArray[np.int64]
    potentials: NDArray[np.int64]
    cost: int


class NoFlow(Infeasible):
    """No flow keeps every bound.

    Parameters
    ----------
    cut
        Nodes that prove it: together they supply more than the arcs that leave them can carry,
        less what the arcs into them must bring (Gale 1957; Hoffman 1960).
    """

    def __init__(self, cut: Sequence[int]) -> None:
        self.cut = tuple(cut)
        msg = f"no flow keeps every bound: the {len(self.cut)} nodes in cut supply more together than can leave them"
        super().__init__(msg)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.cut,)


def min_cost_flow(
    tails: ArrayLike, heads: ArrayLike, lower: ArrayLike, upper: ArrayLike, cost: ArrayLike, supply: ArrayLike
) -> Flow:
    """Find the cheapest flow that brings what some nodes supply to where others ask for it.

    Parameters
    ----------
    tails, heads
        The nodes that each arc leads from and to, counted from 0; several arcs between two nodes,
        and from a node to itself, are fine.
    lower, upper
        Bounds on the flow of each arc; they may be negative.
    cost
        What one unit through each arc costs; it may be negative.
    supply
        What each node sends out beyond what it takes in; negative where it asks for flow. It sums to 0.

    Returns
    -------
    Flow
        All integers, and exact. Where several flows cost the least it is one of them.

    Raises
    ------
    NoFlow
        No flow keeps every bound; it is an :class:`~mentormatch.Infeasible` and has a violated cut.
    InputError
        Arrays that are not whole numbers, not one number an arc or a node, or that name nodes which
        do not exist; a lower bound above the upper one; supplies that do not sum to 0; numbers
        whose sums would pass 2**60.

    Notes
    -----
    The simplex of HiGHS (Huangfu & Hall 2018) proposes. The finish takes O(nodes · arcs) where that
    was optimal, and as long again for every cycle that it still finds (Klein 1967).

    Examples
    --------
    Three units from node 0 to node 3, cheapest by way of node 1, which takes two:

    >>> from mentormatch.solvers import min_cost_flow
    >>> found = min_cost_flow([0, 0, 1, 2], [1, 2, 3, 3], [0] * 4, [2, 5, 5, 5], [1, 2, 1, 4], [3, 0, 0, -3])
    >>> found.flow.tolist(), found.cost
    ([2, 1, 2, 1], 10)
    """
    network, wanted = _read(tails, heads, lower, upper, cost, supply)
    # from a node to itself, each arc stands alone: it carries whatever is cheapest
    flow = np.where(network.cost < 0, network.upper, network.lower)
    real = network.tails != network.heads
    inner = Digraph(network.nodes, *(each[real] for each in network[1:]))
    flow[real], potentials = _solve(inner, wanted)
    return Flow(flow, potentials, sum(x * c for x, c in zip(flow.tolist(), network.cost.tolist(), strict=True)))


def _solve(network: Digraph, supply: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    flow, guess = _propose(network, supply)
    if flow is None or (balance(network, flow) != supply).any():
        flow = _some_flow(network, supply)
    return cheapest(network, flow, guess)


def _some_flow(network: Digraph, supply: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find any flow, exactly: what is missing goes by way of a node outside, for a price, until it need not."""
    flow, _ = _propose(network, supply, elastic=True)
    if flow is None:
        flow = np.clip(0, network.lower, network.upper)
    missing = supply - balance(network, flow)
    nodes = np.flatnonzero(missing)
    detour, outside = missing[nodes], np.full(len(nodes), network.nodes)
    wide = Digraph(
        network.nodes + 1,
        np.concatenate((network.tails, np.where(detour > 0, nodes, outside))),
        np.concatenate((network.heads, np.where(detour > 0, outside, nodes))),
        np.concatenate((network.lower, np.zeros_like(detour))),
        np.concatenate((network.upper, np.abs(detour))),
        np.concatenate((np.zeros_like(network.cost), np.ones_like(detour))),
    )
    flow, labels = cheapest(wide, np.concatenate((flow, np.abs(detour))))
    if flow[len(network.cost) :].any():
        # of whoever still needs a detour out, and whoever flow could be shifted to from there, nobody asks for flow
        raise NoFlow(np.flatnonzero(labels[:-1] < labels[-1]).tolist())
    return flow[: len(network.cost)]


# --- what is given ---


def _read(*given: ArrayLike) -> tuple[Digraph, NDArray[np.int64]]:
    names = ("tails", "heads", "lower", "upper", "cost", "supply")
    arrays = [_whole(each) for each in given]
    faults = [
        Fault((name,), "not_whole", "is a list of whole numbers of at most 64 bits")
        for name, each in zip(names, arrays, strict=True)
        if each is None
    ]
    if faults:
        raise InputError(faults)
    *per_arc, supply = (each for each in arrays if each is not None)
    arcs, nodes = len(per_arc[0]), len(supply)
    faults = [
        Fault((name,), "wrong_length", f"has {len(each)} numbers, and tails has {arcs}")
        for name, each in zip(names, per_arc, strict=False)
        if len(each) != arcs
    ]
    if faults:
        raise InputError(faults)
    network = Digraph(nodes, *per_arc)
    faults = _wrong(network, supply)
    if faults:
        raise InputError(faults)
    return network, supply


def _wrong(network: Digraph, supply: NDArray[np.int64]) -> list[Fault]:
    """List what is wrong with arrays of the right lengths."""
    faults = [
        Fault((name, int(arc)), "unknown_node", f"is a node from 0 to {network.nodes - 1}", int(arc))
        for name, ends in (("tails", network.tails), ("heads", network.heads))
        for arc in np.flatnonzero((ends < 0) | (ends >= network.nodes))
    ]
    faults += [
        Fault(("lower", int(arc)), "minimum_above_maximum", "is above the upper bound", int(arc))
        for arc in np.flatnonzero(network.lower > network.upper)
    ]
    sizes = [[abs(number) for number in each.tolist()] for each in (network.lower, network.upper, supply)]
    if sum(map(sum, sizes)) >= LARGEST:
        faults.append(Fault(("upper",), "too_large", "bounds and supplies sum to 2**60 or more"))
    if (network.nodes + 1) * max(map(abs, network.cost.tolist()), default=0) >= LARGEST:
        faults.append(Fault(("cost",), "too_large", "costs along a path may sum to 2**60 or more"))
    if sum(supply.tolist()):
        faults.append(Fault(("supply",), "unbalanced", "does not sum to 0"))
    return faults


def _whole(given: ArrayLike) -> NDArray[np.int64] | None:
    """Return whole numbers as int64, or None if they are not."""
    try:
        array = np.asarray(given)
    except (TypeError, ValueError, OverflowError):
        return None
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        return None
    if array.dtype.kind == "u" and array.size and int(array.max()) >= 1 << 63:
        return None
    return array.astype(np.int64)


# --- the proposal ---


def _propose(
    network: Digraph, supply: NDArray[np.int64], *, elastic: bool = False
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Solve the linear programme; return its flow and potentials in whole numbers, or None.

    An elastic one has costs for what is missing alone, and always a solution.
    """
    if not len(network.cost):
        return None, None
    scale = 1.0 if elastic else _SCALE / max(1, int(np.abs(network.cost).max()))
    solver = quiet(None)
    solver.passModel(_model(network, supply, scale, elastic=elastic))
    if solver.run().name == "kError":
        # some other user of HiGHS in this process has fixed another number of threads
        solver.setOptionValue("threads", 0)
        solver.run()
    if solver.getModelStatus().name != "kOptimal":
        return None, None
    solution = solver.getSolution()
    flow = np.rint(np.asarray(solution.col_value)[: len(network.cost)])
    labels = np.rint(-np.asarray(solution.row_dual) / scale)
    if not (np.isfinite(flow).all() and np.isfinite(labels).all() and np.abs(labels).max(initial=0) < LARGEST):
        return None, None
    # floats beyond what an int64 holds are cut off before they are turned into one
    inside = np.clip(flow, -float(LARGEST), float(LARGEST)).astype(np.int64)
    return np.clip(inside, network.lower, network.upper), labels.astype(np.int64)


def _model(network: Digraph, supply: NDArray[np.int64], scale: float, *, elastic: bool) -> highspy.HighsLp:
    import highspy

    arcs, nodes = len(network.cost), network.nodes
    spare = 2 * nodes if elastic else 0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = arcs + spare, nodes
    cost = np.zeros(arcs) if elastic else network.cost.astype(np.float64) * scale
    model.col_cost_ = np.concatenate((cost, np.ones(spare)))
    model.col_lower_ = np.concatenate((network.lower.astype(np.float64), np.zeros(spare)))
    model.col_upper_ = np.concatenate((network.upper.astype(np.float64), np.full(spare, np.inf)))
    model.row_lower_ = model.row_upper_ = supply.astype(np.float64)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    ends = np.stack((network.tails, network.heads), axis=1).ravel()
    model.a_matrix_.start_ = np.concatenate((np.arange(arcs) * 2, 2 * arcs + np.arange(spare + 1))).astype(np.int32)
    every = np.tile(np.arange(nodes), spare // max(1, nodes))
    model.a_matrix_.index_ = np.concatenate((ends, every)).astype(np.int32)
    signs = np.where(np.arange(spare) < nodes, 1.0, -1.0)
    model.a_matrix_.value_ = np.concatenate((np.tile([1.0, -1.0], arcs), signs))
    return model

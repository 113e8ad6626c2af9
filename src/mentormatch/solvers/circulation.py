"""The exact finish of a flow: from any flow that keeps its bounds to a cheapest one, with integer potentials.

Shortest-path labels in the residual network (Bellman 1958; Ford & Fulkerson 1962), swept over whole
arrays at a time. Either the labels settle, and then they are potentials that prove the flow
cheapest; or predecessors close into a cycle of negative cost, and as much as it can take is
sent around it (Klein 1967). All integers, so it ends, and it does not matter who proposed the flow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1 << 60
"""Sums of flows, and of costs along a path, stay within this: labels and balances fit an int64."""

_FAR = 1 << 62
"""Where no arc leads: beyond every label."""

_LOOK = 4
"""Sweeps between two looks for a cycle."""

_NONE = -1


class Digraph(NamedTuple):
    """Arcs between nodes: tails, heads, bounds on the flow and costs of one unit, all int64, one an arc."""

    nodes: int
    tails: NDArray[np.int64]
    heads: NDArray[np.int64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    cost: NDArray[np.int64]


def balance(network: Digraph, flow: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add up what leaves each node less what comes in."""
    out = np.zeros(network.nodes, np.int64)
    np.add.at(out, network.tails, flow)
    np.subtract.at(out, network.heads, flow)
    return out


def cheapest(
    network: Digraph, flow: NDArray[np.int64], guess: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Make a flow the cheapest of all that leave every node as much as it does.

    Parameters
    ----------
    network
        The arcs, each between two different nodes.
    flow
        A flow that keeps the bounds of every arc.
    guess
        Potentials to start from: anything is right, near the result is fast.

    Returns
    -------
    flow
        The cheapest flow.
    potentials
        With ``reduced = cost + potentials[tail] - potentials[head]``, no arc below its upper bound
        has a negative one, and no arc above its lower bound a positive one.
    """
    labels = _Labels(network, flow, guess)
    sweeps = 0
    while labels.sweep():
        sweeps += 1
        if not sweeps % _LOOK:
            labels.cancel()
    return labels.flow, labels.labels


class _Labels:
    """The labels of one flow, and its residual network: every arc forwards, then every arc backwards."""

    def __init__(self, network: Digraph, flow: NDArray[np.int64], guess: NDArray[np.int64] | None) -> None:
        self.network, self.flow = network, flow.copy()
        tails = np.concatenate((network.tails, network.heads))
        heads = np.concatenate((network.heads, network.tails))
        self.order = np.argsort(heads, kind="stable")
        self.tails, self.heads = tails[self.order], heads[self.order]
        self.cost = np.concatenate((network.cost, -network.cost))[self.order]
        self.starts = np.flatnonzero(np.diff(self.heads, prepend=_NONE))
        self.reached = self.heads[self.starts]
        self.span = network.nodes * int(np.abs(network.cost).max(initial=0))
        self.labels = np.zeros(network.nodes, np.int64)
        if guess is not None:
            self.labels = np.clip(guess, -self.span, self.span)
        self.before = np.full(network.nodes, _NONE)
        self.arc = np.full(network.nodes, _NONE)
        self.renew()

    def renew(self) -> None:
        """Read off the flow what may change; predecessors of before mean nothing any more."""
        network = self.network
        self.room = np.concatenate((network.upper - self.flow, self.flow - network.lower))
        self.open = self.room[self.order] > 0
        self.before[:], self.arc[:] = _NONE, _NONE
        if int(self.labels.min(initial=0)) < -_FAR + 2 * LARGEST:
            self.labels = np.zeros_like(self.labels)

    def sweep(self) -> bool:
        """Lower every label that is too high, once; say whether any was."""
        if not len(self.starts):
            return False
        reach = np.where(self.open, self.labels[self.tails] + self.cost, _FAR)
        labels = self.labels.copy()
        labels[self.reached] = np.minimum(labels[self.reached], np.minimum.reduceat(reach, self.starts))
        lowered = labels < self.labels
        if not lowered.any():
            return False
        at = np.flatnonzero((reach == labels[self.heads]) & lowered[self.heads])
        self.before[self.heads[at]] = self.tails[at]
        self.arc[self.heads[at]] = self.order[at]
        self.labels = labels
        return True

    def cancel(self) -> None:
        """Send as much as fits around every cycle of predecessors: these share no node."""
        size = self.network.nodes
        ahead = np.append(np.where(self.before == _NONE, size, self.before), size)
        for _ in range(size.bit_length()):
            ahead = ahead[ahead]
        left = set(np.unique(ahead[ahead < size]).tolist())
        if not left:
            return
        arcs = len(self.flow)
        while left:
            around = [left.pop()]
            while (node := int(self.before[around[-1]])) != around[0]:
                around.append(node)
                left.remove(node)
            cycle = self.arc[np.array(around)]
            back = cycle >= arcs
            cost = self.network.cost[cycle % arcs]
            if int(np.where(back, -cost, cost).sum()) >= 0:
                msg = "a cycle of predecessors without gain"
                raise AssertionError(msg)
            self.flow[cycle % arcs] += np.where(back, -1, 1) * int(self.room[cycle].min())
        self.renew()

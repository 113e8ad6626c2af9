"""Branch and bound (Land & Doig 1960) on what the relaxation leaves open, with bounds in whole numbers.

The simplex proposes a fractional solution and multipliers at every node; the multipliers are
rounded and bound the node exactly, so that no float decides what is cut off. A node is done
when its bound is reached: then its multipliers describe all of its best solutions. Where
that takes too many nodes, the mixed-integer solver of HiGHS finishes, and its proof is one
in floating point: that is said.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from itertools import count as counting
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.solvers.programme import common_unit
from mentormatch.solvers.relaxation import SIZE, Relaxation, Relaxed, entries, stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from mentormatch.solvers.ascent import Ascent, Part
    from mentormatch.solvers.programme import Choice, Programme

MOST_WORK = 2_000_000
"""Nodes times columns after which the floating-point solver takes over."""

MOST_NODES = 3_000
"""Nodes after which it does so in any case."""

MOST_PARTS = 64
"""Parts in which the best solutions are told; where there are more, they are held together by a row."""

FEW_PARTS = 4
"""The same where costs only count: a row of small numbers is easier than many parts."""

MOST_EQUAL = 500
"""Nodes that may be as good as the best solution, before all that are as good are held together by a row."""

FEW_EQUAL = 20
"""The same where costs only count."""

_COUNTED = 1 << 20
"""Costs below this are counts."""

_RAYS = (48, 40, 32, 24)
"""Bits to which multipliers that show that there is no solution are rounded: fine, then coarse."""

_BITS = 50
"""Costs are made as fine as this many bits allow, so that rounded multipliers lose little."""

_WHOLE = 1e-6
"""How far a share may be from a whole number that it is meant to be."""

_FEW_NODES = 50
"""Nodes that a proposal may take."""


def propose(
    programme: Programme,
    costs: NDArray[np.float64],
    columns: NDArray[np.int64],
    deadline: float | None,
    target: float | None = None,
) -> NDArray[np.int64] | None:
    """Find a good whole solution over some columns; None if none was found soon.

    One that is worth the target is good enough.
    """
    return _mixed(programme, costs, columns, deadline, nodes=_FEW_NODES, target=target)[0]


def _mixed(
    programme: Programme,
    costs: NDArray[np.int64] | NDArray[np.float64],
    columns: NDArray[np.int64],
    deadline: float | None,
    nodes: int | None = None,
    target: float | None = None,
) -> tuple[NDArray[np.int64] | None, bool]:
    """Ask HiGHS for a whole solution; say whether it takes it to be the best."""
    relaxation = Relaxation(programme, columns, deadline)
    scale = SIZE / max(1e-300, float(np.abs(costs[columns]).max(initial=0)))
    relaxation.set_costs(costs, scale)
    return relaxation.integral(deadline, nodes, None if target is None else target * scale)


def search(
    ascent: Ascent, left: NDArray[np.int64], costs: NDArray[np.int64], fine: int = 1, enough: int | None = None
) -> tuple[list[Part], bool]:
    """Look for anything better than the best solution, until nothing is left.

    Parameters
    ----------
    ascent
        Where the solve stands; better solutions are offered to it.
    left
        What the open columns are worth, up to a constant.
    costs
        What every column is worth.
    fine
        How many times ``costs`` differences in ``left`` are.
    enough
        Stop as soon as the best solution is worth this in ``left``, or nothing can be.

    Returns
    -------
    list of Part, bool
        All best solutions, none if these are too many parts; and whether whole numbers prove it.
    """
    tree = _Tree(ascent, left, costs, fine, enough)
    if tree.grow():
        return tree.parts(), tree.exact
    while True:
        rows = len(ascent.programme.rows)
        values, best = _mixed(ascent.programme, left, tree.columns, ascent.deadline)
        if values is None or not best:
            raise stopped(ascent.deadline)
        if ascent.offer(tree.columns, values, costs):
            return [], False
        if len(ascent.programme.rows) == rows:
            raise stopped(ascent.deadline)  # what it takes for a solution is none


class _Node(NamedTuple):
    """A part of the solutions: every column lies between two values. And where it was split off.

    ``place`` is the column that was split, ``step`` how far its share was from what it may be here (upwards
    more than 0), ``above`` the bound of the whole.
    """

    least: NDArray[np.int64]
    most: NDArray[np.int64]
    place: int = 0
    step: float = 0.0
    above: int = 0


class _Split(NamedTuple):
    """How a node is split: a column, its share, the most below and the least above, and the limits of the rest."""

    place: int
    share: float
    at: int
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    bound: int

    def halves(self) -> Iterator[_Node]:
        """Yield the part above, then the part below."""
        least, most = self.least.copy(), self.most.copy()
        least[self.place], most[self.place] = self.at, self.at - 1
        yield _Node(least, self.most, self.place, self.at - self.share, self.bound)
        yield _Node(self.least, most, self.place, self.at - 1 - self.share, self.bound)


class _Gains:
    """How much bounds fell for each column that was split, upwards and downwards, a unit of its share (pseudo-costs).

    Benichou et al. 1971, *Experiments in mixed-integer linear programming*.
    """

    def __init__(self, columns: int) -> None:
        self.sums = np.zeros((2, columns))
        self.times = np.zeros((2, columns))

    def learn(self, node: _Node, bound: int) -> None:
        """Take in what the bound of a node is."""
        if node.step:
            up = int(node.step > 0)
            self.sums[up, node.place] += float(node.above - bound) / max(1e-6, abs(node.step))
            self.times[up, node.place] += 1

    def worth(self, places: NDArray[np.int64], fractions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Say how good it is to split each of some places, which stand so far above a whole number."""
        score = np.ones(len(places))
        for side, far in enumerate((fractions, 1 - fractions)):
            known = self.times[side] > 0
            each = self.sums[side, known] / self.times[side, known]
            usual = float(each.mean()) if len(each) else 1.0
            gain = np.full(len(known), usual)
            gain[known] = each
            score *= np.maximum(gain[places] * far, 1e-6 * max(usual, 1e-6))
        return score


class _Leaf(NamedTuple):
    """A node whose best solutions all lie within these limits, under these rows held; and one of them."""

    worth: int
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    tight: NDArray[np.int64]
    best: Choice


class _Tree:
    """The search over the open columns."""

    def __init__(
        self, ascent: Ascent, left: NDArray[np.int64], costs: NDArray[np.int64], fine: int, enough: int | None
    ) -> None:
        self.ascent, self.left, self.costs, self.enough = ascent, left, costs, enough
        self.columns = np.flatnonzero(ascent.programme.open)
        own = left[self.columns]
        self.fine = 1 << max(0, _BITS - int(np.abs(own).max(initial=0)).bit_length())
        self.own = own * self.fine
        self.unit = fine * common_unit(costs[self.columns])
        self.anchor = self._worth(ascent.best)
        self.largest = float(np.abs(self.own).max(initial=0))
        self.top = ascent.programme.top(self.columns)
        self.relaxation = Relaxation(ascent.programme, self.columns, ascent.deadline)
        self.relaxation.set_costs(left, SIZE / max(1, int(np.abs(own).max(initial=0))))
        self.matrix = self._matrix()
        self.gains = _Gains(len(self.columns))
        self.exact = True
        self.leaves: list[_Leaf] = []
        self.settled: list[Part] = []

    def _matrix(self) -> csr_array:
        from scipy.sparse import csr_array

        programme = self.ascent.programme
        row, place, weight = entries(programme, self.columns, programme.rows)
        return csr_array((weight, (row, place)), shape=(len(programme.lower), len(self.columns)))

    def grow(self) -> bool:
        """Search until nothing better is left; say whether that was possible.

        What is as good comes last, and is looked through only while it is little.
        """
        number = counting()
        whole = _Node(np.zeros(len(self.columns), np.int64), self.top)
        ahead: list[tuple[int, int, int, _Node]] = [(0, 0, next(number), whole)]
        limit = min(MOST_NODES, MOST_WORK // max(1, len(self.columns)))
        counted = self.largest < _COUNTED * self.unit * self.fine
        parts, as_good = (FEW_PARTS, FEW_EQUAL) if counted else (MOST_PARTS, MOST_EQUAL)
        nodes = equal = 0
        while ahead:
            negative, depth, _, node = heapq.heappop(ahead)
            if nodes and (-negative < self._least() or self._enough()):
                return True
            if nodes and -negative == self._here():
                equal += 1
                if equal > as_good or self._told() > parts:
                    self.leaves.clear()
                    self.settled.clear()
                    return True
            elif nodes > limit:
                return False
            nodes += 1
            self.ascent.tick()
            split = self._solve(node)
            if split is None:
                continue
            for half in split.halves():
                heapq.heappush(ahead, (-self._units(split.bound), depth - 1, next(number), half))
        return True

    def parts(self) -> list[Part]:
        """Return the best solutions in parts."""
        best = [leaf for leaf in self.leaves if leaf.worth == self._here()]
        if not self.exact:
            return []
        top = self.ascent.value(self.costs, self.ascent.best)
        settled = [part for part in self.settled if self.ascent.value(self.costs, part.best) == top]
        return [*map(self._part, best), *settled]

    def _part(self, leaf: _Leaf) -> Part:
        """Return the solutions of a leaf as a programme of their own."""
        from mentormatch.solvers.ascent import Part

        programme = self.ascent.programme
        tight = np.concatenate((leaf.tight, np.zeros(len(programme.lower) - len(leaf.tight), np.int64)))
        closed = np.flatnonzero(leaf.least == leaf.most)
        return Part(programme.tightened(tight).settling(self.columns[closed], leaf.least[closed]), leaf.best)

    def _here(self) -> int:
        """Return by how many units the best solution is better than the first one."""
        return self._units(self._worth(self.ascent.best) * self.fine)

    def _units(self, fine: int) -> int:
        """Turn a bound into units above the first solution: what is open is worth whole multiples of them."""
        return (fine - self.anchor * self.fine) // (self.unit * self.fine)

    def _least(self) -> int:
        """Return what a node must be able to reach to be looked at."""
        if self.enough is None:
            return self._here()
        return max(self._here(), -((self.anchor - self.enough) // self.unit))

    def _enough(self) -> bool:
        return self.enough is not None and self._worth(self.ascent.best) >= self.enough

    def _told(self) -> int:
        """Count the leaves that are as good as the best solution."""
        return sum(leaf.worth == self._here() for leaf in self.leaves) + len(self.settled)

    def _solve(self, node: _Node) -> _Split | None:
        """Bound a node, and say how to split it; None if nothing is left to look at."""
        least, most = node.least, node.most
        self._grown(more=len(self.ascent.programme.lower) > self.matrix.shape[0])
        while True:
            self.relaxation.set_bounds(least, most)
            relaxed = self.relaxation.solve(self.ascent.deadline)
            if relaxed is None:
                if not self.relaxation.infeasible():
                    raise stopped(self.ascent.deadline)
                self.exact = self.exact and self._impossible(least, most)
                return None
            if self._grown(more=self.ascent.separate(relaxed)):
                continue
            rows = len(self.ascent.programme.rows)
            solution = None
            if relaxed.whole():
                values = np.rint(relaxed.shares).astype(np.int64)
                solution = self.ascent.offer(relaxed.columns, values, self.costs)
            if not self._grown(more=len(self.ascent.programme.rows) > rows):
                return self._judge(relaxed, solution, node)

    def _judge(self, relaxed: Relaxed, solution: Choice | None, node: _Node) -> _Split | None:
        """Bound a node by its multipliers, and keep it as a leaf if nothing in it is better than its solution."""
        price = self.ascent.programme.sound(relaxed.multipliers * self.fine, self.largest)
        reduced = self.own - self.matrix.T @ price
        bound = self._bound(price, reduced, node.least, node.most)
        self.gains.learn(node, bound)
        gap = bound - self._worth(self.ascent.best) * self.fine
        if self._units(bound) < self._least():
            return None
        least = np.where(reduced > gap, node.most, node.least)
        most = np.where(reduced < -gap, node.least, node.most)
        if (least == most).all():
            solution = self.ascent.offer(self.columns, least, self.costs)  # nothing else here is as good
        elif gap:
            tight = np.where(np.abs(price) > gap, price, 0)
            if self._equals(solution, bound, tight, least, most):
                return None
            return self._branches(bound, relaxed, least, most)
        if solution is None or self._worth(solution) < self._worth(self.ascent.best):
            return self._branches(bound, relaxed, least, most)
        self.leaves.append(_Leaf(self._here(), least, most, np.where(np.abs(price) > gap, price, 0), solution))
        return None

    def _equals(
        self,
        solution: Choice | None,
        bound: int,
        tight: NDArray[np.int64],
        least: NDArray[np.int64],
        most: NDArray[np.int64],
    ) -> bool:
        """Settle a node that holds nothing better than its solution, in the smaller numbers that are left in it."""
        if solution is None or self.ascent.inner or self._units(bound) > self._here():
            return False
        if self._worth(solution) < self._worth(self.ascent.best):
            return False
        part = self._part(_Leaf(self._here(), least, most, tight, solution))
        below = replace(self.ascent, programme=part.programme, best=part.best, inner=True)
        self.settled += below.maximise(self.costs)
        self.ascent.rounds, self.exact = below.rounds, self.exact and below.exact
        return True

    def _worth(self, solution: Choice) -> int:
        return self.ascent.value(self.left, self.ascent.programme.free(solution))

    def _grown(self, *, more: bool) -> bool:
        if more:
            self.relaxation.add_rows(self.ascent.programme)
            self.matrix = self._matrix()
        return more

    def _bound(
        self,
        price: NDArray[np.int64],
        reduced: NDArray[np.int64],
        least: NDArray[np.int64],
        most: NDArray[np.int64],
    ) -> int:
        """Return the Lagrangian bound of a node, in whole numbers."""
        programme = self.ascent.programme
        gains = zip(reduced.tolist(), np.where(reduced > 0, most, least).tolist(), strict=True)
        limit = np.where(price > 0, programme.upper, programme.lower)
        costs = zip(price.tolist(), limit.tolist(), strict=True)
        return int(sum(a * b for a, b in gains if a and b) + sum(a * b for a, b in costs if a))

    def _impossible(self, least: NDArray[np.int64], most: NDArray[np.int64]) -> bool:
        """Say whether whole multipliers prove that a node has no solution."""
        ray = self.relaxation.ray()
        if ray is None or not len(ray):
            return False
        programme = self.ascent.programme
        size = float(programme.weighty(ray).max())
        for bits in _RAYS:
            for sign in (1, -1):
                price = programme.sound(ray * (sign * 2.0**bits / max(1e-300, size)), 0.0)
                if self._bound(price, -(self.matrix.T @ price), least, most) < 0:
                    return True
        return False

    def _branches(
        self, bound: int, relaxed: Relaxed, least: NDArray[np.int64], most: NDArray[np.int64]
    ) -> _Split | None:
        """Split where bounds fall most, auxiliary columns first; None if nothing is left to split."""
        free = np.flatnonzero(least < most)
        if not len(free):
            return None
        shares = relaxed.shares[free]
        undecided = np.abs(shares - np.rint(shares)) > _WHOLE
        if not undecided.any():
            # whole, but no solution after all, or not told apart from a better one: decide what is taken first
            at = int(shares.argmax())
            split = max(int(np.rint(shares[at])), int(least[free[at]]) + 1)
            return _Split(int(free[at]), float(split), split, least, most, bound)
        extra = undecided & (self.columns[free] >= self.ascent.programme.cells)
        some = np.flatnonzero(extra if extra.any() else undecided)
        worth = self.gains.worth(free[some], shares[some] - np.floor(shares[some]))
        at = int(some[worth.argmax()])
        return _Split(int(free[at]), float(shares[at]), int(np.floor(shares[at])) + 1, least, most, bound)

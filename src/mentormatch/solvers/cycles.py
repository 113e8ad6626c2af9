"""The next best matchings by cheapest residual cycles, each found from the prices of the one before.

All matchings are cut into parts. A part is told by its best matching and by pairs that may
not change in it; its second best differs from that by one cheapest cycle of the residual
network. Taking the best of all second bests splits its part on one pair of the cycle: in one half it
stays as it is, in the other as the cycle leaves it (Hamacher & Queyranne 1985; Hamacher 1995,
after Murty 1968 and Lawler 1972). Prices of the new half follow from one shortest-path
search, so that nothing is ever solved again.
"""

from __future__ import annotations

import heapq
import sys
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mentormatch.network import Arcs
from mentormatch.solvers.kept import count as counted
from mentormatch.solvers.kernel.engine import compiles
from mentormatch.solvers.residual import Cycle, Residual, Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentormatch.solvers.closeness import Closeness, Near
    from mentormatch.solvers.kernel.rounds import Now

_FIRST = 2
"""Pairs per person to begin with: mostly enough for the first hundred matchings."""

_GROWTH = 4
"""How many times as many pairs there are whenever they were too few."""

_SPARE = 64
"""Pairs beside those of every person, for the smallest problems."""

_WORTH_IT = 50_000
"""Searches from one person, about, that take longer than to load numba."""

_MANY = 1 << 20
"""More matchings than this are asked for by whoever does not know how many it takes."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the matchings: those that treat the ``settled`` pairs as its best one does.

    Attributes
    ----------
    cost
        What its best matching costs, against the best of all.
    changed
        The pairs in which its best matching differs from the best of all.
    settled
        The pairs that may not change.
    shift
        How the price of each vertex differs from that under the best of all, 0 or less, by vertex; where searches are
        compiled, all that they need to know of the part.
    second
        The cycle to its second best, if it was found.
    """

    cost: int
    changed: frozenset[int]
    settled: frozenset[int]
    shift: dict[int, int] | Now
    second: Cycle | None = None


class Ways(Protocol):
    """Networks of parts: :class:`Network`, or :class:`mentormatch.solvers.kernel.ranked.Compiled`.

    Attributes
    ----------
    made
        The pairs of the best of all.
    shape
        Mentees and mentors.
    limit
        Up to what cost no pair is missing; None if none is.
    most
        More than any matching costs.
    """

    made: frozenset[int]
    shape: tuple[int, int]
    limit: int | None
    most: int

    def cheapest(self, part: Part, limit: int) -> Cycle | None:
        """Find the cheapest cycle in the network of a part, at a cost up to a limit."""

    def split(self, part: Part) -> tuple[Part, Part]:
        """Cut a part in two on a pair of the cycle to its second best, which is the best of the second half."""

    def told(self, shift: dict[int, int] | Now) -> dict[int, int]:
        """Return shifts as whole numbers, by vertex."""


class Network:
    """The pairs that may change, with what each costs, as residual networks of matchings.

    Parameters
    ----------
    closeness
        The best matching and its prices.
    near
        The pairs.
    """

    def __init__(self, closeness: Closeness, near: Near) -> None:
        instance = closeness.table.instance
        n, m = self.shape = instance.shape
        self.hub, self.limit = n + m, near.limit
        self.worth = [*closeness.people()[0], *closeness.people()[1]]
        self.lower = [*instance.mentees.lower.tolist(), *instance.mentors.lower.tolist()]
        self.upper = [*instance.mentees.upper.tolist(), *instance.mentors.upper.tolist()]
        used = closeness.used
        self.loads = [*counted(used // m, n).tolist(), *counted(used % m, m).tolist()]
        self.made = frozenset(used.tolist())
        self.cost = dict(zip(near.keys.tolist(), near.costs, strict=True))
        self.ahead: list[list[tuple[int, int]]] = [[] for _ in range(n)]
        self.back: list[list[int]] = [[] for _ in range(m)]
        for cost, key in sorted(zip(near.costs, near.keys.tolist(), strict=True)):
            i, j = divmod(key, m)
            self.ahead[i].append((cost, n + j))
            self.back[j].append(i)
        # no matching costs more than to change every pair and to move every place
        self.most = sum(map(abs, near.costs)) + (n + m) * sum(map(abs, self.worth))

    def of(self, part: Part) -> Residual:
        """Return the residual network of the best matching of a part, without the pairs that are settled."""
        n, m = self.shape
        made = self.made ^ part.changed
        loads = self.loads[:]
        for key in part.changed:
            more = 1 if key in made else -1
            loads[key // m] += more
            loads[n + key % m] += more
        shift = [0] * (self.hub + 1)
        for vertex, by in self.told(part.shift).items():
            shift[vertex] = by
        settled, worth, hub, cost, shut = part.settled, self.worth, self.hub, self.cost, shift[self.hub]

        def make(vertex: int) -> Steps:
            own = shift[vertex]
            if vertex == hub:
                # a row that gets a pair, or a column that loses one
                steps = [(own - shift[i] - worth[i], i) for i in range(n) if loads[i] < self.upper[i]]
                steps += [(own - shift[j] + worth[j], j) for j in range(n, hub) if loads[j] > self.lower[j]]
            elif vertex < n:
                first = vertex * m - n
                steps = [
                    (step + own - shift[head], head)
                    for step, head in self.ahead[vertex]
                    if first + head not in made and first + head not in settled
                ]
                if loads[vertex] > self.lower[vertex]:
                    steps.append((worth[vertex] + own - shut, hub))
            else:
                steps = []
                for i in self.back[vertex - n]:
                    key = i * m + vertex - n
                    if key in made and key not in settled:
                        steps.append((own - shift[i] - cost[key], i))
                if loads[vertex] < self.upper[vertex]:
                    steps.append((own - shut - worth[vertex], hub))
            steps.sort()
            return steps

        return Residual(hub, make, {})

    def cheapest(self, part: Part, limit: int) -> Cycle | None:
        """Find the cheapest cycle in the network of a part, at a cost up to a limit."""
        return self.of(part).cheapest(self.shape[0], limit)

    def told(self, shift: dict[int, int] | Now) -> dict[int, int]:
        """Return shifts as they are."""
        return dict(enumerate(shift.shift.tolist())) if not isinstance(shift, dict) else shift

    def split(self, part: Part) -> tuple[Part, Part]:
        """Cut a part in two on a pair of the cycle to its second best, which is the best of the second half."""
        if part.second is None:
            msg = "a part without a second best cannot be split"
            raise ValueError(msg)
        network, (cost, vertices) = self.of(part), part.second
        arcs = [
            (tail, head)
            for tail, head in zip(vertices, (*vertices[1:], vertices[0]), strict=True)
            if self.hub not in (tail, head)
        ]
        steps = {arc: min(step for step, end in network.steps(arc[0]) if end == arc[1]) for arc in arcs}
        tail, head = max(arcs, key=lambda arc: (steps[arc], arc))
        left = cost - steps[tail, head]
        shift = dict(self.told(part.shift))
        for vertex, far in network.around(head, left).items():
            shift[vertex] = shift.get(vertex, 0) + far - left
        keys = [self._key(*arc) for arc in arcs]
        settled = part.settled | {self._key(tail, head)}
        second = Part(part.cost + cost, part.changed.symmetric_difference(keys), settled, shift)
        return replace(part, settled=settled, second=None), second

    def _key(self, tail: int, head: int) -> int:
        return min(tail, head) * self.shape[1] + max(tail, head) - self.shape[0]


def _worth_it(rows: int, wanted: int) -> bool:
    """Say whether compiled searches are worth it: numba is loaded already, or there is much to search."""
    much = _MANY > wanted >= _WORTH_IT // (2 * rows + 1)
    return compiles() and (much or "numba" in sys.modules)


class Ranking:
    """The matchings in order, from the best one on.

    Parameters
    ----------
    closeness
        The best matching and its prices.
    count
        How many are wanted in all; fewer are found faster.
    tick
        Called before every search; it may raise to end the work.
    """

    def __init__(self, closeness: Closeness, count: int, tick: Callable[[], None]) -> None:
        self._closeness, self._wanted, self._tick = closeness, count, tick
        self._size = _FIRST * sum(closeness.table.shape) + _SPARE
        self._compiled = _worth_it(closeness.table.shape[0], count)
        self._network = self._laid_out()
        self._ahead: list[tuple[int, int, Part]] = []
        self._costs: list[int] = []
        self._dry: list[Part] = []
        self._found = 0

    def __iter__(self) -> Iterator[Arcs]:
        """Yield the pairs of every matching after the best one, in order."""
        self._wanted -= 1
        if self._wanted < 1:
            return
        self._search(Part(0, frozenset(), frozenset(), {}))
        while self._wanted > 0 and self._more():
            cost, _, part = heapq.heappop(self._ahead)
            del self._costs[bisect_left(self._costs, cost)]
            halves = self._network.split(part)
            self._wanted -= 1
            yield self._arcs(halves[1])
            if self._wanted > 0:
                for half in halves:
                    self._search(half)

    def _more(self) -> bool:
        """Say whether there is another matching; look among more pairs while there might be."""
        while not self._ahead:
            if self._network.limit is None:
                return False
            self._size = self._size * _GROWTH + 1
            old, self._network = self._network, self._laid_out()
            dry, self._dry = self._dry, []
            for part in dry:
                self._search(replace(part, shift=old.told(part.shift)))
        return True

    def _laid_out(self) -> Ways:
        """Lay out the nearest pairs, for compiled searches where that is worth it."""
        near = self._closeness.near(self._size)
        if self._compiled:
            from mentormatch.solvers.kernel.ranked import Compiled, fits

            if fits(self._closeness, near):
                return Compiled(self._closeness, near)
        return Network(self._closeness, near)

    def _search(self, part: Part) -> None:
        """Look for the second best of a part, as far as it could be among those that are wanted."""
        self._tick()
        network = self._network
        most = network.most if network.limit is None else network.limit
        if len(self._costs) >= self._wanted:
            most = min(most, self._costs[self._wanted - 1] - 1)
        second = network.cheapest(part, most - part.cost)
        if second is None:
            self._dry.append(part)
            return
        cost = part.cost + second.cost
        insort(self._costs, cost)
        self._found += 1
        heapq.heappush(self._ahead, (cost, self._found, replace(part, second=second)))

    def _arcs(self, part: Part) -> Arcs:
        keys = np.array(sorted(self._network.made ^ part.changed), np.int64)
        width = max(1, self._network.shape[1])
        return Arcs(keys // width, keys % width)

"""The residual network of a matching, where every arc costs 0 or more: cheapest cycles and shortest paths.

A vertex is a row, a column (after the rows) or the hub, which stands for places that are left
(the last). A pair that is not made leads from its row to its column, a pair that is made
back; the hub leads to whoever may have one place more on the side where a pair begins, or one
less where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Steps: TypeAlias = "list[tuple[int, int]]"
"""The arcs out of a vertex: what each costs and where it leads, cheapest first."""


class Cycle(NamedTuple):
    """A closed walk that meets no vertex twice, and what it costs."""

    cost: int
    vertices: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Residual:
    """A network whose arcs are made as they are asked for.

    Attributes
    ----------
    hub
        The vertex of the hub, the last one.
    make
        Gives the steps out of a vertex; each vertex is asked once.
    known
        The steps that were made so far.
    """

    hub: int
    make: Callable[[int], Steps]
    known: dict[int, Steps]

    def steps(self, vertex: int) -> Steps:
        """Return the arcs out of a vertex."""
        steps = self.known.get(vertex)
        if steps is None:
            steps = self.known[vertex] = self.make(vertex)
        return steps

    def cheapest(self, rows: int, limit: int) -> Cycle | None:
        """Find the cheapest cycle that changes a pair, at a cost up to ``limit``.

        One Dijkstra from the hub and one from each of the first ``rows`` vertices, each within
        what the best cycle so far costs and without the vertices that were looked from
        before (Itai & Rodeh 1978; Dijkstra 1959).
        """
        best = self._round_the_hub(limit)
        if best is not None:
            limit = best.cost - 1
        ahead = sorted((steps[0][0], row) for row in range(rows) if (steps := self.steps(row)))
        done = bytearray(self.hub + 1)
        done[self.hub] = 1
        for first, row in ahead:
            if first > limit:
                break
            found = self._round(row, limit, done)
            done[row] = 1
            if found is not None:
                best, limit = found, found.cost - 1
        return best

    def _round(self, start: int, limit: int, done: bytearray) -> Cycle | None:  # noqa: C901  one loop, for speed
        """Find the cheapest cycle through one row, not through the hub and not through those that are done."""
        best, near = {start: 0}, dict[int, int]()
        before: dict[int, int] = {}
        heap = [(0, start)]
        cost, last = -1, -1
        while heap:
            far, row = heappop(heap)
            if far > limit:
                break
            if far > best[row]:
                continue
            for step, column in self.known.get(row) or self.steps(row):
                there = far + step
                if there > limit:
                    break
                if there >= near.get(column, there + 1) or done[column]:
                    continue
                near[column] = there
                before[column] = row
                # a column leads on to few rows: they are looked at at once
                for more, head in self.known.get(column) or self.steps(column):
                    end = there + more
                    if end > limit:
                        break
                    if head == start:
                        cost, last, limit = end, column, end - 1
                    elif not done[head] and end < best.get(head, end + 1):
                        best[head] = end
                        before[head] = column
                        heappush(heap, (end, head))
        return None if last < 0 else Cycle(cost, _walk(start, last, before.__getitem__))

    def _round_the_hub(self, limit: int) -> Cycle | None:
        """Find the cheapest cycle through the hub that does not turn back at the first person.

        Every vertex keeps its two nearest ways from the hub that begin with different
        people, so that one of them does not begin with the vertex itself.
        """
        hub = self.hub
        heap = [(step, first, first, hub) for step, first in self.steps(hub) if step <= limit]
        heap.sort()
        ways: dict[int, dict[int, int]] = {}
        cost, last, root = -1, -1, -1
        while heap:
            far, vertex, first, came = heappop(heap)
            if far > limit:
                break
            mine = ways.setdefault(vertex, {})
            if len(mine) == 2 or first in mine:
                continue
            mine[first] = came
            for step, head in self.steps(vertex):
                there = far + step
                if there > limit:
                    break
                if head == hub:
                    if vertex != first:
                        cost, last, root, limit = there, vertex, first, there - 1
                else:
                    theirs = ways.get(head)
                    if theirs is None or (len(theirs) < 2 and first not in theirs):
                        heappush(heap, (there, head, first, vertex))
        return None if last < 0 else Cycle(cost, _walk(hub, last, lambda vertex: ways[vertex][root]))

    def around(self, start: int, limit: int) -> dict[int, int]:
        """Return how far every vertex is that is nearer than ``limit``."""
        best = {start: 0}
        heap = [(0, start)]
        while heap:
            far, vertex = heappop(heap)
            if far > best[vertex]:
                continue
            for step, head in self.steps(vertex):
                there = far + step
                if there >= limit:
                    break
                if there < best.get(head, limit):
                    best[head] = there
                    heappush(heap, (there, head))
        return best


def _walk(start: int, last: int, before: Callable[[int], int]) -> tuple[int, ...]:
    """Return the vertices from the first to the last, each found from the one after it."""
    walk = [last]
    while walk[-1] != start:
        walk.append(before(walk[-1]))
    return tuple(reversed(walk))

"""The pairs that may change, laid out for compiled searches: another :class:`mentormatch.solvers.cycles.Network`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentormatch.solvers.cycles import Part
from mentormatch.solvers.kept import count
from mentormatch.solvers.kernel.rounds import SETTLED, Desk, Now, Web, cheapest, desk_for, lower_around
from mentormatch.solvers.residual import Cycle

if TYPE_CHECKING:
    from mentormatch.solvers.closeness import Closeness, Near

MOST = 1 << 60
"""Nothing that is looked for costs as much, in the first of the two numbers."""


class Compiled:
    """The pairs that may change, with what each costs in two numbers, as residual networks of matchings.

    Parameters
    ----------
    closeness
        The best matching and its prices; its last tier is the seed's.
    near
        The pairs.
    """

    def __init__(self, closeness: Closeness, near: Near) -> None:
        instance = closeness.table.instance
        n, m = self.shape = instance.shape
        self.limit, self._unit = near.limit, unit(closeness)
        order = np.argsort(near.keys)
        self._keys = near.keys[order]
        rows, columns = np.divmod(self._keys, m)
        cost, less = self._halved([near.costs[at] for at in order.tolist()])
        worth, worth_less = self._halved([one for side in closeness.people() for one in side])
        self._web = Web(
            _starts(rows, n),
            columns,
            rows,
            _starts(columns, m),
            np.argsort(columns, kind="stable"),
            cost,
            less,
            worth,
            worth_less,
            np.concatenate((instance.mentees.lower, instance.mentors.lower)),
            np.concatenate((instance.mentees.upper, instance.mentors.upper)),
        )
        self._desk: Desk = desk_for(n + m, len(self._keys))
        used = closeness.used
        self.made = frozenset(used.tolist())
        self._state = np.isin(self._keys, used).astype(np.int8)
        self._loads = np.concatenate((count(used // m, n), count(used % m, m)))
        self.most = most(closeness, near)

    def cheapest(self, part: Part, limit: int) -> Cycle | None:
        """Find the cheapest cycle in the network of a part, at a cost up to a limit."""
        desk = self._desk
        desk.limit[:2] = self._two(limit)
        length = int(cheapest(self._web, self._now(part), desk))
        if not length:
            return None
        vertices = tuple(desk.walk[length - 1 :: -1].tolist()) if length else ()
        return Cycle(int(desk.limit[2]) * self._unit + int(desk.limit[3]), vertices)

    def split(self, part: Part) -> tuple[Part, Part]:
        """Cut a part in two on a pair of the cycle to its second best, which is the best of the second half."""
        if part.second is None:
            msg = "a part without a second best cannot be split"
            raise ValueError(msg)
        now, (cost, vertices) = self._now(part), part.second
        n, m = self.shape
        arcs = [arc for arc in zip(vertices, (*vertices[1:], vertices[0]), strict=True) if n + m not in arc]
        keys = [min(arc) * m + max(arc) - n for arc in arcs]
        at = np.searchsorted(self._keys, keys)
        steps = self._steps(now, np.array(arcs, np.int64).T, at)
        step, (_, head), key, place = max(zip(steps, arcs, keys, at.tolist(), strict=True))
        left = cost - step
        states = now.state.copy(), now.state.copy()
        states[1][at] ^= 1
        states[0][place] = states[1][place] = SETTLED
        load = now.load
        if len(arcs) < len(vertices):  # through the hub: loads change
            load = load.copy()
            people, more = np.divmod(keys, m), 1 - 2 * now.state[at].astype(np.int64)
            np.add.at(load, people[0], more)
            np.add.at(load, n + people[1], more)
        other = Now(states[1], load, now.shift.copy(), now.shift_less.copy())
        self._desk.limit[:2] = self._two(left)
        lower_around(self._web, other._replace(state=now.state, load=now.load), self._desk, head)
        settled = part.settled | {key}
        changed = part.changed.symmetric_difference(keys)
        return (
            Part(part.cost, part.changed, settled, now._replace(state=states[0])),
            Part(part.cost + cost, changed, settled, other),
        )

    def told(self, shift: dict[int, int] | Now) -> dict[int, int]:
        """Return shifts as whole numbers, by vertex."""
        if isinstance(shift, dict):
            return shift
        both = enumerate(zip(shift.shift.tolist(), shift.shift_less.tolist(), strict=True))
        return {vertex: one * self._unit + other for vertex, (one, other) in both if one or other}

    def _now(self, part: Part) -> Now:
        """Lay out a part, if it is the first one or from before there were as many pairs."""
        if isinstance(part.shift, Now):
            return part.shift
        n, m = self.shape
        state, load = self._state.copy(), self._loads.copy()
        if part.changed:
            keys = np.fromiter(part.changed, np.int64, len(part.changed))
            at = np.searchsorted(self._keys, keys)
            more = 1 - 2 * state[at].astype(np.int64)
            np.add.at(load, keys // m, more)
            np.add.at(load, n + keys % m, more)
            state[at] ^= 1
        if part.settled:
            state[np.searchsorted(self._keys, np.fromiter(part.settled, np.int64, len(part.settled)))] = SETTLED
        shift = np.zeros((2, n + m + 1), np.int64)
        for vertex, by in part.shift.items():
            shift[:, vertex] = self._two(by)
        return Now(state, load, shift[0], shift[1])

    def _steps(self, now: Now, ends: NDArray[np.int64], at: NDArray[np.int64]) -> list[int]:
        """Return what the steps of a cycle cost, each between two ends and of the pair at a place."""
        web, (tail, head) = self._web, ends
        sign = np.where(tail < head, 1, -1)
        cost = sign * web.cost[at] + now.shift[tail] - now.shift[head]
        less = sign * web.less[at] + now.shift_less[tail] - now.shift_less[head]
        return [one * self._unit + other for one, other in zip(cost.tolist(), less.tolist(), strict=True)]

    def _two(self, number: int) -> tuple[int, int]:
        """Write a number as two; the first is cut off far beyond everything that is looked for."""
        first = (2 * number + self._unit) // (2 * self._unit)
        return max(-2 * MOST, min(first, 2 * MOST)), number - first * self._unit

    def _halved(self, numbers: list[int]) -> NDArray[np.int64]:
        return np.array([self._two(number) for number in numbers], np.int64).reshape(-1, 2).T.copy()


def unit(closeness: Closeness) -> int:
    """Return how many units of the last tier make one of those before it."""
    return closeness.scales[-2] if len(closeness.scales) > 1 else MOST


def most(closeness: Closeness, near: Near) -> int:
    """Return more than any matching costs: to change every pair and to move every place."""
    people = closeness.people()
    return sum(map(abs, near.costs)) + sum(closeness.table.shape) * sum(map(abs, (*people[0], *people[1])))


def fits(closeness: Closeness, near: Near) -> bool:
    """Say whether two numbers of 64 bits hold what is looked for, the second one that of the seed's tier."""
    limit = most(closeness, near) if near.limit is None else near.limit
    return closeness.levels[-1].kind == "ties" and limit // unit(closeness) < MOST


def _starts(people: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return where the pairs of each person begin, in the order of people."""
    return np.concatenate(([0], np.cumsum(count(people, size))))

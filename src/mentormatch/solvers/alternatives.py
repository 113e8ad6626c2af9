"""The next best matchings, whatever the tiers and the rules: none twice, none left out.

A matching is its set of pairs. The order is that of the tiers, one after the other, and
the hash of the pairs where all are equal. Tiers that are sums go by cheapest cycles
(:mod:`mentormatch.solvers.cycles`). Other tiers, and rules over several pairs, are solved again for
smaller and smaller parts of all matchings (Murty 1968; Lawler 1972) while these are few, or with a rule more for
every matching there was, by which it may not come again (Balas & Jeroslow 1972). Where such rules
hardly matter, most of the best matchings without them keep them: these are tried first.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mentormatch.network import Arcs, Linear, Short, Solution, TierResult
from mentormatch.solvers.closeness import SUMS, Closeness
from mentormatch.solvers.cycles import Ranking
from mentormatch.solvers.grid import most_pairs
from mentormatch.solvers.mixed import keeps_coupling, uncoupled
from mentormatch.solvers.reach import most, reached
from mentormatch.solvers.restrict import restricted
from mentormatch.solvers.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from mentormatch.network import Instance, Reached

_FEW = 16
"""Pairs of a matching up to which parts are solved again one by one: each of them is quick, and no rules pile up."""

_MISSES = 200
"""So many matchings in turn may break a rule over several pairs before the next one is found otherwise."""

_MANY = 1 << 60
"""More matchings than anybody asks for."""

Solve: TypeAlias = "Callable[[Instance], Solution]"
"""Solves an instance like the first one, with some pairs closed or some rules more."""


def next_best(
    instance: Instance, best: Solution, count: int, solve: Solve, *, coupled: bool, tick: Callable[[], None]
) -> Iterator[Solution]:
    """Price the best matching, and yield those after it in order, each when it is asked for.

    Parameters
    ----------
    instance
        The problem.
    best
        Its best matching, tier by tier.
    count
        How many there are to be at most, the best one included.
    solve
        Solves such an instance, or raises :class:`Short`.
    coupled
        Whether rules over several pairs matter.
    tick
        Called now and then; it may raise to end the work.

    Returns
    -------
    iterator of Solution
        With what its tiers reach; the bound of each is the most that a matching reaches that is as good in the
        tiers before, which are all among those that came before. Fewer than asked for if there are no more.

    Notes
    -----
    Where tiers are sums and nothing couples pairs, one matching more takes two searches for a
    cheapest cycle in the residual network; else it takes about as many solves as the
    matching has pairs, or one with rules that grow in number.
    """
    table = Table(instance)
    telling = _Telling(table, best, every=True)
    return map(telling.of, _ranked(table, best, count, solve, coupled=coupled, tick=tick))


def _ranked(
    table: Table, best: Solution, count: int, solve: Solve, *, coupled: bool, tick: Callable[[], None]
) -> Iterable[Arcs]:
    instance = table.instance
    if 0 in instance.shape or count < 2:
        return ()
    closeness = None if coupled else Closeness.of(table, best, tick)
    if closeness is not None:
        return Ranking(closeness, count, tick)
    if coupled and SUMS.issuperset(instance.objective):
        return _by_chance(instance, best, count, solve, tick)
    simple = not (instance.groups or instance.linear or instance.alike or instance.open_from)
    if simple and len(best.arcs.i) <= _FEW:
        return Parts(table, best, count, solve)
    return _by_rules(instance, [best.arcs], count, solve, lambda arcs: without(instance, arcs))


def _by_chance(
    instance: Instance, best: Solution, count: int, solve: Solve, tick: Callable[[], None]
) -> Iterator[Arcs]:
    """Yield those that keep the rules over several pairs of the best matchings without them, while it is not too few.

    What comes before the best one breaks a rule, as whatever is left out later.
    """
    free = uncoupled(instance)
    plain = solve(free)
    closeness = Closeness.of(Table(free), plain, tick)
    found, misses = [best.arcs], 0
    for arcs in chain([plain.arcs], () if closeness is None else Ranking(closeness, _MANY, tick)):
        if len(found) >= count:
            return
        misses = 0 if keeps_coupling(instance, arcs) else misses + 1
        if misses > _MISSES:
            break
        if not misses and not _same(arcs, best.arcs):
            found.append(arcs)
            yield arcs
    else:
        if closeness is not None:
            return
    yield from _by_rules(instance, found, count, solve, lambda arcs: without(instance, arcs))


def _same(one: Arcs, other: Arcs) -> bool:
    return set(zip(*map(np.ndarray.tolist, one), strict=True)) == set(zip(*map(np.ndarray.tolist, other), strict=True))


def different(instance: Instance, best: Solution, count: int, solve: Solve, changes: int) -> Iterator[Solution]:
    """Find matchings of which each lacks so many pairs at least of every one before it, each the best such.

    Parameters
    ----------
    instance
        The problem.
    best
        Its best matching, the first of them; it is not yielded.
    count
        How many there are to be at most, the best one included.
    solve
        Solves the instance with more rules of :attr:`Instance.linear <mentormatch.network.Instance.linear>`.
    changes
        The number of pairs.

    Returns
    -------
    iterator of Solution
        With what its tiers reach; the bounds are those for all matchings, similar ones too.
    """
    telling = _Telling(Table(instance), best, every=False)
    return map(telling.of, _by_rules(instance, [best.arcs], count, solve, lambda arcs: apart_from(arcs, changes)))


def without(instance: Instance, arcs: Arcs) -> Linear:
    """Return the rule that a matching is not this one: some pair of it is missing, or some other pair is made."""
    n, m = instance.shape
    i, j = np.nonzero(instance.allowed_block(slice(0, n), slice(0, m)))
    mine = np.isin(i * m + j, arcs.i * m + arcs.j)
    return Linear(i, j, np.where(mine, np.int64(1), np.int64(-1)), -len(i), len(arcs.i) - 1)


def apart_from(arcs: Arcs, changes: int) -> Linear:
    """Return the rule that a matching lacks so many of some pairs at least."""
    return Linear(arcs.i, arcs.j, np.ones(len(arcs.i), np.int64), 0, len(arcs.i) - changes)


def _by_rules(
    instance: Instance, before: list[Arcs], count: int, solve: Solve, rule: Callable[[Arcs], Linear]
) -> Iterator[Arcs]:
    """Solve again with one rule more for every matching there was."""
    rules = [rule(arcs) for arcs in before]
    while len(rules) < count and rules[-1].upper >= rules[-1].lower:
        solution = _solved(replace(instance, linear=(*instance.linear, *rules)), solve)
        if solution is None:
            return
        yield solution.arcs
        rules.append(rule(solution.arcs))


def _solved(instance: Instance, solve: Solve) -> Solution | None:
    try:
        return solve(instance)
    except Short:
        return None


class _Telling:
    """What matchings reach, tier by tier, against the best one.

    Parameters
    ----------
    table, best
        The problem and its best matching.
    every
        Whether each matching is told after all that are better.
    """

    def __init__(self, table: Table, best: Solution, *, every: bool) -> None:
        self._table, self._best, self._every = table, best, every
        self._tops: list[Any] = [tier.value for tier in best.tiers]

    def of(self, arcs: Arcs) -> Solution:
        """Tell one matching."""
        tiers: list[TierResult] = []
        as_good = True
        for place, tier in enumerate(self._best.tiers):
            value: Any = reached(self._table, tier.name, *arcs)
            self._tops[place] = max(self._tops[place], value)
            if as_good and value == tier.value:
                tiers.append(tier)
                continue
            # what is as good in the tiers before, and better here, came before; or nothing is known of it
            known = as_good or self._every
            tiers.append(TierResult(tier.name, value, self._tops[place] if known else self._most(tier.name, arcs)))
            as_good = False
        return Solution(arcs, tuple(tiers), self._best.ties, 1)

    def _most(self, name: str, arcs: Arcs) -> Reached:
        """Bound a tier by what no matching can exceed."""
        if name not in ("coverage", "total"):
            return most(self._table, name, len(arcs.i))
        pairs = most_pairs(self._table.instance)
        return pairs if name == "coverage" else pairs * int(most(self._table, "floor", 0))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class _Piece:
    """The matchings with all ``forced`` pairs and no ``closed`` one, and the best of them."""

    worth: tuple[Any, ...]
    made: frozenset[int]
    forced: frozenset[int]
    closed: frozenset[int]

    def __lt__(self, other: _Piece) -> bool:
        return self.worth > other.worth or (self.worth == other.worth and sorted(self.made) < sorted(other.made))


class Parts:
    """The matchings in order, by solving a part without its best matching in pieces.

    The first piece lacks the first pair of that matching, the second has the first and lacks the second,
    and so on; the last ones have all of them and one pair more. No two pieces share a matching.

    Parameters
    ----------
    table
        The problem.
    best, count, solve
        As for :func:`next_best`.
    """

    def __init__(self, table: Table, best: Solution, count: int, solve: Solve) -> None:
        self._instance, self._solve, self._wanted = table.instance, solve, count
        self._table, self._width = table, table.shape[1]
        self._ties = best.ties
        made = frozenset((best.arcs.i * self._width + best.arcs.j).tolist())
        self._first = _Piece((), made, frozenset(), frozenset())

    def __iter__(self) -> Iterator[Arcs]:
        """Yield the pairs of every matching after the best one."""
        ahead: list[_Piece] = []
        piece = self._first
        for _ in range(self._wanted - 1):
            for one in self._pieces(piece):
                heapq.heappush(ahead, one)
            if not ahead:
                return
            piece = heapq.heappop(ahead)
            yield self._arcs(piece.made)

    def _pieces(self, piece: _Piece) -> Iterator[_Piece]:
        """Solve all pieces of a part without its best matching."""
        forced, closed = piece.forced, piece.closed
        for key in sorted(piece.made - piece.forced):
            yield from self._piece(forced, closed | {key})
            forced |= {key}
        for key in self._room(piece):
            yield from self._piece(forced | {key}, closed)
            closed |= {key}

    def _room(self, piece: _Piece) -> list[int]:
        """Return the pairs that could be added to a matching, for all that the bounds of the two people say."""
        arcs = self._arcs(piece.made)
        n, m = self._instance.shape
        rows = np.flatnonzero(np.bincount(arcs.i, minlength=n) < self._instance.mentees.upper)
        columns = np.flatnonzero(np.bincount(arcs.j, minlength=m) < self._instance.mentors.upper)
        i, j = np.nonzero(self._instance.allowed_block(rows, columns))
        keys = (rows[i] * m + columns[j]).tolist()
        return sorted(set(keys) - piece.made - piece.closed)

    def _piece(self, forced: frozenset[int], closed: frozenset[int]) -> Iterable[_Piece]:
        part = restricted(self._instance, forced, closed)
        solution = None if part is None else _solved(part, self._solve)
        if solution is None:
            return ()
        made = forced | set((solution.arcs.i * self._width + solution.arcs.j).tolist())
        return (_Piece(self._worth(made), made, forced, closed),)

    def _worth(self, made: frozenset[int]) -> tuple[Any, ...]:
        arcs = self._arcs(made)
        values: list[Reached] = [reached(self._table, name, *arcs) for name in self._instance.objective]
        return (*values, int(self._instance.tie_pairs(*arcs).sum()) if self._ties else 0)

    def _arcs(self, made: Iterable[int]) -> Arcs:
        keys: NDArray[np.int64] = np.array(sorted(made), np.int64)
        return Arcs(keys // self._width, keys % self._width)

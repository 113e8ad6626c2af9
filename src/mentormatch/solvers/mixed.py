"""Rules over several pairs: quotas, hours, people who go together or apart, groups of at least so many.

First the problem is solved without them. If the result keeps them, it is the best there is,
and its prices prove it. Otherwise each tier is an integer programme on what the tiers before
it leave, see :mod:`mentormatch.solvers.ascent`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.errors import TimeLimit, UnsupportedProblem
from mentormatch.network import Arcs, Need, Short, Solution, TierResult
from mentormatch.solvers.ascent import EACH, Ascent, Part, best_columns
from mentormatch.solvers.climb import OutOfTime
from mentormatch.solvers.engine import FirstOf
from mentormatch.solvers.grid import most_pairs
from mentormatch.solvers.kept import distinct
from mentormatch.solvers.lap import Assignment
from mentormatch.solvers.lp import Transport
from mentormatch.solvers.programme import Auxiliary, Choice, Programme, exact_sum
from mentormatch.solvers.reach import PLACED, capacities, components, held_loads, held_score, most, reached
from mentormatch.solvers.rows import FREE, Between, GroupRow, stated_rows
from mentormatch.solvers.table import Table
from mentormatch.solvers.tiers import LARGEST_WITH_TIES, MOST_MADE_WITH_TIES, Clock, is_feasible, solve_tiers

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mentormatch.network import Form, Instance, Progress, Reached
    from mentormatch.solvers.engine import Engine
    from mentormatch.solvers.rows import Row
    from mentormatch.solvers.table import Kind

LARGEST = 1 << 25
"""Pairs, allowed or not, up to which rules over several of them are solved: all of them are held in memory."""

HEAVIEST = FREE >> 1
"""What the pairs of any matching weigh in a rule stays below this: a bound further out is none."""

FINEST = 1 << 52
"""The common denominator that the capacities may have in ``balance``."""


class Mixed:
    """Whatever couples pairs, by mixed-integer programming with bounds in whole numbers."""

    name = "milp"

    def supports(self, form: Form) -> bool:
        """Say whether the objective is one of tiers."""
        return Need.STABLE not in form.needs

    def solve(
        self,
        instance: Instance,
        *,
        warm: Solution | None = None,
        deadline: float | None = None,
        progress: Progress | None = None,
    ) -> Solution:
        """Solve every tier; see :class:`mentormatch.network.Solver`.

        Raises
        ------
        Short
            There is no matching; without rows where the minimums alone could be met.
        TimeLimit
            Time ran out before there was a matching that keeps every rule.
        UnsupportedProblem
            There are too many pairs, or too many different capacities for ``balance``.
        """
        return solve_coupled(instance, engine_for(instance), warm=warm, deadline=deadline, progress=progress)


def solve_coupled(
    instance: Instance,
    engine: Engine | None = None,
    *,
    warm: Solution | None = None,
    deadline: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Solve every tier under rules over several pairs; see :class:`Mixed`."""
    plain = solve_tiers(
        uncoupled(instance), engine or engine_for(instance), warm=warm, deadline=deadline, progress=progress
    )
    if keeps_coupling(instance, plain.arcs):
        return plain
    if 0 in instance.shape:
        nobody = np.empty(0, np.int64)
        raise Short(nobody, nobody)
    _check_size(instance)
    return _Climber(instance, plain, deadline, progress).solve()


def has_solution(instance: Instance, deadline: float | None = None) -> bool:
    """Say whether there is any matching under rules over several pairs, without looking for the best.

    Raises
    ------
    TimeLimit
        Time ran out before it was known.
    UnsupportedProblem
        There are too many pairs, or they weigh too much.
    """
    nobody = np.empty(0, np.int64)
    if 0 in instance.shape:
        return keeps_coupling(instance, Arcs(nobody, nobody))
    _check_size(instance)
    return _Climber(instance, Solution(Arcs(nobody, nobody), ()), deadline, None).feasible()


def engine_for(instance: Instance) -> Engine:
    """Choose who proposes matchings where nothing couples them."""
    if (instance.mentees.upper <= 1).all() and not (instance.mentees.lower.any() or instance.mentors.lower.any()):
        return FirstOf(Assignment(), Transport())
    return Transport()


def _check_size(instance: Instance) -> None:
    if instance.shape[0] * instance.shape[1] > LARGEST:
        msg = f"rules over several pairs are solved for up to {LARGEST:,} pairs, and these are more"
        raise UnsupportedProblem(msg)
    if any(row.heaviest * most_pairs(instance) >= HEAVIEST for row in stated_rows(instance)):
        msg = "the pairs that one rule weighs are so heavy that their weights cannot be added up in 60 bits"
        raise UnsupportedProblem(msg)


def is_coupled(instance: Instance) -> bool:
    """Say whether there is any rule over several pairs."""
    return bool(instance.apart or instance.alike or instance.groups or instance.linear or instance.open_from)


def keeps_rules(instance: Instance, arcs: Arcs) -> bool:
    """Say whether a matching keeps every bound and every rule, by counting."""
    return is_feasible(instance, arcs) and keeps_coupling(instance, arcs)


def uncoupled(instance: Instance) -> Instance:
    """Return the instance without any rule over several pairs."""
    return replace(instance, apart=(), alike=(), groups=(), linear=(), open_from=())


def keeps_coupling(instance: Instance, arcs: Arcs) -> bool:
    """Say whether some pairs keep every rule over several of them."""
    keys = np.sort(arcs.i * instance.shape[1] + arcs.j)
    for row in stated_rows(instance):
        if not row.lower <= exact_sum(row.weigh(keys)) <= row.upper:
            return False
    loads = np.bincount(arcs.j, minlength=instance.shape[1])
    if any(0 < loads[mentor] < k for mentor, k in instance.open_from):
        return False
    return not any(Between(instance).broken(keys, np.ones(len(keys)), 0.5))


class _Climber:
    """The tiers of one instance, one after the other."""

    def __init__(self, instance: Instance, plain: Solution, deadline: float | None, progress: Progress | None) -> None:
        self.instance, self.plain = instance, plain
        self.table = Table(instance)
        self.clock = Clock(deadline, progress, len(instance.objective) + 1)
        self.between = Between(instance)
        self.short, self.places = slice(0, 0), slice(0, 0)
        programme, best = self._build()
        self.ascent = Ascent(programme, best, self.between, self.clock, deadline)
        self.parts = [Part(programme, best)]
        self.ascent.hint = self._hint(programme)
        made = plain.arcs.i * instance.shape[1] + plain.arcs.j
        likely = best_columns(programme, self.ascent.hint, EACH)
        self.ascent.active = distinct(np.concatenate((likely, made[programme.open[made]])))

    def solve(self) -> Solution:
        """Climb."""
        names = self.instance.objective
        results: list[TierResult] = []
        if not self.feasible():
            nobody = np.empty(0, np.int64)
            raise Short(nobody, nobody)
        ties = len(self.ascent.programme.open) <= LARGEST_WITH_TIES
        ties = ties and most_pairs(self.instance) <= MOST_MADE_WITH_TIES
        try:
            for name in names:
                self._settle(name)
                results.append(self._told(name))
                self.clock.done = len(results)
            if ties and self.ascent.exact:
                self._step(lambda: self._costs("ties"))
            ties = ties and self.ascent.exact
        except OutOfTime:
            ties = False
        self.clock.report(len(names) + 1)
        results += [self._open(name, first=at == 0) for at, name in enumerate(names[len(results) :])]
        proof = "multipliers" if not self.ascent.searched else "branch and bound"
        if not self.ascent.exact:
            proof = "floating-point branch and bound"
        return Solution(self._arcs(), tuple(results), ties, max(1, self.ascent.rounds), proof)

    # --- building it --------------------------------------------------------------------------

    def _build(self) -> tuple[Programme, Choice]:
        """Write the instance down as a programme, and nothing chosen as its first solution."""
        instance, (n, m) = self.instance, self.instance.shape
        rows: list[Row] = stated_rows(instance)
        entries: list[tuple[int, int, int]] = []
        top: list[int] = []
        for mentor, k in instance.open_from:
            member = np.arange(m) == mentor
            entries += [(n + m + len(rows), len(top), -k), (n + m + len(rows) + 1, len(top), -n)]
            rows += [GroupRow(1, member, (n, m), 0, FREE), GroupRow(1, member, (n, m), -FREE, 0)]
            top.append(1)
        if "balance" in instance.objective:
            first = len(top)
            for mentor, size in enumerate(np.minimum(instance.mentors.upper, n).tolist()):
                entries += [(n + m + len(rows), len(top) + k, -1) for k in range(size)]
                rows.append(GroupRow(1, np.arange(m) == mentor, (n, m), 0, 0))
                top += [1] * size
            self.places = slice(first, len(top))
        lower = [*instance.mentees.lower.tolist(), *instance.mentors.lower.tolist(), *(row.lower for row in rows)]
        upper = [*np.minimum(instance.mentees.upper, m).tolist(), *np.minimum(instance.mentors.upper, n).tolist()]
        upper += [row.upper for row in rows]
        first, missing = len(top), []
        for number, (low, high) in enumerate(zip(lower, upper, strict=True)):
            lacking = max(low, 0) if low > 0 else min(high, 0)
            if lacking:
                entries.append((number, len(top), 1 if lacking > 0 else -1))
                top.append(abs(lacking))
                missing.append(abs(lacking))
        self.short = slice(first, len(top))
        aux = np.zeros(len(top), np.int64)
        aux[self.short] = missing
        allowed = np.concatenate([self.table.allowed(part).ravel() for part in self.table.slices()])
        nobody = np.empty(0, np.int64)
        programme = Programme(
            (n, m),
            tuple(rows),
            Auxiliary.of(entries, top),
            np.concatenate((self._possible(allowed), np.ones(len(top), bool))),
            Choice(nobody, np.zeros(len(top), np.int64)),
            np.array(lower, np.int64),
            np.array(upper, np.int64),
        )
        return programme, Choice(nobody, aux)

    def _hint(self, programme: Programme) -> NDArray[np.int64]:
        """Say what pairs are likely to be worth: their scores beyond the prices of the plain problem."""
        costs = self._costs("total")
        for tier in self.plain.tiers:
            if tier.name == "total" and tier.prices is not None:
                prices = np.zeros(len(programme.lower), np.int64)
                prices[: programme.people] = np.concatenate(tier.prices)
                costs = programme.reduced(costs, prices)
        return costs

    def _possible(self, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Close pairs that no matching can have: with one of two people who go together and not with the other."""
        table = allowed.reshape(self.instance.shape)
        before = -1
        while before != (before := int(np.count_nonzero(table))):
            for side, a, b in self.instance.alike:
                view = table if side == 0 else table.T
                view[[a, b]] = view[a] & view[b]
        return table.ravel()

    def feasible(self) -> bool:
        """Find any matching: make as little short as can be."""
        lower, upper = self.ascent.programme.lower, self.ascent.programme.upper
        if (lower > upper).any() or (lower >= HEAVIEST).any() or (upper <= -HEAVIEST).any():
            return False
        if self.short.start == self.short.stop:
            return True
        costs = self._costs(aux=-np.ones(self.short.stop - self.short.start, np.int64), at=self.short)
        out = False
        try:
            found = self._asked(costs)
        except OutOfTime:
            out = True
        if out:
            msg = "time ran out before there was a matching that keeps every rule"
            raise TimeLimit(msg)
        if not found:
            return False
        shut = np.arange(self.short.start, self.short.stop) + self.ascent.programme.cells
        self.ascent.programme = self.ascent.programme.closing(shut, shut[:0])
        self.parts = [Part(self.ascent.programme, self.ascent.best)]
        return True

    # --- tiers --------------------------------------------------------------------------------

    def _settle(self, name: str) -> None:
        """Settle one tier."""
        match name:
            case "coverage" | "total":
                self._step(lambda: self._costs("coverage" if name == "coverage" else "total"))
            case "floor" | "leximin":
                self._lowest(name)
            case "balance":
                self._step(lambda: self._costs(aux=self._uneven, at=self.places))
            case _:
                for part in components(self.instance, name):
                    self._step(partial(self._costs, part.weight))

    def _step(self, costs: Callable[[], NDArray[np.int64]]) -> None:
        """Settle one linear step in every part, and keep the parts that are the best in it."""
        found: list[tuple[int, list[Part]]] = []
        for part in self.parts:
            self._enter(part)
            own = costs()
            parts = self.ascent.maximise(own)
            found.append((self.ascent.value(own, parts[0].best), parts))
        self._keep(found)

    def _lowest(self, name: str) -> None:
        """Settle ``floor`` or ``leximin`` in every part, and keep the parts that are the best in it."""
        found: list[tuple[Reached, list[Part]]] = []
        for part in self.parts:
            self._enter(part)
            self._floor()
            parts = self._rungs(None) if name == "leximin" else [Part(self.ascent.programme, self.ascent.best)]
            found += [(reached(self.table, name, *self._arcs(one.best)), [one]) for one in parts]
        self._keep(found)

    def _enter(self, part: Part) -> None:
        self.ascent.programme, self.ascent.best = part

    def _keep(self, found: list[tuple[Any, list[Part]]]) -> None:
        top = max(value for value, _ in found)
        self.parts = [part for value, parts in found if value == top for part in parts]
        self._enter(self.parts[0])

    def _costs(
        self, kind: Kind | None = None, *, aux: NDArray[np.int64] | None = None, at: slice = slice(0, 0)
    ) -> NDArray[np.int64]:
        """Return what every column is worth: open and chosen pairs by kind, auxiliary columns as given."""
        programme = self.ascent.programme
        costs = np.zeros(len(programme.open), np.int64)
        if kind is not None:
            pairs = programme.open[: programme.cells].copy()
            pairs[self.ascent.best.keys] = True
            keys = np.flatnonzero(pairs)
            costs[keys] = self.table.pairs(kind, keys // programme.shape[1], keys % programme.shape[1])
        if aux is not None:
            costs[programme.cells :][at] = aux
        return costs

    @cached_property
    def _uneven(self) -> NDArray[np.int64]:
        """What each further partner of each mentor costs in ``balance``, in units of a common denominator."""
        own = capacities(self.instance).tolist()
        unit = lcm(*own)
        most_each = max(1, int(held_loads(self.instance).max(initial=0)) + self.instance.shape[0])
        if unit * 2 * most_each >= FINEST:
            msg = "the tier balance, beside rules over several pairs, needs capacities with a smaller common multiple"
            raise UnsupportedProblem(msg)
        sizes = np.minimum(self.instance.mentors.upper, self.instance.shape[0]).tolist()
        held = held_loads(self.instance).tolist()
        return np.array(
            [
                -(2 * (before + k) + 1) * (unit // capacity)
                for before, size, capacity in zip(held, sizes, own, strict=True)
                for k in range(size)
            ],
            np.int64,
        )

    def _scores(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the keys of open pairs and their scores."""
        keys = np.flatnonzero(self.ascent.programme.open[: self.ascent.programme.cells])
        m = self.instance.shape[1]
        return keys, self.table.pairs("total", keys // m, keys % m)

    def _of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        m = self.instance.shape[1]
        return self.table.pairs("total", keys // m, keys % m)

    def _floor(self) -> None:
        """Raise the lowest score as far as it goes, by halving the list of scores."""
        ascent = self.ascent
        settled = self._of(ascent.programme.base.keys)
        held = held_score(self.table)
        caps = [int(settled.min())] if len(settled) else []
        cap = min([*caps, *([] if held is None else [held])], default=None)
        levels = np.unique(self._scores()[1])
        if cap is not None:
            levels = np.append(levels[levels < cap], cap)
        if not len(ascent.programme.free(ascent.best).keys):
            return
        low, high = self._place(levels), len(levels)
        while low + 1 < high:
            middle = (low + high) // 2
            if self._reaches(int(levels[middle])):
                low = max(middle, self._place(levels))
            else:
                high = middle
        self._shut_between(None, int(levels[low]))

    def _place(self, levels: NDArray[np.int64]) -> int:
        """Find the highest of some scores that every free pair of the best solution reaches."""
        free = self._of(self.ascent.programme.free(self.ascent.best).keys)
        return int(np.searchsorted(levels, free.min(initial=levels[-1]), side="right")) - 1

    def _reaches(self, score: int) -> bool:
        """Say whether some solution has no free pair below a score, and move to it."""
        keys, scores = self._scores()
        costs = self._costs()
        costs[keys[scores < score]] = -1
        return self._asked(costs)

    def _asked(self, costs: NDArray[np.int64]) -> bool:
        """Say whether some solution is worth 0 at costs that are negative, and move to it.

        The programme stays as it was: what answers a question is but a part of it.
        """
        trial = self.ascent.fork()
        best = trial.maximise(costs, enough=0)[0].best
        self.ascent.rounds, self.ascent.exact, self.ascent.searched = trial.rounds, trial.exact, trial.searched
        self.ascent.active = trial.active
        if trial.value(costs, best) < 0:
            return False
        self.ascent.best = best
        return True

    def _shut_between(self, above: int | None, below: int) -> None:
        """Shut open pairs whose scores lie between two."""
        keys, scores = self._scores()
        shut = keys[(scores < below) & ((scores > above) if above is not None else True)]
        self.ascent.programme = self.ascent.programme.closing(shut, shut[:0])

    def _rungs(self, above: int | None) -> list[Part]:
        """Make as few pairs of each score as can be, lowest first, beginning above one."""
        while True:
            free = self._of(self.ascent.programme.free(self.ascent.best).keys)
            free = free[free > above] if above is not None else free
            if not len(free):
                return [Part(self.ascent.programme, self.ascent.best)]
            score = int(free.min())
            self._shut_between(above, score)
            keys, scores = self._scores()
            costs = self._costs()
            costs[keys[scores == score]] = -1
            parts = self.ascent.maximise(costs)
            above = score
            if len(parts) > 1:
                found = []
                for part in parts:
                    self._enter(part)
                    found += self._rungs(above)
                return found
            self._enter(parts[0])

    # --- telling ------------------------------------------------------------------------------

    def _arcs(self, best: Choice | None = None) -> Arcs:
        keys, m = (best or self.ascent.best).keys, self.instance.shape[1]
        return Arcs(keys // m, keys % m)

    def _value(self, name: str) -> Reached:
        return reached(self.table, name, *self._arcs())

    def _told(self, name: str) -> TierResult:
        value = self._value(name)
        return TierResult(name, value, value, searched=True)

    def _open(self, name: str, *, first: bool) -> TierResult:
        """Say of a tier that was not finished what there is and what there could be."""
        value = self._value(name)
        if name in ("coverage", "total", "least_change", PLACED) and isinstance(value, int):
            known = first and len(self.parts) == 1 and self.ascent.bound is not None
            bound = self.ascent.bound if known and self.ascent.bound is not None else self._above(name)
            return TierResult(name, value, max(value, bound))
        return TierResult(name, value, most(self.table, name, len(self.ascent.best.keys)))

    def _above(self, name: str) -> int:
        """Bound a linear tier from what is open alone."""
        kinds: dict[str, Kind] = {"coverage": "coverage", "total": "total"}
        kind = kinds[name] if name in kinds else components(self.instance, name)[0].weight
        bounds = [most_pairs(self.instance)] if name == "coverage" else []
        each = []
        here = Part(self.ascent.programme, self.ascent.best)
        for part in self.parts:
            self._enter(part)
            costs = self._costs(kind)
            none = np.zeros(len(part.programme.lower), np.int64)
            each.append(part.programme.bound(costs, none) + self.ascent.value(costs, part.programme.base))
        self._enter(here)  # what was reached when time ran out is told, and is the result
        return min([*bounds, max(each)])

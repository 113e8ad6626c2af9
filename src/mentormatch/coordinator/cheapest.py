"""The fewest units that make a problem feasible, among the steps that may be taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.coordinator.steps import after, steps_of
from mentormatch.network import Arcs, Short
from mentormatch.problem.coupling import UNIT
from mentormatch.problem.instance import form_of
from mentormatch.problem.members import refused, stated, with_groups
from mentormatch.problem.world import made_of, prepared_for
from mentormatch.solvers import choose
from mentormatch.solvers.elastic import Elastic, Soft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.coordinator.steps import Step
    from mentormatch.network import Instance
    from mentormatch.problem.setup import Setup
    from mentormatch.problem.sources import Source
    from mentormatch.solvers.elastic import Given


LARGE: Final = 20_000
"""Above this many pairs an elastic problem with room for everybody is too large to be solved at once."""


def cheapest(setup: Setup, some: Sequence[Step]) -> tuple[Step, ...] | None:
    """Find the fewest units in all that make a problem feasible.

    Parameters
    ----------
    setup
        The problem.
    some
        What may give way, and by how much; at most one rule about pairs.

    Returns
    -------
    tuple of Step or None
        What gives way by how much; None if all of it together is not enough.

    Raises
    ------
    UnsupportedProblem, TimeLimit
        As the solver does.
    """
    if _large(setup):
        some = _that_matter(setup, some)
        if some and all(step.kind == "maximum" for step in some):
            return _raised(setup, some)
    widest = max((step.units for step in some if step.kind == "maximum"), default=0)
    most, steps = min(1, widest), _within(setup, some, min(1, widest))
    while steps is None and most < widest:
        most *= 2
        steps = _within(setup, some, most)
    cost = sum(step.units for step in steps or ())
    # nothing cheaper has a step of more than it costs
    return steps if cost <= most or most >= widest else _within(setup, some, cost)


def _within(setup: Setup, some: Sequence[Step], most: int) -> tuple[Step, ...] | None:
    """Find the fewest units where no maximum rises by more than so many: each of these makes the problem larger."""
    capped = [replace(step, units=min(step.units, most)) if step.kind == "maximum" else step for step in some]
    found = _solved(setup, [step for step in capped if step.units])
    return None if found is None else found[0].read(found[0].elastic.read(found[1]))


def _solved(setup: Setup, some: Sequence[Step]) -> tuple[_Model, Arcs] | None:
    try:
        model = _Model(setup, some)
        if model.hopeless:
            return None
        instance = model.elastic.instance
        return model, choose(form_of(instance)).solve(instance).arcs
    except Short:
        return None


def _large(setup: Setup) -> bool:
    """Say whether there are so many pairs that maximums are better looked at apart; never beside rules over groups."""
    n, m = setup.roster.shape
    return n * m > LARGE and not setup.compiled.coupled


def _that_matter(setup: Setup, some: Sequence[Step]) -> list[Step]:
    """Leave out maximums where minimums may be lowered too, but of people who hold locks or have a larger minimum.

    Anybody else who has a pair beyond the maximum may as well not have it: that lowers the minimum of the
    partner by one at most, at the same cost.
    """
    if not any(step.kind == "minimum" for step in some):
        return list(some)
    held = {(0, pair.i) for pair in stated(setup)} | {(1, pair.j) for pair in stated(setup)}
    for side, bounds in enumerate((setup.compiled.mentee_bounds, setup.compiled.mentor_bounds)):
        held |= {(side, row) for row in np.flatnonzero(bounds[:, 0] > bounds[:, 1]).tolist()}
    return [step for step in some if step.kind != "maximum" or (step.side, step.row) in held]


def _raised(setup: Setup, some: Sequence[Step]) -> tuple[Step, ...] | None:
    """Find the fewest units by which maximums rise: as many as minimums would have to be lowered by.

    With as many places filled as can be, whoever is short is given one more partner for each place; each of
    these has as many as can be, or there would be one more place.
    """
    over = _beyond(setup, some)
    rest = after(setup, over)
    short = [step for step in steps_of(rest) if step.kind == "minimum"]
    found = _solved(rest, short)
    if found is None:
        return None
    model, arcs = found
    given = model.elastic.read(arcs)
    n, m = setup.roster.shape
    allowed = model.prepared.instance.allowed_block(slice(0, n), slice(0, m)).copy()
    real = (arcs.i < n) & (arcs.j < m)
    allowed[arcs.i[real], arcs.j[real]] = False
    units: dict[tuple[int, int], int] = {(step.side, step.row): step.units for step in over}
    most = {(step.side, step.row): step.units for step in some}
    orders = model.prepared.mentees.rows, model.prepared.mentors.rows
    for side in (0, 1):
        open_to = allowed if side == 0 else allowed.T
        for person in np.flatnonzero(given.lowered[side]).tolist():
            others = [(1 - side, row) for row in orders[1 - side][np.flatnonzero(open_to[person])].tolist()]
            free = [one for one in others if units.get(one, 0) < most.get(one, 0)]
            if len(free) < given.lowered[side][person]:
                return None
            # who has been raised least comes first
            for one in sorted(free, key=lambda one: units.get(one, 0))[: int(given.lowered[side][person])]:
                units[one] = units.get(one, 0) + 1
    return tuple(replace(step, units=by) for step in some if (by := units.get((step.side, step.row), 0)))


def _beyond(setup: Setup, some: Sequence[Step]) -> list[Step]:
    """Return by how much maximums must rise for locks and for minimums above them."""
    compiled, made = setup.compiled, made_of(setup.fixed)
    found = []
    for step in some:
        bounds = (compiled.mentee_bounds, compiled.mentor_bounds)[step.side]
        load = int((made[step.side] == step.row).sum()) if len(made[step.side]) else 0
        needed = max(load, int(bounds[step.row, 0])) - int(bounds[step.row, 1])
        if needed > 0:
            found.append(replace(step, units=min(needed, step.units)))
    return found


class _Model:
    """The elastic problem of some steps, and the way back."""

    def __init__(self, setup: Setup, some: Sequence[Step]) -> None:
        self.some = some
        bad = set(refused(setup))
        loose = {step.fixed: step for step in some if step.fixed is not None}
        held = tuple(pair for pair in stated(setup) if pair not in loose)
        self.hopeless = not bad.isdisjoint(held)
        self.locks = [pair for pair in stated(setup) if pair in loose and pair not in bad]
        if self.hopeless:
            return
        grouped = [source for source in setup.compiled.sources if source.coupled]
        # without rules over groups, pairs that stay are taken out: what is left is a plain flow
        taken = () if grouped else held
        bare = with_groups(replace(setup, fixed=taken), ())
        lifted = [pair for pair in (*self.locks, *(() if taken else held)) if pair.overrides]
        self.prepared = prepared_for(bare, lifted)
        before = opened = self.prepared.instance
        pair_rules = [step for step in some if step.kind == "pair_rule"]
        if pair_rules:
            opened = prepared_for(with_groups(after(bare, pair_rules), ()), lifted).instance
        self.fined = self._fined(before, opened)
        self.soft = [self._soft(_unbounded(bare), source) for source in grouped]
        self.sources = grouped
        sides = self.prepared.mentees.rows, self.prepared.mentors.rows
        self.elastic = Elastic(
            opened,
            *(
                tuple(self._units(kind, side)[rows] for side, rows in enumerate(sides))
                for kind in ("minimum", "maximum")
            ),
            locks=self._at(self.locks),
            fined=self.fined,
            soft=self.soft,
            must=self._at(held if grouped else ()),
        )

    def _units(self, kind: str, side: int) -> NDArray[np.int64]:
        units = np.zeros(len((self.prepared.mentees, self.prepared.mentors)[side].rows), np.int64)
        for step in self.some:
            if step.kind == kind and step.side == side:
                units[step.row] = step.units
        return units

    def _at(self, pairs: Sequence[object]) -> Arcs:
        made = made_of(pairs)  # type: ignore[arg-type]
        return Arcs(self.prepared.mentees.back(made.i), self.prepared.mentors.back(made.j))

    @staticmethod
    def _fined(before: Instance, opened: Instance) -> Arcs:
        if opened is before:
            return Arcs(np.empty(0, np.int64), np.empty(0, np.int64))
        everyone = slice(0, before.shape[0]), slice(0, before.shape[1])
        return Arcs(*np.nonzero(opened.allowed_block(*everyone) & ~before.allowed_block(*everyone)))

    def _soft(self, bare: Setup, source: Source) -> Soft:
        rules = prepared_for(with_groups(bare, [source])).instance
        most = {step.kind: step.units for step in self.some if step.source is source}
        return Soft(
            rules,
            down=most.get("quota_minimum", 0),
            up=most.get("quota_maximum", 0),
            drop="rule" in most,
            unit=UNIT,
        )

    def read(self, given: Given) -> tuple[Step, ...]:
        """Return the steps of a solution, in the order of the steps that were offered."""
        orders = self.prepared.mentees, self.prepared.mentors
        people = {"minimum": given.lowered, "maximum": given.raised}
        places = {id(source): at for at, source in enumerate(self.sources)}
        kept = dict(zip(map(id, self.locks), given.kept.tolist(), strict=True))
        found = []
        for step in self.some:
            if step.kind in people:
                units = int(people[step.kind][step.side][orders[step.side].back(np.array([step.row]))[0]])
            elif step.fixed is not None:
                units = int(not kept.get(id(step.fixed), False))
            elif step.kind == "pair_rule":
                units = given.fined
            else:
                by = {"quota_minimum": given.down, "quota_maximum": given.up, "rule": given.dropped}[step.kind]
                units = int(by[places[id(step.source)]])
            if units:
                found.append(replace(step, units=units))
        return tuple(found)


def _unbounded(setup: Setup) -> Setup:
    """Return the problem with no bounds on people but that there are only so many others: no rule is idle then."""
    sizes = setup.roster.shape
    sides = [np.tile(np.array([0, other], np.int64), (own, 1)) for own, other in zip(sizes, sizes[::-1], strict=True)]
    return replace(setup, compiled=replace(setup.compiled, mentee_bounds=sides[0], mentor_bounds=sides[1]), fixed=())

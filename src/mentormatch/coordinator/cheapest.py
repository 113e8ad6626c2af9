"""The fewest units that make a problem feasible, among the steps that may be taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.coordinator.steps import after
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
    most, steps = 1, None
    while steps is None and most // 2 < max((step.units for step in some), default=0):
        steps = _within(setup, some, most)
        most *= 2
    cost = sum(step.units for step in steps or ())
    # nothing cheaper has a step of more than it costs
    return steps if 2 * cost <= most else _within(setup, some, cost)


def _within(setup: Setup, some: Sequence[Step], most: int) -> tuple[Step, ...] | None:
    """Find the fewest units where nothing gives way by more than so many."""
    try:
        model = _Model(setup, [replace(step, units=min(step.units, most)) for step in some])
        if model.hopeless:
            return None
        instance = model.elastic.instance
        solution = choose(form_of(instance)).solve(instance)
    except Short:
        return None
    return model.read(model.elastic.read(solution.arcs))


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

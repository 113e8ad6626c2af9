"""What would make a problem feasible, cheapest first, each checked by solving."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.coordinator.cheapest import LARGE, cheapest
from mentormatch.coordinator.feasible import best, is_feasible
from mentormatch.coordinator.steps import Change, after, steps_of
from mentormatch.problem.irreducible import Spent
from mentormatch.problem.members import public_part
from mentormatch.problem.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mentormatch.coordinator.steps import Step
    from mentormatch.problem.members import Member
    from mentormatch.problem.setup import Setup

CONFIDENTIAL: Final = "a confidential rule (ask the register's owner)"
"""The one entry that stands for every confidential rule."""

_LOOKED_FOR: Final = 20
"""So many are looked for, also where fewer are asked for: the ones that are told are the cheapest of these."""

_MOST_PEOPLE: Final = 10
"""So many people of the other side are tried as the only ones whose maximum is raised."""


@dataclass(frozen=True, repr=False)
class Relaxation:
    """Changes that together make the problem feasible.

    Attributes
    ----------
    changes
        What gives way, each in words with its units.
    people
        The ids of the people concerned, sorted.
    cost
        How many units it is in all.
    coverage, total
        How many pairs the best matching then has, and what they score in all (coverage first); None for
        the entry that stands for confidential rules.
    text
        The changes in a sentence.
    """

    changes: tuple[Change, ...]
    people: tuple[str, ...]
    cost: int
    coverage: int | None
    total: float | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def __repr__(self) -> str:
        reached = "" if self.coverage is None else f", {self.coverage} pairs"
        return f"Relaxation({len(self.changes)} changes, cost {self.cost}{reached})"


def find_relaxations(setup: Setup, limit: int) -> tuple[Relaxation, ...]:
    """Find relaxations of each kind, and order them by cost and then by ids."""
    if is_feasible(setup):
        return ()
    found: dict[tuple[str, ...], Relaxation] = {}
    for steps in _proposed(setup):
        if len(found) == max(limit, _LOOKED_FOR):
            break
        changes = tuple(step.told(setup) for step in steps)
        key = tuple(change.text for change in changes)
        if key in found:
            continue
        reached = best(after(setup, steps))
        if reached is not None:
            found[key] = _told(changes, *reached)
    if is_feasible(public_part(setup)):
        found[(CONFIDENTIAL,)] = _told((Change("confidential", CONFIDENTIAL, (), 1),), None, None)
    return tuple(sorted(found.values(), key=_order)[:limit])


def _order(one: Relaxation) -> tuple[Any, ...]:
    confidential = any(change.kind == "confidential" for change in one.changes)
    return one.cost, confidential, not one.people, one.people, len(one.changes), one.text


def _told(changes: tuple[Change, ...], coverage: int | None, total: float | None) -> Relaxation:
    people = tuple(sorted({person for change in changes for person in change.people}))
    cost = sum(change.units for change in changes)
    return Relaxation(changes, people, cost, coverage, total, "; ".join(change.text for change in changes))


def _proposed(setup: Setup) -> Iterator[tuple[Step, ...]]:
    """Yield what may be enough: the cheapest of all, the cheapest of each kind, and single changes."""
    every = [step for step in _ordered(setup, steps_of(setup)) if step.kind != "pair_rule"]
    if setup.compiled.coupled and setup.roster.shape[0] * setup.roster.shape[1] > LARGE:
        every = _of_clashes(setup, every)
    kinds: tuple[Callable[[Step], bool], ...] = (
        lambda _: True,
        lambda step: step.kind == "minimum",
        lambda step: step.kind == "maximum",
        lambda step: step.kind == "lock",
        lambda step: step.source is not None,
    )
    for kind in kinds:
        yield from _enough(setup, [step for step in every if kind(step)])
    for step in steps_of(setup):
        if step.kind == "pair_rule":
            yield from _enough(setup, [step])
    yield from _singles(setup, every)


def _enough(setup: Setup, some: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    steps = cheapest(setup, some) if some else None
    if steps:
        yield steps


def _ordered(setup: Setup, steps: Sequence[Step]) -> list[Step]:
    """Order steps by ids, so that the listing order decides nothing."""
    told = {id(step): step.told(setup) for step in steps}
    return sorted(steps, key=lambda step: (told[id(step)].people, told[id(step)].text))


def _singles(setup: Setup, every: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """Yield single steps that are enough: of members of a clash, and of whom its people could be paired with."""
    world = World(setup)
    places = range(len(world.members))
    try:
        found = world.clash(places)
        if found is None or not world.fits([place for place in places if place not in found.places]):
            return
    except Spent:
        return
    high = _across(setup, [world.members[place] for place in found.places])
    raised = [step for step in every if step.kind == "maximum" and (step.side, step.row) in high]
    for step in raised[:_MOST_PEOPLE]:
        yield from _enough(setup, [step])
    for place in found.places:
        steps = [step for step in every if _is_of(step, world.members[place])]
        try:
            helps = world.fits([other for other in places if other != place])
        except Spent:
            return
        for step in steps if helps else ():
            # what is dropped, or lowered by the one unit that it has, is enough as it is
            yield from [(step,)] if step.units == 1 and step.source is None else _enough(setup, [step])


def _of_clashes(setup: Setup, every: Sequence[Step]) -> list[Step]:
    """Keep the steps that are about members of clashes of which no two share one: all of these together are enough."""
    world, used = World(setup), set[int]()
    with suppress(Spent):
        while found := world.clash([place for place in range(len(world.members)) if place not in used]):
            used.update(found.places)
            if not found.places:
                break
    members = [world.members[place] for place in sorted(used)]
    return [step for step in every if any(_is_of(step, member) for member in members)]


def _is_of(step: Step, member: Member) -> bool:
    """Say whether a step is about this member of a clash."""
    if step.fixed is not None or step.source is not None:
        return step.fixed == member.fixed and step.source is member.source
    return step.kind == member.kind == "minimum" and (step.side, step.row) == (member.side, member.row)


def _across(setup: Setup, members: Sequence[Member]) -> set[tuple[int, int]]:
    """Return whose maximum bears on a clash: whom its people may be paired with, and whom its locks hold."""
    compiled, everyone = setup.compiled, slice(None)
    found: set[tuple[int, int]] = set()
    for one in members:
        if one.fixed is not None:
            found |= {(0, one.fixed.i), (1, one.fixed.j)}
        elif one.kind == "minimum":
            row = np.array([one.row])
            block = (row, everyone) if one.side == 0 else (everyone, row)
            allowed = compiled.public.allowed(*block) & compiled.secret.allowed(*block)
            found |= {(1 - one.side, int(other)) for other in np.flatnonzero(allowed)} | {(one.side, one.row)}
    return found

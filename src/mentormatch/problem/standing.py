# ruff: noqa: SLF001  what problems remember is theirs, and this is part of them
"""A problem that was changed, solved from the prices of the one it came from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mentormatch.problem.instance import Allowed, reduced
from mentormatch.solvers.grid import CLOSED, exponent, quantise
from mentormatch.solvers.repair import TIERS, Change, Standing, worth_it

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance, Solution
    from mentormatch.problem.last import Trail
    from mentormatch.problem.problem import Problem
    from mentormatch.problem.roster import Roster
    from mentormatch.problem.setup import Setup


class Ready(NamedTuple):
    """A solved problem, laid out for changes.

    Attributes
    ----------
    standing
        Its matching and prices.
    slots
        The slot of everybody on each side, by row and by column.
    instance, exponent
        The problem that was laid out first, and its grid, which is everybody's.
    """

    standing: Standing
    slots: tuple[NDArray[np.int64], NDArray[np.int64]]
    instance: Instance
    exponent: int

    def solution(self, roster: Roster) -> Solution:
        """Tell what it found, by position."""
        mentees, mentors = (own[order.rows] for own, order in zip(self.slots, roster.orders, strict=True))
        return self.standing.solution((mentees, mentors))


def repaired(problem: Problem, objective: tuple[str, ...], seed: int) -> Ready | None:
    """Solve a changed problem from the last solve of the one it came from, or of one before that.

    Parameters
    ----------
    problem
        The problem.
    objective, seed
        The tiers, and what decides ties.

    Returns
    -------
    Ready or None
        None where there is nothing to begin with, or the change needs a solve of its own.
    """
    if objective not in TIERS:
        return None
    steps = []
    at = problem
    while (found := at._last.ready(objective, seed)) is None and (trail := at._last.trail) is not None:
        if at._setup.compiled.coupled:
            return None
        steps.append((at, trail))
        at = trail.problem
    if found is None and steps:
        found = _laid_out(at, objective, seed)
    for changed, trail in reversed(steps):
        found = None if found is None else _stepped(found, changed._setup, trail, seed)
        if found is not None:
            changed._last.lay_out(objective, seed, found)
    return found


def _laid_out(problem: Problem, objective: tuple[str, ...], seed: int) -> Ready | None:
    """Lay out a problem that was solved before."""
    solved = problem._last.solved
    if solved is None or not solved.plain or (solved.objective, solved.seed) != (objective, seed):
        return None
    if problem._setup.compiled.coupled or not all(tier.optimal for tier in solved.solution.tiers):
        return None
    prepared = solved.prepared()
    if not worth_it(prepared.instance):
        return None
    orders = prepared.mentees.rows, prepared.mentors.rows
    mentees, mentors = problem._setup.roster.hashes(seed)
    hashes = mentees[orders[0]], mentors[orders[1]]
    standing = Standing.of(prepared.instance, solved.solution, hashes)
    if standing is None:
        return None
    slots = prepared.mentees.back(np.arange(len(orders[0]))), prepared.mentors.back(np.arange(len(orders[1])))
    found = Ready(standing, slots, prepared.instance, exponent(prepared.instance))
    problem._last.lay_out(objective, seed, found)
    return found


def _stepped(ready: Ready, setup: Setup, trail: Trail, seed: int) -> Ready | None:
    """Repair one change; None where the grid moves, or pairs are fixed that were not."""
    compiled = setup.compiled
    lowest, highest = setup.scores.bounds
    ranged = replace(ready.instance, lowest=min(lowest, 0.0), highest=max(highest, 0.0), most_pairs=compiled.most_pairs)
    e = ready.exponent
    if 0 in setup.roster.shape or exponent(ranged) != e or not _same_fixed(setup, trail):
        return None
    before = trail.rows, trail.columns
    standing, *new = ready.standing.ready(*(int((own < 0).sum()) for own in before))
    if standing is not ready.standing:  # others who join the same problem find room too
        trail.problem._last.lay_out(ready.instance.objective, seed, ready._replace(standing=standing))
    slots, joined = [], []
    for side in (0, 1):
        fresh = before[side] < 0
        own = ready.slots[side][before[side]] if len(ready.slots[side]) else np.zeros(len(fresh), np.int64)
        own[fresh] = new[side]
        slots.append(own)
        joined.append(np.flatnonzero(fresh))
    _write(standing, setup, (slots[0], slots[1]), (joined[0], joined[1]), e, seed)
    lower, upper, gone = [], [], []
    for side, (bounds, name) in enumerate(((compiled.mentee_bounds, "i"), (compiled.mentor_bounds, "j"))):
        room = reduced(bounds, [getattr(pair, name) for pair in setup.fixed])
        numbers = np.zeros((2, standing.shared.weight.shape[side]), np.int64)
        numbers[:, slots[side]] = room.lower, room.upper
        lower.append(numbers[0])
        upper.append(numbers[1])
        left = np.ones(len(ready.slots[side]), bool)
        left[before[side][before[side] >= 0]] = False
        gone.append(ready.slots[side][left])
    change = Change(
        gone=(gone[0], gone[1]),
        joined=(slots[0][joined[0]], slots[1][joined[1]]),
        lower=(lower[0], lower[1]),
        upper=(upper[0], upper[1]),
        shut=(slots[0][trail.shut[0]], slots[1][trail.shut[1]]),
    )
    after = standing.after(change)
    return None if after is None else Ready(after, (slots[0], slots[1]), ready.instance, e)


def _same_fixed(setup: Setup, trail: Trail) -> bool:
    """Say whether pairs of people who stay are fixed as they were."""
    old = {(pair.i, pair.j) for pair in trail.problem._setup.fixed}
    if not old and not setup.fixed:
        return True
    now = {(int(trail.rows[pair.i]), int(trail.columns[pair.j])) for pair in setup.fixed}
    here = set(trail.rows.tolist()), set(trail.columns.tolist())
    still = {(i, j) for i, j in old if i in here[0] and j in here[1]}
    return {(i, j) for i, j in now if min(i, j) >= 0} == still


def _write(
    standing: Standing,
    setup: Setup,
    slots: tuple[NDArray[np.int64], NDArray[np.int64]],
    joined: tuple[NDArray[np.int64], NDArray[np.int64]],
    e: int,
    seed: int,
) -> None:
    """Write down what those who join weigh with everybody."""
    if not len(joined[0]) and not len(joined[1]):
        return
    allowed = Allowed(setup.compiled, setup.scores, setup.fixed)
    shared, everybody = standing.shared, tuple(np.arange(size) for size in setup.roster.shape)
    for side, own in enumerate(joined):
        if not len(own):
            continue
        shared.hashes[side][slots[side][own]] = setup.roster.hashes(seed)[side][own]
        rows, columns = (own, everybody[1]) if side == 0 else (everybody[0], own)
        a, b = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
        open_ = allowed.pairs(a, b).reshape(len(rows), len(columns))
        scores = np.where(open_, setup.scores.block(rows, columns), 0.0)
        weights = np.where(open_, quantise(scores, e), CLOSED)
        i, j = slots[0][rows], slots[1][columns]
        shared.weight[np.ix_(i, j)] = weights
        shared.turned[np.ix_(j, i)] = weights.T

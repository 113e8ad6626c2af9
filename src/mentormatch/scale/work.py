"""Matching one block: read its people, build the problem, solve it, and keep what counts.

On this machine a worker does all of it. A worker of a cluster only solves: it gets arrays, never people or
rules (:mod:`mentormatch.problem.away`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mentormatch.constraints import Alike, GroupBounds, LinearBound
from mentormatch.errors import DataWarning, MentorMatchError, UnsupportedProblem
from mentormatch.people import Pool, Reject
from mentormatch.people.headings import key
from mentormatch.problem import Problem
from mentormatch.problem.away import Task
from mentormatch.scale.components import Said
from mentormatch.scale.keys import Lines, Meets
from mentormatch.scale.store import SIDES, Row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mentormatch.matching import Matching, TierProof
    from mentormatch.network import Solver

_ACROSS = (Alike, GroupBounds, LinearBound)
"""What a rule may ask for that looks beyond a block."""


@dataclass(frozen=True, eq=False, repr=False)
class Ask:
    """What is asked of every block alike; rules may hold confidences, so the repr shows nothing.

    ``most_pairs`` is that of everybody: scores are then rounded in every block as they would be in the whole.
    """

    headings: tuple[tuple[str, ...], tuple[str, ...]]
    mapping: Mapping[str, str | None]
    scorers: Any
    rules: tuple[Any, ...]
    objective: tuple[str, ...]
    min_score: float | None
    on: date
    seed: int
    solver: str | Solver
    memory: int | None
    most_pairs: int = 0


@dataclass(frozen=True, eq=False, repr=False)
class Block:
    """The people of one block, as their files tell them, and what they said under the keys, a kind of person."""

    number: int
    mentees: list[Row]
    mentors: list[Row]
    said: tuple[Mapping[int, Said], Mapping[int, Said]]
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.mentees) + len(self.mentors)

    @property
    def pairs(self) -> int:
        """How many pairs there are, allowed or not."""
        return len(self.mentees) * len(self.mentors)


@dataclass(frozen=True, eq=False, repr=False)
class Done:
    """What is kept of a block: pairs and unmatched people in columns, tiers, and rows that could not be read."""

    pairs: dict[str, list[Any]]
    unmatched: dict[str, list[Any]]
    tiers: tuple[TierProof, ...]
    optimal: bool
    rejects: tuple[Reject, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Built:
    """A block ready to be solved, with the rows of its people in their files."""

    problem: Problem
    rows: tuple[Mapping[str, int], Mapping[str, int]]
    rejects: tuple[Reject, ...]


def match_all(ask: Ask, blocks: Sequence[Block]) -> list[Done | MentorMatchError]:
    """Match some blocks; an error of ours is returned, so that none is raised with people in its frames."""
    found: list[Done | MentorMatchError] = []
    for block in blocks:
        try:
            built = build(ask, block)
            matching = built.problem.solve(objective=ask.objective, solver=ask.solver, seed=ask.seed)
            found.append(kept(built, matching))
        except MentorMatchError as error:
            found.append(error.with_traceback(None))
    return found


def solve_all(tasks: Sequence[Task]) -> list[Any]:
    """Solve some tasks; None for one that failed, whatever it was: who sent it looks again."""
    found = []
    for task in tasks:
        try:
            found.append(task.solved())
        except Exception:  # noqa: BLE001  # nothing that a worker says goes any further
            found.append(None)
    return found


def build(ask: Ask, block: Block) -> Built:
    """Read the people of a block and build their problem."""
    sides = (block.mentees, block.mentors)
    tables = [
        [dict(zip(headings, row.cells, strict=True)) for row in side]
        for headings, side in zip(ask.headings, sides, strict=True)
    ]
    there = {key(heading) for headings, side in zip(ask.headings, sides, strict=True) if side for heading in headings}
    mapping = {heading: name for heading, name in ask.mapping.items() if key(heading) in there}
    pool = Pool.read(tables[1], tables[0], mapping=mapping)
    left = [_left(pool, side, rows) for side, rows in zip(SIDES, sides, strict=True)]
    meets = Meets(*(tuple(said[row.kind] for row in rows) for said, rows in zip(block.said, left, strict=True)))
    extra: list[Any] = [meets] if all(left) else []
    extra += [Lines(block.lines)] if block.lines else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # once a block would be thousands of times
        problem = Problem.build(
            pool,
            preset=None,
            scorers=ask.scorers,
            constraints=(*ask.rules, *extra),
            min_score=ask.min_score,
            on=ask.on,
            memory=ask.memory,
        )
    if any(isinstance(one.term, _ACROSS) for one in problem._setup.compiled.coupled):  # noqa: SLF001  # what rules ask
        raise UnsupportedProblem(
            "a rule counts people or pairs of several blocks together, so that blocks cannot be matched by themselves"
        )
    setup = problem._setup  # noqa: SLF001
    problem = replace(problem, _setup=replace(setup, compiled=replace(setup.compiled, most_pairs=ask.most_pairs)))
    ids = (pool.mentee_ids, pool.mentor_ids)
    rows = [{who: row.row for who, row in zip(own, side, strict=True)} for own, side in zip(ids, left, strict=True)]
    return Built(problem, (rows[0], rows[1]), tuple(_placed(reject, sides) for reject in pool.rejects))


def _left(pool: Pool, side: str, rows: list[Row]) -> list[Row]:
    """Return the rows that could be read."""
    gone = {reject.row for reject in pool.rejects if reject.side == side}
    return [row for position, row in enumerate(rows) if position not in gone]


def _placed(reject: Reject, sides: tuple[list[Row], list[Row]]) -> Reject:
    """Tell a reject by its row in the file."""
    row = sides[SIDES.index(reject.side)][reject.row].row
    faults = tuple(
        replace(fault, row=row, loc=tuple(row if part == reject.row else part for part in fault.loc))
        for fault in reject.faults
    )
    return replace(reject, row=row, faults=faults)


def kept(built: Built, matching: Matching) -> Done:
    """Keep what counts of the matching of a block."""
    mentee, mentor = built.rows
    pairs: dict[str, list[Any]] = {
        "mentee_row": [mentee[pair.mentee] for pair in matching],
        "mentor_row": [mentor[pair.mentor] for pair in matching],
        "mentee": [pair.mentee for pair in matching],
        "mentor": [pair.mentor for pair in matching],
        "score": [pair.score for pair in matching],
        "evidence": [pair.evidence for pair in matching],
    }
    alone = [("mentee", mentee[one.id], one) for one in matching.unmatched_mentees]
    alone += [("mentor", mentor[one.id], one) for one in matching.unmatched_mentors]
    unmatched: dict[str, list[Any]] = {
        "side": [side for side, _, _ in alone],
        "row": [row for _, row, _ in alone],
        "id": [one.id for _, _, one in alone],
        "reason": [str(one.reason) for _, _, one in alone],
    }
    certificate = matching.certificate
    return Done(pairs, unmatched, certificate.tiers, certificate.optimal, built.rejects)

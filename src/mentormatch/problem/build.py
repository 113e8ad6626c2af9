"""From people and a plan, or from an array, to the parts of a problem."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.constraints import NotSelf, Vetoes
from mentormatch.errors import Fault, InputError
from mentormatch.people import Note, Pool
from mentormatch.problem.aims import waiting
from mentormatch.problem.bounds import read_bounds
from mentormatch.problem.compiled import Compiled, compile_rules, most_pairs, read_rules
from mentormatch.problem.coupling import implied
from mentormatch.problem.fixing import Fixed, read_locks
from mentormatch.problem.mask import Mask
from mentormatch.problem.plan import Plan, plan_of, wrong_arguments
from mentormatch.problem.roster import Roster
from mentormatch.problem.setup import DEFAULT_MEMORY, Setup
from mentormatch.scoring import ScoreMatrix, weighted
from mentormatch.scoring.learned import told
from mentormatch.settings import DEFAULT_OBJECTIVE, EVEN_OBJECTIVE, WAITING_OBJECTIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.network import Progress
    from mentormatch.problem.given import Given


def assemble(given: Given, progress: Progress | None) -> Setup:
    """Return the setup of a problem made from people."""
    faults = list(wrong_arguments(given))
    plan = _collect(faults, lambda: plan_of(given.preset), Plan()).over_arguments(given)
    size = _collect(faults, lambda: memory_of(given.memory), DEFAULT_MEMORY)
    pool = _collect(faults, given.pool, None)
    rules = _collect(faults, lambda: read_rules(plan), ())
    _collect(faults, lambda: weighted(plan.scorers or {}), ())
    roster = None if pool is None else Roster.of_pool(pool)
    locks = () if roster is None else _collect(faults, lambda: read_locks(plan.locks, roster, plan.lock_place), ())
    if faults or pool is None or roster is None:
        raise InputError(faults)
    if progress:
        progress("read", 1, 1)
    compiled = compile_rules((NotSelf(), Vetoes(), *rules), pool, plan.min_score)
    scores = ScoreMatrix(pool.public(), plan.scorers or {}, memory=size, on=plan.on, progress=progress)
    settings = {
        "preset": plan.label,
        "scorers": {name: float(weight) for name, weight in scores.weights.items()},
        "min_score": compiled.min_score,
    }
    learned = told(plan.scorers)
    if learned is not None:
        settings["learned"] = learned
    return Setup(
        roster=roster,
        scores=scores,
        compiled=compiled,
        fixed=implied(merged(locks, compiled.fixed), [one.term for one in compiled.coupled]),
        pool=pool,
        objective=_tiers(plan, pool),
        seed=plan.seed,
        settings=settings,
        share=frozenset(plan.share),
        memory=size,
        notes=_notes(pool, scores, compiled),
    )


def _tiers(plan: Plan, pool: Pool) -> tuple[str, ...]:
    """Return what a solve aims for; the tiers for those who waited only where somebody did."""
    objective = plan.objective or DEFAULT_OBJECTIVE
    if objective not in (WAITING_OBJECTIVE, EVEN_OBJECTIVE) or waiting(pool):
        return objective
    return tuple(tier for tier in objective if tier != "priority")


def score_people(given: Given, progress: Progress | None) -> ScoreMatrix:
    """Return the scores of people, whatever the rules."""
    faults = list(wrong_arguments(given))
    plan = _collect(faults, lambda: plan_of(given.preset), Plan()).over_arguments(given)
    pool = _collect(faults, given.pool, None)
    _collect(faults, lambda: weighted(plan.scorers or {}), ())
    if faults or pool is None:
        raise InputError(faults)
    pool = pool.public()
    return ScoreMatrix(pool, plan.scorers or {}, memory=memory_of(given.memory), on=plan.on, progress=progress)


def assemble_scores(
    scores: Any,
    mentor_capacity: Any,
    mentee_demand: Any,
    forbidden: Any,
    locks: Any,
    mentors: Sequence[Any] | None,
    mentees: Sequence[Any] | None,
) -> Setup:
    """Return the setup of a problem made from an array."""
    matrix = ScoreMatrix.from_array(scores)
    shape = matrix.shape
    faults: list[Fault] = []
    nobody = np.zeros((0, 2), np.int64)
    mentor_bounds = _collect(faults, lambda: read_bounds(mentor_capacity, shape[1], "mentor_capacity"), nobody)
    mentee_bounds = _collect(faults, lambda: read_bounds(mentee_demand, shape[0], "mentee_demand"), nobody)
    closed = _collect(faults, lambda: _forbidden(forbidden, shape), None)
    roster = _collect(faults, lambda: Roster.of_ids(mentees, mentors, shape), None)
    if faults or roster is None:
        raise InputError(faults)
    unscored = matrix.unscored()
    i, j = np.nonzero(_either(closed, unscored))
    fixed = read_locks(listed(locks, "locks"), roster)
    refused = [pair for pair in fixed if pair.overrides and unscored is not None and unscored[pair.i, pair.j]]
    if refused:
        raise InputError([_no_score(roster, pair) for pair in refused])
    compiled = Compiled(
        public=Mask(shape, [(i, j)]),
        secret=Mask(shape),
        mentee_bounds=mentee_bounds,
        mentor_bounds=mentor_bounds,
        public_mentee_bounds=mentee_bounds,
        public_mentor_bounds=mentor_bounds,
        most_pairs=most_pairs(mentee_bounds, mentor_bounds),
    )
    return Setup(roster=roster, scores=matrix, compiled=compiled, fixed=fixed)


def _no_score(roster: Roster, pair: Fixed) -> Fault:
    who = f"{roster.mentee_ids[pair.i]} with {roster.mentor_ids[pair.j]}"
    return Fault(("locks",), "no_score", f"the override of {who} needs a score for that pair, and there is none")


def listed(given: Any, name: str) -> tuple[Any, ...]:
    """Return the things that an argument lists.

    Raises
    ------
    InputError
        It is a single thing, or nothing.
    """
    single = isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable)
    things = () if single else tuple(given)
    if single or (name == "locks" and things and all(isinstance(one, str) for one in things)):
        raise InputError(Fault((name,), "not_a_list", "must be a list, also where there is only one or none"))
    return things


def merged(by_hand: tuple[Fixed, ...], required: tuple[Fixed, ...]) -> tuple[Fixed, ...]:
    """Put locks and required pairs together, each pair once, in row order; what was placed by hand wins."""
    pairs = {(pair.i, pair.j): pair for pair in required} | {(pair.i, pair.j): pair for pair in by_hand}
    return tuple(pairs[rows] for rows in sorted(pairs))


def memory_of(memory: int | None) -> int:
    """Read the argument ``memory``."""
    if memory is None:
        return DEFAULT_MEMORY
    if isinstance(memory, bool) or not isinstance(memory, int) or memory < 1:
        raise InputError(Fault(("memory",), "bad_memory", "memory is a positive whole number of bytes"))
    return memory


def _collect(faults: list[Fault], read: Any, otherwise: Any) -> Any:
    """Return what ``read`` gives, or keep its faults for later, so that all are told at once."""
    try:
        return read()
    except InputError as error:
        faults.extend(error.faults)
        return otherwise


def _either(closed: NDArray[np.bool_] | None, unscored: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Put two tables of closed pairs together; where there is none, nothing is closed."""
    if closed is None:
        return np.zeros((0, 0), bool) if unscored is None else unscored
    return closed if unscored is None else closed | unscored


def _forbidden(forbidden: Any, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    if forbidden is None:
        return None
    table = None
    with contextlib.suppress(ValueError):
        table = np.asarray(forbidden)
    if table is None:
        raise InputError(Fault(("forbidden",), "wrong_shape", f"forbidden is a table of the shape {shape}"))
    if table.shape != shape:
        msg = f"forbidden has the shape {table.shape} and the scores have {shape}"
        raise InputError(Fault(("forbidden",), "wrong_shape", msg))
    if table.dtype != bool and not np.isin(table, (0, 1)).all():
        raise InputError(Fault(("forbidden",), "bad_forbidden", "forbidden is a table of True and False"))
    return table.astype(bool)


def _notes(pool: Pool, scores: ScoreMatrix, compiled: Compiled) -> tuple[Note, ...]:
    """Put together what was noticed about people, scores and rules."""
    of_scores = scores.notes if all(pool.shape) else ()  # nobody is there to answer anything
    return (*map(_telling, pool.notes), *of_scores, *compiled.notes, *_shortage(compiled), *_uncounted(pool))


def _telling(note: Note) -> Note:
    """Return a note of the pool as it may travel with a matching: confidential headings are counted, not named."""
    if note.code != "sensitive_heading":
        return note
    message = f"{note.count} headings that look confidential were not read, or are kept for the fairness audit only"
    return Note(note.code, message, note.count)


def _shortage(compiled: Compiled) -> tuple[Note, ...]:
    """Note that fewer places are offered than asked for."""
    mentees, mentors = compiled.public_mentee_bounds[:, 1], compiled.public_mentor_bounds[:, 1]
    wanted, places = int(np.minimum(mentees, len(mentors)).sum()), int(mentors.sum())
    if not len(mentees) or not len(mentors):
        side = "mentors" if len(mentees) else "mentees"
        return (Note("shortage", f"there are no {side}, so nobody can be matched", len(mentees) + len(mentors)),)
    if wanted <= places:
        return ()
    message = f"mentees ask for {wanted} places and mentors offer {places}: {wanted - places} cannot be filled"
    return (Note("shortage", message, wanted - places, ("capacity", "mentors_wanted")),)


def _uncounted(pool: Pool) -> tuple[Note, ...]:
    """Note answers that nothing looks at."""
    waited = int((pool.numbers("waited_rounds")[1] > 0).sum())
    if not waited:
        return ()
    message = f"{waited} mentors waited in earlier rounds; only the waiting of mentees counts"
    return (Note("not_read", message, waited, ("waited_rounds",)),)

"""What may be named where a problem clashes, and the parts of a problem that hold without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from mentormatch.problem.coupling import implied
from mentormatch.problem.mask import Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.setup import Setup
    from mentormatch.problem.sources import Source

_NO_LIMIT: Final = 1 << 60


@dataclass(frozen=True, eq=False)
class Member:
    """Something that may be named where it clashes: a minimum, a lock, or a public rule over a group.

    ``words`` is how it is told and ``people`` whom it is about. A minimum has the ``row`` of its person
    on ``side`` (0 mentees, 1 mentors), a lock has ``fixed`` and a rule has ``source``.
    """

    kind: Literal["minimum", "lock", "rule"]
    words: str
    people: tuple[str, ...]
    side: int = 0
    row: int = -1
    fixed: Fixed | None = None
    source: Source | None = None


def members_of(setup: Setup) -> tuple[Member, ...]:
    """List whatever may be named, in an order that depends on ids alone: minimums, locks, rules."""
    roster, compiled = setup.roster, setup.compiled
    minimums = [
        Member("minimum", f"{name} {ids[row]} at least {bounds[row, 0]}", (ids[row],), side, row)
        for side, (name, ids, bounds) in enumerate(
            (
                ("mentee", roster.mentee_ids, compiled.public_mentee_bounds),
                ("mentor", roster.mentor_ids, compiled.public_mentor_bounds),
            )
        )
        for row in sorted(np.flatnonzero(bounds[:, 0] > 0).tolist(), key=ids.__getitem__)
    ]
    pairs = [(roster.mentee_ids[pair.i], roster.mentor_ids[pair.j], pair) for pair in setup.fixed if not pair.secret]
    locks = [
        Member("lock", f"{mentee} with {mentor}", (mentee, mentor), fixed=pair)
        for mentee, mentor, pair in sorted(pairs, key=lambda pair: pair[:2])
    ]
    rules = [
        Member("rule", source.words, _concerned(source, setup), source=source)
        for source in compiled.sources
        if not source.confidential and source.coupled
    ]
    return (*minimums, *locks, *sorted(rules, key=lambda rule: (rule.words, rule.people)))


def _concerned(source: Source, setup: Setup) -> tuple[str, ...]:
    """Return the two people whom a rule is about, if it is about two; a rule over a group names nobody."""
    found: set[str] = set()
    for term in (one.term for one in source.coupled):
        rows = getattr(term, "a", None), getattr(term, "b", None)
        side = getattr(term, "side", None)
        if side is None or None in rows:
            return ()
        ids = setup.roster.mentee_ids if side == "mentees" else setup.roster.mentor_ids
        found.update(ids[row] for row in rows if row is not None)
    return tuple(sorted(found)) if len(found) <= 2 else ()


def public_part(setup: Setup) -> Setup:
    """Return the problem as if no confidential rule were there."""
    compiled = setup.compiled
    known = tuple(source for source in compiled.sources if not source.confidential)
    lifted = replace(
        compiled,
        secret=Mask(setup.roster.shape),
        secret_min_score=None,
        mentee_bounds=compiled.public_mentee_bounds,
        mentor_bounds=compiled.public_mentor_bounds,
        sources=known,
    )
    fixed = tuple(pair for pair in stated(setup) if not pair.secret)
    return with_groups(replace(setup, compiled=lifted, fixed=fixed), known)


def with_groups(setup: Setup, sources: Sequence[Source]) -> Setup:
    """Return the problem with the rules over groups of these sources alone, and what they imply; all else stays."""
    coupled = tuple(one for source in sources for one in source.coupled)
    fixed = implied(stated(setup), [one.term for one in coupled])
    return replace(setup, compiled=replace(setup.compiled, coupled=coupled), fixed=fixed)


def stated(setup: Setup) -> tuple[Fixed, ...]:
    """Return the fixed pairs that somebody asked for."""
    return tuple(pair for pair in setup.fixed if not pair.implied)


def refused(setup: Setup) -> tuple[Fixed, ...]:
    """Return the fixed pairs that a rule about pairs forbids; an override lifts public rules only."""
    return tuple(pair for pair in setup.fixed if not may_be(setup, pair))


def may_be(setup: Setup, pair: Fixed) -> bool:
    """Say whether every rule about pairs allows a fixed pair; an override lifts public rules only."""
    i, j = np.array([pair.i]), np.array([pair.j])
    compiled = setup.compiled
    allowed = bool(compiled.secret.allowed_pairs(i, j)[0])
    least = compiled.secret_min_score if pair.overrides else compiled.least
    if not pair.overrides:
        allowed &= bool(compiled.public.allowed_pairs(i, j)[0])
    return allowed and (least is None or bool(setup.scores.pairs(i, j)[0] >= least))


def openly(setup: Setup, pair: Fixed) -> bool:
    """Say whether every public rule about pairs allows a fixed pair, which an override does."""
    i, j = np.array([pair.i]), np.array([pair.j])
    least = setup.compiled.min_score
    allowed = bool(setup.compiled.public.allowed_pairs(i, j)[0])
    return bool(pair.overrides) or (allowed and (least is None or bool(setup.scores.pairs(i, j)[0] >= least)))


def secret_bounds(setup: Setup) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what confidential rules alone ask of people's bounds, by side and row."""
    sides = {"mentees": setup.compiled.mentee_bounds.copy(), "mentors": setup.compiled.mentor_bounds.copy()}
    for bounds in sides.values():
        bounds[:, 0], bounds[:, 1] = 0, _NO_LIMIT
    for source in setup.compiled.sources:
        for term in source.bounds if source.confidential else ():
            bounds = sides[term.side]
            np.maximum.at(bounds[:, 0], term.rows, term.min)
            np.minimum.at(bounds[:, 1], term.rows, term.max)
    return sides["mentees"], sides["mentors"]

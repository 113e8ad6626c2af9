"""Which minimums, locks and rules over groups clash: an irreducible set, told with the people's ids.

Rules about single pairs, confidential or not, are background and never named, and so is
whatever else was told in confidence: its absence from a message means nothing. Where public
rules alone make the clash, the message is made from them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.errors import Infeasible
from mentormatch.problem.instance import with_fixed
from mentormatch.problem.irreducible import Spent
from mentormatch.problem.members import public_part, refused
from mentormatch.problem.shortage import shortage
from mentormatch.problem.world import World, unsound
from mentormatch.solvers import STABLE, deferred_acceptance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mentormatch.network import Short
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.members import Member
    from mentormatch.problem.setup import Setup

BACKGROUND: Final = "together with the rules that are not shown"
"""How every message about a clash ends, whether there are any such rules or not."""

MINIMUMS: Final = "These minimums (3-5 asks for at least three, 5 for at most five)"

LOCKS: Final = "These locks cannot be kept"

NOTHING: Final = "The locks, minimums and rules cannot all be kept"
"""What is said where nothing that may be named is in the clash."""

_UNREDUCED: Final = " (the search was cut short: not all of these need be part of the clash)"

_MAX_SHOWN: Final = 20
"""So many people are spelt out in a message; all of them are in ``people``."""


def check(setup: Setup) -> None:
    """Refuse fixed pairs that a rule forbids, and what needs no solver to be seen as a clash.

    Raises
    ------
    Infeasible
        Naming what clashes, never a rule about a single pair.
    """
    wrong = [pair for pair in refused(setup) if not pair.implied]
    if wrong:
        raise Infeasible(*_of_locks(_pairs(setup, wrong)))
    if unsound(setup):
        raise clash_of(setup)


def clash_of(setup: Setup, deadline: float | None = None) -> Infeasible:
    """Return the error for a problem that has no matching, with an irreducible set of what may be named.

    The public world comes first: what is found there does not depend on anything told in
    confidence.

    Parameters
    ----------
    setup
        The problem.
    deadline
        A time of ``time.monotonic()``; past it the set is told as far as it is reduced.
    """
    for part in (public_part(setup), setup):
        world = World(part, deadline)
        try:
            found = world.clash()
        except Spent:
            continue
        if found is not None:
            members = [world.members[place] for place in found.places]
            known = shortage(part, members) if part is not setup else None
            return told(setup, members, reduced=found.reduced, shortage=known)
    return told(setup, world.members, reduced=False)


def told(setup: Setup, members: Sequence[Member], *, reduced: bool = True, shortage: str | None = None) -> Infeasible:
    """Return the error that names these members."""
    people = {one for member in members for one in member.people}
    return Infeasible(f"{words(setup, members, reduced=reduced, shortage=shortage)}, {BACKGROUND}.", people)


def words(setup: Setup, members: Sequence[Member], *, reduced: bool = True, shortage: str | None = None) -> str:
    """Say which members clash, without the end of the sentence."""
    cut = "" if reduced else _UNREDUCED
    kinds = {kind: [one for one in members if one.kind == kind] for kind in ("minimum", "lock", "rule")}
    minimums, locks, rules = kinds["minimum"], kinds["lock"], kinds["rule"]
    if not members:
        return NOTHING
    if rules:
        parts = [one.words for one in minimums]
        parts += [f"the lock {one.words}" for one in locks] + [f"the rule {one.words}" for one in rules]
        alone = "This cannot be kept" if len(parts) == 1 else "These cannot all be kept"
        return f"{alone}{cut}: {_some(parts)}"
    if minimums:
        beside = f", beside the locks {_some([one.words for one in locks])}" if locks else ""
        first = MINIMUMS if shortage is None else f"{shortage}: {MINIMUMS[0].lower()}{MINIMUMS[1:]}"
        return f"{first} cannot be met{cut}: {_some([one.words for one in minimums])}{beside}"
    fixed = [one.fixed for one in locks if one.fixed is not None]
    return _too_many(setup, fixed) or f"{LOCKS}{cut}: {_with(_pairs(setup, fixed))}"


def _of_locks(pairs: list[tuple[str, str]]) -> tuple[str, list[str]]:
    """Return the message for locks that cannot be kept, and whom they name."""
    named = f"{LOCKS}: {_with(pairs)}" if pairs else NOTHING
    return f"{named}, {BACKGROUND}.", [one for pair in pairs for one in pair]


def _too_many(setup: Setup, locks: Sequence[Fixed]) -> str | None:
    """Say that these locks are one more than somebody has places, if that is what they are."""
    roster, compiled = setup.roster, setup.compiled
    for name, ids, rows, bounds in (
        ("mentor", roster.mentor_ids, {pair.j for pair in locks}, compiled.public_mentor_bounds),
        ("mentee", roster.mentee_ids, {pair.i for pair in locks}, compiled.public_mentee_bounds),
    ):
        if len(rows) == 1:
            places = int(bounds[min(rows), 1])
            if places == len(locks) - 1:
                has = f"{name} {ids[min(rows)]} has {places} {'place' if places == 1 else 'places'}"
                msg = f"{has} and the locks ask for {len(locks)} or more: {_with(_pairs(setup, locks))}"
                return msg[0].upper() + msg[1:]
    return None


def _pairs(setup: Setup, fixed: Iterable[Fixed]) -> list[tuple[str, str]]:
    """Return the ids of fixed pairs that may be named, sorted: an error does not depend on the listing order."""
    roster = setup.roster
    return sorted((roster.mentee_ids[pair.i], roster.mentor_ids[pair.j]) for pair in fixed if not pair.secret)


def _with(pairs: Iterable[tuple[str, str]]) -> str:
    return _some([f"{mentee} with {mentor}" for mentee, mentor in pairs])


def _some(parts: list[str]) -> str:
    """List the first of many."""
    rest = len(parts) - _MAX_SHOWN
    return ", ".join(parts[:_MAX_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def minimums_missed(setup: Setup, prepared: Prepared, short: Short) -> Infeasible | None:
    """Return the error for minimums that no stable matching meets; None if the objective is another one.

    All stable matchings give each person equally many partners (the rural hospitals theorem; Roth,
    *On the allocation of residents to rural hospitals*, Econometrica 54, 1986), so that one tells.
    """
    if prepared.instance.objective != STABLE:
        return None
    people, parts = [], []
    for side, ids, rows, bounds in (
        ("mentee", setup.roster.mentee_ids, prepared.mentees.rows[short.mentees], setup.compiled.public_mentee_bounds),
        ("mentor", setup.roster.mentor_ids, prepared.mentors.rows[short.mentors], setup.compiled.public_mentor_bounds),
    ):
        named = [row for row in rows.tolist() if bounds[row, 0]]
        people += [ids[row] for row in named]
        parts += [f"{side} {ids[row]} at least {bounds[row, 0]}" for row in named]
    pairs = _pairs(setup, prepared.fixed) if _met_without_locks(setup, prepared, short) else []
    if not parts:
        return Infeasible(*_of_locks([]))
    beside = f", beside the locks {_with(pairs)}" if pairs else ""
    return Infeasible(
        f"{MINIMUMS} are missed in every stable matching: {_some(parts)}{beside}, {BACKGROUND}.",
        [*people, *(one for pair in pairs for one in pair)],
    )


def _met_without_locks(setup: Setup, prepared: Prepared, short: Short) -> bool:
    """Say whether these people's minimums are met once no pair is fixed."""
    if not prepared.fixed:
        return False
    instance = with_fixed(prepared, setup.scores, setup.compiled, ())
    loads = [
        np.bincount(side, minlength=size)
        for side, size in zip(deferred_acceptance(instance), instance.shape, strict=True)
    ]
    met = [
        loads[side][rows] >= bounds.lower[rows]
        for side, (rows, bounds) in enumerate(((short.mentees, instance.mentees), (short.mentors, instance.mentors)))
    ]
    return all(each.all() for each in met)

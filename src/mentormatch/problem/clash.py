"""Which minimums and locks clash: an irreducible set, named with the people's ids.

Rules about single pairs, confidential or not, are background: they are never named here,
so that their absence from a message means nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.errors import Infeasible
from mentormatch.network import Bounds, Instance, Short
from mentormatch.solvers import Feasibility

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.roster import Roster

BACKGROUND: Final = "together with the rules that are not shown"
"""How every message about a clash ends, whether there are any such rules or not."""

_MAX_FILTERED: Final = 400
"""Above this many minimums the set of a violated cut is named as it is."""


def check_fixed(fixed: Iterable[Fixed], closed: Iterable[Fixed], roster: Roster, upper: tuple[Bounds, Bounds]) -> None:
    """Refuse fixed pairs that a rule forbids, or that are more than somebody has places.

    Parameters
    ----------
    fixed
        All fixed pairs.
    closed
        Those that a rule forbids.
    roster
        Who is who.
    upper
        The bounds of mentees and of mentors.

    Raises
    ------
    Infeasible
        Naming the pairs, never the rule.
    """
    refused = [(roster.mentee_ids[pair.i], roster.mentor_ids[pair.j]) for pair in closed]
    if refused:
        told = ", ".join(f"{mentee} with {mentor}" for mentee, mentor in refused)
        raise Infeasible(
            f"These locks cannot be kept: {told}, {BACKGROUND}.", [one for pair in refused for one in pair]
        )
    fixed = tuple(fixed)
    sides = (
        ("mentee", [pair.i for pair in fixed], upper[0], roster.mentee_ids),
        ("mentor", [pair.j for pair in fixed], upper[1], roster.mentor_ids),
    )
    for side, rows, bounds, ids in sides:
        for row, count in sorted(Counter(rows).items()):
            if count > bounds.upper[row]:
                _too_many(side, row, int(bounds.upper[row]), fixed, roster, ids[row])


def _too_many(side: str, row: int, places: int, fixed: tuple[Fixed, ...], roster: Roster, one: str) -> None:
    """Name one lock more than there are places: no smaller set clashes."""
    mine = [pair for pair in fixed if row == (pair.i if side == "mentee" else pair.j)][: places + 1]
    pairs = [(roster.mentee_ids[pair.i], roster.mentor_ids[pair.j]) for pair in mine]
    told = ", ".join(f"{mentee} with {mentor}" for mentee, mentor in pairs)
    msg = f"{side} {one} has {places} places and the locks ask for {len(mine)} or more: {told}, {BACKGROUND}."
    raise Infeasible(msg[0].upper() + msg[1:], [one for pair in pairs for one in pair])


def minimums_clash(instance: Instance, short: Short, roster: Roster, fixed: tuple[Fixed, ...]) -> Infeasible:
    """Return the error for minimums that cannot all be met, with an irreducible set of them.

    A deletion filter (Chinneck & Dravnieks 1991): drop one minimum after the other and keep
    out whatever is not needed for the clash. Each step is one maximum flow.

    Parameters
    ----------
    instance
        The problem, without its fixed pairs.
    short
        The violated cut that the solver found.
    roster
        Who is who.
    fixed
        The fixed pairs, which may be a reason too.
    """
    mentees = [("mentee", int(row)) for row in np.flatnonzero(instance.mentees.lower > 0)]
    mentors = [("mentor", int(row)) for row in np.flatnonzero(instance.mentors.lower > 0)]
    everyone = mentees + mentors
    in_cut = {("mentee", int(row)) for row in short.mentees} | {("mentor", int(row)) for row in short.mentors}
    flow = Feasibility(instance)
    needed = [one for one in everyone if one in in_cut]
    if not needed or _fits(flow, instance, needed):
        needed = everyone
    if len(needed) <= _MAX_FILTERED:
        for one in list(needed):
            rest = [other for other in needed if other != one]
            if not _fits(flow, instance, rest):
                needed = rest
    return _told(needed, instance, roster, fixed)


def _fits(flow: Feasibility, instance: Instance, kept: list[tuple[str, int]]) -> bool:
    """Whether these minimums alone can be met."""
    sides = []
    for side, bounds in (("mentee", instance.mentees), ("mentor", instance.mentors)):
        lower = np.zeros_like(bounds.lower)
        rows = [row for which, row in kept if which == side]
        lower[rows] = bounds.lower[rows]
        sides.append(Bounds(lower, bounds.upper))
    return flow.short(*sides) is None


def _told(needed: list[tuple[str, int]], instance: Instance, roster: Roster, fixed: tuple[Fixed, ...]) -> Infeasible:
    own = {"mentee": Counter(pair.i for pair in fixed), "mentor": Counter(pair.j for pair in fixed)}
    lower = {"mentee": instance.mentees.lower, "mentor": instance.mentors.lower}
    ids = {"mentee": roster.mentee_ids, "mentor": roster.mentor_ids}
    people = [ids[side][row] for side, row in needed]
    parts = [f"{side} {ids[side][row]} at least {int(lower[side][row]) + own[side][row]}" for side, row in needed]
    shown = ", ".join(parts[:20]) + (f" and {len(parts) - 20} more" if len(parts) > 20 else "")
    locks = [
        (roster.mentee_ids[pair.i], roster.mentor_ids[pair.j])
        for pair in fixed
        if ("mentee", pair.i) in needed or ("mentor", pair.j) in needed
    ]
    beside = "" if not locks else ", beside the locks " + ", ".join(f"{a} with {b}" for a, b in locks)
    told = f"These minimums cannot be met: {shown}{beside}, {BACKGROUND}."
    return Infeasible(told, [*people, *(one for pair in locks for one in pair)])

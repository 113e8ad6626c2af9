"""Which minimums and locks clash: an irreducible set, named with the people's ids.

Rules about single pairs, confidential or not, are background: they are never named here,
so that their absence from a message means nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.errors import Infeasible
from mentormatch.network import Bounds
from mentormatch.problem.instance import with_fixed
from mentormatch.solvers import STABLE, Feasibility, deferred_acceptance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentormatch.network import Instance, Short
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup

BACKGROUND: Final = "together with the rules that are not shown"
"""How every message about a clash ends, whether there are any such rules or not."""

_MAX_FILTERED: Final = 400
"""Above this many minimums a clash is named as it is, reduced only as far as a few steps go."""

_MAX_SHOWN: Final = 20
"""So many people are spelt out in a message; all of them are in ``people``."""


def check_fixed(setup: Setup) -> None:
    """Refuse fixed pairs that a rule forbids, or that are more than somebody has places.

    Raises
    ------
    Infeasible
        Naming the pairs, never the rule.
    """
    roster, compiled = setup.roster, setup.compiled
    refused = [pair for pair in setup.fixed if not may_be(setup, pair)] or _sharing(setup)
    if refused:
        raise _refused(_pairs(setup, refused))
    sides = (
        ("mentee", [pair.i for pair in setup.fixed], compiled.mentee_bounds, roster.mentee_ids),
        ("mentor", [pair.j for pair in setup.fixed], compiled.mentor_bounds, roster.mentor_ids),
    )
    over = [
        (int(bounds[row, 1]), side, ids[row], [pair for pair, own in zip(setup.fixed, rows, strict=True) if own == row])
        for side, rows, bounds, ids in sides
        for row, count in Counter(rows).items()
        if count > bounds[row, 1]
    ]
    if over:
        # the fewest places first: whoever has none makes any larger set reducible
        places, side, one, mine = min(over, key=lambda found: found[:3])
        raise _too_many(f"{side} {one}", places, _pairs(setup, mine))


def _sharing(setup: Setup) -> list[Fixed]:
    """Return the first two fixed pairs by which two people share a partner against a rule."""
    for term in setup.compiled.not_both:
        of_mentees = term.side == "mentees"
        held = {(pair.i, pair.j) if of_mentees else (pair.j, pair.i): pair for pair in setup.fixed}
        for own, partner in held:
            if own == term.a and (term.b, partner) in held:
                return [held[term.a, partner], held[term.b, partner]]
    return []


def _refused(pairs: list[tuple[str, str]]) -> Infeasible:
    locks = f"These locks cannot be kept: {_with(pairs)}" if pairs else "The locks and rules cannot all be kept"
    return Infeasible(f"{locks}, {BACKGROUND}.", [one for pair in pairs for one in pair])


def may_be(setup: Setup, pair: Fixed) -> bool:
    """Say whether every rule allows a fixed pair; an override lifts public rules only."""
    i, j = np.array([pair.i]), np.array([pair.j])
    compiled = setup.compiled
    allowed = bool(compiled.secret.allowed_pairs(i, j)[0])
    least = compiled.secret_min_score if pair.overrides else compiled.least
    if not pair.overrides:
        allowed &= bool(compiled.public.allowed_pairs(i, j)[0])
    return allowed and (least is None or bool(setup.scores.pairs(i, j)[0] >= least))


def _too_many(who: str, places: int, pairs: list[tuple[str, str]]) -> Infeasible:
    """Name one lock more than there are places: no smaller set clashes."""
    pairs = pairs[: places + 1]
    if not pairs:
        return _refused(pairs)
    has = f"{who} has {places} {'place' if places == 1 else 'places'}"
    msg = f"{has} and the locks ask for {len(pairs)} or more: {_with(pairs)}, {BACKGROUND}."
    return Infeasible(msg[0].upper() + msg[1:], [one for pair in pairs for one in pair])


def _pairs(setup: Setup, fixed: Iterable[Fixed]) -> list[tuple[str, str]]:
    """Return the ids of fixed pairs that may be named, sorted: an error does not depend on the listing order."""
    roster = setup.roster
    return sorted((roster.mentee_ids[pair.i], roster.mentor_ids[pair.j]) for pair in fixed if not pair.secret)


def _with(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{mentee} with {mentor}" for mentee, mentor in pairs)


def minimums_clash(setup: Setup, prepared: Prepared, short: Short) -> Infeasible:
    """Return the error for minimums that cannot all be met, with an irreducible set of them and of locks.

    Locks come first: they are dropped by halves (QuickXplain, Junker 2004), so that none is
    named where minimums clash by themselves. Then a deletion filter (Chinneck & Dravnieks
    1991) drops one minimum after the other and keeps what the clash needs.

    Parameters
    ----------
    setup
        Who and what.
    prepared
        The instance, with every lock.
    short
        The violated cut that the solver found.
    """
    search = _Search(setup, prepared)
    everyone = [(0, int(row)) for row in np.flatnonzero(prepared.instance.mentees.lower > 0)]
    everyone += [(1, int(row)) for row in np.flatnonzero(prepared.instance.mentors.lower > 0)]
    in_cut = {(0, int(row)) for row in short.mentees} | {(1, int(row)) for row in short.mentors}
    roster = setup.roster
    locks = sorted(prepared.fixed, key=lambda pair: (roster.mentee_ids[pair.i], roster.mentor_ids[pair.j]))
    needed = [one for one in everyone if one in in_cut]
    if not needed or search.fits(needed, locks):
        needed = everyone
    locks = search.locks(needed, locks)
    # the shortest clashing beginning: a few steps that save the filter most of its own
    needed = needed[: bisect_left(range(len(needed)), True, key=lambda n: not search.fits(needed[:n], locks))]
    if len(needed) <= _MAX_FILTERED:
        for one in list(needed):
            rest = [other for other in needed if other != one]
            if not search.fits(rest, locks):
                needed = rest
    return _told(setup, prepared, needed, locks)


@dataclass
class _Search:
    """Asks which minimums, told by side and position, can be met beside which locks."""

    setup: Setup
    prepared: Prepared
    _last: tuple[tuple[Fixed, ...], Instance, Feasibility] | None = field(default=None, init=False)

    def fits(self, minimums: list[tuple[int, int]], locks: list[Fixed]) -> bool:
        """Say whether there is a matching with these locks and minimums; all maximums hold."""
        if self._last is None or self._last[0] != tuple(locks):
            instance = with_fixed(self.prepared, self.setup.scores, self.setup.compiled, locks)
            self._last = tuple(locks), instance, Feasibility(instance)
        _, instance, flow = self._last
        sides = []
        for side, bounds in enumerate((instance.mentees, instance.mentors)):
            lower = np.zeros_like(bounds.lower)
            rows = [row for which, row in minimums if which == side]
            lower[rows] = bounds.lower[rows]
            sides.append(Bounds(lower, bounds.upper))
        return flow.short(*sides) is None

    def locks(self, minimums: list[tuple[int, int]], locks: list[Fixed]) -> list[Fixed]:
        """Return an irreducible part of the locks beside which these minimums cannot be met."""
        return self._of(minimums, [], locks, fresh=True) if locks else []

    def _of(self, minimums: list[tuple[int, int]], kept: list[Fixed], some: list[Fixed], *, fresh: bool) -> list[Fixed]:
        if fresh and not self.fits(minimums, kept):
            return []
        if len(some) == 1:
            return some
        half = len(some) // 2
        later = self._of(minimums, kept + some[:half], some[half:], fresh=True)
        return self._of(minimums, kept + later, some[:half], fresh=bool(later)) + later


def rules_clash() -> Infeasible:
    """Return the error where the minimums could be met but for rules that are never named."""
    return Infeasible(f"The locks and minimums cannot all be kept, {BACKGROUND}.")


def _told(setup: Setup, prepared: Prepared, needed: list[tuple[int, int]], locks: list[Fixed]) -> Infeasible:
    roster, compiled = setup.roster, setup.compiled
    sides = (
        ("mentee", roster.mentee_ids, prepared.mentees, compiled.mentee_bounds),
        ("mentor", roster.mentor_ids, prepared.mentors, compiled.mentor_bounds),
    )
    people, parts = [], []
    for side, position in needed:
        name, ids, order, bounds = sides[side]
        row = order.rows[position]
        people.append(ids[row])
        parts.append(f"{name} {ids[row]} at least {bounds[row, 0]}")
    pairs = _pairs(setup, locks)
    beside = f", beside the locks {_with(pairs)}" if pairs else ""
    minimums = "These minimums (3-5 asks for at least three, 5 for at most five)"
    return Infeasible(
        f"{minimums} cannot be met: {_some(parts)}{beside}, {BACKGROUND}.",
        [*people, *(one for pair in pairs for one in pair)],
    )


def check_bounds(setup: Setup) -> None:
    """Refuse rules that leave somebody a minimum above the maximum.

    Raises
    ------
    Infeasible
        Naming everybody of one side.
    """
    sides = (
        ("mentee", setup.roster.mentee_ids, setup.compiled.mentee_bounds),
        ("mentor", setup.roster.mentor_ids, setup.compiled.mentor_bounds),
    )
    for side, ids, bounds in sides:
        wrong = sorted(ids[row] for row in np.flatnonzero(bounds[:, 0] > bounds[:, 1]))
        if wrong:
            msg = f"The rules leave {side} {_some(wrong)} a minimum above the maximum, {BACKGROUND}."
            raise Infeasible(msg, wrong)


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
        ("mentee", setup.roster.mentee_ids, prepared.mentees.rows[short.mentees], setup.compiled.mentee_bounds),
        ("mentor", setup.roster.mentor_ids, prepared.mentors.rows[short.mentors], setup.compiled.mentor_bounds),
    ):
        people += [ids[row] for row in rows]
        parts += [f"{side} {ids[row]} at least {bounds[row, 0]}" for row in rows]
    pairs = _pairs(setup, prepared.fixed) if _met_without_locks(setup, prepared, short) else []
    beside = f", beside the locks {_with(pairs)}" if pairs else ""
    minimums = "These minimums (3-5 asks for at least three, 5 for at most five)"
    return Infeasible(
        f"{minimums} are missed in every stable matching: {_some(parts)}{beside}, {BACKGROUND}.",
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

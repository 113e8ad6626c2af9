"""What holds together: an oracle over the minimums, locks and rules over groups of one problem.

A world is a problem as a reader may know it. In the public one no confidential rule exists;
in the whole one they all hold, whatever is dropped. Rules about a single pair, and everybody's
maximum, always hold in both.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from mentormatch.errors import TimeLimit, UnsupportedProblem
from mentormatch.network import Arcs, Short
from mentormatch.problem.aims import Aims
from mentormatch.problem.instance import prepare, with_fixed
from mentormatch.problem.irreducible import SMALL, Found, Spent, irreducible
from mentormatch.problem.members import members_of, refused, secret_bounds, stated, with_groups
from mentormatch.solvers import Feasibility, has_solution, is_coupled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.constraints import NotBoth
    from mentormatch.network import Bounds, Instance
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.irreducible import Fits
    from mentormatch.problem.setup import Setup
    from mentormatch.problem.sources import Source

_MOST_SOLVED: Final = 400
"""So often at most a problem with rules over groups is solved in one search …"""

_CELLS_SOLVED: Final = 50_000_000
"""… and so many pairs are looked at in all, but for a few times."""

_LEAST_SOLVED: Final = 30


def has_matching(setup: Setup, lifted: Sequence[Fixed] = (), deadline: float | None = None) -> bool:
    """Say whether a problem has any matching at all.

    Parameters
    ----------
    setup
        The problem.
    lifted
        Pairs that may be made whatever rules about pairs say.
    deadline
        A time of ``time.monotonic()``.

    Raises
    ------
    UnsupportedProblem, TimeLimit
        As the solver does.
    """
    if unsound(setup):
        return False
    instance = prepared_for(setup, lifted).instance
    sides = instance.mentees, instance.mentors
    if any(map(_crossed, sides)):
        return False
    return has_solution(instance, deadline) if is_coupled(instance) else Feasibility(instance).short(*sides) is None


def unsound(setup: Setup) -> bool:
    """Say whether a problem has no matching for a reason that needs no solver.

    Bounds cross, a fixed pair is forbidden, somebody has more fixed pairs than places, or two fixed pairs
    give people a partner together who may not share one.
    """
    compiled, made = setup.compiled, made_of(setup.fixed)
    if refused(setup):
        return True
    for held, bounds in zip(made, (compiled.mentee_bounds, compiled.mentor_bounds), strict=True):
        loads = np.bincount(held, minlength=len(bounds))
        if (bounds[:, 0] > bounds[:, 1]).any() or (loads > bounds[:, 1]).any():
            return True
    return any(_share(term, made) for term in compiled.not_both)


def _share(term: NotBoth, made: Arcs) -> bool:
    own, others = made if term.side == "mentees" else (made.j, made.i)
    return bool(np.isin(others[own == term.a], others[own == term.b]).any())


def made_of(fixed: Sequence[Fixed]) -> Arcs:
    """Return fixed pairs as listing rows."""
    return Arcs(np.array([pair.i for pair in fixed], np.int64), np.array([pair.j for pair in fixed], np.int64))


def prepared_for(setup: Setup, lifted: Sequence[Fixed] = ()) -> Prepared:
    """Make the instance with coverage as its only tier."""
    return prepare(
        setup.scores,
        setup.compiled,
        setup.roster,
        setup.fixed,
        aims=Aims.of(setup, ()),
        objective=("coverage",),
        seed=0,
        memory=setup.memory,
        lifted=lifted,
    )


class World:
    """Answers which members of a problem hold together, beside all that may not be named.

    Parameters
    ----------
    setup
        The problem, whole or its public part.
    deadline
        A time of ``time.monotonic()`` after which no more is solved.

    Attributes
    ----------
    members
        What may be named; members are told by their places in it.
    """

    def __init__(self, setup: Setup, deadline: float | None = None) -> None:
        self.setup, self.deadline = setup, deadline
        self.members = members_of(setup)
        self._background = [one for one in setup.compiled.sources if one.confidential and one.coupled]
        self._secret_bounds = secret_bounds(setup)
        self._stated = stated(setup)
        self._refused = frozenset(refused(setup))
        self._bare = with_groups(replace(setup, fixed=()), ())
        self._liftable = [pair for pair in self._stated if pair.overrides and pair not in self._refused]
        self._flow: tuple[tuple[Fixed, ...], Feasibility] | None = None
        n, m = setup.roster.shape
        self._left = min(_MOST_SOLVED, max(_LEAST_SOLVED, _CELLS_SOLVED // max(1, n * m)))

    @cached_property
    def _prepared(self) -> Prepared:
        return prepared_for(self._bare)

    # --- what clashes -------------------------------------------------------------------------

    def clash(self, among: Sequence[int] | None = None) -> Found | None:
        """Find an irreducible set of members that clash.

        Parameters
        ----------
        among
            The places of the members to look at; None: all of them.

        Returns
        -------
        Found or None
            Their places, and whether each is needed for the clash; None if they hold together.

        Raises
        ------
        Spent
            It could not be found out whether they hold together.
        """
        places = list(range(len(self.members)) if among is None else among)
        if self.fits(places):
            return None
        if len(places) > SMALL:
            unruled = self._narrowed([place for place in places if self.members[place].kind != "rule"])
            if not self.flows(unruled):
                found = _within(unruled, self.flows)
                if not self._background:
                    return found
                places = [*found.places]
        return _within(places, self.fits)

    def _narrowed(self, places: list[int]) -> list[int]:
        """Leave out the minimums that are in no violated cut, where the rest clashes all the same."""
        short = self._short(places)
        if not isinstance(short, Short):
            return places
        orders = self._prepared.mentees.rows, self._prepared.mentors.rows
        cut = {(0, row) for row in orders[0][short.mentees].tolist()}
        cut |= {(1, row) for row in orders[1][short.mentors].tolist()}
        of = self.members
        some = [place for place in places if of[place].kind == "lock" or (of[place].side, of[place].row) in cut]
        return places if self.flows(some) else some

    # --- what holds together ------------------------------------------------------------------

    def fits(self, places: Sequence[int]) -> bool:
        """Say whether there is a matching with these members; all maximums hold.

        Raises
        ------
        Spent
            Time ran out, or it was asked too often.
        """
        if not self.flows(places):
            return False
        sources = [source for place in places if (source := self.members[place].source) is not None]
        return not (sources or self._background) or self._solved(places, sources)

    def flows(self, places: Sequence[int]) -> bool:
        """Say whether there is a matching with these minimums and locks, rules over groups aside."""
        return self._short(places) is None

    def _short(self, places: Sequence[int]) -> Short | bool | None:
        """Return the cut that minimums and locks violate; True if they clash without one, None if they do not."""
        fixed = self._fixed(places)
        if not self._refused.isdisjoint(fixed):
            return True
        instance = self._instance(self._with_bounds(places), fixed)
        sides = instance.mentees, instance.mentors
        if any(_crossed(bounds) for bounds in sides):
            return True
        if self._flow is None or self._flow[0] != fixed:
            self._flow = fixed, Feasibility(instance, None if self._flow is None else self._flow[1].looked_at)
        return self._flow[1].short(*sides)

    def _solved(self, places: Sequence[int], sources: list[Source]) -> bool:
        """Say whether there is a matching with these members, by solving."""
        if not self._left:
            raise Spent
        self._left -= 1
        fixed = self._fixed(places)
        bare = replace(self._with_bounds(places), fixed=fixed)
        setup = with_groups(bare, [*self._background, *sources])
        lifted = [pair for pair in self._liftable if pair not in fixed]
        answer = None
        with suppress(TimeLimit, UnsupportedProblem):
            answer = has_matching(setup, lifted, self.deadline)
        if answer is None:
            raise Spent
        return answer

    def _fixed(self, places: Sequence[int]) -> tuple[Fixed, ...]:
        """Return the pairs that these members and confidential rules fix."""
        secret = [pair for pair in self._stated if pair.secret]
        return (*secret, *(pair for place in places if (pair := self.members[place].fixed) is not None))

    def _with_bounds(self, places: Sequence[int]) -> Setup:
        """Return the problem without rules over groups and without the minimums that are not among these."""
        old = self._bare.compiled
        least = [bounds[:, 0].copy() for bounds in self._secret_bounds]
        public = old.public_mentee_bounds, old.public_mentor_bounds
        for place in places:
            one = self.members[place]
            if one.kind == "minimum":
                least[one.side][one.row] = max(least[one.side][one.row], public[one.side][one.row, 0])
        mentees, mentors = (
            np.stack([lower, bounds[:, 1]], axis=1)
            for lower, bounds in zip(least, (old.mentee_bounds, old.mentor_bounds), strict=True)
        )
        return replace(self._bare, compiled=replace(old, mentee_bounds=mentees, mentor_bounds=mentors))

    def _instance(self, setup: Setup, fixed: tuple[Fixed, ...]) -> Instance:
        lifted = replace(self._prepared, fixed=tuple(pair for pair in self._liftable if pair not in fixed))
        return with_fixed(lifted, setup.scores, setup.compiled, fixed)


def _crossed(bounds: Bounds) -> bool:
    return bool((bounds.lower > bounds.upper).any() or (bounds.upper < 0).any())


def _within(places: list[int], fits: Fits) -> Found:
    """Search among these places alone."""
    found = irreducible(len(places), lambda some: fits([places[one] for one in some]))
    return Found(tuple(places[one] for one in found.places), found.reduced)

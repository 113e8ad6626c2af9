"""The audit: one object to ask, one file per question behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from mentormatch.coordinator.clashes import find_clashes
from mentormatch.coordinator.relaxations import find_relaxations
from mentormatch.errors import Fault, InputError, StateError
from mentormatch.matching import Matching
from mentormatch.problem import Problem

if TYPE_CHECKING:
    from mentormatch.coordinator.clashes import Clash
    from mentormatch.coordinator.relaxations import Relaxation
    from mentormatch.problem.setup import Setup

MOST_CLASHES = 20
"""So many clashes are looked for unless told otherwise."""

MOST_RELAXATIONS = 20
"""So many relaxations are looked for unless told otherwise."""


@dataclass(frozen=True, eq=False, repr=False)
class Audit:
    """What a coordinator may ask about a problem and a matching; made by :func:`audit`.

    It holds what was told in confidence, as the problem does: keep it where that is kept. Its
    repr, and that of what it gives, shows counts only, since notebooks are handed on.
    """

    problem: Problem
    matching: Matching | None = None

    def clashes(self, *, limit: int = MOST_CLASHES) -> tuple[Clash, ...]:
        """List what cannot be kept together.

        Each clash is an irreducible set of minimums, locks and public rules over groups: it can
        be kept as soon as any of its members is dropped. No member is in two of the clashes that are
        listed. Those that public rules alone make come first; of the others it is said that a
        confidential rule is part of it, and never which.

        Parameters
        ----------
        limit
            At most so many.

        Returns
        -------
        tuple of Clash
            Empty exactly if the problem has a matching.

        Raises
        ------
        UnsupportedProblem
            No solver can do what the problem needs.
        InputError
            ``limit`` is no positive whole number.

        Notes
        -----
        Junker, *QuickXplain*, AAAI 2004; Chinneck & Dravnieks, ORSA Journal on Computing 3, 1991.
        A clash of minimums and locks takes a maximum flow per question, one with rules over
        groups a solve; the number of those is bounded, and a set that could not be reduced
        within it says so.

        Examples
        --------
        >>> import mentormatch as mm
        >>> problem = mm.Problem.from_scores([[0.5], [0.5]], mentee_demand=(1, 1))
        >>> mm.audit(problem).clashes()[0].members
        ('mentee 0 at least 1', 'mentee 1 at least 1')
        """
        return find_clashes(self._setup, _positive(limit))

    def relaxations(self, *, limit: int = MOST_RELAXATIONS) -> tuple[Relaxation, ...]:
        """List what would make the problem feasible, cheapest first.

        A lock is dropped, a minimum lowered, a maximum raised, a quota widened, a public rule
        dropped, or several of these at once. The cost is the number of units: places, locks, rules, and
        for a rule about pairs the pairs it forbids that have to be made. The first is the cheapest there
        is; after it come the cheapest of each kind, and the single changes that are enough.
        Each was checked by solving the problem that it leaves.

        Parameters
        ----------
        limit
            At most so many.

        Returns
        -------
        tuple of Relaxation
            Ordered by cost, then by the ids of the people concerned, those about nobody last. Empty if it has a
            matching, or if nothing that may be named is enough. That lifting every confidential
            rule would be enough is one constant entry, the last of its cost.

        Raises
        ------
        UnsupportedProblem
            No solver can do what the problem needs.
        InputError
            ``limit`` is no positive whole number.

        Notes
        -----
        An elastic problem (Brown & Graves 1975), solved exactly: for minimums alone, a maximum flow.

        Examples
        --------
        >>> import mentormatch as mm
        >>> problem = mm.Problem.from_scores([[0.9], [0.5]], mentee_demand=(1, 1))
        >>> for one in mm.audit(problem).relaxations():
        ...     print(one.cost, one.text)
        1 lower the minimum of mentee 0 from 1 to 0
        1 raise the maximum of mentor 0 from 1 to 2
        1 lower the minimum of mentee 1 from 1 to 0
        """
        return find_relaxations(self._setup, _positive(limit))

    @property
    def _setup(self) -> Setup:
        return self.problem._setup  # noqa: SLF001  the coordinator's view knows what the problem knows

    def __repr__(self) -> str:
        n, m = self._setup.roster.shape
        made = "" if self.matching is None else f", {len(self.matching)} pairs"
        return f"Audit({n} mentees, {m} mentors{made})"

    def __reduce__(self) -> NoReturn:
        msg = "An Audit holds what was told in confidence and cannot be pickled; keep the people and the settings."
        raise StateError(msg)


def audit(problem: Problem, matching: Matching | None = None) -> Audit:
    """Look at a problem as whoever runs the programme may: for coordinators only.

    Parameters
    ----------
    problem
        Any problem, one that clashes too.
    matching
        A matching of it, where a question is about one.

    Returns
    -------
    Audit
        Ask it for ``clashes()`` and ``relaxations()``. Nothing is computed before.

    Raises
    ------
    InputError
        Not a problem, or not a matching.

    Examples
    --------
    >>> import mentormatch as mm
    >>> problem = mm.Problem.from_scores([[0.5, 0.4]])
    >>> mm.audit(problem)
    Audit(1 mentees, 2 mentors)
    >>> mm.audit(problem).clashes()
    ()
    """
    if not isinstance(problem, Problem):
        raise InputError(Fault(("problem",), "not_a_problem", "audit(problem) takes a Problem"))
    if matching is not None and not isinstance(matching, Matching):
        raise InputError(Fault(("matching",), "not_a_matching", "matching is a Matching, or None"))
    return Audit(problem, matching)


def _positive(limit: int) -> int:
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InputError(Fault(("limit",), "bad_limit", "limit is a positive whole number"))
    return limit

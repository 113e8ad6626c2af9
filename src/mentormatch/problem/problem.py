"""The problem: people's scores, the rules, and what can be asked of both."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from mentormatch.errors import (
    CertificateError,
    DataWarning,
    Fault,
    Infeasible,
    InputError,
    StateError,
    without_frames,
)
from mentormatch.matching import Matching
from mentormatch.network import Progress, Short, Solution, Solver
from mentormatch.people import Pool, Request
from mentormatch.problem.aims import Aims
from mentormatch.problem.alternatives import Search, Watch, counted, refuse_stable
from mentormatch.problem.asking import solver_for
from mentormatch.problem.build import assemble, assemble_scores, listed
from mentormatch.problem.changes import Reading
from mentormatch.problem.clash import check, clash_of, minimums_missed
from mentormatch.problem.given import Given
from mentormatch.problem.influences import influence_of
from mentormatch.problem.instance import Prepared, prepare
from mentormatch.problem.last import Last, Solved, Trail
from mentormatch.problem.placing import lifted, placed_before, placed_in, rows_of
from mentormatch.problem.plan import UNSET, Unset
from mentormatch.problem.progress import announce
from mentormatch.problem.proof import proof_of
from mentormatch.problem.record import Record, Run
from mentormatch.problem.rematching import Before, check_matching, check_previous, rematch_tiers
from mentormatch.problem.result import Teller, pairs_before
from mentormatch.problem.setup import Setup
from mentormatch.problem.stable import blocking_ids, proved
from mentormatch.problem.standing import repaired
from mentormatch.problem.update import updated
from mentormatch.problem.verify import check_certificate
from mentormatch.solvers import STABLE, check_objective, keeps_rules

if TYPE_CHECKING:
    from datetime import date

    from mentormatch.evaluation import Influence
    from mentormatch.matching import Certificate
    from mentormatch.people import Note
    from mentormatch.problem.fixing import Fixed
    from mentormatch.scoring import ScoreMatrix
    from mentormatch.settings import Settings

GRAVE: Final = frozenset({"no_criteria", "rows_rejected"})
"""Notes that are warned of too: people are missing, or chance alone decides."""


@dataclass(frozen=True, eq=False, repr=False)
class Problem:
    """A matching problem, ready to be solved as often as wanted; it knows the rules.

    Made by :meth:`build` from people or by :meth:`from_scores` from an array. Immutable and
    safe to use from several threads. It holds what was told in confidence: keep it where
    the data of the programme are kept (it cannot be pickled, and its repr shows counts only).
    """

    _setup: Setup
    _given: Given | None = None
    _last: Last = field(default_factory=Last)

    @property
    def scores(self) -> ScoreMatrix:
        """The scores of all pairs: the analyst's, not the participants'."""
        return self._setup.scores

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was noticed about the data, from public data alone."""
        return self._setup.notes

    # --- making one ---------------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        mentors: Any,
        mentees: Any = None,
        *,
        scorers: Any = None,
        constraints: Iterable[Any] = (),
        locks: Iterable[Any] = (),
        min_score: float | None = None,
        on: date | None = None,
        memory: int | None = None,
        preset: str | Mapping[str, float] | Settings | Unset | None = UNSET,
        progress: Any = None,
    ) -> Problem:
        """Build a problem from people.

        Parameters
        ----------
        mentors, mentees
            Iterables of :class:`Mentor` and :class:`Mentee` or of mappings, any DataFrame that
            narwhals reads, or a :class:`Pool` or :class:`Request` alone.
        scorers
            ``{scorer or its name: weight}``; replaces the preset's.
        constraints
            Rules, as objects or as ``{"rule": name, …}``; added to the preset's.
        locks
            Pairs that must be in the result: ``(mentee id, mentor id)``, Lock or Override.
        min_score
            Pairs scoring below it are not made.
        on
            Date at which expiry, hours and daylight saving are read; None: today, read once.
        memory
            Bytes that one block of scores may take; 64 MiB.
        preset
            Scorers, rules and tiers together: a name, ``{name: weight}`` to mix several, or
            :class:`Settings`; ``"development"`` unless given, None for none.
        progress
            True for a bar, or ``callable(stage, done, total)``, which may raise :class:`Cancelled`.

        Raises
        ------
        InputError
            Everything that is wrong with people, rules, scorers and locks. A clash is told by
            :meth:`solve`, so that a clashing problem can still be looked at.

        Examples
        --------
        >>> import mentormatch as mm
        >>> problem = mm.Problem.build([{"id": "Mia"}], [{"id": "Ann"}], scorers={"needs_offers": 1})
        >>> len(problem.solve())
        1
        """
        rules, fixed = listed(constraints, "constraints"), listed(locks, "locks")
        given = Given(mentors, mentees, preset, scorers, rules, fixed, min_score, on, memory)
        del mentors, mentees, preset, constraints, rules  # a traceback may show what this frame holds
        given = given.opened()
        report = announce(progress)
        setup = without_frames(lambda: assemble(given, report))
        for note in setup.notes:
            if note.code in GRAVE:
                warnings.warn(note.message, DataWarning, stacklevel=3)
        return cls(setup, replace(given, mentors=setup.pool, mentees=None))

    @classmethod
    def from_scores(
        cls,
        scores: Any,
        *,
        mentor_capacity: Any = 1,
        mentee_demand: Any = 1,
        forbidden: Any = None,
        locks: Iterable[Any] = (),
        mentors: Sequence[Any] | None = None,
        mentees: Sequence[Any] | None = None,
    ) -> Problem:
        """Build a problem from an array of scores, mentees × mentors.

        Parameters
        ----------
        scores
            Array of shape (mentees, mentors), any real numbers; NaN: may not be matched. Copied.
        mentor_capacity, mentee_demand
            An int ``n`` meaning ``(0, n)`` or a tuple ``(minimum, maximum)`` for everybody, or a
            list with one of these a person.
        forbidden
            Array of bool of the same shape: True may not be matched.
        locks
            Pairs that must be in the result.
        mentors, mentees
            Ids, one a column and one a row; ``"0"``, ``"1"``, … where none are given. The same
            id on both sides is two people here.

        Raises
        ------
        InputError
            Wrong shapes, infinite scores, impossible bounds, unknown ids in locks.

        Examples
        --------
        >>> import mentormatch as mm
        >>> matching = mm.Problem.from_scores([[0.9, 0.8], [0.7, 0.1]]).solve()
        >>> [(pair.mentee, pair.mentor) for pair in matching]
        [('0', '1'), ('1', '0')]
        """
        return cls(assemble_scores(scores, mentor_capacity, mentee_demand, forbidden, locks, mentors, mentees))

    def replace(self, **changes: Any) -> Problem:
        """Build anew with some arguments of :meth:`build` changed; everything is fitted again.

        Raises
        ------
        StateError
            This problem was made from an array.
        """
        if self._given is None or self._setup.pool is None:
            msg = "A problem made by from_scores has no arguments of build to replace; make another one."
            raise StateError(msg)
        people = self._setup.pool
        if {"mentors", "mentees"} & changes.keys() and not isinstance(changes.get("mentors"), (Pool, Request)):
            changes = {"mentors": people.mentors, "mentees": people.mentees, **changes}
        return Problem.build(**{**self._given.arguments(), **changes})

    def update(
        self,
        *,
        leave: Any = (),
        join_mentors: Any = (),
        join_mentees: Any = (),
        bounds: Mapping[str, Any] | None = None,
        forbid: Iterable[tuple[str, str]] = (),
    ) -> Problem:
        """Return the problem after a few changes; this one stays as it is.

        Nothing is fitted again: nobody else's score changes. Once this problem was solved, the
        new one is solved from its pairs and prices, by one shortest augmenting path for each
        place that changed hands, proved over all pairs; the result is that of solving it from nothing.

        Parameters
        ----------
        leave
            Ids, or ``{"mentors": ids, "mentees": ids}``, which is needed where an array's mentee and
            mentor have the same one. Among people, one id is one person, who leaves in both roles. Locks of
            who leaves go too.
        join_mentors, join_mentees
            As for :meth:`build`. For a problem made from an array, mappings: ``{"id": …, "scores": …}`` with
            ``"capacity"`` or ``"mentors_wanted"`` where it is not 1. ``scores`` has a number for everybody who was on
            the other side and stays, in order, or maps ids to numbers; mentors have one for each mentee who joins too.
        bounds
            ``{"m1": 2}`` or ``{"mentors": {"m1": (1, 2)}}``, which is needed where somebody is on both
            sides: what people state themselves; rules tighten it as before.
        forbid
            ``(mentee id, mentor id)`` pairs that may not be made. They count as told in confidence.

        Raises
        ------
        InputError
            Everything that is wrong, at once: whoever is not here, or is here already, and bounds and scores that
            cannot be read. A fault of ``forbid`` tells the place of the pair, not who is in it.

        Notes
        -----
        Who joins is scored by the means, weights and rarities of words of those who were there at the beginning;
        a word that none of them has counts as one that is as rare as can be. A scorer of one's own
        takes statistics from them if it offers ``bind_fitted``. Rules are read for who joins; pairs of
        people who were here stay ruled as they were, unless some rule binds several pairs, when all are read anew.

        Edmonds & Karp, *Theoretical improvements in algorithmic efficiency for network flow
        problems*, Journal of the ACM 19 (1972). One change among n × m pairs takes one search, at most n · m
        steps and mostly a hundredth of them.

        Examples
        --------
        >>> import mentormatch as mm
        >>> problem = mm.Problem.from_scores([[0.9, 0.8], [0.7, 0.1]], mentees=["Ann", "Bo"], mentors=["Mia", "Ned"])
        >>> [(pair.mentee, pair.mentor) for pair in problem.solve()]
        [('Ann', 'Ned'), ('Bo', 'Mia')]
        >>> later = problem.update(leave=["Bo"], join_mentees=[{"id": "Cy", "scores": [0.1, 0.6]}])
        >>> [(pair.mentee, pair.mentor) for pair in later.solve()]
        [('Ann', 'Mia'), ('Cy', 'Ned')]
        """
        held = leave, (join_mentees, join_mentors), bounds, forbid
        del leave, join_mentees, join_mentors, bounds, forbid  # a traceback may show what this frame holds
        return without_frames(lambda: self._updated(*held))

    def _updated(self, leave: Any, joining: tuple[Any, Any], bounds: Any, forbid: Any) -> Problem:
        changes = Reading(self._setup).changes(leave, joining, bounds, forbid)
        setup, given = updated(self._setup, self._given, changes)
        return Problem(setup, given, Last(Trail(self, changes.rows, changes.columns, changes.shut)))

    # --- asking it ----------------------------------------------------------------------------

    def solve(
        self,
        *,
        objective: str | Iterable[str] | None = None,
        solver: str | Solver = "auto",
        previous: Matching | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        progress: Any = None,
    ) -> Matching:
        """Find the best matching there is, with its certificate.

        Parameters
        ----------
        objective
            Tiers, most important first; None: those of the preset, else coverage then total.
            ``"stable"`` alone: no two people would rather have each other, and mentees get the best
            of all stable matchings, by their wishes and then by score.
        solver
            ``"auto"``, a name, or an object with ``supports()`` and ``solve()``. Another one runs in its place
            where it can do all but what a confidential rule needs.
        previous
            An earlier matching, for the tier ``least_change``; people may have left or joined since.
            What was placed by hand in it stays, as far as rules and places allow.
        seed
            Decides between exact ties; None: the settings', else 0.
        time_limit
            Seconds; past it the best valid result so far with its gap.
        progress
            True for a bar, or ``callable(stage, done, total)``.

        Raises
        ------
        Infeasible
            Minimums and locks that cannot all be kept, with the people's ids.
        UnsupportedProblem
            No solver (or not this one) can do what the problem needs.
        InputError
            A tier or solver that does not exist.
        TimeLimit
            Time ran out before there was any valid result.
        """
        return self.run(
            objective=objective, solver=solver, previous=previous, seed=seed, time_limit=time_limit, progress=progress
        ).matching

    def run(
        self,
        *,
        objective: str | Iterable[str] | None = None,
        solver: str | Solver = "auto",
        previous: Matching | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        progress: Any = None,
    ) -> Run:
        """Do what :meth:`solve` does and return the solution and the record of the run beside the matching."""
        tiers = self._tiers(objective)
        check_previous(previous, tiers)
        before = Before(previous, rows_of(placed_before(previous), self._setup.roster))
        return without_frames(lambda: self._run(tiers, before, solver, seed, time_limit, progress))

    def _rematch(
        self,
        previous: Matching,
        keep: str,
        *,
        objective: str | Iterable[str] | None,
        solver: str | Solver,
        seed: int | None,
        time_limit: float | None,
        progress: Any,
    ) -> Matching:
        """Solve anew around an earlier matching; called by :func:`mentormatch.rematch`."""
        check_matching(previous)
        tiers = rematch_tiers(self._tiers(objective), keep)
        before = Before(previous, rows_of(placed_before(previous), self._setup.roster), keep)
        return without_frames(lambda: self._run(tiers, before, solver, seed, time_limit, progress)).matching

    def _run(
        self,
        tiers: tuple[str, ...],
        before: Before,
        solver: str | Solver,
        seed: int | None,
        time_limit: float | None,
        progress: Any,
    ) -> Run:
        started = time.perf_counter()
        report: Progress | None = announce(progress)
        deadline = None if time_limit is None else time.monotonic() + _positive(time_limit)
        seed = self._setup.seed if seed is None else _whole(seed)
        if before.matching is None and not before.placed and before.keep is None and solver == "auto":
            check(self._setup)
            ready = repaired(self, tiers, seed)
            if ready is not None:
                return self._told(ready.solution(self._setup.roster), seed, started, report)
        prepared = self._prepare(tiers, seed, pairs_before(before.matching), before.placed)
        chosen = solver_for(self._setup, prepared, solver)
        solution = self._solution(prepared, chosen, deadline, report)
        solved = time.perf_counter()
        matching = Teller(self._setup, prepared, chosen_name(solver), seed, before).checked(solution)
        if report:
            report("prove", 1, 1)
        plain = not before.placed and before.matching is None and chosen_name(solver) == "auto"
        self._last.keep(Solved(tiers, seed, lambda: prepared, solution, plain))
        seconds = {"solve": solved - started, "tell": time.perf_counter() - solved}
        record = Record(chosen.name, solution.rounds, solution.ties, seconds, solution.proof)
        return Run(solution, record, lambda: matching)

    def _told(self, solution: Solution, seed: int, started: float, report: Progress | None) -> Run:
        """Return what was repaired; it is told when it is asked for."""
        tiers = tuple(tier.name for tier in solution.tiers)
        prepare = cache(lambda: self._prepare(tiers, seed))
        self._last.keep(Solved(tiers, seed, prepare, solution, plain=True))
        if report:
            report("prove", 1, 1)
        record = Record("repair", solution.rounds, solution.ties, {"solve": time.perf_counter() - started})
        setup = self._setup
        return Run(solution, record, lambda: Teller(setup, prepare(), "auto", seed).of(solution))

    def solutions(
        self,
        k: int,
        *,
        objective: str | Iterable[str] | None = None,
        previous: Matching | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        progress: Any = None,
    ) -> Iterator[Matching]:
        """Find the ``k`` best matchings, in order, each when it is asked for.

        A matching is its set of pairs: two that differ in one pair are two, and so are one and
        the same with a pair more. None comes twice and none is left out; every one of them keeps
        every rule, bound and lock. The order is that of the tiers, one after the other; where
        all of them are equal the seed decides. The first is that of :meth:`solve`, and it is
        found before this returns.

        Parameters
        ----------
        k
            How many, at least 1; the iterator ends early where there are no more.
        objective, previous, seed
            As for :meth:`solve`; ``"stable"`` has no second best.
        time_limit
            Seconds for each of them.
        progress
            As for :meth:`solve`.

        Returns
        -------
        iterator of Matching
            The certificate of each says for every tier what it reaches and what no matching that is as
            good in the tiers before can exceed: where it is worse than the first, it is not
            optimal there, and says so.

        Raises
        ------
        InputError
            ``k`` is no whole number of 1 or more, or a tier does not exist.
        UnsupportedProblem
            The objective is ``"stable"``, or no solver can do what the problem needs.
        Infeasible
            As from :meth:`solve`.
        TimeLimit
            Time ran out before the next one was found and proved to be the next.

        Notes
        -----
        Hamacher, *A note on K best network flows*, Annals of Operations Research 57 (1995), for tiers that
        are sums: two searches for a cheapest cycle each. Lawler, *A procedure for computing the K best
        solutions*, Management Science 18 (1972), and a rule more for each matching that was found, for floor,
        leximin and balance and where rules over several pairs matter: each is then solved anew.

        Examples
        --------
        >>> import mentormatch as mm
        >>> problem = mm.Problem.from_scores([[0.9, 0.8], [0.7, 0.1]])
        >>> for matching in problem.solutions(3):
        ...     print(len(matching), round(matching.total, 3))
        2 1.5
        2 1.0
        1 0.9
        """
        k, tiers = counted(k, "k"), self._tiers(objective)
        return self._search(k, tiers, previous, seed, time_limit, progress).ranked()

    def diverse(
        self,
        k: int,
        *,
        min_changes: int | None = None,
        objective: str | Iterable[str] | None = None,
        previous: Matching | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        progress: Any = None,
    ) -> Iterator[Matching]:
        """Find matchings that really differ, each the best that does.

        The first is that of :meth:`solve`. Each of the others lacks at least ``min_changes`` pairs of
        every one before it, and is the best such matching, by the tiers and then by the seed.

        Parameters
        ----------
        k
            How many, at least 1; the iterator ends early where there are no more.
        min_changes
            The number of pairs of an earlier matching that are not made; pairs that are new instead are
            not counted, and locked pairs never change. None: a tenth of the pairs of the first, rounded up.
        objective, previous, seed, time_limit, progress
            As for :meth:`solutions`.

        Returns
        -------
        iterator of Matching
            The certificate of each says what it reaches, and bounds it against all matchings, similar
            ones too: so it is optimal only where it reaches as much as the first.

        Raises
        ------
        InputError
            ``k`` or ``min_changes`` is no whole number of 1 or more, or a tier does not exist.
        UnsupportedProblem
            The objective is ``"stable"``, or no solver can do what the problem needs.
        Infeasible
            As from :meth:`solve`.
        TimeLimit
            Time ran out before the next one was found and proved to be the next.

        Examples
        --------
        >>> import mentormatch as mm
        >>> problem = mm.Problem.from_scores([[0.9, 0.8, 0.2], [0.7, 0.6, 0.5], [0.1, 0.3, 0.4]])
        >>> for matching in problem.diverse(2, min_changes=3):
        ...     print([pair.mentor for pair in matching], round(matching.total, 3))
        ['1', '0', '2'] 1.9
        ['0', '2', '1'] 1.7
        """
        k, tiers = counted(k, "k"), self._tiers(objective)
        changes = None if min_changes is None else counted(min_changes, "min_changes")
        return self._search(k, tiers, previous, seed, time_limit, progress).diverse(changes)

    def _search(
        self,
        k: int,
        tiers: tuple[str, ...],
        previous: Matching | None,
        seed: int | None,
        time_limit: float | None,
        progress: Any,
    ) -> Search:
        """Find the best matching, and what it takes to look for more."""
        refuse_stable(tiers)
        check_previous(previous, tiers)
        before = Before(previous, rows_of(placed_before(previous), self._setup.roster))
        run = without_frames(lambda: self._run(tiers, before, "auto", seed, time_limit, progress))
        prepared = self._prepare(tiers, run.matching.certificate.seed, pairs_before(previous), before.placed)
        return Search(self._setup, prepared, run, k, before, Watch(time_limit), announce(progress))

    def influence(self, *, objective: str | Iterable[str] | None = None) -> Influence:
        """Hold the weight of each criterion against what it really decides.

        A criterion on which everybody is alike decides nothing, whatever its weight; one that tells people
        far apart decides more than its weight says.

        Parameters
        ----------
        objective
            As for :meth:`solve`.

        Returns
        -------
        Influence
            Per criterion its share of the weight, its share of the variance of scores between the mentors that a
            mentee could have (rules ignored; they sum to 1), and how many pairs of the best matching are not
            made without it, the other weights in proportion.

        Raises
        ------
        Infeasible, UnsupportedProblem
            As from :meth:`solve`.

        Notes
        -----
        Shorrocks, *Inequality decomposition by factor components*, Econometrica 50 (1982), within mentees. Paruolo,
        Saisana & Saltelli, *Ratings and rankings: voodoo or science?*, Journal of the Royal Statistical Society A 176
        (2013), on weights that are not importance. All pairs are looked at, and above 4 million those of
        mentees spread over the ids; the problem is solved once more for each criterion.

        Examples
        --------
        >>> import mentormatch as mm
        >>> mentors = [{"id": "Mia", "offers": ["sales"], "languages": ["nl"]}]
        >>> mentors += [{"id": "Ned", "offers": ["law"], "languages": ["nl"]}]
        >>> mentees = [{"id": "Ann", "needs": ["sales"], "languages": ["nl"]}]
        >>> weights = {"needs_offers": 1, "shared_languages": 3}
        >>> mm.Problem.build(mentors, mentees, scorers=weights, preset=None).influence()
        Influence(needs_offers 25% → 100%, shared_languages 75% → 0%)
        """
        tiers = self._tiers(objective)
        return without_frames(lambda: influence_of(self._setup, lambda setup: Problem(setup).solve(objective=tiers)))

    def proof(self) -> str:
        """Write the proof of the last solve, for somebody who trusts neither the solver nor this library.

        It is JSON of whole numbers: everybody's bounds, what every pair scores on an integer grid, the
        matching, and for every tier the prices that prove it. ``check_proof.py``, a script that
        imports nothing of ours, adds them up again; see *Check a proof* in the documentation. It
        is the coordinator's: it has all scores, and shows which pairs the rules leave.

        Returns
        -------
        str
            JSON of the schema ``"mentormatch/proof/1"``. Prices are derived from the pairs anew, which takes
            about as long as the certificate's ``verify``.

        Raises
        ------
        StateError
            Nothing was solved yet, or the last solve was cut short.
        UnsupportedProblem
            There are more than 4 million pairs, or rules over several pairs needed a search: there is
            no proof by prices and multipliers alone.

        Notes
        -----
        Certifying algorithms: McConnell, Mehlhorn, Näher & Schweitzer, *Computer Science Review* 5 (2011).

        Examples
        --------
        >>> import json
        >>> import mentormatch as mm
        >>> problem = mm.Problem.from_scores([[0.5, 0.25], [0.75, 0.0]])
        >>> matching = problem.solve()
        >>> proof = json.loads(problem.proof())
        >>> proof["matching"], [(tier["name"], tier["value"]) for tier in proof["tiers"][:1]]
        ([[0, 1], [1, 0]], [('coverage', [2])])
        """
        return without_frames(lambda: proof_of(self._setup, *self._last.get()))

    def blocking_pairs(self, matching: Matching) -> tuple[tuple[str, str], ...]:
        """List who would rather have each other than what a matching gives them: none, and it is stable.

        What a person would rather have: whom he or she wishes for, in that order, then
        everybody else by score. A pair counts if the rules about pairs allow it and each of the
        two has a free place or would give up a partner for the other; partners by a lock
        are not given up, and equal scores are no reason to change. It is for the coordinator:
        a pair that is not listed may be forbidden in confidence. Rules over several pairs
        and minimums are not looked at.

        Parameters
        ----------
        matching
            Any matching of people who are all here, whatever its objective.

        Returns
        -------
        tuple of (str, str)
            Ids of mentee and mentor, sorted.

        Raises
        ------
        InputError
            Not a matching, or it names people who are not here.
        Infeasible
            Locks or bounds of this problem that cannot be kept.

        Notes
        -----
        Gale & Shapley, *College admissions and the stability of marriage*, American
        Mathematical Monthly 69 (1962). All pairs are looked at once, block by block.

        Examples
        --------
        >>> import mentormatch as mm
        >>> problem = mm.Problem.from_scores([[0.9, 0.8], [0.8, 0.1]])
        >>> problem.blocking_pairs(problem.solve())
        (('0', '0'),)
        >>> problem.blocking_pairs(problem.solve(objective="stable"))
        ()
        """
        return without_frames(lambda: blocking_ids(self._setup, self._prepare(STABLE, self._setup.seed), matching))

    def _tiers(self, objective: str | Iterable[str] | None) -> tuple[str, ...]:
        if objective is None:
            objective = self._setup.objective
        tiers = (objective,) if isinstance(objective, str) else listed(objective, "objective")
        check_objective(tiers)
        return tiers

    def _prepare(
        self,
        tiers: tuple[str, ...],
        seed: int,
        previous: tuple[tuple[str, str], ...] = (),
        placed: tuple[Fixed, ...] = (),
    ) -> Prepared:
        """Make the instance, after refusing bounds and fixed pairs that cannot be kept."""
        setup = self._setup
        check(setup)
        return prepare(
            setup.scores,
            setup.compiled,
            setup.roster,
            setup.fixed,
            aims=Aims.of(setup, previous, placed),
            objective=tiers,
            seed=seed,
            memory=setup.memory,
            lifted=lifted(placed, setup),
        )

    def _solution(
        self, prepared: Prepared, solver: Solver, deadline: float | None, progress: Progress | None
    ) -> Solution:
        short = None
        try:
            solution = solver.solve(prepared.instance, deadline=deadline, progress=progress)
        except Short as error:
            short = error
        if short is not None:
            raise minimums_missed(self._setup, prepared, short) or clash_of(self._setup, deadline)
        if not (isinstance(solution, Solution) and keeps_rules(prepared.instance, solution.arcs)):
            raise InputError(
                Fault(("solver",), "bad_solver", f"the solver {solver.name} returned a matching that breaks a rule")
            )
        if not _is_ours(solver):
            solution = Solution(solution.arcs, proved(prepared.instance, solution.arcs), solution.ties, solution.rounds)
        return solution

    def _verify(self, certificate: Certificate) -> None:
        """Check a certificate against this problem; called by ``Certificate.verify``."""
        if not self._holds(certificate):
            raise CertificateError

    def _holds(self, certificate: Certificate) -> bool:
        try:
            check_objective(certificate.objective, keeping=True)
            placed = rows_of(placed_in(certificate), self._setup.roster)
            prepared = self._prepare(tuple(certificate.objective), certificate.seed, certificate.previous, placed)
        except (InputError, Infeasible):
            return False
        return check_certificate(certificate, prepared, self._setup, self._last.tiers)

    def __repr__(self) -> str:
        n, m = self._setup.roster.shape
        return f"Problem({n} mentees, {m} mentors, {len(self._setup.fixed)} fixed pairs)"

    def __reduce__(self) -> NoReturn:
        msg = "A Problem holds what was told in confidence and cannot be pickled; keep the people and the settings."
        raise StateError(msg)


def chosen_name(solver: str | Solver) -> str:
    """Return the name of the solver that was asked for."""
    return solver if isinstance(solver, str) else str(getattr(solver, "name", type(solver).__name__))


def _is_ours(solver: Solver) -> bool:
    return type(solver).__module__.startswith("mentormatch.solvers")


def _positive(seconds: float) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= threading.TIMEOUT_MAX:
        raise InputError(Fault(("time_limit",), "bad_time_limit", "time_limit is a positive number of seconds"))
    return float(seconds)


def _whole(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not -(2**63) <= seed < 2**63:
        raise InputError(Fault(("seed",), "bad_seed", "seed is a whole number of at most 64 bits"))
    return int(seed)

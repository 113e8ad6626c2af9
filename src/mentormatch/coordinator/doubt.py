"""How sure is the matching: solve it again and again with weights and answers that are not quite what they are."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import Fault, InputError, without_frames
from mentormatch.evaluation import Dependence, PairFirmness, Sensitivity
from mentormatch.matching import Matching
from mentormatch.problem import Problem
from mentormatch.problem.influences import lost_without, pairs_of
from mentormatch.problem.progress import announce
from mentormatch.problem.weighing import Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from mentormatch.network import Arcs, Progress
    from mentormatch.problem.setup import Setup

MOST_TIMES: Final = 100_000
_ALONE: Final = 10
"""A tenth as many re-solves are made for each criterion alone, and at least five."""

_FEWEST_ALONE: Final = 5
_LARGEST_JITTER: Final = 3.0

_MOST_THREADS: Final = 4
_FEWEST_PAIRS: Final = 10_000
_MOST_PAIRS: Final = 1 << 22
"""Between so many pairs threads pay; beyond, a table for each of them takes too much memory."""


def sensitivity(
    problem: Problem,
    *,
    times: int = 100,
    jitter: float = 0.3,
    missing: float = 0.1,
    seed: int = 0,
    matching: Matching | None = None,
    objective: str | Iterable[str] | None = None,
    progress: Any = None,
) -> Sensitivity:
    """Solve again and again with other weights and fewer answers, and count how often each pair survives.

    In every re-solve three things vary at once. Each **weight** is multiplied by a number of its own whose
    logarithm is normal with mean 0 and standard deviation `jitter`. Each **answer** of a person to a criterion
    is left out with the probability `missing`, and what rests on it counts as the mean of that
    criterion over the pool, as everywhere. **Exact ties** fall another way. Every rule holds as in the
    problem: forbidden pairs, capacities, locks, quotas, the smallest score.

    Parameters
    ----------
    problem
        Any problem that can be solved.
    times
        How many re-solves, 1 to 100,000. With fewer than 16 no pair can be called firm.
    jitter
        Standard deviation of the logarithm of each weight, 0 to 3: with 0.3, two of three weights stay between
        three quarters and four thirds of what they are.
    missing
        Probability that a person's answer to a criterion is left out, 0 to below 1.
    seed
        Any whole number of at most 64 bits. The same seed and people give the same result, however they are listed.
    matching
        The matching to doubt; None: the problem's best.
    objective
        As for :meth:`Problem.solve`.
    progress
        True for a bar, or ``callable(stage, done, total)``.

    Returns
    -------
    Sensitivity
        Per pair the share of the re-solves that make it, with its 95 % interval (Wilson 1927), and a word:
        ``"firm"`` where the interval lies at 0.8 or above (88 of 100), ``"likely"`` at 0.5 or above (60 of 100), else
        ``"coin-flip"``. Per criterion the share of the pairs that change when it is left out, and that is to be
        expected to change when its weight and its answers alone vary.

    Raises
    ------
    InputError
        An argument out of its range, all at once; not a problem, or not a matching of its people.
    UnsupportedProblem
        There are more than 134 million values of pairs and criteria, or no solver can do what the problem needs.
    Infeasible
        The problem has no matching.

    Notes
    -----
    A weight is a ratio to the others, so it is as likely to be twice too large as half: that is the
    log-normal. It leaves a weight of 0 at 0 and treats small and large weights alike; a Dirichlet would shake the small
    ones most. Butler, Jia & Dyer, *Simulation techniques for the sensitivity analysis of multi-criteria decision
    models*, European Journal of Operational Research 103 (1997); Saltelli et al., *Global Sensitivity
    Analysis: The Primer* (2008), for varying everything at once.

    The matching is proved; the re-solves are not. Where mentees want one mentor each, they are solved on a
    grid of 67 million steps over the range of scores (Jonker & Volgenant 1987; Crouse 2016), in about 20 ms at 500 ×
    500; else by the solver that the problem needs. Criteria are computed once; memory is eight bytes for
    every pair and criterion.

    Examples
    --------
    >>> import mentormatch as mm
    >>> problem = mm.Problem.from_scores([[0.9, 0.1], [0.1, 0.9]], mentees=["Ann", "Bo"], mentors=["Mia", "Ned"])
    >>> mm.sensitivity(problem, missing=0.0)
    Sensitivity(2 pairs: 2 firm, 0 likely, 0 coin-flip)
    """
    if not isinstance(problem, Problem):
        raise InputError(Fault(("problem",), "not_a_problem", "sensitivity(problem) takes a Problem"))
    if matching is not None and not isinstance(matching, Matching):
        raise InputError(Fault(("matching",), "not_a_matching", "matching is a Matching, or None"))
    faults = _faults(times, jitter, missing, seed)
    if faults:
        raise InputError(faults)
    draws = Draws(int(times), float(jitter), float(missing), int(seed))
    tiers = problem._tiers(objective)  # noqa: SLF001  the coordinator's view knows what the problem knows
    return without_frames(lambda: _doubted(problem, tiers, draws, matching, announce(progress)))


class Draws:
    """What varies in each re-solve, drawn by number so that it depends on nothing but the seed and the people's order.

    Parameters
    ----------
    times, jitter, missing, seed
        As asked for.
    """

    def __init__(self, times: int, jitter: float, missing: float, seed: int) -> None:
        self.times, self.jitter, self.missing, self.seed = times, jitter, missing, seed

    @property
    def alone(self) -> int:
        """How many re-solves vary one criterion alone."""
        return max(_FEWEST_ALONE, self.times // _ALONE)

    def scores(self, tables: Tables, number: int, criterion: int | None = None) -> NDArray[np.float64]:
        """Return the scores of one re-solve, with everything varied or one criterion alone."""
        draw = self._draw(number, 0 if criterion is None else criterion + 2)
        some = slice(None) if criterion is None else slice(criterion, criterion + 1)
        many = len(tables.names)
        factors, known = np.ones(many), tuple(np.ones((many, size), bool) for size in tables.shape)
        factors[some] = np.exp(self.jitter * draw.standard_normal(len(factors[some])))
        for side in known:
            side[some] = draw.random(side[some].shape) >= self.missing
        shares = tables.shares * factors
        total = math.fsum(shares.tolist())
        return tables.table(shares / total if total else shares, (known[0], known[1]) if self.missing else None)

    def ties(self, tables: Tables, number: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return what decides between equal matchings in one re-solve."""
        draw = self._draw(number, 1)
        n, m = (draw.integers(0, 1 << 64, size, dtype=np.uint64) for size in tables.shape)
        return n, m

    def _draw(self, number: int, stream: int) -> np.random.Generator:
        return np.random.default_rng((self.seed % (1 << 64), number, stream))


def _doubted(
    problem: Problem, tiers: tuple[str, ...], draws: Draws, matching: Matching | None, report: Progress | None
) -> Sensitivity:
    setup: Setup = problem._setup  # noqa: SLF001
    best = Problem(setup).solve(objective=tiers)  # a fresh one: what the problem solved last stays its last
    doubted = best if matching is None else matching
    _check_people(doubted, setup)
    prepared = problem._prepare(tiers, setup.seed)  # noqa: SLF001
    tables = Tables(setup, prepared)
    rows = [(setup.roster.mentee_row[pair.mentee], setup.roster.mentor_row[pair.mentor]) for pair in doubted]
    told = Told(report, draws.times + len(tables.names) * (draws.alone + 1))
    counts, unsolved = dict.fromkeys(rows, 0), 0
    jobs = [partial(_one, tables, draws, number) for number in range(draws.times)]
    for arcs in told.each(jobs, tables):
        unsolved += int(arcs is None)
        for pair in _made(tables, arcs):
            if pair in counts:
                counts[pair] += 1
    criteria = _dependences(setup, tiers, tables, draws, best, told)
    told.step()
    placed = {(pair.i, pair.j) for pair in prepared.fixed if not pair.secret}
    pairs = tuple(
        PairFirmness.counted((pair.mentee, pair.mentor), counts[at], draws.times, placed=at in placed)
        for pair, at in zip(doubted, rows, strict=True)
    )
    return Sensitivity(pairs, criteria, draws.times, draws.jitter, draws.missing, draws.seed, unsolved)


def _one(tables: Tables, draws: Draws, number: int) -> Arcs | None:
    return tables.solve(draws.scores(tables, number), draws.ties(tables, number))


def _made(tables: Tables, arcs: Arcs | None) -> set[tuple[int, int]]:
    return set() if arcs is None else tables.rows_of(arcs)


class Told:
    """Re-solves on a few threads, told one by one from the thread of the caller.

    Parameters
    ----------
    report
        Who is told; None: nobody.
    total
        How many steps there are in all.
    """

    def __init__(self, report: Progress | None, total: int) -> None:
        self._report, self._total, self._done = report, total, 0

    def step(self) -> None:
        """Tell how far it is, and go one step further."""
        if self._report:
            self._report("solve", self._done, self._total)
        self._done += 1

    def each(self, jobs: Sequence[Callable[[], Arcs | None]], tables: Tables) -> Iterator[Arcs | None]:
        """Yield what each of some jobs returns, in their order; SciPy and numpy work on several at once."""
        n, m = tables.shape
        threads = min(_MOST_THREADS, os.cpu_count() or 1) if _FEWEST_PAIRS <= n * m <= _MOST_PAIRS else 1
        if threads == 1:
            for job in jobs:
                self.step()
                yield job()
            return
        with ThreadPoolExecutor(threads) as pool:
            running = [pool.submit(job) for job in jobs]
            try:
                for one in running:
                    self.step()
                    yield one.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def _dependences(
    setup: Setup, tiers: tuple[str, ...], tables: Tables, draws: Draws, best: Matching, told: Told
) -> tuple[Dependence, ...]:
    """Return how much the best matching hangs on each criterion."""
    hashes, orders = setup.roster.hashes(setup.seed), setup.roster.orders
    ties = hashes[0][orders[0].rows], hashes[1][orders[1].rows]
    # told apart by the same bits of ties, so that only what the criterion does counts
    first = _made(tables, tables.solve(tables.table(tables.shares), ties))
    base, found = pairs_of(best), []
    for k, name in enumerate(tables.names):
        jobs = [partial(_alone, tables, draws, (number, k), ties) for number in range(draws.alone)]
        lost = sum(len(first - _made(tables, arcs)) for arcs in told.each(jobs, tables))
        told.step()
        left_out = lost_without(setup, base, name, lambda one: Problem(one).solve(objective=tiers))
        share = 1 / len(base) if base else 0.0
        expected = lost / (draws.alone * len(first)) if first else 0.0
        found.append(Dependence(name, float(tables.shares[k]), left_out * share, expected))
    return tuple(found)


def _alone(
    tables: Tables, draws: Draws, at: tuple[int, int], ties: tuple[NDArray[np.uint64], NDArray[np.uint64]]
) -> Arcs | None:
    return tables.solve(draws.scores(tables, *at), ties)


def _check_people(matching: Matching, setup: Setup) -> None:
    """Refuse a matching of people who are not here."""
    roster = setup.roster
    strangers = sorted(
        {pair.mentee for pair in matching if pair.mentee not in roster.mentee_row}
        | {pair.mentor for pair in matching if pair.mentor not in roster.mentor_row}
    )
    if strangers:
        told = f"the matching has people who are not in the problem: {', '.join(strangers[:20])}"
        raise InputError(Fault(("matching",), "unknown_id", told, id=strangers[0]))


def _faults(times: Any, jitter: Any, missing: Any, seed: Any) -> list[Fault]:
    faults = []
    whole = isinstance(times, (int, np.integer)) and not isinstance(times, bool)
    if not whole or not 1 <= times <= MOST_TIMES:
        faults.append(Fault(("times",), "bad_times", f"times is a whole number from 1 to {MOST_TIMES}"))
    if not _number(jitter) or not 0 <= jitter <= _LARGEST_JITTER:
        faults.append(Fault(("jitter",), "bad_jitter", "jitter is a number from 0 to 3"))
    if not _number(missing) or not 0 <= missing < 1:
        faults.append(Fault(("missing",), "bad_missing", "missing is a share from 0 to below 1"))
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not whole or not -(2**63) <= seed < 2**63:
        faults.append(Fault(("seed",), "bad_seed", "seed is a whole number of at most 64 bits"))
    return faults


def _number(given: Any) -> bool:
    return isinstance(given, (int, float, np.number)) and not isinstance(given, bool)

"""How long each next best matching takes, by kind of score, beside solving again.

Run ``python benchmarks/bench_alternatives.py [people] [matchings]``. Every row is one problem
of as many mentees as mentors: the median and the worst time of ``next`` on
``problem.solutions``, each a whole :class:`mentormatch.Matching`, and of the search alone. The
peer solves the pieces of Murty's partition again with SciPy's ``linear_sum_assignment``; it knows
one mentor each, no ties and no unmatched people, and is asked for a few matchings only.
The worst time now and then holds one full garbage collection by Python of everything that is loaded.
"""

from __future__ import annotations

import heapq
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

import mentormatch as mm
from mentormatch.solvers import next_best

Scores = NDArray[np.float64]

PEER = 4
"""Matchings that the peer is asked for."""


def kinds(people: int) -> dict[str, Callable[[], Scores]]:
    """Name the kinds of scores, each with a way to make them; the same for the same size."""
    rng = np.random.default_rng(people)

    def profile(levels: int | None) -> Scores:
        sides = [rng.random((people, 8)) if levels is None else rng.integers(0, levels, (people, 8)) for _ in "ab"]
        top = 1 if levels is None else levels - 1
        apart = sum(np.abs(sides[0][:, None, k] - sides[1][None, :, k]) for k in range(8))
        return np.asarray(1 - apart / (8 * top))

    return {
        "random": lambda: rng.random((people, people)),
        "profiles": lambda: profile(None),
        "answers of 1 to 5": lambda: profile(5),
        "five values": lambda: rng.choice([0, 1 / 3, 1 / 2, 2 / 3, 1], (people, people)),
        "constant": lambda: np.full((people, people), 0.5),
        "one factor": lambda: np.outer(rng.random(people), rng.random(people)),
    }


def murty(scores: Scores) -> Iterator[float]:
    """Yield the totals of the best assignments, by solving every piece of a part again."""
    number = count()

    def solved(fixed: dict[int, int], closed: frozenset[tuple[int, int]]) -> tuple[Any, ...] | None:
        open_ = scores.copy()
        for row, column in closed:
            open_[row, column] = -np.inf
        for row, column in fixed.items():
            kept = open_[row, column]
            open_[row, :], open_[:, column] = -np.inf, -np.inf
            open_[row, column] = kept
        try:
            rows, columns = linear_sum_assignment(open_, maximize=True)
        except ValueError:
            return None
        return -scores[rows, columns].sum(), next(number), columns, fixed, closed

    first = solved({}, frozenset())
    ahead = [first] if first else []
    while ahead:
        total, _, columns, fixed, closed = heapq.heappop(ahead)
        yield -total
        fixed = dict(fixed)
        for row, column in enumerate(columns.tolist()):
            if row not in fixed:
                piece = solved(dict(fixed), closed | {(row, column)})
                if piece is not None:
                    heapq.heappush(ahead, piece)
                fixed[row] = column


def told(each: Iterator[Any], matchings: int) -> tuple[float, float, Any]:
    """Return the median and the worst time that a next one takes, in milliseconds, and the last one."""
    spent, last = [], None
    for _ in range(matchings):
        start = time.perf_counter()
        last = next(each, last)
        spent.append(1000 * (time.perf_counter() - start))
    return float(np.median(spent)), max(spent), last


def main(people: int, matchings: int) -> None:
    """Print the table for one size."""
    rng = np.random.default_rng(people)
    several = rng.integers(1, 4, people).tolist()
    lower = rng.integers(0, 2, people)
    bounds: dict[str, dict[str, Any]] = {
        "one each": {},
        "capacities": {"mentor_capacity": several},
        "both sides": {
            "mentor_capacity": [(int(low), int(low) + most) for low, most in zip(lower, several, strict=True)],
            "mentee_demand": (0, 2),
        },
    }
    list(mm.Problem.from_scores(rng.random((9, 9))).solutions(9))  # whatever is loaded once is loaded
    print(f"{people} mentees, {people} mentors, {matchings} matchings")
    print(f"{'scores':18s} {'bounds':11s} {'first ms':>9s} {'median':>7s} {'worst':>7s} {'search':>7s} {'worst':>7s}")
    for name, make in kinds(people).items():
        scores = make()
        for kind, given in bounds.items():
            problem = mm.Problem.from_scores(scores, **given)
            start = time.perf_counter()
            found = problem.solutions(matchings)
            first = 1000 * (time.perf_counter() - start)
            next(found)
            median, worst, last = told(found, matchings - 1)
            last.certificate.verify(problem)
            run = problem.run()
            prepared = problem._prepare(("coverage", "total"), 0)
            search = next_best(prepared.instance, run.solution, matchings, _never, coupled=False, tick=lambda: None)
            alone = told(iter(search), matchings - 1)
            print(
                f"{name:18s} {kind:11s} {first:9.1f} {median:7.2f} {worst:7.2f} {alone[0]:7.2f} {alone[1]:7.2f}",
                flush=True,
            )
        peer = murty(scores)
        next(peer)
        median, worst, last = told(peer, PEER - 1)
        mine = [matching.total for matching in islice(mm.Problem.from_scores(scores).solutions(PEER), PEER)]
        same = "same total" if abs(mine[-1] - last) <= 1e-9 * people else "ANOTHER TOTAL"
        print(f"{name:18s} {'(scipy)':11s} {'':9s} {median:7.0f} {worst:7.0f}  {same}", flush=True)


def _never(instance: object) -> Any:
    """Solve nothing again: tiers that are sums need no solver."""
    raise AssertionError


if __name__ == "__main__":
    arguments = [int(one) for one in sys.argv[1:]]
    main(*arguments, *[200, 100][len(arguments) :])

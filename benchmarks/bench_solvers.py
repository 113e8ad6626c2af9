"""How long solving and proving take, by kind of score and size.

Run ``python benchmarks/bench_solvers.py [people]``. Every row is one instance of as many
mentees as mentors: solved with all tiers and ties, proved again from the pairs alone,
and checked against the prices of the solve. The peer is SciPy's
``linear_sum_assignment`` on the same matrix, which gives no proof and breaks no ties; up to
1,000 people it is asked too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mentormatch.network import Bounds, Instance
from mentormatch.solvers import Hungarian, Network, prove

Scores = NDArray[np.float64]


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
        "nine tenths closed": lambda: np.where(
            rng.random((people, people)) < 0.9, np.nan, rng.random((people, people))
        ),
    }


def instance_of(scores: Scores, mentees: Bounds, mentors: Bounds) -> Instance:
    """Wrap an array; ties are broken by a multiplicative hash of the positions."""
    open_ = ~np.isnan(scores)

    def ties(i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        mixed = (i.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
            j.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        )
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        return (mixed >> np.uint64(24)).astype(np.int64)

    return Instance(
        mentees=mentees,
        mentors=mentors,
        score_block=lambda rows, columns: scores[rows][:, columns],
        score_pairs=lambda i, j: scores[i, j],
        allowed_block=lambda rows, columns: open_[rows][:, columns],
        allowed_pairs=lambda i, j: open_[i, j],
        tie_pairs=ties,
        lowest=min(0.0, float(np.nanmin(scores))),
        highest=max(0.0, float(np.nanmax(scores))),
        objective=("coverage", "total"),
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what some work returns, and the seconds it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def row(name: str, solver: Hungarian | Network, instance: Instance) -> None:
    """Solve, prove and print one line."""
    solution, solving = timed(lambda: solver.solve(instance))
    tiers, proving = timed(lambda: prove(instance, solution.arcs))
    guess = [tier.prices for tier in solution.tiers]
    _, checking = timed(lambda: prove(instance, solution.arcs, guess=guess))
    proved = "proved" if all(tier.optimal for tier in tiers) else "NOT PROVED"
    print(
        f"{name:22s} {solver.name:10s} {solving:8.3f} {proving:8.3f} {checking:8.3f} {solution.rounds:4d}  {proved}",
        flush=True,
    )


def main(people: int) -> None:
    """Print the table for one size."""
    one, none = np.ones(people, np.int64), np.zeros(people, np.int64)
    rng = np.random.default_rng(people)
    lower = rng.integers(0, 2, (2, people))
    mentees = Bounds(lower[0], np.maximum(lower[0], rng.integers(1, 4, people)))
    mentors = Bounds(lower[1], np.maximum(lower[1], rng.integers(1, 6, people)))
    print(f"{people} mentees, {people} mentors")
    print(f"{'scores':22s} {'solver':10s} {'solve s':>8s} {'prove s':>8s} {'check s':>8s} rounds")
    for name, make in kinds(people).items():
        scores = make()
        row(name, Hungarian(), instance_of(scores, Bounds(none, one), Bounds(none, one)))
        row(name, Network(), instance_of(scores, mentees, mentors))
        if people <= 1000 and not np.isnan(scores).any():
            _, peer = timed(lambda scores=scores: linear_sum_assignment(scores, maximize=True))
            print(f"{name:22s} {'(scipy)':10s} {peer:8.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

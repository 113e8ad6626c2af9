"""Random problems against HiGHS, by the thousand: value and infeasibility must agree.

    python benchmarks/random_problems.py --problems 100000

Bounds on both sides, ties, forbidden pairs and negative scores; sizes from one person a side
to fourteen. HiGHS solves coverage first and then the total at that coverage, as linear
programmes (their vertices are integral). The first disagreements are printed with their seeds,
and the exit code is 1 if there is any.
"""

from __future__ import annotations

import argparse
import sys
import time

import highspy
import numpy as np

import mentormatch as mm

AGREE = 1e-6
"""How far two totals may differ: HiGHS is a floating-point solver."""


def problem_of(seed: int) -> tuple[np.ndarray, list[tuple[int, int]], list[tuple[int, int]]]:
    """Make up scores (NaN: forbidden), bounds of mentees and bounds of mentors."""
    rng = np.random.default_rng(seed)
    n, m = (int(size) for size in rng.integers(1, 15, 2))
    kinds = (rng.integers(-3, 9, (n, m)) / 16, rng.random((n, m)) - 0.2, rng.integers(0, 3, (n, m)) / 3)
    scores = np.asarray(kinds[rng.integers(3)], np.float64)
    scores[rng.random((n, m)) < rng.choice([0.0, 0.2, 0.6])] = np.nan
    share = rng.choice([0.0, 0.15, 0.5])

    def bounds(people: int, most: int) -> list[tuple[int, int]]:
        highs = rng.integers(0, most + 1, people).tolist()
        return [(int(rng.integers(0, high + 1)) if rng.random() < share else 0, high) for high in highs]

    return scores, bounds(n, 3), bounds(m, 4)


def peer(
    scores: np.ndarray, mentees: list[tuple[int, int]], mentors: list[tuple[int, int]]
) -> tuple[int, float] | None:
    """Return coverage and total by HiGHS; None if there is no matching."""
    n, m = scores.shape
    i, j = np.nonzero(~np.isnan(scores))
    if not len(i):
        return None if any(low for low, _ in (*mentees, *mentors)) else (0, 0.0)
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(i), n + m + 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = np.ones(len(i)), np.zeros(len(i)), np.ones(len(i))
    model.row_lower_ = np.array([*(low for low, _ in (*mentees, *mentors)), 0], float)
    model.row_upper_ = np.array([*(high for _, high in (*mentees, *mentors)), len(i)], float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(len(i) + 1, dtype=np.int32) * 3
    model.a_matrix_.index_ = np.stack((i, j + n, np.full(len(i), n + m)), axis=1).ravel().astype(np.int32)
    model.a_matrix_.value_ = np.ones(3 * len(i))
    highs.passModel(model)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    coverage = round(highs.getObjectiveValue())
    highs.changeRowBounds(n + m, coverage, coverage)
    highs.changeColsCost(len(i), np.arange(len(i), dtype=np.int32), scores[i, j])
    highs.run()
    return coverage, highs.getObjectiveValue()


def ours(
    scores: np.ndarray, mentees: list[tuple[int, int]], mentors: list[tuple[int, int]], *, verify: bool
) -> tuple[int, float] | None:
    """Return coverage and total by the library; None if it says that there is no matching."""
    problem = mm.Problem.from_scores(scores, mentor_capacity=mentors, mentee_demand=mentees)
    try:
        matching = problem.solve(objective=("coverage", "total"))
    except mm.Infeasible:
        return None
    if verify:
        matching.certificate.verify(problem)
    return len(matching), matching.total


def main() -> int:
    """Compare, and say how many of how many differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    stated = parser.parse_args()
    started, wrong, none = time.perf_counter(), 0, 0
    for seed in range(stated.first, stated.first + stated.problems):
        given = problem_of(seed)
        expected, found = peer(*given), ours(*given, verify=seed % 10 == 0)
        none += expected is None
        same = expected is None if found is None else expected is not None and found[0] == expected[0]
        if not same or (found and expected and abs(found[1] - expected[1]) > AGREE):
            wrong += 1
            print(f"seed {seed}: HiGHS {expected}, found {found}", flush=True)
    spent = time.perf_counter() - started
    print(f"{stated.problems:,} problems, {none:,} of them infeasible, {wrong} wrong, {spent:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

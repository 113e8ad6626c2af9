"""How long scores take: building them, screening all pairs by one product, and single pairs.

Run as ``python benchmarks/bench_scores.py [people]``. The yardstick is the same rectangle
as the exact scores give it, in double precision and criterion by criterion. Times are
processor times with one thread, the least of several runs.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from profiles import SCORERS, pool
from threadpoolctl import threadpool_limits

from mentormatch.people import Pool
from mentormatch.scoring import ScoreMatrix

ROWS, COLUMNS = 256, 2048
"""The rectangle that is looked at."""


def least(work: Callable[[], Any], runs: int = 5) -> float:
    """Return the processor time of the quickest run."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@threadpool_limits.wrap(limits=1)
def screened(people: Pool, name: str) -> None:
    """Print one line for one pool."""
    scores = ScoreMatrix(people, SCORERS, memory=0)
    n, m = scores.shape
    building = least(lambda: ScoreMatrix(people, SCORERS, memory=0), 3)
    screening = least(scores.screen, 3)
    tracemalloc.start()
    screen = scores.screen()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert screen is not None
    rows, columns = slice(0, min(n, ROWS)), slice(0, min(m, COLUMNS))
    cells = min(n, ROWS) * min(m, COLUMNS)
    product = least(lambda: screen.left[rows] @ screen.right[columns].T)
    rest = 0.0 if screen.rest is None else least(lambda: screen.rest(rows, columns))  # type: ignore[misc]
    exact = least(lambda: scores.block(rows, columns))
    draw = np.random.default_rng(0)
    i, j = draw.integers(0, n, 1_000_000), draw.integers(0, m, 1_000_000)
    scores.pairs(i, j)
    pairs = least(lambda: scores.pairs(i, j), 3)
    print(
        f"{name:22s} {building:8.3f} {screening:8.3f} {peak / 2**20:8.0f} {screen.left.shape[1]:5d}"
        f" {screen.error.max():9.1e} {product / cells * 1e9:8.2f} {rest / cells * 1e9:8.2f}"
        f" {exact / cells * 1e9:8.2f} {pairs * 1e3:8.0f}",
        flush=True,
    )


def main(people: int) -> None:
    """Print the table for one size."""
    print(f"{people} mentees, {people} mentors, {len(SCORERS)} criteria")
    print(
        f"{'':22s} {'build s':>8s} {'screen s':>8s} {'MB':>8s} {'cols':>5s} {'bound':>9s}"
        f" {'gemm ns':>8s} {'rest ns':>8s} {'exact ns':>8s} {'pairs ns':>8s}"
    )
    for name, options in {
        "everything answered": {},
        "nine tenths answered": {"answered": 0.9},
        "traits of any number": {"likert": False},
    }.items():
        screened(pool(people, people, 1, **options).public(), name)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

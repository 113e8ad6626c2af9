"""How long thousands of whole people take, from the pool to the proof, and how much memory.

Run ``python benchmarks/bench_large.py [people a side ...] [--peers]``; without sizes 2,000 and 10,000 are measured.
Times are of the clock, the least of three (one from 50,000 on), with compiled code loaded; memory is the peak of the
process so far. Peers get the finished scores, whose making does not count for them, and need all of them at once.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from profiles import SCORERS, pool

import mentormatch as mm

_LONG = 50_000


def seconds(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Return the least time that some work takes, and what it returns."""
    least, found = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        least = min(least, time.perf_counter() - start)
    return least, found


def peak() -> int:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(people: int, *, peers: bool) -> None:
    """Measure one size, and print it."""
    everybody = pool(people, people)
    times = 1 if people >= _LONG else 3
    build, problem = seconds(lambda: mm.Problem.build(everybody, scorers=SCORERS, preset=None), times)
    # each solve begins from nothing: what a problem remembers would help the next
    fresh = [mm.Problem.build(everybody, scorers=SCORERS, preset=None) for _ in range(times)]
    solve, matching = seconds(lambda: fresh.pop().solve(), times)
    verify, _ = seconds(lambda: matching.certificate.verify(problem), 1)
    print(f"{people:8,d} {build:8.3f} {solve:8.3f} {verify:8.3f} {peak():8,d}  {matching.total:.6f}", flush=True)
    for name, call in PEERS.items() if peers else ():
        scores = mm.score(everybody, scorers=SCORERS, preset=None).block(slice(None), slice(None))
        took, total = seconds(lambda scores=scores, call=call: call(scores), 1)  # type: ignore[misc]
        print(f"{name:>17s} {took:8.3f} {'':8s} {peak():8,d}  {total:.6f}", flush=True)


def scipy(scores: Any) -> float:
    """Match finished scores with SciPy."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(scores, maximize=True)
    return float(scores[rows, columns].sum())


def lapjv(scores: Any) -> float:
    """Match finished scores with lapjv."""
    import numpy as np
    from lapjv import lapjv as solve

    rows = solve(1 - scores)[0]
    return float(scores[np.arange(len(rows)), rows].sum())


PEERS: dict[str, Callable[[Any], float]] = {"scipy": scipy, "lapjv": lapjv}


def main(arguments: list[str]) -> None:
    """Measure the sizes that were asked for."""
    sizes = [int(one) for one in arguments if one.isdigit()] or [2_000, 10_000]
    mm.match(pool(1_500, 1_500), scorers=SCORERS, preset=None)  # loads what is compiled
    print(f"{'people':>8s} {'build':>8s} {'solve':>8s} {'verify':>8s} {'MB':>8s}  total")
    for people in sizes:
        measure(people, peers="--peers" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])

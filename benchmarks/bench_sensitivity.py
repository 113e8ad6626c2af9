"""How long a hundred re-solves take, and the other questions about how sure a matching is.

Run ``python benchmarks/bench_sensitivity.py [people]``; 500 a side unless told otherwise. The first column is the
least of three runs by the clock, the second the processor time of that run. The peer solves the same
scores with SciPy alone, without people, rules, ties or counting: what is above it is ours.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from profiles import SCORERS, pool
from scipy.optimize import linear_sum_assignment

import mentormatch as mm

RUNS, TIMES = 3, 100


def least(call: Callable[[], Any]) -> tuple[float, float]:
    """Return the least time of several runs, by the clock and by the processor."""
    found = []
    for _ in range(RUNS):
        clock, processor = time.perf_counter(), time.process_time()
        call()
        found.append((time.perf_counter() - clock, time.process_time() - processor))
    return min(found)


def peer(problem: mm.Problem) -> None:
    """Add the criteria up and assign, a hundred times."""
    values = np.moveaxis(problem.scores.parts(slice(None), slice(None))[0], 2, 0)
    values = np.where(np.isnan(values), 0.5, values)
    rng = np.random.default_rng(0)
    for _ in range(TIMES):
        weights = rng.lognormal(0, 0.3, len(values))
        linear_sum_assignment(np.tensordot(weights, values, 1), maximize=True)


def main() -> None:
    """Measure and print."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    one = mm.Problem.build(pool(people, people, answered=0.9), scorers=SCORERS, preset=None)
    capacity = mm.Capacity(2)
    half = mm.Problem.build(pool(people, people // 2), scorers=SCORERS, preset=None, constraints=[capacity])
    weightings: dict[str, Any] = {"now": None, "skills": {"needs_offers": 1}, "traits": {"traits": 2, "level_gap": 1}}
    rows: dict[str, Callable[[], Any]] = {
        f"sensitivity, {TIMES} re-solves": lambda: mm.sensitivity(one, times=TIMES),
        "the same, two mentees a mentor": lambda: mm.sensitivity(half, times=TIMES),
        "scenarios, three weightings": lambda: mm.scenarios(one, weightings),
        "influence": one.influence,
        f"SciPy alone, {TIMES} times": lambda: peer(one),
    }
    print(f"{people} × {people}, {len(SCORERS)} criteria{'seconds':>22}{'processor':>12}")
    for name, call in rows.items():
        clock, processor = least(call)
        print(f"{name:<38}{clock:>10.2f}{processor:>12.2f}")


if __name__ == "__main__":
    main()

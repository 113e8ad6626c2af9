"""Given tables of scores, kind by kind: from the array to a certified matching, beside SciPy and lapjv.

Run as ``python benchmarks/bench_dense.py [sizes]``, sizes with commas. Times are processor times, the
least of three runs; from 5,000 on there is one.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from matrices import KINDS, scores_of
from peers import PEERS

WHO = ("mentormatch", "scipy dense", "lapjv")

MANY = 5_000
"""People from whom on each is run once."""


def main(sizes: list[int]) -> None:
    """Print one line for each size and kind."""
    there = [name for name in WHO if PEERS[name].there]
    warm = scores_of("uniform", 600, 600)
    for name in there:
        PEERS[name].solve(warm, np.ones(600, np.int64))
    print(f"{'people':>7s} {'kind':9s}" + "".join(f"{name:>13s}" for name in there))
    for size in sizes:
        places = np.ones(size, np.int64)
        for kind in KINDS:
            scores, line = scores_of(kind, size, size), ""
            for name in there:
                least = np.inf
                for _ in range(1 if size >= MANY else 3):
                    start = time.process_time()
                    PEERS[name].solve(scores, places)
                    least = min(least, time.process_time() - start)
                line += f"{least:13.4f}"
            print(f"{size:7d} {kind:9s}{line}", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1].split(",")] if len(sys.argv) > 1 else [500, 1000, 2000])

"""How long one change of a solved problem takes, beside solving it again with SciPy.

Run ``python benchmarks/bench_update.py [mentees] [mentors] [changes]``. Times are of the processor, all
threads included: ``update`` makes the changed problem, ``proved`` is ``update().run()`` down to the
pairs and prices that prove it, ``matching`` is ``update().solve()`` with every :class:`mentormatch.Pair`.
The peer is one ``linear_sum_assignment`` of the scores.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

import mentormatch as mm

Change = Callable[[int], mm.Problem]


def kinds(mentees: int, mentors: int) -> dict[str, NDArray[np.float64]]:
    """Return scores by kind, the same for the same size."""
    rng = np.random.default_rng(mentees)
    found = {"random": rng.random((mentees, mentors))}
    for name, levels in (("answers of 1 to 5", 5), ("profiles", 1000)):
        sides = [rng.integers(0, levels, (size, 10)) for size in (mentees, mentors)]
        apart = sum(np.abs(sides[0][:, None, k] - sides[1][None, :, k]) for k in range(10))
        found[name] = np.asarray(1 - apart / (10 * (levels - 1)))
    return found


def changes(problem: mm.Problem, scores: NDArray[np.float64]) -> dict[str, Change]:
    """Name the changes, each with how to make the one of a number."""
    rng = np.random.default_rng(1)
    rows, columns = (rng.permutation(size).astype(str).tolist() for size in scores.shape)
    pairs = [(pair.mentee, pair.mentor) for pair in problem.solve()]
    return {
        "mentor leaves": lambda k: problem.update(leave={"mentors": [columns[k]]}),
        "mentee leaves": lambda k: problem.update(leave={"mentees": [rows[k]]}),
        "mentee joins": lambda k: problem.update(join_mentees=[{"id": f"x{k}", "scores": rng.permutation(scores[k])}]),
        "mentor joins": lambda k: problem.update(
            join_mentors=[{"id": f"x{k}", "scores": rng.permutation(scores[:, k])}]
        ),
        "one place more": lambda k: problem.update(bounds={"mentors": {columns[k]: 2}}),
        "pair forbidden": lambda k: problem.update(forbid=[pairs[k]]),
    }


def spent(work: Callable[[], object]) -> float:
    """Return the time of the processor that some work takes, in milliseconds."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def main(mentees: int, mentors: int, times: int) -> None:
    """Print the table for one size."""
    print(f"{mentees} mentees, {mentors} mentors, {times} changes of each kind; medians in ms")
    head = f"{'scores':18s} {'change':15s} {'update':>7s} {'proved':>7s} {'matching':>9s} {'scipy':>7s} {'ratio':>6s}"
    print(head)
    for name, scores in kinds(mentees, mentors).items():
        peer = min(spent(partial(linear_sum_assignment, scores, maximize=True)) for _ in range(3))
        problem = mm.Problem.from_scores(scores)
        for kind, make in changes(problem, scores).items():
            make(0).run()
            made = [spent(lambda k=k, make=make: make(k)) for k in range(times)]
            proved = float(np.median([spent(lambda k=k, make=make: make(k).run()) for k in range(times)]))
            whole = [spent(lambda k=k, make=make: make(k).solve()) for k in range(min(times, 5))]
            print(
                f"{name:18s} {kind:15s} {np.median(made):7.2f} {proved:7.2f} {np.median(whole):9.1f} {peer:7.0f} "
                f"{peer / proved:6.0f}",
                flush=True,
            )


if __name__ == "__main__":
    arguments = [int(one) for one in sys.argv[1:]]
    main(*arguments, *[2000, 2000, 9][len(arguments) :])

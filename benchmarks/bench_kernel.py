"""How long one large sparse assignment takes, and how much memory: the kernel and its peers.

Run ``python benchmarks/bench_kernel.py [mentees] [mentors each]``; by default 10,000 and 20. As many
mentors as mentees, one place each; every mentee may have the best of a few mentors drawn at random, by a
score in part of popularity, or nobody. Each solver runs in a process of its own. Peers that are not
installed, and those that take more than five minutes, are told as such. Times are those of
the second run, so that compiling is not in them; the first is told beside it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from mentormatch.compiled import COMPILED
from mentormatch.network import Bounds
from mentormatch.solvers.engine import Task
from mentormatch.solvers.kernel.solve import solve
from mentormatch.solvers.lp import Transport
from mentormatch.solvers.potentials import Part, finish, proves

Peer = Callable[[Part], int]

_PATIENCE = 300

_DRAWN = 4
"""Mentors drawn for each that a mentee may have."""


def sparse(people: int, each: int) -> Part:
    """Make the best mentors of every mentee; the same for the same size."""
    rng = np.random.default_rng(people)
    known, skills = rng.random(people), rng.random((2, people, 6))
    i = np.repeat(np.arange(people), each)
    found = []
    for rows in np.array_split(np.arange(people), max(1, people // 1000)):
        drawn = np.sort(rng.integers(0, people, (len(rows), _DRAWN * each)), axis=1)
        worth = np.einsum("ik,ijk->ij", skills[0, rows], skills[1, drawn]) + known[drawn]
        worth[:, 1:][drawn[:, 1:] == drawn[:, :-1]] = -1.0
        top = np.sort(np.argpartition(worth, worth.shape[1] - each, axis=1)[:, -each:], axis=1)
        found.append((np.take_along_axis(drawn, top, axis=1), np.take_along_axis(worth, top, axis=1)))
    j, worths = (np.concatenate([both[k] for both in found]).ravel() for k in (0, 1))
    one = Bounds(np.zeros(people, np.int64), np.ones(people, np.int64))
    return Part(i, j, np.rint(worths * 2**20).astype(np.int64), np.zeros(len(i), bool), one, one)


def kernel(part: Part) -> int:
    """Solve by the kernel, and check its proof."""
    solved = solve(part)
    if solved is None:
        return -1
    made = Part(part.i, part.j, part.w, solved.used, part.rows, part.columns)
    return part.value(solved.used) if proves(made, solved.prices) else -1


def scipy_sparse(part: Part) -> int:
    """Solve by SciPy's sparse matching, each mentee with a way of its own to stay out."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    people, top = len(part.rows), int(part.w.max()) + 1
    out = np.arange(people)
    cost = np.concatenate((top - part.w, np.full(people, top))).astype(float)
    ends = np.concatenate((part.i, out)), np.concatenate((part.j, out + people))
    rows, columns = min_weight_full_bipartite_matching(costs := csr_array((cost, ends), shape=(people, 2 * people)))
    return people * top - int(np.asarray(costs[rows, columns]).sum())


def or_tools(part: Part) -> int:
    """Solve by the min-cost flow of OR-tools, which gives no prices."""
    from ortools.graph.python import min_cost_flow

    people = len(part.rows)
    sink, side, none = 2 * people, np.arange(people), np.zeros(2 * people, np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = np.concatenate((part.i, side + people, side)).astype(np.int32)
    heads = np.concatenate((part.j + people, np.full(2 * people, sink))).astype(np.int32)
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones_like(tails), np.concatenate((-part.w, none)))
    supply = np.concatenate((np.ones(people, np.int64), np.zeros(people, np.int64), [-people]))
    flow.set_nodes_supplies(np.arange(2 * people + 1, dtype=np.int32), supply)
    flow.solve()
    return int(-flow.optimal_cost())


def simplex(part: Part) -> int:
    """Solve by HiGHS and the exact finish: what the library does with bounds on both sides and without numba."""
    proposal = Transport().propose(Task(part, complete=True, dense=lambda: np.empty((0, 0), np.int64)))
    if proposal is None or proposal.guess is None:
        return -1
    keys = part.i * len(part.columns) + part.j
    used = np.isin(keys, proposal.i * len(part.columns) + proposal.j)
    made = Part(part.i, part.j, part.w, used, part.rows, part.columns)
    return part.value(finish(made, proposal.guess).used)


PEERS: dict[str, Peer] = {
    "kernel": kernel,
    "scipy sparse": scipy_sparse,
    "or-tools flow": or_tools,
    "highs simplex": simplex,
}


def one(name: str, people: int, each: int) -> None:
    """Time one solver twice and print a line."""
    part = sparse(people, each)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = []
    for _ in range(2):
        start = time.process_time()
        value = PEERS[name](part)
        taken.append(time.process_time() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{name:14s} {taken[1]:9.3f} {taken[0]:9.3f} {after >> 10:7,d} {(after - before) >> 10:7,d} {value:18,d}")


def main(people: int, each: int) -> None:
    """Print the table for one size."""
    print(f"{people:,} mentees and mentors, {each} mentors each; kernel {'compiled' if COMPILED else 'not compiled'}")
    print(f"{'solver':14s} {'CPU s':>9s} {'first':>9s} {'peak MB':>7s} {'own MB':>7s} {'value':>18s}")
    for name in PEERS:
        call = [sys.executable, __file__, str(people), str(each), name]
        try:
            done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"{name:14s} more than {_PATIENCE} s")
            continue
        print(done.stdout.rstrip() or f"{name:14s} {(done.stderr.splitlines() or ['nothing'])[-1]}", flush=True)


if __name__ == "__main__":
    size, width = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (10_000, 20)
    if len(sys.argv) > 3:
        one(sys.argv[3], size, width)
    else:
        main(size, width)

"""mentormatch and its peers on the same data, one after the other, each case in a process of its own.

Run ``python benchmarks/bench_peers.py [quick | full] [--write]``, or ``make bench`` and ``make bench BENCH=full``.
``quick`` takes some minutes: up to 1,000 people a side, ten seconds a case. ``full`` goes up to 20,000 and a minute
a case: each peer goes up in size until it would take longer, or than half of the memory there is. ``--write`` puts
tables and plots into ``docs``.

Every case makes its data anew from the same seed and solves it three times (once where that takes more than a few
seconds); the least time counts, with compiled code loaded and libraries imported. Memory is the peak of the
process, less what it had when the data were made. Peers get the finished matrix; what they must do to it first
counts for them. A peer that is not installed is left out, and said. Nothing here passes or fails but an exact
peer's total: one that differs is told.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from matrices import KINDS, scores_of
from peers import PEERS

SIZES = {
    "quick": (100, 300, 1000),
    "full": (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000),
}
PATIENCE = {"quick": 10.0, "full": 60.0}

CASES = (*KINDS, "places", "people")
"""The kinds of scores one to one, mentors with 1 to 5 places for three times as many mentees, and whole people, whom
mentormatch scores itself while peers get the finished scores."""

_REPEATS = 3
_LONG = 3.0
"""Seconds beyond which a case is measured once."""

_START = 60.0
"""Seconds that a process may take to start and to make its data."""


@dataclass(frozen=True)
class Measured:
    """One case.

    Attributes
    ----------
    case, peer, people
        What was measured; people are mentees.
    seconds, cpu
        The least wall time, and the processor time of the same run.
    peak, own
        Peak memory of the process, and what it rose by after the data were made; MB.
    total
        What was reached; None where another question was answered.
    load
        How many processes wanted a core, on average over the minute before the end.
    """

    case: str
    peer: str
    people: int
    seconds: float
    cpu: float
    peak: float
    own: float
    total: float | None
    load: float = 0.0


def data_of(case: str, people: int) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and places of a case."""
    if case == "people":
        from profiles import SCORERS, pool

        import mentormatch as mm

        everyone = slice(0, people)
        scores = mm.score(pool(people, people), preset=None, scorers=SCORERS).block(everyone, everyone)
        return scores, np.ones(people, np.int64)
    if case != "places":
        return scores_of(case, people, people), np.ones(people, np.int64)
    mentors = max(1, people // 3)
    return scores_of("likert", people, mentors), np.random.default_rng(people).integers(1, 6, mentors)


def measure(case: str, peer: str, people: int) -> Measured:
    """Measure one case in this process."""
    if peer == "mentormatch":
        warm()
    solve, data = call_of(case, peer, people)
    tiny = call_of(case, peer, 12)
    tiny[0](*tiny[1])  # imports, and compiled code where small problems use it
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times: list[tuple[float, float]] = []
    total = None
    while len(times) < _REPEATS and (not times or times[0][0] < _LONG):
        wall, cpu = time.perf_counter(), time.process_time()
        total = solve(*data)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    least = min(times)
    return Measured(case, peer, people, *least, after / 1024, (after - before) / 1024, total, os.getloadavg()[0])


def call_of(case: str, peer: str, people: int) -> tuple[Callable[..., float | None], tuple[Any, ...]]:
    """Return what is measured: a function and what it is given."""
    if case == "people" and peer == "mentormatch":
        from profiles import pool

        return whole, (pool(people, people),)
    return PEERS[peer].solve, data_of(case, people)


def whole(pool: Any) -> float:
    """Score and match a pool, as everybody does."""
    from profiles import SCORERS

    import mentormatch as mm

    matching = mm.match(pool, preset=None, scorers=SCORERS)
    assert matching.certificate.optimal
    return matching.total


def warm() -> None:
    """Load what is compiled, as a second call of a process would find it."""
    import mentormatch as mm

    try:
        mm.warmup()
    except mm.MissingExtra:
        print("numba is not there: mentormatch runs without compiled code", file=sys.stderr)


def apart(case: str, peer: str, people: int, patience: float) -> Measured | str:
    """Measure one case in a process of its own; a sentence where it gave no result."""
    call = [sys.executable, __file__, "one", case, peer, str(people)]
    try:
        done = subprocess.run(
            call, capture_output=True, text=True, check=False, timeout=_START + (_REPEATS + 1) * patience
        )
    except subprocess.TimeoutExpired:
        return "took too long"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:100]
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def room(people: int) -> float:
    """Return what a dense solver needs, in bytes, about: the matrix, a copy, and as much again."""
    return 3 * 8.0 * people * people


def memory() -> float:
    """Return the bytes of this machine."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def run(mode: str, keep: Callable[[list[Measured]], None]) -> None:
    """Measure everything, printing a line each; what there is so far is kept after each case."""
    found: list[Measured] = []
    there = [name for name, peer in PEERS.items() if peer.there]
    for name in PEERS.keys() - set(there):
        print(f"{name}: not installed, left out")
    if "mentormatch" in there:  # what is compiled is kept on disk: no case pays for it
        subprocess.run(
            [sys.executable, "-c", "import mentormatch as mm; mm.warmup()"], capture_output=True, check=False
        )
    print(f"{'case':10s} {'people':>7s} {'peer':20s} {'s':>9s} {'CPU s':>9s} {'own MB':>8s}  total")
    for case in CASES:
        if case == "people" and find_spec("profiles") is None:
            continue
        going = dict.fromkeys(there, 0.0)
        for people in SIZES[mode]:
            best: float | None = None
            for peer in list(going):
                if room(people) > memory() / 2 and (case, peer) != ("people", "mentormatch"):
                    del going[peer]
                    continue
                one = apart(case, peer, people, PATIENCE[mode])
                if isinstance(one, str):
                    print(f"{case:10s} {people:7,d} {peer:20s} {one}", flush=True)
                    del going[peer]
                    continue
                found.append(one)
                best = one.total if best is None else best
                times = f"{one.seconds:9.4f} {one.cpu:9.4f} {one.own:8.0f}"
                print(f"{case:10s} {people:7,d} {peer:20s} {times}  {told(one, best)}", flush=True)
                following = SIZES[mode][min(SIZES[mode].index(people) + 1, len(SIZES[mode]) - 1)]
                if one.seconds * (following / people) ** 2.3 > PATIENCE[mode]:
                    del going[peer]
        keep(found)


def told(one: Measured, best: float | None) -> str:
    """Say what a case reached, beside the first of the same data."""
    if one.total is None or best is None:
        return "another question"
    fine = 1e-3 if one.peer == "mentor-match" else 1e-7
    differs = PEERS[one.peer].exact and abs(one.total - best) > fine * one.people
    return f"{one.total:.6f}" + f"  DIFFERS from {best:.6f}" * differs


def main(arguments: list[str]) -> None:
    """Measure one case, or all of a mode."""
    if arguments[:1] == ["one"]:
        print(json.dumps(asdict(measure(arguments[1], arguments[2], int(arguments[3])))))
        return
    words = [one for one in arguments if not one.startswith("-")]
    mode = words[0] if words else os.environ.get("BENCH", "quick")
    if mode not in SIZES:
        sys.exit(f"{mode} is neither quick nor full")
    from tell import write

    writes = "--write" in arguments
    run(mode, lambda found: write([asdict(one) for one in found], mode) if writes else None)


if __name__ == "__main__":
    main(sys.argv[1:])

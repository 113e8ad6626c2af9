"""How long large tables take to pool, and large results to tell: 100,000 people a side unless told otherwise.

Run as ``python benchmarks/bench_big.py [people a side] [pandas|polars|pyarrow|parquet]``. Times are of the processor,
all threads together; memory is what the process grew by at most. The matching is made of pairs chosen without a
solver, so that nothing but reading, scoring and telling is measured.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import mentormatch as mm
from mentormatch.network import Arcs, Solution, TierResult
from mentormatch.problem.result import make_matching

T = TypeVar("T")

TOPICS = [f"topic {k}" for k in range(150)]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
LANGUAGES = (["Nederlands", "Engels"], ["English"], ["Dutch", "English"])
TRAITS = ("openness", "calm", "energy", "order", "warmth")
WORDS = [f"word{k}" for k in range(3000)]


def table(side: str, count: int, rng: random.Random) -> dict[str, list[Any]]:
    """Return the answers of one side, in columns."""
    other, places = ("b", "mentors_wanted") if side == "a" else ("a", "capacity")
    each = range(count)
    return {
        "id": [f"{side}{k:06}" for k in each],
        "name": [f"Person {side} {k}" for k in each],
        "needs": [rng.sample(TOPICS, 4) for _ in each],
        "offers": [rng.sample(TOPICS, 4) for _ in each],
        "goals": [rng.sample(TOPICS, 2) for _ in each],
        "level": [k % 9 for k in each],
        "languages": [rng.choice(LANGUAGES) for _ in each],
        "availability": [[f"{day} {rng.randrange(8, 16):02}:00-17:30" for day in rng.sample(DAYS, 3)] for _ in each],
        "time_zone": ["Europe/Amsterdam"] * count,
        "traits": ["; ".join(f"{trait}: {rng.randrange(1, 6)}" for trait in TRAITS) for _ in each],
        places: ["1-3" if k % 3 == 0 else "1" for k in each],
        "vetoes": [[f"{other}{rng.randrange(count):06}"] if k % 50 == 0 else None for k in each],
        "manager_id": [f"{side}{k // 8:06}" if k % 2 else None for k in each],
        "bio": [" ".join(rng.choices(WORDS, k=40)) for _ in each],
    }


def frame(columns: dict[str, list[Any]], kind: str, folder: Path) -> Any:
    """Return a table as a frame of one library, or as a Parquet file."""
    if kind == "pandas":
        import pandas as pd

        return pd.DataFrame(columns)
    if kind == "polars":
        import polars as pl

        return pl.DataFrame(columns)
    import pyarrow as pa
    from pyarrow.parquet import write_table

    made = pa.table(columns)
    if kind == "pyarrow":
        return made
    path = folder / f"{columns['id'][0]}.parquet"
    write_table(made, path)
    return path


def memory(name: str) -> float:
    """Return what Linux says of this process, in MB; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def timed(name: str, do: Callable[[], T]) -> T:
    """Do something and say how long it took."""
    started = time.process_time()
    done = do()
    sys.stdout.write(f"  {name:<26}{1000 * (time.process_time() - started):>10.1f} ms\n")
    return done


def main(count: int, kind: str) -> None:
    """Make the tables, pool them, make a matching and tell it in every way."""
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = [frame(table(side, count, rng), kind, folder) for side in ("b", "a")]
        before = memory("VmRSS")
        pool = timed(f"{kind} to Pool", lambda: mm.Pool.read(*tables))
        sys.stdout.write(f"  memory grew by at most    {memory('VmHWM') - before:>10.0f} MB\n")
        timed("bags, numbers and labels", lambda: arrays(pool))
        problem = timed("Problem.build", lambda: mm.Problem.build(pool))
        prepared = timed("instance", lambda: problem._prepare(("coverage", "total"), 0))
        every = np.arange(count)
        solution = Solution(Arcs(every, every), (TierResult("coverage", count, count),))
        told = lambda: make_matching(problem._setup, prepared, solution, solver="auto", seed=0)  # noqa: E731
        matching = timed("Matching", told)
        timed("explain one, first", lambda: matching.explain("a000007").text())
        timed("explain one, again", lambda: matching.explain("a000008").text())
        timed("mentors_of", lambda: matching.mentors_of("a000009"))
        timed("to_frame", lambda: matching.to_frame("pyarrow"))
        for suffix in ("parquet", "json", "csv"):
            path = folder / f"matching.{suffix}"
            timed(f"write .{suffix}", lambda path=path: matching.write(path))
        text = timed("to_json", matching.to_json)
        timed("from_json", lambda: mm.Matching.from_json(text))


def arrays(pool: Any) -> None:
    """Ask a pool for what criteria ask for."""
    for fields in (("needs", "offers"), ("goals", "goals"), ("languages", "languages")):
        pool.bags(*fields)
    pool.labels("team")
    pool.numbers("level")
    pool.texts("bio")
    pool.objects("traits")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2] if len(sys.argv) > 2 else "pandas")

"""A million mentors and a million mentees, taken apart by hard rules and matched exactly, block by block.

Run ``python benchmarks/million.py [people a side] [workers]``; by default 1,000,000 and 2. It needs the extra
``scale``, pyarrow to write the made-up people, and some 2 GB of disk for them. Two people may be matched if they
share a language, work in one region and are of the same band of levels. Regions and languages are of unequal
size, so that blocks have some tens to some hundreds of people a side.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from joblib.externals.loky import get_reusable_executor

import mentormatch as mm

SKILLS = np.array([f"skill {k}" for k in range(64)])
GOALS = np.array([f"goal {k}" for k in range(16)])
LANGUAGES = np.array(["English", "Dutch", "French", "German", "Spanish", "Turkish", "Polish", "Arabic"])
BANDS = 5
SCORERS = {"needs_offers": 3, "goals": 2, "shared_languages": 1}
KEYS = ("languages", "site", "level")

_AT_ONCE = 100_000
_BLOCK = 120
"""People of one side in a block, on average."""


def drawn(rng: np.random.Generator, people: int, words: np.ndarray, each: int) -> list[str]:
    """Draw some words for each person, without any twice."""
    keys = rng.random((people, len(words)), dtype=np.float32)
    picked = np.argpartition(keys, each, axis=1)[:, :each]
    return ["; ".join(row) for row in words[picked]]


def unequal(rng: np.random.Generator, people: int, kinds: int) -> np.ndarray:
    """Draw a kind for each person, the first kinds some times as often as the last."""
    weight = 1 / (np.arange(kinds) + kinds / 3)
    return rng.choice(kinds, people, p=weight / weight.sum())


def write(path: Path, people: int, side: str) -> None:
    """Write made-up people of one side, the same for the same number."""
    rng = np.random.default_rng([people, side == "mentor"])
    regions = max(1, people // (_BLOCK * BANDS * len(LANGUAGES)))
    writer = None
    for start in range(0, people, _AT_ONCE):
        size = min(_AT_ONCE, people - start)
        table = pa.table(
            {
                "id": [f"{side}-{start + k}" for k in range(size)],
                "languages": LANGUAGES[unequal(rng, size, len(LANGUAGES))],
                "site": [f"region {k}" for k in unequal(rng, size, regions)],
                "level": rng.integers(1, BANDS + 1, size),
                "offers" if side == "mentor" else "needs": drawn(rng, size, SKILLS, 5 if side == "mentor" else 3),
                "goals": drawn(rng, size, GOALS, 2),
                "capacity" if side == "mentor" else "mentors_wanted": rng.integers(1, 3, size)
                if side == "mentor"
                else np.ones(size, np.int64),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def main(people: int, workers: int) -> None:
    """Make the people, match them, and say what it took."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{side}s.parquet" for side in ("mentor", "mentee")]
        for path, side in zip(paths, ("mentor", "mentee"), strict=True):
            write(path, people, side)
        print(f"{people:,} mentors and {people:,} mentees; {sum(p.stat().st_size for p in paths) / 1e6:.0f} MB on disk")
        out = Path(folder) / "pairs.parquet"
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        started = time.perf_counter(), time.process_time()
        result = mm.match_blocks(*paths, by=KEYS, out=out, preset=None, scorers=SCORERS, n_jobs=workers)
        wall, own = time.perf_counter() - started[0], time.process_time() - started[1]
        get_reusable_executor().shutdown(wait=True)  # so that the workers' time counts
        others = resource.getrusage(resource.RUSAGE_CHILDREN)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{result.pairs:,} pairs in {result.blocks:,} blocks, {result.proven:,} proven; largest {result.largest}")
        print(", ".join(f"{tier.name} {tier.value:,}" for tier in result.tiers), f"{out.stat().st_size / 1e6:.0f} MB")
        cpu = own + others.ru_utime + others.ru_stime
        print(f"{wall:.1f} s, CPU {cpu:.1f} s (this process {own:.1f}); peak {peak} MB (before {before})")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    main(*given, *(1_000_000, 2)[len(given) :])

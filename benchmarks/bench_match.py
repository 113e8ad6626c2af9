"""From two CSV files to a certified matching: how long, and against what.

Run ``python benchmarks/bench_match.py [people]``. The peer in the same run is SciPy's
``linear_sum_assignment`` on the finished score matrix: the least that any exact matcher
built on it needs, without reading, scoring, rules, proof or reasons.
"""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

import mentormatch as mm

SKILLS = [f"skill {k:02d}" for k in range(40)]
GOALS = [f"goal {k}" for k in range(12)]
LANGUAGES = ["nl", "en", "fr", "de"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri"]
WORDS = [
    "team",
    "growth",
    "finance",
    "code",
    "people",
    "plan",
    "speak",
    "listen",
    "build",
    "sell",
    "care",
    "law",
    "data",
    "design",
    "lead",
    "learn",
]


def write_people(folder: Path, people: int, *, several: bool) -> tuple[Path, Path]:
    """Write made-up mentors and mentees as CSV files, the same for the same number."""
    rng = np.random.default_rng(people)

    def some(words: list[str], low: int, high: int) -> str:
        return "; ".join(rng.choice(words, rng.integers(low, high), replace=False))

    def hours() -> str:
        start = rng.integers(8, 17, 3)
        return "; ".join(
            f"{day} {hour:02d}:00-{hour + 1:02d}:00" for day, hour in zip(rng.choice(DAYS, 3), start, strict=True)
        )

    def write(name: str, side: str) -> Path:
        skill = "offers" if side == "mentor" else "needs"
        places = "capacity" if side == "mentor" else "mentors_wanted"
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["id", "name", skill, "goals", "languages", "level", "availability", "bio", places])
            for row in range(people):
                level = rng.integers(3, 9) if side == "mentor" else rng.integers(1, 6)
                several_places = int(rng.integers(1, 4)) if several else 1
                bio = " ".join(rng.choice(WORDS, 12))
                skills = some(SKILLS, 2, 7) if side == "mentor" else some(SKILLS, 1, 4)
                table.writerow(
                    [
                        f"{side}-{row}",
                        f"{side} {row}",
                        skills,
                        some(GOALS, 1, 3),
                        some(LANGUAGES, 1, 3),
                        level,
                        hours(),
                        bio,
                        several_places,
                    ]
                )
        return path

    return write("mentors", "mentor"), write("mentees", "mentee")


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the wall time of a call and what it returned."""
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def run(mentors: Path, mentees: Path, label: str) -> Any:
    """Read, build and solve once; say how long each took and return the problem and its matching."""
    read, pool = timed(lambda: mm.Pool.read(mentors, mentees))
    built, problem = timed(lambda: mm.Problem.build(pool))
    solved, matching = timed(problem.solve)
    spent = f"read {read:.2f}, build {built:.2f}, solve and tell {solved:.2f}"
    proven = "proven optimal" if matching.certificate.optimal else "not proven"
    print(f"{label}: {read + built + solved:.2f} s ({spent}); {len(matching)} pairs, {proven}")
    return problem, matching


def compare(problem: Any, matching: Any) -> None:
    """Time the proof on its own, and the peer on the finished score matrix."""
    verified, _ = timed(lambda: matching.certificate.verify(problem))
    everyone = slice(None)
    scores = problem.scores.block(everyone, everyone)
    peer, (i, j) = timed(lambda: linear_sum_assignment(scores, maximize=True))
    print(f"  verify {verified:.2f} s; scipy on the finished matrix {peer:.2f} s")
    print(f"  total {matching.total:.9f}, scipy's {scores[i, j].sum():.9f}")


def main(people: int) -> None:
    """Time it cold and warm; several each only up to 1,000 a side."""
    with tempfile.TemporaryDirectory() as folder:
        for several in (False, True)[: 1 if people > 1000 else 2]:
            files = write_people(Path(folder), people, several=several)
            kind = f"{people} x {people}, " + ("several each" if several else "one mentor each")
            for label in ("cold", "warm", "warm"):
                problem, matching = run(*files, f"{kind}, {label}")
            if not several:
                compare(problem, matching)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)

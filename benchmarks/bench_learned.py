"""What can be learned from 276 speed dates: from the ratings of both sides, and from background alone.

Run as ``python benchmarks/bench_learned.py SpeedDating.csv [seeds]`` with the speed dates of the Lock5
textbook (drawn from Fisman et al., *Gender differences in mate selection*, Quarterly Journal of Economics 121,
2006), which are not part of this repository. A pair is good where both want to meet again. The table has no
ids, so that every date is held out alone. Times are processor times.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import mentormatch as mm

Columns = dict[str, NDArray[np.float64]]

QUALITIES = ("Attractive", "Sincere", "Intelligent", "Fun", "Ambitious", "SharedInterests")
IMPRESSIONS = ("Like", "PartnerYes")


def read(path: Path) -> tuple[Columns, dict[str, list[str]]]:
    """Return the columns of numbers, NaN where missing, and those of words."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {name: [row[name] for row in rows] for name in rows[0]}
    numbers = {
        name: np.array([float(cell) if cell not in {"", "NA"} else np.nan for cell in cells])
        for name, cells in words.items()
        if not name.startswith("Race")
    }
    return numbers, words


def both(numbers: Columns, names: tuple[str, ...]) -> Columns:
    """Return what each side said of the other."""
    return {name + side: numbers[name + side] for name in names for side in "MF"}


def smaller(numbers: Columns, names: tuple[str, ...]) -> Columns:
    """Return the smaller of what both sides said."""
    return {name: np.minimum(numbers[name + "M"], numbers[name + "F"]) for name in names}


def background(numbers: Columns, words: dict[str, list[str]]) -> Columns:
    """Return how near they are in age and whether they are of one origin."""
    same = [
        float(his == hers) if his and hers else np.nan for his, hers in zip(words["RaceM"], words["RaceF"], strict=True)
    ]
    return {"age_gap": np.abs(numbers["AgeM"] - numbers["AgeF"]), "same_origin": np.array(same)}


def everything(numbers: Columns, words: dict[str, list[str]]) -> tuple[Columns, dict[str, tuple[float, float]]]:
    """Return all that is known of their background, with what counts as 0 and as 1."""
    found = {**background(numbers, words), "age_m": numbers["AgeM"], "age_f": numbers["AgeF"]}
    for side in "MF":
        for origin in ("Asian", "Caucasian"):
            found[f"{origin} {side}"] = np.array(
                [float(one == origin) if one else np.nan for one in words["Race" + side]]
            )
    return found, {"age_gap": (30.0, 0.0), "age_m": (18.0, 60.0), "age_f": (18.0, 60.0)}


def main(path: Path, seeds: int) -> None:
    """Print the report of the first seed and a line for each further one."""
    numbers, words = read(path)
    good = numbers["DecisionM"] * numbers["DecisionF"]
    ages = {"age_gap": (30.0, 0.0)}
    cases = {
        "six ratings of both sides": (both(numbers, QUALITIES), (0.0, 10.0)),
        "all eight ratings of both sides": (both(numbers, QUALITIES + IMPRESSIONS), (0.0, 10.0)),
        "the smaller of both, eight ratings": (smaller(numbers, QUALITIES + IMPRESSIONS), (0.0, 10.0)),
        "background: age gap and same origin": (background(numbers, words), ages),
        "background: all of it": everything(numbers, words),
    }
    for name, (values, ranges) in cases.items():
        for seed in range(seeds):
            start = time.process_time()
            learned = mm.learn(values, good.tolist(), ranges=ranges, seed=seed)
            spent = time.process_time() - start
            if not seed:
                print(f"\n=== {name}\n{learned}")
            report = learned.report
            print(
                f"seed {seed}: AUC {report.learned.auc.value:.3f}, calibration {report.learned.calibration.value:.3f},"
                f" Brier {report.learned.brier.value:.4f} (base {report.base.brier.value:.4f}), {learned.verdict};"
                f" pull {learned.pull}, freedom {learned.freedom:.1f}; {spent:.1f} s",
                flush=True,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)

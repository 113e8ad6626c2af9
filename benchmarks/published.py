"""Hold this library against optimum values that others published or proved.

Run ``python benchmarks/published.py [folder] [name ...]``. The folder is where the problems lie, by default
``../shared/data`` beside this repository; where it is not, this says so and is done. Names choose
among ``mcf-dimacs``, ``networkx``, ``gap1`` and ``pioneers``; by default all are solved. A wrong
value, or one that is not proved, is named and makes the exit status 1. Each folder has a
``SOURCE.txt`` that says where its problems and values are from.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import mentormatch as mm
from mentormatch.solvers import NoFlow, min_cost_flow

ROOT = Path(__file__).resolve().parent.parent

Value = int | str
"""An optimum, or a word for why there is none."""


class Case(NamedTuple):
    """One published problem: what it is called, its value, and how to solve it."""

    name: str
    wanted: Value
    solve: Callable[[], Value]


# --- minimum-cost flow, by the door of its own ---

DIMACS = {"sample": 9, "Network2": 74_168_480, "Network3": 12_909_051}


def read_dimacs(path: Path) -> tuple[list[list[int]], list[int]]:
    """Read a network of the DIMACS form ``min``: arcs by column, and the supply of each node."""
    supply: list[int] = []
    arcs: list[tuple[int, ...]] = []
    for line in path.read_text("ascii").splitlines():
        match line.split():
            case ["p", "min", nodes, _]:
                supply = [0] * int(nodes)
            case ["n", node, units]:
                supply[int(node) - 1] = int(units)
            case ["a", tail, head, *numbers]:
                arcs.append((int(tail) - 1, int(head) - 1, *map(int, numbers)))
    return [list(column) for column in zip(*arcs, strict=True)], supply


def dimacs(data: Path) -> Iterator[Case]:
    """Give the networks of mcf-dimacs."""
    for name, wanted in DIMACS.items():
        arcs, supply = read_dimacs(data / "mcf-dimacs" / f"{name}.dmx")
        yield Case(name, wanted, lambda arcs=arcs, supply=supply: min_cost_flow(*arcs, supply).cost)


def recorded(data: Path) -> Iterator[Case]:
    """Give the graphs that networkx tests its own minimum-cost flow with."""
    for case in json.loads((data / "solver-fixtures" / "networkx_mincostflow.json").read_text("utf-8")):
        wanted = case["optimal_cost"] if case["status"] == "optimal" else case["status"]
        yield Case(case["name"].removeprefix("test_"), wanted, lambda case=case: solve_recorded(case))


def solve_recorded(case: dict) -> Value:
    """Solve one graph; no capacity is one that no flow reaches unless it costs less the more it carries."""
    names = [node["id"] for node in case["nodes"]]
    supply = [-node.get("demand", 0) for node in case["nodes"]]
    known = sum(arc["capacity"] or 0 for arc in case["arcs"]) + sum(map(abs, supply))
    upper = [known + 1 if arc["capacity"] is None else arc["capacity"] for arc in case["arcs"]]
    ends = [[names.index(arc[end]) for arc in case["arcs"]] for end in ("from", "to")]
    cost = [round(10 * arc["cost"]) for arc in case["arcs"]]  # some are tenths
    try:
        found = min_cost_flow(*ends, [0] * len(upper), upper, cost, supply)
    except (NoFlow, mm.InputError):  # supplies that do not sum to 0 are an input error here
        return "infeasible"
    return "unbounded" if (found.flow > known).any() else found.cost // 10


# --- generalised assignment: hours that differ by pair ---


def gap(data: Path) -> Iterator[Case]:
    """Give the five problems of gap1: agents with a capacity, jobs that take each agent another time."""
    numbers = iter(map(int, (data / "gap1" / "gap1.txt").read_text("ascii").split()))
    for number in range(next(numbers)):
        agents, jobs = next(numbers), next(numbers)
        profit, hours = ([[next(numbers) for _ in range(jobs)] for _ in range(agents)] for _ in range(2))
        capacity = [next(numbers) for _ in range(agents)]
        wanted = next(numbers)
        yield Case(f"gap1-{number + 1}", wanted, lambda given=(profit, hours, capacity): solve_gap(*given))


def solve_gap(profit: list[list[int]], hours: list[list[int]], capacity: list[int]) -> Value:
    """Give every job to an agent, within everybody's hours, for the highest profit."""
    top, jobs = max(map(max, profit)), len(profit[0])

    @mm.scorer
    def worth(mentee: mm.Mentee, mentor: mm.Mentor) -> float:
        return profit[int(mentor.id[1:])][int(mentee.id[1:])] / top

    rule = mm.HoursCapacity(hours=lambda mentee, mentor: hours[int(mentor.id[1:])][int(mentee.id[1:])])
    problem = mm.Problem.build(
        [{"id": f"a{agent}", "capacity": jobs, "hours_per_month": most} for agent, most in enumerate(capacity)],
        [{"id": f"j{job}"} for job in range(jobs)],
        preset=None,
        scorers={worth: 1},
        constraints=[rule],
    )
    return value(problem.solve(objective=("coverage", "total")), top, jobs)


# --- common hours, required pairs, and mentors who go together ---

PAIRS = (("Team 12", "Mentor 07"), ("Team 03", "Mentor 13"), ("Team 10", "Mentor 16"))
TOGETHER = (("Mentor 02", "Mentor 10"), ("Mentor 04", "Mentor 09"))


def pioneers(data: Path) -> Iterator[Case]:
    """Give the teams and mentors of mentoring-pioneers, with their required pairs and co-mentors."""

    def free(side: str) -> dict[str, list[int]]:
        with (data / "mentoring-pioneers" / f"{side}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["Name"]: [int(cell) for name, cell in row.items() if name.startswith("Avail")] for row in rows}

    teams, mentors = free("teams"), free("mentors")
    common = {(a, b): sum(x * y for x, y in zip(teams[a], mentors[b], strict=True)) for a in teams for b in mentors}
    for least in (0, 1, 2):
        yield Case(f"pioneers, {least} slots", 939, lambda least=least: solve_pioneers(common, least))


def solve_pioneers(common: dict[tuple[str, str], int], least: int) -> Value:
    """Find the most common slots: each mentor one team, each team one mentor or two."""
    top = max(common.values())
    teams, mentors = (sorted({pair[side] for pair in common}) for side in (0, 1))

    @mm.scorer
    def slots(mentee: mm.Mentee, mentor: mm.Mentor) -> float:
        return common[mentee.id, mentor.id] / top

    short = [mm.Forbid(*pair) for pair, count in common.items() if count < least and pair not in PAIRS]
    problem = mm.Problem.build(
        [{"id": one, "capacity": (1, 1)} for one in mentors],
        [{"id": one, "mentors_wanted": (1, 2)} for one in teams],
        preset=None,
        scorers={slots: 1},
        constraints=[*short, *(mm.Together(*two) for two in TOGETHER)],
        locks=PAIRS,
    )
    return value(problem.solve(objective=("coverage", "total")), top, len(mentors))


def value(matching: mm.Matching, scale: int, pairs: int) -> Value:
    """Return the total in its own unit, or why there is none."""
    if len(matching) != pairs:
        return f"{len(matching)} pairs instead of {pairs}"
    return round(matching.total * scale) if matching.certificate.optimal else "not proved"


SETS = {"mcf-dimacs": dimacs, "networkx": recorded, "gap1": gap, "pioneers": pioneers}


def main(arguments: list[str]) -> int:
    """Solve what is there; return the exit status."""
    data = Path(arguments[0]) if arguments else ROOT.parent / "shared" / "data"
    if not data.is_dir():
        print(f"There are no published problems in {data}: nothing to compare with.")
        return 0
    chosen = arguments[1:] or list(SETS)
    wrong = []
    print(f"{'problem':32}{'wanted':>14}{'got':>14}{'seconds':>10}")
    for case in (case for name in chosen for case in SETS[name](data)):
        started = time.perf_counter()
        try:
            got = case.solve()
        except mm.MentorMatchError as error:
            got = type(error).__name__
        print(f"{case.name:32}{case.wanted:>14}{got:>14}{time.perf_counter() - started:>10.2f}")
        if got != case.wanted:
            wrong.append(f"{case.name}: wanted {case.wanted}, got {got}")
    print("\n".join(wrong) or "All as published.", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

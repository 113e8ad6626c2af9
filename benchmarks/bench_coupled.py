"""Rules over several pairs: proven optima, beside HiGHS alone on the same integer programme.

    python benchmarks/bench_coupled.py 200 600 --peer 60
    python benchmarks/bench_coupled.py 1000 3000

Mentors with one to three places and some minimums, mentees of eight departments with quotas, mentors of
eight languages with quotas, a least number of pairs across departments, and tensions between mentees
who like the same mentor. HiGHS is given the total alone, on the coverage that was found, and so many seconds.
"""

from __future__ import annotations

import argparse
import time

import highspy
import numpy as np

from mentormatch.network import Bounds, Group, Instance, Linear
from mentormatch.solvers import Mixed, exponent


def programme(mentors: int, mentees: int, seed: int, *, ties: bool) -> Instance:
    """Make up an instance."""
    rng = np.random.default_rng(seed)
    asks, kinds = rng.integers(1, 6, (mentees, 12)), rng.integers(0, 8, (mentees, 3))
    has, theirs = rng.integers(1, 6, (mentors, 12)), rng.integers(0, 8, (mentors, 3))
    scores = np.array([np.exp(-np.abs(one - has).mean(axis=1)) for one in asks])
    scores = 0.8 * scores + 0.2 * (kinds[:, None, :] == theirs[None]).mean(axis=2)
    scores = np.round(scores * 20) / 20 if ties else scores
    allowed = rng.random(scores.shape) >= 0.01
    across = np.nonzero(kinds[:, None, 0] != theirs[None, :, 0])
    favourite = scores.argmax(axis=1)
    tense = set()
    while len(tense) < mentees // 15:
        one, other = sorted(rng.integers(0, mentees, 2).tolist())
        if one != other and favourite[one] == favourite[other]:
            tense.add((0, one, other))
    departments = [np.flatnonzero(kinds[:, 1] == kind) for kind in range(8)]
    languages = [np.flatnonzero(theirs[:, 2] == kind) for kind in range(8)]
    hashes = rng.integers(0, 1 << 40, scores.shape)
    return Instance(
        mentees=Bounds(np.zeros(mentees, np.int64), np.ones(mentees, np.int64)),
        mentors=Bounds((rng.random(mentors) < 0.5).astype(np.int64), np.full(mentors, 3, np.int64)),
        score_block=lambda rows, columns: scores[rows][:, columns],
        score_pairs=lambda i, j: scores[i, j],
        allowed_block=lambda rows, columns: allowed[rows][:, columns],
        allowed_pairs=lambda i, j: allowed[i, j],
        tie_pairs=lambda i, j: hashes[i, j],
        lowest=0.0,
        highest=1.0,
        objective=("coverage", "total"),
        apart=tuple(sorted(tense)),
        groups=(
            *(Group(0, people, int(0.85 * len(people)), len(people)) for people in departments),
            *(Group(1, people, 0, int(np.ceil(0.135 * mentees))) for people in languages),
        ),
        linear=(Linear(*across, np.ones(len(across[0]), np.int64), int(0.9 * mentees), 1 << 61),),
    )


def by_highs(instance: Instance, coverage: int, seconds: float) -> str:
    """Give the same programme to HiGHS, with the coverage as a rule more, and say how it ended."""
    n, m = instance.shape
    everybody = slice(0, n), slice(0, m)
    i, j = np.nonzero(instance.allowed_block(*everybody))
    counted = np.zeros((n, m))
    counted[instance.linear[0].i, instance.linear[0].j] = 1
    rows = [(i == one).nonzero()[0] for one in range(n)] + [(j == one).nonzero()[0] for one in range(m)]
    lower, upper = (
        [*instance.mentees.lower, *instance.mentors.lower],
        [*instance.mentees.upper, *instance.mentors.upper],
    )
    for group in instance.groups:
        rows.append(np.isin(i if group.side == 0 else j, group.people).nonzero()[0])
        lower.append(group.lower)
        upper.append(group.upper)
    rows += [counted[i, j].nonzero()[0], np.arange(len(i))]
    lower += [instance.linear[0].lower, coverage]
    upper += [len(i), coverage]
    for _, one, other in instance.apart:
        mine = np.flatnonzero((i == one) | (i == other))
        for mentor in np.flatnonzero(np.bincount(j[mine], minlength=m) == 2):
            rows.append(mine[j[mine] == mentor])
            lower.append(0)
            upper.append(1)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_, model.sense_ = len(i), len(rows), highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = instance.score_pairs(i, j), np.zeros(len(i)), np.ones(len(i))
    model.row_lower_, model.row_upper_ = np.array(lower, float), np.array(upper, float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate(rows).astype(np.int32)
    model.a_matrix_.value_ = np.ones(sum(map(len, rows)))
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(i)
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("time_limit", seconds), ("mip_rel_gap", 0.0)):
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    information = solver.getInfo()
    status = solver.modelStatusToString(solver.getModelStatus())
    return f"{status}, total {information.objective_function_value:.6f}, gap {information.mip_gap:.2%}"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mentors", type=int, nargs="?", default=200)
    parser.add_argument("mentees", type=int, nargs="?", default=600)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--ties", action="store_true", help="scores in twentieths")
    parser.add_argument("--peer", type=float, help="let HiGHS alone try for so many seconds")
    stated = parser.parse_args()
    for seed in range(1, stated.seeds + 1):
        instance = programme(stated.mentors, stated.mentees, seed, ties=stated.ties)
        started = time.perf_counter()
        solution = Mixed().solve(instance)
        spent = time.perf_counter() - started
        coverage, total = (tier.value for tier in solution.tiers)
        total = float(total) * 2.0 ** -exponent(instance)
        print(f"seed {seed}: {spent:.2f} s, {solution.proof}, coverage {coverage}, total {total:.6f}", flush=True)
        if stated.peer:
            started = time.perf_counter()
            told = by_highs(instance, int(coverage), stated.peer)
            print(f"  HiGHS alone: {time.perf_counter() - started:.2f} s, {told}", flush=True)


if __name__ == "__main__":
    main()

"""Large problems of people, made small: locks, overrides, minimums, re-matches, ratings and confidences."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.problem import instance
from mentormatch.problem.fixing import Fixed
from mentormatch.solvers import predict, pricing, sweep, table

SKILLS = [f"skill {k}" for k in range(6)]
CANARY = "Quibbledash"


@pytest.fixture
def large(monkeypatch):
    """Say from how many pairs on problems are large: 0 or never."""

    def from_(pairs):
        for module in (instance, table):
            monkeypatch.setattr(module, "LEAST_SCREENED", pairs)
        monkeypatch.setattr(predict, "_FEWEST", 10)
        monkeypatch.setattr(pricing, "EACH", 3)
        monkeypatch.setattr(sweep, "_ROWS", 8)
        monkeypatch.setattr(sweep, "_COLUMNS", 16)

    return from_


def people(seed, mentees=24, mentors=18, *, several=False):
    """Made-up people of both sides, with many equal scores; ids do not stand in the order of the list."""
    rng = np.random.default_rng(seed)

    def side(name, many, heading, wanted):
        return [
            {
                "id": f"{name}{(k * 7) % many:02d}",
                heading: rng.choice(SKILLS, 2, replace=False).tolist(),
                "level": int(rng.integers(1, 4)),
                "languages": rng.choice(["nl", "en", "fr"], 2, replace=False).tolist(),
                wanted: int(rng.integers(1, 4)) if several else 1,
            }
            for k in range(many)
        ]

    return side("m", mentors, "offers", "capacity"), side("e", mentees, "needs", "mentors_wanted")


LOW = mm.Override("e03", "m05", reason="agreed by both", by="the coordinator")

CASES = {
    "plain": {},
    "least score": {"min_score": 0.55},
    "locks": {"locks": [("e03", "m05"), ("e10", "m02")]},
    "override": {"min_score": 0.8, "locks": [LOW]},
    "area": {"constraints": [mm.SharedLanguage()]},
    "tensions": {"constraints": [mm.Tension(f"e{k:02d}", f"m{k % 9:02d}") for k in range(24)]},
    "balance": {"objective": ("coverage", "total", "balance")},
    "total": {"objective": ("total",)},
}


@pytest.fixture
def both(large):
    """Solve a problem as a plain one and as a large one, and have both certificates checked by a fresh problem."""

    def solve(*sides, solve=mm.Problem.solve, **arguments):
        found = []
        for pairs in (10**12, 0):
            large(pairs)
            problem = mm.Problem.build(*sides, **arguments)
            assert (problem._prepare(("coverage", "total"), 0).instance.screen is None) == bool(pairs)
            matching = solve(problem)
            matching.certificate.verify(problem)
            matching.certificate.verify(mm.Problem.build(*sides, **arguments))
            found.append(matching)
        return found

    return solve


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_a_large_problem_of_people_is_matched_as_a_plain_one(both, case, several):
    """Under locks, overrides, least scores, rules about areas, and confidences, to the last byte of the file."""
    arguments = dict(CASES[case])
    objective = arguments.pop("objective", None)
    for seed in range(3):
        solve = partial(mm.Problem.solve, objective=objective)
        plain, screened = both(*people(seed, several=several), solve=solve, **arguments)
        assert screened.to_json() == plain.to_json()
        assert screened.certificate.optimal
        if case in ("locks", "override"):
            assert ("e03", "m05") in screened.certificate.pairs


@pytest.mark.parametrize("keep", ["running", "some", "none"])
def test_a_large_problem_is_matched_again_as_a_plain_one(both, keep):
    """Around an earlier matching, with an override of then whose score is too low now."""
    sides = people(0, several=True)
    first = mm.match(*sides, min_score=0.8, locks=[LOW])
    plain, screened = both(*sides, solve=lambda problem: mm.rematch(problem, first, keep=keep), min_score=0.8)
    assert screened.to_json() == plain.to_json()
    assert ("e03", "m05") in screened.certificate.pairs


def test_a_screen_passes_no_pair_over_that_was_lifted(large):
    """Pairs that may be made whatever they score stay above the least score of a screen, and other rules move it."""
    large(0)
    problem = mm.Problem.build(*people(0), min_score=0.8)
    setup, ready = problem._setup, problem._prepare(("coverage", "total"), 0)
    low = np.unravel_index(int(np.argmin(setup.scores.block(slice(None), slice(None)))), setup.scores.shape)
    pair = Fixed(int(low[0]), int(low[1]), overrides=True)
    lifted = instance.with_fixed(replace(ready, lifted=(pair,)), setup.scores, setup.compiled, ())
    assert ready.instance.screen.least == 0.8
    assert lifted.screen.least == float(setup.scores.block(slice(None), slice(None)).min())
    assert lifted.allowed_pairs(ready.mentees.back(np.array(low[:1])), ready.mentors.back(np.array(low[1:]))).all()
    other = instance.ruled_by(ready, setup.scores, replace(setup.compiled, min_score=None), ())
    assert other.screen.least == -np.inf


@pytest.mark.parametrize("seed", range(6))
def test_confidences_that_a_large_matching_keeps_anyway_change_not_a_byte(large, seed):
    """Vetoes, tensions, conflicts and "avoid" ratings of pairs that are not made leave the same files, with ties."""
    large(0)
    mentors, mentees = people(seed, several=bool(seed % 2))
    mentees = [{**one, "level": 1} for one in mentees]
    neutral = {(e["id"], m["id"]): "neutral" for e in mentees for m in mentors}
    build = {"constraints": [mm.SharedLanguage()]} if seed % 3 else {}
    pool = mm.Pool(mentors, mentees).with_ratings(neutral)
    open_ = mm.Problem.build(pool, **build)
    told = open_.solve()
    free = sorted(neutral.keys() - set(told.certificate.pairs))
    chosen = [free[k] for k in np.random.default_rng(seed).permutation(len(free))[: len(free) * (seed + 1) // 7]]
    parts = [chosen[k::4] for k in range(4)]
    vetoes = {e["id"]: [mentor for mentee, mentor in parts[0] if mentee == e["id"]] for e in mentees}
    other = mm.Problem.build(
        mm.Pool(
            [{**one, "email": f"{CANARY}@example.org"} for one in mentors],
            [{**one, "vetoes": [*vetoes[one["id"]], CANARY]} for one in mentees],
        ).with_ratings({**neutral, **dict.fromkeys(parts[1], "avoid")}),
        constraints=[
            *build.get("constraints", []),
            *(mm.Tension(*two) for two in parts[2]),
            *(mm.ConflictOfInterest(mentor, mentee, kind=CANARY) for mentee, mentor in parts[3]),
        ],
    )
    for solver in ("auto", "network", "min_cost_flow"):
        one, two = open_.solve(solver=solver), other.solve(solver=solver)
        assert one.to_json() == two.to_json()
        assert repr(one.certificate) == repr(two.certificate)
        assert CANARY not in two.to_json()


def test_a_large_problem_out_of_time_gives_pairs_and_an_honest_gap(large):
    """With hardly any time there are valid pairs, and a bound no lower than the optimum, or the library says so."""
    large(0)
    problem = mm.Problem.build(*people(1, 60, 50, several=True))
    best = {tier.name: tier.value for tier in problem.solve().certificate.tiers}
    stopped = 0
    for limit in (1e-9, 1e-3, 5e-3, 2e-2):
        try:
            matching = problem.solve(time_limit=limit)
        except mm.TimeLimit:
            continue
        matching.certificate.verify(problem)
        settled = True
        for tier in matching.certificate.tiers:
            assert tier.bound >= tier.value - 1e-9
            if settled:
                assert tier.bound >= best[tier.name] - 1e-9
            settled = settled and tier.optimal
        stopped += not matching.certificate.optimal
    assert stopped
    assert {tier.name: tier.value for tier in problem.solve().certificate.tiers} == best


@pytest.mark.parametrize("kind", [mm.Cancelled, KeyboardInterrupt])
def test_a_large_solve_that_is_broken_off_leaves_the_problem_as_it_was(large, kind):
    """Whatever the stage, the problem is solved afterwards as a fresh one is."""
    large(0)
    sides, stages = people(2), []
    fresh = mm.Problem.build(*sides).solve(progress=lambda *call: stages.append(call)).to_json()
    problem = mm.Problem.build(*sides)
    for last in range(0, len(stages), max(1, len(stages) // 9)):
        left = iter(range(last))

        def stop(*_, left=left):
            if next(left, None) is None:
                raise kind

        with pytest.raises(kind):
            problem.solve(progress=stop)
        assert problem.solve().to_json() == fresh

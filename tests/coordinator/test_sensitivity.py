"""How sure a matching is: against re-solving by the plain problem, and without a word of what is confidential."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.coordinator.doubt import Draws
from mentormatch.evaluation.intervals import wilson
from mentormatch.problem.weighing import Tables

WEIGHTS = {"needs_offers": 3, "goals": 2, "shared_languages": 1, "level_gap": 1}
SKILLS, LANGUAGES = ["law", "art", "sales", "finance", "data"], ["nl", "en", "fr"]


def people(seed, mentees, mentors, *, canary=""):
    """Made-up people, some of whom did not answer; the same seed gives the same."""
    rng = np.random.default_rng(seed)

    def some(labels, most):
        return sorted(rng.choice(labels, int(rng.integers(0, most + 1)), replace=False).tolist())

    def one(name, skills):
        return {
            "id": name,
            skills: some(SKILLS, 3),
            "goals": some(SKILLS, 2),
            "languages": some(LANGUAGES, 2),
            "level": int(rng.integers(0, 5)),
        }

    return (
        [one(f"{canary}m{j}", "offers") for j in range(mentors)],
        [one(f"{canary}e{i}", "needs") for i in range(mentees)],
    )


def problem_of(seed=0, mentees=5, mentors=5, **arguments):
    return mm.Problem.build(*people(seed, mentees, mentors), scorers=WEIGHTS, preset=None, **arguments)


def tables_of(problem, tiers=("coverage", "total")):
    prepared = problem._prepare(tiers, 0)
    return Tables(problem._setup, prepared), prepared


def pairs_of(matching):
    return {(pair.mentee, pair.mentor) for pair in matching}


def test_a_table_under_the_own_weights_is_the_problems_scores():
    """Weighed as they are, the criteria make the problem's own scores, bit for bit."""
    problem = problem_of(1, 7, 6)
    tables, prepared = tables_of(problem)
    own = problem.scores.block(prepared.mentees.rows, prepared.mentors.rows)
    assert np.array_equal(tables.table(tables.shares), own)


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6), st.integers(1, 2), st.integers(0, 3))
def test_each_re_solve_reaches_what_the_plain_problem_reaches(seed, mentees, mentors, places, number):
    """Whatever is drawn, forbidden or locked, a re-solve makes as many pairs and as good ones as the plain problem."""
    rng = np.random.default_rng(seed)
    table = np.round(rng.random((mentees, mentors)), 1 if seed % 2 else 6)
    forbidden = rng.random((mentees, mentors)) < rng.choice([0.0, 0.3, 0.7])
    locks = [("0", "0")] if seed % 3 == 0 and not forbidden[0, 0] else []
    given_ = {"mentor_capacity": places, "forbidden": forbidden, "locks": locks}
    tables, prepared = tables_of(mm.Problem.from_scores(table, **given_))
    draws = Draws(4, 0.3, 0.4, seed)
    scores = draws.scores(tables, number)
    made = tables.rows_of(tables.solve(scores, draws.ties(tables, number)))
    back = np.full(table.shape, np.nan)
    back[np.ix_(prepared.mentees.rows, prepared.mentors.rows)] = scores
    best = mm.Problem.from_scores(back, **given_).solve()
    assert len(made) == len(best)
    assert sum(back[pair] for pair in made) == pytest.approx(best.total, abs=1e-5)
    assert not any(forbidden[pair] for pair in made)
    assert {(int(i), int(j)) for i, j in locks} <= made


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2))
def test_several_places_and_minimums_are_kept(seed, mentees, mentors, number):
    """With several places on both sides, and minimums on some, a re-solve reaches what the plain problem reaches."""
    rng = np.random.default_rng(seed)
    table = rng.random((mentees, mentors))
    table[rng.random(table.shape) < 0.2] = np.nan
    asked = {
        "mentee_demand": [int(one) for one in rng.integers(0, 3, mentees)],
        "mentor_capacity": [(int(one < 0.2), int(1 + one * 3)) for one in rng.random(mentors)],
    }
    problem = mm.Problem.from_scores(table, **asked)
    try:
        problem.solve()
    except mm.Infeasible:
        with pytest.raises(mm.Infeasible):
            mm.sensitivity(problem, times=1)
        return
    tables, prepared = tables_of(problem)
    draws = Draws(3, 0.3, 0.3, seed)
    scores = draws.scores(tables, number)
    made = tables.rows_of(tables.solve(scores, draws.ties(tables, number)))
    back = np.full(table.shape, np.nan)
    back[np.ix_(prepared.mentees.rows, prepared.mentors.rows)] = scores
    best = mm.Problem.from_scores(back, **asked).solve()
    assert len(made) == len(best)
    assert sum(back[pair] for pair in made) == pytest.approx(best.total, abs=1e-5)


def test_threads_change_nothing(monkeypatch):
    """The same re-solves one after the other and on several threads are the same answer."""
    problem = problem_of(3, 12, 12)
    alone = mm.sensitivity(problem, times=30)
    monkeypatch.setattr("mentormatch.coordinator.doubt._FEWEST_PAIRS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert mm.sensitivity(problem, times=30) == alone
    seen = []

    def stop(*told):
        seen.append(told)
        if told[1] == 3:
            raise mm.Cancelled

    with pytest.raises(mm.Cancelled):
        mm.sensitivity(problem, progress=stop)
    assert len(seen) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        {"min_score": 0.45},
        {"constraints": [{"rule": "level_gap", "min": 0}]},
        {"constraints": [mm.GroupQuota("mentors", where={"level": 2}, maximum=1)]},
        {"locks": [("e0", "m1"), ("e3", "m4")]},
        {"constraints": [mm.Tension("e0", "e1"), mm.Capacity(2)]},
    ],
)
def test_a_re_solve_keeps_the_rules_of_the_problem(arguments):
    """With people and rules of every kind, each re-solve makes what the re-weighted problem itself makes."""
    problem = problem_of(3, 6, 5, **arguments)
    tables, prepared = tables_of(problem)
    draws = Draws(6, 0.5, 0.0, 7)
    setup = problem._setup
    for number in range(6):
        draw = np.random.default_rng((7, number, 0))
        weights = {
            name: problem.scores.weights[name] * float(factor)
            for name, factor in zip(tables.names, np.exp(0.5 * draw.standard_normal(len(tables.names))), strict=True)
        }
        best = problem.replace(scorers=weights).solve(objective=("coverage", "total"))
        scores = draws.scores(tables, number)
        made = tables.solve(scores, draws.ties(tables, number))
        rows = tables.rows_of(made)
        back = np.empty(setup.scores.shape)
        back[np.ix_(prepared.mentees.rows, prepared.mentors.rows)] = scores
        assert len(rows) == len(best)
        assert sum(back[pair] for pair in rows) == pytest.approx(best.total, abs=1e-6)


def test_the_counts_are_those_of_re_solving():
    """The share of each pair is that of the re-solves that make it, each done by the plain problem."""
    problem = problem_of(5, 6, 6)
    found = mm.sensitivity(problem, times=12, jitter=0.6, missing=0.0, seed=3)
    counts = dict.fromkeys(pairs_of(problem.solve()), 0)
    for number in range(12):
        draw = np.random.default_rng((3, number, 0))
        names = problem.scores.criteria
        factors = np.exp(0.6 * draw.standard_normal(len(names)))
        weights = {name: problem.scores.weights[name] * float(one) for name, one in zip(names, factors, strict=True)}
        for pair in pairs_of(problem.replace(scorers=weights).solve()):
            if pair in counts:
                counts[pair] += 1
    assert {(one.mentee, one.mentor): one.survived for one in found} == counts


def test_a_left_out_answer_counts_as_the_pools_mean():
    """Whose answer to a criterion is left out scores its mean on it with everybody, and nothing else changes."""
    problem = problem_of(2, 4, 4)
    tables, _ = tables_of(problem)
    known = np.ones((4, 4), bool), np.ones((4, 4), bool)
    k = tables.names.index("level_gap")
    known[0][k, 2] = False
    whole, less = tables.table(tables.shares), tables.table(tables.shares, known)
    told = (tables.values[k, 2] - problem.scores.defaults["level_gap"]) * tables.shares[k]
    assert np.allclose(whole[2] - less[2], told)
    assert np.allclose(np.delete(whole, 2, axis=0), np.delete(less, 2, axis=0))


def test_a_pair_that_always_survives_is_firm():
    """Who is best for each other by every criterion stays together whatever the weights."""
    mentors = [
        {"id": "m0", "offers": ["law"], "languages": ["nl"]},
        {"id": "m1", "offers": ["art"], "languages": ["en"]},
    ]
    mentees = [{"id": "e0", "needs": ["law"], "languages": ["nl"]}, {"id": "e1", "needs": ["art"], "languages": ["en"]}]
    problem = mm.Problem.build(mentors, mentees, scorers={"needs_offers": 1, "shared_languages": 1}, preset=None)
    found = mm.sensitivity(problem, missing=0.0)
    assert [(one.mentee, one.mentor, one.survived, one.word) for one in found] == [
        ("e0", "m0", 100, "firm"),
        ("e1", "m1", 100, "firm"),
    ]
    assert (found.pairs[0].low, found.pairs[0].high) == wilson(100, 100)


def test_equal_mentors_are_coin_flips():
    """Between mentors who are the same in everything, no pair is better than a coin-flip, even if nothing varies."""
    mentors = [{"id": f"m{j}", "offers": ["law"]} for j in range(2)]
    mentees = [{"id": f"e{i}", "needs": ["law"]} for i in range(2)]
    problem = mm.Problem.build(mentors, mentees, scorers={"needs_offers": 1}, preset=None)
    found = mm.sensitivity(problem, jitter=0.0, missing=0.0)
    assert [one.word for one in found] == ["coin-flip", "coin-flip"]
    assert all(0.3 < one.share < 0.7 for one in found)


def test_a_locked_pair_is_firm_whatever_it_scores():
    """What must be made survives every re-solve, and says that it was placed."""
    problem = problem_of(4, 5, 5, locks=[("e0", "m3")])
    one = mm.sensitivity(problem, times=5).of("e0", "m3")
    assert (one.placed, one.survived, one.word) == (True, 5, "firm")
    assert mm.sensitivity(problem, times=5).of("e0", "m0") is None


def test_nothing_is_firm_on_little_evidence():
    """Fifteen re-solves are not enough to call any pair firm, sixteen are."""
    problem = mm.Problem.from_scores([[0.9, 0.1], [0.1, 0.9]])
    assert [one.word for one in mm.sensitivity(problem, times=15, missing=0.0)] == ["likely"] * 2
    assert [one.word for one in mm.sensitivity(problem, times=16, missing=0.0)] == ["firm"] * 2


@settings(max_examples=15)
@given(st.integers(0, 1000), st.randoms())
def test_the_listing_order_decides_nothing(seed, random):
    """However people are listed, the same seed gives the same answer."""
    mentors, mentees = people(seed, 5, 6)
    first = mm.sensitivity(mm.Problem.build(mentors, mentees, scorers=WEIGHTS, preset=None), times=5, seed=seed)
    for side in (mentors, mentees):
        random.shuffle(side)
    again = mm.sensitivity(mm.Problem.build(mentors, mentees, scorers=WEIGHTS, preset=None), times=5, seed=seed)
    assert {(one.mentee, one.mentor): one for one in first} == {(one.mentee, one.mentor): one for one in again}
    assert first.criteria == again.criteria


def test_seeds_differ_and_repeat():
    """One seed gives one answer, another seed other re-solves."""
    problem = problem_of(6, 9, 9)
    asked = {"times": 20, "jitter": 0.8}
    assert mm.sensitivity(problem, **asked) == mm.sensitivity(problem, **asked)
    assert mm.sensitivity(problem, **asked, seed=1) != mm.sensitivity(problem, **asked, seed=2)
    assert mm.sensitivity(problem, **asked, seed=-1).seed == -1


def test_what_the_result_hangs_on_is_told_per_criterion():
    """Leaving a criterion out changes as many pairs as solving without it does; one that tells nothing, none."""
    mentors, mentees = people(8, 7, 7)
    for one in (*mentors, *mentees):
        one["site"] = "HQ"
    always = mm.scorer(lambda mentee, mentor: 0.5, name="always")
    weights = {"needs_offers": 3.0, "level_gap": 1.0, always: 2.0}
    problem = mm.Problem.build(mentors, mentees, scorers=weights, preset=None)
    found = {one.criterion: one for one in mm.sensitivity(problem, times=200, jitter=1.0).criteria}
    best = pairs_of(problem.solve())
    for left in ("needs_offers", "level_gap"):
        rest = {name: weight for name, weight in weights.items() if name != left}
        made = pairs_of(problem.replace(scorers=rest).solve())
        assert found[left].left_out == pytest.approx(len(best - made) / len(best))
    assert (found["always"].left_out, found["always"].expected) == (0.0, 0.0)
    assert found["needs_offers"].expected > 0
    assert sum(one.weight for one in found.values()) == pytest.approx(1.0)


def test_a_matching_of_ones_own_can_be_doubted():
    """Pairs of any matching of these people are counted; people who are not here are named."""
    problem = problem_of(7, 5, 5)
    other = problem.solve(objective="stable")
    found = mm.sensitivity(problem, times=5, matching=other)
    assert [(one.mentee, one.mentor) for one in found] == [(pair.mentee, pair.mentor) for pair in other]
    strange = mm.Problem.from_scores([[1.0]], mentees=["Zed"], mentors=["m0"]).solve()
    with pytest.raises(mm.InputError, match="Zed"):
        mm.sensitivity(problem, matching=strange)


@pytest.mark.parametrize("objective", [("coverage", "floor", "total"), ("coverage", "balance"), "stable", ("total",)])
def test_every_objective_can_be_doubted(objective):
    """Tiers that are no assignment go to the problem's own solver."""
    found = mm.sensitivity(problem_of(9, 5, 4), times=4, objective=objective)
    assert len(found)
    assert found.unsolved == 0


def test_several_mentors_each_can_be_doubted():
    """Mentees who want two mentors are solved for too, and a pair is one of theirs."""
    problem = mm.Problem.from_scores(np.random.default_rng(0).random((4, 5)), mentee_demand=2)
    found = mm.sensitivity(problem, times=4)
    assert len(found) == 5
    assert all(one.survived == 4 for one in mm.sensitivity(problem, times=4, missing=0.0))


def test_re_solves_without_any_matching_are_counted():
    """Where a minimum and the smallest score cannot both be kept under other weights, no pair survives."""
    mentors = [{"id": "m0", "offers": ["law"], "languages": ["en"], "capacity": (1, 1)}]
    mentees = [{"id": "e0", "needs": ["law"], "languages": ["nl"]}]
    weights = {"needs_offers": 1, "shared_languages": 1}
    problem = mm.Problem.build(mentors, mentees, scorers=weights, preset=None, min_score=0.5)
    found = mm.sensitivity(problem, times=40, jitter=1.0, missing=0.0)
    assert 0 < found.unsolved < 40
    assert found.pairs[0].survived == 40 - found.unsolved
    assert "no matching kept every rule" in found.text()


def test_nobody_at_all_is_no_trouble():
    """A problem without people, and one without criteria, have an answer."""
    assert mm.sensitivity(mm.Problem.from_scores(np.zeros((0, 3))), times=2).expected_survival is None
    bare = mm.Problem.build([{"id": "m"}], [{"id": "e"}], scorers={"needs_offers": 1}, preset=None)
    found = mm.sensitivity(bare, times=20)
    assert (found.counts, found.criteria) == ({"firm": 1, "likely": 0, "coin-flip": 0}, ())


@pytest.mark.parametrize(
    "wrong",
    [{"times": 0}, {"times": 2.0}, {"jitter": -1}, {"jitter": float("nan")}, {"missing": 1}, {"seed": "x"}],
)
def test_wrong_arguments_are_named(wrong):
    """An argument out of its range is an InputError that says so."""
    with pytest.raises(mm.InputError, match=next(iter(wrong))):
        mm.sensitivity(problem_of(), **wrong)


def test_every_wrong_argument_is_told_at_once():
    """All faults come together, and what is no problem is refused."""
    with pytest.raises(mm.InputError) as caught:
        mm.sensitivity(problem_of(), times=0, jitter=9, missing=2, seed=None)
    assert [fault.code for fault in caught.value.faults] == ["bad_times", "bad_jitter", "bad_missing", "bad_seed"]
    for wrong in (None, [[1.0]]):
        with pytest.raises(mm.InputError, match="takes a Problem"):
            mm.sensitivity(wrong)
    with pytest.raises(mm.InputError, match="Matching"):
        mm.sensitivity(problem_of(), matching="best")


def test_too_many_values_are_refused(monkeypatch):
    """A problem whose criteria cannot be laid out is refused before any memory is taken."""
    monkeypatch.setattr("mentormatch.problem.weighing.LARGEST", 10)
    with pytest.raises(mm.UnsupportedProblem, match="too many"):
        mm.sensitivity(problem_of())


def test_progress_is_told_and_can_cancel():
    """Progress runs to its total, and whoever raises Cancelled stops it."""
    seen = []
    mm.sensitivity(problem_of(), times=5, progress=lambda *told: seen.append(told))
    assert seen[-1][1] == seen[-1][2]
    assert {told[0] for told in seen} == {"solve"}
    assert [told[1] for told in seen] == sorted(told[1] for told in seen)

    def stop(*_):
        raise mm.Cancelled

    with pytest.raises(mm.Cancelled):
        mm.sensitivity(problem_of(), progress=stop)


def test_what_the_problem_solved_last_stays():
    """Doubting a matching leaves the proof of the last solve as it was."""
    problem = problem_of()
    problem.solve(objective=("total",))
    before = problem.proof()
    mm.sensitivity(problem, times=2)
    assert problem.proof() == before


def test_nothing_confidential_is_told():
    """Whom a tension keeps apart is nowhere in what the answer says, unless they are in the pairs as they stand."""
    mentors, mentees = people(2, 4, 6, canary="Quibbledash-")
    apart = [("Quibbledash-e0", "Quibbledash-m0"), ("Quibbledash-e1", "Quibbledash-m5")]
    rules = [mm.Tension(*pair) for pair in apart]
    problem = mm.Problem.build(mentors, mentees, scorers=WEIGHTS, preset=None, constraints=rules)
    found = mm.sensitivity(problem, times=5)
    made = {name for pair in found for name in (pair.mentee, pair.mentor)}
    others = {one["id"] for one in (*mentors, *mentees)} - made
    told = found.text() + found.to_json() + repr(found) + repr(found.pairs) + str(found.to_frame())
    assert others
    assert not [name for name in others if name in told]
    assert not [word for word in ("tension", "forbid", "confidential") if word in told.lower()]
    assert "Quibbledash" not in repr(found)
    assert not any(found.of(*pair) for pair in apart)


def test_the_answer_can_be_read_in_every_form():
    """Text, plain data, JSON and a data frame tell the same."""
    found = mm.sensitivity(problem_of(6, 6, 6), times=20)
    told = json.loads(found.to_json())
    assert told == json.loads(json.dumps(found.to_dict()))
    assert [one["word"] for one in told["pairs"]] == [one.word for one in found]
    assert sum(told["counts"].values()) == len(found) == 6
    for backend in ("pandas", "polars"):
        frame = found.to_frame(backend)
        assert list(frame["word"]) == [one.word for one in found]
    assert "… and 4 more" in found.text(most=2)
    assert "needs_offers" in found.text()
    assert repr(found).startswith("Sensitivity(6 pairs: ")

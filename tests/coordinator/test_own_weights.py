"""Weights that people have of their own, under other weights of the whole."""

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.problem.weighing import Tables
from mentormatch.scoring import reweighed, shares_of

WEIGHTS = {"needs_offers": 3, "shared_languages": 1, "level_gap": 1}
OTHER = ({"needs_offers": 1, "level_gap": 2}, {"level_gap": 1}, {"needs_offers": 1, "shared_languages": 4})
EVERYTHING = slice(None)


def problem_of(seed):
    rng = np.random.default_rng(seed)

    def one(name, field):
        own = {"needs_offers": float(rng.integers(0, 4)), "level_gap": float(rng.integers(1, 4))}
        return {
            "id": name,
            field: rng.choice(["a", "b", "c", "d"], 2, replace=False).tolist(),
            "languages": rng.choice(["nl", "en"], int(rng.integers(0, 3)), replace=False).tolist(),
            "level": int(rng.integers(0, 5)),
            **({"weights": own} if rng.random() < 0.5 else {}),
        }

    people = [one(f"m{k}", "offers") for k in range(6)], [one(f"e{k}", "needs") for k in range(6)]
    return mm.Problem.build(*people, scorers=WEIGHTS, preset=None)


def tables_of(problem):
    prepared = problem._prepare(("coverage", "total"), 0)
    return Tables(problem._setup, prepared), prepared.mentees.rows, prepared.mentors.rows


@pytest.mark.parametrize("weights", OTHER)
@pytest.mark.parametrize("seed", range(4))
def test_own_weights_follow_the_weights_of_the_whole(seed, weights):
    """Under other weights everybody's scores are those of a problem built with them, own weights or none."""
    problem = problem_of(seed)
    again = problem.replace(scorers=weights)
    shares = shares_of(weights, problem.scores, ())
    anew = reweighed(problem.scores, shares, 1 << 26)
    assert np.allclose(anew.block(EVERYTHING, EVERYTHING), again.scores.block(EVERYTHING, EVERYTHING), atol=1e-12)
    tables, rows, columns = tables_of(problem)
    table = tables.table(np.array([shares[name] for name in tables.names]))
    assert np.allclose(table, again.scores.block(rows, columns), atol=1e-12)
    made = mm.scenarios(problem, {"other": weights}).matchings["other"]
    assert made.total == pytest.approx(again.solve().total)


@pytest.mark.parametrize("seed", range(4))
def test_own_weights_of_who_joins_count_too(seed):
    """After people left and joined, the tables are the problem's scores, and shares of influence sum to 1."""
    newcomer = {"id": "new", "needs": ["a"], "weights": {"needs_offers": 5}}
    problem = problem_of(seed).update(leave=["e1"], join_mentees=[newcomer])
    tables, rows, columns = tables_of(problem)
    assert np.allclose(tables.table(tables.shares), problem.scores.block(rows, columns), atol=1e-12)
    assert sum(one.share for one in problem.influence()) == pytest.approx(1.0)


def test_whoever_names_only_criteria_that_dropped_out_has_no_voice_any_more():
    """A scenario without the one criterion somebody weighs scores as a problem that never had it."""
    mentor = {"id": "Mia", "level": 4, "languages": ["nl"], "goals": {"network": 1}, "weights": {"goals": 0}}
    mentee = {"id": "Ann", "level": 2, "languages": ["en"], "goals": {"network": 1}, "weights": {"shared_languages": 3}}
    scorers = {"level_gap": 3, "shared_languages": 1}
    problem = mm.Problem.build([mentor], [mentee], scorers={**scorers, "goals": 1}, preset=None)
    found = mm.scenarios(problem, {"new": scorers}).matchings["new"].pairs[0].score
    assert found == mm.Problem.build([mentor], [mentee], scorers=scorers, preset=None).solve().pairs[0].score


def test_a_scenario_of_the_same_weights_keeps_scores_to_the_last_bit():
    """Nothing falls below a smallest score for having been weighed again."""
    mentor = {"id": "Mia", "level": 4, "languages": ["nl"], "goals": {"x": 1}}
    mentee = {"id": "Ann", "level": 2, "languages": ["en"], "goals": {"x": 1}, "weights": {"shared_languages": 0.8}}
    options = {"scorers": {"level_gap": 3, "shared_languages": 1, "goals": 1.3}, "preset": None}
    score = mm.Problem.build([mentor], [mentee], **options).solve().pairs[0].score
    problem = mm.Problem.build([mentor], [mentee], min_score=score, **options)
    assert len(mm.scenarios(problem, {"own": None}).matchings["own"]) == 1

"""Nominal weight beside real influence."""

import json

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.evaluation.influences import spread_shares


def problem_of(seed, mentees, mentors, weights, **arguments):
    rng = np.random.default_rng(seed)

    def side(name, field, size):
        return [
            {"id": f"{name}{k}", field: rng.choice(["a", "b", "c"], 2).tolist(), "level": int(rng.integers(0, 5))}
            for k in range(size)
        ]

    people = side("m", "offers", mentors), side("e", "needs", mentees)
    return mm.Problem.build(*people, scorers=weights, preset=None, **arguments)


def pairs_of(matching):
    return {(pair.mentee, pair.mentor) for pair in matching}


def test_shares_are_covariances_within_rows():
    """The share of a criterion is its covariance with the score over the score's variance, row by row, summed."""
    parts = np.random.default_rng(0).random((5, 7, 3))
    score = parts.sum(axis=2)
    variance = sum(np.var(row) for row in score)
    own = [sum(np.cov(parts[i, :, k], score[i], bias=True)[0, 1] for i in range(5)) / variance for k in range(3)]
    assert spread_shares([parts[:2], parts[2:]], 3) == pytest.approx(own)
    assert sum(own) == pytest.approx(1.0)


def test_shares_of_nothing_are_nothing():
    """Where every mentor scores the same, no criterion has any influence."""
    assert spread_shares([np.full((3, 4, 2), 0.3)], 2) == [0.0, 0.0]
    assert spread_shares([], 2) == [0.0, 0.0]
    assert spread_shares([np.zeros((3, 0, 2))], 2) == [0.0, 0.0]


def test_influence_is_weight_share_and_pairs_lost():
    """Weights are those of the scores, shares sum to 1, and pairs are counted by solving without the criterion."""
    weights = {"needs_offers": 3, "level_gap": 1}
    problem = problem_of(1, 8, 8, weights)
    found = problem.influence()
    best = pairs_of(problem.solve())
    assert [one.criterion for one in found] == ["level_gap", "needs_offers"]
    assert [one.weight for one in found] == [0.25, 0.75]
    assert sum(one.share for one in found) == pytest.approx(1.0)
    for one in found:
        rest = {name: weight for name, weight in weights.items() if name != one.criterion}
        assert one.changed == len(best - pairs_of(problem.replace(scorers=rest).solve()))
    assert found.pairs == len(best)


def test_a_criterion_that_tells_nobody_apart_has_none():
    """Whatever its weight, a criterion on which everybody is alike decides nothing."""
    always = mm.scorer(lambda mentee, mentor: 0.5, name="always")
    found = {one.criterion: one for one in problem_of(2, 6, 6, {"needs_offers": 1, always: 9}).influence()}
    assert (found["always"].weight, found["always"].share, found["always"].changed) == (0.9, 0.0, 0)
    assert found["needs_offers"].share == pytest.approx(1.0)


def test_scores_of_an_array_have_one_influence():
    """An array has the criterion `score`, and missing scores count for nothing."""
    found = mm.Problem.from_scores([[0.9, 0.1, np.nan], [0.2, 0.8, 0.5]]).influence()
    assert [(one.criterion, one.weight, one.share) for one in found] == [("score", 1.0, 1.0)]


def test_rules_hold_while_a_criterion_is_left_out():
    """Solving without a criterion keeps locks and forbidden pairs, and what the problem solved last stays."""
    weights = {"needs_offers": 1, "level_gap": 1}
    rules = {"locks": [("e0", "m4")], "constraints": [mm.Tension("e1", "m1"), mm.Capacity(2)]}
    problem = problem_of(3, 6, 5, weights, **rules)
    problem.solve(objective=("total",))
    before = problem.proof()
    found = problem.influence(objective=("coverage", "total"))
    assert problem.proof() == before
    best = pairs_of(problem.solve(objective=("coverage", "total")))
    for one in found:
        rest = {name: weight for name, weight in weights.items() if name != one.criterion}
        again = problem.replace(scorers=rest).solve(objective=("coverage", "total"))
        assert one.changed == len(best - pairs_of(again))


def test_the_smallest_score_may_leave_nothing():
    """Where no matching keeps minimum and smallest score without a criterion, all pairs are lost."""
    mentors = [{"id": "m0", "offers": ["law"], "languages": ["en"], "capacity": (1, 1)}]
    mentees = [{"id": "e0", "needs": ["law"], "languages": ["nl"]}]
    weights = {"needs_offers": 1, "shared_languages": 1}
    problem = mm.Problem.build(mentors, mentees, scorers=weights, preset=None, min_score=0.5)
    assert {one.criterion: one.changed for one in problem.influence()} == {"needs_offers": 1, "shared_languages": 0}


def test_large_problems_look_at_some_mentees(monkeypatch):
    """Above so many pairs the shares come from mentees spread over the ids, and stay close."""
    problem = problem_of(5, 200, 20, {"needs_offers": 1, "level_gap": 1})
    whole = problem.influence()
    monkeypatch.setattr("mentormatch.problem.influences.MOST_PAIRS", 2000)
    some = problem.influence()
    assert [one.share for one in some] == pytest.approx([one.share for one in whole], abs=0.1)
    assert [one.share for one in some] != [one.share for one in whole]


def test_the_answer_can_be_read_in_every_form():
    """Text, plain data, JSON and a data frame tell the same, and nobody in particular."""
    found = problem_of(1, 5, 5, {"needs_offers": 3, "level_gap": 1}).influence()
    assert json.loads(found.to_json()) == found.to_dict()
    assert list(found.to_frame("pandas")["criterion"]) == ["level_gap", "needs_offers"]
    assert "needs_offers" in found.text()
    assert repr(found).startswith("Influence(level_gap 25% → ")
    assert len(found) == 2


def test_no_criteria_no_influence():
    """Where nobody answered anything there is nothing to tell."""
    problem = mm.Problem.build([{"id": "m"}], [{"id": "e"}], scorers={"needs_offers": 1}, preset=None)
    assert repr(problem.influence()) == "Influence(no criteria)"


def test_large_given_scores_have_an_influence_too():
    """Squares of scores beyond 1e150 do not become infinite."""
    influence = mm.Problem.from_scores([[1e200, -1e200], [5, 7]]).influence()
    assert "nan" not in str(influence)
    assert "100%" in str(influence)
    influence.to_json()

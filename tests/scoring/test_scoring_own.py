"""Weights that people have of their own."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.people import Pool
from mentormatch.scoring import SCORERS, ScoreMatrix
from mentormatch.testing import pools

EVERYBODY = slice(None)
BOTH = {"level_gap": 3, "shared_languages": 1}
MENTOR = {"id": "Mia", "level": 4, "languages": ["nl"]}  # gap 2 is ideal: 1
MENTEE = {"id": "Ann", "level": 2, "languages": ["en"]}  # no language in common: 0


def told(mentor_weights, mentee_weights, scorers=BOTH):
    """The one pair's score and its weights."""
    mentor, mentee = {**MENTOR, "weights": mentor_weights}, {**MENTEE, "weights": mentee_weights}
    scores = mm.score([mentor], [mentee], scorers=scorers)
    one = np.array([0])
    assert scores.pairs(one, one)[0] == scores.block(one, one)[0, 0]
    return scores.pairs(one, one)[0], scores.pair_weights(one, one)[0].tolist()


def test_a_mentees_own_weights_count_beside_those_of_the_criteria():
    """Weights 3 and 1 with importance 1 and 3 make 3 to 3, so a half each; named as people write it."""
    assert told({}, {}) == (0.75, [0.75, 0.25])
    assert told({}, {"Shared languages": 3}) == (0.5, [0.5, 0.5])
    assert told({"shared_languages": 3}, {}) == (0.5, [0.5, 0.5])
    assert told({}, {"shared_languages": 0}) == (1.0, [1.0, 0.0])


def test_two_who_both_have_weights_count_alike():
    """The mean of both sides' shares: (1, 0) and (1/2, 1/2) make (3/4, 1/4)."""
    assert told({"shared_languages": 0}, {"shared_languages": 3}) == (0.75, [0.75, 0.25])


def test_the_unit_of_importance_does_not_matter():
    """Ten times as much for everything is the same; all zero says nothing; no criterion of the run says nothing."""
    assert told({}, {"level_gap": 10, "shared_languages": 30}) == told({}, {"level_gap": 1, "shared_languages": 3})
    assert told({}, {"level_gap": 0, "shared_languages": 0}) == told({}, {})
    assert told({}, {"chess": 5}) == told({}, {})


def test_a_weight_for_what_does_not_count_is_noted():
    """A mistyped name is counted in a note that gives nobody away."""
    scores = mm.score([MENTOR], [{**MENTEE, "weights": {"langauges": 2, "level_gap": 2}}], scorers=BOTH)
    (note,) = scores.notes
    assert (note.code, note.count, note.fields) == ("not_read", 1, ("weights",))
    assert "langauges" not in note.message


def test_tables_give_weights_as_text_or_mapping():
    """A column of weights is read from "goals: 2; level_gap: 1"; below zero is refused."""
    rows = [{"id": "Ann", "level": 2, "languages": "en", "weights": "shared_languages: 3; level_gap: 1"}]
    assert mm.score([MENTOR], rows, scorers=BOTH).block([0], [0]).tolist() == [[0.5]]
    with pytest.raises(mm.InputError, match="below zero"):
        mm.score([MENTOR], [{**MENTEE, "weights": {"level_gap": -1}}], scorers=BOTH)


NAMES = sorted(SCORERS)
OWN = st.dictionaries(st.sampled_from([*NAMES, "something else"]), st.sampled_from([0, 0.5, 1, 3, 1e6]), max_size=3)


def with_weights(pool, data):
    """The same people, some of them with weights of their own."""
    sides = []
    for side in (pool.mentors, pool.mentees):
        people = [{k: v for k, v in one.model_dump().items() if v or v == 0} for one in side]
        sides.append([{**person, "weights": data.draw(OWN)} for person in people])
    return Pool(*sides)


def share(weights, own):
    """A person's shares, in fractions; None where nothing is said."""
    named = {name: Fraction(amount) for name, amount in own.items() if name in weights}
    parts = {name: Fraction(weight) * named.get(name, 1) for name, weight in weights.items()}
    total = sum(parts.values())
    return {name: part / total for name, part in parts.items()} if named and total else None


@settings(max_examples=60, deadline=None)
@given(pool=pools(), data=st.data())
def test_scores_are_the_mean_by_everybodys_weights(pool, data):
    """Against fractions: every pair's weights, score and evidence; rectangles as pairs; the screen within its bound."""
    pool = with_weights(pool, data)
    mix = data.draw(st.dictionaries(st.sampled_from(NAMES), st.floats(0.1, 5), min_size=1, max_size=4))
    scores = ScoreMatrix(pool.public(), mix, memory=data.draw(st.sampled_from([0, 1 << 20])))
    n, m = scores.shape
    i, j = (part.ravel() for part in np.indices((n, m)))
    pairs, values, weights = scores.pairs(i, j), scores.components(i, j), scores.pair_weights(i, j)
    assert np.array_equal(pairs.reshape(n, m), scores.block(EVERYBODY, EVERYBODY))
    for row in range(n):
        assert np.array_equal(pairs.reshape(n, m)[row], scores.block([row], EVERYBODY)[0])
    if not scores.criteria:
        return
    assert weights.sum(axis=1) == pytest.approx(1)
    for at, (mentee, mentor) in enumerate(zip(i, j, strict=True)):
        both = [share(scores.weights, one.weights) for one in (pool.mentees[mentee], pool.mentors[mentor])]
        voices = [one for one in both if one] or [scores.weights]
        expected = {name: sum(Fraction(one[name]) for one in voices) / len(voices) for name in scores.criteria}
        assert weights[at] == pytest.approx([float(expected[name]) for name in scores.criteria])
        counted = np.where(np.isnan(values[at]), list(scores.defaults.values()), values[at])
        assert pairs[at] == pytest.approx(weights[at] @ counted)
        assert scores.evidence(i, j)[at] == pytest.approx(weights[at] @ ~np.isnan(values[at]))
    assert np.array_equal(scores.parts(EVERYBODY, EVERYBODY)[1].ravel(), scores.evidence(i, j))
    screen = scores.screen()
    for rows in (slice(0, n), np.arange(n)[::-1].copy()):
        rest = 0 if screen.rest is None else screen.rest(rows, np.arange(m))
        off = np.abs(screen.left[rows] @ screen.right.T + rest - scores.block(rows, EVERYBODY).astype(np.float64))
        assert (off <= screen.error[rows][:, None]).all()


@settings(max_examples=40, deadline=None)
@given(pool=pools(), data=st.data())
def test_explanations_sum_to_the_score_and_equal_people_score_equally(pool, data):
    """Parts carry the pair's own weights; a copy of somebody, weights included, scores as that person does."""
    pool = with_weights(pool, data)
    matching = mm.match(pool, scorers=dict.fromkeys(NAMES, 1), preset=None)
    for pair in matching.pairs:
        assert sum(part.contribution for part in pair.parts) == pytest.approx(pair.score, abs=1e-9)
        assert sum(part.weight for part in pair.parts) == pytest.approx(1)
    people = [{k: v for k, v in one.model_dump().items() if v or v == 0} for one in pool.mentees]
    mentors = [{k: v for k, v in one.model_dump().items() if k != "wishes" and (v or v == 0)} for one in pool.mentors]
    found = mm.score(mentors, [*people, {**people[0], "id": "copy"}], scorers=dict.fromkeys(NAMES, 1))
    assert np.array_equal(found.block([0], EVERYBODY), found.block([len(people)], EVERYBODY))


def test_own_weights_move_a_matching():
    """Two mentees alike but for what matters to them each get the mentor who has it."""
    mentors = [{"id": "near", "level": 9, "languages": ["en"]}, {"id": "level", "level": 4, "languages": ["fr"]}]
    mentees = [
        {"id": "talks", "level": 2, "languages": ["en"], "weights": {"shared_languages": 9}},
        {"id": "climbs", "level": 2, "languages": ["en"], "weights": {"level_gap": 9}},
    ]
    matching = mm.match(mentors, mentees, scorers={"level_gap": 1, "shared_languages": 1})
    assert {pair.mentee: pair.mentor for pair in matching.pairs} == {"talks": "near", "climbs": "level"}
    problem = mm.Problem.build(mentors, mentees, scorers={"level_gap": 1, "shared_languages": 1})
    problem.solve().certificate.verify(problem)


def test_who_joins_or_leaves_keeps_or_brings_own_weights():
    """After an update everybody is scored as in a problem built with all from the start."""
    mentors = [MENTOR, {"id": "Bo", "level": 3, "languages": ["en"], "weights": {"level_gap": 4}}]
    mentees = [MENTEE, {**MENTEE, "id": "Cy", "weights": {"shared_languages": 5}}]
    joiner = {"id": "Di", "level": 1, "languages": ["nl"], "weights": {"level_gap": 2}}
    small = mm.Problem.build(mentors, mentees, scorers=BOTH).update(leave=["Ann"], join_mentees=[joiner])
    whole = mm.Problem.build(mentors, [mentees[1], joiner], scorers=BOTH)
    assert np.array_equal(small.scores.block(EVERYBODY, EVERYBODY), whole.scores.block(EVERYBODY, EVERYBODY))
    i, j = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert np.array_equal(small.scores.pair_weights(i, j), whole.scores.pair_weights(i, j))
    small.solve().certificate.verify(small)


def test_weights_that_somebody_keeps_private_are_shown_to_nobody():
    """The parts of that person's pairs are folded into one, as any weight would tell."""
    mentee = {**MENTEE, "weights": {"shared_languages": 3}, "private": ["weights"]}
    (pair,) = mm.match([MENTOR], [mentee], scorers=BOTH).pairs
    assert [(part.criterion, part.weight) for part in pair.parts] == [("other", 1.0)]
    assert pair.score == 0.5


def test_a_pair_that_has_everything_scores_exactly_one():
    """Whatever people's own weights, shares sum to 1 and so does what is full in all criteria."""
    rng = np.random.default_rng(3)
    answers = {"goals": ["g"], "languages": ["nl"]}
    mentors = [
        {"id": f"m{k}", "offers": ["x"], **answers, "weights": {"needs_offers": float(rng.random() * 9)}}
        for k in range(40)
    ]
    mentees = [
        {"id": f"a{k}", "needs": ["x"], **answers, "weights": {"goals": float(rng.random() * 9)}} for k in range(40)
    ]
    scores = mm.score(mentors, mentees, preset=None, scorers={"needs_offers": 1.3, "goals": 1, "shared_languages": 0.7})
    assert (scores.block(slice(None), slice(None)) == 1.0).all()


def test_own_weights_are_not_told_to_the_other_side_unless_they_are_shared():
    """The parts of a pair tell nobody's weights; with `weights` in `share` they do."""
    mentors = [{"id": "m", "offers": ["x"], "goals": ["g"], "weights": {"needs_offers": 9}}]
    mentees = [{"id": "a", "needs": ["x"], "goals": ["g"]}]
    told = []
    for share in ({}, {"share": (*mm.Settings().share, "weights")}):
        settings = mm.Settings(preset=None, scorers={"needs_offers": 1, "goals": 1}, **share)
        matching = mm.match(mm.Request(mentors=mentors, mentees=mentees, settings=settings))
        told.append([(part.criterion, round(part.weight, 2)) for part in matching.pairs[0].parts])
    assert told == [[("other", 1.0)], [("goals", 0.1), ("needs_offers", 0.9)]]

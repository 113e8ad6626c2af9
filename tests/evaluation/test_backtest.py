"""Weights held against the outcomes of past pairs."""

import json

import numpy as np
import pytest

import mentormatch as mm

SKILLS = {"skills": {"needs_offers": 1}}


def past(many, seed=0, *, noise=0.0):
    """Past pairs whose outcome is whether the mentor offers what the mentee needs, now and then the other way round."""
    rng = np.random.default_rng(seed)
    pairs, outcomes = [], []
    for k in range(many):
        good = bool(k % 2)
        mentee = {"id": f"a{k}", "needs": ["law"], "level": int(rng.integers(0, 4))}
        pairs.append((mentee, {"id": f"b{k}", "offers": ["law" if good else "art"], "level": int(rng.integers(1, 5))}))
        outcomes.append(good != (rng.random() < noise))
    return pairs, outcomes


def counted(scores, good):
    above, below = scores[good], scores[~good]
    return np.mean([(a > b) + 0.5 * (a == b) for a in above for b in below])


def test_the_area_is_a_count_over_the_pairs_own_scores():
    """For each weighting the area counts the good-and-bad twos that its scores put in order."""
    pairs, outcomes = past(120, noise=0.3)
    both = {"skills": {"needs_offers": 1}, "mixed": {"needs_offers": 1, "level_gap": 2}, "level": {"level_gap": 1}}
    found = mm.backtest(pairs, outcomes, both)
    mentees, mentors = [one for one, _ in pairs], [other for _, other in pairs]
    at = np.arange(120)
    areas = {}
    for name, weights in both.items():
        scores = mm.Problem.build(mentors, mentees, scorers=weights, preset=None).scores.pairs(at, at)
        areas[name] = counted(scores, np.array(outcomes))
        assert found[name].area == pytest.approx(areas[name])
        assert found[name].low < found[name].area < found[name].high
    assert found["skills"].verdict == "better than chance"
    assert found["level"].verdict == "cannot tell"
    for one in found.differences:
        assert one.difference == pytest.approx(areas[one.one] - areas[one.other])
    assert [(one.one, one.other) for one in found.differences] == [
        ("skills", "mixed"),
        ("skills", "level"),
        ("mixed", "level"),
    ]
    assert found.differences[1].verdict == "better"
    assert (found.pairs, found.good, found.bad, found.enough) == (120, sum(outcomes), 120 - sum(outcomes), True)


def test_the_wrong_way_round_is_told():
    """Weights that favour what went badly are worse than chance, and worse than those that do not."""
    pairs, outcomes = past(100, noise=0.1)
    found = mm.backtest(pairs, [not one for one in outcomes], {**SKILLS, "level": {"level_gap": 1}})
    assert found["skills"].verdict == "worse than chance"
    assert found.differences[0].verdict == "worse"


@pytest.mark.parametrize(("many", "enough"), [(79, False), (80, True)])
def test_under_eighty_pairs_nothing_is_told(many, enough):
    """However good it looks, 79 pairs cannot tell, and 80 can."""
    found = mm.backtest(*past(many), SKILLS)
    assert found.enough is enough
    assert found["skills"].area == 1.0
    assert found["skills"].verdict == ("better than chance" if enough else "cannot tell")
    assert ("too few" in found.text()) is not enough


@pytest.mark.parametrize(("bad", "enough"), [(9, False), (10, True)])
def test_under_ten_of_a_kind_nothing_is_told(bad, enough):
    """A hundred pairs of which nine went badly cannot tell, and ten can."""
    pairs, _ = past(200)
    chosen = [pair for k, pair in enumerate(pairs) if k % 2][: 100 - bad] + pairs[0 : 2 * bad : 2]
    found = mm.backtest(chosen, [True] * (100 - bad) + [False] * bad, SKILLS)
    assert found["skills"].verdict == ("better than chance" if enough else "cannot tell")


def test_one_kind_alone_has_no_area():
    """Where all went well, or there are no pairs, there is nothing to tell apart."""
    pairs, _ = past(90)
    found = mm.backtest(pairs, [1] * 90, {**SKILLS, "level": {"level_gap": 1}})
    assert (found["skills"].area, found["skills"].verdict) == (None, "cannot tell")
    assert (found.differences[0].difference, found.differences[0].verdict) == (None, "cannot tell")
    assert "none" in found.text()
    assert mm.backtest([], [], SKILLS).pairs == 0


def test_ids_of_a_pool_are_people_too():
    """Pairs as ids into a pool give what pairs of models and of mappings give."""
    pairs, outcomes = past(90, noise=0.2)
    pool = mm.Pool([other for _, other in pairs], [one for one, _ in pairs])
    models = [(mm.Mentee(**one), mm.Mentor(**other)) for one, other in pairs]
    ids = [(one["id"], other["id"]) for one, other in pairs]
    first = mm.backtest(pairs, outcomes, SKILLS)
    assert first == mm.backtest(models, outcomes, SKILLS) == mm.backtest(ids, outcomes, SKILLS, pool=pool)


def test_the_order_of_the_pairs_decides_nothing():
    """The same pairs in another order give the same answer."""
    pairs, outcomes = past(90, noise=0.2)
    order = np.random.default_rng(1).permutation(90)
    again = mm.backtest([pairs[k] for k in order], [outcomes[k] for k in order], SKILLS)
    assert again["skills"].area == pytest.approx(mm.backtest(pairs, outcomes, SKILLS)["skills"].area)


def test_outcomes_may_be_numbers():
    """Numbers are cut where good and bad are as equal as can be, or at `good`; what is not known is left out."""
    pairs, _ = past(100)
    marks = [1 + k % 5 for k in range(100)]
    found = mm.backtest(pairs, [None, float("nan"), *marks[2:]], SKILLS)
    assert (found.good_from, found.pairs, found.left_out) == (4.0, 98, 2)
    found = mm.backtest(pairs, marks, SKILLS, good=5)
    assert (found.good_from, found.good, found.bad) == (5.0, 20, 80)
    assert "5 or more" in found.text()
    assert mm.backtest(pairs, np.array(marks) > 3, SKILLS).good == 40


def test_presets_may_be_named_in_every_way():
    """A name, several names, settings, a mapping of labels, or all there are."""
    pairs, outcomes = past(20)
    names = [one.name for one in mm.backtest(pairs, outcomes)]
    assert "development" in names
    assert names == sorted(names)
    settings = mm.Settings(scorers={"needs_offers": 1})
    assert [one.name for one in mm.backtest(pairs, outcomes, "development")] == ["development"]
    assert [one.name for one in mm.backtest(pairs, outcomes, ["development"])] == ["development"]
    both = mm.backtest(pairs, outcomes, {"mine": settings, "theirs": "development"})
    assert [one.name for one in both] == ["mine", "theirs"]
    assert both["mine"].area == mm.backtest(pairs, outcomes, SKILLS)["skills"].area


@pytest.mark.parametrize(
    ("presets", "told"),
    [
        ("developmnt", "developmnt"),
        ({"needs_offers": 3}, "label"),
        ({"a": {"needs_offrs": 3}}, "needs_offers"),
        ([], "presets"),
        (7, "presets"),
        ([["development"]], "label"),
    ],
)
def test_weightings_that_do_not_exist_are_named(presets, told):
    """Unknown presets and scorers are InputErrors that name the cure."""
    with pytest.raises(mm.InputError, match=told):
        mm.backtest(*past(4), presets)


@pytest.mark.parametrize(
    ("pairs", "outcomes", "told"),
    [
        (past(3)[0], [True], "1 outcomes for 3 pairs"),
        ([("a", "b")], [True], "pool="),
        ([({"id": "a"},)], [True], "mentee, mentor"),
        (["ab"], [True], "mentee, mentor"),
        ([3], [True], "mentee, mentor"),
        (past(2)[0], [True, "good"], "an outcome is"),
        (past(2)[0], [True, float("inf")], "an outcome is"),
        ("ab", [True], "list"),
        (past(2)[0], 3, "list"),
        ([({"id": "a", "level": 1}, {"id": "b"}), ({"id": "a", "level": 2}, {"id": "c"})], [1, 0], "not the same"),
    ],
)
def test_what_cannot_be_read_is_told(pairs, outcomes, told):
    """Pairs and outcomes that cannot be read are InputErrors that say how they should look."""
    with pytest.raises(mm.InputError, match=told):
        mm.backtest(pairs, outcomes, SKILLS)


def test_strangers_are_told_by_their_place():
    """Pairs of people who are not in the pool are all told, by place."""
    pool = mm.Pool([{"id": "b"}], [{"id": "a"}])
    with pytest.raises(mm.InputError) as caught:
        mm.backtest([("a", "x"), ("y", "b")], [1, 0], SKILLS, pool=pool)
    assert [fault.loc for fault in caught.value.faults] == [("past_pairs", 0), ("past_pairs", 1)]
    for wrong in ({"pool": [1]}, {"good": "high"}, {"good": float("nan")}):
        with pytest.raises(mm.InputError, match=next(iter(wrong))):
            mm.backtest(*past(2), SKILLS, **wrong)


def test_the_answer_names_nobody():
    """Text, plain data, JSON, frame and repr tell the same, without any id."""
    found = mm.backtest(*past(90, noise=0.1), {**SKILLS, "level": {"level_gap": 1}})
    assert json.loads(found.to_json()) == json.loads(json.dumps(found.to_dict()))
    assert list(found.to_frame("pandas")["verdict"]) == [one.verdict for one in found]
    told = found.text() + found.to_json() + repr(found)
    assert not [k for k in range(90) if f'"a{k}"' in told or f"a{k} " in told]
    assert "AUC" in found.text()
    assert len(found) == 2


def test_a_least_outcome_that_no_float_holds_is_refused():
    """A least good outcome of 400 digits is an InputError."""
    with pytest.raises(mm.InputError, match="good"):
        mm.backtest(*past(4), SKILLS, good=10**400)


def test_one_person_in_two_pairs_may_answer_in_an_array():
    """Arrays are compared by what is in them: the same person twice is one, another answer makes two."""
    ann, other = ({"id": "a", "needs": ["law"], "goals": np.array(goals)} for goals in (["x", "y"], ["x", "z"]))
    again = ann | {"goals": ann["goals"].copy()}
    mentors = [{"id": "m"}, {"id": "n"}]
    assert mm.backtest(list(zip((ann, again), mentors, strict=True)), [1, 0], SKILLS).pairs == 2
    with pytest.raises(mm.InputError, match="two people"):
        mm.backtest(list(zip((ann, other), mentors, strict=True)), [1, 0], SKILLS)


def test_a_weighting_that_was_not_tried_is_an_input_error():
    """Asking for a name that is not there lists those that are."""
    with pytest.raises(mm.InputError, match="skills"):
        mm.backtest(*past(4), SKILLS)["zz"]


def test_names_of_weightings_are_text():
    """A name that is no text is refused, as it could be another's."""
    with pytest.raises(mm.InputError, match="the name of a weighting is text"):
        mm.backtest(*past(4), {1: "development", "1": SKILLS["skills"]})

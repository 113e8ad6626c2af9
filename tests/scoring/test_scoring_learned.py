import json
import pickle

import numpy as np
import pytest
from scipy.special import expit

import mentormatch as mm
from mentormatch.scoring.learned import LearnedScorers, examine, figures

TRUE = {"a": 4.0, "b": 2.0, "c": 0.0, "d": 2.0}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(examine, "_MOST_REPEATS", 1)
    monkeypatch.setattr(figures, "DRAWS", 400)


def simulated(seed, pairs=200, slopes=TRUE, level=0.0):
    """Values of criteria and whether each pair was good, by a model that is known."""
    draw = np.random.default_rng(seed)
    values = {name: draw.random(pairs) for name in slopes}
    told = sum(slope * (values[name] - 0.5) for name, slope in slopes.items())
    return values, (draw.random(pairs) < expit(told + level)).tolist()


@pytest.fixture(scope="module")
def learned():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examine, "_MOST_REPEATS", 1)
        return mm.learn(*simulated(0, 400))


@pytest.fixture(scope="module")
def ample():
    return mm.learn(*simulated(1, 3000))


@pytest.fixture(scope="module")
def programme():
    """People, past pairs, and outcomes that hang on needs and offers alone."""
    draw = np.random.default_rng(3)
    tags = [f"tag {k}" for k in range(10)]
    mentors = [
        {"id": f"m{k}", "offers": draw.choice(tags, 4, replace=False).tolist(), "level": int(draw.integers(3, 8))}
        for k in range(80)
    ]
    mentees = [
        {"id": f"a{k}", "needs": draw.choice(tags, 3, replace=False).tolist(), "level": int(draw.integers(1, 5))}
        for k in range(160)
    ]
    pairs = [(f"a{k}", f"m{k // 2}") for k in range(160)]
    problem = mm.Problem.build(mentors, mentees, scorers={"needs_offers": 1, "level_gap": 1})
    frame = problem.scores.to_frame(backend="pandas").set_index(["mentee", "mentor"])
    value = frame.loc[pairs, "needs_offers"].to_numpy()
    good = (draw.random(160) < expit(8 * value - 3)).tolist()
    return mentors, mentees, problem, dict(zip(pairs, good, strict=True))


# --- what is learned ------------------------------------------------------------------------------------------------


def test_known_weights_are_found_again(ample):
    """From many pairs whose model is known come its weights, and its coefficients."""
    found = ample
    assert found.weights == pytest.approx({"a": 0.5, "b": 0.25, "c": 0.0, "d": 0.25}, abs=0.06)
    assert {one.name: one.coefficient for one in found.criteria} == pytest.approx(TRUE, abs=0.5)
    assert found.verdict == "better than the preset"


def test_more_of_a_criterion_never_lowers_the_chance():
    """A criterion that went with bad pairs has the weight 0, and no chance falls as a value rises."""
    found = mm.learn(*simulated(2, 400, {"good": 3.0, "bad": -3.0}))
    assert found.weights["bad"] == 0
    steps = np.linspace(0, 1, 11)
    for name in ("good", "bad"):
        values = {one: (steps if one == name else np.full(11, 0.4)) for one in ("good", "bad")}
        assert np.all(np.diff(found.chances(values)) >= 0)


def test_weights_sum_to_1():
    """The weights are shares, and stand beside those of the preset."""
    found = mm.learn(*simulated(3), preset={"a": 3, "b": 1})
    assert sum(found.weights.values()) == pytest.approx(1)
    assert {one.name: one.preset for one in found.criteria} == {"a": 0.75, "b": 0.25, "c": 0, "d": 0}


def test_of_little_data_the_preset_is_left():
    """From eighty pairs that tell nothing come weights that are on average near to those of the preset."""
    slopes = dict.fromkeys("abcd", 0.0)
    preset = np.array([0.4, 0.3, 0.2, 0.1])
    found = [
        list(mm.learn(*simulated(seed, 80, slopes), preset=dict(zip("abcd", preset, strict=True))).weights.values())
        for seed in range(8)
    ]
    assert np.abs(np.mean(found, axis=0) - preset).max() < 0.15


def test_chances_are_calibrated_on_pairs_that_were_never_seen(ample, learned):
    """Of fresh pairs of the same kind the share that is good is what was told, in every bin."""
    values, good = simulated(99, 20_000)
    rows = figures.bins(ample.chances(values), np.array(good, float))
    assert max(abs(mean - share) for mean, share, _ in rows) < 0.05
    assert ample.report.learned.calibration.value < 0.04
    assert learned.report.learned.calibration.value < 0.08


def test_the_report_tells_what_fresh_pairs_show(learned):
    """The cross-validated AUC and Brier score have the truth within their intervals."""
    values, good = simulated(99, 20_000)
    good, once = np.array(good, float), np.ones((1, 20_000))
    auc, brier = learned.report.learned.auc, learned.report.learned.brier
    assert auc.low < figures.auc(learned.chances(values), good, once)[0] < auc.high
    assert brier.low < figures.brier(learned.chances(values), good, once)[0] < brier.high


@pytest.mark.parametrize("cases", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_of_noise_nothing_is_claimed(cases):
    """Where outcomes have nothing to do with the criteria, no more verdicts than the level says claim they have."""
    verdicts = [mm.learn(*simulated(seed, 120, dict.fromkeys("abc", 0.0), -0.7)).verdict for seed in range(cases)]
    assert verdicts.count("no better than the base rate") >= cases - max(1, cases * 0.025)


@pytest.mark.parametrize("cases", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_a_preset_that_is_right_is_not_beaten(cases):
    """Where the preset is the truth, learned weights are not called better more often than the level says."""
    slopes = dict.fromkeys("abcd", 2.0)
    verdicts = [mm.learn(*simulated(seed, 160, slopes)).verdict for seed in range(cases)]
    assert verdicts.count("better than the preset") <= max(1, cases * 0.025)


def test_the_base_rate_tells_nobody_apart(learned):
    """The AUC of the base rate is a half, and its Brier score is about p (1 - p)."""
    report = learned.report
    share = report.good / report.pairs
    assert (report.base.auc.value, report.base.auc.low, report.base.auc.high) == (0.5, 0.5, 0.5)
    assert report.base.brier.value == pytest.approx(share * (1 - share), abs=0.005)
    assert report.over_base.value == pytest.approx(report.base.brier.value - report.learned.brier.value)


# --- what it takes --------------------------------------------------------------------------------------------------


def test_neither_the_order_of_pairs_nor_of_columns_matters():
    """The same pairs in another order, with the criteria in another order, give the same to the last bit."""
    values, good = simulated(5, 120)
    order = np.random.default_rng(0).permutation(120)
    turned = {name: values[name][order] for name in reversed(values)}
    assert mm.learn(values, good) == mm.learn(turned, [good[k] for k in order])


def test_tables_of_any_kind_are_read():
    """A data frame, a list of mappings and a mapping of columns are one and the same."""
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    values, good = simulated(6, 100)
    values["b"][3] = np.nan
    expected = mm.learn(values, good)
    assert mm.learn(pandas.DataFrame(values), good) == expected
    assert mm.learn(polars.DataFrame(values), np.array(good)) == expected
    rows = pandas.DataFrame(values).to_dict("records")
    assert mm.learn(rows, [int(one) for one in good]) == expected


def test_ranges_say_what_counts_as_0_and_as_1():
    """Ratings of 1 to 10, and distances of which less is better, are learned of as they are."""
    values, good = simulated(7, 150)
    raw = {"a": 1 + 9 * values["a"], "b": 20 * (1 - values["b"]), "c": values["c"], "d": values["d"]}
    ranges = {"a": (1, 10), "b": (20, 0)}
    found, expected = mm.learn(raw, good, ranges=ranges), mm.learn(values, good)
    assert found.weights == pytest.approx(expected.weights, abs=1e-6)
    assert np.allclose(found.chances(raw), expected.chances(values))


def test_ratings_are_good_from_a_threshold():
    """With `good_from` an outcome is a number."""
    values, good = simulated(8, 120)
    ratings = [4 if one else 2 for one in good]
    assert mm.learn(values, ratings, good_from=3) == mm.learn(values, good)


def test_past_pairs_are_looked_up_in_a_problem(programme):
    """Values are those of the problem's criteria, the preset is its weights, and people are held out whole."""
    mentors, mentees, problem, outcomes = programme
    found = mm.learn(problem, outcomes)
    assert found.weights["needs_offers"] > 0.8
    assert [one.preset for one in found.criteria] == [0.5, 0.5]
    assert (found.report.groups, found.report.group_kind) == (80, "people")
    assert mm.learn(problem.scores, list(outcomes.values()), pairs=list(outcomes)) == found
    turned = mm.Problem.build(mentors[::-1], mentees[::-1], scorers={"needs_offers": 1, "level_gap": 1})
    assert mm.learn(turned, dict(reversed(outcomes.items()))) == found


def test_one_side_may_be_held_out_alone(programme):
    """`groups="mentor"` holds out mentors, a list whatever it names."""
    _, _, problem, outcomes = programme
    by_mentor = mm.learn(problem, outcomes, groups="mentor").report
    assert (by_mentor.groups, by_mentor.group_kind) == (80, "mentors")
    labels = [k % 40 for k in range(160)]
    assert mm.learn(problem, outcomes, groups=labels).report.groups == 40


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "good", "needed"), [(79, 40, "79 .*80"), (100, 19, "19 good.*20"), (100, 81, "19 other.*20")]
)
def test_too_little_is_refused_with_what_is_needed(pairs, good, needed):
    """Fewer than 80 pairs, or than 20 of an outcome, are refused, and the message says how many it takes."""
    outcomes = [True] * good + [False] * (pairs - good)
    with pytest.raises(mm.InputError, match=needed):
        mm.learn({"a": np.linspace(0, 1, pairs)}, outcomes)


def test_people_who_all_know_each_other_are_refused(programme):
    """Where everybody is linked, nobody can be held out whole; the message says what can be."""
    _, _, problem, _ = programme
    chain = {(f"a{(k + off) % 90}", f"m{k % 70}"): bool(k % 2) for k in range(90) for off in (0, 1)}
    with pytest.raises(mm.InputError, match='groups="mentee"'):
        mm.learn(problem, chain)


def test_what_is_for_the_audit_is_never_learned_from(programme):
    """A column that is named as audit, or a criterion that reads such a field, is refused by name."""
    values, good = simulated(9, 100)
    with pytest.raises(mm.InputError, match="values gender: is for the audit alone"):
        mm.learn({**values, "gender": values["a"]}, good, audit=["gender"])
    with pytest.raises(mm.InputError, match="values level_gap: is for the audit alone"):
        mm.learn(programme[2], programme[3], audit=["level"])


def test_all_faults_are_told_at_once_and_no_value_is():
    """Rows and columns are named, and what stood there is not repeated."""
    values, good = simulated(10, 100)
    values = {name: column.tolist() for name, column in values.items()}
    values["a"][3], values["b"][4], values["c"] = 7.25, "secret", values["c"][:50]
    with pytest.raises(mm.InputError) as caught:
        mm.learn(values, good)
    assert [fault["code"] for fault in caught.value.errors()] == ["outside_range", "outside_range", "wrong_length"]
    assert "7.25" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"preset": {"x": 1}}, "unknown_criterion"),
        ({"preset": {"a": -1}}, "bad_weight"),
        ({"preset": {"a": 0}}, "no_weight"),
        ({"preset": 3}, "no_mapping"),
        ({"groups": ["x"]}, "wrong_length"),
        ({"groups": "mentor"}, "bad_groups"),
        ({"ranges": {"x": (0, 1)}}, "unknown_criterion"),
        ({"ranges": (1, 1)}, "bad_range"),
        ({"seed": -1}, "bad_seed"),
        ({"audit": 3}, "no_names"),
        ({"audit": "a"}, "audit"),
        ({"good_from": "x"}, "bad_threshold"),
        ({"pairs": [("a", "b")]}, "no_people"),
    ],
)
def test_wrong_options_are_faults(options, code):
    """Each wrong option is told by its own code."""
    with pytest.raises(mm.InputError) as caught:
        mm.learn(*simulated(11, 100), **options)
    assert code in {fault["code"] for fault in caught.value.errors()}


@pytest.mark.parametrize("given", [3, "text", [1, 2], {1: [0.5]}, {}, np.zeros((3, 3))])
def test_what_is_no_table_is_told(given):
    """Whatever is no table of values is an InputError."""
    with pytest.raises(mm.InputError):
        mm.learn(given, [True])


def test_wrong_outcomes_and_pairs_are_told(programme):
    """An outcome that is neither yes nor no, a wrong number of them, and unknown people are told by row."""
    values, good = simulated(12, 100)
    for wrong, where in (([*good[:-1], 3], "outcomes row 100"), (good[:-1], "100; there are 99"), (None, "not a list")):
        with pytest.raises(mm.InputError, match=where):
            mm.learn(values, wrong)
    problem = programme[2]
    for pairs, code in (
        ([("a0", "nobody")], "unknown_id"),
        ([(["a0"], "m0")], "unknown_id"),
        (["a0"], "no_pair"),
        (3, "no_pairs"),
    ):
        with pytest.raises(mm.InputError) as caught:
            mm.learn(problem, [True], pairs=pairs)
        assert caught.value.errors()[0]["code"] == code


# --- what is made of it ---------------------------------------------------------------------------------------------


def test_the_manifest_says_that_weights_were_learned(programme):
    """A run with learned weights says so in its manifest, after a change too; a run without says nothing."""
    mentors, mentees, problem, outcomes = programme
    found = mm.learn(problem, outcomes)
    own = mm.Problem.build(mentors, mentees, scorers=found.scorers())
    told = own.solve().manifest["settings"]["learned"]
    assert told == {"criteria": ("level_gap", "needs_offers"), "pairs": 160, "verdict": found.verdict}
    assert own.update(leave=["a0"]).solve().manifest["settings"]["learned"] == told
    assert own.scores.weights == pytest.approx({name: w for name, w in found.weights.items() if w})
    assert "learned" not in problem.solve().manifest["settings"]


def test_a_score_of_learned_weights_is_explained_as_ever(programme):
    """The parts of a pair, weighed as learned, sum to its score."""
    mentors, mentees, problem, outcomes = programme
    matching = mm.match(mentors, mentees, scorers=mm.learn(problem, outcomes).scorers())
    for pair in matching.pairs[:20]:
        assert sum(part.contribution for part in pair.parts) == pytest.approx(pair.score, abs=1e-9)


def test_learned_weights_go_to_the_scorers_they_were_learned_of(learned):
    """Objects keep their place; a scorer too many or too few is told."""
    made = [mm.scorer(lambda mentee, mentor: 1.0, name=name) for name in "abcd"]
    given = learned.scorers(made)
    assert {one.name: weight for one, weight in given.items()} == learned.weights
    with pytest.raises(mm.InputError, match="was not learned of"):
        learned.scorers([*made, "goals"])
    with pytest.raises(mm.InputError, match="is not among the scorers"):
        learned.scorers(made[1:])


def test_what_is_not_worth_it_is_handed_out_on_request_only():
    """Weights that are no better than the base rate are given only to who insists."""
    found = mm.learn(*simulated(1, 120, dict.fromkeys("ab", 0.0)))
    with pytest.raises(mm.StateError, match="no better than the base rate: keep the preset"):
        found.scorers()
    assert dict(found.scorers(anyway=True)) == found.weights


def test_learned_weights_cannot_be_changed(learned):
    """They are a mapping without a way to write, and travel to other processes."""
    given = learned.scorers()
    with pytest.raises(TypeError):
        given["a"] = 1.0
    with pytest.raises(AttributeError):
        given.learned = None
    copy = pickle.loads(pickle.dumps(given))
    assert isinstance(copy, LearnedScorers)
    assert (dict(copy), copy.learned) == (dict(given), learned)


def test_what_was_learned_can_be_kept(learned):
    """Written as JSON and read again it is the same, and tells the same chances."""
    again = mm.Learned.from_json(learned.to_json())
    assert again == learned
    values, _ = simulated(20, 10)
    assert np.array_equal(again.chances(values), learned.chances(values))
    assert json.loads(learned.to_json())["version"] == 1


def test_weights_without_an_end_of_pull_can_be_kept():
    """Where the preset was kept as it is, the pull is null, not an infinity that JSON does not have."""
    found = mm.learn(*simulated(0, 100, dict.fromkeys("ab", 2.0)))
    data = {**found.to_dict(), "pull": None}
    assert mm.Learned.from_dict(json.loads(json.dumps(data, allow_nan=False))).pull is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("seed"),
        lambda data: data.update(version=2),
        lambda data: data.update(more=1),
        lambda data: data.update(criteria=[]),
        lambda data: data.update(criteria=3),
        lambda data: data.update(intercept="x"),
        lambda data: data.update(verdict="better than ever"),
        lambda data: data["criteria"][0].update(coefficient=-1.0),
        lambda data: data["criteria"][0].update(weight=2),
        lambda data: data["criteria"][0].update(range=[1, 1]),
        lambda data: data["criteria"].reverse(),
        lambda data: data["criteria"].append(3),
        lambda data: data.update(report=None),
        lambda data: data["report"].update(pairs=-1),
        lambda data: data["report"]["learned"].update(auc=None),
        lambda data: data["report"]["over_base"].update(low=True),
        lambda data: data["report"].update(reliability=[[1, 2]]),
        lambda data: data["report"].update(group_kind="x"),
    ],
)
def test_what_was_not_written_by_it_is_refused(learned, spoil):
    """Anything but what `to_dict` wrote is an InputError, never another error and never half a result."""
    data = json.loads(learned.to_json())
    spoil(data)
    with pytest.raises(mm.InputError):
        mm.Learned.from_dict(data)


@pytest.mark.parametrize("text", ["", "[]", '{"a": NaN}', b"\xff", "null"])
def test_text_that_is_no_json_is_refused(text):
    """So is whatever is no JSON object."""
    with pytest.raises(mm.InputError):
        mm.Learned.from_json(text)


def test_it_can_be_read(learned):
    """As text it names every criterion with its weight beside the preset's, the three ways and the verdict."""
    text = str(learned)
    assert text.startswith(f"Learned from 400 pairs, {learned.report.good} of them good: {learned.verdict}.")
    for name, weight in learned.weights.items():
        assert any(line.split() == [name, f"{weight:.1%}", "25.0%"] for line in text.splitlines())
    for way in ("learned", "preset", "base rate"):
        assert any(line.startswith(way) and line.count(" to ") == 3 for line in text.splitlines())
    assert repr(learned) == f"<Learned: 4 criteria from 400 pairs; {learned.verdict}>"


def test_it_can_be_had_as_a_table(learned):
    """A row a criterion, in the library that is asked for."""
    pytest.importorskip("polars")
    frame = learned.to_frame("polars")
    assert frame["criterion"].to_list() == list("abcd")
    assert frame["weight"].to_list() == list(learned.weights.values())


def test_chances_are_told_of_the_same_criteria_only(learned):
    """Values of other criteria are refused, naming those that are needed."""
    with pytest.raises(mm.InputError, match="a, b, c, d"):
        learned.chances({"a": [0.5]})

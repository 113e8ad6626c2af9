"""Presets: what each holds, on whom each can be used, and how they mix."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.constraints import rule_from
from mentormatch.presets import PRESETS, mix
from mentormatch.scoring import weighted
from mentormatch.settings import PUBLIC_RULES
from mentormatch.solvers import check_objective
from mentormatch.testing import fake_programme, pools

NAMES = sorted(PRESETS)


def shares(settings_):
    """Each scorer's share of the whole weight."""
    whole = sum(weight for _, weight, _ in settings_.listed_scorers())
    return {name: weight / whole for name, weight, _ in settings_.listed_scorers()}


def test_the_presets_are_those_that_the_docs_promise():
    """There is a preset for each of the six kinds of programme."""
    assert NAMES == ["development", "engagement", "inclusion", "knowledge_transfer", "retention", "reverse"]


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_is_made_of_names_that_exist(name):
    """Its scorers can be made with their arguments, its rules are public ones, and its tiers go together."""
    one = mm.preset(name)
    assert {scorer.name for scorer in weighted(one.scorers)} == set(shares(one))
    assert {rule_from(rule).name for rule in one.constraints} <= PUBLIC_RULES
    check_objective(one.objective)  # raises what is wrong
    assert one.preset is None


@pytest.mark.parametrize("name", NAMES)
def test_no_preset_forgets_that_two_people_must_find_a_time(name):
    """In every preset hours and languages count, and nobody is mentored by their manager."""
    one = mm.preset(name)
    assert shares(one)["overlapping_hours"] >= 0.1
    assert shares(one)["shared_languages"] >= 0.1
    assert {"rule": "reporting_line", "depth": 2} in one.constraints


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_places_made_up_people(name):
    """A made-up programme of 30 mentees is matched under every preset, proven, by the preset's own weights."""
    problem = mm.Problem.build(*fake_programme(30, 30), preset=name)
    matching = problem.solve()
    assert len(matching) >= 20
    assert matching.certificate.optimal
    matching.certificate.verify(problem)
    assert matching.manifest["settings"]["preset"] == name
    fields = {part.criterion for pair in matching for part in pair.parts} - {"other"}
    assert fields <= set(shares(mm.preset(name)))


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_runs_where_almost_nothing_is_answered(name):
    """Two people who answered one question between them, and people who answered none, are matched all the same."""
    matching = mm.match([{"id": "Mia"}, {"id": "Ned", "languages": ["nl"]}], [{"id": "Ann"}, {"id": "Bo"}], preset=name)
    assert len(matching) == 2
    assert len(mm.match([{"id": "Mia"}], [{"id": "Ann"}], preset=name)) == 1


@given(pool=pools(4), name=st.sampled_from(NAMES))
@settings(max_examples=60, deadline=None)
def test_every_preset_runs_on_awkward_people(pool, name):
    """Gaps, equal people and people in two roles: each preset gives a proven matching with scores in 0 to 1."""
    matching = mm.match(pool, preset=name)
    assert matching.certificate.optimal
    assert all(0 <= pair.score <= 1 for pair in matching)


def test_in_reverse_the_junior_is_the_mentor():
    """A mentor a level up or on the same level is never taken; of two juniors the one further down scores higher."""
    mentors = [
        {"id": "peer", "level": 5},
        {"id": "boss", "level": 6},
        {"id": "near", "level": 4},
        {"id": "far", "level": 2},
    ]
    mentee = {"id": "Ann", "level": 5}
    assert [pair.mentor for pair in mm.match(mentors, [mentee], preset="reverse")] == ["far"]
    assert len(mm.match(mentors[:2], [mentee], preset="reverse")) == 0
    assert [pair.mentor for pair in mm.match(mentors, [mentee], preset="development")] == ["boss"]


def test_even_presets_raise_the_worst_pair():
    """Retention and inclusion do without a little in total so that the worst pair is better; development does not."""
    mentors = [{"id": "Mia", "offers": ["a", "b", "c", "d"]}, {"id": "Ned", "offers": ["a", "b", "c"]}]
    mentees = [{"id": "Ann", "needs": ["a", "d"]}, {"id": "Bo", "needs": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 4}}]
    for name in ("retention", "inclusion"):
        matching = mm.match(mentors, mentees, preset=name)
        assert matching.objective == ("coverage", "floor", "total")
        other = mm.match(mentors, mentees, preset=name, objective=("coverage", "total"))
        assert matching.worst >= other.worst
        assert matching.total <= other.total + 1e-12


def test_priority_is_aimed_at_once_somebody_waited():
    """Where nobody waited no preset has the tier priority; where somebody did, each has."""
    waited = [{"id": "Ann", "waited_rounds": 1}]
    for name in NAMES:
        assert "priority" not in mm.match([{"id": "Mia"}], [{"id": "Ann"}], preset=name).objective
        assert "priority" in mm.match([{"id": "Mia"}], waited, preset=name).objective


# --- mixing ----------------------------------------------------------------------------------------------------------

MIXES = st.dictionaries(st.sampled_from(NAMES), st.floats(1e-3, 1e3, allow_nan=False), min_size=1)


@given(names=MIXES)
def test_a_mix_weighs_each_scorer_by_its_shares(names):
    """A scorer's share in a mix is the mean of its shares in the presets, by their weights; rules stand there once."""
    mixed, whole = mix(names), sum(names.values())
    for scorer, share in shares(mixed).items():
        parts = (weight * shares(mm.preset(name)).get(scorer, 0) for name, weight in names.items())
        assert share == pytest.approx(sum(parts) / whole)
    assert sum(shares(mixed).values()) == pytest.approx(1)
    rules = [rule for name in names for rule in mm.preset(name).constraints]
    assert all(mixed.constraints.count(rule) == 1 for rule in rules)
    assert all(rule in rules for rule in mixed.constraints)
    weightiest = min(names, key=lambda name: (-names[name], name))
    assert mixed.objective == mm.preset(weightiest).objective
    assert {scorer.name for scorer in weighted(mixed.scorers)} == set(shares(mixed))


def test_the_weightier_preset_says_how_a_scorer_counts():
    """Where reverse weighs more the level gap is turned in the mix, and where it weighs less it is not."""
    turned = {name: stated for name, _, stated in mix({"reverse": 2, "development": 1}).listed_scorers()}
    plain = {name: stated for name, _, stated in mix({"reverse": 1, "development": 2}).listed_scorers()}
    assert turned["level_gap"] == {"ideal": -3, "tolerance": 3}
    assert plain["level_gap"] == {}


def test_a_mix_is_matched():
    """A mix of presets is a preset: it is matched, and its name lists what it was made of."""
    matching = mm.match(*fake_programme(8, 8), preset={"retention": 2, "reverse": 1})
    assert matching.manifest["settings"]["preset"] == "retention + reverse"
    assert matching.objective == ("coverage", "floor", "total")


# --- as a table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_prints_as_a_table(name):
    """Its table names each scorer with its weight, each rule and each tier, in at most 100 columns."""
    one = mm.preset(name)
    text = str(one)
    assert text == one.table()
    assert max(map(len, text.splitlines())) <= 100
    for scorer, weight, _ in one.listed_scorers():
        assert any(line.split()[0] == scorer and f" {weight:g} " in line for line in text.splitlines())
    assert all(rule["rule"] in text for rule in one.constraints)
    assert ", then ".join(one.objective) in text


def test_a_table_of_settings_is_silent_about_confidences():
    """Rules told in confidence are counted and not named, and nothing odd in settings breaks the table."""
    one = mm.Settings(
        preset={"retention": 2},
        scorers=[{"scorer": "x" * 300, "weight": "heavy"}, {"weight": 10**400}, {}],
        constraints=[
            {"rule": "tension", "a": "CANARY", "b": "Mia"},
            {"rule": ["CANARY"]},
            {"rule": "forbid", "a": "\x1b[1m" * 99},
        ],
        objective="total",
    )
    text = str(one)
    assert "CANARY" not in text
    assert "\x1b" not in text
    assert "2 told in confidence" in text
    assert max(map(len, text.splitlines())) <= 100

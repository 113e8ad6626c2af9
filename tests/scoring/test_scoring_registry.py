import math
import pickle
from dataclasses import fields

import pytest
from pydantic import TypeAdapter

from mentormatch import InputError
from mentormatch.people import Pool
from mentormatch.scoring import SCORERS, FreeText, LevelFit, NeedsOffers, ScoreMatrix, Scorer, TraitFit, scorer_from


def build(scorers):
    """A matrix of two people."""
    pool = Pool([{"id": "Mia", "offers": ["SQL"], "level": 3}], [{"id": "Ann", "needs": ["SQL"], "level": 1}])
    return ScoreMatrix(pool.public(), scorers)


@pytest.mark.parametrize("name", SCORERS)
def test_every_registered_scorer_can_be_had_by_name(name):
    """The name gives the default scorer, which carries that name, is hashable and can be pickled."""
    found = scorer_from(name)
    assert found == SCORERS[name]()
    assert found.name == name
    assert isinstance(found, Scorer)
    assert {found: 1}[pickle.loads(pickle.dumps(found))] == 1


def test_plain_data_makes_scorers():
    """{"scorer": name, ...} sets parameters; lists become tuples."""
    assert scorer_from({"scorer": "level_gap", "ideal": 1}) == LevelFit(ideal=1)
    fit = scorer_from({"scorer": "traits", "scale": [1, 7], "complementary": ["calm"]})
    assert fit == TraitFit(scale=(1, 7), complementary=("calm",))
    assert hash(fit) == hash(TraitFit(scale=(1, 7), complementary=("calm",)))


def test_scorers_come_as_a_mapping_or_a_list():
    """Names, scorers, pairs and plain data with a weight all mean the same."""
    expected = build({NeedsOffers(): 3, LevelFit(ideal=1): 1}).weights
    assert build({"needs_offers": 3, LevelFit(ideal=1): 1}).weights == expected
    assert build([("needs_offers", 3), ({"scorer": "level_gap", "ideal": 1}, 1)]).weights == expected
    assert build([{"scorer": "needs_offers", "weight": 3}, {"scorer": "level_gap", "ideal": 1}]).weights == expected


def test_an_unknown_name_lists_the_known_ones():
    """A misspelt criterion is an error with a suggestion."""
    with pytest.raises(InputError, match='did you mean "needs_offers"') as caught:
        scorer_from("need_offers")
    assert all(name in str(caught.value) for name in SCORERS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scorer": "level_gap", "ideel": 2},
        {"scorer": "level_gap", "name": "gap"},
        {"scorer": "level_gap", "ideal": "two"},
        {"scorer": "level_gap", "tolerance": 0},
        {"scorer": "traits", "scale": [5, 1]},
        {"scorer": 3},
        {"weight": 3},
        NeedsOffers,
        lambda mentee, mentor: 0.5,
        3,
        None,
    ],
)
def test_what_is_no_scorer_is_an_input_error(wrong):
    """Unknown or wrong parameters, a class instead of an object, a function that was not decorated."""
    with pytest.raises(InputError):
        scorer_from(wrong)


def test_a_wrong_parameter_is_named_without_its_value():
    """The error tells scorer and parameter, and nothing is chained."""
    with pytest.raises(InputError) as caught:
        scorer_from({"scorer": "level_gap", "ideal": "zeventien"})
    assert caught.value.faults[0].loc[:3] == ("scorers", "level_gap", "ideal")
    assert "zeventien" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf, "3", None, True])
def test_a_weight_that_makes_no_sense_is_an_input_error(weight):
    """Negative, not finite, or no number."""
    with pytest.raises(InputError, match="needs_offers"):
        build({NeedsOffers(): weight, LevelFit(): 1})


def test_all_faults_are_told_at_once():
    """An unknown name, a bad weight and a name used twice are three faults of one error."""
    with pytest.raises(InputError) as caught:
        build([("chemistry", 1), ("level_gap", -1), (FreeText(), 1), ("free_text", 1)])
    assert {fault.code for fault in caught.value.faults} == {"unknown_scorer", "bad_weight", "same_name"}


def test_something_must_weigh():
    """All weights zero is an error; a single weight zero leaves that criterion out."""
    with pytest.raises(InputError, match="above 0"):
        build({NeedsOffers(): 0, LevelFit(): 0})
    assert build({NeedsOffers(): 1, LevelFit(): 0}).criteria == ("needs_offers",)


@pytest.mark.parametrize("wrong", ["needs_offers", 3, [NeedsOffers()], [("needs_offers", 1, 2)]])
def test_scorers_need_weights(wrong):
    """A bare name or a list without weights is refused."""
    with pytest.raises(InputError):
        build(wrong)


@pytest.mark.parametrize("name", SCORERS)
def test_every_scorer_has_a_schema_of_plain_data(name):
    """Parameters that plain data can hold are in the schema; text models and taxonomies are not."""
    schema = TypeAdapter(SCORERS[name]).json_schema()
    assert set(schema.get("properties", {})) == {field.name for field in fields(SCORERS[name])} - {
        "embedder",
        "taxonomy",
    }

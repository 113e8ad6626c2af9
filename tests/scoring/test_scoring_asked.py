"""What a mentee asks for against the record, by hand."""

import math

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import AskFor, InputError
from mentormatch.people import Pool
from mentormatch.scoring import scorer_from
from mentormatch.testing import check_scorer

ASK = AskFor({"wanted": "profession", "least": "level_at_least"})
MENTORS = [{"id": "Mia", "profession": "Nurse", "level": 4}, {"id": "Bo", "profession": "chef"}, {"id": "Cy"}]
MENTEES = [
    {"id": "Ann", "attributes": {"wanted": "nurse", "least": 3}},
    {"id": "Di", "attributes": {"wanted": "nurse", "least": 5}},
    {"id": "Ed"},
]


def test_the_value_is_the_share_of_the_asks_that_are_met():
    """Both met, one of two, none of the one that can be told, and unknown where nothing can be."""
    found = ASK.bind(Pool(MENTORS, MENTEES).public())(slice(None), slice(None))
    nan = math.nan
    assert np.array_equal(found, [[1, 0, nan], [0.5, 0, nan], [nan, nan, nan]], equal_nan=True)
    check_scorer(ASK, Pool(MENTORS, MENTEES))


def test_an_explanation_says_which_ask_met_which_record():
    """Only what is met is told, and only where these fields are shared."""
    pool = Pool(MENTORS, MENTEES)
    scores = mm.score(pool, scorers={ASK: 1})
    assert scores.shared(0, 0) == {"asked_for": ("level at least 3: 4", "profession: Nurse")}
    assert scores.shared(1, 0) == {"asked_for": ("profession: Nurse",)}
    assert scores.shared(2, 0) == {"asked_for": ()}
    hidden = mm.match(pool, scorers={ASK: 1}).explain("Ann").text()
    assert "urse" not in hidden


def test_asks_are_plain_data_too():
    """Settings give them as a mapping; what is no mapping of names is refused, and a field that nobody has told."""
    made = scorer_from({"scorer": "asked_for", "asks": {"wanted": "profession", "least": "level_at_least"}})
    assert made == ASK
    assert hash(made) == hash(ASK)
    for wrong in ("profession", {"a": ""}, [("a",)]):
        with pytest.raises(InputError, match="field of the mentee"):
            AskFor(wrong)
    with pytest.raises(InputError, match="profesion"):
        AskFor({"wanted": "profesion"}).bind(Pool(MENTORS, MENTEES).public())


def test_who_joins_when_nobody_who_asked_is_left_is_unknown():
    """The criterion stays and their values are unknown, so that nothing is fitted anew."""
    problem = mm.Problem.build(MENTORS, MENTEES, scorers={ASK: 1})
    later = problem.update(leave=["Ann", "Di"], join_mentees=[{"id": "Flo"}])
    assert later.scores.pairs(np.array([1]), np.array([0])).tolist() == [problem.scores.defaults["asked_for"]]

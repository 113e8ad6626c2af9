import math

import numpy as np
import pytest

from mentormatch.people import Pool
from mentormatch.scoring import FreeText, ScoreMatrix
from mentormatch.scoring.text import words


def values(scorer, mentees, mentors, field="bio"):
    """The values of everybody with everybody."""
    sides = [
        [{"id": f"{side}{k}", **({} if text is None else {field: text})} for k, text in enumerate(texts)]
        for side, texts in (("m", mentors), ("e", mentees))
    ]
    return scorer.bind(Pool(*sides).public())(slice(None), slice(None))


def test_words_are_whole_and_plain():
    """Case and accents do not count; single characters and marks are no words."""
    assert words("Café-AI, a RETAIL2 Ünder_score!") == ["cafe", "ai", "retail2", "under_score"]


def test_a_word_is_not_found_inside_another():
    """AI is not in retail."""
    assert values(FreeText(), ["AI"], ["retail", "AI"]).tolist() == [[0.0, 1.0]]


def test_texts_are_compared_as_scikit_learn_does():
    """With short words the values are those of TfidfVectorizer with sublinear counts, to the fineness of the grid."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    mentees = ["data and arts and data", "team in shop", "a tiny arts"]
    mentors = ["arts data data data", "I like tiny team", "shop and data and team and data"]
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform([*mentees, *mentors])
    expected = (vectors[:3] @ vectors[3:].T).toarray()
    assert values(FreeText(), mentees, mentors) == pytest.approx(expected, abs=1e-6)


def test_repeating_a_word_pays_less_and_less():
    """Counts are damped: a text that repeats itself ten times is not ten times as much about it."""
    (once, often) = values(FreeText(), ["museum"], ["museum data", "museum " * 10 + "data"])[0]
    assert once < often < 10 * once


@pytest.mark.parametrize("text", [None, "!!", "a"])
def test_a_text_without_words_is_unknown(text):
    """No text, or one without a word in it, is no answer."""
    found = values(FreeText(), ["museum", text], ["museum"])
    assert found[0, 0] == 1
    assert math.isnan(found[1, 0])


def test_other_fields_make_other_criteria():
    """Two texts can be scored side by side, each under its own name."""
    one, other = FreeText(), FreeText(field="hopes")
    assert (one.name, other.name, other.fields) == ("free_text", "free_text_hopes", ("hopes",))
    pool = Pool(
        [{"id": "Mia", "bio": "data", "attributes": {"hopes": "museum"}}],
        [{"id": "Ann", "bio": "teams", "attributes": {"hopes": "museum"}}],
    )
    matrix = ScoreMatrix(pool.public(), {one: 1, other: 1})
    assert matrix.components(np.array([0]), np.array([0])).tolist() == [[0.0, 1.0]]


def test_the_words_that_count_most_are_told():
    """At most five shared words, the rarest first to be kept, sorted."""
    pool = Pool(
        [{"id": "Mia", "bio": "museum data teams retail small run"}, {"id": "Ned", "bio": "run"}],
        [{"id": "Ann", "bio": "museum data teams retail small run"}],
    )
    assert FreeText().bind(pool.public()).shared(0, 0) == ("data", "museum", "retail", "small", "teams")

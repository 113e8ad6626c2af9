"""The text scorer against a second implementation of its formula, and what it must never do."""

import math
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.people import Pool
from mentormatch.scoring import FreeText, ScoreMatrix
from mentormatch.scoring.text import words
from mentormatch.testing import check_scorer


def pool_of(mentees, mentors, field="bio"):
    """A pool of people with these texts, None for no text."""
    sides = [
        [{"id": f"{side}{k}", **({} if text is None else {field: text})} for k, text in enumerate(texts)]
        for side, texts in (("m", mentors), ("e", mentees))
    ]
    return Pool(*sides).public()


def values(scorer, mentees, mentors):
    """The values of everybody with everybody."""
    return scorer.bind(pool_of(mentees, mentors))(slice(None), slice(None))


def by_hand(mentees, mentors):
    """The formula of the docstring in plain loops, for texts of ASCII letters."""
    weights = []
    for text in (*mentees, *mentors):
        told = re.findall(r"[a-z]{2,}", text.lower())
        weight = Counter()
        for start in range(0, len(told), 100):
            passage = told[start : start + 100]
            for kind, terms in (("word", passage), ("begin", [word[:5] for word in passage if len(word) >= 5])):
                for term, count in Counter(terms).items():
                    weight[kind, term] += 1 + math.log(count)
        weights.append(weight)
    total = sum(1 for weight in weights if weight)
    with_it = Counter(term for weight in weights for term in weight)
    vectors = [
        {
            term: damped * (math.log((1 + total) / (1 + with_it[term])) + 1) * (0.5 if term[0] == "begin" else 1)
            for term, damped in weight.items()
        }
        for weight in weights
    ]
    lengths = [math.sqrt(sum(w * w for w in vector.values())) for vector in vectors]
    n = len(mentees)
    return [
        [
            sum(w * vectors[n + j].get(term, 0) for term, w in vectors[i].items()) / (lengths[i] * lengths[n + j])
            for j in range(len(mentors))
        ]
        for i in range(n)
    ]


VOCABULARY = ["data", "museum", "museums", "teams", "retail", "run", "small", "ai", "budget", "budgeting", "rain"]
TEXTS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=260).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(mentees=st.lists(TEXTS, min_size=1, max_size=4), mentors=st.lists(TEXTS, min_size=1, max_size=4))
def test_the_value_is_the_formula_of_the_docstring(mentees, mentors):
    """Words, beginnings, passages of a hundred words and rarity give what plain loops give, to the grid."""
    assert values(FreeText(), mentees, mentors) == pytest.approx(np.array(by_hand(mentees, mentors)), abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(mentee=TEXTS, mentor=TEXTS, more=st.lists(st.sampled_from(["zebra", "quiz", "vex"]), min_size=1, max_size=150))
def test_words_that_the_other_does_not_have_never_raise_the_value(mentee, mentor, more):
    """Whatever is added to either text's end, and however often, a word that the other side lacks only lowers it."""
    longer = " ".join(more)
    others = ["zebra data", "quiz"]  # the words are known elsewhere, so adding them changes how rare they are
    before = values(FreeText(), [mentee], [mentor, *others])[0, 0]
    assert values(FreeText(), [mentee], [f"{mentor} {longer}", *others])[0, 0] <= before + 1e-6
    assert (
        values(FreeText(), [f"{mentee} {longer}"], [mentor, *others])[0, 0]
        <= values(FreeText(), [mentee], [mentor, *others])[0, 0] + 1e-6
    )


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_equal_texts_score_one_and_the_value_has_two_equal_sides(texts):
    """A text is wholly like itself, and as like another as that one is to it."""
    found = values(FreeText(), texts, texts)
    assert found == pytest.approx(found.T, abs=1e-6)
    assert np.diag(found) == pytest.approx(1.0, abs=1e-6)


def test_beginnings_meet_half_way():
    """Forms of one word are alike, less than the same word and more than different words."""
    form, same, different, short = values(FreeText(), ["budgeting"], ["budgets", "budgeting", "museums", "bud"])[0]
    assert 0 < form < 0.5 < same
    assert different == short == 0


def test_what_a_long_text_comes_back_to_weighs_more():
    """Said once in each of five passages a word weighs more than said five times in one."""
    filler = " ".join(["rain"] * 99)
    spread = " ".join(f"museum {filler}" for _ in range(5))
    bunched = " ".join(["museum"] * 5 + ["rain"] * 495)
    found = values(FreeText(), ["museum"], [spread, bunched])[0]
    assert found[0] > found[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("機械学習とAI技術", ["機械", "械学", "学習", "習と", "ai", "技術"]),
        ("人 と 本棚", ["人", "と", "本棚"]),
        ("ข้อมูล", ["ขอ", "อม", "มล"]),
        ("हिन्दी भाषा", ["हिनदी", "भाषा"]),
        ("İstanbul Straße ÉCOLE", ["istanbul", "strasse", "ecole"]),
        ("менторство Данные", ["менторство", "данные"]),
        ("ﬁnance ｄａｔａ", ["finance", "data"]),
    ],
)
def test_words_of_many_scripts(text, told):
    """Accents and widths are folded; scripts without spaces come as pairs of characters; nothing is lost."""
    assert words(text) == told


def test_chinese_texts_meet_without_spaces():
    """Two texts that share a term score above two that do not, though no space parts the term from the rest."""
    near, far = values(FreeText(), ["我想学习数据分析和机器学习"], ["专家：机器学习", "博物馆的导游"])[0]
    assert near > 0.2 > far


def test_words_are_told_before_beginnings():
    """A beginning is told, with dots, only where no shared word begins so."""
    block = FreeText().bind(pool_of(["museums data budgets"], ["museums data budgeting"]))
    assert block.shared(0, 0) == ("budge…", "data", "museums")
    assert block.shared_pairs(np.array([0]), np.array([0])) == [("budge…", "data", "museums")]


def test_the_order_of_people_does_not_matter():
    """However the texts are listed, every pair has the same bits, and the promises of scorers hold."""
    rng = np.random.default_rng(5)
    texts = [" ".join(rng.choice(VOCABULARY, size=int(size))) for size in rng.integers(1, 350, 12)]
    forward, backward = values(FreeText(), texts[:6], texts[6:]), values(FreeText(), texts[5::-1], texts[:5:-1])
    assert np.array_equal(forward, backward[::-1, ::-1])
    check_scorer(FreeText(), Pool([{"id": "a", "bio": texts[0]}, {"id": "b"}], [{"id": "c", "bio": texts[1]}]))


def test_rarity_can_be_that_of_others():
    """Fitted elsewhere, words and beginnings weigh what they weigh there, those unknown there as the rarest."""
    here = pool_of(["budget zebra"], ["budget quiz"])
    there = pool_of(["budget", "budget rain"], ["budgeting", "rain"])
    same = FreeText().bind_fitted(here, here)
    assert np.array_equal(same(slice(None), slice(None)), FreeText().bind(here)(slice(None), slice(None)))
    idf = {"budget": math.log(5 / 3) + 1, "budge": 0.5 * (math.log(5 / 4) + 1), "rare": math.log(5) + 1}
    mentee = idf["budget"] ** 2 + idf["budge"] ** 2 + 1.25 * idf["rare"] ** 2
    mentor = idf["budget"] ** 2 + idf["budge"] ** 2 + idf["rare"] ** 2
    found = FreeText().bind_fitted(here, there)(slice(None), slice(None))[0, 0]
    assert found == pytest.approx((idf["budget"] ** 2 + idf["budge"] ** 2) / math.sqrt(mentee * mentor), abs=1e-6)


def test_a_screen_bounds_the_text_scorer():
    """The screen of all pairs stays within its stated error of the values themselves."""
    rng = np.random.default_rng(8)
    texts = [" ".join(rng.choice(VOCABULARY, size=int(size))) for size in rng.integers(1, 250, 24)]
    scores = ScoreMatrix(pool_of(texts[:12], [*texts[12:], None]), {FreeText(): 1})
    screen, rows, columns = scores.screen(), slice(0, 12), slice(0, 13)
    found = (screen.left @ screen.right.T).astype(np.float64)
    found += 0 if screen.rest is None else screen.rest(rows, columns)
    assert (np.abs(found - scores.block(rows, columns)) <= screen.error[:, None]).all()

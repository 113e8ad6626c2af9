"""Columns as arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.people import Pool

MENTORS = [
    {"id": "m1", "offers": "Python:3; SQL", "department": "Sales", "languages": "Dutch (C1), en", "level": 5},
    {"id": "m2", "offers": "public-speaking", "department": "R&D", "trained": "ja", "bio": "Hello"},
]
MENTEES = [
    {"id": "e1", "needs": "python; Public Speaking", "department": "sales", "languages": "nederlands", "level": "2"},
    {"id": "e2"},
    {"id": "e3", "needs": ["python", "PYTHON:2"], "department": "sales", "attributes": {"score": "3,5", "tags": "a;b"}},
]


@pytest.fixture
def pool():
    return Pool(MENTORS, MENTEES)


def test_numbers(pool):
    """Numbers are floats, NaN where unknown; of bounds the maximum."""
    mentees, mentors = pool.numbers("level")
    assert np.array_equal(mentees, [2, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(mentors, [5, np.nan], equal_nan=True)
    assert np.array_equal(pool.numbers("score")[0], [np.nan, np.nan, 3.5], equal_nan=True)
    assert pool.numbers("waited_rounds")[0].tolist() == [0, 0, 0]
    mentees, mentors = pool.numbers("capacity")
    assert (np.isnan(mentees).all(), mentors.tolist()) == (True, [1, 1])


def test_labels(pool):
    """Labels are codes over one sorted list, whatever their case; the commonest form is shown."""
    mentees, mentors = pool.labels("department")
    assert pool.categories("department") == ("R&D", "sales")
    assert (mentees.tolist(), mentors.tolist()) == ([1, -1, 1], [1, 0])


def test_bags(pool):
    """Bags are weights over one vocabulary, with one column for all forms of a label."""
    mentees, mentors = pool.bags("needs", "offers")
    assert pool.vocabulary("needs", "offers") == ("Public Speaking", "python", "SQL")
    assert mentees.toarray().tolist() == [[1, 1, 0], [0, 0, 0], [0, 2, 0]]
    assert mentors.toarray().tolist() == [[0, 3, 1], [1, 0, 0]]
    assert mentees.dtype == mentors.dtype == np.float64
    tags, none = pool.bags("tags", "tags")
    assert (tags.toarray().tolist(), none.nnz) == ([[0, 0], [0, 0], [1, 1]], 0)


def test_languages_are_known_by_any_name(pool):
    """Dutch, Nederlands and nl are one language, and a level in brackets does not count."""
    mentees, mentors = pool.bags("languages", "languages")
    assert (mentees @ mentors.T).toarray().tolist() == [[1, 0], [0, 0], [0, 0]]


def test_texts_and_objects(pool):
    """Texts are strings, objects what models give; None where unknown."""
    assert pool.texts("bio")[1].tolist() == [None, "Hello"]
    assert pool.texts("needs")[0].tolist() == ["python; Public Speaking", None, "python; PYTHON"]
    assert pool.objects("trained")[1].tolist() == [None, True]
    assert pool.objects("needs")[0][1] is None
    assert pool.objects("trained")[0].tolist() == [None] * 3
    assert pool.objects("tags")[0].tolist() == [None, None, "a;b"]


def test_unknown_columns(pool):
    """A column that is neither a field nor an attribute is an error that says what to do."""
    for read in (pool.numbers, pool.labels, pool.texts, pool.objects):
        with pytest.raises(InputError, match="neither a field nor an attribute"):
            read("shoe size")
    assert Pool([], []).numbers("shoe size")[0].shape == (0,)


def test_changing_an_array_changes_nothing(pool):
    """What a pool hands out may be written to."""
    for take in (
        lambda: pool.mentor_bounds,
        lambda: pool.labels("department")[0],
        lambda: pool.bags("needs", "offers")[0].data,
    ):
        before = take().copy()
        take()[:] = 7
        assert np.array_equal(take(), before)


def test_private_fields(pool):
    """Each person's private fields are a set; a side is one of two."""
    assert pool.private_fields("mentees") == pool.private_fields("mentee") == (frozenset(),) * 3
    with pytest.raises(InputError):
        pool.private_fields("others")


labels = st.sampled_from(["python", "Python", "SQL", "sql", "go", "R", "C++", "C#", "Überblick", "uberblick"])
people = st.lists(st.tuples(st.lists(labels, max_size=4), st.sampled_from([None, "Sales", "sales", "IT"])), max_size=6)


@given(people, people, st.randoms(use_true_random=False))
def test_listing_order_does_not_matter(mentees, mentors, random):
    """The same people in another order give the same rows, codes and vocabulary."""
    rows = [
        [
            {"id": f"{side}{k}", field: tags, "department": department}
            for k, (tags, department) in enumerate(given_people)
        ]
        for side, field, given_people in (("m", "offers", mentors), ("e", "needs", mentees))
    ]
    pool = Pool(*rows)
    order = [random.sample(range(len(side)), len(side)) for side in rows]
    other = Pool(*([side[k] for k in places] for side, places in zip(rows, order, strict=True)))
    assert other.vocabulary("needs", "offers") == pool.vocabulary("needs", "offers")
    assert other.categories("department") == pool.categories("department")
    for side, places in ((0, order[1]), (1, order[0])):
        ours, theirs = pool.bags("needs", "offers")[side].toarray(), other.bags("needs", "offers")[side].toarray()
        assert np.array_equal(ours[places], theirs)
        assert np.array_equal(pool.labels("department")[side][places], other.labels("department")[side])

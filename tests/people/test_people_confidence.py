"""What was told in confidence is used by rules and shown nowhere."""

import pickle
import sys
import traceback

import pandas as pd
import pytest

from mentormatch.errors import InputError
from mentormatch.people import Pool

HIDDEN = "Canary Quill"
SECRETIVE = {"vetoes": [HIDDEN, "m1"], "audit_attributes": {"origin": HIDDEN}, "email": f"{HIDDEN}@example.org"}


@pytest.fixture
def pool():
    return Pool([{"id": "m1", "vetoes": "e2"}, {"id": "m2", "name": "Bo"}], [{"id": "e1", **SECRETIVE}, {"id": "e2"}])


def test_vetoes_hold_from_either_side(pool):
    """The pairs that either side vetoed are rows of the pool; people who are absent are ignored."""
    i, j = pool._vetoed_pairs()
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [(0, 0), (1, 0)]


@pytest.mark.parametrize(
    ("told", "rows"),
    [
        ("Bo", [1, 2]),
        ("M1", [0]),
        ("Smit, Els", [3]),
        ("Els Smit; nobody", [3]),
        ("no", []),
        ("e", []),
    ],
)
def test_vetoes_may_name_people_in_any_way(told, rows):
    """A veto by name, or by an id in another case, holds; one by a name that two people have holds against both."""
    mentors = [{"id": "m1"}, {"id": "m2", "name": "Bo"}, {"id": "m3", "name": "bo"}, {"id": "m4", "name": "Smit, Els"}]
    pool = Pool(mentors, [{"id": "e", "vetoes": told}])
    assert pool._vetoed_pairs()[1].tolist() == rows


def test_public_pools_have_nothing_confidential(pool):
    """No door of a public pool leads to vetoes, audit attributes or e-mail addresses."""
    public = pool.public()
    assert HIDDEN.encode() not in pickle.dumps(public)
    for name in ("vetoes", "audit_attributes", "email"):
        assert getattr(public.mentees[0], name, None) is None
        with pytest.raises(InputError):
            public.objects(name)
    assert public._vetoed_pairs()[0].size == 0
    assert public.public() is public
    assert public.shape == pool.shape


@pytest.mark.parametrize("name", ["vetoes", "audit_attributes"])
def test_full_pools_have_no_column_of_vetoes(pool, name):
    """Rules get vetoed pairs, never the names."""
    for read in (pool.objects, pool.texts, pool.labels, pool.numbers):
        with pytest.raises(InputError):
            read(name)


def test_nothing_shows_in_a_repr(pool):
    """Neither a pool nor its people print what is confidential."""
    assert HIDDEN not in repr(pool) + repr(list(pool.mentees)) + repr(list(pool.public().mentees)) + repr(pool.notes)


BAD = [
    {"vetoes": {HIDDEN: 3}},
    {"vetoes": [HIDDEN], "capacity": "plenty"},
    {"vetoes": [[HIDDEN]]},
    {"vetoes": b"x" + HIDDEN.encode()},
    {"audit_attributes": HIDDEN},
    {"audit_attributes": {"origin": HIDDEN}, "level": "high"},
    {"vettoes": [HIDDEN]},
    {"vetoes": [HIDDEN], "id": None},
]


@pytest.mark.parametrize("answers", BAD)
@pytest.mark.parametrize("frame", [False, True])
def test_errors_do_not_repeat_confidences(answers, frame):
    """An error, its chain and a traceback with every local variable of ours hold no confidential answer."""

    def rows():
        row = [{"id": "m1", **answers}]
        return pd.DataFrame(row) if frame else iter(row)

    if frame and "vettoes" in answers:
        assert HIDDEN not in repr(Pool(rows(), []).notes)
        return
    with pytest.raises(InputError) as caught:
        Pool(rows(), [])
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    told = traceback.TracebackException(type(error), error, error.__traceback__, capture_locals=True)
    ours = [one for one in told.stack if "mentormatch" in one.filename]
    assert ours
    assert HIDDEN not in "".join(str(one.locals) for one in ours)
    assert HIDDEN not in "".join(traceback.format_exception(error))
    assert HIDDEN not in repr(error.errors()) + repr(vars(error))


def test_rejects_do_not_repeat_confidences():
    """Neither do rejects and notes."""
    pool = Pool.read([{"id": "m1", **answers} for answers in BAD], [])
    assert pool.rejects
    assert HIDDEN not in repr(pool.rejects) + repr(pool.notes) + "".join(map(str, pool.rejects))


def test_two_worlds_have_the_same_notes():
    """Vetoes change no note and no public column."""
    rows = [{"id": "007"}, {"id": "m2"}]
    one = Pool(rows, [{"id": "e", "vetoes": "7; M2; nobody"}])
    other = Pool(rows, [{"id": "e", "vetoes": ""}])
    assert one.notes == other.notes
    assert pickle.dumps(one.public().mentees[0]) == pickle.dumps(other.public().mentees[0])


def test_reading_prints_nothing(capfd):
    """Nothing is written to either stream of the process."""
    Pool.read([{"id": "m1", "level": "x"}], [{"id": "e1", **SECRETIVE}])
    sys.stdout.flush()
    assert capfd.readouterr() == ("", "")

"""Pools from rows and models: who is in, who is not, and why."""

import copy
import pickle

import numpy as np
import pytest

from mentormatch.errors import InputError
from mentormatch.people import Mentee, Mentor, Note, Pool, PublicView, Reject

MENTORS = [{"id": "Mia", "capacity": 2, "offers": ["Python", "sql:3"]}, {"id": "Ned", "level": 5}]
MENTEES = [{"id": "Ann", "needs": "python; SQL", "level": 2}, {"id": "Bo", "languages": "nl; Engels"}]


def codes(error):
    return sorted((str(fault.row), str(fault.loc[-1]), fault.code) for fault in error.faults)


def test_a_pool_of_mappings():
    """Rows keep their order, and every person is a model when looked at."""
    pool = Pool(MENTORS, MENTEES)
    assert pool.shape == (2, 2)
    assert pool.mentor_ids == pool.mentor_names == ("Mia", "Ned")
    assert pool.mentee_row == {"Ann": 0, "Bo": 1}
    assert pool.mentors[0] == Mentor("Mia", capacity=2, offers={"Python": 1, "sql": 3})
    assert pool.mentees[-1] == Mentee("Bo", languages=["nl", "Engels"])
    assert [one.id for one in pool.mentees] == ["Ann", "Bo"]
    assert [one.id for one in pool.mentees[:1]] == ["Ann"]
    assert pool.mentor_bounds.tolist() == [[0, 2], [0, 1]]
    with pytest.raises(IndexError):
        pool.mentees[2]


def test_models_mappings_and_generators_give_the_same():
    """The shape in which people come makes no difference."""
    models = [Mentor(**row) for row in MENTORS], [Mentee(**row) for row in MENTEES]
    for given in (models, (iter(MENTORS), (row for row in MENTEES)), (tuple(MENTORS), [models[1][0], MENTEES[1]])):
        pool = Pool(*given)
        assert list(pool.mentors) == models[0]
        assert list(pool.mentees) == models[1]


def test_inputs_are_left_alone():
    """Reading changes nothing of what it is given."""
    rows = copy.deepcopy((MENTORS, MENTEES))
    Pool(*rows, mapping={"id": "id"})
    assert rows == (MENTORS, MENTEES)


def test_one_argument():
    """A pool, a list of models, an object with both lists and a table with roles need no second argument."""
    pool = Pool(MENTORS, MENTEES)
    assert Pool(pool).mentee_ids == pool.mentee_ids
    assert Pool([Mentor("m"), Mentee("e")]).shape == (1, 1)
    assert Pool({"mentors": MENTORS, "mentees": MENTEES}).shape == (2, 2)
    assert Pool([]).shape == Pool([], []).shape == (0, 0)
    with pytest.raises(InputError, match="mentees"):
        Pool({"mentors": MENTORS})


def test_a_table_with_roles():
    """Mentor, mentee and both, in English and Dutch; somebody with another role is told of."""
    rows = [
        {"id": 1, "Rol": "Mentor", "capacity": 3},
        {"id": 2, "Rol": "mentee", "needs": "x"},
        {"id": 3, "Rol": "beide", "capacity": 2, "mentors_wanted": "1-2"},
        {"id": 4, "Rol": "mentor en mentee"},
    ]
    pool = Pool(rows)
    assert pool.mentor_ids == ("1", "3", "4")
    assert pool.mentee_ids == ("2", "3", "4")
    assert pool.mentee_bounds.tolist() == [[0, 1], [1, 2], [0, 1]]
    assert pool.notes == ()
    with pytest.raises(InputError, match="neither mentor") as caught:
        Pool([*rows, {"id": 5, "Rol": ""}])
    assert codes(caught.value) == [("4", "role", "unknown_role")]
    (reject,) = Pool.read([*rows, {"id": 5, "Rol": "?"}]).rejects
    assert (reject.row, reject.id) == (4, "5")
    named = [{"Naam": "Ann", "Rol": "mentee"}, {"Naam": "Bo", "Rol": "?"}, {"Naam": None, "Rol": "?"}]
    assert [one.id for one in Pool.read(named).rejects] == ["Bo", None]
    with pytest.raises(InputError, match='"id"'):
        Pool([{"id": 1}])
    own = [{"id": 1, "About": "x", "Ik ben een": "mentor"}, {"id": 2, "About": "x", "Ik ben een": "mentee"}]
    with pytest.raises(InputError, match=r'"Ik ben een" looks like it: .*"Heading=role"'):
        Pool.read(own)
    assert Pool.read(own, mapping={"Ik ben een": "role"}).shape == (1, 1)


def test_every_fault_is_told_at_once():
    """All faults of all rows of both sides are in one error, with row, field and id."""
    with pytest.raises(InputError) as caught:
        Pool(
            [{"id": "Mia", "capacity": "plenty"}, {"id": "Ned", "capacity": (3, 1), "level": float("inf")}, {"id": ""}],
            [{"id": "Ann", "mentors_wanted": -1}, {"id": "Bo"}, {"id": "Bo"}, 7],
        )
    assert codes(caught.value) == [
        ("0", "capacity", "not_bounds"),
        ("0", "mentors_wanted", "negative"),
        ("1", "capacity", "min_above_max"),
        ("1", "id", "duplicate_id"),
        ("1", "level", "not_finite"),
        ("2", "id", "duplicate_id"),
        ("2", "id", "missing_id"),
        ("3", "3", "not_a_row"),
    ]
    assert {fault.id for fault in caught.value.faults} == {"Mia", "Ned", None, "Ann", "Bo"}


def test_faults_of_headings_and_rows_are_told_together():
    """A key that is nearly a field does not keep the faults of the rows from being told."""
    with pytest.raises(InputError) as caught:
        Pool([{"id": "Mia", "langauges": "en"}, {"id": "Ned", "capacity": "x"}], [{"id": "Ann", "level": "x"}])
    assert codes(caught.value) == [
        ("0", "level", "not_a_number"),
        ("1", "capacity", "not_bounds"),
        ("None", "langauges", "unknown_field"),
    ]


def test_reading_keeps_the_good_rows():
    """Rejected rows are listed with their faults and noted; the others take part."""
    pool = Pool.read([{"id": "Mia", "capacity": "x"}, {"id": "Ned"}], [{"id": "Ann"}])
    assert pool.mentor_ids == ("Ned",)
    (reject,) = pool.rejects
    assert isinstance(reject, Reject)
    assert (reject.side, reject.row, reject.id) == ("mentors", 0, "Mia")
    assert "capacity" in str(pool.rejects)
    assert pool.notes == (
        Note("rows_rejected", "1 row could not be read and takes no part; see rejects", 1, ("capacity",)),
    )


def test_many_rejects():
    """Two hundred bad rows are two hundred rejects."""
    pool = Pool.read([{"id": k, "level": "high"} for k in range(200)], [{"id": "Ann"}])
    assert (len(pool.rejects), pool.shape) == (200, (1, 0))


def test_the_id_may_be_something_else():
    """Without a column of ids an e-mail address stands in, else a unique name."""
    assert Pool.read([{"E-mail": "a@x", "Name": "A"}], []).mentor_ids == ("a@x",)
    assert Pool.read([{"Naam": "A"}, {"Naam": "B"}], []).mentor_ids == ("A", "B")
    with pytest.raises(InputError, match="not unique"):
        Pool.read([{"Naam": "A"}, {"Naam": "A"}], [])
    assert [one.row for one in Pool.read([{"E-mail": "a@x"}, {"E-mail": ""}], []).rejects] == [1]
    for nobody in ([7, "x"], [None], [[1, 2]]):
        with pytest.raises(InputError, match="neither a mapping") as caught:
            Pool(nobody, [{"id": "e"}])
        assert len(caught.value.faults) == len(nobody)
    with pytest.raises(InputError, match='"Shoe size"'):
        Pool.read([{"Shoe size": 3}], [])
    with pytest.raises(InputError) as caught:
        Pool.read([{"Shoe size": 3}], [{"Hat size": 3}])
    assert len(caught.value.faults) == 2


def test_swapped_sides():
    """Tables, and lists of models, given the wrong way round are an error that says so."""
    with pytest.raises(InputError, match="swapped") as caught:
        Pool([{"id": 1, "needs": "x", "mentors_wanted": 1}], [{"id": 2, "offers": "x", "capacity": 2}])
    assert caught.value.faults[0].code == "sides_swapped"
    with pytest.raises(InputError, match="mentors come first"):
        Pool([Mentee("e")], [Mentor("m")])
    with pytest.raises(InputError, match="list of mentors"):
        Pool([Mentor("m"), Mentee("e")], [Mentee("f")])
    assert Pool([{"id": 1, "needs": "x", "offers": "y"}], [{"id": 2, "offers": "x", "needs": "z"}]).shape == (1, 1)


def test_models_say_which_side_they_are():
    """What mentors need and mentees offer does not look swapped where the classes say who is who."""
    assert Pool([Mentor("m", needs=["x"])], [Mentee("e", offers=["x"])]).shape == (1, 1)
    assert Pool([Mentor("m", needs=["x"])], [{"id": "e", "offers": ["x"]}]).shape == (1, 1)


def test_a_field_of_the_other_side_is_kept():
    """A heading that only the other side has is no error: it is kept, hidden and noted."""
    pool = Pool([{"id": "m"}], [{"id": "e", "capacity": 2}])
    assert pool.mentees[0].attributes == {"capacity": 2}
    assert [note.code for note in pool.notes] == ["not_read"]


@pytest.mark.parametrize("given", [3, None, "people.csv", b"x", object(), [1], {"id": "m"}])
def test_what_is_no_people(given):
    """Anything else is an InputError, never a bare one."""
    with pytest.raises(InputError):
        Pool(given, [])


def test_missing_answers():
    """None, NaN and blanks are no answer, whatever the field."""
    for blank in (None, float("nan"), "", " ", "n/a", np.float64("nan")):
        pool = Pool([{"id": "m", "level": blank, "capacity": blank, "offers": blank, "wishes": blank}], [])
        assert pool.mentors[0] == Mentor("m")


def test_attributes_are_kept_as_given():
    """What is given under attributes reaches public views as it is, tuples within included."""
    flags = (1, 0, 1)
    pool = Pool([], [{"id": "e", "attributes": {"flags": flags, "gender": "x"}, "shoe": 3}])
    view = pool.public().mentees[0]
    assert view.attributes["flags"] is flags
    assert view.attributes == {"flags": flags, "gender": "x"}
    assert pool.mentees[0].attributes == {"flags": flags, "gender": "x", "shoe": 3}


def test_people_are_named_by_id_or_name():
    """Wishes may name people by id, by unique name, or by an id written otherwise; oneself does not count."""
    mentors = [
        {"id": "007", "name": "Jansen, Piet"},
        {"id": "m2", "name": "Els Smit"},
        {"id": "m3", "name": "Bo"},
        {"id": "m4", "name": "Bo"},
    ]
    wishes = {
        "a": (["m2", "a"], ("m2",)),
        "b": ("Piet Jansen; els smit", ("007", "m2")),
        "c": ("Jansen, Piet", ("007",)),
        "d": ("7, M2", ("007", "m2")),
        "e": ("Bo; nobody here", ("Bo", "nobody here")),
        "f": ("F", ()),
    }
    pool = Pool(mentors, [{"id": one, "wishes": given} for one, (given, _) in wishes.items()])
    assert [one.wishes for one in pool.mentees] == [expected for _, expected in wishes.values()]
    assert Pool(mentors, [{"id": "a", "manager_id": "Els Smit"}]).mentees[0].manager_id == "m2"


def test_an_id_goes_before_a_name():
    """A text that is somebody's id means that person, even if it is somebody else's name."""
    pool = Pool([{"id": "Bo"}, {"id": "m2", "name": "Bo"}], [{"id": "e", "wishes": ["Bo"]}])
    assert pool.mentees[0].wishes == ("Bo",)


def test_ids_in_two_forms_are_noted():
    """007 and 7 are two people, and that is worth a note."""
    pool = Pool([{"id": "007"}], [{"id": 7.0}])
    assert pool.mentee_ids == ("7",)
    (note,) = pool.notes
    assert note.code == "id_in_two_forms"
    assert '"007" and "7"' in note.message
    assert "007" not in repr(pool) + pool._repr_html_()
    many = Pool([{"id": f"0{k}"} for k in range(1, 6)], [{"id": k} for k in range(1, 6)])
    assert many.notes[0].message.endswith('"03" and "3"; and 2 more')


def test_labels_that_differ_are_noted():
    """Where the two sides have no word in common, a note says so without the words."""
    pool = Pool([{"id": "m", "offers": "programmeren"}], [{"id": "e", "needs": "coding"}])
    (note,) = pool.notes
    assert note.code == "labels_differ"
    assert "coding" not in note.message


def test_a_pool_shows_counts_only():
    """No repr of a pool names anybody."""
    pool = Pool(MENTORS, MENTEES)
    for shown in (repr(pool), pool._repr_html_(), repr(pool.mentees), repr(pool.public())):
        assert not any(name in shown for name in ("Mia", "Ned", "Ann", "Bo"))


def test_a_pool_can_be_pickled_and_cut():
    """A pool survives a pickle, and some of its rows are a pool."""
    pool = Pool(MENTORS, MENTEES)
    assert list(pickle.loads(pickle.dumps(pool)).mentors) == list(pool.mentors)
    part = pool.take(mentees=[1, 0], mentors=np.array([1]))
    assert (part.mentee_ids, part.mentor_ids) == (("Bo", "Ann"), ("Ned",))
    assert part.mentee_row["Ann"] == 1


def test_public_views():
    """A public person has the answers and cannot be changed."""
    view = Pool(MENTORS, MENTEES).public().mentors[0]
    assert isinstance(view, PublicView)
    assert (view.id, view.capacity, view.offers) == ("Mia", (0, 2), {"Python": 1, "sql": 3})
    assert "offers" in dir(view)
    with pytest.raises(AttributeError):
        view.id = "x"
    with pytest.raises(AttributeError):
        del view.id
    assert pickle.loads(pickle.dumps(view)) == view
    assert repr(view) == "PublicView(id='Mia')"


def test_too_many_keys_are_refused():
    """Rows that each have keys of their own cannot fill the memory."""
    with pytest.raises(InputError, match="1000"):
        Pool([{"id": k, f"key {k}": 1} for k in range(1200)], [])


def test_both_files_that_are_missing_are_told(tmp_path):
    """What is wrong with the mentors' file and what is wrong with the mentees' are told together, in that order."""
    with pytest.raises(InputError) as caught:
        Pool.read(tmp_path / "one.csv", tmp_path / "two.csv")
    assert [str(fault).split(":")[0] for fault in caught.value.faults] == ["one.csv", "two.csv"]


def test_a_pool_is_given_alone():
    """A pool beside other people, or with a mapping, is refused with what to do."""
    pool = Pool([{"id": "m"}], [{"id": "e"}])
    for given, mapping in (((pool, [{"id": "f"}]), None), (([{"id": "f"}], pool), None), ((pool,), {"x": "bio"})):
        with pytest.raises(InputError, match="give it alone"):
            Pool(*given, mapping=mapping)


def test_ids_that_came_as_numbers_are_known():
    """A pool tells which side's ids were whole numbers, so that its tables can be joined with the input again."""
    pool = Pool([{"id": 1}, {"id": 2.0}], [{"id": "1"}])
    assert pool.whole_ids == (False, True)
    assert pool.public().whole_ids == pool.take([0], [1]).whole_ids == (False, True)
    assert Pool.read([{"id": 1}, {"id": None}], [{"id": "a"}]).whole_ids == (False, True)
    assert Pool.read([{"id": 1}, {"id": "b"}, {"id": 10**400}], [{"id": float("inf")}]).whole_ids == (False, False)
    assert Pool([{"id": 1.5}], [{"id": 10**20}]).whole_ids == (True, False)
    assert Pool([], []).whole_ids == (False, False)


@pytest.mark.parametrize(
    "written", ["Anne O\u2019Neill", "anne oneill", "O`Neill, Anne", "Anne O'Neill.", "Anne  O\u00b4Neill"]
)
def test_a_name_is_found_whatever_its_apostrophe(written):
    """Phones and word processors write another apostrophe than forms do; a veto by name holds all the same."""
    pool = Pool([{"id": "m", "vetoes": [written], "wishes": [written]}], [{"id": "e", "name": "Anne O'Neill"}])
    assert [side.tolist() for side in pool._vetoed_pairs()] == [[0], [0]]
    assert pool.mentors[0].wishes == ("e",)

"""Mentors and mentees one at a time."""

import copy
import pickle
import traceback
from collections import defaultdict

import pytest
from pydantic import ValidationError

from mentormatch.people import Mentee, Mentor, Person
from mentormatch.people.columns import read_column
from mentormatch.people.fields import FIELDS, READERS, fields_of
from mentormatch.people.frozen import Frozen, Secret
from mentormatch.people.models import Reads

HIDDEN = "Canary Quill"


@pytest.mark.parametrize(("model", "side"), [(Mentee, "mentees"), (Mentor, "mentors")])
def test_models_and_the_table_of_fields_agree(model, side):
    """Every field of the table is a model's field of the same kind, with the same value for no answer."""
    fields = {field.name: field for field in fields_of(side)}
    assert set(fields) == set(model.model_fields)
    person = model("x")
    for name, info in model.model_fields.items():
        (reads,) = (one for one in info.metadata if isinstance(one, Reads))
        assert reads.kind is fields[name].kind
        if name != "id":
            assert getattr(person, name) == READERS[reads.kind].unanswered


def test_headings_belong_to_one_field():
    """No heading is claimed by two fields, and everything is explained in both languages."""
    seen = {}
    for field in FIELDS:
        for heading in {one.casefold() for one in (*field.english, *field.dutch)}:
            assert seen.setdefault(heading, field.name) == field.name
        assert field.explain_english
        assert field.explain_dutch


def test_only_an_id_is_required():
    """An id may stand first or be named."""
    assert Mentor("m1") == Mentor(id="m1")
    assert Mentee(7).id == "7"
    with pytest.raises(ValidationError):
        Mentor()
    with pytest.raises(TypeError):
        Mentor("m1", id="m2")


def test_models_cannot_be_changed():
    """Neither a field nor what it holds can be changed."""
    mentor = Mentor("m1", offers={"python": 2}, attributes={"a": 1})
    with pytest.raises(ValidationError):
        mentor.name = "other"
    for change in (
        lambda: mentor.offers.update(sql=1),
        lambda: mentor.offers.__setitem__("sql", 1),
        lambda: mentor.offers.pop("python"),
        mentor.attributes.clear,
    ):
        with pytest.raises(TypeError):
            change()


def test_models_are_hashable_and_can_be_copied_and_pickled():
    """A person is the same after a copy, a pickle and a round trip through JSON."""
    mentor = Mentor("m1", offers=["python"], vetoes=["x"], availability="Mon 9-10", capacity=(1, 2))
    assert hash(mentor) == hash(copy.deepcopy(mentor))
    assert pickle.loads(pickle.dumps(mentor)) == mentor
    back = Mentor.model_validate_json(mentor.model_dump_json())
    assert back == mentor.model_copy(update={"vetoes": Secret()})


def test_unknown_fields_are_errors():
    """A model takes no field that it does not have."""
    with pytest.raises(ValidationError, match="capcity"):
        Mentor("m1", capcity=2)
    with pytest.raises(ValidationError):
        Mentee("m1", capacity=2)


def test_what_is_confidential_is_in_no_repr_and_no_dump():
    """Vetoes, audit attributes and free text show nowhere."""
    person = Mentee("e1", vetoes=[HIDDEN], audit_attributes={"origin": HIDDEN}, bio=HIDDEN, attributes={"a": HIDDEN})
    for shown in (repr(person), str(person), f"{person}", repr([person]), repr(person.vetoes), f"{person.vetoes:>9}"):
        assert HIDDEN not in shown
    dumped = person.model_dump()
    assert not {"vetoes", "audit_attributes"} & dumped.keys()
    assert person.vetoes.reveal() == tuple(person.vetoes) == (HIDDEN,)


def test_private_answers_are_in_no_repr():
    """What somebody marked private is not printed."""
    assert "Sales" in repr(Mentee("e1", department="Sales"))
    assert "Sales" not in repr(Mentee("e1", department="Sales", private=["department"]))


def test_a_refused_model_does_not_show_what_it_was_given():
    """Neither the error nor a traceback with local variables shows a veto, even one under a mistyped name."""
    for answers in ({"vetoes": {HIDDEN: 1}}, {"vettoes": [HIDDEN]}, {"vetoes": [HIDDEN], "level": "high"}):
        with pytest.raises(ValidationError) as caught:
            Mentee("e1", **answers)
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        ours = [frame for frame in told.stack if "mentormatch" in frame.filename or "pydantic" in frame.filename]
        assert ours
        assert HIDDEN not in "".join(str(frame.locals) for frame in ours)
        assert HIDDEN not in str(caught.value) + str(caught.value.errors())


@pytest.mark.parametrize(
    ("name", "answer"),
    [("capacity", "plenty"), ("capacity", -1), ("level", float("inf")), ("time_zone", "Mars"), ("vetoes", {"a": 1})],
)
def test_columns_and_models_say_the_same(name, answer):
    """A column refuses an answer with the code and message of the model's own field."""
    field = next(field for field in FIELDS if field.name == name)
    wrongs = defaultdict(list)
    read_column(field, [answer], wrongs)
    with pytest.raises(ValidationError) as caught:
        Mentor("x", **{name: answer})
    (error,) = caught.value.errors()
    assert wrongs[0] == [(name, error["type"], error["msg"])]


def test_the_json_schema_can_be_made():
    """Both modes have a schema, which says what may be given."""
    for mode in ("validation", "serialization"):
        properties = Mentor.model_json_schema(mode=mode)["properties"]
        assert {"type": "integer"} in properties["capacity"]["anyOf"]


def test_a_person_has_no_side():
    """The base of both sides is usable for what they share."""
    assert Person("p").side is None
    assert isinstance(Person("p").goals, Frozen)

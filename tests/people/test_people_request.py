"""Bodies of requests that name what is no field."""

import pytest

from mentormatch.errors import InputError
from mentormatch.people.request import Request


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("langauges", "did you mean languages?"),
        ("Leerwensen", "did you mean needs?"),
        ("capacity", "capacity is asked of the other side only"),
        ("shoe_size", "give what is no field of a person under attributes"),
    ],
)
def test_a_key_that_is_no_field_is_told_by_the_field_meant(key, told):
    """The fault of an unknown key tells the field that was probably meant, and never repeats the key as given."""
    with pytest.raises(InputError) as caught:
        Request.parse({"mentors": [{"id": "m"}], "mentees": [{"id": "e", key: "secret"}]})
    (fault,) = caught.value.faults
    assert (fault.row, fault.id) == (0, "e")
    assert told in fault.msg
    assert "secret" not in str(caught.value)
    assert key == "capacity" or key not in str(caught.value)

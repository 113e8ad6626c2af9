"""One request: the people and the settings of a run, as a backend receives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mentormatch import strict_json
from mentormatch.errors import Fault, InputError
from mentormatch.people.headings import meant
from mentormatch.people.models import Mentee, Mentor
from mentormatch.settings import Settings

SCHEMA: Final = "mentormatch/request/1"
"""The schema that this version writes and reads."""


class Request(BaseModel):
    """People and settings together, strict: what a backend posts.

    Attributes
    ----------
    mentors, mentees
        The people, as models or mappings of their fields; an unknown field is an error.
    settings
        Scorers, rules, tiers and locks as plain data.

    Examples
    --------
    >>> request = Request.parse({"mentors": [{"id": "Mia"}], "mentees": [{"id": "Ann"}]})
    >>> request.mentors[0].id
    'Mia'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    schema_: Literal["mentormatch/request/1"] = Field(default=SCHEMA, alias="schema")
    mentors: tuple[Mentor, ...] = ()
    mentees: tuple[Mentee, ...] = ()
    settings: Settings = Settings()

    def __repr__(self) -> str:
        held = vars(self)
        return f"Request({len(held.get('mentors', ()))} mentors, {len(held.get('mentees', ()))} mentees)"

    __str__ = __repr__

    @classmethod
    def parse(cls, body: bytes | str | Mapping[str, Any]) -> Request:
        """Read a request from a raw body, with every fault in one error.

        Parameters
        ----------
        body
            JSON as bytes or text, or the mapping it decodes to.

        Raises
        ------
        InputError
            Every fault with its place and, where known, the person's id; never a value.
        """
        request, faults = _read(body)
        del body  # a traceback may show what this frame holds
        if request is None:
            raise InputError(faults)
        return request

    def to_json(self, *, confidential: bool = False) -> str:
        """Return the request as JSON.

        Parameters
        ----------
        confidential
            Whether vetoes, audit attributes and confidential rules are carried too; without
            them the request cannot be run again with the same result.
        """
        data: dict[str, Any] = {"schema": self.schema_}
        context = {"confidential": confidential}
        wrong = Fault(("settings",), "no_json", "a setting holds something that JSON does not have, such as a function")
        try:
            data["settings"] = self.settings.model_dump(mode="json", exclude_defaults=True, context=context)
            wrong = Fault(("attributes",), "no_json", "an attribute holds something that JSON does not have")
            for side in ("mentors", "mentees"):
                data[side] = [_dumped(person, confidential=confidential) for person in getattr(self, side)]
            return json.dumps(data, ensure_ascii=False, sort_keys=True)
        except (RecursionError, TypeError, ValueError):
            del data
        raise InputError(wrong)


def unpacked(
    request: Request, mentees: Any, preset: Any, arguments: Mapping[str, Any]
) -> tuple[tuple[Mentor, ...], tuple[Mentee, ...], Settings]:
    """Take a request apart, and refuse whatever it says itself beside it.

    Raises
    ------
    InputError
        People, preset, scorers, rules, locks, smallest score or date are given beside the request.
    """
    beside = [name for name, value in arguments.items() if value not in (None, ())]
    if mentees is not None:
        beside.append("mentees")
    if isinstance(preset, (str, Mapping, Settings)) or preset is None:
        beside.append("preset")
    if beside:
        msg = "a Request says this itself; only solver, time_limit, memory and progress may be given beside it"
        raise InputError([Fault((name,), "beside_request", msg) for name in sorted(beside)])
    return request.mentors, request.mentees, request.settings


def _read(body: bytes | str | Mapping[str, Any]) -> tuple[Request | None, tuple[Fault, ...]]:
    """Return the request that a body holds, or what is wrong with it."""
    data: Any = body
    problem = ""
    if isinstance(body, (str, bytes, bytearray)):
        data, problem = strict_json.decode(body)
    if not problem and not isinstance(data, Mapping):
        problem = "is no object with mentors, mentees and settings"
    if problem:
        return None, (Fault((), "bad_body", f"the body {problem}"),)
    try:
        return Request.model_validate(data), ()
    except ValidationError as error:
        told = error.errors(include_input=False, include_context=False, include_url=False)
        return None, tuple(_fault(one, data) for one in told)


def _fault(error: Any, data: Mapping[str, Any]) -> Fault:
    """Tell one of pydantic's errors by row, person and declared field."""
    loc = tuple(error["loc"])
    if loc[:1] == ("settings",):
        return Fault(loc[:2], error["type"], error["msg"])
    row = loc[1] if len(loc) > 1 and isinstance(loc[1], int) else None
    fields = {"mentors": Mentor.model_fields, "mentees": Mentee.model_fields}.get(str(loc[0]) if loc else "", {})
    field = str(loc[2]) if len(loc) > 2 else None
    known = field in fields
    shown = (*loc[:2], field) if known and field is not None else loc[:2]
    msg = _no_field(field, fields) if error["type"] == "extra_forbidden" else error["msg"]
    return Fault(shown, error["type"], msg, row, _id_at(data, loc))


def _no_field(key: str | None, fields: Mapping[str, Any]) -> str:
    """Tell a key that is no field by the field that it comes near; the key itself may be an answer."""
    guess = meant(key) if key else None
    if guess in fields:
        return f"there is no such field; did you mean {guess}?"
    if guess is not None and fields:
        return f"there is no such field; {guess} is asked of the other side only"
    return "there is no such field" + ("; give what is no field of a person under attributes" if fields else "")


def _id_at(data: Mapping[str, Any], loc: tuple[Any, ...]) -> str | None:
    people = data.get(loc[0]) if loc else None
    if len(loc) < 2 or not isinstance(people, (list, tuple)) or not isinstance(loc[1], int) or loc[1] >= len(people):
        return None
    person = people[loc[1]]
    one = person.get("id") if isinstance(person, Mapping) else getattr(person, "id", None)
    return None if one is None else str(one)[:100]


def _dumped(person: Mentor | Mentee, *, confidential: bool) -> dict[str, Any]:
    data = person.model_dump(mode="json", exclude_defaults=True)
    if confidential:
        if person.audit_attributes:
            data["audit_attributes"] = dict(person.audit_attributes)
        vetoes = tuple(person.vetoes)
        if vetoes:
            data["vetoes"] = list(vetoes)
    return data

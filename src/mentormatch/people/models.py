"""Mentors and mentees, one at a time: what a programmer makes, and what a pool shows of a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from mentormatch.people.fields import READERS, Kind
from mentormatch.people.frozen import Attributes, Confidential, Frozen, Masked, Secret
from mentormatch.people.notes import Side


@dataclass(frozen=True, slots=True)
class Reads:
    """Makes a model read a field as columns do: by the one function of its kind.

    Attributes
    ----------
    kind
        What the field holds.
    given
        What may be given for it, for the JSON schema.
    """

    kind: Kind
    given: Any

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            READERS[self.kind].read,
            json_schema_input_schema=handler.generate_schema(self.given),
            serialization=core_schema.plain_serializer_function_ser_schema(_written),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(cast("core_schema.PlainValidatorFunctionSchema", schema)["json_schema_input_schema"])


def _written(value: Any) -> Any:
    """Return what a dump holds: attributes that nobody named stay behind."""
    return value.named() if isinstance(value, Attributes) else value


_TEXT = str | int | None
_LIST = list[str] | str | None
_SCALE = dict[str, float] | str | None

Id: TypeAlias = Annotated[str, Reads(Kind.ID, str | int)]
Text: TypeAlias = Annotated[str | None, Reads(Kind.TEXT, _TEXT)]
Reference: TypeAlias = Annotated[str | None, Reads(Kind.REFERENCE, _TEXT)]
Number: TypeAlias = Annotated[float | None, Reads(Kind.NUMBER, float | str | None)]
Hours: TypeAlias = Annotated[float | None, Reads(Kind.HOURS, float | str | None)]
Whole: TypeAlias = Annotated[int, Reads(Kind.WHOLE, int | str | None)]
Rounds: TypeAlias = Annotated[int, Reads(Kind.ROUNDS, int | str | None)]
Bounds: TypeAlias = Annotated[tuple[int, int], Reads(Kind.BOUNDS, int | tuple[int, int] | str | None)]
Flag: TypeAlias = Annotated[bool | None, Reads(Kind.FLAG, bool | str | int | None)]
Zone: TypeAlias = Annotated[str | None, Reads(Kind.ZONE, str | None)]
Slots: TypeAlias = Annotated[tuple[str, ...], Reads(Kind.SLOTS, _LIST)]
Labels: TypeAlias = Annotated[tuple[str, ...], Reads(Kind.LABELS, _LIST)]
Tags: TypeAlias = Annotated[Mapping[str, float], Reads(Kind.TAGS, dict[str, float] | list[str] | str | None)]
Scales: TypeAlias = Annotated[Mapping[str, float], Reads(Kind.SCALES, _SCALE)]
Shares: TypeAlias = Annotated[Mapping[str, float], Reads(Kind.SHARES, _SCALE)]
People: TypeAlias = Annotated[tuple[str, ...], Reads(Kind.PEOPLE, _LIST)]
Vetoes: TypeAlias = Annotated[Secret, Reads(Kind.SECRET, _LIST)]
Free: TypeAlias = Annotated[Mapping[str, Any], Reads(Kind.ATTRIBUTES, dict[str, Any] | None)]
Audit: TypeAlias = Annotated[Mapping[str, Any], Reads(Kind.AUDIT, dict[str, Any] | None)]


class Person(BaseModel):
    """Somebody who takes part; only the id is required.

    Frozen, and strict about its keys. Everything that is not answered is None or empty.
    ``vetoes`` do not show, and neither they nor ``audit_attributes`` are in a dump.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    side: ClassVar[Side | None] = None

    id: Id
    name: Text = None
    email: Text = None
    organisation: Text = None
    department: Text = None
    team: Text = None
    site: Text = None
    job_title: Text = None
    profession: Text = None
    level: Number = None
    manager_id: Reference = None
    goals: Tags = Field(default_factory=Frozen)
    needs: Tags = Field(default_factory=Frozen)
    offers: Tags = Field(default_factory=Frozen)
    interests: Labels = ()
    traits: Scales = Field(default_factory=Frozen)
    languages: Labels = ()
    time_zone: Zone = None
    availability: Slots = ()
    hours_per_month: Hours = None
    meeting_mode: Text = None
    bio: Text = None
    wishes: People = ()
    vetoes: Vetoes = Field(default_factory=Secret, exclude=True, repr=False)
    past_partners: People = ()
    waited_rounds: Rounds = 0
    weights: Shares = Field(default_factory=Frozen)
    priority: Whole = 0
    private: Labels = ()
    attributes: Free = Field(default_factory=Attributes)
    audit_attributes: Audit = Field(default_factory=Confidential, exclude=True, repr=False)

    def __init__(self, id: Any = None, /, **answers: Any) -> None:  # noqa: A002  # the field's own name
        if id is not None:
            if "id" in answers:
                raise TypeError("the id is given twice")
            answers["id"] = id
        known = type(self).model_fields
        hidden = [name for name in answers if name in _CONFIDENTIAL or name not in known]
        answers |= {name: Masked(answers[name]) for name in hidden}  # a traceback may show this frame
        super().__init__(**answers)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name in ("id", *_SHOWN):
            value = getattr(self, name, None)
            if value is not None and name not in self.private:
                yield name, value


_CONFIDENTIAL = frozenset({"vetoes", "audit_attributes"})
_SHOWN = ("name", "organisation", "department", "job_title", "level", "mentors_wanted", "capacity")


class Mentee(Person):
    """Somebody who would like a mentor, or several.

    Parameters
    ----------
    id
        What the person is known by.
    mentors_wanted
        2 for at most two, (1, 2) for one or two.
    """

    side: ClassVar[Side | None] = "mentees"

    mentors_wanted: Bounds = (0, 1)


class Mentor(Person):
    """Somebody who would like to help.

    Parameters
    ----------
    id
        What the person is known by.
    capacity
        2 for at most two mentees, (1, 3) for one to three.
    trained
        Whether the person has been trained to be a mentor.
    """

    side: ClassVar[Side | None] = "mentors"

    capacity: Bounds = (0, 1)
    trained: Flag = None

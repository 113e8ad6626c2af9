"""How pydantic reads, and a JSON schema tells, the arguments that Python may also give as a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from mentormatch.constraints.asked import ASKABLE, ATTRIBUTES
from mentormatch.constraints.seen import OnePerson, PairHours, TwoPeople


@dataclass(frozen=True, slots=True)
class AsData:
    """Refuses functions, which plain data cannot hold, and leaves the rest to the rule; tells the schema given."""

    schema: Any

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_no_function)

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema: JsonSchemaValue = self.schema
        return schema


def _no_function(value: Any) -> Any:
    if callable(value):
        raise PydanticCustomError("not_data", "a function is no plain data; make the rule itself and pass that")
    return value


_LABEL: Final = {"type": ["string", "number", "boolean"]}
_LABELS: Final = {"anyOf": [_LABEL, {"type": "array", "items": _LABEL, "minItems": 1}]}
_FREE: Final = {"type": "object", "additionalProperties": _LABELS, "minProperties": 1}
_PERSON: Final = {**_FREE, "properties": {**dict.fromkeys(ASKABLE, _LABELS), ATTRIBUTES: _FREE}}
_PAIR: Final = {
    "type": "object",
    "properties": {"mentee": _PERSON, "mentor": _PERSON},
    "additionalProperties": False,
    "minProperties": 1,
}

PersonWhere: TypeAlias = Annotated[Mapping[str, Any] | OnePerson, AsData(_PERSON)]
"""Which people a rule is about."""

PairWhere: TypeAlias = Annotated[Mapping[str, Any] | TwoPeople | None, AsData({"anyOf": [_PAIR, {"type": "null"}]})]
"""Which pairs a rule is about; None: all."""

Hours: TypeAlias = Annotated[PairHours | None, AsData({"type": "null"})]
"""What a pair costs; None: what the mentee states."""

"""The JSON schema of a matching, for whoever reads one in another language."""

from __future__ import annotations

from typing import Any, Final

from mentormatch.matching.codec import SCHEMA
from mentormatch.matching.parts import Reason

_TEXT: Final = {"type": "string"}
_NUMBER: Final = {"type": "number"}
_MAYBE: Final = {"type": ["number", "null"]}
_WHOLE: Final = {"type": "integer", "minimum": 0}
_SHARE: Final = {"type": "number", "minimum": 0, "maximum": 1}


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of what :meth:`Matching.to_json` writes."""
    person = _object({"id": _TEXT, "name": _TEXT})
    part = {"criterion": _TEXT, "weight": _SHARE, "value": _MAYBE, "contribution": _NUMBER, "shared": _list(_TEXT)}
    pair = {
        "mentee": _TEXT,
        "mentor": _TEXT,
        "score": _NUMBER,
        "evidence": _SHARE,
        "for_mentee": _MAYBE,
        "for_mentor": _MAYBE,
        "parts": _list(_object(part)),
    }
    unmatched = _object({"id": _TEXT, "reason": {"enum": sorted(str(reason) for reason in Reason)}})
    value = {"anyOf": [_NUMBER, _list(_NUMBER)]}
    tier = _object({"name": _TEXT, "value": value, "bound": value, "optimal": {"type": "boolean"}})
    two_ids = {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}
    certificate = {"tiers": _list(tier), "seed": {"type": "integer"}}
    certificate |= {name: _list(two_ids) for name in ("previous", "placed", "lifted")}
    note = {"code": _TEXT, "message": _TEXT, "count": _WHOLE, "fields": _list(_TEXT)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Matching",
        **_object(
            {
                "schema": {"const": SCHEMA},
                "mentees": _list(person),
                "mentors": _list(person),
                "pairs": _list(_object(pair)),
                "unmatched_mentees": _list(unmatched),
                "unmatched_mentors": _list(unmatched),
                "short": _list(_object({"id": _TEXT, "got": _WHOLE, "wanted": _WHOLE})),
                "certificate": _object(certificate),
                "objective": _list(_TEXT),
                "solver": _TEXT,
                "manifest": {"type": "object"},
                "notes": _list(_object(note)),
            }
        ),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}

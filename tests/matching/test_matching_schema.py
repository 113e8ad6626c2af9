import json

from mentormatch.matching.schema import json_schema


def fits(value, schema):
    """A small reading of the few words of JSON schema that ours uses."""
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    allowed = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(isinstance(value, kinds[kind]) for kind in allowed):
        return False
    if isinstance(value, dict) and "properties" in schema:
        same = value.keys() == schema["properties"].keys() == set(schema["required"])
        return same and all(fits(value[key], inner) for key, inner in schema["properties"].items())
    return all(fits(item, schema["items"]) for item in value) if isinstance(value, list) else True


def test_what_is_written_fits_the_schema(programme):
    """A matching with one of everything has the very keys and types that the schema tells, and a wrong one has not."""
    document = json.loads(programme.to_json())
    assert fits(document, json_schema())
    assert not fits({**document, "more": 1}, json_schema())
    document["unmatched_mentees"][0]["reason"] = "no_place_left"
    assert not fits(document, json_schema())


def test_the_schema_is_json_of_one_s_own():
    """The schema can be written as JSON, and changing what was returned changes no later one."""
    json.dumps(json_schema())
    json_schema()["properties"].clear()
    assert json_schema()["properties"]

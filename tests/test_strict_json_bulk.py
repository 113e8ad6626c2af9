"""Large JSON."""

import json

from mentormatch.strict_json import decode


def test_a_key_that_stands_twice_in_a_large_text_is_refused_however_it_is_spaced() -> None:
    """Bulk reading never lets a double key through, also where a space or a quoted colon would hide it from a count."""
    filler = json.dumps(["x" * 80] * 1000, separators=(",", ":"))
    sound = f'{{"rows":{filler},"a":{{"b":1}}}}'
    assert decode(sound) == (json.loads(sound), "")
    for bad in ('{"a":1,"a":2}', '{"a" :1,"a":2}', '{"a":1,"a":"\\":"}', '{"a"\\n:1,"a":2}'.replace("\\n", "\n")):
        assert decode(f'{{"rows":{filler},"inner":[{bad}]}}') == (None, "has an object in which one key stands twice")

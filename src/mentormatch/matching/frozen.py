"""A manifest as data that cannot be changed and that every JSON writer takes for what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from mentormatch.errors import InputError
from mentormatch.people.frozen import Frozen

MAX_DEPTH: Final = 32
"""How deeply a manifest may nest; deeper is nobody's settings."""


def freeze(value: Any, depth: int = 0) -> Any:
    """Return JSON-able data as nested read-only dicts and tuples, with keys sorted.

    Raises
    ------
    InputError
        Something in it is no JSON, not finite, or nested deeper than 32.
    """
    if depth > MAX_DEPTH:
        raise InputError(f"the manifest nests deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, (str, bool, int)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise InputError("a manifest's keys must be text")
        return Frozen({str(key): freeze(value[key], depth + 1) for key in sorted(value)})
    if isinstance(value, (list, tuple)):
        return tuple(freeze(item, depth + 1) for item in value)
    if hasattr(value, "item"):
        return freeze(value.item(), depth + 1)
    if isinstance(value, float) and math.isfinite(value):
        return float(value) + 0.0
    raise InputError("a manifest holds only text, finite numbers, true, false, null, lists and mappings")


def thaw(value: Any) -> Any:
    """Return frozen data as plain dicts and lists that may be changed."""
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    return value

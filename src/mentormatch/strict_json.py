"""JSON from outside, decoded without trusting it."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any, Final, NoReturn

MOST_DIGITS: Final = 400
"""Whole numbers of more digits are refused; no float has as many before its point."""


_LARGE: Final = 1 << 16
"""Characters from which a text is read in bulk first."""

_NESTED: Final = frozenset({dict, list})


class _RefusedError(Exception):
    """Something that JSON or its reader allows and nobody means."""


def decode(text: str | bytes | bytearray) -> tuple[Any, str]:
    """Decode JSON strictly.

    Parameters
    ----------
    text
        Text, or UTF-8 bytes with or without a byte order mark.

    Returns
    -------
    data, problem
        What it holds and an empty text, or None and what is wrong: it is not UTF-8 or not
        JSON, is nested too deeply, repeats a key, or holds NaN, an infinity or an endless number.
        Nothing is raised, so that no error carries a piece of the text along.

    Examples
    --------
    >>> decode('{"a": 1}')
    ({'a': 1}, '')
    >>> decode('{"a": 1, "a": 2}')
    (None, 'has an object in which one key stands twice')
    """
    try:
        if not isinstance(text, str):
            text = bytes(text).decode("utf-8-sig")
        if len(text) >= _LARGE:
            found = _in_bulk(text)
            if found is not None:
                return found[0], ""
        return json.loads(text, parse_constant=_no_constant, parse_int=_integer, object_pairs_hook=_once), ""
    except RecursionError:
        return None, "is nested too deeply"
    except UnicodeDecodeError:
        return None, "is not UTF-8 text"
    except _RefusedError as error:
        return None, str(error)
    except json.JSONDecodeError as error:
        return None, f"is not JSON (line {error.lineno}, column {error.colno})"


def _in_bulk(text: str) -> tuple[Any] | None:
    """Return what a large text holds; None where that takes a closer look.

    A key stands before a colon, and where no colon has a space before it, right before: if there are no more quotation
    marks before colons than keys in what was read, none of the keys stood twice.
    """
    if any(f"{space}:" in text for space in " \t\r\n"):
        return None
    try:
        data = json.loads(text, parse_constant=_no_constant, parse_int=_integer)
    except (RecursionError, ValueError, _RefusedError):
        return None
    return (data,) if _keys_in(data) == text.count('":') else None


def _keys_in(data: Any) -> int:
    """Count the keys of every object, level by level."""
    keys, level = 0, [data]
    while level:
        objects = [one for one in level if type(one) is dict]
        keys += sum(map(len, objects))
        inner: list[Any] = [one for one in chain.from_iterable(map(dict.values, objects)) if type(one) in _NESTED]
        inner += [one for each in level if type(each) is list for one in each if type(one) in _NESTED]
        level = inner
    return keys


def _no_constant(_name: str) -> NoReturn:
    raise _RefusedError("holds NaN or an infinity, which JSON does not have; write null")


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _RefusedError("holds a number without end")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RefusedError("has an object in which one key stands twice")
    return found

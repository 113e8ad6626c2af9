"""Reading .json files without trusting them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from mentormatch.errors import InputError
from mentormatch.people.limits import Limits

_MOST_DIGITS = 400


class _Refused(Exception):
    """Something that JSON allows and people do not mean."""


def read_json(path: Path, _limits: Limits) -> Any:
    """Read a .json file: a list of objects, or an object with "mentors" and "mentees".

    Raises
    ------
    InputError
        If it is not JSON, is nested too deeply, repeats a key, or holds NaN, an infinity
        or an endless number.
    """
    problem = None
    try:
        found = json.loads(
            path.read_bytes().decode("utf-8-sig"),
            parse_constant=_no_constant,
            parse_int=_integer,
            object_pairs_hook=_once,
        )
    except RecursionError:
        problem = "is nested too deeply"
    except UnicodeDecodeError:
        problem = "is not UTF-8 text"
    except _Refused as error:
        problem = str(error)
    except json.JSONDecodeError as error:
        problem = f"is not JSON (line {error.lineno})"
    except ValueError:
        problem = "is not JSON"
    if problem is None and not isinstance(found, list | dict):
        problem = 'holds neither a list of people nor an object with "mentors" and "mentees"'
    if problem is not None:
        raise InputError(f"{path.name}: {problem}")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise _Refused("holds NaN or an infinity, which JSON does not have; write null")


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise _Refused("holds a number without end")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused("has an object in which one key stands twice")
    return found

"""Reading .json files without trusting them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mentormatch import strict_json
from mentormatch.errors import InputError
from mentormatch.people.limits import Limits


def read_json(path: Path, _limits: Limits) -> Any:
    """Read a .json file: a list of objects, or an object with "mentors" and "mentees".

    Raises
    ------
    InputError
        If it is not JSON, is nested too deeply, repeats a key, or holds NaN, an infinity
        or an endless number.
    """
    found, problem = strict_json.decode(path.read_bytes())
    if not problem and not isinstance(found, list | dict):
        problem = 'holds neither a list of people nor an object with "mentors" and "mentees"'
    if problem:
        raise InputError(f"{path.name}: {problem}")
    return found

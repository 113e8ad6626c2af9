"""What custom code sees of a person, everything but what was told in confidence, and how its failures are told."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Final, NoReturn

from mentormatch.errors import Cancelled, MentorMatchError
from mentormatch.people.fields import FIELD

PUBLIC_FIELDS = frozenset(name for name, field in FIELD.items() if field.public)
"""Names of the fields that scorers may see."""


class PublicView:
    """One person without vetoes, audit attributes or e-mail; those names do not exist here.

    Attribute access gives the answers as models give them: ``mentee.needs``,
    ``mentor.capacity``, ``mentee.attributes["motivation"]``. It cannot be changed.
    """

    __slots__ = ("_answers",)

    _answers: Mapping[str, Any]

    def __init__(self, answers: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_answers", {k: v for k, v in answers.items() if k in PUBLIC_FIELDS})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._answers:
            raise AttributeError(f"a person has no public answer {name!r}")
        return self._answers[name]

    def __setattr__(self, _name: str, _value: object) -> NoReturn:
        raise AttributeError("a person cannot be changed here")

    def __delattr__(self, _name: str) -> NoReturn:
        raise AttributeError("a person cannot be changed here")

    def __dir__(self) -> list[str]:
        return sorted(self._answers)

    def __eq__(self, other: object) -> bool:
        return self._answers == other._answers if isinstance(other, PublicView) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._answers["id"])

    def __repr__(self) -> str:
        return f"PublicView(id={self._answers['id']!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self._answers),)


_OURS: Final = Path(__file__).parents[1]

_NO_ATTRIBUTE: Final = '; a column of a table is an attribute once it is mapped: mapping={"heading": "attributes"}'
_NO_ANSWER: Final = "; it sees people's public answers alone: no e-mail, vetoes or audit attributes"
_NOT_CALLED: Final = "; does it take as many arguments as it is given?"


def raised(error: BaseException) -> str:
    """Return what somebody else's code raised, by kind and place in that code; its message might quote an answer."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not Path(frame.filename).is_relative_to(_OURS)]
    place = f" ({PurePath(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
    cure = _NO_ATTRIBUTE if isinstance(error, KeyError) else ""
    if isinstance(error, AttributeError) and frames and frames[-1].filename == __file__:
        cure = _NO_ANSWER
    elif isinstance(error, TypeError) and not theirs:
        cure = _NOT_CALLED
    return f"raised {type(error).__name__}{place}{cure}"


def goes_on(error: BaseException) -> bool:
    """Tell whether an error out of somebody else's code goes on unchanged.

    So does being asked to stop, and an error of ours that the library itself raised; one that their code
    raised may quote an answer, as any other.
    """
    if isinstance(error, Cancelled):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return isinstance(error, MentorMatchError) and Path(frames[-1].filename).is_relative_to(_OURS)

"""What a call was given, held so that no traceback shows it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from mentormatch.people import Pool, Request, unpacked

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, eq=False, repr=False)
class Given:
    """The arguments of ``Problem.build``: people and rules may hold confidences, so the repr shows nothing."""

    mentors: Any
    mentees: Any
    preset: Any
    scorers: Any = None
    constraints: tuple[Any, ...] = ()
    locks: tuple[Any, ...] = ()
    min_score: float | None = None
    on: date | None = None
    memory: int | None = None

    def __repr__(self) -> str:
        return "Given(…)"

    def opened(self) -> Given:
        """Take a request apart into people and settings; anything else is returned as it is.

        Raises
        ------
        InputError
            Something is given beside the request that it says itself.
        """
        if not isinstance(self.mentors, Request):
            return self
        beside = {name: getattr(self, name) for name in ("scorers", "constraints", "locks", "min_score", "on")}
        mentors, mentees, settings = unpacked(self.mentors, self.mentees, self.preset, beside)
        return replace(self, mentors=mentors, mentees=mentees, preset=settings)

    def pool(self) -> Pool:
        """Return the people as a pool."""
        if isinstance(self.mentors, Pool) and self.mentees is None:
            return self.mentors
        return Pool(self.mentors, self.mentees)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

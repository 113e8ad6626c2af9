"""Errors that leave behind the frames in which they came up: variables there may be what nobody may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mentormatch.errors import MentorMatchError

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


def without_frames(call: Callable[[], Answer]) -> Answer:
    """Return what a call returns; an error of ours goes on without the frames below this one, and with none chained."""
    failure: MentorMatchError | None = None
    try:
        return call()
    except MentorMatchError as error:
        failure = error
    raise failure.with_traceback(None)

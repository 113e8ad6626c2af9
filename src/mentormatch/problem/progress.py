"""Progress: a callback of the caller's, or a bar on the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, InputError, MissingExtra

if TYPE_CHECKING:
    from mentormatch.network import Progress

STAGES: Final = ("read", "score", "solve", "prove", "write")
"""The stages that are ever told; nothing else reaches a callback."""


def announce(progress: Any) -> Progress | None:
    """Turn the argument ``progress`` into a callback.

    ``True`` draws a bar on standard error when that is a terminal, and is silent otherwise.
    """
    if progress is None or progress is False:
        return None
    if progress is True:
        return _bar() if sys.stderr.isatty() else None
    if not callable(progress):
        raise InputError(Fault(("progress",), "bad_progress", "progress is True or callable(stage, done, total)"))
    call: Progress = progress
    return call


def _bar() -> Progress:
    try:
        from tqdm import tqdm
    except ImportError:
        tqdm = None
    if tqdm is None:
        raise MissingExtra("cli", "A progress bar")
    bars: dict[str, Any] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            for other in bars.values():
                other.close()
            bars[stage] = tqdm(desc=stage, total=total, leave=False, file=sys.stderr)
        bar = bars[stage]
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show

"""What a problem remembers of its last solve."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mentormatch.errors import StateError

if TYPE_CHECKING:
    from mentormatch.network import Solution, TierResult
    from mentormatch.problem.instance import Prepared


class Last:
    """The last solve that came to an end, in whichever thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._solved: tuple[Prepared, Solution] | None = None

    def keep(self, prepared: Prepared, solution: Solution) -> None:
        """Remember a solve instead of the one before."""
        with self._lock:
            self._solved = prepared, solution

    @property
    def tiers(self) -> tuple[TierResult, ...]:
        """What the last solve reached, with its prices; nothing if there was none."""
        with self._lock:
            return () if self._solved is None else self._solved[1].tiers

    def get(self) -> tuple[Prepared, Solution]:
        """Return what was solved last.

        Raises
        ------
        StateError
            Nothing was solved yet.
        """
        with self._lock:
            if self._solved is None:
                msg = "nothing was solved yet: call solve() first, and then ask for its proof"
                raise StateError(msg)
            return self._solved

"""Compiled if numba is there, plain Python if not: the same functions and the same integers.

Importing this module imports numba, so only what is about to solve something large does.
What is compiled is kept on disk beside the source, or in the user's cache folder; where
neither can be written to, every process compiles for itself.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from mentormatch.errors import MissingExtra

try:
    numba: Any = import_module("numba")
except ImportError:
    numba = None
except Exception:  # noqa: BLE001  whoever was interrupted while numba was being imported finds it broken in this process
    numba = None

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED = numba is not None
"""Whether functions are compiled in this process."""


def jit(function: Function) -> Function:
    """Compile a function when it is first called, if numba is there.

    A compiled function holds those that it calls, and numba looks for changes only in
    the file of the caller: whoever edits one of these modules deletes ``__pycache__``.

    Parameters
    ----------
    function
        Works on integers, arrays and named tuples of arrays alone.

    Returns
    -------
    callable
        The same function, faster or as it was.
    """
    if numba is None:
        return function
    try:
        compiled: Function = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to keep it
        compiled = numba.njit(nogil=True)(function)
    return compiled


def inline(function: Function) -> Function:
    """Compile a function into those that call it: for what is called once a pair or a bid.

    Parameters
    ----------
    function
        As for :func:`jit`, and small.

    Returns
    -------
    callable
        The same function, faster or as it was.
    """
    if numba is None:
        return function
    compiled: Function = numba.njit(inline="always")(function)
    return compiled


REHEARSALS = (
    "mentormatch.problem.rehearsal",
    "mentormatch.scoring.rehearsal",
    "mentormatch.solvers.rehearsal",
    "mentormatch.solvers.kernel.rehearsal",
)
"""Modules with a function ``rehearse()`` that calls every compiled function of its part in every way in which
it is ever called. A part that has compiled functions adds its own here; a test finds one that is forgotten."""


@dataclass(frozen=True, slots=True)
class Warmed:
    """What :func:`mentormatch.warmup` did.

    Attributes
    ----------
    functions
        How many functions are ready.
    compiled
        How many versions of them were compiled just now; the rest was found on disk.
    seconds
        What that took.
    folders
        Where they are kept, sorted; none where no folder can be written to, and then every process compiles
        for itself.
    """

    functions: int
    compiled: int
    seconds: float
    folders: tuple[str, ...]

    def __str__(self) -> str:
        done = f"{self.functions} functions ready: {self.compiled} compiled in {self.seconds:.1f} s"
        kept = f"kept in {', '.join(self.folders)}" if self.folders else "not kept: no folder can be written to"
        return f"{done}, {kept}"


def functions() -> dict[str, Any]:
    """Return every compiled function of the modules loaded so far, those compiled into others excepted, by full name.

    Returns
    -------
    dict of str to dispatcher
        numba's own objects, sorted by name; none where functions are not compiled.
    """
    if numba is None:
        return {}
    dispatcher = import_module("numba.core.dispatcher").Dispatcher
    loaded = [module for name, module in sorted(sys.modules.items()) if name.startswith("mentormatch.")]
    found = [one for module in loaded for one in vars(module).values() if isinstance(one, dispatcher)]
    own = {f"{one.py_func.__module__}.{one.__name__}": one for one in found}
    return {name: one for name, one in sorted(own.items()) if one.targetoptions.get("inline") != "always"}


def rehearse() -> Warmed:
    """Call every compiled function once in every way, so that it is compiled and kept; see :func:`mentormatch.warmup`.

    Raises
    ------
    MissingExtra
        numba is not there.
    """
    if numba is None:
        raise MissingExtra("fast", "Compiling")
    started = time.perf_counter()
    for name in REHEARSALS:
        import_module(name).rehearse()
    ready = functions().values()
    new = sum(sum(one.stats.cache_misses.values()) if _kept(one) else len(one.signatures) for one in ready)
    folders = {one.stats.cache_path for one in ready if _kept(one)}
    return Warmed(len(ready), new, time.perf_counter() - started, tuple(sorted(folders)))


def _kept(function: Any) -> bool:
    """Say whether a compiled function has a place on disk."""
    return function.stats.cache_path is not None

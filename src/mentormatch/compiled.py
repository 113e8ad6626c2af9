"""Compiled if numba is there, plain Python if not: the same functions and the same integers.

Importing this module imports numba, so only what is about to solve something large does.
What is compiled is kept on disk beside the source, or in the user's cache folder; where
neither can be written to, every process compiles for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

try:
    numba: Any = import_module("numba")
except ImportError:
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

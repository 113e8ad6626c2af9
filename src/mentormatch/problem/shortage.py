"""A shortage told in the field's words: how many people share how few places (Hall 1935)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.problem.members import Member
    from mentormatch.problem.setup import Setup


def shortage(setup: Setup, members: Sequence[Member]) -> str | None:
    """Say how many people share how many places, where minimums of one side clash by themselves.

    Where the people in question could fill every place that is open to any of them, everybody
    else with a minimum to whom nothing but these places is open is counted too: they share them as well,
    and an irreducible set names one more person than there are places.

    Parameters
    ----------
    setup
        The public part of a problem: what is counted must not depend on a confidential rule.
    members
        An irreducible set.

    Returns
    -------
    str or None
        ``"7 mentees share 4 places"``; None where anything but minimums of one side is in the set.
    """
    sides = {one.side for one in members}
    if not members or len(sides) != 1 or any(one.kind != "minimum" for one in members):
        return None
    (side,) = sides
    rows = np.array([one.row for one in members], np.int64)
    own, others = _bounds(setup)[:: 1 if side == 0 else -1]
    open_to = _open(setup, side, rows)
    lower = np.minimum(own[rows, 0], own[rows, 1])
    places = _fillable(lower, others[:, 1], open_to)
    shared = open_to.any(axis=0)
    if places and places == int(others[shared, 1].sum()):
        asking = np.flatnonzero(own[:, 0] > 0)
        rows = asking[~_open(setup, side, asking)[:, ~shared].any(axis=1)]
    return _told(side, len(rows), int(own[rows, 0].sum()), places)


def _told(side: int, people: int, asked: int, places: int) -> str:
    who = ("mentee" if side == 0 else "mentor") + ("" if people == 1 else "s")
    what = ("" if side == 0 else "mentee ") + ("places" if places > 1 else "place")
    if not places:
        return f"{people} {who} {'has' if people == 1 else 'have'} no {what}"
    asks = "" if asked == people else f" and {'asks' if people == 1 else 'ask'} for {asked}"
    return f"{people} {who} {'has' if people == 1 else 'share'} {places} {what}{asks}"


def _bounds(setup: Setup) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return setup.compiled.mentee_bounds, setup.compiled.mentor_bounds


def _open(setup: Setup, side: int, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return who of the other side may be matched with each of these people."""
    compiled, everyone = setup.compiled, slice(None)
    block = (rows, everyone) if side == 0 else (everyone, rows)
    allowed = compiled.public.allowed(*block)
    if compiled.least is not None:
        allowed = allowed & (setup.scores.block(*block) >= compiled.least)
    return allowed if side == 0 else allowed.T


def _fillable(lower: NDArray[np.int64], upper: NDArray[np.int64], open_to: NDArray[np.bool_]) -> int:
    """Count the most places that people can fill, each up to what was asked: a maximum flow."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    n, m = open_to.shape
    i, j = np.nonzero(open_to)
    ends = np.concatenate([np.zeros(n, np.int64), i + 1, np.arange(m) + n + 1])
    heads = np.concatenate([np.arange(n) + 1, j + n + 1, np.full(m, n + m + 1)])
    most = np.concatenate([np.minimum(lower, m), np.ones(len(i), np.int64), np.minimum(upper, n)])
    size = n + m + 2
    graph = csr_array((most.astype(np.int32), (ends, heads)), shape=(size, size))
    return int(maximum_flow(graph, 0, size - 1).flow_value)

"""From what people said under each key to blocks between which no pair may be made.

Two people may be matched if under every key they have a value in common. A person stands on
every *corner*, one value of each key, that can be made of what they said: two people have a
value in common under every key exactly if they stand on one corner together. Blocks are
the connected components of people and corners, where only corners with people of both
sides connect. It is done once for people who said the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mentormatch.errors import InputError

Said = tuple[frozenset[str], ...]
"""What one kind of person said: the values under each key."""

MOST_CORNERS: Final = 10_000
"""On more corners than this nobody can stand."""

ALONE: Final = -1
"""The block of those who may be matched with nobody."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """The block of everybody who said the same: one number a kind of mentee, and of mentor; :data:`ALONE` for some."""

    mentees: NDArray[np.int64]
    mentors: NDArray[np.int64]


def components(mentees: Sequence[Said], mentors: Sequence[Said]) -> Blocks:
    """Find the blocks.

    Parameters
    ----------
    mentees, mentors
        What each kind of person said.

    Returns
    -------
    Blocks
        Numbered from 0, in the order of the first kind of mentee in each.

    Raises
    ------
    InputError
        Somebody said so much under several keys that the combinations cannot be listed.

    Notes
    -----
    Linear in the number of corners that all kinds of people stand on.

    Examples
    --------
    >>> ann, bo = (frozenset({"nl", "en"}),), (frozenset({"fr"}),)
    >>> mia, ned = (frozenset({"en"}),), (frozenset({"de"}),)
    >>> found = components([ann, bo], [mia, ned])
    >>> found.mentees.tolist(), found.mentors.tolist()
    ([0, -1], [0, -1])
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    sides = [[list(corners(said)) for said in side] for side in (mentees, mentors)]
    shared = set(_all(sides[0])) & set(_all(sides[1]))
    number = {corner: at for at, corner in enumerate(dict.fromkeys(c for c in _all(sides[0]) if c in shared))}
    kinds = [one for side in sides for one in side]
    edges = [(kind, number[corner]) for kind, own in enumerate(kinds) for corner in own if corner in number]
    left, right = np.array(edges, np.int64).reshape(-1, 2).T
    size = len(kinds) + len(number)
    graph = csr_array((np.ones(len(edges), np.int8), (left, right + len(kinds))), shape=(size, size))
    label = connected_components(graph, directed=False)[1][: len(kinds)].astype(np.int64)
    label = np.where(np.isin(np.arange(len(kinds)), left), label, ALONE)
    found = _renumbered(label)
    return Blocks(found[: len(mentees)], found[len(mentees) :])


def corners(said: Said) -> Iterable[tuple[str, ...]]:
    """Return the corners that somebody stands on; none for whoever left a key open."""
    if prod(map(len, said)) > MOST_CORNERS:
        raise InputError(
            f"somebody has more than {MOST_CORNERS:,} combinations of values under the keys of by=; use fewer keys"
        )
    return product(*map(sorted, said))


def _all(side: list[list[tuple[str, ...]]]) -> Iterable[tuple[str, ...]]:
    return (corner for own in side for corner in own)


def _renumbered(label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return labels as numbers from 0 in the order of their first appearance, :data:`ALONE` as it is."""
    first: dict[int, int] = {}
    return np.array([one if one == ALONE else first.setdefault(one, len(first)) for one in label.tolist()], np.int64)


def meeting(mentees: Sequence[Said], mentors: Sequence[Said]) -> NDArray[np.bool_]:
    """Say which kinds of people may be matched: (mentees, mentors), True where every key has a value in common."""
    table = [
        [all(not a.isdisjoint(b) for a, b in zip(one, other, strict=True)) for other in mentors] for one in mentees
    ]
    return np.array(table, bool).reshape(len(mentees), len(mentors))

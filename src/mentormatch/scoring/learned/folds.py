"""Which pairs are held out together: whole groups, dealt so that each part has its share of both outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


def deal(good: Floats, groups: Ints, parts: int, draw: np.random.Generator) -> Ints:
    """Return the part of every pair, 0 to parts - 1.

    Groups are shuffled, put in order of how many good pairs and how many pairs they have, and
    dealt to and fro, so that the parts are as alike as whole groups allow.

    Parameters
    ----------
    good
        1.0 or 0.0 a pair.
    groups
        The number of each pair's group; any numbers.
    """
    _, own = np.unique(groups, return_inverse=True)
    sizes = np.bincount(own)
    hits = np.bincount(own, weights=good, minlength=len(sizes))
    order = draw.permutation(len(sizes))
    order = order[np.lexsort((-sizes[order], -hits[order]))]
    place = np.arange(len(sizes))
    lap, seat = place // parts, place % parts
    part = np.empty(len(sizes), np.int64)
    part[order] = np.where(lap % 2 == 0, seat, parts - 1 - seat)
    return part[own]


def parts_of(dealt: Ints, parts: int) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield, for each part that has pairs, which pairs to learn from and which to look at."""
    for part in range(parts):
        outside = dealt == part
        if outside.any() and not outside.all():
            yield ~outside, outside


def components(mentees: Ints, mentors: Ints) -> Ints:
    """Return the group of every pair such that no two groups have a person in common.

    Parameters
    ----------
    mentees, mentors
        Positions of the people of each pair on their sides.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = int(mentees.max()) + 1, int(mentors.max()) + 1
    links = coo_array((np.ones(len(mentees)), (mentees, mentors + rows)), shape=(rows + columns, rows + columns))
    _, labels = connected_components(links, directed=False)
    return np.asarray(labels, dtype=np.int64)[mentees]

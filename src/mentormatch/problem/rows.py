"""Rules over several pairs as rows of a proof: sums over pairs, each between two bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Instance

    Row = tuple[int, int, list[tuple[int, int, int]]]


def coupled_rows(instance: Instance, fixed: tuple[NDArray[np.int64], NDArray[np.int64]]) -> dict[str, Any]:
    """Write the rules of an instance as rows over the pairs that may be made.

    Parameters
    ----------
    instance
        The problem; its quotas and bounds leave out what fixed pairs count.
    fixed
        The positions of fixed pairs, which are in no row.

    Returns
    -------
    dict
        ``lower`` and ``upper``, a number a row, and ``pairs`` as ``[row, mentee, mentor, times]``.
    """
    n, m = instance.shape
    allowed = instance.allowed_block(slice(0, n), slice(0, m))
    held = np.zeros((n, m), bool)
    held[fixed] = True
    rows = [*_between_two(instance, allowed, held), *_over_many(instance, allowed)]
    return {
        "lower": [lower for lower, _, _ in rows],
        "upper": [upper for _, upper, _ in rows],
        "pairs": [[row, *pair] for row, (_, _, pairs) in enumerate(rows) for pair in pairs],
    }


def _between_two(instance: Instance, allowed: NDArray[np.bool_], held: NDArray[np.bool_]) -> Iterator[Row]:
    """Give a row for everybody whom two people may not share, or share altogether."""
    for sign, listed in ((1, instance.apart), (-1, instance.alike)):
        for side, a, b in listed:
            one, other = (each if side == 0 else each.T for each in (allowed, held))
            for partner in np.flatnonzero(one[a] | one[b]).tolist():
                ends = [(a, 1), (b, sign)]
                pairs = [
                    (who, partner, times) if side == 0 else (partner, who, times)
                    for who, times in ends
                    if one[who, partner]
                ]
                taken = sum(times for who, times in ends if other[who, partner])
                if sign < 0:
                    yield -taken, -taken, pairs
                elif len(pairs) + taken > 1:
                    yield 0, 1 - taken, pairs


def _over_many(instance: Instance, allowed: NDArray[np.bool_]) -> Iterator[Row]:
    """Give a row for every quota and every bound on what pairs weigh."""
    for side, people, lower, upper in instance.groups:
        mine = np.zeros_like(allowed)
        mine[(people, slice(None)) if side == 0 else (slice(None), people)] = True
        yield lower, upper, [(i, j, 1) for i, j in np.argwhere(mine & allowed).tolist()]
    for i, j, weight, lower, upper in instance.linear:
        listed = zip(i.tolist(), j.tolist(), weight.tolist(), strict=True)
        yield lower, upper, [(a, b, times) for a, b, times in listed if allowed[a, b]]

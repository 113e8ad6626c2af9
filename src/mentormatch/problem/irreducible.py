"""Irreducible sets: what clashes, and clashes no more as soon as any one of it is dropped.

Nothing here knows what the members are. All that is asked of them is an oracle: do these
hold together? Dropping members must never make a clash.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final, NamedTuple, TypeAlias

Fits: TypeAlias = Callable[[Sequence[int]], bool]
"""``fits(places)`` says whether the members at these places, told in rising order, hold together."""

SMALL: Final = 12
"""Among so many candidates the smallest set is found; among more, one that cannot be reduced."""


class Spent(Exception):
    """The oracle gives no more answers; raised by oracles, and never shown."""


class Found(NamedTuple):
    """The places of members that clash, in rising order, and whether each of them is needed for it."""

    places: tuple[int, ...]
    reduced: bool


def irreducible(count: int, fits: Fits) -> Found:
    """Find an irreducible set among members that clash: a smallest one where they are few.

    Parameters
    ----------
    count
        How many members there are; all of them together are known to clash.
    fits
        The oracle. When it raises :class:`Spent`, what is known to clash by then is returned.

    Returns
    -------
    Found
        The set. It is empty where the members clash with what always holds.

    Notes
    -----
    To find a smallest set is NP-hard, hence the limit of :data:`SMALL` members.
    """
    return smallest(count, fits) if count <= SMALL else reduced(count, fits)


def smallest(count: int, fits: Fits) -> Found:
    """Find the smallest set that clashes, and of several the first in lexicographic order.

    Sets are tried by size. A set that holds is grown as far as it goes; whatever clashes then has
    a member among those left out (the duality of Reiter, *A theory of diagnosis from first
    principles*, Artificial Intelligence 32, 1987), so that most sets need not be asked about.
    """
    left_out: list[frozenset[int]] = []
    everything = range(count)
    try:
        for size in range(count):
            for some in combinations(everything, size):
                if any(part.isdisjoint(some) for part in left_out):
                    continue
                if not fits(some):
                    return Found(some, reduced=True)
                left_out.append(_left_out(some, count, fits))
    except Spent:
        return Found(tuple(everything), reduced=False)
    return Found(tuple(everything), reduced=True)


def _left_out(some: Sequence[int], count: int, fits: Fits) -> frozenset[int]:
    """Grow a set that holds as far as it goes, and return what is not in it."""
    grown = set(some)
    for one in range(count):
        if one not in grown and fits(sorted({*grown, one})):
            grown.add(one)
    return frozenset(range(count)) - grown


def reduced(count: int, fits: Fits) -> Found:
    """Find an irreducible set by bisection; earlier members are preferred to later ones.

    The shortest clashing beginning ends in a member that the clash needs. It is kept, and
    the search goes on before it, in the manner of QuickXplain (Junker, *QuickXplain: preferred
    explanations and relaxations for over-constrained problems*, AAAI 2004). With k members
    in the set the oracle is asked O(k log(count / k)) times; the beginning is looked for from its
    end in doubling steps, so that where all are needed it costs no more than a deletion filter
    (Chinneck & Dravnieks, *Locating minimal infeasible constraint sets in linear programs*, ORSA
    Journal on Computing 3, 1991).
    """
    kept: list[int] = []
    end = count
    try:
        while fits(sorted(kept)):
            low, step = 0, 1  # beginnings of length low hold, of length end clash
            while end - low > 1:
                probe = max(low + 1, end - step) if step else (low + end) // 2
                if fits(sorted([*range(probe), *kept])):
                    low, step = probe, 0
                else:
                    end, step = probe, step * 2
            end -= 1
            kept.append(end)
    except Spent:
        return Found(tuple(sorted([*range(end), *kept])), reduced=False)
    return Found(tuple(sorted(kept)), reduced=True)

"""One partner each over a whole table: every row keeps a short list of columns, and looks at all of them seldom.

Prices only rise while rows bid and paths are turned over (Bertsekas 1981; Jonker & Volgenant
1987). So what all columns off a row's list are worth at most, once it is known, stays true: as
long as something on the list is worth more, nothing else need be looked at, and the answer
is that of looking at everything.

Weights and prices are whole numbers held as float64. Sums of such numbers are exact below 2**53, and
whoever proves the result refuses prices beyond :data:`LARGEST`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.compiled import inline, jit

NONE = -1

LARGEST = 2.0**51
"""Prices below which every sum is exact: weights stay below 2**50."""

KEPT = 24
"""Columns on a list."""

_LANES = 64
"""Parts of a row, each by every 64th column, whose best columns say about how much the best of all are worth."""

_STEP = 16
"""Columns that are looked at together."""

_ABOUT = 20
"""Lanes whose best column comes onto the list."""

_ROUND = 1.5 * 2.0**52
"""Added and taken away again it rounds to whole numbers, halves to even, all that is below 2**51."""

NOTHING = -1e300
"""Less than any weight."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Source(NamedTuple):
    """What a pair weighs: its score on the grid or, among pairs worth exactly their prices, its hash.

    Attributes
    ----------
    scores, scale
        Rows × columns, NaN where a pair may not be made; a weight is a score times the scale, rounded.
    hashed
        Whether hashes are meant.
    u, v
        With hashes, the prices.
    row_hash, column_hash
        What hashes are mixed from; ``swapped`` says that rows are mentors.
    """

    scores: Floats
    scale: float
    hashed: bool
    u: Floats
    v: Floats
    row_hash: NDArray[np.uint64]
    column_hash: NDArray[np.uint64]


class Lists(NamedTuple):
    """The short list of each row: columns, their weights, and what any other column is worth at most."""

    near: Ints
    worth: Floats
    rest: Floats


class Desk(NamedTuple):
    """Room to work in: one line of weights, of a row's places, of lanes."""

    line: Floats
    found: Ints
    lanes: Floats


def lists_for(rows: int) -> Lists:
    """Return lists to be written."""
    return Lists(np.empty((rows, KEPT), np.int64), np.empty((rows, KEPT)), np.empty(rows))


def desk_for(columns: int) -> Desk:
    """Return room for rows of so many columns."""
    return Desk(np.empty(columns), np.empty(columns + 1, np.int64), np.empty(_LANES))


@inline
def mixed(row: np.uint64, column: np.uint64) -> float:
    """Mix the hashes of two people as the library does everywhere (SplitMix64; Steele, Lea & Flood 2014)."""
    x = row ^ ((column << np.uint64(32)) | (column >> np.uint64(32)))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return np.float64(np.int64(x >> np.uint64(24)))


@jit
def weigh(source: Source, i: int, line: Floats) -> None:
    """Write what a row's pairs weigh; NaN or less than everything where a pair may not be made."""
    scores, scale = source.scores[i], source.scale
    for j in range(len(line)):
        line[j] = (scores[j] * scale + _ROUND) - _ROUND
    if source.hashed:
        v, hashes, top, own = source.v, source.column_hash, source.u[i], source.row_hash[i]
        for j in range(len(line)):
            line[j] = mixed(own, hashes[j]) if line[j] - v[j] == top else -np.inf


@jit
def shortlist(lists: Lists, desk: Desk, price: Floats, i: int) -> float:  # noqa: C901, PLR0912  one pass, for speed
    """List the columns that are worth most to a row, whose weights lie on the desk; return what the best is worth.

    What lies on the desk is written over.
    """
    line, found, lanes = desk
    near, worth = lists.near[i], lists.worth[i]
    m, most = len(line), len(near)
    lanes[:] = -np.inf
    for low in range(0, m - m % _LANES, _LANES):
        for k in range(_LANES):
            value = line[low + k] - price[low + k]
            line[low + k] = value
            lanes[k] = value if value > lanes[k] else lanes[k]  # noqa: FURB136  NaN is no maximum
    for k in range(m % _LANES):
        j = m - m % _LANES + k
        value = line[j] - price[j]
        line[j] = value
        lanes[k] = value if value > lanes[k] else lanes[k]  # noqa: FURB136
    least, top = _ranked(lanes)
    # of equal ones every row begins elsewhere: else all would list the same
    begin = i * m // len(lists.rest)
    size = _reaching(line, least, found, begin, most if least == top else m)
    at = 0
    if size > most:
        above = 0
        for k in range(size):
            above += line[found[k]] > least
        if above > most:
            least = np.sort(line[found[:size]])[size - most]
        if above > 0:
            for k in range(size):
                if line[found[k]] > least:
                    near[at], at = found[k], at + 1
    for k in range(size):
        if at == most:
            break
        if size <= most or line[found[k]] == least:
            near[at], at = found[k], at + 1
    for k in range(at):
        worth[k] = line[near[k]] + price[near[k]]
    if at < most:
        near[at] = NONE
    lists.rest[i] = least
    return top


@inline
def _reaching(line: Floats, least: float, found: Ints, begin: int, enough: int) -> int:
    """Write where a line reaches a value, from a place on and then from the beginning; return how often it does.

    Past as many as are enough it looks no further.
    """
    size = 0
    for turn in range(2):
        end = begin if turn else len(line)
        for low in range(0 if turn else begin, end, _STEP):
            if size >= enough:
                break
            part = line[low : min(low + _STEP, end)]
            some = 0
            for k in range(len(part)):
                some += int(part[k] >= least)
            if some > 0:
                for k in range(len(part)):
                    found[size] = low + k
                    size += part[k] >= least
    return size


@inline
def _ranked(lanes: Floats) -> tuple[float, float]:
    """Return the value that so many lanes reach, and the largest of all."""
    least, top = np.inf, NOTHING
    for k in range(_LANES):
        larger = 0
        for other in range(_LANES):
            larger += lanes[other] > lanes[k]
        if larger < _ABOUT and lanes[k] < least:
            least = lanes[k]
        top = max(top, lanes[k])
    return max(least, NOTHING), top


@jit
def list_tight(source: Source, lists: Lists, desk: Desk) -> int:  # noqa: C901  one pass, for speed
    """Prove prices by a look at every pair, and write every row's list by hash among the pairs worth just their prices.

    Parameters
    ----------
    source
        Of hashes.
    lists
        Written to.
    desk
        Room to work in.

    Returns
    -------
    int
        How many pairs are worth exactly their prices; -1 if one is worth more, or a row has none.
    """
    line, found, lanes = desk
    columns = np.empty_like(found)
    u, v, scale, hashes = source.u, source.v, source.scale, source.column_hash
    none, m, most, tight = np.zeros(len(v)), len(v), lists.near.shape[1], 0
    for i in range(len(u)):
        scores, over, size, top, own = source.scores[i], 0, 0, u[i], source.row_hash[i]
        for j in range(m):
            value = ((scores[j] * scale + _ROUND) - _ROUND) - v[j]
            over += int(value > top)
            size += int(value == top)
            line[j] = value
        if over > 0 or size == 0:
            return -1
        tight += size
        if size > m >> 1:
            for j in range(m):
                value = mixed(own, hashes[j])
                line[j] = value if line[j] == top else -np.inf
            shortlist(lists, desk, none, i)
            continue
        _reaching(line, top, columns, 0, m)
        for k in range(size):
            line[k] = mixed(own, hashes[columns[k]])
        if size > most:
            shortlist(lists, Desk(line[:size], found, lanes), none, i)
            for k in range(most):
                if lists.near[i, k] == NONE:
                    break
                lists.near[i, k] = columns[lists.near[i, k]]
            continue
        for k in range(size):
            lists.near[i, k], lists.worth[i, k] = columns[k], line[k]
        if size < most:
            lists.near[i, size] = NONE
        lists.rest[i] = NOTHING
    return tight


@jit
def in_order(scores: Floats, rows: Ints, columns: Ints, out: Floats) -> None:
    """Write a table with its rows and columns in another order."""
    for i in range(len(rows)):
        line, to = scores[rows[i]], out[i]
        for j in range(len(columns)):
            to[j] = line[columns[j]]


@jit
def alike(scores: Floats, kind: Ints) -> None:
    """Check that each row is the very same as the one that it is said to be like; else it is like itself."""
    for i in range(len(kind)):
        one, other, off = scores[i], scores[kind[i]], 0
        for j in range(len(one)):
            off += int(one[j] != other[j])
        if off > 0:
            kind[i] = i

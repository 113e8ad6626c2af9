"""One look at all pairs through the screen: the best of each row, block by block, on all cores.

Blocks of rows go through joblib, so that a host may spread them over a cluster by
``joblib.parallel_config``; each is one matrix product after another, in one thread of BLAS
a worker, because BLAS threads wait for each other and the waiting may take longer than
the work. Workers in other processes get arrays of numbers alone and look at all pairs: which
of them may be made is asked here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.solvers.kernel.engine import compiles
from mentormatch.solvers.moved import add_rest, holds_arrays_alone
from mentormatch.solvers.workers import away, here, share_memory

if TYPE_CHECKING:
    from mentormatch.network import Rows, Screen
    from mentormatch.solvers.tops import Tops

_ROWS, _COLUMNS = 512, 512
"""A tile: its scores stay in the processor's cache."""

_JOB_CELLS = 1 << 25
"""Cells of one job, about: small enough to be dealt out evenly, large enough to be worth sending."""

_WORTHWHILE = 1 << 21
"""Cells from which more than one thread is worth starting."""

_OVER = 2
"""So many times the pairs are taken where only afterwards is asked which may be made."""


class Best(NamedTuple):
    """What a sweep found: pairs row by row, and what each row left unseen.

    Attributes
    ----------
    i, j
        Rows and columns (int64).
    worth
        Score less price of each pair, by the screen (float32).
    limit
        For each row that was swept: no other pair of it is worth more, by the screen (float64).
    """

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    worth: NDArray[np.float32]
    limit: NDArray[np.float64]


class Wanted(NamedTuple):
    """What a sweep is to look for.

    Attributes
    ----------
    price
        What a place of each column costs (float32, in the order of ``columns``).
    floor
        What a pair of each row must be worth more than (float32, in the order of ``rows``).
    each
        The most pairs of one row.
    least
        Pairs that the screen scores below it are passed over.
    """

    price: NDArray[np.float32]
    floor: NDArray[np.float32]
    each: int
    least: float = -np.inf


class Shut(NamedTuple):
    """Says which pairs may be made.

    Attributes
    ----------
    block
        Of a rectangle.
    pairs
        Of single pairs, the same.
    """

    block: Callable[[Rows, Rows], NDArray[np.bool_]]
    pairs: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]


def sweep(
    screen: Screen,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64] | None,
    wanted: Wanted,
    allowed: Shut | None = None,
    tick: Callable[[], None] | None = None,
) -> Best:
    """Find the best pairs of some rows with some columns, by score less price.

    Parameters
    ----------
    screen
        The scores.
    rows, columns
        Who is looked at; columns None: all of them.
    wanted
        Prices, floors and how many.
    allowed
        Asked for every rectangle: pairs that may not be made are passed over. None: all are looked at.
    tick
        Called between jobs; it may raise.

    Returns
    -------
    Best
        Up to ``wanted.each`` pairs of each row, in no order within a row.
    """
    width = len(screen.right) if columns is None else len(columns)
    wanted = wanted._replace(each=min(wanted.each, width))
    sent = len(rows) * width >= _WORTHWHILE and holds_arrays_alone(screen.rest) and not share_memory()
    if not sent or allowed is None:
        return _looked(screen, rows, columns, wanted, allowed, tick, sent=sent)
    more = wanted._replace(each=min(_OVER * wanted.each, width))
    best = _looked(screen, rows, columns, more, None, tick, sent=True)
    best, short = _masked(best, rows, wanted, more.each, allowed)
    again = wanted._replace(floor=wanted.floor[short])
    rest = _looked(screen, rows[short], columns, again, allowed, tick, sent=False)
    best.limit[short] = rest.limit
    return Best(
        np.concatenate((best.i, rest.i)),
        np.concatenate((best.j, rest.j)),
        np.concatenate((best.worth, rest.worth)),
        best.limit,
    )


def _looked(
    screen: Screen,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64] | None,
    wanted: Wanted,
    allowed: Shut | None,
    tick: Callable[[], None] | None,
    *,
    sent: bool,
) -> Best:
    """Cut the rows into jobs, and have them done by whoever it is that does them."""
    width = len(screen.right) if columns is None else len(columns)
    step = max(_ROWS, _JOB_CELLS // max(1, width) // _ROWS * _ROWS)
    every = len(rows) == len(screen.left)
    right = screen.right if columns is None else screen.right[columns]
    parts = [slice(start, start + step) for start in range(0, len(rows), step)]
    tasks = (
        (
            _Job(
                screen.left[part] if every else screen.left[rows[part]],
                right,
                rows[part],
                columns,
                screen.rest,
                allowed,
            ),
            part.start / len(rows),
            wanted._replace(floor=wanted.floor[part]),
        )
        for part in parts
    )
    found = []
    with closing(_run(tasks, len(parts), len(rows) * width, sent=sent)) as jobs:
        for tops in jobs:
            if tick is not None:
                tick()
            found.append(tops)
    return _gathered(found, rows, columns, wanted)


def _masked(
    best: Best, rows: NDArray[np.int64], wanted: Wanted, shown: int, allowed: Shut
) -> tuple[Best, NDArray[np.int64]]:
    """Drop what may not be made from what was looked at without asking; also say where too little is left."""
    place = np.zeros(int(rows.max(initial=-1)) + 1, np.int64)
    place[rows] = np.arange(len(rows))
    at = place[best.i]
    free = allowed.pairs(best.i, best.j)
    many = np.bincount(at[free], minlength=len(rows))
    short = (np.bincount(at, minlength=len(rows)) == shown) & (many < wanted.each)
    order = np.flatnonzero(free & ~short[at])
    order = order[np.lexsort((-best.worth[order], at[order]))]
    rank = np.arange(len(order)) - np.searchsorted(at[order], at[order])
    order = order[rank < wanted.each]
    limit = wanted.floor.astype(np.float64)
    # the last one kept is worth the least
    last = order[np.flatnonzero(rank[rank < wanted.each] == wanted.each - 1)]
    limit[at[last]] = np.maximum(limit[at[last]], best.worth[last])
    return Best(best.i[order], best.j[order], best.worth[order], limit), np.flatnonzero(short)


class _Job(NamedTuple):
    """Some rows with their factors, and everything that scoring them takes."""

    left: NDArray[np.float32]
    right: NDArray[np.float32]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64] | None
    rest: Callable[[Rows, Rows], NDArray[np.float32]] | None
    allowed: Shut | None


def _run(tasks: Iterator[tuple[_Job, float, Wanted]], jobs: int, cells: int, *, sent: bool) -> Generator[Tops]:
    if jobs == 1 or cells < _WORTHWHILE:
        for task in tasks:
            yield _swept(*task)
    else:
        yield from away(_swept, tasks) if sent else here(_swept, tasks)


def _swept(job: _Job, begin: float, wanted: Wanted) -> Tops:
    """Sweep the rows of one job; ``begin`` says how far down all rows it stands, from 0 to 1."""
    from mentormatch.compiled import COMPILED
    from mentormatch.solvers.tops import Tops, take_tops, take_tops_plainly

    take = take_tops if COMPILED and compiles() else take_tops_plainly
    width, depth = len(job.right), job.right.shape[1]
    tops = Tops.room(len(job.rows), wanted.each)
    cells = min(_ROWS, len(job.rows)) * min(_COLUMNS, width)
    room, spare = np.empty(cells, np.float32), np.empty(2 * cells if job.rest is not None else 0, np.float32)
    tiles, least = -(-width // _COLUMNS), float(np.float32(wanted.least))
    # a matrix product may set flags for numbers that it never returns
    with one_thread(), np.errstate(all="ignore"):
        for top in range(0, len(job.rows), _ROWS):
            rows = slice(top, min(top + _ROWS, len(job.rows)))
            # equals are taken from the diagonal on, so that not everybody takes the same few
            own = (int(begin * width) + np.arange(rows.start, rows.stop)) % max(1, width)
            for turn in range(tiles):
                number = (int(own[0]) // _COLUMNS + turn) % tiles
                columns = slice(number * _COLUMNS, min((number + 1) * _COLUMNS, width))
                shape = rows.stop - rows.start, columns.stop - columns.start
                tile = room[: shape[0] * shape[1]].reshape(shape)
                if depth:
                    np.matmul(job.left[rows], job.right[columns].T, out=tile)
                _finish(tile, job, rows, columns, spare)
                inside = np.where((own >= columns.start) & (own < columns.stop), own - columns.start, 0)
                part = Tops(tops.worth[rows], tops.column[rows], tops.size[rows])
                take(tile, wanted.price[columns], wanted.floor[rows], inside, columns.start, least, part)
    return tops


def _finish(tile: NDArray[np.float32], job: _Job, rows: slice, columns: slice, spare: NDArray[np.float32]) -> None:
    """Add what no product gives, and shut what may not be made."""
    if not job.right.shape[1]:
        tile[...] = 0.0
    if job.rest is None and job.allowed is None:
        return
    mine, theirs = job.rows[rows], columns if job.columns is None else job.columns[columns]
    if job.rest is not None:
        add_rest(job.rest, tile, mine, theirs, spare)
    if job.allowed is not None:
        tile[~job.allowed.block(mine, theirs)] = -np.inf


def _gathered(found: list[Tops], rows: NDArray[np.int64], columns: NDArray[np.int64] | None, wanted: Wanted) -> Best:
    none, each = np.empty(0, np.int64), wanted.each
    if not found or not each:
        return Best(none, none, np.empty(0, np.float32), np.full(len(rows), -np.inf))
    size = np.concatenate([tops.size for tops in found])
    worth, column = np.concatenate([tops.worth for tops in found]), np.concatenate([tops.column for tops in found])
    there = np.arange(each) < size[:, None]
    limit = wanted.floor.astype(np.float64)
    full = size == each
    limit[full] = np.maximum(limit[full], worth[full].min(axis=1))
    j = column[there].astype(np.int64)
    return Best(np.repeat(rows, size), j if columns is None else columns[j], worth[there], limit)


# --- BLAS in one thread, whoever else is at work -----------------------------------------------------------------

_lock = threading.Lock()
_held: list[Any] = []
_inside = 0


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to one thread a caller; the first in changes the setting, the last out puts it back."""
    global _inside  # noqa: PLW0603  the setting belongs to the process, and so does the count of who needs it
    with _lock:
        if _inside == 0:
            _take_control()
            _held.append(_blas().limit(limits=1, user_api="blas"))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _take_control()
                _held.pop().restore_original_limits()
                _take_control()


def _take_control() -> None:
    """Let any thread change the setting: threadpoolctl 3.8 ignores all but the first that ever did, silently."""
    from threadpoolctl import OpenBLASController

    release = getattr(OpenBLASController, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()

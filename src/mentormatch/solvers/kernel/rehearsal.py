"""Small solves that between them call every compiled function of the kernel with the types of real ones."""

from __future__ import annotations

import numpy as np

from mentormatch.network import Bounds
from mentormatch.solvers.kernel import shortlist
from mentormatch.solvers.kernel.rounds import Now, Web, cheapest, desk_for, lower_around
from mentormatch.solvers.kernel.solve import solve
from mentormatch.solvers.potentials import Part
from mentormatch.solvers.whole import assigned


def rehearse() -> None:
    """Solve from nothing and from prices; where mentors must and no mentee wants to, both sides are searched."""
    mentees, mentors = 6, 4
    i, j = (index.ravel() for index in np.indices((mentees, mentors)))
    weight = (i * 7919 + j * 104_729) % 1009
    for least in (0, 1):
        rows = Bounds(np.zeros(mentees, np.int64), np.full(mentees, 2))
        columns = Bounds(np.full(mentors, least), np.full(mentors, 3))
        part = Part(i, j, weight - 2000 * least, np.zeros(len(i), bool), rows, columns)
        solved = solve(part)
        assert solved is not None  # noqa: S101  # there are places for all
        solve(part, solved.prices)
    _rehearse_whole()
    _rounds()


def _rehearse_whole() -> None:
    """Match over whole tables of scores: all the same, more than a list has; of rows like one another; a rectangle."""
    n = 2 * shortlist.KEPT
    scores, hashes = np.zeros((n, n)), np.arange(n, dtype=np.uint64)
    i, j = np.indices((n, n))
    mixed = ((i % 5 + 1) * (j + 3) ** 2 % 11).astype(np.float64)
    for table in (scores, mixed):
        assigned(table, 1.0, (hashes, hashes))
    assigned(np.ascontiguousarray(mixed[: n // 2]), 1.0, None)
    shortlist.in_order(scores, np.arange(n), np.arange(n), np.empty_like(scores))


def _rounds() -> None:
    """Look for a cheapest cycle among two mentees and two mentors, and around one of them."""
    side, pairs, people = np.arange(2), np.zeros(4, np.int64), np.zeros(4, np.int64)
    web = Web(
        np.array([0, 2, 4]), np.tile(side, 2), np.repeat(side, 2), np.array([0, 2, 4]), np.array([0, 2, 1, 3]),
        pairs, pairs, people, people, people, people + 1,
    )  # fmt: skip
    now = Now(np.array([1, 0, 0, 1], np.int8), people + 1, np.zeros(5, np.int64), np.zeros(5, np.int64))
    desk = desk_for(4, 4)
    cheapest(web, now, desk)
    lower_around(web, now, desk, 0)

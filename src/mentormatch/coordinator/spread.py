"""Offers spread over mentors: an exact b-matching in which nobody is offered too often."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Arcs, Bounds, Held
from mentormatch.problem.compiled import most_pairs
from mentormatch.problem.instance import form_of
from mentormatch.solvers import choose

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.network import Instance, Progress, Rows


def spread(
    instance: Instance,
    best: Arcs,
    most: tuple[NDArray[np.int64], NDArray[np.int64]],
    held: NDArray[np.int64],
    progress: Progress | None = None,
) -> Arcs:
    """Choose offers so that nobody is offered more often than may be.

    Of all ways to make as many offers as can be made, those are taken in which they are shared out
    most evenly over the mentees (the least sum of squares), and of these the one with the highest
    total score.

    Parameters
    ----------
    instance
        The scores and what is allowed.
    best
        What each mentee would get if nobody were short, as :func:`best_first` finds it.
    most
        How many offers each mentee gets and each mentor may be in, at most.
    held
        How many offers each mentee has beside these.
    progress
        Handed to the solver.

    Returns
    -------
    Arcs
        The offers, in no order.

    Raises
    ------
    UnsupportedProblem
        No solver can do it.

    Notes
    -----
    The even sharing is unique up to who has one more (Frank & Murota, *Decreasing minimization on
    M-convex sets*, Mathematical Programming 195, 2022): it gives at least one offer to as many
    mentees as can have one, at least two to as many as can have two, and so on.
    """
    if (np.bincount(best.j, minlength=len(most[1])) <= most[1]).all():
        return best  # everybody's own best at once
    each, often = (int(one.max(initial=0)) for one in most)
    n, m = instance.shape
    several = replace(
        instance,
        mentees=Bounds(np.zeros(n, np.int64), most[0]),
        mentors=Bounds(np.zeros(m, np.int64), most[1]),
        objective=("coverage", "total"),
        most_pairs=most_pairs(_up_to(each, n), _up_to(often, m)),
        held=None,
        wished=None,
        previous=None,
        placed=None,
        apart=(),
        alike=(),
        groups=(),
        linear=(),
        open_from=(),
    )
    arcs = choose(form_of(several)).solve(several, progress=progress).arcs
    if len(arcs.i) == len(best.i):
        return arcs  # nobody is short, so there is nothing to share out
    turned = replace(_turned(several), held=Held(held, 0.0))
    even = choose(form_of(turned)).solve(turned, progress=progress).arcs
    return Arcs(even.j, even.i)


def _up_to(most: int, people: int) -> NDArray[np.int64]:
    return np.tile(np.array([0, most], np.int64), (people, 1))


def _turned(instance: Instance) -> Instance:
    """Return the problem with the sides changed over, evenly shared: ``balance`` is about columns."""

    def turned_block(rows: Rows, columns: Rows) -> NDArray[np.float64]:
        return np.ascontiguousarray(instance.score_block(columns, rows).T)

    return replace(
        instance,
        mentees=instance.mentors,
        mentors=instance.mentees,
        score_block=turned_block,
        score_pairs=lambda i, j: instance.score_pairs(j, i),
        allowed_block=lambda rows, columns: np.ascontiguousarray(instance.allowed_block(columns, rows).T),
        allowed_pairs=lambda i, j: instance.allowed_pairs(j, i),
        tie_pairs=lambda i, j: instance.tie_pairs(j, i),
        objective=("coverage", "balance", "total"),
        capacities=np.ones(len(instance.mentees), np.int64),
        classes=None,
        screen=None,
        given=None,
        hashes=None,
    )

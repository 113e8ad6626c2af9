"""Offers spread over mentors: an exact b-matching in which nobody is offered too often."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Arcs, Bounds, Held, Short
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
    The loads that matchings can have are the integer points of a base polyhedron, and of those with
    the least sum of squares each gives one offer to as many mentees as can have one, two to as many
    as can have two, and so on (Frank & Murota, *Decreasing minimization on M-convex sets*,
    Mathematical Programming 195, 2022). Mostly all can have the same number but for one more: then
    it is a matching with bounds, else the tier ``balance`` finds it.
    """
    if (np.bincount(best.j, minlength=len(most[1])) <= most[1]).all():
        return best  # everybody's own best at once
    several = _several(instance, most)
    sizes, places = np.bincount(best.i, minlength=len(most[0])), int(most[1].sum())
    if len(best.i) > places and (arcs := _evenly(several, sizes, held, places, progress)) is not None:
        return arcs
    arcs = _solved(several, progress)
    if len(arcs.i) == len(best.i):
        return arcs  # nobody is short, so there is nothing to share out
    even = _evenly(several, sizes, held, len(arcs.i), progress)
    return _balanced(several, held, progress) if even is None else even


def _several(instance: Instance, most: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Instance:
    """Return the problem of choosing offers: so many of each person at most, no rules over several pairs."""
    each, often = (int(one.max(initial=0)) for one in most)
    n, m = instance.shape
    return replace(
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


def _solved(instance: Instance, progress: Progress | None) -> Arcs:
    return choose(form_of(instance)).solve(instance, progress=progress).arcs


def _evenly(
    instance: Instance, sizes: NDArray[np.int64], held: NDArray[np.int64], offers: int, progress: Progress | None
) -> Arcs | None:
    """Share out a number of offers so that everybody has the same, or all they can have, but for one more.

    Where this can be done it is the even sharing, and a matching with bounds; None where it cannot.
    """

    def filled(level: int) -> NDArray[np.int64]:
        return np.clip(level - held, 0, sizes)

    level = 0
    while int(filled(level + 1).sum()) <= offers and int(filled(level).sum()) < int(sizes.sum()):
        level += 1
    bounded = replace(instance, mentees=Bounds(filled(level), filled(level + 1)))
    try:
        arcs = _solved(bounded, progress)
    except Short:
        return None
    return arcs if len(arcs.i) == offers else None


def _balanced(instance: Instance, held: NDArray[np.int64], progress: Progress | None) -> Arcs:
    """Share out by the tier ``balance``, which is about columns, with the sides changed over: slower, always right."""
    turned = _solved(replace(_turned(instance), held=Held(held, 0.0)), progress)
    return Arcs(turned.j, turned.i)


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

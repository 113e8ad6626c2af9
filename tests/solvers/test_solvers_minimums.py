"""Minimums are met whenever they can be, and else the people of a violated cut are named."""

from __future__ import annotations

import numpy as np
import pytest

from mentormatch.network import Bounds, Short
from mentormatch.solvers import Feasibility, Network, feasible


def is_cut(instance, short):
    """Check by counting that the people named ask for more than their allowed partners have."""
    n, m = instance.shape
    allowed = instance.allowed_block(slice(0, n), slice(0, m))
    for rows, own, other, open_ in (
        (short.mentees, instance.mentees, instance.mentors, allowed),
        (short.mentors, instance.mentors, instance.mentees, allowed.T),
    ):
        if len(rows):
            most = np.minimum(open_[rows].sum(0), other.upper).sum()
            return bool(own.lower[rows].sum() > most)
    return False


@pytest.mark.parametrize("seed", range(200))
def test_short_exactly_when_nothing_is_feasible(seed, make, best, bounded):
    """The check agrees with listing all matchings, and what it names is a violated cut."""
    scores, bounds = bounded(seed, closed=0.45)
    instance = make(scores, **bounds)
    short = feasible(instance, instance.mentees, instance.mentors)
    assert (short is not None) == (best(instance) is None)
    assert short is None or is_cut(instance, short)


@pytest.mark.parametrize("seed", range(5))
def test_many_bounds_on_the_same_pairs(seed, make):
    """One object answers for many bounds as a fresh one does for each."""
    rng = np.random.default_rng(seed)
    n = 60
    instance = make(np.where(rng.random((n, n)) < 0.1, 1.0, np.nan))
    reused = Feasibility(instance)
    answers = set()
    for _ in range(30):
        lows = rng.integers(0, 3, (2, n)) * (rng.random((2, n)) < 0.5)
        highs = lows + rng.integers(0, 2, (2, n))
        mentees, mentors = Bounds(lows[0], highs[0]), Bounds(lows[1], highs[1])
        short = reused.short(mentees, mentors)
        assert (short is None) == (feasible(instance, mentees, mentors) is None)
        answers.add(short is None)
    assert seed or len(answers) == 2


def test_only_the_people_concerned_are_named(make):
    """A mentor who must have more mentees than there are is named, and nobody else."""
    instance = make(np.ones((3, 2)), capacity=[(4, 5), (0, 2)])
    with pytest.raises(Short) as caught:
        Network().solve(instance)
    assert caught.value.mentors.tolist() == [0]
    assert caught.value.mentees.tolist() == []


@pytest.mark.parametrize("shape", [(0, 2), (2, 0)])
def test_a_minimum_with_nobody_on_the_other_side(shape, make):
    """With an empty other side every minimum is short."""
    instance = make(np.empty(shape), demand=(1, 1), capacity=(1, 1))
    with pytest.raises(Short) as caught:
        Network().solve(instance)
    assert len(caught.value.mentees) == shape[0]
    assert len(caught.value.mentors) == shape[1]


def test_pairs_that_were_not_kept_are_looked_at(make):
    """A tight system of minimums over many people is met although each starts with a few pairs."""
    n = 200
    scores = np.full((n, n), np.nan)
    order = np.random.default_rng(0).permutation(n)
    scores[np.arange(n), order] = 0.0
    scores[:, :40] = 1.0
    instance = make(scores, demand=(1, 1), capacity=(1, 1))
    arcs = Network().solve(instance).arcs
    assert np.bincount(arcs.i, minlength=n).tolist() == [1] * n
    assert np.bincount(arcs.j, minlength=n).tolist() == [1] * n


def test_a_minimum_above_the_maximum_is_short(make):
    """Whoever must have more partners than they may is the cut, whatever else there is."""
    instance = make([[0.5], [0.5]], capacity=[(1, 0)])
    with pytest.raises(Short) as caught:
        Network().solve(instance)
    assert (caught.value.mentees.tolist(), caught.value.mentors.tolist()) == ([], [0])

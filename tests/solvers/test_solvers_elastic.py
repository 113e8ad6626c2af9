"""Elastic problems, against every set of pairs and the units it would cost."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.network import Arcs, Group, Short
from mentormatch.problem.instance import form_of
from mentormatch.solvers import choose
from mentormatch.solvers.elastic import Elastic, Soft


@st.composite
def problems(draw):
    """Up to three by three people whose bounds may cross, with what may give way."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    open_ = np.array([[draw(st.booleans()) for _ in range(m)] for _ in range(n)])
    few = st.integers(0, 2)
    sides = [np.array([[draw(few), draw(few), draw(few), draw(few)] for _ in range(size)]) for size in (n, m)]
    cells = np.argwhere(open_).tolist()
    locks, fined = (draw(st.lists(st.sampled_from(cells), max_size=2)) if cells else [] for _ in range(2))
    quota = (
        (draw(st.integers(0, 4)), draw(few), draw(few), draw(st.sampled_from([0, 0, 3])))
        if draw(st.booleans())
        else None
    )
    return open_, sides, [tuple(one) for one in locks], [tuple(one) for one in fined], quota


def arcs_of(pairs):
    i, j = np.array(sorted(set(pairs)), np.int64).reshape(-1, 2).T
    return Arcs(i, j)


def cost_of(made, sides, locks, fined, quota):
    """What a set of pairs costs; None if something would have to give way by more than it may."""
    cost = sum(pair not in made for pair in set(locks)) + sum(pair in made for pair in set(fined))
    for side, bounds in enumerate(sides):
        for row, (low, high, down, up) in enumerate(bounds.tolist()):
            load = sum(pair[side] == row for pair in made)
            if low - load > down or load - high > up:
                return None
            cost += max(0, low - load) + max(0, load - high)
    if quota is not None:
        low, high, down, up = quota[0], quota[0] + quota[1], quota[2], quota[3]
        if low - len(made) > down or len(made) - high > up:
            return None
        cost += max(0, low - len(made)) + max(0, len(made) - high)
    return cost


@settings(max_examples=300, deadline=None)
@given(problems())
def test_no_set_of_pairs_costs_fewer_units(make, problem):
    """The units are the fewest, and where nothing may give way as far as it must, there is no solution."""
    open_, sides, locks, fined, quota = problem
    n, m = open_.shape
    cells = [tuple(cell) for cell in np.argwhere(open_).tolist()]
    costs = [
        cost_of(some, sides, locks, fined, quota)
        for size in range(len(cells) + 1)
        for some in combinations(cells, size)
    ]
    least = min((cost for cost in costs if cost is not None), default=None)
    instance = make(np.where(open_, 0.5, np.nan))
    instance.mentees.lower[:], instance.mentees.upper[:] = sides[0][:, 0], sides[0][:, 1]
    instance.mentors.lower[:], instance.mentors.upper[:] = sides[1][:, 0], sides[1][:, 1]
    soft = []
    if quota is not None:
        rules = make(np.zeros((n, m)))
        object.__setattr__(rules, "groups", (Group(0, np.arange(n), quota[0], quota[0] + quota[1]),))
        soft = [Soft(rules, down=quota[2], up=quota[3])]
    try:
        elastic = Elastic(
            instance,
            (sides[0][:, 2], sides[1][:, 2]),
            (sides[0][:, 3], sides[1][:, 3]),
            locks=arcs_of(locks),
            fined=arcs_of(fined),
            soft=soft,
        )
        solution = choose(form_of(elastic.instance)).solve(elastic.instance)
    except Short:
        found = None
    else:
        found = elastic.read(solution.arcs).units
    assert found == least

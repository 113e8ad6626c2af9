"""Next best matchings by compiled searches, against those by plain ones and against every matching there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.solvers import cycles
from mentormatch.solvers.kernel import ranked

KINDS = ["random", "coarse", "constant", "product", "gaps"]
BOUNDS = ["one each", "capacities", "both sides"]


@pytest.fixture
def made(monkeypatch):
    """Searches are compiled, among few pairs to begin with; the networks that were laid out for it."""
    found = []

    class Seen(ranked.Compiled):
        def __init__(self, *given):
            super().__init__(*given)
            found.append(self)

    monkeypatch.setattr(ranked, "Compiled", Seen)
    monkeypatch.setattr(cycles, "_worth_it", lambda rows, wanted: True)
    monkeypatch.setattr(cycles, "_FIRST", 1)
    monkeypatch.setattr(cycles, "_SPARE", 0)
    return found


def scores_of(kind, size):
    """Scores of one kind, the same for the same size."""
    rng = np.random.default_rng(size)
    scores = rng.random((size, size))
    if kind == "coarse":
        return np.round(4 * scores) / 4
    if kind == "constant":
        return np.full((size, size), 0.5)
    if kind == "product":
        return np.outer(scores[0], scores[1])
    return np.where(scores < 0.25, np.nan, scores) if kind == "gaps" else scores


def bounds_of(kind, size):
    """Bounds of one kind."""
    rng = np.random.default_rng(size)
    most, least = rng.integers(1, 4, size).tolist(), rng.integers(0, 2, size).tolist()
    if kind == "capacities":
        return {"mentor_capacity": most}
    if kind == "both sides":
        capacity = [(low, low + more) for low, more in zip(least, most, strict=True)]
        return {"mentor_capacity": capacity, "mentee_demand": (0, 2)}
    return {}


def told(scores, bounds, number):
    """What is told of so many matchings, from a problem that remembers nothing."""
    return [one.to_json() for one in mm.Problem.from_scores(scores, **bounds).solutions(number)]


@pytest.mark.parametrize("size", [4, 9, 24])
@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("kind", KINDS)
def test_compiled_searches_tell_the_same_byte_for_byte(monkeypatch, made, kind, bounds, size):
    """Whether searches are compiled or plain, the same matchings come in the same order."""
    scores, given = scores_of(kind, size), bounds_of(bounds, size)
    compiled = told(scores, given, 40)
    assert made
    monkeypatch.setattr(cycles, "_worth_it", lambda rows, wanted: False)
    made.clear()
    assert told(scores, given, 40) == compiled
    assert not made


@pytest.mark.parametrize("seed", range(12))
def test_compiled_searches_find_every_matching_in_order(made, seed):
    """Of all matchings of a small problem none is left out, none comes twice, and totals never rise."""
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random((3, 3)), 1 + seed % 2)
    cells = [(i, j) for i in range(3) for j in range(3)]
    every = {
        some
        for number in range(4)
        for some in combinations(cells, number)
        if len({i for i, _ in some}) == len({j for _, j in some}) == number
    }
    order, reached = [], []
    for one in mm.Problem.from_scores(scores).solutions(100):
        pairs = tuple(sorted((int(pair.mentee), int(pair.mentor)) for pair in one))
        order.append(pairs)
        reached.append((len(pairs), round(sum(scores[pair] for pair in pairs), 9)))
    assert len(order) == len(set(order)) == len(every)
    assert set(order) == every
    assert made
    assert reached == sorted(reached, reverse=True)


def test_numba_is_not_loaded_for_a_few_matchings(monkeypatch):
    """Loading numba takes longer than a few plain searches, and pays for many."""
    monkeypatch.setattr(cycles, "compiles", lambda: True)
    monkeypatch.delitem(cycles.sys.modules, "numba", raising=False)
    assert not cycles._worth_it(100, 50)
    assert cycles._worth_it(500, 100)
    assert not cycles._worth_it(500, 1 << 60)

"""Instances made from plain arrays, and an oracle that lists every matching."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from mentormatch.network import Arcs, Bounds, Held, Instance, Ranked
from mentormatch.solvers import exponent

MIX = np.uint64(0x9E3779B97F4A7C15)


def hashes(rows, columns, seed=0):
    """A 40-bit hash of a pair of names, from splitmix64."""
    with np.errstate(over="ignore"):
        x = np.asarray(rows).astype(np.uint64) * np.uint64(0xD1342543DE82EF95) + np.asarray(columns).astype(np.uint64)
        x = (x + np.uint64(seed + 1) * MIX) * MIX
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(24)).astype(np.int64)


def bounds_of(given, size):
    """Bounds from one int, one (lower, upper), or one of these per person."""
    if not isinstance(given, list):
        given = [given] * size
    pairs = [(0, one) if isinstance(one, int | np.integer) else one for one in given]
    array = np.array(pairs, np.int64).reshape(size, 2)
    return Bounds(array[:, 0].copy(), array[:, 1].copy())


def make_instance(
    scores, *, demand=1, capacity=1, objective=("coverage", "total"), seed=0, names=None, memory=64 << 20
):
    """An instance of an array of scores; NaN closes a pair, ``names`` are what ties are hashed by."""
    scores = np.asarray(scores, float)
    n, m = scores.shape
    open_ = ~np.isnan(scores)
    row_names, column_names = names or (np.arange(n), np.arange(m))
    finite = scores[open_]

    def block(array):
        def read(rows, columns):
            part = array[rows] if isinstance(rows, slice) else array[np.asarray(rows)]
            return part[:, columns]

        return read

    return Instance(
        mentees=bounds_of(demand, n),
        mentors=bounds_of(capacity, m),
        score_block=block(scores),
        score_pairs=lambda i, j: scores[i, j],
        allowed_block=block(open_),
        allowed_pairs=lambda i, j: open_[i, j],
        tie_pairs=lambda i, j: hashes(row_names[i], column_names[j], seed),
        lowest=min(0.0, finite.min(initial=0.0)),
        highest=max(0.0, finite.max(initial=0.0)),
        objective=objective,
        memory=memory,
    )


def every_matching(instance):
    """List all feasible matchings as sorted tuples of pairs."""
    n, m = instance.shape
    whole = instance.allowed_block(slice(0, n), slice(0, m))
    choices = [
        [
            chosen
            for size in range(int(low), int(high) + 1)
            for chosen in combinations(np.flatnonzero(whole[i]).tolist(), size)
        ]
        for i, (low, high) in enumerate(zip(instance.mentees.lower, instance.mentees.upper, strict=True))
    ]
    for choice in product(*choices):
        loads = np.bincount(np.array([j for chosen in choice for j in chosen], int), minlength=m)
        if (loads >= instance.mentors.lower).all() and (loads <= instance.mentors.upper).all():
            yield tuple((i, j) for i, chosen in enumerate(choice) for j in chosen)


def worth(instance, exponent, pairs):
    """The tier values of a matching, the tie tier last, in plain Python integers."""
    n, m = instance.shape
    scores = instance.score_block(slice(0, n), slice(0, m))
    grid = [round(float(scores[pair]) * 2.0**exponent) for pair in pairs]
    total = {"coverage": len(pairs), "total": sum(grid)}
    ties = sum(int(hashes_at(instance, pair)) for pair in pairs)
    return (*(total[tier] for tier in instance.objective), ties)


def hashes_at(instance, pair):
    """The tie hash of one pair."""
    return instance.tie_pairs(np.array([pair[0]]), np.array([pair[1]]))[0]


def pairs_of(solution):
    """The pairs of a solution as a sorted list of tuples."""
    return sorted(zip(solution.arcs.i.tolist(), solution.arcs.j.tolist(), strict=True))


def best_matching(instance):
    """Find the one matching that is best in every tier by listing them all; None if there is none."""
    e = exponent(instance)
    return max(every_matching(instance), key=lambda pairs: worth(instance, e, pairs), default=None)


def random_bounded(seed, *, minimums=True, most=(2, 3), closed=0.25):
    """A small random problem with many ties, closed pairs, negative scores and uneven bounds."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 6), rng.integers(1, 5)
    scores = rng.integers(-2, 6, (n, m)) / (8 if seed % 2 else 1)
    scores[rng.random((n, m)) < closed] = np.nan

    def bounds(size, limit):
        highs = rng.integers(0, limit + 1, size).tolist()
        return [(int(rng.integers(0, high + 1) * (rng.random() < 0.3)) if minimums else 0, high) for high in highs]

    return scores, {"demand": bounds(n, most[0]), "capacity": bounds(m, most[1])}


def asked(rng, n, m):
    """Wishes of one side as a few ranked pairs."""
    keys = rng.permutation(n * m)[: rng.integers(0, n * m // 2 + 1)]
    return Ranked(keys // m, keys % m, rng.integers(1, 4, len(keys)))


def with_aims(instance, seed):
    """The instance with random classes, wishes, pairs of before, capacities and pairs made outside."""
    rng = np.random.default_rng(seed + 7)
    n, m = instance.shape
    before = rng.permutation(n * m)[: rng.integers(0, n * m + 1)]
    loads = rng.integers(0, 2, m) * (rng.random() < 0.4)
    return replace(
        instance,
        classes=rng.integers(0, 3, n),
        wished=(asked(rng, n, m), asked(rng, n, m)),
        previous=Arcs(before // m, before % m),
        capacities=loads + np.maximum(instance.mentors.upper, 1),
        # what is made outside scores within the range of all pairs, as everything does
        held=Held(loads, float(np.clip(rng.integers(-2, 6), instance.lowest, instance.highest))),
    )


@pytest.fixture(scope="session")
def make():
    """Build an instance from an array; see :func:`make_instance`."""
    return make_instance


@pytest.fixture(scope="session")
def every():
    """List every matching within the bounds; see :func:`every_matching`."""
    return every_matching


@pytest.fixture(scope="session")
def best():
    """Find the best matching by brute force; see :func:`best_matching`."""
    return best_matching


@pytest.fixture(scope="session")
def value():
    """Give the tier values of some pairs; see :func:`worth`."""
    return lambda instance, pairs: worth(instance, exponent(instance), pairs)


@pytest.fixture(scope="session")
def pairs():
    """Give the pairs of a solution, sorted; see :func:`pairs_of`."""
    return pairs_of


@pytest.fixture(scope="session")
def bounded():
    """Make a small random problem; see :func:`random_bounded`."""
    return random_bounded


@pytest.fixture(scope="session")
def aimed():
    """Give an instance random aims; see :func:`with_aims`."""
    return with_aims

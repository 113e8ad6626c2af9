"""The kernel against the exact finish, with whatever prices and pairs it starts from; compiled if numba is there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mentormatch
from mentormatch import compiled
from mentormatch.network import Bounds, Form, Prices
from mentormatch.solvers import Hungarian, MinCostFlow, Network, choose, solve_tiers
from mentormatch.solvers.engine import FirstOf, Task
from mentormatch.solvers.kernel import engine as kernel_engine
from mentormatch.solvers.kernel.arrays import Graph, room_for, turned
from mentormatch.solvers.kernel.engine import Kernel, fast
from mentormatch.solvers.kernel.heap import insert, nearer, take
from mentormatch.solvers.kernel.solve import fits, solve
from mentormatch.solvers.lap import Assignment
from mentormatch.solvers.lp import Transport
from mentormatch.solvers.potentials import Part, Steps, finish, proves

KINDS = {
    "few values": lambda rng, size: rng.integers(-3, 4, size),
    "coverage": lambda rng, size: np.ones(size, np.int64),
    "negative rungs": lambda rng, size: -rng.integers(0, 2, size),
    "scores": lambda rng, size: rng.integers(-(2**50), 2**50, size),
    "ties": lambda rng, size: rng.integers(0, 2**40, size),
    "all different": lambda rng, size: rng.permutation(size),
}


def around(rng, loads):
    """Bounds that some loads keep, with minimums and with places that nobody has pairs for."""
    size = len(loads)
    lower = np.maximum(0, loads - rng.integers(0, 3, size)) * (rng.random(size) < 0.4)
    return Bounds(lower.astype(np.int64), loads + rng.integers(0, 3, size))


def random_part(rng, kind, most=9):
    """A small part with bounds on both sides and a matching that keeps them."""
    n, m = rng.integers(1, most, 2)
    i, j = np.nonzero(rng.random((n, m)) < rng.random())
    used = rng.random(len(i)) < rng.random()
    rows, columns = np.bincount(i[used], minlength=n), np.bincount(j[used], minlength=m)
    w = KINDS[kind](rng, len(i)).astype(np.int64)
    return Part(i, j, w, used, around(rng, rows), around(rng, columns))


def nothing(part):
    """Prices of 0."""
    return Prices(np.zeros(len(part.rows), np.int64), np.zeros(len(part.columns), np.int64))


def wrong(rng, part, size):
    """Prices that have nothing to do with the part."""
    return Prices(*(rng.integers(-size, size, len(side)) for side in (part.rows, part.columns)))


def expect_right(part, solved, best):
    """The solution keeps the bounds, is worth the best there is, and its prices prove it as they are."""
    assert part.keeps_bounds(solved.used)
    assert part.value(solved.used) == best
    made = replace(part, used=solved.used)
    assert proves(made, solved.prices)
    done = finish(made, solved.prices, improve=False)
    assert done.optimal
    assert np.array_equal(done.prices.u, solved.prices.u)
    assert np.array_equal(done.prices.v, solved.prices.v)


@pytest.mark.parametrize("kind", KINDS)
def test_it_finds_the_optimum_and_proves_it_from_any_start(kind):
    """From nothing, from right prices and from wrong ones, the optimum of every small part is found and proved."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        part = random_part(rng, kind)
        done = finish(part, nothing(part))
        before = part.used.copy()
        for guess in (None, nothing(part), done.prices, wrong(rng, part, 10 ** int(rng.integers(0, 18)))):
            solved = solve(part, guess)
            assert solved is not None
            expect_right(part, solved, part.value(done.used))
        assert np.array_equal(part.used, before)


def test_right_prices_and_pairs_stay_as_they_are():
    """Started from an optimum and its prices, it returns that optimum."""
    for seed in range(80):
        part = random_part(np.random.default_rng(seed), "all different")
        done = finish(part, nothing(part))
        solved = solve(replace(part, used=done.used), done.prices)
        assert np.array_equal(solved.used, done.used)


def test_it_agrees_with_linear_programming_on_larger_parts():
    """Forty people a side, several partners each and minimums: the same value as the simplex finds."""
    for seed in range(4):
        part = random_part(np.random.default_rng(seed), "scores", most=40)
        proposal = Transport().propose(Task(part, complete=True, dense=lambda: None))
        used = np.isin(part.i * len(part.columns) + part.j, proposal.i * len(part.columns) + proposal.j)
        expect_right(part, solve(part), part.value(used))


def test_bounds_that_nobody_can_keep_have_no_answer():
    """A minimum that cannot be reached is told by None, not by a matching that misses it."""
    one, two = np.array([1, 1]), np.array([2])
    i, j = np.array([0, 1]), np.array([0, 0])
    part = Part(i, j, np.array([5, 3]), np.zeros(2, bool), Bounds(one, one), Bounds(one[:1], one[:1]))
    assert solve(part) is None
    assert solve(replace(part, columns=Bounds(one[:1], two))).used.all()


def test_sums_beyond_64_bits_are_left_to_others():
    """Weights whose sums might overflow, and growing costs, are refused; the largest scores are not."""
    part = random_part(np.random.default_rng(3), "scores")
    huge = replace(part, w=np.full(len(part.w), 2**58))
    assert fits(part)
    assert not fits(huge)
    assert Kernel(least=0).propose(Task(huge, complete=True, dense=lambda: None)) is None
    columns = len(part.columns)
    assert not fits(replace(part, steps=Steps(np.zeros((columns, 9), np.int64), np.zeros(columns, np.int64))))


def test_out_of_time_it_proposes_how_far_it_was():
    """Past its deadline the kernel proposes a matching that is nobody's more than it may have, and no prices."""
    for seed in range(20):
        part = random_part(np.random.default_rng(seed), "ties")
        proposal = Kernel(least=0).propose(Task(part, complete=True, dense=lambda: None, deadline=0.0))
        assert len({*zip(proposal.i.tolist(), proposal.j.tolist(), strict=True)}) == len(proposal.i) > 0
        assert (np.bincount(proposal.i, minlength=len(part.rows)) <= part.rows.upper).all()
        assert (np.bincount(proposal.j, minlength=len(part.columns)) <= part.columns.upper).all()
        assert proposal.guess is None


def test_small_tasks_are_left_to_others():
    """Below its threshold the kernel proposes nothing."""
    part = random_part(np.random.default_rng(5), "ties")
    assert Kernel(least=len(part.i) + 1).propose(Task(part, complete=True, dense=lambda: None)) is None


def test_other_engines_do_not_start_again_after_pricing():
    """An engine that cannot go on from prices proposes nothing when it is given some."""
    part = random_part(np.random.default_rng(5), "ties")
    task = Task(part, complete=True, dense=lambda: None, prices=nothing(part))
    assert Assignment().propose(task) is None
    assert Transport().propose(task) is None


@pytest.mark.parametrize("there", [True, False])
def test_the_kernel_comes_first_only_where_it_is_compiled(there, monkeypatch):
    """Without numba the other engines are asked alone."""
    monkeypatch.setattr(kernel_engine, "compiles", lambda: there)
    engines = fast(Transport())._engines
    assert isinstance(engines[0], Kernel) == there
    assert isinstance(engines[-1], Transport)


@pytest.mark.parametrize(
    "objective", [("coverage", "total"), ("total",), ("coverage", "leximin"), ("coverage", "floor")]
)
def test_every_engine_gives_the_same_pairs(make, bounded, pairs, objective):
    """Whoever proposes, the tiers and the pairs are the same, and brute force finds nothing better."""
    compared = 0
    for seed in range(25):
        scores, bounds = bounded(seed, minimums=False)
        instance = make(scores, **bounds, objective=objective)
        ours = solve_tiers(instance, FirstOf(Kernel(least=0), Transport()))
        theirs = solve_tiers(instance, Transport())
        alone = solve_tiers(instance, None)
        assert pairs(ours) == pairs(theirs) == pairs(alone)
        assert [tier.value for tier in ours.tiers] == [tier.value for tier in theirs.tiers]
        compared += len(pairs(ours)) > 1
    assert compared > 5


def test_pricing_goes_on_from_the_prices_before(make, pairs, monkeypatch):
    """With few pairs kept at first, the kernel is asked again after each round, and the pairs are still the same."""
    asked = []

    class Listening(Kernel):
        """Notes whether it was given prices."""

        def propose(self, task):
            asked.append(task.prices is not None)
            return super().propose(task)

    scores = np.add.outer(np.arange(80), np.arange(80) * 3) % 37 / 37
    instance = make(scores, demand=2, capacity=2)
    monkeypatch.setattr("mentormatch.solvers.climb.EACH", 2)
    ours = solve_tiers(instance, Listening(least=0))
    assert True in asked
    assert pairs(ours) == pairs(solve_tiers(instance, None))


def test_the_solver_is_chosen_by_name_and_agrees_with_the_network(make, bounded, pairs):
    """`min_cost_flow` does what `network` does, minimums included."""
    named = choose(Form(3, 4, frozenset()), "min_cost_flow")
    assert isinstance(named, MinCostFlow)
    for seed in range(10):
        scores, bounds = bounded(seed, minimums=False)
        instance = make(scores, **bounds)
        assert pairs(named.solve(instance)) == pairs(Network().solve(instance))
    one = make(np.arange(12.0).reshape(3, 4))
    assert pairs(named.solve(one)) == pairs(Hungarian().solve(one))


def test_a_heap_gives_nodes_by_distance():
    """Nodes come off the heap in order of distance, also after some came nearer."""
    rng = np.random.default_rng(0)
    room = room_for(60)
    room.distance[:] = rng.integers(0, 40, 60)
    for node in rng.permutation(60).tolist():
        insert(room, node)
    for node in range(0, 60, 7):
        room.distance[node] -= 15
        nearer(room, node)
    taken = [int(room.distance[take(room)]) for _ in range(60)]
    assert taken == sorted(room.distance.tolist())


def test_pairs_turn_round_and_back():
    """Ordered by the other side and by the first again, the pairs are as they were."""
    part = random_part(np.random.default_rng(8), "all different")
    start = np.searchsorted(part.i, np.arange(len(part.rows) + 1))
    graph = Graph(start, part.i.astype(np.uint32), part.j.astype(np.uint32), part.w, part.used)
    other, origin = turned(graph, len(part.columns))
    assert np.array_equal(other.near, part.j[origin])
    assert (np.diff(other.near) >= 0).all()
    back, _ = turned(other, len(part.rows))
    assert all(np.array_equal(*both) for both in zip(graph, back, strict=True))


SMALL = """
import sys
import mentormatch as mm
from mentormatch.solvers.kernel.engine import compiles

assert compiles()
people = [{"id": str(k), "goals": ["SQL"]} for k in range(8)]
assert len(mm.match(people[:4], people[4:])) == 4
"""


def test_numba_is_not_imported_for_small_problems(tmp_path):
    """A small problem is solved without numba being imported, though it is there."""
    (tmp_path / "numba.py").write_text("raise SystemExit('numba was imported')")
    path = os.pathsep.join((str(tmp_path), str(Path(mentormatch.__file__).parents[1])))
    done = subprocess.run(
        [sys.executable, "-c", SMALL],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Numba:
    """Stands for numba: says how it was asked to compile, and may have nowhere to keep it."""

    def __init__(self, *, keeps):
        self.keeps, self.asked = keeps, []

    def njit(self, **options):
        """Refuse to keep what it compiles, if it cannot."""
        if options.get("cache") and not self.keeps:
            raise RuntimeError
        self.asked.append(options)
        return lambda function: ("compiled", function)


def test_compiled_code_is_kept_where_there_is_room(monkeypatch):
    """Functions are compiled once for all, or for each process if nothing can be written, or not at all."""
    for keeps in (True, False):
        numba = Numba(keeps=keeps)
        monkeypatch.setattr(compiled, "numba", numba)
        assert compiled.jit(len) == compiled.inline(len) == ("compiled", len)
        assert numba.asked[0].get("cache", False) == keeps
    monkeypatch.setattr(compiled, "numba", None)
    assert compiled.jit(len) is compiled.inline(len) is len

"""Large problems, made small: the loop through the screen against the plain one that looks at every pair."""

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from mentormatch import Cancelled
from mentormatch.network import Arcs, Prices, Screen, Short
from mentormatch.solvers import bound, climb, face, kept, predict, pricing, sweep, table, tiers
from mentormatch.solvers.engine import FirstOf
from mentormatch.solvers.grid import CLOSED
from mentormatch.solvers.kernel.engine import Kernel
from mentormatch.solvers.lap import Assignment
from mentormatch.solvers.lp import Transport
from mentormatch.solvers.proof import prove
from mentormatch.solvers.tiers import solve_tiers

NONE = np.empty(0, np.int64)

OBJECTIVES = [
    ("coverage", "total"),
    ("total",),
    ("coverage", "total", "balance"),
    ("total", "coverage"),
    ("coverage", "priority", "total"),
    ("coverage", "floor", "total"),
    ("coverage", "wishes", "total"),
]


@pytest.fixture
def tiny(monkeypatch):
    """Make everything large: screens from the first pair on, and tiles, heaps and jobs of a few pairs, by seed."""

    def cut(seed=0):
        rng = np.random.default_rng(seed + 99)
        for module, name, value in [
            (table, "LEAST_SCREENED", 0),
            (bound, "_FEW_CELLS", 0),
            (predict, "_FEWEST", 4),
            (pricing, "EACH", rng.integers(1, 6)),
            (pricing, "_MORE", rng.integers(1, 4)),
            (pricing, "_EXACT", rng.choice([20, 1 << 22])),
            (pricing, "_MARGIN", rng.choice([0.0, 0.01, 0.3])),
            (sweep, "_ROWS", rng.integers(2, 9)),
            (sweep, "_COLUMNS", rng.integers(2, 9)),
            (sweep, "_JOB_CELLS", rng.choice([10, 1 << 20])),
            (sweep, "_WORTHWHILE", 10 if seed % 25 == 0 else 1 << 22),
        ]:
            monkeypatch.setattr(module, name, value if isinstance(value, float) else int(value))

    return cut


def part_of(array):
    """A function that gives rectangles of an array, as fresh ones."""
    n, m = array.shape
    return lambda rows, columns: array[np.arange(n)[rows]][:, np.arange(m)[columns]].copy()


def random_screen(rng, n, m, *, coarse):
    """Factors, a rest and scores that are as far off as the bound allows; some of whole numbers, with ties."""
    d = int(rng.integers(0, 6))
    left, right = (rng.normal(size=(size, d)).astype(np.float32) for size in (n, m))
    if rng.random() < 0.4:
        left, right = np.rint(left), np.rint(right)
    off = float(rng.choice([1e-6, 1e-3, 0.2, 0.7]))
    scores, rest = left.astype(float) @ right.astype(float).T, None
    if d == 0 or rng.random() < 0.5:
        values = (rng.integers(-3, 4, (n, m)) / (4 if coarse else 1)).astype(np.float32)
        scores, rest = scores + values, part_of(values)
    scores = scores + rng.uniform(-off, off, (n, m)) * rng.random((n, 1))
    if rng.random() < 0.3:
        scores, off = np.rint(scores * 2) / 2, off + 0.26
    rounding = (d + 2) * 2.0**-23 * (np.abs(left).astype(float) @ np.abs(right).T.astype(float)).max(1, initial=0)
    return scores, Screen(left, right, off + rounding + 1e-6, rest)


def random_bounds(rng, size, limit):
    """Bounds for everybody of one side, with minimums now and then."""
    highs = [1] * size if rng.random() < 0.4 else rng.integers(0, limit + 1, size).tolist()
    minimums = rng.random() < 0.25
    return [(int(rng.integers(0, high + 1)) if minimums and rng.random() < 0.2 else 0, high) for high in highs]


def random_problem(make, aimed, seed):
    """A random instance without a screen, and the same one with it."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 30)), int(rng.integers(1, 25))
    scores, screen = random_screen(rng, n, m, coarse=seed % 2)
    scores[rng.random((n, m)) < rng.choice([0, 0.05, 0.4, 0.9])] = np.nan
    sides = {"demand": random_bounds(rng, n, 2), "capacity": random_bounds(rng, m, 3)}
    plain = aimed(make(scores, objective=OBJECTIVES[seed % len(OBJECTIVES)], **sides), seed)
    if rng.random() < 0.3:
        least = float(rng.normal())
        ruled = make(np.where(scores >= least, scores, np.nan))
        plain = replace(plain, allowed_block=ruled.allowed_block, allowed_pairs=ruled.allowed_pairs)
        screen = screen._replace(least=least)
    return plain, replace(plain, screen=screen, shut_blocks=bool(rng.random() < 0.5))


def solved(instance, *engines, **options):
    """Solve, or None where minimums cannot be met."""
    try:
        return solve_tiers(instance, FirstOf(*engines, Transport()), **options)
    except Short:
        return None


def same(one, other, pairs):
    """Whether two solutions have the same pairs and the same values, and are proved."""
    return (
        pairs(one) == pairs(other)
        and [tier.value for tier in one.tiers] == [tier.value for tier in other.tiers]
        and all(tier.optimal and tier.proved for tier in one.tiers)
    )


@pytest.mark.parametrize("seed", range(150))
def test_a_problem_looked_at_through_a_screen_has_the_solution_of_the_plain_one(make, aimed, pairs, tiny, seed):
    """Whatever the bounds, rules, aims and errors, and however small the tiles and heaps, nothing changes but the
    way; the pairs prove themselves, with the prices of the solve and without, and no worse ones are proved.
    """
    tiny(seed)
    plain, large = random_problem(make, aimed, seed)
    expected = solved(plain)
    engines = [Kernel(least=0)] if seed % 2 else []
    found = solved(large, *engines, Assignment())
    assert (found is None) == (expected is None)
    if found is None:
        return
    assert same(found, expected, pairs)
    prices = [tier.prices for tier in found.tiers]
    for guess in (prices, ()):
        assert all(tier.optimal and tier.proved for tier in prove(large, found.arcs, guess=guess))
    if len(found.arcs.i):
        gone = int(np.random.default_rng(seed).integers(len(found.arcs.i)))
        fewer = Arcs(np.delete(found.arcs.i, gone), np.delete(found.arcs.j, gone))
        if tiers.is_feasible(large, fewer):
            again = prove(large, fewer, guess=prices)
            assert [t.value for t in again] == [t.value for t in found.tiers] or not all(t.optimal for t in again)


def listed(scores, values, off, **more):
    """A screen that is a table of its own, off by as much."""
    return Screen(*(np.zeros((size, 0), np.float32) for size in scores.shape), off, part_of(values), **more)


SHAPES = [(1, 40), (40, 1), (60, 5), (5, 60), (20, 20), (1, 1)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", ["equal", "quarters", "negative", "shut rows", "one for all", "two each"])
def test_a_problem_that_is_odd_throughout_has_the_solution_of_the_plain_one(make, pairs, tiny, case, shape):
    """All scores equal, or quarters; below 0; rows without any pair; a mentor whom all want; several each."""
    rng = np.random.default_rng(SHAPES.index(shape))
    scores = rng.integers(0, 4, shape) / 4.0
    sides = {"demand": 1, "capacity": int(rng.integers(1, 4))}
    if case == "equal":
        scores[:] = 0.5
    elif case == "negative":
        scores -= 2
    elif case == "shut rows":
        scores[rng.random(shape[0]) < 0.5] = np.nan
        scores[0] = np.nan
    elif case == "one for all":
        scores[:, 0] += 3
    elif case == "two each":
        sides = {"demand": (min(1, shape[1] - 1), 3), "capacity": (0, 40)}
    values = np.nan_to_num(scores, nan=9.0).astype(np.float32)
    for seed in range(3):
        tiny(seed + 1)
        for objective in (("coverage", "total"), ("total",)):
            plain = make(scores, objective=objective, **sides)
            large = replace(plain, screen=listed(scores, values, np.full(shape[0], 1e-6)), shut_blocks=seed == 1)
            expected = solved(plain)
            assert same(solved(large, Assignment()), expected, pairs)
            assert all(tier.optimal for tier in prove(large, expected.arcs))


@pytest.mark.parametrize("seed", range(40))
def test_screens_that_are_off_by_all_that_they_may_be_hide_no_pair(make, pairs, tiny, seed):
    """With scores a unit of the grid above or below their prices, and screens as wrong as they say, nothing is lost."""
    tiny(seed + 1)
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 25)), int(rng.integers(2, 25))
    half = rng.choice([0.5, 0.25, 2.0])
    values = rng.integers(0, 5, n)[:, None] / 4 + rng.integers(0, 5, m) / 4
    unit = 2.0**-45
    scores = values + rng.integers(-1, 2, (n, m)) * unit
    wrong = (scores + rng.choice([-half, half], (n, m))).astype(np.float32)
    sides = {"demand": 1, "capacity": int(rng.integers(1, 3))}
    plain = make(scores, **sides)
    assert 2.0 ** -table.Table(plain).exponent <= unit
    large = replace(plain, screen=listed(scores, wrong, np.full(n, half + 2 * unit)), shut_blocks=False)
    expected = solved(plain)
    assert same(solved(large, Kernel(least=0)), expected, pairs)
    for guess in ([tier.prices for tier in expected.tiers], ()):
        assert all(tier.optimal for tier in prove(large, expected.arcs, guess=guess))


def test_nan_never_leaks_from_a_screen(make, pairs, tiny):
    """Where a rest has no number for pairs that may not be made, the result and its bound are the plain one's."""
    tiny(1)
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 8, (20, 16)) / 8.0
    scores[rng.random(scores.shape) < 0.4] = np.nan
    plain = make(scores, capacity=2)
    large = replace(plain, screen=listed(scores, scores.astype(np.float32), np.full(20, 1e-6)))
    found = solved(large, Assignment())
    assert same(found, solved(plain), pairs)
    assert np.isfinite(float(found.tiers[1].bound))


def test_prices_from_elsewhere_prove_no_coverage_that_is_too_low(make, tiny):
    """Prices below 0 or above 1, which the kept pairs cannot refute, are not taken for a proof."""
    tiny(1)
    nan = np.nan
    scores = np.array([[1.0, 1, nan], [nan, 1, 1], [1, nan, nan]])
    plain = make(scores, demand=[(1, 1), (0, 1), (0, 1)], objective=("coverage",))
    large = replace(plain, screen=listed(scores, np.ones((3, 3), np.float32), np.full(3, 0.1)))
    few = Arcs(np.array([0, 1]), np.array([0, 1]))
    lie = Prices(np.array([-1, 1, 0]), np.array([1, 0, 0]))
    for instance in (plain, large):
        (tier,) = prove(instance, few, guess=[lie])
        assert not tier.optimal
        assert (tier.value, tier.bound) == (2, 3)


# --- stopping ---------------------------------------------------------------------------------------------------


class Stop(BaseException):
    """What a host may raise of its own."""


@pytest.mark.parametrize("kind", [Cancelled, KeyboardInterrupt, Stop])
@pytest.mark.parametrize("seed", [0, 3, 25])
def test_what_a_callback_raises_comes_through_as_it_is(make, aimed, pairs, tiny, kind, seed):
    """Raised in any call, in threads or not, it ends the solve as itself, and the next solve finds the same as ever."""
    tiny(seed)
    plain, large = random_problem(make, aimed, seed + 25)
    expected, calls = solved(plain), []
    assert same(solved(large, Assignment(), progress=lambda *call: calls.append(call)), expected, pairs)
    for last in {0, 1, len(calls) // 2, len(calls) - 1}:
        left = iter(range(last))

        def stop(*_, left=left):
            if next(left, None) is None:
                raise kind

        with pytest.raises(kind):
            solved(large, Assignment(), progress=stop)
    assert same(solved(large, Assignment()), expected, pairs)


@pytest.fixture
def out_of_time(monkeypatch):
    """Solve with a clock that is past the deadline from the so-many-th look at it on."""

    def solve(moments, instance, *engines):
        left = iter(range(moments))
        late = SimpleNamespace(monotonic=lambda: 0.0 if next(left, None) is not None else np.inf)
        monkeypatch.setattr(tiers, "time", late)
        return solved(instance, *engines, deadline=time.monotonic() + 1000)

    return solve


@pytest.mark.parametrize("seed", range(0, 84, 7))
def test_out_of_time_a_large_problem_says_no_less_than_could_be_reached(make, aimed, tiny, out_of_time, seed):
    """Stopped at any moment, the pairs keep every bound and no tier's bound lies below what the best pairs reach."""
    tiny(seed)
    plain, large = random_problem(make, aimed, seed)
    expected = solved(plain)
    if expected is None:
        return
    moments = 0
    while True:
        found = out_of_time(moments, large, Assignment())
        assert tiers.is_feasible(plain, found.arcs)
        for place, (tier, right) in enumerate(zip(found.tiers, expected.tiers, strict=True)):
            assert tier.bound >= tier.value
            if all(before.optimal for before in found.tiers[:place]):
                assert tier.bound >= right.value
        if found.ties:
            break
        moments += 1
    assert moments > 2


def test_a_bound_of_a_large_problem_looks_at_no_pair_that_was_not_kept(make, tiny, out_of_time, monkeypatch):
    """After the last look no rectangle of scores is asked for, and the bound is a good one all the same."""
    tiny(1)
    for name, number in (("_ROWS", 64), ("_COLUMNS", 64), ("_JOB_CELLS", 1 << 14)):
        monkeypatch.setattr(sweep, name, number)
    monkeypatch.setattr(pricing, "EACH", 20)
    rng = np.random.default_rng(0)
    left, right = rng.random((200, 4)).astype(np.float32), rng.random((200, 4)).astype(np.float32)
    plain = make(left.astype(float) @ right.astype(float).T)
    best = solved(plain).tiers[1].value
    asked, bounding = [], []

    def block(rows, columns):
        asked.extend(bounding)
        return plain.score_block(rows, columns)

    def bounded(*arguments):
        bounding.append("a rectangle of scores")
        most = bound.tier_bound(*arguments)
        bounding.clear()
        return most

    monkeypatch.setattr(climb, "tier_bound", bounded)
    large = replace(plain, score_block=block, screen=Screen(left, right, np.full(200, 1e-5)), shut_blocks=False)
    gaps = []
    while not gaps or gaps[-1]:
        found = out_of_time(len(gaps), large)
        assert found.tiers[1].bound >= best
        gaps.append(found.tiers[1].bound / best - 1)
    assert not asked
    assert min(gaps[:-1]) < 0.03


@pytest.mark.parametrize("seed", range(1, 25))
def test_what_a_look_leaves_unseen_is_worth_no_more_than_it_says(make, aimed, tiny, seed):
    """Broken off at any moment, at any prices: no pair of a row that is not kept is worth more than its bound."""
    tiny(seed)
    plain, large = random_problem(make, aimed, seed)
    rng = np.random.default_rng(seed)
    every = table.Table(plain)
    weights = every.block("total", slice(0, large.shape[0]))
    last = 0
    while True:
        left = iter(range(last))

        def tick(left=left):
            if next(left, None) is None:
                raise Stop

        stands = climb.Climb(table.Table(large), face.Face.whole(large), kept.Kept.of(large.shape, NONE, NONE), tick)
        done = False
        try:
            stands.tier("total", FirstOf(Transport()))
            done = True
        except (Stop, Short):
            pass
        unseen = weights.copy()
        unseen[stands.kept.i, stands.kept.j] = CLOSED
        unseen[:, large.mentors.upper <= 0] = CLOSED
        for prices in (stands.pricing.last(), rng.integers(-3, 4, large.shape[1]) << rng.integers(40, 50)):
            most = stands.pricing.bound(face.Face.whole(large), prices, np.full(large.shape[0], CLOSED))
            worth = np.where(unseen == CLOSED, CLOSED, unseen - prices).max(axis=1, initial=CLOSED)
            assert (most >= worth)[large.mentees.upper > 0].all()
        if done or last > 60:
            break
        last += 1
    assert last > 1

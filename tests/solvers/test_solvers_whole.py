"""One partner each over a whole table: against the way by candidates, and against SciPy."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import mentormatch as mm
from mentormatch.problem.ties import pair_hashes
from mentormatch.solvers import tiers, whole

pytest.importorskip("numba")
CELLS = st.none() | st.integers(-2, 2)
"""Scores with many ties, and pairs that may not be made."""

KEPT = 24
"""Columns on a row's list."""

KINDS = {
    "uniform": lambda rng, n, m: rng.random((n, m)),
    "twentieths": lambda rng, n, m: np.rint(20 * rng.random((n, m))) / 20,
    "popular": lambda rng, n, m: 0.3 * rng.random((n, m)) + 0.7 * rng.random(m) ** 2,
    "products": lambda rng, n, m: np.multiply.outer(rng.random(n), rng.random(m)),
    "constant": lambda rng, n, m: np.full((n, m), 0.5),
    "blocks": lambda rng, n, m: rng.random((5, 5))[rng.integers(0, 5, n)][:, rng.integers(0, 5, m)],
    "negative": lambda rng, n, m: -rng.random((n, m)),
}


@pytest.mark.parametrize("shape", [(330, 330), (300, 350), (350, 300), (330, 310)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("closed", [0.0, 0.2])
def test_the_same_pairs_as_by_candidates(monkeypatch, kind, shape, closed):
    """Whatever the scores, it makes the pairs that the general way makes, with a certificate that holds."""
    rng = np.random.default_rng([*shape, list(KINDS).index(kind)])
    scores = KINDS[kind](rng, *shape)
    scores[rng.random(shape) < closed] = np.nan
    settled = []
    monkeypatch.setattr(tiers, "settle_whole", lambda climb: settled.append(whole.settle_whole(climb)) or settled[-1])
    problem = mm.Problem.from_scores(scores)
    matching = problem.solve()
    assert [tier.name for tier in settled[0]] == ["coverage", "total"]
    assert matching.certificate.optimal
    matching.certificate.verify(problem)
    monkeypatch.setattr(tiers, "serves", lambda instance: False)
    other = mm.Problem.from_scores(scores).solve()
    assert matching.pairs == other.pairs


def test_it_steps_back_where_somebody_stays_out(monkeypatch):
    """Where not everybody on the smaller side can be matched, the general way takes over."""
    scores = np.random.default_rng(4).random((320, 320))
    scores[:2, 1:] = np.nan
    settled = []
    monkeypatch.setattr(tiers, "settle_whole", lambda climb: settled.append(whole.settle_whole(climb)) or settled[-1])
    assert len(mm.Problem.from_scores(scores).solve()) == 319
    assert settled == [[]]


@pytest.mark.parametrize("seed", range(60))
def test_prices_prove_what_scipy_finds(seed):
    """The kernel's total is SciPy's, no pair is worth more than its prices, and free columns cost nothing."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 90))
    m = n + int(rng.integers(0, 3))
    weight = rng.integers(-5, int(rng.choice([0, 6, 1000])), (n, m)).astype(float)
    closed = rng.random((n, m)) < 0.1
    closed[np.arange(n), np.arange(n)] = False
    weight[closed] = np.nan
    found = whole.assigned(weight, 1.0, None)
    rows, columns = linear_sum_assignment(np.where(closed, -1e9, weight), maximize=True)
    assert len(set(found.columns)) == n
    assert weight[np.arange(n), found.columns].sum() == weight[rows, columns].sum() == found.worth
    assert not (weight > found.u[:, None] + found.v).any()
    assert found.u.sum() + found.v.sum() == found.worth
    assert (found.v >= 0).all()
    assert not np.delete(found.v, found.columns).any()
    tight = np.nonzero(weight == found.u[:, None] + found.v)
    if found.tight is not None:
        assert sorted(zip(*found.tight, strict=True)) == sorted(zip(*tight, strict=True))
    elif not found.unique:
        assert np.bincount(tight[0]).max() > KEPT


@pytest.mark.parametrize("seed", range(60))
def test_hashes_choose_among_the_best(seed):
    """With hashes it makes, of all matchings with the largest total, the one whose pairs' hashes add up to the most."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 90))
    scores = rng.integers(0, int(rng.choice([1, 2, 4, 60])), (n, n)).astype(float)
    scores[rng.random((n, n)) < 0.1] = np.nan
    scores[np.arange(n), np.arange(n)] = 0.0
    own = rng.integers(0, 2**63, n).astype(np.uint64), rng.integers(0, 2**63, n).astype(np.uint64)
    plain, found = whole.assigned(scores, 4.0, None), whole.assigned(scores, 4.0, own)
    assert found.unique
    assert found.worth == plain.worth == 4 * scores[np.arange(n), found.columns].sum()
    hashes = pair_hashes(own[0][:, None], own[1][None, :]).astype(float)
    best = np.where(4 * scores == found.u[:, None] + found.v, hashes, -1e18)
    assert best[np.arange(n), found.columns].sum() == best[linear_sum_assignment(best, maximize=True)].sum()


@given(st.integers(1, 6).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=n, max_size=n)))
@settings(max_examples=150, deadline=None)
def test_small_squares_against_every_matching(rows):
    """Of small squares full of ties it makes the one matching with the largest total and then the largest hashes."""
    scores, n = np.array([[np.nan if cell is None else cell for cell in row] for row in rows], float), len(rows)
    own = tuple(np.arange(side, side + n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) for side in (1, 50))
    hashes = pair_hashes(own[0][:, None], own[1][None, :])
    every = [list(one) for one in permutations(range(n)) if not np.isnan(scores[range(n), list(one)]).any()]
    found = whole.assigned(scores, 2.0, own)
    if not every:
        assert found is None
        return
    best = max(every, key=lambda one: (scores[range(n), one].sum(), int(hashes[range(n), one].sum())))
    assert found.columns.tolist() == best
    assert found.worth == 2 * scores[range(n), best].sum()


def test_prices_out_of_bounds_are_refused():
    """Where prices grow beyond what float64 adds up exactly, there is no answer, and the general way takes over."""
    n = 40
    scores = np.full((n, n), np.nan)
    scores[np.arange(n), np.arange(n)] = -1.0
    scores[np.arange(n - 1), np.arange(1, n)] = 1.0
    assert whole.assigned(scores, 2.0**49, None) is None
    assert whole.assigned(scores, 2.0**30, None).worth == -n * 2**30


@pytest.mark.parametrize("order", ["as listed", "by chance"])
def test_listing_order_decides_nothing(order):
    """People with the same ids get the same partners in whatever order they are listed, equal scores included."""
    rng = np.random.default_rng(8)
    n = 330
    scores, ids = rng.integers(0, 3, (n, n)) / 2, [f"p{one:03d}" for one in range(n)]
    first = mm.Problem.from_scores(scores, mentees=ids, mentors=ids).solve()
    rows, columns = (rng.permutation(n) if order == "by chance" else np.arange(n) for _ in range(2))
    mentees, mentors = [ids[row] for row in rows], [ids[column] for column in columns]
    other = mm.Problem.from_scores(scores[rows][:, columns], mentees=mentees, mentors=mentors).solve()
    assert {(pair.mentee, pair.mentor) for pair in first} == {(pair.mentee, pair.mentor) for pair in other}
    assert first.certificate.optimal

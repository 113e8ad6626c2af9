"""One partner each over a whole table: against the way by candidates, and against SciPy."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

import mentormatch as mm
from mentormatch.solvers import tiers, whole
from mentormatch.solvers.grid import CLOSED

pytest.importorskip("numba")

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


@pytest.mark.parametrize("seed", range(30))
def test_prices_prove_what_scipy_finds(seed):
    """The kernel's total is SciPy's, no pair is worth more than its prices, and free columns cost nothing."""
    from mentormatch.solvers.kernel.whole import tight_pairs

    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    m = n + int(rng.integers(0, 3))
    weight = rng.integers(-5, int(rng.choice([6, 1000])), (n, m))
    weight[rng.random((n, m)) < 0.1] = CLOSED
    weight[np.arange(n), np.arange(n)] = -5
    found = whole._assigned(weight)
    rows, columns = linear_sum_assignment(np.where(weight == CLOSED, -1e9, weight), maximize=True)
    assert len(set(found.columns)) == n
    assert weight[np.arange(n), found.columns].sum() == weight[rows, columns].sum()
    assert tight_pairs(weight, *found.prices, np.empty(n * m, np.int64)) >= n
    assert (found.prices.v >= 0).all()
    assert not np.delete(found.prices.v, found.columns).any()

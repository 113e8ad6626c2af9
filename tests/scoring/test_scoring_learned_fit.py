import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from mentormatch.scoring.learned import figures, fit, folds
from mentormatch.scoring.learned.fit import PULLS, Frame, Model


def drawn(seed, pairs=200, criteria=4, slopes=None):
    """Values, outcomes and weights of a preset that is not quite right."""
    draw = np.random.default_rng(seed)
    values = draw.random((pairs, criteria))
    slopes = draw.uniform(-2, 4, criteria) if slopes is None else np.asarray(slopes)
    good = (draw.random(pairs) < expit(values @ slopes - slopes.sum() / 2)).astype(float)
    return values, good, draw.dirichlet(np.ones(criteria))


def penalised(frame, pull):
    """The loss that the model promises to minimise, written down once more."""
    held, slack = pull * frame.information, 1e-3 * frame.information
    along = frame.spreads * frame.weights

    def loss(at):
        told, own = at[0] + frame.values @ at[1:], at[1:]
        scale = own @ along / (along @ along)
        ridge = held * ((own - scale * along) ** 2).sum() + slack * (own**2).sum()
        return np.logaddexp(0, told).sum() - frame.good @ told + ridge / 2

    return loss


@pytest.mark.parametrize("seed", range(8))
def test_the_fit_is_the_least_of_the_stated_loss(seed):
    """No general solver with the same bounds finds a lower loss, whatever the pull."""
    frame = Frame.of(*drawn(seed))
    for pull, found in zip(PULLS[1:], frame.path()[1:], strict=True):
        loss = penalised(frame, pull)
        bounds = [(None, None)] + [(0, None)] * 4
        other = minimize(loss, np.zeros(5), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9})
        assert loss(found) <= other.fun + 1e-6
        assert found[1:].min() >= 0
        assert np.allclose(found, other.x, atol=2e-3)


def test_without_a_preset_it_is_plain_ridge_regression():
    """Where no bound binds and nothing is shrunk to but 0, the coefficients are those of scikit-learn."""
    values, good, _ = drawn(1, slopes=[1, 2, 3, 4])
    frame = Frame.of(values, good, np.full(4, 0.25))
    ridge = fit._Ridge(np.zeros(4), 2.0, 0.5)
    ours = fit.minimised(frame.values, good, ridge, np.zeros(5))
    theirs = LogisticRegression(C=1 / 2.5, tol=1e-10, max_iter=10_000).fit(frame.values, good)
    assert ours[1:].min() > 0
    assert np.allclose(ours, [*theirs.intercept_, *theirs.coef_[0]], atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_harder_pull_is_nearer_to_the_preset(seed):
    """From the softest pull to the hardest the weights turn to the preset's, and there they are the preset's."""
    values, good, weights = drawn(seed, slopes=[4, 1, 2, 0])
    frame = Frame.of(values, good, weights)
    path = [frame.model(pull, found) for pull, found in zip(PULLS, frame.path(), strict=True)]
    nearness = [
        (one.coefficients * frame.spreads)
        @ (weights * frame.spreads)
        / np.linalg.norm(one.coefficients * frame.spreads)
        for one in path
    ]
    assert np.all(np.diff(nearness) < 1e-9)
    assert np.allclose(path[0].coefficients / path[0].coefficients.sum(), weights)


@pytest.mark.parametrize("seed", range(5))
def test_freedom_grows_as_the_pull_softens(seed):
    """The preset has a scale and an intercept; the softest pull has no more than a coefficient for each criterion."""
    frame = Frame.of(*drawn(seed, slopes=[1, 2, 3, 4]))
    freedom = [frame.freedom(pull, found) for pull, found in zip(PULLS, frame.path(), strict=True)]
    assert freedom[0] == 2
    assert np.all(np.diff(freedom[1:]) > -0.05)
    assert freedom[-1] <= 5


def test_the_sum_of_chances_is_the_number_of_good_pairs():
    """The intercept is free, so that the mean chance is the base rate, whatever the pull."""
    values, good, weights = drawn(3)
    frame = Frame.of(values, good, weights)
    for pull, found in zip(PULLS, frame.path(), strict=True):
        assert frame.model(pull, found).chances(values).mean() == pytest.approx(good.mean(), abs=1e-5)


def test_what_does_not_vary_keeps_to_the_preset():
    """A criterion of one value in all past pairs has the weight that the preset gives it beside the others."""
    values, good, _ = drawn(4, slopes=[3, 3, 0, 0])
    values[:, 3] = 0.7
    weights = np.array([0.25, 0.25, 0.25, 0.25])
    frame = Frame.of(values, good, weights)
    model = frame.model(np.inf, frame.path()[0])
    assert np.allclose(model.coefficients, model.coefficients[0])
    assert frame.model(0.1, frame.path()[PULLS.index(0.1)]).coefficients[3] > 0


def test_outcomes_without_an_error_give_finite_weights():
    """Where a criterion tells good pairs apart without an error, its coefficient is large and finite."""
    values = np.linspace(0, 1, 100)[:, None]
    frame = Frame.of(values, (values[:, 0] > 0.5).astype(float), np.ones(1))
    assert all(np.isfinite(found).all() and found[1] > 1 for found in frame.path())


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_outcome_alone_gives_its_share(outcome):
    """Where all pairs that are looked at had one outcome, all chances are alike and not certain."""
    values, _, weights = drawn(5, pairs=30)
    frame = Frame.of(values, np.full(30, outcome), weights)
    chances = frame.model(1.0, frame.path()[5]).chances(values)
    assert np.ptp(chances) == 0
    assert 0 < chances[0] < 1


@pytest.mark.parametrize("seed", range(5))
def test_freedom_stays_within_the_events(seed):
    """Of noise, or of little data, no more is made than a degree of freedom for ten pairs of the rarer outcome."""
    values, good, weights = drawn(seed, pairs=100, criteria=12)
    ours, _ = fit.learned(values, good, np.arange(100), weights, np.random.default_rng(0))
    assert ours.freedom <= max(2, min(good.sum(), 100 - good.sum()) / 10) + 1e-9


def test_unknown_counts_as_the_mean():
    """A pair of which nothing is known has the chance of a pair of mean values."""
    model = Model(-1.0, np.array([1.0, 2.0]), np.array([0.3, 0.6]), 1.0, 3.0)
    unknown, mean = model.chances(np.array([[np.nan, np.nan], [0.3, 0.6]]))
    assert unknown == mean


# --- folds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_dealt_whole_and_outcomes_evenly(seed):
    """No group is in two parts, and single pairs are dealt so that parts differ by one good pair at most."""
    draw = np.random.default_rng(seed)
    good = (draw.random(203) < 0.3).astype(float)
    parts = folds.deal(good, np.arange(203), 10, draw)
    hits = np.bincount(parts, weights=good)
    assert hits.max() - hits.min() <= 1
    groups = draw.integers(0, 40, 203)
    parts = folds.deal(good, groups, 10, draw)
    assert all(len(set(parts[groups == group])) == 1 for group in set(groups))
    assert len(set(parts)) == 10


def test_linked_people_are_one_group():
    """Whoever shares a partner, at however many removes, is in one group, and nobody else is."""
    mentees, mentors = np.array([0, 1, 1, 2, 3, 4]), np.array([0, 0, 1, 2, 3, 2])
    groups = folds.components(mentees, mentors)
    assert groups[0] == groups[1] == groups[2]
    assert groups[3] == groups[5]
    assert len(set(groups.tolist())) == 3


# --- figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decimals", [1, 12])
def test_figures_are_those_of_scikit_learn(decimals):
    """AUC, with ties, and Brier score of every resample are those of scikit-learn with sample weights."""
    draw = np.random.default_rng(0)
    chances, good = draw.random(60).round(decimals), (draw.random(60) < 0.4).astype(float)
    times = draw.integers(0, 4, (20, 60)).astype(float)
    auc = [roc_auc_score(good, chances, sample_weight=one) for one in times]
    brier = [brier_score_loss(good, chances, sample_weight=one) for one in times]
    assert np.allclose(figures.auc(chances, good, times), auc)
    assert np.allclose(figures.brier(chances, good, times), brier)


def test_the_auc_of_one_outcome_is_unknown():
    """Where a resample drew one outcome only, it has no AUC."""
    assert np.isnan(figures.auc(np.array([0.1, 0.9]), np.array([0.0, 1.0]), np.array([[1.0, 0.0]])))


def test_the_calibration_error_is_that_of_ten_bins():
    """It is the mean, over ten bins of equal count, of how far mean chance and share of good pairs are apart."""
    draw = np.random.default_rng(1)
    chances, good = draw.random(95), (draw.random(95) < 0.5).astype(float)
    rows = figures.bins(chances, good)
    by_hand = sum(count * abs(mean - share) for mean, share, count in rows) / 95
    assert figures.calibration(chances, good, np.ones((1, 95)))[0] == pytest.approx(by_hand)
    assert len(rows) == 10
    assert {count for *_, count in rows} == {9, 10}
    assert [mean for mean, *_ in rows] == sorted(mean for mean, *_ in rows)


def test_whole_groups_are_drawn_again():
    """In every resample all pairs of a group are drawn equally often, and as many groups as there are."""
    groups = np.array([5, 5, 7, 9, 9, 9])
    once, *more = figures.resamples(groups, np.random.default_rng(0))
    times = np.concatenate(more)
    assert once.tolist() == [[1.0] * 6]
    assert len(times) == figures.DRAWS
    assert (times[:, 0] == times[:, 1]).all()
    assert (times[:, 3] == times[:, 5]).all()
    assert (times[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_the_interval_of_a_calibration_error_holds_it():
    """Resampling raises the error, and its interval holds the value all the same."""
    found = figures.error_figure(np.array([0.03, *np.linspace(0.04, 0.09, 50)]))
    assert found.low <= found.value < found.high
    assert found.low >= 0

"""From past pairs and what became of them to learned weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from mentormatch.errors import Fault, InputError, MentorMatchError
from mentormatch.scoring.learned import fit
from mentormatch.scoring.learned.examine import examined
from mentormatch.scoring.learned.reading import (
    Values,
    read_groups,
    read_outcomes,
    read_preset,
    read_values,
    refuse_few,
)
from mentormatch.scoring.learned.result import Learned, LearnedWeight


def learn(
    values: Any,
    outcomes: Any,
    *,
    pairs: Iterable[Any] | None = None,
    preset: Mapping[Any, float] | None = None,
    groups: Any = None,
    ranges: Any = None,
    good_from: float | None = None,
    audit: Iterable[str] = (),
    seed: int = 0,
) -> Learned:
    """Learn from past pairs how much each criterion should weigh, and say how far that can be trusted.

    Nothing is ever learned unless this is called, and nothing learned is used unless its
    :meth:`Learned.scorers` are given to a run, whose manifest then says so.

    Parameters
    ----------
    values
        A :class:`Problem` or :class:`ScoreMatrix` of the people of the past pairs, or a table of values:
        ``{criterion: values}``, a data frame or a list of mappings, one row a pair. None or NaN is unknown.
    outcomes
        One a pair: True (1) it was a good pair, False (0) it was not; numbers with `good_from`. Beside a
        problem also ``{(mentee id, mentor id): outcome}``.
    pairs
        The ``(mentee id, mentor id)`` that the outcomes are of, beside a problem.
    preset
        ``{criterion: weight}`` to shrink to; None: the weights of the problem, or equal ones for a table.
    groups
        Who is held out together in cross-validation: a list with a label a pair; ``"mentee"`` or
        ``"mentor"``; None: beside a problem whoever is linked by pairs, so that nobody is on both sides of
        the split; of a table every pair alone, which is honest only where nobody is in two pairs.
    ranges
        Of a table's columns, what counts as 0 and what as 1: ``(1, 10)`` for all, or ``{criterion: (1, 10)}``;
        ``(20, 0)`` turns a criterion round, so that less of it is better. None: 0 to 1.
    good_from
        From which outcome on a pair was good, where outcomes are ratings.
    audit
        Names of criteria or fields that must not be learned from: any of them among the values is refused.
    seed
        Deals pairs to folds and draws the resamples; 0 or more.

    Returns
    -------
    Learned
        Weights that can be read, with their report.

    Raises
    ------
    InputError
        Everything that is wrong with the input; or fewer than 80 pairs, fewer than 20 good or 20 other pairs,
        or fewer than 20 groups, with how many are needed.

    Notes
    -----
    The chance of a good pair is 1 / (1 + exp(-(a + Σ_k b_k x_k))), with x_k the value of criterion k, and
    its mean where it is unknown. With σ_k the standard deviation of x_k, w_k the preset's weight and
    γ_k = σ_k b_k, the least of

        Σ log loss + ½ λ min_s Σ_k (γ_k - s σ_k w_k)² + ½ ε Σ_k γ_k²,  all b_k ≥ 0,

    is found: a Gaussian prior around the preset's weights times a scale s that is learned too, so that more of
    a criterion never lowers the chance. It is convex and solved by Newton's method with bounds. λ is n p (1 - p)
    times one of ten numbers from infinite (the preset with a scale) to 0.01, chosen by an inner cross-validation
    among those that leave one effective degree of freedom for ten pairs of the rarer outcome;
    ε = n p (1 - p) / 1000.
    A logistic regression with a free intercept is calibrated as it stands; the report checks it, and no
    further map is laid over it.

    Figures come from ten folds of whole groups, dealt up to five times; intervals are the percentiles of
    2,000 resamples of groups. Complexity: about 3,000 fits below 1,000 pairs, some seconds; above 5,000 pairs some
    600, each O(pairs × criteria) an iteration.

    References
    ----------
    le Cessie & van Houwelingen, *Ridge estimators in logistic regression*, Applied Statistics 41 (1992).
    Peduzzi et al., *A simulation study of the number of events per variable in logistic regression
    analysis*, Journal of Clinical Epidemiology 49 (1996).
    Riley et al., *Minimum sample size for developing a multivariable prediction model, part II*, Statistics in
    Medicine 38 (2019).
    Harrell, *Regression Modeling Strategies*, 2nd edition (2015), for effective degrees of freedom.
    Efron & Tibshirani, *An Introduction to the Bootstrap* (1993).

    Examples
    --------
    >>> import mentormatch as mm
    >>> import numpy as np
    >>> draw = np.random.default_rng(1)
    >>> goals, hours = draw.random((2, 300))
    >>> good = draw.random(300) < 1 / (1 + np.exp(3 - 6 * goals))
    >>> learned = mm.learn({"goals": goals, "overlapping_hours": hours}, good)
    >>> learned.verdict
    'better than the preset'
    >>> learned.weights["goals"] > 0.8
    True
    """
    if isinstance(outcomes, Mapping) and pairs is None:
        pairs, outcomes = list(outcomes), list(outcomes.values())
    failure: MentorMatchError | None = None
    try:
        return _learned(values, outcomes, pairs, preset, groups, ranges, good_from, audit, seed)
    except MentorMatchError as error:
        failure = error
    raise failure.with_traceback(None)


def _learned(
    given: Any,
    outcomes: Any,
    pairs: Any,
    preset: Any,
    groups: Any,
    ranges: Any,
    good_from: float | None,
    audit: Any,
    seed: int,
) -> Learned:
    faults: list[Fault] = []
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        faults.append(Fault(("seed",), "bad_seed", "seed is a whole number of at most 63 bits, 0 or more"))
    named = _names(audit, faults)
    read = _kept(faults, lambda: read_values(given, pairs, ranges))
    if read is None:
        raise InputError(faults)
    faults += _audited(read, given, named)
    good = _kept(faults, lambda: read_outcomes(outcomes, good_from, len(read.values)))
    weights = _kept(faults, lambda: read_preset(preset, read))
    grouped = _kept(faults, lambda: read_groups(groups, read))
    if faults or good is None or weights is None or grouped is None:
        raise InputError(faults)
    refuse_few(good, *grouped)
    return _fitted(read, good, grouped, weights, seed)


def _kept(faults: list[Fault], call: Any) -> Any:
    """Return what a call returns; None where it fails, with its faults kept."""
    try:
        return call()
    except InputError as error:
        faults.extend(error.faults)
        return None


def _names(audit: Any, faults: list[Fault]) -> tuple[str, ...]:
    """Return the names in a list of them, or the one."""
    names = (audit,) if isinstance(audit, str) else tuple(audit) if isinstance(audit, Iterable) else (None,)
    if not all(isinstance(name, str) for name in names):
        faults.append(Fault(("audit",), "no_names", "must be a list of names"))
        return ()
    return names


def _audited(read: Values, given: Any, audit: tuple[str, ...]) -> list[Fault]:
    """Return a fault for every criterion that is named as audit, or that reads such a field."""
    matrix = getattr(given, "scores", given)
    fields = getattr(matrix, "fields", None)
    found = []
    for name in read.names:
        reads = (fields(name) or ()) if read.people is not None and fields is not None else ()
        if name in audit or set(reads) & set(audit):
            msg = "is for the audit alone; leave it out of what is learned from"
            found.append(Fault(("values", name), "audit", msg))
    return found


def _fitted(read: Values, good: Any, grouped: tuple[Any, str], weights: Any, seed: int) -> Learned:
    """Fit and examine, with the pairs in an order that is not the listing's."""
    groups, kind = grouped
    alone = kind == "pairs"
    order = np.lexsort((*read.values.T, good, *(() if alone else (groups,))))
    # shuffled, so that pairs of one chance stand in no order of their outcomes
    order = order[np.random.default_rng([seed, 0]).permutation(len(order))]
    values, good = read.values[order], good[order]
    groups = np.arange(len(order)) if alone else groups[order]
    report = examined(values, good, groups, kind, weights, seed)
    model, _ = fit.learned(values, good, groups, weights, np.random.default_rng([seed, 3]))
    total = float(model.coefficients.sum())
    shares = model.coefficients / total if total > 0 else weights
    return Learned(
        criteria=tuple(
            LearnedWeight(name, float(share), float(own), float(coefficient), float(mean), span)
            for name, share, own, coefficient, mean, span in zip(
                read.names, shares, weights, model.coefficients, model.means, read.ranges, strict=True
            )
        ),
        intercept=model.intercept,
        pull=None if np.isinf(model.pull) else model.pull,
        freedom=model.freedom,
        seed=seed,
        report=report,
    )

"""Intervals against what they are by definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.evaluation.groups import coverage_by_group
from mentormatch.evaluation.intervals import Z, area_interval, areas, wilson
from mentormatch.evaluation.tables import text_table


def counted(scores, good):
    """The area by its definition: every two of a good and a bad pair, one by one."""
    above, below = scores[good], scores[~good]
    return np.mean([(a > b) + 0.5 * (a == b) for a in above for b in below])


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_ends_where_the_score_test_does(successes, more):
    """At each end of the interval the share that was seen is exactly 1.96 standard errors away."""
    times = successes + more - 1 or 1
    successes = min(successes, times)
    share, (low, high) = successes / times, wilson(successes, times)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            assert abs(share - end) == pytest.approx(Z * np.sqrt(end * (1 - end) / times))


def test_wilson_of_nothing_is_everything():
    """Where nothing was tried, nothing is known."""
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 12))
def test_areas_are_counts_of_two_pairs(seed, good, bad):
    """The area is the share of good-and-bad twos in the right order, ties counted half."""
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random((3, good + bad)), 1)
    is_good = rng.permutation(good + bad) < good
    assert areas(scores, is_good).area == pytest.approx([counted(each, is_good) for each in scores])


def test_covariances_are_those_of_delong():
    """The covariance is that of the structural components, as DeLong and others define them."""
    rng = np.random.default_rng(4)
    scores, is_good = np.round(rng.random((2, 30)), 1), rng.random(30) < 0.4
    above, below = scores[:, is_good], scores[:, ~is_good]
    order = (above[:, :, None] > below[:, None, :]) + 0.5 * (above[:, :, None] == below[:, None, :])
    v10, v01 = order.mean(axis=2), order.mean(axis=1)
    expected = np.cov(v10) / above.shape[1] + np.cov(v01) / below.shape[1]
    assert areas(scores, is_good).covariance == pytest.approx(expected)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of many samples with a known area about 95 in 100 intervals hold it."""
    rng = np.random.default_rng(1)
    truth, held = 0.76024993890652, 0  # of two normals one apart
    for _ in range(400):
        scores = np.concatenate([rng.normal(1, 1, 40), rng.normal(0, 1, 60)])[None]
        found = areas(scores, np.arange(100) < 40)
        low, high = area_interval(float(found.area[0]), float(found.covariance[0, 0]), 40, 60)
        held += low <= truth <= high
    assert 0.92 <= held / 400 <= 0.98


@pytest.mark.parametrize("area", [0.0, 1.0])
def test_a_perfect_area_still_has_a_width(area):
    """Where all good pairs score higher, or all lower, the interval is narrower with more pairs, never a point."""
    few, many = area_interval(area, 0.0, 10, 10), area_interval(area, 0.0, 100, 100)
    assert few[0] <= many[0] <= area <= many[1] <= few[1]
    assert 0.01 < many[1] - many[0] < few[1] - few[0] < 0.5


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_no_small_group_can_be_made_out(people):
    """A hidden group is never alone, unless everybody is in it, and counts are in fives."""
    groups = coverage_by_group([label for label, _ in people], [placed for _, placed in people])
    hidden = [one for one in groups if one.people is None]
    assert len(hidden) != 1 or len(groups) == 1
    for one in groups:
        many = sum(label == one.group for label, _ in people)
        assert one.people is None or (many >= 5 and one.people % 5 == 0 and abs(one.people - many) <= 2)
        assert one.people is not None or one.placed is None
    assert [one.group for one in groups] == sorted({label for label, _ in people})


def test_a_table_of_text_is_aligned():
    """First columns stand left, numbers right, and what is not shown is counted."""
    assert text_table(("a", "b"), [("one", "1"), ("two", "22"), ("three", "3")], most=2) == [
        "a     b",
        "one   1",
        "two  22",
        "… and 1 more",
    ]

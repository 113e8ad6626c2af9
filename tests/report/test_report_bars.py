import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.report.bars import distribution, pieces

finite = st.floats(-1e6, 1e6)


@given(st.lists(finite))
def test_pieces_lie_end_to_end_within_the_bar(contributions):
    """Whatever the contributions are, the pieces follow one another and none leaves the bar."""
    laid = pieces(contributions)
    assert all(one.start + one.length == pytest.approx(two.start) for one, two in itertools.pairwise(laid))
    assert all(0 <= one.start <= 1 + 1e-9 and 0 <= one.length <= 1 for one in laid)
    assert sum(one.length for one in laid) <= 1 + 1e-9


@given(st.lists(finite, min_size=1))
def test_every_score_is_counted_once(scores):
    """The bins' counts sum to the number of scores, and the tallest bin has the full height."""
    bins = distribution(scores, min(scores), max(scores))
    assert sum(one.count for one in bins) == len(scores)
    assert max(one.height for one in bins) == 1.0


def test_bin_edges_are_where_people_expect_them():
    """A score of 0.3 counts from 0.3 up although 0.3 / 0.1 is a hair below three; 1 counts in the last bin."""
    assert [one.count for one in distribution([0.0, 0.3, 0.7, 1.0], 0.0, 1.0)] == [1, 0, 0, 1, 0, 0, 0, 1, 0, 1]
    assert distribution([], 0.0, 1.0) == []

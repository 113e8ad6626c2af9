import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from mentormatch.scoring import exact
from mentormatch.scoring.exact import ExactProduct, presence, whole_weights

EVERYTHING = slice(None)


@st.composite
def factors(draw):
    """Two whole-number matrices over one set of columns, with many zeros and awkwardly large entries."""
    n, m, columns = (draw(st.integers(1, 6)) for _ in range(3))
    number = st.one_of(st.just(0), st.integers(0, 3), st.integers(-(2**22), 2**22))
    return tuple(
        np.array(draw(st.lists(number, min_size=rows * columns, max_size=rows * columns)), dtype=float).reshape(
            rows, columns
        )
        for rows in (n, m)
    )


@settings(deadline=None)
@given(factors(), st.booleans())
def test_products_are_exact_whichever_way_columns_are_held(both, dense):
    """Dense or sparse columns, blocks or pairs: the product is the one of Python's whole numbers."""
    left, right = both
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_ALWAYS_DENSE", 128 if dense else 0)
        patch.setattr(exact, "_DENSE_SHARE", 0.0 if dense else 0.5)
        product = ExactProduct(sparse.csr_matrix(left), sparse.csr_matrix(right))
        block = product.block(EVERYTHING, EVERYTHING)
    expected = [[sum(int(a) * int(b) for a, b in zip(one, other, strict=True)) for other in right] for one in left]
    assert block.tolist() == expected
    i, j = (part.ravel() for part in np.indices(block.shape))
    assert np.array_equal(product.pairs(i, j), block.ravel())
    for row, column in zip(i.tolist(), j.tolist(), strict=True):
        columns, adds = product.common(row, column)
        assert columns.tolist() == np.flatnonzero(left[row] * right[column]).tolist()
        assert adds.sum() == block[row, column]


def test_single_precision_is_used_only_while_it_is_exact():
    """Sums below 2**24 are held in float32, larger ones in float64, and both are exact."""
    small = ExactProduct(*[sparse.csr_matrix(np.full((2, 3), 5.0))] * 2)
    large = ExactProduct(*[sparse.csr_matrix(np.full((2, 3), 4097.0))] * 2)
    assert small._split[0].dtype == np.float32
    assert large._split[0].dtype == np.float64
    assert large.block(EVERYTHING, EVERYTHING)[0, 0] == 3 * 4097**2


def test_factors_too_fine_for_an_exact_product_are_refused():
    """Sums that could reach 2**53 are never rounded silently."""
    with pytest.raises(OverflowError):
        ExactProduct(*[sparse.csr_matrix(np.full((1, 2), 2.0**26))] * 2)


def test_whole_numbers_stay_and_others_keep_their_proportions():
    """Small whole weights are kept as they are; a row with fractions is scaled as one, and no weight is lost."""
    weights = whole_weights(sparse.csr_matrix([[3.0, 1.0, 0.0], [0.5, 0.25, 0.0], [1.0, 1e-12, -4.0]]))
    assert weights.toarray()[0].tolist() == [3, 1, 0]
    assert weights.toarray()[1].tolist() == [2**20, 2**19, 0]
    assert weights.toarray()[2].tolist() == [2**20, 1, 0]


def test_presence_is_one_where_there_is_weight():
    """Weights above zero count as there, others as not said."""
    assert presence(sparse.csr_matrix([[3.0, 0.2, 0.0, -1.0]])).toarray()[0].tolist() == [1, 1, 0, 0]

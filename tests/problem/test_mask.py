"""Listed pairs in rectangles."""

import numpy as np

from mentormatch.problem.mask import Listed


def test_listed_pairs_are_found_in_any_rectangle_as_a_table_has_them() -> None:
    """Whatever rows and columns are asked for, listed pairs stand where a table has them."""
    rng = np.random.default_rng(0)
    table = rng.random((17, 23)) < 0.2
    listed = Listed(*np.nonzero(table), table.shape)
    sides = [
        (slice(None), slice(3, 11)),
        (rng.integers(0, 17, 9), rng.integers(0, 23, 12)),
        (slice(2, 9, 3), slice(1, 20, 4)),
    ]
    for rows, columns in sides:
        expected = table[rows][:, columns]
        found = np.zeros_like(expected)
        found[listed.within(rows, columns)] = True
        assert (found == expected).all()
    i, j = rng.integers(0, 17, 50), rng.integers(0, 23, 50)
    assert (listed.holds(i, j) == table[i, j]).all()

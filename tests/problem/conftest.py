"""An oracle that lists every matching of a small table."""

from itertools import combinations, product

import numpy as np
import pytest


def _every_matching(table, capacity, demand):
    """Yield each matching within the bounds as a set of pairs; NaN closes a pair."""
    n, m = table.shape
    choices = [
        [
            chosen
            for size in range(low, high + 1)
            for chosen in combinations([j for j in range(m) if not np.isnan(table[i, j])], size)
        ]
        for i, (low, high) in zip(range(n), demand, strict=True)
    ]
    for choice in product(*choices):
        loads = [sum(j in chosen for chosen in choice) for j in range(m)]
        if all(low <= load <= high for load, (low, high) in zip(loads, capacity, strict=True)):
            yield {(i, j) for i, chosen in enumerate(choice) for j in chosen}


@pytest.fixture(scope="session")
def every_matching():
    return _every_matching

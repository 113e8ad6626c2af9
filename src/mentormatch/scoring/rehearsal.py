"""A few inner products that call the compiled functions of scoring with the types of real ones."""

from __future__ import annotations

import numpy as np

from mentormatch.scoring.dots import dots
from mentormatch.scoring.sharing import add_where_shared


def rehearse() -> None:
    """Multiply some rows of small matrices, and compare some words."""
    side = np.array([0, 1, 2]), np.array([0, 1], np.int32), np.ones(2)
    rows = np.arange(2)
    dots(side, side, rows, rows, 2)
    for kind in (np.uint32, np.uint64):
        add_where_shared(np.zeros((2, 2), np.float32), rows.astype(kind), rows.astype(kind), np.float32(1))

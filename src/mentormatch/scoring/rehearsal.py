"""A few inner products that call the compiled functions of scoring with the types of real ones."""

from __future__ import annotations

import numpy as np

from mentormatch.scoring.dots import dots


def rehearse() -> None:
    """Multiply some rows of small matrices."""
    side = np.array([0, 1, 2]), np.array([0, 1], np.int32), np.ones(2)
    rows = np.arange(2)
    dots(side, side, rows, rows, 2)

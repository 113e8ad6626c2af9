"""A small sweep that calls the compiled functions beside the kernel with the types of real ones."""

from __future__ import annotations

import numpy as np

from mentormatch.network import Screen
from mentormatch.solvers.sweep import Wanted, sweep


def rehearse() -> None:
    """Sweep a few rows, all columns and some of them, as large problems do."""
    factors = np.eye(4, 3, dtype=np.float32)
    screen = Screen(factors, factors, np.zeros(4))
    rows, zero = np.arange(4), np.zeros(4, np.float32)
    for columns in (None, rows):
        sweep(screen, rows, columns, Wanted(zero, zero - 1, 2))

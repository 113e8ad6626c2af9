"""Factors that somebody else's scorer states: read once, checked, and who answered found out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.public import goes_on, raised
from mentormatch.scoring.factors import Factors, who

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.people import Pool
    from mentormatch.scoring.registry import Weighted

AGREE: Final = 1e-9
"""How far the product of a scorer's factors may be off its block."""


def given_factors(spec: Weighted, pool: Pool, block: Any) -> Factors | None:
    """Return what ``factors(pool)`` of a scorer says, or None where it has no such method.

    Raises
    ------
    InputError
        It raised, or did not return one row of finite numbers for each person (a row with NaN
        is somebody who did not answer).
    """
    if not hasattr(spec.scorer, "factors"):
        return None
    failure, found = "", None
    try:
        sides = spec.scorer.factors(pool)
        found = stated_factors(sides[0], sides[1], getattr(block, "answered", None))
    except Exception as error:
        if goes_on(error):
            raise
        failure = raised(error)
    if failure:
        msg = f'scorer "{spec.name}" {failure} when it was asked for its factors'
        raise InputError(Fault(("scorers", spec.name), "scorer_raised", msg))
    if found is None or (found.left.shape[0], found.right.shape[0]) != pool.shape:
        msg = f'factors() of scorer "{spec.name}" did not return a row of finite numbers for each mentee and mentor'
        raise InputError(Fault(("scorers", spec.name), "wrong_shape", msg))
    return found


def stated_factors(left: Any, right: Any, answered: Any = None) -> Factors | None:
    """Return two matrices as factors; None where they do not go together.

    A value is known where neither row has NaN in it and, where the block says who answered, both did.
    """
    sides, silent = zip(*(_side(side) for side in (left, right)), strict=True)
    if sides[0] is None or sides[1] is None or sides[0].shape[1] != sides[1].shape[1]:
        return None
    told = [~side for side in silent]
    if answered is not None:
        told = [one & np.asarray(other, dtype=bool) for one, other in zip(told, answered, strict=True)]
    rows = [_only(side, one) for side, one in zip(sides, told, strict=True)]
    return Factors(rows[0], rows[1], who((told[0], told[1])), error=AGREE)


def _side(given: Any) -> tuple[Any, Any]:
    """Return one side as a float64 array or CSR matrix with NaN as 0, and which rows had any."""
    sparse = hasattr(given, "tocsr")
    side: Any = given.tocsr(copy=True).astype(np.float64) if sparse else np.array(given, dtype=np.float64)
    data = side.data if sparse else side
    if side.ndim != 2 or np.isinf(data).any():
        return None, None
    missing = np.isnan(data)
    if sparse:
        silent = np.zeros(side.shape[0], dtype=bool)
        silent[np.repeat(np.arange(side.shape[0]), np.diff(side.indptr))[missing]] = True
        side.sum_duplicates()
        side.data[np.isnan(side.data)] = 0.0
        return side, silent
    side[missing] = 0.0
    return side, missing.any(axis=1)


def _only(side: Any, told: NDArray[np.bool_]) -> Any:
    """Return a side with nothing in the rows of who did not answer."""
    if hasattr(side, "indptr"):
        side.data[np.repeat(~told, np.diff(side.indptr))] = 0.0
    else:
        side[~told] = 0.0
    return side

"""What each criterion really decides, beside the weight that it was given."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.evaluation.tables import as_json, native_frame, percent, text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CriterionInfluence:
    """Weight and influence of one criterion.

    Attributes
    ----------
    criterion
        Its name.
    weight
        Its share of the weight, 0 to 1.
    share
        Its share of the variance of scores between the mentors that a mentee could have; the shares sum to 1. Below 0
        where it mostly works against the others; all 0 where every mentor scores the same for everybody.
    changed
        How many pairs of the matching are not made without it.
    """

    criterion: str
    weight: float
    share: float
    changed: int


@dataclass(frozen=True, repr=False)
class Influence:
    """Nominal weight beside real influence; made by ``problem.influence()``.

    Attributes
    ----------
    criteria
        One a criterion, sorted by name; iterating goes over them.
    pairs
        How many pairs the matching has.
    """

    criteria: tuple[CriterionInfluence, ...]
    pairs: int

    def __iter__(self) -> Iterator[CriterionInfluence]:
        return iter(self.criteria)

    def __len__(self) -> int:
        return len(self.criteria)

    def text(self) -> str:
        """Say it as a table."""
        rows = [
            (one.criterion, percent(one.weight), percent(one.share), f"{one.changed} of {self.pairs}")
            for one in self.criteria
        ]
        return "\n".join(text_table(("criterion", "weight", "influence", "pairs that change without it"), rows))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"pairs": self.pairs, "criteria": [asdict(one) for one in self.criteria]}

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON."""
        return as_json(self.to_dict())

    def to_frame(self, backend: str | None = None) -> Any:
        """Return a data frame with a row for each criterion; see :meth:`Sensitivity.to_frame`."""
        names = ("criterion", "weight", "share", "changed")
        return native_frame({name: [getattr(one, name) for one in self.criteria] for name in names}, backend)

    def __repr__(self) -> str:
        told = ", ".join(f"{one.criterion} {one.weight:.0%} → {one.share:.0%}" for one in self.criteria)
        return f"Influence({told or 'no criteria'})"


def spread_shares(blocks: Iterable[NDArray[np.float64]], criteria: int) -> list[float]:
    """Share the variance of sums within rows out over what is summed.

    Parameters
    ----------
    blocks
        Contributions of some rows each (rows × columns × criteria); their sum over criteria is the score.
    criteria
        How many there are.

    Returns
    -------
    list of float
        One share a criterion: the covariance of its contribution with the score, over the variance of the score,
        both summed over rows. They sum to 1; all are 0 where nothing varies.

    Notes
    -----
    Shorrocks, *Inequality decomposition by factor components*, Econometrica 50 (1982): the only rule of
    its kind that treats components alike and does not depend on how finely they are cut.
    """
    total, unit = np.zeros(criteria), 1.0
    for found in blocks:
        most = float(np.abs(found).max(initial=0.0))
        if most > unit:  # squares of large scores would be infinite
            total, unit = total * (unit / most) ** 2, most
        block = found / unit
        apart = block - block.mean(axis=1, keepdims=True) if block.shape[1] else block
        total += np.einsum("ijk,ij->k", apart, apart.sum(axis=2))
    every = float(total.sum())
    if every <= _NOTHING * max(1, criteria):
        return [0.0] * criteria
    return [float(one) for one in total / every]


_NOTHING = 1e-18
"""Variance that is nothing but rounding."""

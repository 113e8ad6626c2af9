"""Traits: whether the two are alike where that helps, and different where that does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.frozen import Frozen
from mentormatch.people.values import fold
from mentormatch.scoring.trait_block import TraitsBlock

if TYPE_CHECKING:
    from mentormatch.people import Pool
    from mentormatch.scoring.protocols import Floats


@dataclass(frozen=True)
class TraitFit:
    """How well two people's traits go together: alike by default, different where stated.

    Per trait, with d = abs(mentee - mentor) / (highest - lowest): similarity is 1 - d and
    complementarity is d. value = the mean over the traits that both answered.

    **Range**: 0 to 1; 1 is equal on every trait (opposite ends on a complementary one).
    **Unknown**: no trait is answered by both. Traits are the same when their names are, bar
    case and spacing; answering more of them does not raise the value by itself.

    Parameters
    ----------
    scale
        Lowest and highest possible answer; an answer outside is an `InputError`.
    complementary
        Traits where different is better.
    traits
        The traits that count; None: every one.

    Notes
    -----
    Gower's coefficient, *A general coefficient of similarity*, Biometrics 27 (1971): the
    mean of range-scaled similarities over what both have.
    """

    name: ClassVar[str] = "traits"
    fields: ClassVar[tuple[str, ...]] = ("traits",)

    scale: tuple[float, float] = (1.0, 5.0)
    complementary: tuple[str, ...] = ()
    traits: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        low, high = self.scale
        if not -float("inf") < low < high < float("inf"):
            msg = f"{self.name}: scale must be two finite numbers, the lowest answer first"
            raise InputError(msg)
        for field in ("scale", "complementary", "traits"):
            value = getattr(self, field)
            if value is not None:
                object.__setattr__(self, field, tuple(value))

    def bind(self, pool: Pool) -> TraitsBlock:
        """Return the block of these people."""
        sides = [_Answers(side) for side in pool.objects("traits")]
        labels: dict[str, str] = {}
        for key, label in sorted((fold(label), label) for label in {*sides[0].names, *sides[1].names}):
            labels.setdefault(key, label)
        if self.traits is not None:
            wanted = {fold(name) for name in self.traits}
            labels = {key: label for key, label in labels.items() if key in wanted}
        arrays = [side.table(list(labels)) for side in sides]
        self._check(arrays, (pool.mentee_ids, pool.mentor_ids))
        opposite = {fold(name) for name in self.complementary}
        flags = tuple(key in opposite for key in labels)
        return TraitsBlock.of(arrays[0], arrays[1], tuple(labels.values()), flags, self.scale)

    def _check(self, arrays: list[Floats], ids: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        low, high = self.scale
        faults = []
        for side, table, names in zip(("mentees", "mentors"), arrays, ids, strict=True):
            for row in np.flatnonzero(((table < low) | (table > high)).any(axis=1)):
                msg = f"an answer is outside the scale {low:g} to {high:g} of TraitFit(scale=...)"
                faults.append(Fault((side, int(row), "traits"), "outside_scale", msg, int(row), names[row]))
        if faults:
            raise InputError(faults)


class _Answers:
    """One side's answers as flat arrays; people who named the same traits in the same order are looked up once."""

    def __init__(self, side: Iterable[Any]) -> None:
        self._orders: list[tuple[str, ...]] = []
        self._values: list[float] = []
        for given in side:
            told = given if type(given) is Frozen else dict(given or ())
            self._orders.append(tuple(told))
            self._values.extend(told.values())
        self.names = set(chain.from_iterable(set(self._orders)))

    def table(self, keys: list[str]) -> Floats:
        """Return (people × keys) answers, NaN where there is none."""
        column = {key: k for k, key in enumerate(keys)}
        at = {order: [column.get(fold(name), -1) for name in order] for order in set(self._orders)}
        sizes = [len(order) for order in self._orders]
        rows = np.repeat(np.arange(len(sizes)), sizes)
        columns = np.fromiter(chain.from_iterable(at[order] for order in self._orders), np.int64, len(rows))
        values = np.array(self._values, dtype=np.float64)
        table = np.full((len(sizes), len(keys)), np.nan)
        here = columns >= 0
        table[rows[here], columns[here]] = values[here]
        return table

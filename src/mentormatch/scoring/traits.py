"""Traits: whether the two are alike where that helps, and different where that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.values import fold
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.people import Pool


@dataclass(frozen=True, eq=False)
class _TraitsBlock(ShippedBlock):
    """Trait by trait, in one fixed order of plain sums: no product, so nothing to round differently."""

    mentees: Floats
    mentors: Floats
    labels: tuple[str, ...]
    complementary: tuple[bool, ...]
    span: float

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return np.any(~np.isnan(self.mentees), axis=1), np.any(~np.isnan(self.mentors), axis=1)

    def _value(self, mentees: Floats, mentors: Floats, shape: tuple[int, ...]) -> Floats:
        """Mean over traits; the arrays have one trait per entry of their first axis and broadcast to `shape`."""
        total, known = np.zeros(shape), np.zeros(shape)
        for one, other, complementary in zip(mentees, mentors, self.complementary, strict=True):
            value = one - other
            np.abs(value, out=value)
            value /= self.span
            if not complementary:
                np.subtract(1.0, value, out=value)
            if np.isnan(one).any() or np.isnan(other).any():
                both = ~np.isnan(value)
                np.copyto(value, 0.0, where=~both)
                known += both
            else:
                known += 1.0
            total += value
        known[known == 0] = np.nan
        total /= known
        return total

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        one, other = self.mentees[mentees].T[:, :, None], self.mentors[mentors].T[:, None, :]
        return self._value(one, other, (one.shape[1], other.shape[2]))

    def pairs(self, i: Ints, j: Ints) -> Floats:
        return self._value(self.mentees[i].T, self.mentors[j].T, (len(i),))

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        both = ~np.isnan(self.mentees[i] - self.mentors[j])
        return tuple(sorted(label for label, known in zip(self.labels, both, strict=True) if known))

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        both = ~np.isnan(self.mentees[i] - self.mentors[j])
        memo: dict[bytes, tuple[str, ...]] = {}
        found = []
        for known in both:
            key = known.tobytes()
            if key not in memo:
                memo[key] = tuple(sorted(label for label, one in zip(self.labels, known, strict=True) if one))
            found.append(memo[key])
        return found


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

    def bind(self, pool: Pool) -> _TraitsBlock:
        """Return the block of these people."""
        answers = [[_answers(person) for person in side] for side in pool.objects("traits")]
        labels: dict[str, str] = {}
        for key, label in sorted((key, label) for side in answers for one in side for key, (label, _) in one.items()):
            labels.setdefault(key, label)
        if self.traits is not None:
            wanted = {fold(name) for name in self.traits}
            labels = {key: label for key, label in labels.items() if key in wanted}
        arrays = [_table(side, list(labels)) for side in answers]
        self._check(arrays, (pool.mentee_ids, pool.mentor_ids))
        opposite = {fold(name) for name in self.complementary}
        flags = tuple(key in opposite for key in labels)
        return _TraitsBlock(arrays[0], arrays[1], tuple(labels.values()), flags, float(self.scale[1] - self.scale[0]))

    def _check(self, arrays: list[Floats], ids: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        low, high = self.scale
        faults = []
        for side, table, names in zip(("mentees", "mentors"), arrays, ids, strict=True):
            for row in np.flatnonzero(((table < low) | (table > high)).any(axis=1)):
                msg = f"an answer is outside the scale {low:g} to {high:g} of TraitFit(scale=...)"
                faults.append(Fault((side, int(row), "traits"), "outside_scale", msg, int(row), names[row]))
        if faults:
            raise InputError(faults)


def _answers(given: Any) -> dict[str, tuple[str, float]]:
    """Return one person's traits by folded name: the name as written, and the number."""
    if given is None:
        return {}
    items = given.items() if isinstance(given, Mapping) else given
    return {fold(name): (name, float(value)) for name, value in items if value is not None}


def _table(side: list[dict[str, tuple[str, float]]], keys: list[str]) -> Floats:
    column = {key: k for k, key in enumerate(keys)}
    table = np.full((len(side), len(keys)), np.nan)
    for row, one in enumerate(side):
        for key, (_, value) in one.items():
            if key in column:
                table[row, column[key]] = value
    return table

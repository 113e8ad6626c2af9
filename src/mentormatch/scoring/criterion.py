"""One criterion bound to people: its values checked, made canonical, and its mean."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.errors import Fault, InputError
from mentormatch.people.public import goes_on, raised
from mentormatch.scoring.factors import Clipped, Factors, Kinds, Stated, mean
from mentormatch.scoring.foreign import given_factors
from mentormatch.scoring.function import FunctionBlock, pair_fault
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, count, positions, take

if TYPE_CHECKING:
    from mentormatch.people import Pool
    from mentormatch.scoring.registry import Weighted

ALL_PAIRS = 4_000_000
"""Up to so many pairs every one is looked at for the mean; above, factors give it, or a sample fixed by the ids."""

_SAMPLE = 1_000_000
_GRID = 2**32
_DECIMALS = 12
_NEAR = 4e-3
"""A value this near a rounding boundary, in units of the last decimal, is looked at by itself."""

_TILE = 1 << 18
"""Cells scored at a time: their temporaries stay in the processor's cache."""


@dataclass(eq=False)
class Criterion:
    """A bound criterion.

    Attributes
    ----------
    name, weight, fields
        As the scorer says; weight as given, later its share of the total.
    block
        What the scorer's ``bind`` returned.
    ids
        Of mentees and mentors, for messages.
    default
        What unknown counts as: the mean over the known pairs.
    values
        Every value, where they are kept.
    given
        The factors that somebody else's scorer states.
    lots
        Side -> the hash of each id, as far as they were needed: one for all criteria of the same people.
    """

    name: str
    weight: float
    fields: tuple[str, ...] | None
    block: Any
    ids: tuple[tuple[str, ...], tuple[str, ...]]
    default: float = 0.0
    values: Floats | None = field(default=None, repr=False)
    given: Factors | None = field(default=None, repr=False)
    lots: dict[str, NDArray[np.uint64]] = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of mentees and of mentors."""
        return len(self.ids[0]), len(self.ids[1])

    @property
    def ours(self) -> bool:
        """Whether the block needs no checks."""
        return isinstance(self.block, ShippedBlock | FunctionBlock)

    def stated(self) -> Stated:
        """Return what the values are made of, where the block or the scorer tells; fresh arrays."""
        if isinstance(self.block, ShippedBlock) and hasattr(self.block, "factors"):
            found: Stated = self.block.factors()
            return found
        return self.given

    def rectangle(self, rows: Rows, columns: Rows) -> Floats:
        """Return a fresh array with the values of a rectangle; NaN unknown."""
        if self.values is not None:
            return _pick(self.values, rows, columns)
        if self.ours:
            out: Floats = self.block(rows, columns)
            return out
        return self._foreign(positions(rows, self.shape[0]), positions(columns, self.shape[1]))

    def pairs(self, i: Ints, j: Ints) -> Floats:
        """Return the values of single pairs, bit for bit those of any rectangle."""
        if self.values is not None:
            return self.values[i, j]
        if self.ours:
            out: Floats = self.block.pairs(i, j)
            return out
        if hasattr(self.block, "pairs"):
            return self._alone(i, j)
        out = np.empty(len(i))
        order = np.argsort(i, kind="stable")
        rows, starts = np.unique(i[order], return_index=True)
        for row, part in zip(rows, np.split(order, starts[1:]), strict=False):
            out[part] = self._foreign(np.array([row], dtype=np.int64), j[part])[0]
        return out

    def gains(self, i: Ints, j: Ints) -> tuple[Floats, Floats] | None:
        """Return what each side gains by single pairs, where the criterion tells."""
        if not hasattr(self.block, "gains"):
            return None
        both = self._called(self._both_gains, (i, j), (2, len(i)))
        for side in both:
            self._check(side, i, j)
        return both[0], both[1]

    def _both_gains(self, i: Ints, j: Ints) -> Floats:
        return np.stack(self.block.gains(i, j))

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        """Return the answers that one pair's value rests on."""
        return tuple(map(str, self.block.shared(i, j))) if hasattr(self.block, "shared") else ()

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        """Return the answers that the values of single pairs rest on."""
        if hasattr(self.block, "shared_pairs") and self.ours:
            found: list[tuple[str, ...]] = self.block.shared_pairs(i, j)
            return found
        if not hasattr(self.block, "shared"):
            return [()] * len(i)
        return [self.shared(one, other) for one, other in zip(i.tolist(), j.tolist(), strict=True)]

    # --- blocks of others ---------------------------------------------------------------------------------------

    @property
    def _exact(self) -> bool:
        return bool(getattr(self.block, "exact", False))

    def _foreign(self, rows: Ints, columns: Ints) -> Floats:
        values = self._called(self.block, (rows, columns), (len(rows), len(columns)))
        self._check(values, rows[:, None], columns[None, :])
        if self._exact:
            return values
        grain = values * 10.0**_DECIMALS
        near = np.abs(grain - np.floor(grain) - 0.5) < _NEAR
        out = np.round(values, _DECIMALS)
        if near.any():
            at_row, at_column = np.nonzero(near)
            out[near] = self._alone(rows[at_row], columns[at_column])
        return out

    def _alone(self, i: Ints, j: Ints) -> Floats:
        """Return values that no blocking can change: by the block's own pairs, else each pair by itself."""
        if hasattr(self.block, "pairs"):
            values = self._called(self.block.pairs, (i, j), (len(i),))
        else:
            ones = [(i[k : k + 1], j[k : k + 1]) for k in range(len(i))]
            values = np.array([self._called(self.block, one, (1, 1))[0, 0] for one in ones], dtype=np.float64)
        self._check(values, i, j)
        return values if self._exact else np.round(values, _DECIMALS)

    def _called(self, function: Any, at: tuple[Ints, Ints], shape: tuple[int, ...]) -> Floats:
        """Call somebody else's code and return its answer as a fresh float64 array of the right shape."""
        failure, out = _attempt(function, *at)
        if out is None:
            raise InputError(self._blamed(function, at, failure, rectangle=len(shape) == 2))
        if out.shape != shape:
            msg = f'scorer "{self.name}" returned an array of shape {out.shape} where {shape} was asked for'
            raise InputError(Fault(("scorers", self.name), "wrong_shape", msg))
        return out

    def _blamed(self, function: Any, at: tuple[Ints, Ints], failure: str, *, rectangle: bool) -> Fault:
        """Return the fault with the pair at which the code fails, found by halving what it was asked for."""
        i, j = at
        while rectangle and len(i) * len(j) > 1:
            if len(i) >= len(j):
                halves = [(i[: len(i) // 2], j), (i[len(i) // 2 :], j)]
            else:
                halves = [(i, j[: len(j) // 2]), (i, j[len(j) // 2 :])]
            failing = [(half, told) for half in halves for told, out in [_attempt(function, *half)] if out is None]
            if not failing:
                break
            (i, j), failure = failing[0]
        if not len(i) or not len(j):
            return Fault(("scorers", self.name), "scorer_raised", f'scorer "{self.name}" {failure}')
        return pair_fault(self.name, "scorer_raised", failure, self.ids[0][i[0]], self.ids[1][j[0]])

    def _check(self, values: Floats, i: Ints, j: Ints) -> None:
        """Refuse values outside 0 to 1, naming the first pair."""
        wrong = (values < 0) | (values > 1)
        if wrong.any():
            first = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
            row, column = np.broadcast_to(i, wrong.shape)[first], np.broadcast_to(j, wrong.shape)[first]
            msg = "returned a value outside 0 to 1"
            raise InputError(pair_fault(self.name, "outside_0_1", msg, self.ids[0][row], self.ids[1][column]))

    # --- the mean -----------------------------------------------------------------------------------------------

    def nobody_answered(self) -> bool:
        """Whether the block itself says that no pair can be known."""
        answered = getattr(self.block, "answered", None)
        return answered is not None and not (np.any(answered[0]) and np.any(answered[1]))

    def mean(self, *, keep: bool) -> float | None:
        """Return the mean over the known pairs, rules ignored; None where there is none.

        A sum of whole multiples of 2**-32, so that no order of adding matters. Above
        `ALL_PAIRS` it is taken from sums over people where the values are inner products,
        else over the people with the lowest hash of their ids.

        Parameters
        ----------
        keep
            Hold on to the values, where they are all looked at.
        """
        n, m = self.shape
        if not n or not m or self.nobody_answered():
            return None
        if n * m <= ALL_PAIRS:
            return self._mean_over(slice(0, n), slice(0, m), keep=keep)
        stated = self.stated()
        found = mean(stated)
        if found is None and isinstance(stated, Clipped) and stated.kinds is not None:
            found = self._mean_of_kinds(stated.kinds)
        if found is not None:
            return found
        rows, columns = self._sample()
        found = self._mean_over(rows, columns, keep=False)
        return found if found is not None else self._mean_over(slice(0, n), slice(0, m), keep=False)

    def _mean_over(self, rows: Rows, columns: Rows, *, keep: bool) -> float | None:
        total = known = 0
        kept = []
        for part in tiles(rows, count(columns)):
            values = self.rectangle(part, columns)
            if keep:
                kept.append(values)
            some = values[~np.isnan(values)]
            total += int(np.rint(some * _GRID).astype(np.int64).sum())
            known += len(some)
        if keep:
            self.values = np.concatenate(kept)
        return total / (known * _GRID) if known else None

    def _mean_of_kinds(self, kinds: tuple[Kinds, Kinds]) -> float | None:
        """Return the mean from one pair of every two kinds of answers; None where those are many too."""
        firsts = kinds[0].first, kinds[1].first
        if len(firsts[0]) * len(firsts[1]) > ALL_PAIRS:
            return None
        people = [np.bincount(side.of[side.of >= 0], minlength=len(side.first)) for side in kinds]
        rows = np.rint(self.rectangle(*firsts) * _GRID).astype(np.int64) @ people[1]
        total = sum(value * many for value, many in zip(rows.tolist(), people[0].tolist(), strict=True))
        return float(total / (int(people[0].sum()) * int(people[1].sum()) * _GRID))

    def _sample(self) -> tuple[Ints, Ints]:
        """Return rows and columns of about a million pairs among who answered, chosen by hash of id."""
        answered = getattr(self.block, "answered", (None, None))
        sides = [
            np.arange(size) if mask is None else np.flatnonzero(mask)
            for size, mask in zip(self.shape, answered, strict=True)
        ]
        few = min(len(sides[0]), len(sides[1]), int(_SAMPLE**0.5))
        many = _SAMPLE // max(few, 1)
        most = (few, many) if len(sides[0]) <= len(sides[1]) else (many, few)
        tagged = zip(sides, ("mentee", "mentor"), self.ids, most, strict=True)
        rows, columns = (
            np.sort(side[self._drawn(tag, ids)[side].argsort(kind="stable")[:n]]) for side, tag, ids, n in tagged
        )
        return rows, columns

    def _drawn(self, tag: str, ids: tuple[str, ...]) -> NDArray[np.uint64]:
        """Return the hash of every id of a side, in an order that is that of its bytes."""
        if tag not in self.lots:
            self.lots[tag] = np.frombuffer(b"".join(_hash(tag, one) for one in ids), ">u8").astype(np.uint64)
        return self.lots[tag]


def bound(spec: Weighted, pool: Pool, fitted: Pool | None = None) -> Criterion:
    """Return the criterion of these people; its statistics are those of ``fitted``, where it can take them from others.

    Raises
    ------
    InputError
        The scorer cannot be bound; its own faults, or its name and what it raised.
    """
    failure = None
    try:
        bind_fitted = None if fitted is None else getattr(spec.scorer, "bind_fitted", None)
        block = spec.scorer.bind(pool) if bind_fitted is None else bind_fitted(pool, fitted)
    except Exception as error:
        if goes_on(error):
            raise
        failure = raised(error)
    if failure is not None:
        msg = f'scorer "{spec.name}" {failure} when it was bound to the people'
        raise InputError(Fault(("scorers", spec.name), "scorer_raised", msg))
    if not callable(block):
        msg = f'bind() of scorer "{spec.name}" did not return a callable block'
        raise InputError(Fault(("scorers", spec.name), "no_block", msg))
    fields = getattr(spec.scorer, "fields", None)
    named = None if fields is None else tuple(fields)
    ids = (tuple(pool.mentee_ids), tuple(pool.mentor_ids))
    lots: dict[str, NDArray[np.uint64]] = pool._cached(("lots",), dict)  # noqa: SLF001  # the cache is for whoever reads a pool
    return Criterion(spec.name, spec.weight, named, block, ids, given=given_factors(spec, pool, block), lots=lots)


def tiles(rows: Rows, width: int) -> list[Rows]:
    """Return `rows` cut into runs of about `_TILE` cells."""
    step = max(1, _TILE // max(width, 1))
    return [take(rows, start, start + step) for start in range(0, count(rows), step)]


def _pick(values: Floats, rows: Rows, columns: Rows) -> Floats:
    if isinstance(rows, slice) or isinstance(columns, slice):
        picked = values[rows][:, columns]
        return picked.copy() if isinstance(rows, slice) and isinstance(columns, slice) else picked
    return values[np.ix_(rows, columns)]


def _attempt(function: Any, i: Ints, j: Ints) -> tuple[str, Floats | None]:
    """Return what somebody else's code raised, or its answer as a fresh float64 array."""
    try:
        return "", np.array(function(i, j), dtype=np.float64)
    except Exception as error:
        if goes_on(error):
            raise
        return raised(error), None


def _hash(tag: str, name: str) -> bytes:
    return hashlib.blake2b(f"{tag}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()

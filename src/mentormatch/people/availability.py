"""The exact minutes that two people have in common in a week.

Somebody is free whenever the clock there shows a time of one of their slots. Minutes are
counted in the week of a given date, from Monday 00:00 to Monday 00:00 UTC, as the clocks run
in it: the same two people may have an hour less in common in the weeks between two changes
of the clock, an hour that is skipped is nobody's, and one that comes twice counts twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from mentormatch.people.slots import WEEK, minutes

if TYPE_CHECKING:
    from mentormatch.people.pool import Pool


class _Week:
    """The week of a day, in UTC from Monday to Monday, and what the clocks of the world show in it."""

    def __init__(self, on: dt.date) -> None:
        self._monday = dt.datetime.combine(on - dt.timedelta(days=on.weekday()), dt.time(), dt.UTC)
        self._clocks: dict[str | None, list[tuple[int, int, int]]] = {None: [(0, WEEK, 0)]}
        self._slots: dict[tuple[str, str | None], list[tuple[int, int]]] = {}

    def slot(self, slot: str, zone: str | None) -> list[tuple[int, int]]:
        """Return when a clock shows a time in the slot, as half-open intervals of minutes of the week."""
        key = (slot, zone)
        if key not in self._slots:
            self._slots[key] = self._found(*minutes(slot), self._clock(zone))
        return self._slots[key]

    @staticmethod
    def _found(start: int, end: int, clock: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
        found = []
        for first, last, ahead in clock:
            for week in (-WEEK, 0, WEEK):  # the week before and the week after may reach into this one
                low, high = max(first, start + week - ahead), min(last, end + week - ahead)
                if low < high:
                    found.append((low, high))
        return found

    def _clock(self, zone: str | None) -> list[tuple[int, int, int]]:
        """Return (first minute, end, minutes ahead of UTC) of every part of the week without a change of the clock."""
        if zone not in self._clocks:
            info = ZoneInfo(zone or "UTC")
            parts, first, before = [], 0, self._ahead(0, info)
            for hour in range(60, WEEK + 60, 60):
                after = self._ahead(hour, info)
                if after != before:
                    change = next(at for at in range(hour - 59, hour + 1) if self._ahead(at, info) == after)
                    parts.append((first, change, before))
                    first, before = change, after
            self._clocks[zone] = [*parts, (first, WEEK, before)]
        return self._clocks[zone]

    def _ahead(self, minute: int, info: ZoneInfo) -> int:
        """Return how many minutes a clock is ahead of UTC at a minute of the week."""
        ahead = (self._monday + dt.timedelta(minutes=minute)).astimezone(info).utcoffset()
        return 0 if ahead is None else round(ahead.total_seconds() / 60)


@dataclass(frozen=True, eq=False, repr=False)
class Overlap:
    """Minutes a week that each mentee and mentor have in common.

    Every number is a sum of whole minutes below 2**24, exact in single precision, so a
    block, a pair and any way of cutting blocks give the same numbers bit for bit.

    Attributes
    ----------
    mentee_known, mentor_known
        Whether a person's hours are known (bool arrays).
    mentee_factors, mentor_factors
        float32 arrays, or CSR where many different times are in use; the product of the
        first with the second transposed is the minutes in common, zero where unknown.
    """

    mentee_known: NDArray[np.bool_]
    mentor_known: NDArray[np.bool_]
    mentee_factors: Any
    mentor_factors: Any

    def block(self, rows: NDArray[np.int64] | slice, cols: NDArray[np.int64] | slice) -> NDArray[np.float64]:
        """Return minutes a week for a rectangle of pairs; NaN where a side is unknown."""
        product = self.mentee_factors[rows] @ self.mentor_factors[cols].T
        dense = product if isinstance(product, np.ndarray) else product.toarray()
        found = dense.astype(np.float64)
        found[~self.mentee_known[rows]] = np.nan
        found[:, ~self.mentor_known[cols]] = np.nan
        return found

    def below(
        self, rows: NDArray[np.int64] | slice, cols: NDArray[np.int64] | slice, minutes: float, *, unknown: bool
    ) -> NDArray[np.bool_]:
        """Return for a rectangle which pairs have less than so many minutes; ``unknown`` where a side is unknown."""
        product = self.mentee_factors[rows] @ self.mentor_factors[cols].T
        dense = product if isinstance(product, np.ndarray) else product.toarray()
        # numbers are whole: fewer than so many minutes are fewer than the next whole number
        few: NDArray[np.bool_] = dense < np.float32(np.ceil(minutes))
        few[~self.mentee_known[rows]] = unknown
        few[:, ~self.mentor_known[cols]] = unknown
        return few

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return minutes a week for pairs, the same numbers as a block; NaN where a side is unknown."""
        found = np.empty(len(i))
        for start in range(0, len(i), 4096):
            part = slice(start, start + 4096)
            left, right = self.mentee_factors[i[part]], self.mentor_factors[j[part]]
            if isinstance(left, np.ndarray):
                found[part] = np.einsum("ij,ij->i", left, right)
            else:
                found[part] = np.asarray(left.multiply(right).sum(axis=1)).ravel()
        found[~(self.mentee_known[i] & self.mentor_known[j])] = np.nan
        return found


_DENSE_SEGMENTS = 1024
"""Up to so many distinct stretches of time a dense matrix is the faster one."""


def overlap_minutes(pool: Pool, on: dt.date) -> Overlap:
    """Return the minutes a week that mentees and mentors have in common.

    Parameters
    ----------
    pool
        People with ``availability`` and ``time_zone``. Where only one time zone is stated
        by anybody, or none, everybody is taken to be in it; where several are, the hours
        of people who state none are unknown.
    on
        A day of the week that is meant, Monday to Monday UTC: clocks are read for that week.

    Returns
    -------
    Overlap
        Exact minutes, by block or by pair.
    """
    slot_sides = pool.objects("availability")
    zone_sides = pool.objects("time_zone")
    stated = sorted({zone for side in zone_sides for zone in side if zone is not None})
    only = stated[0] if len(stated) == 1 else None
    week = _Week(on)
    spans, known = [], []
    for slot_side, zone_side in zip(slot_sides, zone_sides, strict=True):
        zones = [zone or only for zone in zone_side]
        usable = [bool(free) and (zone is not None or not stated) for free, zone in zip(slot_side, zones, strict=True)]
        known.append(np.array(usable, dtype=bool))
        spans.append(_spans(list(slot_side), zones, usable, week))
    edges = np.unique(np.concatenate([part[:, 1:].ravel() for part in spans]))
    factors = [_incidence(part, len(mask), edges) for part, mask in zip(spans, known, strict=True)]
    lengths = np.diff(edges).astype(np.float32)
    weighted = factors[0] * lengths if isinstance(factors[0], np.ndarray) else factors[0].multiply(lengths).tocsr()
    return Overlap(known[0], known[1], weighted, factors[1])


def _spans(
    slot_side: Sequence[Any],
    zones: Sequence[str | None],
    usable: Sequence[bool],
    week: _Week,
) -> NDArray[np.int64]:
    """Return (person, start, end) for every stretch of free time of one side."""
    many: list[int] = []
    parts: list[NDArray[np.int64]] = []
    weeks: dict[tuple[Any, str | None], NDArray[np.int64]] = {}
    nothing = np.empty((0, 2), np.int64)
    for free, zone, use in zip(slot_side, zones, usable, strict=True):
        times = weeks.get((free, zone)) if use else nothing
        if times is None:  # people who are free at the same times are looked up once
            times = weeks[free, zone] = _times(free, zone, week)
        many.append(len(times))
        if len(times):
            parts.append(times)
    people = np.repeat(np.arange(len(many)), many)
    return np.column_stack([people, np.concatenate(parts) if parts else nothing])


def _times(free: Sequence[str], zone: str | None, week: _Week) -> NDArray[np.int64]:
    """Return (start, end) of every stretch of one person's free time."""
    found = [span for slot in free for span in week.slot(slot, zone)]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _incidence(spans: NDArray[np.int64], people: int, edges: NDArray[np.int64]) -> Any:
    """Return people × segments: 1 where somebody is free between two edges."""
    segments = max(len(edges) - 1, 0)
    starts, ends = np.searchsorted(edges, spans[:, 1]), np.searchsorted(edges, spans[:, 2])
    dense = segments <= _DENSE_SEGMENTS
    parts: list[Any] = []
    for first in range(0, max(people, 1), 4096):
        last = min(first + 4096, people)
        inside = (spans[:, 0] >= first) & (spans[:, 0] < last)
        steps = np.zeros((last - first, segments + 1), dtype=np.int32)
        np.add.at(steps, (spans[inside, 0] - first, starts[inside]), 1)
        np.add.at(steps, (spans[inside, 0] - first, ends[inside]), -1)
        free = (np.cumsum(steps, axis=1)[:, :segments] > 0).astype(np.float32)
        parts.append(free if dense else _sparse(free))
    if dense:
        return np.concatenate(parts)
    from scipy.sparse import vstack

    return vstack(parts, format="csr")


def _sparse(array: NDArray[np.float32]) -> Any:
    from scipy.sparse import csr_array

    return csr_array(array)

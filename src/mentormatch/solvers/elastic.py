"""The fewest units by which bounds must give way: an elastic problem, made into an ordinary one.

Bounds give way with the help of people who do not exist, so that the exact solvers find the
fewest units and prove it (elastic programming: Brown & Graves 1975; Chinneck, *Feasibility and
infeasibility in optimization*, 2008).

- Who may fall short of a minimum may be paired with a few *nobodies*, at a cost of one each.
- Whose maximum may be raised has that much more room, and as many *fillers* who take it up; each
  that finds room there is worth one, so that every place beyond the maximum costs one.
- A lock is a pair that is worth one; a pair that a dropped rule forbids costs one.
- A rule over groups has pairs of two who have nobody else, which weigh 1, 2, 4, … on its side and cost
  as much.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from mentormatch.network import Arcs, Bounds, Group, Instance, Linear, Short
from mentormatch.solvers.rows import FREE

if TYPE_CHECKING:
    from collections.abc import Sequence

MIX: Final = np.uint64(0x9E3779B97F4A7C15)


NOBODY: Final = Arcs(np.empty(0, np.int64), np.empty(0, np.int64))
"""No pairs."""


@dataclass(frozen=True, eq=False)
class Soft:
    """Rules over groups that give way together.

    Attributes
    ----------
    rules
        An instance of the same people that holds these rules; nothing else of it is looked at.
    down, up
        The most units by which lower bounds may fall and upper ones may rise.
    drop
        Whether those about two people may be dropped as a whole, at a cost of one.
    unit
        What one unit weighs in a bound on weights.
    """

    rules: Instance
    down: int = 0
    up: int = 0
    drop: bool = False
    unit: int = 1


@dataclass(frozen=True, eq=False)
class Given:
    """How far everything gives way: units by person (mentees, mentors), locks that are kept, units by rule."""

    lowered: tuple[NDArray[np.int64], NDArray[np.int64]]
    raised: tuple[NDArray[np.int64], NDArray[np.int64]]
    kept: NDArray[np.bool_]
    fined: int
    down: tuple[int, ...]
    up: tuple[int, ...]
    dropped: tuple[bool, ...]

    @property
    def units(self) -> int:
        """What it costs in all."""
        people = sum(int(each.sum()) for each in (*self.lowered, *self.raised))
        return people + int((~self.kept).sum()) + self.fined + sum(self.down) + sum(self.up) + sum(self.dropped)


@dataclass(eq=False)
class _Rows:
    """Rows and columns beyond the real ones, with the pairs that are open to them."""

    n: int
    m: int
    pairs: list[tuple[NDArray[np.int64], NDArray[np.int64], int]] = field(default_factory=list)

    def add(self, i: Any, j: Any, worth: int) -> None:
        self.pairs.append((np.asarray(i, np.int64), np.asarray(j, np.int64), worth))

    def beside(self, side: int, people: NDArray[np.int64], worth: int) -> None:
        """Add one who does not exist, for these people of a side."""
        if not len(people):
            return
        if side == 0:
            self.add(people, np.full(len(people), self.m), worth)
            self.m += 1
        else:
            self.add(np.full(len(people), self.n), people, worth)
            self.n += 1

    def single(self, worth: int) -> tuple[int, int]:
        """Add one pair of two who do not exist and have nobody else."""
        self.add([self.n], [self.m], worth)
        self.n, self.m = self.n + 1, self.m + 1
        return self.n - 1, self.m - 1


class Elastic:
    """An elastic problem as an instance, and the way to read its solution.

    Parameters
    ----------
    instance
        The people, their bounds and who may be paired; rules over groups in it are not looked at.
    lower, upper
        By how many units each minimum may fall and each maximum may rise: for each side an int64 array.
    locks
        Pairs that are to be made; they must be allowed.
    fined
        Pairs of which each that is made costs one; they must be allowed.
    soft
        Rules over groups, each giving way as it says.
    must
        Pairs that are made whatever it costs; they must be allowed.

    Raises
    ------
    Short
        Somebody's minimum is above the maximum and neither may change as far.
    """

    def __init__(
        self,
        instance: Instance,
        lower: tuple[NDArray[np.int64], NDArray[np.int64]],
        upper: tuple[NDArray[np.int64], NDArray[np.int64]],
        *,
        locks: Arcs = NOBODY,
        fined: Arcs = NOBODY,
        soft: Sequence[Soft] = (),
        must: Arcs = NOBODY,
    ) -> None:
        self.shape = n, m = instance.shape
        self._real = instance
        self._open = instance.allowed_block(slice(0, n), slice(0, m))
        self._locks, self._fined = locks, fined
        self._sides = [_Side.of(*each) for each in zip((instance.mentees, instance.mentors), lower, upper, strict=True)]
        self._rows = _Rows(n, m)
        self._linear: list[Linear] = []
        self._apart: list[tuple[int, int, int]] = []
        self._fill({(side, one) for each in soft for side, *two in each.rules.apart for one in two})
        self._bits = [self._soften(one) for one in soft]
        for pair in _listed(must):
            self._small([(pair, 1)], FREE, 1)
        self.instance = self._made()

    # --- what is added ------------------------------------------------------------------------

    def _fill(self, apart: set[tuple[int, int]]) -> None:
        """Add nobodies, who stand in for partners that are short, and fillers, who take up room.

        People who may not share a partner share none of these either: theirs are their own.
        """
        for number, side in enumerate(self._sides):
            own = np.array([(number, person) in apart for person in range(len(side.down))], bool)
            for units, worth in ((side.down, -1), (side.up, 1)):
                for step in range(int(units.max(initial=0))):
                    some = units > step
                    self._rows.beside(number, np.flatnonzero(some & ~own), worth)
                    for person in np.flatnonzero(some & own).tolist():
                        self._rows.beside(number, np.array([person]), worth)

    def _soften(self, soft: Soft) -> dict[str, list[tuple[tuple[int, int], int]]]:
        """Write rules as bounds on weights that give way, and return the pairs that tell by how much."""
        most = {"down": soft.down, "up": soft.up, "drop": int(soft.drop)}
        bits = {name: [(self._rows.single(-size), size) for size in _sizes(units)] for name, units in most.items()}
        weights = bits["down"] + [(pair, -size) for pair, size in bits["up"]]
        for group in soft.rules.groups:
            self._bound(self._counted(group), weights)
        for row in soft.rules.linear:
            self._bound(row, [(pair, weight * soft.unit) for pair, weight in weights])
        self._between(soft.rules, [pair for pair, _ in bits["drop"]])
        for column, least in soft.rules.open_from:
            self._opened(column, least, bits["down"])
        return bits

    def _bound(self, rule: Linear, give: Sequence[tuple[tuple[int, int], int]]) -> None:
        i = np.concatenate([rule.i, np.array([pair[0] for pair, _ in give], np.int64)])
        j = np.concatenate([rule.j, np.array([pair[1] for pair, _ in give], np.int64)])
        weight = np.concatenate([rule.weight, np.array([weight for _, weight in give], np.int64)])
        self._linear.append(Linear(i, j, weight, rule.lower, rule.upper))

    def _counted(self, group: Group) -> Linear:
        """Return a quota as a bound on weights of 1."""
        people, everyone = group.people, np.arange(self.shape[1 - group.side])
        own, others = np.repeat(people, len(everyone)), np.tile(everyone, len(people))
        i, j = (own, others) if group.side == 0 else (others, own)
        return Linear(i, j, np.ones(len(i), np.int64), group.lower, group.upper)

    def _between(self, rules: Instance, drop: list[tuple[int, int]]) -> None:
        """Keep two people apart or alike, partner by partner."""
        give = [(pair, -1) for pair in drop]
        for side, a, b in rules.apart:
            if not drop:
                self._apart.append((side, a, b))
                continue
            for one, other in self._shared(side, a, b, both=True):
                self._small([(one, 1), (other, 1), *give], 1)
        for side, a, b in rules.alike:
            for one, other in self._shared(side, a, b, both=False):
                for sign in (1, -1):
                    self._small([(one, sign), (other, -sign), *give], 0)

    def _shared(self, side: int, a: int, b: int, *, both: bool) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """List the pairs of two people with each partner that is open to both of them, or to either."""
        one, other = (self._open[a], self._open[b]) if side == 0 else (self._open[:, a], self._open[:, b])
        partners = np.flatnonzero(one & other if both else one | other).tolist()
        return [((a, p), (b, p)) if side == 0 else ((p, a), (p, b)) for p in partners]

    def _opened(self, column: int, least: int, give: list[tuple[tuple[int, int], int]]) -> None:
        """Let a mentor have nobody, or at least so many: whether there is anybody is a pair of its own."""
        some = self._rows.single(0)
        mentees = [((i, column), 1) for i in range(self.shape[0])]
        self._small([*mentees, (some, -least), *give], FREE, 0)
        self._small([*mentees, (some, -self.shape[0])], 0)

    def _small(self, entries: list[tuple[tuple[int, int], int]], upper: int, lower: int = -FREE) -> None:
        pairs, weight = zip(*entries, strict=True)
        i, j = np.array(pairs, np.int64).T
        self._linear.append(Linear(i, j, np.array(weight, np.int64), lower, upper))

    # --- the instance, and what its solution means ------------------------------------------------

    def _made(self) -> Instance:
        (n, m), rows = self.shape, self._rows
        allowed = np.zeros((rows.n, rows.m), bool)
        worth = np.zeros((rows.n, rows.m), np.int64)
        allowed[:n, :m] = self._open
        worth[self._fined.i, self._fined.j] -= 1
        worth[self._locks.i, self._locks.j] += 1
        for i, j, each in rows.pairs:
            allowed[i, j], worth[i, j] = True, each
        sizes = (rows.n, rows.m), (rows.m, rows.n)
        sides = [side.room(*size) for side, size in zip(self._sides, sizes, strict=True)]
        scores = worth.astype(np.float64)
        return replace(
            self._real,
            mentees=sides[0],
            mentors=sides[1],
            score_block=lambda i, j: scores[i][:, j],
            score_pairs=lambda i, j: scores[i, j],
            allowed_block=lambda i, j: allowed[i][:, j],
            allowed_pairs=lambda i, j: allowed[i, j],
            tie_pairs=_mixed,
            lowest=float(worth.min(initial=0)),
            highest=float(worth.max(initial=0)),
            objective=("total",),
            most_pairs=None,
            classes=None,
            wished=None,
            previous=None,
            capacities=None,
            held=None,
            apart=tuple(sorted(set(self._apart))),
            alike=(),
            groups=(),
            linear=tuple(_open(one, allowed) for one in self._linear),
            open_from=(),
        )

    def read(self, arcs: Arcs) -> Given:
        """Say how far everything gives way in a solution."""
        n, m = self.shape
        real = (arcs.i < n) & (arcs.j < m)
        loads = np.bincount(arcs.i[real], minlength=n), np.bincount(arcs.j[real], minlength=m)
        sides = self._real.mentees, self._real.mentors
        made = set(_listed(arcs))

        def units(sizes: list[tuple[tuple[int, int], int]]) -> int:
            return sum(size for pair, size in sizes if pair in made)

        return Given(
            lowered=_both(np.maximum(bounds.lower - load, 0) for bounds, load in zip(sides, loads, strict=True)),
            raised=_both(np.maximum(load - bounds.upper, 0) for bounds, load in zip(sides, loads, strict=True)),
            kept=np.array([pair in made for pair in _listed(self._locks)], bool),
            fined=sum(pair in made for pair in _listed(self._fined)),
            down=tuple(units(bits["down"]) for bits in self._bits),
            up=tuple(units(bits["up"]) for bits in self._bits),
            dropped=tuple(bool(units(bits["drop"])) for bits in self._bits),
        )


def _sizes(most: int) -> list[int]:
    """Return numbers, few of them, whose sums are 0, 1, … up to the most."""
    sizes = [1 << bit for bit in range((most + 1).bit_length() - 1)]
    rest = most - sum(sizes)
    return [*sizes, rest] if rest else sizes


def _listed(arcs: Arcs) -> list[tuple[int, int]]:
    return list(zip(arcs.i.tolist(), arcs.j.tolist(), strict=True))


def _both(arrays: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    one, other = arrays
    return one.astype(np.int64), other.astype(np.int64)


@dataclass(frozen=True, eq=False)
class _Side:
    """Bounds that do not cross, and by how much each may still give way."""

    bounds: Bounds
    down: NDArray[np.int64]
    up: NDArray[np.int64]

    @classmethod
    def of(cls, bounds: Bounds, down: NDArray[np.int64], up: NDArray[np.int64]) -> _Side:
        """Uncross the bounds.

        Where a minimum is above the maximum, they give way by the difference in all, whatever the
        load between the two is; outside of it each further unit costs one more, as it does beyond
        any other bounds.
        """
        lower, upper = bounds.lower, bounds.upper
        across = np.maximum(lower - upper, 0)
        if (across > down + up).any() or (np.maximum(-upper, 0) > up).any():
            nobody = np.empty(0, np.int64)
            raise Short(nobody, nobody)
        least, most = np.maximum(lower - np.minimum(across, down), 0), upper + np.minimum(across, up)
        return cls(Bounds(least, most), np.maximum(down - (lower - least), 0), np.maximum(up - (most - upper), 0))

    def room(self, size: int, others: int) -> Bounds:
        """Return the bounds with room for fillers, and whoever does not exist behind them without any of their own."""
        lower, upper = np.zeros(size, np.int64), np.full(size, others, np.int64)
        real = len(self.bounds)
        lower[:real], upper[:real] = self.bounds.lower + self.up, self.bounds.upper + self.up
        return Bounds(lower, upper)


def _open(rule: Linear, allowed: NDArray[np.bool_]) -> Linear:
    """Leave out the pairs that cannot be made."""
    there = allowed[rule.i, rule.j] & (rule.weight != 0)
    return rule._replace(i=rule.i[there], j=rule.j[there], weight=rule.weight[there])


def _mixed(i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a 40-bit hash of a pair of positions (the finaliser of SplitMix64; Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        x = (np.asarray(i).astype(np.uint64) << np.uint64(32)) + np.asarray(j).astype(np.uint64) + MIX
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (x >> np.uint64(24)).astype(np.int64)

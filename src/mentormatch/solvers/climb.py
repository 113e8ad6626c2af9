"""One tier at a time: propose, finish exactly, price every pair, and narrow the face."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.network import Prices, TierResult
from mentormatch.solvers.bound import tier_bound
from mentormatch.solvers.candidates import best_pairs, free_pairs, violations
from mentormatch.solvers.engine import Task, Ticking, nothing
from mentormatch.solvers.face import Face, Level, less
from mentormatch.solvers.flows import Ends, push
from mentormatch.solvers.kept import count, distinct, within
from mentormatch.solvers.loops import in_loops
from mentormatch.solvers.potentials import LARGEST, Part, Steps, finish, proves
from mentormatch.solvers.predict import predicted
from mentormatch.solvers.pricing import Pricing
from mentormatch.solvers.weights import Even

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mentormatch.solvers.engine import Engine, Proposal
    from mentormatch.solvers.kept import Kept
    from mentormatch.solvers.table import Kind, Table

EACH = 12
"""Pairs that each person starts with in a tier."""

_MORE = 4
"""Pairs that one person gains in a round of pricing."""

_FEW_CELLS = 4_096
"""Cells up to which every pair is kept from the start."""

_MOST_TIGHT = 64
"""Free pairs of one row up to which they are found through the screen."""

_FEW_FREE = 16
"""Free pairs per person up to which all of them are kept: then nothing is left to price."""


class OutOfTime(Exception):
    """The deadline passed; the climb holds a valid matching that is not proved."""


@dataclass
class Climb:
    """Where a solve stands: the face that is settled, and the present matching inside it.

    Attributes
    ----------
    table
        The weights of all pairs.
    face
        What is optimal in the tiers so far.
    kept
        The pairs looked at, and the matching.
    tick
        Called once a round; it reports progress, and raises :class:`OutOfTime` at the deadline.
    rounds
        Rounds of pricing so far.
    """

    table: Table
    face: Face
    kept: Kept
    tick: Callable[[], None]
    deadline: float | None = None
    rounds: int = 0
    labels: Prices | None = None
    """The last labels of the tier that is being solved: they bound what it could still reach."""
    whole: bool = False
    """Whether every free pair is kept: from then on it stays so, as faces only narrow."""
    told: tuple[NDArray[np.int64], int, NDArray[np.int8]] | None = field(default=None, repr=False)
    """The standing of the kept pairs in the first so many levels."""
    scored: tuple[NDArray[np.int64], NDArray[np.int64]] | None = field(default=None, repr=False)
    """Kept pairs and their scores on the grid, as far as they were asked for."""
    breaks_ties: bool = False
    """Whether the last tier is still to be settled."""
    guess: Prices | None = field(default=None, repr=False)
    """Prices for ``total`` that were found on the way to ``coverage``."""

    @cached_property
    def pricing(self) -> Pricing | None:
        """What prices all pairs through the screen, where there is one."""
        return Pricing(self.table, self.tick) if self.table.screened else None

    def _looks(self, kind: Kind) -> Pricing | None:
        """Return what prices this tier through the screen, if anything does."""
        screened = kind in ("coverage", "total") and self.pricing is not None and Pricing.serves(self.face)
        return self.pricing if screened else None

    def tier(self, kind: Kind, engine: Engine | None, *, improve: bool = True) -> TierResult:
        """Settle one tier and narrow the face to it.

        Parameters
        ----------
        kind
            What the tier counts.
        engine
            Who proposes; without one the present matching is where the exact finish starts.
        improve
            Whether a better matching may be taken; without, the tier says when there is one.

        Returns
        -------
        TierResult
            Its value, and its prices where it is optimal.
        """
        self.labels = None
        self.tick()
        complete = self._gather(kind, engine)
        if kind == "coverage":
            if self._looks(kind) is not None and engine is not None and improve:
                self._foresee(engine)
            prices = self._cover(complete=complete, improve=improve)
        else:
            prices = self._weigh(kind, engine, complete=complete, improve=improve)
        if prices is None:
            value = self.value(kind)
            return TierResult(_name(kind), value, max(value + 1, self.bound(kind)))
        self.face = self.face.after(Level(kind, prices), self.kept.loads())
        value = self.value(kind)
        return TierResult(_name(kind), value, value, prices)

    def bound(self, kind: Kind) -> int:
        """Bound what a tier that is not solved can reach on this face."""
        return tier_bound(self.table, self.face, kind, self.kept, self.labels, self.pricing)

    def witness(self, kind: Kind, prices: Prices) -> TierResult | None:
        """Settle a tier with prices from elsewhere, if they prove it: signs, kept pairs and every other pair."""
        n, m = self.table.shape
        if prices.u.shape != (n,) or prices.v.shape != (m,) or max(_size(prices.u), _size(prices.v)) >= LARGEST:
            return None
        if kind == "coverage" and not all(((side == 0) | (side == 1)).all() for side in prices):
            return None  # no solve gives others, and pairs of two people without a price are all that is looked for
        _, part = self.part(kind)
        if not proves(part, prices):
            return None
        if self._price(kind, prices):
            return None
        self.face = self.face.after(Level(kind, prices), self.kept.loads())
        value = self.value(kind)
        return TierResult(_name(kind), value, value, prices)

    def value(self, kind: Kind) -> int:
        """Add up what the present matching is worth, exactly."""
        used = self.kept.used
        return int(self.table.pairs(kind, self.kept.i[used], self.kept.j[used]).sum())

    def ties(self, engine: Engine | None) -> None:
        """Settle the last, implicit tier; where nothing can change any more it costs one look."""
        self.tick()
        if not self._gather("ties"):
            self._weigh("ties", engine, complete=False, improve=True)
            return
        free, part = self.part("ties")
        loops = in_loops(part)
        if not (loops & ~part.used).any():
            return
        outside = part.used & ~loops
        rows = less(part.rows, count(part.i[outside], len(part.rows)))
        columns = less(part.columns, count(part.j[outside], len(part.columns)))
        inner = Part(part.i[loops], part.j[loops], part.w[loops], part.used[loops], rows, columns)
        free = free[loops]
        keys = self.kept.keys[free]
        prices = None
        if engine is not None:
            proposal = self._propose("ties", engine, free, inner, complete=True)
            prices = None if proposal is None else proposal.guess
            free = np.searchsorted(self.kept.keys, keys)
        inner = Part(inner.i, inner.j, inner.w, self.kept.used[free], rows, columns)
        done = finish(inner, prices or _zero(inner), deadline=self.deadline)
        self._use(free, done.used)
        if not done.optimal:
            raise OutOfTime

    def _gather(self, kind: Kind, engine: Engine | None = None) -> bool:
        """Keep the pairs that a tier starts with; say whether these are all free pairs."""
        if self.whole:
            return True
        looks = self._looks(kind)
        if looks is not None:
            # without an engine there are prices already, or soon will be: they say what to look for
            if not looks.seen and engine is not None:
                guess = predicted(self.table.instance, self.face, Ticking(engine, self.tick))
                self.kept = self.kept.adding(looks.candidates(self.face, guess))
            return False
        n, m = self.table.shape
        few = _FEW_CELLS if n * m <= _FEW_CELLS else _FEW_FREE * (n + m) if self.face.levels else 0
        keys = self._tight(few) if few else None
        if keys is None:
            keys = free_pairs(self.table, self.face, few) if few else None
        self.whole = keys is not None
        if keys is None:
            keys = best_pairs(self.table, self.face, "total" if kind == "coverage" else kind, EACH)
        self.kept = self.kept.adding(keys)
        return self.whole

    def _tight(self, most: int) -> NDArray[np.int64] | None:
        """List the free pairs through the screen, where the last level says what they score; None if they are many."""
        levels = self.face.levels
        if self.pricing is None or not levels or levels[-1].kind != "total":
            return None
        before = Face(self.face.rows, self.face.columns, levels[:-1])
        keys = self.pricing.tight(before, levels[-1].prices, _MOST_TIGHT) if Pricing.serves(before) else None
        return None if keys is None or len(keys) > most else keys

    def part(self, kind: Kind) -> tuple[NDArray[np.int64], Part]:
        """Cut out what may still change: the positions of free kept pairs, and the b-matching they make."""
        kept = self.kept
        standing = self._standing()
        free = np.flatnonzero(standing == 0)
        fixed = kept.used & (standing > 0)
        rows = less(self.face.rows, count(kept.i[fixed], kept.shape[0]))
        settled = count(kept.j[fixed], kept.shape[1])
        # where everything is free nothing is copied
        some = slice(None) if len(free) == len(kept.keys) else free
        i, j = kept.i[some], kept.j[some]
        w = self._scores()[some] if kind == "total" else self.table.pairs(kind, i, j)
        part = Part(i, j, w, kept.used[some], rows, less(self.face.columns, settled))
        if isinstance(kind, Even):
            part = replace(part, steps=Steps(kind.costs, kind.held + settled))
        return free, part

    def _scores(self) -> NDArray[np.int64]:
        """Score the kept pairs; those that were kept before are not scored again."""
        kept = self.kept
        if self.scored is None or self.scored[0] is not kept.keys:
            scores = np.empty(len(kept.keys), np.int64)
            new = np.ones(len(scores), bool)
            if self.scored is not None and len(self.scored[0]):
                old, known = self.scored
                at = np.minimum(np.searchsorted(old, kept.keys), len(old) - 1)
                new = old[at] != kept.keys
                scores[~new] = known[at[~new]]
            scores[new] = self.table.pairs("total", kept.i[new], kept.j[new])
            self.scored = kept.keys, scores
        return self.scored[1]

    def _standing(self) -> NDArray[np.int8]:
        """Tell of the kept pairs whether they are lost, free or fixed; what earlier levels said is remembered."""
        known = None
        if self.told is not None and self.told[0] is self.kept.keys and self.told[1] <= len(self.face.levels):
            known = self.told[1:]
        standing = self.face.standing(self.table, self.kept.i, self.kept.j, known)
        self.told = self.kept.keys, len(self.face.levels), standing
        return standing

    def settle(self, kind: Kind) -> None:
        """Narrow the face to the matchings that, as the present one, are worth 0 where no pair is worth more."""
        none = Prices(*(np.zeros(size, np.int64) for size in self.table.shape))
        self.face = self.face.after(Level(kind, none), self.kept.loads())

    def reaches(self, kind: Kind, target: int, engine: Engine | None, *, keep: bool) -> bool:
        """Say whether some matching of the face is worth this much, and move to it if it is to be kept."""
        before = self.kept.keys[self.kept.used]
        found = False
        self.tick()
        try:
            self._weigh(kind, engine, complete=self._gather(kind), improve=True)
            found = self.value(kind) >= target
        finally:
            if not (keep and found):
                self.kept = self.kept.using(before)
        return found

    def _use(self, positions: NDArray[np.int64], used: NDArray[np.bool_]) -> None:
        mask = self.kept.used.copy()
        mask[positions] = used
        self.kept = self.kept.marked(mask)

    # --- coverage: maximum flow, and the cut is the proof ---

    def _cover(self, *, complete: bool, improve: bool) -> Prices | None:
        while True:
            free, part = self.part("coverage")
            prices = _full(part, part.used)
            if prices is not None:
                return prices
            loads = count(part.i[part.used], len(part.rows)), count(part.j[part.used], len(part.columns))
            none = np.zeros_like(loads[0]), np.zeros_like(loads[1])
            room = part.rows.upper - loads[0], part.columns.upper - loads[1]
            mask = np.zeros(len(self.kept.keys), bool)
            mask[free] = True
            after = push(self.kept, Ends(room[0], none[1]), Ends(none[0], room[1]), mask)
            grew = int(after.used.sum()) > int(self.kept.used.sum())
            if grew and not improve:
                return None
            self.kept = self.kept.marked(after.used)
            prices = _full(part, after.used[free])
            if prices is not None:
                return prices
            prices = Prices((~after.rows).astype(np.int64), after.columns.astype(np.int64))
            if complete or not self._price("coverage", prices):
                return prices

    # --- weights: an engine proposes, longest paths finish ---

    def _weigh(self, kind: Kind, engine: Engine | None, *, complete: bool, improve: bool) -> Prices | None:
        # Most engines are asked once: what pricing adds later changes little, and the finish does that faster.
        prices = self.guess if kind == "total" else None
        while True:
            free, part = self.part(kind)
            if engine is not None:
                proposal = self._propose(kind, engine, free, part, complete=complete, prices=prices)
                if proposal is not None:
                    prices = proposal.guess or prices
                    free, part = self.part(kind)
            done = finish(part, prices or _zero(part), improve=improve, deadline=self.deadline)
            self._use(free, done.used)
            self.labels = done.prices
            if not done.optimal:
                if not improve:
                    return None
                raise OutOfTime
            prices = done.prices
            if complete or not self._price(kind, prices):
                return prices

    def _price(self, kind: Kind, prices: Prices) -> bool:
        """Price every free pair; keep the worst offenders and say whether there were any."""
        self.tick()
        self.rounds += 1
        looks = self._looks(kind)
        if looks is not None:
            ask = looks.uncovered if kind == "coverage" else looks.offenders
            keys, proved = ask(self.face, prices, self.kept)
        else:
            keys, offenders = violations(self.table, self.face, kind, prices, self.kept, _MORE)
            proved = not offenders
        if not proved:
            self.kept = self.kept.adding(keys)
        return not proved

    def _foresee(self, engine: Engine) -> None:
        """Look for a matching that is best in ``total`` as well, before the most pairs are counted."""
        free, part = self.part("total")
        # a Lagrangian multiplier: where it fills all places it was large enough
        bonus = int(np.ptp(part.w)) // 4 + 1 if len(part.w) else 0
        task = Task(replace(part, w=part.w + bonus), complete=True, dense=nothing, deadline=self.deadline)
        proposal = engine.propose(task)
        if proposal is None:
            return
        keys = np.sort(proposal.i * self.kept.shape[1] + proposal.j)
        after = self.kept.using(keys)
        used = after.used[free] if len(after.keys) == len(self.kept.keys) else None
        if used is not None and part.keeps_bounds(used):
            self.kept, self.guess = after, proposal.guess
        self.tick()  # without a guess it ran out of time, and this is how far it was

    def _propose(
        self,
        kind: Kind,
        engine: Engine,
        free: NDArray[np.int64],
        part: Part,
        *,
        complete: bool,
        prices: Prices | None = None,
    ) -> Proposal | None:
        """Ask the engine, and take its matching over if that is feasible and no worse than the present one."""
        dense = partial(_matrix, self.table, self.face, kind)
        proposal = engine.propose(Task(part, complete, dense, self.deadline, prices))
        if proposal is None:
            return None
        keys = distinct(proposal.i * self.kept.shape[1] + proposal.j)
        if len(keys) == len(proposal.i) and self._sound(kind, keys, free, part):
            others = self.kept.used.copy()
            others[free] = False
            self.kept = self.kept.using(np.concatenate((self.kept.keys[others], keys)))
        return proposal

    def _sound(self, kind: Kind, keys: NDArray[np.int64], free: NDArray[np.int64], part: Part) -> bool:
        """Check a proposal: free pairs only, every bound kept, and worth at least what there is."""
        i, j = keys // self.kept.shape[1], keys % self.kept.shape[1]
        strange = ~within(keys, self.kept.keys[free])
        if strange.any():
            if not self.table.instance.allowed_pairs(i[strange], j[strange]).all():
                return False
            if self.face.standing(self.table, i[strange], j[strange]).any():
                return False
        w = self.table.pairs(kind, i, j)
        proposed = Part(i, j, w, np.ones(len(i), bool), part.rows, part.columns)
        return proposed.keeps_bounds(proposed.used) and int(w.sum()) >= part.value(part.used)


def _name(kind: Kind) -> str:
    return kind if isinstance(kind, str) else type(kind).__name__


def _matrix(table: Table, face: Face, kind: Kind) -> NDArray[np.int64]:
    """Lay the weights of all free pairs out as one matrix."""
    blocks = [table.block(kind, rows, face.mask(table, rows) if face.levels else None) for rows in table.slices()]
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _size(prices: NDArray[np.int64]) -> int:
    return int(np.abs(prices).max(initial=0))


def _zero(part: Part) -> Prices:
    return Prices(np.zeros(len(part.rows), np.int64), np.zeros(len(part.columns), np.int64))


def _full(part: Part, used: NDArray[np.bool_]) -> Prices | None:
    """Price a matching in which one side has no place left: nothing can be added, whatever the pairs."""
    rows, columns = len(part.rows), len(part.columns)
    if (count(part.i[used], rows) == part.rows.upper).all():
        return Prices(np.ones(rows, np.int64), np.zeros(columns, np.int64))
    if (count(part.j[used], columns) == part.columns.upper).all():
        return Prices(np.zeros(rows, np.int64), np.ones(columns, np.int64))
    return None

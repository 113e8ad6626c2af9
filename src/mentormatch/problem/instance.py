"""The arrays and callables that a solver sees, made from scores and compiled rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.network import Arcs, Bounds, Form, Given, Instance, Need, Rows, Screen
from mentormatch.problem.coupling import arrays, may_share, nested
from mentormatch.problem.fixing import Fixed
from mentormatch.problem.mask import Listed
from mentormatch.problem.roster import Order
from mentormatch.problem.ties import pair_hashes
from mentormatch.solvers import LEAST_SCREENED, PLACED, STABLE, Moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.problem.aims import Aims
    from mentormatch.problem.compiled import Compiled
    from mentormatch.problem.roster import Roster
    from mentormatch.scoring import ScoreMatrix


class Allowed:
    """Which pairs a solver may choose: every rule about single pairs, less the fixed ones.

    ``lifted`` pairs may be chosen whatever the rules.
    """

    def __init__(
        self, compiled: Compiled, scores: ScoreMatrix, fixed: Sequence[Fixed], lifted: Sequence[Fixed] = ()
    ) -> None:
        self._compiled, self._scores, self._least = compiled, scores, compiled.least
        shut, open_ = (
            np.array([(pair.i, pair.j) for pair in each], np.int64).reshape(-1, 2) for each in (fixed, lifted)
        )
        self._shut, self._open = (Listed(each[:, 0], each[:, 1], scores.shape) for each in (shut, open_))

    @property
    def shuts_nothing(self) -> bool:
        """Whether every pair may be made."""
        masks = self._compiled.public, self._compiled.secret
        return self._least is None and not len(self._shut) and all(mask.shuts_nothing for mask in masks)

    def block(self, rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        """Answer for a rectangle of listing rows."""
        allowed = self._ruled(rows, columns)
        if self._least is not None:
            allowed &= self._scores.block(rows, columns) >= self._least
        for listed, answer in ((self._shut, False), (self._open, True)):
            if len(listed):
                allowed[listed.within(rows, columns)] = answer
        return allowed

    def _ruled(self, rows: Rows, columns: Rows) -> NDArray[np.bool_]:
        """Return what both masks allow, as an array that may be written to."""
        public, secret = self._compiled.public, self._compiled.secret
        if not public.shuts_nothing and not secret.shuts_nothing:
            return public.allowed(rows, columns) & secret.allowed(rows, columns)
        allowed = (secret if public.shuts_nothing else public).allowed(rows, columns)
        return allowed if allowed.flags.writeable and allowed.base is None else allowed.copy()

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Answer for single pairs of listing rows."""
        allowed = self._compiled.public.allowed_pairs(i, j)
        if not self._compiled.secret.shuts_nothing:
            allowed &= self._compiled.secret.allowed_pairs(i, j)
        if self._least is not None:
            allowed &= self._scores.pairs(i, j) >= self._least
        if len(self._shut):
            allowed &= ~self._shut.holds(i, j)
        if len(self._open):
            allowed |= self._open.holds(i, j)
        return allowed


@dataclass(frozen=True, eq=False, repr=False)
class Prepared:
    """An instance with the way back to the listing rows."""

    instance: Instance
    mentees: Order
    mentors: Order
    fixed: tuple[Fixed, ...]
    aims: Aims
    lifted: tuple[Fixed, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The tiers that were asked for: all but the one for what was placed by hand before."""
        return tuple(tier for tier in self.instance.objective if tier != PLACED)

    def listed(self, arcs: Arcs) -> Arcs:
        """Return chosen and fixed pairs together as listing rows, in listing order."""
        i = np.concatenate([self.mentees.rows[arcs.i], np.array([pair.i for pair in self.fixed], np.int64)])
        j = np.concatenate([self.mentors.rows[arcs.j], np.array([pair.j for pair in self.fixed], np.int64)])
        order = np.argsort(i * len(self.mentors.rows) + j)
        return Arcs(i[order], j[order])

    def unlisted(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> Arcs:
        """Return pairs of listing rows as positions of the instance, the fixed ones left out."""
        width = max(1, len(self.mentors.rows))
        fixed = np.array([pair.i * width + pair.j for pair in self.fixed], np.int64)
        free = ~np.isin(i * width + j, fixed)
        return Arcs(self.mentees.back(i[free]), self.mentors.back(j[free]))


def reduced(bounds: NDArray[np.int64], rows: Sequence[int] | NDArray[np.int64]) -> Bounds:
    """Take the places of fixed pairs off the bounds of one side; an upper bound may become negative."""
    held = np.bincount(np.array(rows, np.int64), minlength=len(bounds))
    return Bounds(np.maximum(bounds[:, 0] - held, 0), bounds[:, 1] - held)


def prepare(
    scores: ScoreMatrix,
    compiled: Compiled,
    roster: Roster,
    fixed: tuple[Fixed, ...],
    *,
    aims: Aims,
    objective: tuple[str, ...],
    seed: int,
    memory: int,
    lifted: Sequence[Fixed] = (),
) -> Prepared:
    """Make the instance: people by id, fixed pairs taken out, scores and rules as callables.

    ``lifted`` pairs may be made whatever the rules about single pairs.
    """
    shut = {(pair.i, pair.j) for pair in closed_by(compiled, fixed)}
    lifted = tuple(pair for pair in lifted if (pair.i, pair.j) not in shut)
    mentees, mentors = roster.orders
    own = roster.hashes(seed)
    hashes = own[0][mentees.rows], own[1][mentors.rows]
    lowest, highest = scores.bounds
    i, j = (np.array([getattr(pair, side) for pair in fixed], np.int64) for side in ("i", "j"))
    least = float(scores.pairs(i, j).min(initial=np.inf)) if len(i) else 0.0
    instance = Instance(
        score_block=lambda rows, columns: scores.block(mentees[rows], mentors[columns]),
        score_pairs=lambda i, j: scores.pairs(mentees.rows[i], mentors.rows[j]),
        tie_pairs=lambda i, j: pair_hashes(hashes[0][i], hashes[1][j]),
        lowest=min(lowest, 0.0),
        highest=max(highest, 0.0),
        objective=(PLACED, *objective) if len(aims.placed.i) else objective,
        memory=memory,
        hashes=hashes,
        most_pairs=compiled.most_pairs,
        **aims.arrays(mentees, mentors, fixed, least),
        **_room(scores, compiled, fixed, (mentees, mentors), lifted, _screen(scores, mentees, mentors)),
    )
    return Prepared(instance, mentees, mentors, fixed, aims, lifted)


def ruled_by(prepared: Prepared, scores: ScoreMatrix, compiled: Compiled, fixed: Sequence[Fixed]) -> Instance:
    """Return the instance as it would be under other rules and fixed pairs."""
    return replace(
        prepared.instance,
        **_room(scores, compiled, fixed, (prepared.mentees, prepared.mentors), (), prepared.instance.screen),
    )


def with_fixed(prepared: Prepared, scores: ScoreMatrix, compiled: Compiled, fixed: Sequence[Fixed]) -> Instance:
    """Return the instance as it would be with only these pairs fixed; the others may be made, and need not be."""
    lifted = [*(pair for pair in prepared.fixed if pair not in fixed), *prepared.lifted]
    return replace(
        prepared.instance,
        **_room(scores, compiled, fixed, (prepared.mentees, prepared.mentors), lifted, prepared.instance.screen),
    )


def _room(
    scores: ScoreMatrix,
    compiled: Compiled,
    fixed: Sequence[Fixed],
    orders: tuple[Order, Order],
    lifted: Sequence[Fixed],
    screen: Screen | None,
) -> dict[str, Any]:
    """Return what fixed pairs leave: the bounds of both sides, and which pairs may still be made."""
    mentees, mentors = orders
    allowed, table = Allowed(compiled, scores, (*fixed, *closed_by(compiled, fixed)), lifted), scores.table
    left = reduced(compiled.mentee_bounds, [pair.i for pair in fixed])
    right = reduced(compiled.mentor_bounds, [pair.j for pair in fixed])
    room = (
        Bounds(left.lower[mentees.rows], left.upper[mentees.rows]),
        Bounds(right.lower[mentors.rows], right.upper[mentors.rows]),
    )
    return {
        **arrays(compiled.coupled, fixed, orders, room),
        "screen": None if screen is None else screen._replace(least=_least(scores, compiled, lifted)),
        "shut_blocks": compiled.public.shuts_areas or compiled.secret.shuts_areas,
        "given": None if table is None else Given(table, mentees.rows, mentors.rows, allowed.shuts_nothing),
        "mentees": room[0],
        "mentors": room[1],
        "allowed_block": lambda rows, columns: allowed.block(mentees[rows], mentors[columns]),
        "allowed_pairs": lambda i, j: allowed.pairs(mentees.rows[i], mentors.rows[j]),
    }


def _screen(scores: ScoreMatrix, mentees: Order, mentors: Order) -> Screen | None:
    """Return the screen of a large problem, its people by id."""
    n, m = scores.shape
    screen = scores.screen() if n * m >= LEAST_SCREENED else None
    if screen is None:
        return None
    ordered = mentees.given and mentors.given
    return Screen(
        screen.left if mentees.given else screen.left[mentees.rows],
        screen.right if mentors.given else screen.right[mentors.rows],
        screen.error if mentees.given else screen.error[mentees.rows],
        screen.rest if screen.rest is None or ordered else Moved(screen.rest, mentees.rows, mentors.rows),
    )


def _least(scores: ScoreMatrix, compiled: Compiled, lifted: Sequence[Fixed]) -> float:
    """Return what every pair that may be made scores at least; lifted ones may, whatever they score."""
    if compiled.least is None:
        return -np.inf
    i, j = (np.array([getattr(pair, side) for pair in lifted], np.int64) for side in ("i", "j"))
    return min(compiled.least, float(scores.pairs(i, j).min(initial=np.inf)))


def closed_by(compiled: Compiled, fixed: Sequence[Fixed]) -> list[Fixed]:
    """Return the pairs that fixed ones rule out, because two people may not share a partner."""
    shut = []
    for term in compiled.not_both:
        for one, other in ((term.a, term.b), (term.b, term.a)):
            if term.side == "mentees":
                shut += [Fixed(other, pair.j) for pair in fixed if pair.i == one]
            else:
                shut += [Fixed(pair.i, other) for pair in fixed if pair.j == one]
    return shut


def form_of(instance: Instance) -> Form:
    """Say what kind of problem this is."""
    needs = set()
    if (instance.mentees.upper > 1).any():
        needs.add(Need.SEVERAL_EACH)
    if (instance.mentees.lower > 0).any() or (instance.mentors.lower > 0).any():
        needs.add(Need.MINIMUMS)
    if instance.groups:
        needs.add(Need.GROUPS if nested(instance.groups) else Need.COUPLED)
    apart = any(may_share(one, instance) for one in instance.apart)
    if apart or instance.alike or instance.linear or instance.open_from:
        needs.add(Need.COUPLED)
    if instance.objective == STABLE:
        needs.add(Need.STABLE)
    return Form(*instance.shape, frozenset(needs))

"""A problem under other weights: the same people, rules, bounds and locks, and nothing read or fitted anew.

:func:`weighed` makes a problem of it that is solved and proved like any other. :class:`Tables` is for
solving a hundred times: it lays every criterion out once, and solves one mentor each in whole numbers on a
grid of 67 million steps, without a proof; whatever that cannot do goes to the problem's own solver.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import UnsupportedProblem
from mentormatch.network import Arcs, Given, Held, Instance, Short
from mentormatch.problem.instance import Allowed, closed_by, form_of
from mentormatch.problem.ties import pair_hashes
from mentormatch.scoring import reweighed, voices_of
from mentormatch.solvers import choose, keeps_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mentormatch.network import Rows
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup

LARGEST: Final = 1 << 27
"""Values of all pairs and criteria that are laid out at most: a gigabyte."""

_SCORE_BITS, _TIE_BITS = 26, 20
"""Of a weight: 67 million steps of score, and below them a hash of the pair that decides ties."""

_SPARED = 8
"""Bits of the hash that make room for a bonus where not everybody can be placed."""

_MOST_EXACT: Final = 52
"""Bits of the whole numbers that float64 adds up exactly, with one to spare."""

_MOST_SEATED: Final = 1 << 24
"""Places asked for times places offered that one assignment may have."""

_PLAIN: Final = (("coverage", "total"), ("coverage", "priority", "total"))
"""Tiers that one assignment reaches at once, where everybody on the smaller side can be placed."""


def weighed(setup: Setup, shares: Mapping[str, float]) -> Setup:
    """Return the setup of the same problem under other weights."""
    scores = reweighed(setup.scores, shares, setup.memory)
    told = {name: float(weight) for name, weight in scores.weights.items()}
    return replace(setup, scores=scores, settings={**setup.settings, "scorers": told} if setup.settings else {})


class Tables:
    """Every criterion of a problem for all pairs, people by id, to be weighed and solved as often as wanted.

    Parameters
    ----------
    setup, prepared
        The problem.

    Attributes
    ----------
    names
        The criteria, sorted.
    values
        What each says of every pair (float64, criteria × mentees × mentors), unknown as its mean; NaN where a
        given score is missing, which closes the pair.
    means
        What unknown counts as.

    Raises
    ------
    UnsupportedProblem
        There are more values than :data:`LARGEST`.
    """

    def __init__(self, setup: Setup, prepared: Prepared) -> None:
        scores, (n, m) = setup.scores, prepared.instance.shape
        self.names = scores.criteria
        if n * m * max(1, len(self.names)) > LARGEST:
            msg = f"{n} × {m} pairs of {len(self.names)} criteria are too many to solve again and again: "
            raise UnsupportedProblem(msg + f"at most {LARGEST} values; ask it of a part of the people")
        self._setup, self._prepared, self._instance = setup, prepared, prepared.instance
        self.values = np.empty((len(self.names), n, m))
        step = max(1, setup.memory // (16 * max(1, m) * max(1, len(self.names))))
        for start in range(0, n if self.names else 0, step):
            part = prepared.mentees.rows[start : start + step]
            self.values[:, start : start + step] = np.moveaxis(scores.parts(part, prepared.mentors.rows)[0], 2, 0)
        told, voices = scores.defaults, voices_of(scores)
        self._voices = None if voices is None else voices.taken(prepared.mentees.rows, prepared.mentors.rows)
        self._given = bool(self.names) and not told
        self.means = np.array([told[name] if told else _mean(self.values[k]) for k, name in enumerate(self.names)])
        if not self._given:
            for k, mean in enumerate(self.means):
                np.copyto(self.values[k], mean, where=np.isnan(self.values[k]))

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of mentees and of mentors."""
        return self._instance.shape

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """The share of the weight that each criterion has."""
        own = self._setup.scores.weights
        return np.array([own[name] for name in self.names])

    def table(
        self, shares: NDArray[np.float64], known: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None
    ) -> NDArray[np.float64]:
        """Return the scores of all pairs under other weights and with fewer answers.

        Parameters
        ----------
        shares
            One a criterion, summing to 1; or all 0, and then every pair scores its mean.
        known
            Who keeps the answer to a criterion: criteria × mentees, and criteria × mentors. What rests on an answer
            that is left out counts as the criterion's mean.

        Returns
        -------
        ndarray
            float64, mentees × mentors, people by id. Under the problem's own weights, bit for bit its scores.
        """
        out = np.zeros(self.shape)
        if not self.names or not shares.any():
            out[...] = 0.5 if not self._given else self.means[0]
            return np.where(np.isnan(self.values[0]), np.nan, out) if self._given else out
        part = np.empty_like(out)
        voices = None if self._voices is None else self._voices.times(shares / self.shares)
        for k, share in enumerate(shares):
            if not share:
                continue
            if known is None:
                part[...] = self.values[k]
            else:
                np.subtract(self.values[k], self.means[k], out=part)
                part *= known[0][k][:, None]
                part *= known[1][k]
                part += self.means[k]
            part *= share if voices is None else voices.weight(k, float(share))
            out += part
        return out if self._given else np.clip(out, 0.0, 1.0, out=out)

    def solve(self, table: NDArray[np.float64], ties: tuple[NDArray[np.uint64], NDArray[np.uint64]]) -> Arcs | None:
        """Return the best matching for these scores, under the problem's own rules; None if none keeps them all.

        Parameters
        ----------
        table
            From :meth:`table`.
        ties
            64 bits for each mentee and each mentor: they decide between equal matchings.
        """
        open_ = self._ruled if self._least is None else self._ruled & (table >= self._least) | self._lifted
        if self._given:
            open_ = open_ & ~np.isnan(table)
        found = self._assigned(table, open_, ties) if self._plain else None
        if found is not None:
            return found
        instance = self._with(table, open_, ties)
        try:
            return choose(form_of(instance)).solve(instance).arcs
        except Short:
            return None

    def rows_of(self, arcs: Arcs) -> set[tuple[int, int]]:
        """Return pairs as listing rows, the fixed ones among them."""
        return set(zip(*(side.tolist() for side in self._prepared.listed(arcs)), strict=True))

    # --- what the rules leave ---------------------------------------------------------------------------------

    @property
    def _least(self) -> float | None:
        return self._setup.compiled.least

    @cached_property
    def _ruled(self) -> NDArray[np.bool_]:
        """Which pairs may be made whatever they score."""
        compiled, prepared = replace(self._setup.compiled, min_score=None, secret_min_score=None), self._prepared
        shut = (*prepared.fixed, *closed_by(compiled, prepared.fixed))
        allowed = Allowed(compiled, self._setup.scores, shut, prepared.lifted)
        return allowed.block(prepared.mentees.rows, prepared.mentors.rows)

    @cached_property
    def _lifted(self) -> NDArray[np.bool_]:
        """Which pairs may be made though they score too little."""
        out = np.zeros(self.shape, bool)
        i, j = (np.array([getattr(pair, side) for pair in self._prepared.lifted], np.int64) for side in ("i", "j"))
        out[self._prepared.mentees.back(i), self._prepared.mentors.back(j)] = True
        return out

    # --- one assignment ---------------------------------------------------------------------------------------

    @cached_property
    def _plain(self) -> bool:
        """Whether one assignment, of places to places, may reach the tiers."""
        rows, seats = self._seats
        tiers = _PLAIN if len(rows) <= len(seats) else _PLAIN[:1]
        return self._instance.objective in tiers and len(rows) * len(seats) <= _MOST_SEATED

    @cached_property
    def _checked(self) -> bool:
        """Whether an assignment may break what it does not know: minimums, quotas, the same two people twice."""
        return bool(form_of(self._instance).needs)

    @cached_property
    def _seats(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each place that is asked for its mentee, and for each that is offered its mentor."""
        (n, m), wanted, offered = self.shape, self._instance.mentees.upper, self._instance.mentors.upper
        asked = np.minimum(np.maximum(wanted, 0), m)
        return np.repeat(np.arange(n), asked), np.repeat(np.arange(m), np.minimum(np.maximum(offered, 0), n))

    def _assigned(
        self,
        table: NDArray[np.float64],
        open_: NDArray[np.bool_],
        ties: tuple[NDArray[np.uint64], NDArray[np.uint64]],
    ) -> Arcs | None:
        """Solve one assignment in whole numbers that float64 holds; None if it breaks a rule that it does not know.

        Without those rules there is no less to choose from, so what keeps them all the same is the best.
        """
        from scipy.optimize import linear_sum_assignment

        rows, seats = self._seats
        if not len(rows) or not len(seats):
            return Arcs(np.empty(0, np.int64), np.empty(0, np.int64))
        worth = self._whole(table, ties)
        worth[~open_] = -np.inf
        seated = worth if self._square else worth[np.ix_(rows, seats)]
        try:
            i, seat = linear_sum_assignment(seated, maximize=True)
        except ValueError:  # not everybody on the smaller side can be placed: most pairs first, by a bonus
            i, seat = np.empty(0, np.int64), None
        if seat is None:
            size = min(len(rows), len(seats))
            bits = _SCORE_BITS + _TIE_BITS - _SPARED + 1
            if bits + size.bit_length() + 1 > _MOST_EXACT or self._instance.objective != _PLAIN[0]:
                return None
            bonus = float((size + 1) << bits)
            seated = np.where(np.isinf(seated), 0.0, np.floor(seated / 2.0**_SPARED) + bonus)
            i, seat = linear_sum_assignment(seated, maximize=True)
            made = seated[i, seat] > 0
            i, seat = i[made], seat[made]
        arcs = Arcs(rows[i], seats[seat])
        return arcs if not self._checked or keeps_rules(self._with(table, open_, ties), arcs) else None

    @cached_property
    def _square(self) -> bool:
        """Whether everybody has exactly one place, so that the table is already one of seats."""
        every = zip(self._seats, self.shape, strict=True)
        return all(len(places) == size and bool((np.diff(places) == 1).all()) for places, size in every)

    def _whole(
        self, table: NDArray[np.float64], ties: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    ) -> NDArray[np.float64]:
        """Return scores as whole numbers from 0, with a few bits below them that decide ties."""
        low, high = self._instance.lowest, self._instance.highest
        scale = 2.0**_SCORE_BITS / (high - low) if high > low else 1.0
        worth = np.rint((table - low) * scale) * 2.0**_TIE_BITS
        with np.errstate(over="ignore"):
            mixed = (ties[0] | np.uint64(1))[:, None] * ties[1]
        worth += (mixed >> np.uint64(64 - _TIE_BITS)).astype(np.float64)
        return worth

    # --- anything else ----------------------------------------------------------------------------------------

    def _with(
        self,
        table: NDArray[np.float64],
        open_: NDArray[np.bool_],
        ties: tuple[NDArray[np.uint64], NDArray[np.uint64]],
    ) -> Instance:
        """Return the problem's own instance with these scores in place of its own."""
        instance, n, m = self._instance, *self.shape
        held: Held | None = instance.held
        if held is not None:
            fixed = self._prepared.fixed
            i = self._prepared.mentees.back(np.array([pair.i for pair in fixed], np.int64))
            j = self._prepared.mentors.back(np.array([pair.j for pair in fixed], np.int64))
            held = held._replace(lowest=float(table[i, j].min()) if len(i) else 0.0)
        changes: dict[str, Any] = {
            "score_block": lambda rows, columns: _rectangle(table, rows, columns),
            "score_pairs": lambda i, j: table[i, j],
            "allowed_block": lambda rows, columns: _rectangle(open_, rows, columns),
            "allowed_pairs": lambda i, j: open_[i, j],
            "tie_pairs": lambda i, j: pair_hashes(ties[0][i], ties[1][j]),
            "hashes": ties,
            "held": held,
            "screen": None,
            "shut_blocks": True,
            "given": Given(table, np.arange(n), np.arange(m), bool(open_.all())),
        }
        return replace(instance, **changes)


def _rectangle(table: NDArray[Any], rows: Rows, columns: Rows) -> NDArray[Any]:
    return table[rows][:, columns].copy() if isinstance(rows, slice) else table[rows][:, columns]


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of the scores that are there."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0

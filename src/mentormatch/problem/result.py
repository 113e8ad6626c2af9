# ruff: noqa: SLF001  matchings are made here
"""A solution told as a matching: pairs, people left over, certificate, manifest and notes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch._version import __version__
from mentormatch.explain.explanation import WEAK
from mentormatch.matching import Certificate, Matching, Short, TierProof
from mentormatch.matching.frozen import freeze
from mentormatch.people import Note, Pool
from mentormatch.problem.reasons import Alone
from mentormatch.problem.rematching import NOTHING_BEFORE, Before, rematch_notes, rematched
from mentormatch.problem.stable import by_wishes
from mentormatch.solvers import exponent

if TYPE_CHECKING:
    from mentormatch.matching import Pair, PairColumns
    from mentormatch.matching.certificate import TierValue
    from mentormatch.network import Arcs, Solution, TierResult
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup


@dataclass(frozen=True, eq=False, repr=False)
class Teller:
    """Tells solutions of one problem as matchings; only their own pairs and public facts go in.

    Whatever is the same in all of them, and every pair, is made once.

    Attributes
    ----------
    setup, prepared
        The problem.
    solver, seed
        The solver that was asked for, and the seed.
    before
        What came before the run.
    """

    setup: Setup
    prepared: Prepared
    solver: str
    seed: int
    before: Before = NOTHING_BEFORE

    def checked(self, solution: Solution) -> Matching:
        """Tell a solution as a matching that checks itself, and is ready to answer at once."""
        made = self.of(solution)
        made._check(made.certificate.pairs)
        return made

    def of(self, solution: Solution) -> Matching:
        """Tell a solution as a matching."""
        setup, prepared, before = self.setup, self.prepared, self.before
        arcs = prepared.listed(solution.arcs)
        pairs = setup.pairs.of(arcs)
        loads = [np.bincount(side, minlength=size) for side, size in zip(arcs, setup.roster.shape, strict=True)]
        tiers = tuple(
            _proof(tier, prepared.aims.value(tier.name, arcs, pairs.score), self)
            for tier in solution.tiers
            if tier.name in prepared.asked
        )
        pool = setup.pool
        return Matching._sound(
            columns=pairs,
            mentees=setup.roster.people[0],
            mentors=setup.roster.people[1],
            unmatched_mentees=self._alone[0].of(loads[0]),
            unmatched_mentors=self._alone[1].of(loads[1]),
            short=_short(setup, loads[0]),
            claim=replace(self._claim, tiers=tiers),
            objective=prepared.asked,
            solver=self.solver,
            manifest=self._manifest if before.matching is None else self._manifest_of(arcs, pairs),
            notes=(
                *setup.notes,
                *_pair_notes(setup, pairs, arcs, wished=self._wished),
                *_gone(before.matching, pairs),
                *rematch_notes(setup.roster, before, pairs),
            ),
            frame_backend=None if pool is None else pool.backend,
            whole_ids=(False, False) if pool is None else pool.whole_ids,
        )

    @cached_property
    def _alone(self) -> tuple[Alone, Alone]:
        roster, rules = self.setup.roster, (self.setup.compiled, self.setup.scores)
        return Alone("mentee", roster.mentee_ids, *rules), Alone("mentor", roster.mentor_ids, *rules)

    @cached_property
    def _claim(self) -> Certificate:
        """What certificates have in common."""
        placed = self.before.placed
        return Certificate(
            (),
            objective=self.prepared.asked,
            seed=self.seed,
            previous=pairs_before(self.before.matching),
            placed=_ids(self.setup, placed),
            lifted=_ids(self.setup, (pair for pair in placed if pair.overrides)),
        )

    @cached_property
    def exponent(self) -> int:
        """That of the grid."""
        return exponent(self.prepared.instance)

    @cached_property
    def _wished(self) -> bool:
        return by_wishes(self.prepared.instance)

    @cached_property
    def _manifest(self) -> Mapping[str, Any]:
        """The manifest where nothing came before."""
        return self._manifest_of(None, ())

    def _manifest_of(self, arcs: Arcs | None, pairs: Iterable[Pair]) -> Mapping[str, Any]:
        setup, before = self.setup, self.before
        by_hand = _by_hand(setup, before, arcs)
        told = _manifest(setup, self.prepared.asked, self.seed, by_hand)
        frozen: Mapping[str, Any] = freeze({**told, **rematched(setup.roster, before, pairs)})
        return frozen


def pairs_before(previous: Matching | None) -> tuple[tuple[str, str], ...]:
    """Return the pairs of an earlier matching, sorted by id."""
    return () if previous is None else tuple(sorted((pair.mentee, pair.mentor) for pair in previous.pairs))


def _gone(previous: Matching | None, pairs: PairColumns) -> tuple[Note, ...]:
    """Note pairs that were placed by hand in an earlier matching and are not made now."""
    if previous is None:
        return ()
    made = set(zip(pairs.mentees, pairs.mentors, strict=True))
    listed = previous.manifest.get("placed_by_hand")
    stated = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, (list, tuple)) else []
    gone = len({(str(one.get("mentee")), str(one.get("mentor"))) for one in stated} - made)
    if not gone:
        return ()
    message = f"{gone} pairs that were placed by hand before are not in this matching: "
    message += "their people left, or places or rules do not allow them any more"
    return (Note("hand_placed_gone", message, gone),)


def _proof(tier: TierResult, value: TierValue, teller: Teller) -> TierProof:
    """State one tier in the terms of its reader: the value as told, and as much above it as the bound is."""
    if tier.optimal and tier.proved:
        return TierProof(tier.name, value, value, optimal=True)
    return TierProof(tier.name, value, _bound(tier, value, teller), optimal=False)


def _bound(tier: TierResult, value: TierValue, teller: Teller) -> TierValue:
    e = teller.exponent
    if tier.name == "leximin" and isinstance(tier.bound, tuple) and isinstance(value, tuple):
        top = math.ldexp(max(tier.bound, default=0), -e)
        return tuple(max(one, top) for one in value)
    if isinstance(value, tuple) and isinstance(tier.value, tuple) and isinstance(tier.bound, tuple):
        above = (bound - reached for bound, reached in zip(tier.bound, tier.value, strict=True))
        return tuple(one + more for one, more in zip(value, above, strict=True))
    if isinstance(value, tuple) or isinstance(tier.value, tuple) or isinstance(tier.bound, tuple):
        msg = "a tier's value and bound are both numbers or both tuples"
        raise TypeError(msg)
    if tier.name in ("coverage", "least_change"):
        return value + int(tier.bound - tier.value)
    if tier.name == "balance":  # told as what it is, the smaller the better
        return min(value, float(-tier.bound))
    return value + math.ldexp(int(tier.bound - tier.value), -e)


def _short(setup: Setup, loads: Any) -> tuple[Short, ...]:
    """List the mentees who got some of the mentors they asked for, and not all."""
    wanted = setup.compiled.public_mentee_bounds[:, 1]
    rows = np.flatnonzero((loads > 0) & (loads < np.minimum(wanted, max(1, setup.roster.shape[1]))))
    return tuple(Short(setup.roster.mentee_ids[row], int(loads[row]), int(wanted[row])) for row in rows.tolist())


def _ids(setup: Setup, fixed: Iterable[Fixed]) -> tuple[tuple[str, str], ...]:
    roster = setup.roster
    return tuple(sorted((roster.mentee_ids[pair.i], roster.mentor_ids[pair.j]) for pair in fixed))


def _by_hand(setup: Setup, before: Before, arcs: Arcs | None) -> tuple[Fixed, ...]:
    """Return what was placed by hand, now or before, and is made, in row order; what is said now goes before."""
    made = set() if arcs is None else set(zip(arcs.i.tolist(), arcs.j.tolist(), strict=True))
    stated = {(pair.i, pair.j): pair for pair in before.placed if (pair.i, pair.j) in made}
    stated |= {(pair.i, pair.j): pair for pair in setup.fixed if pair.by_hand}
    return tuple(stated[rows] for rows in sorted(stated))


def _manifest(setup: Setup, objective: tuple[str, ...], seed: int, by_hand: tuple[Fixed, ...]) -> Mapping[str, Any]:
    """Say what made this matching, as far as anybody may know: no rule, no clock, no hash of people."""
    import scipy

    roster = setup.roster
    return {
        "versions": {"mentormatch": __version__, "numpy": np.__version__, "scipy": scipy.__version__},
        "seed": seed,
        "settings": {**setup.settings, "objective": list(objective)},
        "placed_by_hand": [
            {
                "mentee": roster.mentee_ids[pair.i],
                "mentor": roster.mentor_ids[pair.j],
                "reason": pair.reason,
                "by": pair.by,
            }
            for pair in by_hand
        ],
    }


def _pair_notes(setup: Setup, pairs: PairColumns, arcs: Arcs, *, wished: bool) -> tuple[Note, ...]:
    """Note what is worth a look in the pairs that were made."""
    if setup.pool is None:
        return ()
    notes = []
    weak = int(((pairs.score < WEAK) | (pairs.evidence < WEAK)).sum())
    if weak and setup.scores.criteria:
        message = f"{weak} of {len(pairs)} pairs score below {WEAK} or rest on few answers; look at them first"
        notes.append(Note("weak_pairs", message, weak))
    if len(pairs) and not setup.scores.criteria and not wished:
        message = "no criterion tells people apart, so the pairs were made by the seed alone"
        notes.append(Note("arbitrary", message, len(pairs)))
    return (*notes, *_suggested(setup, arcs))


def _suggested(setup: Setup, arcs: Arcs) -> tuple[Note, ...]:
    """Note pairs that a rule which was not asked for would have kept apart."""
    pool, applied = setup.pool, setup.compiled.rules
    if pool is None:
        return ()
    i, j = arcs
    found = []
    teams = pool.labels("team")
    same = (teams[0][i] >= 0) & (teams[0][i] == teams[1][j])
    levels = pool.numbers("level")
    below = levels[1][j] < levels[0][i]
    for here, rule, told, field in (
        (same, "same_team", "are in the same team", "team"),
        (below, "level_gap", "have a mentor of a lower level", "level"),
        (_paired_before(setup, pool, arcs), "past_partners", "were paired before", "past_partners"),
    ):
        if rule in applied or not here.any():
            continue
        count = int((here & _told_by_both(pool, field, arcs)).sum())
        if count:
            message = f"{count} pairs {told}; the rule {rule} would keep them apart"
            found.append(Note("rule_suggested", message, count, (field,)))
    return tuple(found)


def _paired_before(setup: Setup, pool: Pool, arcs: Arcs) -> NDArray[np.bool_]:
    """Return for each pair whether either of the two lists the other as a past partner."""
    i, j = arcs
    past, ids = pool.objects("past_partners"), (setup.roster.mentee_ids, setup.roster.mentor_ids)
    found: NDArray[np.bool_] = np.zeros(len(i), bool)
    for place in np.flatnonzero((past[0] != None)[i] | (past[1] != None)[j]).tolist():  # noqa: E711  # elementwise
        a, b = int(i[place]), int(j[place])
        found[place] = ids[1][b] in (past[0][a] or ()) or ids[0][a] in (past[1][b] or ())
    return found


def _told_by_both(pool: Pool, field: str, arcs: Arcs) -> NDArray[np.bool_]:
    """Return for each pair whether neither of the two keeps this field private."""
    told: NDArray[np.bool_] = np.ones(len(arcs.i), bool)
    for side, rows in (("mentee", arcs.i), ("mentor", arcs.j)):
        told &= np.array([field not in own for own in pool.private_fields(side)], bool)[rows]
    return told

"""The proof of a solve as whole numbers, for a checker that shares nothing with this library.

``check_proof.py``, beside this file, is that checker; it says how the proof is read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import StateError, UnsupportedProblem
from mentormatch.problem.rows import coupled_rows
from mentormatch.solvers import (
    SEED,
    STABLE,
    CoupledProof,
    components,
    exponent,
    is_coupled,
    preferences,
    prove_coupled,
    prove_stepwise,
    quantise,
    units_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from mentormatch.network import Arcs, Bounds, Solution
    from mentormatch.problem.instance import Prepared
    from mentormatch.problem.setup import Setup
    from mentormatch.solvers import Proved

SCHEMA: Final = "mentormatch/proof/1"
"""What kind of file a proof is."""

LARGEST: Final = 4_000_000
"""Pairs that a proof lists at most: every one of them is written out."""


def proof_of(setup: Setup, prepared: Prepared, solution: Solution) -> str:
    """Write the proof of a solution; see :meth:`mentormatch.Problem.proof`."""
    instance = prepared.instance
    n, m = instance.shape
    if n * m > LARGEST:
        msg = f"a proof lists every pair, up to {LARGEST:,} of them; this problem has {n * m:,}"
        raise UnsupportedProblem(msg)
    if instance.open_from:
        msg = "a proof for mentors who have nobody or several at least cannot be written yet"
        raise UnsupportedProblem(msg)
    tables = _Tables(setup, prepared, solution.arcs)
    if instance.objective == STABLE:
        lists = [[one.tolist() for one in side] for side in preferences(instance)]
        tiers = [{"name": "stable", "value": [0], "steps": []}]
        return _written({**tables.people(), "prefers": lists, "tiers": tiers})
    if not all(tier.optimal for tier in solution.tiers):
        msg = "the last result is not proved: it was cut short, or its solver gave less than the best; solve again"
        raise StateError(msg)
    names, proved = _proved(prepared, solution)
    people = tables.people()
    first = len(people["rows"]["lower"])
    steps: list[list[list[int]]]
    if isinstance(proved, CoupledProof):
        tables.add_rows(people["rows"], proved.rows)
        steps = [[*tier] for tier in proved.tiers]
    else:
        steps = [[[*step.u, *step.v] for step in tier] for tier in proved.tiers]
    tiers = [
        tables.tier(name, [_prices(step, n + m, first) for step in tier], proved.free)
        for name, tier in zip(names, steps, strict=True)
    ]
    return _written({**people, "tiers": tiers})


def _written(proof: dict[str, Any]) -> str:
    return json.dumps({"schema": SCHEMA, **proof}, ensure_ascii=False, separators=(",", ":"))


def _prices(step: list[int], people: int, first: int) -> list[list[int]]:
    """List the prices of one step that are not 0, by place; rows that were added stand after the first so many."""
    return [[place + (first if place >= people else 0), price] for place, price in enumerate(step) if price]


def _proved(prepared: Prepared, solution: Solution) -> tuple[tuple[str, ...], Proved | CoupledProof]:
    """Derive prices for every tier, and for the seed's where that was solved and rules over several pairs allow."""
    instance = prepared.instance
    every = ((*instance.objective, SEED), instance.objective)[not solution.ties :]
    for names in every:
        proved: Proved | CoupledProof | None = prove_stepwise(instance, solution.arcs, names)
        if proved is not None:
            return names, proved
    if is_coupled(instance):
        for names in every:
            proved = prove_coupled(instance, solution.arcs, names)
            if proved is not None:
                return names, proved
        msg = "rules over several pairs keep a better matching away here, and multipliers alone do not prove that"
        raise UnsupportedProblem(msg)
    msg = "the last solve is not the best there is, so there is no proof of it"
    raise StateError(msg)


class _Tables:
    """The numbers of one solve, by position: what the checker reads."""

    def __init__(self, setup: Setup, prepared: Prepared, arcs: Arcs) -> None:
        self.setup, self.prepared, self.instance = setup, prepared, prepared.instance
        self.n, self.m = self.instance.shape
        i, j = (np.array([getattr(pair, side) for pair in prepared.fixed], np.int64) for side in ("i", "j"))
        self.fixed = self._keys(prepared.mentees.back(i), prepared.mentors.back(j))
        self.made = np.sort(np.concatenate((self._keys(arcs.i, arcs.j), self.fixed)))
        self.scores = self._scored()

    def _keys(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.asarray(i, np.int64) * max(1, self.m) + np.asarray(j, np.int64)

    def _ends(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return keys // max(1, self.m), keys % max(1, self.m)

    def _scored(self) -> NDArray[Any]:
        """Put the scores of all pairs that may be made, and of the fixed ones, on the grid; others are None."""
        rows, columns, e = slice(0, self.n), slice(0, self.m), exponent(self.instance)
        allowed = self.instance.allowed_block(rows, columns)
        numbers = quantise(np.where(allowed, self.instance.score_block(rows, columns), 0.0), e)
        scores = np.full((self.n, self.m), None, object)
        scores[allowed] = numbers[allowed].tolist()
        scores[self._ends(self.fixed)] = quantise(self.instance.score_pairs(*self._ends(self.fixed)), e).tolist()
        return scores

    def people(self) -> dict[str, Any]:
        """Return who there is, what each may have, what every pair scores, and which pairs are made."""
        instance, compiled, roster = self.instance, self.setup.compiled, self.setup.roster
        held = [
            np.bincount(own, minlength=size) for own, size in zip(self._ends(self.fixed), (self.n, self.m), strict=True)
        ]
        mentees = _side(instance.mentees, compiled.mentee_bounds[self.prepared.mentees.rows], held[0], self.m)
        mentors = _side(instance.mentors, compiled.mentor_bounds[self.prepared.mentors.rows], held[1], self.n)
        return {
            "objective": list(instance.objective),
            "mentees": {
                "ids": [roster.mentee_ids[row] for row in self.prepared.mentees.rows.tolist()],
                **mentees,
                "classes": self._classes().tolist(),
            },
            "mentors": {
                "ids": [roster.mentor_ids[row] for row in self.prepared.mentors.rows.tolist()],
                **mentors,
                "units": units_of(instance),
            },
            "exponent": exponent(instance),
            "scores": self.scores.tolist(),
            "fixed": self._listed(self.fixed),
            "matching": self._listed(self.made),
            "rows": coupled_rows(instance, self._ends(self.fixed)),
        }

    def _listed(self, keys: NDArray[np.int64], *more: NDArray[np.int64]) -> list[list[int]]:
        return [list(one) for one in zip(*(each.tolist() for each in (*self._ends(keys), *more)), strict=True)]

    def add_rows(self, rows: dict[str, Any], more: Iterable[tuple[int, int, Any, Any]]) -> None:
        """Write down more rows, which follow from those that are there."""
        for lower, upper, keys, weights in more:
            row = len(rows["lower"])
            rows["lower"].append(lower)
            rows["upper"].append(upper)
            rows["pairs"] += [[row, *pair] for pair in self._listed(keys, weights)]

    def tier(self, name: str, prices: list[list[list[int]]], free: NDArray[np.int64]) -> dict[str, Any]:
        """Return one tier: what it reaches, what listed pairs weigh in it, and the prices of each step."""
        weights = self._weights(name, free)
        value = self._value(name)
        if value is None:
            value = [sum(one[-1] for one in listed if self._is_made(one)) for listed in weights]
        return {"name": name, "value": value, **({"weights": weights} if weights else {}), "steps": prices}

    def _is_made(self, listed: list[int]) -> bool:
        key = listed[0] * self.m + listed[1]
        at = int(np.searchsorted(self.made, key))
        return at < len(self.made) and int(self.made[at]) == key

    def _weights(self, name: str, free: NDArray[np.int64]) -> list[list[list[int]]]:
        if name == SEED:
            keys = np.union1d(free, self.made)
            return [self._listed(keys, self.instance.tie_pairs(*self._ends(keys)))]
        if name in {"wishes", "least_change"}:
            weights: list[Any] = [part.weight for part in components(self.instance, name)]
            return [self._listed(one.keys, one.values) for one in weights]
        return []

    def _value(self, name: str) -> list[int] | None:
        """Return what the pairs reach in a tier that lists no weights."""
        scores: list[int] = sorted(self.scores[self._ends(self.made)].tolist())
        counted: dict[str, Callable[[], list[int]]] = {
            "coverage": lambda: [len(scores)],
            "priority": self._placed,
            "floor": lambda: scores[:1] or [0],
            "leximin": lambda: scores,
            "total": lambda: [sum(scores)],
            "balance": self._unevenness,
        }
        return counted[name]() if name in counted else None

    def _placed(self) -> list[int]:
        classes = self._classes()
        counts: list[int] = np.bincount(
            classes[self._ends(self.made)[0]], minlength=int(classes.max(initial=0)) + 1
        ).tolist()
        return counts

    def _unevenness(self) -> list[int]:
        loads = np.bincount(self._ends(self.made)[1], minlength=self.m).tolist()
        return [sum(unit * load**2 for unit, load in zip(units_of(self.instance), loads, strict=True))]

    def _classes(self) -> NDArray[np.int64]:
        return np.zeros(self.n, np.int64) if self.instance.classes is None else self.instance.classes


def _side(left: Bounds, own: NDArray[np.int64], held: NDArray[np.int64], others: int) -> dict[str, Any]:
    """Return the bounds of one side with the places that fixed pairs took off them.

    Nobody has more partners than there are people on the other side. A minimum that fixed pairs meet is the
    stated one; any other is what is left of it, which rules over several pairs may have raised.
    """
    return {
        "lower": np.where(left.lower > 0, left.lower + held, np.minimum(own[:, 0], held)).tolist(),
        "upper": np.minimum(left.upper + held, others).tolist(),
    }

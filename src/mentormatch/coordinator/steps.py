"""Steps by which a problem gives way: what there is to change, and the problem after it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from mentormatch.constraints import Alike, GroupBounds, NotBoth, ScoreAtLeast
from mentormatch.constraints.terms import NoneOrAtLeast
from mentormatch.problem.compiled import compile_rules
from mentormatch.problem.coupling import NO_BOUND, UNIT
from mentormatch.problem.members import secret_bounds, stated, with_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mentormatch.problem.coupling import Coupled
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.setup import Setup
    from mentormatch.problem.sources import Source

Kind: TypeAlias = Literal["minimum", "maximum", "lock", "quota_minimum", "quota_maximum", "rule", "pair_rule"]
"""What may give way: a person's minimum or maximum, a lock, the bounds of a rule, a rule as a whole."""

ALWAYS: Final = frozenset({"not_self"})
"""Rules that hold whatever is decided."""


@dataclass(frozen=True, repr=False)
class Change:
    """One thing that gives way.

    Attributes
    ----------
    kind
        ``"minimum"`` or ``"maximum"`` of a person, ``"lock"``, ``"quota_minimum"`` or
        ``"quota_maximum"`` of a rule, ``"rule"`` over a group, ``"pair_rule"``, ``"confidential"``.
    text
        What to do, in words.
    people
        The ids of the people concerned.
    units
        How much it is: places, or 1 for what is dropped; for a rule about pairs the pairs that it forbids.
    """

    kind: str
    text: str
    people: tuple[str, ...]
    units: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def __repr__(self) -> str:
        return f"Change({self.kind!r}, {self.units} units, {len(self.people)} people)"


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """Something that may give way by up to ``units``, or does by exactly as many."""

    kind: Kind
    units: int
    side: int = 0
    row: int = -1
    fixed: Fixed | None = None
    source: Source | None = None

    def told(self, setup: Setup) -> Change:
        """Say what is done to a problem."""
        roster, compiled = setup.roster, setup.compiled
        if self.kind in ("minimum", "maximum"):
            name, ids, bounds = (
                ("mentee", roster.mentee_ids, compiled.public_mentee_bounds),
                ("mentor", roster.mentor_ids, compiled.public_mentor_bounds),
            )[self.side]
            low = self.kind == "minimum"
            now = int(bounds[self.row, 0 if low else 1])
            then = now - self.units if low else now + self.units
            verb = "lower" if low else "raise"
            who = ids[self.row]
            text = f"{verb} the {self.kind} of {name} {who} from {now} to {then}"
            return Change(self.kind, text, (who,), self.units)
        if self.fixed is not None:
            people = roster.mentee_ids[self.fixed.i], roster.mentor_ids[self.fixed.j]
            name = "lock" if self.fixed.by_hand else "required pair"
            return Change(self.kind, f"drop the {name} {people[0]} with {people[1]}", people, self.units)
        words = "" if self.source is None else self.source.words
        if self.kind in ("quota_minimum", "quota_maximum"):
            verb, bound = ("lower", "minimum") if self.kind == "quota_minimum" else ("raise", "maximum")
            return Change(self.kind, f"{verb} the {bound} of the rule {words} by {self.units}", (), self.units)
        pairs = ""
        if self.kind == "pair_rule":
            pairs = f" ({self.units} {'pair' if self.units == 1 else 'pairs'} that it forbids would be made)"
        return Change(self.kind, f"drop the rule {words}{pairs}", (), self.units)


def steps_of(setup: Setup) -> tuple[Step, ...]:
    """List everything that may give way, each by as much as it can."""
    return (*_of_people(setup), *_of_locks(setup), *_of_rules(setup))


def _of_people(setup: Setup) -> list[Step]:
    compiled, found = setup.compiled, []
    public = compiled.public_mentee_bounds, compiled.public_mentor_bounds
    # without rules over groups, nobody needs more than all minimums and locks ask for
    enough = sum(int(bounds[:, 0].sum()) for bounds in (compiled.mentee_bounds, compiled.mentor_bounds))
    enough = NO_BOUND if compiled.coupled else enough + len(setup.fixed)
    for side, (open_, secret, others) in enumerate(
        zip(public, secret_bounds(setup), setup.roster.shape[::-1], strict=True)
    ):
        least = open_[:, 0] - secret[:, 0]
        found += [Step("minimum", int(least[row]), side, int(row)) for row in np.flatnonzero(least > 0)]
        most = np.minimum(np.minimum(secret[:, 1], others) - open_[:, 1], enough)
        found += [Step("maximum", int(most[row]), side, int(row)) for row in np.flatnonzero(most > 0)]
    return found


def _of_locks(setup: Setup) -> list[Step]:
    return [Step("lock", 1, fixed=pair) for pair in stated(setup) if not pair.secret]


def _of_rules(setup: Setup) -> list[Step]:
    found: list[Step] = []
    n, m = setup.roster.shape
    for source in setup.compiled.sources:
        if source.confidential or source.name in ALWAYS:
            continue
        least = max(map(_least, source.coupled), default=0)
        if least:
            found.append(Step("quota_minimum", least, source=source))
        most = max((_most(one, n, m) for one in source.coupled), default=0)
        if most:
            found.append(Step("quota_maximum", most, source=source))
        if any(isinstance(one.term, (Alike, NotBoth)) for one in source.coupled):
            found.append(Step("rule", 1, source=source))
        if source.over_pairs and not any(isinstance(term, ScoreAtLeast) for term in source.asked):
            found.append(Step("pair_rule", n * m, source=source))
    return found


def _least(one: Coupled) -> int:
    """Return by how much the lower bound of a term is worth lowering."""
    match one.term:
        case GroupBounds():
            return max(0, int(one.term.min))
        case NoneOrAtLeast():
            return max(0, one.term.k - 1)
    above = [row.lower - int(row.weight[row.weight < 0].sum()) for row in one.weighed if row.lower > -NO_BOUND]
    return max(0, -(-max(above, default=0) // UNIT))


def _most(one: Coupled, n: int, m: int) -> int:
    """Return by how much the upper bound of a term is worth raising."""
    if isinstance(one.term, GroupBounds):
        return max(0, len(one.term.rows) * (m if one.term.side == "mentees" else n) - int(one.term.max))
    below = [int(row.weight[row.weight > 0].sum()) - row.upper for row in one.weighed if row.upper < NO_BOUND]
    return max(0, -(-max(below, default=0) // UNIT))


def after(setup: Setup, steps: Sequence[Step]) -> Setup:
    """Return the problem after some steps."""
    gone = {step.fixed for step in steps if step.fixed is not None}
    setup = replace(setup, fixed=tuple(pair for pair in stated(setup) if pair not in gone))
    return _with_rules(_with_bounds(setup, steps), [step for step in steps if step.source is not None])


def _with_bounds(setup: Setup, steps: Sequence[Step]) -> Setup:
    compiled = setup.compiled
    public = compiled.public_mentee_bounds.copy(), compiled.public_mentor_bounds.copy()
    for step in steps:
        if step.kind == "minimum":
            public[step.side][step.row, 0] -= step.units
        elif step.kind == "maximum":
            public[step.side][step.row, 1] += step.units
    whole = [_tightened(*each) for each in zip(public, secret_bounds(setup), strict=True)]
    compiled = replace(
        compiled,
        mentee_bounds=whole[0],
        mentor_bounds=whole[1],
        public_mentee_bounds=public[0],
        public_mentor_bounds=public[1],
    )
    return replace(setup, compiled=compiled)


def _tightened(public: NDArray[np.int64], secret: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([np.maximum(public[:, 0], secret[:, 0]), np.minimum(public[:, 1], secret[:, 1])], axis=1)


def _with_rules(setup: Setup, steps: Sequence[Step]) -> Setup:
    sources = [_wider(source, [step for step in steps if step.source is source]) for source in setup.compiled.sources]
    compiled = replace(setup.compiled, sources=tuple(sources))
    if setup.pool is not None and any(step.kind == "pair_rule" for step in steps):
        asked = [replace(one, asked=one.over_pairs) for one in sources if not one.confidential]
        compiled = replace(compiled, public=compile_rules(asked, setup.pool, None).public)
    return with_groups(replace(setup, compiled=compiled), sources)


def _wider(source: Source, steps: Sequence[Step]) -> Source:
    """Return what a rule asks for after some steps."""
    asked, coupled = source.asked, source.coupled
    for step in steps:
        match step.kind:
            case "quota_minimum":
                coupled = tuple(_lowered(one, step.units) for one in coupled)
            case "quota_maximum":
                coupled = tuple(_raised(one, step.units) for one in coupled)
            case "rule":
                coupled = tuple(one for one in coupled if not isinstance(one.term, (Alike, NotBoth)))
            case "pair_rule":
                asked = tuple(term for term in asked if term not in source.over_pairs)
    return replace(source, asked=asked, coupled=coupled)


def _lowered(one: Coupled, units: int) -> Coupled:
    match one.term:
        case GroupBounds():
            return replace(one, term=replace(one.term, min=max(0, one.term.min - units)))
        case NoneOrAtLeast():
            return replace(one, term=replace(one.term, k=max(1, one.term.k - units)))
    rows = tuple(row._replace(lower=max(-NO_BOUND, row.lower - units * UNIT)) for row in one.weighed)
    return replace(one, weighed=rows)


def _raised(one: Coupled, units: int) -> Coupled:
    if isinstance(one.term, GroupBounds):
        return replace(one, term=replace(one.term, max=one.term.max + units))
    rows = tuple(row._replace(upper=min(NO_BOUND, row.upper + units * UNIT)) for row in one.weighed)
    return replace(one, weighed=rows)

"""Rules turned into what an instance needs: masks, bounds, fixed pairs, and what no solver can do yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.constraints import (
    FixPairs,
    ForbidPairs,
    ForbidWhere,
    NotBoth,
    PersonBounds,
    ScoreAtLeast,
    is_confidential,
    notes_of,
    rule_from,
    with_date,
)
from mentormatch.errors import Fault, InputError, MentorMatchError
from mentormatch.people import Note
from mentormatch.problem.coupling import Coupled, coupled
from mentormatch.problem.fixing import Fixed
from mentormatch.problem.mask import Block, Mask
from mentormatch.problem.privacy import tellable
from mentormatch.problem.sound import Guarded, failed, wrong_with
from mentormatch.problem.sources import Source, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.people import Pool
    from mentormatch.problem.plan import Plan


@dataclass(frozen=True, eq=False, repr=False)
class Compiled:
    """What the rules come down to.

    ``public`` and ``secret`` are kept apart because what is told to participants may rest on
    the first alone; so are the least scores, and ``public_mentee_bounds`` and
    ``public_mentor_bounds`` are without confidential rules. ``told`` is what may be told of ``public``,
    where that is less: not what rests on answers that somebody keeps private. ``most_pairs`` is what people's
    own bounds allow. ``coupled`` are the rules over several pairs, and ``sources`` says which rule
    asked for what.
    """

    public: Mask
    secret: Mask
    mentee_bounds: NDArray[np.int64]
    mentor_bounds: NDArray[np.int64]
    public_mentee_bounds: NDArray[np.int64]
    public_mentor_bounds: NDArray[np.int64]
    most_pairs: int
    fixed: tuple[Fixed, ...] = ()
    coupled: tuple[Coupled, ...] = ()
    min_score: float | None = None
    secret_min_score: float | None = None
    told: Mask | None = None
    rules: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def not_both(self) -> tuple[NotBoth, ...]:
        """Who may not share a partner."""
        return tuple(one.term for one in self.coupled if isinstance(one.term, NotBoth))

    @property
    def least(self) -> float | None:
        """The least score of a pair, by every rule."""
        return _larger(self.min_score, self.secret_min_score)


def read_rules(plan: Plan) -> tuple[Any, ...]:
    """Make rules of plain data, give dated ones their date, and refuse what is no rule.

    Raises
    ------
    InputError
        Every rule that is unknown or wrongly written, at once.
    """
    rules, faults = _read_each(plan)
    del plan  # a traceback may show what this frame holds
    if faults:
        raise InputError(faults)
    return rules


def _read_each(plan: Plan) -> tuple[tuple[Any, ...], list[Fault]]:
    faults: list[Fault] = []
    rules = []
    for place, given in enumerate(plan.constraints):
        if callable(getattr(given, "terms", None)):
            rule = given
        else:
            rule, wrong = _from_data(given, ("constraints", plan.rule_place(place)))
            faults.extend(wrong)
        if rule is not None:
            rules.append(with_date(rule, plan.on))
    return tuple(rules), faults


def _from_data(given: Any, loc: tuple[str | int, ...]) -> tuple[Any, tuple[Fault, ...]]:
    """Make a rule, or return what is wrong with it."""
    try:
        return rule_from(given, loc), ()
    except InputError as error:
        return None, error.faults


def compile_rules(rules: Sequence[Any], pool: Pool, min_score: float | None) -> Compiled:
    """Ask every rule for its terms and fold them into masks, bounds and fixed pairs.

    Raises
    ------
    InputError
        What is wrong with the terms of every rule, at once.
    """
    pairs: dict[bool, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = {False: [], True: []}
    blocks: dict[bool, list[Block]] = {False: [], True: []}
    own = {"mentees": pool.mentee_bounds, "mentors": pool.mentor_bounds}
    bounds = {side: each.copy() for side, each in own.items()}
    public_bounds = {side: each.copy() for side, each in own.items()}
    fixed: list[Fixed] = []
    over_several: list[Coupled] = []
    sources: list[Source] = []
    least: dict[bool, float | None] = {False: min_score, True: None}
    every = _asked_by(rules, pool)
    for rule, asked in zip(rules, every, strict=True):
        secret, told = is_confidential(rule), _told(rule)
        for term in asked:
            match term:
                case ForbidPairs():
                    pairs[secret].append((term.i, term.j))
                case ForbidWhere():
                    blocks[secret].append(Guarded(term, told, pool.shape))
                case FixPairs():
                    placed = zip(term.i.tolist(), term.j.tolist(), strict=True)
                    fixed += (Fixed(i, j, by_hand=False, secret=secret) for i, j in placed)
                case PersonBounds():
                    _tighten(bounds[term.side], term)
                    if not secret:
                        _tighten(public_bounds[term.side], term)
                case ScoreAtLeast():
                    least[secret] = _larger(least[secret], term.value)
                case Coupled():
                    over_several.append(term)
        own_coupled = [term for term in asked if isinstance(term, Coupled)]
        sources.append(source_of(rule, [t.term if isinstance(t, Coupled) else t for t in asked], own_coupled))
    return Compiled(
        public=Mask(pool.shape, pairs[False], blocks[False]),
        told=tellable(rules, every, pool, blocks[False]),
        secret=Mask(pool.shape, pairs[True], blocks[True]),
        mentee_bounds=bounds["mentees"],
        mentor_bounds=bounds["mentors"],
        public_mentee_bounds=public_bounds["mentees"],
        public_mentor_bounds=public_bounds["mentors"],
        most_pairs=most_pairs(own["mentees"], own["mentors"]),
        fixed=tuple(fixed),
        coupled=tuple(over_several),
        min_score=least[False],
        secret_min_score=least[True],
        rules=tuple(sorted({str(rule.name) for rule in rules if not is_confidential(rule)})),
        notes=tuple(note for rule in rules for note in notes_of(rule, pool)),
        sources=tuple(source for source in sources if source.asked),
    )


def _told(rule: Any) -> str:
    """Return how an error may call a rule."""
    return "a confidential rule" if is_confidential(rule) else f"the rule {getattr(rule, 'name', type(rule).__name__)}"


def _asked_by(rules: Sequence[Any], pool: Pool) -> list[tuple[Any, ...]]:
    """Ask every rule for its terms, those about several pairs with what they weigh, before any of them is unfolded."""
    faults: list[Fault] = []
    asked = []
    for rule in rules:
        try:
            asked.append(_terms_of(rule, pool))
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return asked


def _terms_of(rule: Any, pool: Pool) -> tuple[Any, ...]:
    """Ask one rule for its terms, and check them; a fault of a confidential one is told without its name."""
    terms, secret, told = None, is_confidential(rule), _told(rule)
    try:
        terms = tuple(rule.terms(pool))
    except MentorMatchError as error:
        if not secret:
            raise
        why: str | None = type(error).__name__
    except Exception as error:  # noqa: BLE001  a rule of the user's own may raise anything; all of it becomes one error
        why = type(error).__name__
    if terms is not None:
        why = next(filter(None, (wrong_with(term, pool.shape) for term in terms)), None)
    if terms is None or why is not None:
        raise failed(told, str(why))
    single = (ForbidPairs, ForbidWhere, FixPairs, PersonBounds, ScoreAtLeast)
    return tuple(
        term if isinstance(term, single) else coupled(term, rule, told, pool.shape, secret=secret) for term in terms
    )


def most_pairs(mentees: NDArray[np.int64], mentors: NDArray[np.int64]) -> int:
    """Count the most pairs that the bounds of both sides allow."""
    n, m = len(mentees), len(mentors)
    return min(int(np.minimum(mentees[:, 1], m).sum()), int(np.minimum(mentors[:, 1], n).sum()))


def _larger(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _tighten(bounds: NDArray[np.int64], term: PersonBounds) -> None:
    np.maximum.at(bounds[:, 0], term.rows, term.min)
    np.minimum.at(bounds[:, 1], term.rows, term.max)

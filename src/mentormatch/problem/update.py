"""A problem with a few changes: what stays is seen through the old one, and only who joins is read and scored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.constraints import (
    FixPairs,
    ForbidPairs,
    ForbidWhere,
    NotSelf,
    PersonBounds,
    Vetoes,
    lock_from,
)
from mentormatch.errors import Fault, InputError
from mentormatch.people import Pool
from mentormatch.problem.build import _shortage, merged
from mentormatch.problem.compiled import compile_rules, most_pairs, read_rules
from mentormatch.problem.coupling import implied
from mentormatch.problem.mask import Mask
from mentormatch.problem.plan import Plan, plan_of
from mentormatch.problem.roster import Roster, some
from mentormatch.problem.sources import Source
from mentormatch.scoring import FittedScores, ScoreMatrix, SeenScores, Sheet
from mentormatch.scoring.given import LARGEST
from mentormatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from mentormatch.network import Rows
    from mentormatch.problem.changes import Changes, Newcomer
    from mentormatch.problem.compiled import Compiled
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.given import Given
    from mentormatch.problem.setup import Setup

Ints = "NDArray[np.int64]"


@dataclass(frozen=True, eq=False, repr=False)
class KeptApart:
    """A rule that some pairs are not made, told in confidence; who is not here is passed over."""

    pairs: tuple[tuple[str, str], ...] = field(repr=False)
    name: str = "kept_apart"
    confidential: bool = True

    def terms(self, pool: Pool) -> Iterator[ForbidPairs]:
        """Yield the pairs of people who are here."""
        rows = [
            (pool.mentee_row[mentee], pool.mentor_row[mentor])
            for mentee, mentor in self.pairs
            if mentee in pool.mentee_row and mentor in pool.mentor_row
        ]
        pairs = np.array(rows, np.int64).reshape(-1, 2)
        yield ForbidPairs(pairs[:, 0].copy(), pairs[:, 1].copy())


class LaterPool(Pool):
    """A pool whose columns are put together when they are first looked at."""

    __slots__ = ("_make",)
    _make: Callable[[], Pool]

    @classmethod
    def of(cls, make: Callable[[], Pool]) -> LaterPool:
        """Return the pool that ``make`` will make."""
        pool = object.__new__(cls)
        pool._make = make
        return pool

    def __getattr__(self, name: str) -> Any:
        if name not in Pool.__slots__:
            raise AttributeError(name)
        made = self._make()
        for slot in ("_backend", "_cache", "_mapping", "_notes", "_public", "_rejects", "_sides"):
            setattr(self, slot, getattr(made, slot))
        return getattr(self, name)


def updated(setup: Setup, given: Given | None, changes: Changes) -> tuple[Setup, Given | None]:
    """Return the parts of a changed problem; the old ones stay as they are.

    Parameters
    ----------
    setup, given
        The parts of the old problem, and the arguments it was built with.
    changes
        What changes.

    Raises
    ------
    InputError
        Scores that cannot be read or made, and what is wrong with rules for who joins.
    """
    pool = None if setup.pool is None else LaterPool.of(partial(_people, setup.pool, changes))
    roster = _roster(setup.roster, changes)
    given = None if given is None or pool is None else _given(given, pool, changes)
    scores = _scores(setup, given, pool, changes)
    own = tuple(
        _own_bounds(old, before, new, stated)
        for old, before, new, stated in zip(
            setup.own_bounds, (changes.rows, changes.columns), changes.bounds, _stated(changes), strict=True
        )
    )
    base = replace(
        setup, roster=roster, scores=scores, pool=pool, own=(own[0], own[1]), fitted=setup.fitted or setup.pool
    )
    if given is not None and pool is not None and (changes.people is not None or setup.compiled.coupled):
        base = _ruled_anew(base, setup, given, pool, changes)
    else:
        compiled = _seen_rules(setup, changes, own, scores)
        base = replace(base, compiled=compiled, fixed=_moved(setup.fixed, changes))
    notes = tuple(note for note in setup.notes if note.code != "shortage")
    found = replace(base, notes=(*notes, *_shortage(base.compiled)))
    found.__dict__["pairs"] = setup.pairs.following(scores, roster, pool, *_places(setup, changes))
    return found, given


# --- people -------------------------------------------------------------------------------------------------------


def _people(pool: Pool, changes: Changes) -> Pool:
    places = {"mentees": changes.bounds[0], "mentors": changes.bounds[1]}
    changed = pool.with_places(places) if any(changes.bounds) else pool
    stay = [own[own >= 0].tolist() for own in (changes.rows, changes.columns)]
    kept = changed.take(*stay)
    return kept if changes.people is None else kept.joined(changes.people)


def _roster(old: Roster, changes: Changes) -> Roster:
    names = []
    fresh = changes.people
    for side, own in enumerate((old.mentee_names, old.mentor_names)):
        kept = some(own, changes.gone[side])
        joined = changes.ids[side][len(kept) :]
        if fresh is not None:
            joined = tuple((fresh.mentee_names, fresh.mentor_names)[side])
        names.append((*kept, *joined) if joined else kept)
    return Roster(*changes.ids, names[0], names[1]).following(old, (changes.rows, changes.columns), changes.gone)


def _given(given: Given, pool: Pool, changes: Changes) -> Given:
    """Return the arguments that a problem like this one is built with."""
    apart = tuple((changes.ids[0][i], changes.ids[1][j]) for i, j in zip(*changes.shut, strict=True))
    here = set(changes.ids[0]), set(changes.ids[1])
    locks = tuple(
        one
        for one, lock in ((one, lock_from(one)) for one in given.locks)
        if lock.mentee in here[0] and lock.mentor in here[1]
    )
    rules = (*given.constraints, KeptApart(apart)) if apart else given.constraints
    preset = given.preset
    if isinstance(preset, Settings):
        stated = tuple(one for one in preset.locks if one.mentee in here[0] and one.mentor in here[1])
        preset = preset.model_copy(update={"locks": stated})
    return replace(given, mentors=pool, mentees=None, constraints=rules, locks=locks, preset=preset)


def _stated(changes: Changes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the bounds that those who join state."""
    if changes.people is not None:
        return changes.people.mentee_bounds, changes.people.mentor_bounds
    mentees, mentors = (np.array([one.bounds for one in side], np.int64).reshape(-1, 2) for side in changes.newcomers)
    return mentees, mentors


def _own_bounds(
    old: NDArray[np.int64], before: NDArray[np.int64], new: dict[int, tuple[int, int]], stated: NDArray[np.int64]
) -> NDArray[np.int64]:
    bounds = old.copy()
    for row, bound in new.items():
        bounds[row] = bound
    return _following(bounds, before, stated)


def _following(bounds: NDArray[np.int64], before: NDArray[np.int64], stated: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bounds of those who stay, then of those who join; the same array where nothing changes."""
    if len(before) == len(bounds) and not len(stated) and (before == np.arange(len(before))).all():
        return bounds
    stays = before if before.min(initial=0) >= 0 else before[before >= 0]
    kept = bounds.take(stays, axis=0)  # several times as fast as an index of rows
    return np.concatenate([kept, stated]) if len(stated) else kept


# --- scores -------------------------------------------------------------------------------------------------------


def _scores(setup: Setup, given: Given | None, pool: Pool | None, changes: Changes) -> ScoreMatrix:
    before = changes.rows, changes.columns
    joins = [own < 0 for own in before]
    more: list[Sheet] = []
    if pool is not None and given is not None and changes.people is not None:
        plan = _plan(given)
        fitted = (setup.fitted or setup.pool or pool).public()
        first = setup.scores.sheets[0].matrix if isinstance(setup.scores, SeenScores) else setup.scores
        matrix = FittedScores(pool.public(), plan.scorers or {}, plan.on, first, fitted)
        more = [Sheet(matrix, *(np.arange(len(own)) for own in before))]
    elif any(map(len, changes.newcomers)):
        faults: list[Fault] = []
        for side, newcomers in enumerate(changes.newcomers):
            if newcomers:
                more.append(_sheet(side, newcomers, joins, changes, faults))
        if faults:
            raise InputError(faults)
    return SeenScores.of(setup.scores, changes.ids, *before, *more)


def _plan(given: Given) -> Plan:
    return plan_of(given.preset).over_arguments(given)


def _sheet(
    side: int, newcomers: tuple[Newcomer, ...], joins: list[NDArray[np.bool_]], changes: Changes, faults: list[Fault]
) -> Sheet:
    """Lay out the scores of those who join one side: mentees with whoever was a mentor, mentors with every mentee."""
    name = ("join_mentees", "join_mentors")[side]
    ids = changes.ids[1 - side]
    known = np.ones(len(ids), bool) if side else ~joins[1]
    table = []
    for place, one in enumerate(newcomers):
        row = _row(one, ids, known, (name, place), faults)
        table.append(np.full(int(known.sum()), np.nan) if row is None else row)
    array = np.array(table, np.float64).reshape(len(newcomers), -1)
    own, other = np.full(len(joins[side]), -1), np.full(len(ids), -1)
    own[joins[side]] = np.arange(len(newcomers))
    other[known] = np.arange(array.shape[1])
    matrix = ScoreMatrix.from_array(array.T if side else array)
    return Sheet(matrix, other, own) if side else Sheet(matrix, own, other)


def _row(
    one: Newcomer, ids: tuple[str, ...], known: NDArray[np.bool_], loc: tuple[str, int], faults: list[Fault]
) -> NDArray[np.float64] | None:
    """Read the scores of somebody who joins: one for everybody who is there, in order or by id."""
    given: Any = one.scores
    here = [who for who, there in zip(ids, known.tolist(), strict=True) if there]
    if hasattr(given, "items"):
        strange = sorted(set(map(str, given)) - set(here))
        if strange:
            said = f"the scores name people who are not here: {', '.join(strange[:20])}"
            faults.append(Fault(loc, "unknown_id", said, None, one.id))
            return None
        named = {str(who): score for who, score in given.items()}
        given = [named.get(who, np.nan) for who in here]
    row, wrong = None, None
    try:
        row = given if _sound(given) else ScoreMatrix.from_array([list(given)]).block(slice(None), slice(None))[0]
    except InputError as error:
        wrong = error.faults[0].msg
    except TypeError:
        wrong = "scores is a list of numbers, or a mapping of ids to numbers"
    if wrong is None and row is not None and len(row) != len(here):
        wrong = (
            f"{len(row)} scores for {len(here)} people: one for everybody who is there, in order, or a mapping of ids"
        )
    if wrong is not None:
        faults.append(Fault(loc, "bad_scores", wrong, None, one.id))
        return None
    return row


def _sound(given: Any) -> bool:
    """Say whether these are scores that need no closer look."""
    array = isinstance(given, np.ndarray) and given.ndim == 1 and given.dtype == np.float64
    return array and bool((np.abs(given) <= LARGEST).all())


# --- rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class _Through:
    """What an older mask forbids, for people who had these rows in it; nothing for those who had none."""

    mask: Mask
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.bool_]:
        i, j = self.rows[rows], self.columns[columns]
        if not (i < 0).any() and not (j < 0).any():
            return ~self.mask.allowed(i, j)
        out = np.zeros((len(i), len(j)), bool)
        out[np.ix_(i >= 0, j >= 0)] = ~self.mask.allowed(i[i >= 0], j[j >= 0])
        return out

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64], /) -> NDArray[np.bool_]:
        a, b = self.rows[i], self.columns[j]
        here = (a >= 0) & (b >= 0)
        out = np.zeros(len(a), bool)
        out[here] = ~self.mask.allowed_pairs(a[here], b[here])
        return out


@dataclass(frozen=True, eq=False, repr=False)
class _Joined:
    """What a mask forbids to those who join; nothing between people who were here."""

    mask: Mask
    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.bool_]:
        i, j = np.arange(self.mask.shape[0])[rows], np.arange(self.mask.shape[1])[columns]
        a, b = self.rows[i], self.columns[j]
        out = np.zeros((len(i), len(j)), bool)
        out[a] = ~self.mask.fresh(i[a], j)
        out[np.ix_(~a, b)] = ~self.mask.fresh(i[~a], j[b])
        return out

    def pairs(self, i: NDArray[np.int64], j: NDArray[np.int64], /) -> NDArray[np.bool_]:
        return (self.rows[i] | self.columns[j]) & ~self.mask.allowed_pairs(i, j)


class SeenMask(Mask):
    """A mask seen by people who stayed, with pairs and blocks more."""

    seen: _Through
    blocks: tuple[Any, ...]
    more: tuple[NDArray[np.int64], NDArray[np.int64]]

    def __init__(
        self, old: Mask, rows: Any, columns: Any, more: tuple[NDArray[np.int64], NDArray[np.int64]], blocks: Any = ()
    ) -> None:
        pairs = [more]
        if isinstance(old, SeenMask) and not old.blocks:
            # whatever was seen through one mask is seen through it again, so that masks do not pile up
            place = _place(rows, old.shape[0]), _place(columns, old.shape[1])
            i, j = place[0][old.more[0]], place[1][old.more[1]]
            here = (i >= 0) & (j >= 0)
            pairs.append((i[here], j[here]))
            rows, columns = _back(old.seen.rows, rows), _back(old.seen.columns, columns)
            old = old.seen.mask
        self.seen, self.blocks = _Through(old, rows, columns), tuple(blocks)
        self.more = np.concatenate([i for i, _ in pairs]), np.concatenate([j for _, j in pairs])
        super().__init__((len(rows), len(columns)), [self.more], [self.seen, *self.blocks])

    @property
    def shuts_areas(self) -> bool:
        """Whether whole areas are forbidden, here or where it was seen before."""
        return self.seen.mask.shuts_areas or bool(self.blocks)


def _back(old: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(rows < 0, -1, old[rows]) if len(old) else np.full(len(rows), -1)


def _places(setup: Setup, changes: Changes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where everybody on each side is now; -1 for those who left."""
    return _place(changes.rows, setup.roster.shape[0]), _place(changes.columns, setup.roster.shape[1])


def _place(before: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return where each of so many rows is now; -1 for those that are gone."""
    place = np.full(size, -1)
    place[before[before >= 0]] = np.flatnonzero(before >= 0)
    return place


def _seen_rules(setup: Setup, changes: Changes, own: tuple[NDArray[np.int64], ...], scores: ScoreMatrix) -> Compiled:
    """Return the rules as they were read, for those who are still here; who joins scores has none but its bounds."""
    old, rows, columns = setup.compiled, changes.rows, changes.columns
    none = np.empty(0, np.int64)
    unscored = _unscored(scores, rows, columns)
    bounds: dict[str, Any] = {
        name: _bounds(old, name, side, own[side], (rows, columns)[side], changes.bounds[side])
        for side, known in enumerate(("mentee_bounds", "mentor_bounds"))
        for name in (known, f"public_{known}")
    }
    places = _places(setup, changes)
    sources = tuple(_source(one, places, (rows, columns)) for one in old.sources)
    if len(changes.shut[0]):
        sources += (Source("a confidential rule", "", True, (ForbidPairs(*changes.shut),), ()),)
    return replace(
        old,
        public=SeenMask(old.public, rows, columns, unscored),
        secret=SeenMask(old.secret, rows, columns, changes.shut),
        told=None if old.told is None else SeenMask(old.told, rows, columns, (none, none)),
        most_pairs=most_pairs(own[0], own[1]),
        fixed=_moved(old.fixed, changes),
        sources=sources,
        **bounds,
    )


def _unscored(
    scores: ScoreMatrix, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of those who join that have no score."""
    found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    fresh, late = np.flatnonzero(rows < 0), np.flatnonzero(columns < 0)
    for i, j in ((fresh, np.arange(len(columns))), (np.flatnonzero(rows >= 0), late)):
        if len(i) and len(j):
            a, b = np.nonzero(np.isnan(scores.block(i, j)))
            found.append((i[a], j[b]))
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])


def _bounds(
    old: Compiled,
    name: str,
    side: int,
    own: NDArray[np.int64],
    before: NDArray[np.int64],
    new: dict[int, tuple[int, int]],
) -> NDArray[np.int64]:
    """Return the bounds of one side: as they were, and for whom they change by every rule again."""
    bounds: NDArray[np.int64] = getattr(old, name).copy()
    for row, stated in new.items():
        low, high = stated
        for source in old.sources:
            if source.confidential and name.startswith("public"):
                continue
            for term in source.bounds:
                if (term.side == "mentors") == bool(side):
                    for at in np.flatnonzero(term.rows == row).tolist():
                        low, high = max(low, int(term.min[at])), min(high, int(term.max[at]))
        bounds[row] = low, high
    return _following(bounds, before, own[np.flatnonzero(before < 0)])


def _moved(fixed: tuple[Fixed, ...], changes: Changes) -> tuple[Fixed, ...]:
    """Return the fixed pairs whose people are both still here."""
    if not fixed:
        return ()
    i = {row: place for place, row in enumerate(changes.rows.tolist()) if row >= 0}
    j = {row: place for place, row in enumerate(changes.columns.tolist()) if row >= 0}
    kept = [replace(pair, i=i[pair.i], j=j[pair.j]) for pair in fixed if pair.i in i and pair.j in j]
    return tuple(sorted(kept, key=lambda pair: (pair.i, pair.j)))


def _source(source: Source, places: tuple[NDArray[np.int64], ...], before: tuple[NDArray[np.int64], ...]) -> Source:
    """Return what a rule asked for, by the rows that people have now."""

    def moved(term: Any) -> Any:
        match term:
            case ForbidPairs() | FixPairs():
                i, j = places[0][term.i], places[1][term.j]
                here = (i >= 0) & (j >= 0)
                return type(term)(i[here], j[here])
            case ForbidWhere():
                return ForbidWhere(_Where(term.block, *before))
            case PersonBounds():
                rows = places[term.side == "mentors"][term.rows]
                here = rows >= 0
                return PersonBounds(term.side, rows[here], term.min[here], term.max[here])
        return term

    return replace(source, asked=tuple(map(moved, source.asked)))


@dataclass(frozen=True, eq=False, repr=False)
class _Where:
    """A block of a rule, asked by the rows that people had when it was made; nobody joined since."""

    block: Any
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def __call__(self, rows: Rows, columns: Rows, /) -> NDArray[np.bool_]:
        forbidden: NDArray[np.bool_] = self.block(self.rows[rows], self.columns[columns])
        return forbidden


def _ruled_anew(base: Setup, old: Setup, given: Given, pool: Pool, changes: Changes) -> Setup:
    """Read every rule again; between people who were here, pairs stay ruled as they were unless rules bind several."""
    plan = _plan(given)
    compiled = compile_rules((NotSelf(), Vetoes(), *read_rules(plan)), pool, plan.min_score)
    if not compiled.coupled and not old.compiled.coupled:
        joins = changes.rows < 0, changes.columns < 0
        masks: dict[str, Any] = {}
        for name in ("public", "secret", "told"):
            was, is_ = getattr(old.compiled, name), getattr(compiled, name)
            if name == "told":
                if was is None and is_ is None:
                    continue
                was, is_ = was or old.compiled.public, is_ or compiled.public
            none = np.empty(0, np.int64), np.empty(0, np.int64)
            shut = changes.shut if name == "secret" else none
            masks[name] = SeenMask(was, changes.rows, changes.columns, shut, [_Joined(is_, *joins)])
        compiled = replace(compiled, **masks)
    by_hand = tuple(pair for pair in _moved(old.fixed, changes) if not pair.implied and pair.by_hand)
    fixed = implied(merged(by_hand, compiled.fixed), [one.term for one in compiled.coupled])
    return replace(base, compiled=compiled, fixed=fixed)

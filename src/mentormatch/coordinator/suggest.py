"""Offers for a coordinator: the best allowed mentors of each mentee, with both sides' goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import numpy as np

from mentormatch.coordinator.best_first import best_first
from mentormatch.coordinator.shown import Shown, may_be_shown
from mentormatch.coordinator.spread import spread
from mentormatch.errors import Fault, InputError, StateError
from mentormatch.explain.explanation import ordered
from mentormatch.matching import Pair
from mentormatch.matching.columns import NUMBERS, known
from mentormatch.network import Arcs, Bounds
from mentormatch.problem.aims import Aims
from mentormatch.problem.bounds import MOST
from mentormatch.problem.instance import prepare
from mentormatch.problem.members import may_be, openly
from mentormatch.problem.pairs import make_pairs
from mentormatch.problem.ties import pair_hashes
from mentormatch.scoring.frame import frame_backend

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.matching import PairColumns
    from mentormatch.network import Progress
    from mentormatch.people import Note
    from mentormatch.problem import Problem
    from mentormatch.problem.setup import Setup

_Default = TypeVar("_Default")


@dataclass(frozen=True, slots=True)
class Offer(Pair):
    """A pair that could be made, with both sides' goals beside it.

    Attributes
    ----------
    mentee_goals, mentor_goals
        What each of the two wants, the most important first; empty for whoever states none or
        keeps them private.
    """

    mentee_goals: tuple[str, ...] = ()
    mentor_goals: tuple[str, ...] = ()


class Suggestions(Mapping[str, tuple[Offer, ...]]):
    """The offers of every mentee, best first: mentee id → tuple of :class:`Offer`; made by :func:`suggest`.

    It is the coordinator's, as a :class:`Problem` is: who is missing from it may have been told in
    confidence. Its repr shows counts and it cannot be pickled. What may be shown to a mentee is
    :meth:`share`. Mentees stand in listing order; one without offers has an empty tuple.
    """

    __slots__ = ("_columns", "_goals", "_key", "_setup", "_starts")

    def __init__(self, setup: Setup, arcs: Arcs, key: bytes) -> None:
        """Keep offers that are sorted by row, best first."""
        self._setup, self._key = setup, key
        self._columns: PairColumns = make_pairs(arcs, setup.scores, setup.roster, setup.pool, setup.share)
        self._starts = np.searchsorted(arcs.i, np.arange(len(setup.roster.mentee_ids) + 1))
        self._goals = _goals(setup)

    def __getitem__(self, mentee: str) -> tuple[Offer, ...]:
        """Return the offers of a mentee, best first.

        Raises
        ------
        InputError
            There is no mentee of that id.
        """
        row = self._row(mentee)
        places = range(int(self._starts[row]), int(self._starts[row + 1]))
        return tuple(self._offer(row, self._columns.at(place)) for place in places)

    def __contains__(self, mentee: object) -> bool:
        return isinstance(mentee, str) and mentee in self._setup.roster.mentee_row

    def get(self, mentee: str, default: _Default | None = None) -> tuple[Offer, ...] | _Default | None:  # type: ignore[override]
        """Return the offers of a mentee, or ``default`` for a stranger."""
        known = mentee in self
        return self[mentee] if known else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._setup.roster.mentee_ids)

    def __len__(self) -> int:
        return len(self._setup.roster.mentee_ids)

    def share(self, mentee: str) -> tuple[Shown, ...]:
        """Return those of a mentee's offers that may be shown to the mentee, best first.

        At most half of the mentors whom public rules allow are ever shown, by a draw that rests on
        the two ids and the key of :func:`suggest` alone and favours mentors with more places. So
        an absence has an innocent cause, and while the key stays, so does the answer: ask for more
        offers (``k``) where it leaves too few. Nothing says who was left out, how many or why. Of the other
        side it has the fields that settings share, and no score.

        Parameters
        ----------
        mentee
            The id.

        Raises
        ------
        InputError
            There is no mentee of that id.

        Notes
        -----
        Without ``max_offers`` one mentee's answer changes with nothing that was told in confidence
        about others. With it, offers that somebody may no longer get go to others, whose own then
        give way: that alone may change.
        """
        row = self._row(mentee)
        shown, at = may_be_shown(self._setup, row, self._key), self._setup.roster.mentor_row
        return tuple(self._shown(offer) for offer in self[mentee] if at[offer.mentor] in shown)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was noticed about the data, from public data alone."""
        return self._setup.notes

    def to_frame(self, backend: str | None = None) -> Any:
        """Return all offers as a table, a row each, best first; the coordinator's too.

        Parameters
        ----------
        backend
            ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None: the one that the people came in, else the
            first of these that is installed.

        Returns
        -------
        DataFrame or Table
            Of the backend: rank from 1, ids and names, score, evidence, what each side gains, and
            both sides' goals, several of them with semicolons between.

        Raises
        ------
        InputError
            No such library is installed.
        """
        import narwhals as nw

        pool = self._setup.pool
        library: Any = frame_backend(backend or (pool.backend if pool else None))
        return nw.from_dict(self._table(), backend=library).to_native()

    def _table(self) -> dict[str, list[Any]]:
        roster, columns = self._setup.roster, self._columns
        i = [roster.mentee_row[mentee] for mentee in columns.mentees]
        j = [roster.mentor_row[mentor] for mentor in columns.mentors]
        return {
            "mentee": list(columns.mentees),
            "rank": (np.arange(1, len(i) + 1) - self._starts[i]).tolist(),
            "mentor": list(columns.mentors),
            "mentee_name": [roster.mentee_names[row] for row in i],
            "mentor_name": [roster.mentor_names[row] for row in j],
            **{name: known(getattr(columns, name)) for name in NUMBERS},
            "mentee_goals": ["; ".join(self._goals[0][row]) for row in i],
            "mentor_goals": ["; ".join(self._goals[1][row]) for row in j],
        }

    def _row(self, mentee: str) -> int:
        row = self._setup.roster.mentee_row.get(mentee) if isinstance(mentee, str) else None
        if row is None:
            raise InputError(Fault(("mentee",), "unknown_id", "there is no mentee of that id", id=str(mentee)))
        return row

    def _offer(self, row: int, pair: Pair) -> Offer:
        own = {one.name: getattr(pair, one.name) for one in fields(pair)}
        mentees, mentors = self._goals
        return Offer(**own, mentee_goals=mentees[row], mentor_goals=mentors[self._setup.roster.mentor_row[pair.mentor]])

    def _shown(self, offer: Offer) -> Shown:
        name = self._setup.roster.mentor_names[self._setup.roster.mentor_row[offer.mentor]]
        common = tuple((part.criterion, part.shared) for part in ordered(offer.parts) if part.shared)
        goals = offer.mentor_goals if "goals" in self._setup.share else ()
        return Shown(offer.mentee, offer.mentor, name, goals, common)

    def __repr__(self) -> str:
        return f"<Suggestions: {len(self._columns)} offers for {len(self)} mentees>"

    def __reduce__(self) -> NoReturn:
        msg = "Suggestions rest on what was told in confidence and cannot be pickled; hand on what share() gives."
        raise StateError(msg)


def _goals(setup: Setup) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return everybody's goals that may be shown, mentees first, the most important of each first."""
    pool = setup.pool
    if pool is None:
        return [()] * setup.roster.shape[0], [()] * setup.roster.shape[1]
    sides = zip(pool.objects("goals"), map(pool.private_fields, ("mentees", "mentors")), strict=True)
    told = [
        [() if "goals" in kept else _by_weight(goals) for goals, kept in zip(stated, private, strict=True)]
        for stated, private in sides
    ]
    return told[0], told[1]


def _by_weight(goals: Mapping[str, float] | None) -> tuple[str, ...]:
    return tuple(sorted(goals or (), key=lambda goal: (-cast("Mapping[str, float]", goals)[goal], goal)))


def suggestions(
    problem: Problem,
    *,
    k: int,
    max_offers: int | None,
    seed: int | None,
    secret: str | bytes | None,
    progress: Progress | None,
) -> Suggestions:
    """Return the offers of a problem; see :func:`mentormatch.suggest`."""
    setup = problem._setup  # noqa: SLF001  the coordinator's view knows what the problem knows
    faults = [*_whole("k", k), *([] if max_offers is None else _whole("max_offers", max_offers)), *_wrong(seed, secret)]
    if faults:
        raise InputError(faults)
    k, max_offers = min(k, MOST), None if max_offers is None else min(max_offers, MOST)
    drawn = setup.seed if seed is None else seed
    key = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret or f"seed:{drawn}".encode()
    return Suggestions(setup, offered(setup, k, max_offers, drawn, progress), key)


def offered(setup: Setup, k: int, max_offers: int | None, seed: int, progress: Progress | None = None) -> Arcs:
    """Choose the offers, as listing rows sorted by mentee, best first.

    Parameters
    ----------
    setup
        The problem.
    k, max_offers
        The most offers of a mentee, and of a mentor (None: any number).
    seed
        The order of exact ties.
    progress
        Called with ``("solve", done, total)``.
    """
    n, m = setup.roster.shape
    if not n or not m:
        return Arcs(np.empty(0, np.int64), np.empty(0, np.int64))
    # what only a confidential rule forbids takes its mentor's place all the same: nobody else is to see that it does
    shut = [pair for pair in setup.fixed if not may_be(setup, pair)]
    taken = np.bincount(np.array([pair.j for pair in shut if openly(setup, pair)], np.int64), minlength=m)
    setup = replace(setup, fixed=tuple(pair for pair in setup.fixed if pair not in shut))
    prepared = prepare(
        setup.scores,
        setup.compiled,
        setup.roster,
        setup.fixed,
        aims=Aims.of(setup, ()),
        objective=("total",),
        seed=seed,
        memory=setup.memory,
    )
    instance, sides = prepared.instance, (prepared.mentees, prepared.mentors)
    places = instance.mentors.upper - taken[sides[1].rows]
    instance = replace(instance, mentors=Bounds(np.minimum(instance.mentors.lower, places), places))
    rows = [[getattr(pair, name) for pair in prepared.fixed] for name in ("i", "j")]
    held = [np.bincount(np.array(own, np.int64), minlength=size) for own, size in zip(rows, (n, m), strict=True)]
    held[1] += taken
    loads = [own[side.rows] for own, side in zip(held, sides, strict=True)]
    most = _room(k, loads[0], instance.mentees.upper), _room(max_offers or n, loads[1], instance.mentors.upper)
    arcs = best_first(instance, most[0], progress)
    if max_offers is not None:
        arcs = spread(instance, arcs, most, loads[0], progress)
    return _sorted(setup, prepared.listed(arcs), seed)


def _room(most: int, load: NDArray[np.int64], upper: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many more offers people may be in: none once pairs that must be made take all their places."""
    return np.where(upper > 0, np.maximum(most - load, 0), 0)


def _sorted(setup: Setup, arcs: Arcs, seed: int) -> Arcs:
    """Return offers by mentee, best first, equals by their hash and then by id."""
    mentees, mentors = setup.roster.hashes(seed)
    ties = pair_hashes(mentees[arcs.i], mentors[arcs.j])
    by_id = setup.roster.orders[1].back(arcs.j)
    order = np.lexsort((by_id, -ties, -setup.scores.pairs(arcs.i, arcs.j), arcs.i))
    return Arcs(arcs.i[order], arcs.j[order])


def _whole(name: str, number: Any) -> list[Fault]:
    if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
        return []
    return [Fault((name,), "not_positive", f"{name} is a whole number, 1 or more")]


def _wrong(seed: Any, secret: Any) -> list[Fault]:
    faults = []
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not -(2**63) <= seed < 2**63):
        faults.append(Fault(("seed",), "bad_seed", "seed is a whole number of at most 64 bits"))
    if secret is not None and not (isinstance(secret, (str, bytes)) and secret):
        faults.append(Fault(("secret",), "bad_secret", "secret is a text or bytes, and not empty"))
    return faults

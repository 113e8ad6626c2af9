"""The assignment problem as arrays and callables: what solvers see, and all they see.

Rows are mentees and columns are mentors, always in that order. Nothing here knows a
person, a rule or a criterion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import inf
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64] | slice
"""Positions on one side: an index array, or a slice."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""``progress(stage, done, total)``; it may raise :class:`mentormatch.Cancelled`."""


class Need(Enum):
    """Something a problem asks of its solver."""

    SEVERAL_EACH = "mentees who may have more than one mentor"
    MINIMUMS = "minimums that must be met"
    GROUPS = "quotas on groups of people, each inside another or apart from it"
    COUPLED = "rules that couple several pairs"
    STABLE = 'the objective "stable"'


@dataclass(frozen=True)
class Form:
    """What kind of problem this is: computed from it, never declared."""

    mentees: int
    mentors: int
    needs: frozenset[Need]

    @property
    def cells(self) -> int:
        """How many pairs there are, allowed or not."""
        return self.mentees * self.mentors


@dataclass(frozen=True)
class Bounds:
    """How many partners each person of one side has: at least ``lower``, at most ``upper`` (int64, one a person)."""

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.upper)


class Arcs(NamedTuple):
    """Pairs as two parallel int64 arrays: mentee rows and mentor columns."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]


class Ranked(NamedTuple):
    """Pairs that one side asks for, each once, and how high: rank 1 is the first wish."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    rank: NDArray[np.int64]


class Group(NamedTuple):
    """A quota: these people of one side (0 mentees, 1 mentors) have so many partners in all."""

    side: int
    people: NDArray[np.int64]
    lower: int
    upper: int


class Linear(NamedTuple):
    """A bound on what the chosen pairs weigh in all; pairs that are not listed weigh nothing."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    weight: NDArray[np.int64]
    lower: int
    upper: int


class Held(NamedTuple):
    """What is made outside the problem: pairs of each mentor, and the lowest score among them."""

    loads: NDArray[np.int64]
    lowest: float


class Screen(NamedTuple):
    """Scores of whole rectangles in single precision, with a bound on how far they are off.

    For every row ``i`` and column ``j``, rules ignored, the score differs from
    ``left[i] @ right[j] + rest`` by at most ``error[i]``, in whatever order single precision adds
    up. A screen only says where to look: what passes it is scored again, exactly.

    Attributes
    ----------
    left, right
        Factors of each row and of each column (float32, C order, the same number of columns).
    error
        The bound, one for each row (float64); it covers the product's own rounding.
    rest
        ``rest(rows, columns)`` is what no product gives, as a fresh float32 rectangle; None: nothing.
    least
        Pairs that score less may not be made.
    """

    left: NDArray[np.float32]
    right: NDArray[np.float32]
    error: NDArray[np.float64]
    rest: Callable[[Rows, Rows], NDArray[np.float32]] | None = None
    least: float = -inf


class Given(NamedTuple):
    """Scores that lie in memory as one table.

    Attributes
    ----------
    scores
        The table (float64, C order), NaN where a pair may not be made; never written to.
    mentees, mentors
        The row and the column of the table where each position stands.
    opens
        Whether every pair may be made that has a score.
    """

    scores: NDArray[np.float64]
    mentees: NDArray[np.int64]
    mentors: NDArray[np.int64]
    opens: bool


@dataclass(frozen=True, repr=False)
class Instance:
    """One bipartite b-matching: bounds on both sides, scores, allowed pairs, tiers.

    Every pair is used at most once. Pairs that are fixed in advance are not part of it:
    whoever builds an instance takes their places off the bounds and disallows them.

    Attributes
    ----------
    mentees, mentors
        The bounds of each side.
    score_block, score_pairs
        ``score_block(rows, columns)`` is a float64 rectangle and ``score_pairs(i, j)`` a
        float64 vector of the same numbers, bit for bit. NaN only where a pair is not allowed.
    allowed_block, allowed_pairs
        The same for bool: may this pair be made?
    tie_pairs
        ``tie_pairs(i, j)`` gives the int64 keyed hash of each pair, in [0, 2**40): the last,
        implicit tier maximises its sum, so that the optimum is unique.
    lowest, highest
        Bounds on the score of every pair, rules ignored, and of 0: they set the grid.
    objective
        The tiers, most important first, or ``"stable"`` alone.
    classes
        The class of each mentee for ``priority``, 0 the most important; None: all the same.
    wished
        For ``wishes`` and ``stable``, the pairs that mentees ask for and those that mentors ask
        for, each with its rank.
    previous
        For ``least_change``, the pairs to keep.
    placed
        For ``placed``, a tier of the library's own that stands first: pairs placed by hand
        before, of which as many are made as can be.
    capacities
        For ``balance``, the load that each mentor's own maximum allows; None: the bounds.
    held
        Pairs that are made outside the problem: how many each mentor has, and the lowest of
        their scores. They count in ``balance`` and in ``floor``.
    apart
        Who may not share a partner: ``(side, a, b)`` with side 0 for two mentees, 1 for two
        mentors; solvers that do not support ``COUPLED`` do not look at it.
    alike
        Who must have exactly the same partners, told in the same way.
    groups, linear
        Quotas on groups of people, and bounds on what chosen pairs weigh.
    open_from
        ``(mentor, k)``: this mentor has no mentee, or at least k.
    most_pairs
        The most pairs that people's own bounds allow, rules ignored: it sets the grid too, which
        no rule may move. None: as the bounds say.
    memory
        Bytes that one block of scores may take.
    screen
        Scores of all pairs in single precision, for large problems; None: there are only the exact ones.
    shut_blocks
        Whether ``allowed_block`` shuts whole areas, and not only a list of single pairs: then it
        is asked for every rectangle that is looked at, else only for what passes the screen.
    given
        The table in which all scores lie: then they are not looked for, but solved at once. None: there is none.
    hashes
        What ``tie_pairs`` mixes: the 64 bits of each mentee and of each mentor; None: nobody knows.
    ranks
        What mentees and what mentors wish for; None: nobody wishes, or the objective asks for none.
    """

    mentees: Bounds
    mentors: Bounds
    score_block: Callable[[Rows, Rows], NDArray[np.float64]]
    score_pairs: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]
    allowed_block: Callable[[Rows, Rows], NDArray[np.bool_]]
    allowed_pairs: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
    tie_pairs: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]
    lowest: float
    highest: float
    objective: tuple[str, ...]
    memory: int = 64 << 20
    most_pairs: int | None = None
    classes: NDArray[np.int64] | None = None
    wished: tuple[Ranked, Ranked] | None = None
    previous: Arcs | None = None
    placed: Arcs | None = None
    capacities: NDArray[np.int64] | None = None
    held: Held | None = None
    apart: tuple[tuple[int, int, int], ...] = ()
    alike: tuple[tuple[int, int, int], ...] = ()
    groups: tuple[Group, ...] = ()
    linear: tuple[Linear, ...] = ()
    open_from: tuple[tuple[int, int], ...] = ()
    screen: Screen | None = None
    shut_blocks: bool = True
    given: Given | None = None
    hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of mentees and of mentors."""
        return len(self.mentees), len(self.mentors)


class Prices(NamedTuple):
    """An integer dual: what one place of each mentee (``u``) and of each mentor (``v``) is worth."""

    u: NDArray[np.int64]
    v: NDArray[np.int64]


Reached: TypeAlias = int | Fraction | tuple[int, ...]
"""What a tier reaches, exactly."""


@dataclass(frozen=True)
class TierResult:
    """What a solver reached in one tier.

    ``value`` and ``bound`` are exact, and larger is better: pairs for ``coverage``, grid
    units for ``total`` and ``floor``, tuples for tiers that compare several numbers in turn,
    the negative sum of load² / capacity for ``balance``. ``prices`` prove ``value == bound``
    where they are there; those of the last step where a tier takes several. ``searched`` says
    that the tier is proved in another way: by multipliers of rules over several pairs, by
    branching, or by solving it again.
    """

    name: str
    value: Reached
    bound: Reached
    prices: Prices | None = None
    searched: bool = False

    @property
    def proved(self) -> bool:
        """Whether the tier was solved to the end."""
        return self.prices is not None or self.searched

    @property
    def optimal(self) -> bool:
        """Whether nothing better exists in this tier, given the tiers above it."""
        return self.value == self.bound


@dataclass(frozen=True)
class Solution:
    """The pairs a solver chose, and what it reached tier by tier.

    ``tiers`` has one entry per tier of the objective; ``ties`` says whether the implicit
    last tier was solved too (above a stated size it is not); ``rounds`` counts the
    price-and-solve rounds. ``proof`` says what the bounds rest on: ``"prices"``,
    ``"multipliers"`` of rules over several pairs, ``"branch and bound"`` in whole numbers, or
    ``"floating-point branch and bound"``.
    """

    arcs: Arcs
    tiers: tuple[TierResult, ...]
    ties: bool = True
    rounds: int = 1
    proof: str = "prices"


class Short(Exception):
    """No matching meets the minimums: raised by solvers, and always translated before it is shown.

    ``mentees`` and ``mentors`` are the rows of a violated cut: people whose minimums
    together ask for more than their allowed partners have.
    """

    def __init__(self, mentees: NDArray[np.int64], mentors: NDArray[np.int64]) -> None:
        self.mentees, self.mentors = mentees, mentors
        super().__init__("minimums cannot be met")


class Solver(Protocol):
    """What a solver is: a name, what it can do, and how."""

    name: str

    def supports(self, form: Form) -> bool:
        """Say whether this solver can do problems of this form."""
        ...

    def solve(
        self,
        instance: Instance,
        *,
        warm: Solution | None = None,
        deadline: float | None = None,
        progress: Progress | None = None,
    ) -> Solution:
        """Solve to optimality, or raise :class:`Short`.

        ``deadline`` is a time of ``time.monotonic()``: past it, the best valid solution
        so far with its bound; :class:`mentormatch.TimeLimit` if there is none.
        """
        ...

"""Checks and doubles for those who extend the library.

:func:`check_scorer`, :func:`check_constraint` and :func:`check_solver` hold a scorer, a rule
and a solver of your own to what the library relies on, :func:`fake_programme` makes up people,
and :func:`pools` is a hypothesis strategy for small awkward pools (hypothesis must be
installed for that one).
"""

from __future__ import annotations

import pickle
import random
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.constraints import check_constraint
from mentormatch.errors import Infeasible, UnsupportedProblem
from mentormatch.people import Pool
from mentormatch.problem import Problem
from mentormatch.scoring import ScoreMatrix
from mentormatch.scoring.foreign import AGREE, stated_factors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

    from mentormatch.network import Solver
    from mentormatch.scoring import Scorer

__all__ = ["check_constraint", "check_scorer", "check_solver", "fake_programme", "pools"]

_SKILLS = ("Python", "public speaking", "budgeting", "négociation", "Excel", "leidinggeven", "UX", "SQL")
_GOALS = ("career change", "visibility", "network", "work-life balance", "first team")
_LANGUAGES = ("en", "nl", "fr", "de")
_TRAITS = ("openness", "directness", "calm")
_INTERESTS = ("chess", "running", "jazz", "gardening")
_SITES = ("Utrecht", "utrecht ", "Groningen", "Vlissingen")
_MODES = ("online", "in person", "either", "by pigeon")
_SLOTS = ("Mon 09:00-12:00", "Tue 13:00-17:00", "Wed 09:30-10:15", "Thu 22:00-02:00", "Fri 08:00-18:00")
_ZONES = ("Europe/Amsterdam", "Europe/London", "Asia/Kolkata", "America/New_York")
_WORDS = (*_SKILLS, *_GOALS, "I", "like", "teams", "data", "museum", "retail", "AI", "run", "a", "small", "café")


def check_scorer(scorer: Scorer, pool: Pool) -> None:
    """Check that a scorer keeps the promises that scores rely on.

    Its values are within 0 to 1 or NaN, in an array of the right shape; the same when asked
    again, in any blocking, in any order of people, and for pairs as for blocks; agree with
    its ``factors(pool)`` if it has them; and the scorer is hashable and the block picklable.

    Parameters
    ----------
    scorer
        The scorer.
    pool
        People to try it on; a handful with gaps in their answers is best.

    Raises
    ------
    AssertionError
        A promise is broken; the message says which.
    """
    _expect(isinstance(scorer.name, str) and bool(scorer.name), "the name of a scorer must be a text")
    _expect(hash(scorer) == hash(scorer), "a scorer must be hashable")
    public = pool.public()
    block = scorer.bind(public)
    rows, columns = (np.arange(size, dtype=np.int64) for size in public.shape)
    whole = np.array(block(rows, columns))
    _expect(whole.shape == public.shape, f"a block of {public.shape} pairs came back with shape {whole.shape}")
    _expect(whole.dtype == np.float64, f"values must be float64, not {whole.dtype}")
    wrong = ~(np.isnan(whole) | ((whole >= 0) & (whole <= 1)))
    _expect(not wrong.any(), "values must lie within 0 to 1, or be NaN for unknown")
    _expect(_same(whole, np.array(block(rows, columns))), "asked again, the same block must give the same values")
    _check_cuts(block, whole, exact=bool(getattr(block, "exact", False)))
    _check_factors(scorer, public, whole, getattr(block, "answered", None))
    _check_listing(scorer, pool)
    copied = pickle.loads(_pickled(block))  # noqa: S301 - our own bytes, made a line ago
    _expect(_same(whole, np.array(copied(rows, columns))), "a block must survive pickling")


def check_solver(solver: Solver, seeds: Iterable[int] = range(40)) -> int:
    """Check that a solver keeps the promises that a matching relies on.

    On small random problems of the forms it supports, with ties, closed pairs, bounds on both
    sides and every order of the tiers, it keeps each rule and reaches the same value in each
    tier as the library's own solvers, and says "infeasible" exactly when they do.

    Parameters
    ----------
    solver
        The solver.
    seeds
        One random problem is made of each.

    Returns
    -------
    int
        How many of the problems it could be tried on.

    Raises
    ------
    AssertionError
        A promise is broken, or none of the problems is of a form that it supports.
    """
    tried = 0
    for seed in seeds:
        problem, tiers = _random_problem(seed)
        try:
            theirs = _outcome(problem, tiers, solver)
        except UnsupportedProblem:
            continue
        tried += 1
        ours = _outcome(problem, tiers, "network")
        _expect(theirs == ours, f"problem {seed}: reached {theirs}, but {ours} is right for {' then '.join(tiers)}")
    _expect(tried > 0, "the solver supports none of the problems")
    return tried


def _random_problem(seed: int) -> tuple[Problem, tuple[str, ...]]:
    draw = np.random.default_rng(seed)
    shape = tuple(draw.integers(1, 7, 2).tolist())
    scores = draw.integers(-2, 9, shape) / 8
    scores[draw.random(shape) < 0.25] = np.nan
    simple = seed % 2 == 0
    most = 1 if simple else 3
    demand = [(int(not simple and draw.random() < 0.15), most) for _ in range(shape[0])]
    capacity = [(int(not simple and draw.random() < 0.15), int(draw.integers(1, 4))) for _ in range(shape[1])]
    orders = (("coverage", "total"), ("total", "coverage"), ("total",), ("coverage",))
    return Problem.from_scores(scores, mentor_capacity=capacity, mentee_demand=demand), orders[seed // 2 % 4]


def _outcome(problem: Problem, tiers: tuple[str, ...], solver: str | Solver) -> tuple[Any, ...] | str:
    """Return the value of every tier, each marked as proven or not, or that there is no matching."""
    try:
        certificate = problem.solve(objective=tiers, solver=solver).certificate
    except Infeasible:
        return "infeasible"
    return tuple((tier.name, tier.value, tier.optimal) for tier in certificate.tiers)


def _pickled(block: Any) -> bytes:
    """Return the block as joblib sends it to other processes."""
    try:
        cloudpickle: Any = import_module("cloudpickle")
    except ImportError:  # older releases of joblib bring their own
        cloudpickle = import_module("joblib.externals.cloudpickle")
    dumped: bytes = cloudpickle.dumps(block)
    return dumped


def _check_cuts(block: Any, whole: Any, *, exact: bool) -> None:
    """Check every row, every column, a shuffled rectangle with repeats, and pairs, against the whole."""
    n, m = whole.shape
    draw = random.Random(0)  # noqa: S311 - which rectangles to try, nothing secret
    cuts = [([row], list(range(m))) for row in range(n)] + [(list(range(n)), [column]) for column in range(m)]
    if n and m:
        cuts += [(draw.choices(range(n), k=n + 1), draw.choices(range(m), k=m + 1))]
    for rows, columns in cuts:
        i, j = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
        part = np.array(block(i, j))
        expected = whole[np.ix_(rows, columns)]
        fits = _same(part, expected) if exact else _close(part, expected)
        _expect(fits, "a value must not depend on which other pairs are asked for with it")
    if not hasattr(block, "pairs"):
        return
    i, j = (part.ravel() for part in np.indices((n, m)))
    fits = _same(block.pairs(i, j), whole.ravel()) if exact else _close(block.pairs(i, j), whole.ravel())
    _expect(fits, "pairs(i, j) must give the same values as a block")


def _check_factors(scorer: Any, public: Pool, whole: Any, answered: Any) -> None:
    if not hasattr(scorer, "factors"):
        return
    left, right = scorer.factors(public)
    stated = stated_factors(left, right, answered)
    shaped = stated is not None and (stated.left.shape[0], stated.right.shape[0]) == public.shape
    if stated is None or not shaped:
        raise AssertionError("factors(pool) must be two matrices of finite numbers, a row for each mentee and mentor")
    product = stated.left @ stated.right.T
    dense = product if isinstance(product, np.ndarray) else product.toarray()
    known = stated.known[0] @ stated.known[1].T > 0
    _expect(_close(np.where(known & ~np.isnan(whole), dense, whole), whole), "factors(pool) must multiply to the block")
    _expect(
        np.array_equal(known, ~np.isnan(whole)),
        "factors(pool) must have NaN in the row of whoever did not answer, or the block say so in `answered`: "
        "a value must be unknown there and nowhere else",
    )


def _check_listing(scorer: Scorer, pool: Pool) -> None:
    """Check that listing people in another order changes no score of anybody."""
    draw = random.Random(0)  # noqa: S311 - which order to try, nothing secret
    rows, columns = (np.array(draw.sample(range(size), size), dtype=np.int64) for size in pool.shape)
    mentees, mentors = tuple(pool.mentees), tuple(pool.mentors)
    other = Pool([mentors[column] for column in columns], [mentees[row] for row in rows])
    one = ScoreMatrix(pool.public(), {scorer: 1}).block(rows, columns)
    turned = ScoreMatrix(other.public(), {scorer: 1}).block(slice(None), slice(None))
    _expect(_same(one, turned), "a score must not depend on the order in which people are listed")


def _expect(holds: bool, promise: str) -> None:
    if not holds:
        raise AssertionError(promise)


def _same(one: Any, other: Any) -> bool:
    return one.shape == other.shape and np.array_equal(one, other, equal_nan=True)


def _close(one: Any, other: Any) -> bool:
    return one.shape == other.shape and np.allclose(one, other, rtol=0, atol=AGREE, equal_nan=True)


def fake_programme(
    mentees: int, mentors: int, *, seed: int = 0, answered: float = 0.9
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return made-up people, as rows for ``match(mentors, mentees)``.

    Parameters
    ----------
    mentees, mentors
        How many of each.
    seed
        The same seed gives the same people.
    answered
        The share of questions that each person answers.

    Returns
    -------
    tuple of list of dict
        Mentors, and mentees.
    """
    draw = random.Random(seed)  # noqa: S311 - made-up people, nothing secret
    sides = [
        [_fake(f"{side}-{k}", draw, answered) for k in range(size)]
        for side, size in (("mentor", mentors), ("mentee", mentees))
    ]
    return sides[0], sides[1]


def _fake(name: str, draw: random.Random, answered: float) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "needs": draw.sample(_SKILLS, 3),
        "offers": {skill: draw.randint(1, 5) for skill in draw.sample(_SKILLS, 3)},
        "goals": {goal: draw.randint(1, 3) for goal in draw.sample(_GOALS, 2)},
        "languages": draw.sample(_LANGUAGES, 2),
        "traits": {trait: draw.randint(1, 5) for trait in _TRAITS},
        "level": draw.randint(1, 6),
        "availability": draw.sample(_SLOTS, 3),
        "time_zone": draw.choice(_ZONES),
        "bio": " ".join(draw.choices(_WORDS, k=20)),
    }
    return {"id": name, **{field: value for field, value in answers.items() if draw.random() < answered}}


def pools(max_people: int = 5) -> SearchStrategy[Pool]:
    """Return a hypothesis strategy for small pools: people with gaps, equal people, one person in two roles.

    Parameters
    ----------
    max_people
        The most on one side; each has at least one.
    """
    from hypothesis import strategies as st

    names = [f"mentee-{k}" for k in range(max_people)], [f"mentor-{k}" for k in range(max_people - 1)] + ["mentee-0"]
    everybody = sorted({*names[0], *names[1]})

    def weights(labels: tuple[str, ...]) -> SearchStrategy[dict[str, float]]:
        number = st.one_of(st.integers(1, 5).map(float), st.floats(0.01, 100, allow_nan=False))
        return st.dictionaries(st.sampled_from(labels), number, max_size=4)

    answers: dict[str, SearchStrategy[Any]] = {
        "needs": weights(_SKILLS),
        "offers": weights(_SKILLS),
        "goals": weights(_GOALS),
        "languages": st.lists(st.sampled_from(_LANGUAGES), unique=True, max_size=3),
        "traits": st.dictionaries(st.sampled_from(_TRAITS), st.floats(1, 5), max_size=3),
        "level": st.integers(0, 7),
        "availability": st.lists(st.sampled_from(_SLOTS), unique=True, max_size=3),
        "time_zone": st.sampled_from(_ZONES),
        "bio": st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join),
        "wishes": st.lists(st.sampled_from(everybody), unique=True, max_size=3),
        "interests": st.lists(st.sampled_from(_INTERESTS), unique=True, max_size=3),
        "site": st.sampled_from(_SITES),
        "meeting_mode": st.sampled_from(_MODES),
        "waited_rounds": st.integers(0, 4),
        "attributes": st.fixed_dictionaries({"years_of_experience": st.integers(0, 40)}),
    }

    def side(ids: list[str]) -> SearchStrategy[list[dict[str, Any]]]:
        person = st.fixed_dictionaries({}, optional=answers)
        chosen = st.lists(st.sampled_from(ids), min_size=1, max_size=max_people, unique=True)
        return chosen.flatmap(
            lambda some: st.lists(person, min_size=len(some), max_size=len(some)).map(
                lambda told: [{"id": name, **one} for name, one in zip(some, told, strict=True)]
            )
        )

    def pool(sides: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> Pool:
        # a capacity shows which side is which, where only mentors state needs and only mentees offers
        return Pool([{"capacity": 1, **person} for person in sides[0]], sides[1])

    return st.tuples(side(names[1]), side(names[0])).map(pool)

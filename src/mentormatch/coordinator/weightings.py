"""What would other weights lead to: one matching a weighting, each scored under every one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.errors import Fault, InputError, without_frames
from mentormatch.evaluation import Scenario, Scenarios, Shift
from mentormatch.evaluation.comparison import MOST_SHOWN
from mentormatch.evaluation.groups import coverage_by_group
from mentormatch.people.frozen import Frozen
from mentormatch.problem import Problem
from mentormatch.problem.weighing import weighed
from mentormatch.scoring import shares_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from mentormatch.evaluation.groups import GroupCoverage
    from mentormatch.matching import Matching
    from mentormatch.problem.setup import Setup

BY: Final = (
    "organisation",
    "department",
    "team",
    "site",
    "job_title",
    "profession",
    "level",
    "meeting_mode",
    "time_zone",
)
"""Fields that coverage may be told by: what everybody says of themselves, one answer each."""


def scenarios(
    problem: Problem,
    weightings: Mapping[str, Mapping[Any, float] | None],
    *,
    by: str | None = None,
    objective: str | Iterable[str] | None = None,
    seed: int | None = None,
    time_limit: float | None = None,
) -> Scenarios:
    """Solve a problem under several weightings and hold the matchings against one another.

    People, rules, bounds, locks and what a missing answer counts as stay; the smallest score is asked of
    the scores under each weighting. For the coordinator: a pair that no weighting makes may be forbidden in confidence.

    Parameters
    ----------
    problem
        Any problem that can be solved.
    weightings
        ``{name: {criterion: weight}}``: criteria of the problem, by name or by scorer, those not named without any
        weight. None in place of weights: the problem's own.
    by
        A public field of mentees, such as ``"department"``: coverage is told for each of its groups. Groups of fewer
        than five are not told, counts are rounded to five.
    objective, seed, time_limit
        As for :meth:`Problem.solve`; the limit is for each weighting.

    Returns
    -------
    Scenarios
        A matching for each; the mean score of each under every weighting; pairs that change between each
        two, who gains and who loses most; the worst pair of each; pairs that all of them make.

    Raises
    ------
    InputError
        No weightings, a criterion that the problem does not have, weights that are no finite numbers of 0 or more, or a
        field that is not public: every fault at once.
    Infeasible, UnsupportedProblem, TimeLimit
        As from :meth:`Problem.solve`.

    Notes
    -----
    Who gains is measured under the mean of all weightings, one yardstick for everybody: under the weights of
    the second matching nearly everybody would gain. Each weighting is one solve, with its proof.

    Examples
    --------
    >>> import mentormatch as mm
    >>> mentors = [{"id": "Mia", "offers": ["sales"], "languages": ["nl"]}]
    >>> mentors += [{"id": "Ned", "offers": ["law"], "languages": ["en"]}]
    >>> mentees = [{"id": "Ann", "needs": ["sales"], "languages": ["en"]}]
    >>> problem = mm.Problem.build(mentors, mentees, scorers={"needs_offers": 1, "shared_languages": 1}, preset=None)
    >>> compared = mm.scenarios(problem, {"content": {"needs_offers": 1}, "talk": {"shared_languages": 1}})
    >>> [(name, compared.matchings[name].pairs[0].mentor) for name in compared.names], compared.firm
    ([('content', 'Mia'), ('talk', 'Ned')], ())
    """
    if not isinstance(problem, Problem):
        raise InputError(Fault(("problem",), "not_a_problem", "scenarios(problem, weightings) takes a Problem"))
    setup: Setup = problem._setup  # noqa: SLF001  the coordinator's view knows what the problem knows
    shares = _read(weightings, setup, by)

    def solved() -> Scenarios:
        own = {name: weighed(setup, each) for name, each in shares.items()}
        made = {
            name: Problem(each).solve(objective=tiers, seed=seed, time_limit=time_limit) for name, each in own.items()
        }
        return _compared(setup, own, shares, made, by)

    tiers = problem._tiers(objective)  # noqa: SLF001
    return without_frames(solved)


def _read(weightings: Any, setup: Setup, by: Any) -> dict[str, dict[str, float]]:
    """Read the weightings, or raise everything that is wrong with them."""
    if not isinstance(weightings, Mapping) or not weightings:
        raise InputError(Fault(("weightings",), "no_weightings", "weightings are {name: {criterion: weight}}"))
    faults: list[Fault] = []
    shares = {}
    for name, given in weightings.items():
        if not isinstance(name, str) or not name:
            faults.append(Fault(("weightings",), "bad_name", "the name of a weighting is text"))
            continue
        try:
            shares[name] = shares_of(given, setup.scores, ("weightings", name))
        except InputError as error:
            faults.extend(error.faults)
    if by is not None and (by not in BY or setup.pool is None):
        known = f"coverage can be told by {', '.join(BY)}" if setup.pool is not None else "an array has no groups"
        faults.append(Fault(("by",), "unknown_field", known))
    if faults:
        raise InputError(faults)
    return shares


def _compared(
    setup: Setup,
    own: Mapping[str, Setup],
    shares: Mapping[str, Mapping[str, float]],
    made: Mapping[str, Matching],
    by: str | None,
) -> Scenarios:
    names = tuple(made)
    rows = {name: _rows(setup, matching) for name, matching in made.items()}
    scores = {a: {b: own[b].scores.pairs(*rows[a]) for b in names} for a in names}
    pairs = {name: [(pair.mentee, pair.mentor) for pair in matching] for name, matching in made.items()}
    sets = {name: set(each) for name, each in pairs.items()}
    labels = None if by is None else _labels(setup, by)
    told = tuple(
        Scenario(name, Frozen(shares[name]), len(made[name]), _worst(made[name]), _groups(labels, rows[name][0]))
        for name in names
    )
    values = {name: _values(setup, rows[name][0], np.mean([*scores[name].values()], axis=0)) for name in names}
    shifts = tuple(
        _shift(setup, (a, b), (values[a], values[b]), len(sets[a] - sets[b])) for a, b in combinations(names, 2)
    )
    return Scenarios(
        scenarios=told,
        matchings=Frozen(made),
        table=Frozen({a: Frozen({b: _mean(scores[a][b]) for b in names}) for a in names}),
        changed=Frozen({a: Frozen({b: len(sets[a] - sets[b]) for b in names}) for a in names}),
        shifts=shifts,
        firm=tuple(pair for pair in pairs[names[0]] if all(pair in each for each in sets.values())),
    )


def _rows(setup: Setup, matching: Matching) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    roster = setup.roster
    i = np.array([roster.mentee_row[pair.mentee] for pair in matching], np.int64)
    return i, np.array([roster.mentor_row[pair.mentor] for pair in matching], np.int64)


def _mean(scores: NDArray[np.float64]) -> float | None:
    return float(scores.mean()) if len(scores) else None


def _worst(matching: Matching) -> tuple[str, str, float] | None:
    if not len(matching):
        return None
    pair = min(matching, key=lambda one: (one.score, one.mentee, one.mentor))
    return pair.mentee, pair.mentor, pair.score


def _values(setup: Setup, i: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each mentee has: the mean score of his or her pairs, and 0 without any."""
    size = setup.roster.shape[0]
    sums, loads = np.bincount(i, scores, size), np.bincount(i, minlength=size)
    found: NDArray[np.float64] = sums / np.maximum(loads, 1)
    return found


def _shift(setup: Setup, names: tuple[str, str], values: tuple[NDArray[np.float64], ...], changed: int) -> Shift:
    apart = values[1] - values[0]
    ids = setup.roster.mentee_ids
    moved = [(float(apart[row]), ids[row]) for row in np.flatnonzero(np.abs(apart) > _SAME).tolist()]
    gain = sorted(((by, who) for by, who in moved if by > 0), key=lambda one: (-one[0], one[1]))
    lose = sorted((by, who) for by, who in moved if by < 0)
    first = [tuple((who, by) for by, who in each[:MOST_SHOWN]) for each in (gain, lose)]
    return Shift(*names, changed, first[0], first[1], len(gain), len(lose))


_SAME: Final = 1e-12
"""Differences that are nothing but rounding."""


def _labels(setup: Setup, by: str) -> list[str]:
    """Return the group of every mentee; who keeps the field private is as one who did not answer."""
    if setup.pool is None:
        return []
    pool = setup.pool.public()
    codes, names = pool.labels(by)[0], pool.categories(by)
    kept = pool.private_fields("mentees")
    return [
        str(names[code]) if code >= 0 and by not in own else "unknown"
        for code, own in zip(codes.tolist(), kept, strict=True)
    ]


def _groups(labels: list[str] | None, placed: NDArray[np.int64]) -> tuple[GroupCoverage, ...]:
    if labels is None:
        return ()
    there = np.zeros(len(labels), bool)
    there[placed] = True
    return coverage_by_group(labels, there.tolist())

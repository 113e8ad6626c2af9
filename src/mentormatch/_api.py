"""The calls that most programmes need: each wires the stages together and holds no logic of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from mentormatch.constraints import rule_schema
from mentormatch.coordinator import Suggestions, suggestions
from mentormatch.errors import Fault, InputError, without_frames
from mentormatch.matching.schema import json_schema
from mentormatch.people import Masked, Request
from mentormatch.problem import UNSET, Problem, Unset
from mentormatch.problem.build import score_people
from mentormatch.problem.given import Given
from mentormatch.problem.progress import announce
from mentormatch.scoring import SCORERS

if TYPE_CHECKING:
    from datetime import date

    from mentormatch.compiled import Warmed
    from mentormatch.matching import Matching
    from mentormatch.network import Solver
    from mentormatch.scoring import ScoreMatrix
    from mentormatch.settings import Settings


def match(
    mentors: Any,
    mentees: Any = None,
    *,
    preset: str | Mapping[str, float] | Settings | Unset | None = UNSET,
    scorers: Any = None,
    constraints: Iterable[Any] = (),
    objective: str | Iterable[str] | None = None,
    locks: Iterable[Any] = (),
    min_score: float | None = None,
    previous: Matching | None = None,
    on: date | None = None,
    solver: str | Solver = "auto",
    time_limit: float | None = None,
    seed: int | None = None,
    memory: int | None = None,
    progress: Any = None,
) -> Matching:
    """Match mentees with mentors: the best matching there is under the rules, with its proof.

    Exactly ``Problem.build(…).solve(…)``.

    Parameters
    ----------
    mentors, mentees
        Iterables of :class:`Mentor` and :class:`Mentee` or of mappings, any DataFrame that
        narwhals reads, or a :class:`Pool` or :class:`Request` alone.
    preset
        Scorers, rules and tiers together: a name, ``{name: weight}`` to mix several, or
        :class:`Settings`; ``"development"`` unless given, None for none.
    scorers
        ``{scorer or its name: weight}``; replaces the preset's.
    constraints
        Rules, as objects or as ``{"rule": name, …}``; added to the preset's.
    objective
        Tiers, most important first; replaces the preset's. ``"stable"`` alone: a stable matching.
    locks
        Pairs that must be in the result: ``(mentee id, mentor id)``, Lock or Override.
    min_score
        Pairs that score below it are not made.
    previous
        An earlier matching, for the tier ``least_change``.
    on
        Date at which expiry, hours and daylight saving are read; None: today, read once.
    solver
        ``"auto"``, a name, or an object with ``supports()`` and ``solve()``.
    time_limit
        Seconds; past it the best valid result so far with its gap.
    seed
        Decides between exact ties; None: the settings', else 0.
    memory
        Bytes that one block of scores may take; 64 MiB.
    progress
        True for a bar, or ``callable(stage, done, total)``, which may raise :class:`Cancelled`.

    Returns
    -------
    Matching
        Safe to hand on: it holds its own pairs and public reasons, nothing told in confidence.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once.
    Infeasible
        Minimums and locks that cannot all be kept.
    UnsupportedProblem
        No solver can do what the problem needs.
    TimeLimit
        Time ran out before there was any valid result.

    Examples
    --------
    >>> import mentormatch as mm
    >>> matching = mm.match(
    ...     [{"id": "Mia", "offers": ["budgeting"]}, {"id": "Ned", "offers": ["public speaking"]}],
    ...     [{"id": "Ann", "needs": ["public speaking"]}, {"id": "Bo", "needs": ["budgeting"]}],
    ... )
    >>> [(pair.mentee, pair.mentor) for pair in matching]
    [('Ann', 'Ned'), ('Bo', 'Mia')]
    >>> matching.certificate.optimal
    True
    """
    people = Masked((mentors, mentees))
    rules = Masked((preset, constraints))
    del mentors, mentees, preset, constraints  # a traceback may show what this frame holds
    problem = Problem.build(
        *people.value,
        preset=rules.value[0],
        constraints=rules.value[1],
        scorers=scorers,
        locks=locks,
        min_score=min_score,
        on=on,
        memory=memory,
        progress=progress,
    )
    return problem.solve(
        objective=objective,
        solver=solver,
        previous=previous,
        seed=seed,
        time_limit=time_limit,
        progress=progress,
    )


def rematch(
    problem: Problem,
    previous: Matching,
    *,
    keep: Literal["running", "some", "none"] = "running",
    objective: str | Iterable[str] | None = None,
    solver: str | Solver = "auto",
    seed: int | None = None,
    time_limit: float | None = None,
    progress: Any = None,
) -> Matching:
    """Match again after people left or joined or rules changed, and keep what runs.

    Whatever was placed by hand in ``previous`` stays in all three degrees, as far as rules and
    places allow. What cannot stay gives way in silence: notes count it (``running_gone``,
    ``hand_placed_gone``) and never say why.

    Parameters
    ----------
    problem
        The people and rules as they are now.
    previous
        The matching that runs.
    keep
        ``"running"``: as many of its pairs as people, rules and places allow, before anything else
        counts, and the others around them by the objective. ``"some"``: as many as can be after
        ``coverage`` and ``priority``. ``"none"``: none for their own sake.
    objective, solver, seed, time_limit, progress
        As for :meth:`Problem.solve`. Where ``objective`` names ``least_change``, ``"some"`` keeps
        it there.

    Returns
    -------
    Matching
        Its manifest lists under ``rematched`` who lost a partner and got another, in this and in
        earlier re-matches; the note ``rematched_again`` counts those to whom it happens once more.

    Raises
    ------
    InputError
        An unknown degree, no matching, tiers that do not go together, or ``objective="stable"``.
    Infeasible, UnsupportedProblem, TimeLimit
        As for :meth:`Problem.solve`.

    Examples
    --------
    >>> import mentormatch as mm
    >>> before = mm.Problem.from_scores([[0.6]], mentees=["Ann"], mentors=["Mia"]).solve()
    >>> joined = mm.Problem.from_scores([[0.6, 0.9], [0.9, 0.8]], mentees=["Ann", "Bo"], mentors=["Mia", "Ned"])
    >>> [(pair.mentee, pair.mentor) for pair in mm.rematch(joined, before)]
    [('Ann', 'Mia'), ('Bo', 'Ned')]
    >>> [(pair.mentee, pair.mentor) for pair in mm.rematch(joined, before, keep="none")]
    [('Ann', 'Ned'), ('Bo', 'Mia')]
    """
    if not isinstance(problem, Problem):
        raise InputError(Fault(("problem",), "not_a_problem", "rematch(problem, previous) takes a Problem"))
    return problem._rematch(  # noqa: SLF001  # the problem's own half of this call
        previous, keep, objective=objective, solver=solver, seed=seed, time_limit=time_limit, progress=progress
    )


def score(
    mentors: Any,
    mentees: Any = None,
    *,
    preset: str | Mapping[str, float] | Settings | Unset | None = UNSET,
    scorers: Any = None,
    on: date | None = None,
    memory: int | None = None,
    progress: Any = None,
) -> ScoreMatrix:
    """Score every mentor for every mentee, without rules and without solving.

    Parameters are those of :func:`match`.

    Returns
    -------
    ScoreMatrix
        Lazy: ``block(rows, columns)``, ``pairs(i, j)``, and ``to_frame(mentee=…, k=…)`` with a
        column per criterion. The analyst's: scores of pairs that are not made are no matter
        of the participants.

    Raises
    ------
    InputError
        Everything that is wrong with people and scorers, at once.

    Examples
    --------
    >>> import mentormatch as mm
    >>> scores = mm.score([{"id": "Mia", "offers": ["budgeting"]}], [{"id": "Ann", "needs": ["budgeting"]}])
    >>> scores.shape
    (1, 1)
    """
    given = Given(mentors, mentees, preset, scorers, on=on, memory=memory)
    del mentors, mentees, preset  # a traceback may show what this frame holds
    return score_people(given.opened(), announce(progress))


def suggest(
    mentors: Any,
    mentees: Any = None,
    *,
    k: int = 5,
    max_offers: int | None = None,
    preset: str | Mapping[str, float] | Settings | Unset | None = UNSET,
    scorers: Any = None,
    constraints: Iterable[Any] = (),
    locks: Iterable[Any] = (),
    min_score: float | None = None,
    on: date | None = None,
    seed: int | None = None,
    secret: str | bytes | None = None,
    memory: int | None = None,
    progress: Any = None,
) -> Suggestions:
    """Offer each mentee the best mentors that every rule about pairs allows; nothing is matched.

    For coordinators, who let people choose or choose for them. What may be shown to a mentee is
    ``.share(mentee)``.

    Parameters
    ----------
    mentors, mentees, preset, scorers, constraints, locks, min_score, on, seed, memory, progress
        As for :func:`match`. Rules about single pairs hold, those told in confidence too; rules about
        several pairs and minimums are about matchings and do not count here. Pairs that must be made (locks,
        ``Require``) are always among the offers, unless a rule forbids them, and count as such; nobody
        whose places they take is offered any more.
    k
        The most offers of a mentee.
    max_offers
        The most offers that a mentor is in; None: any number. Then as many offers are made as can
        be, shared out as evenly over the mentees as can be, and of all such ways the best in total
        is taken, proven.
    secret
        What decides, hashed with the ids, who may be shown by ``share``; the same one for a whole
        round. None: the seed does, which whoever knows it and all that is public can work out again.

    Returns
    -------
    Suggestions
        Read-only mapping: mentee id → tuple of :class:`Offer`, each a :class:`Pair` with both
        sides' goals, best first; equals are ordered by the seed.

    Raises
    ------
    InputError
        Everything that is wrong with the input, at once.

    Notes
    -----
    Best first takes n × m products in single precision, where scorers tell their factors, and O(n k)
    exact scores; ``max_offers`` one matching with several partners on both sides. Memory grows with people and offers.

    Examples
    --------
    >>> import mentormatch as mm
    >>> mentors = [{"id": "Mia", "offers": ["budgeting"], "goals": ["teaching"]}, {"id": "Ned", "offers": ["SQL"]}]
    >>> mentees = [{"id": "Ann", "needs": ["SQL"], "goals": ["teaching"]}, {"id": "Bo", "needs": ["SQL"]}]
    >>> offers = mm.suggest(mentors, mentees, k=2, constraints=[mm.Forbid("Ann", "Ned")])
    >>> {mentee: [pair.mentor for pair in best] for mentee, best in offers.items()}
    {'Ann': ['Mia'], 'Bo': ['Ned', 'Mia']}
    >>> offers["Ann"][0].mentee_goals, offers["Ann"][0].mentor_goals
    (('teaching',), ('teaching',))
    >>> spread = mm.suggest(mentors, mentees, k=2, max_offers=1)
    >>> {mentee: [pair.mentor for pair in best] for mentee, best in spread.items()}
    {'Ann': ['Mia'], 'Bo': ['Ned']}
    """
    people = Masked((mentors, mentees))
    rules = Masked((preset, constraints, secret))
    del mentors, mentees, preset, constraints, secret  # a traceback may show what this frame holds
    problem = Problem.build(
        *people.value,
        preset=rules.value[0],
        constraints=rules.value[1],
        scorers=scorers,
        locks=locks,
        min_score=min_score,
        on=on,
        memory=memory,
        progress=progress,
    )
    report = announce(progress)
    return without_frames(
        lambda: suggestions(problem, k=k, max_offers=max_offers, seed=seed, secret=rules.value[2], progress=report)
    )


def warmup() -> Warmed:
    """Compile what large problems are solved with and keep it on disk, so that no later process has to.

    For container images, and for servers that should not be slow once. Small problems are never compiled
    for. It is kept beside the source, or where that cannot be written to in the user's cache folder, or
    where the environment variable ``NUMBA_CACHE_DIR`` says; whoever runs later must see the same folder, on
    a processor of the same kind.

    Returns
    -------
    Warmed
        How many functions are ready, how many were compiled just now, and where they are.

    Raises
    ------
    MissingExtra
        The extra ``fast`` is not installed.

    Examples
    --------
    >>> import mentormatch as mm
    >>> mm.warmup()  # doctest: +SKIP
    Warmed(functions=16, compiled=16, seconds=9.1, folders=('/app/mentormatch/solvers/kernel/__pycache__',))
    """
    from mentormatch.compiled import rehearse

    return rehearse()


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON schema of what backends post or store.

    Parameters
    ----------
    kind
        ``"request"`` or ``"matching"``.

    Raises
    ------
    InputError
        There is no schema of that kind.

    Examples
    --------
    >>> schema("request")["title"]
    'Request'
    """
    match kind:
        case "request":
            return _request_schema()
        case "matching":
            return json_schema()
        case _:
            fault = Fault(("kind",), "unknown_schema", f"there is no schema {kind!r}; known are request, matching")
            raise InputError(fault)


def _request_schema() -> dict[str, Any]:
    """Return the schema of a request with the rules and scorers that exist filled in."""
    whole = Request.model_json_schema(by_alias=True)
    settings = whole["$defs"]["Settings"]["properties"]
    names = {"enum": sorted(SCORERS)}
    weight = {"type": "number", "minimum": 0}
    settings["constraints"]["items"] = rule_schema()
    two_ids = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
    settings["locks"]["items"] = {"anyOf": [two_ids, settings["locks"]["items"]]}
    settings["objective"]["anyOf"].append({"type": "string"})
    settings["scorers"]["anyOf"] = [
        {"type": "object", "propertyNames": names, "additionalProperties": weight},
        _list_of(_object({"scorer": names, "weight": weight}, also=True)),
        {"type": "null"},
    ]
    return whole


def _object(properties: dict[str, Any], *, also: bool = False) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties, or with others beside them."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": also}


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}

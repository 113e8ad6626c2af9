"""Re-matching: what of an earlier matching stays, and who has another partner for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, InputError
from mentormatch.matching import Matching
from mentormatch.people import Note
from mentormatch.solvers import STABLE, check_objective

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentormatch.matching import Pair
    from mentormatch.problem.fixing import Fixed
    from mentormatch.problem.roster import Roster

KEEP: Final = ("running", "some", "none")
"""How much of an earlier matching a re-match keeps, the most first."""

_FIRST: Final = ("coverage", "priority")
"""The tiers that keeping some pairs comes after."""


@dataclass(frozen=True, eq=False)
class Before:
    """What came before a run.

    Attributes
    ----------
    matching
        The earlier matching; None where there is none.
    placed
        The pairs of people who are still here that were placed by hand then.
    keep
        How much a re-match keeps; None where this is none.
    """

    matching: Matching | None = None
    placed: tuple[Fixed, ...] = ()
    keep: str | None = None


NOTHING_BEFORE: Final = Before()


def check_previous(previous: Any, tiers: tuple[str, ...]) -> None:
    """Refuse an earlier matching without the tier that keeps its pairs, and the tier without one.

    Raises
    ------
    InputError
        One is there without the other, or what is given is no matching.
    """
    wanted = "least_change" in tiers
    if (previous is not None) != wanted:
        msg = "previous= and the tier least_change need each other; give both, such as "
        msg += 'previous=matching, objective=("coverage", "least_change", "total")'
        raise InputError(Fault(("previous",), "bad_previous", msg))
    if wanted:
        check_matching(previous)


def check_matching(previous: Any) -> None:
    """Refuse what is no matching.

    Raises
    ------
    InputError
        It is none.
    """
    if not isinstance(previous, Matching):
        raise InputError(Fault(("previous",), "bad_previous", "previous is an earlier Matching"))


def rematch_tiers(tiers: tuple[str, ...], keep: Any) -> tuple[str, ...]:
    """Return the tiers of a re-match: as many pairs as can be first, after coverage and priority, or not at all.

    Parameters
    ----------
    tiers
        The tiers that the problem is solved for, checked.
    keep
        ``"running"``, ``"some"`` or ``"none"``.

    Raises
    ------
    InputError
        There is no such degree, nothing is kept of what is stable, or some is to be kept without coverage.
    """
    if keep not in KEEP:
        raise InputError(Fault(("keep",), "bad_keep", f"keep is one of {', '.join(KEEP)}"))
    if tiers == STABLE:
        msg = 'the objective "stable" is solved anew and keeps nothing; give a re-match tiers, such as objective='
        raise InputError(Fault(("objective",), "bad_objective", msg + '("coverage", "total")'))
    others = tuple(tier for tier in tiers if tier != "least_change")
    if keep == "none":
        return others
    if keep == "running":
        return ("least_change", *others)
    if "least_change" in tiers:
        return tiers
    leading = next((place for place, tier in enumerate(others) if tier not in _FIRST), len(others))
    place = leading if "coverage" in others[:leading] else 1 + (others.index("coverage") if "coverage" in others else 0)
    tiers = (*others[:place], "least_change", *others[place:])
    check_objective(tiers)
    return tiers


def rematched(roster: Roster, before: Before, pairs: Iterable[Pair]) -> dict[str, Any]:
    """Return for the manifest who here got another partner by a re-match, now or before: sorted ids of each side."""
    if before.matching is None:
        return {}
    known, now = _known(before.matching), _changed(before, pairs)
    if before.keep is None and not any(known.values()):
        return {}
    here = {"mentees": roster.mentee_row, "mentors": roster.mentor_row}
    return {"rematched": {side: sorted((known[side] & here[side].keys()) | now[side]) for side in known}}


def _known(previous: Matching) -> dict[str, set[str]]:
    """Read who was re-matched before from a manifest that may have come from a file."""
    held = previous.manifest.get("rematched")
    sides = held if isinstance(held, Mapping) else {}
    lists = {side: sides.get(side) for side in ("mentees", "mentors")}
    return {side: set(map(str, told)) if isinstance(told, (list, tuple)) else set() for side, told in lists.items()}


def _changed(before: Before, pairs: Iterable[Pair]) -> dict[str, set[str]]:
    """Return who lost a partner and has another one, where this is a re-match."""
    if before.matching is None or before.keep is None:
        return {"mentees": set(), "mentors": set()}
    had = [_partners(before.matching.pairs, side) for side in (0, 1)]
    has = [_partners(pairs, side) for side in (0, 1)]
    return {
        side: {one for one in then.keys() & now.keys() if then[one] - now[one] and now[one] - then[one]}
        for side, then, now in zip(("mentees", "mentors"), had, has, strict=True)
    }


def _partners(pairs: Iterable[Pair], side: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        both = pair.mentee, pair.mentor
        found[both[side]].add(both[1 - side])
    return found


def rematch_notes(roster: Roster, before: Before, pairs: Iterable[Pair]) -> tuple[Note, ...]:
    """Note how many running pairs are gone, and how many people are re-matched once more.

    Both count what the pairs show, whatever the reason.
    """
    if before.matching is None or before.keep is None:
        return ()
    pairs = tuple(pairs)
    made = {(pair.mentee, pair.mentor) for pair in pairs}
    then = {(pair.mentee, pair.mentor) for pair in before.matching}
    gone = sum(one in roster.mentee_row and other in roster.mentor_row for one, other in then - made)
    known, now = _known(before.matching), _changed(before, pairs)
    again = sum(len(known[side] & now[side]) for side in known)
    notes = []
    if gone and before.keep == "running":
        message = f"{gone} running pairs of people who are still here are not in this matching"
        notes.append(Note("running_gone", message, gone))
    if again:
        message = f"{again} people get another partner who were re-matched before; look at them first"
        notes.append(Note("rematched_again", message, again))
    return tuple(notes)

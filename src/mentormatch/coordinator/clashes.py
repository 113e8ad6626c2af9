"""What cannot be kept together, one irreducible set after the other."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mentormatch.coordinator.feasible import is_feasible
from mentormatch.problem.clash import words
from mentormatch.problem.irreducible import Spent
from mentormatch.problem.members import public_part, refused
from mentormatch.problem.shortage import shortage
from mentormatch.problem.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentormatch.problem.setup import Setup

BLOCKED = "a confidential rule is part of it"
"""What is said of a clash that public rules alone do not make."""


@dataclass(frozen=True, repr=False)
class Clash:
    """Members that cannot be kept together, and can as soon as any of them is dropped.

    Attributes
    ----------
    members
        How each is told: minimums, locks, public rules over groups.
    people
        The ids of the people concerned, sorted.
    confidential
        Whether a confidential rule is part of it; which one only the owner of the register sees.
    text
        The clash in a sentence.
    reduced
        Whether each member is needed for it; False where the search for a smaller set was cut short.
    """

    members: tuple[str, ...]
    people: tuple[str, ...]
    confidential: bool
    text: str
    reduced: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def __repr__(self) -> str:
        blocked = ", confidential" if self.confidential else ""
        return f"Clash({len(self.members)} members, {len(self.people)} people{blocked})"


def find_clashes(setup: Setup, limit: int) -> tuple[Clash, ...]:
    """Find disjoint irreducible sets, those of public rules alone first."""
    if is_feasible(setup):
        return ()
    found: list[Clash] = []
    for clash in _each(setup):
        found.append(clash)
        if len(found) == limit:
            break
    return tuple(found)


def _each(setup: Setup) -> Iterator[Clash]:
    used: set[int] = set()
    any_found = False
    for part in (public_part(setup), setup):
        world = World(part)
        while True:
            rest = [place for place in range(len(world.members)) if place not in used]
            try:
                found = world.clash(rest)
            except Spent:
                break
            if found is None:
                break
            any_found = True
            yield _told(part, world, found.places, whole=part is setup, reduced=found.reduced)
            if not found.places:
                return
            used.update(found.places)
    if not any_found:
        yield _told(setup, world, tuple(range(len(world.members))), whole=bool(refused(setup)), reduced=False)


def _told(setup: Setup, world: World, places: tuple[int, ...], *, whole: bool, reduced: bool) -> Clash:
    members = [world.members[place] for place in places]
    known = None if whole else shortage(setup, members)
    told = words(setup, members, reduced=reduced, shortage=known)
    return Clash(
        tuple(one.words for one in members),
        tuple(sorted({person for one in members for person in one.people})),
        confidential=whole,
        text=f"{told}; {BLOCKED}" if whole else told,
        reduced=reduced,
    )

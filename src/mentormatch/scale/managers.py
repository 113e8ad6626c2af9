"""Reporting lines that run from block to block.

The rule ``reporting_line`` follows managers over everybody, so a line may leave a block and come back.
Where it is asked for, everybody's manager is held in memory, and each block is told who of its
people are above one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mentormatch.constraints import ReportingLine
from mentormatch.constraints.hierarchy import above, circles
from mentormatch.errors import Fault, InputError
from mentormatch.scale.store import Row, Store
from mentormatch.scale.work import Ask


@dataclass(frozen=True, eq=False, repr=False)
class Managers:
    """Everybody's managers, as far as a rule asks; ids are where rows of each side have them."""

    depth: int = 0
    managers: Mapping[str, set[str]] = field(default_factory=dict)
    identity: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, store: Store, ask: Ask) -> Managers:
        """Read everybody's managers if a rule follows them.

        Raises
        ------
        InputError
            Managers go round in a circle.
        """
        depth = max((rule.depth for rule in ask.rules if isinstance(rule, ReportingLine)), default=0)
        known = any(sheet.managers is not None for sheet in store.sheets.values())
        if not depth or not known:
            return cls()
        managers = store.managers()
        told = "these people manage each other in a circle: "
        place = ("reporting_line", "manager_id")
        faults = [Fault(place, "manager_loop", told + ", ".join(ids)) for ids in circles(managers)]
        if faults:
            raise InputError(faults)
        return cls(depth, managers, (store.sheets["mentees"].identity, store.sheets["mentors"].identity))

    def rest(self, ask: Ask) -> Ask:
        """Return what is still to be asked of each block."""
        rules = tuple(rule for rule in ask.rules if not (self.depth and isinstance(rule, ReportingLine)))
        return replace(ask, rules=rules)

    def lines(self, mentees: Sequence[Row], mentors: Sequence[Row]) -> tuple[tuple[str, str], ...]:
        """Return who of these people is above whom: (person, manager)."""
        if not self.depth:
            return ()
        sides = zip((mentees, mentors), self.identity, strict=True)
        ids = {str(row.cells[at]).strip() for side, at in sides for row in side}
        return tuple(
            sorted((who, boss) for who in ids for boss in above(who, self.managers, self.depth) if boss in ids)
        )

"""What differs between two matchings: who stays, who moves, who gains a partner and who loses one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentormatch.matching.matching import Matching


@dataclass(frozen=True, slots=True)
class Move:
    """A mentee whose mentors are not the same in both matchings; before and after are ids."""

    mentee: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Diff:
    """What differs between two matchings; a pair is ``(mentee id, mentor id)``.

    Attributes
    ----------
    kept
        Pairs in both, in the order of the second.
    added, removed
        Pairs in the second alone, and in the first alone.
    moved
        Mentees matched in both, with other mentors.
    placed, left
        Mentees of both who have a mentor in the second alone, and in the first alone.
    joined, gone
        Ids that only the second lists, and only the first, whatever the role; sorted.
    totals, means
        Of the first and of the second; None where nobody is matched.
    """

    kept: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    moved: tuple[Move, ...]
    placed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    totals: tuple[float, float] = (0.0, 0.0)
    means: tuple[float | None, float | None] = (None, None)
    _names: dict[str, str] = field(default_factory=dict, compare=False, hash=False)

    def __bool__(self) -> bool:
        """Say whether any pair differs."""
        return bool(self.added or self.removed)

    def __repr__(self) -> str:
        from mentormatch.explain.clean import fit

        head = f"{len(self.kept)} pairs kept, {len(self.added)} added, {len(self.removed)} removed"
        means = " → ".join("none" if mean is None else f"{mean:.2f}" for mean in self.means)
        lines = [head, f"total {self.totals[0]:.2f} → {self.totals[1]:.2f}, mean {means}"]
        for label, ids in (("placed", self.placed), ("left", self.left), ("joined", self.joined), ("gone", self.gone)):
            if ids:
                lines.append(f"{len(ids)} {label}: " + ", ".join(self._name(id_) for id_ in ids))
        if self.moved:
            lines.append(f"{len(self.moved)} moved:")
        for move in self.moved[:_SHOWN]:
            before, after = (", ".join(self._name(id_) for id_ in ids) for ids in (move.before, move.after))
            lines.append(f"  {self._name(move.mentee)}: {before} → {after}")
        if len(self.moved) > _SHOWN:
            lines.append(f"  … and {len(self.moved) - _SHOWN} more")
        return "\n".join(fit(line, 100) for line in lines)

    def _name(self, id_: str) -> str:
        return self._names.get(id_, id_)


_SHOWN = 10


def diff(one: Matching, other: Matching) -> Diff:
    """Compare two matchings by their people's ids.

    Parameters
    ----------
    one, other
        The earlier and the later matching; they may list different people.

    Returns
    -------
    Diff
        Printable; empty of added and removed pairs when the two make the same ones.
    """
    before = {(pair.mentee, pair.mentor) for pair in one}
    after = {(pair.mentee, pair.mentor) for pair in other}
    there, here = dict(one.mentees), dict(other.mentees)
    both = [(id_, one.mentors_of(id_), other.mentors_of(id_)) for id_ in here if id_ in there]
    first_ids = {id_ for id_, _ in (*one.mentees, *one.mentors)}
    second_ids = {id_ for id_, _ in (*other.mentees, *other.mentors)}
    return Diff(
        kept=tuple((pair.mentee, pair.mentor) for pair in other if (pair.mentee, pair.mentor) in before),
        added=tuple((pair.mentee, pair.mentor) for pair in other if (pair.mentee, pair.mentor) not in before),
        removed=tuple((pair.mentee, pair.mentor) for pair in one if (pair.mentee, pair.mentor) not in after),
        moved=tuple(Move(id_, had, has) for id_, had, has in both if had and has and set(had) != set(has)),
        placed=tuple(id_ for id_, had, has in both if has and not had),
        left=tuple(id_ for id_, had, has in both if had and not has),
        joined=tuple(sorted(second_ids - first_ids)),
        gone=tuple(sorted(first_ids - second_ids)),
        totals=(one.total, other.total),
        means=(one.mean, other.mean),
        _names={**dict(one.mentees), **dict(one.mentors), **dict(other.mentees), **dict(other.mentors)},
    )

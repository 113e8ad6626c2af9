"""What one participant gets: their own partners and what they have in common, and nobody and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mentormatch.explain.catalogue import words
from mentormatch.explain.clean import clean, wrap
from mentormatch.explain.explanation import WIDTH, ordered

if TYPE_CHECKING:
    from mentormatch.matching.parts import Part


@dataclass(frozen=True, slots=True)
class Partner:
    """One's partner, and what the two have in common: ``(criterion, answers)``, what counted most first."""

    id: str
    name: str
    shared: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, id_: str, name: str, parts: Iterable[Part]) -> Partner:
        """Take from a pair's parts what may be told to the two themselves: no number."""
        return cls(id_, name, tuple((part.criterion, part.shared) for part in ordered(parts) if part.shared))


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """What one participant gets.

    Attributes
    ----------
    id, name
        Theirs.
    mentors, mentees
        Their partners; both may be filled for somebody who has two roles.
    reason
        The public reason when they have no partner, else None.
    """

    id: str
    name: str
    mentors: tuple[Partner, ...] = ()
    mentees: tuple[Partner, ...] = ()
    reason: str | None = None

    def text(self, language: str = "en") -> str:
        """Return it in words, in lines of at most 100 columns.

        Parameters
        ----------
        language
            ``"en"`` or ``"nl"``.
        """
        say = words(language)
        lines = [clean(self.name)]
        for key, partners in (("view.mentor", self.mentors), ("view.mentee", self.mentees)):
            for partner in partners:
                lines.append(say(key, partner=clean(partner.name)))
                told = [clean(say.shared(name, items)) for name, items in partner.shared]
                lines += [f"  {line}" for line in told or [say("view.plain")]]
        if len(lines) == 1:
            lines.append(say("view.none", reason=say.reason(self.reason or "not_placed")))
        return "\n".join(wrapped for line in lines for wrapped in _wrap(line))

    def to_dict(self) -> dict[str, Any]:
        """Return it as dicts, lists and text, ready for JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "mentors": [_plain(partner) for partner in self.mentors],
            "mentees": [_plain(partner) for partner in self.mentees],
            "reason": self.reason,
        }

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from markupsafe import Markup

        head, *lines = self.text().split("\n")
        rest = Markup("").join(Markup("<br>{}").format(line) for line in lines)
        return str(Markup("<p><strong><bdi>{}</bdi></strong>{}</p>").format(head, rest))


def _plain(partner: Partner) -> dict[str, Any]:
    shared = [{"criterion": name, "answers": list(items)} for name, items in partner.shared]
    return {"id": partner.id, "name": partner.name, "shared": shared}


def _wrap(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(line.lstrip(), WIDTH, indent, indent + "  ")

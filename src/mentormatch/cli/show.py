"""A matching as lines of text; nothing in a name can move the cursor or turn a line round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mentormatch.cli.words import WORDS, Language
from mentormatch.explain import clean, words
from mentormatch.explain.clean import columns

if TYPE_CHECKING:
    from mentormatch.errors import Fault
    from mentormatch.matching import Matching
    from mentormatch.people import Note


def notes(told: Iterable[Note]) -> Iterator[str]:
    """Yield a line per note about the data."""
    for note in told:
        yield f"note: {clean(note.message)}"


def fault(wrong: Fault, mapping: Mapping[str, str]) -> str:
    """Return what is wrong with a row, its field also by the headings that stand over it."""
    told = str(wrong)
    field = wrong.loc[-1] if wrong.loc else ""
    over = [f'"{heading}"' for heading, name in mapping.items() if name == field and heading.casefold() != name]
    if not over or not isinstance(field, str):
        return told
    place, sign, rest = told.partition(f"{field} row ")
    return f"{place}{field} ({' or '.join(over)}) row {rest}" if sign else told


def pairs(matching: Matching, language: Language) -> Iterator[str]:
    """Yield a line per pair: mentee id and name, mentor id and name, score."""
    number = words(language.value).number
    mentee, mentor = dict(matching.mentees), dict(matching.mentors)
    yield from _aligned(
        (pair.mentee, _name(mentee, pair.mentee), "->", pair.mentor, _name(mentor, pair.mentor), number(pair.score))
        for pair in matching
    )


def rest(matching: Matching, language: Language) -> Iterator[str]:
    """Yield who is not matched and why, who has less than asked for, and the sum of it all."""
    say, ours = words(language.value), WORDS[language]
    mentee, mentor = dict(matching.mentees), dict(matching.mentors)
    for heading, names, people in (
        (ours["no_mentor"], mentee, matching.unmatched_mentees),
        (ours["no_mentee"], mentor, matching.unmatched_mentors),
    ):
        yield from _section(heading, ((one.id, _name(names, one.id), say.reason(one.reason)) for one in people))
    both = {**mentor, **mentee}
    less = ((one, say("report.short_text", got=one.got, wanted=one.wanted)) for one in matching.short)
    yield from _section(ours["short"], ((one.id, _name(both, one.id), told) for one, told in less))
    yield ""
    yield _summary(matching, ours, say.number)
    yield _proof(matching, ours)


def _section(heading: str, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = list(_aligned(rows))
    if lines:
        yield from ("", f"{heading}:", *(f"  {line}" for line in lines))


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Align rows of cells with two spaces between them, by the columns that their letters take."""
    table = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(columns, cells)) for cells in zip(*table, strict=True)]
    for row in table:
        cells = (cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _summary(matching: Matching, ours: dict[str, str], number: Callable[[float], str]) -> str:
    mentees = len(matching.mentees)
    if matching.mean is None or matching.worst is None:
        return ours["nobody"].format(mentees=mentees)
    placed = len({pair.mentee for pair in matching})
    mean, worst = number(matching.mean), number(matching.worst)
    return ours["summary"].format(pairs=len(matching), placed=placed, mentees=mentees, mean=mean, worst=worst)


def _proof(matching: Matching, ours: dict[str, str]) -> str:
    certificate = matching.certificate
    if certificate.optimal:
        return ours["stable" if matching.objective == ("stable",) else "proven"]
    return ours["not_proven"].format(gap=f"{certificate.gap:.3g}")


def _name(names: dict[str, str], person: str) -> str:
    """Return the display name, or nothing where it only repeats the id."""
    name = names[person]
    return "" if name == person else name

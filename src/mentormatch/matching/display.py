"""A matching as a few lines of text: notes first, then counts, then the first pairs."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from mentormatch.explain import clean, fit, words
from mentormatch.explain.clean import columns, pad, wrap
from mentormatch.report.content import figures

if TYPE_CHECKING:
    from mentormatch.matching.matching import Matching

WIDTH = 100
SHOWN = 10
_WIDEST_NAME = 36


def summary(matching: Matching) -> str:
    """Return what a terminal or notebook shows of a matching, in at most 100 columns."""
    lines = [line for note in matching.notes for line in wrap(clean(f"Note: {note.message}"), WIDTH, "", "  ")]
    lines += [*_counts(matching), *_proof(matching), *_first_pairs(matching)]
    return "\n".join(fit(line, WIDTH) for line in lines)


def _counts(matching: Matching) -> list[str]:
    numbers = ((len(matching), "pair"), (len(matching.mentees), "mentee"), (len(matching.mentors), "mentor"))
    pairs, mentees, mentors = (f"{number} {noun}{'s' * (number != 1)}" for number, noun in numbers)
    said = [f"{pairs} of {mentees} and {mentors}"]
    if matching.mean is not None and matching.worst is not None:
        say = words()
        said.append(f"mean score {say.number(matching.mean)}, worst {say.number(matching.worst)}")
    alone = [(len(matching.unmatched_mentees), "mentee"), (len(matching.unmatched_mentors), "mentor")]
    if any(count for count, _ in alone):
        said.append("unmatched: " + " and ".join(f"{count} {who}{'s' * (count != 1)}" for count, who in alone if count))
    return said


def _proof(matching: Matching) -> list[str]:
    certificate = matching.certificate
    if not certificate.tiers:
        return []
    say = words()
    reached = ", ".join(f"{tier.name} {figures(say, tier.value)}" for tier in certificate.tiers)
    if certificate.optimal and matching.objective == ("stable",):
        return ["proven stable: no two people would both rather have each other"]
    if certificate.optimal:
        return [f"proven optimal: {reached}"]
    return [f"not proven optimal: {reached}; gap at most {say.figure(certificate.gap)}"]


def _first_pairs(matching: Matching) -> list[str]:
    say, shown = words(), list(islice(matching, SHOWN))
    mentees, mentors = matching._sides
    names = [(mentees.label(pair.mentee), mentors.label(pair.mentor)) for pair in shown]
    widths = [min(_WIDEST_NAME, max((columns(fit(row[k], WIDTH)) for row in names), default=0)) for k in (0, 1)]
    lines = [
        f"  {pad(mentee, widths[0])} – {pad(mentor, widths[1])}  {say.number(pair.score)}"
        for pair, (mentee, mentor) in zip(shown, names, strict=True)
    ]
    if len(matching) > SHOWN:
        lines.append(f"  … and {len(matching) - SHOWN} more")
    return lines

"""Why a mentee is with a mentor: the score read back, criterion by criterion, from the parts that made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from mentormatch.explain.catalogue import Words, words
from mentormatch.explain.clean import clean, columns, pad, wrap

if TYPE_CHECKING:
    from mentormatch.matching.parts import Pair, Part

WIDTH = 100
"""Columns a text explanation keeps within."""

WEAK = 0.25
"""A pair whose score, or evidence, lies below this deserves a human look first."""

_WIDEST_LABEL = 28


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """Why a mentee is with their mentor, or what can be said where there is none.

    ``print`` it for English words, or take :meth:`text` in another language.

    Attributes
    ----------
    pairs
        The pairs it is about; empty for a pair that was not made and for somebody unmatched.
    mentees, mentors
        ``(id, name)`` of the people in it.
    reason
        The public reason when the mentee is unmatched, else None.
    """

    pairs: tuple[Pair, ...] = ()
    mentees: tuple[tuple[str, str], ...] = ()
    mentors: tuple[tuple[str, str], ...] = ()
    reason: str | None = None

    def text(self, language: str = "en") -> str:
        """Return the explanation in words, in lines of at most 100 columns.

        Parameters
        ----------
        language
            ``"en"`` or ``"nl"``.
        """
        say = words(language)
        mentees, mentors = dict(self.mentees), dict(self.mentors)
        if self.pairs:
            return "\n\n".join(
                "\n".join(_pair_lines(say, pair, clean(mentees[pair.mentee]), clean(mentors[pair.mentor])))
                for pair in self.pairs
            )
        return "\n".join(_wrap(_without_pairs(say, self), ""))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        say = words("en")
        if not self.pairs:
            return str(Markup("<p>{}</p>").format(_without_pairs(say, self)))
        mentees, mentors = dict(self.mentees), dict(self.mentors)
        tables = (
            _TABLE.format(
                mentee=clean(mentees[pair.mentee]),
                mentor=clean(mentors[pair.mentor]),
                score=score_words(say, pair),
                rows=Markup("").join(
                    _ROW.format(say.criterion(clean(part.criterion)), term(say, part), shared_words(say, part))
                    for part in ordered(pair.parts)
                ),
            )
            for pair in self.pairs
        )
        return str(Markup("").join(tables))


_TABLE = Markup(
    '<table><caption style="text-align:left"><bdi>{mentee}</bdi> – <bdi>{mentor}</bdi>: <strong>{score}</strong>'
    "</caption><tbody>{rows}</tbody></table>"
)
_ROW = Markup('<tr><th scope="row" style="text-align:left">{}</th><td>{}</td><td style="text-align:left">{}</td></tr>')


def is_given(pair: Pair) -> bool:
    """Say whether a pair's score came as a number with the input, without criteria."""
    return not pair.parts or (len(pair.parts) == 1 and pair.parts[0].criterion == "score")


def ordered(parts: Iterable[Part]) -> list[Part]:
    """Return the parts with the largest contribution first; what is folded into "other" stands last."""
    return sorted(parts, key=lambda part: (part.criterion == "other", -part.contribution, part.criterion))


def score_words(say: Words, pair: Pair) -> str:
    """Return a pair's score as it is shown."""
    return say.figure(pair.score) if is_given(pair) else say.number(pair.score)


def term(say: Words, part: Part) -> str:
    """Return a criterion's part in the sum: value × weight = contribution."""
    weight, contribution = say.percent(part.weight), say.number(part.contribution)
    if part.value is None:
        key = "explain.unknown_term" if part.criterion != "other" else "explain.other_term"
        return say(key, weight=weight, contribution=contribution)
    return say("explain.term", value=say.number(part.value), weight=weight, contribution=contribution)


def shared_words(say: Words, part: Part) -> str:
    """Return what the two have in common by a criterion, as a phrase; empty where nothing may be shown."""
    items = tuple(shown for item in part.shared if (shown := clean(item)))
    if items:
        return clean(say.shared(part.criterion, items))
    return say("explain.unknown") if part.value is None and part.criterion != "other" else ""


def _without_pairs(say: Words, explanation: Explanation) -> str:
    if not explanation.mentees:
        return say("explain.not_made")
    ((_, name),) = explanation.mentees
    return say("explain.unmatched", person=clean(name), reason=say.reason(explanation.reason or "not_placed"))


def _pair_lines(say: Words, pair: Pair, mentee: str, mentor: str) -> list[str]:
    names = {"mentee": mentee, "mentor": mentor}
    if is_given(pair):
        return [
            *_wrap(say("explain.head_given", **names, score=say.figure(pair.score)), ""),
            *_wrap(say("explain.given"), "  "),
        ]
    parts = ordered(pair.parts)
    labels = [clean(say.criterion(part.criterion)) for part in parts]
    width = min(_WIDEST_LABEL, max(columns(label) for label in labels))
    terms = [term(say, part) for part in parts]
    term_width = max(columns(shown) for shown in terms)
    lines = _wrap(say("explain.head", **names, score=say.number(pair.score)), "")
    for part, label, shown in zip(parts, labels, terms, strict=True):
        start = f"  {pad(label, width)}  {pad(shown, term_width)}  "
        lines += _hang(start, shared_words(say, part))
    full = pair.evidence >= 1 - 1e-9
    lines += _wrap(say("explain.evidence_full" if full else "explain.evidence", share=say.percent(pair.evidence)), "  ")
    if pair.for_mentee is not None or pair.for_mentor is not None:
        lines += _wrap(say("explain.gains", **names, **gains(say, pair)), "  ")
    return lines


def gains(say: Words, pair: Pair) -> dict[str, str]:
    """Return what each side gains, as it is shown."""
    unknown = say("explain.gain_unknown")
    return {
        "for_mentee": unknown if pair.for_mentee is None else say.number(pair.for_mentee),
        "for_mentor": unknown if pair.for_mentor is None else say.number(pair.for_mentor),
    }


def _wrap(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, indent, indent or "  ")


def _hang(start: str, text: str) -> list[str]:
    """Put text behind a start, its further lines under the first."""
    if columns(start) > WIDTH - 24:
        return [start.rstrip(), *(wrap(text, WIDTH, "      ", "      ") if text else ())]
    return wrap(text, WIDTH, start, " " * columns(start))

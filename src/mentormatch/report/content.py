"""What a report says, as plain data for its templates: every number already in words, nothing drawn yet."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import compress, islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mentormatch.explain.explanation import WEAK, gains, is_given, ordered, score_words, shared_words
from mentormatch.report import bars

if TYPE_CHECKING:
    from mentormatch.explain import Words
    from mentormatch.matching import Matching, Pair, Part

TOLD: Final = 3
"""How many of the largest reasons stand in the table itself; the breakdown has them all."""

CARD_PAIRS: Final = 10

_PRECISE: Final = 4
"""Decimals of what was reached and what is possible: a small gap between the two must show."""


def report(say: Words, matching: Matching) -> dict[str, Any]:
    """Return everything the report's template needs."""
    given = bool(matching._columns.given.all())  # noqa: SLF001  # pairs are not made to be counted
    colours = _colours(matching)
    names = _Names(matching.mentees), _Names(matching.mentors)
    rows = [_pair(say, pair, names, colours, number) for number, pair in enumerate(matching, 1)]
    return {
        "given": given,
        "notes": matching.notes,
        "counts": _counts(say, matching, given),
        "bins": _bins(say, matching, given),
        "legend": [{"colour": colour, "name": say.criterion(name)} for name, colour in colours.items()],
        "pairs": rows,
        "attention": sorted((row for row in rows if row["marks"]), key=lambda row: (row["score"], row["number"])),
        "limits": {"score": say.number(WEAK), "evidence": say.percent(WEAK)},
        "left_out": _left_out(say, matching, names),
        "short": _short(say, matching, names),
        "loads": _loads(matching, names),
        **_certificate(say, matching),
        "manifest": _manifest(say, matching),
    }


def card(say: Words, matching: Matching) -> dict[str, Any]:
    """Return what the notebook's card needs."""
    names = _Names(matching.mentees), _Names(matching.mentors)
    given = bool(matching._columns.given.all())  # noqa: SLF001  # pairs are not made to be counted
    shown = list(islice(matching, CARD_PAIRS))
    return {
        "notes": matching.notes,
        "counts": _counts(say, matching, given),
        "pairs": [
            {
                "mentee": names[0].person(pair.mentee),
                "mentor": names[1].person(pair.mentor),
                "score": score_words(say, pair),
            }
            for pair in shown
        ],
        "more": len(matching) - len(shown),
        **_certificate(say, matching),
    }


class _Names(dict[str, str]):
    """Display names by id, and which of them several people share."""

    def __init__(self, people: tuple[tuple[str, str], ...]) -> None:
        super().__init__(people)
        self.repeated = {name for name, count in Counter(self.values()).items() if count > 1}

    def person(self, id_: str) -> dict[str, str]:
        """Return a person's id, name, and the label that tells them from their namesakes."""
        name = self[id_]
        return {"id": id_, "name": name, "label": f"{name} ({id_})" if name in self.repeated else name}


_Sides: TypeAlias = tuple[_Names, _Names]


def _colours(matching: Matching) -> dict[str, int]:
    """Give each criterion a colour, the heaviest first; what is folded into "other" is always the last."""
    columns, weights = matching._columns, dict[str, float]()  # noqa: SLF001  # pairs are not made to be counted
    told = (~columns.given).repeat(columns.starts[1:] - columns.starts[:-1]).tolist()
    for criterion, weight in compress(zip(columns.criteria, columns.weight.tolist(), strict=True), told):
        weights[criterion] = max(weight, weights.get(criterion, 0.0))
    names = sorted(weights, key=lambda name: (name == "other", -weights[name], name))
    return {name: k % bars.COLOURS if name != "other" else bars.COLOURS for k, name in enumerate(names)}


def _counts(say: Words, matching: Matching, given: bool) -> dict[str, Any]:
    show = say.figure if given else say.number
    placed = len(set(matching._ids[0]))  # noqa: SLF001  # pairs are not made to be counted
    return {
        "pairs": len(matching),
        "mentees": len(matching.mentees),
        "mentors": len(matching.mentors),
        "placed": say.percent(placed / len(matching.mentees)) if matching.mentees else say.percent(0.0),
        "mean": "–" if matching.mean is None else show(matching.mean),
        "worst": "–" if matching.worst is None else show(matching.worst),
        "total": show(matching.total),
        "alone_mentees": len(matching.unmatched_mentees),
        "alone_mentors": len(matching.unmatched_mentors),
    }


def _bins(say: Words, matching: Matching, given: bool) -> list[dict[str, Any]]:
    scores: list[float] = matching._columns.score.tolist()  # noqa: SLF001  # pairs are not made to be counted
    low, high = (min(scores, default=0.0), max(scores, default=0.0)) if given else (0.0, 1.0)
    show = say.figure if given else (lambda value: say.number(value, 1))
    return [
        {"low": show(one.low), "high": show(one.high), "count": one.count, "height": one.height}
        for one in bars.distribution(scores, low, high)
    ]


def _pair(
    say: Words,
    pair: Pair,
    names: _Sides,
    colours: Mapping[str, int],
    number: int,
) -> dict[str, Any]:
    given = is_given(pair)
    parts = [] if given else ordered(pair.parts)
    laid = bars.pieces(part.contribution for part in parts)
    shown = [_part(say, part, colours) | {"piece": piece} for part, piece in zip(parts, laid, strict=True)]
    told = [part for part in shown if part["answers"]][:TOLD]
    marks = []
    if not given and pair.score < WEAK:
        marks.append("low_score")
    if not given and pair.evidence < WEAK:
        marks.append("little_evidence")
    gain = gains(say, pair) if pair.for_mentee is not None or pair.for_mentor is not None else None
    return {
        "number": number,
        "mentee": names[0].person(pair.mentee),
        "mentor": names[1].person(pair.mentor),
        "score": pair.score,
        "score_words": score_words(say, pair),
        "evidence": pair.evidence,
        "evidence_words": say.percent(pair.evidence),
        "gains": gain,
        "marks": marks,
        "parts": shown,
        "told": told,
        "alt": _bar_in_words(say, pair, parts),
    }


def _part(say: Words, part: Part, colours: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": say.criterion(part.criterion),
        "colour": colours[part.criterion],
        "known": part.value is not None or part.criterion == "other",
        "value": "–" if part.value is None else say.number(part.value),
        "weight": say.percent(part.weight),
        "contribution": say.number(part.contribution),
        "answers": bool(part.shared),
        "words": shared_words(say, part),
        "items": ", ".join(part.shared),
    }


def _bar_in_words(say: Words, pair: Pair, parts: list[Part]) -> str:
    told = [
        say(
            "report.bar_part_unknown" if part.value is None and part.criterion != "other" else "report.bar_part",
            criterion=say.criterion(part.criterion),
            contribution=say.number(part.contribution),
        )
        for part in parts
    ]
    return say("report.bar_alt", score=score_words(say, pair), parts=", ".join(told))


def _left_out(say: Words, matching: Matching, names: _Sides) -> list[dict[str, Any]]:
    sides = (
        ("report.mentee", names[0], matching.unmatched_mentees),
        ("report.mentor", names[1], matching.unmatched_mentors),
    )
    return [
        {"person": listed.person(one.id), "role": say(role), "reason": say.reason(one.reason)}
        for role, listed, people in sides
        for one in people
    ]


def _short(say: Words, matching: Matching, names: _Sides) -> list[dict[str, Any]]:
    both = _Names((*names[1].items(), *names[0].items()))
    return [
        {"person": both.person(one.id), "got": say("report.short_text", got=one.got, wanted=one.wanted)}
        for one in matching.short
    ]


def _loads(matching: Matching, names: _Sides) -> list[dict[str, Any]]:
    """Return the mentors, the busiest first, equals in listing order."""
    most = max(matching.loads.values(), default=0)
    rows = [
        {
            "person": names[1].person(id_),
            "count": count,
            "share": count / most if most else 0.0,
            "mentees": [names[0].person(mentee) for mentee in matching.mentees_of(id_)],
        }
        for id_, count in matching.loads.items()
    ]
    return sorted(rows, key=lambda row: -row["count"])


def _certificate(say: Words, matching: Matching) -> dict[str, Any]:
    certificate = matching.certificate
    state = "none" if not certificate.tiers else "optimal" if certificate.optimal else "open"
    optimal_and_stable = state == "optimal" and matching.objective == ("stable",)
    return {
        "proof": say("certificate.stable" if optimal_and_stable else f"certificate.{state}"),
        "proof_state": state,
        "tiers": [
            {
                "name": say.tier(tier.name),
                "code": tier.name,
                "value": figures(say, tier.value),
                "bound": figures(say, tier.bound),
                "optimal": tier.optimal,
            }
            for tier in certificate.tiers
        ],
    }


def figures(say: Words, value: float | tuple[float, ...]) -> str:
    """Return a tier's value as it is shown: a number, or the first of several in parentheses."""
    if isinstance(value, tuple):
        more = "; …" if len(value) > CARD_PAIRS else ""
        return f"({'; '.join(say.figure(item, _PRECISE) for item in value[:CARD_PAIRS])}{more})"
    return say.figure(value, _PRECISE)


def _manifest(say: Words, matching: Matching) -> list[dict[str, str]]:
    rows = [
        {"name": say("report.objective"), "value": ", ".join(matching.objective)},
        {"name": say("report.solver"), "value": matching.solver},
    ]
    return rows + [{"name": name, "value": value} for name, value in _flat(matching.manifest)]


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested settings as lines of a table: where, and what."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{name} › {key}" if name else key)
    elif isinstance(value, tuple) and any(isinstance(item, (Mapping, tuple)) for item in value):
        for number, item in enumerate(value, 1):
            if isinstance(item, Mapping) and all(not isinstance(inner, (Mapping, tuple)) for inner in item.values()):
                yield f"{name} {number}", ", ".join(f"{key}: {_scalar(inner)}" for key, inner in item.items())
            else:
                yield from _flat(item, f"{name} {number}")
    elif isinstance(value, tuple):
        yield name, ", ".join(_scalar(item) for item in value) or "–"
    else:
        yield name, _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float) and value == math.floor(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)

"""All pairs at once: as canonical JSON, and from JSON that is right in every respect.

What is wrong is told by :mod:`mentormatch.matching.codec`, which looks at one value after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, pairwise
from json.encoder import encode_basestring
from typing import Any, Final

from mentormatch.matching.columns import NUMBERS, PairColumns, known, numbers_of, starts_of
from mentormatch.matching.parts import MAX_NUMBER

MAX_ROWS: Final = 2_000_000
MAX_TEXT: Final = 1_000_000

SHARE: Final = (-1e-9, 1 + 1e-9)
"""From where to where a share may go: a hair of rounding beyond the ends is what adding weights up may give."""

_EMPTY: Final = "[]"


def pair_texts(columns: PairColumns) -> Iterator[str]:
    """Yield each pair as canonical JSON: keys sorted, no spaces, floats in their shortest form."""
    parts = [
        f'{{"contribution":{contribution!r},"criterion":{name},"shared":{shared},"value":{value},"weight":{weight!r}}}'
        for contribution, name, shared, value, weight in zip(
            columns.contribution.tolist(),
            _texts(columns.criteria),
            _lists(columns.shared),
            _numbers(columns.value),
            columns.weight.tolist(),
            strict=True,
        )
    ]
    starts = columns.starts.tolist()
    each = (
        _texts(columns.mentees),
        _texts(columns.mentors),
        *(_numbers(getattr(columns, name)) for name in NUMBERS),
        pairwise(starts),
    )
    for mentee, mentor, score, evidence, for_mentee, for_mentor, (first, last) in zip(*each, strict=True):
        yield (
            f'{{"evidence":{evidence},"for_mentee":{for_mentee},"for_mentor":{for_mentor},"mentee":{mentee},'
            f'"mentor":{mentor},"parts":[{",".join(parts[first:last])}],"score":{score}}}'
        )


def _texts(texts: Sequence[str]) -> Iterator[str]:
    memo: dict[str, str] = {}
    for text in texts:
        written = memo.get(text)
        if written is None:
            written = memo[text] = encode_basestring(text)
        yield written


def _lists(lists: Sequence[tuple[str, ...]]) -> Iterator[str]:
    memo: dict[tuple[str, ...], str] = {(): _EMPTY}
    for one in lists:
        written = memo.get(one)
        if written is None:
            written = memo[one] = f"[{','.join(map(encode_basestring, one))}]"
        yield written


def _numbers(column: Any) -> Iterator[str]:
    return ("null" if value is None else repr(value) for value in known(column))


# --- and back -------------------------------------------------------------------------------------------------------

_PAIR: Final = frozenset((*NUMBERS, "mentee", "mentor", "parts"))
_PART: Final = frozenset({"criterion", "weight", "value", "contribution", "shared"})


def columns_of(rows: Sequence[Any]) -> PairColumns | None:
    """Return the columns of pairs that came as JSON; None if anything is not as it should be."""
    pairs = _taken(rows, _PAIR)
    if pairs is None or not _lists_only(pairs["parts"]):
        return None
    parts = _taken(list(chain.from_iterable(pairs["parts"])), _PART)
    if parts is None or not _lists_only(parts["shared"]):
        return None
    if not _texts_only(chain(pairs["mentee"], pairs["mentor"], parts["criterion"], *parts["shared"])):
        return None
    sound = (
        _sound(pairs["score"]),
        _sound(pairs["evidence"], SHARE),
        _sound(pairs["for_mentee"], maybe=True),
        _sound(pairs["for_mentor"], maybe=True),
        _sound(parts["weight"], SHARE),
        _sound(parts["value"], maybe=True),
        _sound(parts["contribution"]),
    )
    if not all(sound):
        return None
    return PairColumns(
        mentees=tuple(pairs["mentee"]),
        mentors=tuple(pairs["mentor"]),
        **{name: numbers_of(pairs[name]) for name in NUMBERS},
        starts=starts_of(map(len, pairs["parts"])),
        criteria=tuple(parts["criterion"]),
        **{name: numbers_of(parts[name]) for name in ("weight", "value", "contribution")},
        shared=tuple(map(tuple, parts["shared"])),
    )


def texts_of(rows: Sequence[Any], keys: tuple[str, str]) -> tuple[list[str], list[str]] | None:
    """Return the texts of two keys; None if anything is not as it should be."""
    taken = _taken(rows, frozenset(keys))
    sound = taken is not None and all(map(_texts_only, taken.values()))
    return (taken[keys[0]], taken[keys[1]]) if taken is not None and sound else None


def _taken(rows: Sequence[Any], keys: Collection[str]) -> dict[str, list[Any]] | None:
    """Return the values of each key; None if a row is no object with just these keys."""
    if not all(type(row) is dict and row.keys() == keys for row in rows):
        return None
    return {key: [row[key] for row in rows] for key in keys}


def _lists_only(values: Sequence[Any]) -> bool:
    return set(map(type, values)) <= {list} and max(map(len, values), default=0) <= MAX_ROWS


def _texts_only(values: Any) -> bool:
    texts = list(values)
    return set(map(type, texts)) <= {str} and max(map(len, texts), default=0) <= MAX_TEXT


def _sound(
    values: Sequence[Any], span: tuple[float, float] = (-MAX_NUMBER, MAX_NUMBER), *, maybe: bool = False
) -> bool:
    """Say whether all are numbers within a span, or None where that may be."""
    kinds = set(map(type, values))
    if not kinds <= ({float, int, type(None)} if maybe else {float, int}):
        return False
    numbers = [value for value in values if value is not None] if type(None) in kinds else values
    return span[0] <= min(numbers, default=0.0) and max(numbers, default=0.0) <= span[1]

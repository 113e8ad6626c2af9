"""A matching as canonical JSON and back; what comes from outside is never trusted.

The same content gives the same bytes: keys sorted, no spaces, floats in their shortest form (``repr``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from mentormatch import strict_json
from mentormatch.errors import MAX_REPORTED_FAULTS, Fault, InputError
from mentormatch.matching.bulk import MAX_ROWS, MAX_TEXT, SHARE, columns_of, pair_texts, texts_of
from mentormatch.matching.certificate import Certificate, TierProof
from mentormatch.matching.columns import PairColumns
from mentormatch.matching.frozen import freeze, thaw
from mentormatch.matching.parts import MAX_NUMBER, Pair, Part, Reason, Short, Unmatched

if TYPE_CHECKING:
    from mentormatch.matching.matching import Matching

SCHEMA: Final = "mentormatch/matching/1"
"""What this version writes."""

UPGRADES: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
"""Older schema → function that turns such a document into one of the next newer schema."""

MAX_BYTES: Final = 256 * 2**20
MAX_WHOLE: Final = 2**63


def to_plain(matching: Matching) -> dict[str, Any]:
    """Return the matching as dicts, lists, text and numbers that may be changed."""
    return {**_without_pairs(matching), "pairs": [_plain_pair(pair) for pair in matching]}


def to_text(matching: Matching) -> str:
    """Return canonical JSON; the pairs are written from their columns."""
    plain = _without_pairs(matching)
    before = dumps({key: value for key, value in plain.items() if key < "pairs"})
    after = dumps({key: value for key, value in plain.items() if key > "pairs"})
    return f'{before[:-1]},"pairs":[{",".join(pair_texts(matching._columns))}],{after[1:]}'


def _without_pairs(matching: Matching) -> dict[str, Any]:
    certificate = matching.certificate
    return {
        "schema": SCHEMA,
        "mentees": [{"id": id_, "name": name} for id_, name in matching.mentees],
        "mentors": [{"id": id_, "name": name} for id_, name in matching.mentors],
        "unmatched_mentees": [{"id": person.id, "reason": str(person.reason)} for person in matching.unmatched_mentees],
        "unmatched_mentors": [{"id": person.id, "reason": str(person.reason)} for person in matching.unmatched_mentors],
        "short": [{"id": person.id, "got": person.got, "wanted": person.wanted} for person in matching.short],
        "certificate": {
            "tiers": [
                {
                    "name": tier.name,
                    "value": thaw(tier.value),
                    "bound": thaw(tier.bound),
                    "optimal": tier.optimal,
                }
                for tier in certificate.tiers
            ],
            "seed": certificate.seed,
            **{name: [list(pair) for pair in getattr(certificate, name)] for name in _PAIRS_OF_PROOF},
        },
        "objective": list(matching.objective),
        "solver": matching.solver,
        "manifest": thaw(matching.manifest),
        "notes": [
            {"code": note.code, "message": note.message, "count": note.count, "fields": list(note.fields)}
            for note in matching.notes
        ],
    }


def _plain_pair(pair: Pair) -> dict[str, Any]:
    return {
        "mentee": pair.mentee,
        "mentor": pair.mentor,
        "score": pair.score,
        "evidence": pair.evidence,
        "for_mentee": pair.for_mentee,
        "for_mentor": pair.for_mentor,
        "parts": [
            {
                "criterion": part.criterion,
                "weight": part.weight,
                "value": part.value,
                "contribution": part.contribution,
                "shared": list(part.shared),
            }
            for part in pair.parts
        ],
    }


def dumps(plain: Mapping[str, Any]) -> str:
    """Write plain data as canonical JSON."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def loads(text: str | bytes | bytearray) -> dict[str, Any]:
    """Read a JSON object of the present schema, upgrading older ones.

    Raises
    ------
    InputError
        It is no JSON, too large, nested too deeply, has a key twice, a number that is not finite or a schema
        that is not known.
    """
    document = _parse(text)
    if not isinstance(document, dict):
        raise InputError("a matching in JSON is an object with a schema")
    for _ in range(len(UPGRADES) + 1):
        schema = document.get("schema")
        if schema == SCHEMA:
            return dict(document)
        upgrade = UPGRADES.get(schema) if isinstance(schema, str) else None
        if upgrade is None:
            break
        document = upgrade(document)
    known = ", ".join((SCHEMA, *sorted(UPGRADES)))
    raise InputError(Fault(("schema",), "unknown_schema", f"this version reads {known}"))


def _parse(text: str | bytes | bytearray) -> Any:
    if not isinstance(text, (str, bytes, bytearray)):
        raise InputError("from_json takes text or bytes")
    if len(text) > MAX_BYTES:
        raise InputError(f"the JSON is larger than {MAX_BYTES // 2**20} MiB")
    document, problem = strict_json.decode(text)
    if problem:
        raise InputError(f"the text {problem}")
    return document


class _Reader:
    """Takes values out of parsed JSON and collects every fault, never with the value that was wrong."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, loc: tuple[str | int, ...], msg: str, code: str = "wrong_type") -> None:
        self.faults.append(Fault(loc, code, msg))
        if len(self.faults) > MAX_REPORTED_FAULTS:
            raise InputError(self.faults)

    def record(
        self, value: Any, loc: tuple[str | int, ...], keys: tuple[str, ...], newer: Collection[str] = ()
    ) -> dict[str, Any]:
        """Take an object apart; the ``newer`` of its keys hold lists and may be missing."""
        if not isinstance(value, dict):
            self.fault(loc, "must be an object")
            return dict.fromkeys(keys)
        if value.keys() != set(keys):
            missing, unknown = sorted(set(keys) - set(newer) - value.keys()), len(value.keys() - set(keys))
            if missing:
                self.fault(loc, f"lacks {', '.join(missing)}", "missing")
            if unknown:
                self.fault(loc, f"has {unknown} unknown key(s); known are {', '.join(sorted(keys))}", "unknown_key")
        return {key: value.get(key, [] if key in newer else None) for key in keys}

    def rows(self, value: Any, loc: tuple[str | int, ...]) -> list[Any]:
        if not isinstance(value, list):
            self.fault(loc, "must be a list")
            return []
        if len(value) > MAX_ROWS:
            self.fault(loc, f"has more than {MAX_ROWS:,} entries", "too_large")
            return []
        return value

    def text(self, value: Any, loc: tuple[str | int, ...]) -> str:
        if not isinstance(value, str):
            self.fault(loc, "must be text")
            return ""
        if len(value) > MAX_TEXT:
            self.fault(loc, f"is longer than {MAX_TEXT:,} characters", "too_large")
            return ""
        return value

    def texts(self, value: Any, loc: tuple[str | int, ...]) -> tuple[str, ...]:
        return tuple(self.text(item, (*loc, k)) for k, item in enumerate(self.rows(value, loc)))

    def number(self, value: Any, loc: tuple[str | int, ...], low: float = -math.inf, high: float = math.inf) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MAX_NUMBER:
            self.fault(loc, "must be a finite number")
            return 0.0
        if not low <= value <= high:
            self.fault(loc, f"must be from {low:g} to {high:g}", "out_of_range")
            return 0.0
        return float(value)

    def share(self, value: Any, loc: tuple[str | int, ...]) -> float:
        return self.number(value, loc, *SHARE)

    def maybe(self, value: Any, loc: tuple[str | int, ...]) -> float | None:
        return None if value is None else self.number(value, loc)

    def whole(self, value: Any, loc: tuple[str | int, ...], low: int = -MAX_WHOLE) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value < 2 * MAX_WHOLE:
            self.fault(loc, "must be a whole number")
            return 0
        return value

    def truth(self, value: Any, loc: tuple[str | int, ...]) -> bool:
        if not isinstance(value, bool):
            self.fault(loc, "must be true or false")
        return bool(value)

    def tier_value(self, value: Any, loc: tuple[str | int, ...]) -> int | float | tuple[int | float, ...]:
        if isinstance(value, list):
            return tuple(self._number_as_is(item, (*loc, k)) for k, item in enumerate(self.rows(value, loc)))
        return self._number_as_is(value, loc)

    def _number_as_is(self, value: Any, loc: tuple[str | int, ...]) -> int | float:
        return self.number(value, loc) if isinstance(value, float) else self.whole(value, loc)

    def pair_ids(self, value: Any, loc: tuple[str | int, ...]) -> tuple[str, str]:
        ids = self.texts(value, loc)
        if len(ids) != 2:
            self.fault(loc, "must be [mentee id, mentor id]")
            return ("", "")
        return ids[0], ids[1]


def from_plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of a Matching that a document of the present schema describes.

    Raises
    ------
    InputError
        With every fault that was found, none with the value that was wrong.
    """
    read = _Reader()
    top = read.record(document, (), _TOP)
    rows = read.rows(top["pairs"], ("pairs",))
    pairs = columns_of(rows)
    if pairs is None:
        pairs = PairColumns.of([_pair(read, row, ("pairs", k)) for k, row in enumerate(rows)])
    objective = read.texts(top["objective"], ("objective",))
    manifest = _manifest(read, top["manifest"])
    arguments = {
        "pairs": pairs,
        "mentees": _people(read, top, "mentees"),
        "mentors": _people(read, top, "mentors"),
        "unmatched_mentees": _unmatched(read, top, "unmatched_mentees"),
        "unmatched_mentors": _unmatched(read, top, "unmatched_mentors"),
        "short": _short(read, top),
        "certificate": _certificate(read, top["certificate"], pairs, objective),
        "objective": objective,
        "solver": read.text(top["solver"], ("solver",)),
        "manifest": manifest,
        "notes": _notes(read, top),
    }
    if read.faults:
        raise InputError(read.faults)
    return arguments


_TOP: Final = (
    "schema",
    "mentees",
    "mentors",
    "pairs",
    "unmatched_mentees",
    "unmatched_mentors",
    "short",
    "certificate",
    "objective",
    "solver",
    "manifest",
    "notes",
)
_PAIRS_OF_PROOF: Final = ("previous", "placed", "lifted")
_PAIR: Final = ("mentee", "mentor", "score", "evidence", "for_mentee", "for_mentor", "parts")
_PART: Final = ("criterion", "weight", "value", "contribution", "shared")


def _pair(read: _Reader, row: Any, loc: tuple[str | int, ...]) -> Pair:
    held = read.record(row, loc, _PAIR)
    at = (*loc, "parts")
    return Pair(
        mentee=read.text(held["mentee"], (*loc, "mentee")),
        mentor=read.text(held["mentor"], (*loc, "mentor")),
        score=read.number(held["score"], (*loc, "score")),
        evidence=read.share(held["evidence"], (*loc, "evidence")),
        for_mentee=read.maybe(held["for_mentee"], (*loc, "for_mentee")),
        for_mentor=read.maybe(held["for_mentor"], (*loc, "for_mentor")),
        parts=tuple(_part(read, part, (*at, k)) for k, part in enumerate(read.rows(held["parts"], at))),
    )


def _part(read: _Reader, row: Any, loc: tuple[str | int, ...]) -> Part:
    held = read.record(row, loc, _PART)
    return Part(
        criterion=read.text(held["criterion"], (*loc, "criterion")),
        weight=read.share(held["weight"], (*loc, "weight")),
        value=read.maybe(held["value"], (*loc, "value")),
        contribution=read.number(held["contribution"], (*loc, "contribution")),
        shared=read.texts(held["shared"], (*loc, "shared")),
    )


def _people(read: _Reader, top: dict[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    rows = read.rows(top[key], (key,))
    named = texts_of(rows, ("id", "name"))
    if named is not None:
        return tuple(zip(*named, strict=True))
    found = []
    for k, row in enumerate(rows):
        held = read.record(row, (key, k), ("id", "name"))
        found.append((read.text(held["id"], (key, k, "id")), read.text(held["name"], (key, k, "name"))))
    return tuple(found)


def _unmatched(read: _Reader, top: dict[str, Any], key: str) -> tuple[Unmatched, ...]:
    rows = read.rows(top[key], (key,))
    known, named = {str(reason) for reason in Reason}, texts_of(rows, ("id", "reason"))
    if named is not None and set(named[1]) <= known:
        return tuple(map(Unmatched, named[0], map(Reason, named[1])))
    found = []
    for k, row in enumerate(rows):
        held = read.record(row, (key, k), ("id", "reason"))
        reason = read.text(held["reason"], (key, k, "reason"))
        if reason not in known:
            read.fault((key, k, "reason"), f"must be one of {', '.join(sorted(known))}", "unknown_reason")
            reason = str(Reason.NOT_PLACED)
        found.append(Unmatched(read.text(held["id"], (key, k, "id")), Reason(reason)))
    return tuple(found)


def _short(read: _Reader, top: dict[str, Any]) -> tuple[Short, ...]:
    found = []
    for k, row in enumerate(read.rows(top["short"], ("short",))):
        held = read.record(row, ("short", k), ("id", "got", "wanted"))
        found.append(
            Short(
                read.text(held["id"], ("short", k, "id")),
                read.whole(held["got"], ("short", k, "got"), 0),
                read.whole(held["wanted"], ("short", k, "wanted"), 0),
            )
        )
    return tuple(found)


def _certificate(read: _Reader, value: Any, pairs: PairColumns, objective: tuple[str, ...]) -> Certificate:
    held = read.record(value, ("certificate",), ("tiers", "seed", *_PAIRS_OF_PROOF), newer=("placed", "lifted"))
    tiers = []
    for k, row in enumerate(read.rows(held["tiers"], at := ("certificate", "tiers"))):
        tier = read.record(row, (*at, k), ("name", "value", "bound", "optimal"))
        tiers.append(
            TierProof(
                read.text(tier["name"], (*at, k, "name")),
                read.tier_value(tier["value"], (*at, k, "value")),
                read.tier_value(tier["bound"], (*at, k, "bound")),
                read.truth(tier["optimal"], (*at, k, "optimal")),
            )
        )
    return Certificate(
        tiers=tuple(tiers),
        # What is proven is always this matching: a file cannot carry somebody else's proof.
        pairs=tuple(zip(pairs.mentees, pairs.mentors, strict=True)),
        objective=objective,
        seed=read.whole(held["seed"], ("certificate", "seed")),
        **{name: _two_ids(read, held[name], ("certificate", name)) for name in _PAIRS_OF_PROOF},
    )


def _two_ids(read: _Reader, value: Any, loc: tuple[str | int, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(read.pair_ids(row, (*loc, k)) for k, row in enumerate(read.rows(value, loc)))


def _manifest(read: _Reader, value: Any) -> Any:
    if not isinstance(value, dict):
        read.fault(("manifest",), "must be an object")
        return {}
    try:
        return freeze(value)
    except InputError as error:
        read.fault(("manifest",), error.faults[0].msg)
    return {}


def _notes(read: _Reader, top: dict[str, Any]) -> tuple[Any, ...]:
    from mentormatch.people.notes import Note

    found = []
    for k, row in enumerate(read.rows(top["notes"], ("notes",))):
        held = read.record(row, ("notes", k), ("code", "message", "count", "fields"))
        found.append(
            Note(
                read.text(held["code"], ("notes", k, "code")),
                read.text(held["message"], ("notes", k, "message")),
                read.whole(held["count"], ("notes", k, "count"), 0),
                read.texts(held["fields"], ("notes", k, "fields")),
            )
        )
    return tuple(found)

"""``where`` as plain data: which people a rule is about, by what they answered.

Comparisons are closed: a field, or an attribute, is one label or one of several; a field
that lists labels holds one of them. Labels are those of the pool: case, accents, spaces,
hyphens and underscores do not count, ids are exact, and a language has many names. Nothing
is ever asked of what was told in confidence, and what somebody keeps private is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from mentormatch.constraints.base import refuse
from mentormatch.constraints.ids import MOST_HINTS, as_id, known, stranger
from mentormatch.constraints.seen import private, public_pool
from mentormatch.errors import Fault
from mentormatch.people.arrays import as_label
from mentormatch.people.fields import FIELD, FIELDS, Field, Kind
from mentormatch.people.frozen import Frozen
from mentormatch.people.headings import key as letters
from mentormatch.people.headings import meant
from mentormatch.people.languages import language_key
from mentormatch.people.values import EMPTY, as_text, fold, is_missing, plain

if TYPE_CHECKING:
    from mentormatch.people import Pool
    from mentormatch.people.notes import Side

Loc: TypeAlias = tuple[str | int, ...]

ATTRIBUTES: Final = "attributes"

_EXACT: Final = frozenset({Kind.ID, Kind.REFERENCE})
_ONE: Final = frozenset({Kind.TEXT, Kind.NUMBER, Kind.HOURS, Kind.WHOLE, Kind.ROUNDS, Kind.FLAG, Kind.ZONE})
_SEVERAL: Final = frozenset({Kind.LABELS, Kind.TAGS})
_NEVER: Final = frozenset({"bio", "private"})

ASKABLE: Final = tuple(
    field.name
    for field in FIELDS
    if field.public and field.kind in _EXACT | _ONE | _SEVERAL and field.name not in _NEVER
)
"""The fields that a rule may ask about; free text, lists of people and whatever was told in confidence are not."""

_MOST_FIELDS: Final = 100
"""More fields than anybody has: each unknown name is compared with all known ones, which takes its time."""

_NO_LABEL: Final = ("not_a_label", "must be a label, or a list of labels")
_SCALARS: Final = (str, int, float, bool, Decimal, date, time, UUID)


class Asked(NamedTuple):
    """What became of one comparison: of whom it is known, of them for whom it holds, and which labels nobody has."""

    field: str
    known: NDArray[np.bool_]
    holds: NDArray[np.bool_]
    labels: int
    missing: int


def normal(where: Any, depth: int = 3) -> Any:
    """Return data as mappings and tuples that cannot be changed; anything else as it is, for the check that follows."""
    if depth and isinstance(where, Mapping):
        return Frozen({name: normal(value, depth - 1) for name, value in where.items()})
    if isinstance(where, (set, frozenset)):
        return tuple(sorted(map(plain, where), key=str))
    return tuple(map(plain, where)) if isinstance(where, (list, tuple)) else plain(where)


def person_faults(loc: Loc, where: Any, side: Side | None) -> Iterator[Fault]:
    """Yield what is wrong with a question about one person of a side (None: the side itself is wrong)."""
    if not isinstance(where, Mapping) or not where:
        yield Fault(loc, "not_a_question", 'must say what somebody answered, such as {"department": "IT"}')
        return
    if len(where) > _MOST_FIELDS:
        yield Fault(loc, "too_many", f"asks about {len(where)} fields; {_MOST_FIELDS} are the most")
        return
    for name, value in where.items():
        if name == ATTRIBUTES:
            yield from _attribute_faults((*loc, name), value)
            continue
        told = _wrong_field(name, side)
        yield from () if told is None else (Fault(loc, *told),)
        if told is None:
            yield from _value_faults((*loc, name), FIELD.get(name), value)


def _attribute_faults(loc: Loc, where: Any) -> Iterator[Fault]:
    if not isinstance(where, Mapping) or not where or not all(isinstance(name, str) for name in where):
        yield Fault(loc, "not_a_question", 'must say what attributes are, such as {"cohort": 2026}')
        return
    for name, value in where.items():
        yield from _value_faults((*loc, name[:40]), None, value)


def _wrong_field(name: Any, side: Side | None) -> tuple[str, str] | None:
    """Return code and message of what is wrong with the name of a field; None where it can be asked."""
    if not isinstance(name, str):
        return "unknown_field", "a field is a name in text"
    field = name if name in FIELD else meant(name)
    cure = "" if name in FIELD else "; an attribute that is called so stands under attributes"
    if field is None:
        return None
    if field not in ASKABLE:
        can = f"{', '.join(ASKABLE)} and attributes"
        return "not_askable", f"{field} cannot be asked about in a rule; what can are {can}{cure}"
    if field != name:
        return "unknown_field", f"there is no field {name[:40]!r}; did you mean {field}?{cure}"
    if side is not None and FIELD[name].side not in {None, side}:
        return "other_side", f"{name} is asked of {FIELD[name].side} only"
    return None


def _value_faults(loc: Loc, field: Field | None, asked: Any) -> Iterator[Fault]:
    values = _listed(asked)
    if not values:
        yield Fault(loc, "no_label", "needs at least one label")
    for value in values:
        told = _key(field, value)[1]
        if told is not None:
            yield Fault(loc, *told)


def _listed(asked: Any) -> tuple[Any, ...]:
    return asked if isinstance(asked, tuple) else (asked,)


def _key(field: Field | None, value: Any) -> tuple[str, tuple[str, str] | None]:
    """Return what a label is compared by, or the code and message of what is wrong with it."""
    if not isinstance(value, _SCALARS) or _is_blank(field, value):
        return "", _NO_LABEL
    try:
        if field is not None and field.kind in _EXACT:
            return as_id(as_text(value)), None
        read = field.reader.read(value) if field is not None and field.kind in _ONE else value
        label = as_text(read) if field is not None and field.kind in _SEVERAL else as_label(read)
    except PydanticCustomError as error:
        return "", (error.type, error.message())
    key = _label_key(field)(label)
    return key, None if key else _NO_LABEL


def _is_blank(field: Field | None, value: Any) -> bool:
    """Tell whether a label is none; only a text may be called "nan" or "-"."""
    free = field is None or field.kind is Kind.TEXT
    return isinstance(value, str) and (not value.strip() or (not free and value.strip().casefold() in EMPTY))


def _label_key(field: Field | None) -> Callable[[str], str]:
    return language_key if field is not None and field.name == "languages" else fold


def asked_of(rule: str, pool: Pool, side: Side, where: Mapping[str, Any]) -> list[Asked]:
    """Return for every comparison what is known of whom on that side; O(people) each.

    Raises
    ------
    InputError
        An id is not there, or an attribute is nobody's on that side; every fault at once.
    """
    faults = [*_strangers(rule, pool, side, where)]
    parts = []
    for name, field, asked in _comparisons(where):
        keys = {_key(field, value)[0] for value in _listed(asked)}
        part = _by_attribute(pool, side, name, keys) if field is None else _by_field(pool, side, field, keys)
        if part is None:
            cure = 'a column of a table is one once it is mapped: mapping={"heading": "attributes"}'
            msg = f"no {side[:-1]} has an attribute {name[:40]!r}; {cure}"
            faults.append(Fault((rule, "where"), "unknown_attribute", msg))
        else:
            parts.append(part)
    refuse(faults)
    return parts


def certain(parts: Sequence[Asked], size: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for whom every comparison holds, and for whom it may: what is not known rules nobody out."""
    surely, perhaps = np.ones(size, bool), np.ones(size, bool)
    for part in parts:
        surely &= part.known & part.holds
        perhaps &= part.holds | ~part.known
    return surely, perhaps


def _comparisons(where: Mapping[str, Any]) -> Iterator[tuple[str, Field | None, Any]]:
    for name, asked in where.items():
        if name == ATTRIBUTES:
            yield from ((own, None, value) for own, value in asked.items())
        else:
            yield name, FIELD.get(name), asked


def _strangers(rule: str, pool: Pool, side: Side, where: Mapping[str, Any]) -> Iterator[Fault]:
    asked = dict.fromkeys(_key(FIELD["id"], value)[0] for value in _listed(where.get("id", ())))
    strangers = [who for who in asked if known(pool, side, who) is None]
    for k, who in enumerate(strangers):
        yield stranger(pool, side, who, rule, "where", nearest=k < MOST_HINTS)


def _by_field(pool: Pool, side: Side, field: Field, keys: set[str]) -> Asked:
    at, name = int(side == "mentors"), field.name
    told = np.array([name not in hidden for hidden in private(pool, side)], bool)
    if field.kind in _EXACT:
        answers = pool.objects(name)[at].tolist()
        known_of = np.array([one is not None for one in answers], bool)
        holds = np.array([one in keys for one in answers], bool)
        there = {one for one, open_ in zip(answers, told.tolist(), strict=True) if open_}
    elif field.kind in _SEVERAL:
        bags, label_key = pool.bags(name, name)[at], _label_key(field)
        wanted = [k for k, label in enumerate(pool.vocabulary(name, name)) if label_key(label) in keys]
        known_of = np.diff(bags.indptr) > 0
        holds = np.asarray((bags[:, wanted] != 0).sum(axis=1)).ravel() > 0
        labels = pool.vocabulary(name, name)
        there = {label_key(labels[k]) for k in np.unique((bags[told] != 0).indices).tolist()}
    else:
        codes = pool.labels(name)[at]
        wanted = [k for k, label in enumerate(pool.categories(name)) if fold(label) in keys]
        known_of, holds = codes >= 0, np.isin(codes, wanted)
        there = {fold(pool.categories(name)[k]) for k in np.unique(codes[told & known_of]).tolist()}
    return Asked(name, known_of & told, holds & known_of & told, len(keys), len(keys - there))


def _by_attribute(pool: Pool, side: Side, name: str, keys: set[str]) -> Asked | None:
    """Return what is known by an attribute, which is one label or a list of them; None if nobody there has it."""
    people = public_pool(pool).objects(ATTRIBUTES)[side == "mentors"].tolist()
    if people and not any(own and name in own for own in people):
        return None
    same = letters(name)
    labels = [
        ()
        if not own or (hidden and ({ATTRIBUTES, name} & hidden or same in map(letters, hidden)))
        else _labels(own.get(name))
        for own, hidden in zip(people, private(pool, side), strict=True)
    ]
    known_of = np.array([bool(own) for own in labels], bool)
    holds = np.array([not keys.isdisjoint(own) for own in labels], bool)
    return Asked(name, known_of, holds, len(keys), len(keys.difference(*labels)))


def _labels(answer: Any) -> tuple[str, ...]:
    """Return the keys of an answer: none where there is no answer, or none that is a label."""
    if isinstance(answer, Mapping):
        answer = [label for label, weight in answer.items() if weight]
    found = []
    for one in answer if isinstance(answer, (list, tuple, set, frozenset)) else (answer,):
        value = plain(one)
        if isinstance(value, _SCALARS) and not is_missing(value):
            found.append(_key(None, value)[0])
    return tuple(filter(None, found))

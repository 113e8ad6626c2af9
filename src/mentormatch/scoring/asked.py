"""What a mentee asks for against what a mentor's record says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.fields import FIELD, Kind
from mentormatch.people.values import fold
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.people import Pool

_LEAST = "_at_least"


@dataclass(frozen=True, eq=False)
class _Ask:
    """One ask: what each mentee wants and each mentor has, as numbers (-1 or NaN: not said)."""

    record: str
    wanted: Floats
    there: Floats
    shown: tuple[str, ...]
    least: bool

    def met(self, wanted: Floats, there: Floats) -> Floats:
        """Return 1 where met, 0 where not, NaN where one of the two is silent."""
        met = (there >= wanted) if self.least else (there == wanted)
        return np.where(np.isnan(wanted) | np.isnan(there), np.nan, met)

    def told(self, i: int, j: int) -> str | None:
        """Return the ask that is met with the record that meets it."""
        wanted, there = self.wanted[i], self.there[j]
        if self.met(self.wanted[i : i + 1], self.there[j : j + 1])[0] != 1:
            return None
        if self.least:
            return f"{self.record} at least {wanted:g}: {there:g}"
        return f"{self.record}: {self.shown[int(there)]}"


@dataclass(frozen=True, eq=False)
class _AskedBlock(ShippedBlock):
    asks: tuple[_Ask, ...]
    size: tuple[int, int]

    @property
    def answered(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        one, other = (np.zeros(size, dtype=bool) for size in self.size)
        for ask in self.asks:
            one |= ~np.isnan(ask.wanted)
            other |= ~np.isnan(ask.there)
        return one, other

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        rows, columns = (positions(rows, size) for rows, size in zip((mentees, mentors), self.size, strict=True))
        met = [ask.met(ask.wanted[rows][:, None], ask.there[columns][None, :]) for ask in self.asks]
        return _mean(met, (len(rows), len(columns)))

    def pairs(self, i: Ints, j: Ints) -> Floats:
        return _mean([ask.met(ask.wanted[i], ask.there[j]) for ask in self.asks], (len(i),))

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        return tuple(sorted(told for ask in self.asks if (told := ask.told(i, j)) is not None))

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        return [self.shared(one, other) for one, other in zip(i.tolist(), j.tolist(), strict=True)]


def _mean(met: list[Floats], shape: tuple[int, ...]) -> Floats:
    """Return the mean over the asks that can be told; NaN where none can."""
    total, known = np.zeros(shape), np.zeros(shape)
    for one in met:
        total += np.nan_to_num(one)
        known += ~np.isnan(one)
    known[known == 0] = np.nan
    return np.asarray(total / known)


@dataclass(frozen=True)
class AskFor:
    """The share of what a mentee asks for that the mentor's record meets.

    value = asks met / asks that can be told, over the mentee's asks

    An ask is a mentee's own field, set against a field of the mentor's: met where both say
    the same (but for case, accents and spaces), or, for a record written
    ``"level_at_least"``, where the mentor's number is as high or higher.

    **Range**: 0, no ask is met, to 1, all are. **Unknown**: the mentee asks for nothing, or
    nothing asked for is in the record. An ask left open counts neither way. Without any ask
    the criterion drops out.

    Explanations say which ask met which record, ``profession: nurse`` or ``level at least 3:
    4``, where ``Settings.share`` names all these fields, or ``asked_for``.

    Parameters
    ----------
    asks
        The mentee's field, most often an attribute → the mentor's field.

    Raises
    ------
    InputError
        The asks are no names of fields; on binding, nobody has one of them.

    Notes
    -----
    Gower's coefficient with asymmetric answers (*A general coefficient of similarity and some
    of its properties*, Biometrics 27, 1971): what is not asked is not compared.

    Examples
    --------
    >>> import mentormatch as mm
    >>> ask = mm.AskFor({"wanted_profession": "profession", "wanted_level": "level_at_least"})
    >>> mentee = {"id": "Ann", "attributes": {"wanted_profession": "Nurse", "wanted_level": 3}}
    >>> scores = mm.score([{"id": "Mia", "profession": "nurse", "level": 2}], [mentee], scorers={ask: 1})
    >>> scores.block([0], [0]).tolist(), scores.shared(0, 0)
    ([[0.5]], {'asked_for': ('profession: nurse',)})
    """

    name: ClassVar[str] = "asked_for"

    asks: Mapping[str, str] | tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        given: Any = self.asks
        rows = tuple(given.items()) if isinstance(given, Mapping) else given
        pairs = isinstance(rows, tuple | list) and all(
            isinstance(row, tuple | list) and len(row) == 2 and all(isinstance(part, str) and part for part in row)
            for row in rows
        )
        if not pairs:
            msg = "must be {field of the mentee: field of the mentor}"
            raise InputError(Fault(("scorers", self.name, "asks"), "no_asks", msg))
        names = [(place, name.removesuffix(_LEAST)) for row in rows for place, name in zip(_SIDES, row, strict=True)]
        faults = [
            Fault(
                ("scorers", self.name, "asks", name),
                "not_one_answer",
                f'"{name}" of the {side} is not one answer that can be asked for; name a field that holds one',
            )
            for side, name in names
            if name in FIELD and FIELD[name].kind not in _ONE
        ]
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "asks", tuple(sorted((str(ask), str(record)) for ask, record in rows)))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the mentees and those of the mentors."""
        return tuple(sorted({name.removesuffix(_LEAST) for pair in self.asks for name in pair}))

    def bind(self, pool: Pool) -> _AskedBlock:
        """Return the block of these people."""
        rows: Any = self.asks
        return _AskedBlock(tuple(_ask(pool, ask, record) for ask, record in rows), pool.shape)

    def bind_fitted(self, pool: Pool, fitted: Pool) -> _AskedBlock:  # noqa: ARG002 - they had these fields
        """Return the block of these people, among whom nobody may be left who has one of the fields."""
        rows: Any = self.asks
        kept = [(ask, record) for ask, record in rows if _has(pool, ask) and _has(pool, record.removesuffix(_LEAST))]
        return _AskedBlock(tuple(_ask(pool, ask, record) for ask, record in kept), pool.shape)


_SIDES = ("mentee", "mentor")

_ONE = frozenset({Kind.TEXT, Kind.NUMBER, Kind.WHOLE, Kind.HOURS, Kind.FLAG, Kind.ZONE})
"""Kinds of fields that hold one answer each, which everybody may be compared by."""


def _has(pool: Pool, field: str) -> bool:
    try:
        pool.numbers(field)
    except InputError:
        return False
    return True


def _ask(pool: Pool, ask: str, record: str) -> _Ask:
    """Return one ask with what everybody says."""
    name = record.removesuffix(_LEAST) if record not in FIELD else record
    if name != record:
        return _Ask(name, pool.numbers(ask)[0], pool.numbers(name)[1], (), True)
    words = pool.categories(ask), pool.categories(name)
    shown = dict(sorted((fold(word), word) for word in words[1]))
    code = {key: k for k, key in enumerate(sorted({*map(fold, words[0]), *shown}))}
    sides = []
    for labels, codes in ((words[0], pool.labels(ask)[0]), (words[1], pool.labels(name)[1])):
        of = np.array([*(code[fold(label)] for label in labels), np.nan], dtype=np.float64)
        sides.append(of[codes])
    return _Ask(name, sides[0], sides[1], tuple(shown.get(key, key) for key in code), False)

"""The pool: everybody who takes part, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.errors import InputError, StateError
from mentormatch.people import arrays
from mentormatch.people.columns import Columns
from mentormatch.people.directory import Directory
from mentormatch.people.fields import FIELD
from mentormatch.people.frozen import Attributes, Frozen, Masked, Secret
from mentormatch.people.headings import meant
from mentormatch.people.limits import Limits
from mentormatch.people.notes import Note, Reject, Side
from mentormatch.people.public import PublicView
from mentormatch.people.ratings import rated
from mentormatch.people.reading import Reading, read
from mentormatch.people.sequence import People, as_mentee, as_mentor

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_NO_LIMITS = Limits()
_NOTHING: frozenset[str] = frozenset()


class Pool:
    """Everybody who takes part, validated, in columns; it cannot be changed.

    Parameters
    ----------
    mentors, mentees
        Models, mappings of answers, or any DataFrame that narwhals reads. Without
        ``mentees``, ``mentors`` is a pool, a table with a column ``role`` (mentor, mentee or
        both), or a mapping with both lists.
    mapping
        Heading -> field, for headings that are not recognised; ``"attributes"`` keeps one
        as a free attribute that scorers may see, None drops it.

    Raises
    ------
    InputError
        With every fault of every row.

    See Also
    --------
    Pool.read : reads files too, and keeps the rows that cannot be read apart.

    Examples
    --------
    >>> pool = Pool([{"id": "Mia", "capacity": 2}], [{"id": "Ann"}, {"id": "Bo"}])
    >>> pool.shape
    (2, 1)
    >>> pool.mentors[0].capacity
    (0, 2)
    """

    __slots__ = ("__weakref__", "_backend", "_cache", "_mapping", "_notes", "_public", "_rejects", "_sides")

    _sides: tuple[Columns, Columns]
    _mapping: Frozen[str]
    _rejects: tuple[Reject, ...]
    _notes: tuple[Note, ...]
    _backend: str | None
    _public: bool
    _cache: dict[Any, Any]

    def __init__(self, mentors: Any, mentees: Any = None, *, mapping: Mapping[str, str | None] | None = None) -> None:
        if isinstance(mentors, Pool) and mentees is None and not mapping:
            for name in self.__slots__[1:]:
                setattr(self, name, getattr(mentors, name))
            return
        if isinstance(mentors, Pool) or isinstance(mentees, Pool):
            raise InputError("a Pool holds both sides, read as they are: give it alone, without mentees or mapping")
        reading, faults = _guarded(mentors, mentees, mapping, forgiving=False, limits=_NO_LIMITS)
        del mentors, mentees, mapping  # a traceback may show the variables of this frame
        if reading is None or faults:
            raise InputError(faults)
        self._take(reading)

    @classmethod
    def read(
        cls,
        mentors: Any,
        mentees: Any = None,
        *,
        mapping: Mapping[str, str | None] | None = None,
        limits: Limits | None = None,
    ) -> Pool:
        """Read people from files, frames or rows; what cannot be read is in ``rejects``.

        Parameters
        ----------
        mentors, mentees
            Paths of .csv, .xlsx, .json or .parquet files, DataFrames, or mappings. Without
            ``mentees``: one table with a column ``role``, a workbook with a sheet for each
            side, or a JSON object with both lists.
        mapping
            Heading -> field, as for :class:`Pool`; it may name headings that only one of the
            tables has.
        limits
            How large a file may be.

        Returns
        -------
        Pool
            Everybody who could be read.

        Raises
        ------
        InputError
            If a file cannot be read, a heading in ``mapping`` is in no table, no column says
            who somebody is, or the two tables look swapped.
        MissingExtra
            If a spreadsheet is to be read and the extra ``excel`` is not installed.
        """
        reading, faults = _guarded(mentors, mentees, mapping, forgiving=True, limits=limits or _NO_LIMITS)
        del mentors, mentees, mapping
        if reading is None or faults:
            raise InputError(faults)
        pool = object.__new__(cls)
        pool._take(reading)
        return pool

    def _take(self, reading: Reading) -> None:
        self._adopt(
            (reading.mentees, reading.mentors), reading.mapping, reading.rejects, reading.notes, reading.backend
        )

    def _adopt(
        self,
        sides: tuple[Columns, Columns],
        mapping: Frozen[str],
        rejects: tuple[Reject, ...],
        notes: tuple[Note, ...],
        backend: str | None,
    ) -> None:
        self._sides, self._mapping, self._rejects, self._notes = sides, mapping, rejects, notes
        self._backend, self._public, self._cache = backend, False, {}

    # --- who -----------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, int]:
        """How many mentees and mentors there are."""
        return len(self._sides[0]), len(self._sides[1])

    @property
    def mentees(self) -> People[Any]:
        """The mentees in listing order: models, or in a public pool :class:`PublicView` objects."""
        return People(self._sides[0], PublicView if self._public else as_mentee)

    @property
    def mentors(self) -> People[Any]:
        """The mentors in listing order: models, or in a public pool :class:`PublicView` objects."""
        return People(self._sides[1], PublicView if self._public else as_mentor)

    @property
    def mentee_ids(self) -> tuple[str, ...]:
        """Ids of the mentees, by row."""
        return self._sides[0].values["id"]

    @property
    def mentor_ids(self) -> tuple[str, ...]:
        """Ids of the mentors, by row."""
        return self._sides[1].values["id"]

    @property
    def whole_ids(self) -> tuple[bool, bool]:
        """Whether the ids came as whole numbers: the mentees', the mentors'; so that tables can be joined again."""
        return self._sides[0].whole_ids, self._sides[1].whole_ids

    @property
    def mentee_names(self) -> tuple[str, ...]:
        """Names to show of the mentees, by row; the id where there is no name."""
        return self._names(0)

    @property
    def mentor_names(self) -> tuple[str, ...]:
        """Names to show of the mentors, by row; the id where there is no name."""
        return self._names(1)

    @property
    def mentee_row(self) -> Mapping[str, int]:
        """Id -> row of the mentees."""
        return self._rows(0)

    @property
    def mentor_row(self) -> Mapping[str, int]:
        """Id -> row of the mentors."""
        return self._rows(1)

    @property
    def mentee_bounds(self) -> NDArray[np.int64]:
        """How many mentors each mentee wants: (n, 2) of minimum and maximum."""
        return self._bounds(0, "mentors_wanted")

    @property
    def mentor_bounds(self) -> NDArray[np.int64]:
        """How many mentees each mentor has place for: (n, 2) of minimum and maximum."""
        return self._bounds(1, "capacity")

    def _names(self, side: int) -> tuple[str, ...]:
        values = self._sides[side].values
        return self._cached(
            ("names", side),
            lambda: (
                tuple(name or one for name, one in zip(values["name"], values["id"], strict=True))
                if any(values["name"])
                else values["id"]
            ),
        )

    def _rows(self, side: int) -> Mapping[str, int]:
        ids = self._sides[side].values["id"]
        return self._cached(("rows", side), lambda: Frozen(zip(ids, range(len(ids)), strict=True)))

    def _bounds(self, side: int, name: str) -> NDArray[np.int64]:
        column = self._sides[side].values[name]
        return self._cached(("bounds", side), lambda: np.array(column, dtype=np.int64).reshape(-1, 2)).copy()

    # --- what they said ------------------------------------------------------------------------------------------

    def numbers(self, field: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return a field as numbers, mentees' and mentors'; NaN where unknown."""
        mentees, mentors = self._columns(field)
        return arrays.numbers(mentees), arrays.numbers(mentors)

    def labels(self, field: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return a field as codes, mentees' and mentors', over one sorted list of labels; -1 where unknown."""
        mentees, mentors = self._coded(field)[1]
        return mentees.copy(), mentors.copy()

    def categories(self, field: str) -> tuple[str, ...]:
        """Return the labels behind the codes of :meth:`labels`."""
        return self._coded(field)[0]

    def bags(self, mentee_field: str, mentor_field: str) -> tuple[Any, Any]:
        """Return two fields of labels as CSR arrays of weights, over one vocabulary.

        Returns
        -------
        csr_array, csr_array
            float64, (mentees × vocabulary) and (mentors × vocabulary); an empty row is no answer.
        """
        mentees, mentors = self._bagged(mentee_field, mentor_field)[1]
        return mentees.copy(), mentors.copy()

    def vocabulary(self, mentee_field: str, mentor_field: str) -> tuple[str, ...]:
        """Return the labels behind the columns of :meth:`bags`, in their commonest form."""
        return self._bagged(mentee_field, mentor_field)[0]

    def texts(self, field: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """Return a field as text, mentees' and mentors'; None where unknown."""
        mentees, mentors = self._columns(field)
        return arrays.texts(mentees), arrays.texts(mentors)

    def objects(self, field: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """Return a field as models give it, mentees' and mentors'; None where unknown."""
        mentees, mentors = self._columns(field)
        return arrays.objects(mentees), arrays.objects(mentors)

    def private_fields(self, side: str) -> tuple[frozenset[str], ...]:
        """Return which fields each person of a side ("mentees" or "mentors") wants only counted, never shown."""
        if side.removesuffix("s") not in {"mentee", "mentor"}:
            raise InputError('a side is "mentees" or "mentors"')
        which = int(side.removesuffix("s") == "mentor")
        return self._cached(("private", which), lambda: _all_kept(self._sides[which].values["private"]))

    def _columns(self, field: str) -> tuple[Sequence[Any], Sequence[Any]]:
        """Return a field's answers on both sides; one that a side does not have is unknown there."""
        mentees, mentors = (side.values.get(field) for side in self._sides)
        if field in FIELD:
            if field in {"vetoes", "audit_attributes"} or (self._public and not FIELD[field].public):
                raise InputError(f"{field} was told in confidence and is in no column")
            return mentees or (None,) * self.shape[0], mentors or (None,) * self.shape[1]
        found = tuple(self._attribute(side, field) for side in self._sides)
        if all(column is None for column in found) and any(self.shape):
            raise InputError(self._unknown_column(field))
        return found[0] or (None,) * self.shape[0], found[1] or (None,) * self.shape[1]

    @staticmethod
    def _attribute(side: Columns, name: str) -> Sequence[Any] | None:
        """Return an attribute's values on one side; None where nobody has it."""
        column: Sequence[Attributes] = side.values["attributes"]
        return [own.get(name) for own in column] if any(name in own for own in column) else None

    def _unknown_column(self, field: str) -> str:
        hint = 'map it with mapping= or --map "Heading=attributes"' if self._public else "give it under attributes"
        return f'"{field}" is neither a field nor an attribute that may be used here; if a table has it, {hint}'

    def _coded(self, field: str) -> tuple[tuple[str, ...], tuple[NDArray[np.int64], ...]]:
        return self._cached(("labels", field), lambda: arrays.coded(self._columns(field)))

    def _bagged(self, mentee_field: str, mentor_field: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        return self._cached(
            ("bags", mentee_field, mentor_field),
            lambda: arrays.bags(
                (mentee_field, mentor_field), (self._columns(mentee_field)[0], self._columns(mentor_field)[1])
            ),
        )

    def _cached(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """Return what ``make`` makes, made once; two threads may make it twice, alike."""
        if key not in self._cache:
            self._cache[key] = make()
        found: T = self._cache[key]
        return found

    # --- in confidence -------------------------------------------------------------------------------------------

    def public(self) -> Pool:
        """Return the same people in the same rows without what was told in confidence.

        Vetoes, audit attributes, e-mail addresses and attributes that nobody named are gone;
        ``mentees`` and ``mentors`` hold :class:`PublicView` objects.
        """
        if self._public:
            return self
        pool = object.__new__(type(self))
        sides = tuple(_public_side(side) for side in self._sides)
        pool._adopt((sides[0], sides[1]), self._mapping, (), self._notes, self._backend)
        pool._public = True
        return pool

    def with_ratings(self, ratings: Mapping[tuple[str, str], str], *, side: Side = "mentees") -> Pool:
        """Return the same people after they met: who is preferred is wished for, who is avoided is vetoed.

        Whom somebody prefers comes before the wishes of the form, in the order given; neutral
        changes nothing else; avoid is a veto of that person in every respect, and as confidential.
        Ratings add up over calls, and the later one of the same two by the same side counts: an
        avoid can so be taken back, a veto of the form cannot.

        Parameters
        ----------
        ratings
            ``{(mentee id, mentor id): "prefer" | "neutral" | "avoid"}``.
        side
            Who rates: ``"mentees"``, or ``"mentors"``.

        Returns
        -------
        Pool
            A new one; this one stays as it is.

        Raises
        ------
        InputError
            Every key that is no such pair of people here and every unknown rating, at once.
        StateError
            This is a public pool.

        Examples
        --------
        >>> pool = Pool([{"id": "Mia"}, {"id": "Ned"}], [{"id": "Ann", "wishes": ["Mia"]}])
        >>> met = pool.with_ratings({("Ann", "Ned"): "prefer", ("Ann", "Mia"): "neutral"})
        >>> met.mentees[0].wishes
        ('Ned', 'Mia')
        """
        held = Masked(ratings)
        del ratings  # a traceback may show the variables of this frame
        if self._public:
            raise StateError("a public pool holds no vetoes, so it takes no ratings; rate the pool it was made from")
        sides, faults = rated(self._sides, held, side)
        if sides is None:
            raise InputError(faults)
        pool = object.__new__(type(self))
        pool._adopt(sides, self._mapping, self._rejects, self._notes, self._backend)
        return pool

    def _vetoed_pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows of mentees and mentors of whom either does not want the other; for rules only.

        A name that several people have holds against each of them.
        """
        found: set[tuple[int, int]] = set()
        told = [_who_told(side) for side in self._sides]
        if not self._public and any(told):
            directory: Directory = self._cached(("directory",), lambda: Directory(*self._sides))
            rows, columns = self.mentee_row, self.mentor_row
            for row, vetoed in told[0]:
                met = directory.may_mean(vetoed.reveal(), "mentors")
                found.update((row, columns[one]) for one in met if one in columns)
            for column, vetoed in told[1]:
                met = directory.may_mean(vetoed.reveal(), "mentees")
                found.update((rows[one], column) for one in met if one in rows)
        pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0].copy(), pairs[:, 1].copy()

    # --- how it was read -----------------------------------------------------------------------------------------

    @property
    def mapping(self) -> Mapping[str, str]:
        """Which heading became which field."""
        return self._mapping

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """Rows that could not be read, with everything that is wrong with them."""
        return self._rejects

    @property
    def notes(self) -> tuple[Note, ...]:
        """Remarks about the data."""
        return self._notes

    @property
    def backend(self) -> str | None:
        """The library the given frames came from, such as ``"pandas"``; None for anything else."""
        return self._backend

    def take(self, mentees: Sequence[int] | None = None, mentors: Sequence[int] | None = None) -> Pool:
        """Return the pool with some of its rows only, in the order given; None keeps a side as it is."""
        sides = tuple(
            side if rows is None else side.take([int(row) for row in rows])
            for side, rows in zip(self._sides, (mentees, mentors), strict=True)
        )
        pool = object.__new__(type(self))
        pool._adopt((sides[0], sides[1]), self._mapping, self._rejects, self._notes, self._backend)
        pool._public = self._public
        return pool

    def joined(self, other: Pool) -> Pool:
        """Return these people and after them those of another pool; notes and mapping stay these."""
        pool = object.__new__(Pool)
        sides = tuple(one.and_of(two) for one, two in zip(self._sides, other._sides, strict=True))
        pool._adopt((sides[0], sides[1]), self._mapping, self._rejects, self._notes, self._backend)
        return pool

    def with_places(self, places: Mapping[str, Mapping[int, tuple[int, int]]]) -> Pool:
        """Return the pool with other bounds of some people: ``{"mentees" | "mentors": {row: (minimum, maximum)}}``."""
        sides = tuple(
            side.replaced(name, [places[whose].get(row, one) for row, one in enumerate(side.values[name])])
            for side, whose, name in zip(
                self._sides, ("mentees", "mentors"), ("mentors_wanted", "capacity"), strict=True
            )
        )
        pool = object.__new__(Pool)
        pool._adopt((sides[0], sides[1]), self._mapping, self._rejects, self._notes, self._backend)
        return pool

    def __repr__(self) -> str:
        if not hasattr(self, "_rejects"):  # a traceback may show a pool that was never finished
            return "<Pool>"
        rejected = f", {len(self._rejects)} rows rejected" if self._rejects else ""
        return f"<{'public ' * self._public}Pool: {self.shape[0]} mentees, {self.shape[1]} mentors{rejected}>"

    def _repr_html_(self) -> str:
        # Counts only: the note on ids in two forms names them after its colon.
        told = (note.message.split(": ")[0] if note.code == "id_in_two_forms" else note.message for note in self._notes)
        notes = "".join(f"<li>{escape(text)}</li>" for text in told)
        return f"<p>{escape(repr(self)[1:-1])}</p>" + (f"<ul>{notes}</ul>" if notes else "")


def _all_kept(column: Sequence[Sequence[str]]) -> tuple[frozenset[str], ...]:
    """Return the fields that each person wants kept."""
    if not any(column):
        return (_NOTHING,) * len(column)
    return tuple(map(_kept, column))


def _kept(told: Sequence[str]) -> frozenset[str]:
    """Return the fields that one person wants kept: as they are called, and as they may be meant."""
    return frozenset((*told, *filter(None, map(meant, told)))) if told else _NOTHING


def _who_told(side: Columns) -> list[tuple[int, Secret]]:
    """Return who vetoed anybody, by row."""
    return [(row, told) for row, told in enumerate(side.values.get("vetoes", ())) if told]


def _public_side(side: Columns) -> Columns:
    """Return the answers of one side that scorers may see."""
    values: dict[str, tuple[Any, ...]] = {name: column for name, column in side.values.items() if FIELD[name].public}
    values["attributes"] = tuple(Attributes(own.named()) if own.hidden else own for own in side.values["attributes"])
    return replace(side, values=values, rated=())


def _guarded(
    mentors: Any, mentees: Any, mapping: Mapping[str, str | None] | None, *, forgiving: bool, limits: Limits
) -> tuple[Reading | None, tuple[Any, ...]]:
    """Read, and return an error's faults instead of raising it, so that no frame with people in it is in the chain."""
    try:
        reading = read(mentors, mentees, mapping or {}, forgiving=forgiving, limits=limits)
    except InputError as error:
        return None, error.faults
    if forgiving:
        return reading, ()
    return reading, tuple(fault for reject in reading.rejects for fault in reject.faults)

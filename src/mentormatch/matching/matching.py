"""The matching: who is with whom and why, who is with nobody and why, and nothing that was told in confidence."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from mentormatch.errors import Fault, InputError
from mentormatch.matching import codec
from mentormatch.matching.certificate import Certificate
from mentormatch.matching.columns import PairColumns
from mentormatch.matching.frozen import freeze
from mentormatch.matching.parts import Pair, Short, Unmatched
from mentormatch.matching.side import Side

if TYPE_CHECKING:
    from mentormatch.explain import Explanation, View
    from mentormatch.people.notes import Note


@dataclass(frozen=True, repr=False, kw_only=True)
class Matching:  # noqa: PLW1641  # the dataclass makes it
    """Who is matched with whom, with the reasons; safe to hand on.

    It holds ids, display names and the evidence of its own pairs: no score of a pair that was not made, no rule,
    no price, no clock. It is what :func:`mentormatch.match` returns; one is rarely made by hand.

    Attributes
    ----------
    pairs
        The pairs, in the order in which the people were listed.
    mentees, mentors
        ``(id, display name)`` of everybody who took part, in listing order.
    unmatched_mentees, unmatched_mentors
        Those without a partner, each with a public reason.
    short
        Those who got fewer partners than they asked for.
    certificate
        What was proven about it.
    objective
        The tiers that were asked for, most important first.
    solver
        The solver that was asked for.
    manifest
        Versions, seed, public settings and what was placed by hand; cannot be changed.
    notes
        What is worth knowing about the data, from public data alone.
    frame_backend
        The dataframe library the input came in, for :meth:`to_frame`; never written or compared.
    whole_ids
        Whether the mentees' and the mentors' ids came as whole numbers, for :meth:`to_frame`; never written
        or compared.
    """

    pairs: tuple[Pair, ...]
    mentees: tuple[tuple[str, str], ...]
    mentors: tuple[tuple[str, str], ...]
    unmatched_mentees: tuple[Unmatched, ...] = ()
    unmatched_mentors: tuple[Unmatched, ...] = ()
    short: tuple[Short, ...] = ()
    certificate: Certificate = field(default_factory=lambda: Certificate(()))
    objective: tuple[str, ...] = ("coverage", "total")
    solver: str = "auto"
    manifest: Mapping[str, Any] = field(default_factory=dict, hash=False)
    notes: tuple[Note, ...] = ()
    frame_backend: str | None = field(default=None, compare=False)
    whole_ids: tuple[bool, bool] = field(default=(False, False), compare=False)

    def __post_init__(self) -> None:
        given: Any = self.pairs
        if isinstance(given, PairColumns):
            self.__dict__["_columns"] = given
            del self.__dict__["pairs"]  # made when somebody asks for them; see __getattr__
        else:
            object.__setattr__(self, "pairs", tuple(given))
        for name in ("unmatched_mentees", "unmatched_mentors", "short", "objective", "notes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("mentees", "mentors"):
            people = tuple((str(id_), str(shown)) for id_, shown in getattr(self, name))
            object.__setattr__(self, name, people)
        object.__setattr__(self, "manifest", freeze(self.manifest))
        made = tuple(zip(*self._ids, strict=True))
        self._check(made)
        proven = replace(self.certificate, pairs=made, objective=self.objective)
        object.__setattr__(self, "certificate", proven)

    def _check(self, made: tuple[tuple[str, str], ...]) -> None:
        """Refuse what contradicts itself: strangers, doubles, somebody both matched and not."""
        faults = [
            Fault(("pairs", k), "unknown_id", "names somebody who is not listed")
            for k in sorted({place for side in self._sides for place in side.strangers})
        ]
        unique = set(made)
        if len(unique) != len(made):
            faults.append(Fault(("pairs",), "duplicate_pair", "a pair can be made only once"))
        for name, people, side, left_out, ids in (
            ("mentees", self.mentees, self._sides[0], self.unmatched_mentees, self._ids[0]),
            ("mentors", self.mentors, self._sides[1], self.unmatched_mentors, self._ids[1]),
        ):
            if len(side.names) != len(people):
                faults.append(Fault((name,), "duplicate_id", "every id must be there once"))
            alone = side.reasons.keys()
            if len(alone) != len(left_out) or not alone <= side.names.keys() or not alone.isdisjoint(ids):
                told = "must name listed people without a partner, once each"
                faults.append(Fault((f"unmatched_{name}",), "contradiction", told))
        if not {person.id for person in self.short} <= self._sides[0].names.keys() | self._sides[1].names.keys():
            faults.append(Fault(("short",), "unknown_id", "names somebody who is not listed"))
        if self.certificate.pairs and set(self.certificate.pairs) != unique:
            faults.append(Fault(("certificate",), "contradiction", "is about another matching"))
        if faults:
            raise InputError(faults)

    @classmethod
    def _sound(cls, columns: PairColumns, claim: Certificate, **known: Any) -> Matching:
        """Return the matching of parts that are as they would be after all checks; none of them is looked at.

        Its certificate is ``claim`` with the pairs, put together when somebody asks for it.
        """
        made = object.__new__(cls)
        made.__dict__.update(known, _columns=columns, _claim=claim)
        return made

    # --- pairs, in columns until they are looked at ------------------------------------------------------------------

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make what is large when it is first asked for: all pairs, and the certificate, which lists their ids."""
            held = self.__dict__
            if name == "pairs" and "_columns" in held:
                held[name] = held["_columns"].all()
            elif name == "certificate" and "_claim" in held:
                held[name] = replace(held["_claim"], pairs=tuple(zip(*self._ids, strict=True)))
            else:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return held[name]

    @cached_property
    def _columns(self) -> PairColumns:
        return PairColumns.of(self.pairs)

    @cached_property
    def _ids(self) -> tuple[Sequence[str], Sequence[str]]:
        """The ids of the pairs' mentees and mentors."""
        if "_columns" in self.__dict__:
            return self._columns.mentees, self._columns.mentors
        return [pair.mentee for pair in self.pairs], [pair.mentor for pair in self.pairs]

    @cached_property
    def _sides(self) -> tuple[Side, Side]:
        return (
            Side("mentee", self.mentees, self.unmatched_mentees, self._ids[0]),
            Side("mentor", self.mentors, self.unmatched_mentors, self._ids[1]),
        )

    def _pair(self, place: int) -> Pair:
        made = self.__dict__.get("pairs")
        return self._columns.at(place) if made is None else made[place]

    # --- looking ---------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Pair]:
        made = self.__dict__.get("pairs")
        return iter(self._columns) if made is None else iter(made)

    def __len__(self) -> int:
        return len(self._ids[0])

    @property
    def total(self) -> float:
        """The sum of the pairs' scores, correctly rounded."""
        return math.fsum(self._columns.score.tolist())

    @property
    def mean(self) -> float | None:
        """The mean of the pairs' scores; None when nobody is matched."""
        return self.total / len(self) if len(self) else None

    @property
    def worst(self) -> float | None:
        """The least score of a pair; None when nobody is matched."""
        return min(self._columns.score.tolist(), default=None)

    @property
    def loads(self) -> Mapping[str, int]:
        """How many mentees every mentor has, in listing order."""
        side = self._sides[1]
        return MappingProxyType(dict(zip(side.names, side.loads.tolist(), strict=True)))

    def mentors_of(self, mentee: str) -> tuple[str, ...]:
        """Return the ids of a mentee's mentors, in listing order."""
        return tuple(self._ids[1][place] for place in self._places_of(mentee, self._sides[0]))

    def mentees_of(self, mentor: str) -> tuple[str, ...]:
        """Return the ids of a mentor's mentees, in listing order."""
        return tuple(self._ids[0][place] for place in self._places_of(mentor, self._sides[1]))

    def _places_of(self, id_: str, side: Side) -> list[int]:
        id_ = _as_text(id_)
        found = side.places(id_) if isinstance(id_, str) else None
        if found is None:
            who = f"there is no {side.role} with this id in the matching"
            raise InputError(Fault((), "unknown_id", who, id=str(id_)))
        return found

    # --- telling ---------------------------------------------------------------------------------------------------

    def explain(self, mentee: str, mentor: str | None = None) -> Explanation:
        """Tell in words why a mentee is with their mentor, or with none.

        Parameters
        ----------
        mentee
            The mentee's id.
        mentor
            A mentor's id, for that pair alone. For a pair that was not made there is one constant sentence,
            whatever the reason.

        Returns
        -------
        Explanation
            ``print`` it, or take ``.text(language="nl")`` or ``.pairs``.

        Raises
        ------
        InputError
            Nobody in the matching has this id.
        """
        from mentormatch.explain import Explanation

        mentees, mentors = self._sides
        places = self._places_of(mentee, mentees)
        if mentor is not None:
            self._places_of(mentor, mentors)
            places = [place for place in places if self._ids[1][place] == _as_text(mentor)]
            if not places:
                return Explanation()
        mentee, pairs = _as_text(mentee), tuple(map(self._pair, places))
        reason = mentees.reasons.get(mentee)
        return Explanation(
            pairs=pairs,
            mentees=((mentee, mentees.label(mentee)),),
            mentors=tuple((pair.mentor, mentors.label(pair.mentor)) for pair in pairs),
            reason=None if reason is None else str(reason),
        )

    def view(self, person_id: str) -> View:
        """Return what one participant gets: their own partners, and what they have in common with each.

        Parameters
        ----------
        person_id
            The id of a mentee, a mentor or somebody who is both.

        Returns
        -------
        View
            No score and nobody but their own partners; ``print`` it, or take ``.text(language="nl")``.
        """
        from mentormatch.explain import Partner, View

        mentees, mentors = self._sides
        as_mentee, as_mentor = mentees.places(person_id), mentors.places(person_id)
        if as_mentee is None and as_mentor is None:
            raise InputError(Fault((), "unknown_id", "there is nobody with this id in the matching", id=str(person_id)))
        own = mentees if as_mentee is not None else mentors
        reason = None if as_mentee or as_mentor else own.reasons.get(person_id)
        return View(
            id=person_id,
            name=own.names[person_id],
            mentors=tuple(
                Partner.of(pair.mentor, mentors.names[pair.mentor], pair.parts)
                for pair in map(self._pair, as_mentee or ())
            ),
            mentees=tuple(
                Partner.of(pair.mentee, mentees.names[pair.mentee], pair.parts)
                for pair in map(self._pair, as_mentor or ())
            ),
            reason=None if reason is None else str(reason),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matching) or type(other) is not type(self):
            return NotImplemented
        names = [each.name for each in fields(self) if each.compare and each.name != "pairs"]
        if any(getattr(self, name) != getattr(other, name) for name in names):
            return False
        if "pairs" in self.__dict__ and "pairs" in other.__dict__:
            return self.pairs == other.pairs
        return self._columns.same(other._columns)

    def __repr__(self) -> str:
        from mentormatch.matching.display import summary

        return summary(self)

    def _repr_html_(self) -> str:
        from mentormatch.report import matching_card

        return matching_card(self)

    # --- taking elsewhere ------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return everything as dicts, lists, text and numbers, as in the JSON."""
        return codec.to_plain(self)

    def to_json(self) -> str:
        """Return canonical JSON: byte for byte the same for the same content."""
        return codec.to_text(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Matching:
        """Read what :meth:`to_json` wrote, in this version or an older one.

        Parameters
        ----------
        text
            The JSON, as text or UTF-8 bytes. It is not trusted: every type, size and reference is checked, and
            the certificate is a claim until ``certificate.verify(problem)`` has passed.

        Raises
        ------
        InputError
            With every fault found.
        """
        return cls(**codec.from_plain(codec.loads(text)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_pickle, (self.to_json(),)

    def to_frame(
        self, backend: str | None = None, ids: Literal["as_given", "text"] = "as_given", names: bool = True
    ) -> Any:
        """Return a data frame with a row per pair and a column per criterion.

        Parameters
        ----------
        backend
            ``"pandas"``, ``"polars"`` or ``"pyarrow"``; None for the library the input came in, else the first
            of these that is installed.
        ids
            ``"as_given"`` turns ids that came as whole numbers back into numbers, so that the frame joins with the
            input; ``"text"`` leaves all ids text.
        names
            Whether display names stand beside the ids.

        Returns
        -------
        DataFrame
            Columns mentee, mentee_name, mentor, mentor_name, score, evidence, for_mentee, for_mentor and one per
            criterion with its value, missing where it is unknown.
        """
        from mentormatch.matching.export import frame

        return frame(self, backend=backend, ids=ids, names=names)

    def to_networkx(self) -> Any:
        """Return a bipartite ``networkx.Graph`` with nodes ``("mentee", id)`` and ``("mentor", id)``.

        Nodes have ``bipartite`` (0 for mentees, 1 for mentors), ``id`` and ``name``; edges ``score`` and ``evidence``.
        """
        from mentormatch.matching.export import graph

        return graph(self)

    def write(self, path: str | os.PathLike[str], *, language: str = "en") -> None:
        """Write the matching to a file of the kind its suffix names.

        Parameters
        ----------
        path
            Ends in .csv, .xlsx, .json, .parquet or .html (the report); an existing file is replaced in one step,
            so that nothing is ever half-written. Only its owner may read the file.
        language
            ``"en"`` or ``"nl"``, for the words in .csv, .xlsx and .html.

        Raises
        ------
        InputError
            The suffix is not one of these, the folder does not exist, or the file cannot be written.
        MissingExtra
            .xlsx without the extra ``excel``.
        """
        from mentormatch.matching.export import write

        write(self, path, language)

    def report(self, path: str | os.PathLike[str], *, language: str = "en") -> None:
        """Write the report, one HTML page that needs no network, whatever the path's suffix."""
        from mentormatch.report import render, write_text

        write_text(path, render(self, language))


def _as_text(id_: str) -> str:
    """Return an id as it is here: one that came as a whole number is text."""
    return str(id_) if isinstance(id_, int) else id_


def _from_pickle(text: str) -> Matching:
    return Matching.from_json(text)

"""The matching: who is with whom and why, who is with nobody and why, and nothing that was told in confidence."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from mentormatch.errors import Fault, InputError
from mentormatch.matching import codec
from mentormatch.matching.certificate import Certificate
from mentormatch.matching.frozen import freeze
from mentormatch.matching.parts import Pair, Short, Unmatched

if TYPE_CHECKING:
    from mentormatch.explain import Explanation, View
    from mentormatch.people.notes import Note


@dataclass(frozen=True, repr=False, kw_only=True)
class Matching:
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
        for name in ("pairs", "unmatched_mentees", "unmatched_mentors", "short", "objective", "notes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("mentees", "mentors"):
            people = tuple((str(id_), str(shown)) for id_, shown in getattr(self, name))
            object.__setattr__(self, name, people)
        object.__setattr__(self, "manifest", freeze(self.manifest))
        self._check()
        made = tuple((pair.mentee, pair.mentor) for pair in self.pairs)
        proven = replace(self.certificate, pairs=made, objective=self.objective)
        object.__setattr__(self, "certificate", proven)

    def _check(self) -> None:
        """Refuse what contradicts itself: strangers, doubles, somebody both matched and not."""
        made = [(pair.mentee, pair.mentor) for pair in self.pairs]
        faults = [
            Fault(("pairs", k), "unknown_id", "names somebody who is not listed")
            for k, (mentee, mentor) in enumerate(made)
            if mentee not in self._mentee_names or mentor not in self._mentor_names
        ]
        if len(set(made)) != len(made):
            faults.append(Fault(("pairs",), "duplicate_pair", "a pair can be made only once"))
        for side, people, names, left_out, matched in (
            ("mentees", self.mentees, self._mentee_names, self.unmatched_mentees, {mentee for mentee, _ in made}),
            ("mentors", self.mentors, self._mentor_names, self.unmatched_mentors, {mentor for _, mentor in made}),
        ):
            if len(names) != len(people):
                faults.append(Fault((side,), "duplicate_id", "every id must be there once"))
            alone = {person.id for person in left_out}
            if len(alone) != len(left_out) or not alone <= names.keys() or alone & matched:
                told = "must name listed people without a partner, once each"
                faults.append(Fault((f"unmatched_{side}",), "contradiction", told))
        if not {person.id for person in self.short} <= self._mentee_names.keys() | self._mentor_names.keys():
            faults.append(Fault(("short",), "unknown_id", "names somebody who is not listed"))
        if self.certificate.pairs and set(self.certificate.pairs) != set(made):
            faults.append(Fault(("certificate",), "contradiction", "is about another matching"))
        if faults:
            raise InputError(faults)

    # --- looking ---------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    @cached_property
    def _mentee_names(self) -> Mapping[str, str]:
        return dict(self.mentees)

    @cached_property
    def _mentor_names(self) -> Mapping[str, str]:
        return dict(self.mentors)

    @cached_property
    def _by_mentee(self) -> Mapping[str, tuple[Pair, ...]]:
        found: dict[str, list[Pair]] = {id_: [] for id_, _ in self.mentees}
        for pair in self.pairs:
            found[pair.mentee].append(pair)
        return {id_: tuple(pairs) for id_, pairs in found.items()}

    @cached_property
    def _by_mentor(self) -> Mapping[str, tuple[Pair, ...]]:
        found: dict[str, list[Pair]] = {id_: [] for id_, _ in self.mentors}
        for pair in self.pairs:
            found[pair.mentor].append(pair)
        return {id_: tuple(pairs) for id_, pairs in found.items()}

    @property
    def total(self) -> float:
        """The sum of the pairs' scores, correctly rounded."""
        return math.fsum(pair.score for pair in self.pairs)

    @property
    def mean(self) -> float | None:
        """The mean of the pairs' scores; None when nobody is matched."""
        return self.total / len(self.pairs) if self.pairs else None

    @property
    def worst(self) -> float | None:
        """The least score of a pair; None when nobody is matched."""
        return min((pair.score for pair in self.pairs), default=None)

    @property
    def loads(self) -> Mapping[str, int]:
        """How many mentees every mentor has, in listing order."""
        counts = Counter(pair.mentor for pair in self.pairs)
        return MappingProxyType({id_: counts[id_] for id_, _ in self.mentors})

    def mentors_of(self, mentee: str) -> tuple[str, ...]:
        """Return the ids of a mentee's mentors, in listing order."""
        return tuple(pair.mentor for pair in self._pairs_of(mentee, self._by_mentee, "mentee"))

    def mentees_of(self, mentor: str) -> tuple[str, ...]:
        """Return the ids of a mentor's mentees, in listing order."""
        return tuple(pair.mentee for pair in self._pairs_of(mentor, self._by_mentor, "mentor"))

    def _pairs_of(self, id_: str, by_id: Mapping[str, tuple[Pair, ...]], role: str) -> tuple[Pair, ...]:
        if isinstance(id_, int):
            id_ = str(id_)  # ids that came as whole numbers are text here
        found = by_id.get(id_) if isinstance(id_, str) else None
        if found is None:
            raise InputError(Fault((), "unknown_id", f"there is no {role} with this id in the matching", id=str(id_)))
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

        pairs = self._pairs_of(mentee, self._by_mentee, "mentee")
        if mentor is not None:
            self._pairs_of(mentor, self._by_mentor, "mentor")
            pairs = tuple(pair for pair in pairs if pair.mentor == mentor)
            if not pairs:
                return Explanation()
        reason = next((str(person.reason) for person in self.unmatched_mentees if person.id == mentee), None)
        return Explanation(
            pairs=pairs,
            mentees=((mentee, self._label(mentee, "mentee")),),
            mentors=tuple((pair.mentor, self._label(pair.mentor, "mentor")) for pair in pairs),
            reason=reason,
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

        as_mentee, as_mentor = self._by_mentee.get(person_id), self._by_mentor.get(person_id)
        if as_mentee is None and as_mentor is None:
            raise InputError(Fault((), "unknown_id", "there is nobody with this id in the matching", id=str(person_id)))
        left_out = self.unmatched_mentees if as_mentee is not None else self.unmatched_mentors
        alone = not as_mentee and not as_mentor
        return View(
            id=person_id,
            name=(self._mentee_names if as_mentee is not None else self._mentor_names)[person_id],
            mentors=tuple(
                Partner.of(pair.mentor, self._mentor_names[pair.mentor], pair.parts) for pair in as_mentee or ()
            ),
            mentees=tuple(
                Partner.of(pair.mentee, self._mentee_names[pair.mentee], pair.parts) for pair in as_mentor or ()
            ),
            reason=next((str(person.reason) for person in left_out if person.id == person_id), None) if alone else None,
        )

    def _label(self, id_: str, role: str) -> str:
        """Return the display name, with the id where several people share the name."""
        names, shared = (
            (self._mentee_names, self._mentee_namesakes)
            if role == "mentee"
            else (self._mentor_names, self._mentor_namesakes)
        )
        name = names[id_]
        return f"{name} ({id_})" if name in shared else name

    @cached_property
    def _mentee_namesakes(self) -> frozenset[str]:
        return _repeated(name for _, name in self.mentees)

    @cached_property
    def _mentor_namesakes(self) -> frozenset[str]:
        return _repeated(name for _, name in self.mentors)

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
        return codec.dumps(codec.to_plain(self))

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


def _repeated(names: Iterator[str]) -> frozenset[str]:
    return frozenset(name for name, count in Counter(names).items() if count > 1)


def _from_pickle(text: str) -> Matching:
    return Matching.from_json(text)

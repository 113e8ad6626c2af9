"""Which labels mean the same or nearly: synonyms from a vocabulary that the user brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mentormatch.errors import Fault, InputError
from mentormatch.people.values import fold

if TYPE_CHECKING:
    from pathlib import Path


class Taxonomy:
    """Which labels mean the same thing, and which nearly: synonyms for `NeedsOffers` and `GoalAlignment`.

    A concept has one preferred label and other labels; a label may belong to several concepts. Two labels
    meet in full where they share a concept, and by the stated nearness where concepts of theirs are
    near. Labels are compared as everywhere: without case, accents, hyphens and underscores. Synonyms do
    not chain: what `A` shares with `B` and `B` with `C` does not make `A` meet `C`.

    None is shipped. A class of your own with the method :meth:`nearness` will do as well.

    Parameters
    ----------
    synonyms
        ``{preferred label: other labels}``.
    near
        ``{(label, label): nearness}`` above 0 and up to 1, in both directions; a label in it that
        belongs to no concept becomes one.

    Raises
    ------
    InputError
        Every entry that is wrong, at once.

    Examples
    --------
    >>> import mentormatch as mm
    >>> known = mm.Taxonomy({"JavaScript": ["JS", "ECMAScript"]}, near={("JavaScript", "TypeScript"): 0.5})
    >>> known
    Taxonomy(2 concepts)
    >>> matching = mm.match(
    ...     [{"id": "Mia", "offers": ["js"]}],
    ...     [{"id": "Ann", "needs": ["JavaScript"]}],
    ...     scorers={mm.NeedsOffers(taxonomy=known): 1},
    ... )
    >>> next(iter(matching)).score
    1.0
    """

    __slots__ = ("_concepts", "_near", "_of")

    def __init__(
        self, synonyms: Mapping[str, Iterable[str]], *, near: Mapping[tuple[str, str], float] | None = None
    ) -> None:
        faults = _no_mappings(synonyms, near)
        if faults:
            raise InputError(faults)
        self._of: dict[str, tuple[int, ...]] = {}
        self._concepts = 0
        for preferred, others in synonyms.items():
            if not isinstance(preferred, str) or isinstance(others, str) or not isinstance(others, Iterable):
                told = f"the labels of {preferred!r} must be a list of texts"
                faults.append(Fault(("taxonomy", str(preferred)), "not_labels", told))
                continue
            self._add([preferred, *others], faults)
        self._near: dict[int, dict[int, float]] = {}
        for labels, nearness in (near or {}).items():
            self._relate(labels, nearness, faults)
        if faults:
            raise InputError(faults)

    def _add(self, labels: Sequence[Any], faults: list[Fault]) -> None:
        """Take in one more concept."""
        if not all(isinstance(label, str) for label in labels):
            faults.append(Fault(("taxonomy", str(labels[0])), "not_labels", f"a label of {labels[0]!r} is not a text"))
            return
        for key in dict.fromkeys(filter(None, map(fold, labels))):
            self._of[key] = (*self._of.get(key, ()), self._concepts)
        self._concepts += 1

    def _relate(self, labels: Any, nearness: Any, faults: list[Fault]) -> None:
        """Take in that two concepts are near."""
        if not (isinstance(labels, tuple) and len(labels) == 2 and all(isinstance(one, str) for one in labels)):
            faults.append(Fault(("taxonomy", "near"), "not_labels", "near must be {(label, label): nearness}"))
            return
        if isinstance(nearness, bool) or not isinstance(nearness, int | float) or not 0 < nearness <= 1:
            told = f"the nearness of {labels[0]!r} and {labels[1]!r} must be a number above 0 and up to 1"
            faults.append(Fault(("taxonomy", "near"), "bad_nearness", told))
            return
        for label in labels:
            if fold(label) not in self._of:
                self._add([label], faults)
        one, other = (self._of.get(fold(label), ()) for label in labels)
        for a in one:
            for b in other:
                for here, there in ((a, b), (b, a)):
                    known = self._near.setdefault(here, {})
                    known[there] = max(known.get(there, 0.0), float(nearness))

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        *,
        label: str = "preferredLabel",
        synonyms: str = "altLabels",
        separators: str = "\n|;",
        broader: str | None = None,
        nearness: float = 0.5,
    ) -> Taxonomy:
        r"""Read a table with a concept in each row, as ESCO and others publish them.

        Parameters
        ----------
        path
            A .csv file in UTF-8 with a row of headings, packed (.csv.gz) or not.
        label, synonyms
            The columns of preferred and of other labels; the defaults are ESCO's own.
        separators
            Characters that stand between labels in a cell.
        broader
            The column with labels of broader concepts, if these are to count.
        nearness
            How near a concept is to its broader ones, in both directions.

        Raises
        ------
        InputError
            The file cannot be read or lacks a column.
        """
        from mentormatch.scoring.taxonomy_files import cells, table

        wanted = [label, synonyms, *([broader] if broader else [])]
        known: dict[str, list[str]] = {}
        near: dict[tuple[str, str], float] = {}
        for row in table(path, wanted):
            if preferred := row[label].strip():
                known.setdefault(preferred, []).extend(cells(row[synonyms], separators))
                if broader:
                    near |= {(preferred, one): nearness for one in cells(row[broader], separators)}
        return cls(known, near=near)

    @classmethod
    def from_run_together(cls, path: str | Path, *, text: str = "description", most: int = 3) -> Taxonomy:
        """Read a table with the labels of a concept and its definition run together in one column.

        So ESCO's skills come with some packages. Where one label ends and the next begins is not
        told, so a label of people names every concept that has it, word for word, before the
        definition, and none if these are more than `most`: a word such as "staff" is in
        hundreds. The definition begins at the first capitalised word before one in small letters.

        Parameters
        ----------
        path
            A .csv file in UTF-8 with a row of headings, packed (.csv.gz) or not.
        text
            The column.
        most
            In how many concepts a label may occur to name them.

        Raises
        ------
        InputError
            The file cannot be read or lacks the column.
        """
        from mentormatch.scoring.taxonomy_files import RunTogether, table

        return RunTogether([row[text] for row in table(path, [text])], most)

    def __len__(self) -> int:
        """Return the number of concepts."""
        return self._concepts

    def __repr__(self) -> str:
        return f"{Taxonomy.__name__}({len(self)} concepts)"

    def concepts(self, label: str) -> tuple[int, ...]:
        """Return the concepts that a label names, numbered as they were given; none for an unknown one."""
        return self._of.get(fold(label), ()) if isinstance(label, str) else ()

    def nearness(self, asked: Sequence[str], had: Sequence[str]) -> Iterable[tuple[int, int, float]]:
        """Return which labels meet: ``(position in asked, position in had, nearness)``, above 0 and up to 1.

        Parameters
        ----------
        asked, had
            The labels that one side asks for, and that the other has. Equal labels meet without
            being told.
        """
        holders: dict[int, list[int]] = {}
        for position, label in enumerate(had):
            for concept in self.concepts(label):
                holders.setdefault(concept, []).append(position)
        for position, label in enumerate(asked):
            best: dict[int, float] = {}
            for concept in self.concepts(label):
                for other, value in {**self._near.get(concept, {}), concept: 1.0}.items():
                    for holder in holders.get(other, ()):
                        best[holder] = max(best.get(holder, 0.0), value)
            for holder in sorted(best):
                yield position, holder, best[holder]


def _no_mappings(synonyms: Any, near: Any) -> list[Fault]:
    """Return which of the two is no mapping."""
    faults = []
    if not isinstance(synonyms, Mapping):
        faults.append(Fault(("taxonomy",), "not_labels", "must be {preferred label: other labels}"))
    if near is not None and not isinstance(near, Mapping):
        faults.append(Fault(("taxonomy", "near"), "not_labels", "near must be {(label, label): nearness}"))
    return faults

"""Taxonomies from files: tables of labels, and labels that run together."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from mentormatch.errors import Fault, InputError
from mentormatch.people.values import fold
from mentormatch.scoring.taxonomy import Taxonomy

_DEFINITION = re.compile(r"(?<=[^.!?:]) (?=[A-Z][a-z]* [a-z(])")


def table(path: str | Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Return the rows of a .csv or .csv.gz file, with the columns asked for.

    Raises
    ------
    InputError
        The file cannot be read, or lacks some of the columns; the message names them all.
    """
    if not isinstance(path, str | Path):
        raise InputError(Fault(("taxonomy",), "unreadable", "must be the path of a .csv file"))
    file = Path(path)
    trouble, rows, headings = "", list[dict[str, str]](), list[str]()
    try:
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            headings = list(reader.fieldnames or ())
            rows = [{name: row.get(name) or "" for name in columns} for row in reader]
    except OSError as error:
        trouble = error.strerror or type(error).__name__
    except (UnicodeDecodeError, csv.Error, EOFError, zlib.error) as error:
        trouble = f"it is no table in UTF-8 ({type(error).__name__})"
    except ValueError:  # a null character in the path
        trouble = "it is no path"
    if trouble:
        raise InputError(Fault(("taxonomy", file.name), "unreadable", f"cannot be read: {trouble}"))
    missing = [name for name in columns if name not in headings]
    if missing:
        told = f"has no column {', '.join(map(repr, missing))}; it has {', '.join(map(repr, headings)) or 'none'}"
        raise InputError(Fault(("taxonomy", file.name), "no_column", told))
    return iter(rows)


def cells(text: str, separators: str) -> list[str]:
    """Return the labels in one cell."""
    return [one.strip() for one in re.split(f"[{re.escape(separators)}]", text) if one.strip()]


class RunTogether(Taxonomy):
    """Concepts whose labels stand one after the other with nothing between them."""

    __slots__ = ("_most", "_texts", "_with")

    def __init__(self, texts: Sequence[str], most: int) -> None:
        super().__init__({})
        self._most = most
        self._texts = [f" {fold(_DEFINITION.split(' '.join(text.split()), maxsplit=1)[0])} " for text in texts]
        self._concepts = len(texts)
        self._with: dict[str, list[int]] = {}
        for concept, text in enumerate(self._texts):
            for word in dict.fromkeys(text.split()):
                self._with.setdefault(word, []).append(concept)

    def concepts(self, label: str) -> tuple[int, ...]:
        """Return the concepts that have the label, word for word; none where these are too many."""
        if not isinstance(label, str):
            return ()
        key = fold(label)
        held = [self._with.get(word, []) for word in key.split()]
        found = [one for one in min(held, key=len, default=[]) if f" {key} " in self._texts[one]]
        return tuple(found) if len(found) <= self._most else ()

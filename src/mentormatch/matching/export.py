"""A matching as tables, files and a graph."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import InputError
from mentormatch.explain import clean, words
from mentormatch.explain.explanation import ordered
from mentormatch.matching.columns import NUMBERS, known
from mentormatch.report import files

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mentormatch.explain import Words
    from mentormatch.matching.matching import Matching
    from mentormatch.matching.parts import Pair

BACKENDS: Final = ("pandas", "polars", "pyarrow")
"""The dataframe libraries a frame can be made in, in the order in which they are tried."""


def frame(matching: Matching, *, backend: str | None, ids: str, names: bool) -> Any:
    """Return a native data frame with a row per pair; see :meth:`Matching.to_frame`."""
    return _narwhals_frame(matching, backend=backend, ids=ids, names=names).to_native()


def _narwhals_frame(matching: Matching, *, backend: str | None, ids: str, names: bool) -> Any:
    import narwhals as nw

    if ids not in {"as_given", "text"}:
        raise InputError('ids is "as_given" or "text"')
    data: dict[str, Sequence[Any]] = {}
    schema: dict[str, Any] = {}
    for side, column, whole in zip(matching._sides, matching._ids, matching.whole_ids, strict=True):
        role, numbers = side.role, _as_numbers(column) if whole and ids == "as_given" else None
        data[role], schema[role] = (list(map(_whole, column)), nw.String) if numbers is None else (numbers, nw.Int64)
        if names:
            shown = [_whole(side.names[id_]) for id_ in column]
            data[f"{role}_name"], schema[f"{role}_name"] = shown, nw.String
    for name, values in (*_pair_numbers(matching), *_criteria(matching)):
        data[name], schema[name] = known(values), nw.Float64
    return nw.from_dict(data, schema, backend=_backend(backend, matching.frame_backend))


def _whole(text: str) -> str:
    """Return text that every encoding takes: half characters, which no frame holds, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _as_numbers(ids: Sequence[str]) -> list[int] | None:
    """Return ids as whole numbers, or None if any of them would not come back the same."""
    found = [int(id_) if id_.removeprefix("-").isdecimal() and len(id_) < 19 else None for id_ in ids]
    same = all(number is not None and str(number) == id_ for number, id_ in zip(found, ids, strict=True))
    return [number for number in found if number is not None] if same else None


def _backend(asked: str | None, given: str | None) -> Any:
    if asked is not None and asked not in BACKENDS:
        raise InputError(f"backend is one of {', '.join(BACKENDS)}")
    if asked is not None and find_spec(asked) is None:
        raise InputError(f"{asked} is not installed: pip install {asked}")
    tried = (asked,) if asked else (given if given in BACKENDS else None, *BACKENDS)
    for name in tried:
        if name is not None and find_spec(name) is not None:
            return name
    raise InputError(f"a data frame needs one of {', '.join(BACKENDS)}: pip install pandas")


def _pair_numbers(matching: Matching) -> list[tuple[str, NDArray[Any]]]:
    return [(name, getattr(matching._columns, name)) for name in NUMBERS]


def _criteria(matching: Matching) -> list[tuple[str, NDArray[Any]]]:
    """Return a column of values per criterion, in the order in which criteria first come; NaN where unknown.

    A score that was given has no criteria. A criterion whose name is a column's already gets "criterion_" before it.
    """
    import numpy as np

    held = matching._columns
    order = {name: code for code, name in enumerate(dict.fromkeys(held.criteria))}
    codes = np.fromiter(map(order.__getitem__, held.criteria), np.int64, len(held.criteria))
    pair = np.repeat(np.arange(len(held)), np.diff(held.starts))
    told = set(codes[~held.given[pair]].tolist())
    used = {"mentee", "mentor", "mentee_name", "mentor_name", "reasons", *NUMBERS}
    columns = []
    for name, code in order.items():
        if code not in told:
            continue
        heading = _whole(name)
        while heading in used:
            heading = f"criterion_{heading}"
        used.add(heading)
        here = codes == code
        values = np.full(len(held), np.nan)
        values[pair[here]] = held.value[here]
        columns.append((heading, values))
    return columns


def graph(matching: Matching) -> Any:
    """Return a bipartite networkx graph; see :meth:`Matching.to_networkx`."""
    import networkx as nx

    made = nx.Graph()
    for side, (role, people) in enumerate((("mentee", matching.mentees), ("mentor", matching.mentors))):
        made.add_nodes_from(((role, id_), {"bipartite": side, "id": id_, "name": name}) for id_, name in people)
    made.add_edges_from(
        (("mentee", pair.mentee), ("mentor", pair.mentor), {"score": pair.score, "evidence": pair.evidence})
        for pair in matching
    )
    return made


def write(matching: Matching, path: str | os.PathLike[str], language: str) -> None:
    """Write a matching by its path's suffix; see :meth:`Matching.write`."""
    WRITERS[files.suffix_of(path, tuple(WRITERS))](matching, path, language)


def reasons_in_words(say: Words, pair: Pair) -> str:
    """Return what the two have in common, as one cell of a table."""
    told = (clean(say.shared(part.criterion, part.shared)) for part in ordered(pair.parts) if part.shared)
    return "; ".join(told)


def _pair_table(matching: Matching, language: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    say = words(language)
    columns: list[tuple[str, Sequence[Any]]] = []
    for side, ids in zip(matching._sides, matching._ids, strict=True):
        columns += [(side.role, ids), (f"{side.role}_name", [side.names[id_] for id_ in ids])]
    columns += [(name, known(values)) for name, values in (*_pair_numbers(matching), *_criteria(matching))]
    columns.append(("reasons", [reasons_in_words(say, pair) for pair in matching]))
    return [name for name, _ in columns], list(zip(*(column for _, column in columns), strict=True))


def _write_csv(matching: Matching, path: str | os.PathLike[str], language: str) -> None:
    files.write_csv(path, *_pair_table(matching, language))


def _write_xlsx(matching: Matching, path: str | os.PathLike[str], language: str) -> None:
    say = words(language)
    left_out = [
        [side.role, person.id, side.names[person.id], say.reason(person.reason)]
        for side, people in zip(matching._sides, (matching.unmatched_mentees, matching.unmatched_mentors), strict=True)
        for person in people
    ]
    loads, label = matching.loads, matching._sides[0].label
    mentors = [
        [id_, name, loads[id_], ", ".join(map(label, matching.mentees_of(id_)))] for id_, name in matching.mentors
    ]
    files.write_xlsx(
        path,
        (
            (say("report.pairs"), *_pair_table(matching, language)),
            (say("report.unmatched"), ["role", "id", "name", "reason"], left_out),
            (say("report.load"), ["mentor", "mentor_name", "mentees", "with"], mentors),
            (say("report.notes"), ["code", "note", "count"], [[n.code, n.message, n.count] for n in matching.notes]),
        ),
    )


def _write_json(matching: Matching, path: str | os.PathLike[str], _language: str) -> None:
    files.write_text(path, matching.to_json() + "\n")


def _write_parquet(matching: Matching, path: str | os.PathLike[str], _language: str) -> None:
    if find_spec("pyarrow") is None and find_spec("polars") is None:
        raise InputError("writing .parquet needs pyarrow or polars: pip install pyarrow")
    backend = "pyarrow" if find_spec("pyarrow") is not None else "polars"
    held = io.BytesIO()
    _narwhals_frame(matching, backend=backend, ids="as_given", names=True).write_parquet(held)
    files.write_bytes(path, held.getvalue())


def _write_html(matching: Matching, path: str | os.PathLike[str], language: str) -> None:
    matching.report(path, language=language)


WRITERS: Final[dict[str, Callable[[Matching, str | os.PathLike[str], str], None]]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".json": _write_json,
    ".parquet": _write_parquet,
    ".html": _write_html,
}
"""Suffix → what writes such a file."""

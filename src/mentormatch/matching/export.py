"""A matching as tables, files and a graph."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import InputError
from mentormatch.explain import clean, words
from mentormatch.explain.explanation import is_given, ordered
from mentormatch.report import files

if TYPE_CHECKING:
    from mentormatch.explain import Words
    from mentormatch.matching.matching import Matching
    from mentormatch.matching.parts import Pair

BACKENDS: Final = ("pandas", "polars", "pyarrow")
"""The dataframe libraries a frame can be made in, in the order in which they are tried."""

NUMBERS: Final = ("score", "evidence", "for_mentee", "for_mentor")


def frame(matching: Matching, *, backend: str | None, ids: str, names: bool) -> Any:
    """Return a native data frame with a row per pair; see :meth:`Matching.to_frame`."""
    return _narwhals_frame(matching, backend=backend, ids=ids, names=names).to_native()


def _narwhals_frame(matching: Matching, *, backend: str | None, ids: str, names: bool) -> Any:
    import narwhals as nw

    if ids not in {"as_given", "text"}:
        raise InputError('ids is "as_given" or "text"')
    data: dict[str, Sequence[Any]] = {}
    schema: dict[str, Any] = {}
    sides = (
        ("mentee", [pair.mentee for pair in matching], matching._mentee_names, matching.whole_ids[0]),
        ("mentor", [pair.mentor for pair in matching], matching._mentor_names, matching.whole_ids[1]),
    )
    for role, column, shown, whole in sides:
        numbers = _as_numbers(column) if whole and ids == "as_given" else None
        data[role], schema[role] = (
            ([_whole(id_) for id_ in column], nw.String) if numbers is None else (numbers, nw.Int64)
        )
        if names:
            data[f"{role}_name"], schema[f"{role}_name"] = [_whole(shown[id_]) for id_ in column], nw.String
    for name, values in (*_pair_numbers(matching), *_criteria(matching)):
        data[name], schema[name] = values, nw.Float64
    return nw.from_dict(data, schema, backend=_backend(backend, matching.frame_backend))


def _whole(text: str) -> str:
    """Return text that every encoding takes: half characters, which no frame holds, become question marks."""
    return text.encode("utf-8", "replace").decode()


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


def _pair_numbers(matching: Matching) -> list[tuple[str, list[float | None]]]:
    return [(name, [getattr(pair, name) for pair in matching]) for name in NUMBERS]


def _criteria(matching: Matching) -> list[tuple[str, list[float | None]]]:
    """Return a column of values per criterion, in the order in which criteria first come; None where unknown.

    A score that was given has no criteria. A criterion whose name is a column's already gets "criterion_" before it.
    """
    found: dict[str, None] = {}
    for pair in matching:
        if not is_given(pair):
            found |= dict.fromkeys(part.criterion for part in pair.parts)
    values = [{part.criterion: part.value for part in pair.parts} for pair in matching]
    used = {"mentee", "mentor", "mentee_name", "mentor_name", "reasons", *NUMBERS}
    columns = []
    for name in found:
        heading = _whole(name)
        while heading in used:
            heading = f"criterion_{heading}"
        used.add(heading)
        columns.append((heading, [held.get(name) for held in values]))
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


def _pair_table(matching: Matching, language: str) -> tuple[list[str], list[list[Any]]]:
    say = words(language)
    columns: list[tuple[str, Sequence[Any]]] = [
        ("mentee", [pair.mentee for pair in matching]),
        ("mentee_name", [matching._mentee_names[pair.mentee] for pair in matching]),
        ("mentor", [pair.mentor for pair in matching]),
        ("mentor_name", [matching._mentor_names[pair.mentor] for pair in matching]),
        *_pair_numbers(matching),
        *_criteria(matching),
        ("reasons", [reasons_in_words(say, pair) for pair in matching]),
    ]
    rows = [[column[k] for _, column in columns] for k in range(len(matching))]
    return [name for name, _ in columns], rows


def _write_csv(matching: Matching, path: str | os.PathLike[str], language: str) -> None:
    files.write_csv(path, *_pair_table(matching, language))


def _write_xlsx(matching: Matching, path: str | os.PathLike[str], language: str) -> None:
    say = words(language)
    left_out = [
        [role, person.id, names[person.id], say.reason(person.reason)]
        for role, people, names in (
            ("mentee", matching.unmatched_mentees, matching._mentee_names),
            ("mentor", matching.unmatched_mentors, matching._mentor_names),
        )
        for person in people
    ]
    loads = matching.loads
    mentors = [
        [id_, name, loads[id_], ", ".join(matching._label(mentee, "mentee") for mentee in matching.mentees_of(id_))]
        for id_, name in matching.mentors
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

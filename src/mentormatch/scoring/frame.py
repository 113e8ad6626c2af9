"""Scores as a table of whichever library is there."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.errors import Fault, InputError

if TYPE_CHECKING:
    from mentormatch.scoring.matrix import ScoreMatrix

BACKENDS = ("pandas", "polars", "pyarrow")
_OWN = ("mentee", "mentor", "score", "evidence")
_CELLS = 1 << 18


def frame_backend(asked: str | None) -> str:
    """Return the library that makes the table: the one asked for, or the first that is installed.

    Raises
    ------
    InputError
        It is unknown or not installed, or none is.
    """
    if asked is not None and asked not in BACKENDS:
        msg = f'there is no backend "{asked}"; known: {", ".join(BACKENDS)}'
        raise InputError(Fault(("backend",), "unknown_backend", msg))
    for name in BACKENDS if asked is None else (asked,):
        if find_spec(name) is not None:
            return name
    msg = "a table needs pandas, polars or pyarrow: pip install pandas"
    if asked is not None:
        msg = f"the table asked for needs {asked}: pip install {asked}"
    raise InputError(Fault(("backend",), "missing_backend", msg))


def scores_frame(
    matrix: ScoreMatrix,
    ids: tuple[tuple[str, ...], tuple[str, ...]],
    mentee: str | Iterable[str] | None,
    k: Any,
    backend: str | None,
) -> Any:
    """Return the table of :meth:`ScoreMatrix.to_frame`."""
    import narwhals as nw

    library: Any = frame_backend(backend)
    if k is not None and (isinstance(k, bool) or not isinstance(k, int) or k < 1):
        raise InputError(Fault(("k",), "not_positive", "k must be a whole number, 1 or more"))
    rows = _rows(ids[0], mentee)
    by_id = np.argsort(np.argsort(np.array(ids[1], dtype=object), kind="stable")) if ids[1] else np.arange(0)
    step = max(1, _CELLS // max(1, len(ids[1])))
    cuts = [_cut(matrix, rows[start : start + step], by_id, k) for start in range(0, len(rows), step)]
    i, j, scores, evidence, values = map(np.concatenate, zip(*(cuts or [_none(matrix)]), strict=True))
    columns: dict[str, Any] = {
        "mentee": np.array(ids[0], dtype=object)[i].tolist(),
        "mentor": np.array(ids[1], dtype=object)[j].tolist(),
        "score": scores,
        "evidence": evidence,
    }
    for position, name in enumerate(matrix.criteria):
        if (name, *matrix.criteria) != ("score", "score"):
            columns[name if name not in _OWN else f"{name} (criterion)"] = values[:, position]
    return nw.from_dict(_missing(columns, library), backend=library).to_native()


def _rows(ids: tuple[str, ...], mentee: str | Iterable[str] | None) -> Any:
    if mentee is None:
        return np.arange(len(ids))
    wanted = [mentee] if isinstance(mentee, str) else list(mentee)
    row = {name: position for position, name in enumerate(ids)}
    faults = [
        Fault(("mentee",), "unknown_id", f'there is no mentee "{name}"', id=str(name))
        for name in wanted
        if name not in row
    ]
    if faults:
        raise InputError(faults)
    return np.array([row[name] for name in wanted], dtype=np.int64)


def _cut(matrix: ScoreMatrix, rows: Any, by_id: Any, k: int | None) -> tuple[Any, ...]:
    """Return mentee rows, mentor rows, scores, evidence and values of some mentees, best first."""
    everyone = slice(0, matrix.shape[1])
    scores = matrix.block(rows, everyone)
    values, evidence = matrix.parts(rows, everyone)
    order = np.lexsort((np.broadcast_to(by_id, scores.shape), -scores), axis=1)[:, :k]
    at = np.repeat(np.arange(len(rows)), order.shape[1]), order.ravel()
    if k is not None:
        at = tuple(part[~np.isnan(scores[at])] for part in at)  # type: ignore[assignment]
    return rows[at[0]], at[1], scores[at], evidence[at], values[at]


def _none(matrix: ScoreMatrix) -> tuple[Any, ...]:
    index = np.empty(0, dtype=np.int64)
    return index, index, np.empty(0), np.empty(0), np.empty((0, len(matrix.criteria)))


def _missing(columns: dict[str, Any], library: str) -> dict[str, Any]:
    """Return the columns with unknown as that library's missing value."""
    if library == "pandas":
        return columns
    return {
        name: [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 - NaN differs from itself
        if isinstance(column, np.ndarray) and np.isnan(column).any()
        else column
        for name, column in columns.items()
    }

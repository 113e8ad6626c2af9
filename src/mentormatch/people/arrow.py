"""Columns of pyarrow as ordinary Python, the same text as one object wherever it occurs.

pyarrow itself makes a new object for every cell, which for lists of text takes most of the time
and memory of reading a large file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_REPEATS = 2
"""A column is taken apart into its different texts where each stands there so often, on average."""


def is_arrow(column: Any) -> bool:
    """Tell whether a column is pyarrow's."""
    return type(column).__module__.split(".", 1)[0] == "pyarrow" and hasattr(column, "to_pylist")


def arrow_cells(column: Any) -> list[Any]:
    """Return the cells of a column of pyarrow, just as its ``to_pylist`` does."""
    import pyarrow as pa

    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return list(_lists(column))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _texts(column)
    found: list[Any] = column.to_pylist()
    return found


def _texts(column: Any) -> list[Any]:
    """Return a column of text; a text that repeats becomes one object."""
    import pyarrow as pa

    coded = column.dictionary_encode()
    chunks = coded.chunks if isinstance(coded, pa.ChunkedArray) else [coded]
    found: list[Any] = []
    for chunk in chunks:
        if _REPEATS * len(chunk.dictionary) > len(chunk):
            return list(column.to_pylist())
        words = [*chunk.dictionary.to_pylist(), None]
        found += map(words.__getitem__, chunk.indices.fill_null(len(words) - 1).to_pylist())
    return found


def _lists(column: Any) -> Iterator[list[Any] | None]:
    """Yield the cells of a column of lists."""
    import pyarrow.compute as pc

    values, first = arrow_cells(pc.list_flatten(column)), 0
    for size in pc.list_value_length(column).to_pylist():
        if size is None:
            yield None
            continue
        yield values[first : first + size]
        first += size

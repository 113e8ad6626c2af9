"""Reading .parquet files with pyarrow or polars, whichever is there."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mentormatch.errors import InputError
from mentormatch.people.limits import Limits
from mentormatch.people.tables import Table, from_frame


def read_parquet(path: Path, limits: Limits) -> Table:
    """Read a .parquet file; its size is read from its footer before anything else.

    Raises
    ------
    InputError
        If neither library is installed, it is no Parquet file, or it is too large.
    """
    backend = next((name for name in ("pyarrow", "polars") if find_spec(name)), None)
    if backend is None:
        raise InputError(f"{path.name}: .parquet files are read with pyarrow or polars; install one of them")
    problem = "is not a Parquet file"
    found: Any = None
    try:
        cells, columns = _size(path, backend)
        if columns > limits.columns:
            problem = f"has more than {limits.columns} columns"
        elif cells > limits.cells:
            problem = f"has more than {limits.cells} cells"
        elif backend == "pyarrow":
            found = _unpacked(path, limits)
            problem = f"unpacks to more than {limits.file_bytes >> 20} MiB"
        else:
            import narwhals as nw

            found = nw.read_parquet(str(path), backend="polars").to_native()
    except MemoryError:
        problem = "is too large for the memory there is"
    except Exception:  # noqa: BLE001  # a broken file may raise anything in a foreign reader
        found = None
    if found is None:
        raise InputError(f"{path.name}: {problem}")
    table = from_frame(found, limits)
    assert table is not None  # noqa: S101  # a frame that was just read is one
    return Table(table.headings, table.columns, table.rows)


_ROWS_AT_ONCE = 256


def _unpacked(path: Path, limits: Limits) -> Any:
    """Return the table, unpacked little by little; None if it is larger than a file may be.

    A text that occurs in every row stands in the file once: a few kilobytes can unpack to gigabytes.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    batches, left = [], limits.file_bytes
    with ParquetFile(path) as file:
        names = file.schema_arrow.names
        for batch in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
            columns = [one.dictionary_decode() if pa.types.is_dictionary(one.type) else one for one in batch.columns]
            left -= sum(column.nbytes for column in columns)
            if left < 0:
                return None
            batches.append(pa.RecordBatch.from_arrays(columns, names))
        return pa.Table.from_batches(batches) if batches else file.schema_arrow.empty_table()


def _size(path: Path, backend: str) -> tuple[int, int]:
    """Return cells (in lists, each entry) and columns from the footer alone."""
    if backend == "pyarrow":
        from pyarrow.parquet import ParquetFile

        with ParquetFile(path) as file:
            about = file.metadata
            groups = [about.row_group(k) for k in range(about.num_row_groups)]
            entries = sum(group.column(k).num_values for group in groups for k in range(group.num_columns))
            return max(entries, about.num_rows * about.num_columns), about.num_columns
    import polars as pl

    lazy = pl.scan_parquet(path)
    columns = len(lazy.collect_schema())
    return int(lazy.select(pl.len()).collect().item()) * columns, columns

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
        rows, columns = _size(path, backend)
        if columns > limits.columns:
            problem = f"has more than {limits.columns} columns"
        elif rows * columns > limits.cells:
            problem = f"has more than {limits.cells} cells"
        else:
            import narwhals as nw

            found = nw.read_parquet(str(path), backend=backend).to_native()  # type: ignore[arg-type]  # one of two names
    except MemoryError:
        problem = "is too large for the memory there is"
    except Exception:  # noqa: BLE001  # a broken file may raise anything in a foreign reader
        found = None
    if found is None:
        raise InputError(f"{path.name}: {problem}")
    table = from_frame(found, limits)
    assert table is not None  # noqa: S101  # a frame that was just read is one
    return Table(table.headings, table.columns, table.rows)


def _size(path: Path, backend: str) -> tuple[int, int]:
    """Return rows and columns from the footer alone."""
    if backend == "pyarrow":
        from pyarrow.parquet import ParquetFile

        with ParquetFile(path) as file:
            return file.metadata.num_rows, file.metadata.num_columns
    import polars as pl

    lazy = pl.scan_parquet(path)
    return int(lazy.select(pl.len()).collect().item()), len(lazy.collect_schema())

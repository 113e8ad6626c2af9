"""Opening a file as a table, by its suffix; and replacing one without ever leaving half of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mentormatch.errors import InputError
from mentormatch.people.limits import Limits


def open_file(given: str | os.PathLike[str], limits: Limits) -> Any:
    """Read a .csv, .xlsx, .json or .parquet file.

    Parameters
    ----------
    given
        The path.
    limits
        How large it may be.

    Returns
    -------
    Table, list or mapping
        A table; rows; or a mapping with ``"mentors"`` and ``"mentees"``.

    Raises
    ------
    InputError
        If there is no such file, it is of another kind or too large, or cannot be read.
    """
    path = Path(given)
    reader = _reader(path)
    name = path.name
    problem, size = None, 0
    try:
        size = path.stat().st_size
        if not path.is_file():
            problem = "is not a file"
    except (OSError, ValueError):
        problem = "does not exist or may not be opened"
    if problem is None and size > limits.file_bytes:
        problem = f"is larger than {limits.file_bytes >> 20} MiB"
    if problem is None:
        try:
            return reader(path, limits)
        except OSError:
            problem = "may not be opened"
        except MemoryError:
            problem = "is too large for the memory there is"
    raise InputError(f"{name}: {problem}")


def _reader(path: Path) -> Callable[[Path, Limits], Any]:
    """Return what reads files of one suffix."""
    from mentormatch.people import csv_files, excel_files, json_files, parquet_files

    readers: dict[str, Callable[[Path, Limits], Any]] = {
        ".csv": csv_files.read_csv,
        ".tsv": csv_files.read_csv,
        ".txt": csv_files.read_csv,
        ".xlsx": excel_files.read_xlsx,
        ".json": json_files.read_json,
        ".parquet": parquet_files.read_parquet,
    }
    found = readers.get(path.suffix.casefold())
    if found is None:
        known = ", ".join(suffix for suffix in readers if suffix not in {".tsv", ".txt"})
        raise InputError(f"{path.name}: a file of this kind cannot be read; the kinds that can are {known}")
    return found


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that it is either as it was or wholly new, whatever happens meanwhile.

    Raises
    ------
    InputError
        If the folder does not exist or may not be written to.
    """
    problem = None
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".mentormatch-")  # exclusive, mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
        temporary = ""
    except OSError:
        problem = f"{path.name}: cannot be written in {path.parent.name or 'this folder'}"
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
    if problem:
        raise InputError(problem)

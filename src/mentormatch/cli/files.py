"""Files around a run: which must be there, where the example is, and the rows that could not be read."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import mentormatch as mm
from mentormatch.errors import Fault

if TYPE_CHECKING:
    from mentormatch.people import Reject

_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the start of a formula; it reads the full-width forms too."""


def unusable(inputs: Iterable[Path | None], outputs: Iterable[Path | None]) -> Iterator[Fault]:
    """Yield every file that cannot be read and every one that cannot be written to, before any work is done."""
    inputs = tuple(inputs)
    taken = {path.resolve(): "is read as well, and would be lost" for path in inputs if path is not None}
    for path in inputs:
        if path is not None and not path.is_file():
            yield Fault((str(path),), "no_file", "there is no such file")
    for path in outputs:
        if path is not None and path.is_dir():
            yield Fault((str(path),), "is_folder", "is a folder; a file is needed")
        elif path is not None and not path.parent.is_dir():
            yield Fault((str(path),), "no_folder", f"the folder {path.parent} does not exist")
        elif path is not None and (why := taken.get(path.resolve())):
            yield Fault((str(path),), "same_file", f"{why}; write to another file")
        elif path is not None:
            taken[path.resolve()] = "is written twice"


def example() -> Path:
    """Return the folder of the example programme: inside the installed package, or in the source tree."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_example", package.parent.parent / "examples" / "programme"):
        if (folder / "mentors.csv").is_file():
            return folder
    raise mm.StateError("The example programme is not part of this installation.")


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Write a line per fault of each row that could not be read; only headings when there is none.

    Rows count from 1 below the headings, as they do in error messages.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("side", "row", "id", "field", "fault"))
    for reject in rejects:
        for fault in reject.faults:
            field = next((str(part) for part in reversed(fault.loc) if not isinstance(part, int)), "")
            cells = (reject.side, str(reject.row + 1), reject.id or "", field, fault.msg)
            writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    _write_whole(path, out.getvalue().encode("utf-8-sig"))


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner's eyes only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".mentormatch-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

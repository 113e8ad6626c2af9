"""Answers as tables of text, as data frames and as JSON: what all of this package's results share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from mentormatch.errors import Fault, InputError
from mentormatch.explain.clean import columns as width_of
from mentormatch.explain.clean import fit, pad

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Found = TypeVar("Found")

_WIDEST = 32
"""Columns of a terminal that one cell of a table of text may take."""


def text_table(heading: Sequence[str], rows: Sequence[Sequence[str]], *, most: int | None = None) -> list[str]:
    """Return a table as lines, columns aligned: the first to the left, the others to the right."""
    shown = rows if most is None else rows[:most]
    cells = [[fit(cell, _WIDEST) for cell in row] for row in (heading, *shown)]
    widths = [max(width_of(row[k]) for row in cells) for k in range(len(heading))]
    lines = []
    for first, *rest in cells:
        numbers = (" " * (width - width_of(cell)) + cell for cell, width in zip(rest, widths[1:], strict=True))
        lines.append("  ".join((pad(first, widths[0]), *numbers)).rstrip())
    return [*lines, f"… and {len(rows) - len(shown)} more"] if len(shown) < len(rows) else lines


def native_frame(columns: Mapping[str, Sequence[Any]], backend: str | None) -> Any:
    """Return columns as a data frame of a library, None: of the first that is installed.

    Raises
    ------
    InputError
        The library is unknown or not installed, or none is.
    """
    import narwhals as nw

    from mentormatch.scoring.frame import frame_backend

    library: Any = frame_backend(backend)
    told = {name: [_whole(value) for value in column] for name, column in columns.items()}
    return nw.from_dict(told, backend=library).to_native()


def percent(share: float) -> str:
    """Return a share as whole per cent."""
    return f"{share:.0%}"


def as_json(told: Mapping[str, Any]) -> str:
    """Return plain data as JSON, keys in the order given."""
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def _whole(value: Any) -> Any:
    """Return text that every frame takes: half characters become question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value


def named(each: Mapping[Any, Found], name: Any) -> Found:
    """Return the one of a name.

    Raises
    ------
    InputError
        There is none; the message lists the names that there are.
    """
    for known, one in each.items():
        if known == name:
            return one
    told = ", ".join(known if isinstance(known, str) else " to ".join(known) for known in each) or "none"
    raise InputError(Fault(("name",), "unknown_name", f"there is no such weighting here; there are {told}"))

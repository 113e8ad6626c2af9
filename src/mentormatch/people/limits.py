"""How large a file may be before it is refused unread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a table may hold at the most.

    Attributes
    ----------
    file_bytes
        Bytes of a file, and of what a compressed one unpacks to.
    columns
        Columns of a table, or different keys of its rows.
    cell_characters
        Characters of one cell of a file.
    cells
        Rows times columns of a table in a file.
    members
        Files within a spreadsheet file.
    """

    file_bytes: int = 256 << 20
    columns: int = 1000
    cell_characters: int = 20_000
    cells: int = 20_000_000
    members: int = 1000

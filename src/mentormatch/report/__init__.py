"""Reports: pages that work offline, in print and without JavaScript, and files written whole or not at all."""

from __future__ import annotations

from mentormatch.report.files import (
    csv_text,
    replacing,
    safe_cell,
    suffix_of,
    write_bytes,
    write_csv,
    write_text,
    write_xlsx,
)
from mentormatch.report.page import matching_card, render

__all__ = [
    "csv_text",
    "matching_card",
    "render",
    "replacing",
    "safe_cell",
    "suffix_of",
    "write_bytes",
    "write_csv",
    "write_text",
    "write_xlsx",
]

"""The empty sheet: every heading that is understood, with what belongs under it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from mentormatch.errors import InputError, MissingExtra
from mentormatch.people.fields import FIELDS, Field
from mentormatch.people.files import replace_file

_ROLE = {
    "en": ("Role", "On which side: mentor, mentee or both."),
    "nl": ("Rol", "Aan welke kant: mentor, mentee of beide."),
}
_TITLES = {"en": ("Explanation", "Heading"), "nl": ("Uitleg", "Kop")}


def write_template(
    path: str | os.PathLike[str],
    side: Literal["mentees", "mentors", "both"] = "mentees",
    language: Literal["en", "nl"] = "en",
) -> Path:
    """Write an empty sheet that :meth:`Pool.read` understands, with every heading explained.

    Parameters
    ----------
    path
        A .csv or .xlsx file; one that is there already is replaced.
    side
        Whose sheet; ``"both"`` is one table with a column for the role, or a workbook with a
        sheet for each side.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    Path
        The file. In .csv the line below the headings explains them and is not read as a
        person; in .xlsx a sheet of its own does.

    Raises
    ------
    InputError
        If the suffix, the side or the language is unknown, or the file cannot be written.
    MissingExtra
        For .xlsx, if the extra ``excel`` is not installed.
    """
    target = Path(path)
    if side not in {"mentees", "mentors", "both"}:
        raise InputError(f'there is no side "{side}"; the sides are mentees, mentors and both')
    if language not in _ROLE:
        raise InputError(f'there is no language "{language}"; the languages are en and nl')
    suffix = target.suffix.casefold()
    if suffix == ".csv":
        content = _csv(side, language)
    elif suffix == ".xlsx":
        content = _xlsx(side, language)
    else:
        raise InputError(f"{target.name}: a template is a .csv or an .xlsx file")
    replace_file(target, content)
    return target


def _fields(side: str) -> tuple[Field, ...]:
    """Return the columns of one side's sheet."""
    return tuple(field for field in FIELDS if field.sheet and (side == "both" or field.side in {None, side}))


def _lines(side: str, language: str) -> tuple[list[str], list[str]]:
    """Return headings and explanations."""
    fields = _fields(side)
    headings = [field.heading(language) for field in fields]
    explanations = [field.explanation(language) for field in fields]
    if side == "both":
        heading, explanation = _ROLE[language]
        headings.insert(1, heading)
        explanations.insert(1, explanation)
    return headings, explanations


def _csv(side: str, language: str) -> bytes:
    headings, explanations = _lines(side, language)
    explanations[0] = f"# {explanations[0]}"
    text = io.StringIO(newline="")
    sheet = csv.writer(text, delimiter=";" if language == "nl" else ",")
    sheet.writerows((headings, explanations))
    return text.getvalue().encode("utf-8-sig")


def _xlsx(side: str, language: str) -> bytes:
    if find_spec("xlsxwriter") is None:
        raise MissingExtra("excel", "to write .xlsx files")
    from xlsxwriter import Workbook

    content = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with Workbook(content, plain) as book:
        bold, text = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "@"})
        sides: Sequence[str] = ("mentees", "mentors") if side == "both" else (side,)
        for one in sides:
            headings, _ = _lines(one, language)
            sheet = book.add_worksheet(one)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(headings) - 1, 20, text)  # as text: 3-5 stays what it is
            for column, heading in enumerate(headings):
                sheet.write_string(0, column, heading, bold)
        title, first = _TITLES[language]
        sheet = book.add_worksheet(title)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 100)
        sheet.write_string(0, 0, first, bold)
        sheet.write_string(0, 1, title, bold)
        for row, field in enumerate(_fields(side), start=1):
            sheet.write_string(row, 0, field.heading(language))
            sheet.write_string(row, 1, field.explanation(language))
    return content.getvalue()

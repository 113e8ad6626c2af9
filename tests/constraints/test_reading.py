"""Files of tensions: what is read, and that no error repeats it."""

import traceback
from datetime import date

import pytest

from mentormatch.constraints import ConflictOfInterest, Tension, read_tensions
from mentormatch.errors import InputError

SECRET = "Quibbledash"


@pytest.fixture
def written(tmp_path):
    """Write text, or rows of cells, to a file and return its path."""

    def write(name, content, encoding="utf-8"):
        path = tmp_path / name
        if path.suffix == ".xlsx":
            import xlsxwriter

            with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
                sheet = book.add_worksheet()
                for row, cells in enumerate(content):
                    sheet.write_row(row, 0, cells)
        else:
            path.write_text(content, encoding)
        return path

    return write


TWO = (Tension("E1", "E2"), Tension("E3", "Ann Wit", date(2026, 12, 31)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "Person A,Person B,Expires\nE1,E2,\nE3,Ann Wit,2026-12-31\n"),
        ("t.csv", "Persoon 1;Persoon 2;Tot en met\r\nE1;E2;\r\nE3;Ann Wit;31-12-2026\r\n;;\r\n"),
        ("t.csv", "kind,b,a\n,E2,E1\ntension,Ann Wit,E3\n"),
        ("t.json", '[{"a": "E1", "b": "E2"}, {"a": "E3", "b": "Ann Wit", "expires": "2026-12-31"}]'),
        ("t.xlsx", [["Wie", "Met wie", "Einddatum"], ["E1", "E2", None], ["E3", "Ann Wit", date(2026, 12, 31)]]),
    ],
)
def test_two_people_a_row(written, name, content):
    """CSV with either mark, JSON and Excel give the same rules, under English and Dutch headings in any order."""
    rules = read_tensions(written(name, content))
    wanted = TWO if "kind" not in content else (TWO[0], Tension("E3", "Ann Wit"))
    assert rules == wanted


def test_the_kind_makes_a_conflict_of_interest(written):
    """An empty kind or "spanning" is a tension, anything else a conflict of interest of that kind."""
    kinds = ("", "Spanning", "conflict of interest", "Belangenconflict", "same tender")
    path = written(
        "t.csv", "a;b;soort;toelichting\n" + "".join(f"x{k};y;{kind};{SECRET}\n" for k, kind in enumerate(kinds))
    )
    assert read_tensions(path) == (
        Tension("x0", "y"),
        Tension("x1", "y"),
        ConflictOfInterest("x2", "y"),
        ConflictOfInterest("x3", "y"),
        ConflictOfInterest("x4", "y", "same tender"),
    )


def test_numbers_are_ids(written):
    """Employee numbers that a spreadsheet keeps as numbers are ids as text."""
    path = written("t.xlsx", [["a", "b"], [1042, 1043]])
    assert read_tensions(path) == (Tension("1042", "1043"),)


def test_a_file_without_rows_holds_no_tensions(written):
    """Headings alone are fine."""
    assert read_tensions(written("t.csv", "a,b\n")) == ()


def every_word(error):
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__.tb_next), capture_locals=True)
    shown = "".join(repr(frame.locals) for frame in frames) + repr(error.errors()) + repr(vars(error))
    while error is not None:
        shown += repr(error.args) + "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__
    return shown


def test_wrong_rows_are_all_told_by_row_and_field(written):
    """Every fault comes at once with its row and field, and without what stands in any cell."""
    content = f"a,b,expires\n{SECRET},,\n{SECRET},{SECRET},\nE1,E2,01/02/2027\nE3,{SECRET},{SECRET}\nE5,E6,\n"
    with pytest.raises(InputError) as caught:
        read_tensions(written("t.csv", content))
    assert [(fault.row, fault.loc[-1]) for fault in caught.value.faults] == [
        (0, "b"),
        (1, "b"),
        (2, "expires"),
        (3, "expires"),
    ]
    assert all(fault.id is None for fault in caught.value.faults)
    for hidden in (SECRET, "E1", "E3", "01/02"):
        assert hidden not in every_word(caught.value)


def test_a_file_without_headings_is_told_without_its_first_row(written):
    """A missing heading row is told by what should be there, not by the people who stand there instead."""
    with pytest.raises(InputError, match='"person a"') as caught:
        read_tensions(written("t.csv", f"{SECRET},E2\nE3,E4\n"))
    assert SECRET not in every_word(caught.value)


@pytest.mark.parametrize("content", [f"[{{{SECRET}", f'{{"a": "{SECRET}"}}', f'["{SECRET}", 3]', f'"{SECRET}"', ""])
def test_a_file_that_is_no_table_is_told_without_its_content(written, content):
    """Broken or strange JSON is an error that names the file and repeats nothing."""
    with pytest.raises(InputError) as caught:
        read_tensions(written("t.json", content))
    assert SECRET not in every_word(caught.value)


def test_a_missing_file_is_told(tmp_path):
    """A path that leads nowhere is an error with its name, not one of the system."""
    with pytest.raises(InputError, match="nowhere"):
        read_tensions(tmp_path / "nowhere.csv")

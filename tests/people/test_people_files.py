"""Files as people save them, and files made to do harm."""

import csv
import datetime as dt
import io
import json
import zipfile
from contextlib import suppress

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mentormatch.errors import InputError, MissingExtra
from mentormatch.people import Limits, Pool

NOBODY = [{"id": "e"}]


@pytest.fixture
def saved(tmp_path):
    """Save text or bytes and return the path."""

    def save(content, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def book(path, sheets):
    """Save a workbook with these sheets."""
    file = Workbook()
    file.remove(file.active)
    for name, lines in sheets.items():
        sheet = file.create_sheet(name)
        for line in lines:
            sheet.append(line)
    file.save(path)
    return path


# --- .csv ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_any_usual_csv(saved, delimiter, encoding, ending):
    """Whatever the delimiter, encoding and line ending, the same people are read."""
    lines = (
        ["Id", "Naam", "Leerwensen"],
        ["007", "Zoë Núñez", '"python; sql, r"'],
        ["", "", ""],
        ["8", "Bo", "coördineren"],
    )
    text = ending.join(delimiter.join(line) for line in lines)
    pool = Pool.read(saved(text.encode(encoding)), NOBODY)
    assert pool.mentor_ids == ("007", "8")
    assert pool.mentor_names == ("Zoë Núñez", "Bo")
    assert list(pool.mentors[0].needs) == ["python", "sql", "r"]
    assert list(pool.mentors[1].needs) == ["coördineren"]


def test_sep_line(saved):
    """Excel's own first line about the delimiter is understood."""
    assert Pool.read(saved("sep=;\r\nid;name\r\n1;a,b\r\n"), NOBODY).mentor_names == ("a,b",)


def test_lists_do_not_decide_the_delimiter(saved):
    """Commas within answers do not make a comma the delimiter."""
    text = "id;offers\n1;a, b, c, d\n2;e, f, g, h\n"
    assert len(Pool.read(saved(text), NOBODY).mentors[0].offers) == 4


def test_rows_of_other_lengths(saved):
    """A short row is filled up, one with more answers than headings is rejected with its row."""
    pool = Pool.read(saved("id,name\n1\n2,b,\n3,c,d\n\n5,e\n"), NOBODY)
    assert pool.mentor_ids == ("1", "2", "5")
    (reject,) = pool.rejects
    assert (reject.row, reject.id, reject.faults[0].code) == (2, "3", "too_many_cells")


def test_repeated_headings(saved):
    """A mapping that names a repeated heading reads the first answered of them; a number names one alone."""
    path = saved("id,Wish,Wish,Wish\n1,,b,c\n2,a,,\n")
    assert [one.wishes for one in Pool.read(path, NOBODY, mapping={"Wish": "wishes"}).mentors] == [("b",), ("a",)]
    assert [one.wishes for one in Pool.read(path, NOBODY, mapping={"Wish (3)": "wishes"}).mentors] == [("c",), ()]


def test_our_own_apostrophe_is_taken_off(saved):
    """Text that we kept spreadsheets from calculating comes back as it was."""
    pool = Pool.read(saved("id,name,bio\n1,'=SUM(A1),'\n2,'t Hart,\uff07x\n"), NOBODY)
    assert pool.mentor_names == ("=SUM(A1)", "'t Hart")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("\n\n", "no column|empty"),
        ('id,name\n1,"Ann\n2,Bo\n', "never closed"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not text"),
        ("id," + ",".join(f"c{k}" for k in range(1200)), "1000 columns"),
        ("id,bio\n1," + "x" * 21_000, "20000 characters"),
        ('id,bio\n1,"' + "x" * 200_000 + '"', "characters|table"),
        ("a,b\n1,2\n", '"a", "b"'),
    ],
)
def test_csv_that_cannot_be_read(saved, content, message):
    """Each is one InputError that says what is wrong."""
    with pytest.raises(InputError, match=message):
        Pool.read(saved(content), NOBODY)


def test_an_empty_table_is_an_empty_pool(saved):
    """A table with headings and nobody below them has nobody in it."""
    assert Pool.read(saved("id,name\n"), saved("Naam\n", "b.csv")).shape == (0, 0)


def test_a_size_limit(saved):
    """A file that is too large is refused before it is read."""
    with pytest.raises(InputError, match="larger"):
        Pool.read(saved("id\n" + "1\n" * 100), NOBODY, limits=Limits(file_bytes=100))


cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12
)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_csv_round_trip(tmp_path_factory, rows, delimiter):
    """What Python's csv module writes is read back cell for cell."""
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        sheet.writerow(["id", "one", "two"])
        sheet.writerows([k, *row] for k, row in enumerate(rows))
    pool = Pool.read(path, NOBODY, mapping={"one": "attributes", "two": "attributes"})
    assert not pool.rejects
    for person, row in zip(pool.mentors, rows, strict=True):
        for name, cell in zip(("one", "two"), row, strict=True):
            bare = cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") else cell
            assert person.attributes[name] == (bare if bare.strip() else None)


# --- .xlsx -----------------------------------------------------------------------------------------------------------


def test_a_workbook(tmp_path):
    """Numbers become ids, dates stay dates, blank rows are skipped."""
    lines = [
        [None, None],
        ["Id", "Full name", "Capacity", "Start"],
        [7, "Ann", 2, dt.date(2026, 1, 2)],
        [None, None, None, None],
        ["008", "Bo", "1-3", None],
    ]
    pool = Pool.read(
        book(tmp_path / "a.xlsx", {"Sheet": lines, "Other": [["x"]]}), NOBODY, mapping={"Start": "attributes"}
    )
    assert pool.mentor_ids == ("7", "008")
    assert pool.mentor_bounds.tolist() == [[0, 2], [1, 3]]
    assert pool.mentors[0].attributes["Start"] == dt.date(2026, 1, 2)


def test_a_date_in_the_place_of_a_range(tmp_path):
    """What Excel makes of 3-5 is refused with the cure."""
    lines = [["Id", "Capacity"], [1, dt.date(2026, 5, 3)]]
    pool = Pool.read(book(tmp_path / "a.xlsx", {"Sheet": lines}), NOBODY)
    assert "format the column as text" in str(pool.rejects[0])


def test_a_workbook_with_both_sides(tmp_path):
    """Sheets called mentoren and mentees are the two sides."""
    path = book(tmp_path / "a.xlsx", {"Mentees": [["id"], [1]], "Mentoren": [["id"], [2], [3]]})
    for pool in (Pool.read(path), Pool.read(path, path)):
        assert (pool.mentee_ids, pool.mentor_ids) == (("1",), ("2", "3"))


def zipped(members):
    """Return the bytes of a zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in members.items():
            file.writestr(name, part)
    return content.getvalue()


def with_sheet(tmp_path, sheet):
    """Return a good workbook with its sheet's XML replaced."""
    good = book(tmp_path / "good.xlsx", {"Sheet": [["id"], [1]]})
    with zipfile.ZipFile(good) as file:
        members = {name: file.read(name) for name in file.namelist()}
    members["xl/worksheets/sheet1.xml"] = sheet
    return zipped(members)


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.mark.parametrize(
    "cells_of",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c/><c/><c/><c r="AZ1048576"><v>1</v></c></row>',
        '<row><c r="XFD1048576" t="n"><v>1</v></c></row>',
    ],
)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_cells_far_apart_are_refused_unread(tmp_path, saved, cells_of, prefix):
    """A sheet with a cell in its last corner is refused, whatever its dimension says."""
    body = f'<worksheet {MAIN}><dimension ref="A1"/><sheetData>{cells_of}</sheetData></worksheet>'
    if prefix:
        body = (
            body.replace("<c ", "<x:c ").replace("</c>", "</x:c>").replace("<row", "<x:row").replace("</row", "</x:row")
        )
        body = body.replace("<c/>", "<x:c/>").replace(MAIN, f"{MAIN} {MAIN.replace('xmlns', 'xmlns:x')}")
    with pytest.raises(InputError, match="far apart"):
        Pool.read(saved(with_sheet(tmp_path, body), "bad.xlsx"), NOBODY)


def test_bombs_are_refused_unread(tmp_path, saved):
    """A file that unpacks to more than the limit is refused while it is counted."""
    bomb = with_sheet(tmp_path, "<worksheet>" + " " * (30 << 20) + "</worksheet>")
    assert len(bomb) < 1 << 20
    with pytest.raises(InputError, match="unpacks to more"):
        Pool.read(saved(bomb, "bad.xlsx"), NOBODY, limits=Limits(file_bytes=20 << 20))


def test_entities_are_refused(tmp_path, saved):
    """A sheet that declares entities is refused before one is expanded."""
    declared = "".join(f'<!ENTITY e{k + 1} "{f"&e{k};" * 10}">' for k in range(9))
    body = f'<!DOCTYPE w [<!ENTITY e0 "ha">{declared}]><worksheet {MAIN}><sheetData>&e9;</sheetData></worksheet>'
    with pytest.raises(InputError, match="document type"):
        Pool.read(saved(with_sheet(tmp_path, body), "bad.xlsx"), NOBODY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,name\n1,Ann\n",
        b"PK\x03\x04 and nothing more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        zipped({"a.txt": "x"}),
        zipped({"xl/workbook.xml": "<workbook/>", "content.xml": "x"}),
        zipped({"xl/workbook.xml": "<workbook/>", "[Content_Types].xml": "<Types/>"}),
        zipped({"xl/workbook.xml": "<workbook/>", **{f"x{k}": "" for k in range(1001)}}),
    ],
)
def test_no_workbook(saved, content):
    """What is no workbook, is locked, or has too many parts is an InputError."""
    with pytest.raises(InputError):
        Pool.read(saved(content, "bad.xlsx"), NOBODY)


def test_a_truncated_workbook(tmp_path, saved):
    """A workbook cut off anywhere is an InputError."""
    whole = book(tmp_path / "a.xlsx", {"Sheet": [["id"], [1]]}).read_bytes()
    for end in range(10, len(whole), 397):
        with pytest.raises(InputError):
            Pool.read(saved(whole[:end], "bad.xlsx"), NOBODY)


def test_without_the_library(tmp_path, monkeypatch):
    """Without the extra the error names it."""
    path = book(tmp_path / "a.xlsx", {"Sheet": [["id"], [1]]})
    monkeypatch.setattr("mentormatch.people.excel_files.find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match=r"mentor-matching\[excel\]"):
        Pool.read(path, NOBODY)


# --- .json and .parquet ----------------------------------------------------------------------------------------------


def test_json(saved):
    """A list of people, or an object with both lists."""
    people = [{"id": 7, "offers": {"python": 2}, "capacity": [1, 2], "Naam": "Ann"}]
    pool = Pool.read(saved(json.dumps(people), "a.json"), NOBODY)
    assert (pool.mentor_ids, pool.mentor_names, pool.mentor_bounds.tolist()) == (("7",), ("Ann",), [[1, 2]])
    both = saved("\ufeff" + json.dumps({"mentors": people, "mentees": [{"id": 1}, {"id": 2}]}), "b.json")
    assert Pool.read(both).shape == Pool.read(both, both).shape == (2, 1)


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "3", '"x"', "[1,", b"\xff\xfe[", '[{"id": NaN}]', '[{"id": Infinity}]', '[{"id": 1, "id": 2}]',
        '[{"id": ' + "9" * 5000 + "}]", "[" * 100_000, '[{"id":' * 50_000, '{"mentors": []}',
        '{"mentors": 3, "mentees": []}',
        '{"mentors": {"id": 1}, "mentees": []}', "[[1]]", '[{"name": 3, "x": 1}, 7]',
    ],
)  # fmt: skip
def test_json_that_cannot_be_read(saved, content):
    """Each is an InputError, or a row that is rejected; nothing else escapes."""
    path = saved(content, "bad.json")
    caught = pool = None
    try:
        pool = Pool.read(path) if b"mentors" in path.read_bytes() else Pool.read(path, NOBODY)
    except InputError as error:
        caught = error
    if caught is None:
        assert pool.rejects
    else:
        assert caught.__context__ is None


@given(st.text(max_size=60))
def test_any_text_as_json(tmp_path_factory, text):
    """No text makes the reader fail in another way."""
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with suppress(InputError):
        Pool.read(path, NOBODY)


@pytest.mark.parametrize("present", ["pyarrow", "polars"])
def test_parquet(tmp_path, monkeypatch, present):
    """Whichever library is there reads the same people."""
    frame = pl.DataFrame(
        {"id": [1, 2], "Naam": ["Ann", None], "needs": [["python", "sql"], None], "level": [1.5, None]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    monkeypatch.setattr("mentormatch.people.parquet_files.find_spec", lambda name: name == present or None)
    pool = Pool.read(tmp_path / "a.parquet", NOBODY)
    assert pool.mentor_names == ("Ann", "2")
    assert list(pool.mentors[0].needs) == ["python", "sql"]
    with pytest.raises(InputError, match="cells"):
        Pool.read(tmp_path / "a.parquet", NOBODY, limits=Limits(cells=7))
    with pytest.raises(InputError, match="columns"):
        Pool.read(tmp_path / "a.parquet", NOBODY, limits=Limits(columns=3))
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-9])
    with pytest.raises(InputError, match="Parquet"):
        Pool.read(tmp_path / "b.parquet", NOBODY)


def test_parquet_without_a_library(saved, monkeypatch):
    """With neither library the error says what to install."""
    monkeypatch.setattr("mentormatch.people.parquet_files.find_spec", lambda _name: None)
    with pytest.raises(InputError, match="pyarrow or polars"):
        Pool.read(saved(b"PAR1", "a.parquet"), NOBODY)


# --- any file, any frame ---------------------------------------------------------------------------------------------


def test_files_that_are_not_there(tmp_path, saved):
    """A missing file, a folder and an unknown kind are named; the last with the kinds that can be read."""
    with pytest.raises(InputError, match=r"nobody\.csv"):
        Pool.read(tmp_path / "nobody.csv", NOBODY)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=r"folder\.csv"):
        Pool.read(str(tmp_path / "folder.csv"), NOBODY)
    with pytest.raises(InputError, match=r"\.csv, \.xlsx, \.json, \.parquet"):
        Pool.read(saved("x", "people.docx"), NOBODY)
    with pytest.raises(InputError):
        Pool.read("a\0b.csv", NOBODY)


def frames():
    """Return the same people in frames of several libraries."""
    columns = {
        "Personeelsnummer": [1.0, 2.0],
        "naam": ["Ann", None],
        "Niveau": [3, None],
        "when": [dt.date(2026, 1, 2), None],
    }
    polars = pl.DataFrame(columns)
    return {
        "pandas": pd.DataFrame(columns),
        "pandas-nullable": pd.DataFrame(columns).convert_dtypes(),
        "polars": polars,
        "polars-lazy": polars.lazy(),
        "pyarrow": polars.to_arrow(),
    }


@pytest.mark.parametrize("kind", list(frames()))
def test_frames_of_any_library(kind):
    """Every library's frame gives the same people, and the pool knows where it came from."""
    pool = Pool(frames()[kind], NOBODY, mapping={"when": "attributes"})
    assert pool.mentor_ids == ("1", "2")
    assert pool.mentor_names == ("Ann", "2")
    assert [one.level for one in pool.mentors] == [3, None]
    assert pool.mentors[1].attributes == {"when": None}
    assert pool.backend == kind.partition("-")[0]
    assert Pool([], []).backend is None


def test_frames_with_repeated_headings():
    """A pandas frame may repeat a heading; other headings than text are text."""
    frame = pd.DataFrame([[1, "a", "b", 5]], columns=["id", "Wish", "Wish", 2026])
    pool = Pool(frame, NOBODY, mapping={"Wish": "wishes"})
    assert pool.mentors[0].wishes == ("a",)
    assert pool.notes[-1].fields == ("2026",)


def test_frames_are_forgiving_and_their_rows_are_not():
    """A near heading in a frame is a note; a bad cell is a fault with its row."""
    assert Pool(pd.DataFrame({"id": [1], "capcity": [2]}), NOBODY).notes[0].code == "heading_near_field"
    with pytest.raises(InputError) as caught:
        Pool(pl.DataFrame({"id": [1, 2], "capacity": [1, -1]}), NOBODY)
    assert [(one.row, one.id) for one in caught.value.faults] == [(1, "2")]


def test_a_frame_with_roles():
    """One frame for both sides needs no second argument."""
    assert Pool(pl.DataFrame({"id": [1, 2, 3], "Role": ["mentor", "mentee", "both"]})).shape == (2, 2)

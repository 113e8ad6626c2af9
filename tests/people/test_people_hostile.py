"""Files and answers made to harm: refused in a moment, by an error of ours."""

import time
import zipfile

import pytest

from mentormatch.errors import InputError
from mentormatch.people import Limits, Mentee, Mentor, Pool
from mentormatch.people.csv_files import read_csv
from mentormatch.people.values import decomposed, fold
from mentormatch.report.files import csv_text

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
BOOK = (
    f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
FAR = 20_000  # 16,384 columns of so many rows are too many cells for us, and gigabytes for the reader


def workbook(path, sheet, *, twice=False):
    """Write the smallest .xlsx with this XML as its sheet."""
    links = f'<Relationships xmlns="{PACKAGE}/relationships">'
    link = '<Relationship Id="rId1" Type="{}" Target="{}"/></Relationships>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        book.writestr("_rels/.rels", links + link.format(RELATIONS + "/officeDocument", "xl/workbook.xml"))
        book.writestr("xl/workbook.xml", BOOK)
        sheets = links + link.format(RELATIONS + "/worksheet", "worksheets/sheet1.xml")
        book.writestr("xl/_rels/workbook.xml.rels", sheets)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        if twice:
            book.writestr("xl/Worksheets/sheet1.xml", sheet)
    return path


def sheet(*rows):
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def row(number, *cells):
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(place, more=""):
    return f'<c r="{place}" t="str"{more}><v>id</v></c>'


def test_a_workbook_without_any_trick_is_read(tmp_path):
    """The tests below fail for their trick alone: the same file without one is read."""
    path = workbook(tmp_path / "x.xlsx", sheet(row(1, cell("A1")), row(2, cell("A2"))))
    assert Pool.read(path, [{"id": "e"}]).mentor_ids == ("id",)


@pytest.mark.parametrize(
    "cells",
    [
        sheet(row(1, cell("A1")), row(FAR, cell(f"xfd{FAR}"))),
        sheet(row(1, cell("A1")), row(FAR, cell(f"XFD000000{FAR}"))),
        sheet(row(1, cell("A1")), row(FAR, cell(f"XFD{'0' * 40}{FAR}"))),
        sheet(row(1, cell("A1")), row(f"000000{FAR}", "<c><v>1</v></c>", cell("XFD"))),
        sheet(row(1, cell("A1")), row(FAR, cell(f"ZZZZ{FAR}"))),
        sheet(row(1, cell("A1", ' t="str"')), row(FAR, cell(f"XFD{FAR}"))),
        sheet(row(1, cell("A1"), "&nothing;"), row(FAR, cell(f"XFD{FAR}"))),
        sheet(row(1, cell("A1"), "\x01"), row(FAR, cell(f"XFD{FAR}"))),
        "x" + sheet(row(1, cell("A1")), row(FAR, cell(f"XFD{FAR}"))),
        sheet(row(1, cell("A1"))) + sheet(row(FAR, cell(f"XFD{FAR}"))),
        sheet(row(1, cell("A1")), "<!--", row(FAR, cell(f"XFD{FAR}"))),
        b"\xff\xfe" + sheet(row(1, cell("A1"))).encode("utf-16-le"),
        '<?xml version="1.0" encoding="cp037"?>' + sheet(row(1, cell("A1")), row(FAR, cell(f"XFD{FAR}"))),
    ],
)
def test_the_reader_finds_no_cell_that_was_not_measured(tmp_path, cells):
    """Places in small letters or with zeros before them, and XML that is not well-formed: refused, never opened."""
    with pytest.raises(InputError):
        Pool.read(workbook(tmp_path / "x.xlsx", cells), [{"id": "e"}])


def test_a_part_that_is_there_twice_is_refused(tmp_path):
    """Two parts of one name could be one for us and the other for the reader."""
    with pytest.raises(InputError, match="twice"):
        Pool.read(workbook(tmp_path / "x.xlsx", sheet(row(1, cell("A1"))), twice=True), [{"id": "e"}])


@pytest.mark.parametrize("part", ["<" + "a" * (40 << 20) + "/>", '<a b="' + ">" * (40 << 20) + '"/>'])
def test_a_tag_without_end_takes_no_time(tmp_path, part):
    """A parser begins such a tag anew with every piece; the part is left out instead."""
    path = workbook(tmp_path / "x.xlsx", sheet(row(1, cell("A1")), row(2, cell("A2"))))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/x.xml", part)
    start = time.perf_counter()
    assert Pool.read(path, [{"id": "e"}]).shape == (1, 1)
    assert time.perf_counter() - start < 5


def test_long_texts_and_large_sheets_are_no_such_tag(tmp_path):
    """Text comes in pieces, and a sheet of some megabytes is many short tags."""
    cells = [row(k, f'<c r="A{k}" t="str"><v>{k:06d}{"x" * 190}</v></c>') for k in range(1, 20_000)]
    path = workbook(tmp_path / "x.xlsx", sheet(row(1, cell("A1")), *cells[1:]))
    assert Pool.read(path, [{"id": "e"}]).shape == (1, 19_998)


def test_only_what_was_measured_reaches_the_reader(tmp_path):
    """Pictures and other parts that are no XML do not keep a workbook from being read."""
    path = workbook(tmp_path / "x.xlsx", sheet(row(1, cell("A1")), row(2, cell("A2"))))
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/media/image1.png", bytes(range(256)))
        book.writestr("xl/drawings/vmlDrawing1.vml", "<xml><br></xml>")
    assert Pool.read(path, [{"id": "e"}]).shape == (1, 1)


def test_blank_lines_before_the_headings_take_no_time(tmp_path):
    """A million empty lines and then a table: read in seconds, not in hours."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"\n" * 1_000_000 + b"id\na\n")
    start = time.perf_counter()
    assert Pool.read(path, [{"id": "e"}]).mentor_ids == ("a",)
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"id\n" + b"\n" * 5000, "cells"), (b"id,name\n" + b"," * 5000, "columns"), (b"," * 5000, "columns")],
)
def test_a_csv_is_counted_while_it_is_read(tmp_path, content, told):
    """Too many lines or columns are refused as soon as they are seen, before they fill the memory."""
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told):
        read_csv(path, Limits(cells=4000))


def test_lines_end_as_spreadsheets_end_them(tmp_path):
    """CR, LF and both end a line; other line separators, and all of them between quotes, belong to the cell."""
    path = tmp_path / "x.csv"
    path.write_bytes('id,name\ra,"x\r\ny"\nb,\u2028z\x0bq\r\nc,"1\r2"'.encode())
    pool = Pool.read(path, [{"id": "e"}])
    assert pool.mentor_names == ("x\r\ny", "z\x0bq", "1\r2")


@pytest.mark.parametrize("name", ["=1+1", "'=1+1", "''-x", "@x", "＝1", "'quoted'"])
def test_a_name_comes_back_from_our_own_csv(tmp_path, name):
    """What was written with an apostrophe before it is read without, however many it had."""
    path = tmp_path / "x.csv"
    path.write_text(csv_text(["id", "name"], [["a", name]]), "utf-8")
    assert Pool.read(path, [{"id": "e"}]).mentor_names == (name,)


@pytest.mark.parametrize("marks", ["\u0315\u0301", "\u0301\uff9e", "\u0591\u0315"])
def test_heaps_of_accents_take_no_time(marks):
    """Putting accents in order takes the square of how many there are; more than 30 in a row are not looked at."""
    start = time.perf_counter()
    fold("a" + marks * 200_000)
    assert time.perf_counter() - start < 5


def test_ordinary_accents_are_taken_off():
    """Names as people have them, in whichever form, have one key."""
    assert fold("José Núñez") == fold("Jose\u0301 Nu\u0301n\u0303ez") == "jose nunez"
    assert decomposed("é") == "e\u0301"


@pytest.mark.parametrize("told", ["needs", "Needs", " needs", "behoeften", "need"])
def test_private_is_understood_as_a_heading_is(told):
    """Who writes "Needs", or the Dutch word, among their private fields means the field."""
    pool = Pool([{"id": "m"}], [{"id": "e", "private": [told]}])
    assert "needs" in pool.private_fields("mentees")[0]


@pytest.mark.parametrize("kind", [Mentor, Mentee])
def test_what_is_kept_for_the_audit_does_not_show(kind):
    """Neither the variables of a person nor the person as a dict print it."""
    person = kind(id="x", audit_attributes={"origin": "Quibbledash"})
    assert "Quibbledash" not in repr(vars(person)) + repr(dict(person)) + f"{person.audit_attributes}"
    assert person.audit_attributes == {"origin": "Quibbledash"}


def test_a_note_on_rejects_does_not_name_what_was_told_in_confidence():
    """Notes travel with the matching: that it was a veto that could not be read stands in the rejects alone."""
    pool = Pool.read([{"id": "m", "vetoes": {"x": 1}, "capacity": "plenty"}, {"id": "n"}], [{"id": "e"}])
    (note,) = (note for note in pool.notes if note.code == "rows_rejected")
    assert note.fields == ("capacity",)
    assert {fault.loc[-1] for fault in pool.rejects[0].faults} == {"vetoes", "capacity"}


def test_a_parquet_file_is_counted_while_it_unpacks(tmp_path):
    """One long text that stands in every row takes no room in the file; it is refused before it fills the memory."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    bios = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["x" * 10_000]))
    pq.write_table(pa.table({"id": [str(k) for k in range(10_000)], "bio": bios}), path := tmp_path / "x.parquet")
    assert path.stat().st_size < 200_000
    with pytest.raises(InputError, match="unpacks"):
        Pool.read(path, [{"id": "e"}], limits=Limits(file_bytes=1 << 20))
    pq.write_table(pa.table({"id": ["a"], "needs": [["x"] * 5000]}), path)
    with pytest.raises(InputError, match="cells"):
        Pool.read(path, [{"id": "e"}], limits=Limits(cells=4000))
    assert Pool.read(path, [{"id": "e"}]).shape == (1, 1)

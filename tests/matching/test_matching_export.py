import csv
import dataclasses
import importlib.util
import io
import stat

import pytest

from mentormatch.errors import InputError, MissingExtra
from mentormatch.matching import Matching, Pair, Part, export
from mentormatch.people.notes import Note
from mentormatch.report import files

COLUMNS = [
    "mentee",
    "mentee_name",
    "mentor",
    "mentor_name",
    "score",
    "evidence",
    "for_mentee",
    "for_mentor",
    "goals",
    "needs_offers",
    "by_table",
]
DANGEROUS = ["=1+1", "+31 6", "-x", "@sum", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "'=1"]


def only(monkeypatch, *installed):
    """Make it look as if only some of the dataframe libraries were installed."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        export, "find_spec", lambda name: real(name) if name not in export.BACKENDS or name in installed else None
    )


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_frame_in_any_library(programme, backend):
    """A row per pair, a column per criterion, what is unknown missing, in the library asked for."""
    import narwhals as nw

    native = programme.to_frame(backend)
    assert type(native).__module__.startswith(backend)
    frame = nw.from_native(native, eager_only=True)
    assert frame.columns == COLUMNS
    assert frame["mentor"].to_list() == ["m2", "m1", "m2"]
    assert frame["needs_offers"].to_list()[:2] == [1.0, 0.5]
    assert frame["goals"].is_null().sum() + frame["goals"].is_nan().sum() >= 3
    assert frame["mentee_name"].to_list() == ["Ann Yılmaz", "Ann Yılmaz", "Bo Smit"]


def test_a_frame_without_names(programme):
    """names=False leaves the ids alone."""
    assert not {"mentee_name", "mentor_name"} & set(programme.to_frame("pandas", names=False).columns)


def test_the_input_s_library_comes_first(programme, monkeypatch):
    """Without a backend the frame is the input's, else the first that is installed."""
    given = dataclasses.replace(programme, frame_backend="polars")
    assert type(given.to_frame()).__module__.startswith("polars")
    assert type(programme.to_frame()).__module__.startswith("pandas")
    only(monkeypatch, "pyarrow")
    assert type(given.to_frame()).__module__.startswith("pyarrow")


def test_no_library_is_an_error_that_says_what_to_install(programme, monkeypatch):
    """With none of the three installed, or the one asked for missing, the error tells the cure."""
    only(monkeypatch)
    with pytest.raises(InputError, match="pip install"):
        programme.to_frame()
    with pytest.raises(InputError, match="pip install polars"):
        programme.to_frame("polars")
    with pytest.raises(InputError, match="pandas, polars, pyarrow"):
        programme.to_frame("excel")


def test_an_empty_matching_gives_an_empty_frame():
    """No pairs: no rows, and still every column of a pair."""
    frame = Matching(pairs=(), mentees=(), mentors=()).to_frame("polars")
    assert frame.shape == (0, 8)


def test_whole_ids_come_back_as_numbers():
    """Ids that came as whole numbers are numbers again, unless one would change; "text" leaves them text."""
    matching = Matching(
        pairs=(Pair("7", "012", 1.0), Pair("-8", "3", 1.0)),
        mentees=(("7", "Ann"), ("-8", "Bo")),
        mentors=(("012", "Mia"), ("3", "Ned")),
        whole_ids=(True, True),
    )
    frame = matching.to_frame("polars")
    assert frame["mentee"].to_list() == [7, -8]
    assert frame["mentor"].to_list() == ["012", "3"]
    assert matching.to_frame("polars", ids="text")["mentee"].to_list() == ["7", "-8"]
    with pytest.raises(InputError, match="as_given"):
        matching.to_frame("polars", ids="numbers")


def test_a_criterion_cannot_take_a_column_s_place():
    """Criteria called like a column stand beside it under another heading."""
    matching = Matching(
        pairs=(Pair("a", "m", 0.5, parts=(Part("score", 0.5, 1.0, 0.5), Part("mentor", 0.5, 0.0, 0.0))),),
        mentees=(("a", "Ann"),),
        mentors=(("m", "Mia"),),
    )
    frame = matching.to_frame("polars")
    assert frame["score"].to_list() == [0.5]
    assert frame["criterion_score"].to_list() == [1.0]
    assert frame["criterion_mentor"].to_list() == [0.0]


def test_the_graph_keeps_two_people_with_one_id_apart():
    """In the graph a mentee "0" and a mentor "0" are two nodes with an edge between them."""
    matching = Matching(pairs=(Pair("0", "0", 0.5),), mentees=(("0", "Ann"),), mentors=(("0", "Mia"), ("1", "Ned")))
    graph = matching.to_networkx()
    assert graph.number_of_nodes() == 3
    assert list(graph.edges(data="score")) == [(("mentee", "0"), ("mentor", "0"), 0.5)]
    assert graph.nodes["mentor", "1"] == {"bipartite": 1, "id": "1", "name": "Ned"}


def test_csv_has_a_line_per_pair(programme, tmp_path):
    """A .csv has a line per pair with ids, names, numbers and the reasons in words."""
    programme.write(tmp_path / "pairs.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "pairs.csv").read_text("utf-8"))))
    assert [(row["mentee"], row["mentor"], float(row["score"])) for row in rows] == [
        ("a1", "m2", 0.875),
        ("a1", "m1", 0.5),
        ("a2", "m2", 0.25),
    ]
    assert rows[0]["reasons"] == "needed and offered: public speaking"
    assert rows[0]["goals"] == ""
    programme.write(tmp_path / "paren.csv", language="nl")
    assert "gevraagd en aangeboden: public speaking" in (tmp_path / "paren.csv").read_text("utf-8")


@pytest.mark.parametrize("name", DANGEROUS)
def test_no_cell_is_a_formula(tmp_path, name):
    """A name that a spreadsheet would take for a formula gets an apostrophe in .csv and stays text in .xlsx."""
    openpyxl = pytest.importorskip("openpyxl")
    matching = Matching(
        pairs=(Pair("a", "m", 0.5, parts=(Part(name, 1.0, 0.5, 0.5, (name,)),)),),
        mentees=(("a", name),),
        mentors=(("m", name),),
        notes=(Note("x", name),),
    )
    matching.write(tmp_path / "x.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "x.csv").read_bytes().decode(), newline="")))
    assert rows[1][1] == rows[1][3] == f"'{name}"
    assert not any(cell[:1] in set("=+-@\t\r\n＝＋－＠") for row in rows for cell in row)
    matching.write(tmp_path / "x.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.hyperlink is None for cell in cells)


def test_xlsx_has_numbers_text_and_frozen_headings(programme, tmp_path):
    """An .xlsx has a sheet of pairs, one of the unmatched, one of loads and one of notes; numbers are numbers."""
    openpyxl = pytest.importorskip("openpyxl")
    programme.write(tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Pairs", "Without a partner", "Load per mentor", "Notes"]
    assert [sheet.freeze_panes for sheet in book] == ["A2"] * 4
    assert book["Pairs"]["E2"].value == 0.875
    assert [cell.value for cell in book["Load per mentor"][3]] == ["m2", "Ned de Boer", 2, "Ann Yılmaz, Bo Smit (a2)"]
    assert "not placed" in book["Without a partner"]["D2"].value


def test_xlsx_without_its_extra_names_it(programme, tmp_path, monkeypatch):
    """Without xlsxwriter the error names the extra, and nothing is written."""
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match="excel"):
        programme.write(tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("installed", ["pyarrow", "polars"])
def test_parquet_by_whatever_is_there(programme, tmp_path, monkeypatch, installed):
    """A .parquet file holds the frame's columns, written by pyarrow or else polars."""
    import polars as pl

    only(monkeypatch, installed)
    programme.write(tmp_path / "x.parquet")
    assert pl.read_parquet(tmp_path / "x.parquet").columns == COLUMNS


def test_parquet_without_a_library_names_one(programme, tmp_path, monkeypatch):
    """Without a library that writes .parquet the error says what to install."""
    only(monkeypatch, "pandas")
    with pytest.raises(InputError, match="pip install pyarrow"):
        programme.write(tmp_path / "x.parquet")


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "parquet", "html"])
def test_half_characters_do_not_stop_a_file(tmp_path, suffix):
    """A name with half a character in it, which no encoding takes, is written with a stand-in."""
    matching = Matching(pairs=(Pair("a", "m", 0.5),), mentees=(("a", "Ann\ud800"),), mentors=(("m", "Mia"),))
    matching.write(tmp_path / f"x.{suffix}")
    assert (tmp_path / f"x.{suffix}").stat().st_size > 0


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "parquet", "html"])
def test_the_same_matching_gives_the_same_file(programme, tmp_path, suffix):
    """Writing twice gives the same bytes, readable by the owner alone, with nothing left beside them."""
    for name in ("one", "two"):
        programme.write(str(tmp_path / f"{name}.{suffix.upper()}"))
    one, two = sorted(tmp_path.iterdir())
    assert one.read_bytes() == two.read_bytes()
    assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_json_files_read_back(programme, tmp_path):
    """A written .json reads back as the same matching."""
    programme.write(tmp_path / "x.json")
    assert Matching.from_json((tmp_path / "x.json").read_bytes()) == programme


@pytest.mark.parametrize("path", ["x", "x.doc", "x.html.exe", ".csv"])
def test_an_unknown_suffix_lists_the_known(programme, tmp_path, path):
    """A suffix that is not known is an error with all that are."""
    with pytest.raises(InputError, match=r"\.csv, \.xlsx, \.json, \.parquet, \.html"):
        programme.write(tmp_path / path)


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "parquet", "html"])
def test_a_missing_folder_is_named(programme, tmp_path, suffix):
    """A folder that does not exist is an error that names it."""
    with pytest.raises(InputError, match="nowhere"):
        programme.write(tmp_path / "nowhere" / f"x.{suffix}")


def test_the_writers_are_those_of_the_documentation():
    """Every suffix that write() promises has a writer, and no other."""
    promised = Matching.write.__doc__ or ""
    assert all(suffix in promised for suffix in export.WRITERS)
    assert len(export.WRITERS) == 5
    assert files.suffix_of("x.CSV", tuple(export.WRITERS)) == ".csv"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json", ".parquet", ".html"])
def test_half_a_character_in_a_criterion_is_no_obstacle(tmp_path, suffix):
    """A criterion's name from outside may hold half a character, which no file takes: it is written as a mark."""
    part = Part("fit \ud800", 1.0, 0.5, 0.5, ("\ud800",))
    made = Matching(pairs=(Pair("e", "m", 0.5, parts=(part,)),), mentees=(("e", "\ud800"),), mentors=(("m", "M"),))
    made.write(tmp_path / f"x{suffix}")
    assert (tmp_path / f"x{suffix}").stat().st_size
    assert "fit ?" in made.to_frame().columns

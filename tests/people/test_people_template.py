"""The empty sheet."""

import csv

import pytest
from openpyxl import load_workbook

from mentormatch.errors import InputError, MissingExtra
from mentormatch.people import Pool, write_template
from mentormatch.people.fields import fields_of


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("side", ["mentees", "mentors"])
def test_an_empty_sheet_is_an_empty_pool(tmp_path, suffix, language, side):
    """Read back, every heading is recognised and nobody is in it."""
    path = write_template(tmp_path / f"a{suffix}", side, language)
    pool = Pool.read(path, [{"id": "e"}]) if side == "mentors" else Pool.read([{"id": "m"}], path)
    assert pool.shape == ((1, 0) if side == "mentors" else (0, 1))
    assert set(pool.mapping.values()) == {field.name for field in fields_of(side) if field.sheet}
    assert (pool.notes, pool.rejects) == ((), ())


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_one_file_for_both_sides(tmp_path, suffix, language):
    """One file for both is read without a second."""
    pool = Pool.read(write_template(tmp_path / f"a{suffix}", "both", language))
    assert (pool.shape, pool.notes) == ((0, 0), ())


def test_a_filled_sheet_is_read(tmp_path):
    """People below the explanations are read, in .csv and in .xlsx."""
    path = write_template(tmp_path / "a.csv", "mentors", "nl")
    with path.open(encoding="utf-8-sig", newline="") as file:
        headings, explanations = csv.reader(file, delimiter=";")
    assert len(headings) == len(explanations)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerow(["007", "Ann", *[""] * (len(headings) - 3), "ja"])
    pool = Pool.read(path, [])
    assert (pool.mentor_ids, pool.mentors[0].trained, pool.rejects) == (("007",), True, ())

    path = write_template(tmp_path / "a.xlsx", "mentors")
    book = load_workbook(path)
    assert book.sheetnames == ["mentors", "Explanation"]
    book["mentors"].append(["007", "Ann"])
    book.save(path)
    assert Pool.read(path, []).mentor_names == ("Ann",)


def test_the_explanations_of_a_workbook(tmp_path):
    """Every heading has a line of explanation on a sheet of its own."""
    book = load_workbook(write_template(tmp_path / "a.xlsx", "both", "nl"))
    lines = list(book["Uitleg"].values)
    assert all(all(line) for line in lines)
    assert {line[0] for line in lines} >= set(next(book["mentees"].values))


def test_a_template_replaces_and_leaves_nothing_behind(tmp_path):
    """A file that is there is replaced, and no temporary file stays."""
    path = tmp_path / "a.csv"
    path.write_text("old")
    write_template(path)
    write_template(path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("name", "side", "language", "message"),
    [
        ("a.txt", "mentees", "en", "csv"),
        ("a.csv", "coaches", "en", "mentees, mentors and both"),
        ("a.csv", "mentees", "fr", "en and nl"),
        ("missing/a.csv", "mentees", "en", "cannot be written"),
    ],
)
def test_templates_that_cannot_be_made(tmp_path, name, side, language, message):
    """Each is an InputError that says what can be."""
    with pytest.raises(InputError, match=message):
        write_template(tmp_path / name, side, language)


def test_without_the_library(tmp_path, monkeypatch):
    """Without the extra the error names it."""
    monkeypatch.setattr("mentormatch.people.template.find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match="excel"):
        write_template(tmp_path / "a.xlsx")

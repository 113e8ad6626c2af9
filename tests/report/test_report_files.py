import os
import re
import signal
import stat
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.report.files import (
    MAX_SHEET_ROWS,
    csv_text,
    replacing,
    safe_cell,
    suffix_of,
    write_bytes,
    write_text,
    write_xlsx,
)


def test_a_file_is_replaced_in_one_step(tmp_path):
    """While the new file is being written the old one stands whole; then the new one does, alone in its folder."""
    path = tmp_path / "x.txt"
    path.write_text("old")
    with replacing(path) as file:
        file.write(b"ne")
        assert path.read_text() == "old"
        file.write(b"w")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError, OSError])
def test_nothing_is_half_written(tmp_path, stop):
    """Stopped halfway, by Ctrl-C or an error, the old file is whole and nothing is left beside it."""
    path = tmp_path / "x.txt"
    path.write_text("old")

    def stopped_halfway():
        with replacing(path) as file:
            file.write(b"half")
            raise stop

    with pytest.raises(InputError if stop is OSError else stop):
        stopped_halfway()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_owner_may_read(tmp_path):
    """The file is for its owner alone, also while it is written and whatever the old one allowed."""
    path = tmp_path / "x.txt"
    path.write_text("old")
    path.chmod(0o666)
    with replacing(path):
        (new,) = set(tmp_path.iterdir()) - {path}
        assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_is_replaced_not_followed(tmp_path):
    """Where a link stands the file takes its place; what the link led to is untouched."""
    elsewhere, path = tmp_path / "elsewhere.txt", tmp_path / "x.txt"
    elsewhere.write_text("mine")
    path.symlink_to(elsewhere)
    write_text(path, "new")
    assert elsewhere.read_text() == "mine"
    assert not path.is_symlink()
    assert path.read_text() == "new"


@pytest.mark.parametrize("path", ["", ".", "..", "/", "no/such/folder/x.txt", "a\0b", "\ud800.csv", 3, None, b"x.txt"])
def test_a_bad_path_is_an_input_error(tmp_path, monkeypatch, path):
    """Whatever cannot be a file to write is an InputError, chained to nothing."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        write_bytes(path, b"x")
    assert caught.value.__context__ is None
    assert list(tmp_path.iterdir()) == []


def test_devices_are_not_replaced(tmp_path):
    """What is there and no ordinary file, a pipe or a device, is refused and stays."""
    os.mkfifo(tmp_path / "x.txt")
    with pytest.raises(InputError, match="ordinary file"):
        write_bytes(tmp_path / "x.txt", b"x")
    assert stat.S_ISFIFO((tmp_path / "x.txt").stat().st_mode)


def test_a_name_too_long_is_an_input_error(tmp_path):
    """What the system refuses is told in its own words."""
    with pytest.raises(InputError, match="cannot be written"):
        write_bytes(tmp_path / ("x" * 300), b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_suffix_is_known_or_told():
    """A suffix counts whatever its case; an unknown one is an error with the known."""
    assert suffix_of("a/b.HTML", (".html",)) == ".html"
    for path in ("a.doc", "a", 3):
        with pytest.raises(InputError):
            suffix_of(path, (".html",))


@given(st.text())
def test_the_first_letter_of_a_cell_is_never_a_formula_s(text):
    """Whatever the text, its cell does not begin as a formula; one apostrophe taken off, it is the text again."""
    cell = safe_cell(text)
    assert cell[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert cell in {text, f"'{text}"} or set(text) & set(";\t\r\n")


@given(st.text(st.sampled_from(";\t\n\r=+-@＝ '\"ax")))
def test_no_cell_begins_as_a_formula_where_a_semicolon_parts_cells(text):
    """Spreadsheets in Dutch part cells at ; whatever the quotes, not at commas: no further part begins as a formula."""
    for part in re.split("[;\t\r\n]", safe_cell(text))[1:]:
        assert not re.match('[ "]{0,8}[=+@＝-]', part)


def test_a_formula_behind_a_semicolon_is_text():
    """The name that an attacker would choose becomes text in either kind of spreadsheet."""
    assert safe_cell("Ann;=1+1;") == "Ann;'=1+1;"
    assert safe_cell("Ann\n=1+1") == "Ann\n'=1+1"
    assert safe_cell("budgeting; public speaking") == "budgeting; public speaking"


def test_heaps_of_separators_take_no_time():
    """The search for formulas is linear in the text."""
    start = time.perf_counter()
    safe_cell(";" * 500_000 + '\n "' * 200_000)
    assert time.perf_counter() - start < 5


def test_more_lines_than_a_sheet_holds_are_refused(tmp_path):
    """What does not fit a sheet is never left out in silence."""
    rows = range(MAX_SHEET_ROWS)  # only counted: refused before any is looked at
    with pytest.raises(InputError, match="lines"):
        write_xlsx(tmp_path / "x.xlsx", [("pairs", ["a"], rows)])
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_the_old_file_whole(tmp_path):
    """Killed while it writes, even by a signal that cannot be caught, a process leaves no half file."""
    path = tmp_path / "x.csv"
    path.write_text("old")
    program = (
        "import os, signal, sys\n"
        "from mentormatch.report.files import replacing\n"
        "with replacing(sys.argv[1]) as file:\n"
        "    file.write(b'half')\n"
        "    file.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_numbers_stay_numbers():
    """Only text is made harmless; nothing is an empty cell."""
    assert [safe_cell(value) for value in (-1, -1.5, 0, None, "")] == [-1, -1.5, 0, "", ""]
    assert csv_text(["a", "-b"], [[-1, "x,y"], [None, '"']]) == 'a,\'-b\r\n-1,"x,y"\r\n,""""\r\n'

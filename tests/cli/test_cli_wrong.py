import csv
import subprocess
import sys

import pytest

import mentormatch as mm
from mentormatch.cli import match


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("mentors.csv", "nowhere.csv"), "nowhere.csv"),
        (("mentors.csv", "mentees.csv", "--config", "no.toml"), "no.toml"),
        (("mentors.csv", "mentees.csv", "--tensions", "no.csv"), "no.csv"),
        (("mentors.csv", "mentees.csv", "--out", "no/pairs.csv"), "no"),
        (("mentors.csv", "mentees.csv", "--out", "pairs.doc"), "pairs.doc"),
        (("mentors.csv", "mentees.csv", "--report", "report.pdf"), "report.pdf"),
        (("mentors.csv", "mentees.csv", "--map", "Heading"), "--map"),
        (("mentors.csv", "mentees.csv", "--map", "Nowhere=needs"), "Nowhere"),
        (("mentors.csv", "mentees.csv", "--on", "tomorrow"), "--on"),
        (("mentors.csv", "mentees.csv", "--language", "fr"), "fr"),
        (("mentors.csv", "mentees.csv", "--colour"), "--colour"),
    ],
)
def test_a_wrong_call_is_told(terminal, tables, arguments, named):
    """What is wrong with the call is named on stderr, with exit code 2 and nothing on stdout."""
    done = terminal("match", *arguments)
    assert done.code == 2
    assert named in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


def test_every_missing_file_is_told_at_once(terminal, tables):
    """Two files that are not there give one message that names both."""
    done = terminal("match", "one.csv", "two.csv")
    assert "one.csv" in done.err
    assert "two.csv" in done.err


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ('[[constraints]]\nrule = "levelgap"\n', "level_gap"),
        ("scorers = {needs_offer = 1}\n", "needs_offers"),
        ("objectives = ['total']\n", "objective"),
        ("objective = ['coverage'\n", "rules.toml"),
    ],
)
def test_wrong_settings_are_told(terminal, tables, settings, named):
    """An unknown rule, scorer or setting is told with what would be right."""
    (tables / "rules.toml").write_text(settings, "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--config", "rules.toml")
    assert done.code == 2
    assert named in done.err
    assert "Traceback" not in done.err


def test_clashing_locks_give_exit_code_1(terminal, tables):
    """Locks that cannot all be kept are no result: exit code 1 and the people's ids."""
    lock = '[[locks]]\nmentee = "{}"\nmentor = "m1"\n'
    (tables / "rules.toml").write_text(lock.format("a1") + lock.format("a2"), "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--config", "rules.toml")
    assert done.code == 1
    assert "m1" in done.err


@pytest.fixture
def bad_rows(tables):
    (tables / "mentors.csv").write_text("ID,Capacity\nm1,1\nm2,plenty\n=m3,-1\n", "utf-8")
    return tables


def test_rejected_rows_stop_the_run(terminal, bad_rows):
    """A row that cannot be read gives exit code 3, with row and field and never the value."""
    done = terminal("match", "mentors.csv", "mentees.csv", "--out", "pairs.csv")
    assert done.code == 3
    assert "capacity" in done.err
    assert "plenty" not in done.err
    assert "--skip-rejects" in done.err
    assert not (bad_rows / "pairs.csv").exists()


def test_rejected_rows_go_to_a_file(terminal, bad_rows):
    """--rejects writes a line per fault that no spreadsheet takes for a formula."""
    terminal("match", "mentors.csv", "mentees.csv", "--rejects", "rejects.csv")
    with (bad_rows / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["side"], row["row"], row["field"]) for row in rows] == [
        ("mentors", "2", "capacity"),
        ("mentors", "3", "capacity"),
    ]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_rejected_rows_can_be_skipped(terminal, bad_rows):
    """With --skip-rejects the others are matched and the number left out is noted."""
    done = terminal("match", "mentors.csv", "mentees.csv", "--rejects", "rejects.csv", "--skip-rejects")
    assert done.code == 0
    assert "m1" in done.out
    assert "m2" not in done.out
    assert "note:" in done.err


def test_no_rejects_leave_no_old_file(terminal, tables):
    """A run without rejected rows replaces the rejects of an earlier one by an empty table."""
    (tables / "rejects.csv").write_text("old", "utf-8")
    terminal("match", "mentors.csv", "mentees.csv", "--rejects", "rejects.csv")
    assert (tables / "rejects.csv").read_text("utf-8-sig").splitlines() == ["side,row,id,field,fault"]


def test_nothing_to_go_by_is_noted_once(terminal, tables):
    """Where nobody answered anything this is a note on the screen, not a warning of Python as well."""
    (tables / "mentors.csv").write_text("id\nm1\n", "utf-8")
    (tables / "mentees.csv").write_text("id\na1\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert done.code == 0
    assert "note:" in done.err
    assert "Warning" not in done.err


def test_nobody_matched_is_told(terminal, tables):
    """A run in which nobody may be matched is a result: exit code 0 and everybody listed."""
    (tables / "rules.toml").write_text("min_score = 1.0\nscorers = {goals = 1, needs_offers = 1}\n", "utf-8")
    (tables / "mentees.csv").write_text("id,naam,needs\na1,Ann,singing\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--config", "rules.toml")
    assert done.code == 0, done.err
    assert "Mentees with a mentor: 0 of 1" in done.out
    assert "Without a mentor:" in done.out


def test_names_cannot_move_the_cursor(terminal, tables):
    """Control and direction marks in a name do not reach the terminal."""
    (tables / "mentees.csv").write_text("id,naam\na1,Ann\x1b[2J\u202eWit\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert "Ann" in done.out
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out + done.err


def test_a_stop_leaves_nothing_half_written(terminal, tables, monkeypatch):
    """Ctrl-C during the solve ends with code 130 and no new file."""

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(mm, "match", stopped)
    before = sorted(tables.iterdir())
    done = terminal("match", "mentors.csv", "mentees.csv", "--out", "pairs.csv", "--report", "report.html")
    assert done.code == 130
    assert sorted(tables.iterdir()) == before


def test_a_defect_shows_no_values(terminal, tables, monkeypatch):
    """An error that nobody foresaw is told by kind and place, without its message and without a traceback."""

    def broken(*_, **__):
        raise RuntimeError("a2 avoids m1")

    monkeypatch.setattr(match.mm, "match", broken)
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert done.code == 1
    assert "RuntimeError" in done.err
    assert "avoids" not in done.err
    assert "Traceback" not in done.err


def test_without_the_extra_one_line_tells_what_to_install():
    """Where typer is not installed, the command names the extra that brings it."""
    code = "import sys; sys.modules['typer'] = None; from mentormatch.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        'error: The command line needs the extra "cli": pip install "mentor-matching[cli]"'
    ]


def test_a_reader_that_leaves_is_no_error(tables):
    """`mentormatch match … | head -0` ends without a traceback."""
    call = "from mentormatch.cli import main; raise SystemExit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", call, "match", "mentors.csv", "mentees.csv"],
        cwd=tables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        err = process.stderr.read()
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


INTERRUPTED = """
import os, signal, sys, threading
import mentormatch as mm
from mentormatch.cli import main

match, delay = mm.match, float(sys.argv.pop())

def interrupted(*people, **how):
    threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()
    return match(*people, **how)

mm.match = interrupted
sys.exit(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.05, 0.4])
def test_a_real_signal_stops_a_real_solve(tables, delay):
    """SIGINT in the middle of a large match ends the process with code 130 and without a new file."""
    for side, field in (("mentors", "offers"), ("mentees", "needs")):
        rows = "".join(f"{side}{k},topic {k % 37}; topic {k % 41}\n" for k in range(3000))
        (tables / f"{side}.csv").write_text(f"id,{field}\n{rows}", "utf-8")
    before = sorted(tables.iterdir())
    call = [sys.executable, "-c", INTERRUPTED, "match", "mentors.csv", "mentees.csv", "--out", "pairs.csv", str(delay)]
    done = subprocess.run(call, cwd=tables, capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tables.iterdir()) == before


def test_a_rejected_row_is_told_by_its_heading(terminal, tables):
    """The field that is wrong is also told by the heading that stands over it in the table."""
    (tables / "mentors.csv").write_text("Personeelsnummer;Aantal mentees\n0012;veel\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert 'mentors capacity ("Aantal mentees") row 1 (0012): ' in done.err


@pytest.mark.parametrize(
    "more",
    [
        ("--out", "mentors.csv"),
        ("--rejects", "./mentees.csv"),
        ("--out", "tensions.csv", "--tensions", "tensions.csv"),
        ("--out", "one.html", "--report", "one.html"),
    ],
)
def test_no_file_is_written_over_another(terminal, tables, more):
    """An output that is an input too, or another output, is refused before anything is read or written."""
    (tables / "tensions.csv").write_text("person a,person b\na1,m1\n", "utf-8")
    before = {path.name: path.read_bytes() for path in tables.iterdir()}
    done = terminal("match", "mentors.csv", "mentees.csv", *more)
    assert (done.code, done.out) == (2, "")
    assert "write to another file" in done.err
    assert {path.name: path.read_bytes() for path in tables.iterdir()} == before


def test_a_template_does_not_replace_a_sheet(terminal, tables):
    """A sheet that is there, perhaps filled in, stays unless --overwrite is given."""
    before = (tables / "mentees.csv").read_bytes()
    done = terminal("template", "mentees.csv")
    assert done.code == 2
    assert "--overwrite" in done.err
    assert (tables / "mentees.csv").read_bytes() == before
    assert terminal("template", "mentees.csv", "--overwrite").code == 0
    assert (tables / "mentees.csv").read_bytes() != before


def test_a_file_of_tensions_is_named_once(terminal, tables):
    """An error about the file of tensions as a whole does not repeat the file's name."""
    (tables / "tensions.csv").write_text("persons,why\na1,m1\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--tensions", "tensions.csv")
    assert done.code == 2
    assert done.err.count("tensions.csv") == 1


def test_a_side_without_anybody_is_noted(terminal, tables):
    """A sheet that nobody filled in gives a note that says so."""
    (tables / "mentors.csv").write_text("id,name\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert "note: there are no mentors in the table" in done.err

import pytest

CANARY = "CANARY"


@pytest.fixture
def told_in_confidence(tables):
    """Tables in which vetoes and tensions name somebody who is not there."""
    (tables / "mentees.csv").write_text(
        f"id,naam,needs,vetoes\na1,Ann,budgeting,{CANARY}-veto\na2,Bo,planning,m1\n", "utf-8"
    )
    (tables / "tensions.csv").write_text(f"a,b\na1,{CANARY}-tension\na2,m1\n", "utf-8")
    return tables


def test_nothing_told_in_confidence_is_printed_or_written(terminal, told_in_confidence):
    """Names in vetoes and tensions are in no line of the screen and in no file."""
    call = ("match", "mentors.csv", "mentees.csv", "--tensions", "tensions.csv", "--rejects", "rejects.csv")
    files = ("pairs.csv", "pairs.json", "report.html")
    for name in files[:2]:
        done = terminal(*call, "--map", "vetoes=vetoes", "--out", name, "--report", "report.html")
        assert done.code == 0, done.err
        assert CANARY not in done.out + done.err
    for name in (*files, "rejects.csv"):
        assert CANARY not in (told_in_confidence / name).read_text("utf-8-sig")


def test_a_broken_file_of_tensions_names_rows_only(terminal, told_in_confidence):
    """A fault in the file of tensions is told with the file and the row, never with a name."""
    (told_in_confidence / "tensions.csv").write_text(f"a,b,expires\n{CANARY},,\n{CANARY},m1,soon\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--tensions", "tensions.csv")
    assert done.code == 2
    assert "tensions.csv" in done.err
    assert CANARY not in done.err


def test_a_file_of_tensions_without_headings_is_not_repeated(terminal, told_in_confidence):
    """Where headings are missing the first line is people, so the message does not show it."""
    (told_in_confidence / "tensions.csv").write_text(f"{CANARY}-one,{CANARY}-two\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--tensions", "tensions.csv")
    assert done.code == 2
    assert CANARY not in done.err

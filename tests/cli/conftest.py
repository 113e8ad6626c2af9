"""The command line as a user types it, in this process."""

from dataclasses import dataclass

import pytest

from mentormatch.cli import main

MENTORS = "ID,Name,Capacity,Offers\nm1,Mia Jansen,1,budgeting; planning\nm2,Ned de Boer,2,public speaking\n"
MENTEES = "id,naam,needs\na1,Ann Yılmaz,public speaking\na2,Bo Smit,budgeting\na3,Cas Wit,public speaking\n"


@dataclass(frozen=True)
class Done:
    """What one run of the command gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    """Return ``terminal("match", …)``: runs the command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["mentormatch", *map(str, arguments)])
        code = main()
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run


@pytest.fixture
def tables(tmp_path):
    """Two small tables, mentors.csv and mentees.csv, in the folder where the command runs."""
    (tmp_path / "mentors.csv").write_text(MENTORS, "utf-8-sig")
    (tmp_path / "mentees.csv").write_text(MENTEES, "utf-8")
    return tmp_path

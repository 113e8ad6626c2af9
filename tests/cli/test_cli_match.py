import csv
import json

import pytest

import mentormatch as mm


def pair_lines(done):
    return [line for line in done.out.splitlines() if "->" in line]


def test_two_tables_give_a_line_per_pair(terminal, tables):
    """A line of the screen holds both ids, both names and the score of one pair."""
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert done.code == 0, done.err
    lines = pair_lines(done)
    assert len(lines) == 3
    first = lines[0].split("  ")
    assert [cell.strip() for cell in first if cell.strip()][:5] == ["a1", "Ann Yılmaz", "->", "m2", "Ned de Boer"]
    assert 0 <= float(lines[0].split()[-1]) <= 1


def test_the_summary_tells_what_was_proven(terminal, tables):
    """Under the pairs stands how many were placed and that nothing better exists."""
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert "Mentees with a mentor: 3 of 3" in done.out
    assert "Proven optimal" in done.out


def test_the_unmatched_are_listed_with_a_reason(terminal, tables):
    """Whoever has nobody is named with their public reason, on either side."""
    (tables / "mentees.csv").write_text("id,naam,needs\na1,Ann,public speaking\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv")
    assert "Without a mentee:" in done.out
    assert any("m1" in line and "Mia Jansen" in line for line in done.out.split("Without a mentee:")[1].splitlines())


def test_dutch(terminal, tables):
    """With --language nl the summary and the reasons are Dutch."""
    (tables / "mentees.csv").write_text("id,naam,needs\na1,Ann,public speaking\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--language", "nl")
    assert "Zonder mentee:" in done.out
    assert "Bewezen optimaal" in done.out


def test_quiet_prints_pairs_only(terminal, tables):
    """With --quiet nothing but the pairs is printed."""
    done = terminal("match", "mentors.csv", "mentees.csv", "--quiet")
    assert done.out.splitlines() == pair_lines(done)
    assert done.err == ""


def test_pairs_and_report_are_written(terminal, tables):
    """--out gives a table of the same pairs and --report a page with the people's names."""
    done = terminal("match", "mentors.csv", "mentees.csv", "--out", "pairs.csv", "--report", "report.html")
    assert done.code == 0, done.err
    with (tables / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) >= 4
    report = (tables / "report.html").read_text("utf-8")
    assert "Ann Yılmaz" in report
    assert "report.html" in done.err


def test_a_table_of_matchings_reads_back(terminal, tables):
    """--out with .json writes a matching that the library reads."""
    terminal("match", "mentors.csv", "mentees.csv", "--out", "pairs.json")
    matching = mm.Matching.from_json((tables / "pairs.json").read_text("utf-8"))
    assert {pair.mentee for pair in matching} == {"a1", "a2", "a3"}


def test_one_table_with_a_role_column(terminal, tables):
    """One table in which a column tells who mentors is enough."""
    (tables / "people.csv").write_text("id,role,needs,offers\na1,mentee,budgeting,\nm1,mentor,,budgeting\n", "utf-8")
    done = terminal("match", "people.csv")
    assert [line.split()[0] for line in pair_lines(done)] == ["a1"], done.err


def test_a_heading_is_mapped(terminal, tables):
    """--map tells what a heading means that is not found by itself."""
    (tables / "mentees.csv").write_text("id,Where I could grow\na1,budgeting\n", "utf-8")
    (tables / "mentors.csv").write_text("id,offers\nm1,planning\nm2,budgeting\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--map", "Where I could grow=needs")
    assert pair_lines(done)[0].split()[:3] == ["a1", "->", "m2"], done.err


def test_settings_are_read_from_a_file(terminal, tables):
    """--config takes scorers, rules and aims from a file; here a rule keeps the best pair apart."""
    (tables / "rules.toml").write_text('[[constraints]]\nrule = "forbid"\nmentee = "a2"\nmentor = "m1"\n', "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--config", "rules.toml")
    assert done.code == 0, done.err
    assert not any("a2" in line and "m1" in line for line in pair_lines(done))


def test_tensions_are_kept(terminal, tables):
    """--tensions takes pairs of people who are then not matched, and nothing says why."""
    (tables / "tensions.csv").write_text("a,b,expires\na2,m1,\n", "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--tensions", "tensions.csv")
    assert done.code == 0, done.err
    assert not any("a2" in line and "m1" in line for line in pair_lines(done))
    assert "tension" not in (done.out + done.err).lower()


def test_a_tension_expires(terminal, tables):
    """--on sets the day at which a tension's end is read."""
    (tables / "tensions.csv").write_text("a,b,expires\na2,m1,2026-06-30\n", "utf-8")
    call = ("match", "mentors.csv", "mentees.csv", "--tensions", "tensions.csv", "--on")
    for day, together in (("2026-06-01", False), ("2026-07-01", True)):
        done = terminal(*call, day)
        assert any("a2" in line and "m1" in line for line in pair_lines(done)) == together


def test_the_same_call_gives_the_same_files(terminal, tables):
    """Two runs of the same call write the same bytes."""
    written = []
    for name in ("one.json", "two.json"):
        assert terminal("match", "mentors.csv", "mentees.csv", "--out", name, "--on", "2026-06-01").code == 0
        written.append((tables / name).read_bytes())
    assert written[0] == written[1]


def test_schema_is_json(terminal):
    """`schema request` prints a JSON schema that a backend can use."""
    done = terminal("schema", "request")
    assert done.code == 0, done.err
    assert "mentors" in json.loads(done.out)["properties"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_template_can_be_read(terminal, tables, suffix, language):
    """`template` writes a sheet whose headings the library knows, in either language and kind."""
    for side in ("mentors", "mentees"):
        done = terminal("template", f"new-{side}.{suffix}", "--side", side, "--language", language)
        assert done.code == 0, done.err
    pool = mm.Pool.read(tables / f"new-mentors.{suffix}", tables / f"new-mentees.{suffix}")
    assert {"id", "name", "needs", "offers", "capacity"} <= set(pool.mapping.values())
    assert not any(note.code == "not_read" for note in pool.notes)


def test_version(terminal):
    """--version prints the version of the library."""
    done = terminal("--version")
    assert (done.code, done.out.strip()) == (0, f"mentormatch {mm.__version__}")


def test_demo_matches_the_example_programme(terminal, tmp_path):
    """`demo` writes pairs and a report of the example programme and says where."""
    done = terminal("demo", "--folder", "here")
    assert done.code == 0, done.err
    assert len(pair_lines(done)) > 40
    assert (tmp_path / "here" / "pairs.csv").is_file()
    assert str(tmp_path / "here" / "report.html") in done.out
    assert "Proven optimal" in done.out


def test_dutch_numbers(terminal, tables):
    """In Dutch the scores have a decimal comma, on the screen as in the report."""
    done = terminal("match", "mentors.csv", "mentees.csv", "--language", "nl")
    assert "  1,00\n" in done.out
    assert "Gemiddelde score 1,00" in done.out
    assert "1.00" not in done.out

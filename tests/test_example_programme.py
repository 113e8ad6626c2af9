"""The example programme: made again byte for byte, read without a reject, and matched with exactly the shortage."""

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.constraints import read_tensions, with_date
from mentormatch.settings import Settings

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FOLDER = EXAMPLES / "programme"
TABLES = FOLDER / "mentors.csv", FOLDER / "mentees.csv"


@pytest.fixture(scope="module")
def script():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("make_programme", EXAMPLES / "make_programme.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_programme"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_programme"]


@pytest.fixture(scope="module")
def settings():
    return Settings.read(FOLDER / "rules.toml")


@pytest.fixture(scope="module")
def pool(settings):
    return mm.Pool.read(*TABLES, mapping=settings.mapping)


@pytest.fixture(scope="module")
def matching(pool, settings):
    return mm.match(pool, preset=settings, constraints=read_tensions(FOLDER / "tensions.csv"))


def test_the_script_makes_the_files_again(script, tmp_path, capsys):
    """The committed files are what the script writes, byte for byte, and nothing else is in the folder."""
    script.main(tmp_path)
    assert {path.name for path in FOLDER.iterdir()} == {path.name for path in tmp_path.iterdir()} | {"README.md"}
    for made in tmp_path.iterdir():
        assert (FOLDER / made.name).read_bytes() == made.read_bytes(), made.name


def test_another_seed_makes_another_programme(script):
    """The people come from the seed."""
    assert script.programme(1) != script.programme(2)
    assert script.programme(1) == script.programme(1)


def test_nobody_is_rejected(pool):
    """All 64 mentees and 41 mentors are read, with 58 places between them, and the shortage is noted."""
    assert pool.shape == (64, 41)
    assert pool.rejects == ()
    assert pool.mentor_bounds[:, 1].sum() == 58
    assert set(pool.mentee_bounds[:, 1]) == {1}
    assert len(set(pool.mentee_ids) & set(pool.mentor_ids)) == 2


def test_the_questions_are_understood(pool, settings):
    """Every column with an answer for a field is read as that field, in both tables."""
    read = set(pool.mapping.values())
    wanted = "id name email department team site job_title level manager_id needs offers goals languages time_zone"
    more = "availability wishes vetoes waited_rounds interests bio capacity trained audit_attributes"
    assert read >= {*wanted.split(), *more.split()}
    assert set(settings.mapping) <= set(pool.mapping)


def test_it_is_messy(pool):
    """The tables have what the description promises: missing answers, two languages, two clocks, marks and accents."""
    mentees, mentors = (path.read_bytes() for path in reversed(TABLES))
    assert mentees.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in mentees
    assert b"\r" not in mentors
    texts = mentees.decode("utf-8-sig"), mentors.decode()
    for text in texts:
        assert re.search(r"[a-z]; *[A-Z]{4}", text)
        assert "Europe/Lisbon" in text
        assert re.search(r"[ÅÇŁéãñş]", text)
    for answer in ("5+", "2-3", "1-2", "2+"):
        assert f",{answer}," in texts[1]
    for answer in ("nee", "geen"):
        assert f";{answer};" in texts[0]
    for field in ("level", "languages", "availability", "time_zone", "bio", "goals"):
        assert any(not answer for side in pool.objects(field) for answer in side), field
    assert sum(bool(answer) for answer in pool.objects("wishes")[0]) > 15
    assert any(pool._vetoed_pairs()[0])


def test_the_tensions_are_between_a_mentee_and_a_mentor(pool, settings):
    """Six entries, each of a mentee and a mentor by id or name; one is over and five forbid one pair each."""
    rules = read_tensions(FOLDER / "tensions.csv")
    terms = [term for rule in rules for term in with_date(rule, settings.on).terms(pool)]
    assert len(rules) == 6
    assert Counter(type(term).__name__ for term in terms) == {"ForbidPairs": 5}
    assert all(len(term.i) == 1 for term in terms)


def test_exactly_the_shortage_is_unmatched(matching):
    """All 58 places are filled, six mentees are left, and every one of those has somebody they might have had."""
    assert len(matching) == 58
    assert len(matching.unmatched_mentees) == 6
    assert matching.unmatched_mentors == ()
    assert {one.reason.name for one in matching.unmatched_mentees} == {"NOT_PLACED"}
    assert matching.certificate.optimal
    assert "shortage" in {note.code for note in matching.notes}


def test_the_tensions_and_vetoes_hold(matching, pool):
    """Nobody is matched against a tension, a veto, a reporting line or their own team."""
    pairs = {(pair.mentee, pair.mentor) for pair in matching}
    i, j = pool._vetoed_pairs()
    assert not pairs & {(pool.mentee_ids[a], pool.mentor_ids[b]) for a, b in zip(i, j, strict=True)}
    people = {person.id: person for person in (*pool.mentees, *pool.mentors)}
    for mentee, mentor in pairs:
        assert mentor != mentee
        assert people[mentee].manager_id != mentor
        assert (people[mentee].department, people[mentee].team) != (people[mentor].department, people[mentor].team)

"""Matching in blocks against one whole match under the same rules."""

import hashlib
import sys

import joblib
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mentormatch as mm
from mentormatch.scale import spread

OBJECTIVES = [
    ("coverage", "total"),
    ("coverage", "priority", "total"),
    ("wishes", "coverage", "total"),
    ("coverage", "leximin"),
    ("coverage", "balance", "total"),
    "stable",
]


def write(path, rows):
    """Write rows as a Parquet file."""
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def digest(path):
    """A file's bytes, in short."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("objective", OBJECTIVES, ids=str)
def test_blocks_give_the_very_pairs_of_the_whole(programme, objective):
    """Pairs, their order and their scores are those of one match of everybody under the same rules, bit for bit."""
    for seed in range(2):
        files = programme(seed, several=seed % 2 == 1)
        matching, pairs = files.whole(objective=objective)
        result, found = files.match(objective=objective)
        assert found == pairs
        assert result.pairs == len(pairs) > 0
        assert result.optimal
        assert result.blocks == result.proven > 1
        assert result.unmatched_mentees == len(matching.unmatched_mentees)
        assert result.unmatched_mentors == len(matching.unmatched_mentors)


def test_tiers_that_add_up_are_added(programme):
    """Coverage and total of the whole are told, and that they are proven."""
    files = programme(1, several=True)
    matching, _ = files.whole(objective=("coverage", "total"))
    result, _ = files.match(objective=("coverage", "total"))
    assert [(tier.name, tier.optimal) for tier in result.tiers] == [("coverage", True), ("total", True)]
    for tier, whole in zip(result.tiers, matching.certificate.tiers, strict=True):
        assert tier.bound == tier.value == pytest.approx(whole.value, abs=1e-9)


def test_a_chain_of_languages_makes_one_block(tmp_path):
    """Who shares a language with somebody who shares one with a third is in one block, and only they who share pair."""
    mentors = [{"id": "M1", "languages": "nl; en"}, {"id": "M2", "languages": "fr"}]
    mentees = [{"id": "A", "languages": "Dutch"}, {"id": "B", "languages": "english;French"}]
    paths = write(tmp_path / "m.parquet", mentors), write(tmp_path / "e.parquet", mentees)
    result = mm.match_blocks(*paths, by="languages", out=tmp_path / "out.parquet")
    assert (result.blocks, result.largest, result.pairs) == (1, (2, 2), 2)
    assert pq.read_table(result.path).to_pydict()["mentor"] == ["M1", "M2"]


def test_managers_count_across_blocks(programme):
    """A reporting line that runs through people of other blocks keeps its ends apart, as it does in the whole."""
    for seed in range(2):
        files = programme(seed)
        rule = {"rule": "reporting_line", "depth": 9}
        assert files.match(constraints=[rule])[1] == files.whole(constraints=[rule])[1]
        assert files.match(preset=None, scorers={"needs_offers": 1})[1] != []


def test_rules_about_pairs_hold_in_blocks(programme):
    """Level gaps, tensions and least scores do what they do in the whole, also where they name people of two blocks."""
    files = programme(2, several=True)
    rules = [{"rule": "level_gap", "min": 0}, *(mm.Tension(f"e{k}", f"e{k + 7}") for k in range(0, 28, 7))]
    assert files.match(constraints=rules, min_score=0.2)[1] == files.whole(constraints=rules, min_score=0.2)[1]


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers_change_nothing(programme, backend, monkeypatch):
    """The file of pairs is the same byte for byte, whatever the number of workers and whoever counts them."""
    monkeypatch.setattr(spread, "_WORTH", 10)
    files = programme(3, several=True)
    alone = files.match()[0]
    before = digest(alone.path)
    with joblib.parallel_config(backend=backend, n_jobs=2):
        assert files.match()[0] == alone
    assert digest(alone.path) == before
    assert files.match(n_jobs=2)[0] == alone
    assert digest(alone.path) == before


def test_listing_order_changes_nothing(programme):
    """Files with their rows turned over give the same pairs."""
    files = programme(5, several=True)
    found = files.match()[1]
    for path in (files.mentors, files.mentees):
        pq.write_table(pq.read_table(path).take(list(range(39, -1, -1))), path)
    assert sorted(files.match()[1]) == sorted(found)


def clustered(monkeypatch, failing=0):
    """Pretend that joblib's workers are a cluster's, which fails so many times; return what was sent there."""
    seen = []

    class Parallel(joblib.Parallel):
        def __call__(self, calls):
            nonlocal failing
            calls = list(calls)
            seen.extend(arguments for _, arguments, _ in calls)
            if failing:
                failing -= 1
                raise ConnectionError("CANARY-worker")
            return super().__call__(calls)

    monkeypatch.setattr(joblib, "Parallel", Parallel)
    monkeypatch.setattr(spread, "_OURS", frozenset())
    monkeypatch.setattr(spread, "_WORTH", 10)
    return seen


@pytest.mark.parametrize("failing", [0, 1, 2, 100])
def test_a_cluster_gives_the_same_and_may_fail(programme, monkeypatch, failing):
    """Solved by the workers of a cluster, or here because these fail, the file of pairs is the same."""
    files = programme(4, several=True)
    alone = files.match()[0]
    before = digest(alone.path)
    seen = clustered(monkeypatch, failing)
    assert files.match()[0] == alone
    assert digest(alone.path) == before
    assert seen


def test_a_cluster_sees_no_people(programme, monkeypatch):
    """What is sent to the workers of a cluster holds no id, answer or rule, in whatever way it is pickled."""
    import cloudpickle

    files = programme(4)
    for path in (files.mentees, files.mentors):  # ids that nothing else looks like
        rows = pq.read_table(path).to_pylist()
        write(path, [{**row, "id": f"somebody-{row['id']}"} for row in rows])
    seen = clustered(monkeypatch)
    files.match(constraints=[mm.Tension("somebody-e1", "somebody-m2")])
    sent = cloudpickle.dumps(seen)
    assert b"Instance" in sent
    people = [text.encode() for text in ("skill", "Oslo", "Ghent", "English", "Dutch", "somebody")]
    assert [text for text in (*people, b"Tension", b"constraints", b"Pool", b"Scor") if text in sent] == []


def test_what_is_too_large_to_send_is_solved_here(programme, monkeypatch):
    """A block with too many pairs to be written out is solved where its people are."""
    files = programme(4)
    alone = files.match()[0]
    before = digest(alone.path)
    clustered(monkeypatch)
    monkeypatch.setattr("mentormatch.problem.away.MOST_PAIRS", 3)
    assert files.match()[0] == alone
    assert digest(alone.path) == before


def test_a_lost_worker_is_told_in_constant_words(programme, monkeypatch):
    """On this machine a worker that dies ends the match, and nothing of what it was given is in the error."""
    files = programme(4)
    clustered(monkeypatch, failing=9)
    monkeypatch.setattr(spread, "_OURS", frozenset({"LokyBackend"}))
    with pytest.raises(mm.StateError) as caught:
        files.match(n_jobs=2)
    assert "CANARY" not in str(caught.value)
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_the_unmatched_are_written_with_their_reasons(programme):
    """Those without a partner stand in a file of their own, mentees first, each with the public reason."""
    files = programme(6)
    path = files.folder / "alone.parquet"
    files.match(unmatched=path)
    matching, _ = files.whole()
    sides = (("mentee", matching.unmatched_mentees), ("mentor", matching.unmatched_mentors))
    whole = [(side, one.id, str(one.reason)) for side, people in sides for one in people]
    assert [tuple(row.values()) for row in pq.read_table(path).to_pylist()] == whole


def test_unreadable_rows_are_handed_back_with_their_row(programme):
    """A row that cannot be read is counted and told by its row in the file; the others are matched."""
    files = programme(7)
    rows = pq.read_table(files.mentees).to_pylist()
    rows[11]["mentors_wanted"] = -2
    write(files.mentees, rows)
    result, found = files.match()
    assert result.rejected == 1
    (reject,) = result.rejects
    assert (reject.side, reject.row, reject.id) == ("mentees", 11, "e11")
    assert {fault.row for fault in reject.faults} == {11}
    assert found == files.whole()[1]


def test_a_minimum_that_nobody_can_meet_is_infeasible(programme):
    """Also for somebody who could be matched with nobody at all."""
    files = programme(7)
    rows = pq.read_table(files.mentees).to_pylist()
    for row in rows:
        row["mentors_wanted"] = [1, 1] if row["id"] == "e3" else [0, 1]
        row["site"] = None if row["id"] == "e3" else row["site"]
    write(files.mentees, rows)
    with pytest.raises(mm.Infeasible) as caught:
        files.match()
    assert "e3" in caught.value.people


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"by": ()}, "no_keys"),
        ({"by": "vetoes"}, "bad_key"),
        ({"by": "audit_attributes"}, "bad_key"),
        ({"by": "shoe size"}, "unknown_key"),
        ({"n_jobs": 0}, "bad_n_jobs"),
        ({"n_jobs": "many"}, "bad_n_jobs"),
        ({"seed": 0.5}, "bad_seed"),
        ({"memory": -1}, "bad_memory"),
        ({"min_score": "high"}, "bad_min_score"),
        ({"scorers": {"charm": 1}}, "unknown_scorer"),
        ({"constraints": [{"rule": "no such"}]}, "unknown_rule"),
        ({"folder": "/no/such/folder"}, "no_folder"),
        ({"preset": mm.Settings(locks=[("a", "b")])}, "locks"),
    ],
    ids=str,
)
def test_wrong_arguments_are_told(programme, arguments, code):
    """Each argument that cannot be used is an InputError with a code of its own."""
    with pytest.raises(mm.InputError) as caught:
        programme(0, 5).match(**arguments)
    assert code in {fault.code for fault in caught.value.faults}


def test_all_that_is_wrong_with_the_files_is_told_at_once(tmp_path):
    """A double id and a key that is in neither file come in one error."""
    people = [{"id": "a", "site": "x"}, {"id": " a ", "site": "y"}]
    paths = write(tmp_path / "m.parquet", people), write(tmp_path / "e.parquet", people)
    with pytest.raises(mm.InputError) as caught:
        mm.match_blocks(*paths, by=("site", "floor"), out=tmp_path / "out.parquet")
    codes = [fault.code for fault in caught.value.faults]
    assert codes.count("unknown_key") == 2
    paths[0].write_bytes(b"PAR1 is not enough")
    with pytest.raises(mm.InputError, match="is not a Parquet file"):
        mm.match_blocks(*paths, by="site", out=tmp_path / "out.parquet")
    with pytest.raises(mm.InputError, match="occurs more than once"):
        mm.match_blocks(paths[1], paths[1], by="site", out=tmp_path / "out.parquet")
    with pytest.raises(mm.InputError, match=r"no file|\* \?"):
        mm.match_blocks(tmp_path / "*.parquet", tmp_path / "gone.parquet", by="site", out=tmp_path / "out.parquet")


@pytest.mark.parametrize(
    "arguments",
    [
        {"objective": ("coverage", "floor")},
        {"constraints": [{"rule": "at_most", "n": 3, "where": {"mentor": {"site": "Oslo"}}}]},
        {"constraints": [mm.GroupQuota("mentees", {"site": "Oslo"}, maximum=2)]},
        {"constraints": [mm.Together("e1", "e2")]},
    ],
    ids=lambda one: str(next(iter(one.values()))),
)
def test_what_looks_across_blocks_is_refused(programme, arguments):
    """The worst pair of all, a quota and a count are not a matter of single blocks."""
    with pytest.raises(mm.UnsupportedProblem, match="block"):
        programme(0).match(**arguments)


class OfOnesOwn:
    """A rule that asks for a quota without saying so."""

    name = "own"
    confidential = False

    def terms(self, pool):
        """Allow two mentees of this pool a partner."""
        import numpy as np

        yield mm.GroupBounds("mentees", np.arange(pool.shape[0]), 0, 2)


def test_a_quota_of_ones_own_is_refused_too(programme):
    """A rule is judged by what it asks for, not by its name."""
    with pytest.raises(mm.UnsupportedProblem, match="several blocks"):
        programme(0).match(constraints=[OfOnesOwn()])


def test_nothing_is_left_behind(programme, tmp_path):
    """The folder for temporary files is empty again, after success and after failure, and was nobody else's to read."""
    files = programme(0)
    place = tmp_path / "temporary"
    place.mkdir()
    modes = []

    def look(*_):
        modes.extend(one.stat().st_mode & 0o077 for one in place.iterdir())

    files.match(folder=place, progress=look)
    assert modes
    assert set(modes) == {0}
    assert list(place.iterdir()) == []

    def stop(stage, *_):
        if stage == "solve":
            raise mm.Cancelled

    with pytest.raises(mm.Cancelled):
        files.match(folder=place, progress=stop)
    assert list(place.iterdir()) == []
    assert files.match()[0].path.stat().st_mode & 0o077 == 0


def test_without_duckdb_it_says_what_to_install(programme, monkeypatch):
    """MissingExtra names the extra."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(mm.MissingExtra, match=r"mentor-matching\[scale\]"):
        programme(0, 5).match()


def test_answers_are_no_statements(tmp_path):
    """Headings and answers that look like SQL are headings and answers."""
    evil = "x'); DROP TABLE mentees; --"
    people = [{"id": f"{evil}{k}", evil: [evil, '"'][k % 2], "site": evil} for k in range(4)]
    paths = (
        write(tmp_path / "m.parquet", people),
        write(tmp_path / "e.parquet", [{**one, "id": one["id"] + "e"} for one in people]),
    )
    result = mm.match_blocks(*paths, by=(evil, "site"), out=tmp_path / "out.parquet")
    assert (result.blocks, result.pairs) == (1 + 1, 4)


def test_a_whole_side_without_anybody_to_meet_is_unmatched(tmp_path):
    """Where no value is shared there is no block, and that is proven."""
    paths = (
        write(tmp_path / "m.parquet", [{"id": "m", "site": "x"}]),
        write(tmp_path / "e.parquet", [{"id": f"e{k}", "site": "y"} for k in range(3)]),
    )
    result = mm.match_blocks(*paths, by="site", out=tmp_path / "out.parquet")
    assert (result.pairs, result.blocks, result.unmatched_mentees, result.unmatched_mentors) == (0, 0, 3, 1)
    assert result.optimal
    assert pq.read_table(result.path).num_rows == 0


def test_too_little_memory_is_told_in_constant_words(programme):
    """Where DuckDB cannot hold the people, the error says so and holds nothing of theirs."""
    with pytest.raises(mm.StateError, match="memory, or the disk") as caught:
        programme(0, 400).match(memory=1 << 20)
    assert caught.value.__context__ is caught.value.__cause__ is None

"""match() as its users call it: bad input, threads, silence, order."""

import copy
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import mentormatch as mm

MENTORS = [
    {"id": f"r{j}", "capacity": 1 + j % 2, "offers": [f"skill {j % 5}", f"skill {j % 3}"], "level": 3 + j % 4}
    for j in range(12)
]
MENTEES = [{"id": f"e{i}", "needs": [f"skill {i % 5}"], "goals": [f"goal {i % 2}"], "level": i % 5} for i in range(15)]


def ids(matching):
    return {(pair.mentee, pair.mentor) for pair in matching}


def test_match_is_build_and_solve():
    """match() is exactly Problem.build and solve."""
    assert mm.match(MENTORS, MENTEES).to_json() == mm.Problem.build(MENTORS, MENTEES).solve().to_json()


def test_sixteen_threads_get_the_serial_results():
    """Calls at the same time do not disturb one another."""
    seeds = range(16)
    serial = [mm.match(MENTORS, MENTEES, seed=seed).to_json() for seed in seeds]
    with ThreadPoolExecutor(16) as pool:
        at_once = list(pool.map(lambda seed: mm.match(MENTORS, MENTEES, seed=seed).to_json(), seeds))
    assert at_once == serial


@pytest.mark.parametrize("demand", [1, (1, 2)])
def test_a_solve_prints_nothing(demand):
    """Neither solver writes to file descriptor 1 or 2."""
    program = (
        "import mentormatch as mm, numpy as np\n"
        f"m = mm.Problem.from_scores(np.random.default_rng(0).random((20, 30)), mentee_demand={demand!r},"
        " mentor_capacity=2).solve()\n"
        "assert m.certificate.optimal\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, env=dict(os.environ))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_inputs_are_never_changed():
    """People, rules and locks are left as they were given."""
    mentors, mentees, locks = copy.deepcopy(MENTORS), copy.deepcopy(MENTEES), [("e0", "r1")]
    rules = [{"rule": "level_gap", "min": -9}]
    mm.match(mentors, mentees, constraints=rules, locks=locks)
    assert (mentors, mentees, locks, rules) == (MENTORS, MENTEES, [("e0", "r1")], [{"rule": "level_gap", "min": -9}])


def test_listing_order_changes_no_pair():
    """The same people in another order are paired the same way."""
    there, back = mm.match(MENTORS, MENTEES), mm.match(MENTORS[::-1], MENTEES[::-1])
    assert ids(there) == ids(back)
    assert [pair.mentee for pair in back] == sorted((p.mentee for p in back), key=lambda one: -int(one[1:]))


@pytest.mark.parametrize(
    ("mentors", "mentees", "words"),
    [
        ([{"id": "a"}, {"id": "a"}], [{"id": "b"}], ["a"]),
        ([{"id": "a", "capacity": -1}], [{"id": "b"}], ["capacity", "a"]),
        ([{"id": "a", "capacity": (3, 1)}], [{"id": "b"}], ["capacity", "a"]),
        ([{"id": "a", "level": float("nan")}, {"id": "c", "level": float("inf")}], [{"id": "b"}], ["level", "c"]),
        ([{"naam en toenaam van de kat": "a"}], [{"id": "b"}], ["id"]),
        (
            [{"id": "a", "needs": ["x"], "mentors_wanted": 1}],
            [{"id": "b", "offers": ["x"], "capacity": 1}],
            ["swapped"],
        ),
    ],
    ids=["duplicate", "negative", "minimum above maximum", "not finite", "no id", "swapped sides"],
)
def test_bad_people_are_one_readable_error(mentors, mentees, words):
    """Each kind of bad input is one InputError that says what and who."""
    with pytest.raises(mm.InputError) as caught:
        mm.match(mentors, mentees)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert caught.value.__context__ is None


def test_two_hundred_bad_rows_are_all_told():
    """Two hundred rows that cannot be read are two hundred faults of one error."""
    bad = [{"id": f"m{j}", "capacity": "plenty"} for j in range(200)]
    with pytest.raises(mm.InputError) as caught:
        mm.match(bad, MENTEES)
    assert caught.value.total == 200
    assert {fault["row"] for fault in caught.value.errors()} == set(range(200))


def test_a_manager_loop_is_named():
    """Three people who manage one another in a circle are told by id."""
    loop = [{"id": "a", "manager_id": "b"}, {"id": "b", "manager_id": "c"}, {"id": "c", "manager_id": "a"}]
    with pytest.raises(mm.InputError) as caught:
        mm.match(loop, [{"id": "d"}])
    assert all(one in str(caught.value) for one in ("a, b, c", "circle"))


def test_nobody_allowed_is_a_result():
    """Where rules leave no pair, everybody is unmatched with a public reason."""
    matching = mm.match(MENTORS, MENTEES, constraints=[mm.LevelGap(min=50)])
    assert not len(matching)
    assert {str(person.reason) for person in matching.unmatched_mentees} == {"no_allowed_partner"}
    assert len(matching.unmatched_mentees) == len(MENTEES)


def test_progress_tells_its_stages_and_may_cancel():
    """The callback sees stages of the fixed list, and what it raises comes out unchanged."""
    seen = []
    mm.match(MENTORS, MENTEES, progress=lambda stage, done, total: seen.append(stage))
    assert set(seen) <= {"read", "score", "solve", "prove", "write"}
    assert {"read", "solve"} <= set(seen)

    def stop(stage, done, total):
        raise mm.Cancelled("enough")

    with pytest.raises(mm.Cancelled, match="enough"):
        mm.match(MENTORS, MENTEES, progress=stop)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": "x"},
        {"seed": 10**400},
        {"min_score": 10**400},
        {"time_limit": 10**400},
        {"time_limit": True},
        {"preset": {"development": "x"}},
        {"preset": {5: 1}},
        {"preset": {"development": 10**400}},
        {"scorers": {"goals": 10**400}},
        {"constraints": 5},
        {"constraints": None},
        {"constraints": mm.LevelGap(min=1)},
        {"locks": ("e0", "r0")},
        {"time_limit": -1},
        {"memory": 0},
        {"on": "2026-01-01"},
        {"min_score": float("nan")},
        {"progress": 3},
        {"solver": "hungarain"},
        {"objective": ("fairness",)},
        {"objective": ()},
        {"preset": 3},
        {"scorers": {"needs_ofers": 1}},
        {"scorers": {"goals": -1}},
    ],
    ids=str,
)
def test_a_wrong_argument_is_an_input_error(wrong):
    """No bare error of another library escapes for an argument that makes no sense."""
    with pytest.raises(mm.InputError):
        mm.match(MENTORS, MENTEES, **wrong)


def test_replace_builds_anew():
    """A problem can be built again with one thing changed; an array has nothing to replace."""
    problem = mm.Problem.build(MENTORS, MENTEES)
    assert len(problem.replace(constraints=[mm.LevelGap(min=50)]).solve()) == 0
    assert len(problem.solve()) == 15
    with pytest.raises(mm.StateError):
        mm.Problem.from_scores([[1.0]]).replace(locks=())


def test_private_and_unshared_answers_only_count():
    """A criterion on a field that is not shared, or that somebody keeps private, is folded into `other`."""
    mentors = [{"id": "Mia", "offers": ["tax"], "bio": "I like tax law", "private": ["offers"]}]
    mentees = [{"id": "Ann", "needs": ["tax"], "bio": "tax law interests me", "languages": ["nl"]}]
    mentors[0]["languages"] = ["nl"]
    (pair,) = mm.match(mentors, mentees)
    names = [part.criterion for part in pair.parts]
    assert "other" in names
    assert "free_text" not in names
    assert "needs_offers" not in names
    assert "shared_languages" in names
    assert sum(part.contribution for part in pair.parts) == pytest.approx(pair.score)


def test_the_gravest_notes_are_warned_of():
    """Rows that were lost and pairs made by chance are a DataWarning, beside the note."""
    pool = mm.Pool.read([{"id": "a"}, {"id": "b", "capacity": "plenty"}], [{"id": "c"}])
    with pytest.warns(mm.DataWarning) as caught:
        matching = mm.match(pool)
    assert len(caught) == 2
    assert {"no_criteria", "rows_rejected"} <= {note.code for note in matching.notes}


def test_a_traceback_with_local_variables_shows_no_confidence():
    """Error reports that print local variables find no veto and no tension in the frames of the library."""
    import traceback

    bad = [{"id": "a", "vetoes": ["Quibbledash"], "capacity": "plenty"}]
    good = [{"id": "a", "vetoes": ["Quibbledash"]}]
    rule = {"rule": "tension", "a": "Quibbledash", "b": "e"}
    calls = [
        lambda: mm.match(bad, [{"id": "e"}]),
        lambda: mm.match(good, [{"id": "e"}], constraints=[rule, {"rule": "tensoin"}]),
        lambda: mm.match(good, [{"id": "e"}], constraints=[rule], scorers={"goals": -1}),
        lambda: mm.match(good, [{"id": "e"}], constraints=[rule], min_score="x"),
        lambda: mm.match(good, [{"id": "e"}], constraints=[rule], locks=[("e", "z")]),
        lambda: mm.match(good, [{"id": "e"}], constraints=[rule], preset="none such"),
        lambda: mm.match(good, [{"id": "e"}], constraints=[rule], on="today"),
        lambda: mm.Request.parse({"mentors": bad, "mentees": [{"id": "e"}]}),
    ]
    for call in calls:
        try:
            call()
        except mm.MentorMatchError as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
            inside = [
                frame for frame in shown.stack if "mentormatch" in frame.filename and "tests" not in frame.filename
            ]
            assert inside
            for frame in inside:
                assert "Quibbledash" not in str(frame.locals), (frame.name, frame.locals)
        else:
            pytest.fail("no error")


def test_a_scorer_that_does_not_say_what_it_reads_yields_to_privacy():
    """A custom criterion shows under its name, and is folded as soon as one of the two keeps anything private."""

    @mm.scorer
    def own(mentee, mentor):
        return 0.75

    def criteria(**more):
        (pair,) = mm.match([{"id": "Mia", **more}], [{"id": "Ann"}], scorers={own: 1})
        return [part.criterion for part in pair.parts]

    assert criteria() == ["own"]
    assert criteria(private=["level"]) == ["other"]


def test_faults_of_people_rules_scorers_locks_and_arguments_come_together():
    """One call with seven mistakes is one error with seven faults."""
    with pytest.raises(mm.InputError) as caught:
        mm.match(
            [*MENTORS, {"id": "x", "capacity": "plenty"}],
            MENTEES,
            scorers={"nope": 1},
            constraints=[{"rule": "nope"}],
            min_score="x",
            on="today",
            memory=0,
        )
    assert {fault.code for fault in caught.value.faults} >= {"bad_min_score", "bad_date", "bad_memory", "unknown_rule"}
    assert caught.value.total == 6


def test_an_empty_side_is_said_in_plain_words():
    """With no mentors at all the note says so, and nothing about answers that nobody gave."""
    notes = mm.match([], MENTEES).notes
    assert [note.code for note in notes] == ["shortage"]
    assert "no mentors" in notes[0].message


def test_scores_alone_do_not_look_at_rules():
    """A circle of managers is a matter of matching, not of scoring."""
    circle = [{"id": "a", "manager_id": "b"}, {"id": "b", "manager_id": "a"}]
    assert mm.score(circle, [{"id": "c"}], scorers={"goals": 1}).shape == (1, 2)


def test_frames_come_back_as_they_went_in():
    """Whole ids and the library of the frame are those of the input, for pairs and for scores."""
    import pandas as pd
    import polars as pl

    mentors, mentees = pd.DataFrame({"id": [11, 12], "offers": ["a", "b"]}), pd.DataFrame({"id": [1], "needs": ["a"]})
    pairs = mm.match(mentors, mentees).to_frame()
    assert mentors.merge(pairs, left_on="id", right_on="mentor")["mentee"].tolist() == [1]
    scores = mm.score(pl.from_pandas(mentors), pl.from_pandas(mentees)).to_frame()
    assert isinstance(scores, pl.DataFrame)
    assert mm.match(mentors, mentees).mentors_of(1) == ("11",)

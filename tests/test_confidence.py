"""Properties of the whole library: what was told in confidence shows in the pairs, and nowhere else."""

from __future__ import annotations

import pickle
import pprint
import traceback
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm

CANARY = "Quibbledash"
TAGS = st.lists(st.sampled_from(["budgeting", "speaking", "law"]), max_size=2, unique=True)
SUFFIXES = (".csv", ".xlsx", ".json", ".html")
OBJECTIVES = (
    ("coverage", "wishes", "floor", "balance"),
    ("coverage", "leximin"),
    ("priority", "total"),
    ("coverage", "balance", "total"),
)


@st.composite
def programmes(draw):
    """A small programme with ties, minimums, nobody's answers, locks and perhaps a least score; all of it public."""
    places = st.sampled_from([0, 1, 1, 2, (0, 2), (1, 1), (1, 2)])
    mentors = [
        {"id": f"m{j}", "name": f"Mentor {j}", "offers": draw(TAGS), "capacity": draw(places), "site": "HQ"}
        for j in range(draw(st.integers(1, 4)))
    ]
    mentees = [
        {
            "id": f"e{i}",
            "needs": draw(TAGS),
            "mentors_wanted": draw(st.sampled_from([0, 1, 1, 1, 2])),
            "level": i % 2,
            "wishes": draw(st.sampled_from([[], ["m0"], ["m1", "m0"]])),
            "waited_rounds": draw(st.sampled_from([0, 0, 1])),
        }
        for i in range(draw(st.integers(1, 5)))
    ]
    pairs = st.tuples(st.sampled_from([e["id"] for e in mentees]), st.sampled_from([m["id"] for m in mentors]))
    arguments = {
        "locks": draw(st.lists(pairs, max_size=1)),
        "min_score": draw(st.sampled_from([None, None, 0.4])),
        "seed": draw(st.integers(0, 3)),
        "objective": draw(st.sampled_from([None, *OBJECTIVES])),
        "constraints": draw(st.sampled_from([(), ({"rule": "level_gap", "min": 0},), (mm.Forbid("e0", "m0"),)])),
    }
    return mentors, mentees, arguments


def solved(mentors, mentees, arguments):
    """Match without the warnings, and return the problem with it."""
    asked = {name: arguments.get(name) for name in ("seed", "objective")}
    built = {name: value for name, value in arguments.items() if name not in asked}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem = mm.Problem.build(mentors, mentees, **built)
        return problem, problem.solve(**asked)


def story(problem, matching):
    """Everything that whoever is handed the matching can read from it, and what the problem prints of itself."""
    told = {
        "reprs": repr(matching) + matching._repr_html_() + repr(matching.certificate) + repr(matching.solver),
        "json": matching.to_json(),
        "pickle": pickle.dumps(matching),
        "people": repr((matching.unmatched_mentees, matching.unmatched_mentors, matching.short, matching.loads)),
        "notes": repr((matching.notes, problem.notes)),
        "problem": repr(problem),
        "scores": repr(problem.scores),
    }
    mentees, mentors = ([id_ for id_, _ in side] for side in (matching.mentees, matching.mentors))
    for mentee in mentees:
        told[f"explain {mentee}"] = str(matching.explain(mentee)) + matching.explain(mentee)._repr_html_()
        told |= {f"explain {mentee} {mentor}": str(matching.explain(mentee, mentor)) for mentor in mentors}
    told |= {f"view {one}": repr(matching.view(one)) + repr(matching.view(one).to_dict()) for one in mentees + mentors}
    with TemporaryDirectory() as folder:
        for suffix in SUFFIXES:
            matching.write(path := Path(folder) / f"x{suffix}")
            told[suffix] = path.read_bytes()
    return told


def with_confidences(draw, mentors, mentees, pairs):
    """Return the people with vetoes, audit attributes and e-mail, and tensions, that forbid only these pairs."""
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    by_mentee, by_mentor, tense = [], [], []
    for pair in chosen:
        draw(st.sampled_from([by_mentee, by_mentor, tense])).append(pair)
    kept = {"audit_attributes": {"origin": CANARY}, "email": f"{CANARY}@example.org"}
    them = [{**m, **kept, "vetoes": [CANARY, *(e for e, j in by_mentor if j == m["id"])]} for m in mentors]
    us = [{**e, **kept, "vetoes": [CANARY, *(j for i, j in by_mentee if i == e["id"])]} for e in mentees]
    absent = [mm.Tension(CANARY, "e0"), mm.ConflictOfInterest("m0", CANARY, kind=CANARY)]
    return them, us, [*(mm.Tension(*draw(st.permutations(pair))) for pair in tense), *absent]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_two_worlds_that_differ_in_confidences_tell_the_same_story(data):
    """Confidences that forbid none of the pairs change not a byte, whatever ties, locks and minimums there are."""
    mentors, mentees, arguments = data.draw(programmes())
    try:
        problem, matching = solved(mentors, mentees, arguments)
    except (mm.Infeasible, mm.UnsupportedProblem):
        return
    made = {(pair.mentee, pair.mentor) for pair in matching}
    free = [(e["id"], m["id"]) for e in mentees for m in mentors if (e["id"], m["id"]) not in made]
    them, us, secret = with_confidences(data.draw, mentors, mentees, free)
    other = solved(them, us, {**arguments, "constraints": (*arguments["constraints"], *secret)})
    open_world, tense_world = story(problem, matching), story(*other)
    assert open_world.keys() == tense_world.keys()
    for what, seen in open_world.items():
        assert seen == tense_world[what], what
    assert CANARY.encode() not in b"".join(s if isinstance(s, bytes) else s.encode() for s in tense_world.values())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_error_names_no_confidence_and_shows_none_in_a_traceback(data):
    """Whatever clashes with whatever was told in confidence: no word, argument or variable of ours tells it."""
    mentors, mentees, arguments = data.draw(programmes())
    everything = [(e["id"], m["id"]) for e in mentees for m in mentors]
    them, us, secret = with_confidences(data.draw, mentors, mentees, everything)
    between = data.draw(st.sampled_from([(), (mm.Tension("e0", "e1"),), (mm.Tension("m0", "m1"),)]))
    broken = data.draw(st.sampled_from([{}, {"solver": "none such"}, {"locks": [("e0", "nobody")]}, {"on": "never"}]))
    rules = (*arguments["constraints"], *secret, *between)
    found = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            mm.match(them, us, **{**arguments, "constraints": rules, **broken})
        except mm.MentorMatchError as error:
            found = error
    assert found is not None or not broken
    if found is not None:
        assert_silent(found)


def assert_silent(error):
    """Refuse an error that tells the canary, or the kind of a confidential rule, or drags another error along."""
    ours = str(Path(mm.__file__).parent)
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if frame.filename.startswith(ours)]
    variables = "".join(f"{name}={value}" for frame in frames for name, value in (frame.locals or {}).items())
    words = str(error) + repr(error.args) + repr(vars(error)) + repr(getattr(error, "__notes__", ()))
    assert CANARY not in variables + words
    assert not any(kind in words.lower() for kind in ("tension", "veto", "conflict", "confidential"))
    assert error.__cause__ is None
    assert error.__context__ is None


PEOPLE = (
    [{"id": f"m{j}", "name": f"M{j}", "offers": ["law"], "vetoes": [CANARY]} for j in range(2)],
    [{"id": f"e{i}", "needs": ["law"], "vetoes": [CANARY], "audit_attributes": {"x": CANARY}} for i in range(3)],
)


def objects():
    """One of everything that a notebook or a log may print."""
    problem = mm.Problem.build(
        *PEOPLE, constraints=[mm.Tension(CANARY, "e1"), {"rule": "tension", "a": CANARY, "b": "x"}]
    )
    run = problem.run()
    pool = mm.Pool(*PEOPLE)
    yield from (problem, problem._setup, problem.scores, run, run.record, run.solution, run.matching)
    yield from (run.matching.certificate, run.matching.explain("e0"), run.matching.view("m0"), run.matching.notes)
    yield from (pool, pool.public(), pool.mentees, pool.mentors[0], pool.public().mentees[0])
    yield from (mm.Mentor("x", vetoes=[CANARY]), [mm.Tension(CANARY, "b")], {mm.ConflictOfInterest("a", CANARY): 1})
    yield mm.Settings(constraints=({"rule": "tension", "a": CANARY, "b": "b"},))
    yield mm.Request.parse({"mentors": PEOPLE[0], "mentees": PEOPLE[1]})


@pytest.mark.parametrize("printed", [repr, str, "{}".format, pprint.pformat])
def test_nothing_that_is_printed_shows_a_confidence(printed):
    """Neither print, format nor pretty-printing of any object that holds confidences shows one."""
    for one in objects():
        assert CANARY not in printed(one), type(one).__name__


@pytest.mark.parametrize("answers", [{"capacity": "plenty", "vetoes": [CANARY]}, {"vetoes": {CANARY: 3}}])
def test_a_person_that_cannot_be_made_shows_no_confidence_in_a_traceback(answers):
    """The variables of every frame, pydantic's too, print no veto when a model is refused."""
    with pytest.raises(ValueError, match="validation error") as caught:
        mm.Mentor("x", audit_attributes={"origin": CANARY}, **answers)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    elsewhere = [frame for frame in told.stack if frame.filename != __file__]
    assert len(elsewhere) >= 1
    assert CANARY not in "".join(repr(frame.locals) for frame in elsewhere) + str(caught.value)


def test_what_is_looked_into_on_purpose_by_a_debugger_is_masked():
    """The variables and copies of people print no confidence either."""
    for person in (*mm.Pool(*PEOPLE).mentees, *mm.Pool(*PEOPLE).mentors):
        assert (
            CANARY not in repr(vars(person)) + repr(dict(person)) + repr(person.model_copy()) + person.model_dump_json()
        )


def test_code_of_ones_own_sees_no_confidence():
    """A scorer, and the pool that a criterion is bound to, hold no veto, audit attribute or e-mail, by any name."""
    seen = []

    @mm.scorer
    def nosy(mentee, mentor):
        seen.extend((dir(mentee), pickle.dumps(mentee), pickle.dumps(mentor)))
        return 0.5

    class Curious:
        name = "curious"

        def bind(self, pool):
            seen.append(pickle.dumps(pool))
            return lambda rows, columns: [[0.5] * len(columns)] * len(rows)

    people = [[{**one, "email": f"{CANARY}@example.org", "Unnamed heading": CANARY} for one in side] for side in PEOPLE]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mm.match(*people, scorers={nosy: 1, Curious(): 1})
    assert len(seen) > 3
    assert CANARY not in repr(seen)


def test_a_matching_that_hides_answers_hides_them_in_all_that_is_told():
    """What a mentee marked private is in no explanation, view or file, however the field is written."""
    mentees = [{"id": "e0", "needs": [CANARY], "private": ["Needs "]}]
    problem, matching = solved([{"id": "m0", "offers": [CANARY]}], mentees, {"seed": 0})
    assert CANARY not in repr(story(problem, matching))

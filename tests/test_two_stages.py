"""Two stages: people meet a shortlist and rate it, and the final match heeds what they say, in silence."""

from __future__ import annotations

import pickle
import warnings

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mentormatch as mm

FINAL = ("coverage", "wishes", "total")
SKILLS = ("budgeting", "speaking", "law")


def ids(matching):
    """The pairs of a matching as a set."""
    return {(pair.mentee, pair.mentor) for pair in matching}


def shortlists(pool, k):
    """The best mentors of every mentee by score, as whoever runs the programme would hand them out."""
    scores = mm.score(pool)
    return {one: [row["mentor"] for row in rows_of(scores.to_frame(mentee=one, k=k))] for one in pool.mentee_ids}


def rows_of(frame):
    """The rows of a frame as dicts."""
    import narwhals as nw

    return list(nw.from_native(frame).iter_rows(named=True))


@pytest.fixture
def pool():
    """Three mentors and three mentees who all like the first mentor best by score."""
    mentors = [
        {"id": "Mia", "offers": ["budgeting", "law"]},
        {"id": "Ned", "offers": ["budgeting"]},
        {"id": "Ole", "offers": ["law"]},
    ]
    mentees = [
        {"id": "Ann", "needs": ["budgeting", "law"]},
        {"id": "Bo", "needs": ["budgeting", "law"]},
        {"id": "Cas", "needs": ["law"]},
    ]
    return mm.Pool(mentors, mentees)


def test_a_shortlist_is_rated_and_the_final_match_heeds_it(pool):
    """Scores make a shortlist, ratings of both sides make wishes and vetoes, and the final match keeps to them."""
    lists = shortlists(pool, 2)
    assert lists["Ann"][0] == "Mia"
    assert all(len(few) == 2 for few in lists.values())
    rated = pool.with_ratings({("Ann", "Ned"): "prefer", ("Ann", "Mia"): "avoid", ("Cas", "Ole"): "prefer"})
    rated = rated.with_ratings({("Ann", "Ned"): "prefer", ("Bo", "Mia"): "prefer"}, side="mentors")
    problem = mm.Problem.build(rated)
    matching = problem.solve(objective=FINAL)
    assert ids(matching) == {("Ann", "Ned"), ("Bo", "Mia"), ("Cas", "Ole")}
    assert matching.certificate.tiers[1].value == (1, 2, -4)
    matching.certificate.verify(problem)


def test_an_avoid_is_a_veto_in_every_respect(pool):
    """Whoever is avoided is no partner though it costs coverage, and a lock on the two fails in the usual words."""
    rated = pool.with_ratings({("Ann", mentor): "avoid" for mentor in ("Mia", "Ned", "Ole")})
    matching = mm.match(rated)
    assert [(one.id, str(one.reason)) for one in matching.unmatched_mentees] == [("Ann", "not_placed")]
    locked = {}
    for name, world in (("avoid", rated), ("rule", pool)):
        rules = () if name == "avoid" else [mm.Forbid("Ann", "Mia")]
        with pytest.raises(mm.Infeasible) as caught:
            mm.match(world, constraints=rules, locks=[("Ann", "Mia")])
        locked[name] = str(caught.value)
    assert locked["avoid"] == locked["rule"]
    stable = mm.match(rated, objective="stable")
    assert not stable.mentors_of("Ann")


def test_a_problem_built_anew_keeps_the_ratings(pool):
    """`replace` and a pool given alone hold what was rated."""
    rated = pool.with_ratings({("Ann", "Mia"): "avoid", ("Ann", "Ole"): "prefer"})
    problem = mm.Problem.build(rated).replace(min_score=0.0)
    assert ("Ann", "Ole") in ids(problem.solve(objective=("wishes", "total")))
    assert ("Ann", "Mia") not in ids(problem.replace(mentors=rated.mentors).solve())


def story(matching):
    """Everything that whoever is handed the matching can read from it."""
    people = [id_ for id_, _ in (*matching.mentees, *matching.mentors)]
    told = [matching.to_json(), pickle.dumps(matching), repr(matching), matching._repr_html_()]
    told += [str(matching.explain(id_)) for id_, _ in matching.mentees]
    told += [str(matching.explain(one, other)) for one, _ in matching.mentees for other, _ in matching.mentors]
    return [*told, *(repr(matching.view(one).to_dict()) for one in people), repr(matching.certificate)]


@settings(max_examples=60)
@given(st.data())
def test_two_worlds_that_differ_in_avoids_tell_the_same_story(data):
    """Avoids of pairs that are not made change not a byte, whoever wished for whom and whatever is aimed for."""
    skills = st.lists(st.sampled_from(SKILLS), max_size=2, unique=True)
    mentors = [{"id": f"m{j}", "offers": data.draw(skills), "capacity": data.draw(st.integers(0, 2))} for j in range(3)]
    wish = st.lists(st.sampled_from(["m0", "m1", "m2"]), max_size=2, unique=True)
    mentees = [{"id": f"e{i}", "needs": data.draw(skills), "wishes": data.draw(wish)} for i in range(3)]
    everything = [(e["id"], m["id"]) for e in mentees for m in mentors]
    said = st.dictionaries(st.sampled_from(everything), st.sampled_from(["prefer", "neutral"]), max_size=4)
    pool = mm.Pool(mentors, mentees).with_ratings(data.draw(said)).with_ratings(data.draw(said), side="mentors")
    objective = data.draw(st.sampled_from([None, FINAL, ("wishes", "total"), "stable", ("coverage", "floor", "total")]))
    scorers = data.draw(st.sampled_from([None, {"wishes": 1, "needs_offers": 1}]))
    asked = {"objective": objective, "scorers": scorers}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matching = mm.match(pool, **asked)
        free = sorted(set(everything) - ids(matching))
        some = st.lists(st.sampled_from(free), unique=True) if free else st.just([])
        avoided = {side: dict.fromkeys(data.draw(some), "avoid") for side in ("mentees", "mentors")}
        world = pool.with_ratings(avoided["mentees"]).with_ratings(avoided["mentors"], side="mentors")
        problem = mm.Problem.build(world, scorers=scorers)
        other = problem.solve(objective=objective)
    if objective == "stable":
        assume(ids(matching) == ids(other))  # without a pair that nobody is in, mentees may do better still
    assert story(matching) == story(other)
    assert repr(problem.scores) == repr(mm.score(pool, scorers=scorers))

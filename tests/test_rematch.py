"""What a re-match keeps, what gives way and in which words, and who is noted to be re-matched."""

from __future__ import annotations

import json
import pickle
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm

TABLE = {
    "Ann": {"Mia": 0.5, "Ned": 0.9, "Ole": 0.1},
    "Bo": {"Mia": 0.7, "Ned": 0.5, "Ole": 0.2},
    "Cas": {"Mia": 0.3, "Ned": 0.4, "Ole": 0.6},
}


@mm.scorer
def by_table(mentee, mentor):
    return TABLE[mentee.id][mentor.id]


def build(mentees=("Ann", "Bo", "Cas"), mentors=("Mia", "Ned", "Ole"), **given):
    """A problem of these people, each mentor with one place or the places that stand behind a colon."""
    places = [one.split(":") for one in mentors]
    return mm.Problem.build(
        [{"id": one, "capacity": int(rest[0]) if rest else 1} for one, *rest in places],
        [{"id": one} for one in mentees],
        scorers={by_table: 1},
        **given,
    )


def ids(matching):
    """The pairs of a matching as a set."""
    return {(pair.mentee, pair.mentor) for pair in matching}


def notes(matching, *codes):
    """What is noted under these codes, in words."""
    return [(note.code, note.count, note.message) for note in matching.notes if note.code in codes]


@pytest.fixture
def running():
    """Ann with Mia and Bo with Ned, though both would score better the other way round."""
    before = build(("Ann", "Bo"), locks=[("Ann", "Mia"), ("Bo", "Ned")]).solve()
    document = before.to_dict()
    document["manifest"]["placed_by_hand"] = []  # they run, and nobody placed them
    return mm.Matching.from_json(json.dumps(document))


def test_running_pairs_stay_and_newcomers_are_placed_around_them(running):
    """By default no running pair moves; some moves for coverage only; none is free."""
    problem = build()
    kept = mm.rematch(problem, running)
    assert ids(kept) == {("Ann", "Mia"), ("Bo", "Ned"), ("Cas", "Ole")}
    assert kept.objective == ("least_change", "coverage", "total")
    assert [tier.value for tier in kept.certificate.tiers[:2]] == [2, 3]
    assert ids(mm.rematch(problem, running, keep="some")) == ids(kept)
    free = mm.rematch(problem, running, keep="none")
    assert ids(free) == {("Ann", "Ned"), ("Bo", "Mia"), ("Cas", "Ole")}
    assert free.objective == ("coverage", "total")
    for matching in (kept, free):
        matching.certificate.verify(problem)
    assert not notes(kept, "running_gone", "rematched_again")


def test_some_gives_pairs_up_for_coverage_and_running_does_not(running):
    """Where a newcomer fits only if a pair parts, the default leaves the newcomer out."""
    problem = build(mentors=("Mia", "Ned:1", "Ole"), constraints=[mm.Forbid("Cas", "Ned"), mm.Forbid("Cas", "Ole")])
    assert ids(mm.rematch(problem, running)) == {("Ann", "Mia"), ("Bo", "Ned")}
    some = mm.rematch(problem, running, keep="some")
    assert len(some) == 3
    assert some.certificate.tiers[1].value == 1
    assert some.objective == ("coverage", "least_change", "total")


def test_as_many_running_pairs_as_places_allow_stay():
    """Where capacity shrank below what runs, the most are kept, and of those sets the best; a note counts the rest."""
    before = build(mentors=("Mia:3",)).solve()
    assert len(before) == 3
    after = mm.rematch(build(mentors=("Mia:2", "Ole")), before)
    assert ids(after) == {("Ann", "Mia"), ("Bo", "Mia"), ("Cas", "Ole")}
    assert notes(after, "running_gone") == [
        ("running_gone", 1, "1 running pairs of people who are still here are not in this matching")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"constraints": [mm.Tension("Ann", "Mia")]},
        {"constraints": [mm.Forbid("Ann", "Mia")]},
        {"locks": [("Cas", "Mia")]},
        {"constraints": [mm.Require("Ann", "Ole")]},
        {"min_score": 0.55},
        {"mentors": ("Mia:0", "Ned", "Ole")},
    ],
    ids=["tension", "public rule", "lock", "required", "score", "places"],
)
def test_a_pair_that_cannot_stay_gives_way_in_the_same_words_whatever_the_reason(running, change):
    """No reason makes an error of it, and none shows: the note counts alike."""
    only_ann = mm.rematch(build(("Ann",), ("Mia",)), running)  # Bo and Ned left, which no note is about
    assert ids(only_ann) == {("Ann", "Mia")}
    assert not notes(only_ann, "running_gone")
    after = mm.rematch(build(**change), running)
    assert ("Ann", "Mia") not in ids(after)
    gone = len({("Ann", "Mia"), ("Bo", "Ned")} - ids(after))
    assert [count for _, count, _ in notes(after, "running_gone")] == [gone]
    after.certificate.verify(build(**change))


def test_of_two_pairs_that_a_new_tension_parts_one_stays():
    """Two mentees who may no longer share their mentor lose one of the two pairs, not both."""
    before = build(("Ann", "Bo"), ("Mia:2",)).solve()
    after = mm.rematch(build(("Ann", "Bo"), ("Mia:2", "Ole"), constraints=[mm.Tension("Ann", "Bo")]), before)
    assert ids(after) == {("Bo", "Mia"), ("Ann", "Ole")}
    assert [count for _, count, _ in notes(after, "running_gone")] == [1]


def test_who_gets_another_partner_is_listed_and_noted_the_second_time(running):
    """The manifest lists who lost a partner and got another one; a note counts those to whom it happens again."""
    first = mm.rematch(build(), running, keep="none")
    assert first.manifest["rematched"] == {"mentees": ("Ann", "Bo"), "mentors": ("Mia", "Ned")}
    assert not notes(first, "rematched_again")
    second = mm.rematch(build(("Ann", "Cas"), ("Mia", "Ole")), first)
    assert ids(second) == {("Ann", "Mia"), ("Cas", "Ole")}
    assert second.manifest["rematched"] == {"mentees": ("Ann",), "mentors": ("Mia",)}
    assert [(code, count) for code, count, _ in notes(second, "rematched_again")] == [("rematched_again", 2)]
    kept = build(("Ann", "Cas"), ("Mia", "Ole")).solve(previous=second, objective=("coverage", "least_change", "total"))
    assert kept.manifest["rematched"] == second.manifest["rematched"]
    assert not notes(kept, "rematched_again")
    assert "rematched" not in build().solve().manifest


def test_a_new_pair_beside_a_kept_one_is_no_rematch():
    """A mentor who takes a newcomer beside the mentee of before, and a mentee left without anybody, got no other."""
    before = build(("Ann", "Bo"), ("Mia:2", "Ned")).solve()
    after = mm.rematch(build(("Ann", "Bo", "Cas"), ("Mia:2",), constraints=[mm.Forbid("Ann", "Mia")]), before)
    assert ids(before) == {("Ann", "Ned"), ("Bo", "Mia")}
    assert ids(after) == {("Bo", "Mia"), ("Cas", "Mia")}
    assert after.manifest["rematched"] == {"mentees": (), "mentors": ()}


def test_a_manifest_from_elsewhere_is_read_with_care(running):
    """Whatever stands under `rematched` and `placed_by_hand` in a file, a re-match is made."""
    for held in (3, [3], {"mentees": 7, "mentors": [None]}, {"mentees": {"Ann": 1}}):
        document = running.to_dict()
        document["manifest"] |= {"rematched": held, "placed_by_hand": held}
        odd = mm.Matching.from_json(json.dumps(document))
        assert ids(mm.rematch(build(), odd)) == ids(mm.rematch(build(), running))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"keep": "all"}, "running, some, none"),
        ({"keep": None}, "running, some, none"),
        ({"keep": ["running"]}, "running, some, none"),
        ({"objective": "stable"}, "stable"),
        ({"objective": "stable", "keep": "none"}, "stable"),
        ({"objective": "total", "keep": "some"}, "coverage"),
        ({"objective": ("least_change", "coverage")}, "coverage"),
        ({"objective": ("nonsense",)}, "nonsense"),
        ({"previous": None}, "earlier Matching"),
        ({"previous": [("Ann", "Mia")]}, "earlier Matching"),
        ({"problem": "problem"}, "takes a Problem"),
        ({"time_limit": -1}, "time_limit"),
        ({"solver": "none such"}, "none such"),
    ],
)
def test_what_a_rematch_cannot_do_is_an_input_error(running, wrong, told):
    """Unknown degrees, objectives that keep nothing and what is no matching are refused in one sentence."""
    given = {"problem": build(), "previous": running, **wrong}
    with pytest.raises(mm.InputError, match=told):
        mm.rematch(given.pop("problem"), given.pop("previous"), **given)


@pytest.mark.parametrize(
    ("objective", "keep", "tiers"),
    [
        (("priority", "coverage", "total"), "some", ("priority", "coverage", "least_change", "total")),
        (("coverage", "priority", "total"), "some", ("coverage", "priority", "least_change", "total")),
        (("wishes", "coverage", "total"), "some", ("wishes", "coverage", "least_change", "total")),
        (("coverage", "total", "least_change"), "some", ("coverage", "total", "least_change")),
        (("coverage", "total", "least_change"), "running", ("least_change", "coverage", "total")),
        (("coverage", "total", "least_change"), "none", ("coverage", "total")),
        (("total",), "running", ("least_change", "total")),
        ("coverage", "some", ("coverage", "least_change")),
        (
            ("coverage", "floor", "leximin", "balance"),
            "running",
            ("least_change", "coverage", "floor", "leximin", "balance"),
        ),
    ],
)
def test_where_keeping_stands_among_the_tiers(running, objective, keep, tiers):
    """Running pairs come first, some after coverage and priority unless the objective says where, none nowhere."""
    problem = build()
    matching = mm.rematch(problem, running, keep=keep, objective=objective)
    assert matching.objective == tiers
    assert tuple(tier.name for tier in matching.certificate.tiers) == tiers
    matching.certificate.verify(problem)


def test_arguments_of_a_solve_reach_it(running):
    """Seed, solver, progress and the time limit are those of a solve."""
    stages = []
    problem = mm.Problem.from_scores([[0.5] * 3] * 3, mentees=list(TABLE), mentors=["Mia", "Ned", "Ole"])
    matching = mm.rematch(
        problem, running, seed=5, solver="network", time_limit=60, progress=lambda *told: stages.append(told)
    )
    assert (matching.certificate.seed, matching.solver) == (5, "network")
    assert {stage for stage, *_ in stages} >= {"solve", "prove"}
    assert {("Ann", "Mia"), ("Bo", "Ned")} <= ids(matching)


@pytest.mark.parametrize("keep", ["running", "some", "none"])
def test_who_listed_whom_first_decides_nothing(running, keep):
    """Another order of the people and another solver give the same pairs and the same proof."""
    one = mm.rematch(build(), running, keep=keep, solver="hungarian")
    two = mm.rematch(build(("Cas", "Bo", "Ann"), ("Ole", "Ned", "Mia")), running, keep=keep, solver="network")
    assert ids(one) == ids(two)
    assert one.certificate.tiers == two.certificate.tiers


def story(matching):
    """Everything that whoever is handed the matching can read from it."""
    people = [id_ for id_, _ in (*matching.mentees, *matching.mentors)]
    told = [matching.to_json(), pickle.dumps(matching), repr(matching), matching._repr_html_()]
    told += [str(matching.explain(one, other)) for one, _ in matching.mentees for other, _ in matching.mentors]
    return [*told, *(repr(matching.view(one).to_dict()) for one in people), repr(matching.certificate)]


@settings(max_examples=60)
@given(st.data())
def test_two_worlds_that_differ_in_confidences_tell_the_same_story(data):
    """Tensions that forbid no pair of the result change not a byte of a re-match, whatever had to give way."""
    score = st.sampled_from([0.25, 0.5, 1.0])
    table = {(e, m): data.draw(score) for e in ("e0", "e1", "e2", "e3") for m in ("m0", "m1", "m2")}

    @mm.scorer
    def flat(mentee, mentor):
        return table[mentee.id, mentor.id]

    everything = sorted(table)
    some = st.lists(st.sampled_from(everything), unique=True, max_size=3)

    def world(rules, places, locks=()):
        mentors = [{"id": f"m{j}", "capacity": places[j]} for j in range(3)]
        return mm.Problem.build(
            mentors, [{"id": f"e{i}"} for i in range(4)], scorers={flat: 1}, constraints=rules, locks=locks
        )

    locks = dict(data.draw(st.lists(st.sampled_from(everything), max_size=2)))
    by_hand = [
        mm.Override(*pair, reason="agreed", by="us") if data.draw(st.booleans()) else pair for pair in locks.items()
    ]
    before = world((), [2, 2, 2], by_hand).solve(seed=data.draw(st.integers(0, 3)))
    public = [mm.Forbid(*pair) for pair in data.draw(some)]
    places = [data.draw(st.integers(0, 2)) for _ in range(3)]
    keep = data.draw(st.sampled_from(["running", "some", "none"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem = world(public, places)
        matching = mm.rematch(problem, before, keep=keep)
        free = sorted(set(everything) - ids(matching))
        secret = [mm.Tension(*pair) for pair in data.draw(st.lists(st.sampled_from(free), unique=True))]
        secret += [
            mm.Tension(one, other)
            for one, other in (("e0", "e1"), ("e1", "e2"), ("e2", "e3"))
            if not set(matching.mentors_of(one)) & set(matching.mentors_of(other))
        ]
        other = world([*public, *secret], places)
        told = mm.rematch(other, before, keep=keep)
    assert story(matching) == story(told)
    told.certificate.verify(other)
    told.certificate.verify(problem)

"""Several weightings side by side: each the plain problem's own result, and each scored under every one."""

import json

import numpy as np
import pytest

import mentormatch as mm

WEIGHTS = {"needs_offers": 3, "shared_languages": 1, "level_gap": 1}
SEVERAL = {
    "content": {"needs_offers": 1},
    "talk": {"shared_languages": 3, "level_gap": 1},
    "now": None,
}


def people(seed, mentees, mentors, **more):
    rng = np.random.default_rng(seed)
    skills, languages = ["law", "art", "sales", "data"], ["nl", "en", "fr"]

    def one(name, field):
        return {
            "id": name,
            field: rng.choice(skills, 2, replace=False).tolist(),
            "languages": rng.choice(languages, int(rng.integers(0, 3)), replace=False).tolist(),
            "level": int(rng.integers(0, 5)),
            "department": ["IT", "HR", "Legal"][int(rng.integers(0, 3))],
            **more,
        }

    return [one(f"m{j}", "offers") for j in range(mentors)], [one(f"e{i}", "needs") for i in range(mentees)]


def problem_of(seed=0, mentees=8, mentors=7, **arguments):
    return mm.Problem.build(*people(seed, mentees, mentors), scorers=WEIGHTS, preset=None, **arguments)


def pairs_of(matching):
    return {(pair.mentee, pair.mentor) for pair in matching}


@pytest.mark.parametrize("arguments", [{}, {"min_score": 0.4}, {"constraints": [{"rule": "level_gap", "min": 0}]}])
def test_each_matching_is_that_of_a_problem_built_with_those_weights(arguments):
    """Pairs, scores and certificate are those of the problem built anew, and hold against it."""
    problem = problem_of(1, **arguments)
    found = mm.scenarios(problem, SEVERAL)
    for name, weights in SEVERAL.items():
        again = problem.replace(scorers=weights or WEIGHTS)
        best = again.solve()
        made = found.matchings[name]
        assert pairs_of(made) == pairs_of(best)
        assert made.total == best.total
        assert made.certificate.optimal
        made.certificate.verify(again)
        assert made.manifest["settings"]["scorers"] == best.manifest["settings"]["scorers"]


def test_each_matching_is_scored_under_every_weighting():
    """The square table holds mean scores that are those of the problem built with the other weights."""
    problem = problem_of(2)
    found = mm.scenarios(problem, SEVERAL)
    for other, weights in SEVERAL.items():
        frame = problem.replace(scorers=weights or WEIGHTS).scores.to_frame(backend="pandas")
        score = {(row.mentee, row.mentor): row.score for row in frame.itertuples()}
        for name in SEVERAL:
            mean = np.mean([score[pair] for pair in pairs_of(found.matchings[name])])
            assert found.table[name][other] == pytest.approx(mean)
            assert found.table[other][other] >= found.table[name][other] - 1e-12


def test_what_changes_is_counted_pair_by_pair():
    """Pairs changed, firm pairs, the worst pair and who gains and loses are those of the matchings."""
    problem = problem_of(3, 9, 9)
    found = mm.scenarios(problem, SEVERAL)
    sets = {name: pairs_of(found.matchings[name]) for name in SEVERAL}
    assert {a: dict(row) for a, row in found.changed.items()} == {
        a: {b: len(sets[a] - sets[b]) for b in SEVERAL} for a in SEVERAL
    }
    assert set(found.firm) == set.intersection(*sets.values())
    scores = {name: problem.replace(scorers=SEVERAL[name] or WEIGHTS).scores for name in SEVERAL}
    order = {f"e{k}": k for k in range(9)}, {f"m{k}": k for k in range(9)}

    def worth(name, mentee):
        own = [(order[0][e], order[1][m]) for e, m in sets[name] if e == mentee]
        return sum(np.mean([each.pairs([i], [j])[0] for each in scores.values()]) for i, j in own)

    for shift in found.shifts:
        apart = {mentee: worth(shift.other, mentee) - worth(shift.one, mentee) for mentee in order[0]}
        told = dict((*shift.gain, *shift.lose))
        assert all(apart[mentee] == pytest.approx(by) for mentee, by in told.items())
        assert shift.gaining == sum(by > 1e-12 for by in apart.values())
        assert shift.losing == sum(by < -1e-12 for by in apart.values())
        assert [by for _, by in shift.gain] == sorted((by for _, by in shift.gain), reverse=True)
        assert len(shift.gain) == min(5, shift.gaining)
    for one in found.scenarios:
        assert one.worst[2] == min(pair.score for pair in found.matchings[one.name])
        assert one.placed == len(sets[one.name])
    assert found.shift("content", "talk") is found.shifts[0]


def test_a_mentee_without_a_mentor_counts_as_nothing():
    """Who is placed under one weighting only gains what the pair scores under the mean of all of them."""
    mentors = [{"id": "m0", "offers": ["law"], "languages": ["en"]}]
    mentees = [
        {"id": "e0", "needs": ["law"], "languages": ["nl"]},
        {"id": "e1", "needs": ["art"], "languages": ["en"]},
    ]
    weights = {"needs_offers": 1, "shared_languages": 1}
    problem = mm.Problem.build(mentors, mentees, scorers=weights, preset=None)
    shift = mm.scenarios(problem, {"a": {"needs_offers": 1}, "b": {"shared_languages": 2}}).shifts[0]
    assert (shift.gain, shift.lose) == ((("e1", 0.5),), (("e0", -0.5),))


def test_the_listing_order_decides_nothing():
    """However people are listed, the tables and the pairs are the same."""
    mentors, mentees = people(5, 8, 8)
    one = mm.Problem.build(mentors, mentees, scorers=WEIGHTS, preset=None)
    other = mm.Problem.build(mentors[::-1], mentees[::-1], scorers=WEIGHTS, preset=None)
    first, second = (mm.scenarios(each, SEVERAL, by="department") for each in (one, other))
    assert set(first.firm) == set(second.firm)
    assert first.changed == second.changed
    assert first.scenarios == second.scenarios
    assert [(one.gaining, one.losing, one.gain) for one in first.shifts] == [
        (one.gaining, one.losing, one.gain) for one in second.shifts
    ]


def test_coverage_by_group_hides_small_groups():
    """A group of fewer than five is not told, nor the smallest other one beside a single such group."""
    departments = ["IT"] * 12 + ["HR"] * 7 + ["Legal"] * 3
    mentees = [{"id": f"e{k:02}", "needs": ["law"], "department": one} for k, one in enumerate(departments)]
    mentors = [{"id": f"m{k:02}", "offers": ["law"]} for k in range(22)]
    problem = mm.Problem.build(mentors, mentees, scorers={"needs_offers": 1}, preset=None)
    found = mm.scenarios(problem, {"one": None}, by="department")
    told = {group.group: (group.people, group.share) for group in found["one"].groups}
    assert told == {"HR": (None, None), "IT": (10, 1.0), "Legal": (None, None)}
    assert "Legal: too few to tell" in found.text()


def test_a_private_answer_counts_as_none():
    """Who keeps the field private is in no group but that of those who did not answer."""
    mentees = [{"id": f"e{k}", "department": "IT"} for k in range(10)]
    mentees += [{"id": f"p{k}", "department": "HR", "private": ["department"]} for k in range(6)]
    mentors = [{"id": f"m{k}"} for k in range(3)]
    problem = mm.Problem.build(mentors, mentees, scorers={"needs_offers": 1}, preset=None)
    groups = mm.scenarios(problem, {"one": None}, by="department")["one"].groups
    assert [group.group for group in groups] == ["IT", "unknown"]


@pytest.mark.parametrize("field", ["gender", "vetoes", "audit_attributes", "email", "name", "id"])
def test_coverage_is_told_by_public_fields_alone(field):
    """Neither audit attributes nor what is confidential or one's own make groups."""
    with pytest.raises(mm.InputError, match="department"):
        mm.scenarios(problem_of(), SEVERAL, by=field)


def test_every_fault_is_told_at_once():
    """Unknown criteria, bad weights and weightings without any weight are named together, each with its place."""
    wrong = {"a": {"needs_offrs": 1, "goals": 1}, "b": {"needs_offers": -1}, "c": {"needs_offers": 0}, "d": 3}
    with pytest.raises(mm.InputError) as caught:
        mm.scenarios(problem_of(), wrong, by="gender")
    assert [(fault.loc, fault.code) for fault in caught.value.faults] == [
        (("weightings", "a", "needs_offrs"), "unknown_criterion"),
        (("weightings", "a", "goals"), "unknown_criterion"),
        (("weightings", "b", "needs_offers"), "bad_weight"),
        (("weightings", "c"), "no_weight"),
        (("weightings", "d"), "no_mapping"),
        (("by",), "unknown_field"),
    ]
    for nothing in ({}, None, [1]):
        with pytest.raises(mm.InputError, match="weightings"):
            mm.scenarios(problem_of(), nothing)
    with pytest.raises(mm.InputError, match="takes a Problem"):
        mm.scenarios(None, SEVERAL)


def test_a_criterion_that_nobody_answered_drops_out():
    """It may be named, and its weight is nobody's."""
    mentors, mentees = people(1, 4, 4)
    problem = mm.Problem.build(mentors, mentees, scorers={**WEIGHTS, "goals": 2}, preset=None)
    found = mm.scenarios(problem, {"a": {"goals": 5, "needs_offers": 1}})
    assert dict(found["a"].weights) == {"level_gap": 0.0, "needs_offers": 1.0, "shared_languages": 0.0}


def test_a_changed_problem_keeps_its_statistics():
    """After people left and joined, another weighting is solved with the means of the beginning."""
    problem = problem_of(4, 6, 6)
    mentors, _ = people(9, 1, 8)
    later = problem.update(leave=["e0"], join_mentors=[{**mentors[7], "id": "new"}])
    found = mm.scenarios(later, SEVERAL)
    assert pairs_of(found.matchings["now"]) == pairs_of(later.solve())
    assert found.matchings["now"].total == pytest.approx(later.solve().total)
    scores = found.matchings["content"]
    assert all(pair.score == pytest.approx(pair.parts[0].contribution) for pair in scores)


def test_given_scores_have_one_weighting():
    """An array has the one criterion `score`; anything else is unknown, and no group is there."""
    problem = mm.Problem.from_scores([[0.9, 0.8], [0.7, np.nan]])
    found = mm.scenarios(problem, {"a": {"score": 2}, "b": None})
    assert found.changed["a"]["b"] == 0
    assert found.table["a"]["b"] == pytest.approx(0.75)
    with pytest.raises(mm.InputError, match="score"):
        mm.scenarios(problem, {"a": {"goals": 1}})
    with pytest.raises(mm.InputError, match="groups"):
        mm.scenarios(problem, {"a": None}, by="department")


def test_nobody_matched_has_no_score():
    """Where nothing may be made, means and worst pair are None, and the text says so."""
    problem = mm.Problem.from_scores([[0.9]], forbidden=[[True]])
    found = mm.scenarios(problem, {"a": None})
    assert (found.table["a"]["a"], found["a"].worst, found["a"].placed) == (None, None, 0)
    assert "nobody is matched" in found.text()


def test_nothing_confidential_is_told():
    """Whom a tension keeps apart is in no text, table or repr as such; a pair apart is in no matching."""
    mentors, mentees = people(6, 5, 5)
    problem = mm.Problem.build(
        mentors, mentees, scorers=WEIGHTS, preset=None, constraints=[mm.Tension("e0", "m0"), mm.Tension("e1", "zz9")]
    )
    found = mm.scenarios(problem, SEVERAL, by="department")
    told = found.text() + found.to_json() + repr(found) + repr(found.shifts) + str(found.to_frame())
    assert "zz9" not in told
    assert "tension" not in told.lower()
    assert not any(("e0", "m0") in pairs_of(each) for each in found.matchings.values())


def test_the_answer_can_be_read_in_every_form():
    """Text, plain data, JSON and a data frame tell the same."""
    found = mm.scenarios(problem_of(), SEVERAL, by="department")
    told = json.loads(found.to_json())
    assert told == json.loads(json.dumps(found.to_dict()))
    assert [one["name"] for one in told["scenarios"]] == list(found.names) == list(SEVERAL)
    for backend in ("pandas", "polars"):
        frame = found.to_frame(backend)
        assert list(frame["talk"]) == [found.table[name]["talk"] for name in found.names]
    assert repr(found).startswith("Scenarios(content 7 pairs")
    assert "mean score" in found.text()
    assert len(found) == 3


def test_a_weighting_that_is_not_there_is_an_input_error():
    """Asking for a name or a shift that is not there lists those that are."""
    found = mm.scenarios(problem_of(2), SEVERAL)
    assert found["talk"].name == "talk"
    with pytest.raises(mm.InputError, match="content, talk"):
        found["zz"]
    with pytest.raises(mm.InputError, match="content to talk"):
        found.shift("talk", "content")

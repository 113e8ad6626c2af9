"""A problem after a few changes: the same as one made anew with the statistics of the old one."""

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.errors import MentorMatchError
from mentormatch.problem.ties import pair_hashes
from mentormatch.solvers import repair

TIERS = (("coverage", "total"), ("total",))


@pytest.fixture
def small(monkeypatch):
    """Repair small problems too."""
    monkeypatch.setattr(repair, "LEAST_CELLS", 0)
    monkeypatch.setattr(repair, "worth_it", lambda instance: instance.objective in repair.TIERS)
    monkeypatch.setattr("mentormatch.problem.standing.worth_it", lambda instance: instance.objective in repair.TIERS)


def again(problem):
    """The same problem, with nothing remembered."""
    return type(problem)(problem._setup, problem._given)


def outcome(problem, objective):
    """What a solve gives: the matching, or why there is none."""
    try:
        return problem.solve(objective=objective).to_json()
    except MentorMatchError as error:
        return str(error)


def bounds_of(rng, people, most):
    highs = rng.integers(0, most + 1, people).tolist()
    return [(int(rng.integers(0, high + 1)) if rng.random() < 0.15 else 0, high) for high in highs]


def start(seed):
    """A small random problem of scores with ties, closed pairs, bounds, and sometimes a lock."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 8, 2)
    scores = rng.integers(0, 5, (n, m)) / 4 if seed % 2 else rng.random((n, m)) - 0.4 * (seed % 3 == 0)
    scores[rng.random((n, m)) < 0.2] = np.nan
    ids = {"mentees": [f"r{i}" for i in rng.permutation(n)], "mentors": [f"c{j}" for j in range(m)]}
    locks = [(ids["mentees"][0], "c0")] if seed % 4 == 0 and not np.isnan(scores[0, 0]) else []
    bounds = {"mentor_capacity": bounds_of(rng, m, 3), "mentee_demand": bounds_of(rng, n, 2)}
    return mm.Problem.from_scores(scores, locks=locks, **bounds, **ids)


def changes(rng, problem, number):
    """One to three random changes of people, bounds and pairs."""
    sides = problem._setup.roster.mentee_ids, problem._setup.roster.mentor_ids
    kinds = set(rng.choice(5, rng.integers(1, 4), replace=False).tolist())
    leave = [str(rng.choice([*sides[0], *sides[1]]))] if 0 in kinds and any(sides) else []
    stay = [[one for one in side if one not in leave] for side in sides]
    asked = {"leave": leave}
    if 1 in kinds:
        new = {
            "id": f"r{number}",
            "scores": rng.integers(0, 5, len(stay[1])) / 4,
            "mentors_wanted": int(rng.integers(3)),
        }
        asked["join_mentees"] = [new]
    if 2 in kinds:
        mentees = [*stay[0], *(one["id"] for one in asked.get("join_mentees", ()))]
        named = {one: float(rng.random()) for one in mentees if rng.random() < 0.8}
        asked["join_mentors"] = [{"id": f"c{number}", "scores": named, "capacity": int(rng.integers(4))}]
    if 3 in kinds and any(stay):
        high = int(rng.integers(4))
        bound = high if rng.random() < 0.8 else (int(rng.integers(high + 1)), high)
        asked["bounds"] = {str(rng.choice([*stay[0], *stay[1]])): bound}
    if 4 in kinds and all(stay):
        asked["forbid"] = [(str(rng.choice(stay[0])), str(rng.choice(stay[1])))]
    return asked


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.usefixtures("small")
def test_after_any_changes_the_matching_is_that_of_a_solve_from_nothing_byte_for_byte(seed):
    """After any changes the matching is that of a solve from nothing, byte for byte, and so is its refusal."""
    rng = np.random.default_rng(seed)
    objective = TIERS[seed % 5 == 0]
    problem = start(seed)
    for number in range(6):
        if number == 0 or rng.random() < 0.85:
            assert outcome(problem, objective) == outcome(again(problem), objective)
        problem = problem.update(**changes(rng, problem, 100 + number))


@pytest.mark.parametrize("seed", range(0, 40, 3))
@pytest.mark.usefixtures("small")
def test_what_is_repaired_reaches_in_every_tier_what_its_certificate_proves(seed):
    """What is repaired reaches in every tier what a solve from nothing does, and its certificate holds."""
    rng = np.random.default_rng(seed)
    problem = start(seed)
    for number in range(8):
        try:
            run = problem.run()
        except mm.Infeasible:
            run = None
        if run is not None and run.record.solver == "repair":
            cold = again(problem).run().solution
            assert [tier.value for tier in run.solution.tiers] == [tier.value for tier in cold.tiers]
            run.matching.certificate.verify(problem)
        problem = problem.update(**changes(rng, problem, 100 + number))


@pytest.mark.usefixtures("small")
def test_one_change_is_repaired_and_not_solved_again():
    """One who leaves, one who joins, another capacity and a forbidden pair are all repaired."""
    problem = mm.Problem.from_scores(np.random.default_rng(1).random((8, 9)))
    first = problem.solve()
    pair = first.pairs[0]
    for asked in (
        {"leave": {"mentors": [pair.mentor]}},
        {"join_mentees": [{"id": "new", "scores": [0.5] * 9}]},
        {"bounds": {"mentors": {pair.mentor: 0}}},
        {"forbid": [(pair.mentee, pair.mentor)]},
    ):
        later = problem.update(**asked)
        run = later.run()
        assert run.record.solver == "repair"
        assert run.matching.to_json() == again(later).solve().to_json()
    assert problem.solve().to_json() == first.to_json()


@pytest.mark.usefixtures("small")
def test_more_people_can_join_than_there_was_room_for():
    """People may go on joining; the table grows, and problems before stay as they were."""
    rng = np.random.default_rng(2)
    first = problem = mm.Problem.from_scores(rng.random((4, 4)))
    before = problem.solve().to_json()
    for number in range(40):
        size = problem._setup.roster.shape[1]
        problem = problem.update(join_mentees=[{"id": f"x{number}", "scores": rng.random(size)}])
        assert problem.run().record.solver == "repair"
    assert problem.solve().to_json() == again(problem).solve().to_json()
    assert first.solve().to_json() == before


def test_the_scores_of_those_who_stay_are_the_same_numbers():
    """Scores of people who stay are the same numbers, also where the rarity of words would change."""
    mentees = [{"id": f"e{k}", "bio": text} for k, text in enumerate(("python tea", "tea java", "go"))]
    mentors = [{"id": f"m{k}", "bio": text} for k, text in enumerate(("python", "tea tea go", "java go"))]
    problem = mm.Problem.build(mentors, mentees, scorers={"free_text": 1}, preset=None)
    later = problem.update(leave=["e1"], join_mentors=[{"id": "late", "bio": "tea python zebra"}])
    old, new = problem.scores.block(slice(0, 3), slice(0, 3)), later.scores.block(slice(0, 2), slice(0, 4))
    assert (new[:, :3] == old[[0, 2]]).all()
    alone = problem.update(join_mentors=[{"id": "late", "bio": "tea python zebra"}])
    assert (alone.scores.block(slice(0, 3), slice(3, 4))[[0, 2]] == new[:, 3:]).all()


def test_a_word_that_nobody_had_makes_a_text_longer_and_nothing_else():
    """A joiner's unseen word lowers how well its other words fit, as the rarest word would."""
    people = [{"id": "Mia", "bio": "python"}], [{"id": "Ann", "bio": "python"}, {"id": "Bo", "bio": "java"}]
    problem = mm.Problem.build(*people, scorers={"free_text": 1}, preset=None)
    plain, odd = (
        problem.update(join_mentors=[{"id": "late", "bio": text}]).scores.pairs([0], [1])[0]
        for text in ("python", "python zebra")
    )
    assert 0 < odd < plain == 1


def test_rules_hold_for_those_who_join():
    """A veto of somebody who joins holds, and so does a rule of the problem."""
    problem = mm.Problem.build([{"id": "Mia"}, {"id": "Ned"}], [{"id": "Ann"}], scorers={"needs_offers": 1})
    later = problem.update(leave=["Ann"], join_mentees=[{"id": "Bo", "vetoes": ["Mia"]}])
    assert [(pair.mentee, pair.mentor) for pair in later.solve()] == [("Bo", "Ned")]


def test_rules_over_several_pairs_are_read_again():
    """A rule over several pairs holds among those who are here after a change."""
    people = [{"id": "Mia", "capacity": 3}], [{"id": "Ann"}, {"id": "Bo"}, {"id": "Cy"}]
    tense = [mm.Tension("Ann", "Bo"), mm.Tension("Cy", "Dee")]
    problem = mm.Problem.build(*people, scorers={"needs_offers": 1}, constraints=tense)
    assert len(problem.solve()) == 2
    assert len(problem.update(leave=["Ann"]).solve()) == 2
    assert len(problem.update(join_mentees=[{"id": "Dee"}]).solve()) == 2


def test_what_is_forbidden_stays_forbidden_and_is_not_told():
    """A forbidden pair is in no later problem, not even one built anew, and nothing names it."""
    problem = mm.Problem.build([{"id": "Mia"}], [{"id": "Ann"}], scorers={"needs_offers": 1})
    later = problem.update(forbid=[("Ann", "Mia")]).update(join_mentees=[{"id": "Bo"}])
    assert [(pair.mentee, pair.mentor) for pair in later.solve()] == [("Bo", "Mia")]
    anew = later.update(leave=["Bo"]).replace(min_score=0.0)
    assert not anew.solve().pairs
    told = repr(later) + anew.solve().to_json()
    assert "kept_apart" not in told
    assert "Ann" not in repr(anew._given.constraints)
    assert [one.reason for one in anew.solve().unmatched_mentees] == ["not_placed"]


def test_locks_of_those_who_leave_go_with_them():
    """Who leaves takes a lock along, and the partner's place is free again."""
    problem = mm.Problem.from_scores(
        [[0.1, 0.9], [0.8, 0.2]], mentees=["a", "b"], mentors=["x", "y"], locks=[("a", "x")]
    )
    assert [(pair.mentee, pair.mentor) for pair in problem.update(leave=["a"]).solve()] == [("b", "x")]


def test_every_fault_is_told_at_once():
    """Strangers, doubles and bad bounds are told together, with their ids; a forbidden pair only by its place."""
    problem = mm.Problem.from_scores([[0.5]], mentees=["Ann"], mentors=["Mia"])
    with pytest.raises(mm.InputError) as caught:
        problem.update(
            leave=["Zed"],
            join_mentees=[{"id": "Ann", "scores": [1.0]}, {"id": "New"}],
            bounds={"Who": 1, "Mia": -1},
            forbid=[("Ann", "Secretus"), "no"],
        )
    codes = {fault.code for fault in caught.value.faults}
    assert codes == {"unknown_id", "duplicate_id", "bad_newcomer", "negative_bound", "bad_pair"}
    for name in ("Zed", "Ann", "Who", "Mia"):
        assert name in str(caught.value)
    assert "Secretus" not in str(caught.value)


def test_an_id_on_both_sides_of_an_array_is_asked_for():
    """Where an array's mentee and mentor have the same id, the side has to be said."""
    problem = mm.Problem.from_scores([[0.5, 0.4], [0.3, 0.1]])
    with pytest.raises(mm.InputError, match="a mentee and a mentor"):
        problem.update(leave=["0"])
    assert len(problem.update(leave={"mentors": ["0"]}).solve()) == 1
    assert len(problem.update(bounds={"mentors": {"0": 2}, "mentees": {"1": 0}}).solve()) == 1


@pytest.mark.parametrize(
    "asked",
    [{"leave": "Ann"}, {"leave": {"people": ["Ann"]}}, {"bounds": 3}, {"forbid": 3}, {"join_mentees": 3}],
)
def test_what_is_no_list_is_refused(asked):
    """What is no list, or no mapping, is an input error."""
    problem = mm.Problem.from_scores([[0.5]], mentees=["Ann"], mentors=["Mia"])
    with pytest.raises(mm.InputError):
        problem.update(**asked)


@pytest.mark.parametrize("scores", [[1.0], [1.0, 2.0, 3.0], ["x", "y"], 5, {"Zed": 1.0}, [np.inf, 1.0]])
def test_scores_that_do_not_fit_are_refused(scores):
    """Scores of somebody who joins must be one number for everybody who is there."""
    problem = mm.Problem.from_scores([[0.5, 0.4]], mentees=["Ann"], mentors=["Mia", "Ned"])
    with pytest.raises(mm.InputError):
        problem.update(join_mentees=[{"id": "New", "scores": scores}])


def test_a_capacity_that_changes_is_still_tightened_by_rules():
    """A new capacity is what somebody states: a rule on it holds as before."""
    mentees = [{"id": one} for one in "abcd"]
    rule = {"rule": "capacity", "max": 2}
    problem = mm.Problem.build([{"id": "Mia", "capacity": 1}], mentees, scorers={"needs_offers": 1}, constraints=[rule])
    assert len(problem.update(bounds={"Mia": 4}).solve()) == 2


def test_an_audit_of_a_changed_problem_sees_its_people():
    """The coordinator's view of a changed problem speaks of the people who are here."""
    problem = mm.Problem.build([{"id": "Mia"}, {"id": "Ned"}], [{"id": "Ann"}], scorers={"needs_offers": 1})
    later = problem.update(leave=["Mia"], bounds={"Ann": (1, 1)}, forbid=[("Ann", "Ned")])
    with pytest.raises(mm.Infeasible, match="Ann") as caught:
        later.solve()
    assert "Ned" not in str(caught.value)
    assert "confidential" in str(mm.audit(later).clashes())


def test_the_compiled_hash_of_a_pair_is_the_one_that_decides_ties_everywhere():
    """The compiled hash of two people is the one that decides ties everywhere."""
    from mentormatch.solvers.kernel.dense import _mixed

    rng = np.random.default_rng(3)
    one, other = (rng.integers(0, 2**63, 20).astype(np.uint64) * np.uint64(2) for _ in "ab")
    with np.errstate(over="ignore"):
        found = [(_mixed(a, b, True), _mixed(b, a, False)) for a, b in zip(one, other, strict=True)]
    assert found == [(h, h) for h in pair_hashes(one, other).tolist()]


@pytest.mark.filterwarnings("ignore::mentormatch.DataWarning")
def test_locks_in_settings_go_with_those_who_leave_too():
    """A problem of settings with a lock of somebody who left can be built again, and keeps the other lock."""
    people = [[{"id": f"{side}{k}", "name": f"{side}{k}"} for k in range(3)] for side in "me"]
    locks = [{"mentee": "e0", "mentor": "m0"}, {"mentee": "e1", "mentor": "m1"}]
    problem = mm.Problem.build(mm.Pool(*people), preset=mm.Settings(locks=locks))
    again = problem.update(leave=["m0"]).replace(min_score=0.0)
    assert ("e1", "m1") in {(pair.mentee, pair.mentor) for pair in again.solve()}

"""The objective "stable" as users meet it: people, wishes, rules, locks, minimums and certificates."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.constraints.terms import GroupBounds
from mentormatch.matching import TierProof


@mm.scorer
def named(mentee, mentor):
    """A score that depends on the two ids alone, in steps, so that there are ties."""
    return (sum(map(ord, mentee.id)) * 7 + sum(map(ord, mentor.id)) * 5) % 4 / 4


def people(seed, *, mentees=6, mentors=4):
    """Random people: some wish for some of the others, and for somebody who is not here."""
    rng = np.random.default_rng(seed)
    names = [f"a{i}" for i in range(mentees)], [f"b{j}" for j in range(mentors)]

    def wishes(of):
        return [*rng.permutation([*of, "gone"])[: rng.integers(0, 4)].tolist()]

    return (
        [{"id": one, "capacity": int(rng.integers(1, 3)), "wishes": wishes(names[0])} for one in names[1]],
        [{"id": one, "mentors_wanted": int(rng.integers(1, 3)), "wishes": wishes(names[1])} for one in names[0]],
    )


def made(matching):
    """The pairs of a matching."""
    return {(pair.mentee, pair.mentor) for pair in matching}


def problem_of(mentors, mentees, **given):
    return mm.Problem.build(mentors, mentees, preset=None, scorers={named: 1}, **given)


def naive(problem, matching, mentors, mentees, closed=frozenset(), held=frozenset()):
    """The pairs that block, by a loop over the definition; equal scores are no reason to change."""
    scores = problem.scores.block(slice(None), slice(None))
    row = {one["id"]: i for i, one in enumerate(mentees)}, {one["id"]: j for j, one in enumerate(mentors)}
    pairs = made(matching)

    def worth(person, mentee, mentor, other):
        wishes = [one for one in person.get("wishes", ()) if one in row[0] or one in row[1]]
        rank = wishes.index(other) if other in wishes else None
        return (0, scores[row[0][mentee], row[1][mentor]]) if rank is None else (1, -rank)

    def gains(person, mine, places, pair, other):
        places -= sum(one in held for one in mine)
        mine = [one for one in mine if one not in held]
        worst = min((worth(person, *one, one[other]) for one in mine), default=None)
        return places > 0 and (len(mine) < places or worth(person, *pair, pair[other]) > worst)

    return tuple(
        sorted(
            (a["id"], b["id"])
            for a, b in product(mentees, mentors)
            if (pair := (a["id"], b["id"])) not in pairs | closed
            and gains(a, [one for one in pairs if one[0] == a["id"]], a.get("mentors_wanted", 1), pair, 1)
            and gains(b, [one for one in pairs if one[1] == b["id"]], b.get("capacity", 1), pair, 0)
        )
    )


@pytest.mark.parametrize("seed", range(60))
def test_nobody_would_leave_and_anybody_can_check_it(seed):
    """The result has no blocking pair, is proven so, and the proof holds; that of the optimum is counted rightly."""
    mentors, mentees = people(seed)
    problem = problem_of(mentors, mentees)
    matching = problem.solve(objective="stable", seed=seed)
    assert problem.blocking_pairs(matching) == naive(problem, matching, mentors, mentees) == ()
    assert matching.certificate.tiers == (TierProof("stable", 0, 0, True),)
    assert matching.certificate.optimal
    matching.certificate.verify(problem)
    best = problem.solve()
    assert problem.blocking_pairs(best) == naive(problem, best, mentors, mentees)


def test_the_optimum_has_blocking_pairs_now_and_then():
    """What the highest total does for all, some pair would undo: the check above is not empty."""
    found = 0
    for seed in range(20):
        problem = problem_of(*people(seed))
        found += bool(problem.blocking_pairs(problem.solve()))
    assert found > 5


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_listing_order_changes_nothing(seed, random):
    """Whoever is listed first has no advantage, ties or not."""
    mentors, mentees = people(seed)
    one = made(problem_of(mentors, mentees).solve(objective="stable"))
    random.shuffle(mentors)
    random.shuffle(mentees)
    assert made(problem_of(mentors, mentees).solve(objective="stable")) == one


@given(st.integers(0, 10_000))
def test_rules_about_pairs_hold(seed):
    """Pairs that public or confidential rules, vetoes or the least score close are neither made nor do they block."""
    mentors, mentees = people(seed)
    mentees[0]["vetoes"] = ["b0"]
    rules = [mm.Tension("a1", "b1"), mm.Forbid("a2", "b2")]
    problem = problem_of(mentors, mentees, constraints=rules, min_score=0.25)
    scores = problem.scores.block(slice(None), slice(None))
    low = {(f"a{i}", f"b{j}") for i, j in np.argwhere(scores < 0.25).tolist()}
    closed = low | {("a0", "b0"), ("a1", "b1"), ("a2", "b2")}
    matching = problem.solve(objective="stable")
    assert made(matching).isdisjoint(closed)
    assert problem.blocking_pairs(matching) == naive(problem, matching, mentors, mentees, closed) == ()


@given(st.integers(0, 10_000), st.integers(0, 5), st.integers(0, 3))
def test_a_lock_takes_its_place_first(seed, i, j):
    """A locked pair is made, the rest is stable beside it, and its two are not asked to give it up."""
    mentors, mentees = people(seed)
    lock = (f"a{i}", f"b{j}")
    problem = problem_of(mentors, mentees, locks=[lock])
    matching = problem.solve(objective="stable")
    assert lock in made(matching)
    assert problem.blocking_pairs(matching) == naive(problem, matching, mentors, mentees, held={lock}) == ()
    matching.certificate.verify(problem)


def test_two_worlds_that_differ_in_a_tension_that_binds_nobody_tell_the_same_story():
    """The same pairs with and without it, and then the same text, byte for byte."""
    compared = 0
    for seed in range(15):
        mentors, mentees = people(seed)
        free = problem_of(mentors, mentees).solve(objective="stable")
        for pair in sorted(set(product([f"a{i}" for i in range(6)], [f"b{j}" for j in range(4)])) - made(free)):
            tense = problem_of(mentors, mentees, constraints=[mm.Tension(*pair)]).solve(objective="stable")
            if made(tense) == made(free):
                compared += 1
                assert tense.to_json() == free.to_json()
    assert compared > 50


def test_a_minimum_that_is_missed_names_the_person():
    """Somebody whom no stable matching gives enough partners is told by id; nobody else is."""
    mentees = [{"id": "Ann", "mentors_wanted": (1, 1), "wishes": ["Mia"]}, {"id": "Bo", "wishes": ["Mia"]}]
    mentors = [{"id": "Mia", "wishes": ["Bo", "Ann"]}]
    problem = problem_of(mentors, mentees)
    with pytest.raises(
        mm.Infeasible, match="mentee Ann at least 1, together with the rules that are not shown"
    ) as caught:
        problem.solve(objective="stable")
    assert caught.value.people == ("Ann",)
    assert made(problem.solve()) == {("Ann", "Mia")}  # other objectives can meet it
    with pytest.raises(mm.Infeasible, match="mentor Ned at least 2"):
        problem_of([*mentors, {"id": "Ned", "capacity": (2, 2)}], mentees).solve(objective="stable")


def test_locks_are_named_where_they_cost_the_minimum():
    """A lock that takes the place which a minimum needs is told beside it; one that does not is not."""
    mentees = [{"id": "Ann", "mentors_wanted": (1, 1)}, {"id": "Bo"}, {"id": "Cas"}]
    mentors = [{"id": "Mia", "wishes": ["Ann"]}, {"id": "Ned", "wishes": ["Cas"]}]
    with pytest.raises(
        mm.Infeasible, match="Ann at least 1, beside the locks Bo with Mia, Cas with Ned, together"
    ) as caught:
        problem_of(mentors, mentees, locks=[("Bo", "Mia"), ("Cas", "Ned")]).solve(objective="stable")
    assert caught.value.people == ("Ann", "Bo", "Cas", "Mia", "Ned")
    alone = [{"id": "Ann", "mentors_wanted": (2, 2)}, *mentees[1:]]
    with pytest.raises(mm.Infeasible, match="Ann at least 2, together"):
        problem_of(mentors[:1], alone, locks=[("Bo", "Mia")]).solve(objective="stable")


def test_reports_call_it_stable_and_not_the_best():
    """What is proven is said in its own words, on the page and in a notebook."""
    matching = problem_of(*people(0)).solve(objective="stable")
    page = mm.match(*people(0), preset=None, objective="stable")
    for text in (repr(matching), page._repr_html_()):
        assert "roven best" not in text
    assert "proven stable" in repr(matching)


def test_a_minimum_that_is_met_is_no_trouble():
    """Minimums on both sides that the stable matching meets change nothing."""
    mentors, mentees = [{"id": "Mia", "capacity": (1, 2)}], [{"id": "Ann", "mentors_wanted": (1, 1)}]
    matching = problem_of(mentors, mentees).solve(objective="stable")
    assert made(matching) == {("Ann", "Mia")}
    matching.certificate.verify(problem_of(mentors, mentees))


class Quota:
    """A rule over a group, which no solver here can keep."""

    name, confidential = "quota", False

    def terms(self, pool):
        return [GroupBounds("mentees", np.array([0, 1]), 0, 1)]


@pytest.mark.parametrize("rule", [mm.Tension("a0", "a1"), Quota()], ids=["coupled", "quota"])
def test_rules_over_several_people_are_refused(rule):
    """Two who could share a mentor and must not, and quotas, have no stable matching to be found here."""
    mentors = [{"id": "b0", "capacity": 2}]
    with pytest.raises(mm.UnsupportedProblem):
        problem_of(mentors, [{"id": "a0"}, {"id": "a1"}], constraints=[rule]).solve(objective="stable")


@pytest.mark.parametrize("solver", ["hungarian", "network"])
def test_other_solvers_refuse_by_name(solver):
    """A solver that cannot says which one can."""
    with pytest.raises(mm.UnsupportedProblem, match='"stable"'):
        problem_of(*people(0)).solve(objective="stable", solver=solver)


def test_the_stable_solver_refuses_other_objectives():
    """It is never used for a total."""
    with pytest.raises(mm.UnsupportedProblem, match="alone"):
        problem_of(*people(0)).solve(solver="stable")
    with pytest.raises(mm.InputError, match="stands alone"):
        problem_of(*people(0)).solve(objective=("stable", "total"))
    assert problem_of(*people(0)).run(objective="stable").record.solver == "stable"
    assert problem_of(*people(0)).run().record.solver != "stable"


class Fake:
    """A solver of one's own that answers with what another one finds."""

    name = "fake"

    def __init__(self, solve):
        self._solve = solve

    def supports(self, form):
        return True

    def solve(self, instance, **options):
        return self._solve(instance)


def test_what_a_solver_of_ones_own_calls_stable_is_checked():
    """The stable matching is taken from anybody; any other matching is refused."""
    from mentormatch.solvers import Network, Stable

    problem = problem_of(*people(3))
    matching = problem.solve(objective="stable", solver=Fake(Stable().solve))
    assert matching.pairs == problem.solve(objective="stable").pairs
    greedy = Fake(lambda instance: Network().solve(replace(instance, objective=("total",))))
    with pytest.raises(mm.InputError, match="stable"):
        problem.solve(objective="stable", solver=greedy)


def test_a_certificate_of_other_pairs_does_not_hold():
    """Pairs that are left out, added or those of the optimum are not the stable matching."""
    problem = problem_of(*people(3))
    certificate = problem.solve(objective="stable").certificate
    best = problem.solve()
    assert made(best) != set(certificate.pairs)
    tiers = (TierProof("stable", 1, 1, True),)
    for wrong in (
        replace(certificate, pairs=certificate.pairs[1:]),
        replace(certificate, pairs=best.certificate.pairs),
        replace(certificate, tiers=tiers),
        replace(certificate, tiers=()),
        replace(certificate, objective=("stable", "total")),
    ):
        with pytest.raises(mm.CertificateError):
            wrong.verify(problem)


def test_it_survives_files_and_requests():
    """Objective and certificate come back from JSON, a request may ask for it, and the manifest says so."""
    mentors, mentees = people(1)
    matching = problem_of(mentors, mentees).solve(objective="stable")
    again = mm.Matching.from_json(matching.to_json())
    assert again == matching
    assert (again.objective, again.certificate.tiers) == (("stable",), matching.certificate.tiers)
    assert matching.manifest["settings"]["objective"] == ["stable"] or tuple(
        matching.manifest["settings"]["objective"]
    ) == ("stable",)
    again.certificate.verify(problem_of(mentors, mentees))
    body = {"schema": "mentormatch/request/1", "mentors": mentors, "mentees": mentees}
    body["settings"] = {"preset": None, "objective": "stable"}
    asked = mm.match(mm.Request.parse(json.dumps(body)))
    assert asked.objective == ("stable",)


def test_an_array_has_scores_alone():
    """Without people there are no wishes: by score, with ties by the hash, and several partners on both sides."""
    rng = np.random.default_rng(5)
    for seed in range(30):
        scores = rng.integers(0, 5, (5, 4)) / 4
        scores[rng.random((5, 4)) < 0.2] = np.nan
        problem = mm.Problem.from_scores(scores, mentor_capacity=2, mentee_demand=[1, 2, 1, 2, 0])
        matching = problem.solve(objective="stable", seed=seed)
        assert problem.blocking_pairs(matching) == ()
        matching.certificate.verify(problem)


def test_pairs_made_by_wishes_are_not_called_arbitrary():
    """Where wishes decide, no note says that the seed did; without wishes and answers it does."""
    mentors, mentees = [{"id": "Mia", "wishes": ["Bo"]}], [{"id": "Ann"}, {"id": "Bo"}]
    codes = {note.code for note in mm.match(mentors, mentees, preset=None, objective="stable").notes}
    assert "arbitrary" not in codes
    codes = {note.code for note in mm.match([{"id": "Mia"}], mentees, preset=None, objective="stable").notes}
    assert "arbitrary" in codes


def test_blocking_pairs_takes_any_matching_of_these_people():
    """A matching of other rules will do; one of strangers, or no matching at all, is an input error."""
    mentors, mentees = people(2)
    problem = problem_of(mentors, mentees)
    other = problem_of(mentors, mentees, locks=[("a0", "b3")]).solve()
    assert problem.blocking_pairs(other) == naive(problem, other, mentors, mentees)
    with pytest.raises(mm.InputError, match="Cas"):
        problem.blocking_pairs(problem_of([{"id": "b0"}], [{"id": "Cas"}]).solve())
    with pytest.raises(mm.InputError):
        problem.blocking_pairs([("a0", "b0")])


def test_partners_who_are_not_allowed_are_given_up_for_anybody_who_is():
    """In a world where a pair has become forbidden its two would rather have anybody else."""
    two = [{"id": "Mia"}, {"id": "Ned"}]
    before = problem_of(two, [{"id": "Ann"}], locks=[("Ann", "Mia")]).solve()
    after = problem_of(two, [{"id": "Ann"}], constraints=[mm.Forbid("Ann", "Mia")])
    assert after.blocking_pairs(before) == (("Ann", "Ned"),)

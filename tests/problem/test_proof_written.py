"""What ``problem.proof()`` writes, and when it has none to write."""

from __future__ import annotations

import itertools
import json
import math
import threading

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.network import Arcs, Solution
from mentormatch.problem import check_proof
from mentormatch.problem import proof as writing


def three(constraints=(), **settings):
    """Mia takes two and suits Ann and Bo best; Ned takes two as well."""
    worth = {("Ann", "Mia"): 0.9, ("Bo", "Mia"): 0.75, ("Cas", "Ned"): 0.5}

    @mm.scorer
    def told(mentee, mentor):
        return worth.get((mentee.id, mentor.id), 0.25)

    mentors = [{"id": "Ned", "capacity": 2}, {"id": "Mia", "capacity": 2}]
    mentees = [{"id": one} for one in ("Cas", "Bo", "Ann")]
    return mm.Problem.build(mentors, mentees, preset=None, scorers={told: 1}, constraints=constraints, **settings)


def read(problem):
    proof = json.loads(problem.proof())
    check_proof.check(proof)
    return proof


def test_nothing_solved_has_no_proof():
    """Before the first solve the state is wrong, and the message says what to do."""
    with pytest.raises(mm.StateError, match="solve"):
        three().proof()


def test_the_proof_is_of_the_last_solve():
    """Each solve takes the place of the one before; a copy with other rules starts without any."""
    problem = three()
    problem.solve(objective=("total",))
    assert read(problem)["objective"] == ["total"]
    problem.solve(objective=("coverage", "leximin"))
    assert read(problem)["objective"] == ["coverage", "leximin"]
    with pytest.raises(mm.StateError):
        problem.replace(min_score=0.1).proof()


def test_a_solve_that_fails_changes_nothing():
    """After an error the proof is still that of the last solve that came to an end."""
    problem = three()
    problem.solve(objective=("total",))
    with pytest.raises(mm.InputError):
        problem.solve(objective=("no such tier",))
    assert read(problem)["objective"] == ["total"]


def test_the_proof_speaks_of_people_by_position():
    """Ids stand by position, in order; scores are whole numbers of the grid that is told, and null may not be made."""
    problem = three([mm.Forbid("Cas", "Mia")], locks=[("Ann", "Ned")])
    matching = problem.solve()
    proof = read(problem)
    assert (proof["mentees"]["ids"], proof["mentors"]["ids"]) == (["Ann", "Bo", "Cas"], ["Mia", "Ned"])
    assert proof["scores"][2][0] is None
    assert proof["fixed"] == [[0, 1]]
    ids = {(proof["mentees"]["ids"][i], proof["mentors"]["ids"][j]) for i, j in proof["matching"]}
    assert ids == {(pair.mentee, pair.mentor) for pair in matching}
    grid = sum(proof["scores"][i][j] for i, j in proof["matching"])
    assert math.ldexp(grid, -proof["exponent"]) == pytest.approx(matching.total, rel=1e-12)


def numbers(value):
    """Every leaf of some JSON that is neither text nor null."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [leaf for one in value for leaf in numbers(one)]
    return [] if value is None or isinstance(value, str) else [value]


def test_all_numbers_are_whole():
    """Neither a fraction nor a truth value is in a proof, whatever the tiers."""
    problem = three()
    for objective in (("coverage", "wishes", "priority", "balance", "floor", "leximin"), ("stable",)):
        problem.solve(objective=objective)
        assert {type(one) for one in numbers(read(problem))} == {int}


def test_the_same_solve_has_the_same_proof():
    """Neither the listing order nor a second run changes a byte."""
    problem = three()
    problem.solve()
    first = problem.proof()
    problem.solve()
    assert problem.proof() == first
    scores = np.random.default_rng(0).random((4, 3))
    ids = ["d", "a", "c", "b"], ["z", "x", "y"]
    one = mm.Problem.from_scores(scores, mentees=ids[0], mentors=ids[1])
    other = mm.Problem.from_scores(scores[::-1, ::-1], mentees=ids[0][::-1], mentors=ids[1][::-1])
    one.solve()
    other.solve()
    assert one.proof() == other.proof()


def test_balance_is_told_at_what_it_costs():
    """Loads of capacities 2, 3 and 4 cost whole multiples of load² / capacity, which the value adds up."""
    problem = mm.Problem.from_scores(np.ones((5, 3)), mentor_capacity=[2, 3, 4])
    matching = problem.solve(objective=("coverage", "balance"))
    proof = read(problem)
    assert proof["mentors"]["units"] == [6, 4, 3]
    assert proof["tiers"][1]["value"][0] / 12 == pytest.approx(matching.certificate.tiers[1].value)


# --- where there is none ---


def test_too_many_pairs_are_refused(monkeypatch):
    """Above a stated number of pairs the proof is not written."""
    problem = three()
    problem.solve()
    monkeypatch.setattr(writing, "LARGEST", 5)
    with pytest.raises(mm.UnsupportedProblem, match="up to 5 of them; this problem has 6"):
        problem.proof()


def test_a_tension_that_binds_has_a_multiplier():
    """Where two mentees would share a mentor but for a tension, its row has a price, and without it nothing holds."""
    problem = three([mm.Tension("Ann", "Bo")])
    assert problem.run().record.proof == "multipliers"
    proof = read(problem)
    places = len(proof["mentees"]["ids"]) + len(proof["mentors"]["ids"])
    steps = [step for tier in proof["tiers"] for step in tier["steps"]]
    assert any(place >= places for step in steps for place, _ in step)
    for step in steps:
        step[:] = [[place, price] for place, price in step if place < places]
    with pytest.raises(ValueError, match="there may be a better matching"):
        check_proof.check(proof)


def test_what_had_to_be_searched_has_no_written_proof():
    """Where branching was needed, multipliers alone do not prove the result, and that is said."""
    table = np.array([[0.9, 0.8], [0.8, 0.1], [0.7, 0.6]])

    @mm.scorer
    def told(mentee, mentor):
        return float(table[int(mentee.id), int(mentor.id[1:])])

    for hours in itertools.product(range(1, 5), repeat=4):
        mentees = [{"id": str(i), "hours_per_month": hour} for i, hour in enumerate(hours[:3])]
        mentors = [{"id": f"r{j}", "capacity": 3, "hours_per_month": 2 + hours[3]} for j in range(2)]
        problem = mm.Problem.build(
            mentors, mentees, preset=None, scorers={told: 1}, constraints=[mm.HoursCapacity(), mm.AtMost(2)]
        )
        problem.solve(objective="total")
        try:
            problem.proof()
        except mm.UnsupportedProblem as error:
            assert "multipliers alone do not prove" in str(error)  # noqa: PT017  the first that needs a search
            break
    else:
        pytest.fail("every one has a proof")


def test_a_tension_that_does_not_bind_is_a_row():
    """A tension that the best matching keeps anyway is checked by counting."""
    problem = three([mm.Tension("Ann", "Cas")])
    problem.solve()
    proof = read(problem)
    assert proof["rows"]["upper"] == [1, 1]
    assert sorted(pair[1:3] for pair in proof["rows"]["pairs"]) == [[0, 0], [0, 1], [2, 0], [2, 1]]
    # Ann and Bo are with Mia: had the tension been between these two, the matching would break it
    for pair in proof["rows"]["pairs"]:
        pair[1] = {2: 1}.get(pair[1], pair[1])
    with pytest.raises(ValueError, match="a bound is broken"):
        check_proof.check(proof)


def test_a_lock_counts_in_a_row():
    """Where one of two who may not share a mentor is locked there, the other may not come."""
    problem = three([mm.Tension("Ann", "Cas")], locks=[("Cas", "Mia")])
    problem.solve()
    proof = read(problem)
    assert [proof["scores"][0][0], proof["matching"]] == [None, [[0, 1], [1, 0], [2, 0]]]


class Cut:
    """A solver of one's own that gives the best pairs of all; as if its time had run out, or not the best."""

    name = "cut"

    def __init__(self, arcs):
        self.arcs = arcs

    def supports(self, form):
        return True

    def solve(self, instance, *, warm=None, deadline=None, progress=None):
        return Solution(Arcs(*np.array(self.arcs, np.int64).T), ())


def test_a_result_that_is_not_the_best_has_no_proof():
    """What a solver of one's own returned is proved if it is the best, and refused if it is not."""
    problem = three()
    problem.solve(solver=Cut([[0, 0], [1, 0], [2, 1]]))
    assert read(problem)["tiers"][0]["value"] == [3]
    problem.solve(solver=Cut([[0, 1], [1, 0], [2, 1]]))
    with pytest.raises(mm.StateError, match="is not proved"):
        problem.proof()


def test_equals_that_the_seed_did_not_decide_have_a_proof_without_it():
    """Where another of several equally good matchings was returned, the tiers are proved and the seed's is left out."""
    problem = mm.Problem.from_scores([[0.5, 0.5], [0.5, 0.5]])
    names = []
    for arcs in ([[0, 0], [1, 1]], [[0, 1], [1, 0]]):
        problem.solve(solver=Cut(arcs))
        names.append([tier["name"] for tier in read(problem)["tiers"]])
    assert sorted(names, key=len) == [["coverage", "total"], ["coverage", "total", "seed"]]


# --- stable matchings ---


def test_a_stable_matching_is_its_own_proof():
    """Of a stable matching everybody's order of preference is written, and that no two would rather have each other."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n, m = rng.integers(1, 7, 2)
        scores, forbidden = rng.integers(0, 4, (n, m)) / 4, rng.random((n, m)) < 0.2
        capacity, demand = (rng.integers(0, 3, size).tolist() for size in (m, n))
        problem = mm.Problem.from_scores(scores, mentor_capacity=capacity, mentee_demand=demand, forbidden=forbidden)
        problem.solve(objective="stable")
        proof = read(problem)
        for pair in proof["matching"]:  # two who lose each other would both have a free place
            with pytest.raises(ValueError, match="rather have each other"):
                check_proof.check({**proof, "matching": [one for one in proof["matching"] if one != pair]})


def test_a_crossed_matching_is_not_stable():
    """Two who would leave their partners for each other are found."""
    problem = mm.Problem.from_scores([[0.9, 0.5], [0.6, 0.1]])
    problem.solve(objective="stable")
    proof = read(problem)
    assert proof["matching"] == [[0, 0], [1, 1]]
    with pytest.raises(ValueError, match="rather have each other"):
        check_proof.check({**proof, "matching": [[0, 1], [1, 0]]})


def test_several_threads_get_whole_proofs():
    """While others solve, a proof is always of one solve, whichever came last."""
    problem = three()
    problem.solve()
    objectives = [("total",), ("coverage", "floor"), ("coverage", "balance", "total")]
    found = []

    def work(objective):
        for _ in range(5):
            problem.solve(objective=objective)
            found.append(problem.proof())

    threads = [threading.Thread(target=work, args=(objective,)) for objective in objectives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 15
    for proof in found:
        check_proof.check(json.loads(proof))


def test_a_problem_still_shows_counts_only():
    """What it remembers of a solve is in no repr."""
    problem = three()
    problem.solve()
    assert repr(problem) == "Problem(3 mentees, 2 mentors, 0 fixed pairs)"
    assert "Ann" not in repr(problem._last)

"""Arrays in, matchings out: against every matching there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm


@st.composite
def problems(draw):
    """Small tables of sixteenths with ties, closed pairs, minimums and several each."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    cells = draw(st.lists(st.integers(-3, 8) | st.none(), min_size=n * m, max_size=n * m))
    scores = np.array([np.nan if cell is None else cell / 16 for cell in cells]).reshape(n, m)
    bound = st.integers(0, 3).flatmap(lambda high: st.integers(0, min(high, 1)).map(lambda low: (low, high)))
    return scores, draw(st.lists(bound, min_size=m, max_size=m)), draw(st.lists(bound, min_size=n, max_size=n))


@settings(max_examples=150, deadline=None)
@given(problems(), st.sampled_from([("coverage",), ("total",), ("coverage", "total"), ("total", "coverage")]))
def test_the_best_of_every_matching(every_matching, problem, tiers):
    """Each tier has exactly its best value given the tiers above, or the problem is infeasible as all agree."""
    scores, capacity, demand = problem
    known = [(len(pairs), sum(scores[i, j] for i, j in pairs)) for pairs in every_matching(scores, capacity, demand)]
    ours = mm.Problem.from_scores(scores, mentor_capacity=capacity, mentee_demand=demand)
    if not known:
        with pytest.raises(mm.Infeasible):
            ours.solve(objective=tiers)
        return
    meaning = {"coverage": 0, "total": 1}
    best = max(tuple(one[meaning[tier]] for tier in tiers) for one in known)
    matching = ours.solve(objective=tiers)
    reached = {"coverage": len(matching), "total": sum(pair.score for pair in matching)}
    assert tuple(reached[tier] for tier in tiers) == best
    matching.certificate.verify(ours)
    assert matching.certificate.optimal
    assert [tier.name for tier in matching.certificate.tiers] == list(tiers)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_listing_order_and_solver_decide_nothing(seed):
    """However people are listed and whoever solves it, the same people are paired."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 7, 2)
    scores = rng.integers(0, 3, (n, m)) / 2
    scores[rng.random((n, m)) < 0.2] = np.nan
    mentees, mentors = [f"e{i}" for i in range(n)], [f"r{j}" for j in range(m)]
    rows, columns = rng.permutation(n), rng.permutation(m)
    one = mm.Problem.from_scores(scores, mentees=mentees, mentors=mentors).solve(solver="hungarian")
    other = mm.Problem.from_scores(
        scores[rows][:, columns], mentees=[mentees[i] for i in rows], mentors=[mentors[j] for j in columns]
    ).solve(solver="network")
    assert {(p.mentee, p.mentor) for p in one} == {(p.mentee, p.mentor) for p in other}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_rule_that_is_obeyed_anyway_changes_nothing(seed):
    """Forbidding pairs that the best matching does not use leaves it as it is, ties included."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 7, 2)
    scores = rng.integers(0, 3, (n, m)) / 2
    free = mm.Problem.from_scores(scores, mentor_capacity=2).solve()
    used = {(int(p.mentee), int(p.mentor)) for p in free}
    forbidden = rng.random((n, m)) < 0.5
    for i, j in used:
        forbidden[i, j] = False
    bound = mm.Problem.from_scores(scores, mentor_capacity=2, forbidden=forbidden).solve()
    assert bound.pairs == free.pairs


def test_a_different_seed_breaks_ties_differently():
    """With every score equal the seed decides who is with whom."""
    flat = mm.Problem.from_scores(np.full((6, 6), 0.5))
    assert len({tuple((p.mentee, p.mentor) for p in flat.solve(seed=seed)) for seed in range(5)}) > 1


def test_locks_are_kept_and_the_rest_is_best():
    """A locked pair is made whatever it scores, and everything else is optimal around it."""
    scores = np.array([[0.9, 0.1, 0.0], [0.8, 0.7, 0.6], [0.2, 0.3, 0.4]])
    matching = mm.Problem.from_scores(scores, locks=[("0", "2")]).solve()
    assert {(p.mentee, p.mentor) for p in matching} == {("0", "2"), ("1", "0"), ("2", "1")}
    assert matching.manifest["placed_by_hand"][0]["mentee"] == "0"


def test_faults_of_an_array_come_together():
    """Capacity, demand and ids that are wrong are told in one error."""
    with pytest.raises(mm.InputError) as caught:
        mm.Problem.from_scores([[0.5]], mentor_capacity=-1, mentee_demand=(2, 1), mentees=["a", "b"])
    assert {fault.code for fault in caught.value.faults} == {"negative_bound", "minimum_above_maximum", "wrong_length"}


@pytest.mark.parametrize("capacity", [1.5, True, "1", (1, 2, 3), [None]])
def test_a_bound_is_a_whole_number_or_two(capacity):
    """Fractions, booleans, text and triples are no bounds."""
    with pytest.raises(mm.InputError):
        mm.Problem.from_scores([[0.5]], mentor_capacity=capacity)


def test_a_solver_that_breaks_a_rule_is_found_out():
    """A matching that uses a forbidden pair never leaves, whoever made it."""
    from mentormatch.network import Arcs, Solution

    class Rogue:
        name = "rogue"

        def supports(self, form):
            return True

        def solve(self, instance, *, warm=None, deadline=None, progress=None):
            return Solution(Arcs(np.array([0]), np.array([0])), ())

    with pytest.raises(mm.MentorMatchError, match="rogue"):
        mm.Problem.from_scores([[0.5]], forbidden=[[True]]).solve(solver=Rogue())


def test_a_solver_of_ones_own_is_proved_not_believed():
    """What a foreign solver returns is graded by our own proof."""
    from mentormatch.network import Arcs, Solution

    class Lazy:
        name = "lazy"

        def supports(self, form):
            return True

        def solve(self, instance, *, warm=None, deadline=None, progress=None):
            return Solution(Arcs(np.array([0, 1]), np.array([0, 1])), ())

    best = mm.Problem.from_scores([[0.9, 0.8], [0.7, 0.1]]).solve(solver=Lazy())
    assert not best.certificate.optimal
    good = mm.Problem.from_scores([[0.9, 0.1], [0.7, 0.8]]).solve(solver=Lazy())
    assert good.certificate.optimal


def test_a_certificate_of_another_problem_does_not_hold():
    """Held against a problem with a better answer, a certificate fails with one constant sentence."""
    scores = np.array([[0.9, 0.8], [0.7, 0.1]])
    certificate = mm.Problem.from_scores(scores).solve().certificate
    with pytest.raises(mm.CertificateError) as caught:
        certificate.verify(mm.Problem.from_scores(scores + 5 * np.eye(2)))
    assert str(caught.value) == "The certificate does not hold for this problem."


def test_a_problem_cannot_be_pickled():
    """A problem holds confidences: it refuses to be pickled, and its repr shows counts only."""
    import pickle

    problem = mm.Problem.from_scores([[0.5]])
    with pytest.raises(mm.StateError):
        pickle.dumps(problem)
    assert repr(problem) == "Problem(1 mentees, 1 mentors, 0 fixed pairs)"

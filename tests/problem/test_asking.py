"""Which solver runs, and what a refusal tells: the needs of public rules, never those of others."""

import numpy as np
import pytest

import mentormatch as mm
from mentormatch.constraints import LinearBound, NotBoth, PersonBounds

MENTORS = [{"id": "Mia", "capacity": 2, "offers": ["law"]}, {"id": "Ned", "capacity": 2, "offers": ["tax"]}]
MENTEES = [{"id": "Ann", "needs": ["law"]}, {"id": "Bo", "needs": ["tax"]}, {"id": "Cas", "needs": ["tax"]}]
APART = mm.Tension("Ann", "Bo")
SOLVERS = ("auto", "hungarian", "network", "milp")


class Rule:
    """A rule with the terms it is given."""

    name = "own"

    def __init__(self, *terms, confidential=True):
        self.confidential, self.given = confidential, terms

    def terms(self, pool):
        return self.given


def built(*rules):
    return mm.Problem.build(MENTORS, MENTEES, constraints=rules)


def told(problem, **asked):
    """What a solve gives or how it is refused."""
    try:
        return problem.solve(**asked).to_json()
    except mm.UnsupportedProblem as error:
        return str(error)


@pytest.mark.parametrize("solver", [*SOLVERS, "stable"])
@pytest.mark.parametrize(
    "public", [(), (mm.Apart("Bo", "Cas"),), (mm.GroupQuota("mentees", {"id": "Ann"}, maximum=0),)]
)
def test_the_choice_of_a_solver_tells_of_no_tension(solver, public):
    """Two who share nobody anyway may be told apart in confidence: each solver answers, or refuses, as before."""
    had = built(*public).solve()
    other = next(one for one in ("Bo", "Cas") if had.mentors_of(one) != had.mentors_of("Ann"))
    tense = built(*public, mm.Tension("Ann", other))
    assert told(tense, solver=solver) == told(built(*public), solver=solver)


def test_a_solver_that_cannot_keep_a_tension_gives_way_to_one_that_can():
    """The matching names the solver that was asked for, and the record the one that ran."""
    sharing = mm.Tension("Bo", "Cas")
    run = built(sharing).run(solver="hungarian")
    assert {run.matching.mentors_of("Bo"), run.matching.mentors_of("Cas")} == {("Mia",), ("Ned",)}
    assert (run.matching.solver, run.record.solver) == ("hungarian", "milp")
    assert run.matching.pairs == built(sharing).solve().pairs


@pytest.mark.parametrize(
    "term",
    [
        PersonBounds("mentors", np.array([0]), np.array([1]), np.array([2])),
        LinearBound(lambda rows, columns: np.ones((3, 2))[rows][:, columns], 1.0, 3.0),
        NotBoth("mentees", 0, 1),
    ],
    ids=["minimum", "weights", "apart"],
)
def test_no_term_of_a_confidential_rule_is_told_by_a_refusal(term):
    """What a rule of one's own asks for in confidence makes no solver refuse; the same in public does."""
    assert told(built(Rule(term)), solver="hungarian") == told(built(), solver="hungarian")
    public = Rule(term, confidential=False)
    with pytest.raises(mm.UnsupportedProblem, match="cannot do this problem"):
        built(public).solve(solver="hungarian")


def test_a_public_rule_that_a_confidential_one_makes_idle_is_refused_all_the_same():
    """Two who are kept apart in public could share Mia, though she may have nobody, which was told in confidence."""
    apart = mm.Apart("Ann", "Bo")
    closed = Rule(PersonBounds("mentors", np.array([0, 1]), np.array([0, 0]), np.array([1, 1])))
    assert told(built(apart, closed), solver="network") == told(built(apart), solver="network")
    assert "couple several pairs" in told(built(apart), solver="network")


def test_stable_is_refused_in_words_that_name_no_rule():
    """A tension makes it impossible to promise; that it is one is not said, and public needs come first."""
    with pytest.raises(mm.UnsupportedProblem, match="rules that are not shown") as caught:
        built(APART).solve(objective="stable")
    assert "pairs" not in str(caught.value)
    quota = mm.GroupQuota("mentees", {"id": ["Ann", "Bo"]}, maximum=1)
    assert told(built(quota, APART), objective="stable") == told(built(quota), objective="stable")

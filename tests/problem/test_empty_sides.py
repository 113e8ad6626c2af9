"""Every shipped rule where nobody is on one side, or on both: a result, or an error that is ours."""

import pytest

import mentormatch as mm

SOMEBODY = {"id": "Mia", "department": "IT"}
IT = {"department": "IT"}

QUIET = {
    "at most": mm.AtMost(1, where={"mentee": IT}),
    "at most by a function": mm.AtMost(1, where=lambda mentee, mentor: True),
    "at least none": mm.AtLeast(0),
    "quota": mm.GroupQuota("mentees", IT, maximum=1),
    "quota by a function": mm.GroupQuota("mentors", lambda one: True, maximum=1),
    "hours": mm.HoursCapacity(),
    "hours by a function": mm.HoursCapacity(hours=lambda mentee, mentor: 1),
    "hours, unknown forbidden": mm.HoursCapacity(unknown="forbid"),
    "none or at least": mm.NoneOrAtLeast(2),
    "capacity": mm.Capacity(max=1),
    "level gap": mm.LevelGap(min=1),
    "shared language": mm.SharedLanguage(),
    "overlap": mm.MinOverlapHours(1),
    "same team": mm.SameTeam(),
    "other organisation": mm.DifferentOrganisation(),
    "reporting line": mm.ReportingLine(),
    "past partners": mm.PastPartners(),
    "trained": mm.Trained(),
    "smallest score": mm.MinScore(0.5),
    "tension": mm.Tension("Ann", "Bo"),
    "conflict": mm.ConflictOfInterest("Ann", "Bo"),
}
SIDES = [([], []), ([SOMEBODY], []), ([], [SOMEBODY])]


@pytest.mark.filterwarnings("ignore::mentormatch.DataWarning")
@pytest.mark.parametrize("sides", SIDES, ids=["nobody", "mentors alone", "mentees alone"])
@pytest.mark.parametrize("rule", QUIET.values(), ids=QUIET)
def test_a_rule_has_nothing_to_do(rule, sides):
    """Nobody is matched, and that is proved and verified."""
    problem = mm.Problem.build(*sides, constraints=[rule])
    matching = problem.solve()
    assert len(matching) == 0
    matching.certificate.verify(problem)


@pytest.mark.parametrize("sides", SIDES, ids=["nobody", "mentors alone", "mentees alone"])
@pytest.mark.parametrize("rule", [mm.AtLeast(1), mm.GroupQuota("mentors", IT, minimum=1)], ids=["count", "quota"])
def test_what_nobody_can_meet_is_infeasible(rule, sides):
    """A minimum where nobody is cannot be met, and that is an error of the run."""
    with pytest.raises(mm.Infeasible):
        mm.Problem.build(*sides, constraints=[rule]).solve()

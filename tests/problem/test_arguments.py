"""Arguments that cannot be meant: one error each, of ours."""

import pytest

import mentormatch as mm

NAN = float("nan")


def solve(scores=((0.5, 0.25),), solve_with=None, **given):
    return mm.Problem.from_scores(scores, **given).solve(**(solve_with or {}))


@pytest.mark.parametrize(
    "given",
    [
        {"locks": None},
        {"locks": "00"},
        {"mentors": 5},
        {"solve_with": {"objective": 3}},
        {"solve_with": {"solver": None}},
        {"solve_with": {"solver": object()}},
        {"scores": [[1e300, 1.0]]},
        {"scores": [[NAN, 1.0]], "locks": [mm.Override("0", "0", reason="asked for", by="the coordinator")]},
    ],
)
def test_what_cannot_be_meant_is_an_input_error(given):
    """Nothing of numpy's or Python's own escapes."""
    with pytest.raises(mm.InputError):
        solve(**given)


@pytest.mark.parametrize("many", [2**31, 2**62, 2**63 - 1, 10**30])
def test_a_bound_beyond_anybody_is_no_bound(many):
    """However many places are offered, everybody is matched once; however many are demanded, it cannot be met."""
    assert len(solve(mentor_capacity=many, mentee_demand=many)) == 2
    with pytest.raises(mm.Infeasible):
        solve(mentor_capacity=(many, many))


def test_one_rule_where_a_list_is_meant_is_an_input_error():
    """The likeliest slip of all is told in words."""
    with pytest.raises(mm.InputError, match="constraints: must be a list"):
        mm.Problem.build([{"id": "Mia"}], [{"id": "Ann"}], constraints=mm.Forbid("Ann", "Mia"))


def test_a_fault_stands_where_its_list_has_it():
    """The rules and locks of a preset or of settings do not shift the places of what was given."""
    settings = mm.Settings(constraints=[{"rule": "same_team"}, {"rule": "nonsense"}])
    with pytest.raises(mm.InputError) as caught:
        mm.Problem.build(
            [{"id": "Mia"}], [{"id": "Ann"}], preset=settings, constraints=[{"rule": "nowhere"}], locks=[("Ann", "Ole")]
        )
    assert [fault["loc"][:2] for fault in caught.value.errors()] == [
        ["constraints", 1],
        ["constraints", 0],
        ["locks", 0],
    ]


def test_one_side_can_be_replaced():
    """The other side stays as it is."""
    problem = mm.Problem.build([{"id": "Mia", "offers": ["law"]}], [{"id": "Ann", "needs": ["law"]}])
    assert [pair.mentee for pair in problem.replace(mentees=[{"id": "Bo", "needs": ["law"]}]).solve()] == ["Bo"]
    assert [pair.mentor for pair in problem.replace(mentors=[{"id": "Ned", "offers": ["law"]}]).solve()] == ["Ned"]


def test_a_solver_that_returns_nothing_is_told():
    """Somebody else's solver cannot bring the library down."""

    class Nothing:
        name = "nothing"

        def supports(self, form):
            return True

        def solve(self, instance, **_):
            return None

    with pytest.raises(mm.InputError, match="nothing"):
        solve(solve_with={"solver": Nothing()})

"""Relaxations, against every set of pairs and what it would cost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.coordinator.cheapest import LARGE, cheapest
from mentormatch.coordinator.relaxations import CONFIDENTIAL
from mentormatch.coordinator.steps import steps_of


@st.composite
def programmes(draw):
    """Up to three by three people with minimums and locks, some of which cannot be."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    bound = st.tuples(st.sampled_from([0, 1, 1, 2]), st.integers(0, 1)).map(lambda low: (low[0], sum(low)))
    bounds = draw(st.lists(bound, min_size=n, max_size=n)), draw(st.lists(bound, min_size=m, max_size=m))
    cells = [(i, j) for i in range(n) for j in range(m)]
    open_ = draw(st.lists(st.sampled_from(cells), unique=True))
    locks = draw(st.lists(st.sampled_from(cells), unique=True, max_size=3))
    vetoed = draw(st.sets(st.sampled_from(cells), max_size=2))
    lowest = draw(st.sampled_from([None, None, 1]))
    return sorted(open_), vetoed, bounds, sorted(locks), lowest


def problem_of(open_, vetoed, bounds, locks, most):
    n, m = map(len, bounds)
    mentees = [
        {"id": f"a{i}", "mentors_wanted": bounds[0][i], "vetoes": [f"m{j}" for j in range(m) if (i, j) in vetoed]}
        for i in range(n)
    ]
    mentors = [{"id": f"m{j}", "capacity": bounds[1][j]} for j in range(m)]
    rules = [mm.Forbid(f"a{i}", f"m{j}") for i in range(n) for j in range(m) if (i, j) not in open_]
    rules += [] if most is None else [mm.Capacity(max=most)]
    return mm.Problem.build(
        mentors, mentees, constraints=rules, locks=[(f"a{i}", f"m{j}") for i, j in locks], preset=None
    )


def least_cost(open_, vetoed, bounds, locks, most):
    """The fewest units by which minimums, maximums and locks give way, over every set of pairs."""
    free = [pair for pair in open_ if pair not in vetoed]
    bounds = bounds[0], [(low, high if most is None else min(high, most)) for low, high in bounds[1]]
    best = None
    for mask in range(1 << len(free)):
        made = [pair for at, pair in enumerate(free) if mask >> at & 1]
        cost = sum(pair not in made for pair in locks)
        for side in (0, 1):
            for row, (low, high) in enumerate(bounds[side]):
                load = sum(pair[side] == row for pair in made)
                cost += max(0, low - load) + max(0, load - high)
        best = cost if best is None else min(best, cost)
    return best


@pytest.mark.parametrize("large", [0, LARGE])
@settings(max_examples=100, deadline=None)
@given(programmes())
def test_the_first_relaxation_is_the_cheapest_there_is(large, programme):
    """No set of pairs can be had for fewer units, large or small; a feasible problem has no relaxations."""
    least = least_cost(*programme)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mentormatch.coordinator.cheapest.LARGE", large)
        found = mm.audit(problem_of(*programme)).relaxations()
    named = [one for one in found if one.changes[0].kind not in ("confidential", "pair_rule")]
    assert (found == ()) == (least == 0)
    if found:
        assert named[0].cost == least
        assert [one.cost for one in found] == sorted(one.cost for one in found)
        assert len({one.text for one in found}) == len(found)


def changed(programme, relaxation):
    """Carry out a relaxation by hand, on what the problem was made of."""
    open_, vetoed, bounds, locks, most = programme
    bounds = [list(side) for side in bounds]
    if most is not None:
        bounds[1] = [(low, min(high, most)) for low, high in bounds[1]]
    open_, locks = set(open_), list(locks)
    for change in relaxation.changes:
        if change.kind == "lock":
            locks.remove(tuple(int(one[1:]) for one in change.people))
        elif change.kind in ("minimum", "maximum"):
            side, row = "am".index(change.people[0][0]), int(change.people[0][1:])
            low, high = bounds[side][row]
            bounds[side][row] = (low - change.units, high) if change.kind == "minimum" else (low, high + change.units)
        else:
            words = change.text
            open_.add((int(words.split("mentee='a")[1][0]), int(words.split("mentor='m")[1][0])))
    return sorted(open_), vetoed, bounds, locks, None


@settings(max_examples=100, deadline=None)
@given(programmes())
def test_every_relaxation_makes_the_problem_feasible(programme):
    """Carried out on the input itself, each gives a problem that can be solved, with the coverage that was told."""
    for one in mm.audit(problem_of(*programme)).relaxations():
        assert one.cost == sum(change.units for change in one.changes) > 0
        assert one.people == tuple(sorted({person for change in one.changes for person in change.people}))
        assert repr(one) == repr(one)[:100]
        if one.text == CONFIDENTIAL:
            assert (one.coverage, one.total, one.people) == (None, None, ())
            open_, _, *rest = programme
            assert least_cost(open_, set(), *rest) == 0
            continue
        after = changed(programme, one)
        if any(low > high for side in after[2] for low, high in side):
            continue  # such bounds cannot be written down
        assert len(problem_of(*after).solve()) == one.coverage


@settings(max_examples=150, deadline=None)
@given(programmes())
def test_maximums_are_raised_by_as_little_in_large_problems(programme):
    """Where maximums alone may rise, the quick way of large problems costs as little as the elastic problem."""
    setup = problem_of(*programme)._setup
    some = [step for step in steps_of(setup) if step.kind == "maximum"]
    costs = []
    for large in (0, LARGE):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mentormatch.coordinator.cheapest.LARGE", large)
            steps = cheapest(setup, some)
        costs.append(None if steps is None else sum(step.units for step in steps))
    assert costs[0] == costs[1]


def test_minimums_may_be_lowered_and_maximums_raised():
    """Two who each need one of one place: either minimum, or one place more."""
    problem = mm.Problem.from_scores([[0.9], [0.5]], mentee_demand=(1, 1), mentees=["Ann", "Bo"], mentors=["Mia"])
    found = mm.audit(problem).relaxations()
    assert [(one.cost, one.text, one.coverage, one.total) for one in found] == [
        (1, "lower the minimum of mentee Ann from 1 to 0", 1, 0.5),
        (1, "lower the minimum of mentee Bo from 1 to 0", 1, 0.9),
        (1, "raise the maximum of mentor Mia from 1 to 2", 2, pytest.approx(1.4)),
    ]
    assert found[0].to_dict()["changes"][0] == {
        "kind": "minimum",
        "text": "lower the minimum of mentee Ann from 1 to 0",
        "people": ("Ann",),
        "units": 1,
    }
    assert repr(found[0]) == "Relaxation(1 changes, cost 1, 1 pairs)"
    assert repr(found[0].changes[0]) == "Change('minimum', 1 units, 1 people)"


def test_locks_may_be_dropped():
    """A lock that takes somebody's last place is one of the changes; so is a place more, or a lower minimum."""
    problem = mm.Problem.from_scores(
        [[0.5, 0.1], [0.5, 0.1]],
        forbidden=[[False, True], [False, False]],
        mentee_demand=[(1, 1), (0, 1)],
        mentees=["Ann", "Bram"],
        mentors=["Mia", "Ned"],
        locks=[("Bram", "Mia")],
    )
    assert {one.text for one in mm.audit(problem).relaxations()} == {
        "drop the lock Bram with Mia",
        "lower the minimum of mentee Ann from 1 to 0",
        "raise the maximum of mentor Mia from 1 to 2",
    }


def test_a_public_rule_about_pairs_may_be_dropped_at_the_cost_of_the_pairs_it_forbids():
    """What it costs is how many pairs have to be made that it forbids."""
    mentors = [{"id": "Mia", "level": 3, "capacity": (2, 2)}]
    mentees = [{"id": "Ann", "level": 3}, {"id": "Bo", "level": 3}, {"id": "Cas", "level": 3}]
    problem = mm.Problem.build(mentors, mentees, constraints=[mm.LevelGap(min=1)], preset=None)
    found = {one.text: one for one in mm.audit(problem).relaxations()}
    dropped = found["drop the rule level_gap(min=1) (2 pairs that it forbids would be made)"]
    assert (dropped.cost, dropped.coverage) == (2, 2)


def test_confidential_rules_are_one_constant_entry_and_only_where_it_helps():
    """Who vetoed whom is not told; where lifting all of it is not enough, nothing is said."""
    mentees = [{"id": "Ann", "mentors_wanted": (1, 1), "vetoes": ["Mia"]}, {"id": "Bo"}]
    problem = mm.Problem.build([{"id": "Mia", "capacity": 2}], mentees, preset=None)
    found = mm.audit(problem).relaxations()
    assert [one.text for one in found] == ["lower the minimum of mentee Ann from 1 to 0", CONFIDENTIAL]
    both = mm.Problem.build([{"id": "Mia", "capacity": 2}], mentees, constraints=[mm.Forbid("Ann", "Mia")], preset=None)
    assert CONFIDENTIAL not in {one.text for one in mm.audit(both).relaxations()}


def test_two_clashes_need_two_changes():
    """Where no single change is enough, the cheapest relaxation has several."""
    problem = mm.Problem.from_scores(
        [[0.5, 0.5]] * 4,
        forbidden=[[False, True]] * 2 + [[True, False]] * 2,
        mentee_demand=(1, 1),
    )
    found = mm.audit(problem).relaxations()
    assert {(one.cost, len(one.changes)) for one in found} == {(2, 2)}
    assert mm.audit(problem).relaxations(limit=1) == found[:1]


def test_what_cannot_be_raised_is_not_proposed(told):
    """A maximum that was set in confidence is not offered: raising one's own would not help."""
    import numpy as np

    from mentormatch.constraints import PersonBounds

    most = PersonBounds("mentors", np.array([0]), np.array([0]), np.array([1]))
    mentees = [{"id": "Ann", "mentors_wanted": (1, 1)}, {"id": "Bo", "mentors_wanted": (1, 1)}]
    rule = told("SECRET", (most,), confidential=True)
    problem = mm.Problem.build([{"id": "Mia", "capacity": 5}], mentees, constraints=[rule], preset=None)
    texts = [one.text for one in mm.audit(problem).relaxations()]
    assert not any("maximum" in text or "SECRET" in text for text in texts)
    assert texts[-1] == CONFIDENTIAL

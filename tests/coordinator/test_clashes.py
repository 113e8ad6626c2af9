"""The clashes of an audit, against every matching there is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm


def fits(allowed, bounds, minimums):
    """Whether some set of pairs meets these minimums within all maximums; by trying them all."""

    def rest(at, loads):
        if all(loads[side][row] >= bounds[side][row][0] for side, row in minimums):
            return True
        if at == len(allowed):
            return False
        i, j = allowed[at]
        more = [list(side) for side in loads]
        more[0][i] += 1
        more[1][j] += 1
        room = more[0][i] <= bounds[0][i][1] and more[1][j] <= bounds[1][j][1]
        return (room and rest(at + 1, more)) or rest(at + 1, loads)

    return rest(0, [[0] * len(side) for side in bounds])


@st.composite
def programmes(draw):
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    bound = st.tuples(st.sampled_from([0, 1, 1, 2]), st.integers(0, 1)).map(lambda low: (low[0], sum(low)))
    bounds = draw(st.lists(bound, min_size=n, max_size=n)), draw(st.lists(bound, min_size=m, max_size=m))
    cells = [(i, j) for i in range(n) for j in range(m)]
    open_ = draw(st.lists(st.sampled_from(cells), unique=True))
    return sorted(open_), draw(st.sets(st.sampled_from(cells), max_size=2)), bounds


def problem_of(open_, vetoed, bounds):
    n, m = map(len, bounds)
    mentees = [
        {"id": f"a{i}", "mentors_wanted": bounds[0][i], "vetoes": [f"m{j}" for j in range(m) if (i, j) in vetoed]}
        for i in range(n)
    ]
    mentors = [{"id": f"m{j}", "capacity": bounds[1][j]} for j in range(m)]
    rules = [mm.Forbid(f"a{i}", f"m{j}") for i in range(n) for j in range(m) if (i, j) not in open_]
    return mm.Problem.build(mentors, mentees, constraints=rules, preset=None)


def minimums_of(clash):
    return [(int(member.startswith("mentor")), int(member.split()[1][1:])) for member in clash.members]


@settings(max_examples=200, deadline=None)
@given(programmes())
def test_the_clashes_are_irreducible_and_share_no_member(programme):
    """Each clashes, holds as soon as one member is dropped, and without all of them the rest can be kept."""
    open_, vetoed, bounds = programme
    free = [pair for pair in open_ if pair not in vetoed]
    everyone = [(side, row) for side in (0, 1) for row, (low, _) in enumerate(bounds[side]) if low]
    clashes = mm.audit(problem_of(*programme)).clashes()
    assert (clashes == ()) == fits(free, bounds, everyone)
    used = [one for clash in clashes for one in minimums_of(clash)]
    assert len(used) == len(set(used))
    assert fits(free, bounds, [one for one in everyone if one not in used])
    for clash in clashes:
        some, world = minimums_of(clash), free if clash.confidential else open_
        assert not fits(world, bounds, some)
        assert all(fits(world, bounds, [one for one in some if one != left]) for left in some)
        assert clash.confidential == fits(open_, bounds, some)
        assert clash.people == tuple(sorted(f"{'am'[side]}{row}" for side, row in some))
        assert ("confidential rule" in clash.text) == clash.confidential


MENTORS = [{"id": "Mia", "capacity": 1}, {"id": "Ned", "capacity": (2, 2)}, {"id": "Ole", "capacity": 5}]
MENTEES = [{"id": "Ann"}, {"id": "Bo"}, {"id": "Cas", "mentors_wanted": (1, 1), "vetoes": ["Mia", "Ned", "Ole"]}]


def clashing(**given):
    rules = [mm.Forbid("Ann", "Ned"), mm.Forbid("Bo", "Ned"), *given.pop("constraints", ())]
    return mm.Problem.build(MENTORS, MENTEES, constraints=rules, preset=None, **given)


def test_every_clash_is_found_public_ones_first():
    """Locks, minimums and what confidential rules make, each in a clash of its own."""
    problem = clashing(locks=[("Ann", "Mia"), ("Bo", "Mia")])
    clashes = mm.audit(problem).clashes()
    assert [clash.people for clash in clashes] == [("Ned",), ("Ann", "Bo", "Mia"), ("Cas",)]
    assert [clash.confidential for clash in clashes] == [False, False, True]
    assert clashes[2].text.endswith("a confidential rule is part of it")
    assert "Cas" not in clashes[0].text + clashes[1].text
    assert mm.audit(problem).clashes(limit=1) == clashes[:1]


def test_a_lock_that_a_rule_forbids_is_a_clash_by_itself():
    """It is told alone, and as confidential only if no public rule forbids it."""
    mentors, mentees = [{"id": "Mia"}], [{"id": "Ann"}, {"id": "Bo", "vetoes": ["Mia"]}]
    for mentee, confidential in (("Ann", False), ("Bo", True)):
        problem = mm.Problem.build(
            mentors, mentees, constraints=[mm.Forbid("Ann", "Mia")], locks=[(mentee, "Mia")], preset=None
        )
        (clash,) = mm.audit(problem).clashes()
        assert (clash.members, clash.confidential) == ((f"{mentee} with Mia",), confidential)


def test_what_only_confidential_rules_make_has_no_members(told):
    """Two rules that were told in confidence and clash with each other are one clash without a name."""
    import numpy as np

    from mentormatch.constraints import FixPairs, ForbidPairs

    pair = np.array([0]), np.array([0])
    rules = [told("SECRET", (term(*pair),), confidential=True) for term in (FixPairs, ForbidPairs)]
    problem = mm.Problem.build([{"id": "Mia"}], [{"id": "Ann"}], constraints=rules, preset=None)
    (clash,) = mm.audit(problem).clashes()
    assert (clash.members, clash.people, clash.confidential) == ((), (), True)
    assert "SECRET" not in clash.text


def test_a_clashing_problem_can_be_built_and_looked_at():
    """Building raises nothing; what prints shows counts only, and what is asked for is plain data."""
    problem = clashing()
    audit = mm.audit(problem)
    clash = audit.clashes()[1]
    assert repr(audit) == "Audit(3 mentees, 3 mentors)"
    assert repr(clash) == "Clash(1 members, 1 people, confidential)"
    assert clash.to_dict() == {
        "members": ("mentee Cas at least 1",),
        "people": ("Cas",),
        "confidential": True,
        "text": clash.text,
        "reduced": True,
    }
    with pytest.raises(mm.Infeasible):
        problem.solve()


def test_an_audit_is_of_a_problem_and_stays_here():
    """Anything else is refused, a limit is a number, and an audit cannot be pickled."""
    import pickle

    problem = mm.Problem.from_scores([[0.5]])
    matching = problem.solve()
    assert repr(mm.audit(problem, matching)) == "Audit(1 mentees, 1 mentors, 1 pairs)"
    for wrong in ((matching,), (problem, problem)):
        with pytest.raises(mm.InputError):
            mm.audit(*wrong)
    for limit in (0, True, 1.5):
        with pytest.raises(mm.InputError):
            mm.audit(problem).clashes(limit=limit)
    with pytest.raises(mm.StateError):
        pickle.dumps(mm.audit(problem))


def test_the_clashes_do_not_depend_on_the_listing_order():
    """The same people in another order clash in the same words."""

    def told_of(mentees, mentors):
        people = [{"id": one, "mentors_wanted": (1, 1)} for one in mentees]
        problem = mm.Problem.build([{"id": one} for one in mentors], people, preset=None)
        return [clash.text for clash in mm.audit(problem).clashes()]

    assert told_of("abcde", "xy") == told_of("ebdca", "yx")

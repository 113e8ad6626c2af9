"""Minimums and locks that clash, against every matching there is."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm


def can_be(allowed, bounds, locks, minimums):
    """Whether some matching holds these locks and minimums within all maximums; by trying them all."""
    mentees, mentors = bounds
    loads = [0] * len(mentees), [0] * len(mentors)
    for i, j in locks:
        loads[0][i] += 1
        loads[1][j] += 1
    if any(load > high for side in (0, 1) for load, (_, high) in zip(loads[side], bounds[side], strict=True)):
        return False
    free = [pair for pair in allowed if pair not in locks]

    def rest(at):
        if all(loads[side][row] >= bounds[side][row][0] for side, row in minimums):
            return True
        if at == len(free):
            return False
        i, j = free[at]
        if loads[0][i] < mentees[i][1] and loads[1][j] < mentors[j][1]:
            loads[0][i] += 1
            loads[1][j] += 1
            if rest(at + 1):
                return True
            loads[0][i] -= 1
            loads[1][j] -= 1
        return rest(at + 1)

    return rest(0)


@st.composite
def clashes(draw):
    """Up to four by three people with minimums, maximums, forbidden pairs and locks on allowed ones."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    bound = st.tuples(st.integers(0, 2), st.integers(0, 2)).map(lambda low: (low[0], sum(low)))
    bounds = draw(st.lists(bound, min_size=n, max_size=n)), draw(st.lists(bound, min_size=m, max_size=m))
    cells = [(i, j) for i in range(n) for j in range(m)]
    allowed = draw(st.lists(st.sampled_from(cells), unique=True)) if cells else []
    locks = draw(st.lists(st.sampled_from(allowed), unique=True, max_size=3)) if allowed else []
    return sorted(allowed), bounds, locks


def named(message):
    """Read the locks and minimums out of a message."""
    locks = [(int(i), int(j)) for i, j in re.findall(r"\ba(\d) with m(\d)", message)]
    minimums = [(0, int(i)) for i in re.findall(r"mentee a(\d) at least", message)]
    return locks, minimums + [(1, int(j)) for j in re.findall(r"mentor m(\d) at least", message)]


@settings(max_examples=200, deadline=None)
@given(clashes())
def test_a_clash_is_named_exactly_when_there_is_one_and_cannot_be_reduced(clash):
    """What is named cannot be kept, and can be as soon as any lock or minimum of it is dropped."""
    allowed, bounds, locks = clash
    n, m = map(len, bounds)
    problem = mm.Problem.from_scores(
        [[0.5] * m] * n,
        forbidden=[[(i, j) not in allowed for j in range(m)] for i in range(n)],
        mentee_demand=bounds[0],
        mentor_capacity=bounds[1],
        mentees=[f"a{i}" for i in range(n)],
        mentors=[f"m{j}" for j in range(m)],
        locks=[(f"a{i}", f"m{j}") for i, j in locks],
    )
    everyone = [(side, row) for side in (0, 1) for row in range(len(bounds[side]))]
    if can_be(allowed, bounds, locks, everyone):
        assert {(f"a{i}", f"m{j}") for i, j in locks} <= {(pair.mentee, pair.mentor) for pair in problem.solve()}
        return
    with pytest.raises(mm.Infeasible) as caught:
        problem.solve()
    kept, minimums = named(str(caught.value))
    assert set(caught.value.people) == set(re.findall(r"\b[am]\d\b", str(caught.value)))
    assert not can_be(allowed, bounds, kept, minimums)
    for one in kept:
        assert can_be(allowed, bounds, [other for other in kept if other != one], minimums)
    for one in minimums:
        assert can_be(allowed, bounds, kept, [other for other in minimums if other != one])


def test_a_lock_that_takes_somebodys_last_place_is_named_beside_the_minimum():
    """The minimum alone can be met: without the lock the message would make no sense."""
    problem = mm.Problem.from_scores(
        [[0.5, 0.1], [0.5, 0.1]],
        forbidden=[[False, True], [False, False]],
        mentee_demand=[(1, 1), (0, 1)],
        mentees=["Ann", "Bram"],
        mentors=["Mia", "Ned"],
        locks=[("Bram", "Mia")],
    )
    with pytest.raises(mm.Infeasible) as caught:
        problem.solve()
    assert caught.value.people == ("Ann", "Bram", "Mia")
    assert "beside the locks Bram with Mia, together with the rules that are not shown." in str(caught.value)


def test_a_clash_reads_the_same_whatever_the_listing_order():
    """The set, the person and the order in which they are named depend on ids alone."""

    def told(mentees, mentors):
        people = [{"id": one, "mentors_wanted": (1, 1)} for one in mentees]
        with pytest.raises(mm.Infeasible) as caught:
            mm.match([{"id": one, "capacity": 1} for one in mentors], people, preset=None)
        return str(caught.value)

    assert told("abcd", "xy") == told("dcba", "yx")


def test_rules_that_leave_a_minimum_above_the_maximum_end_as_every_clash_does():
    """The ending is the same, so that it says nothing about what is not shown."""
    mentors = [{"id": "Mia", "capacity": (2, 3)}, {"id": "Ned", "capacity": (0, 3)}]
    with pytest.raises(mm.Infeasible) as caught:
        mm.match(mentors, [{"id": "Ann"}], constraints=[mm.Capacity(max=1)])
    assert caught.value.people == ("Mia",)
    assert str(caught.value).endswith("together with the rules that are not shown.")

"""Hours that mentors have and pairs cost, held against a plain sum over every choice of mentees."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.constraints import ForbidWhere, HoursCapacity, LoadBound, NoneOrAtLeast, check_constraint, notes_of
from mentormatch.constraints import terms as written
from mentormatch.constraints.check import check_pickle


def allowed(rule, pool, column, rows):
    """Whether a mentor may have just these mentees."""
    for term in rule.terms(pool):
        if isinstance(term, ForbidWhere):
            if term.block(np.array(rows, np.int64), np.array([column])).any():
                return False
        else:
            assert isinstance(term, LoadBound)
            assert term.side == "mentors"
            for row, high in zip(term.rows, term.high, strict=True):
                units = np.round(1e6 * term.weight(np.array(rows, np.int64), np.array([row]))).sum()
                if row == column and units > round(1e6 * high):
                    return False
    return True


hours = st.one_of(st.none(), st.sampled_from([0, 0.5, 1, 1.5, 2, 4]))


@st.composite
def programmes(draw):
    mentors = draw(st.lists(st.tuples(hours, st.integers(0, 4)), min_size=1, max_size=3))
    mentees = draw(st.lists(hours, min_size=1, max_size=4))
    pool = mm.Pool(
        [{"id": f"m{k}", "hours_per_month": has, "capacity": places} for k, (has, places) in enumerate(mentors)],
        [{"id": f"e{k}", "hours_per_month": asks} for k, asks in enumerate(mentees)],
    )
    return pool, [has for has, _ in mentors], mentees


def check(rule, pool, has, cost, unknown):
    """Hold the terms against the meaning, for every mentor and every set of mentees that the places allow."""
    for column, room in enumerate(has):
        for size in range(1, min(pool.shape[0], pool.mentor_bounds[column, 1]) + 1):
            for rows in combinations(range(pool.shape[0]), size):
                asked = [cost(row, column) for row in rows]
                known = room is not None and None not in asked
                holds = room is None or sum(one or 0 for one in asked) <= room
                assert allowed(rule, pool, column, rows) == (holds and (known or unknown == "allow"))
    check_constraint(rule, pool)


@given(programmes(), st.sampled_from(["allow", "forbid"]))
def test_mentees_cost_the_hours_they_ask_for(programme, unknown):
    """A mentor's mentees ask for no more hours than the mentor has; the unknown cost nothing, or are not matched."""
    pool, has, asks = programme
    check(HoursCapacity(unknown=unknown), pool, has, lambda row, column: asks[row], unknown)


@given(programmes(), st.data(), st.sampled_from(["allow", "forbid"]))
def test_every_pair_may_cost_its_own(programme, data, unknown):
    """A function says what each pair costs, or that it is not known."""
    pool, has, _ = programme
    size = pool.shape[0] * pool.shape[1]
    table = np.array(data.draw(st.lists(hours, min_size=size, max_size=size)), object).reshape(pool.shape)
    rule = HoursCapacity(lambda e, m: table[pool.mentee_row[e.id], pool.mentor_row[m.id]], unknown)
    check(rule, pool, has, lambda row, column: table[row, column], unknown)


def loads(rule, pool):
    return [term for term in rule.terms(pool) if isinstance(term, LoadBound)]


def test_only_mentors_whom_places_do_not_hold_are_bounded():
    """With one place each, hours are a matter of single pairs, and so where the dearest pairs all fit."""
    mentees = [{"id": f"e{k}", "hours_per_month": hours} for k, hours in enumerate((1, 2, 9))]
    mentors = [{"id": "one", "hours_per_month": 2}, {"id": "room", "hours_per_month": 4, "capacity": 9}]
    tight = {"id": "tight", "hours_per_month": 2, "capacity": 2}
    assert loads(HoursCapacity(), mm.Pool(mentors, mentees)) == []
    pool = mm.Pool([*mentors, tight], mentees)
    for rule in (HoursCapacity(), HoursCapacity(lambda mentee, mentor: mentee.hours_per_month)):
        (term,) = loads(rule, pool)
        assert (term.rows.tolist(), term.high.tolist()) == ([2], [2.0])
        barred = rule.terms(pool)[0].block(slice(None), slice(None))
        assert barred.tolist() == [[False] * 3, [False] * 3, [True] * 3]


def test_thirds_of_an_hour_add_up():
    """Three times forty minutes fit in two hours, and three times a millionth more do not."""
    mentors = [{"id": "mia", "hours_per_month": 2, "capacity": 3}]
    pool = mm.Pool(mentors, [{"id": f"e{k}"} for k in range(3)])
    assert allowed(HoursCapacity(lambda e, m: 40 / 60), pool, 0, (0, 1, 2))
    assert not allowed(HoursCapacity(lambda e, m: 40 / 60 + 1e-6), pool, 0, (0, 1, 2))
    for tenths in range(1, 30):  # what is a whole number of hundredths stays one
        ((_, term),) = [HoursCapacity(lambda e, m, t=tenths: 1 + t / 100).terms(pool)]
        assert round(1e6 * term.weight(slice(None), slice(None))[0, 0]) == 1_000_000 + 10_000 * tenths


def test_hours_kept_private_count():
    """A limit that is shown to nobody still holds, as levels do in a rule on levels."""
    mentors = [{"id": "mia", "hours_per_month": 2, "private": ["hours_per_month"]}]
    pool = mm.Pool(mentors, [{"id": "ann", "hours_per_month": 3, "private": ["hours_per_month"]}])
    assert not allowed(HoursCapacity(), pool, 0, (0,))
    assert not allowed(HoursCapacity(lambda mentee, mentor: mentee.hours_per_month), pool, 0, (0,))


@pytest.mark.parametrize("value", [-0.5, float("inf"), -float("inf"), "2", True, [1], 10**400, 1j, object()])
def test_what_is_no_number_of_hours_is_told_with_the_pair(value):
    """Hours are finite and not negative; the fault names the rule and the pair and not what was returned."""
    pool = mm.Pool([{"id": "mia"}, {"id": "ned"}], [{"id": "ann"}, {"id": "bo"}])
    rule = HoursCapacity(lambda e, m: value if (e.id, m.id) == ("bo", "mia") else 1)
    with pytest.raises(mm.InputError, match=r'hours_capacity hours: .* \(mentee "bo", mentor "mia"\)') as caught:
        rule.terms(pool)
    assert str(value) not in str(caught.value)
    assert caught.value.__context__ is None


def test_none_and_nan_are_unknown_hours():
    """Both mean that it is not known, and numpy's numbers are numbers."""
    pool = mm.Pool([{"id": "mia", "hours_per_month": 1}], [{"id": "ann"}, {"id": "bo"}, {"id": "cas"}])
    told = {"ann": None, "bo": float("nan"), "cas": np.float32(0.5)}
    rule = HoursCapacity(lambda mentee, mentor: told[mentee.id], "forbid")
    assert rule.terms(pool)[0].block(slice(None), slice(None)).ravel().tolist() == [True, True, False]


def test_unknown_hours_are_noted():
    """Of whom hours are not known is counted per side; with a function only the mentors are asked."""
    pool = mm.Pool([{"id": "mia"}, {"id": "ned", "hours_per_month": 2}], [{"id": "ann"}, {"id": "bo"}])
    (note,) = notes_of(HoursCapacity(), pool)
    assert (note.code, note.count, note.fields) == ("unknown_allowed", 3, ("hours_per_month",))
    assert "2 mentees and 1 mentor" in note.message
    (note,) = notes_of(HoursCapacity(lambda e, m: 1), pool)
    assert note.count == 1
    assert notes_of(HoursCapacity(unknown="forbid"), pool) == ()


def test_nobody_at_all_has_hours():
    """Either side may be empty."""
    for people in (([], [{"id": "ann", "hours_per_month": 1}]), ([{"id": "mia", "hours_per_month": 1}], [])):
        for rule in (HoursCapacity(), HoursCapacity(lambda e, m: 1)):
            check_constraint(rule, mm.Pool(*people))


def test_hours_are_a_function():
    """Anything else is an error when the rule is made; a rule with a function is a value like any other."""
    with pytest.raises(mm.InputError, match="2 faults"):
        HoursCapacity(3, "perhaps")
    check_pickle(HoursCapacity(abs))
    assert HoursCapacity(abs) == HoursCapacity(abs) != HoursCapacity()


def test_none_or_at_least_is_a_term_a_mentor():
    """Without names it holds for every mentor; one at least is no rule at all."""
    pool = mm.Pool([{"id": "mia"}, {"id": 7}, {"id": "ole"}], [{"id": "ann"}])
    assert list(NoneOrAtLeast(3).terms(pool)) == [written.NoneOrAtLeast(column, 3) for column in range(3)]
    assert list(NoneOrAtLeast(2, of=[7, "mia"]).terms(pool)) == [written.NoneOrAtLeast(k, 2) for k in (0, 1)]
    assert NoneOrAtLeast(1).terms(pool) == ()
    assert mm.NoneOrAtLeast is NoneOrAtLeast is not written.NoneOrAtLeast
    check_constraint(NoneOrAtLeast(2), pool)
    check_pickle(NoneOrAtLeast(2, of=("mia",)))
    with pytest.raises(mm.InputError, match="did you mean"):
        NoneOrAtLeast(2, of="mya").terms(pool)
    for k in (0, 1.5, True, None):
        with pytest.raises(mm.InputError, match="none_or_at_least k"):
            NoneOrAtLeast(k)

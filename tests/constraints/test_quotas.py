"""Quotas and counts: which terms they come to, held against a plain count over random sets of pairs."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.constraints import AtLeast, AtMost, GroupBounds, GroupQuota, LinearBound, check_constraint, notes_of
from mentormatch.constraints.terms import NO_LIMIT


def kept(term, pool, chosen):
    """Whether a set of chosen pairs, a bool table, keeps a term."""
    if isinstance(term, GroupBounds):
        total = chosen.sum(axis=1 if term.side == "mentees" else 0)[term.rows].sum()
        return term.min <= total <= term.max
    assert isinstance(term, LinearBound)
    weight = term.weight(slice(None), slice(None))
    return term.low <= (weight * chosen).sum() <= term.high


def rule_keeps(rule, pool, chosen):
    return all(kept(term, pool, chosen) for term in rule.terms(pool))


people = st.fixed_dictionaries(
    {},
    optional={"department": st.sampled_from(["IT", "HR"]), "site": st.sampled_from(["x", "y"])},
)


@st.composite
def programmes(draw):
    """A pool, and some of its pairs."""
    mentors, mentees = (draw(st.lists(people, min_size=1, max_size=4)) for _ in range(2))
    pool = mm.Pool(
        [{"id": f"m{k}", **one} for k, one in enumerate(mentors)],
        [{"id": f"e{k}", **one} for k, one in enumerate(mentees)],
    )
    cells = draw(st.lists(st.booleans(), min_size=len(mentors) * len(mentees), max_size=len(mentors) * len(mentees)))
    return pool, np.array(cells).reshape(pool.shape)


def in_group(person, where):
    """True, False, or None where it is not known whether somebody is in a group."""
    told = [getattr(person, field) for field in where]
    if any(answer is not None and answer not in labels for answer, labels in zip(told, where.values(), strict=True)):
        return False
    return None if None in told else True


wheres = st.fixed_dictionaries(
    {},
    optional={"department": st.sampled_from([("IT",), ("IT", "HR")]), "site": st.sampled_from([("x",), ("y",)])},
).filter(bool)
unknown = st.sampled_from(["allow", "forbid"])
limit = st.integers(0, 5)


@given(programmes(), st.sampled_from(["mentees", "mentors"]), wheres, limit, limit, unknown)
def test_a_quota_counts_the_places_of_a_group(programme, side, where, low, high, unknown):
    """Places of known members count; with "forbid" the quota holds whatever the others would answer."""
    pool, chosen = programme
    if low > high:
        return
    rule = GroupQuota(side, where, low, high, unknown)
    everybody = pool.mentors if side == "mentors" else pool.mentees
    loads = chosen.sum(axis=0 if side == "mentors" else 1)
    member = [in_group(person, where) for person in everybody]
    if unknown == "allow":
        holds = low <= sum(load for load, one in zip(loads, member, strict=True) if one) <= high
    else:
        worlds = product(*([one] if one is not None else [False, True] for one in member))
        holds = all(low <= sum(loads[list(world)]) <= high for world in worlds)
    assert rule_keeps(rule, pool, chosen) == holds
    check_constraint(rule, pool)


pair_wheres = st.fixed_dictionaries({}, optional={"mentee": wheres, "mentor": wheres}).filter(bool)


@given(programmes(), st.one_of(st.none(), pair_wheres), limit, unknown)
def test_counts_of_pairs(programme, where, n, unknown):
    """At most, or at least, n pairs of which both sides are so; the unknown count only against a maximum."""
    pool, chosen = programme
    where_of = {} if where is None else where
    count = {"sure": 0, "perhaps": 0}
    for i, j in zip(*np.nonzero(chosen), strict=True):
        told = [
            in_group(pool.mentees[i], where_of["mentee"]) if "mentee" in where_of else True,
            in_group(pool.mentors[j], where_of["mentor"]) if "mentor" in where_of else True,
        ]
        count["sure"] += all(told)
        count["perhaps"] += False not in told
    most, least = AtMost(n, where, unknown), AtLeast(n, where, unknown)
    assert rule_keeps(most, pool, chosen) == (count["sure" if unknown == "allow" else "perhaps"] <= n)
    assert rule_keeps(least, pool, chosen) == (count["sure"] >= n)
    for rule in (most, least):
        check_constraint(rule, pool)


@given(programmes(), st.data(), limit)
def test_counts_of_pairs_by_a_function(programme, data, n):
    """Any set of pairs can be counted, whatever its shape."""
    pool, chosen = programme
    size = pool.shape[0] * pool.shape[1]
    table = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size))).reshape(pool.shape)

    def where(mentee, mentor):
        return bool(table[pool.mentee_row[mentee.id], pool.mentor_row[mentor.id]])

    assert rule_keeps(AtMost(n, where), pool, chosen) == ((table & chosen).sum() <= n)
    assert rule_keeps(AtLeast(n, where), pool, chosen) == ((table & chosen).sum() >= n)
    check_constraint(AtMost(n, where), pool)


# --- the shape of terms --------------------------------------------------------------------------------------------


@pytest.fixture
def pool():
    return mm.Pool(
        [{"id": "mia", "department": "IT", "capacity": 2}, {"id": "ned", "department": "HR"}, {"id": "ole"}],
        [{"id": "ann", "department": "IT", "site": "x"}, {"id": "bo", "department": "IT"}, {"id": "cas", "site": "y"}],
    )


def bounds(rule, pool):
    return [(t.side, t.rows.tolist(), t.min, t.max) for t in rule.terms(pool) if isinstance(t, GroupBounds)]


def test_a_question_about_one_side_is_a_group(pool):
    """One side, in data or in a function, makes a quota on people, so that nested ones stay a flow."""
    for where in ({"mentor": {"department": "IT"}}, lambda mentee, mentor: mentor.department == "IT"):
        assert bounds(AtMost(1, where), pool) == [("mentors", [0], 0, 1)]
        assert bounds(AtLeast(1, where), pool) == [("mentors", [0], 1, NO_LIMIT)]
    for where in ({"mentee": {"site": "x"}}, lambda mentee, mentor: mentee.site == "x"):
        assert bounds(AtMost(1, where), pool) == [("mentees", [0], 0, 1)]
    assert bounds(AtMost(2), pool) == [("mentees", [0, 1, 2], 0, 2)]
    assert bounds(AtMost(2, lambda mentee, mentor: True), pool) == [("mentees", [0, 1, 2], 0, 2)]
    everyone = {"mentee": {"department": "IT"}, "mentor": {"id": ["mia", "ned", "ole"]}}
    assert bounds(AtMost(2, everyone), pool) == [("mentees", [0, 1], 0, 2)]


def test_a_question_about_both_sides_weighs_pairs(pool):
    """Both sides make a weight of 0 and 1 with finite bounds."""
    where = {"mentee": {"department": "it"}, "mentor": {"department": ["IT", "HR"]}}
    for rule, low, high in ((AtMost(1, where), 0.0, 1.0), (AtLeast(3, where), 3.0, 4.0), (AtLeast(9, where), 9.0, 9.0)):
        (term,) = rule.terms(pool)
        assert (term.low, term.high) == (low, high)
        expected = np.array([[True, True, False], [True, True, False], [False] * 3])
        assert np.array_equal(term.weight(slice(None), slice(None)), expected)
        i, j = np.divmod(np.arange(9), 3)
        assert np.array_equal(term.weight.pairs(i, j), expected.ravel())


def test_what_is_so_anyway_is_no_term(pool):
    """A limit that no matching can pass asks for nothing."""
    assert GroupQuota("mentees", {"department": "HR"}, maximum=0).terms(pool) == ()
    assert GroupQuota("mentors", {"department": "IT"}, maximum=3).terms(pool) == ()
    assert GroupQuota("mentors", {"department": "IT"}, 0, 2).terms(pool) != ()
    assert AtMost(9).terms(pool) == AtLeast(0).terms(pool) == ()
    assert AtMost(0, lambda mentee, mentor: False).terms(pool) == ()
    assert AtMost(4, {"mentee": {"department": "IT"}, "mentor": {"department": ["IT", "HR"]}}).terms(pool) == ()


def test_a_minimum_for_nobody_stays(pool):
    """Places asked of an empty group cannot be had, and that is not forgotten."""
    assert bounds(GroupQuota("mentees", {"department": "HR"}, 1), pool) == [("mentees", [], 1, NO_LIMIT)]
    assert bounds(AtLeast(1, {"mentee": {"department": "HR"}}), pool) == [("mentees", [], 1, NO_LIMIT)]
    assert bounds(AtLeast(1, lambda mentee, mentor: False), pool) == [("mentees", [], 1, NO_LIMIT)]


def test_the_unknown_count_against_a_maximum_and_not_for_a_minimum(pool):
    """With "forbid" a maximum holds for everybody who may be in the group, and a minimum for those who are."""
    rule = GroupQuota("mentors", {"department": "IT"}, 1, 2, "forbid")
    assert bounds(rule, pool) == [("mentors", [0, 2], 0, 2), ("mentors", [0], 1, NO_LIMIT)]
    known = GroupQuota("mentors", {"id": "mia"}, 1, 2, "forbid")
    assert bounds(known, pool) == [("mentors", [0], 1, 2)]
    where = {"mentee": {"site": "x"}, "mentor": {"department": "IT"}}
    counts = {u: AtMost(0, where, u).terms(pool)[0].weight(slice(None), slice(None)).sum() for u in ("allow", "forbid")}
    assert counts == {"allow": 1, "forbid": 4}


def test_nobody_at_all_is_fine():
    """Rules can be asked about a side on which nobody is."""
    pool = mm.Pool([], [{"id": "ann", "site": "x"}])
    assert AtMost(1, lambda mentee, mentor: True).terms(pool) == ()
    assert GroupQuota("mentors", {"cohort": 1}, maximum=1).terms(pool) == ()
    assert bounds(AtLeast(1, {"mentor": {"site": "x"}}), pool) == [("mentees", [0], 1, NO_LIMIT)]
    check_constraint(AtMost(0, {"mentee": {"site": "x"}, "mentor": {"site": "x"}}), pool)


# --- notes and faults ----------------------------------------------------------------------------------------------


def told(rule, pool):
    return [(note.code, note.count, note.fields) for note in notes_of(rule, pool)]


def test_who_is_not_counted_for_want_of_an_answer_is_noted(pool):
    """Only people whom an answer would decide are counted, each side for itself."""
    assert told(GroupQuota("mentors", {"department": "IT"}, maximum=1), pool) == [
        ("unknown_allowed", 1, ("department",))
    ]
    assert told(GroupQuota("mentors", {"department": "IT"}, 0, 1, "forbid"), pool) == []
    both = {"mentee": {"department": "IT", "site": "x"}, "mentor": {"department": "IT"}}
    notes = notes_of(AtMost(1, both), pool)
    assert [note.message for note in notes] == [
        "at_most: department or site is not known of 1 mentee; they do not count",
        "at_most: department is not known of 1 mentor; they do not count",
    ]
    assert told(AtMost(1, both, "forbid"), pool) == []
    assert told(AtLeast(1, {"mentor": {"id": "mia"}}), pool) == []
    assert told(AtMost(1, lambda mentee, mentor: True), pool) == []
    assert told(GroupQuota("mentors", lambda person: True, maximum=1), pool) == []


def test_a_label_that_nobody_has_is_noted_without_it(pool):
    """A mistyped label makes a rule about nobody; the note names the field alone."""
    (note,) = notes_of(GroupQuota("mentees", {"site": "Z", "department": "IT"}, maximum=1, unknown="forbid"), pool)
    assert (note.code, note.fields) == ("labels_differ", ("site",))
    assert "Z" not in note.message


def test_a_confidential_rule_of_ones_own_notes_nothing(pool):
    """Whoever marks a rule makes all of it silent."""

    class Quiet(GroupQuota):
        name, confidential = "quiet", True

    rule = Quiet("mentors", {"department": "IT"}, maximum=1)
    assert bounds(rule, pool) == [("mentors", [0], 0, 1)]
    assert notes_of(rule, pool) == ()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: GroupQuota("mentors", {"site": "x"}), "minimum, maximum or both"),
        (lambda: GroupQuota("mentors", {"site": "x"}, 3, 2), "above maximum"),
        (lambda: GroupQuota("mentors", {"site": "x"}, -1), "at least 0"),
        (lambda: GroupQuota("mentors", {"site": "x"}, 1.5), "whole"),
        (lambda: GroupQuota("mentor", {"site": "x"}, 1), "'mentees', 'mentors'"),
        (lambda: GroupQuota("mentor", {"levl": "x"}, 1), "2 faults"),
        (lambda: GroupQuota("mentors", {"site": "x"}, 1, unknown="perhaps"), "unknown"),
        (lambda: AtMost(-1), "at least 0"),
        (lambda: AtLeast(True), "whole"),
        (lambda: AtMost(1, unknown=None), "unknown"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(make, words):
    """A rule that cannot be meant so is an error when it is made, with the argument it is about."""
    with pytest.raises(mm.InputError, match=words):
        make()


def test_a_limit_that_nobody_comes_near_is_told_only_to_whoever_is_above_it():
    """A negative number hears that it is one, and nothing about a limit in the billions."""
    with pytest.raises(mm.InputError, match=r"minimum: must be a whole number of at least 0$"):
        GroupQuota("mentees", {"department": "IT"}, minimum=-1)
    with pytest.raises(mm.InputError, match=r"of at most 1,099,511,627,776$"):
        GroupQuota("mentees", {"department": "IT"}, minimum=1 << 41)


@pytest.mark.parametrize(
    ("where", "missing"),
    [
        ({"department": ["it", "Finnance"]}, (1, "1 of the 2 labels in department")),
        ({"department": ["it", "Legal"]}, (1, "1 of the 2 labels in department")),
        ({"languages": ["Dutch", "fr", "de"]}, (2, "2 of the 3 labels in languages")),
        ({"offers": ["SQL", "law"]}, (1, "1 of the 2 labels in offers")),
        ({"cohort": [2025, 2026]}, (1, "1 of the 2 labels in cohort")),
        ({"department": ["it", "hr"]}, None),
        ({"id": ["a", "b"]}, None),
    ],
)
def test_a_label_among_others_that_nobody_has_is_noted(where, missing):
    """One mistyped department in a list would else be left out in silence; who keeps it private has none here."""
    mentees = [
        {
            "id": "a",
            "department": "IT",
            "languages": ["nl"],
            "offers": {"SQL": 0, "law": 1},
            "attributes": {"cohort": 2026},
        },
        {"id": "b", "department": "Legal", "private": ["department", "languages"], "languages": ["fr"]},
        {"id": "c", "department": "HR"},
    ]
    rule = GroupQuota("mentees", where, maximum=1, unknown="forbid")
    notes = rule.notes(
        mm.Pool([{"id": "m", "department": "Finnance", "languages": ["de"], "offers": ["SQL"]}], mentees)
    )
    assert [note.code for note in notes] == ["labels_differ"] * (missing is not None)
    if missing is not None:
        assert notes[0].count == missing[0]
        assert f"no mentee has {missing[1]} that the rule asks for" in notes[0].message

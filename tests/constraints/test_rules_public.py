"""Public rules: each says what it means, pair by pair, and how it is told wrongly."""

import pickle
import time
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.constraints import (
    Apart,
    AtLeast,
    AtMost,
    Capacity,
    DifferentOrganisation,
    FixPairs,
    Forbid,
    ForbidPairs,
    ForbidWhere,
    GroupQuota,
    HoursCapacity,
    LevelGap,
    MinOverlapHours,
    MinScore,
    NoneOrAtLeast,
    NotSelf,
    PastPartners,
    PersonBounds,
    ReportingLine,
    Require,
    SameTeam,
    ScoreAtLeast,
    SharedLanguage,
    Together,
    Trained,
    check_constraint,
    notes_of,
    with_date,
)
from mentormatch.constraints.check import check_pickle
from mentormatch.errors import InputError
from mentormatch.people import Pool

ON = date(2026, 9, 1)


def forbidden(rule, pool):
    """Every pair, by id, that the terms of a rule forbid; single pairs are asked in both ways."""
    found = set()
    n, m = pool.shape
    for term in with_date(rule, ON).terms(pool):
        if isinstance(term, ForbidPairs):
            found |= set(zip(term.i.tolist(), term.j.tolist(), strict=True))
        if isinstance(term, ForbidWhere):
            found |= set(
                zip(*(part.tolist() for part in np.nonzero(term.block(slice(None), slice(None)))), strict=True)
            )
            i, j = np.divmod(np.arange(n * m), m)
            assert np.array_equal(term.block.pairs(i, j), term.block(np.arange(n), np.arange(m)).ravel())
    return {(pool.mentee_ids[i], pool.mentor_ids[j]) for i, j in found}


def meant(pool, test):
    """Every pair, by id, for which a plain function of the two people says True."""
    return {(a.id, b.id) for a, b in product(pool.mentees, pool.mentors) if test(a, b)}


# --- random programmes: what the block says is what the rule means -------------------------------------------------

ids = st.sampled_from([f"p{k}" for k in range(8)])
languages = st.lists(st.sampled_from(["nl", "en", "pt", "tr"]), unique=True, max_size=3)
slots = st.lists(
    st.builds(
        "{} {:02}:{:02}-{:02}:{:02}".format,
        st.sampled_from(["Mon", "Tue", "Sun"]),
        st.integers(0, 11),
        st.sampled_from([0, 15, 30]),
        st.integers(12, 23),
        st.sampled_from([0, 10, 45]),
    ),
    max_size=3,
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "team": st.sampled_from(["red", "blue"]),
        "organisation": st.sampled_from(["here", "there"]),
        "level": st.integers(0, 4).map(lambda level: level / 2),
        "languages": languages,
        "availability": slots,
        "past_partners": st.lists(ids, unique=True, max_size=2),
    },
)
trained = st.fixed_dictionaries({}, optional={"trained": st.booleans()})


@st.composite
def pools(draw):
    mentors = draw(st.lists(ids, unique=True, min_size=1))
    mentees = draw(st.lists(ids, unique=True, min_size=1))
    zone = draw(st.sampled_from(["Europe/Amsterdam", "Europe/Lisbon"]))
    return Pool(
        [{"id": one, "time_zone": zone, **draw(answers), **draw(trained)} for one in mentors],
        [{"id": one, "time_zone": "Europe/Amsterdam", **draw(answers)} for one in mentees],
    )


unknown = st.sampled_from(["allow", "forbid"])


def judged(rule, known, broken):
    """What a rule on an attribute means: a pair is forbidden if it breaks it, or is not known and that is forbidden."""
    return broken if known else rule.unknown == "forbid"


@given(pools(), st.builds(SameTeam, unknown=unknown))
def test_same_team(pool, rule):
    """Two people of one team are not matched; of whom no team is known, as was asked."""
    known = lambda a, b: a.team is not None and b.team is not None
    assert forbidden(rule, pool) == meant(pool, lambda a, b: judged(rule, known(a, b), a.team == b.team))
    check_constraint(rule, pool)


@given(pools(), st.builds(DifferentOrganisation, unknown=unknown))
def test_different_organisation(pool, rule):
    """Two people of one organisation are not matched; of whom none is known, as was asked."""
    known = lambda a, b: a.organisation is not None and b.organisation is not None
    expected = meant(pool, lambda a, b: judged(rule, known(a, b), a.organisation == b.organisation))
    assert forbidden(rule, pool) == expected
    check_constraint(rule, pool)


limits = st.one_of(st.none(), st.integers(-4, 4).map(lambda level: level / 2))


@given(pools(), limits, limits, unknown)
def test_level_gap(pool, low, high, unknown):
    """The mentor's level minus the mentee's lies between the limits, themselves included."""
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        with pytest.raises(InputError, match="level_gap"):
            LevelGap(low, high, unknown)
        return
    rule = LevelGap(low, high, unknown)

    def broken(a, b):
        known = a.level is not None and b.level is not None
        outside = known and not (-9 if low is None else low) <= b.level - a.level <= (9 if high is None else high)
        return judged(rule, known, outside)

    assert forbidden(rule, pool) == meant(pool, broken)
    check_constraint(rule, pool)


@given(pools(), st.builds(SharedLanguage, unknown=unknown))
def test_shared_language(pool, rule):
    """Two people without a language in common are not matched; who names none is unknown."""
    common = lambda a, b: set(a.languages) & set(b.languages)
    expected = meant(pool, lambda a, b: judged(rule, a.languages and b.languages, not common(a, b)))
    assert forbidden(rule, pool) == expected
    check_constraint(rule, pool)


def test_more_languages_than_fit_in_a_word():
    """Among 150 languages two people are kept apart exactly if they have none in common."""
    names = [f"language {k:03}" for k in range(150)]
    rng = np.random.default_rng(1)
    people = [{"id": f"p{k}", "languages": [names[w] for w in rng.choice(150, 9, replace=False)]} for k in range(60)]
    pool = Pool(people[:30], people[30:])
    expected = meant(pool, lambda a, b: not set(a.languages) & set(b.languages))
    assert forbidden(SharedLanguage(), pool) == expected
    assert 0 < len(expected) < 900


def common_minutes(a, b):
    """The minutes of a week that two people share, counted one by one; both live in one time zone here."""

    def free(person):
        found = set()
        for slot in person.availability:
            day, hours = slot.split()
            begin, end = (60 * int(clock[:2]) + int(clock[3:]) for clock in hours.split("-"))
            found |= {(day, minute) for minute in range(begin, end)}
        return found

    return len(free(a) & free(b))


@settings(max_examples=40)
@given(pools(), st.sampled_from([0.5, 1, 1.25, 2]), unknown)
def test_min_overlap_hours(pool, hours, unknown):
    """Two people with fewer hours of a week in common are not matched; who names no hours is unknown."""
    rule = MinOverlapHours(hours, unknown)
    if pool.mentors[0].time_zone == "Europe/Amsterdam":
        few = lambda a, b: common_minutes(a, b) < 60 * hours
        expected = meant(pool, lambda a, b: judged(rule, a.availability and b.availability, few(a, b)))
        assert forbidden(rule, pool) == expected
    check_constraint(with_date(rule, ON), pool)


def test_hours_are_counted_in_the_week_of_the_day():
    """Between the changes of the clock in two countries, two people have an hour less in common."""
    pool = Pool(
        [{"id": "mia", "availability": ["Mon 14:00-16:00"], "time_zone": "America/New_York"}],
        [{"id": "ann", "availability": ["Mon 20:00-22:00"], "time_zone": "Europe/Amsterdam"}],
    )
    rule = MinOverlapHours(2)
    apart = {
        on: bool(with_date(rule, on).terms(pool)[0].block.pairs(np.array([0]), np.array([0]))[0])
        for on in (date(2026, 2, 16), date(2026, 3, 16), date(2026, 4, 13))
    }
    assert apart == {date(2026, 2, 16): False, date(2026, 3, 16): True, date(2026, 4, 13): False}


@given(pools(), st.builds(Trained, unknown=unknown))
def test_trained(pool, rule):
    """A mentor who was not trained has no mentees; of whom it is not known, as was asked."""
    assert forbidden(rule, pool) == meant(pool, lambda a, b: judged(rule, b.trained is not None, b.trained is False))
    check_constraint(rule, pool)


@given(pools())
def test_past_partners(pool):
    """Two people of whom either names the other as an earlier partner are not matched again."""
    expected = meant(pool, lambda a, b: b.id in a.past_partners or a.id in b.past_partners)
    assert forbidden(PastPartners(), pool) == expected
    check_constraint(PastPartners(), pool)


@given(pools())
def test_not_self(pool):
    """The same id on both sides is one person and is not matched with itself."""
    assert forbidden(NotSelf(), pool) == meant(pool, lambda a, b: a.id == b.id)
    check_constraint(NotSelf(), pool)


# --- reporting lines -----------------------------------------------------------------------------------------------


@st.composite
def lines(draw):
    """People in a tree (everybody's manager has a lower number), some outside the pool, split over the sides."""
    boss = {f"p{k}": f"p{draw(st.integers(0, k - 1))}" for k in range(1, 12) if draw(st.booleans())}
    mentors = draw(st.lists(st.sampled_from([f"p{k}" for k in range(12)]), unique=True, min_size=1))
    mentees = draw(st.lists(st.sampled_from([f"p{k}" for k in range(12)]), unique=True, min_size=1))
    row = lambda one: {"id": one, "manager_id": boss.get(one)}
    return Pool([row(one) for one in mentors], [row(one) for one in mentees]), boss


@given(lines(), st.integers(1, 4))
def test_nobody_is_matched_within_their_line(line, depth):
    """A pair is forbidden exactly if one is reached from the other in so many steps over people who are there."""
    pool, boss = line
    there = {*pool.mentee_ids, *pool.mentor_ids}

    def above(one):
        found = []
        while len(found) < depth and one in there and one in boss:
            one = boss[one]
            found.append(one)
        return found

    expected = meant(pool, lambda a, b: b.id in above(a.id) or a.id in above(b.id))
    assert forbidden(ReportingLine(depth), pool) == expected
    check_constraint(ReportingLine(depth), pool)


def test_two_levels_are_the_default():
    """Manager and manager's manager are kept apart, in either direction; three levels are not."""
    pool = Pool(
        [{"id": "top"}, {"id": "head", "manager_id": "top"}, {"id": "lead", "manager_id": "head"}],
        [{"id": "ann", "manager_id": "lead"}, {"id": "head", "manager_id": "top"}],
    )
    assert forbidden(ReportingLine(), pool) == {("ann", "lead"), ("ann", "head"), ("head", "top"), ("head", "lead")}


def test_every_circle_is_told():
    """All circles of managers come in one error, each with its people and nobody else."""
    pool = Pool(
        [{"id": "a", "manager_id": "b"}, {"id": "x", "manager_id": "y"}, {"id": "z", "manager_id": "x"}],
        [{"id": "b", "manager_id": "c"}, {"id": "c", "manager_id": "a"}, {"id": "y", "manager_id": "x"}],
    )
    with pytest.raises(InputError) as caught:
        ReportingLine().terms(pool)
    assert [fault.code for fault in caught.value.faults] == ["manager_loop"] * 2
    first, second = (fault.msg for fault in caught.value.faults)
    assert first.endswith("a, b, c")
    assert second.endswith("x, y")


def test_the_head_of_a_house_is_no_circle():
    """Whoever is their own manager has none."""
    pool = Pool([{"id": "top", "manager_id": "top"}], [{"id": "ann", "manager_id": "top"}])
    assert forbidden(ReportingLine(), pool) == {("ann", "top")}


def test_two_rows_of_one_person_both_count():
    """Where somebody's two rows name different managers, both are above them."""
    pool = Pool(
        [{"id": "ann", "manager_id": "mia"}, {"id": "mia"}, {"id": "ned"}],
        [{"id": "ann", "manager_id": "ned"}],
    )
    assert forbidden(ReportingLine(), pool) == {("ann", "mia"), ("ann", "ned")}


# --- named pairs and bounds ----------------------------------------------------------------------------------------


@pytest.fixture
def pool():
    return Pool([{"id": "mia", "capacity": 2}, {"id": "ned"}, {"id": 7}], [{"id": "ann"}, {"id": "bram"}])


def test_forbid_and_require_name_one_pair(pool):
    """One forbids that pair and the other fixes it; a number is an id."""
    assert forbidden(Forbid("ann", "ned"), pool) == {("ann", "ned")}
    (term,) = Require("bram", 7).terms(pool)
    assert isinstance(term, FixPairs)
    assert (term.i.tolist(), term.j.tolist()) == ([1], [2])
    for rule in (Forbid("ann", "ned"), Require("bram", 7)):
        check_constraint(rule, pool)


@pytest.mark.parametrize("kind", [Forbid, Require])
def test_a_stranger_in_a_public_rule_is_an_error(pool, kind):
    """A mistyped or swapped id is told, with who may be meant, for both people at once."""
    with pytest.raises(InputError) as caught:
        kind("brm", "ann").terms(pool)
    assert [fault.id for fault in caught.value.faults] == ["brm", "ann"]
    assert "did you mean 'bram'" in str(caught.value)
    assert "it is one of the mentees" in str(caught.value)


def bounds(rule, pool):
    (term,) = rule.terms(pool)
    assert isinstance(term, PersonBounds)
    return term.side, term.rows.tolist(), term.min.tolist(), term.max.tolist()


def test_capacity_bounds_everybody_or_those_named(pool):
    """Without names it holds for everybody on its side; with names for them alone."""
    assert bounds(Capacity(2), pool) == ("mentors", [0, 1, 2], [0, 0, 0], [2, 2, 2])
    assert bounds(Capacity(3, 1, "mentees", ("bram",)), pool) == ("mentees", [1], [1], [3])
    assert bounds(Capacity(1, of=["ned", 7, "ned"]), pool) == ("mentors", [1, 2], [0, 0], [1, 1])
    side, rows, least, most = bounds(Capacity(min=1), pool)
    assert (side, rows, least) == ("mentors", [0, 1, 2], [1, 1, 1])
    assert min(most) > 10**9
    check_constraint(Capacity(2), pool)
    with pytest.raises(InputError, match="capacity of"):
        Capacity(1, of=("zoë",)).terms(pool)


def test_min_score_is_one_term(pool):
    """The least score is passed on as it is."""
    assert list(MinScore(0.25).terms(pool)) == [ScoreAtLeast(0.25)]
    check_constraint(MinScore(0.25), pool)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ReportingLine(0), "depth"),
        (lambda: ReportingLine(1.5), "whole"),
        (lambda: ReportingLine(depth=True), "depth"),
        (LevelGap, "min, max"),
        (lambda: LevelGap(float("nan")), "finite"),
        (lambda: LevelGap(max=float("inf")), "finite"),
        (lambda: LevelGap("1"), "finite"),
        (lambda: LevelGap(2, 1), "max"),
        (lambda: LevelGap(1, unknown="perhaps"), "unknown"),
        (lambda: SameTeam("no"), "unknown"),
        (lambda: SharedLanguage("no"), "unknown"),
        (lambda: Trained("no"), "unknown"),
        (lambda: MinOverlapHours(0), "above 0"),
        (lambda: MinOverlapHours(200), "168"),
        (lambda: MinOverlapHours(-1, "no"), "unknown"),
        (lambda: MinScore(float("inf")), "value"),
        (Capacity, "max, min"),
        (lambda: Capacity(-1), "at least 0"),
        (lambda: Capacity(1, 2), "max"),
        (lambda: Capacity(1.5), "whole"),
        (lambda: Capacity(1, side="left"), "mentor"),
        (lambda: Capacity(1, of=("", "x")), "of"),
        (lambda: Forbid("ann", ""), "mentor"),
        (lambda: Require(None, "mia"), "mentee"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(make, words):
    """A rule that cannot be meant so is an error when it is made, with the argument it is about."""
    with pytest.raises(InputError, match=words):
        make()


# --- what all of them promise --------------------------------------------------------------------------------------

EVERY = [
    Apart("ann", "bram"),
    AtLeast(1, {"mentor": {"id": ["mia", 7]}}),
    AtMost(1, {"mentee": {"id": "ann"}, "mentor": {"id": ["mia", 7]}}),
    Capacity(2, of=("mia",)),
    DifferentOrganisation(),
    Forbid("ann", "ned"),
    GroupQuota("mentors", {"id": ["mia", "ned"]}, 1, 2),
    HoursCapacity(),
    LevelGap(1, 3),
    MinOverlapHours(1.5),
    MinScore(0.5),
    NoneOrAtLeast(2),
    NotSelf(),
    PastPartners(),
    ReportingLine(),
    Require("ann", "ned"),
    SameTeam(),
    SharedLanguage("forbid"),
    Together("mia", "ned"),
    Trained(),
]


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_rules_are_values(rule, pool):
    """A rule is equal to its copy, can be hashed, pickled and not changed, and says that it is public."""
    check_pickle(rule)
    check_constraint(rule, pool)
    assert rule.confidential is False
    assert len({rule, pickle.loads(pickle.dumps(rule))}) == 1
    with pytest.raises((AttributeError, TypeError)):
        rule.name = "another"


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_terms_can_be_pickled(rule, pool):
    """What a rule comes down to can be sent to another process and answers the same there."""
    for term in with_date(rule, ON).terms(pool):
        sent = pickle.loads(pickle.dumps(term))
        for block in ("block", "weight"):
            if hasattr(term, block):
                here, there = (getattr(one, block)(slice(None), slice(None)) for one in (term, sent))
                assert np.array_equal(here, there)


def test_pairs_let_through_are_noted():
    """Of whom a rule does not know enough is counted per side; nobody unknown, or unknown forbidden, is no note."""
    silent = Pool(
        [{"id": "mia", "level": 5, "team": "red"}, {"id": "ned"}],
        [{"id": "ann"}, {"id": "bram"}, {"id": "cas", "level": 2, "languages": ["nl"]}],
    )
    for rule, field, count in (
        (LevelGap(1), "level", 3),
        (SameTeam(), "team", 4),
        (SharedLanguage(), "languages", 4),
        (with_date(MinOverlapHours(1), ON), "availability", 5),
        (Trained(), "trained", 2),
        (DifferentOrganisation(), "organisation", 5),
    ):
        (note,) = notes_of(rule, silent)
        assert (note.code, note.count, note.fields) == ("unknown_allowed", count, (field,))
    assert "2 mentees and 1 mentor" in notes_of(LevelGap(1), silent)[0].message
    assert notes_of(LevelGap(1, unknown="forbid"), silent) == ()
    assert notes_of(PastPartners(), silent) == ()
    known = Pool([{"id": "mia", "level": 5}], [{"id": "ann", "level": 2}])
    assert notes_of(LevelGap(1), known) == ()


def test_an_empty_rectangle_is_fine():
    """A block answers for no rows and for no columns."""
    pool = Pool([{"id": "mia", "trained": False, "team": "red"}], [{"id": "ann", "team": "red"}])
    none = np.empty(0, np.int64)
    for rule in (SameTeam(), LevelGap(1), SharedLanguage(), Trained(), with_date(MinOverlapHours(1), ON)):
        (term,) = rule.terms(pool)
        assert term.block(none, slice(None)).shape == (0, 1)
        assert term.block(slice(None), none).shape == (1, 0)
        assert term.block.pairs(none, none).shape == (0,)


def test_hundreds_of_strangers_are_told_in_a_moment():
    """The nearest ids are looked for a few times only: comparing everybody with everybody would take minutes."""
    pool = Pool([{"id": f"employee-number-{k:08d}"} for k in range(3000)], [{"id": "e"}])
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        Capacity(max=1, of=tuple(f"employee-numbex-{k:08d}" for k in range(500))).terms(pool)
    assert time.perf_counter() - start < 10
    assert caught.value.total == 500
    assert "did you mean" in caught.value.faults[0].msg

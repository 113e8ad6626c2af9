"""Offers: best first, by the rules, spread over mentors; and what of them may be shown."""

import pickle
import re
import traceback
from dataclasses import fields
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

import mentormatch as mm
from mentormatch.coordinator import best_first as best_first_module
from mentormatch.coordinator.shown import may_be_shown
from mentormatch.testing import fake_programme, pools


def ids(offers):
    """Who is offered to whom: {mentee: [mentor, …]}."""
    return {mentee: [pair.mentor for pair in best] for mentee, best in offers.items()}


def tabled(scores):
    """A scorer that reads a table, and the people of its rows and columns."""
    n, m = np.array(scores).shape

    @mm.scorer
    def told(mentee, mentor):
        return float(scores[int(mentee.id[1:])][int(mentor.id[1:])])

    return [{"id": f"m{j}"} for j in range(m)], [{"id": f"a{i}"} for i in range(n)], {told: 1}


@st.composite
def worlds(draw, most=5):
    """Scores with ties, some pairs forbidden, and k."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    scores = np.array(draw(st.lists(st.integers(0, 4), min_size=n * m, max_size=n * m))).reshape(n, m) / 4
    shut = draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)), max_size=n * m // 2))
    return scores, shut, draw(st.integers(1, 3))


def forbidden(shut):
    """The rules of these pairs: every second one told in confidence."""
    return [
        mm.Forbid(f"a{i}", f"m{j}") if at % 2 else mm.ConflictOfInterest(f"a{i}", f"m{j}", kind="other")
        for at, (i, j) in enumerate(sorted(shut))
    ]


# --- best first ------------------------------------------------------------------------------------------------------


@given(worlds())
@settings(max_examples=80, deadline=None)
def test_the_offers_are_the_best_allowed_ones(world):
    """Each mentee has as many allowed mentors as asked for, no better one is left out, and the best stands first."""
    scores, shut, k = world
    mentors, mentees, scorers = tabled(scores)
    offers = mm.suggest(mentors, mentees, k=k, scorers=scorers, constraints=forbidden(shut), preset=None)
    for i, best in enumerate(offers.values()):
        allowed = [j for j in range(scores.shape[1]) if (i, j) not in shut]
        told = [int(pair.mentor[1:]) for pair in best]
        assert set(told) <= set(allowed)
        assert len(set(told)) == len(told)
        assert [scores[i, j] for j in told] == sorted((scores[i, j] for j in allowed), reverse=True)[:k]
        assert [pair.score for pair in best] == pytest.approx([scores[i, j] for j in told])


def test_an_offer_is_the_pair_that_a_matching_would_have():
    """Score, parts, evidence and gains of an offer are those of the same pair in a matching."""
    pool = mm.Pool(*fake_programme(8, 8))
    offers = mm.suggest(pool, k=8)
    for pair in mm.match(pool):
        offer = next(one for one in offers[pair.mentee] if one.mentor == pair.mentor)
        assert all(getattr(offer, field.name) == getattr(pair, field.name) for field in fields(mm.Pair))
        assert isinstance(offer, mm.Pair)


def test_both_sides_goals_stand_beside_each_offer():
    """An offer has the goals of both, the most important first, and none of whoever keeps them private."""
    mentors = [{"id": "Mia", "goals": ["visibility"]}, {"id": "Ned", "goals": ["rest"], "private": ["goals"]}]
    mentees = [{"id": "Ann", "goals": {"network": 1, "first team": 3}}]
    offers = mm.suggest(mentors, mentees)
    assert {pair.mentor: pair.mentor_goals for pair in offers["Ann"]} == {"Mia": ("visibility",), "Ned": ()}
    assert all(pair.mentee_goals == ("first team", "network") for pair in offers["Ann"])
    assert "rest" not in repr(offers["Ann"])


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_offers_are_a_table_too(backend):
    """Each offer is a row with its rank, the names, the numbers and the goals of both; none is a table without rows."""
    pytest.importorskip(backend)
    offers = mm.suggest(*fake_programme(4, 5), k=3)
    frame = offers.to_frame(backend)
    rows = frame.to_dict("records") if backend == "pandas" else frame.to_dicts()
    pairs = [pair for best in offers.values() for pair in best]
    assert [(row["mentee"], row["mentor"], row["score"]) for row in rows] == [
        (p.mentee, p.mentor, p.score) for p in pairs
    ]
    assert [row["rank"] for row in rows] == [rank for best in offers.values() for rank in range(1, len(best) + 1)]
    assert [row["mentor_goals"] for row in rows] == ["; ".join(pair.mentor_goals) for pair in pairs]
    assert len(mm.suggest([], [{"id": "Ann"}]).to_frame(backend)) == 0
    assert offers.notes == mm.Problem.build(*fake_programme(4, 5)).notes


def test_people_without_places_are_neither_offered_nor_asked():
    """A mentor with no place, and a mentee who wants nobody, are in no offer; every mentee is in the mapping."""
    mentors = [{"id": "Mia", "capacity": 0}, {"id": "Ned"}]
    offers = mm.suggest(
        mentors, [{"id": "Ann", "mentors_wanted": 0}, {"id": "Bo"}], constraints=[mm.Forbid("Bo", "Ned")]
    )
    assert ids(offers) == {"Ann": [], "Bo": []}
    assert len(mm.suggest([], [{"id": "Ann"}])) == 1
    assert len(mm.suggest([{"id": "Mia"}], [])) == 0


@given(pools(4))
@settings(max_examples=40, deadline=None)
def test_nobody_is_offered_themselves_or_whom_they_vetoed(pool):
    """One person in two roles, vetoes from either side, and a smallest score: never offered."""
    mentees = [{**person.model_dump(exclude_none=True), "vetoes": ["mentor-0"]} for person in pool.mentees]
    mentors = [{**person.model_dump(exclude_none=True), "vetoes": ["mentee-1"]} for person in pool.mentors]
    for mentee, best in mm.suggest(mentors, mentees, min_score=0.3).items():
        assert all(pair.mentor not in {mentee, "mentor-0"} and mentee != "mentee-1" for pair in best)
        assert all(pair.score >= 0.3 for pair in best)


def test_pairs_that_must_be_made_are_offered():
    """A lock is among the offers and takes places; where a rule forbids it, it is not offered."""
    mentors, mentees, scorers = tabled([[0.9, 0.1, 0.5], [0.9, 0.8, 0.5]])
    locked = mm.suggest(mentors, mentees, k=2, scorers=scorers, locks=[("a0", "m1")])
    assert ids(locked) == {"a0": ["m1"], "a1": ["m0", "m2"]}
    against = mm.suggest(
        mentors, mentees, k=2, scorers=scorers, locks=[("a0", "m1")], constraints=[mm.Tension("a0", "m1")]
    )
    assert ids(against) == {"a0": ["m0", "m2"], "a1": ["m0", "m2"]}
    override = mm.Override("a0", "m1", reason="agreed", by="HR")
    lifted = mm.suggest(mentors, mentees, k=2, scorers=scorers, locks=[override], constraints=[mm.Forbid("a0", "m1")])
    assert ids(lifted) == {"a0": ["m1"], "a1": ["m0", "m2"]}
    apart = mm.suggest(mentors, mentees, k=3, scorers=scorers, locks=[("a0", "m0")], constraints=[mm.Apart("a0", "a1")])
    assert "m0" not in ids(apart)["a1"]


def test_listing_order_decides_nothing():
    """Turned lists give the same offers, spread or not; another seed may order equals differently."""
    mentors, mentees, scorers = tabled(np.full((6, 6), 0.5))
    for most in (None, 2):
        told = ids(mm.suggest(mentors, mentees, k=3, scorers=scorers, max_offers=most))
        turned = ids(mm.suggest(mentors[::-1], mentees[::-1], k=3, scorers=scorers, max_offers=most))
        assert told == turned
    others = [ids(mm.suggest(mentors, mentees, k=3, scorers=scorers, seed=seed)) for seed in range(4)]
    assert any(others[0] != other for other in others)
    assert len({mentor for best in others[0].values() for mentor in best}) > 3  # not everybody has the same three


def test_a_screen_and_small_blocks_change_nothing(monkeypatch):
    """Through single precision, in blocks of a few rows, the offers are those of looking at every pair."""
    pool = mm.Pool(*fake_programme(60, 50))
    plain = ids(mm.suggest(pool, k=4, constraints=[mm.LevelGap(min=0)]))
    monkeypatch.setattr("mentormatch.problem.instance.LEAST_SCREENED", 1)
    monkeypatch.setattr(best_first_module, "_BYTES_A_CELL", 1 << 18)
    problem = mm.Problem.build(pool)
    assert problem.scores.screen() is not None
    assert ids(mm.suggest(pool, k=4, constraints=[mm.LevelGap(min=0)])) == plain
    assert ids(mm.suggest(pool, k=50)) == {
        mentee: [pair.mentor for pair in best] for mentee, best in mm.suggest(pool, k=60).items()
    }


# --- spread over mentors ---------------------------------------------------------------------------------------------


def by_force(scores, shut, k, most):
    """Of all ways to offer: the most offers, then the least sum of squares over mentees, then the highest total."""
    n, m = scores.shape
    cells = [cell for cell in product(range(n), range(m)) if cell not in shut]
    best = (0, 0, 0.0)
    for chosen in product((False, True), repeat=len(cells)):
        made = [cell for cell, taken in zip(cells, chosen, strict=True) if taken]
        loads = np.bincount([i for i, _ in made], minlength=n)
        if loads.max() > k or np.bincount([j for _, j in made], minlength=m).max() > most:
            continue
        best = max(best, (len(made), -int((loads**2).sum()), round(sum(scores[cell] for cell in made), 9)))
    return best


@given(worlds(3), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_spread_offers_are_the_best_of_all_ways(world, most):
    """Against every way there is: as many offers as can be, shared out evenly, of highest total; no rule broken."""
    scores, shut, k = world
    mentors, mentees, scorers = tabled(scores)
    offers = mm.suggest(
        mentors, mentees, k=k, max_offers=most, scorers=scorers, constraints=forbidden(shut), preset=None
    )
    made = [(int(a[1:]), int(b[1:])) for a, best in ids(offers).items() for b in best]
    assert not set(made) & shut
    loads = np.bincount([i for i, _ in made], minlength=len(mentees))
    assert loads.max(initial=0) <= k
    assert np.bincount([j for _, j in made], minlength=1).max() <= most
    value = (len(made), -int((loads**2).sum()), round(sum(scores[cell] for cell in made), 9))
    assert value == by_force(scores, shut, k, most)
    assert all(list(best) == sorted(best, key=lambda pair: -pair.score) for best in offers.values())


@pytest.mark.parametrize("seed", range(8))
def test_spread_offers_agree_with_an_integer_programme(seed):
    """Where everybody can have k offers, their total is the highest that an integer programme finds."""
    draw = np.random.default_rng(seed)
    n, m, k, most = 12, 10, 3, 4
    scores = draw.integers(0, 1000, (n, m)) / 1000
    mentors, mentees, scorers = tabled(scores)
    offers = mm.suggest(mentors, mentees, k=k, max_offers=most, scorers=scorers)
    per_mentee, per_mentor = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    limits = [LinearConstraint(per_mentee, k, k), LinearConstraint(per_mentor, 0, most)]
    right = milp(-scores.ravel(), constraints=limits, integrality=np.ones(n * m), bounds=(0, 1))
    assert sum(pair.score for best in offers.values() for pair in best) == pytest.approx(-right.fun)


def test_few_places_reach_as_many_people_as_can_be():
    """Three mentors for one offer each reach three mentees, although one of them scores highest with all."""
    mentors, mentees, scorers = tabled([[0.9, 0.9, 0.9], [0.1, 0.1, 0.1], [0.2, 0.2, 0.2]])
    offers = mm.suggest(mentors, mentees, k=2, max_offers=1, scorers=scorers)
    assert [len(best) for best in offers.values()] == [1, 1, 1]


def test_who_cannot_have_more_does_not_keep_others_from_theirs():
    """Two mentees who may only see the one mentor share that offer, and the third has all three others."""
    mentors, mentees, scorers = tabled(np.full((3, 4), 0.5))
    rules = [mm.Forbid(f"a{i}", f"m{j}") for i in (0, 1) for j in (1, 2, 3)]
    offers = mm.suggest(mentors, mentees, k=3, max_offers=1, scorers=scorers, constraints=rules)
    assert sorted(len(offers[mentee]) for mentee in ("a0", "a1")) == [0, 1]
    assert len(offers["a2"]) == 3


def test_where_nobody_is_offered_too_often_spreading_changes_nothing():
    """A limit that the best offers keep by themselves leaves them as they are."""
    pool = mm.Pool(*fake_programme(10, 10))
    assert ids(mm.suggest(pool, k=3, max_offers=10)) == ids(mm.suggest(pool, k=3))


def test_locks_count_when_offers_are_spread():
    """A pair that must be made is one of its mentor's and of its mentee's offers."""
    mentors, mentees, scorers = tabled(np.full((4, 3), 0.5))
    offers = mm.suggest(
        [{**one, "capacity": 3} for one in mentors], mentees, k=2, max_offers=2, scorers=scorers, locks=[("a0", "m0")]
    )
    told = [mentor for best in ids(offers).values() for mentor in best]
    assert max(map(told.count, told)) == 2
    assert ids(offers)["a0"] == ["m0"]
    assert len(told) == 6


# --- what may be shown -----------------------------------------------------------------------------------------------


@given(pool=pools(5), secret=st.text(min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_at_most_half_of_the_publicly_allowed_are_shown(pool, secret):
    """Whoever is shown is offered, in the same order, and they are at most half of those whom public rules allow."""
    offers = mm.suggest(pool, k=9, secret=secret, constraints=[mm.Tension("mentee-1", "mentor-1")])
    for mentee in offers:
        told = [one.mentor for one in offers.share(mentee)]
        assert told == [pair.mentor for pair in offers[mentee] if pair.mentor in told]
        assert len(told) <= sum(mentor != mentee for mentor in pool.mentor_ids) // 2


@given(pool=pools(5), where=st.tuples(st.integers(0, 4), st.integers(0, 3)), k=st.integers(1, 5))
@settings(max_examples=80, deadline=None)
def test_a_tension_changes_nothing_for_others(pool, where, k):
    """With and without a tension, what is shown to anybody but the mentee in it is the same, to the letter."""
    pair = f"mentee-{where[0]}", f"mentor-{where[1]}"
    free = mm.suggest(pool, k=k)
    tense = mm.suggest(pool, k=k, constraints=[mm.Tension(*pair)])
    for mentee in free:
        if mentee not in pair:
            assert [one.to_dict() for one in free.share(mentee)] == [one.to_dict() for one in tense.share(mentee)]


def test_a_tension_between_two_mentees_or_two_mentors_changes_nothing():
    """Offers are single pairs: that two people may not share a partner is no matter of theirs, spread or not."""
    pool = mm.Pool(*fake_programme(8, 6))
    tensions = [mm.Tension("mentee-1", "mentee-2"), mm.Tension("mentor-1", "mentor-2")]
    for most in (None, 2):
        free, tense = (mm.suggest(pool, k=4, max_offers=most, constraints=rules) for rules in ((), tensions))
        assert ids(free) == ids(tense)
        assert [str(free.share(one)) for one in free] == [str(tense.share(one)) for one in tense]


def test_a_tension_only_takes_its_own_pair_from_who_may_be_shown():
    """Who may be shown is drawn the same with and without a tension; what is shown less lies in the offers alone."""
    pool = mm.Pool(*fake_programme(8, 8))
    tension = mm.Tension("mentee-3", "mentor-5")
    free, tense = (mm.Problem.build(pool, constraints=rules)._setup for rules in ((), [tension]))
    assert all(may_be_shown(free, row, b"key") == may_be_shown(tense, row, b"key") for row in range(8))
    spread = [mm.suggest(pool, k=8, max_offers=4, constraints=rules) for rules in ((), [tension])]
    for mentee in spread[0]:
        before, after = ([one.mentor for one in offers.share(mentee)] for offers in spread)
        offered = {pair.mentor for pair in spread[1][mentee]}
        assert set(before) - set(after) <= set(before) - offered  # gone only where the spread took the offer


def test_any_absence_has_an_innocent_cause():
    """Over many keys, each mentor who may be shown is left out in about half the draws, and at times all are."""
    mentors, mentees, scorers = tabled(np.full((1, 4), 0.5))
    shown = [
        [one.mentor for one in mm.suggest(mentors, mentees, scorers=scorers, secret=f"round {k}").share("a0")]
        for k in range(200)
    ]
    sizes = {len(told) for told in shown}
    assert sizes == {0, 1, 2}
    assert all(50 <= sum(mentor["id"] in told for told in shown) <= 120 for mentor in mentors)


def test_mentors_with_more_places_are_shown_more_often():
    """Of two mentors, the one with ten places is shown in most draws and the one with one place in few."""
    mentors, mentees, scorers = tabled([[0.5, 0.5]])
    mentors = [{**mentors[0], "capacity": 10}, mentors[1]]
    told = [
        one.mentor
        for k in range(60)
        for one in mm.suggest(mentors, mentees, scorers=scorers, secret=f"round {k}").share("a0")
    ]
    assert told.count("m0") > 2 * told.count("m1") > 0


def test_one_answer_in_a_round():
    """Asked again, or with more offers, nobody who was shown disappears; another secret draws anew."""
    pool = mm.Pool(*fake_programme(10, 12))
    few, many, other = (mm.suggest(pool, k=k, secret=secret) for k, secret in ((4, "one"), (8, b"one"), (8, "two")))
    shown = [{one: [s.mentor for s in offers.share(one)] for one in offers} for offers in (few, many, other)]
    assert all(few.share(one) == few.share(one) for one in few)
    assert all(set(shown[0][one]) <= set(shown[1][one]) for one in few)
    assert shown[1] != shown[2]


def shown_to(**more):
    """What is shown to Ann of a mentor who has everything, among mentors enough for her to be shown one."""
    mia = {"id": "Mia", "name": "Mia <b>", "goals": ["visibility"], "offers": ["tax"], "bio": "CANARY tax", **more}
    mentors = [{**mia, "capacity": 50}, *({"id": f"m{k}", "capacity": 1} for k in range(3))]
    ann = {"id": "Ann", "needs": ["tax"], "goals": ["visibility"], "bio": "tax", "vetoes": ["m1"]}
    return mm.suggest(mentors, [ann], constraints=[mm.Tension("Ann", "m2")], preset=mm.Settings()).share("Ann")


def test_what_is_shown_has_shared_fields_and_no_number():
    """The mentee sees the name, the goals and what the two have in common, in two languages; no score, no free text."""
    (mia,) = [one for one in shown_to() if one.mentor == "Mia"]
    assert mia.goals == ("visibility",)
    assert dict(mia.shared) == {"goals": ("visibility",), "needs_offers": ("tax",)}
    assert "Wants: visibility" in mia.text()
    assert "Wil: visibility" in mia.text("nl")
    assert not re.search(r"[0-9]\.[0-9]", f"{mia!r} {mia.to_dict()}")
    assert "CANARY" not in f"{mia!r} {mia.to_dict()}"
    assert max(map(len, mia.text().splitlines())) <= 100


def test_what_is_private_is_not_shown():
    """Goals that a mentor keeps private, or that settings do not share, are neither shown nor among what is common."""
    (mia,) = [one for one in shown_to(private=["goals"]) if one.mentor == "Mia"]
    assert mia.goals == ()
    assert "goals" not in dict(mia.shared)
    mentors = [{"id": "Mia", "goals": ["visibility"], "capacity": 50}, {"id": "Ned"}]
    settings_ = mm.Settings(share=("offers",))
    (mia,) = mm.suggest(mentors, [{"id": "Ann", "goals": ["visibility"]}], preset=settings_).share("Ann")
    assert (mia.mentor, mia.goals, mia.shared) == ("Mia", (), ())
    assert "whole of your answers" in mia.text()


def test_nothing_shown_names_whom_a_rule_forbids():
    """Neither text nor data of what is shown has the id of somebody vetoed or in a tension, nor the word for it."""
    told = "".join(f"{one!r}{one.to_dict()}{one.text('nl')}" for one in shown_to())
    assert told
    assert not re.search(r"m1|m2|tension|veto|forbid|spanning", told)


def test_suggestions_stay_with_the_coordinator():
    """The mapping shows counts, cannot be pickled, and cannot be changed."""
    offers = mm.suggest([{"id": "Mia"}], [{"id": "Ann"}])
    assert repr(offers) == "<Suggestions: 1 offers for 1 mentees>"
    with pytest.raises(mm.StateError):
        pickle.dumps(offers)
    with pytest.raises(TypeError):
        offers["Ann"] = ()


def test_a_stranger_is_named():
    """Asking for somebody who is not there is an input error; ``get`` and ``in`` answer as for any mapping."""
    offers = mm.suggest([{"id": "Mia"}], [{"id": "Ann"}])
    for ask in (offers.__getitem__, offers.share):
        with pytest.raises(mm.InputError, match="Zoë"):
            ask("Zoë")
    assert ("Zoë" in offers, "Ann" in offers, [] in offers) == (False, True, False)
    assert offers.get("Zoë", ()) == ()
    assert offers.get("Ann") == offers["Ann"]


@pytest.mark.parametrize(
    "wrong", [{"k": 0}, {"k": True}, {"k": 2.0}, {"max_offers": 0}, {"seed": "x"}, {"seed": 2**63}, {"secret": ""}]
)
def test_wrong_arguments_are_input_errors(wrong):
    """What is no whole number above 0, no seed or no secret is named."""
    with pytest.raises(mm.InputError, match=next(iter(wrong))):
        mm.suggest([{"id": "Mia"}], [{"id": "Ann"}], **wrong)


def test_an_error_shows_nothing_told_in_confidence():
    """A traceback with every frame's variables has no name of a tension and no secret, before and after building."""
    rules = [mm.Tension("CANARY", "Mia")]
    for wrong in ({"k": 0}, {"scorers": {"nope": 1}}):
        with pytest.raises(mm.InputError) as caught:
            mm.suggest(
                [{"id": "Mia", "vetoes": ["CANARY"]}], [{"id": "Ann"}], constraints=rules, secret="CAN" + "ARY", **wrong
            )
        frames = caught.value.__traceback__.tb_next  # the first is this test's own
        told = "".join(traceback.TracebackException(None, caught.value, frames, capture_locals=True).format())
        assert "suggest" in told
        assert "CANARY" not in told


def test_a_request_is_enough():
    """A request alone gives the offers of its people by its settings, and its seed draws."""
    body = {
        "mentors": [{"id": "Mia", "offers": ["tax"]}, {"id": "Ned"}],
        "mentees": [{"id": "Ann", "needs": ["tax"]}],
        "settings": {"seed": 7, "constraints": [{"rule": "tension", "a": "Ann", "b": "Ned"}]},
    }
    assert ids(mm.suggest(mm.Request.parse(body))) == {"Ann": ["Mia"]}


def test_a_lock_that_a_tension_forbids_shows_in_nobody_elses_offers():
    """What is shown to others is the same with a tension on a locked pair and without."""
    mentors = [{"id": f"m{j}", "offers": ["x"]} for j in range(6)]
    mentees = [{"id": f"a{i}", "needs": ["x"]} for i in range(6)]
    told = []
    for rules in ((), (mm.Tension("a0", "m1"),)):
        options = {"preset": None, "scorers": {"needs_offers": 1}, "locks": [("a0", "m1")], "secret": "s"}
        offers = mm.suggest(mentors, mentees, k=10, constraints=rules, **options)
        assert ("m1" in [offer.mentor for offer in offers["a0"]]) == (not rules)
        told.append({one: [shown.mentor for shown in offers.share(one)] for one in offers if one != "a0"})
    assert told[0] == told[1]


def test_more_offers_than_a_machine_word_counts_are_all_there_can_be():
    """Any whole number may be asked for, and a secret may be any text."""
    mentors, mentees = [{"id": "Mia"}, {"id": "Ned"}], [{"id": "Ann"}]
    for most in (None, 10**30):
        offers = mm.suggest(mentors, mentees, k=10**30, max_offers=most, secret="\ud800")
        assert len(offers["Ann"]) == 2

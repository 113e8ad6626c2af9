"""Ratings after people met: wishes for who is preferred, vetoes of who is avoided, and silence about the latter."""

import pickle
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch.errors import InputError, StateError
from mentormatch.people import Pool

CANARY = "Quibbledash"


@pytest.fixture
def pool():
    """Three mentors and two mentees who filled in the form."""
    mentors = [{"id": "m1", "vetoes": ["e2"], "wishes": ["e2"]}, {"id": "m2"}, {"id": "m3", "name": "Smit, Els"}]
    return Pool(mentors, [{"id": "e1", "wishes": ["m3", "m1"], "vetoes": ["m3"]}, {"id": "e2"}])


def vetoed(pool):
    """The vetoed pairs of a pool, by id."""
    i, j = pool._vetoed_pairs()
    return {(pool.mentee_ids[a], pool.mentor_ids[b]) for a, b in zip(i.tolist(), j.tolist(), strict=True)}


def test_who_is_preferred_comes_before_the_wishes_of_the_form(pool):
    """Preferences stand first in the order given, then the form's wishes; neutral takes nothing away."""
    met = pool.with_ratings({("e1", "m2"): "prefer", ("e1", "m1"): "prefer", ("e1", "m3"): "neutral"})
    assert met.mentees[0].wishes == ("m2", "m1", "m3")
    assert met.mentees[1].wishes == ()
    assert vetoed(met) == vetoed(pool) == {("e1", "m3"), ("e2", "m1")}


def test_who_is_avoided_is_vetoed_and_no_wish_tells_it(pool):
    """An avoid adds a veto from that side and leaves every wish as it was."""
    met = pool.with_ratings({("e1", "m1"): "avoid"}).with_ratings({("e1", "m2"): "avoid"}, side="mentors")
    assert vetoed(met) == vetoed(pool) | {("e1", "m1"), ("e1", "m2")}
    assert [one.wishes for one in met.mentees] == [one.wishes for one in pool.mentees]
    assert [one.wishes for one in met.mentors] == [one.wishes for one in pool.mentors]
    assert tuple(met.mentees[0].vetoes) == ("m1", "m3")
    assert tuple(met.mentors[1].vetoes) == ("e1",)


def test_either_side_rates_for_itself(pool):
    """What mentors prefer are mentors' wishes; a mentor's later word takes back no veto of a mentee."""
    met = pool.with_ratings({("e2", "m2"): "avoid"}).with_ratings({("e2", "m2"): "prefer"}, side="mentors")
    assert met.mentors[1].wishes == ("e2",)
    assert ("e2", "m2") in vetoed(met)


def test_the_later_rating_of_the_same_two_counts(pool):
    """Ratings add up; an avoid is taken back by a later word, and a preference by a later neutral."""
    first = pool.with_ratings({("e1", "m1"): "avoid", ("e1", "m2"): "prefer"})
    second = first.with_ratings({("e1", "m1"): "prefer", ("e2", "m2"): "avoid"})
    assert second.mentees[0].wishes == ("m2", "m1", "m3")
    assert vetoed(second) == vetoed(pool) | {("e2", "m2")}
    third = second.with_ratings({("e1", "m2"): "neutral"})
    assert third.mentees[0].wishes == ("m1", "m3")
    assert vetoed(first) == vetoed(pool) | {("e1", "m1")}


def test_a_veto_of_the_form_is_never_lifted(pool):
    """Whatever is said of somebody later, the veto on the form stays."""
    met = pool.with_ratings({("e1", "m3"): "avoid"}).with_ratings({("e1", "m3"): "prefer"})
    assert ("e1", "m3") in vetoed(met)


def test_vetoes_by_name_hold_beside_ratings():
    """A name that the form's veto holds in two pieces is still found after somebody is avoided."""
    pool = Pool([{"id": "m1"}, {"id": "m2", "name": "Smit, Els"}], [{"id": "e", "vetoes": ["Smit", "Els"]}])
    assert vetoed(pool) == {("e", "m2")}
    assert vetoed(pool.with_ratings({("e", "m1"): "avoid"})) == {("e", "m1"), ("e", "m2")}


def test_ids_and_words_may_be_written_as_they_come(pool):
    """Ids of a table of numbers, and words with a capital, are read as elsewhere."""
    numbers = Pool([{"id": 1}, {"id": 2}], [{"id": 7}])
    met = numbers.with_ratings({(7, 1.0): "Prefer ", ("7", 2): "AVOID"})
    assert met.mentees[0].wishes == ("1",)
    assert vetoed(met) == {("7", "2")}
    assert pool.with_ratings({}).mentees[0].wishes == pool.mentees[0].wishes


def test_rated_pools_can_be_cut_down_and_rated_again(pool):
    """Rows taken out take their ratings along, so that a later word still takes an avoid back."""
    met = pool.with_ratings({("e2", "m3"): "avoid", ("e1", "m1"): "avoid"}).take([1], None)
    assert vetoed(met) == {("e2", "m3"), ("e2", "m1")}
    assert vetoed(met.with_ratings({("e2", "m3"): "neutral"})) == {("e2", "m1")}


def test_everything_else_of_the_pool_stays(pool):
    """Notes, rejects, mapping and ids are those of the pool that was rated, which is as it was."""
    rejecting = Pool.read([{"id": "m1", "Kleur": "red"}, {"id": ""}], [{"id": "e1"}], mapping={"Kleur": "attributes"})
    met = rejecting.with_ratings({("e1", "m1"): "prefer"})
    assert (met.notes, met.rejects, met.mapping) == (rejecting.notes, rejecting.rejects, rejecting.mapping)
    assert rejecting.mentees[0].wishes == ()
    assert met.objects("wishes")[0][0] == ("m1",)
    assert pickle.loads(pickle.dumps(met)).mentees[0].wishes == ("m1",)


class Hostile(Mapping):
    """A mapping that raises when it is read."""

    def __getitem__(self, key):
        raise RuntimeError(CANARY)

    def __iter__(self):
        raise RuntimeError(CANARY)

    def __len__(self):
        return 1


def test_all_faults_are_told_at_once_and_no_rating_is():
    """Strangers, turned pairs, unknown words and what is no pair come in one error, which repeats no word."""
    pool = Pool([{"id": "Mia"}, {"id": "Bo"}], [{"id": "Ann"}, {"id": "Bo"}])
    ratings = {
        ("Ann", "Zoë"): "avoid",
        ("Mia", "Ann"): "avoid",
        "AB": "avoid",
        ("Ann", "Mia"): CANARY,
        (None, "Mia"): "avoid",
        ("Bo", "Bo"): "avoid",
        ("Ann", "Bo"): "prefer",
        ("Ann", "Bo "): "avoid",
    }
    with pytest.raises(InputError) as caught:
        pool.with_ratings(ratings)
    told = [(fault.code, fault.loc) for fault in caught.value.faults]
    assert told == [
        ("unknown_id", ("ratings", 0, "mentor")),
        ("unknown_id", ("ratings", 1, "mentee")),
        ("unknown_id", ("ratings", 1, "mentor")),
        ("not_a_pair", ("ratings", 2)),
        ("unknown_rating", ("ratings", 3)),
        ("bad_id", ("ratings", 4, "mentee")),
        ("same_person", ("ratings", 5)),
        ("rated_twice", ("ratings", 7)),
    ]
    assert CANARY not in str(caught.value)
    with pytest.raises(InputError) as neutral:
        pool.with_ratings({key: "neutral" if word == "avoid" else word for key, word in ratings.items()})
    assert str(neutral.value) == str(caught.value)


@pytest.mark.parametrize(
    ("ratings", "side"),
    [
        ({("e1", "m1"): CANARY, ("e1", CANARY): "avoid", ("e2", "m1"): "avoid"}, "mentees"),
        ({("e2", "m1"): "avoid", (object(), "m1"): "avoid", ("e1", "m1"): [CANARY]}, "mentors"),
        ([(("e1", CANARY), "avoid")], "mentees"),
        (Hostile(), "mentees"),
        ({("e2", CANARY): "avoid"}, CANARY.lower()),
        (None, "mentees"),
    ],
)
def test_a_refusal_shows_no_rating_in_a_traceback(pool, ratings, side):
    """No variable of our frames shows what was given, and no other error is dragged along."""
    with pytest.raises(InputError) as caught:
        pool.with_ratings(ratings, side=side)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in told.stack if frame.filename.startswith(str(Path(mm.__file__).parent))]
    shown = "".join(f"{name}={value}" for frame in ours for name, value in (frame.locals or {}).items())
    assert ours
    assert "'avoid'" not in shown
    assert CANARY not in shown.replace(f"id='{CANARY}'", "").replace(f"({CANARY})", "")
    assert caught.value.__context__ is None


def test_a_public_pool_takes_no_ratings(pool):
    """Where no veto can be held, a rating is refused rather than lost."""
    with pytest.raises(StateError):
        pool.public().with_ratings({("e1", "m1"): "avoid"})


@given(st.lists(st.tuples(st.sampled_from(["e1", "e2"]), st.sampled_from(["m1", "m2", "m3"])), unique=True))
def test_nothing_public_tells_of_an_avoid(pairs):
    """The public pool, every column and every print are those of a pool in which nobody is avoided."""
    pool = Pool([{"id": f"m{k}"} for k in (1, 2, 3)], [{"id": "e1", "wishes": ["m2", "m1"]}, {"id": "e2"}])
    before = {("e1", "m1"): "prefer", ("e2", "m2"): "neutral"}
    open_world = pool.with_ratings(before).with_ratings(dict.fromkeys(pairs, "prefer"), side="mentors")
    other = open_world.with_ratings(dict.fromkeys(pairs, "avoid"))
    assert pickle.dumps(open_world.public()) == pickle.dumps(other.public())
    assert repr(open_world) == repr(other)
    assert open_world._repr_html_() == other._repr_html_()
    for one, same in zip((*open_world.mentees, *open_world.mentors), (*other.mentees, *other.mentors), strict=True):
        assert repr(one) + one.model_dump_json() == repr(same) + same.model_dump_json()
    for field in ("wishes", "past_partners"):
        assert [list(side) for side in open_world.objects(field)] == [list(side) for side in other.objects(field)]
    assert vetoed(other) == set(pairs)


def test_a_request_carries_an_avoid_in_confidence_alone(pool):
    """A request made of rated people has their wishes; the vetoes only where they are asked for."""
    met = pool.with_ratings({("e2", "m2"): "avoid", ("e2", "m3"): "prefer"})
    request = mm.Request(mentors=tuple(met.mentors), mentees=tuple(met.mentees))
    assert "vetoes" not in request.to_json()
    again = mm.Request.parse(request.to_json(confidential=True))
    assert vetoed(Pool(again.mentors, again.mentees)) == vetoed(met)

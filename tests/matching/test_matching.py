import copy
import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.explain.clean import columns
from mentormatch.matching import Certificate, Matching, Pair, Part, Reason, Short, TierProof, Unmatched
from mentormatch.people.notes import Note

PEOPLE = {"mentees": (("a", "Ann"), ("b", "Bo")), "mentors": (("m", "Mia"), ("n", "Ned"))}


def test_partners_are_found_from_either_side(programme):
    """Everybody's partners come in listing order, and none for the unmatched."""
    assert programme.mentors_of("a1") == ("m2", "m1")
    assert programme.mentees_of("m2") == ("a1", "a2")
    assert programme.mentors_of("a3") == programme.mentees_of("m3") == ()
    assert [pair.mentee for pair in programme] == ["a1", "a1", "a2"]
    assert len(programme) == 3
    assert dict(programme.loads) == {"m1": 1, "m2": 2, "m3": 0}


def test_figures_are_of_the_pairs(programme):
    """Total, mean and worst are those of the pairs' scores."""
    assert (programme.total, programme.mean, programme.worst) == (1.625, 1.625 / 3, 0.25)


def test_nobody_matched_has_no_mean_and_no_worst():
    """Without a pair there is a total of 0, no mean and no worst score, and every repr still works."""
    empty = Matching(pairs=(), mentees=(("a", "Ann"),), mentors=())
    assert (empty.total, empty.mean, empty.worst, len(empty)) == (0.0, None, None, 0)
    assert "0 pairs" in repr(empty)
    assert "0 pairs" in empty._repr_html_()


def test_the_total_is_correctly_rounded():
    """Ten scores of 0.1 sum to 1, as they do on paper."""
    people = {"mentees": tuple((str(k), str(k)) for k in range(10)), "mentors": (("m", "m"),)}
    assert Matching(pairs=tuple(Pair(str(k), "m", 0.1) for k in range(10)), **people).total == 1.0


@pytest.mark.parametrize("ask", ["mentors_of", "mentees_of", "explain", "view"])
@pytest.mark.parametrize("stranger", ["Quibbledash", 3, None, ["a1"]])
def test_a_stranger_is_named(programme, ask, stranger):
    """Asking for an id that is not in the matching is an error that names the id."""
    if ask == "view" and isinstance(stranger, list):
        stranger = "nobody"
    with pytest.raises(InputError, match="with this id") as caught:
        getattr(programme, ask)(stranger)
    assert str(stranger) in str(caught.value)


def test_a_strange_mentor_is_named_too(programme):
    """Explaining a pair with an unknown mentor names the mentor's id."""
    with pytest.raises(InputError, match="m9"):
        programme.explain("a1", "m9")


def test_nothing_can_be_changed(programme):
    """Fields, pairs and the manifest, nested parts included, refuse to change."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        programme.pairs = ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        programme.pairs[0].score = 1.0
    with pytest.raises(TypeError):
        programme.manifest["seed"] = 8
    with pytest.raises(TypeError):
        programme.manifest["settings"]["scorers"]["goals"] = 5
    assert isinstance(programme.manifest["placed_by_hand"], tuple)


def test_lists_and_numpy_numbers_become_plain():
    """Lists become tuples, and numpy's numbers the builtin ones, so that one content has one spelling."""
    by_numpy = Pair(
        "a", "m", np.float64(1), np.float32(0.5), None, np.int64(0), [Part("c", 1, -0.0, np.float64(1), ["x"])]
    )
    by_hand = Pair("a", "m", 1.0, 0.5, None, 0.0, (Part("c", 1.0, 0.0, 1.0, ("x",)),))
    assert repr(by_numpy) == repr(by_hand)
    tier = TierProof("total", np.float64(2), np.float64(3), np.bool_(True))
    assert repr(tier) == repr(TierProof("total", 2.0, 2.0, True))
    assert repr(Short("a", np.int64(1), np.int64(2))) == repr(Short("a", 1, 2))
    assert type(Unmatched("a", "not_placed").reason) is Reason


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e301])
def test_only_finite_numbers_are_held(number):
    """NaN, infinity and numbers whose sum could become infinite are refused wherever a number stands."""
    for make in (
        lambda: Pair("a", "m", number),
        lambda: Pair("a", "m", 0.5, number),
        lambda: Part("c", 1.0, number, 0.0),
        lambda: Part("c", 1.0, 0.0, number),
        lambda: TierProof("total", number, 1.0, False),
        lambda: TierProof("total", 1.0, (1, number), False),
    ):
        with pytest.raises(InputError):
            make()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}, {"x": object()}, {1, 2}, b"x"])
def test_a_manifest_is_json(value):
    """A manifest with anything in it that JSON cannot hold is refused."""
    with pytest.raises(InputError, match="manifest"):
        Matching(pairs=(), mentees=(), mentors=(), manifest={"x": value})


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"pairs": (Pair("a", "stranger", 1.0),)}, "pairs"),
        ({"pairs": (Pair("stranger", "m", 1.0),)}, "pairs"),
        ({"pairs": (Pair("a", "m", 1.0), Pair("a", "m", 0.5))}, "pairs"),
        ({"pairs": (), "mentees": (("a", "Ann"), ("a", "Bo"))}, "mentees"),
        ({"pairs": (), "mentors": (("m", "Mia"), ("m", "Ned"))}, "mentors"),
        ({"pairs": (Pair("a", "m", 1.0),), "unmatched_mentees": (Unmatched("a", "not_placed"),)}, "unmatched_mentees"),
        ({"pairs": (Pair("a", "m", 1.0),), "unmatched_mentors": (Unmatched("m", "not_placed"),)}, "unmatched_mentors"),
        ({"pairs": (), "unmatched_mentees": (Unmatched("z", "not_placed"),)}, "unmatched_mentees"),
        ({"pairs": (), "unmatched_mentees": (Unmatched("a", "not_placed"),) * 2}, "unmatched_mentees"),
        ({"pairs": (), "short": (Short("z", 1, 2),)}, "short"),
        ({"pairs": (), "certificate": Certificate((), (("a", "m"),))}, "certificate"),
    ],
)
def test_a_matching_does_not_contradict_itself(wrong, where):
    """Strangers, doubles, people both matched and unmatched and a proof of something else are refused."""
    with pytest.raises(InputError) as caught:
        Matching(**{**PEOPLE, **wrong})
    assert where in {fault.loc[0] for fault in caught.value.faults}


def test_all_contradictions_are_told_at_once():
    """One error lists every contradiction, none with an id."""
    with pytest.raises(InputError) as caught:
        Matching(pairs=(Pair("q1", "q2", 1.0),), **PEOPLE, unmatched_mentees=(Unmatched("q3", "not_placed"),))
    assert caught.value.total == 2
    assert "q1" not in str(caught.value)


def test_the_certificate_is_about_these_pairs(programme):
    """The certificate takes the matching's own pairs and objective, in the matching's order."""
    assert programme.certificate.pairs == (("a1", "m2"), ("a1", "m1"), ("a2", "m2"))
    assert programme.certificate.objective == programme.objective
    reordered = Certificate((), (("b", "n"), ("a", "m")))
    matching = Matching(pairs=(Pair("a", "m", 1.0), Pair("b", "n", 1.0)), **PEOPLE, certificate=reordered)
    assert matching.certificate.pairs == (("a", "m"), ("b", "n"))


def test_a_matching_can_be_compared_hashed_copied_and_pickled(programme):
    """Copies of every kind are equal, hash alike and pickle to the same bytes."""
    for copied in (copy.copy(programme), copy.deepcopy(programme), pickle.loads(pickle.dumps(programme))):
        assert copied == programme
        assert hash(copied) == hash(programme)
        assert pickle.dumps(copied) == pickle.dumps(programme)


def test_where_the_input_came_from_is_no_content(programme):
    """The backend of the input and the kind of its ids change neither equality nor bytes."""
    other = dataclasses.replace(programme, frame_backend="polars", whole_ids=(True, True))
    assert other == programme
    assert other.to_json() == programme.to_json()
    assert pickle.dumps(other) == pickle.dumps(programme)


def test_the_repr_tells_notes_then_counts_then_pairs(programme):
    """What a terminal shows begins with the notes, goes on with counts and proof, and ends with pairs."""
    shown = repr(programme).split("\n")
    assert shown[0].startswith("Note: 4 mentees ask")
    assert shown[1:5] == [
        "3 pairs of 4 mentees and 3 mentors",
        "mean score 0.54, worst 0.25",
        "unmatched: 2 mentees and 1 mentor",
        "proven optimal: coverage 3, total 1.625",
    ]
    assert "Ann Yılmaz" in shown[5]
    assert "Ned de Boer" in shown[5]
    assert "0.88" in shown[5]
    assert "Bo Smit (a2)" in shown[7]


def test_a_result_cut_short_says_so(programme):
    """A repr of what is not proven tells the gap and not the word proven alone."""
    cut = dataclasses.replace(programme, certificate=Certificate((TierProof("total", 1.5, 2.0, False),)))
    assert "not proven optimal: total 1.5; gap at most 0.5" in repr(cut)


@given(
    st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80)), min_size=1, max_size=14),
    st.text(max_size=300),
)
def test_the_repr_fits_a_terminal_whatever_people_are_called(names, message):
    """No line is wider than 100 columns, and no control or bidi character is in it."""
    mentees = tuple((f"a{k}", name) for k, (name, _) in enumerate(names))
    mentors = tuple((f"m{k}", name) for k, (_, name) in enumerate(names))
    matching = Matching(
        pairs=tuple(Pair(f"a{k}", f"m{k}", 0.5) for k in range(len(names))),
        mentees=mentees,
        mentors=mentors,
        notes=(Note("x", message),),
    )
    lines = repr(matching).split("\n")
    assert max(map(columns, lines)) <= 100
    assert not any(ord(letter) < 32 or letter in "\x7f\u202e\u2066\ufeff" for line in lines for letter in line)


def test_the_notebook_card_is_escaped(programme):
    """A notebook shows names and notes as text, whatever they hold."""
    hostile = '<script>alert("x")</script>'
    card = dataclasses.replace(
        programme, mentors=(("m1", hostile), ("m2", "Ned\u202e"), ("m3", "Ole")), notes=(Note("x", hostile),)
    )._repr_html_()
    assert "<script" not in card
    assert card.count("&lt;script&gt;") == 2
    assert "\u202e" not in card
    assert "<bdi>Ann Yılmaz</bdi>" in card

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.explain import Explanation
from mentormatch.explain.clean import columns
from mentormatch.matching import Matching, Pair, Part, Reason, Unmatched

ANN = Pair(
    "a1",
    "m1",
    0.875,
    0.75,
    0.9,
    None,
    (Part("goals", 0.25, None, 0.125), Part("needs_offers", 0.75, 1.0, 0.75, ("planning", "public speaking"))),
)
BO = Pair("a2", "m1", 0.5, 1.0, None, None, (Part("other", 0.5, None, 0.3), Part("by_table", 0.5, 0.4, 0.2)))


def made(*pairs, **more):
    return Matching(
        pairs=pairs,
        mentees=(("a1", "Ann Yılmaz"), ("a2", "Bo"), ("a3", "Cas")),
        mentors=(("m1", "Ned de Boer"), ("m2", "Mia"), ("m3", "Mia")),
        **more,
    )


def test_a_pair_is_told_criterion_by_criterion():
    """The words give the score, each criterion's value × weight, what is shared, what is unknown, and the evidence."""
    assert str(made(ANN).explain("a1")).split("\n") == [
        "Ann Yılmaz with Ned de Boer: 0.88 of 1",
        "  needs and offers  1.00 × 75% = 0.75          needed and offered: planning, public speaking",
        "  goals             not answered × 25% = 0.12  counts as the average",
        "  75% of the weight rests on answers; what is not answered counts as the average.",
        "  Gain: Ann Yılmaz 0.90, Ned de Boer unknown.",
    ]


def test_it_speaks_dutch():
    """The same in Dutch, with a decimal comma."""
    told = made(ANN).explain("a1", "m1").text("nl")
    assert told.startswith("Ann Yılmaz met Ned de Boer: 0,88 van 1\n  vraag en aanbod  1,00 × 75% = 0,75")
    assert "niet beantwoord" in told


def test_what_may_not_be_shown_is_one_line_at_the_end():
    """Criteria folded into "other" are told as their weight and contribution, without a value, after the rest."""
    lines = str(made(BO).explain("a2")).split("\n")
    assert lines[1].split() == ["by", "table", "0.40", "×", "50%", "=", "0.20"]
    assert lines[2].split("  ")[-1] == "50% of the weight = 0.30"
    assert "All of it rests on answers." in lines[3]


def test_a_given_score_has_no_criteria():
    """A score that came as a number is told as it came, without a scale."""
    told = str(made(Pair("a1", "m1", 7.5, parts=(Part("score", 1.0, 7.5, 7.5),))).explain("a1"))
    assert (
        told == "Ann Yılmaz with Ned de Boer: 7.5\n  The score was given for this pair; it has no criteria of its own."
    )


def test_several_mentors_are_all_told():
    """Somebody with two mentors gets both, and one of them when asked; .pairs are those very pairs."""
    other = Pair("a1", "m2", 0.25)
    matching = made(ANN, other)
    assert matching.explain("a1").pairs == (ANN, other)
    assert matching.explain("a1", "m2").pairs == (other,)
    assert str(matching.explain("a1")).count("Ann Yılmaz with") == 2


def test_namesakes_are_told_apart():
    """A name that two mentors share comes with the id."""
    assert "with Mia (m2): " in str(made(Pair("a1", "m2", 0.25)).explain("a1"))


def test_a_pair_that_was_not_made_has_one_answer():
    """Whoever asks about whomever, and whatever the reason, the answer is one constant sentence."""
    matching = made(ANN, unmatched_mentees=(Unmatched("a3", Reason.NO_ALLOWED_PARTNER),))
    answers = {
        (str(told), repr(told), told._repr_html_(), told.pairs)
        for told in (
            matching.explain(a, m) for a in ("a1", "a2", "a3") for m in ("m1", "m2", "m3") if (a, m) != ("a1", "m1")
        )
    }
    assert len(answers) == 1
    assert matching.explain("a3", "m2") == Explanation()
    assert not {"Ann", "a1", "m2", "0."} & set(str(Explanation()).split())


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_unmatched_get_their_public_reason(reason, language):
    """Somebody unmatched is told the reason in words, in either language; it never speaks of places."""
    told = made(unmatched_mentees=(Unmatched("a2", reason),)).explain("a2").text(language)
    assert told.startswith("Bo ")
    assert len(told) > 30
    assert "place left" not in told
    assert "plek" not in told


def test_it_can_be_printed_in_a_notebook():
    """A notebook gets a table in which names and answers are text, whatever they hold."""
    hostile = "<img src=x onerror=alert(1)>\u202e"
    pair = Pair("a", "m", 0.5, parts=(Part(hostile, 1.0, 0.5, 0.5, (hostile,)),))
    card = Matching(pairs=(pair,), mentees=(("a", hostile),), mentors=(("m", "{0}"),)).explain("a")._repr_html_()
    assert "<img" not in card
    assert "\u202e" not in card
    assert card.count("&lt;img") == 4
    assert "<bdi>{0}</bdi>" in card


def test_an_unknown_language_is_refused():
    """A language that is not there is an error with those that are."""
    with pytest.raises(InputError, match="en, nl"):
        made(ANN).explain("a1").text("fr")


@given(st.text(max_size=150), st.text(max_size=150), st.text(max_size=150), st.floats(0, 1) | st.none())
def test_no_line_is_wider_than_a_terminal(name, criterion, answer, value):
    """Whatever people and criteria are called, every line fits 100 columns."""
    pair = Pair("a", "m", 0.5, 0.5, 0.1, 0.2, (Part(criterion, 1.0, value, 0.5, (answer, answer)),))
    matching = Matching(pairs=(pair,), mentees=(("a", name),), mentors=(("m", name),))
    for told in (str(matching.explain("a")), matching.explain("a").text("nl"), str(matching.view("a"))):
        assert max(map(columns, told.split("\n"))) <= 100


def test_a_participant_gets_partners_and_answers_and_no_number():
    """A view has one's own partner and what the two share: no score, no weight, nobody else."""
    view = made(ANN, BO).view("a1")
    assert str(view).split("\n") == [
        "Ann Yılmaz",
        "Your mentor: Ned de Boer",
        "  needed and offered: planning, public speaking",
    ]
    plain = view.to_dict()
    assert plain["mentors"] == [
        {
            "id": "m1",
            "name": "Ned de Boer",
            "shared": [{"criterion": "needs_offers", "answers": ["planning", "public speaking"]}],
        }
    ]
    assert "0.8" not in repr(plain) + repr(view) + view._repr_html_()
    assert "Bo" not in (repr(plain) + view.text("nl") + view._repr_html_()).replace("Boer", "")


def test_a_mentor_gets_all_of_their_mentees():
    """A mentor's view has every mentee of theirs; without anything to share there is a plain sentence."""
    told = str(made(ANN, BO).view("m1"))
    assert "Your mentee: Ann Yılmaz" in told
    assert "Your mentee: Bo\n  You were matched on the whole of your answers." in told


def test_one_person_in_two_roles_gets_both():
    """Who is mentee and mentor at once gets their mentor and their mentees in one view."""
    matching = Matching(
        pairs=(Pair("x", "m", 0.5), Pair("a", "x", 0.5)),
        mentees=(("x", "Xi"), ("a", "Ann")),
        mentors=(("x", "Xi"), ("m", "Mia")),
    )
    assert [line for line in str(matching.view("x")).split("\n") if "Your" in line] == [
        "Your mentor: Mia",
        "Your mentee: Ann",
    ]


def test_the_unmatched_have_a_view_too():
    """Somebody without a partner is told so with the public reason, mentor or mentee."""
    matching = made(
        unmatched_mentees=(Unmatched("a2", Reason.BELOW_MIN_SCORE),),
        unmatched_mentors=(Unmatched("m1", Reason.NOT_PLACED),),
    )
    assert "scores below the least score asked" in str(matching.view("a2"))
    assert "not placed this round" in str(matching.view("m1"))
    assert matching.view("a2").reason == "below_min_score"

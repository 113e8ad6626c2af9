import re
import string

import pytest

from mentormatch.errors import InputError
from mentormatch.explain import LANGUAGES, words


def places(message):
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


def test_both_languages_say_the_same_things():
    """Every message is there in every language, with the same places to fill in."""
    english = words("en").messages
    for language in LANGUAGES:
        messages = words(language).messages
        assert messages.keys() == english.keys()
        assert {key: places(text) for key, text in messages.items()} == {k: places(t) for k, t in english.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_speaks_of_confidences(language):
    """No word of the catalogue names a kind of confidential rule or gives a verdict."""
    said = " ".join(words(language).messages.values()).lower()
    assert not re.search(r"\b(tension|spanning|veto|conflict|good match|goede match)", said)


@pytest.mark.parametrize("language", ["fr", "", None, ["en"], "../en"])
def test_an_unknown_language_lists_the_known(language):
    """A language without a catalogue is an error that names those there are."""
    with pytest.raises(InputError, match="en, nl"):
        words(language)


def test_values_are_never_read_as_templates():
    """Braces in somebody's name stay braces."""
    assert words()("view.mentor", partner="{0.__class__}") == "Your mentor: {0.__class__}"


def test_numbers_are_written_as_the_language_does():
    """A decimal comma in Dutch, a point in English, and never a negative zero."""
    assert (words("en").number(0.875), words("nl").number(0.875)) == ("0.88", "0,88")
    assert words().number(-0.001) == "0.00"
    assert [words("nl").figure(value) for value in (58, 58.0, 1234.5, 0.25, 1e-7)] == [
        "58",
        "58",
        "1234,5",
        "0,25",
        "1e-07",
    ]
    assert [words().figure(value) for value in (2.999999, -1.5, 1e20, 40.37840)] == ["3", "-1.5", "1e+20", "40.38"]


def test_percents_do_not_round_to_all_or_nothing():
    """Only all is 100%, only nothing is 0%."""
    say = words()
    assert [say.percent(share) for share in (0, 0.001, 0.5, 0.999, 1)] == ["0%", "<1%", "50%", "99%", "100%"]


def test_a_criterion_that_is_not_ours_is_called_as_its_author_called_it():
    """An unknown criterion is shown by its name with spaces."""
    assert words("nl").criterion("by_table") == "by table"
    assert words("nl").shared("by_table", ("x", "y")) == "by table: x, y"
    assert words().shared("any", ("x",)) == "any: x"

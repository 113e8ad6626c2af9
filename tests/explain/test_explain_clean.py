import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.explain.clean import clean, columns, fit, pad, wrap

UNSEEN = [
    "\x00",
    "\x1b",
    "\x7f",
    "\x9b",
    "\u061c",
    "\u200e",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\ufeff",
    "\U000e0041",
]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_cannot_be_seen_goes(unseen):
    """Controls, bidi marks, tags and byte order marks leave the text; what stands round them stays."""
    assert clean(f"Ann{unseen} Smit") == "Ann Smit"


@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "\u2028", "\u2029", "\x85", "\x0b"])
def test_one_line_it_is(space):
    """Line breaks and tabs of every kind become a space."""
    assert clean(f"Ann{space}Smit") == "Ann Smit"


@pytest.mark.parametrize("name", ["Ŝarah d'Ângelo", "عائشة", "नेहा", "می‌خواهم", "👩‍💻", "王芳", "e\u0301"])
def test_names_of_every_script_stay(name):
    """Names in any script, joiners, emoji and combining letters included, come through as they are."""
    assert clean(name) == name


@given(st.text())
def test_clean_text_is_clean(text):
    """Cleaning twice is cleaning once, and leaves no control, surrogate or line separator."""
    once = clean(text)
    assert clean(once) == once
    assert not {unicodedata.category(letter) for letter in once} & {"Cc", "Cs", "Zl", "Zp"}
    assert once.encode().decode() == once


@given(st.text(), st.integers(2, 40))
def test_fitted_text_fits(text, width):
    """Fitted text takes at most so many columns, padded text exactly so many."""
    assert columns(fit(text, width)) <= width or fit(text, width).isspace()
    if not text.startswith(" "):
        assert columns(pad(text, width)) == width


@given(st.text(), st.integers(8, 40))
def test_wrapped_text_keeps_within_its_columns(text, width):
    """No wrapped line is wider than asked, and no visible letter is lost."""
    told = clean(text)
    lines = wrap(told, width, "  ", "    ")
    assert max(map(columns, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(told.split())


def test_wide_letters_take_two_columns():
    """East Asian letters count double and combining ones not at all."""
    assert columns("王芳") == 4
    assert columns("e\u0301") == 1
    assert fit("王芳王芳", 5) == "王芳…"

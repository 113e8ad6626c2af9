"""Other people's text made harmless for a screen: no control, no bidi override, no more columns than there are."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPACES: Final = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")

_UNSEEN: Final = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls: terminals obey them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi marks: they reorder what stands beside them
    "\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # deprecated formats, byte order mark, tags
    "]"
)

_HALVES: Final = re.compile("[\ud800-\udfff]")  # half a character: no encoding takes it


def clean(text: str) -> str:
    r"""Return the text without control and bidi characters, on one line.

    Joiners stay: names in several scripts and many emoji need them.

    Examples
    --------
    >>> clean("Ann\x1b[31m\u202e Smit\n")
    'Ann[31m Smit'
    """
    return _HALVES.sub("\ufffd", _UNSEEN.sub("", _SPACES.sub(" ", text))).strip()


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def fit(text: str, width: int) -> str:
    """Return the text cleaned and cut to a number of columns, an ellipsis telling that it was cut.

    Leading spaces stay, for they are the caller's layout.

    Examples
    --------
    >>> fit("Ann Yılmaz", 6)
    'Ann Y…'
    """
    indent = len(text) - len(text.lstrip(" "))
    text = " " * indent + clean(text)
    if columns(text) <= width:
        return text
    taken = 0
    for k, character in enumerate(text):
        taken += _columns_of(character)
        if taken > width - 1:
            return text[:k].rstrip() + "…"
    return text


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Return the text as lines of at most so many columns, the first and the rest each with its own indent."""
    lines, line, empty = [], first, True
    for word in text.split(" "):
        for piece in _pieces(word, max(1, width - max(columns(first), columns(rest)))):
            if not empty and columns(line) + 1 + columns(piece) > width:
                lines.append(line.rstrip())
                line, empty = rest, True
            line += piece if empty else f" {piece}"
            empty = False
    return [*lines, line.rstrip()]


def _pieces(word: str, width: int) -> list[str]:
    """Cut a word that is wider than a line."""
    if columns(word) <= width:
        return [word]
    pieces, piece, taken = [], "", 0
    for character in word:
        taken += _columns_of(character)
        if taken > width and piece:
            pieces.append(piece)
            piece, taken = "", _columns_of(character)
        piece += character
    return [*pieces, piece]


def pad(text: str, width: int) -> str:
    """Return the text cut and filled to exactly a number of columns."""
    text = fit(text, width)
    return text + " " * (width - columns(text))


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200b\u200c\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

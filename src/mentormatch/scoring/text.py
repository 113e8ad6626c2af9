"""Texts as vectors of words and their beginnings (TF-IDF), on a grid so fine and so whole that products are exact."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mentormatch.people.values import decomposed

if TYPE_CHECKING:
    from mentormatch.scoring.protocols import Floats, Ints

UNIT = 2.0**22
"""Components of unit vectors are whole numbers of this part of 1."""

PASSAGE = 100
"""Words of a text, counted from its first, that make one passage."""

BEGINNING = 5
"""Characters of a word that are compared as its beginning; shorter words have none."""

BEGINNING_WEIGHT = 0.5
"""What a beginning weighs beside a whole word that is as rare."""

_NO_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai and Lao, Burmese, Khmer, kana and Chinese characters: written without spaces between words."""

_WORD = re.compile(r"\w\w+")
_LETTER = rf"[^\W{_NO_SPACES}]"

_ANY_WORD = re.compile(rf"[{_NO_SPACES}]+|{_LETTER}(?:{_LETTER}|[\u0900-\u0963\u0966-\u0dff])+")
"""Words of any script; the vowel signs of India's are no letters to Python."""

_RUN = re.compile(rf"[{_NO_SPACES}]")


def words(text: str) -> list[str]:
    """Return the words of a text, two characters or more, without case and accents.

    Where a script has no spaces, every two characters next to each other are a word, and one
    that stands alone is one too.
    """
    if text.isascii():
        return _WORD.findall(text.casefold())
    plain = "".join(c for c in decomposed(text) if not unicodedata.combining(c)).casefold()
    found: list[str] = []
    for word in _ANY_WORD.findall(plain):
        if len(word) > 2 and _RUN.match(word):
            found.extend(word[at : at + 2] for at in range(len(word) - 1))
        else:
            found.append(word)
    return found


class Spoken(NamedTuple):
    """How often which texts say what: one CSR matrix, a row for each text.

    Attributes
    ----------
    damped
        Σ over the passages of a text of 1 + ln(count in the passage).
    labels
        What the columns stand for: words, then beginnings, each sorted.
    whole
        How many of the columns are words.
    """

    damped: Any
    labels: tuple[str, ...]
    whole: int

    @classmethod
    def of(cls, texts: Sequence[str | None]) -> Spoken:
        """Count the words of texts and their beginnings, passage by passage."""
        from scipy import sparse

        spoken = [words(text) if text else [] for text in texts]
        vocabulary = sorted(set(chain.from_iterable(spoken)))
        column = {word: k for k, word in enumerate(vocabulary)}
        codes = np.array([column[word] for word in chain.from_iterable(spoken)], dtype=np.int64)
        sizes = np.array([len(one) for one in spoken], dtype=np.int64)
        passages = -(-sizes // PASSAGE)
        place = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        said_in = np.repeat(np.cumsum(passages) - passages, sizes) + place // PASSAGE
        beginnings = sorted({word[:BEGINNING] for word in vocabulary if len(word) >= BEGINNING})
        which = {one: k for k, one in enumerate(beginnings)}
        begins = np.array([which.get(word[:BEGINNING], -1) for word in vocabulary], dtype=np.int64)[codes]
        text_of = np.repeat(np.arange(len(texts)), passages)
        parts = [
            _damped(said_in, codes, text_of, (len(texts), len(vocabulary))),
            _damped(said_in[begins >= 0], begins[begins >= 0], text_of, (len(texts), len(beginnings))),
        ]
        return cls(sparse.hstack(parts, format="csr"), (*vocabulary, *beginnings), len(vocabulary))

    def texts_with(self) -> Ints:
        """Return how many texts say each column."""
        return np.bincount(self.damped.indices, minlength=len(self.labels))

    def rarity(self, among: Spoken) -> Floats:
        """Return the weight of each column, from how many of other texts say it."""
        total = int(np.count_nonzero(np.diff(among.damped.indptr)))
        texts_with = among.texts_with().tolist()
        if among is not self:
            parts = slice(0, among.whole), slice(among.whole, None)
            known = [dict(zip(among.labels[part], texts_with[part], strict=True)) for part in parts]
            texts_with = [known[int(k >= self.whole)].get(label, 0) for k, label in enumerate(self.labels)]
        found = np.array([math.log((1 + total) / (1 + n)) + 1.0 for n in texts_with])
        found[self.whole :] *= BEGINNING_WEIGHT
        return found


def _damped(said_in: Ints, codes: Ints, text_of: Ints, size: tuple[int, int]) -> Any:
    """Return Σ over passages of 1 + ln(count), texts × columns; passages are added in their order."""
    from scipy import sparse

    texts, width = size
    cells, often = np.unique(said_in * max(width, 1) + codes, return_counts=True)
    said, columns = np.divmod(cells, max(width, 1))
    damped = np.array([0.0, *(1.0 + math.log(n) for n in range(1, int(often.max(initial=0)) + 1))])[often]
    cells, at = np.unique(text_of[said] * max(width, 1) + columns, return_inverse=True)
    rows, columns = np.divmod(cells, max(width, 1))
    indptr = np.searchsorted(rows, np.arange(texts + 1))
    summed = np.bincount(at, weights=damped, minlength=len(cells))
    return sparse.csr_matrix((summed, columns, indptr), shape=(texts, width))


def tf_idf(texts: Sequence[str | None], fitted: Sequence[str | None] | None = None) -> tuple[Any, tuple[str, ...], int]:
    """Return the texts as a CSR matrix of unit vectors in whole numbers, what its columns are, and how many are words.

    A word's weight is Σ over the passages of (1 + ln(count in the passage)) · (ln((1 + texts) /
    (1 + texts with it)) + 1), and that of the first five letters of a word half of the same; then every
    text is scaled to length 1 and rounded to multiples of 1 / `UNIT`. Counts of texts are over
    those of `fitted`, or else of `texts`, that have any word.

    Notes
    -----
    Salton & Buckley, *Term-weighting approaches in automatic text retrieval*, Information
    Processing & Management 24 (1988), with logarithmic counts and smoothed document counts.
    That the same word again right away tells less than elsewhere in a text: Church & Gale,
    *Poisson mixtures*, Natural Language Engineering 1 (1995). Beginnings of words: McNamee &
    Mayfield, *Character n-gram tokenization for European language text retrieval*,
    Information Retrieval 7 (2004).
    """
    spoken = Spoken.of(texts)
    rarity = spoken.rarity(spoken if fitted is None else Spoken.of(fitted))
    matrix = spoken.damped
    matrix.data = matrix.data * rarity[matrix.indices]
    return unit_rows(matrix), spoken.labels, spoken.whole


def unit_rows(matrix: Any) -> Any:
    """Return a CSR matrix with rows scaled to length 1, in whole multiples of 1 / `UNIT`; empty rows stay empty."""
    out = matrix.tocsr(copy=True)
    out.sort_indices()
    rows = np.repeat(np.arange(out.shape[0]), np.diff(out.indptr))
    # bincount adds in the order of the columns, so that a row's length depends on that row alone
    length: Floats = np.sqrt(np.bincount(rows, weights=out.data * out.data, minlength=out.shape[0]))
    out.data = np.rint(out.data / length[rows] * UNIT)
    out.eliminate_zeros()
    return out

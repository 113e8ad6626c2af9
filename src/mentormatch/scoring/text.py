"""Texts as vectors of words (TF-IDF), on a grid so fine and so whole that products are exact."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from mentormatch.people.values import decomposed

if TYPE_CHECKING:
    from mentormatch.scoring.protocols import Floats

UNIT = 2.0**22
"""Components of unit vectors are whole numbers of this part of 1."""

_WORD = re.compile(r"\w\w+")


def words(text: str) -> list[str]:
    """Return the words of a text, two characters or more, without case and accents."""
    if not text.isascii():
        text = "".join(c for c in decomposed(text) if not unicodedata.combining(c))
    return _WORD.findall(text.casefold())


def tf_idf(texts: Sequence[str | None], fitted: Sequence[str | None] | None = None) -> tuple[Any, tuple[str, ...]]:
    """Return the texts as a CSR matrix of unit vectors in whole numbers, and the words of its columns.

    A word's weight is (1 + ln(count in the text)) · (ln((1 + texts) / (1 + texts with it)) + 1);
    then every text is scaled to length 1 and rounded to multiples of 1 / `UNIT`. Counts of
    texts are over those that have any word.

    Notes
    -----
    Salton & Buckley, *Term-weighting approaches in automatic text retrieval*, Information
    Processing & Management 24 (1988), with logarithmic counts and smoothed document counts.
    """
    from scipy import sparse

    spoken = [words(text) if text else [] for text in texts]
    vocabulary = tuple(sorted(set(chain.from_iterable(spoken))))
    column = {word: k for k, word in enumerate(vocabulary)}
    codes = np.array([column[word] for word in chain.from_iterable(spoken)], dtype=np.int64)
    said_in = np.repeat(np.arange(len(texts)), [len(one) for one in spoken])
    cells, often = np.unique(said_in * len(vocabulary) + codes, return_counts=True)
    rows, columns = np.divmod(cells, max(len(vocabulary), 1))
    if fitted is None:
        total = sum(1 for one in spoken if one)
        texts_with = np.bincount(columns, minlength=len(vocabulary)).tolist()
    else:
        told = [said for text in fitted if text and (said := set(words(text)))]
        total, often_told = len(told), Counter(chain.from_iterable(told))
        texts_with = [often_told[word] for word in vocabulary]
    rarity = np.array([math.log((1 + total) / (1 + n)) + 1.0 for n in texts_with])
    damped = np.array([0.0, *(1.0 + math.log(n) for n in range(1, int(often.max(initial=0)) + 1))])
    indptr = np.searchsorted(rows, np.arange(len(texts) + 1))
    matrix = sparse.csr_matrix((damped[often] * rarity[columns], columns, indptr), shape=(len(texts), len(vocabulary)))
    return unit_rows(matrix), vocabulary


def unit_rows(matrix: Any) -> Any:
    """Return a CSR matrix with rows scaled to length 1, in whole multiples of 1 / `UNIT`; empty rows stay empty."""
    out = matrix.tocsr(copy=True)
    rows = np.repeat(np.arange(out.shape[0]), np.diff(out.indptr))
    # bincount adds in the order of the columns, so that a row's length depends on that row alone
    length: Floats = np.sqrt(np.bincount(rows, weights=out.data * out.data, minlength=out.shape[0]))
    out.data = np.rint(out.data / length[rows] * UNIT)
    out.eliminate_zeros()
    return out

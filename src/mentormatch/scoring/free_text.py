"""Free text: whether the two write about the same things."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic.json_schema import SkipJsonSchema

from mentormatch.errors import InputError
from mentormatch.scoring.exact import ExactProduct, sorted_words
from mentormatch.scoring.factors import Clipped, Factors, who
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, hide_silent
from mentormatch.scoring.text import UNIT, tf_idf, unit_rows

if TYPE_CHECKING:
    from mentormatch.people import Pool

Embed = Callable[[list[str]], Any]
"""A text model: takes texts, returns an array with one row of numbers for each."""

_SHOWN_WORDS = 5
"""How many shared words stand for the likeness of two texts."""


@dataclass(frozen=True, eq=False)
class _TextBlock(ShippedBlock):
    product: ExactProduct
    answered: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    labels: tuple[str, ...]

    def _value(self, products: Floats) -> Floats:
        products *= UNIT**-2
        return np.clip(products, 0.0, 1.0, out=products)

    def __call__(self, mentees: Rows, mentors: Rows) -> Floats:
        out = self._value(self.product.block(mentees, mentors))
        return hide_silent(out, self.answered[0][mentees], self.answered[1][mentors])

    def pairs(self, i: Ints, j: Ints) -> Floats:
        out = self._value(self.product.pairs(i, j))
        out[~(self.answered[0][i] & self.answered[1][j])] = np.nan
        return out

    def factors(self) -> Factors | Clipped:
        """Return the cosine as an inner product; with a text model's vectors it may be below 0 and is clipped."""
        sides = self.product.left, self.product.right
        if not self.labels:
            return Clipped(*sides, who(self.answered), UNIT**-2, self.product.most, whole=False)
        over = max(0.0, self.product.most * UNIT**-2 - 1.0)  # the grid may make a text longer than 1
        return Factors(*sides, who(self.answered), np.full(len(self.labels), UNIT**-2), error=over)

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        if not self.labels:
            return ()
        columns, adds = self.product.common(i, j)
        return sorted_words(self.labels, columns[np.argsort(-adds, kind="stable")[:_SHOWN_WORDS]])


@dataclass(frozen=True)
class FreeText:
    """How alike two people's free texts are: the cosine of their TF-IDF vectors.

    value = max(0, cosine), with a word's weight (1 + ln count) · (ln((1 + texts) / (1 +
    texts with it)) + 1) over the texts of both sides together, or with the vectors of a
    text model of your own.

    **Range**: 0, no word in common, to 1, the same words in the same proportions. **Unknown**:
    either text is missing or has no word in it. Words are compared whole, without case and
    accents: `AI` is not in `retail`.

    Parameters
    ----------
    field
        The field or attribute with the text.
    embed
        A callable from a list of texts to an array with a row for each; used instead of
        TF-IDF. It is called once, with the different texts in sorted order.

    Notes
    -----
    Salton & Buckley, *Term-weighting approaches in automatic text retrieval*, Information
    Processing & Management 24 (1988).
    """

    field: str = "bio"
    embed: SkipJsonSchema[Embed | None] = None

    @property
    def name(self) -> str:
        """``free_text``, with the field's name where that is not ``bio``."""
        return "free_text" if self.field == "bio" else f"free_text_{self.field}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The field that is read."""
        return (self.field,)

    def bind(self, pool: Pool) -> _TextBlock:
        """Return the block of these people."""
        mentees, mentors = pool.texts(self.field)
        texts = [*mentees, *mentors]
        if not any(texts):
            texts = [None] * len(texts)
        vectors, labels = tf_idf(texts) if self.embed is None else (_embedded(self.embed, texts), ())
        left, right = vectors[: len(mentees)], vectors[len(mentees) :]
        answered = (np.diff(left.indptr) > 0, np.diff(right.indptr) > 0)
        return _TextBlock(ExactProduct(left, right), answered, labels)


def _embedded(embed: Embed, texts: Sequence[str | None]) -> Any:
    """Return the unit vectors of a text model, as whole numbers; no row for a missing text."""
    from scipy import sparse

    different = sorted({text for text in texts if text})
    if not different:
        return sparse.csr_matrix((len(texts), 0))
    vectors = np.asarray(embed(list(different)), dtype=np.float64)
    if vectors.ndim != 2 or len(vectors) != len(different) or not np.isfinite(vectors).all():
        msg = "embed must return an array of finite numbers with one row for each text"
        raise InputError(msg)
    row = {text: k for k, text in enumerate(different)}
    table = np.zeros((len(texts), vectors.shape[1]))
    for k, text in enumerate(texts):
        if text:
            table[k] = vectors[row[text]]
    return unit_rows(sparse.csr_matrix(table))

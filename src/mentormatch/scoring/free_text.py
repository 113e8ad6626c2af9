"""Free text: whether the two write about the same things."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic.json_schema import SkipJsonSchema

from mentormatch.errors import Fault, InputError
from mentormatch.scoring.embedder import TextModel, calls, embedded
from mentormatch.scoring.exact import ExactProduct, sorted_words
from mentormatch.scoring.factors import Clipped, Factors, who
from mentormatch.scoring.protocols import Floats, Ints, Rows, ShippedBlock, hide_silent
from mentormatch.scoring.text import BEGINNING, UNIT, tf_idf

if TYPE_CHECKING:
    from mentormatch.people import Pool

_SHOWN_WORDS = 5
"""How many shared words stand for the likeness of two texts."""


@dataclass(frozen=True, eq=False)
class _TextBlock(ShippedBlock):
    product: ExactProduct
    answered: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    labels: tuple[str, ...]
    whole: int
    """How many of the labels are words; the others are beginnings of words."""

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
        return self._told(columns.tolist(), adds.tolist())

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        if not self.labels:
            return [()] * len(i)
        starts, columns, adds = self.product.common_pairs(i, j)
        return [self._told(columns[first:last], adds[first:last]) for first, last in pairwise(starts)]

    def _told(self, columns: Sequence[int], adds: Sequence[float]) -> tuple[str, ...]:
        """Return the few that add most; a beginning is told where no word that begins so is shared."""
        words = {self.labels[one][:BEGINNING] for one in columns if one < self.whole}
        kept = [k for k, one in enumerate(columns) if one < self.whole or self.labels[one] not in words]
        most = sorted(kept, key=lambda k: -adds[k])[:_SHOWN_WORDS]
        return sorted_words(self._display, [columns[k] for k in most])

    @cached_property
    def _display(self) -> tuple[str, ...]:
        return tuple(label if k < self.whole else f"{label}…" for k, label in enumerate(self.labels))


@dataclass(frozen=True)
class FreeText:
    """How alike two people's free texts are: the cosine of their vectors.

    value = max(0, cosine) = max(0, Σ_t a(t) · b(t) / √(Σ_t a(t)² · Σ_t b(t)²)), where t are words and
    beginnings of words, and a and b their weights in the two texts:
    Σ over passages (1 + ln(count in the passage)) · (ln((1 + texts) / (1 + texts with t)) + 1). A passage
    is a hundred words, so that what a long text comes back to weighs more than what it says
    five times in one breath. A beginning, the first five letters of a word, weighs half of that:
    `budgets` and `budgeting` meet half-way. Counts of texts are over both sides together.

    **Range**: 0, no word or beginning in common (or vectors of a text model at a right angle or
    more), to 1, the same words in the same proportions. **Unknown**: either text is missing or has
    no word in it. Words are compared whole, without case and accents: `AI` is not in `retail`.
    No language is assumed and no word left out; where a script has no spaces, every two
    characters next to each other are a word. A word added at the end that the other text does
    not have, nor begins like, never raises the value.

    Parameters
    ----------
    field
        The field or attribute with the text.
    embedder
        A text model used instead: an :class:`~mentormatch.Embedder`, or a callable from a list of texts to
        an array with a row for each. It is called once, with the different texts in sorted
        order, and gets the field's texts and nothing else. Where a person has no text, or the
        model returns zeros alone for it, values are unknown.

    Raises
    ------
    InputError
        The embedder is neither; or, when people are scored, it fails or returns anything but
        finite numbers with a row for each text. What it says itself is never repeated.

    Notes
    -----
    Salton & Buckley, *Term-weighting approaches in automatic text retrieval*, Information
    Processing & Management 24 (1988). On passages and beginnings, and how well it ranks, see
    :doc:`/explanation/free-text`.

    Linear in the words of the texts to bind; a pair costs the terms that both have.
    """

    field: str = "bio"
    embedder: SkipJsonSchema[TextModel] = dataclasses.field(default=None, repr=False, hash=False)

    def __post_init__(self) -> None:
        if not isinstance(self.field, str):
            told = "must be the name of a field or attribute"
            raise InputError(Fault(("scorers", "free_text", "field"), "no_field", told))
        if self.embedder is not None and calls(self.embedder) is None:
            msg = f'the embedder of scorer "{self.name}" must be callable or have a method encode(texts)'
            raise InputError(Fault(("scorers", self.name, "embedder"), "embedder", msg))

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
        return self._bound(pool, None)

    def bind_fitted(self, pool: Pool, fitted: Pool) -> _TextBlock:
        """Return the block of these people, with the rarity of words as it is among others."""
        return self._bound(pool, [text for side in fitted.texts(self.field) for text in side])

    def _bound(self, pool: Pool, fitted: Sequence[str | None] | None) -> _TextBlock:
        mentees, mentors = pool.texts(self.field)
        texts: list[str | None] = [*mentees, *mentors]
        labels: tuple[str, ...] = ()
        whole = 0
        if self.embedder is None:
            vectors, labels, whole = tf_idf(texts, fitted)
        else:
            vectors = embedded(self.embedder, texts, self.name)
        left, right = vectors[: len(mentees)], vectors[len(mentees) :]
        answered = (np.diff(left.indptr) > 0, np.diff(right.indptr) > 0)
        return _TextBlock(ExactProduct(left, right), answered, labels, whole)

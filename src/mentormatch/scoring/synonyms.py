"""Cover with synonyms: what one side has counts for everything that it means nearly the same as."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mentormatch.errors import Cancelled, Fault, InputError
from mentormatch.scoring.cover import Cover, CoverBlock
from mentormatch.scoring.taxonomy import Taxonomy

if TYPE_CHECKING:
    from mentormatch.scoring.protocols import Floats, Ints

    GivenTaxonomy: TypeAlias = Taxonomy | None
else:
    GivenTaxonomy = Any  # settings are validated by pydantic; the scorer looks itself


def check_taxonomy(taxonomy: Any, name: str) -> None:
    """Refuse what cannot say which labels meet.

    Raises
    ------
    InputError
        It has no method ``nearness``.
    """
    if taxonomy is not None and (isinstance(taxonomy, type) or not callable(getattr(taxonomy, "nearness", None))):
        msg = f'the taxonomy of scorer "{name}" must be a Taxonomy or have its method nearness(asked, had)'
        raise InputError(Fault(("scorers", name, "taxonomy"), "taxonomy", msg))


def cover(
    asked: Any, had: Any, labels: Sequence[str], taxonomy: Taxonomy | None, name: str, full_level: float | None = None
) -> tuple[Cover, Any]:
    """Return the cover of two CSR matrices over one vocabulary, and which labels meet.

    Parameters
    ----------
    asked, had
        Weights of what rows ask for, and weights or levels of what columns have.
    labels
        The vocabulary.
    taxonomy
        What counts for what; None: each label for itself.
    name
        The scorer's, for errors.
    full_level
        The level that counts in full, lower ones in proportion; None: any level counts in full.

    Returns
    -------
    Cover
        Σ asked(t) · max_u nearness(t, u) · had(u) / Σ asked(t), in whole parts of 1/4096.
    CSR matrix or None
        The nearness of each label asked for (rows) and had (columns); None without a taxonomy.
    """
    if taxonomy is None:
        return Cover.of(asked, had, full_level), None
    near = _nearness(taxonomy, labels, asked, had, name)
    return Cover.of(asked, _widened(had, near, full_level), 1.0), near


def _nearness(taxonomy: Any, labels: Sequence[str], asked: Any, had: Any, name: str) -> Any:
    """Return how near each label asked for (rows) is to each that is had (columns); a label is 1 to itself."""
    from scipy import sparse

    one, other = (np.unique(side.indices) for side in (asked, had))
    told = np.empty((0, 3))
    if len(one) and len(other):
        told, failure = _asked(taxonomy, [labels[k] for k in one], [labels[k] for k in other])
        if failure:
            told_of = f'the taxonomy of scorer "{name}" {failure}'
            raise InputError(Fault(("scorers", name, "taxonomy"), "taxonomy", told_of))
    rows = np.concatenate([one[told[:, 0].astype(np.int64)], np.arange(len(labels))])
    columns = np.concatenate([other[told[:, 1].astype(np.int64)], np.arange(len(labels))])
    nearness = np.concatenate([told[:, 2], np.ones(len(labels))])
    return sparse.csr_matrix(
        _largest(rows, columns, nearness, (len(labels), len(labels))), shape=(len(labels), len(labels))
    )


def _asked(taxonomy: Any, asked: list[str], had: list[str]) -> tuple[Floats, str]:
    """Return the taxonomy's answer, a row for each of its triples, and what is wrong with it."""
    told, given, failure = np.empty((0, 3)), list[Any](), ""
    try:
        given = list(taxonomy.nearness(asked, had))
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001 - anything may come out of somebody else's code
        failure = f"raised {type(error).__name__}"
    with suppress(ValueError, TypeError, OverflowError):
        told = np.array(given, dtype=np.float64).reshape(len(given), 3)
    sound = len(told) == len(given) and np.isfinite(told).all() and (told[:, :2] == np.rint(told[:, :2])).all()
    sound = sound and (told[:, :2] >= 0).all() and (told[:, 0] < len(asked)).all() and (told[:, 1] < len(had)).all()
    if not failure and not (sound and (told[:, 2] > 0).all() and (told[:, 2] <= 1).all()):
        failure = "returned something other than (position in asked, position in had, nearness above 0 and up to 1)"
    return told, failure


def _widened(had: Any, near: Any, full_level: float | None) -> Any:
    """Return what columns have with all that it counts for, as shares of the full level."""
    from scipy import sparse

    held = sparse.csr_matrix(had)
    level = (held.data > 0).astype(np.float64) if full_level is None else np.clip(held.data / full_level, 0.0, 1.0)
    counts_for = near.T.tocsr()
    many = np.diff(counts_for.indptr)[held.indices]
    people = np.repeat(np.repeat(np.arange(held.shape[0]), np.diff(held.indptr)), many)
    place = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    at = np.repeat(counts_for.indptr[held.indices], many) + place
    values = counts_for.data[at] * np.repeat(level, many)
    return sparse.csr_matrix(_largest(people, counts_for.indices[at], values, held.shape), shape=held.shape)


def _largest(rows: Ints, columns: Ints, values: Any, shape: tuple[int, int]) -> tuple[Any, tuple[Ints, Ints]]:
    """Return the largest of the values of each cell, in the order of the cells."""
    cells = rows.astype(np.int64) * max(shape[1], 1) + columns
    order = np.lexsort((values, cells))
    last = order[np.append(np.diff(cells[order]) > 0, True)] if len(order) else order
    return values[last], (rows[last], columns[last])


@dataclass(frozen=True, eq=False)
class SynonymBlock(CoverBlock):
    """A cover with synonyms: what is shared tells the words that met, as in "JS ~ JavaScript".

    Attributes
    ----------
    near
        The nearness of each label asked for (rows) and had (columns).
    had
        What columns have in their own words.
    """

    near: Any
    had: Any

    def shared(self, i: int, j: int) -> tuple[str, ...]:
        """Return the labels that met, those in other words with both."""
        return self._met(j, self.for_mentee.product.common(i, j)[0].tolist())

    def shared_pairs(self, i: Ints, j: Ints) -> list[tuple[str, ...]]:
        """Return the labels that met, per pair."""
        starts, columns, _ = self.for_mentee.product.common_pairs(i, j)
        return [
            self._met(mentor, columns[first:last])
            for mentor, (first, last) in zip(j.tolist(), pairwise(starts), strict=True)
        ]

    def _met(self, mentor: int, asked: Sequence[int]) -> tuple[str, ...]:
        own = set(self.had.indices[self.had.indptr[mentor] : self.had.indptr[mentor + 1]].tolist())
        return tuple(
            sorted(self.labels[t] if t in own else f"{self.labels[t]} ~ {self._nearest(t, own)}" for t in asked)
        )

    def _nearest(self, asked: int, own: set[int]) -> str:
        """Return the nearest of somebody's own labels; of equally near ones the first by the alphabet."""
        part = slice(self.near.indptr[asked], self.near.indptr[asked + 1])
        near = zip((-self.near.data[part]).tolist(), self.near.indices[part].tolist(), strict=True)
        best: tuple[float, str] = min((far, self.labels[u]) for far, u in near if u in own)
        return best[1]


def cover_block(
    for_mentee: tuple[Cover, Any], for_mentor: tuple[Cover, Any], labels: tuple[str, ...], had: Any
) -> CoverBlock:
    """Return the block of two covers, as :func:`cover` gives them."""
    if for_mentee[1] is None:
        return CoverBlock(for_mentee[0], for_mentor[0], labels)
    return SynonymBlock(for_mentee[0], for_mentor[0], labels, for_mentee[1], had)

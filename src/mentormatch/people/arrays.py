"""Columns as arrays: numbers, codes, bags and texts, the same for any listing order of people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.people.frozen import Frozen
from mentormatch.people.languages import language_key
from mentormatch.people.values import as_text, fold, is_missing

_SIZED = (list, tuple, dict, set, frozenset, str)
_TEXTS = frozenset({str})
_NEVER_EMPTY = frozenset({bool, int, float, type(None)})


def objects(column: Sequence[Any]) -> NDArray[np.object_]:
    """Return the answers as they are, None where there is none."""
    found = np.empty(len(column), dtype=object)
    if set(map(type, column)) <= _NEVER_EMPTY:
        found[:] = column
        return found
    for position, value in enumerate(column):
        found[position] = None if isinstance(value, _SIZED) and not value else value
    return found


def numbers(column: Sequence[Any]) -> NDArray[np.float64]:
    """Return numbers, NaN where an answer is none or unknown; of bounds the upper one."""
    if set(map(type, column)) <= _NEVER_EMPTY:
        with suppress(OverflowError):  # a whole number that no float is as large as
            found = np.array(column, dtype=np.float64)  # None becomes NaN
            found[~np.isfinite(found)] = np.nan
            return found
    return np.array([_number(value) for value in column], dtype=np.float64)


def _number(value: Any) -> float:
    if isinstance(value, tuple) and len(value) == 2:
        value = value[1]
    if value is None or isinstance(value, list | dict | tuple):
        return np.nan
    try:
        found = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return np.nan
    return found if np.isfinite(found) else np.nan


def texts(column: Sequence[Any]) -> NDArray[np.object_]:
    """Return answers as text, lists with their labels one after the other; None where there is none."""
    found = np.empty(len(column), dtype=object)
    for position, value in enumerate(column):
        if isinstance(value, str | None):
            found[position] = value or None
        elif isinstance(value, list | tuple | dict | set | frozenset):
            found[position] = (
                "; ".join(map(str, sorted(value) if isinstance(value, set | frozenset) else value)) or None
            )
        else:
            found[position] = None if is_missing(value) else as_label(value)
    return found


def as_label(value: Any) -> str:
    """Return a scalar as the label that it counts as: yes or no for a truth value, text for anything else."""
    return ("yes" if value else "no") if isinstance(value, bool) else as_text(value)


def _display(forms: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return each key's commonest form; of equally common ones the first by the alphabet."""
    return {key: min(counts, key=lambda form: (-counts[form], form)) for key, counts in forms.items()}


def coded(sides: Sequence[Sequence[Any]]) -> tuple[tuple[str, ...], tuple[NDArray[np.int64], ...]]:
    """Return the labels of both sides sorted by key, and everybody's code: -1 where unknown."""
    if all(set(map(type, column)) <= {str, type(None)} for column in sides):
        return _coded_texts(sides)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    memo: dict[Any, str] = {}
    keys: list[list[str | None]] = []
    for column in sides:
        found: list[str | None] = []
        for value in column:
            if value is None or isinstance(value, list | tuple | dict | set | frozenset) or is_missing(value):
                found.append(None)
                continue
            label = value if isinstance(value, str) else as_label(value)
            if label not in memo:
                memo[label] = fold(label)
            key = memo[label] or None
            found.append(key)
            if key is not None:
                forms[key][label] += 1
        keys.append(found)
    order = {key: code for code, key in enumerate(sorted(forms))}
    display = _display(forms)
    codes = tuple(np.array([-1 if key is None else order[key] for key in found], dtype=np.int64) for found in keys)
    return tuple(display[key] for key in order), codes


def _coded_texts(sides: Sequence[Sequence[str | None]]) -> tuple[tuple[str, ...], tuple[NDArray[np.int64], ...]]:
    """Return what :func:`coded` does for columns of text alone: each different text is looked at once."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    keys = _counted(Counter(one for column in sides for one in column if one is not None), fold, forms)
    order = {key: code for code, key in enumerate(sorted(forms))}
    display, code_of = _display(forms), {label: order.get(key, -1) for label, key in keys.items()}
    codes = tuple(
        np.fromiter((-1 if one is None else code_of[one] for one in column), np.int64, len(column)) for column in sides
    )
    return tuple(display[key] for key in order), codes


def _counted(labels: Counter[str], key_of: Callable[[str], str], forms: dict[str, Counter[str]]) -> dict[str, str]:
    """Return the key of each different label, counting the forms they are written in."""
    keys = {label: key_of(label) for label in labels}
    for label, count in labels.items():
        if keys[label]:
            forms[keys[label]][label] += count
    return keys


def bags(fields: Sequence[str], sides: Sequence[Sequence[Any]]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return the vocabulary of two columns of labels, and both as CSR over it.

    Labels that differ in case, accents, spaces, hyphens or underscores are one; where one
    person gives both, the larger weight counts. The columns stand in the order of the keys.
    """
    told = [_Bag(name, column) for name, column in zip(fields, sides, strict=True)]
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for bag in told:
        for label, often in Counter(bag.labels).items():
            if key := bag.key[label]:
                forms[key][label] += often
    order = {key: code for code, key in enumerate(sorted(forms))}
    display = _display(forms)
    return tuple(display[key] for key in order), tuple(bag.csr(order) for bag in told)


class _Bag:
    """The labels of one column, one person after the other, with their weights and keys."""

    def __init__(self, name: str, column: Sequence[Any]) -> None:
        self.labels: list[str] = []
        self._weights: list[float] = []
        sizes: list[int] = []
        for value in column:
            kind = type(value)
            if kind is Frozen:
                self.labels.extend(value)
                self._weights.extend(value.values())
            elif kind is tuple and set(map(type, value)) <= _TEXTS:
                self.labels.extend(value)
                self._weights.extend(repeat(1.0, len(value)))
            elif value:
                for label, weight in _labelled(value):
                    self.labels.append(label)
                    self._weights.append(weight)
            sizes.append(len(self.labels))
        ends = np.array([0, *sizes], dtype=np.int64)
        self._sizes: NDArray[np.int64] = ends[1:] - ends[:-1]
        fold_key = language_key if name == "languages" else fold
        self.key = {label: fold_key(label) for label in dict.fromkeys(self.labels)}

    def csr(self, order: Mapping[str, int]) -> Any:
        """Return the column as CSR; of one key that a person gives twice, the larger weight."""
        from scipy.sparse import csr_array

        code = {label: order.get(key, -1) if key else -1 for label, key in self.key.items()}
        columns = np.fromiter(map(code.__getitem__, self.labels), dtype=np.int64, count=len(self.labels))
        weights = np.array(self._weights, dtype=np.float64)
        cells = np.repeat(np.arange(len(self._sizes)), self._sizes) * max(len(order), 1) + columns
        kept = (columns >= 0) & (weights > 0)
        cells, weights = cells[kept], weights[kept]
        sorted_ = np.lexsort((weights, cells))
        last = sorted_[np.append(np.diff(cells[sorted_]) > 0, True)] if len(sorted_) else sorted_
        rows, columns = np.divmod(cells[last], max(len(order), 1))
        starts = np.searchsorted(rows, np.arange(len(self._sizes) + 1)).astype(np.int32)
        return csr_array((weights[last], columns.astype(np.int32), starts), shape=(len(self._sizes), len(order)))


def _labelled(value: Any) -> Iterable[tuple[str, float]]:
    if not value:
        return ()
    if type(value) is Frozen:
        return value.items()
    if isinstance(value, dict):
        return [(label, found) for label, weight in value.items() if (found := _number(weight)) > 0]
    if isinstance(value, str):
        value = [part.strip() for part in value.replace(",", ";").replace("|", ";").split(";")]
    if isinstance(value, list | tuple | set | frozenset):
        return [(str(label), 1.0) for label in value if not is_missing(label)]
    return [(as_label(value), 1.0)]

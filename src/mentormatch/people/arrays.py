"""Columns as arrays: numbers, codes, bags and texts, the same for any listing order of people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.people.frozen import Frozen
from mentormatch.people.languages import language_key
from mentormatch.people.values import as_text, fold, is_missing

_SIZED = (list, tuple, dict, set, frozenset, str)


def objects(column: Sequence[Any]) -> NDArray[np.object_]:
    """Return the answers as they are, None where there is none."""
    found = np.empty(len(column), dtype=object)
    for position, value in enumerate(column):
        found[position] = None if isinstance(value, _SIZED) and not value else value
    return found


def numbers(column: Sequence[Any]) -> NDArray[np.float64]:
    """Return numbers, NaN where an answer is none or unknown; of bounds the upper one."""
    if set(map(type, column)) <= {float, type(None)}:
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
    flat = [_Flat.of(column) for column in sides]
    if all(flat):
        return _flat_bags(fields, [one for one in flat if one])
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    read = [_Bag(name, forms) for name in fields]
    rows = [[bag.row(value) for value in column] for bag, column in zip(read, sides, strict=True)]
    order = {key: code for code, key in enumerate(sorted(forms))}
    display = _display(forms)
    return tuple(display[key] for key in order), tuple(_csr(side, order) for side in rows)


class _Flat:
    """A column of labels, all one after the other."""

    def __init__(self, sizes: list[int], labels: list[str], weights: NDArray[np.float64]) -> None:
        self.sizes, self.labels, self.weights = np.array(sizes, np.int64), labels, weights

    @classmethod
    def of(cls, column: Sequence[Any]) -> _Flat | None:
        """Return a column of labels with weights, or of tuples of labels; None where it is anything else."""
        kinds = set(map(type, column))
        if kinds and kinds <= {Frozen, tuple}:
            labels = list(chain.from_iterable(column))
            if set(map(type, labels)) <= {str}:
                each = (one.values() if type(one) is Frozen else repeat(1.0, len(one)) for one in column)
                weights = np.fromiter(chain.from_iterable(each), np.float64, len(labels))
                return cls(list(map(len, column)), labels, np.maximum(weights, 0.0))
        return None


def _flat_bags(fields: Sequence[str], sides: Sequence[_Flat]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return what :func:`bags` does for columns one after the other: each different label is looked at once."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    keys = [
        _counted(Counter(side.labels), language_key if name == "languages" else fold, forms)
        for name, side in zip(fields, sides, strict=True)
    ]
    order = {key: code for code, key in enumerate(sorted(forms))}
    display = _display(forms)
    found = tuple(_flat_csr(side, own, order) for side, own in zip(sides, keys, strict=True))
    return tuple(display[key] for key in order), found


def _flat_csr(side: _Flat, keys: Mapping[str, str], order: Mapping[str, int]) -> Any:
    """Return one side as CSR; where one person gives a label twice, the larger weight counts."""
    from scipy.sparse import csr_array

    code_of = {label: order.get(key, -1) for label, key in keys.items()}
    codes = np.fromiter(map(code_of.__getitem__, side.labels), np.int64, len(side.labels))
    rows = np.repeat(np.arange(len(side.sizes)), side.sizes)
    there = codes >= 0
    rows, codes, weights = rows[there], codes[there], side.weights[there]
    by_place = np.lexsort((codes, rows))
    rows, codes, weights = rows[by_place], codes[by_place], weights[by_place]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (codes[1:] != codes[:-1])
    if len(rows):
        weights = np.maximum.reduceat(weights, np.flatnonzero(first))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[first], minlength=len(side.sizes)))])
    shape = len(side.sizes), len(order)
    return csr_array((weights, codes[first].astype(np.int32), starts.astype(np.int32)), shape=shape)


class _Bag:
    """Reads the labels of one column, counting the forms they are written in."""

    def __init__(self, name: str, forms: dict[str, Counter[str]]) -> None:
        self._key = language_key if name == "languages" else fold
        self._forms = forms
        self._memo: dict[str, str] = {}

    def row(self, value: Any) -> dict[str, float]:
        """Return key -> weight."""
        found: dict[str, float] = {}
        for label, weight in _labelled(value):
            key = self._memo.get(label)
            if key is None:
                key = self._memo[label] = self._key(label)
            if key:
                found[key] = max(weight, found.get(key, 0.0))
                self._forms[key][label] += 1
        return found


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


def _csr(rows: Sequence[Mapping[str, float]], order: Mapping[str, int]) -> Any:
    from scipy.sparse import csr_array

    sizes = np.fromiter((len(row) for row in rows), dtype=np.int32, count=len(rows))
    starts = np.concatenate([np.zeros(1, dtype=np.int32), np.cumsum(sizes, dtype=np.int32)])
    total = int(starts[-1])
    columns = np.fromiter((order[key] for row in rows for key in row), dtype=np.int32, count=total)
    weights = np.fromiter((amount for row in rows for amount in row.values()), dtype=np.float64, count=total)
    found = csr_array((weights, columns, starts), shape=(len(rows), len(order)))
    found.sort_indices()
    return found

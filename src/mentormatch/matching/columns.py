"""The pairs of a matching in columns: a pair is made when it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import InputError
from mentormatch.matching.parts import MAX_NUMBER, Pair, Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUMBERS: Final = ("score", "evidence", "for_mentee", "for_mentor")
"""The numbers of a pair, in the order in which they are told."""

_AT_ONCE: Final = 256
"""So many pairs are made at a time when all are looked at in turn."""

_PART_NUMBERS: Final = ("weight", "value", "contribution")
_ARRAYS: Final = (*NUMBERS, *_PART_NUMBERS)
_TUPLES: Final = ("mentees", "mentors", "criteria", "shared")
_MAY_BE_UNKNOWN: Final = frozenset({"for_mentee", "for_mentor", "value"})


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class PairColumns:
    """Pairs in columns, and their parts one after the other; nothing in it can be changed.

    Attributes
    ----------
    mentees, mentors
        The ids, one a pair.
    score, evidence, for_mentee, for_mentor
        float64 (pairs,); NaN where a pair has None.
    starts
        int64 (pairs + 1,): the parts of pair ``k`` are those from ``starts[k]`` to ``starts[k + 1]``.
    criteria, weight, value, contribution, shared
        What each part has: text, float64 (parts,) with NaN where it has None, and tuples of text.
    """

    mentees: tuple[str, ...]
    mentors: tuple[str, ...]
    score: NDArray[Any]
    evidence: NDArray[Any]
    for_mentee: NDArray[Any]
    for_mentor: NDArray[Any]
    starts: NDArray[Any]
    criteria: Sequence[str]
    weight: NDArray[Any]
    value: NDArray[Any]
    contribution: NDArray[Any]
    shared: Sequence[tuple[str, ...]] = field(default=())

    def __post_init__(self) -> None:
        import numpy as np

        for owner, names in (("Pair", NUMBERS), ("Part", _PART_NUMBERS)):
            for name in names:
                # A copy of its own: no larger array, with scores of other pairs, hangs on to it. Adding 0 makes -0 0.
                column = np.array(getattr(self, name), np.float64) + 0.0
                sound = np.abs(column) <= MAX_NUMBER
                if not (sound | np.isnan(column) if name in _MAY_BE_UNKNOWN else sound).all():
                    raise InputError(f"{owner}.{name} must be a finite number")
                column.flags.writeable = False
                object.__setattr__(self, name, column)
        starts = np.array(self.starts, np.int64)
        starts.flags.writeable = False
        object.__setattr__(self, "starts", starts)
        for name in _TUPLES:
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def __len__(self) -> int:
        return len(self.mentees)

    def __iter__(self) -> Iterator[Pair]:
        return chain.from_iterable(self._made(slice(at, at + _AT_ONCE)) for at in range(0, len(self), _AT_ONCE))

    def at(self, place: int) -> Pair:
        """Return the pair at a place."""
        return self._made(slice(place, place + 1))[0]

    def all(self) -> tuple[Pair, ...]:
        """Return every pair."""
        return tuple(self._made(slice(0, len(self))))

    def _made(self, at: slice) -> list[Pair]:
        starts = self.starts[at.start : min(at.stop, len(self)) + 1].tolist()
        first = starts[0]
        inner = slice(first, starts[-1])
        parts = list(
            map(
                Part,
                self.criteria[inner],
                self.weight[inner].tolist(),
                known(self.value[inner]),
                self.contribution[inner].tolist(),
                self.shared[inner],
            )
        )
        own = (tuple(parts[a - first : b - first]) for a, b in pairwise(starts))
        numbers = (known(getattr(self, name)[at]) for name in NUMBERS)
        return list(map(Pair, self.mentees[at], self.mentors[at], *numbers, own))

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> PairColumns:
        """Return the columns of pairs that were made already."""
        parts = list(chain.from_iterable(pair.parts for pair in pairs))
        return cls(
            mentees=tuple(pair.mentee for pair in pairs),
            mentors=tuple(pair.mentor for pair in pairs),
            **{name: numbers_of(getattr(pair, name) for pair in pairs) for name in NUMBERS},
            starts=starts_of(len(pair.parts) for pair in pairs),
            criteria=tuple(part.criterion for part in parts),
            **{name: numbers_of(getattr(part, name) for part in parts) for name in _PART_NUMBERS},
            shared=tuple(part.shared for part in parts),
        )

    def take(self, places: NDArray[Any]) -> PairColumns:
        """Return the pairs at these places (int64), in this order."""
        import numpy as np

        sizes = np.diff(self.starts)[places]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        inner = np.repeat(self.starts[places] - starts[:-1], sizes) + np.arange(starts[-1])
        found = {name: getattr(self, name)[places] for name in NUMBERS}
        found |= {name: getattr(self, name)[inner] for name in _PART_NUMBERS}
        for names, chosen in ((("mentees", "mentors"), places.tolist()), (("criteria", "shared"), inner.tolist())):
            found |= {name: _picked(getattr(self, name), chosen) for name in names}
        return self._sound(starts=starts, **found)

    def and_more(self, other: PairColumns) -> PairColumns:
        """Return these pairs, and after them some others."""
        import numpy as np

        found = {name: np.concatenate((getattr(self, name), getattr(other, name))) for name in _ARRAYS}
        found |= {name: getattr(self, name) + getattr(other, name) for name in _TUPLES}
        return self._sound(starts=np.concatenate((self.starts, self.starts[-1] + other.starts[1:])), **found)

    @classmethod
    def _sound(cls, **columns: Any) -> PairColumns:
        """Return columns of what was checked before; arrays are its own."""
        made = object.__new__(cls)
        for name, column in columns.items():
            if name not in _TUPLES:
                column.flags.writeable = False
            object.__setattr__(made, name, column)
        return made

    def same(self, other: PairColumns) -> bool:
        """Say whether these are the same pairs in the same order, without making them."""
        import numpy as np

        return (
            all(getattr(self, name) == getattr(other, name) for name in _TUPLES)
            and np.array_equal(self.starts, other.starts)
            and all(np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True) for name in _ARRAYS)
        )

    @property
    def given(self) -> NDArray[Any]:
        """Whether each pair's score came as a number with the input, without criteria; see ``is_given``."""
        import numpy as np

        sizes, firsts = np.diff(self.starts), self.starts[:-1]
        found: NDArray[Any] = sizes == 0
        single = np.flatnonzero(sizes == 1)
        found[single] = [self.criteria[at] == "score" for at in firsts[single].tolist()]
        return found


def _picked(column: Sequence[Any], places: Sequence[int]) -> tuple[Any, ...]:
    """Return what stands at some places."""
    return itemgetter(*places)(column) if len(places) > 1 else tuple(column[place] for place in places)


def known(column: NDArray[Any]) -> list[Any]:
    """Return a column as numbers, None where it has NaN."""
    import numpy as np

    unknown = np.isnan(column)
    if unknown.any():
        column = column.astype(object)
        column[unknown] = None
    found: list[Any] = column.tolist()
    return found


def numbers_of(values: Iterable[float | None]) -> NDArray[Any]:
    """Return numbers as a column, NaN where there is None."""
    import numpy as np

    return np.array([np.nan if value is None else value for value in values], np.float64)


def starts_of(sizes: Iterable[int]) -> NDArray[Any]:
    """Return where each of several runs begins that stand one after the other, and where the last one ends."""
    import numpy as np

    return np.concatenate([[0], np.cumsum(np.fromiter(sizes, np.int64))])

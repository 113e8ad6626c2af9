"""Mappings that cannot be changed, and answers that do not show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

V = TypeVar("V")

MASK = "‹confidential›"
"""What stands for an answer that was given in confidence."""


class Frozen(dict[str, V]):
    """A dict that cannot be changed: it may be shared without being copied."""

    __slots__ = ()

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} cannot be changed; make a new one")

    __setitem__ = __delitem__ = clear = _refuse
    pop = popitem = setdefault = update = _refuse
    __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # dict has none; this one cannot change
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    def __copy__(self) -> Frozen[V]:
        return self

    def copy(self) -> dict[str, V]:
        """Return an ordinary dict with the same content."""
        return dict(self)


class Attributes(Frozen[Any]):
    """Free attributes of a person, of which some may not have been named yet.

    Attributes
    ----------
    hidden
        Names that were found in a table and that nobody has asked for: they are kept,
        and no scorer, export or public view has them.
    """

    __slots__ = ("hidden",)

    hidden: frozenset[str]

    def __init__(self, values: Mapping[str, Any] = {}, hidden: Iterable[str] = ()) -> None:
        super().__init__(values)
        self.hidden = frozenset(hidden)

    def named(self) -> dict[str, Any]:
        """Return the attributes that were named, as an ordinary dict."""
        return {name: value for name, value in self.items() if name not in self.hidden}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self), self.hidden)


class Confidential(Frozen[Any]):
    """Attributes for the fairness audit: a mapping in all but its looks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK


class Secret:
    """Ids told in confidence: a tuple in all but its looks.

    It can be counted and read on purpose, and shows nothing in ``repr``, ``str``,
    ``format``, or in what pretty-printers make of sequences (it is none).
    """

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values = tuple(values)

    def reveal(self) -> tuple[str, ...]:
        """Return the ids; for rules, and for whoever may see them."""
        return self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._values,)


class Masked:
    """Any value on its way to being validated, hidden from tracebacks that show local variables."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return MASK

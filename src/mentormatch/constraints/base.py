"""What a rule is, and what every rule has in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np

from mentormatch.errors import Fault, InputError
from mentormatch.people.notes import Note

if TYPE_CHECKING:
    from mentormatch.constraints.terms import Term
    from mentormatch.people import Pool

Unknown: TypeAlias = Literal["allow", "forbid"]
"""What a rule on an attribute does with pairs of whom it is not known."""

_ENDLESS: Final = 1e9
"""A limit from here on is told only to whoever is above it."""

STRICT: Final[Any] = {"extra": "forbid", "hide_input_in_errors": True}
"""How pydantic reads a rule from plain data."""


@runtime_checkable
class Constraint(Protocol):
    """A hard rule: a name, whether it is confidential, and the terms it comes down to.

    ``confidential`` says whether the rule may be shown; a rule without it counts as
    confidential. ``terms`` reads the whole pool, what was told in confidence included,
    changes nothing and gives the same terms every time.

    A rule may also have ``notes(pool)``, what readers should know about how it was applied,
    ``with_date(on)``, the rule as it is on a given day, ``words``, how a public rule is told where it
    clashes, and ``reads``, the names of the fields on which it rests: what it forbids to whoever keeps
    one of them private is never told as a reason. A rule that does not say may rest on any.

    Examples
    --------
    >>> import numpy as np
    >>> from mentormatch.constraints import ForbidPairs
    >>> class NobodyFrom:
    ...     name, confidential = "nobody_from", False
    ...
    ...     def __init__(self, site):
    ...         self.site = site
    ...
    ...     def terms(self, pool):
    ...         _, sites = pool.objects("site")
    ...         columns = np.flatnonzero([site == self.site for site in sites])
    ...         rows = np.arange(len(pool.mentee_ids))
    ...         yield ForbidPairs(np.repeat(rows, len(columns)), np.tile(columns, len(rows)))
    """

    @property
    def name(self) -> str:
        """What kind of rule this is, such as ``"level_gap"``."""
        ...

    @property
    def confidential(self) -> bool:
        """Whether the rule itself may not be shown."""
        ...

    def terms(self, pool: Pool, /) -> Iterable[Term]:
        """Return what the rule asks for in this pool."""
        ...


def is_confidential(rule: object) -> bool:
    """Say whether a rule must not be shown; one that does not tell counts as confidential."""
    return getattr(rule, "confidential", True) is not False


def reads(rule: object) -> frozenset[str] | None:
    """Return the fields on which a rule rests; None if it does not say."""
    fields = getattr(rule, "reads", None)
    return None if fields is None else frozenset(fields)


def with_date(rule: Constraint, on: date) -> Constraint:
    """Return the rule as it is on a given day; one that knows no dates is returned as it is."""
    dated = getattr(rule, "with_date", None)
    on_that_day: Constraint = rule if dated is None else dated(on)
    return on_that_day


def notes_of(rule: Constraint, pool: Pool) -> tuple[Note, ...]:
    """Return what readers should know about how a rule was applied; nothing of a confidential one."""
    notes = getattr(rule, "notes", None)
    return () if notes is None or is_confidential(rule) else tuple(notes(pool))


class DatedRule:
    """A rule whose terms depend on the day: :meth:`terms_on` is all it need define."""

    __slots__ = ()
    name: ClassVar[str]
    confidential: ClassVar[bool]

    def terms_on(self, pool: Pool, on: date) -> tuple[Term, ...]:
        """Return the terms on that day."""
        raise NotImplementedError

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the terms of today; :meth:`with_date` fixes another day."""
        return self.terms_on(pool, datetime.now().astimezone().date())

    def with_date(self, on: date) -> Constraint:
        """Return the rule as it is on that day."""
        return OnDate(self, on)


@dataclass(frozen=True, slots=True, repr=False)
class OnDate:
    """A dated rule on one day; it shows itself as the rule does."""

    rule: DatedRule
    on: date

    @property
    def name(self) -> str:
        """The name of the rule."""
        return self.rule.name

    @property
    def confidential(self) -> bool:
        """Whether the rule may not be shown."""
        return is_confidential(self.rule)

    @property
    def reads(self) -> frozenset[str] | None:
        """The fields on which the rule rests."""
        return reads(self.rule)

    def terms(self, pool: Pool, /) -> tuple[Term, ...]:
        """Return the terms on that day."""
        return self.rule.terms_on(pool, self.on)

    def notes(self, pool: Pool) -> tuple[Note, ...]:
        """Return the notes of the rule on that day."""
        notes = getattr(self.rule, "notes_on", None)
        return () if notes is None else tuple(notes(pool, self.on))

    def with_date(self, on: date) -> Constraint:
        """Return the rule as it is on another day."""
        return OnDate(self.rule, on)

    def __repr__(self) -> str:
        return repr(self.rule)


def refuse(faults: Iterable[Fault]) -> None:
    """Raise all the faults at once, if there are any."""
    found = tuple(faults)
    if found:
        raise InputError(found)


def bad_number(
    rule: str, field: str, value: object, *, low: float | None = None, high: float | None = None, whole: bool = False
) -> Iterator[Fault]:
    """Yield a fault unless the value is a finite number (a whole one) from ``low`` to ``high``."""
    kind = "a whole number" if whole else "a finite number"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral if whole else Real):
        yield Fault((rule, field), "not_a_number", f"must be {kind}")
        return
    number = _as_float(value)
    inside = (low is None or number >= low) and (high is None or number <= high)
    if not np.isfinite(number) or not inside:
        least = "" if low is None else f" of at least {low:g}"
        bounded = high is not None and (high < _ENDLESS or number > high)
        most = f"{' and' * (low is not None)} of at most {high:,.15g}" if bounded else ""
        yield Fault((rule, field), "out_of_range", f"must be {kind}{least}{most}")


def _as_float(value: Real) -> float:
    """Return a number as a float; one too large for it is infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def bad_choice(rule: str, field: str, value: object, choices: tuple[str, ...]) -> Iterator[Fault]:
    """Yield a fault unless the value is one of the choices."""
    if value not in choices:
        yield Fault((rule, field), "unknown_choice", f"must be one of {', '.join(map(repr, choices))}")


def unknown_allowed(
    rule: str,
    field: str | tuple[str, ...],
    mentees: int,
    mentors: int,
    told: str = "the rule lets their pairs through",
) -> tuple[Note, ...]:
    """Return the note that fields (any of them) are not known of so many people, and what that comes to."""
    sides = [f"{n} {word}{'s' * (n != 1)}" for n, word in ((mentees, "mentee"), (mentors, "mentor")) if n]
    if not sides:
        return ()
    fields = (field,) if isinstance(field, str) else field
    message = f"{rule}: {' or '.join(fields)} is not known of {' and '.join(sides)}; {told}"
    return (Note("unknown_allowed", message, mentees + mentors, fields),)

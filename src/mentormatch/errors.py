"""Everything the library raises on purpose, and its one warning.

::

    MentorMatchError                 base of all; every class has a stable ``code``
    ├── InputError                   the input is wrong: every fault at once, in ``errors()``
    ├── UnsupportedProblem           no solver (or not the one asked for) can do this; names the need
    ├── Infeasible                   minimums, locks and group rules clash; names the people
    ├── MissingExtra                 an optional library is not installed; names the extra (an ImportError too)
    ├── StateError                   the call does not fit the present state
    ├── CertificateError             a certificate does not hold for this problem
    ├── TimeLimit                    time ran out before there was any valid result
    └── Cancelled                    the progress callback asked to stop

    DataWarning (UserWarning)        the gravest notes about the data, also in ``notes``

No message holds a confidential value, and none is chained to an error that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

Answer = TypeVar("Answer")

MAX_REPORTED_FAULTS = 1000
"""How many faults ``InputError.errors()`` lists; the total is always told."""

_MAX_SHOWN_FAULTS = 20
"""How many faults the message spells out; a terminal screen holds no more."""


class MentorMatchError(Exception):
    """Base of everything the library raises on purpose."""

    code: ClassVar[str] = "error"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the input, told without the value.

    Attributes
    ----------
    loc
        Where: ``("mentors", 3, "capacity")``, outermost first; rows count from 0.
    code
        Stable and machine-readable, such as ``"duplicate_id"``.
    msg
        What is wrong and what would be right, in words.
    row
        The row in its table, counted from 0; None where there is no table.
    id
        The person concerned, where it is known.
    """

    loc: tuple[str | int, ...]
    code: str
    msg: str
    row: int | None = None
    id: str | None = None

    def __str__(self) -> str:
        steps = (f"[{part}]" if isinstance(part, int) else part for part in self.loc)
        where = " ".join(step for step in steps if self.row is None or not step.startswith("["))
        row = "" if self.row is None else f"row {self.row + 1}"
        who = "" if self.id is None else f"({self.id})"
        place = " ".join(part for part in (where, row, who) if part)
        return f"{place}: {self.msg}" if place else self.msg


class InputError(MentorMatchError):
    """The input cannot be used as it is; every fault is listed, not only the first.

    Parameters
    ----------
    faults
        One :class:`Fault` or several, or a plain sentence.
    """

    code: ClassVar[str] = "input"

    def __init__(self, faults: str | Fault | Iterable[Fault]) -> None:
        if isinstance(faults, str):
            faults = (Fault((), self.code, faults),)
        elif isinstance(faults, Fault):
            faults = (faults,)
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self._message())

    def _message(self) -> str:
        if len(self.faults) == 1:
            return str(self.faults[0])
        shown = [f"- {fault}" for fault in self.faults[:_MAX_SHOWN_FAULTS]]
        rest = len(self.faults) - len(shown)
        if rest:
            shown.append(f"- and {rest} more; errors() lists them")
        return "\n".join((f"{len(self.faults)} faults in the input:", *shown))

    @property
    def total(self) -> int:
        """How many faults there are, listed or not."""
        return len(self.faults)

    def errors(self) -> list[dict[str, Any]]:
        """Return the faults as plain dicts, never with the value that was wrong.

        Returns
        -------
        list of dict
            ``{"loc", "code", "msg", "row", "id"}`` per fault; the first 1,000, and then
            one more with the code ``"more"`` that tells the total.
        """
        listed = [
            {"loc": list(fault.loc), "code": fault.code, "msg": fault.msg, "row": fault.row, "id": fault.id}
            for fault in self.faults[:MAX_REPORTED_FAULTS]
        ]
        if self.total > MAX_REPORTED_FAULTS:
            msg = f"{self.total} faults in all; the first {MAX_REPORTED_FAULTS} are listed"
            listed.append({"loc": [], "code": "more", "msg": msg, "row": None, "id": None})
        return listed

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.faults,)


class UnsupportedProblem(MentorMatchError):
    """No solver, or not the one asked for, can do what this problem needs."""

    code: ClassVar[str] = "unsupported"


class Infeasible(MentorMatchError):
    """Minimums, locks and rules over groups cannot all be kept.

    It names an irreducible set of these: the rest can be kept as soon as one of it is dropped. Rules
    about a single pair are never named; :func:`mentormatch.audit` tells what would help.

    Parameters
    ----------
    message
        What clashes, with the people's ids.
    people
        The ids concerned, sorted.
    """

    code: ClassVar[str] = "infeasible"

    def __init__(self, message: str, people: Iterable[str] = ()) -> None:
        self.message = message
        self.people = tuple(sorted(set(people)))
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.people)


class MissingExtra(MentorMatchError, ImportError):
    """A feature needs an optional library; the message names the extra that brings it.

    Parameters
    ----------
    extra
        The name of the extra, such as ``"excel"``.
    purpose
        What it is needed for, such as ``"to read .xlsx files"``.
    """

    code: ClassVar[str] = "missing_extra"

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra, self.purpose = extra, purpose
        super().__init__(f'{purpose} needs the extra "{extra}": pip install "mentor-matching[{extra}]"')

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.extra, self.purpose)


class StateError(MentorMatchError):
    """The call does not fit the present state of the object."""

    code: ClassVar[str] = "state"


class CertificateError(MentorMatchError):
    """The certificate does not hold for this problem.

    One constant sentence: which pair would be better must not be told to whoever
    holds only the certificate.
    """

    code: ClassVar[str] = "certificate"

    def __init__(self) -> None:
        super().__init__("The certificate does not hold for this problem.")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ()


class TimeLimit(MentorMatchError):
    """Time ran out before there was any valid result."""

    code: ClassVar[str] = "time_limit"


class Cancelled(MentorMatchError):
    """Raised by a progress callback to stop; it propagates unchanged."""

    code: ClassVar[str] = "cancelled"


class DataWarning(UserWarning):
    """A note about the data that is too grave to stand only in ``notes``."""


def without_frames(call: Callable[[], Answer]) -> Answer:
    """Return what a call returns; an error of ours goes on without the frames below this one, and with none chained.

    Variables in those frames may be what nobody may see.
    """
    failure: MentorMatchError | None = None
    try:
        return call()
    except MentorMatchError as error:
        failure = error
    raise failure.with_traceback(None)

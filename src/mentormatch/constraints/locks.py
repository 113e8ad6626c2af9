"""Pairs placed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mentormatch.constraints.base import refuse
from mentormatch.constraints.ids import Id, as_id, bad_id
from mentormatch.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Lock:
    """A pair that must be in the result; hard rules hold against it.

    Parameters
    ----------
    mentee, mentor
        Their ids.
    """

    mentee: Id
    mentor: Id

    def __post_init__(self) -> None:
        object.__setattr__(self, "mentee", as_id(self.mentee))
        object.__setattr__(self, "mentor", as_id(self.mentor))
        refuse((*bad_id("locks", "mentee", self.mentee), *bad_id("locks", "mentor", self.mentor)))


@dataclass(frozen=True, slots=True)
class Override:
    """A pair that must be in the result although public rules forbid it, on record.

    A confidential rule is not lifted by it; that is done where the rule is kept.

    Parameters
    ----------
    mentee, mentor
        Their ids.
    reason, by
        Why, and who decided; both are on the record of the matching, for whoever may read it.

    Examples
    --------
    >>> from mentormatch.constraints import Override
    >>> Override("ann", "bo", reason="agreed by both", by="the coordinator").reason
    'agreed by both'
    """

    mentee: Id
    mentor: Id
    reason: str
    by: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "mentee", as_id(self.mentee))
        object.__setattr__(self, "mentor", as_id(self.mentor))
        faults = [*bad_id("locks", "mentee", self.mentee), *bad_id("locks", "mentor", self.mentor)]
        stated: dict[str, Any] = {"reason": self.reason, "by": self.by}
        for field, text in stated.items():
            if not isinstance(text, str) or not text.strip():
                faults.append(Fault(("locks", field), "missing", "an override states a reason and by whom"))
        refuse(faults)


def lock_from(given: Any, loc: tuple[str | int, ...] = ("locks",)) -> Lock | Override:
    """Return a lock from whatever states one.

    Parameters
    ----------
    given
        A :class:`Lock`, an :class:`Override`, ``(mentee id, mentor id)``, or a mapping with
        ``mentee`` and ``mentor`` and, for an override, ``reason`` and ``by``.
    loc
        Where it stands, for errors.

    Raises
    ------
    InputError
        It is none of these.

    Examples
    --------
    >>> from mentormatch.constraints import lock_from
    >>> lock_from(("ann", "bo"))
    Lock(mentee='ann', mentor='bo')
    """
    if isinstance(given, (Lock, Override)):
        return given
    shape = "a lock is (mentee id, mentor id), or has mentee, mentor and, for an override, reason and by"
    if isinstance(given, Mapping):
        stated = {key: value for key, value in given.items() if value is not None}
        if not {"mentee", "mentor"} <= set(stated) <= {"mentee", "mentor", "reason", "by"}:
            raise InputError(Fault(loc, "not_a_lock", shape))
        over = "reason" in stated or "by" in stated
    elif isinstance(given, (tuple, list)) and len(given) == 2:
        stated, over = dict(zip(("mentee", "mentor"), given, strict=True)), False
    else:
        raise InputError(Fault(loc, "not_a_lock", shape))
    faults: tuple[Fault, ...] = ()
    try:
        return Override(**{"reason": "", "by": "", **stated}) if over else Lock(**stated)
    except InputError as error:
        faults = error.faults
    raise InputError([Fault((*loc, *fault.loc[1:]), fault.code, fault.msg) for fault in faults])

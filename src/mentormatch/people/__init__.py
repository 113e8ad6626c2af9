"""People: who takes part, what they told, and how it is read from tables."""

from __future__ import annotations

from mentormatch.people.availability import overlap_minutes
from mentormatch.people.frozen import Masked
from mentormatch.people.limits import Limits
from mentormatch.people.models import Mentee, Mentor, Person
from mentormatch.people.notes import Note, Reject, Side
from mentormatch.people.pool import Pool
from mentormatch.people.public import PublicView
from mentormatch.people.request import Request, unpacked
from mentormatch.people.template import write_template

__all__ = [
    "Limits",
    "Masked",
    "Mentee",
    "Mentor",
    "Note",
    "Person",
    "Pool",
    "PublicView",
    "Reject",
    "Request",
    "Side",
    "overlap_minutes",
    "unpacked",
    "write_template",
]

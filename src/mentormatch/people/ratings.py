"""What people say of each other once they have met: prefer, neutral or avoid.

A rating becomes a wish or a veto of whoever gave it. Wishes rest on the ratings other than
avoid alone, and an avoid adds a veto and changes no wish: so nothing that is counted, scored or
shown tells whether somebody is avoided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from pydantic_core import PydanticCustomError

from mentormatch.errors import Fault
from mentormatch.people.columns import Columns
from mentormatch.people.frozen import Frozen, Masked, Secret
from mentormatch.people.notes import Side
from mentormatch.people.values import identifier, plain

PREFER: Final = "prefer"
AVOID: Final = "avoid"
RATINGS: Final = (PREFER, "neutral", AVOID)
"""Every rating there is."""


@dataclass(frozen=True, slots=True, repr=False)
class Rated:
    """What one person said: on the form, and later of people met. Nothing of it shows in its repr.

    Attributes
    ----------
    wishes, vetoes
        What the form says.
    words
        Id -> the latest rating of that person other than avoid, in the order in which they were given.
    avoided
        Ids of those whose latest rating is avoid.
    """

    wishes: tuple[str, ...]
    vetoes: Secret
    words: Mapping[str, str] = field(default_factory=Frozen)
    avoided: Secret = field(default_factory=Secret)

    def after(self, other: str, word: str) -> Rated:
        """Return what the person says once another one is rated: the later rating of the two counts."""
        avoided = [one for one in self.avoided if one != other]
        if word == AVOID:
            return replace(self, avoided=Secret((*avoided, other)))
        others = {one: told for one, told in self.words.items() if one != other}
        return replace(self, words=Frozen({**others, other: word}), avoided=Secret(avoided))

    @property
    def all_wishes(self) -> tuple[str, ...]:
        """The people preferred, in the order in which they were rated, and then the wishes of the form."""
        preferred = (one for one, told in self.words.items() if told == PREFER)
        return tuple(dict.fromkeys((*preferred, *self.wishes)))

    @property
    def all_vetoes(self) -> Secret:
        """The people avoided, and then the vetoes of the form: names there may be in pieces, ids never are."""
        return Secret(dict.fromkeys((*self.avoided, *self.vetoes)))


class Told(NamedTuple):
    """One rating: the row of who gave it, the id of whom it is about, and the rating."""

    row: int
    other: str
    word: str


def rated(
    sides: tuple[Columns, Columns], given: Masked, side: Side
) -> tuple[tuple[Columns, Columns] | None, tuple[Fault, ...]]:
    """Return both sides with the ratings of one of them counted in, or None and everything that is wrong.

    Nothing is raised: a traceback would show this frame.
    """
    if side not in ("mentees", "mentors"):
        return None, (Fault(("side",), "bad_side", 'a side is "mentees" or "mentors"'),)
    told, faults = _read(sides, given.value, by_mentors=side == "mentors")
    if faults:
        return None, tuple(faults)
    mentees, mentors = sides
    if side == "mentees":
        return (_counted(mentees, told), mentors), ()
    return (mentees, _counted(mentors, told)), ()


def _counted(columns: Columns, told: list[Told]) -> Columns:
    said = list(columns.rated) or [
        Rated(wishes, vetoes) for wishes, vetoes in zip(columns.values["wishes"], columns.values["vetoes"], strict=True)
    ]
    for one in told:
        said[one.row] = said[one.row].after(one.other, one.word)
    columns = columns.replaced("wishes", [one.all_wishes for one in said])
    return replace(columns.replaced("vetoes", [one.all_vetoes for one in said]), rated=tuple(said))


def _read(sides: tuple[Columns, Columns], given: Any, *, by_mentors: bool) -> tuple[list[Told], list[Fault]]:
    """Find the people of every rating."""
    told: list[Told] = []
    faults: list[Fault] = []
    rows = [{one: row for row, one in enumerate(columns.values["id"])} for columns in sides]
    seen: set[tuple[str, str]] = set()
    for place, (key, word) in enumerate(_items(given, faults)):
        pair, wrong = _pair(key, rows, ("ratings", place))
        faults.extend(wrong)
        if (rating := _word(word)) is None:
            faults.append(Fault(("ratings", place), "unknown_rating", f"a rating is one of {', '.join(RATINGS)}"))
        if pair is None or rating is None:
            continue
        if pair in seen:
            faults.append(Fault(("ratings", place), "rated_twice", "these two are here twice, their ids written apart"))
        seen.add(pair)
        told.append(Told(rows[by_mentors][pair[by_mentors]], pair[not by_mentors], rating))
    return told, faults


def _items(given: Any, faults: list[Fault]) -> list[tuple[Any, Any]]:
    try:
        if isinstance(given, Mapping):
            return list(given.items())
    except Exception:  # noqa: BLE001  # a foreign mapping may raise anything when it is read
        faults.append(Fault(("ratings",), "unreadable", "cannot be read"))
        return []
    shape = f"must be a mapping from (mentee id, mentor id) to one of {', '.join(RATINGS)}"
    faults.append(Fault(("ratings",), "not_a_mapping", shape))
    return []


def _word(given: Any) -> str | None:
    word = plain(given)
    word = word.strip().casefold() if isinstance(word, str) else None
    return word if word in RATINGS else None


def _pair(
    key: Any, rows: list[dict[str, int]], loc: tuple[str | int, ...]
) -> tuple[tuple[str, str] | None, list[Fault]]:
    """Return the ids that a key names, or what is wrong with it."""
    if not isinstance(key, (tuple, list)) or len(key) != 2:
        return None, [Fault(loc, "not_a_pair", "a key is (mentee id, mentor id)")]
    faults: list[Fault] = []
    found = []
    for number, role in enumerate(("mentee", "mentor")):
        one = _id(key[number])
        if one is None:
            faults.append(Fault((*loc, role), "bad_id", "is no id: text, or a whole number"))
        elif one not in rows[number]:
            other = ("mentor", "mentee")[number]
            turned = f" but a {other}; a key is (mentee id, mentor id)" if one in rows[1 - number] else ""
            faults.append(Fault((*loc, role), "unknown_id", f"is no {role} here{turned}", None, one))
        else:
            found.append(one)
    if not faults and found[0] == found[1]:
        faults.append(Fault(loc, "same_person", "nobody is rated by themselves", None, found[0]))
    return ((found[0], found[1]) if not faults else None), faults


def _id(given: Any) -> str | None:
    try:
        return identifier(given)
    except PydanticCustomError:
        return None
    except Exception:  # noqa: BLE001  # a foreign object may raise anything when it is looked at
        return None

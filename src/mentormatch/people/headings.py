"""Which heading means which field, and which are better not read at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from mentormatch.errors import Fault, InputError
from mentormatch.people.fields import FIELD, FIELDS, fields_of
from mentormatch.people.notes import Side
from mentormatch.people.values import decomposed

Mapped: TypeAlias = Mapping[str, str | None]
"""Heading -> field, as somebody wrote it; None drops the heading."""

ROLE = "role"
"""What the column is called that says on which side somebody is."""

HOW_TO_MAP = 'map it with mapping= or --map "Heading=field"'
"""What to do about a heading, for whoever calls the library and whoever types a command."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ROLE_HEADINGS = ("role", "rol", "mentor or mentee", "mentor of mentee", "role in programme", "rol in programma")
_NAME_PARTS = {
    "first name": 0, "given name": 0, "voornaam": 0, "roepnaam": 0,
    "infix": 1, "tussenvoegsel": 1, "tussenvoegsels": 1,
    "last name": 2, "surname": 2, "family name": 2, "achternaam": 2,
}  # fmt: skip

_AUDIT = _set("""
    gender geslacht sex age leeftijd birthday birthdate geboortedatum geboortejaar nationality nationaliteit
    pronouns voornaamwoorden geboorteland geboorteplaats burgerlijke marital
""")
_AUDIT_PHRASES = (
    "date of birth", "birth date", "year of birth", "birth year", "country of birth", "place of birth",
    "age group", "leeftijdsgroep", "civil status", "burgerlijke staat",
)  # fmt: skip

_SENSITIVE_WORDS = _set("""
    race ras bsn ssn iban dna hiv lgbt lgbtq lhbti lhbtiq gay trans transgender wage wages salary salaris loon inkomen
    income pension pensioen union vakbond faith geloof religion religie church kerk illness sick ill ziek ziekte
    disabled pregnant zwanger criminal convicted strafblad passport paspoort password wachtwoord pincode secret geheim
    confidential vertrouwelijk complaint complaints klacht klachten grievance tension tensions spanning spanningen
    conflict conflicts caste kaste tribe
""")
_SENSITIVE_STEMS = _set("""
    health gezondheid medical medisch diagnos disabilit handicap beperking ziekteverzuim verzuim absenteeism sickness
    ethnic etnicit etnisch racial afkomst herkomst migrati religi godsdienst geloofs philosoph levensbeschouw
    political politiek partijlid tradeunion vakbonds sexual seksue genetic genetisch biometri pregnan zwangers
    burgerservice socialsecurity sofinummer rijksregister nationalid identitycard identiteitskaart
    monthlyincome yearlyincome monthlysalary salarisschaal disciplin therap psychi medicat medicijn allerg
""")
_SENSITIVE_PHRASES = (
    "social security", "national id", "national insurance", "tax number", "bank account", "trade union",
    "prefer not", "rather not", "do not want", "don t want", "not be matched", "not be paired", "not to be",
    "liever niet", "wil niet", "niet gekoppeld", "niet met", "sick leave", "in confidence", "monthly income",
)  # fmt: skip


def key(heading: str) -> str:
    """Return a heading's letters and digits alone: case, accents, spaces and signs do not count."""
    return "".join(sign for sign in decomposed(heading).casefold() if sign.isalnum())


def _words(heading: str) -> str:
    """Return a heading as lower-case words between single spaces, camelCase taken apart."""
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", heading)
    bare = "".join(sign for sign in decomposed(apart) if not "\u0300" <= sign <= "\u036f")
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare.casefold()).split())


def _without_brackets(heading: str) -> str:
    """Return a heading up to its first bracket: "Goals (at most 3)" is about goals."""
    return re.split(r"[(\[{]", heading, maxsplit=1)[0]


_EXACT = {key(one.name): one.name for one in FIELDS}
_GUESSED = {key(heading): one.name for one in reversed(FIELDS) for heading in (*one.english, *one.dutch)} | _EXACT
_ROLES = frozenset(map(key, _ROLE_HEADINGS))
_PARTS = {key(heading): part for heading, part in _NAME_PARTS.items()}


def is_audit(heading: str) -> bool:
    """Tell whether a heading asks for gender, age, nationality and the like."""
    words = _words(heading)
    return bool(_AUDIT & set(words.split())) or any(f" {p} " in f" {words} " for p in _AUDIT_PHRASES)


def is_sensitive(heading: str) -> bool:
    """Tell whether a heading looks confidential, or like data of a special category."""
    words = _words(heading)
    each = words.split()
    return (
        bool(_SENSITIVE_WORDS & set(each))
        or any(word.startswith(stem) for word in (*each, "".join(each)) for stem in _SENSITIVE_STEMS)
        or any(f" {phrase} " in f" {words} " for phrase in _SENSITIVE_PHRASES)
    )


def recognised(heading: str) -> str | None:
    """Return the field that a heading means; None if it means none."""
    return _GUESSED.get(key(heading)) or _GUESSED.get(key(_without_brackets(heading)))


@lru_cache(1024)
def meant(name: str) -> str | None:
    """Return the field that somebody means by a name, a slip of the finger included; None if it is none."""
    guess = recognised(name) or near(name, _GUESSED)
    return _GUESSED.get(guess, guess) if guess else None


def near(heading: str, known: Iterable[str]) -> str | None:
    """Return the known key within a slip of the finger of a heading; None if there is none.

    One letter more, less, changed or swapped with its neighbour, two from nine letters on;
    a number added to a name is not a slip.
    """
    mine = key(heading)
    if not 4 <= len(mine) <= 40:
        return None
    for other in sorted(known):
        allowed = 2 if len(other) >= 9 else 1 if len(other) >= 4 else 0
        if mine.rstrip("0123456789") == other or abs(len(mine) - len(other)) > allowed:
            continue
        if 0 < _distance(mine, other) <= allowed:
            return other
    return None


def _distance(a: str, b: str) -> int:
    """Return the optimal string alignment distance (Damerau 1964): edits, with swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, sign in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != other))
            if i > 1 and j > 1 and sign == b[j - 2] and a[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]


@dataclass
class Plan:
    """What to read from which column of one table.

    Attributes
    ----------
    fields
        Field -> positions of its columns, the first answered of which counts.
    named
        Name of an attribute that was asked for -> positions.
    hidden
        Name of an attribute that nobody asked for -> position.
    audit
        Name of an attribute for the audit -> positions.
    name_parts
        Positions of first name, infix and last name, in that order.
    mapping
        Heading -> field, where it has one.
    near, beaten, sensitive, guessed_audit
        Headings to remark upon.
    seen
        Every field that a heading means, of this side or the other.
    faults
        What is wrong with the headings.
    """

    fields: dict[str, list[int]] = field(default_factory=dict)
    named: dict[str, list[int]] = field(default_factory=dict)
    hidden: dict[str, int] = field(default_factory=dict)
    audit: dict[str, list[int]] = field(default_factory=dict)
    name_parts: list[int] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    beaten: dict[str, str] = field(default_factory=dict)
    sensitive: list[str] = field(default_factory=list)
    guessed_audit: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def check_mapping(mapping: Mapped, headings: Sequence[Sequence[str]]) -> None:
    """Refuse a mapping that names an unknown field, or a heading that no table has.

    Raises
    ------
    InputError
        With every such entry.
    """
    faults = []
    allowed = {*FIELD, ROLE}
    for heading, name in mapping.items():
        if name and name not in allowed:
            guess = meant(name)
            hint = f"did you mean {guess}?" if guess else f"the fields are {', '.join(sorted(allowed))}"
            faults.append(Fault(("mapping", heading), "unknown_field", f"maps to a field that does not exist; {hint}"))
        if not any(_mapped_positions(heading, found) for found in headings):
            seen = sorted({one for found in headings for one in found})
            message = f"is a heading that no table has; the headings are {listed(seen)}"
            faults.append(Fault(("mapping", heading), "unknown_heading", message))
    if faults:
        raise InputError(faults)


def heading_line(lines: Sequence[Sequence[Any]]) -> int | None:
    """Return which line holds the headings; None if no line says anything.

    It is the first that says anything, but for a title above the table: a line with one cell,
    soon followed by one with several, of which two or more are known headings.
    """
    start = next((k for k, line in enumerate(lines) if any(map(_says, line))), None)
    if start is None or recognised(str(next(filter(_says, lines[start])))):
        return start
    for k in range(start, min(start + _TITLE_LINES, len(lines))):
        said = [cell for cell in lines[k] if _says(cell)]
        if len(said) > 1:
            return k if sum(recognised(str(cell)) is not None for cell in said) > 1 else start
    return start


_TITLE_LINES = 6


def _says(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())


def listed(names: Sequence[str], most: int = 40) -> str:
    """Return names for a message, each cut to a readable length."""
    shown = [f'"{name[:57]}..."' if len(name) > 60 else f'"{name}"' for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "") or "none"


def _mapped_positions(heading: str, headings: Sequence[str]) -> list[int]:
    """Return the columns that a mapping means by a heading: itself, and its repetitions."""
    wanted = " ".join(str(heading).split())
    exact = [k for k, one in enumerate(headings) if one == wanted]
    found = exact or [k for k, one in enumerate(headings) if key(one) == key(wanted)][:1]
    if not found or re.search(r" \(\d{1,4}\)\Z", wanted):
        return found
    again = re.compile(re.escape(headings[found[0]]) + r" \(\d{1,4}\)\Z")
    return [*found, *(k for k, one in enumerate(headings) if again.match(one))]


def plan(headings: Sequence[str], side: Side, mapping: Mapped, *, strict: bool, shared: bool = False) -> Plan:
    """Decide what every column of a table is.

    Parameters
    ----------
    headings
        The headings, no two alike.
    side
        The side whose people the table lists.
    mapping
        What somebody wrote down; it beats every guess.
    strict
        Whether a key that is nearly a field's name is a fault rather than a note.
    shared
        Whether both sides stand in this table, so that the other side's fields are no surprise.

    Returns
    -------
    Plan
        What to read from where.
    """
    found = Plan()
    taken = _take_mapped(found, headings, side, mapping)
    own = {one.name for one in fields_of(side)}
    claims: dict[str, list[tuple[int, int]]] = {}
    parts: dict[int, int] = {}
    for position, heading in enumerate(headings):
        if position in taken:
            continue
        name = recognised(heading)
        if name is not None:
            found.seen.add(name)
        if name is not None and name in own and name not in found.fields:
            claims.setdefault(name, []).append((_rank(heading), position))
        elif name is not None:
            found.hidden[heading] = position
            if name in own:
                found.beaten[heading] = name
        elif key(heading) in _PARTS:
            parts.setdefault(_PARTS[key(heading)], position)
        elif not (shared and key(heading) in _ROLES):
            _place_unknown(found, heading, position, side, strict=strict)
    _settle(found, headings, claims)
    found.name_parts = [parts[part] for part in sorted(parts)]
    return found


def _settle(found: Plan, headings: Sequence[str], claims: Mapping[str, list[tuple[int, int]]]) -> None:
    """Give every field the column that fits it best, of equal ones the first."""
    for name, claimants in claims.items():
        (_, winner), *losers = sorted(claimants)
        found.fields[name] = [winner]
        found.mapping[headings[winner]] = name
        if name == "vetoes":  # every one of them holds
            found.fields[name] += [position for _, position in losers]
            found.mapping |= {headings[position]: name for _, position in losers}
            continue
        for _, position in losers:
            found.hidden[headings[position]] = position
            found.beaten[headings[position]] = name


def _rank(heading: str) -> int:
    """Return how sure a heading is: its field's own name, a name for it, or that with a remark."""
    if key(heading) in _EXACT:
        return 0
    return 1 if key(heading) in _GUESSED else 2


def _take_mapped(found: Plan, headings: Sequence[str], side: Side, mapping: Mapped) -> set[int]:
    """Place the columns that a mapping names, and return their positions."""
    taken: set[int] = set()
    own = {one.name for one in fields_of(side)}
    for heading, name in mapping.items():
        positions = [k for k in _mapped_positions(heading, headings) if k not in taken]
        taken.update(positions)
        if not positions or not name or name == ROLE:
            continue
        first = headings[positions[0]]
        found.mapping[first] = name
        found.seen.add(name)
        if name == "attributes" and key(first) != "attributes":
            found.named[first] = positions
        elif name == "audit_attributes" and key(first) != key(name):
            found.audit[first] = positions
        elif name in own:
            found.fields.setdefault(name, []).extend(positions)
        else:
            found.hidden[first] = positions[0]
    return taken


def _place_unknown(found: Plan, heading: str, position: int, side: Side, *, strict: bool) -> None:
    """Place a column whose heading is no field's."""
    if is_audit(heading):
        found.audit[heading] = [position]
        found.guessed_audit.append(heading)
        found.mapping[heading] = "audit_attributes"
        return
    if is_sensitive(heading):
        found.sensitive.append(heading)
        return
    guess = near(heading, _EXACT if strict else _GUESSED)
    if guess is not None and strict:
        message = f"is no field, but nearly {_EXACT[guess]}; correct it, or give it under attributes if it is meant so"
        found.faults.append(Fault((side, heading), "unknown_field", message))
        return
    if guess is not None:
        found.near[heading] = _GUESSED[guess]
        if not FIELD[_GUESSED[guess]].public:
            return  # what may have been told in confidence is not kept either
    found.hidden[heading] = position


def role_position(headings: Sequence[str], mapping: Mapped) -> int | None:
    """Return the column that says who is a mentor and who a mentee; None if there is none."""
    for heading, name in mapping.items():
        if name == ROLE and (positions := _mapped_positions(heading, headings)):
            return positions[0]
    named = {k for heading in mapping for k in _mapped_positions(heading, headings)}
    return next((k for k, heading in enumerate(headings) if k not in named and key(heading) in _ROLES), None)


def look_swapped(mentors: Sequence[str], mentees: Sequence[str]) -> bool:
    """Tell from the fields of two tables whether each is the other's."""
    ours, theirs = set(mentors), set(mentees)
    return _like_mentees(ours) and not _like_mentors(ours) and _like_mentors(theirs) and not _like_mentees(theirs)


def _like_mentees(names: set[str]) -> bool:
    return "mentors_wanted" in names or ("needs" in names and "offers" not in names)


def _like_mentors(names: set[str]) -> bool:
    return bool({"capacity", "trained"} & names) or ("offers" in names and "needs" not in names)

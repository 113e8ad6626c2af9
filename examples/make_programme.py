"""Write the example programme in ``examples/programme``: 64 mentees, 41 mentors, 58 places.

Nobody in it exists. The tables are messy in the ways real sign-up forms are, on purpose;
``programme/README.md`` lists how. The same seed gives the same bytes on every machine and
every Python: all chance comes from ``random()`` of one seeded generator.

    python examples/make_programme.py [FOLDER]
"""

from __future__ import annotations

import csv
import io
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

SEED = 20260903
FOLDER = Path(__file__).resolve().parent / "programme"

FIRST = """
Noor Björn Fatima Jan-Willem Zoë Mehmet Siobhán Łukasz Anneke João Sanne Daniël Yara Thijs Chloé Ravi Femke Søren
Amina Pieter Inês Bram Lotte Nguyệt Gijs Rianne Emre Saïda Ruben Mátyás Eva Joost Hana Wouter Leïla Tom Marijke Goran
Aoife Stijn Nadia Hugo Elif Kees Mirthe André Soraya Teun Iris Olúwadára Maud Rik
"""
LAST = """
van 't Hof|d'Hondt|Åkesson|de Groot|Yılmaz|O'Neill|Wójcik|van der Meer|Conceição|el Amrani|Bakker|de Wit|ten Brink
Çelik|van den Berg-Smit|Özdemir|Kuiper|in 't Veld|Núñez|op den Kamp|Visser|Pérez y Soto|Jansen|van de Ven|D'Angelo
Smits|Müller|de la Fuente|Haddad|ter Horst|Kovács|Mulder|Nguyễn|van Dijk|Šimić|Postma|de Boer|Tjon-A-Ten|Brouwer
van Loon
"""

DEPARTMENTS = {
    "Finance": (("Control", "Treasury", "Billing"), ("budgeting", "planning", "procurement", "data analysis")),
    "IT": (("Platform", "Service Desk", "Data"), ("Python", "data analysis", "project management", "remote teamwork")),
    "Operations": (("Grid North", "Grid South", "Planning"), ("planning", "process improvement", "time management")),
    "People": (("Recruitment", "Learning"), ("coaching", "giving feedback", "conflict resolution", "career planning")),
    "Customers": (("Contact Centre", "Key Accounts"), ("negotiation", "public speaking", "stakeholder management")),
    "Communication": (("Press", "Digital"), ("writing", "public speaking", "networking", "change management")),
}
SKILLS = sorted({skill for _, skills in DEPARTMENTS.values() for skill in skills})
GOALS = ("leadership", "work-life balance", "technical depth", "visibility", "confidence", "next career step")
HOBBIES = (("hardlopen", "running"), ("koken", "cooking"), ("schaken", "chess"), ("tuinieren", "gardening"))
DAYS = (("ma", "Mon"), ("di", "Tue"), ("wo", "Wed"), ("do", "Thu"), ("vr", "Fri"))
HOURS = ("09:00-10:30", "09:00-12:00", "10:00-12:00", "13:00-15:00", "13:00-17:00", "15:30-17:00")
HEARD = ("intranet", "collega", "mijn leidinggevende", "poster in de kantine", "")
DRINKS = ("espresso", "tea, no sugar", "water", "flat white", "")
TITLES = ("medewerker", "adviseur", "analist", "specialist", "coördinator")

T = TypeVar("T")


@dataclass
class Person:
    """Somebody on the payroll of a company that does not exist."""

    number: int
    name: str
    department: str
    team: str
    level: int
    manager: str

    @property
    def id(self) -> str:
        """The employee number."""
        return f"E{self.number}"


class Dice:
    """Chance that is the same on every Python: only ``random()`` promises that."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, n: int) -> int:
        """Return a whole number from 0 to n − 1."""
        return int(self._random() * n)

    def chance(self, share: float) -> bool:
        """Return True that often."""
        return self._random() < share

    def one(self, things: Sequence[T]) -> T:
        """Return one of the things."""
        return things[self.below(len(things))]

    def some(self, things: Iterable[T], n: int) -> list[T]:
        """Return n different things in no order."""
        left = list(things)
        return [left.pop(self.below(len(left))) for _ in range(min(n, len(left)))]


def company(dice: Dice) -> list[Person]:
    """Make 126 people: a head per department, a lead per team, and those who do the work."""
    last_names = LAST.strip().replace("\n", "|").split("|")
    names = dice.some([f"{first} {last}" for first in FIRST.split() for last in last_names], 126)
    numbers = dice.some(range(1001, 1600), 126)
    new = iter(zip(numbers, names, strict=True))
    people: list[Person] = []
    for department, (teams, _) in DEPARTMENTS.items():
        head = Person(*next(new), department, "Management", 9 + dice.below(2), manager="E1000")
        people.append(head)
        for team in teams:
            lead = Person(*next(new), department, team, 7 + dice.below(2), manager=head.id)
            people.append(lead)
            people += (
                Person(*next(new), department, team, (2, 3, 3, 4, 5, 6, 6)[k] + dice.below(2), manager=lead.id)
                for k in range(7)
            )
    return people


def sign_up(people: list[Person], dice: Dice) -> tuple[list[Person], list[Person]]:
    """Let 64 people sign up as mentees and 41 as mentors, two of them as both."""
    by_level = sorted(people, key=lambda person: (person.level, person.number))
    mentees, mentors = by_level[:64], by_level[62:64] + dice.some(by_level[64:], 39)
    return sorted(mentees, key=lambda p: p.name), sorted(mentors, key=lambda p: p.number)


def loud(text: str, dice: Dice) -> str:
    """Write a tag as people do: as in the list, with a capital, in capitals, or with a blank too many."""
    return dice.one((text, text, text.capitalize(), text.upper(), f" {text}"))


def tags(dice: Dice, own: Sequence[str], everything: Sequence[str], n: int) -> str:
    """Pick a few tags, mostly from one's own field, in no order; the last ';' often stays."""
    picked = dice.some(own, 1 + dice.below(2)) + dice.some(everything, n)
    return "; ".join(loud(tag, dice) for tag in dict.fromkeys(picked)) + dice.one(("", "", ";"))


def free(dice: Dice, language: int, chance: float) -> str:
    """Pick a few weekly hours; some leave it empty."""
    if dice.chance(chance):
        return ""
    days = sorted(dice.some(range(5), 2 + dice.below(4)))
    return "; ".join(f"{DAYS[day][language]} {dice.one(HOURS)}" for day in days)


def spoken(dice: Dice, abroad: bool, words: tuple[str, str, str]) -> str:
    """Pick languages: most speak Dutch and English, in Lisbon Portuguese and English."""
    dutch, english, portuguese = words
    if dice.chance(0.08):
        return ""
    if abroad:
        return f"{portuguese}; {english}"
    return dice.one((f"{dutch}; {english}", f"{dutch}; {english}", f"{english};{dutch}", dutch, f"{dutch}; {english};"))


def email(person: Person) -> str:
    """Return an address that leads nowhere."""
    return f"{person.id.lower()}@example.org"


def mentee_row(person: Person, mentors: list[Person], dice: Dice) -> list[str]:
    """Fill in the Dutch form."""
    _, skills = DEPARTMENTS[person.department]
    abroad = dice.chance(0.1)
    wished = dice.some([m for m in mentors if m.department != person.department], 1 + dice.below(2))
    wish = "; ".join(dice.one((m.id, m.id, m.name)) for m in wished)
    return [
        dice.one((person.id, person.id, f" {person.id}", person.id)),
        person.name,
        email(person),
        person.department,
        person.team,
        "Lissabon" if abroad else dice.one(("Utrecht", "Zwolle")),
        f"{dice.one(TITLES)} {person.team}",
        dice.one((*(str(person.level),) * 12, *(f"{person.level},0",) * 3, "")),
        person.manager,
        tags(dice, skills, SKILLS, 2) if dice.chance(0.95) else "",
        tags(dice, GOALS, (), 0) if dice.chance(0.9) else "",
        spoken(dice, abroad, ("Nederlands", "Engels", "Portugees")),
        "Europe/Lisbon" if abroad else dice.one(("Europe/Amsterdam", "Europe/Amsterdam", "")),
        free(dice, 0, 0.1),
        dice.one(("", "", "nee", "geen", wish, wish)),
        dice.one(("", "", "", "nee", "", "", dice.one(mentors).id)),
        dice.one((*("",) * 9, "0", "1", "2")),
        "; ".join(nl for nl, _ in dice.some(HOBBIES, dice.below(3))),
        story(person, dice, "nl"),
        dice.one(("v", "m", "V", "M", "x", "")),
        dice.one(HEARD),
    ]


def mentor_row(person: Person, places: str, mentees: list[Person], dice: Dice) -> list[str]:
    """Fill in the English form."""
    _, skills = DEPARTMENTS[person.department]
    abroad = dice.chance(0.12)
    wish = "; ".join(m.name for m in dice.some([m for m in mentees if m.department != person.department], 1))
    return [
        person.id,
        person.name,
        email(person),
        person.department,
        person.team,
        "Lisbon" if abroad else dice.one(("Utrecht", "Zwolle")),
        dice.one(("Senior ", "Lead ", "Principal ")) + person.team.lower(),
        str(person.level) if dice.chance(0.95) else "",
        person.manager,
        places,
        dice.one(("yes", "Yes", "Y", "no", "")),
        tags(dice, skills, SKILLS, 3),
        tags(dice, GOALS, GOALS, 1) if dice.chance(0.9) else "n/a",
        spoken(dice, abroad, ("Dutch", "English", "Portuguese")).replace(";", ","),
        "Europe/Lisbon" if abroad else dice.one(("Europe/Amsterdam", "Europe/Amsterdam", "Europe/Amsterdam", "")),
        free(dice, 1, 0.1),
        dice.one(("", "", "", "no", wish)),
        dice.one(("", "", "", "", "", "none", dice.one(mentees).id)),
        "; ".join(en for _, en in dice.some(HOBBIES, dice.below(3))),
        story(person, dice, "en"),
        dice.one(("female", "male", "Female", "Male", "prefer not to say", "")),
        dice.one(DRINKS),
    ]


def story(person: Person, dice: Dice, language: str) -> str:
    """Write a line about oneself; a quarter of the people do not."""
    one, other = dice.some(DEPARTMENTS[person.department][1], 2)
    goal = dice.one(GOALS)
    dutch = (
        f"Ik werk bij {person.team} en wil verder met {one}.",
        f'Mijn vorige chef zei "doe eens iets met {other}"; dat wil ik nu.',
        f"{one.capitalize()} is nieuw voor mij,\nmaar {goal} is waar het om gaat.",
        "",
    )
    english = (
        f"Years of {one} in {person.team}; happy to share, and to learn about {goal}.",
        f'I say "yes" to anything about {one} or {other}.',
        f"Started in {person.department}, stayed for the {other}.\nAsk me about {goal}.",
        "",
    )
    return dice.one(dutch if language == "nl" else english)


MENTEE_HEADINGS = (
    "Personeelsnummer",
    "Naam",
    "E-mailadres",
    "Afdeling",
    "Team",
    "Vestiging",
    "Functie",
    "Niveau",
    "Leidinggevende",
    "Wat wil je leren?",
    "Doelen",
    "Talen",
    "Tijdzone",
    "Beschikbaarheid",
    "Voorkeur voor mentor",
    "Liever niet",
    "Wachtrondes",
    "Hobby's",
    "Over mij",
    "Geslacht",
    "Hoe hoorde je van ons?",
)
MENTOR_HEADINGS = (
    "Employee number",
    "Full name",
    "E-mail",
    "Department",
    "Team",
    "Site",
    "Job title",
    "Level",
    "Manager",
    "How many mentees?",
    "Trained",
    "What can you offer?",
    "Goals",
    "Languages",
    "Time zone",
    "Availability",
    "Preferred mentees",
    "Rather not",
    "Hobbies",
    "About you",
    "Gender",
    "Coffee order",
)

RULES = """\
# The example programme: what to score, which rules to keep, and which question is which field.

preset = "development"  # scores needs and offers, goals, hours, languages, level and text; keeps reporting lines apart
on = 2026-09-01         # the day at which expiry and daylight saving are read
seed = 1                # decides between exact ties

constraints = [
    { rule = "same_team" },
    { rule = "level_gap", min = 1, unknown = "allow" },
]

[mapping]  # questions that no program could guess
"Wat wil je leren?" = "needs"
"What can you offer?" = "offers"
"How many mentees?" = "capacity"
"Voorkeur voor mentor" = "wishes"
"Preferred mentees" = "wishes"
"Liever niet" = "vetoes"
"Rather not" = "vetoes"
"About you" = "bio"
"""


def places(dice: Dice, number: int) -> list[str]:
    """Offer 58 places among 41 mentors, as they write it: one "5+", two of three, nine of two, the rest one."""
    answers = ["5+", "2-3", "3", *("2",) * 7, "1-2", "2+", *("1",) * 20, *("",) * (number - 32)]
    return dice.some(answers, number)


def tensions(dice: Dice, mentees: list[Person], mentors: list[Person]) -> list[list[str]]:
    """Make six tensions between a mentee and a mentor: by id and by name, one over, two that end."""
    rows = []
    ends = ("", "2027-06-30", "", "2025-12-31", "31-12-2026", "")
    kinds = ("tension", "", "tender for the same contract", "", "tension", "")
    juniors = [person for person in mentees if person not in mentors]
    seniors = [person for person in mentors if person not in mentees]
    for k, (mentee, mentor) in enumerate(zip(dice.some(juniors, 6), dice.some(seniors, 6), strict=True)):
        one, other = (mentee, mentor) if k % 2 else (mentor, mentee)
        rows.append([one.id, other.name if k == 4 else other.id, ends[k], kinds[k]])
    return rows


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str, newline: str) -> str:
    """Return a table as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue()


def programme(seed: int = SEED) -> dict[str, bytes]:
    """Return the content of every file of the programme, by name."""
    dice = Dice(seed)
    mentees, mentors = sign_up(company(dice), dice)
    offered = places(dice, len(mentors))
    mentee_rows = [mentee_row(person, mentors, dice) for person in mentees]
    mentor_rows = [mentor_row(person, n, mentees, dice) for person, n in zip(mentors, offered, strict=True)]
    secret = tensions(dice, mentees, mentors)
    return {
        "mentees.csv": table(MENTEE_HEADINGS, mentee_rows, ";", "\r\n").encode("utf-8-sig"),  # as Dutch Excel writes
        "mentors.csv": table(MENTOR_HEADINGS, mentor_rows, ",", "\n").encode("utf-8"),
        "tensions.csv": table(("Person A", "Person B", "Expires", "Kind"), secret, ",", "\n").encode("utf-8"),
        "rules.toml": RULES.encode("utf-8"),
    }


def main(folder: Path = FOLDER) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in programme().items():
        (folder / name).write_bytes(content)
        print(f"wrote {folder / name}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

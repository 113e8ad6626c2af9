"""The one table of fields: what people can tell about themselves, and what a column of it may be called.

Models, the reading of columns, the recognition of headings and the empty sheet are all
made from :data:`FIELDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from mentormatch.people import lists, values
from mentormatch.people.frozen import Attributes, Confidential, Frozen, Secret
from mentormatch.people.notes import Side
from mentormatch.people.repeated import labels_once, slots_once, tags_once
from mentormatch.people.slots import slots


class Kind(Enum):
    """What a field holds; every kind has one function that reads it."""

    ID = "id"
    TEXT = "text"
    REFERENCE = "id of somebody else"
    NUMBER = "number"
    HOURS = "hours"
    WHOLE = "whole number"
    ROUNDS = "number of rounds"
    BOUNDS = "minimum and maximum"
    FLAG = "yes or no"
    ZONE = "time zone"
    SLOTS = "weekly slots"
    LABELS = "labels"
    TAGS = "labels with weights"
    SCALES = "names with numbers"
    SHARES = "names with weights"
    PEOPLE = "ids"
    SECRET = "ids, in confidence"  # noqa: S105  # not a password
    ATTRIBUTES = "anything"
    AUDIT = "anything, for the audit"


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of field is read, and what it is when nobody answered.

    Attributes
    ----------
    read
        Reads one answer.
    unanswered
        What it is when nobody answered.
    once
        Makes a reader for a whole column that looks at what repeats only once; None where
        answers hardly repeat.
    """

    read: Callable[[Any], Any]
    unanswered: Any = None
    once: Callable[[], Callable[[Any], Any]] | None = None

    def for_column(self) -> Callable[[Any], Any]:
        """Return what reads every answer of one column."""
        return self.read if self.once is None else self.once()


READERS: dict[Kind, Reader] = {
    Kind.ID: Reader(values.identifier),
    Kind.TEXT: Reader(values.text),
    Kind.REFERENCE: Reader(values.reference),
    Kind.NUMBER: Reader(values.number),
    Kind.HOURS: Reader(values.hours),
    Kind.WHOLE: Reader(values.whole, 0),
    Kind.ROUNDS: Reader(values.rounds, 0),
    Kind.BOUNDS: Reader(values.bounds, (0, 1)),
    Kind.FLAG: Reader(values.flag),
    Kind.ZONE: Reader(values.zone),
    Kind.SLOTS: Reader(slots, (), slots_once),
    Kind.LABELS: Reader(lists.labels, (), labels_once),
    Kind.TAGS: Reader(lists.tags, Frozen(), tags_once),
    Kind.SCALES: Reader(lists.scales, Frozen()),
    Kind.SHARES: Reader(lists.shares, Frozen()),
    Kind.PEOPLE: Reader(lists.people, ()),
    Kind.SECRET: Reader(lists.secret, Secret()),
    Kind.ATTRIBUTES: Reader(lists.attributes, Attributes()),
    Kind.AUDIT: Reader(lists.audit, Confidential()),
}

BAGS = frozenset({Kind.LABELS, Kind.TAGS, Kind.SLOTS, Kind.PEOPLE})
"""Kinds that are sets of labels; none at all is no answer."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its names, and its explanation in English and Dutch.

    Attributes
    ----------
    name
        What it is called in Python, JSON and settings.
    kind
        What it holds.
    english, dutch
        Headings that are taken for it, the one on the empty sheet first; case, accents,
        spaces, hyphens and underscores do not count.
    explain_english, explain_dutch
        What the empty sheet says about it.
    side
        The side that has it; None for both.
    sheet
        Whether the empty sheet has a column for it.
    public
        Whether scorers may see it.
    """

    name: str
    kind: Kind
    english: tuple[str, ...]
    dutch: tuple[str, ...]
    explain_english: str
    explain_dutch: str
    side: Side | None = None
    sheet: bool = True
    public: bool = True

    @property
    def reader(self) -> Reader:
        """How it is read."""
        return READERS[self.kind]

    def heading(self, language: str) -> str:
        """Return the heading on the empty sheet."""
        return (self.dutch if language == "nl" else self.english)[0]

    def explanation(self, language: str) -> str:
        """Return the explanation on the empty sheet."""
        return self.explain_dutch if language == "nl" else self.explain_english


def _names(listed: str) -> tuple[str, ...]:
    """Return headings from a text that lists them between bars."""
    return tuple(part.strip() for part in listed.split("|"))


def _field(name: str, kind: Kind, english: str, dutch: str, explain: tuple[str, str], **more: Any) -> Field:
    return Field(name, kind, _names(english), _names(dutch), *explain, **more)


FIELDS: tuple[Field, ...] = (
    _field(
        "id",
        Kind.ID,
        "Id | employee number | employee no | employee id | personnel number | staff number | staff id"
        " | participant id | participant number | person id | user id",
        "Personeelsnummer | personeelsnr | medewerkernummer | medewerker id | deelnemernummer | deelnemer id",
        (
            "What the person is known by: an employee number, for instance. Everybody needs one of their own.",
            "Waaraan de persoon te herkennen is, bijvoorbeeld een personeelsnummer. Iedereen heeft een eigen nodig.",
        ),
    ),
    _field(
        "name",
        Kind.TEXT,
        "Name | full name | display name | your name | mentor name | mentee name",
        "Naam | volledige naam | je naam | uw naam | naam mentor | naam mentee",
        ("The name as it should be shown.", "De naam zoals die getoond moet worden."),
    ),
    _field(
        "email",
        Kind.TEXT,
        "Email | e-mail address | mail | mail address | work email | email adres",
        "E-mail | e-mailadres | mailadres | werkmail",
        (
            "Where messages go; used as the id where there is no id. Not shown to others.",
            "Waar berichten heen gaan; dient als id waar geen id is. Niet zichtbaar voor anderen.",
        ),
        public=False,
    ),
    _field(
        "organisation",
        Kind.TEXT,
        "Organisation | organization | company | employer",
        "Organisatie | bedrijf | werkgever",
        ("The organisation the person works for.", "De organisatie waar de persoon werkt."),
    ),
    _field(
        "department",
        Kind.TEXT,
        "Department | dept | division | business unit",
        "Afdeling | directie | bedrijfsonderdeel",
        ("The department.", "De afdeling."),
    ),
    _field("team", Kind.TEXT, "Team | team name", "Team | teamnaam", ("The team.", "Het team.")),
    _field(
        "site",
        Kind.TEXT,
        "Site | location | office | city | workplace | work location",
        "Locatie | vestiging | standplaats | kantoor | werklocatie | plaats",
        ("Where the person works.", "Waar de persoon werkt."),
    ),
    _field(
        "job_title",
        Kind.TEXT,
        "Job title | position | job role | current position",
        "Functie | functietitel | functienaam",
        ("What the person does.", "Wat de persoon doet."),
    ),
    _field(
        "profession",
        Kind.TEXT,
        "Profession | discipline | field of work | occupation",
        "Beroep | vakgebied | vak",
        ("The profession or discipline.", "Het beroep of vakgebied."),
    ),
    _field(
        "level",
        Kind.NUMBER,
        "Level | job level | grade | seniority | seniority level",
        "Niveau | functieniveau | senioriteit | functieschaal",
        (
            "How senior the person is, as a number: 1 for the lowest level.",
            "Hoe ervaren de persoon is, als getal: 1 voor het laagste niveau.",
        ),
    ),
    _field(
        "manager_id",
        Kind.REFERENCE,
        "Manager id | manager | line manager | supervisor | reports to",
        "Leidinggevende | id leidinggevende | personeelsnummer leidinggevende",
        (
            "The id of the person's manager, so that nobody mentors within their own line.",
            "Het id van de leidinggevende, zodat niemand binnen de eigen lijn mentor is.",
        ),
    ),
    _field(
        "goals",
        Kind.TAGS,
        "Goals | goal | learning goals | learning goal | development goals | objectives",
        "Doelen | doel | leerdoelen | leerdoel | ontwikkeldoelen",
        (
            "What the person wants to achieve, separated by semicolons; a weight is optional (growth:3).",
            "Wat de persoon wil bereiken, gescheiden door puntkomma's; een gewicht mag (groei:3).",
        ),
    ),
    _field(
        "needs",
        Kind.TAGS,
        "Needs | need | skills wanted | wants to learn | would like to learn | skills to develop | learning needs"
        " | help wanted",
        "Leerwensen | leerwens | behoeften | wil leren | ontwikkelwensen | hulpvraag | leervraag | leervragen",
        (
            "What the person wants to learn, separated by semicolons; a weight is optional (python:3).",
            "Wat de persoon wil leren, gescheiden door puntkomma's; een gewicht mag (python:3).",
        ),
    ),
    _field(
        "offers",
        Kind.TAGS,
        "Offers | offer | skills | skills offered | expertise | can help with | strengths | competencies",
        "Aanbod | biedt | vaardigheden | kan helpen met | competenties | sterke punten | deskundigheid",
        (
            "What the person can help others with, separated by semicolons; a level is optional (python:3).",
            "Waarmee de persoon anderen kan helpen, gescheiden door puntkomma's; een niveau mag (python:3).",
        ),
    ),
    _field(
        "interests",
        Kind.LABELS,
        "Interests | interest | hobbies",
        "Interesses | interesse | hobby's",
        ("Interests, separated by semicolons.", "Interesses, gescheiden door puntkomma's."),
    ),
    _field(
        "traits",
        Kind.SCALES,
        "Traits | personality | personality traits",
        "Eigenschappen | persoonlijkheid",
        (
            "Traits with a number on one and the same scale: openness:4; calm:2.",
            "Eigenschappen met een getal op een en dezelfde schaal: openheid:4; rust:2.",
        ),
    ),
    _field(
        "languages",
        Kind.LABELS,
        "Languages | language | spoken languages | languages spoken",
        "Talen | taal | gesproken talen",
        (
            "Languages the person can talk in: Dutch; English.",
            "Talen waarin de persoon kan praten: Nederlands; Engels.",
        ),
    ),
    _field(
        "time_zone",
        Kind.ZONE,
        "Time zone | timezone | tz",
        "Tijdzone",
        ("The IANA time zone, such as Europe/Amsterdam.", "De IANA-tijdzone, zoals Europe/Amsterdam."),
    ),
    _field(
        "availability",
        Kind.SLOTS,
        "Availability | available | available times | time slots | weekly availability",
        "Beschikbaarheid | beschikbaar | beschikbare tijden | tijdsloten",
        (
            "Free hours in a normal week, in local time: Mon 09:00-10:30; Wed-Fri 13:00-17:00.",
            "Vrije uren in een gewone week, in lokale tijd: ma 09:00-10:30; wo-vr 13:00-17:00.",
        ),
    ),
    _field(
        "hours_per_month",
        Kind.HOURS,
        "Hours per month | hours a month | monthly hours",
        "Uren per maand",
        ("How many hours a month there are for this.", "Hoeveel uur per maand er hiervoor is."),
    ),
    _field(
        "meeting_mode",
        Kind.TEXT,
        "Meeting mode | meeting preference | online or in person | preferred meeting mode",
        "Vorm van overleg | voorkeur overleg | online of fysiek | overlegvorm",
        ("How to meet: online, in person or either.", "Hoe af te spreken: online, fysiek of beide."),
    ),
    _field(
        "bio",
        Kind.TEXT,
        "Bio | biography | about me | about you | about | motivation | introduction | profile | summary",
        "Over mij | bio | motivatie | introductie | profiel | voorstellen | biografie",
        ("A few sentences about the person.", "Een paar zinnen over de persoon."),
    ),
    _field(
        "wishes",
        Kind.PEOPLE,
        "Wishes | wish | preferred mentors | preferred mentees | preferred mentor | preferred mentee | preferences",
        "Wensen | wens | voorkeuren | voorkeur | voorkeur mentor | voorkeur mentee",
        (
            "Ids or names of people the person would like to be matched with, best first, separated by semicolons.",
            "Id's of namen van mensen met wie de persoon graag gekoppeld wordt, de liefste eerst, gescheiden door ;",
        ),
    ),
    _field(
        "vetoes",
        Kind.SECRET,
        "Not with | vetoes | veto | avoid | do not match with | rather not with",
        "Liever niet met | veto's | veto | niet met | niet koppelen aan | niet koppelen met",
        (
            "Ids or names of people the person must not be matched with, separated by semicolons. Told to nobody.",
            "Id's of namen van mensen met wie de persoon niet gekoppeld mag worden. Wordt aan niemand verteld.",
        ),
        public=False,
    ),
    _field(
        "past_partners",
        Kind.PEOPLE,
        "Past partners | previous mentors | previous mentees | earlier mentors | earlier mentees | past mentors",
        "Eerdere koppelingen | eerdere mentoren | eerdere mentees | vorige mentor | vorige mentoren",
        ("Ids of earlier mentors and mentees.", "Id's van eerdere mentoren en mentees."),
    ),
    _field(
        "waited_rounds",
        Kind.ROUNDS,
        "Waited rounds | rounds waited",
        "Rondes gewacht | wachtrondes",
        ("How many rounds the person has waited already.", "Hoeveel rondes de persoon al wacht."),
    ),
    _field(
        "weights",
        Kind.SHARES,
        "Weights | importance",
        "Gewichten | belang",
        ("How much each criterion counts for this person: goals:2; languages:1.", "Hoe zwaar elk criterium telt."),
        sheet=False,
    ),
    _field(
        "priority",
        Kind.WHOLE,
        "Priority",
        "Prioriteit | voorrang",
        ("Who goes first where places are short: higher first.", "Wie voorgaat als er te weinig plaatsen zijn."),
    ),
    _field(
        "private",
        Kind.LABELS,
        "Private fields | private | only for the score",
        "Alleen voor de score | privé",
        (
            "Fields of this person that count in the score and are shown to nobody: goals; bio.",
            "Velden van deze persoon die meetellen en aan niemand getoond worden: goals; bio.",
        ),
        sheet=False,
    ),
    _field(
        "attributes", Kind.ATTRIBUTES, "attributes", "attributes", ("Anything else.", "Al het andere."), sheet=False
    ),
    _field(
        "audit_attributes",
        Kind.AUDIT,
        "audit attributes",
        "audit attributes",
        ("For the fairness audit only.", "Alleen voor de toets op eerlijkheid."),
        sheet=False,
        public=False,
    ),
    _field(
        "mentors_wanted",
        Kind.BOUNDS,
        "Mentors wanted | number of mentors | how many mentors | max mentors",
        "Aantal mentoren | gewenst aantal mentoren | hoeveel mentoren",
        (
            "How many mentors the mentee wants: 1, or a range such as 1-2.",
            "Hoeveel mentoren de mentee wil: 1, of een bereik zoals 1-2.",
        ),
        side="mentees",
    ),
    _field(
        "capacity",
        Kind.BOUNDS,
        "Capacity | places | number of mentees | max mentees | maximum number of mentees | how many mentees",
        "Capaciteit | aantal plaatsen | aantal mentees | maximaal aantal mentees | hoeveel mentees",
        (
            "How many mentees the mentor has place for: 2, or a range such as 1-3.",
            "Voor hoeveel mentees de mentor plaats heeft: 2, of een bereik zoals 1-3.",
        ),
        side="mentors",
    ),
    _field(
        "trained",
        Kind.FLAG,
        "Trained | training done | mentor training | training followed",
        "Getraind | opgeleid | training gevolgd | mentortraining",
        ("Whether the mentor has been trained: yes or no.", "Of de mentor getraind is: ja of nee."),
        side="mentors",
    ),
)
"""Every field, in the order of the empty sheet."""

FIELD: dict[str, Field] = {field.name: field for field in FIELDS}
"""Fields by name."""

PEOPLE_FIELDS = ("wishes", "past_partners", "manager_id")
"""Public fields that name other people."""


def fields_of(side: Side) -> tuple[Field, ...]:
    """Return the fields that people of one side have."""
    return tuple(field for field in FIELDS if field.side in {None, side})

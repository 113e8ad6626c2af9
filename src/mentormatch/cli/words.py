"""What only the command line says; reasons and proofs are worded as in the report."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """A language for explanations, report and summary."""

    en = "en"
    nl = "nl"


WORDS: Final[dict[Language, dict[str, str]]] = {
    Language.en: {
        "no_mentor": "Without a mentor",
        "no_mentee": "Without a mentee",
        "short": "With fewer partners than asked for",
        "summary": "Pairs: {pairs}. Mentees with a mentor: {placed} of {mentees}. Mean score {mean}, lowest {worst}.",
        "nobody": "Pairs: 0. Mentees with a mentor: 0 of {mentees}.",
        "proven": "Proven optimal: no other matching within the rules does better.",
        "stable": "Proven stable: no two people would both rather have each other.",
        "not_proven": "Not proven optimal: the search was cut short, at most {gap} from the best.",
    },
    Language.nl: {
        "no_mentor": "Zonder mentor",
        "no_mentee": "Zonder mentee",
        "short": "Met minder partners dan gevraagd",
        "summary": "Paren: {pairs}. Mentees met een mentor: {placed} van {mentees}. "
        "Gemiddelde score {mean}, laagste {worst}.",
        "nobody": "Paren: 0. Mentees met een mentor: 0 van {mentees}.",
        "proven": "Bewezen optimaal: geen andere koppeling binnen de regels is beter.",
        "stable": "Bewezen stabiel: geen twee mensen hadden allebei liever elkaar.",
        "not_proven": "Niet bewezen optimaal: het zoeken werd afgebroken, hooguit {gap} onder het beste.",
    },
}

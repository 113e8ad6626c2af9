"""The words of explanations and reports, one catalogue per language."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from mentormatch.errors import InputError

LANGUAGES: Final = ("en", "nl")
"""The languages there is a catalogue for, as files in ``explain/locale``."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words and number formats of one language.

    Attributes
    ----------
    language
        ``"en"`` or ``"nl"``.
    messages
        Key → sentence, with named places in braces.
    """

    language: str
    messages: dict[str, str] = field(repr=False, hash=False)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a message with its places filled in.

        The values are put in as they are and never read as templates themselves.
        """
        return self.messages[key].format_map(values)

    def criterion(self, name: str) -> str:
        """Return a criterion's name in words; one that is not ours is shown as its author named it."""
        return self.messages.get(f"criterion.{name}") or name.replace("_", " ")

    def shared(self, criterion: str, items: tuple[str, ...]) -> str:
        """Return what two people have in common by one criterion, as a phrase."""
        key = f"shared.{criterion}"
        known = self.messages.get(key) is not None and key != "shared.any"
        return self(key if known else "shared.any", criterion=self.criterion(criterion), items=", ".join(items))

    def reason(self, reason: str) -> str:
        """Return a public reason for having no partner as a phrase."""
        return self(f"reason.{reason}")

    def tier(self, name: str) -> str:
        """Return a tier's name in words, or the name itself where there are none."""
        return self.messages.get(f"report.tier.{name}", name)

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number with a fixed count of decimals."""
        shown = f"{value:.{digits}f}"
        if float(shown) == 0:
            shown = shown.removeprefix("-")
        return shown.replace(".", self.messages["decimal"])

    def figure(self, value: float, digits: int = 2) -> str:
        """Return a number of any size, without decimals that are zero.

        Examples
        --------
        >>> words("nl").figure(1234.5), words("en").figure(58.0)
        ('1234,5', '58')
        """
        if value == int(value) and abs(value) < 1e15:
            return f"{int(value)}"
        shown = f"{value:.{digits}f}".rstrip("0").rstrip(".") if 1 <= abs(value) < 1e9 else f"{value:.4g}"
        return shown.replace(".", self.messages["decimal"])

    def percent(self, share: float) -> str:
        """Return a share as whole percents; never 100% for what is less, never 0% for what is more."""
        rounded = round(100 * share)
        if rounded >= 100 and share < 1 - 1e-9:
            rounded = 99
        if rounded == 0 and share > 1e-9:
            return "<1%"
        return f"{rounded}%"


def words(language: str = "en") -> Words:
    """Return the words of a language.

    Raises
    ------
    InputError
        There is no catalogue for it; those that exist are named.
    """
    if language not in LANGUAGES:
        raise InputError(f"there is no such language here; languages are {', '.join(LANGUAGES)}")
    return _load(language)


@cache
def _load(language: str) -> Words:
    text = (files("mentormatch.explain") / "locale" / f"{language}.json").read_text("utf-8")
    return Words(language, json.loads(text))

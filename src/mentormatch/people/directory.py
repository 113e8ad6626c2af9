"""Finding the person that an answer means: by id, by unique name, or by an id written otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from mentormatch.people.columns import Columns
from mentormatch.people.values import fold


def loose(one: str) -> str:
    """Return an id as it may be written otherwise: without case, accents, leading zeros or ".0"."""
    text = one.casefold().strip() if one.isascii() and one.isalnum() else fold(one)
    text = text.removesuffix(".0")
    return text.lstrip("0") or text


_APOSTROPHES = dict.fromkeys(map(ord, "\u00b4\u02bb\u02bc"))
"""Signs that stand for an apostrophe and count as a letter, or as a space with an accent on it."""


def _name_key(name: str) -> str:
    """Return a name's letters and digits: O\u2019Neill is O'Neill, and J. Jansen is J Jansen."""
    folded = fold(name.translate(_APOSTROPHES))
    if folded.isascii() and folded.replace(" ", "").isalnum():
        return folded
    return " ".join("".join(sign for sign in folded if sign.isalnum() or sign == " ").split()) or folded


def _name_keys(name: str) -> Iterable[str]:
    """Return a name's keys: as it stands, and "Jansen, Piet" as "Piet Jansen"."""
    yield _name_key(name)
    if name.count(",") == 1:
        last, first = name.split(",")
        yield _name_key(f"{first} {last}")


class Directory:
    """Everybody of both sides, to be found by what others call them."""

    def __init__(self, mentees: Columns, mentors: Columns) -> None:
        self._sides = {"mentees": mentees, "mentors": mentors}
        self.ids = frozenset((*mentees.values["id"], *mentors.values["id"]))

    @cached_property
    def _by_name(self) -> dict[str, dict[str, list[str]]]:
        """Side -> key of a name -> ids of those who have it."""
        found: dict[str, dict[str, list[str]]] = {}
        for side, columns in self._sides.items():
            keys: dict[str, list[str]] = defaultdict(list)
            for one, name in zip(columns.values["id"], columns.values["name"], strict=True):
                for key in dict.fromkeys(_name_keys(name)) if name else ():
                    keys[key].append(one)
            found[side] = keys
        return found

    @cached_property
    def _by_loose_id(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for one in self.ids:
            key = loose(one)
            found[key] = (*found[key], one) if key in found else (one,)
        return found

    @property
    def in_two_forms(self) -> tuple[tuple[str, ...], ...]:
        """Ids that occur in two forms or more, such as 007 and 7."""
        return tuple(sorted(tuple(sorted(forms)) for forms in self._by_loose_id.values() if len(forms) > 1))

    def meant(self, text: str, side: str) -> tuple[str, ...]:
        """Return the ids of everybody a text may mean; people of ``side`` go before the others."""
        if text in self.ids:
            return (text,)
        keys = tuple(_name_keys(text))
        named = [one for key in keys for one in self._by_name[side].get(key, ())]
        if not named:
            named = [one for names in self._by_name.values() for key in keys for one in names.get(key, ())]
        return tuple(sorted(set(named) or self._by_loose_id.get(loose(text), ())))

    def one(self, text: str, side: str) -> str | None:
        """Return the id that a text means if it can mean nobody else."""
        found = self.meant(text, side)
        return found[0] if len(found) == 1 else None

    def pieces(self, texts: Sequence[str], known: Callable[[str], bool]) -> list[str]:
        """Put names together again that were taken apart at their comma: "Jansen, Piet"."""
        found: list[str] = []
        skip = False
        for k, text in enumerate(texts):
            if skip:
                skip = False
                continue
            joined = f"{text}, {texts[k + 1]}" if k + 1 < len(texts) else ""
            if joined and not known(text) and known(joined):
                found.append(joined)
                skip = True
            else:
                found.append(text)
        return found

    def resolved(self, texts: Sequence[str], own: str, side: str) -> tuple[str, ...]:
        """Return ids for a list of ids and names, in order and without the person's own."""
        if all(text in self.ids for text in texts):
            return tuple(text for text in texts if text != own)
        whole = self.pieces(texts, lambda text: self.one(text, side) is not None)
        found = (self.one(text, side) or text for text in whole)
        return tuple(dict.fromkeys(one for one in found if one != own))

    def may_mean(self, texts: Sequence[str], side: str) -> set[str]:
        """Return everybody whom a list of ids and names may mean; for vetoes, where more is safer than fewer."""
        whole = self.pieces(texts, lambda text: bool(self.meant(text, side)))
        return {one for text in whole for one in self.meant(text, side)}

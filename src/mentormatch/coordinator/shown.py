"""What of the offers may be shown to a mentee: at most half of the mentors, so that an absence says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b, sha512
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mentormatch.explain.catalogue import words
from mentormatch.explain.clean import clean, wrap
from mentormatch.explain.explanation import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from mentormatch.problem.setup import Setup

_HALF: Final = 0.5


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A mentor who may be shown to a mentee as an offer.

    Attributes
    ----------
    mentee, mentor
        The two ids.
    name
        The mentor's display name.
    goals
        The mentor's goals, as far as they may be shown.
    shared
        What the two have in common: ``(criterion, answers)``, what counted most first; no number.
    """

    mentee: str
    mentor: str
    name: str
    goals: tuple[str, ...] = ()
    shared: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def text(self, language: str = "en") -> str:
        """Return it in words, in lines of at most 100 columns.

        Parameters
        ----------
        language
            ``"en"`` or ``"nl"``.
        """
        say = words(language)
        told = [say("suggest.goals", items=", ".join(self.goals))] if self.goals else []
        told += [say.shared(criterion, items) for criterion, items in self.shared]
        lines = [clean(self.name), *(clean(line) for line in told or [say("suggest.plain")])]
        return "\n".join(
            part for k, line in enumerate(lines) for part in wrap(line, WIDTH, "  " if k else "", "    " if k else "  ")
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as dicts, lists and text, ready for JSON."""
        return {
            "mentee": self.mentee,
            "mentor": self.mentor,
            "name": self.name,
            "goals": list(self.goals),
            "shared": [{"criterion": criterion, "answers": list(items)} for criterion, items in self.shared],
        }

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()


def may_be_shown(setup: Setup, row: int, key: bytes) -> frozenset[int]:
    """Return the mentors who may be shown to one mentee, whatever was told in confidence.

    Parameters
    ----------
    setup
        The problem; only people, public rules and stated places are looked at.
    row
        The mentee.
    key
        What the hash is keyed with.

    Returns
    -------
    frozenset of int
        Rows of mentors: at most half of those whom public rules allow, and none who offers no place.

    Notes
    -----
    Each mentor draws u in [0, 1) from a keyed hash of the two ids and weighs u ** (1 / places):
    those above one half stay, so one with a single place stays in half of all cases and one with
    many nearly always, and of these the heaviest, up to half of all. Weighted sampling as by
    Efraimidis & Spirakis, *Weighted random sampling with a reservoir*, Information Processing
    Letters 97 (2006). A draw rests on the two ids and the key alone, so it stays the same while
    the key does. Any number of mentors may thus be missing for no reason at all.
    """
    compiled, ids = setup.compiled, setup.roster.mentor_ids
    places = compiled.public_mentor_bounds[:, 1]
    allowed = (compiled.told or compiled.public).fresh(np.array([row]), slice(0, len(ids)))[0] & (places > 0)
    if compiled.min_score is not None:
        allowed &= setup.scores.block(np.array([row]), slice(0, len(ids)))[0] >= compiled.min_score
    those = np.flatnonzero(allowed)
    weight = _draws(key, setup.roster.mentee_ids[row], [ids[j] for j in those.tolist()]) ** (1 / places[those])
    heaviest = np.argsort(-weight, kind="stable")[: len(those) // 2]
    return frozenset(those[heaviest[weight[heaviest] > _HALF]].tolist())


def _draws(key: bytes, mentee: str, mentors: Iterable[str]) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each pair."""
    own = blake2b(mentee.encode("utf-8", "surrogatepass"), key=sha512(key).digest()).digest()
    begun, drawn = blake2b(digest_size=8, key=own), []
    for mentor in mentors:
        hashing = begun.copy()  # the key is taken in once
        hashing.update(mentor.encode("utf-8", "surrogatepass"))
        drawn.append(hashing.digest())
    return np.frombuffer(b"".join(drawn), ">u8").astype(np.float64) / 2.0**64

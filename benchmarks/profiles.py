"""Made-up people as programmes have them: skills, goals, ten answers of 1 to 5, languages, a level.

Used by the other benchmarks. The same numbers and seed give the same people, whatever the
machine; drawing 100,000 a side takes a second or two, reading them into a pool longer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.people import Pool

SKILLS = tuple(f"skill {k}" for k in range(64))
"""What is needed and offered; the first ones by many, the last ones by few."""

TRAITS = tuple(f"trait {k}" for k in range(10))
LANGUAGES = ("English", "Dutch", "French", "German", "Spanish", "Turkish", "Polish", "Arabic")
LEVELS = 8

SCORERS = {"needs_offers": 5.0, "traits": 3.0, "level_gap": 1.0, "shared_languages": 1.0}
"""The criteria that these people answered everything for, with their weights."""

Columns = dict[str, list[Any]]
"""A table as a mapping from headings to columns."""


def profiles(
    mentees: int, mentors: int, seed: int = 0, *, answered: float = 1.0, likert: bool = True
) -> tuple[Columns, Columns]:
    """Return the tables of mentors and of mentees, as columns.

    Parameters
    ----------
    mentees, mentors
        How many of each.
    seed
        The same seed gives the same people.
    answered
        The share of questions that each person answers.
    likert
        Traits are whole answers of 1 to 5, with the many ties of real ones; else any number between.
    """
    rng = np.random.default_rng(seed)
    sides = (("mentor", mentors, "offers"), ("mentee", mentees, "needs"))
    first, second = (_side(rng, *side, answered=answered, likert=likert) for side in sides)
    return first, second


def frames(mentees: int, mentors: int, seed: int = 0, **options: Any) -> tuple[Any, Any]:
    """Return the same tables as pandas frames: mentors, mentees."""
    import pandas as pd

    first, second = (pd.DataFrame(side) for side in profiles(mentees, mentors, seed, **options))
    return first, second


def pool(mentees: int, mentors: int, seed: int = 0, **options: Any) -> Pool:
    """Return the same people as a pool."""
    sides = [
        [dict(zip(side, row, strict=True)) for row in zip(*side.values(), strict=True)]
        for side in profiles(mentees, mentors, seed, **options)
    ]
    return Pool(*sides)


def _side(rng: np.random.Generator, name: str, people: int, skills: str, *, answered: float, likert: bool) -> Columns:
    languages = _chosen(rng, people, LANGUAGES, 1, 3, 1.5)
    traits = rng.normal(3.4, 1.0, (people, len(TRAITS)))
    traits = np.clip(np.rint(traits) if likert else traits, 1, 5)
    level = np.minimum(rng.random(people) ** 1.5 * LEVELS, LEVELS - 1).astype(np.int64) + (name == "mentor")
    columns: Columns = {
        skills: _chosen(rng, people, SKILLS, 2, 6, 0.8),
        "languages": languages,
        "level": level.tolist(),
        "traits": [dict(zip(TRAITS, row, strict=True)) for row in traits.tolist()],
    }
    for column in columns.values() if answered < 1 else ():
        for row in np.flatnonzero(rng.random(people) >= answered).tolist():
            column[row] = None
    return {"id": [f"{name} {k}" for k in range(people)], **columns}


def _chosen(
    rng: np.random.Generator, people: int, labels: tuple[str, ...], least: int, most: int, fall: float
) -> list[Any]:
    """Return `least` to `most` labels for each person; the k-th is chosen about (k + 3) ** -fall as often."""
    keys: NDArray[np.float64] = rng.gumbel(size=(people, len(labels))) - fall * np.log(np.arange(len(labels)) + 3.0)
    order = np.argsort(-keys, axis=1, kind="stable")[:, :most].tolist()
    many = rng.integers(least, most + 1, people).tolist()
    return [[labels[k] for k in row[:count]] for row, count in zip(order, many, strict=True)]

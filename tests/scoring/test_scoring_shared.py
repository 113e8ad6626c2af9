"""What many pairs have in common, asked at once."""

import datetime as dt
import random

import numpy as np
import pytest

from mentormatch.people import Pool
from mentormatch.scoring import ScoreMatrix

SCORERS = (
    "needs_offers",
    "goals",
    "shared_languages",
    "level_gap",
    "traits",
    "overlapping_hours",
    "free_text",
    "wishes",
)


def person(side, k, rng):
    """Return somebody who leaves out about one answer in four."""
    words = [f"word{n}" for n in range(12)]
    answers = {
        "needs": rng.sample(words, 4),
        "offers": {word: rng.choice([0.5, 1e-9, 3]) for word in rng.sample(words, 4)},
        "goals": rng.sample(words, 2),
        "languages": rng.sample(["Dutch", "English", "French"], 2),
        "level": rng.randrange(6),
        "traits": {name: rng.randint(1, 5) for name in rng.sample(["calm", "open", "warm"], 2)},
        "availability": f"Mon 09:00-{rng.randrange(10, 15)}:00; Tue 10:00-11:00",
        "bio": " ".join(rng.choices(words, k=9)),
        "wishes": [f"{'b' if side == 'a' else 'a'}{rng.randrange(20)}"],
    }
    return {"id": f"{side}{k}", **{name: value for name, value in answers.items() if rng.random() < 0.75}}


@pytest.mark.parametrize("scorer", SCORERS)
def test_many_pairs_share_what_each_of_them_shares(scorer):
    """Asked at once or one by one, every criterion gives the same words for every pair."""
    rng = random.Random(3)
    pool = Pool([person("b", k, rng) for k in range(20)], [person("a", k, rng) for k in range(25)])
    scores = ScoreMatrix(pool.public(), {scorer: 1}, on=dt.date(2026, 3, 2))
    i, j = (each.ravel() for each in np.meshgrid(np.arange(25), np.arange(20), indexing="ij"))
    (name,) = scores.criteria
    told = scores.shared_pairs(name, i, j)
    assert told == [scores.shared(a, b)[name] for a, b in zip(i, j, strict=True)]
    assert scorer == "wishes" or any(told)

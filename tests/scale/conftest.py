"""Made-up programmes in Parquet files, with every answer given."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mentormatch as mm

SKILLS = [f"skill {k}" for k in range(12)]
LANGUAGES = ["nl", "Dutch", "English", "fr", "Deutsch"]
SITES = ["Oslo", "oslo", "Ghent", "Lyon", "Riga", None]


class SameSite:
    """Two people are of one site; nobody whose site is not known may be matched."""

    name = "same_site"
    confidential = False

    def terms(self, pool):
        """Return one block over the sites of both sides."""
        mentees, mentors = pool.labels("site")
        yield mm.ForbidWhere(lambda i, j: (mentees[i][:, None] != mentors[j][None, :]) | (mentees[i] < 0)[:, None])


RULES = [mm.SharedLanguage(unknown="forbid"), SameSite()]
"""What `by=("languages", "site")` comes to."""


def write(path, rows):
    """Write rows as a Parquet file."""
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@dataclass(frozen=True)
class Files:
    """Two files in a folder of their own."""

    folder: Path
    mentors: Path
    mentees: Path

    @property
    def pool(self):
        """The people, read at once."""
        return mm.Pool.read(self.mentors, self.mentees)

    def whole(self, *, constraints=(), **arguments):
        """Match everybody at once under the rules that the keys come to, and return the matching and its pairs."""
        matching = mm.match(self.pool, constraints=[*RULES, *constraints], **arguments)
        return matching, [(pair.mentee, pair.mentor, pair.score) for pair in matching]

    def match(self, **arguments):
        """Match in blocks, by language and site unless told otherwise, and return the result and the pairs."""
        arguments = {"by": ("languages", "site"), "out": self.folder / "pairs.parquet", **arguments}
        result = mm.match_blocks(self.mentors, self.mentees, **arguments)
        return result, pairs_of(result.path)


def pairs_of(path):
    """Return the pairs of a file, in its order."""
    table = pq.read_table(path).to_pydict()
    return list(zip(table["mentee"], table["mentor"], table["score"], strict=True))


@pytest.fixture
def programme(tmp_path):
    """Return ``programme(seed, people, several=…)``: files of made-up people."""

    def make(seed, people=40, *, several=False):
        rng = np.random.default_rng(seed)

        def person(side, k):
            skills = {"needs": 3, "offers": 5}["needs" if side == "e" else "offers"]
            places = {"mentors_wanted" if side == "e" else "capacity": int(rng.integers(0, 4)) if several else 1}
            return {
                "id": f"{side}{k}",
                "site": SITES[rng.integers(len(SITES))],
                "languages": list(rng.choice(LANGUAGES, rng.integers(0, 3), replace=False)),
                "level": float(rng.integers(1, 5)),
                "manager_id": f"{'me'[rng.integers(2)]}{int(rng.integers(k))}" if k else None,
                "needs" if side == "e" else "offers": list(rng.choice(SKILLS, skills, replace=False)),
                "waited_rounds": int(rng.integers(0, 3)) if side == "e" else 0,
                "wishes": [f"{'me'[side == 'm']}{int(rng.integers(people))}"],
                **places,
            }

        sides = [[person(side, k) for k in range(people)] for side in "me"]
        return Files(
            tmp_path, write(tmp_path / "mentors.parquet", sides[0]), write(tmp_path / "mentees.parquet", sides[1])
        )

    return make

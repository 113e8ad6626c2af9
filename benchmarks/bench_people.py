"""How long it takes to read 20,000 people from two .csv files and pool them; the aim is under 1.5 s, the limit 3 s.

Run as ``python benchmarks/bench_people.py [people]``.
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
import time
from pathlib import Path

from mentormatch.people import Pool

TOPICS = [f"topic {k}" for k in range(150)]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
WORDS = [f"word{k}" for k in range(3000)]
HEADINGS = (
    "Personeelsnummer", "Naam", "E-mail", "Afdeling", "Team", "Locatie", "Functie", "Niveau", "Leidinggevende",
    "Leerdoelen", "Leerwensen", "Aanbod", "Talen", "Tijdzone", "Beschikbaarheid", "Over mij", "Wensen",
    "Liever niet met", "Leeftijd", "Opmerking",
)  # fmt: skip


def person(side: str, k: int, count: int, rng: random.Random) -> list[str]:
    """Return the answers of one made-up person."""
    other = "b" if side == "a" else "a"
    days = rng.sample(DAYS, 3)
    slots = "; ".join(f"{day} {rng.randrange(8, 16):02}:00-{rng.randrange(17, 19)}:30" for day in days)
    return [
        f"{side}{k:06}", f"Person {side} {k}", f"{side}{k}@example.org", f"Department {k % 40}", f"Team {k % 400}",
        f"Site {k % 12}", f"Function {k % 90}", str(k % 9), f"{side}{k // 8:06}", "; ".join(rng.sample(TOPICS, 2)),
        "; ".join(rng.sample(TOPICS, 4)),
        "; ".join(f"{topic}:{rng.randrange(1, 5)}" for topic in rng.sample(TOPICS, 4)),
        rng.choice(("Nederlands; Engels", "English", "Dutch, English")), "Europe/Amsterdam", slots,
        " ".join(rng.choices(WORDS, k=40)), f"{other}{rng.randrange(count):06}; {other}{rng.randrange(count):06}",
        f"{other}{rng.randrange(count):06}", str(20 + k % 45), "nothing to add",
    ]  # fmt: skip


def main(people: int) -> None:
    """Make the files, read them three times and say how long it took."""
    rng, half = random.Random(7), people // 2
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for side, last in (("a", "Capaciteit"), ("b", "Aantal mentoren")):
            path = Path(folder) / f"{side}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                sheet = csv.writer(file)
                sheet.writerow((*HEADINGS, last))
                sheet.writerows((*person(side, k, half, rng), "1-3" if k % 3 else "2") for k in range(half))
            paths.append(path)
        for _ in range(3):
            started = time.perf_counter()
            pool = Pool.read(*paths)
            read = time.perf_counter()
            pool.bags("needs", "offers")
            pool.bags("goals", "goals")
            pool.bags("languages", "languages")
            pool.labels("department")
            pool.numbers("level")
            pool._vetoed_pairs()
            pooled = time.perf_counter()
            sys.stdout.write(f"{pool}: read in {read - started:.2f} s, arrays in {pooled - read:.2f} s\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)

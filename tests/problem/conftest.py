"""Oracles that list every matching of a small problem, and rules that are made of terms."""

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pytest

from mentormatch.constraints import Alike, GroupBounds, LinearBound, LoadBound, NotBoth
from mentormatch.constraints.terms import NoneOrAtLeast


def _every_matching(table, capacity, demand):
    """Yield each matching within the bounds as a set of pairs; NaN closes a pair."""
    n, m = table.shape
    choices = [
        [
            chosen
            for size in range(low, high + 1)
            for chosen in combinations([j for j in range(m) if not np.isnan(table[i, j])], size)
        ]
        for i, (low, high) in zip(range(n), demand, strict=True)
    ]
    for choice in product(*choices):
        loads = [sum(j in chosen for chosen in choice) for j in range(m)]
        if all(low <= load <= high for load, (low, high) in zip(loads, capacity, strict=True)):
            yield {(i, j) for i, chosen in enumerate(choice) for j in chosen}


@pytest.fixture(scope="session")
def every_matching():
    return _every_matching


@dataclass(frozen=True)
class Told:
    """A rule of one's own: terms, and the words that a reader may see."""

    words: str
    asked: tuple
    confidential: bool = False
    name: str = "told"

    def terms(self, _pool):
        return self.asked


def _keeps(term, pairs):
    """Whether pairs of listing rows keep a term; read off its meaning, one partner at a time."""

    def partners(side, row):
        return {j if side == "mentees" else i for i, j in pairs if (i if side == "mentees" else j) == row}

    match term:
        case NotBoth():
            return partners(term.side, term.a).isdisjoint(partners(term.side, term.b))
        case Alike():
            return partners(term.side, term.a) == partners(term.side, term.b)
        case NoneOrAtLeast():
            return len(partners("mentors", term.row)) in {0, *range(term.k, 99)}
        case GroupBounds():
            return term.min <= sum(len(partners(term.side, row)) for row in term.rows) <= term.max
        case LinearBound():
            whole = term.weight(slice(None), slice(None))
            return term.low - 1e-9 <= sum(whole[pair] for pair in pairs) <= term.high + 1e-9
        case LoadBound():
            whole = term.weight(slice(None), slice(None))
            sums = [
                sum(whole[pair] for pair in pairs if pair[term.side == "mentors"] == row) for row in term.rows.tolist()
            ]
            return all(load <= high + 1e-9 for load, high in zip(sums, term.high, strict=True))
    raise AssertionError(term)


@pytest.fixture(scope="session")
def told():
    return Told


@pytest.fixture(scope="session")
def keeps():
    return _keeps

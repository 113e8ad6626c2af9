from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings

from mentormatch.people import Pool
from mentormatch.scoring import scorer
from mentormatch.testing import check_scorer, fake_programme, pools

EVERYTHING = slice(None)


def programme():
    """Seven mentees and five mentors with gaps in their answers."""
    return Pool(*fake_programme(7, 5, answered=0.6))


@dataclass(frozen=True)
class Levels:
    """A scorer as a user would write it, from two columns of numbers."""

    name: str = "levels"
    fault: str = ""

    def bind(self, pool):
        """Return the block of these people."""
        mentees, mentors = pool.numbers("level")
        calls = []

        def block(rows, columns):
            calls.append(1)
            out = np.clip(np.abs(mentors[columns][None, :] - mentees[rows][:, None]) / 8, 0, 1)
            if self.fault == "range":
                out += 1
            if self.fault == "shape":
                out = out[:, :-1]
            if self.fault == "type":
                out = out.astype(np.float32)
            if self.fault == "rectangle":
                out /= len(rows)
            if self.fault == "listing":
                out = np.where(np.isnan(out), np.nan, (np.asarray(rows)[:, None] % 2) + 0 * out)
            if self.fault == "memory":
                out /= len(calls)
            return out

        return block


def test_a_good_scorer_passes():
    """A scorer that keeps the promises is let through."""
    check_scorer(Levels(), programme())

    @scorer
    def together(mentee, mentor):
        return None if mentee.level is None else 0.5

    check_scorer(together, programme())


@pytest.mark.parametrize("fault", ["range", "shape", "type", "rectangle", "listing", "memory"])
def test_a_broken_promise_is_found(fault):
    """Each way to break a promise is told in a sentence."""
    with pytest.raises(AssertionError, match=r"\w+ \w+ \w+"):
        check_scorer(Levels(fault=fault), programme())


def test_pairs_that_disagree_are_found():
    """pairs(i, j) off by one bit is found where the block claims to be exact."""

    class Block:
        exact = True

        def __call__(self, rows, columns):
            return np.full((len(rows), len(columns)), 0.5)

        def pairs(self, i, j):
            return np.full(len(i), np.nextafter(0.5, 1))

    with pytest.raises(AssertionError, match="pairs"):
        check_scorer(type("Off", (), {"name": "off", "bind": lambda self, pool: Block()})(), programme())


def test_factors_that_disagree_are_found():
    """factors(pool) must multiply to the block."""

    @dataclass(frozen=True)
    class Factored(Levels):
        right: bool = True

        def factors(self, pool):
            mentees, mentors = (np.nan_to_num(side) for side in pool.numbers("level"))
            ones = [np.ones_like(mentees), np.ones_like(mentors)]
            return np.stack([mentees, ones[0]], axis=1), np.stack([ones[1], mentors], axis=1) + self.right

    with pytest.raises(AssertionError, match="factors"):
        check_scorer(Factored(), programme())


def test_made_up_people_are_the_same_for_the_same_seed():
    """fake_programme gives rows that can be matched, repeatably."""
    mentors, mentees = fake_programme(4, 3, seed=5)
    assert (mentors, mentees) == fake_programme(4, 3, seed=5)
    assert (mentors, mentees) != fake_programme(4, 3, seed=6)
    assert Pool(mentors, mentees).shape == (4, 3)


@settings(max_examples=20, deadline=None)
@given(pool=pools(max_people=3))
def test_pools_have_somebody_on_each_side(pool):
    """The strategy gives pools of one to max_people a side."""
    assert all(1 <= size <= 3 for size in pool.shape)

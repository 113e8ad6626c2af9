"""What must be true of every scorer that has a name in settings."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import InputError
from mentormatch.people import Pool
from mentormatch.scoring import SCORERS, ScoreMatrix
from mentormatch.testing import check_scorer, pools

ON = dt.date(2026, 3, 25)  # the clocks of Europe change in this week
EVERYBODY = slice(None)
TAGS = ("needs", "offers", "goals", "interests", "languages")

every = pytest.mark.parametrize("name", sorted(SCORERS))


def made(name):
    """The scorer of that name as it is on one day."""
    scorer = SCORERS[name]()
    return scorer.with_date(ON) if hasattr(scorer, "with_date") else scorer


def told(person):
    """A person's answers as a mapping, without those that say nothing."""
    return {field: answer for field, answer in person.model_dump().items() if answer or answer == 0}


def people(pool):
    """Mentors and mentees of a pool as mappings that can be changed."""
    return [told(one) for one in pool.mentors], [told(one) for one in pool.mentees]


def values(name, mentors, mentees):
    """The values of all pairs."""
    return made(name).bind(Pool(mentors, mentees).public())(EVERYBODY, EVERYBODY)


@every
@settings(max_examples=25, deadline=None)
@given(pool=pools())
def test_values_are_within_0_to_1_whatever_the_blocking_and_the_order(name, pool):
    """Within 0 to 1 or NaN; the same for any rectangle, any listing, alone or with others, and after pickling."""
    check_scorer(made(name), pool)


@every
@settings(max_examples=25, deadline=None)
@given(pool=pools(), data=st.data())
def test_a_tag_that_nobody_asks_for_never_raises_a_value(name, pool, data):
    """Whoever adds a label that the other side does not have keeps each value, or lowers it, or makes it known as 0."""
    mentors, mentees = people(pool)
    before = values(name, mentors, mentees)
    side = data.draw(st.sampled_from([mentors, mentees]))
    own, field = data.draw(st.sampled_from(side)), data.draw(st.sampled_from(TAGS))
    given_before = own.get(field, {})
    own[field] = (
        {**given_before, "zzz": 1.0} if field in {"needs", "offers", "goals"} else [*dict.fromkeys(given_before), "zzz"]
    )
    after = values(name, mentors, mentees)
    assert (np.isnan(before) == np.isnan(after)).all() or after[np.isnan(before) & ~np.isnan(after)].max() == 0
    both = ~np.isnan(before)
    assert (after[both] <= before[both]).all()


@every
@settings(max_examples=25, deadline=None)
@given(pool=pools())
def test_a_missing_answer_scores_the_mean_of_the_pool(name, pool):
    """The score is the value where it is known, and else the exact mean of all that are: no more and no less."""
    scorer = made(name)
    scores = ScoreMatrix(pool.public(), {scorer: 1})
    found = scorer.bind(pool.public())(EVERYBODY, EVERYBODY)
    known = [round(Fraction(float(one)) * 2**32) for one in found[~np.isnan(found)]]
    if not known:
        assert scores.criteria == ()
        return
    mean = float(Fraction(sum(known), len(known) * 2**32))
    assert scores.defaults == {name: mean}
    assert np.array_equal(scores.block(EVERYBODY, EVERYBODY), np.where(np.isnan(found), mean, found))


@every
@settings(max_examples=25, deadline=None)
@given(pool=pools(), data=st.data())
def test_equal_profiles_score_equally(name, pool, data):
    """Somebody who answers the same under another id has the same value with everybody on the other side."""
    mentors, mentees = people(pool)
    side, other = data.draw(st.sampled_from([(mentors, mentees), (mentees, mentors)]))
    one = data.draw(st.sampled_from(side))
    for person in other:  # whom others wish for is not an answer of one's own
        person.pop("wishes", None)
    side.append({**one, "id": "copy"})
    found = values(name, mentors, mentees)
    found = found if side is mentees else found.T
    assert np.array_equal(found[side.index(one)], found[-1], equal_nan=True)


@settings(max_examples=25, deadline=None)
@given(
    pool=pools(),
    weights=st.dictionaries(st.sampled_from(sorted(SCORERS)), st.floats(0.01, 10), min_size=1),
)
def test_explanations_sum_to_the_score(pool, weights):
    """The parts of every pair sum to its score to 1e-9, and their weights to 1, whatever is known and shown."""
    try:
        matching = mm.match(pool, scorers=weights, on=ON, preset=None)
    except InputError:
        assume(False)
    for pair in matching.pairs:
        assert sum(part.contribution for part in pair.parts) == pytest.approx(pair.score, abs=1e-9)
        assert sum(part.weight for part in pair.parts) == pytest.approx(1, abs=1e-9)
        for part in pair.parts:
            if part.value is not None:
                assert part.contribution == pytest.approx(part.weight * part.value, abs=1e-12)


@every
@settings(max_examples=20, deadline=None)
@given(pool=pools())
def test_what_was_told_in_confidence_changes_no_score(name, pool):
    """Audit attributes, vetoes and e-mail addresses of everybody leave every value as it is, bit for bit."""
    mentors, mentees = people(pool)
    before = values(name, mentors, mentees)
    for side, other in ((mentors, mentees), (mentees, mentors)):
        for k, person in enumerate(side):
            person["audit_attributes"] = {"gender": "fmx"[k % 3], "level": k, "years_of_experience": k, "site": "X"}
            person["vetoes"], person["email"] = [other[0]["id"]], f"{k}@example.org"
    assert np.array_equal(before, values(name, mentors, mentees), equal_nan=True)


@dataclass(frozen=True)
class Spy:
    """A scorer that reads what it is told to and scores 1 for whoever it could read."""

    read: object
    name: str = "spy"

    def bind(self, pool):
        """Read, then return a block of ones."""
        self.read(pool)
        return lambda mentees, mentors: np.ones((len(mentees), len(mentors)))


READS = {
    "a column": lambda pool: pool.objects("audit_attributes"),
    "one of them": lambda pool: pool.labels("gender"),
    "a number": lambda pool: pool.numbers("age"),
    "a person": lambda pool: pool.mentees[0].audit_attributes,
    "their dump": lambda pool: pool.mentors[0].model_dump(),
    "vetoes": lambda pool: pool.objects("vetoes"),
    "e-mail": lambda pool: pool.texts("email"),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_scorer_cannot_read_what_is_for_the_audit(read):
    """Whichever way a scorer asks, the people it is given have no audit attributes, vetoes or e-mail."""
    private = {"audit_attributes": {"gender": "f", "age": 40}, "email": "a@example.org"}
    mentors, mentees = [{"id": "Mia", "level": 3, **private}], [{"id": "Ann", "level": 1, **private, "vetoes": ["Bo"]}]
    with pytest.raises(InputError) as caught:
        mm.score(mentors, mentees, scorers={Spy(read): 1})
    assert caught.value.__cause__ is None
    mm.score(mentors, mentees, scorers={Spy(lambda pool: pool.numbers("level")): 1})

import math
import pickle
from dataclasses import dataclass
from fractions import Fraction

import narwhals as nw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch import InputError
from mentormatch.people import Pool
from mentormatch.scoring import SCORERS, GoalAlignment, LevelFit, NeedsOffers, ScoreMatrix, SharedLanguages, scorer
from mentormatch.scoring import criterion as criterion_module
from mentormatch.testing import fake_programme, pools

EVERYTHING = slice(None)
MENTORS = [
    {"id": "Mia", "offers": ["SQL"], "level": 5, "languages": ["en"]},
    {"id": "Ned", "offers": ["UX"], "level": 4},
    {"id": "Ole"},
]
MENTEES = [
    {"id": "Ann", "needs": ["SQL", "UX"], "level": 3, "languages": ["en", "nl"]},
    {"id": "Bo", "needs": ["UX"], "languages": ["nl"]},
]


def matrix(scorers, mentors=MENTORS, mentees=MENTEES, **options):
    """The scores of made-up people."""
    return ScoreMatrix(Pool(mentors, mentees).public(), scorers, **options)


def at(*pairs):
    """Pairs as two arrays."""
    return tuple(np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))


@dataclass(frozen=True)
class Dots:
    """A block that comes from a matrix product, so that its last bits depend on the blocking."""

    name: str = "dots"
    seed: int = 0

    def bind(self, pool):
        """Return the block of these people."""
        draw = np.random.default_rng(self.seed)
        left, right = (draw.random((size, 200)) for size in pool.shape)
        left /= np.linalg.norm(left, axis=1)[:, None]
        right /= np.linalg.norm(right, axis=1)[:, None]
        return lambda rows, columns: left[rows] @ right[columns].T


# --- the score --------------------------------------------------------------------------------------------------------


def test_the_score_is_the_weighted_mean():
    """With every answer known, weights 3 and 1 make 3/4 and 1/4 of the score."""
    scores = matrix({NeedsOffers(): 3, LevelFit(): 1})
    assert scores.weights == {"level_gap": 0.25, "needs_offers": 0.75}
    assert scores.pairs(*at((0, 0)))[0] == 0.25 * 1 + 0.75 * 0.5
    assert scores.scorers == {"level_gap": 1, "needs_offers": 3}


def test_unknown_counts_as_the_mean_and_is_told():
    """A silent mentor scores the criterion's mean over the known pairs, with evidence for the rest only."""
    scores = matrix({NeedsOffers(): 1, SharedLanguages(): 3})
    values = scores.components(*at((0, 0), (0, 1), (1, 0), (1, 1), (1, 2)))
    assert values[:, 0].tolist() == pytest.approx([0.5, 0.5, 0.0, 1.0, math.nan], nan_ok=True)
    assert scores.defaults == {"needs_offers": 0.5, "shared_languages": 0.5}
    assert scores.pairs(*at((0, 2)))[0] == 0.5
    assert scores.evidence(*at((0, 0), (0, 1), (0, 2))).tolist() == [1.0, 0.25, 0.0]


def test_a_criterion_that_nobody_answered_drops_out():
    """Its weight goes to the others, and it is in no table or explanation."""
    scores = matrix({NeedsOffers(): 1, GoalAlignment(): 9})
    assert scores.criteria == ("needs_offers",)
    assert scores.weights == {"needs_offers": 1.0}
    assert scores.scorers == {"goals": 9, "needs_offers": 1}
    assert scores.notes == ()


def test_with_nothing_known_every_pair_scores_a_half_without_evidence():
    """Nothing to go by: 0.5, evidence 0, and a note that says so."""
    scores = matrix(dict.fromkeys(SCORERS, 1), [{"id": "Mia"}], [{"id": "Ann"}])
    assert scores.block(EVERYTHING, EVERYTHING).tolist() == [[0.5]]
    assert scores.pairs(*at((0, 0))).tolist() == [0.5]
    assert scores.evidence(*at((0, 0))).tolist() == [0.0]
    assert [note.code for note in scores.notes] == ["no_criteria"]
    assert scores.components(*at((0, 0))).shape == (1, 0)
    assert scores.shared(0, 0) == {}


@settings(max_examples=50, deadline=None)
@given(pool=pools())
def test_a_missing_answer_scores_the_mean_no_more_and_no_less(pool):
    """The mean is over all known pairs, exactly; unknown entries of the score are that mean."""
    scores = ScoreMatrix(pool.public(), {NeedsOffers(): 1})
    if not scores.criteria:
        return
    values = NeedsOffers().bind(pool.public())(EVERYTHING, EVERYTHING)
    known = [round(Fraction(value) * 2**32) for value in values[~np.isnan(values)]]
    assert scores.defaults["needs_offers"] == float(Fraction(sum(known), len(known) * 2**32))
    assert np.array_equal(
        scores.block(EVERYTHING, EVERYTHING), np.where(np.isnan(values), scores.defaults["needs_offers"], values)
    )


@settings(max_examples=50, deadline=None)
@given(
    pool=pools(),
    weights=st.lists(st.floats(0.1, 10), min_size=len(SCORERS), max_size=len(SCORERS)),
    memory=st.sampled_from([0, 1 << 20]),
)
def test_components_sum_to_the_score(pool, weights, memory):
    """Weight times value, unknown as its default, sums to the score of that pair, within 0 to 1."""
    scores = ScoreMatrix(pool.public(), dict(zip(SCORERS, weights, strict=True)), memory=memory)
    i, j = (part.ravel() for part in np.indices(pool.shape))
    total = scores.pairs(i, j)
    assert ((total >= 0) & (total <= 1)).all()
    if scores.criteria:
        values = scores.components(i, j)
        filled = np.where(np.isnan(values), list(scores.defaults.values()), values)
        assert filled @ list(scores.weights.values()) == pytest.approx(total, abs=1e-9)
    share = scores.evidence(i, j)
    assert ((share >= 0) & (share <= 1)).all()


# --- the same numbers, however they are asked for ---------------------------------------------------------------------


def cut(draw, size):
    """Positions on one side, in any order and with repeats, or a slice."""
    if draw(st.booleans()):
        start = draw(st.integers(0, size))
        return slice(start, draw(st.integers(start, size)))
    return np.array(draw(st.lists(st.integers(0, size - 1), max_size=7)), dtype=np.int64)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), pool=pools(), memory=st.sampled_from([0, 1 << 20]))
def test_blocks_and_pairs_agree_bit_for_bit(data, pool, memory):
    """Whatever rectangle a pair is asked for in, and alone, and with or without kept values: the same float64."""
    scorers = {**dict.fromkeys(SCORERS, 1.3), Dots(): 2}
    scores, kept = (ScoreMatrix(pool.public(), scorers, memory=room) for room in (memory, 1 << 20))
    i, j = (part.ravel() for part in np.indices(pool.shape))
    whole = scores.block(EVERYTHING, EVERYTHING)
    assert np.array_equal(whole.ravel(), scores.pairs(i, j))
    assert np.array_equal(whole, kept.block(EVERYTHING, EVERYTHING))
    rows, columns = (cut(data.draw, size) for size in pool.shape)
    assert np.array_equal(scores.block(rows, columns), whole[rows][:, columns])


@settings(max_examples=40, deadline=None)
@given(data=st.data(), pool=pools())
def test_the_listing_order_changes_no_score(data, pool):
    """The same people in another order score the same, bit for bit."""
    one = data.draw(st.permutations(range(pool.shape[0])))
    other = data.draw(st.permutations(range(pool.shape[1])))
    mentees, mentors = list(pool.mentees), list(pool.mentors)
    shuffled = Pool([mentors[k] for k in other], [mentees[k] for k in one])
    scores, again = (ScoreMatrix(people.public(), dict.fromkeys(SCORERS, 1)) for people in (pool, shuffled))
    assert np.array_equal(again.block(EVERYTHING, EVERYTHING), scores.block(np.array(one), np.array(other)))


def test_the_last_bits_of_a_matrix_product_do_not_show():
    """A custom block whose bits depend on the blocking gives one canonical score a pair."""
    people = [{"id": f"{k}"} for k in range(150)]
    scores = matrix({Dots(): 1}, people, people, memory=0)
    whole = scores.block(EVERYTHING, EVERYTHING)
    raw = Dots().bind(Pool(people, people))
    cuts = np.concatenate([raw(np.array([row]), np.arange(150)) for row in range(150)])
    assert not np.array_equal(raw(np.arange(150), np.arange(150)), cuts)
    assert np.array_equal(np.concatenate([scores.block([row], EVERYTHING) for row in range(150)]), whole)
    assert np.array_equal(scores.pairs(*np.divmod(np.arange(300), 150)), whole[:2].ravel())
    assert np.abs(whole - cuts).max() < 1e-12


def test_a_block_is_fresh():
    """Writing to what was returned changes nothing."""
    scores = matrix({NeedsOffers(): 1})
    scores.block(EVERYTHING, EVERYTHING)[:] = 7
    scores.block(np.array([0, 1]), EVERYTHING)[:] = 7
    assert scores.block(EVERYTHING, EVERYTHING).max() <= 1


def test_above_so_many_pairs_the_mean_is_of_a_sample_fixed_by_ids(monkeypatch):
    """The sample's mean is near the true one, and the same for any listing."""
    mentors, mentees = fake_programme(60, 50, seed=1)
    exact = matrix(dict.fromkeys(SCORERS, 1), mentors, mentees).defaults
    monkeypatch.setattr(criterion_module, "ALL_PAIRS", 100)
    monkeypatch.setattr(criterion_module, "_SAMPLE", 900)
    one = matrix(dict.fromkeys(SCORERS, 1), mentors, mentees).defaults
    other = matrix(dict.fromkeys(SCORERS, 1), mentors[::-1], mentees[::-1]).defaults
    assert one == other
    assert one != exact
    assert one == pytest.approx(exact, abs=0.1)


def test_a_criterion_known_only_outside_the_sample_is_still_bound(monkeypatch):
    """One known pair among many is found although the sample misses it."""
    mentees, mentors = ([{"id": f"{side}{k}"} for k in range(20)] for side in "ab")

    @scorer
    def rare(mentee, mentor):
        return 0.25 if (mentee.id, mentor.id) == ("a13", "b7") else None

    monkeypatch.setattr(criterion_module, "ALL_PAIRS", 10)
    monkeypatch.setattr(criterion_module, "_SAMPLE", 4)
    assert matrix({rare: 1}, mentors, mentees).defaults == {"rare": 0.25}


# --- what it tells ----------------------------------------------------------------------------------------------------


def test_gains_are_weighted_means_over_what_tells():
    """Each side's gain comes from the criteria that know it; unknown where none does."""
    mentors = [{"id": "Mia", "offers": ["SQL"], "needs": ["UX"], "goals": ["network", "visibility"]}, {"id": "Ned"}]
    mentees = [{"id": "Ann", "needs": ["SQL", "UX"], "offers": ["UX"], "goals": ["network"]}]
    for_mentee, for_mentor = matrix({NeedsOffers(): 1, GoalAlignment(): 1}, mentors, mentees).gains(*at((0, 0), (0, 1)))
    assert for_mentee.tolist() == pytest.approx([0.75, math.nan], nan_ok=True)
    assert for_mentor.tolist() == pytest.approx([0.75, math.nan], nan_ok=True)


def test_shared_answers_are_told_per_criterion():
    """For one pair, what each criterion rests on."""
    told = matrix({NeedsOffers(): 1, SharedLanguages(): 1, LevelFit(): 1}).shared(0, 0)
    assert told == {"level_gap": ("+2",), "needs_offers": ("SQL",), "shared_languages": ("en",)}


def test_fields_of_a_criterion_are_told():
    """An explanation can look up what a criterion reads."""
    assert matrix({NeedsOffers(): 1}).fields("needs_offers") == ("needs", "offers")
    assert matrix({Dots(): 1}).fields("dots") is None


def test_a_repr_shows_counts_and_weights_only():
    """No person is in it."""
    assert repr(matrix({NeedsOffers(): 1})) == "<ScoreMatrix: 2 mentees × 3 mentors; needs_offers 100%>"


@pytest.mark.parametrize("memory", [0, 1 << 20])
def test_scores_survive_pickling(memory):
    """A matrix of shipped scorers can be sent to another process."""
    scores = matrix(dict.fromkeys(SCORERS, 1), *fake_programme(6, 5), memory=memory)
    copied = pickle.loads(pickle.dumps(scores))
    assert np.array_equal(copied.block(EVERYTHING, EVERYTHING), scores.block(EVERYTHING, EVERYTHING))


def test_progress_is_told_per_criterion():
    """The stage is score, from none of the criteria to all."""
    seen = []
    matrix({NeedsOffers(): 1, LevelFit(): 1}, progress=lambda *told: seen.append(told))
    assert seen == [("score", 0, 2), ("score", 1, 2), ("score", 2, 2)]


@pytest.mark.parametrize(("mentors", "mentees"), [([], MENTEES), (MENTORS, []), ([], [])])
def test_an_empty_side_has_no_scores(mentors, mentees):
    """Nobody to match is an empty rectangle, not an error."""
    scores = matrix({NeedsOffers(): 1}, mentors, mentees)
    assert scores.block(EVERYTHING, EVERYTHING).shape == scores.shape == (len(mentees), len(mentors))
    assert scores.pairs(*(np.empty(0, dtype=np.int64),) * 2).shape == (0,)
    assert len(nw.from_native(scores.to_frame())) == 0


# --- scorers of others that go wrong ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Custom:
    """A scorer with whatever block it is given."""

    block: object
    name: str = "custom"

    def bind(self, pool):
        """Return the block of these people."""
        return self.block


def fill(value, bad=None):
    """A block of one value, but `bad` for the second mentee and third mentor."""

    def block(rows, columns):
        out = np.full((len(rows), len(columns)), value)
        if bad is not None:
            out[np.ix_(np.asarray(rows) == 1, np.asarray(columns) == 2)] = bad
        return out

    return block


def stumble(rows, columns):
    """A block that cannot score the second mentee with the third mentor."""
    if 1 in rows and 2 in columns:
        raise ZeroDivisionError("an answer in confidence")
    return np.full((len(rows), len(columns)), 0.5)


@pytest.mark.parametrize("block", [fill(0.5, 1.25), fill(0.5, -1.0), fill(0.5, np.inf), stumble])
def test_a_block_that_goes_wrong_names_the_scorer_and_the_pair(block):
    """Outside 0 to 1, infinite or raising: both ids are told, and nothing is chained."""
    with pytest.raises(InputError) as caught:
        matrix({Custom(block): 1})
    assert all(word in str(caught.value) for word in ("custom", '"Bo"', '"Ole"'))
    assert "Ann" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "block",
    [lambda rows, columns: np.zeros(3), lambda rows, columns: 0.5, lambda rows, columns: [["high"]], 0.5, None],
)
def test_a_block_of_the_wrong_shape_names_the_scorer(block):
    """A wrong shape, no array of numbers, or no block at all."""
    with pytest.raises(InputError, match="custom"):
        matrix({Custom(block): 1})


def test_a_scorer_that_cannot_be_bound_is_named():
    """What bind raises is told by kind."""

    @dataclass(frozen=True)
    class Broken:
        name: str = "broken"

        def bind(self, pool):
            raise OSError("no such file: confidential.txt")

    with pytest.raises(InputError, match=r"broken.*OSError") as caught:
        matrix({Broken(): 1})
    assert "confidential" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("method", ["bind", "factors", "block"])
def test_an_error_of_ours_from_somebody_elses_scorer_is_told_by_kind(method):
    """What a scorer says in an error of the library's own may quote an answer and is not repeated."""

    class Quoting:
        name = "quoting"

        def bind(self, pool):
            self.say("bind")
            return lambda rows, columns: self.say("block") or np.full((len(rows), len(columns)), 0.5)

        def factors(self, pool):
            self.say("factors")
            return np.full((len(pool.mentee_ids), 1), 0.5), np.ones((len(pool.mentor_ids), 1))

        def say(self, where):
            if where == method:
                raise InputError("an answer in confidence")

    with pytest.raises(InputError, match=r"quoting.*raised InputError") as caught:
        matrix({Quoting(): 1})
    assert "in confidence" not in str(caught.value)


def test_every_faulty_scorer_is_told_at_once():
    """Two scorers that go wrong are two faults of one error."""
    with pytest.raises(InputError) as caught:
        matrix({Custom(fill(7.0), "one"): 1, Custom(fill(-7.0), "other"): 1})
    assert {fault.loc[1] for fault in caught.value.faults} == {"one", "other"}


def test_custom_pairs_and_gains_are_used():
    """A block that offers pairs, gains and shared has them used, rounded like its rectangles."""

    class Block:
        def __call__(self, rows, columns):
            return np.full((len(rows), len(columns)), 1 / 3)

        def pairs(self, i, j):
            return np.full(len(i), 1 / 3 + 1e-16)

        def gains(self, i, j):
            return np.ones(len(i)), np.zeros(len(i))

        def shared(self, i, j):
            return ("chess",)

    scores = matrix({Custom(Block()): 1}, memory=0)
    assert scores.pairs(*at((1, 1)))[0] == scores.block(EVERYTHING, EVERYTHING)[1, 1] == round(1 / 3, 12)
    assert [gain[0] for gain in scores.gains(*at((0, 0)))] == [1, 0]
    assert scores.shared(0, 0) == {"custom": ("chess",)}


# --- arrays -----------------------------------------------------------------------------------------------------------


def test_an_array_is_taken_as_it_is():
    """Scores of any size, NaN for what may not be matched, copied; bounds are of the finite ones."""
    given_scores = np.array([[0.5, -3.0, np.nan], [7, 1e6, 0]])
    scores = ScoreMatrix.from_array(given_scores)
    given_scores[:] = 0
    assert scores.shape == (2, 3)
    assert scores.criteria == ("score",)
    assert scores.weights == {"score": 1.0}
    assert scores.bounds == (-3.0, 1e6)
    assert scores.block(slice(0, 1), np.array([1, 0])).tolist() == [[-3.0, 0.5]]
    assert scores.pairs(*at((1, 1))).tolist() == [1e6]
    assert scores.components(*at((1, 1))).tolist() == [[1e6]]
    assert scores.evidence(*at((1, 1), (0, 2))).tolist() == [1.0, 0.0]
    assert scores.defaults == {}
    assert scores.fields("score") is None
    assert scores.shared(0, 0) == {"score": ()}
    assert np.isnan(scores.gains(*at((0, 0)))).all()
    assert ScoreMatrix.from_array(np.full((1, 1), np.nan)).bounds == (0.0, 0.0)
    assert ScoreMatrix.from_array(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize(
    "wrong", [[0.5], [[np.inf]], [[1e300]], [["high"]], [[1], [2, 3]], [[1j]], None, [[None, "1"]], "scores"]
)
def test_an_array_that_makes_no_sense_is_an_input_error(wrong):
    """Not a rectangle of finite numbers: no bare error of numpy."""
    with pytest.raises(InputError):
        ScoreMatrix.from_array(wrong)


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow", None])
def test_scores_come_as_a_table(backend):
    """One row a pair, each mentee's best mentor first, a column for each criterion; unknown is missing."""
    pytest.importorskip(backend or "pandas")
    table = nw.from_native(matrix({NeedsOffers(): 1, LevelFit(): 1}).to_frame(backend=backend))
    assert table.columns == ["mentee", "mentor", "score", "evidence", "level_gap", "needs_offers"]
    assert table["mentee"].to_list() == ["Ann"] * 3 + ["Bo"] * 3
    assert table["mentor"].to_list() == ["Mia", "Ole", "Ned", "Ned", "Ole", "Mia"]
    assert table["evidence"].to_list() == [1.0, 0.0, 1.0, 0.5, 0.0, 0.5]
    missing = [value is None or math.isnan(value) for value in table["needs_offers"].to_list()]
    assert missing == [False, True, False, False, True, False]


def test_a_table_of_some_mentees_and_their_best():
    """One id or several, and only the k best; ties come by id."""
    scores = matrix({NeedsOffers(): 1})
    assert scores.to_frame(mentee="Bo", k=1)[["mentee", "mentor"]].to_numpy().tolist() == [["Bo", "Ned"]]
    assert scores.to_frame(mentee=["Bo", "Ann"], k=2)["mentor"].tolist() == ["Ned", "Ole", "Mia", "Ned"]


def test_a_table_of_an_array_leaves_out_what_may_not_be_matched():
    """Among the k best there is no pair that may not be matched."""
    scores = ScoreMatrix.from_array([[0.1, np.nan], [np.nan, np.nan]])
    assert scores.to_frame(k=2, backend="pandas").to_numpy().tolist() == [["0", "0", 0.1, 1.0]]
    assert len(scores.to_frame(backend="pandas")) == 4


@pytest.mark.parametrize(
    "wrong", [{"mentee": "Zoë"}, {"mentee": ["Ann", "Zoë"]}, {"backend": "spreadsheet"}, {"k": 0}, {"k": 1.5}]
)
def test_a_table_that_cannot_be_made_says_why(wrong):
    """An unknown person or library is an InputError."""
    with pytest.raises(InputError):
        matrix({NeedsOffers(): 1}).to_frame(**wrong)


def test_without_a_library_for_tables_the_error_says_which(monkeypatch):
    """It names what to install."""
    monkeypatch.setattr("mentormatch.scoring.frame.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install pandas"):
        matrix({NeedsOffers(): 1}).to_frame()
    with pytest.raises(InputError, match="pip install polars"):
        matrix({NeedsOffers(): 1}).to_frame(backend="polars")

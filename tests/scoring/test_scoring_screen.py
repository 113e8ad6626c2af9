import pickle
import subprocess
import sys
import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from mentormatch import InputError
from mentormatch.compiled import COMPILED
from mentormatch.people import Pool
from mentormatch.scoring import SCORERS, FreeText, ScoreMatrix, TraitFit, exact, factors, scorer, screen
from mentormatch.scoring import criterion as criterion_module
from mentormatch.scoring.rest import Limited, Rest, Shared
from mentormatch.testing import check_scorer, fake_programme, pools

EVERYTHING = slice(None)


@dataclass(frozen=True)
class Likeness:
    """An inner product of made-up rows, as a user would write it; some people say nothing."""

    name: str = "likeness"
    silent: bool = False
    as_csr: bool = False
    stated: bool = True
    size: float = 1.0
    off: float = 0.0

    def _sides(self, pool):
        found = []
        for ids in (pool.mentee_ids, pool.mentor_ids):
            rows = np.array([np.random.default_rng(sum(map(ord, one))).random(5) for one in ids]).reshape(-1, 5)
            rows[:, 4] = 0
            rows /= np.maximum(np.linalg.norm(rows, axis=1), 1e-9)[:, None]
            if self.silent:
                rows[[one.endswith("1") for one in ids]] = np.nan
            found.append(rows)
        return found

    def bind(self, pool):
        """Return the block of these people."""
        left, right = self._sides(pool)
        return lambda rows, columns: np.clip((left[rows][:, None, :] * right[columns][None, :, :]).sum(axis=2), 0, 1)

    def __getattr__(self, name):
        if name == "factors" and self.stated:
            return self._factors
        raise AttributeError(name)

    def _factors(self, pool):
        left, right = self._sides(pool)
        left, right = left * self.size + self.off, right / self.size
        return (sparse.csr_matrix(left), sparse.csr_matrix(right)) if self.as_csr else (left, right)


def embed(texts):
    """Stand in for a text model: cosines below 0 too."""
    return np.array([np.random.default_rng(len(text)).normal(size=6) for text in texts])


@scorer
def same_level(mentee, mentor):
    """One where levels are equal, unknown where either is."""
    return None if mentee.level is None or mentor.level is None else float(mentee.level == mentor.level)


CUSTOM = (
    Likeness(),
    Likeness("silent", silent=True),
    Likeness("sparse", silent=True, as_csr=True),
    Likeness("plain", stated=False),
    Likeness("huge", size=2.0**40),
    FreeText("bio", embed),
    TraitFit(complementary=("calm",)),
    same_level,
)
MIXES = (
    st.dictionaries(st.sampled_from([*SCORERS, *CUSTOM]), st.floats(0.01, 10), min_size=1, max_size=6)
    .filter(lambda mix: not {"traits", TraitFit(complementary=("calm",))} <= mix.keys())
    .filter(lambda mix: not {"free_text", CUSTOM[5]} <= mix.keys())
)


def in_bound(scores, screened=None):
    """Assert the bound for every pair, in several blockings and orders of summation."""
    screened = screened or scores.screen()
    n, m = scores.shape
    whole = scores.block(EVERYTHING, EVERYTHING)
    assert screened.left.dtype == screened.right.dtype == np.float32
    assert screened.left.flags.c_contiguous
    assert screened.right.flags.c_contiguous
    assert screened.left.shape[1] == screened.right.shape[1]
    assert screened.error.shape == (n,)
    assert screened.error.dtype == np.float64
    order = np.random.default_rng(n).permutation(screened.left.shape[1])
    cuts = [(slice(0, n), slice(0, m)), (np.arange(n)[::-1].copy(), slice(0, m)), (slice(0, n), np.arange(m)[::2])]
    cuts += [(slice(k, k + 1), slice(0, m)) for k in range(min(n, 3))]
    for rows, columns in cuts:
        expected = whole[rows][:, columns]
        rest = np.zeros(expected.shape, np.float32)
        if screened.rest is not None:
            rest = screened.rest(rows, columns)
            assert rest.dtype == np.float32
            assert rest.shape == expected.shape
        left, right = screened.left[rows], screened.right[columns]
        by_one = rest.copy()  # one column after the other, the rest first
        for k in order:
            by_one += left[:, k, None] * right[None, :, k]
        with np.errstate(all="ignore"):  # a matrix product may set flags for numbers that it never returns
            product = left @ right.T
        for found in (product + rest, by_one):
            off = np.abs(found.astype(np.float64) - expected)
            assert (off <= screened.error[rows][:, None]).all()
    return screened


@settings(max_examples=150, deadline=None)
@given(pool=pools(max_people=6), mix=MIXES, few=st.sampled_from([0, 1, 48]), room=st.sampled_from([0, 3, 512]))
def test_the_bound_holds_for_every_pair(pool, mix, few, room):
    """Whatever people answered and whichever way criteria are put together, no pair is further off than stated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factors, "MOST_TYPES", few)
        patch.setattr(screen, "_MOST_COLUMNS", room)
        screened = in_bound(ScoreMatrix(pool.public(), mix))
    assert (screened.error < 1e-3).all()


@settings(max_examples=60, deadline=None)
@given(pool=pools(max_people=5), mix=MIXES, memory=st.sampled_from([0, 64 << 20]))
def test_pairs_are_blocks_bit_for_bit(pool, mix, memory):
    """pairs(i, j) has the bits of block, whatever is kept."""
    scores = ScoreMatrix(pool.public(), mix, memory=memory)
    whole = scores.block(EVERYTHING, EVERYTHING)
    i, j = (part.ravel() for part in np.indices(scores.shape))
    assert np.array_equal(scores.pairs(i, j), whole.ravel())
    for row in range(scores.shape[0]):
        assert np.array_equal(scores.block(np.array([row]), EVERYTHING)[0], whole[row])


@pytest.mark.parametrize("answered", [1.0, 0.7])
def test_the_bound_is_tight_enough_to_be_of_use(answered):
    """For people as programmes have them the bound is below 5e-5, and so is the number of columns small."""
    pool = Pool(*fake_programme(60, 50, answered=answered)).public()
    screened = in_bound(ScoreMatrix(pool, dict.fromkeys(SCORERS, 1)))
    assert screened.error.max() < 5e-5
    assert screened.left.shape[1] < 150


def test_traits_answered_in_part_are_a_quotient():
    """Where some answered some traits only, the rest is a quotient of whole numbers, within the bound."""
    draw = np.random.default_rng(3)

    def people(side, size):
        return [
            {"id": f"{side}{k}", "traits": {t: int(draw.integers(1, 6)) for t in "abcdef" if draw.random() < 0.6}}
            for k in range(size)
        ]

    pool = Pool(people("m", 40), [{"mentors_wanted": 1, **one} for one in people("a", 30)])
    scores = ScoreMatrix(pool.public(), {TraitFit(complementary=("b",)): 1})
    assert [type(piece).__name__ for piece in in_bound(scores).rest.pieces] == ["Ratio"]


def test_traits_off_the_steps_are_scored_one_by_one():
    """Answers with many decimals have no ladder of steps; blocks, pairs and the screen still agree."""
    draw = np.random.default_rng(4)
    mentors = [{"id": f"m{k}", "traits": {"a": float(draw.uniform(1, 5))}} for k in range(9)]
    mentees = [{"id": f"a{k}", "traits": {"a": float(draw.uniform(1, 5))}, "mentors_wanted": 1} for k in range(8)]
    scores = ScoreMatrix(Pool(mentors, mentees).public(), {"traits": 1}, memory=0)
    in_bound(scores)
    i, j = (part.ravel() for part in np.indices(scores.shape))
    expected = [1 - abs(mentees[a]["traits"]["a"] - mentors[b]["traits"]["a"]) / 4 for a, b in zip(i, j, strict=True)]
    assert scores.pairs(i, j) == pytest.approx(expected, abs=1e-11)
    assert np.array_equal(scores.pairs(i, j), scores.block(EVERYTHING, EVERYTHING).ravel())


def test_traits_of_one_side_alone_change_nothing():
    """A trait that no mentor answered leaves scores, columns and the screen as they are."""
    mentors = [{"id": f"m{k}", "traits": {"a": 1 + k % 3}} for k in range(9)]
    mentees = [{"id": f"a{k}", "traits": {"a": 1 + k % 5}, "mentors_wanted": 1} for k in range(8)]
    more = [{**one, "traits": {**one["traits"], "z": 3}} if k % 2 else one for k, one in enumerate(mentees)]
    one, other = (ScoreMatrix(Pool(mentors, side).public(), {"traits": 1}) for side in (mentees, more))
    assert np.array_equal(one.block(EVERYTHING, EVERYTHING), other.block(EVERYTHING, EVERYTHING))
    assert in_bound(other).rest is None


def test_columns_that_many_share_are_one():
    """Biases of criteria that everybody answered come to one column for each side."""
    mentors = [{"id": f"m{k}", "level": k % 4, "traits": {"a": 1 + k % 3}} for k in range(9)]
    mentees = [{"id": f"a{k}", "level": k % 3, "traits": {"a": 1 + k % 5}, "mentors_wanted": 1} for k in range(8)]
    screened = in_bound(ScoreMatrix(Pool(mentors, mentees).public(), {"level_gap": 1, "traits": 1}))
    assert screened.left.shape[1] == 3 + 2 + 2


def test_given_scores_have_no_screen():
    """Nobody knows what a given rectangle is made of."""
    assert ScoreMatrix.from_array([[0.5, 1.0]]).screen() is None


def test_without_any_answer_the_screen_is_one_half():
    """A criterion that nobody answered leaves a constant."""
    screened = in_bound(ScoreMatrix(Pool([{"id": "Mia", "capacity": 1}], [{"id": "Ann"}]).public(), {"goals": 1}))
    assert screened.left @ screened.right.T == 0.5


@pytest.mark.parametrize("rows", [(0, 3), (3, 0), (0, 0)])
def test_empty_sides_have_an_empty_screen(rows):
    """A side without people has no rows, and nothing fails."""
    pool = Pool(*fake_programme(3, 3)).public().take(range(rows[0]), range(rows[1]))
    screened = in_bound(ScoreMatrix(pool, dict.fromkeys(SCORERS, 1)))
    assert (len(screened.left), len(screened.right)) == rows


def test_the_rest_holds_no_people():
    """The screen of the library's own criteria can be sent elsewhere, and holds nobody's id."""
    pool = Pool(*fake_programme(40, 30, answered=0.7)).public()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factors, "MOST_TYPES", 0)
        screened = ScoreMatrix(pool, dict.fromkeys(SCORERS, 1)).screen()
    sent = pickle.dumps(screened)
    assert not any(one.encode() in sent for one in (*pool.mentee_ids, *pool.mentor_ids))
    part = slice(3, 20), np.array([4, 2, 9])
    assert np.array_equal(pickle.loads(sent).rest(*part), screened.rest(*part))


def test_the_rest_is_added_to_what_is_there():
    """Adding to a rectangle and asking for a fresh one come to the same."""
    pool = Pool(*fake_programme(40, 30, answered=0.7)).public()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factors, "MOST_TYPES", 0)
        rest = ScoreMatrix(pool, dict.fromkeys(SCORERS, 1)).screen().rest
    part = slice(3, 20), np.array([4, 2, 9])
    tile = np.zeros((17, 3), np.float32)
    rest.add(tile, *part, np.full(2 * tile.size, np.nan, np.float32))
    assert np.array_equal(tile, rest(*part))
    rest.add(tile, *part, np.full(2 * tile.size, np.nan, np.float32))
    assert np.allclose(tile, 2 * rest(*part), atol=1e-6)


@pytest.mark.parametrize("labels", [1, 32, 33, 64])
def test_one_label_in_common_is_asked_by_bits(labels):
    """Compiled code that compares words gives what the product within its limits gives."""
    rng = np.random.default_rng(labels)
    sides = [sparse.csr_matrix(rng.random((people, labels)) < 2 / labels).astype(float) for people in (31, 20)]
    known = tuple(np.asarray(side.sum(axis=1) > 0, dtype=float) for side in sides)
    stated = factors.Clipped(*sides, known, 1.0, float(labels), whole=True)
    shared, limited = Shared.of(stated, 0.3), Limited.of(stated, 0.3)
    assert (shared is not None) == COMPILED
    for part in ((slice(0, 31), slice(0, 20)), (np.arange(31)[::-2], np.array([3, 3, 0]))):
        found = [Rest((one,))(*part) for one in (shared or limited, limited)]
        assert np.abs(found[0] - found[1]).max() <= limited.error + (shared or limited).error
        assert np.array_equal(found[0] > 0, found[1] > 0)
    half = Shared.of(stated._replace(scale=0.5), 0.3)
    assert half is None


# --- factors of others ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", CUSTOM[:4], ids=lambda one: one.name)
def test_factors_of_others_are_checked_and_used(one):
    """check_scorer holds factors to the block, and the screen takes them where they are stated."""
    pool = Pool(*fake_programme(23, 17))
    check_scorer(one, pool)
    screened = in_bound(ScoreMatrix(pool.public(), {one: 1}))
    assert (screened.rest is None) == one.stated


def test_factors_that_say_another_silence_are_found():
    """check_scorer tells where a value is unknown and the factors do not say so."""

    @dataclass(frozen=True)
    class Talkative(Likeness):
        def _factors(self, pool):
            return tuple(map(np.nan_to_num, self._sides(pool)))

    with pytest.raises(AssertionError, match="NaN"):
        check_scorer(Talkative(silent=True), Pool(*fake_programme(23, 17)))


@pytest.mark.parametrize("kind", ["shape", "people", "infinite", "raises"])
def test_wrong_factors_are_told_without_a_chain(kind):
    """Factors that do not go together, or code that fails, are an InputError that names the scorer."""

    @dataclass(frozen=True)
    class Wrong(Likeness):
        def _factors(self, pool):
            left, right = self._sides(pool)
            if kind == "raises":
                raise ValueError("secret")
            if kind == "infinite":
                left = left + np.inf
            return left[1:] if kind == "people" else left, right[:, 1:] if kind == "shape" else right

    with pytest.raises(InputError, match="likeness") as caught:
        ScoreMatrix(Pool(*fake_programme(3, 4)).public(), {Wrong(): 1})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "secret" not in str(caught.value)


def test_factors_that_cancel_are_not_used():
    """Where huge terms cancel, single precision would say nothing: values are computed one by one."""

    @dataclass(frozen=True)
    class Cancelling(Likeness):
        def _factors(self, pool):
            left, right = self._sides(pool)
            big = np.full((len(left), 1), 2.0**20), np.ones((len(right), 1))
            return np.hstack([left, big[0], -big[0]]), np.hstack([right, big[1], big[1]])

    screened = in_bound(ScoreMatrix(Pool(*fake_programme(13, 14)).public(), {Cancelling(): 1}))
    assert screened.error.max() < 1e-5


# --- the mean ---------------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(pool=pools(max_people=6), mix=MIXES, data=st.data())
def test_means_from_factors_are_those_of_all_pairs_in_any_order(pool, mix, data):
    """Above the number of pairs that are looked at, a mean from factors is the same, and in any listing."""
    rows, columns = (data.draw(st.permutations(range(size))) for size in pool.shape)
    everyone = ScoreMatrix(pool.public(), mix)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(criterion_module, "ALL_PAIRS", 0)
        above = ScoreMatrix(pool.public(), mix)
        turned = ScoreMatrix(pool.public().take(rows, columns), mix)
    assert above.defaults == turned.defaults
    assert above.defaults == pytest.approx(everyone.defaults, abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=40), st.randoms())
def test_sums_of_columns_depend_on_no_order(values, random):
    """column_sums gives the same bits for every order, close to the true sum, for arrays and CSR."""
    turned = list(values)
    random.shuffle(turned)
    found = [factors.column_sums(np.array([some]).T) for some in (values, turned)]
    assert found[0] == found[1]
    assert found[0] == pytest.approx(sum(values), abs=1e-9 * max(map(abs, values)) + 1e-200)
    assert factors.column_sums(sparse.csr_matrix(np.array([turned]).T)) == found[0]


# --- large, and without what is optional ------------------------------------------------------------------------------


def many(size):
    """As many mentees as mentors, with the same few hundred answers again and again."""
    mentors, mentees = fake_programme(400, 400)
    sides = [
        [{**one[k % 400], "id": f"{side}{k}", "bio": None} for k in range(size)]
        for side, one in (("m", mentors), ("a", mentees))
    ]
    return Pool(*sides).public()


def test_a_screen_takes_memory_for_people_not_for_pairs():
    """20,000 × 20,000 are built and screened within 200 MB, where one float32 for every pair would take 1.6 GB."""
    pool = many(20_000)
    tracemalloc.start()
    try:
        screened = ScoreMatrix(pool, dict.fromkeys(SCORERS, 1), memory=0).screen()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert screened.left.shape[0] == 20_000
    assert peak < 200 << 20


def test_many_pairs_are_the_same_compiled():
    """From the number on at which compiled code is loaded, pairs have the same bits as blocks."""
    pool = Pool(*fake_programme(50, 40)).public()
    scores = ScoreMatrix(pool, {"free_text": 1}, memory=0)
    draw = np.random.default_rng(0)
    i, j = draw.integers(0, 50, exact.LEAST), draw.integers(0, 40, exact.LEAST)
    assert np.array_equal(scores.pairs(i, j), scores.block(EVERYTHING, EVERYTHING)[i, j])
    product = scores._criteria[0].block.product
    assert np.array_equal(product.pairs(i, j), product.block(EVERYTHING, EVERYTHING)[i, j])


def test_all_is_the_same_without_numba():
    """Without numba the same pairs have the same scores."""
    script = (
        "import sys\n"
        "if sys.argv[1] == 'without': sys.modules['numba'] = None\n"
        "import numpy as np, hashlib\n"
        "from mentormatch.people import Pool\n"
        "from mentormatch.scoring import SCORERS, ScoreMatrix\n"
        "from mentormatch.scoring.exact import LEAST\n"
        "from mentormatch.testing import fake_programme\n"
        "pool = Pool(*fake_programme(50, 40)).public()\n"
        "scores = ScoreMatrix(pool, dict.fromkeys(SCORERS, 1), memory=0)\n"
        "draw = np.random.default_rng(0)\n"
        "i, j = draw.integers(0, 50, 2 * LEAST), draw.integers(0, 40, 2 * LEAST)\n"
        "products = [one.block.product.pairs(i, j) for one in scores._criteria if one.name == 'free_text']\n"
        "print(hashlib.sha256(scores.pairs(i, j).tobytes() + products[0].tobytes()).hexdigest())\n"
    )
    told = [
        subprocess.run([sys.executable, "-c", script, how], capture_output=True, text=True, check=True).stdout
        for how in ("with", "without")
    ]
    assert told[0] == told[1] != ""

"""Labels that mean the same, or nearly: what they count for, and where they come from."""

import gzip
import traceback
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import InputError, Taxonomy
from mentormatch.people import Pool
from mentormatch.scoring import GoalAlignment, NeedsOffers, ScoreMatrix
from mentormatch.testing import check_scorer, fake_programme

KNOWN = Taxonomy(
    {"JavaScript": ["JS", "ECMAScript"], "Spreadsheets": ["Excel", "Calc"], "Apples": ["Mac"], "Calculus": ["calc"]},
    near={("JavaScript", "TypeScript"): 0.5, ("TS", "TypeScript"): 1},
)
LABELS = ["JavaScript", "js", "ecma-script", "ECMAScript", "TypeScript", "TS", "Excel", "Calc", "calculus", "piano"]
BAGS = st.dictionaries(st.sampled_from(LABELS), st.floats(0.1, 50), min_size=1)
SCORERS = [
    NeedsOffers(taxonomy=KNOWN),
    NeedsOffers(full_level=5, taxonomy=KNOWN),
    GoalAlignment(taxonomy=KNOWN),
]


def value(scorer, mentee, mentor):
    """The value of one pair."""
    pool = Pool([{"id": "m", **mentor}], [{"id": "e", **mentee}]).public()
    return scorer.bind(pool)(slice(None), slice(None))[0, 0]


def by_hand(asked, had, full_level):
    """The cover in plain loops: each label asked for by the nearest that is had."""
    means = {"javascript": {"js", "ecmascript"}, "excel": {"calc"}, "calculus": {"calc"}, "ts": {"typescript"}}
    same = {frozenset((a, b)) for a, others in means.items() for b in others} | {frozenset(("js", "ecmascript"))}
    javascript = ("javascript", "js", "ecmascript")
    folded = [{}, {}]
    for side, bag in enumerate((asked, had)):
        for label, weight in bag.items():
            key = label.lower().replace("-", " ")
            folded[side][key] = max(folded[side].get(key, 0), weight)

    def near(a, b):
        if a == b or frozenset((a, b)) in same:
            return 1.0
        return 0.5 if {"typescript"} < {a, b} and (a in javascript or b in javascript) else 0.0

    covered = sum(
        weight
        * max(near(t, u) * (1 if full_level is None else min(level / full_level, 1)) for u, level in folded[1].items())
        for t, weight in folded[0].items()
    )
    return covered / sum(folded[0].values())


@settings(max_examples=150, deadline=None)
@given(asked=BAGS, had=BAGS, full_level=st.sampled_from([None, 5.0]))
def test_the_cover_counts_the_nearest_that_is_there(asked, had, full_level):
    """Each need counts by the nearest offer, in full for a synonym, as plain loops say."""
    found = value(NeedsOffers(full_level=full_level, taxonomy=KNOWN), {"needs": asked}, {"offers": had})
    assert found == pytest.approx(by_hand(asked, had, full_level), abs=2e-4)


@settings(max_examples=60, deadline=None)
@given(asked=BAGS, had=BAGS)
def test_a_taxonomy_only_adds(asked, had):
    """With synonyms no value is lower than without, and an empty taxonomy changes no bit."""
    for plain, known, empty, fields in (
        (NeedsOffers(), NeedsOffers(taxonomy=KNOWN), NeedsOffers(taxonomy=Taxonomy({})), ("needs", "offers")),
        (GoalAlignment(), GoalAlignment(taxonomy=KNOWN), GoalAlignment(taxonomy=Taxonomy({})), ("goals", "goals")),
    ):
        sides = {fields[0]: asked}, {fields[1]: had}
        assert value(plain, *sides) == value(empty, *sides) <= value(known, *sides)


@settings(max_examples=60, deadline=None)
@given(asked=BAGS, had=BAGS, extra=st.dictionaries(st.sampled_from(["mac", "apples", "zither"]), st.floats(0.1, 50)))
def test_offers_that_nobody_asks_for_change_nothing(asked, had, extra):
    """What means nothing that is asked for, in any words, changes no bit."""
    for scorer, fields in zip(SCORERS, (("needs", "offers"), ("needs", "offers"), ("goals", "goals")), strict=True):
        before = value(scorer, {fields[0]: asked}, {fields[1]: had})
        assert value(scorer, {fields[0]: asked}, {fields[1]: {**extra, **had}}) == before


def test_synonyms_do_not_chain():
    """A label of two concepts meets both, which do not meet each other for it."""
    found = [
        value(NeedsOffers(taxonomy=KNOWN), {"needs": [a]}, {"offers": [b]})
        for a, b in (("Excel", "Calc"), ("Calc", "Calculus"), ("Excel", "Calculus"), ("calc", "calc"))
    ]
    assert found == [1.0, 1.0, 0.0, 1.0]


def test_the_words_that_met_are_told():
    """Own words alone where both say the same, else the need's words and the nearest offer's."""
    pool = Pool(
        [{"id": "Mia", "offers": ["JavaScript", "TypeScript", "Piano"]}, {"id": "Ned", "offers": ["TS"]}],
        [{"id": "Ann", "needs": ["JS", "piano", "TypeScript"]}],
    )
    block = NeedsOffers(taxonomy=KNOWN).bind(pool.public())
    told = [("JS ~ JavaScript", "Piano", "TypeScript"), ("TypeScript ~ TS",)]
    assert [block.shared(0, 0), block.shared(0, 1)] == told
    assert block.shared_pairs(np.array([0, 0]), np.array([0, 1])) == told
    matching = mm.match(pool, scorers={NeedsOffers(taxonomy=KNOWN): 1})
    assert "JS ~ JavaScript" in str(matching.explain("Ann"))


def test_what_the_mentor_gains_knows_synonyms_too():
    """The cover the other way is by meaning as well."""
    pool = Pool(
        [{"id": "Mia", "offers": ["x"], "needs": ["Excel"]}], [{"id": "Ann", "needs": ["x"], "offers": ["calc"]}]
    )
    block = NeedsOffers(taxonomy=KNOWN).bind(pool.public())
    assert [gain.tolist() for gain in block.gains(np.array([0]), np.array([0]))] == [[1.0], [1.0]]


@pytest.mark.parametrize("scorer", SCORERS)
def test_scorers_with_a_taxonomy_keep_their_promises(scorer):
    """Blockings, listings, pickling and the screen agree, and who says nothing is unknown."""
    rng = np.random.default_rng(3)
    people = [
        {
            field: {label: int(rng.integers(1, 6)) for label in rng.choice(LABELS, 3)}
            for field in ("needs", "offers", "goals")
        }
        for _ in range(14)
    ]
    pool = Pool(
        [{"id": f"m{k}", **one} for k, one in enumerate(people[:6])] + [{"id": "silent"}],
        [{"id": f"e{k}", **one} for k, one in enumerate(people[6:])],
    )
    check_scorer(scorer, pool)
    scores = ScoreMatrix(pool.public(), {scorer: 1})
    screen, rows, columns = scores.screen(), slice(0, 8), slice(0, 7)
    found = (screen.left @ screen.right.T).astype(np.float64)
    found += 0 if screen.rest is None else screen.rest(rows, columns)
    assert (np.abs(found - scores.block(rows, columns)) <= screen.error[:, None]).all()
    assert np.isnan(scorer.bind(pool.public())(rows, columns)[:, 6]).all()


def test_a_made_up_programme_can_be_solved_and_proved_with_synonyms():
    """A matching over a taxonomy verifies."""
    known = Taxonomy({"public speaking": ["leidinggeven"]}, near={("SQL", "Excel"): 0.25})
    problem = mm.Problem.build(*fake_programme(12, 20, seed=1), scorers={NeedsOffers(taxonomy=known): 1})
    problem.solve().certificate.verify(problem)


# --- what is no taxonomy ----------------------------------------------------------------------------------------------


def test_everything_wrong_with_a_taxonomy_is_told_at_once():
    """Labels that are no lists of texts and a nearness that is none are told together."""
    with pytest.raises(InputError) as caught:
        Taxonomy({"a": "bc", "d": [3]}, near={("a", "b"): 2, ("a",): 1, ("c", "d"): True})
    assert len(caught.value.faults) == 5


class Quoting:
    """A taxonomy of somebody else's, which fails and quotes."""

    def __init__(self, kind):
        self.kind = kind

    def nearness(self, asked, had):
        raise self.kind(f"{asked} {had}")


class Wrong:
    """A taxonomy that answers with what it was made of."""

    def __init__(self, *told):
        self.told = told

    def nearness(self, asked, had):
        return self.told


@pytest.mark.parametrize(
    "wrong",
    [Wrong((0, 0, 2.0)), Wrong((5, 0, 1.0)), Wrong((0, -1, 1)), Wrong((0, 0.5, 1)), Wrong((0, 0)), Wrong("abc")],
)
def test_a_taxonomy_that_answers_nonsense_is_named(wrong):
    """Positions that are not there and a nearness outside 0 to 1 are an InputError with the scorer's name."""
    with pytest.raises(InputError, match="needs_offers"):
        value(NeedsOffers(taxonomy=wrong), {"needs": ["a"]}, {"offers": ["b"]})


def test_a_taxonomy_of_ones_own_will_do():
    """Any object with `nearness` counts; the largest of several values does."""
    own = Wrong((0, 0, 0.25), (0, 0, 0.5))
    assert value(NeedsOffers(taxonomy=own), {"needs": ["a"]}, {"offers": ["b"]}) == 0.5


@pytest.mark.parametrize("kind", [ValueError, InputError])
def test_what_a_taxonomy_says_of_labels_is_not_repeated(kind):
    """An exception that quotes labels, be it one of ours, comes out without them, nothing chained."""
    with pytest.raises(InputError, match=f"raised {kind.__name__}") as caught:
        value(GoalAlignment(taxonomy=Quoting(kind)), {"goals": ["get well"]}, {"goals": ["b"]})
    assert "get well" not in "".join(traceback.format_exception_only(caught.value))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("wrong", ["esco.csv", 3, Taxonomy])
def test_what_is_no_taxonomy_is_refused_at_once(wrong):
    """A path, a number or the class itself is refused where the scorer is made."""
    for scorer in (NeedsOffers, GoalAlignment):
        with pytest.raises(InputError, match="taxonomy"):
            scorer(taxonomy=wrong)


# --- files ------------------------------------------------------------------------------------------------------------

PUBLISHED = (
    "conceptUri,preferredLabel,altLabels,broader\n"
    'u1,JavaScript,"JS\nECMAScript",programming\n'
    "u2,coach employees,coach staff|mentor individuals,\n"
    "u3,,nothing,\n"
)
RUN_TOGETHER = (
    "id,description\n"
    '1,"coach employees train staff to improve coach staff Maintain and improve performance, by public speaking too."\n'
    "2,JavaScript Client-side JavaScript CSJS The techniques of software development with Python.\n"
    + "".join(f"{k},manage staff of kind{k} Do what is needed.\n" for k in range(3, 9))
)


@pytest.fixture
def published(tmp_path):
    """A file as ESCO publishes them, with a broader concept."""
    (tmp_path / "skills.csv").write_text(PUBLISHED, "utf-8-sig")
    return tmp_path / "skills.csv"


def test_a_published_table_is_read(published):
    """Preferred labels, other labels by line or bar, and, if asked for, broader concepts."""
    plain, wide = Taxonomy.from_csv(published), Taxonomy.from_csv(published, broader="broader", nearness=0.25)
    assert (repr(plain), repr(wide)) == ("Taxonomy(2 concepts)", "Taxonomy(3 concepts)")
    asked = ["JavaScript", "Mentor Individuals", "programming", "nothing"]
    had = ["js", "coach-staff"]
    assert list(plain.nearness(asked, had)) == [(0, 0, 1.0), (1, 1, 1.0)]
    assert list(wide.nearness(asked, had)) == [(0, 0, 1.0), (1, 1, 1.0), (2, 0, 0.25)]


def test_labels_that_run_together_are_found_word_for_word(tmp_path):
    """A label counts before the definition, in no more concepts than allowed; packed files are read as well."""
    path = tmp_path / "skills.csv.gz"
    path.write_bytes(gzip.compress(RUN_TOGETHER.encode()))
    known = Taxonomy.from_run_together(path)
    assert len(known) == 8
    names = [
        "coach staff",
        "Coach employees",
        "oach staff",
        "public speaking",
        "CSJS",
        "javascript",
        "python",
        "staff",
        "",
    ]
    assert [known.concepts(name) for name in names] == [(0,), (0,), (), (), (1,), (1,), (), (), ()]
    assert list(known.nearness(["coach staff", "javascript"], ["CSJS", "coach employees"])) == [
        (0, 1, 1.0),
        (1, 0, 1.0),
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b""])
def test_a_file_that_is_no_taxonomy_is_named(tmp_path, content):
    """A file that cannot be decoded or lacks a column is told by its name, nothing chained."""
    (tmp_path / "odd.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.csv") as caught:
        Taxonomy.from_csv(tmp_path / "odd.csv")
    assert caught.value.__context__ is None


@pytest.mark.parametrize("name", ["nowhere.csv", "broken.csv.gz"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    """A file that is not there, or not what its name says, is told by its name."""
    (tmp_path / "broken.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        Taxonomy.from_run_together(tmp_path / name)


def test_a_path_may_be_a_text(published):
    """A text names a file as well."""
    assert len(Taxonomy.from_csv(str(published))) == len(Taxonomy.from_csv(Path(published)))

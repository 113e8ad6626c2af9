import contextlib
import json
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.matching import Certificate, Matching, Pair, Part, Reason, Short, TierProof, Unmatched, codec
from mentormatch.people.notes import Note

numbers = st.floats(-1e300, 1e300, allow_nan=False) | st.integers(-(2**60), 2**60)
shares = st.floats(0, 1)
values = numbers | st.lists(numbers, min_size=1, max_size=3).map(tuple)
words = st.text(max_size=12)
manifests = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
parts = st.builds(Part, words, shares, st.none() | shares, numbers, st.lists(words, max_size=3).map(tuple))
tiers = st.builds(TierProof, words, values, values, st.booleans())


@st.composite
def matchings(draw):
    """Any matching at all: whoever is in no pair may or may not be told as unmatched."""
    mentees = draw(st.lists(words, unique=True, max_size=5))
    mentors = draw(st.lists(words, unique=True, max_size=4))
    possible = [(a, b) for a in mentees for b in mentors]
    made = draw(st.lists(st.sampled_from(possible), unique=True, max_size=6)) if possible else []
    pairs = tuple(
        Pair(
            a,
            b,
            draw(numbers),
            draw(shares),
            draw(st.none() | shares),
            draw(st.none() | shares),
            draw(st.lists(parts, max_size=3).map(tuple)),
        )
        for a, b in made
    )
    alone = [[id_ for id_ in side if id_ not in {p[k] for p in made}] for k, side in enumerate((mentees, mentors))]
    return Matching(
        pairs=pairs,
        mentees=tuple((id_, draw(words)) for id_ in mentees),
        mentors=tuple((id_, draw(words)) for id_ in mentors),
        unmatched_mentees=tuple(Unmatched(id_, draw(st.sampled_from(Reason))) for id_ in alone[0]),
        unmatched_mentors=tuple(Unmatched(id_, draw(st.sampled_from(Reason))) for id_ in alone[1]),
        short=tuple(Short(id_, draw(st.integers(0, 3)), draw(st.integers(0, 3))) for id_ in mentees[:1]),
        certificate=Certificate(
            draw(st.lists(tiers, max_size=3).map(tuple)),
            seed=draw(st.integers(0, 2**63)),
            previous=tuple(draw(st.lists(st.tuples(words, words), max_size=2))),
        ),
        objective=draw(st.lists(words, max_size=3).map(tuple)),
        solver=draw(words),
        manifest=draw(st.dictionaries(words, manifests, max_size=3)),
        notes=tuple(draw(st.lists(st.builds(Note, words, words, st.integers(0, 9), st.tuples(words)), max_size=2))),
    )


@given(matchings())
def test_json_comes_back_the_same(matching):
    """Whatever a matching holds, its JSON reads back as an equal matching with the same JSON, byte for byte."""
    text = matching.to_json()
    back = Matching.from_json(text)
    assert back == matching
    assert back.to_json() == text
    assert Matching.from_json(text.encode("utf-8", "surrogatepass") if text.isascii() else text) == matching
    assert json.loads(text) == json.loads(json.dumps(matching.to_dict()))


@given(matchings())
def test_pickle_is_the_json_and_nothing_else(matching):
    """A pickle comes back equal, has the same bytes for the same content, and holds the canonical JSON."""
    data = pickle.dumps(matching)
    assert pickle.loads(data) == matching
    assert pickle.dumps(pickle.loads(data)) == data
    if matching.to_json().isascii():
        assert matching.to_json().encode() in data


def test_the_json_is_canonical(programme):
    """Keys are sorted at every depth, nothing is padded, and the schema is named."""
    text = programme.to_json()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert json.loads(text)["schema"] == "mentormatch/matching/1"
    assert "Ann Yılmaz" in text


def test_the_order_of_settings_is_no_content(programme):
    """Two manifests that differ in the order of their keys alone give the same bytes."""
    turned = dict(reversed(list(programme.to_dict()["manifest"].items())))
    arguments = {
        name: getattr(programme, name)
        for name in ("pairs", "mentees", "mentors", "unmatched_mentees", "unmatched_mentors")
    }
    one, other = (Matching(**arguments, manifest=manifest) for manifest in (programme.to_dict()["manifest"], turned))
    assert one.to_json() == other.to_json()


def test_a_dict_may_be_changed_without_harm(programme):
    """What to_dict returns is the caller's own."""
    held = programme.to_dict()
    held["manifest"]["seed"] = 99
    held["pairs"].clear()
    assert programme.manifest["seed"] == 7
    assert len(programme) == 3


def test_a_file_cannot_carry_another_proof(programme):
    """The pairs a certificate is about are not read from the file: they are the matching's own."""
    assert "pairs" not in programme.to_dict()["certificate"]
    back = Matching.from_json(programme.to_json())
    assert back.certificate == programme.certificate


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "object"),
        ("3", "object"),
        ("{}", "mentormatch/matching/1"),
        ('{"schema": "mentormatch/matching/99"}', "mentormatch/matching/1"),
        ('{"schema": ["mentormatch/matching/1"]}', "mentormatch/matching/1"),
        ('{"schema": "mentormatch/matching/1", "schema": 1}', "twice"),
        ('{"schema": NaN}', "NaN"),
        ('{"schema": -Infinity}', "NaN"),
        ('{"schema": ' + "9" * 5000 + "}", "number"),
        ("[" * 100_000, "nested|no JSON"),
        (b"\xff\xfe{}", "UTF-8"),
        (3, "text or bytes"),
        (None, "text or bytes"),
    ],
)
def test_what_is_no_matching_is_refused(text, told):
    """Whatever is not JSON of a known schema is one InputError that says why, chained to nothing."""
    with pytest.raises(InputError, match=told) as caught:
        Matching.from_json(text)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


CANARY = "Quibbledash"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("pairs",), CANARY),
        (("pairs", 0), CANARY),
        (("pairs", 0, "mentee"), 3),
        (("pairs", 0, "mentee"), CANARY),
        (("pairs", 0, "score"), CANARY),
        (("pairs", 0, "score"), True),
        (("pairs", 0, "score"), None),
        (("pairs", 0, "score"), 10**400),
        (("pairs", 0, "evidence"), 7),
        (("pairs", 0, "parts"), {}),
        (("pairs", 0, "parts", 0, "weight"), -1),
        (("pairs", 0, "parts", 0, "shared"), [1]),
        (("pairs", 0, "parts", 0, CANARY), 1),
        (("pairs", 0, "for_mentee"), []),
        (("mentees", 0), [CANARY, CANARY]),
        (("mentees", 0, "name"), None),
        (("unmatched_mentees", 0, "reason"), CANARY),
        (("short", 0, "got"), -1),
        (("short", 0, "got"), 1.5),
        (("certificate",), None),
        (("certificate", "tiers", 0, "value"), CANARY),
        (("certificate", "tiers", 0, "value"), [True]),
        (("certificate", "tiers", 0, "optimal"), 1),
        (("certificate", "seed"), 2**70),
        (("certificate", "previous"), [[CANARY]]),
        (("objective",), CANARY),
        (("manifest",), [CANARY]),
        (("notes", 0, "count"), None),
        (("notes", 0, "fields"), [None]),
        (("solver",), None),
        ((CANARY,), 1),
    ],
)
def test_every_type_and_size_is_checked(programme, path, value):
    """One wrong value anywhere is an InputError that says where and never repeats the value."""
    document = programme.to_dict()
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(InputError) as caught:
        Matching.from_json(json.dumps(document))
    assert CANARY not in str(caught.value) + repr(caught.value.errors())
    assert caught.value.__context__ is None
    assert caught.value.faults[0].loc[:1] in {path[:1], ()}


def test_every_fault_is_told_at_once(programme):
    """Three wrong values give three faults in one error."""
    document = programme.to_dict()
    document["pairs"][0]["score"] = "x"
    document["solver"] = 3
    document["notes"][0].pop("code")
    with pytest.raises(InputError) as caught:
        Matching.from_json(json.dumps(document))
    assert {fault.loc for fault in caught.value.faults} >= {("pairs", 0, "score"), ("solver",), ("notes", 0)}


def test_a_flood_of_faults_is_cut_off(programme):
    """A document of nothing but faults ends in an error, after a thousand of them."""
    document = programme.to_dict()
    document["mentees"] = [3] * 5000
    with pytest.raises(InputError) as caught:
        Matching.from_json(json.dumps(document))
    assert caught.value.total == 1001


def test_deep_manifests_are_refused(programme):
    """A manifest that nests deeper than any settings do is a fault, not a crash."""
    document = programme.to_dict()
    deep = 1
    for _ in range(40):
        deep = [deep]
    document["manifest"] = {"x": deep}
    with pytest.raises(InputError, match="deeper than 32"):
        Matching.from_json(json.dumps(document))


def test_older_schemas_are_upgraded(programme, monkeypatch):
    """A document of an older schema passes through its upgrade before it is read."""
    old = programme.to_dict()
    old["schema"] = "mentormatch/matching/0"
    old["solver_name"] = old.pop("solver")

    def upgrade(document):
        renamed = {("solver" if key == "solver_name" else key): value for key, value in document.items()}
        return {**renamed, "schema": codec.SCHEMA}

    monkeypatch.setitem(codec.UPGRADES, "mentormatch/matching/0", upgrade)
    assert Matching.from_json(json.dumps(old)) == programme


@settings(max_examples=60)
@given(matchings(), st.data())
def test_damaged_json_never_breaks_anything_else(matching, data):
    """JSON with a piece cut out or a byte changed either reads as a matching or is an InputError."""
    text = matching.to_json()
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 20)))
    damaged = text[:start] + data.draw(st.sampled_from(["", "0", '"', "null", "[]", "-", "1e999"])) + text[stop:]
    with contextlib.suppress(InputError):
        Matching.from_json(damaged)

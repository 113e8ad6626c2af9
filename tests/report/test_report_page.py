import base64
import hashlib
import re
import sys
from html.parser import HTMLParser

import pytest

from mentormatch.errors import InputError
from mentormatch.matching import Certificate, Matching, Pair, Part, Reason, Short, TierProof, Unmatched
from mentormatch.people.notes import Note
from mentormatch.report import render

HOSTILE = "<script>alert(1)</script>"


class Page(HTMLParser):
    """Reads a page: its tags, its words, and whether every tag is closed."""

    VOID = frozenset({"meta", "link", "input", "br"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.open, self.texts = [], [], [], {"style": [], "script": []}
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        (self.texts[self.open[-1]] if self.open and self.open[-1] in self.texts else self.words).append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture
def matching():
    return Matching(
        pairs=(
            Pair(
                "a1",
                "m1",
                0.875,
                0.75,
                0.9,
                0.5,
                (
                    Part("goals", 0.25, None, 0.125),
                    Part("needs_offers", 0.5, 1.0, 0.5, ("public speaking",)),
                    Part("other", 0.25, None, 0.25),
                ),
            ),
            Pair("a2", "m1", 0.2, 0.1, None, None, (Part("by_table", 1.0, 0.2, 0.2, (HOSTILE,)),)),
        ),
        mentees=(("a1", "Ann Yılmaz"), ("a2", HOSTILE), ("a3", "Cas d'Évora"), ("a4", "a4")),
        mentors=(("m1", 'Ned "x" onload=alert(1) \u202egpj'), ("m2", "Mia\x1b[31m Wit")),
        unmatched_mentees=(Unmatched("a3", Reason.NOT_PLACED), Unmatched("a4", Reason.WANTED_NONE)),
        unmatched_mentors=(Unmatched("m2", Reason.BELOW_MIN_SCORE),),
        short=(Short("a1", 1, 2),),
        certificate=Certificate((TierProof("coverage", 2, 2, True), TierProof("total", 1.075, 1.075, True))),
        manifest={
            "seed": 0,
            "settings": {"scorers": {"goals": 1.0}},
            "placed_by_hand": [{"by": HOSTILE, "mentee": "a1"}],
        },
        notes=(Note("shortage", f"4 mentees and 2 places {HOSTILE}"),),
    )


def test_the_page_is_well_formed_and_loads_nothing(matching):
    """Every tag is closed, and no element names anything outside the page."""
    page = Page(render(matching))
    assert {tag for tag, _ in page.tags}.isdisjoint({"img", "iframe", "object", "embed", "form", "base"})
    assert [attrs["href"] for attrs in page.all("link")] == ["data:,"]
    assert all(attrs["href"].startswith("#") for attrs in page.all("a"))
    assert not any("src" in attrs or "style" in attrs for _, attrs in page.tags)
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert not re.search(r"https?:|@import|url\((?!#)", render(matching))


def test_the_policy_allows_the_page_s_own_style_and_script_alone(matching):
    """The content security policy forbids everything but one style and one script, by their hashes."""
    page = Page(render(matching))
    (policy,) = [attrs["content"] for attrs in page.all("meta") if "http-equiv" in attrs]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind, texts in page.texts.items():
        assert len(page.all(kind)) == 1
        digest = base64.b64encode(hashlib.sha256("".join(texts).encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_people_wrote_is_text(matching, language):
    """Names, answers, notes and settings with markup, control and bidi characters show as harmless text."""
    page = Page(render(matching, language))
    assert page.text.count(HOSTILE) >= 5
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page.text)
    assert "Mia[31m Wit" in page.text
    assert 'Ned "x" onload=alert(1) gpj' in page.text
    assert page.all("html") == [{"lang": language}]


def test_everything_a_reader_needs_is_there(matching):
    """Notes come before the summary; pairs have score, evidence and reasons; the rest has its reasons too."""
    text = Page(render(matching)).text
    for said in (
        "2 pairs · 4 mentees · 2 mentors",
        "needed and offered: public speaking",
        "not answered",
        "other criteria",
        "0.88",
        "75%",
        "not placed this round",
        "asked for no partner",
        "1 of 2",
        "Proven best",
        "1.075",
        "settings › scorers › goals",
        "mentee 0.90, mentor 0.50",
    ):
        assert said in text, said
    assert text.index("4 mentees and 2 places") < text.index("Mean score")


def test_weak_pairs_are_marked_in_words(matching):
    """A low score and few answers are marked with words, in the table and on top, not by colour alone."""
    page = Page(render(matching))
    assert page.text.count("low score") == page.text.count("few answers") == 2
    assert {"href": "#pair-2"} in page.all("a")
    assert "pair-2" in {attrs.get("id") for attrs in page.all("tr")}


def test_namesakes_are_told_apart():
    """Where names stand without ids beside them, namesakes come with their id."""
    matching = Matching(
        pairs=(Pair("a1", "m", 0.1), Pair("a2", "m", 0.5)),
        mentees=(("a1", "Ann"), ("a2", "Ann")),
        mentors=(("m", "Mia"),),
    )
    assert "Ann (a1) , Ann (a2)" in Page(render(matching)).text


def test_pictures_have_words(matching):
    """Every picture is either told in words or hidden from those who cannot see it."""
    pictures = Page(render(matching)).all("svg")
    assert all(
        attrs.get("aria-hidden") == "true" or (attrs["role"] == "img" and attrs["aria-label"]) for attrs in pictures
    )
    told = [attrs["aria-label"] for attrs in pictures if "aria-label" in attrs]
    assert "Score 0.88: needs and offers 0.50, goals 0.12 (not answered), other criteria 0.25." in told


def test_tables_have_headings_with_a_scope(matching):
    """Every heading cell says what it is the heading of."""
    page = Page(render(matching))
    assert {attrs["scope"] for attrs in page.all("th")} == {"row", "col"}
    assert page.all("h1")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    linked = {attrs["href"][1:] for attrs in page.all("a")}
    labelled = {attrs["aria-labelledby"] for attrs in page.all("section")}
    assert linked | labelled <= set(ids)


def test_both_languages_have_the_same_page(matching):
    """The Dutch page has the tags of the English one, and its own words."""
    english, dutch = Page(render(matching)), Page(render(matching, "nl"))
    assert [tag for tag, _ in english.tags] == [tag for tag, _ in dutch.tags]
    assert "Bewezen de beste" in dutch.text
    assert "0,88" in dutch.text
    assert "Mean score" not in dutch.text


def test_given_scores_keep_their_scale():
    """Scores that came as numbers, negative ones included, are shown as they came, unmarked and without bars."""
    pairs = tuple(
        Pair(str(k), str(k), 10.0 * k - 5, parts=(Part("score", 1.0, 10.0 * k - 5, 10.0 * k - 5),)) for k in range(3)
    )
    people = tuple((str(k), str(k)) for k in range(3))
    page = Page(render(Matching(pairs=pairs, mentees=people, mentors=people)))
    assert "-5" in page.text
    assert "on the scale of the scores given" in page.text
    assert "low score" not in page.text
    assert not [attrs for attrs in page.all("svg") if attrs.get("class") == "bar"]


def test_an_empty_matching_has_a_report():
    """Without people or pairs the page still stands and says so."""
    for mentees in ((), (("a", "Ann"),)):
        text = Page(render(Matching(pairs=(), mentees=mentees, mentors=()))).text
        assert "No pair was made." in text
        assert "Nothing was proven" in text


def test_a_search_cut_short_is_told():
    """What is not proven is not called the best."""
    cut = Matching(
        pairs=(), mentees=(), mentors=(), certificate=Certificate((TierProof("wishes", (1, 2), (1, 3), False),))
    )
    text = Page(render(cut)).text
    assert "Not proven best" in text
    assert "(1; 2)" in text
    assert "Proven best:" not in text


def test_the_same_matching_gives_the_same_page(matching):
    """No clock and no chance is in a page."""
    assert render(matching) == render(Matching.from_json(matching.to_json()))


def test_an_unknown_language_is_refused(matching, tmp_path):
    """A language that is not there is an error, and no file is made."""
    with pytest.raises(InputError, match="en, nl"):
        matching.write(tmp_path / "x.html", language="fr")
    assert list(tmp_path.iterdir()) == []


def test_a_report_may_have_any_name(matching, tmp_path):
    """report() writes the same page as write(), whatever the file is called."""
    matching.report(tmp_path / "x.htm", language="nl")
    matching.write(tmp_path / "y.html", language="nl")
    assert (tmp_path / "x.htm").read_bytes() == (tmp_path / "y.html").read_bytes()


def test_two_thousand_pairs_stay_below_ten_megabytes():
    """A report of 2,000 pairs with six criteria each is a file that a browser opens at once."""
    parts = tuple(
        Part(name, 1 / 6, 0.5, 1 / 12, ("public speaking", "budgeting"))
        for name in ("needs_offers", "goals", "overlapping_hours", "shared_languages", "level_gap", "free_text")
    )
    people = tuple((f"id-{k:05}", f"Wilhelmina van den Berg {k}") for k in range(2000))
    pairs = tuple(Pair(id_, id_, 0.5, 1.0, 0.5, 0.5, parts) for id_, _ in people)
    assert len(render(Matching(pairs=pairs, mentees=people, mentors=people)).encode()) < 10_000_000


def test_the_templates_never_switch_escaping_off():
    """No template marks anything as safe, or turns autoescaping off, or calls for another file of another place."""
    from importlib.resources import files

    found = [path for path in (files("mentormatch.report") / "templates").iterdir() if path.name.endswith(".j2")]
    assert len(found) >= 3
    for path in found:
        assert not re.search(r"\|\s*safe|autoescape|https?:", path.read_text("utf-8"))


def test_jinja_is_loaded_when_a_page_is_made_and_not_before():
    """Importing the matching loads neither the template engine nor a dataframe library."""
    import subprocess

    heavy = ("jinja2", "narwhals", "networkx", "xlsxwriter")
    program = f"import sys, mentormatch.matching; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

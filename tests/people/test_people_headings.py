"""Which heading means which field."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.errors import InputError
from mentormatch.people import Pool
from mentormatch.people.fields import FIELDS
from mentormatch.people.headings import heading_line, is_audit, is_sensitive, near, recognised
from mentormatch.people.tables import numbered


def read(heading, answer="x", **more):
    return Pool.read([{"id": "m"}], [{"id": "e", heading: answer}], **more)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("ID", "id"),
        ("Personeelsnummer ", "id"),
        ("Full_Name", "name"),
        ("E-mailadres", "email"),
        ("JobTitle", "job_title"),
        ("AFDELING", "department"),
        ("Leerwensen (max. 3)", "needs"),
        ("Óver mij", "bio"),
        ("over-mij", "bio"),
        ("time zone", "time_zone"),
        ("Niveau", "level"),
        ("How many mentees?", "capacity"),
        ("Favourite colour", None),
        ("Role", None),
    ],
)
def test_headings_are_recognised(heading, field):
    """Case, spaces, accents, underscores and remarks in brackets do not count; English and Dutch do."""
    assert recognised(heading) == field


@given(st.sampled_from([(field.name, one) for field in FIELDS for one in (*field.english, *field.dutch)]), st.data())
def test_headings_are_recognised_however_they_are_set(known, data):
    """Every heading of the table is found in any case, with spaces or underscores about it."""
    field, heading = known
    shown = "".join(data.draw(st.sampled_from([sign.lower(), sign.upper()])) for sign in heading).replace("ß", "ss")
    assert recognised(f" {shown.replace(' ', data.draw(st.sampled_from(' _-')))} ") == field


@pytest.mark.parametrize(
    "heading",
    ["Medical history", "Religie", "BSN", "Do you have a disability?", "Gezondheidsklachten", "Vakbondslid", "Salary",
     "Who would you prefer NOT to work with?", "Vertrouwelijke opmerking HR: geheim", "Seksuele geaardheid",
    "ethnicity",  "Ziekteverzuim 2025", "MonthlyIncome", "Met wie wil je liever niet gekoppeld worden"],
)  # fmt: skip
def test_confidential_headings_are_not_read(heading):
    """What looks confidential or like a special category of data is not kept at all, and that is noted."""
    assert is_sensitive(heading)
    pool = read(heading, "Canary")
    assert not pool.mentees[0].attributes
    assert not pool.mentees[0].audit_attributes
    (note,) = pool.notes
    assert (note.code, note.fields) == ("sensitive_heading", (heading,))


@pytest.mark.parametrize("heading", ["Gender", "Geslacht", "Age", "Leeftijd", "Date of birth", "Nationaliteit"])
def test_headings_for_the_audit(heading):
    """Gender, age and nationality are kept for the audit alone, and that is noted."""
    assert is_audit(heading)
    pool = read(heading, "Canary")
    assert pool.mentees[0].audit_attributes == {heading: "Canary"}
    assert pool.mapping[heading] == "audit_attributes"
    assert [note.code for note in pool.notes] == ["sensitive_heading"]


@pytest.mark.parametrize("heading", ["Languages", "Manager", "Stage of career", "Message", "Traits", "Package"])
def test_ordinary_headings_are_not_for_the_audit(heading):
    """A word that merely holds another one is not that word."""
    assert not is_audit(heading)


def test_sensitive_headings_are_read_when_mapped():
    """Whoever maps a heading by name means it."""
    pool = read("Religie", "x", mapping={"Religie": "attributes"})
    assert pool.public().mentees[0].attributes == {"Religie": "x"}
    assert read("Gender", "x", mapping={"Gender": "attributes"}).public().mentees[0].attributes == {"Gender": "x"}
    assert read("Religie", "x", mapping={"religie": "audit_attributes"}).mentees[0].audit_attributes == {"Religie": "x"}


def test_other_headings_are_kept_and_hidden_until_named():
    """A heading that means nothing here is kept, noted, and in no public view, until it is mapped."""
    pool = read("Coffee order", "tea")
    assert pool.mentees[0].attributes == {"Coffee order": "tea"}
    assert pool.public().mentees[0].attributes == {}
    assert pool.mentees[0].model_dump()["attributes"] == {}
    assert [(note.code, note.fields) for note in pool.notes] == [("not_read", ("Coffee order",))]
    with pytest.raises(InputError, match="mapping"):
        pool.public().texts("Coffee order")
    named = read("Coffee order", "tea", mapping={"coffee order": "attributes"})
    assert named.public().texts("Coffee order")[0].tolist() == ["tea"]
    assert named.notes == ()
    again = Pool(pool.mentors, pool.mentees)
    assert again.public().mentees[0].attributes == {}


def test_a_heading_can_be_dropped():
    """A heading mapped to None is not kept."""
    assert read("Coffee order", "tea", mapping={"Coffee order": None}).mentees[0].attributes == {}


def test_a_slip_in_a_key_is_a_fault_in_rows_and_a_note_in_tables():
    """A program's slip is refused; a person's is noted, and what may be a veto is not kept."""
    with pytest.raises(InputError, match="capacity"):
        Pool([{"id": "m", "capacty": 2}], [])
    pool = Pool.read([{"id": "m", "Capacty": 2}], [{"id": "e", "vettoes": "Canary"}])
    assert {note.code for note in pool.notes} == {"heading_near_field"}
    assert pool.mentees[0].attributes == {}


@pytest.mark.parametrize("key", ["level2", "email2", "lever", "colour", "scope", "teamwork"])
def test_other_keys_are_no_slips(key):
    """A number added to a name is not a slip, nor is another word; such keys become attributes."""
    if key == "lever":
        assert near(key, {"level"}) == "level"
    else:
        assert Pool([{"id": "m", key: 1}], []).mentors[0].attributes == {key: 1}


def test_explicit_beats_guessed():
    """A mapped heading beats an exact one, an exact one beats a guessed one, and the loser is noted."""
    row = {"id": "e", "Skills wanted": "sql", "needs": "python"}
    pool = Pool.read([], [row])
    assert pool.mentees[0].needs == {"python": 1}
    assert [(note.code, note.fields) for note in pool.notes] == [("heading_near_field", ("Skills wanted",))]
    assert Pool.read([], [row], mapping={"Skills wanted": "needs"}).mentees[0].needs == {"sql": 1}
    assert Pool.read([], [{"Name": "Ann", "Role": "boss"}], mapping={"Name": "id", "Role": "job_title"}).mentee_ids == (
        "Ann",
    )


def test_a_mapping_may_name_headings_of_one_table():
    """A heading in neither table is an error that lists the headings; in one it is fine."""
    mapping = {"Naam deelnemer": "name"}
    assert Pool.read([{"id": "m"}], [{"id": "e", "Naam deelnemer": "Ann"}], mapping=mapping).mentee_names == ("Ann",)
    with pytest.raises(InputError, match="Naam") as caught:
        Pool.read([{"id": "m"}], [{"id": "e"}], mapping=mapping)
    assert '"id"' in str(caught.value)


def test_a_mapping_to_no_field_is_an_error():
    """An unknown field is refused with a guess at what was meant; a mapping is a mapping."""
    with pytest.raises(InputError, match="did you mean capacity"):
        Pool.read([{"id": "m", "x": 1}], [], mapping={"x": "capactiy"})
    with pytest.raises(InputError, match="mapping"):
        Pool.read([{"id": "m"}], [], mapping="id")


def test_repeated_headings_get_a_number():
    """The second heading of a kind is "Name (2)", and none is used twice."""
    assert numbered(["Name", "Name", "Name (2)", "", None, "Name"]) == (
        "Name", "Name (3)", "Name (2)", "Column 4", "Column 5", "Name (4)",
    )  # fmt: skip


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "", "b"]), max_size=12))
def test_headings_are_distinct(headings):
    """No two columns ever have one heading."""
    found = numbered(headings)
    assert len(set(found)) == len(headings)


def test_names_may_be_in_parts():
    """Voornaam, tussenvoegsel and achternaam make one name."""
    row = {"Achternaam": "Berg", "Voornaam": "Els", "Tussenvoegsel": "van den", "id": 1}
    assert Pool.read([row, {"Voornaam": "Bo", "id": 2}], []).mentor_names == ("Els van den Berg", "Bo")


def test_every_veto_column_counts():
    """Of several columns with vetoes none is left out."""
    pool = Pool.read([{"id": "m"}, {"id": "n"}], [{"id": "e", "veto": "m", "avoid": "n"}])
    assert len(pool._vetoed_pairs()[0]) == 2


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([["id", "name"], ["1", "Ann"]], 0),
        ([["", None], ["id", "name"]], 1),
        ([["Mentorprogramma 2026", None, None], [None, None, None], ["Naam", "Talen", "x"], ["Ann", "nl", ""]], 2),
        ([["Naam", ""], ["Talen", "Niveau"]], 0),
        ([["Sollicitatie", ""], ["Ann", "Talen"]], 0),
        ([["Wie?"], ["Ann"], ["Bo"]], 0),
        ([["", ""]], None),
        ([], None),
    ],
)
def test_a_title_above_the_table_is_not_its_headings(lines, line):
    """The first line that says anything holds the headings, but for a title over headings that are known."""
    assert heading_line(lines) == line


def test_lines_above_the_headings_are_noted(tmp_path):
    """What stands above the headings is left out with a note; rows still count from below them."""
    path = tmp_path / "a.csv"
    path.write_text("Aanmeldingen 2026;;\n;;\nNaam;Talen;Capaciteit\nAnn;nl;veel\nBo;nl;1\n", "utf-8")
    pool = Pool.read(path, [{"id": "e"}])
    assert pool.mentor_ids == ("Bo",)
    assert pool.rejects[0].row == 0
    assert "1 line above the headings is not read" in [note.message for note in pool.notes]


def test_what_to_do_about_a_heading_is_told_to_callers_and_typists_alike():
    """A note or error on a heading says how to map it in Python and on the command line."""
    kept = read("Favourite colour").notes[0].message
    close = read("Langauges").notes[0].message
    with pytest.raises(InputError) as caught:
        Pool.read([{"Shoe size": 3}], [{"id": "e"}])
    for told in (kept, close, str(caught.value)):
        assert "mapping=" in told
        assert '--map "Heading=field"' in told
        assert "{" not in told


def test_a_mapping_to_a_heading_is_told_the_field():
    """A field named by its Dutch heading, or misspelt, is answered with the field's own name."""
    for name, field in (("naam", "name"), ("langauges", "languages"), ("Leerwensen", "needs")):
        with pytest.raises(InputError, match=f"did you mean {field}"):
            read("x", mapping={"x": name})


def test_the_documentation_lists_every_heading():
    """The page of headings has a line for every field that a table may hold, with all its headings."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "headings.md").read_text("utf-8").splitlines()
    for field in FIELDS:
        if field.name not in {"attributes", "audit_attributes"}:
            assert f"| `{field.name}` | {', '.join(field.english)} | {', '.join(field.dutch)} |" in page

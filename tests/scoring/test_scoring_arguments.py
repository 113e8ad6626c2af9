"""What scorers and taxonomies do with arguments of the wrong kind."""

import pytest

import mentormatch as mm

HUGE = 10**400
WRONG = {
    "ideal text": lambda: mm.ExperienceGap(ideal="x"),
    "ideal huge": lambda: mm.ExperienceGap(ideal=HUGE),
    "tolerance": lambda: mm.ExperienceGap(tolerance=None),
    "enough text": lambda: mm.WaitedRounds("x"),
    "enough none": lambda: mm.WaitedRounds(None),
    "enough huge": lambda: mm.WaitedRounds(HUGE),
    "far": lambda: mm.Nearness(far="x"),
    "field": lambda: mm.FreeText(field=["a"]),
    "taxonomy none": lambda: mm.Taxonomy(None),
    "taxonomy list": lambda: mm.Taxonomy(["a"]),
    "near": lambda: mm.Taxonomy({}, near=["x"]),
    "file none": lambda: mm.Taxonomy.from_csv(None),
    "file null": lambda: mm.Taxonomy.from_csv("x\0y"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_argument_of_the_wrong_kind_is_an_input_error(case):
    """A number, field, mapping or path of the wrong kind is an InputError that names it, nothing chained."""
    with pytest.raises(mm.InputError) as caught:
        WRONG[case]()
    assert caught.value.faults[0].loc[0] in ("scorers", "taxonomy")
    assert caught.value.__context__ is None


def test_what_is_no_label_names_no_concept():
    """A taxonomy knows no concept for what is no text."""
    assert mm.Taxonomy({"a": ["b"]}).concepts(5) == ()


@pytest.mark.parametrize("field", ["languages", "offers", "goals", "wishes", "weights", "capacity"])
def test_what_is_asked_for_is_one_answer(field):
    """A field that holds several answers is refused by name, on either side."""
    for asks in ({"wanted": field}, {field: "profession"}):
        with pytest.raises(mm.InputError, match=f'"{field}" of the (mentee|mentor) is not one answer'):
            mm.AskFor(asks)

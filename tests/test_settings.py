"""Settings as plain data: presets, files, requests."""

import json
import re
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch.constraints import RULES, is_confidential, rule_from, rule_to_data
from mentormatch.presets import PRESETS, mix
from mentormatch.settings import PUBLIC_RULES


def test_public_rules_are_those_that_say_so():
    """The list of rules that may be shown is exactly the shipped rules that are not confidential."""
    assert {name for name, rule in RULES.items() if not is_confidential(rule)} == PUBLIC_RULES


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_is_settings_that_match_takes(name):
    """Every preset is complete settings, and matching with its name or with itself is the same."""
    people = [{"id": "Mia", "offers": ["tax"]}], [{"id": "Ann", "needs": ["tax"]}]
    assert isinstance(mm.preset(name), mm.Settings)
    assert mm.match(*people, preset=name).pairs == mm.match(*people, preset=mm.preset(name)).pairs


def test_a_preset_cannot_be_spoiled():
    """Changing what preset() returned changes nothing for the next caller."""
    mm.preset("development").scorers["needs_offers"] = 0
    assert mm.preset("development").scorers["needs_offers"] == 3


def test_an_unknown_preset_lists_the_known():
    """A misspelt preset is an error that names those there are."""
    with pytest.raises(mm.InputError, match="development"):
        mm.match([{"id": "Mia"}], [{"id": "Ann"}], preset="developmnet")


def test_a_mix_of_presets_weighs_them():
    """Mixing a preset with itself keeps the proportions of its criteria."""
    mixed = mix({"development": 2})
    assert mixed.scorers["needs_offers"] / mixed.scorers["level_gap"] == pytest.approx(3)
    with pytest.raises(mm.InputError):
        mix({"development": -1})


def test_toml_and_json_read_the_same(tmp_path):
    """The same settings in TOML and in JSON are equal."""
    (tmp_path / "a.toml").write_text(
        'preset = "development"\nobjective = ["coverage", "total"]\nlocks = [["Ann", "Mia"]]\n'
        '[[constraints]]\nrule = "level_gap"\nmin = 1\n'
    )
    (tmp_path / "a.json").write_text(
        json.dumps(
            {
                "preset": "development",
                "objective": ["coverage", "total"],
                "locks": [["Ann", "Mia"]],
                "constraints": [{"rule": "level_gap", "min": 1}],
            }
        )
    )
    assert mm.Settings.read(tmp_path / "a.toml") == mm.Settings.read(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"seed": 1, "seed": 2}'),
        ("a.json", '{"min_score": NaN}'),
        ("a.json", "[" * 100_000),
        ("a.json", '{"seed": ' + "9" * 5000 + "}"),
        ("a.json", "[]"),
        ("a.toml", "seed = = 1"),
        ("a.toml", "\x00"),
        ("a.yaml", "seed: 1"),
        ("a.json", json.dumps({"constraints": [{"rule": "x", "deep": eval("[" * 40 + "]" * 40)}]})),
    ],
)
def test_a_hostile_file_is_an_input_error(tmp_path, name, text):
    """Doubles, NaN, endless nesting, endless numbers and other formats end in one readable error."""
    (tmp_path / name).write_text(text)
    with pytest.raises(mm.InputError) as caught:
        mm.Settings.read(tmp_path / name)
    assert caught.value.__context__ is None


def test_a_missing_file_is_named():
    """Settings that are not there: the error says which file."""
    with pytest.raises(mm.InputError, match=r"nowhere\.toml"):
        mm.Settings.read("nowhere.toml")


def test_every_fault_of_settings_is_told():
    """An unknown setting, a wrong number and a wrong lock come together, without their values."""
    with pytest.raises(mm.InputError) as caught:
        mm.Settings.parse({"presett": 1, "min_score": "Quibbledash", "locks": [["a"]]})
    assert caught.value.total == 3
    assert "Quibbledash" not in str(caught.value)


def test_rules_are_not_in_the_repr():
    """Settings may hold tensions; their repr shows none."""
    settings = mm.Settings(constraints=[{"rule": "tension", "a": "Ann", "b": "Mia"}])
    assert "Mia" not in repr(settings)
    assert settings.public().constraints == ()


# --- requests --------------------------------------------------------------------------------------

BODY = {
    "schema": "mentormatch/request/1",
    "mentors": [{"id": "Mia", "offers": ["tax"], "vetoes": ["Bo"]}, {"id": "Ned"}],
    "mentees": [{"id": "Ann", "needs": ["tax"]}, {"id": "Bo", "needs": ["tax"]}],
    "settings": {"seed": 7, "constraints": [{"rule": "tension", "a": "Ann", "b": "Ned"}]},
}


def test_a_request_is_matched_as_it_stands():
    """A request alone is people and settings: the same result as with arguments."""
    whole = mm.match(mm.Request.parse(json.dumps(BODY)))
    apart = mm.match(BODY["mentors"], BODY["mentees"], constraints=BODY["settings"]["constraints"], seed=7)
    assert whole.to_json() == apart.to_json()
    assert {(pair.mentee, pair.mentor) for pair in whole} == {("Ann", "Mia"), ("Bo", "Ned")}


def test_nothing_may_be_said_twice():
    """What a request says itself may not be given beside it."""
    with pytest.raises(mm.InputError, match="scorers"):
        mm.match(mm.Request.parse(BODY), scorers={"goals": 1})


def test_faults_of_a_request_name_row_person_and_field():
    """Two wrong people and an unknown field are three faults, none with a value."""
    body = {
        "mentors": [{"id": "Mia", "capacity": "Quibbledash"}, {"id": "Ned", "vetoes": {"Quibbledash": 1}}],
        "mentees": [{"id": "Ann", "Quibbledash": 1}],
    }
    with pytest.raises(mm.InputError) as caught:
        mm.Request.parse(body)
    told = caught.value.errors()
    assert [(fault["row"], fault["id"]) for fault in told] == [(0, "Mia"), (1, "Ned"), (0, "Ann")]
    assert "capacity" in told[0]["loc"]
    assert "vetoes" in told[1]["loc"]
    assert "Quibbledash" not in str(caught.value) + repr(told)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("body", ["", "[]", "{", b"\xff", '{"mentors": NaN}', "[" * 100_000, '{"a": 1, "a": 2}'])
def test_a_body_that_is_no_request(body):
    """What is not an object in JSON is one input error."""
    with pytest.raises(mm.InputError):
        mm.Request.parse(body)


def test_confidences_are_written_only_when_asked_for():
    """to_json leaves vetoes and tensions out; with confidential=True it comes back whole."""
    request = mm.Request.parse(BODY)
    assert "Bo" not in json.dumps(json.loads(request.to_json())["mentors"])
    assert "tension" not in request.to_json()
    again = mm.Request.parse(request.to_json(confidential=True))
    assert mm.match(again).to_json() == mm.match(request).to_json()
    assert "Mia" not in repr(request)


def test_the_schema_knows_rules_and_scorers():
    """The JSON schema of a request lists the rules and scorers there are."""
    text = json.dumps(mm.schema("request"))
    assert "level_gap" in text
    assert "needs_offers" in text
    assert mm.schema("matching")["title"] == "Matching"
    with pytest.raises(mm.InputError, match="request"):
        mm.schema("programme")


def test_dumps_leave_confidential_rules_out():
    """Settings and requests show and dump public rules only, however they are dumped."""
    rules = [{"rule": "tension", "a": "Quibbledash", "b": "Mia"}, {"rule": "same_team"}, {"rule": ["tension"]}]
    settings = mm.Settings(constraints=rules)
    request = mm.Request(settings=settings)
    shown = [
        settings,
        settings.model_dump(),
        settings.model_dump_json(),
        dict(settings),
        vars(settings),
        settings.public(),
    ]
    shown += [request, request.model_dump(), request.model_dump_json(), request.to_json()]
    assert "Quibbledash" not in repr(shown)
    assert settings.model_dump()["constraints"] == ({"rule": "same_team"},)


@pytest.mark.parametrize(
    "given", [5, [[1]], "seed", {"seed": 10**400}, {"seed": 2**63}, {"preset": {"a": "x"}}, {5: 1}]
)
def test_what_is_no_settings_is_an_input_error(given):
    """Settings of the wrong shape, and seeds beyond 64 bits, end in an input error."""
    with pytest.raises(mm.InputError):
        mm.Settings.parse(given)


@pytest.mark.parametrize("text", ["a" + ".a" * 40_000 + " = 1", "seed = 0x" + "f" * 100_000])
def test_a_toml_file_that_is_slow_to_read_is_refused(tmp_path, text):
    """Endless dotted keys and numbers do not keep the reader busy."""
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(mm.InputError):
        mm.Settings.read(tmp_path / "a.toml")


@pytest.mark.parametrize("path", ["a\0.toml", None, "."])
def test_what_is_no_file_is_an_input_error(path):
    """A null byte, nothing and a folder are no settings files."""
    with pytest.raises(mm.InputError):
        mm.Settings.read(path)


def test_attributes_that_are_no_json_are_told():
    """A request whose attributes JSON cannot hold says so in an input error."""
    person = mm.Mentor("Mia", attributes={"x": object()})
    with pytest.raises(mm.InputError, match="attributes"):
        mm.Request(mentors=[person]).to_json()


def test_what_a_backend_posts_obeys_the_schema():
    """Requests and matchings are valid by their own JSON schemas, and a wrong one is not."""
    import jsonschema

    body = {**BODY, "settings": {**BODY["settings"], "locks": [["Bo", "Mia"]], "objective": ["coverage", "total"]}}
    jsonschema.validate(body, mm.schema("request"))
    assert mm.Request.parse(body).settings.locks[0].mentor == "Mia"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**BODY, "settings": {"constraints": [{"rule": "nope"}]}}, mm.schema("request"))
    matching = mm.match(mm.Request.parse(BODY))
    jsonschema.validate(json.loads(matching.to_json()), mm.schema("matching"))


SEVERAL_PAIRS = """
[[constraints]]
rule = "group_quota"
side = "mentees"
where = {department = ["IT", "HR"], attributes = {cohort = 2026}}
maximum = 5

[[constraints]]
rule = "at_most"
n = 3
unknown = "forbid"
[constraints.where.mentee]
department = "IT"
[constraints.where.mentor]
department = "IT"

[[constraints]]
rule = "at_least"
n = 1
where.mentor.trained = true

[[constraints]]
rule = "together"
a = "Mia"
b = "Ned"

[[constraints]]
rule = "apart"
a = "Ann"
b = "Bo"

[[constraints]]
rule = "hours_capacity"

[[constraints]]
rule = "none_or_at_least"
k = 3
"""


def test_rules_over_several_pairs_come_from_files_and_requests(tmp_path):
    """TOML, JSON and a request carry quotas, counts and hours; they obey the schema, make rules and may be shown."""
    import jsonschema

    (tmp_path / "rules.toml").write_text(SEVERAL_PAIRS)
    settings = mm.Settings.read(tmp_path / "rules.toml")
    (tmp_path / "rules.json").write_text(json.dumps({"constraints": settings.constraints}))
    assert mm.Settings.read(tmp_path / "rules.json") == settings
    assert settings.public() == settings
    body = {**BODY, "settings": {"constraints": [*settings.constraints]}}
    jsonschema.validate(body, mm.schema("request"))
    request = mm.Request.parse(json.dumps(body))
    assert json.loads(request.to_json())["settings"]["constraints"] == body["settings"]["constraints"]
    pool = mm.Pool(
        [{"id": "Mia", "department": "IT", "trained": True, "hours_per_month": 4, "capacity": 4}, {"id": "Ned"}],
        [{"id": one, "department": "it", "attributes": {"cohort": "2026"}} for one in ("Ann", "Bo", "Cas")],
    )
    rules = [rule_from(data) for data in request.settings.constraints]
    assert [rule_to_data(rule) for rule in rules] == body["settings"]["constraints"]
    terms = [type(term).__name__ for rule in rules for term in rule.terms(pool)]
    assert terms[:3] == ["GroupBounds", "GroupBounds", "GroupBounds"]
    assert terms[3:] == ["Alike", "NotBoth", "ForbidWhere", "NoneOrAtLeast", "NoneOrAtLeast"]


def test_a_wrong_rule_over_several_pairs_is_told_by_its_place():
    """What cannot be asked is an input error of the run, with where it stands and without the label."""
    rules = [{"rule": "same_team"}, {"rule": "group_quota", "side": "mentees", "where": {"sitte": "x@y"}, "maximum": 1}]
    with pytest.raises(mm.InputError, match="did you mean site") as caught:
        mm.match([{"id": "Mia"}], [{"id": "Ann"}], constraints=rules)
    assert caught.value.faults[0].loc == ("constraints", 1, "group_quota", "where")
    assert "x@y" not in str(caught.value)


def test_the_settings_in_the_reference_make_rules(tmp_path):
    """Every rule over several pairs has its example on paper, and all of them can be read."""
    page = (Path(__file__).parent.parent / "docs" / "reference" / "scorers-and-rules.md").read_text("utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "page.toml").write_text(text)
    names = {rule_from(data).name for data in mm.Settings.read(tmp_path / "page.toml").constraints}
    assert names == {
        "apart",
        "at_least",
        "at_most",
        "group_quota",
        "hours_capacity",
        "none_or_at_least",
        "together",
    }


def test_a_function_in_settings_that_are_to_be_json_is_told_as_a_setting():
    """A rule as data with a function in it is no JSON; the error says that it is a setting and shows nothing of it."""
    settings = mm.Settings(constraints=({"rule": "at_most", "n": 1, "where": lambda mentee, mentor: True},))
    with pytest.raises(mm.InputError, match=r"^settings: .*such as a function$"):
        mm.Request(mentors=[], mentees=[], settings=settings).to_json()

"""Presets at the command line."""

import json

import pytest

import mentormatch as mm
from mentormatch.presets import PRESETS
from mentormatch.testing import fake_programme


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_runs_from_a_terminal(terminal, tmp_path, name):
    """A settings file with a preset's name is all that the command needs."""
    for side, rows in zip(("mentors", "mentees"), fake_programme(6, 6), strict=True):
        (tmp_path / f"{side}.json").write_text(json.dumps(rows), "utf-8")
    (tmp_path / "rules.toml").write_text(f'preset = "{name}"\n', "utf-8")
    done = terminal("match", "mentors.json", "mentees.json", "--config", "rules.toml", "--out", "pairs.json")
    assert done.code == 0, done.err
    matching = mm.Matching.from_json((tmp_path / "pairs.json").read_text("utf-8"))
    assert matching.manifest["settings"]["preset"] == name
    assert len(matching) >= 3

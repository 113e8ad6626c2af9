"""A stable matching from the command line."""


def test_a_config_may_ask_for_a_stable_matching(terminal, tables):
    """``objective = "stable"`` in a config file is enough; a tier beside it is refused in one line."""
    (tables / "rules.toml").write_text('objective = "stable"\n', "utf-8")
    done = terminal("match", "mentors.csv", "mentees.csv", "--config", "rules.toml", "--out", "pairs.json")
    assert (done.code, "m1" in done.out) == (0, True)
    assert "Proven stable" in done.out + done.err
    assert '"stable"' in (tables / "pairs.json").read_text("utf-8")
    (tables / "rules.toml").write_text('objective = ["stable", "total"]\n', "utf-8")
    wrong = terminal("match", "mentors.csv", "mentees.csv", "--config", "rules.toml")
    assert wrong.code != 0
    assert "stands alone" in wrong.err

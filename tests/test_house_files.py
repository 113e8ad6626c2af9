import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mentormatch as mm

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "dev.txt"

UNLOCKED = {"bench", "cluster"}
"""Groups that `make test` does not need: what we are measured against, and clusters."""

CANARY = "CANARY"
"""Stands in everything that tests tell in confidence; see CONTRIBUTING.md."""

MADE = (".hypothesis", "demo", "docs", "examples", "README.md", "benchmarks")
"""What is made, or shown to others: no canary may be in it."""


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def folded(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def bare(requirement):
    """The name alone of a requirement such as ``numpy>=2.0; python_version > "3"``."""
    return folded(re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0])


def locked():
    lines = [line for line in LOCK.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {bare(line): line for line in lines}


def test_the_lock_holds_versions_only():
    """Every line of the lock file is a name and one version: no address, no hash, no path."""
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!]+", line) for line in locked().values())


def test_the_lock_holds_whatever_the_checks_need():
    """What the library, its command line and its tests need is in the lock file."""
    data = project()
    wanted = [*data["project"]["dependencies"]]
    wanted += [name for extra in ("cli", "excel") for name in data["project"]["optional-dependencies"][extra]]
    checked = {group: names for group, names in data["dependency-groups"].items() if group not in UNLOCKED}
    wanted += [name for names in checked.values() for name in names]
    assert {bare(name) for name in wanted if "platform_system" not in name} <= set(locked())


def test_all_is_every_extra():
    """The extra `all` is all the others."""
    extras = project()["project"]["optional-dependencies"]
    (all_of_them,) = extras.pop("all")
    assert set(re.search(r"\[(.*)\]", all_of_them).group(1).split(",")) == set(extras)


@pytest.mark.parametrize("name", ["pyproject.toml", "Makefile", ".ci/run", "conftest.py"])
def test_failing_tests_show_no_local_values(name, pytestconfig):
    """Neither this run nor what starts it in the checks shows the values of local variables."""
    assert not pytestconfig.getoption("showlocals")
    assert "showlocals" not in (ROOT / name).read_text("utf-8")


def test_no_canary_has_flown():
    """What tests tell in confidence is in nothing that is made or shown."""
    tops = [ROOT / name for name in MADE]
    files = [path for top in tops for path in ([top] if top.is_file() else sorted(top.rglob("*"))) if path.is_file()]
    found = [path for path in files if CANARY.encode() in path.read_bytes()]
    assert not found


def test_the_ci_script_can_be_run():
    """The script that runs all the checks is executable, strict, and bash can read it."""
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text("utf-8")
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_the_examples_on_paper_are_run():
    """README, the pages of the documentation and the docstrings all give tests to this suite."""
    call = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "README.md",
        "docs",
        "src",
    ]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    pages = ["README.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)]
    for page in pages:
        if "```python" in (ROOT / page).read_text("utf-8"):
            assert f"{page}::" in done.stdout
    assert "src/mentormatch/_api.py::" in done.stdout


def test_the_citation_names_this_version():
    """CITATION.cff cites the version that this is."""
    assert f"version: {mm.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


def test_every_public_name_is_in_the_reference():
    """Each public name has its place in the reference, and the reference names nothing else."""
    pages = [page.read_text("utf-8") for page in (ROOT / "docs" / "reference").glob("*.md")]
    named = {name for page in pages for name in re.findall(r":: mentormatch\.([A-Z]?\w+)", page)} - {"errors"}
    assert named == set(mm.__all__) - {"__version__"}

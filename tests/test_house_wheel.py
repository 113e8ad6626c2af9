import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The distribution as it would be uploaded."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_holds_what_is_needed(wheel):
    """Types, words, templates and the example programme are in the distribution, tests are not."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {
        "mentormatch/py.typed",
        "mentormatch/__init__.pyi",
        "mentormatch/_example/mentors.csv",
        "mentormatch/_example/mentees.csv",
        "mentormatch/_example/rules.toml",
        "mentormatch/_example/tensions.csv",
        "mentormatch/explain/locale/nl.json",
    } <= names
    assert any(name.startswith("mentormatch/report/templates/") for name in names)
    assert not any(name.startswith(("tests/", "docs/", "benchmarks/")) for name in names)


@pytest.mark.slow
def test_the_demo_runs_from_the_wheel(wheel, tmp_path):
    """Installed from the wheel alone, `mentormatch demo` finds its tables and writes the report."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = "from mentormatch.cli import main; raise SystemExit(main())"
    start = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); {code}"
    call = [sys.executable, "-P", "-c", start, "demo", "--folder", "out"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "_example" in done.stdout
    assert (tmp_path / "out" / "report.html").is_file()

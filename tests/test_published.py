import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SAMPLE = "c three units, two ways\np min 3 3\nn 1 3\nn 3 -3\na 1 2 0 2 1\na 2 3 0 5 1\na 1 3 0 5 {cost}\n"


def compared(folder, *names):
    """Run the comparison as a user would."""
    call = [sys.executable, str(ROOT / "benchmarks" / "published.py"), str(folder), *names]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(call, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def data(tmp_path):
    """A folder with networks where those that were published are looked for; their true values are 9 and 12."""
    (tmp_path / "mcf-dimacs").mkdir()
    for name, cost in (("sample", 5), ("Network2", 8), ("Network3", 8)):
        (tmp_path / "mcf-dimacs" / f"{name}.dmx").write_text(SAMPLE.format(cost=cost), "ascii")
    return tmp_path


def test_a_wrong_value_is_named_and_fails(data):
    """A value that differs from the published one gives exit status 1, the problem, and both values."""
    done = compared(data, "mcf-dimacs")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Network2: wanted 74168480, got 12",
        "Network3: wanted 12909051, got 12",
    ]
    assert "sample" not in done.stderr


def test_without_the_published_problems_nothing_is_compared(tmp_path):
    """Where the folder is not, the comparison says so and is done."""
    done = compared(tmp_path / "nowhere")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing to compare with" in done.stdout

"""Thousands of random problems against another solver; the long run is ``benchmarks/random_problems.py``."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "random_problems.py"


@pytest.mark.slow
def test_value_and_infeasibility_agree_with_highs():
    """Of 3,000 problems with bounds on both sides, ties and forbidden pairs, none differs from HiGHS."""
    done = subprocess.run([sys.executable, SCRIPT, "--problems", "3000"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "3,000 problems" in done.stdout
    assert " 0 wrong" in done.stdout


def test_a_difference_is_told():
    """Where the library said something else, the run would fail: the comparison compares."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import runpy, mentormatch as mm\n{SPOILT}\nrunpy.run_path({str(SCRIPT)!r}, run_name='__main__')",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "seed" in done.stdout


SPOILT = """
import sys
sys.argv = ["random_problems.py", "--problems", "20"]
real = mm.Problem.solve
mm.Problem.solve = lambda self, **given: real(self, objective=("total",))
"""

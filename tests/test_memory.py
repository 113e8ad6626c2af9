"""Memory: a large problem is solved in far less than a table of all its pairs would take."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CODE = '''
import json, resource, sys, warnings
def most():
    """The most memory so far, in kibibytes; what rusage says on Linux may be that of the process before exec."""
    if sys.platform == "linux":
        return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << 10 if sys.platform == "darwin" else 1)
sys.path.insert(0, sys.argv[1])
warnings.simplefilter("ignore")
people = int(sys.argv[2])
import mentormatch as mm
from benchmarks.profiles import SCORERS, profiles
def frames():
    import pandas as pd
    return [pd.DataFrame(side) for side in profiles(people, people)]
mm.warmup()
before = most()
matching = mm.match(*frames(), scorers=SCORERS)
after = most()
print(json.dumps([len(matching), matching.certificate.optimal, before, after]))
'''


def measured(people):
    """The pairs, whether they are proved, and the most megabytes at any time: before, and in all."""
    # compiling takes memory of its own, once for a machine
    subprocess.run([sys.executable, "-c", "import mentormatch as mm; mm.warmup()"], check=True, timeout=600)
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(ROOT), str(people)], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    pairs, proved, *peaks = json.loads(done.stdout)
    return pairs, proved, *(peak / 1024 for peak in peaks)


@pytest.mark.parametrize(("people", "most"), [(5_100, 400), pytest.param(20_000, 600, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_pairs(people, most):
    """A large problem is proved in less memory than one number for each of its pairs takes."""
    pairs, proved, before, peak = measured(people)
    assert (pairs, proved) == (people, True)
    assert peak < most
    assert peak - before < people**2 * 8 / 2**20

"""The command warmup, and what is left to compile after it."""

import json
import os
import subprocess
import sys

import pytest

import mentormatch as mm
from mentormatch import compiled

REHEARSED = """
import importlib, json, pkgutil
import mentormatch
from mentormatch import compiled
for module in pkgutil.walk_packages(mentormatch.__path__, "mentormatch."):
    importlib.import_module(module.name)
compiled.rehearse()
print(json.dumps({name: len(one.signatures) for name, one in compiled.functions().items()}))
"""

LARGE = """
import json
import numpy as np
import mentormatch as mm
from mentormatch import compiled
rng = np.random.default_rng(1)
scores = rng.random((120, 100))
for capacity, demand in ((1, 1), ((1, 2), 1), (3, (1, 2))):
    mm.Problem.from_scores(scores, mentor_capacity=capacity, mentee_demand=demand).solve(solver="min_cost_flow")
pool = mm.Pool(
    [{"id": f"m{k}", "offers": {f"s{(k * j) % 61}": 1 + k % 5 for j in range(1, 6)}} for k in range(1100)],
    [{"id": f"e{k}", "needs": {f"s{(k + j) % 61}": 1 + k % 3 for j in range(4)}} for k in range(1000)],
)
mm.match(pool, preset=None, scorers={"needs_offers": 1})
ready = compiled.functions().values()
print(json.dumps([sum(sum(one.stats.cache_misses.values()) for one in ready), sum(len(o.signatures) for o in ready)]))
"""


def fresh(code, **variables):
    """What code printed in a new process, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_numba = pytest.mark.skipif(not compiled.COMPILED, reason="numba is not installed")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """An empty folder for compiled code, for the processes that are told of it."""
    return {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("numba"))}


@needs_numba
@pytest.mark.slow
def test_every_compiled_function_is_rehearsed(kept):
    """Whatever module it is in, a function that is compiled is called by a rehearsal; none is forgotten."""
    versions = fresh(REHEARSED, **kept)
    assert "mentormatch.solvers.kernel.auction.auction" in versions
    assert [name for name, number in versions.items() if not number] == []


@needs_numba
@pytest.mark.slow
def test_after_a_warm_up_nothing_is_compiled(kept):
    """A process that comes after the command loads compiled code and compiles nothing, whatever the bounds."""
    call = [sys.executable, "-c", "import sys; from mentormatch.cli import main; sys.exit(main())", "warmup"]
    told = subprocess.run(call, env={**os.environ, **kept}, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout.split()[0]) > 10
    assert kept["NUMBA_CACHE_DIR"] in told.stdout
    missed, versions = fresh(LARGE, **kept)
    assert missed == 0
    assert versions > 0


@needs_numba
def test_a_second_warm_up_finds_everything():
    """What was kept is found again: the second call compiles nothing."""
    mm.warmup()
    code = "import json, mentormatch as mm; done = mm.warmup(); print(json.dumps([done.compiled, done.functions]))"
    new, ready = fresh(code)
    assert new == 0
    assert ready > 10


def test_without_numba_it_says_what_to_install(terminal, monkeypatch):
    """One line on standard error names the extra, and the exit code is 1."""
    monkeypatch.setattr(compiled, "numba", None)
    done = terminal("warmup")
    assert done.code == 1
    assert done.err == 'error: Compiling needs the extra "fast": pip install "mentor-matching[fast]"\n'
    assert compiled.functions() == {}


def test_what_was_done_is_told_in_a_line():
    """The line tells how many functions, how long and where, or that there was nowhere to keep them."""
    assert str(compiled.Warmed(16, 3, 2.04, ("/a", "/b"))) == "16 functions ready: 3 compiled in 2.0 s, kept in /a, /b"
    assert str(compiled.Warmed(16, 16, 9.0, ())).endswith("not kept: no folder can be written to")

"""Real clusters on this machine: the same bytes as without one, also when a worker is killed half-way.

Each runs in a process of its own, so that what a cluster's library leaves behind stays there.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "clusters"

pytestmark = pytest.mark.slow

CODE = """
import hashlib, json, os, signal, sys
sys.path.insert(0, sys.argv[1])
kind, mentors, mentees, out, kill = sys.argv[2:]
import joblib
import mentormatch as mm
from mentormatch.scale import spread

def digest():
    return hashlib.sha256(open(out, "rb").read()).hexdigest()

def match(**more):
    result = mm.match_blocks(mentors, mentees, by=("languages", "site"), out=out, **more)
    return result.pairs, result.blocks, digest()

def workers():
    if kind == "dask":
        return list(cluster.run(os.getpid).values())
    import psutil
    mine = psutil.Process().children(recursive=True)
    return [one.pid for one in mine if any("PoolActor" in word for word in one.cmdline())]

def stop(stage, done, total):
    if stage == "solve" and kill == "kill" and not killed:
        found = workers()
        killed.extend(found[:1])
        for one in killed:
            os.kill(one, signal.SIGKILL)

if __name__ == "__main__":
    killed = []
    alone = match()
    spread._WORTH = spread._TASKS = 1
    calls = []
    whole = spread.Spread._call
    spread.Spread._call = lambda self, *what: calls.append(self._here) or whole(self, *what)
    if kind == "dask":
        import dask_backend
        with dask_backend.client() as cluster, joblib.parallel_config(backend="dask"):
            found = match(progress=stop)
    else:
        import ray_backend
        with ray_backend.connected(), joblib.parallel_config(backend="ray", n_jobs=-1):
            found = match(progress=stop)
    print(json.dumps([alone, found, len(killed), calls]))
"""


@pytest.mark.parametrize("kill", ["leave", "kill"])
@pytest.mark.parametrize("kind", ["dask", "ray"])
def test_a_cluster_gives_the_same_bytes(programme, kind, kill):
    """Matched by the workers of a cluster, one of them killed or not, the file of pairs is the same."""
    needed = {"dask": "distributed", "ray": "ray"}[kind]
    if find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed: make clusters")
    files = programme(8, 120, several=True)
    script = files.folder / "cluster.py"
    script.write_text(CODE, "utf-8")
    call = [sys.executable, script, EXAMPLES, kind, files.mentors, files.mentees, files.folder / "out.parquet"]
    variables = {"HOME": str(files.folder), "RAY_USAGE_STATS_ENABLED": "0", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [*map(str, call), kill],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    alone, found, killed, calls = json.loads(done.stdout.splitlines()[-1])
    assert found == alone
    assert found[0] > 50
    assert killed == (kill == "kill")
    assert len(calls) > 1
    assert not any(calls)

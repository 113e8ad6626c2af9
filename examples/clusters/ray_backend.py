"""Match in blocks with the workers of a Ray cluster.

Run ``python examples/clusters/ray_backend.py mentors.parquet mentees.parquet pairs.parquet [address]``; without an
address Ray is started on this machine, reachable from nowhere else. The pairs are the same, byte for byte, as
without a cluster.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import joblib
import ray
from ray.util.joblib import register_ray

import mentormatch as mm


@contextmanager
def connected(address: str | None = None) -> Iterator[None]:
    """Connect to a cluster, or start one here."""
    if address:
        ray.init(address=address, log_to_driver=False)
    else:
        ray.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", log_to_driver=False)
    register_ray()
    try:
        yield
    finally:
        ray.shutdown()


def main(mentors: str, mentees: str, out: str, address: str | None = None) -> mm.ScaleResult:
    """Match, and say what came of it."""
    with connected(address), joblib.parallel_config(backend="ray", n_jobs=-1):
        result = mm.match_blocks(mentors, mentees, by=("languages", "site"), out=out)
    print(result)
    return result


if __name__ == "__main__":
    main(*sys.argv[1:5])

"""Match in blocks with the workers of a Dask cluster.

Run ``python examples/clusters/dask_backend.py mentors.parquet mentees.parquet pairs.parquet [scheduler address]``;
without an address a cluster of two workers is started on this machine, reachable from nowhere else. The pairs are
the same, byte for byte, as without a cluster.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
from dask.distributed import Client, LocalCluster

import mentormatch as mm


@contextmanager
def client(address: str | None = None) -> Iterator[Any]:
    """Connect to a cluster, or start one here."""
    if address:
        with Client(address) as connected:
            yield connected
        return
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as connected,
    ):
        yield connected


def main(mentors: str, mentees: str, out: str, address: str | None = None) -> mm.ScaleResult:
    """Match, and say what came of it."""
    with client(address), joblib.parallel_config(backend="dask"):
        result = mm.match_blocks(mentors, mentees, by=("languages", "site"), out=out)
    print(result)
    return result


if __name__ == "__main__":
    main(*sys.argv[1:5])

"""Jobs dealt out to workers: threads of this process, or the workers that a host told joblib to use.

Workers that do not share this process's memory get only what may be sent. What goes wrong there is never told,
as it could hold anything: the job is done here instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import chain, islice
from typing import Any

_AHEAD = 2
"""Jobs a worker that are sent at a time."""


def share_memory() -> bool:
    """Say whether the workers that joblib would use are threads of this process."""
    from joblib.parallel import get_active_backend

    return bool(getattr(get_active_backend(prefer="threads")[0], "supports_sharedmem", False))


def here(job: Callable[..., Any], tasks: Iterator[tuple[Any, ...]]) -> Iterator[Any]:
    """Do jobs in threads of this process, as many as joblib would use, and give their results in order.

    Threads of our own wake as soon as there is something to do. No more jobs are begun than there are threads,
    and whoever stops listening closes the iterator: what was begun is finished first, so that nothing goes on
    behind anybody's back.
    """
    from collections import deque
    from concurrent.futures import Future, ThreadPoolExecutor

    threads = _threads()
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Any]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(job, *task))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


def away(job: Callable[..., Any], tasks: Iterator[tuple[Any, ...]]) -> Iterator[Any]:
    """Do jobs with workers elsewhere, and give their results in order; what they cannot do is done here."""
    from joblib import Parallel, delayed

    lost: list[tuple[Any, ...]] = []
    with ExitStack() as stack:
        # arrays go through pipes: joblib would put large ones into files of a shared folder
        parallel = stack.enter_context(Parallel(_asked_for(), max_nbytes=None))
        many = _AHEAD * max(1, int(parallel._effective_n_jobs()))  # noqa: SLF001  # what a backend makes of n_jobs
        while not lost and (chunk := list(islice(tasks, many))):
            found: list[Any] = []
            with suppress(Exception):  # a backend may raise anything, and with it what a worker was given
                found = list(parallel(delayed(attempt)(job, task) for task in chunk))
            if len(found) < len(chunk):
                lost = chunk
                break
            for task, one in zip(chunk, found, strict=True):
                yield job(*task) if one is None else one
        if lost:
            closing = stack.pop_all()
            with suppress(Exception):
                closing.close()
    if lost:
        yield from here(job, chain(lost, tasks))


def attempt(job: Callable[..., Any], task: tuple[Any, ...]) -> Any:
    """Do a job; None where it raises, whatever that is: nothing that a worker says goes any further."""
    with suppress(Exception):
        return job(*task)
    return None


def _asked_for() -> int:
    """Return how many workers the host asked for; all of them unless it said."""
    from joblib.parallel import get_active_backend

    many = get_active_backend()[1]
    return -1 if many is None else int(many)


def _threads() -> int:
    """Return how many threads joblib would use: one inside another's worker, and no more than there are cores."""
    from joblib import cpu_count
    from joblib.parallel import get_active_backend

    backend = get_active_backend(prefer="threads")[0]
    asked = int(backend.effective_n_jobs(_asked_for()))
    return max(1, min(asked, int(cpu_count())))

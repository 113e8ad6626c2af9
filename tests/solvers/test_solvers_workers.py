"""Sweeps done by several workers: threads here, or processes that get arrays of numbers alone."""

import os
import pickle
import signal
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import joblib
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from mentormatch import Cancelled
from mentormatch.network import Screen
from mentormatch.solvers import sweep, workers
from mentormatch.solvers.moved import Moved, holds_arrays_alone
from mentormatch.solvers.sweep import Shut, Wanted

CANARY = "Quibbledash"


@dataclass(frozen=True, eq=False)
class Table:
    """A rest of arrays alone."""

    values: np.ndarray
    arrays_alone = True

    def __call__(self, rows, columns):
        """Return a fresh rectangle."""
        n, m = self.values.shape
        return self.values[np.arange(n)[rows]][:, np.arange(m)[columns]]


@pytest.fixture
def jobs(monkeypatch):
    """Make every sweep worth several jobs."""
    monkeypatch.setattr(sweep, "_ROWS", 16)
    monkeypatch.setattr(sweep, "_JOB_CELLS", 1000)
    monkeypatch.setattr(sweep, "_WORTHWHILE", 0)


def screen_of(seed=0, *, ties=False, rest=False):
    """Factors of 120 rows and 60 columns."""
    rng = np.random.default_rng(seed)
    sides = [rng.normal(size=(size, 3)).astype(np.float32) for size in (120, 60)]
    if ties:
        sides = [np.rint(side) for side in sides]
    table = Table(rng.integers(0, 3, (120, 60)).astype(np.float32))
    moved = Moved(table, np.arange(120)[::-1].copy(), None)
    return Screen(*sides, np.zeros(120), moved if rest else None)


def swept(screen, shut=None, *, each=5, columns=None, tick=None, rows=None):
    """Sweep all rows, or some."""
    rows = np.arange(120) if rows is None else rows
    width = 60 if columns is None else len(columns)
    wanted = Wanted(np.zeros(width, np.float32), np.full(len(rows), -1, np.float32), each)
    return sweep.sweep(screen, rows, columns, wanted, shut, tick)


def shutting(seed, share, note=None):
    """Rules that shut a share of all pairs, with something in their closure that nobody may see."""
    open_ = np.random.default_rng(seed).random((120, 60)) >= share
    secret = {"veto": CANARY}

    def block(rows, columns):
        if note is not None:
            note.append(os.getpid())
        assert secret
        return open_[rows][:, columns]

    return Shut(block, lambda i, j: open_[i, j])


def told(best, rows=120):
    """What a sweep found, row by row, in a fixed order."""
    order = np.lexsort((best.j, best.i))
    return [part[order].tolist() for part in best[:3]] + [best.limit.tolist()]


@pytest.fixture
def processes():
    """Let joblib use two processes."""
    with joblib.parallel_config(backend="loky", n_jobs=2):
        yield
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True)


def test_processes_find_what_threads_find(jobs, processes):
    """Bit for bit the same pairs, worths and limits, with a rest, with ties, and whatever share of pairs is shut."""
    for screen in (screen_of(), screen_of(rest=True), screen_of(ties=True)):
        away = swept(screen)
        with joblib.parallel_config(backend="threading", n_jobs=2):
            here = swept(screen)
        assert told(away) == told(here)
    some = np.arange(0, 60, 2)
    for share in (0.0, 0.3, 0.9, 1.0):
        for columns in (None, some):
            for rows in (np.arange(120), np.arange(3, 120, 2)):
                away = swept(screen_of(), shutting(1, share), columns=columns, rows=rows)
                with joblib.parallel_config(backend="threading", n_jobs=2):
                    here = swept(screen_of(), shutting(1, share), columns=columns, rows=rows)
                assert told(away) == told(here)


def test_nothing_but_arrays_is_sent(jobs, monkeypatch):
    """What workers in other processes get holds no rule and no person, and no rest that says it may hold some."""
    sent = []

    def away(job, tasks):
        for task in tasks:
            sent.append(pickle.dumps((job, task)))
            yield job(*task)

    def person(rows, columns):
        assert CANARY
        return np.zeros((len(np.arange(120)[rows]), len(np.arange(60)[columns])), np.float32)

    monkeypatch.setattr(sweep, "away", away)
    with joblib.parallel_config(backend="loky", n_jobs=2):
        swept(screen_of(rest=True), shutting(1, 0.3))
        many = len(sent)
        assert many > 2
        swept(screen_of()._replace(rest=person))
        swept(screen_of()._replace(rest=Moved(person)))
    assert len(sent) == many
    assert not holds_arrays_alone(person)
    for one in sent:
        assert CANARY.encode() not in one
        names = {name for name in (b"Shut", b"Allowed", b"Mask", b"Pool", b"shutting") if name in one}
        assert not names


def test_rules_are_asked_in_the_process_of_the_host(jobs, processes):
    """Wherever the numbers are multiplied, rules are asked in this process alone."""
    asked = []
    swept(screen_of(), shutting(1, 0.9, asked))
    assert set(asked) == {os.getpid()}


@pytest.mark.parametrize("config", [{}, {"n_jobs": 2}, {"backend": "threading"}, {"prefer": "processes", "n_jobs": 2}])
def test_without_a_backend_of_the_host_all_stays_in_this_process(jobs, monkeypatch, config):
    """A number of jobs alone, or a wish for processes, sends nothing anywhere."""
    monkeypatch.setattr(sweep, "away", None)
    with joblib.parallel_config(**config):
        many = workers._asked_for()
        found = swept(screen_of(), shutting(1, 0.3))
    assert many == config.get("n_jobs", -1)
    assert told(found) == told(swept(screen_of(), shutting(1, 0.3)))


class Killing:
    """A rest that kills the worker that asks for it, but not the process of the host."""

    arrays_alone = True

    def __init__(self, how):
        self.host, self.how = os.getpid(), how

    def __call__(self, rows, columns):
        """Return zeros, in the process of the host only."""
        if os.getpid() != self.host:
            if self.how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ValueError(CANARY)
        return np.zeros((len(np.arange(120)[rows]), len(np.arange(60)[columns])), np.float32)


@pytest.mark.parametrize("how", ["kill", "raise"])
def test_what_workers_fail_to_do_is_done_here(jobs, how, capfd):
    """A worker that is killed, or raises, changes nothing, and nothing that it says is told."""
    expected = told(swept(screen_of()))
    with joblib.parallel_config(backend="loky", n_jobs=2), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joblib says that a worker stopped
        found = swept(screen_of()._replace(rest=Killing(how)))
    assert told(found) == expected
    assert CANARY not in "".join(capfd.readouterr())


# --- threads ------------------------------------------------------------------------------------------------------


def test_blas_is_held_to_one_thread_whoever_asks():
    """A thread that is not the first to change the setting is obeyed too, and afterwards all is as it was."""
    before, during = blas(), []

    def job():
        with sweep.one_thread():
            during.append(blas())

    with sweep.one_thread():
        assert set(blas()) == {1}
    for _ in range(2):
        thread = threading.Thread(target=job)
        thread.start()
        thread.join()
    assert [set(one) for one in during] == [{1}, {1}]
    assert blas() == before


def blas():
    """The threads that each BLAS may use."""
    return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]


def restored(before):
    """Whether BLAS may use as many threads as before, within a moment."""
    until = time.monotonic() + 5
    while blas() != before and time.monotonic() < until:
        time.sleep(0.01)
    return blas() == before and sweep._inside == 0 and not sweep._held


@pytest.mark.parametrize("kind", [Cancelled, KeyboardInterrupt, ValueError])
def test_a_tick_that_raises_ends_a_sweep_quietly(jobs, kind, capfd):
    """It comes through as itself, joblib warns of nothing, no job goes on, and BLAS has its threads again."""
    before, left = blas(), iter(range(1))

    def tick():
        if next(left, None) is None:
            raise kind

    threads = threading.active_count()
    with warnings.catch_warnings(action="error"), pytest.raises(kind):
        swept(screen_of(), tick=tick)
    assert restored(before)
    assert capfd.readouterr() == ("", "")
    assert threading.active_count() <= threads + os.cpu_count() + 3
    assert told(swept(screen_of())) == told(swept(screen_of()))


def test_an_error_in_a_worker_ends_a_sweep_and_leaves_blas_as_it_was(jobs):
    """What a rule raises inside a thread comes through, and the setting of BLAS is put back."""
    before = blas()

    def block(rows, columns):
        if rows[0] > 50:
            raise ZeroDivisionError
        return np.ones((len(rows), len(np.arange(60)[columns])), bool)

    with pytest.raises(ZeroDivisionError):
        swept(screen_of(), Shut(block, lambda i, j: i >= 0))
    assert restored(before)
    assert len(swept(screen_of()).i)


def test_two_sweeps_at_once_find_what_each_finds_alone(jobs):
    """In two threads of one process, with BLAS held to one thread meanwhile and given back after."""
    before = blas()
    alone = [told(swept(screen_of(seed))) for seed in range(6)]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda seed: told(swept(screen_of(seed))), range(6)))
    assert both == alone
    assert restored(before)

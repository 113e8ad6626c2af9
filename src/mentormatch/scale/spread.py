"""Spreading blocks over workers, whoever they are, and taking the results in the order of the blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, InputError, MentorMatchError, StateError
from mentormatch.problem.away import Task, sent, told
from mentormatch.scale.work import build, kept, match_all, solve_all

if TYPE_CHECKING:
    from mentormatch.network import Solution
    from mentormatch.scale.work import Ask, Block, Built, Done

_WORTH: Final = 2_000
"""People that are worth a task of their own; smaller blocks share one."""

_TASKS: Final = 8
"""Tasks a worker that are in memory at once."""

_OURS: Final = frozenset({"SequentialBackend", "ThreadingBackend", "LokyBackend", "MultiprocessingBackend"})
"""joblib's own backends, whose workers are on this machine and this user's."""


class Spread:
    """Matches blocks here or by workers."""

    def __init__(self, ask: Ask, n_jobs: int | None) -> None:
        from joblib import Parallel

        self._ask = ask
        parallel, wrong = None, False
        try:
            parallel = Parallel(n_jobs=n_jobs)
            workers = int(parallel._effective_n_jobs())  # noqa: SLF001  # what a backend makes of n_jobs
        except (TypeError, ValueError):
            wrong = True
        if parallel is None or wrong:
            raise InputError(Fault(("n_jobs",), "bad_n_jobs", "n_jobs is a whole number as joblib takes it, not 0"))
        self._parallel, self._workers, self._n_jobs = parallel, max(1, workers), n_jobs
        name = type(parallel._backend).__name__  # noqa: SLF001  # the backend that the host configured
        self._here = name in _OURS

    def matched(self, blocks: Iterable[Block]) -> Iterator[tuple[Block, Done]]:
        """Match blocks; results come in the order of the blocks.

        Raises
        ------
        MentorMatchError
            The error of the first block, in their order, that cannot be matched.
        StateError
            A worker was lost.
        """
        tasks = _tasks(blocks)
        with self._parallel:
            while chunk := list(islice(tasks, _TASKS * self._workers)):
                results = self._whole(chunk) if self._here else self._solved(chunk)
                for block, done in zip((block for task in chunk for block in task), results, strict=True):
                    if isinstance(done, MentorMatchError):
                        raise done
                    yield block, done

    def _whole(self, chunk: Sequence[list[Block]]) -> list[Done | MentorMatchError]:
        """Have whole blocks matched by workers on this machine."""
        return [one for task in self._call(match_all, [(self._ask, task) for task in chunk]) for one in task]

    def _solved(self, chunk: Sequence[list[Block]]) -> list[Done | MentorMatchError]:
        """Read and build here, have solved elsewhere, and tell here."""
        ready = [[self._attempt(partial(build, self._ask, block)) for block in task] for task in chunk]
        tasks = [[self._attempt(partial(self._sent, one)) for one in group] for group in ready]
        away = [[one for one in group if isinstance(one, Task)] for group in tasks]
        back = iter([one for group in self._call(solve_all, [(group,) for group in away if group]) for one in group])
        return [
            self._attempt(partial(self._told, built, task, back))
            for built, task in zip(chain(*ready), chain(*tasks), strict=True)
        ]

    def _sent(self, built: Built | MentorMatchError) -> Task | None:
        """Make a task of a block; None where it is too large to be sent."""
        if isinstance(built, MentorMatchError):
            raise built
        ask = self._ask
        return sent(built.problem, objective=ask.objective, seed=ask.seed, solver=ask.solver)

    def _told(self, built: Built | MentorMatchError, task: Any, back: Iterator[Solution | None]) -> Done:
        """Make of what came back what is kept; where nothing did, the block is solved here."""
        ask, solution = self._ask, next(back) if isinstance(task, Task) else None
        if isinstance(built, MentorMatchError):
            raise built
        if isinstance(task, MentorMatchError):
            raise task
        if solution is None:
            return kept(built, built.problem.solve(objective=ask.objective, solver=ask.solver, seed=ask.seed))
        return kept(built, told(built.problem, task, solution, objective=ask.objective, seed=ask.seed))

    @staticmethod
    def _attempt(call: Callable[[], Any]) -> Any:
        """Return what a call returns, or its error of ours without the frames that it came from."""
        try:
            return call()
        except MentorMatchError as error:
            return error.with_traceback(None)

    def _call(self, function: Any, arguments: list[tuple[Any, ...]]) -> list[Any]:
        """Call a function with each of some arguments; what goes wrong with workers is told in constant words.

        What a cluster cannot do, twice, is done here.
        """
        from joblib import delayed

        if self._workers == 1 and self._here:
            return [function(*one) for one in arguments]
        found: list[Any] | None = None
        for parallel in (self._parallel, None):
            try:
                # where workers of a cluster were lost, new ones may be there
                found = (parallel or type(self._parallel)(self._n_jobs))(delayed(function)(*one) for one in arguments)
                break
            except Exception:  # noqa: BLE001  # a backend may raise anything, and with it what a worker was given
                if self._here:
                    break
        if found is None and self._here:
            raise StateError("a worker was lost; match again, with fewer at once if memory is short")
        return [function(*one) for one in arguments] if found is None else found


def _tasks(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Put small blocks together."""
    task: list[Block] = []
    people = 0
    for block in blocks:
        task.append(block)
        people += block.people
        if people >= _WORTH:
            yield task
            task, people = [], 0
    if task:
        yield task

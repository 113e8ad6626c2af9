"""The command ``match``: from two tables to pairs on the screen, a table and a report."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import mentormatch as mm
from mentormatch.cli import files, show
from mentormatch.cli.words import Language
from mentormatch.errors import Fault
from mentormatch.explain import clean

if TYPE_CHECKING:
    from mentormatch.matching import Matching
    from mentormatch.people import Pool

OK: Final = 0
ROWS_REJECTED: Final = 3
_SHOWN: Final = 20
"""How many rejected rows are told on the screen; all are in the file."""

_TABLES: Final = (".csv", ".xlsx", ".json", ".parquet", ".html")
_PAGES: Final = (".html",)


@dataclass(frozen=True, slots=True)
class Job:
    """What the command was asked to do: one field per argument and option."""

    mentors: Path
    mentees: Path | None = None
    config: Path | None = None
    tensions: Path | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    out: Path | None = None
    report: Path | None = None
    rejects: Path | None = None
    skip_rejects: bool = False
    language: Language = Language.en
    seed: int | None = None
    on: date | None = None
    time_limit: float | None = None
    quiet: bool = False


def run(job: Job) -> int:
    """Read, match, write, print; return the exit code."""
    check(job)
    settings = _settings(job)
    tensions = _tensions(job.tensions) if job.tensions else ()
    pool = mm.Pool.read(job.mentors, job.mentees, mapping=settings.mapping or None)
    told = _tell(job, (*_nobody(pool), *pool.notes))
    if job.rejects:
        files.write_rejects(job.rejects, pool.rejects)
    if pool.rejects and not job.skip_rejects:
        _refuse(job, pool)
        return ROWS_REJECTED
    limit, bar = job.time_limit, not job.quiet
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", mm.DataWarning)  # printed as notes
        matching = mm.match(pool, preset=settings, constraints=tensions, time_limit=limit, progress=bar)
    _tell(job, (note for note in matching.notes if note not in told))
    _write(job, matching)
    _print(job, matching)
    return OK


def check(job: Job) -> None:
    """Refuse a job whose files cannot be read or written, before any work is done."""
    inputs = (job.mentors, job.mentees, job.config, job.tensions)
    wrong = list(files.unusable(inputs, (job.out, job.report, job.rejects)))
    for option, path, known in (("--out", job.out, _TABLES), ("--report", job.report, _PAGES)):
        if path and path.suffix.lower() not in known:
            wrong.append(Fault((option, str(path)), "bad_suffix", f"its name must end in one of {', '.join(known)}"))
    if wrong:
        raise mm.InputError(wrong)


def _settings(job: Job) -> mm.Settings:
    """Return the settings of the configuration file with those of the command line over them."""
    settings = mm.Settings.read(job.config) if job.config else mm.Settings()
    changes: dict[str, Any] = {"mapping": {**settings.mapping, **job.mapping}}
    if job.seed is not None:
        changes["seed"] = job.seed
    if job.on is not None:
        changes["on"] = job.on
    return settings.model_copy(update=changes)


def _tensions(path: Path) -> tuple[Any, ...]:
    """Read a file of tensions; what is wrong with it is told with the name of the file."""
    faults: tuple[Fault, ...] = ()
    try:
        return mm.read_tensions(path)
    except mm.InputError as error:
        faults = error.faults
    named = f"{path.name}: "  # what is wrong with the file as a whole names it already
    raise mm.InputError(
        [replace(fault, loc=(str(path), *fault.loc[1:]), msg=fault.msg.removeprefix(named)) for fault in faults]
    )


def _write(job: Job, matching: Matching) -> None:
    if job.out:
        matching.write(job.out)
    if job.report:
        matching.write(job.report, language=job.language.value)


# --- printing --------------------------------------------------------------------------------------


def _tell(job: Job, notes: Iterable[Any]) -> tuple[Any, ...]:
    notes = tuple(notes)
    if not job.quiet:
        for line in show.notes(notes):
            print(line, file=sys.stderr)
    return notes


def _nobody(pool: Pool) -> Iterator[mm.Note]:
    """Remark upon a side without anybody, such as a sheet that was not filled in."""
    for side, count in zip(("mentees", "mentors"), pool.shape, strict=True):
        if not count:
            yield mm.Note("shortage", f"there are no {side} in the table", 0)


def _refuse(job: Job, pool: Pool) -> None:
    """Say which rows cannot be read, and what can be done about it."""
    faults = [fault for reject in pool.rejects for fault in reject.faults]
    print(f"error: rows that cannot be read: {len(pool.rejects)}, counted from 1 below the headings", file=sys.stderr)
    for fault in faults[:_SHOWN]:
        print(f"  {clean(show.fault(fault, pool.mapping))}", file=sys.stderr)
    if len(faults) > _SHOWN:
        print(f"  and {len(faults) - _SHOWN} more", file=sys.stderr)
    where = f"All of them are in {job.rejects}." if job.rejects else "--rejects FILE writes them to a table."
    print(f"{where} Repair them, or leave them out with --skip-rejects.", file=sys.stderr)
    print('A column that is no such answer is left out with --map "Heading=attributes".', file=sys.stderr)


def _print(job: Job, matching: Matching) -> None:
    for line in show.pairs(matching, job.language):
        print(line)
    if job.quiet:
        return
    for line in show.rest(matching, job.language):
        print(line)
    for path in (job.out, job.report):
        if path:
            print(f"written: {path}", file=sys.stderr)

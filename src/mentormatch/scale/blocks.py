"""The call: from two Parquet files to a file of pairs, each block matched exactly, so that the whole is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mentormatch.errors import Fault, without_frames
from mentormatch.people import Masked
from mentormatch.problem import UNSET, Unset
from mentormatch.problem.build import listed
from mentormatch.problem.given import Given
from mentormatch.problem.progress import announce
from mentormatch.report.files import suffix_of
from mentormatch.scale.asked import asked_of
from mentormatch.scale.components import Said, components
from mentormatch.scale.keys import said, wrong_keys
from mentormatch.scale.managers import Managers
from mentormatch.scale.result import ScaleResult
from mentormatch.scale.spread import Spread
from mentormatch.scale.store import SIDES, Row, Store, opened, readable, without_its_errors
from mentormatch.scale.sums import Sums
from mentormatch.scale.work import Block

if TYPE_CHECKING:
    from datetime import date

    from mentormatch.network import Progress, Solver
    from mentormatch.people.notes import Side
    from mentormatch.settings import Settings

_PAIRS: Final = {
    "mentee_row": "BIGINT",
    "mentor_row": "BIGINT",
    "mentee": "VARCHAR",
    "mentor": "VARCHAR",
    "score": "DOUBLE",
    "evidence": "DOUBLE",
}
_ALONE: Final = {"side": "VARCHAR", "row": "BIGINT", "id": "VARCHAR", "reason": "VARCHAR"}


def match_blocks(
    mentors: str | os.PathLike[str],
    mentees: str | os.PathLike[str],
    *,
    by: str | Iterable[str],
    out: str | os.PathLike[str],
    unmatched: str | os.PathLike[str] | None = None,
    mapping: Mapping[str, str | None] | None = None,
    preset: str | Mapping[str, float] | Settings | Unset | None = UNSET,
    scorers: Any = None,
    constraints: Iterable[Any] = (),
    objective: str | Iterable[str] | None = None,
    min_score: float | None = None,
    on: date | None = None,
    solver: str | Solver = "auto",
    seed: int | None = None,
    memory: int | None = None,
    n_jobs: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    progress: Any = None,
) -> ScaleResult:
    """Match the people of two Parquet files block by block, where hard rules keep the blocks apart.

    Two people may be matched only if under each of the columns ``by`` they have a value in
    common: the same site, one language that both speak. People then fall apart into blocks between
    which no pair is possible, and matching each block exactly is matching all of them
    exactly. Only the people of the blocks in work are in memory.

    Parameters
    ----------
    mentors, mentees
        Two .parquet files, read as :meth:`Pool.read` reads them; a column says who somebody is.
    by
        Columns in which two people must have a value in common: fields such as ``"languages"`` and
        ``"site"``, or other headings. Who left one of them open is matched with nobody.
    out
        The .parquet file for the pairs: mentee, mentor, score, evidence, in the order of the mentees' file.
    unmatched
        A .parquet file for those without a partner: side, id and the public reason.
    mapping
        Heading -> field, as for :meth:`Pool.read`.
    preset, scorers, constraints, objective, min_score, on, solver, seed
        As for :func:`match`. What unknown counts as, and how rare a word is, is a matter of each block.
    memory
        Bytes that DuckDB may take, and that one block of scores may take; 1 GiB and 64 MiB.
    n_jobs
        Blocks at once, as joblib counts; None: one, or as a surrounding ``joblib.parallel_config`` says.
    folder
        Where the folder for temporary files is made; it takes about twice the files' unpacked size, only this
        user can read it, and it is gone at the end.
    progress
        True for a bar, or ``callable(stage, done, total)``, in people.

    Returns
    -------
    ScaleResult
        Counts, proofs and rows that could not be read; the same whatever ``n_jobs`` and backend.

    Raises
    ------
    InputError
        Everything that is wrong with files, keys and arguments, at once; or with a block's people.
    Infeasible
        A block has minimums that cannot all be kept.
    UnsupportedProblem
        The objective ``floor``, which looks at the worst pair of all, or a rule that counts across blocks.
    MissingExtra
        The extra ``scale`` is not installed.
    StateError
        A worker was lost, or memory or disk ran out.

    Notes
    -----
    Exact, because no pair leads out of a block, and each tier of the whole is best exactly where it is best in every
    block: they are sums, or compare sorted scores. The blocks are the connected components of people and
    combinations of values; one solve each. On joblib's own backends a worker matches whole
    blocks. Workers of a cluster get arrays of scores, bounds and allowed pairs, never people or rules.

    Examples
    --------
    >>> import mentormatch as mm
    >>> result = mm.match_blocks(  # doctest: +SKIP
    ...     "mentors.parquet", "mentees.parquet", by=("languages", "site"), out="pairs.parquet", n_jobs=2
    ... )
    >>> result.optimal  # doctest: +SKIP
    True
    """
    keys = (by,) if isinstance(by, str) else listed(by, "by")
    given = Given(None, None, preset, scorers, listed(constraints, "constraints"), (), min_score, on, memory)
    paths: dict[Side, Any] = {"mentors": mentors, "mentees": mentees}
    names = dict(mapping or {})
    del preset, constraints  # a traceback may show what this frame holds
    asked = Masked((given, objective, solver, seed))
    report = announce(progress)
    return without_its_errors(
        lambda: without_frames(lambda: _match(paths, keys, out, unmatched, names, asked.value, n_jobs, folder, report))
    )


def _match(
    paths: dict[Side, Any],
    keys: tuple[str, ...],
    out: Any,
    unmatched: Any,
    mapping: dict[str, str | None],
    asked: tuple[Any, ...],
    n_jobs: int | None,
    folder: Any,
    report: Progress | None,
) -> ScaleResult:
    faults = [] if keys else [Fault(("by",), "no_keys", "names the columns that keep blocks apart")]
    faults += wrong_keys(keys)
    suffix_of(out, (".parquet",))
    if unmatched is not None:
        suffix_of(unmatched, (".parquet",))
    found = {side: readable(paths[side], side, faults) for side in SIDES}
    if folder is not None and not Path(folder).is_dir():
        faults.append(Fault(("folder",), "no_folder", "is a folder that exists"))
    ask = asked_of(*asked, mapping=mapping, faults=faults)
    with opened(ask.memory, folder) as store:
        store.load(found, keys, mapping)
        if report:
            report("read", 1, 1)
        kinds = _arranged(store, keys)
        across = Managers.of(store, ask)
        ask = replace(across.rest(ask), headings=store.headings, most_pairs=store.most_pairs())
        sums = Sums(ask.objective)
        store.table("pairs", _PAIRS)
        store.table("alone", _ALONE)
        people = store.people
        blocks = (Block(n, a, b, _said(kinds, a, b), across.lines(a, b)) for n, a, b in store.blocks())
        for block, done in Spread(ask, n_jobs).matched(blocks):
            sums.add(block, done)
            store.add("pairs", done.pairs)
            store.add("alone", done.unmatched)
            if report:
                report("solve", sums.people, people)
        store.write("pairs", "mentee, mentor, score, evidence", "mentee_row, mentor_row", Path(out))
        if unmatched is not None:
            store.write("alone", "side, id, reason", "side, row", Path(unmatched))
    if report:
        report("write", 1, 1)
    return sums.result(Path(out))


def _arranged(store: Store, keys: tuple[str, ...]) -> dict[Side, list[Said]]:
    """Find the blocks and order the people by them; return what each kind of person said."""
    kinds = {side: [said(keys, cells) for cells in store.kinds(side)] for side in SIDES}
    blocks = components(kinds["mentees"], kinds["mentors"])
    store.arrange("mentees", blocks.mentees)
    store.arrange("mentors", blocks.mentors)
    return kinds


def _said(
    kinds: Mapping[Side, list[Said]], mentees: list[Row], mentors: list[Row]
) -> tuple[dict[int, Said], dict[int, Said]]:
    """Return what the kinds of people of a block said."""
    rows = {"mentees": mentees, "mentors": mentors}
    first, second = ({kind: kinds[side][kind] for kind in {row.kind for row in rows[side]}} for side in SIDES)
    return first, second

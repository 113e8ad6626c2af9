"""People in a DuckDB database of this call's own, handed out block by block.

DuckDB reads the two files that were asked for and nothing else: after that it has no access to
files, its settings are locked, values reach it as parameters only, and columns go by their
number, so that no heading and no answer is ever part of a statement. What does not fit into its
memory lies in a folder that only this user can read, and that is gone at the end.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mentormatch.errors import Fault, InputError, MissingExtra, StateError
from mentormatch.people.columns import read_column
from mentormatch.people.fields import FIELD
from mentormatch.people.headings import plan
from mentormatch.people.limits import Limits
from mentormatch.people.notes import Side
from mentormatch.people.tables import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Answer = TypeVar("Answer")

SIDES: Final[tuple[Side, Side]] = ("mentees", "mentors")

_PLACES: Final[Mapping[Side, str]] = {"mentees": "mentors_wanted", "mentors": "capacity"}

_FETCHED: Final = 4096
"""Rows that come out of DuckDB at once."""

_LONELY: Final = 5000
"""People with nobody to meet are handed out so many at a time."""

_GLOB: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of people.

    Attributes
    ----------
    side
        Whose it is.
    headings
        Its columns.
    identity
        The position of the column with ids.
    keys
        The positions of the columns under which people must have a value in common.
    places, managers
        The positions of the columns that say how many partners each has place for, and who manages whom; None: there
        is none.
    """

    side: Side
    headings: tuple[str, ...]
    identity: int
    keys: tuple[int, ...]
    places: int | None
    managers: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: where it stands, which kind of person by keys, and the answers."""

    row: int
    kind: int
    cells: tuple[Any, ...]


class Store:
    """The people of one call; made by :func:`opened`."""

    def __init__(self, connection: Any, folder: Path) -> None:
        self._connection, self._folder = connection, folder
        self.sheets: dict[Side, Sheet] = {}

    def load(self, paths: Mapping[Side, Path], keys: Sequence[str], mapping: Mapping[str, str | None]) -> None:
        """Read both files, then shut every way to other files.

        Raises
        ------
        InputError
            A file is no Parquet file, has no ids, has an id twice, or lacks a key.
        """
        faults: list[Fault] = []
        for side in SIDES:
            headings = self._headings(paths[side], faults)
            if headings is None:
                continue
            sheet = _sheet(side, headings, keys, mapping, faults)
            names = ", ".join(f"c{k}" for k in range(len(headings)))
            query = f"CREATE TABLE {side} AS SELECT * FROM read_parquet($path) AS t({names})"  # noqa: S608
            self._run(query, path=str(paths[side]))
            if sheet is not None:
                self.sheets[side] = sheet
        out = str(self._folder / "out").replace("'", "''")
        self._run(f"SET allowed_directories = ['{out}']")
        self._run("SET enable_external_access = false")
        self._run("SET lock_configuration = true")
        for sheet in self.sheets.values():
            faults += self._doubles(sheet)
        if faults:
            raise InputError(faults)

    def _headings(self, path: Path, faults: list[Fault]) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = None
        try:
            query = "SELECT * FROM read_parquet($path) LIMIT 0"
            found = tuple(str(one[0]) for one in self._connection.execute(query, {"path": str(path)}).description)
        except _errors():
            pass
        if found is None:
            faults.append(Fault((path.name,), "not_parquet", "is not a Parquet file"))
        elif len(found) > Limits().columns:
            faults.append(Fault((path.name,), "too_large", f"has more than {Limits().columns} columns"))
            found = None
        return found

    def _doubles(self, sheet: Sheet) -> list[Fault]:
        """Tell the ids that stand in a file more than once: blocks would not see it."""
        query = f"""
            SELECT trim(CAST(c{sheet.identity} AS VARCHAR)) AS id FROM {sheet.side}
            WHERE id <> '' GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1000"""  # noqa: S608  # names of our own
        found = self._run(query).fetchall()
        return [Fault((sheet.side, "id"), "duplicate_id", "occurs more than once", id=who) for (who,) in found]

    def kinds(self, side: Side) -> list[tuple[Any, ...]]:
        """Count off the different answers under the keys, and return them in order: a cell a key."""
        columns = ", ".join(f"c{k}" for k in self.sheets[side].keys)
        self._run(f"""
            CREATE TABLE {side}_kind AS SELECT row_number() OVER (ORDER BY first) - 1 AS kind, * FROM
            (SELECT min(rowid) AS first, {columns} FROM {side} GROUP BY {columns})""")  # noqa: S608
        return list(self._run(f"SELECT {columns} FROM {side}_kind ORDER BY kind").fetchall())  # noqa: S608

    def arrange(self, side: Side, blocks: NDArray[Any]) -> None:
        """Order the people of a side by block, given the block of each kind; those with nobody to meet come first."""
        self._run(f"CREATE TABLE {side}_block (kind BIGINT, block BIGINT)")
        numbers = {"kind": list(range(len(blocks))), "block": blocks.tolist()}
        self._run(f"INSERT INTO {side}_block SELECT unnest($kind), unnest($block)", **numbers)
        same = " AND ".join(f"p.c{k} IS NOT DISTINCT FROM s.c{k}" for k in self.sheets[side].keys)
        cells = ", ".join(f"p.c{k}" for k in range(len(self.sheets[side].headings)))
        alone = f"-2 * (p.rowid // {_LONELY}) - {SIDES.index(side) + 1}"
        self._run(f"""
            CREATE TABLE {side}_ordered AS
            SELECT CASE WHEN b.block < 0 THEN {alone} ELSE b.block END AS block, p.rowid AS row, s.kind, {cells}
            FROM {side} AS p JOIN {side}_kind AS s ON {same} JOIN {side}_block AS b ON b.kind = s.kind
            ORDER BY block, row""")  # noqa: S608
        self._run(f"DROP TABLE {side}")

    def blocks(self) -> Iterator[tuple[int, list[Row], list[Row]]]:
        """Hand out the people of each block in turn: its number, mentees and mentors; a lonely side's is below 0."""
        sides = [self._grouped(side) for side in SIDES]
        held = [next(side, None) for side in sides]
        while any(held):
            block = min(one[0] for one in held if one)
            found: list[list[Row]] = []
            for position, one in enumerate(held):
                mine = one is not None and one[0] == block
                found.append(one[1] if one is not None and mine else [])
                if mine:
                    held[position] = next(sides[position], None)
            yield block, found[0], found[1]

    def _grouped(self, side: Side) -> Iterator[tuple[int, list[Row]]]:
        for block, rows in groupby(self._rows(side), key=itemgetter(0)):
            yield block, [Row(row[1], row[2], row[3:]) for row in rows]

    def _rows(self, side: Side) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.cursor()
        cursor.execute(f"SELECT * FROM {side}_ordered")  # noqa: S608  # in the order in which it was made
        while rows := cursor.fetchmany(_FETCHED):
            yield from rows

    @property
    def people(self) -> int:
        """How many people there are, once they are in order."""
        return sum(self._counts())

    @property
    def headings(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The columns of the mentees' file and of the mentors'."""
        return self.sheets["mentees"].headings, self.sheets["mentors"].headings

    def most_pairs(self) -> int:
        """Return the most pairs that people's own bounds allow."""
        counts = self._counts()
        return min(
            self._places(self.sheets[side], own, others)
            for side, own, others in zip(SIDES, counts, reversed(counts), strict=True)
        )

    def _counts(self) -> list[int]:
        return [int(self._run(f"SELECT count(*) FROM {side}_ordered").fetchall()[0][0]) for side in SIDES]  # noqa: S608

    def _places(self, sheet: Sheet, own: int, others: int) -> int:
        if sheet.places is None:
            return own * min(1, others)
        query = f"SELECT c{sheet.places}, count(*) FROM {sheet.side}_ordered GROUP BY c{sheet.places}"  # noqa: S608
        cells, counts = zip(*(self._run(query).fetchall() or [(None, 0)]), strict=True)
        bounds = read_column(FIELD[_PLACES[sheet.side]], clean(cells), defaultdict(list))
        return sum(count * min(bound[1], others) for bound, count in zip(bounds, counts, strict=True))

    def managers(self) -> dict[str, set[str]]:
        """Return who says who manages them: ids, as they stand in the files."""
        found: dict[str, set[str]] = {}
        for sheet in self.sheets.values():
            if sheet.managers is not None:
                query = f"""
                    SELECT trim(CAST(c{sheet.identity} AS VARCHAR)) AS who,
                    trim(CAST(c{sheet.managers} AS VARCHAR)) AS boss
                    FROM {sheet.side}_ordered WHERE who <> '' AND boss <> '' AND who <> boss"""  # noqa: S608
                for who, boss in self._run(query).fetchall():
                    found.setdefault(who, set()).add(boss)
        return found

    # --- what comes of it ------------------------------------------------------------------------------------------

    def table(self, name: str, columns: Mapping[str, str]) -> None:
        """Make an empty table for results."""
        self._run(f"CREATE TABLE {name} ({', '.join(f'{one} {kind}' for one, kind in columns.items())})")

    def add(self, name: str, columns: Mapping[str, list[Any]]) -> None:
        """Add rows to a table of results."""
        if any(columns.values()):
            lists = ", ".join(f"unnest(${one})" for one in columns)
            self._run(f"INSERT INTO {name} SELECT {lists}", **columns)

    def write(self, name: str, columns: str, order: str, path: Path) -> None:
        """Write a table of results as a Parquet file, in one step and for this user's eyes."""
        from mentormatch.report.files import replacing

        made = self._folder / "out" / f"{name}.parquet"
        relation = self._connection.sql(f"SELECT {columns} FROM {name} ORDER BY {order}")  # noqa: S608
        relation.write_parquet(str(made), compression="zstd")
        with made.open("rb") as source, replacing(path) as target:
            while piece := source.read(1 << 20):
                target.write(piece)

    def _run(self, statement: str, **values: Any) -> Any:
        return self._connection.execute(statement, values) if values else self._connection.execute(statement)


@contextmanager
def opened(memory: int | None, folder: str | os.PathLike[str] | None) -> Iterator[Store]:
    """Open a store in a folder of its own, and leave nothing behind.

    Parameters
    ----------
    memory
        Bytes that DuckDB may take; None: 1 GiB.
    folder
        Where to make that folder; None: where temporary files go.

    Raises
    ------
    MissingExtra
        The extra ``scale`` is not installed.
    """
    duckdb = _duckdb()
    with TemporaryDirectory(prefix="mentormatch-", dir=folder, ignore_cleanup_errors=True) as made:
        place = Path(made)
        (place / "out").mkdir(mode=0o700)
        settings = {
            "memory_limit": f"{max(1, (memory or 1 << 30) >> 20)}MiB",
            "temp_directory": str(place / "spilled"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
        connection = duckdb.connect(str(place / "people.duckdb"), config=settings)
        try:
            yield Store(connection, place)
        finally:
            connection.close()


def without_its_errors(call: Callable[[], Answer]) -> Answer:
    """Return what a call returns; where DuckDB fails, constant words: its own may hold an answer of somebody's.

    Raises
    ------
    StateError
        DuckDB ran out of memory or of disk.
    """
    try:
        return call()
    except _errors():
        pass
    raise StateError("the people could not be held: memory, or the disk for temporary files, is full")


def _duckdb() -> Any:
    duckdb: Any = None
    with suppress(ImportError):
        import duckdb
    if duckdb is None:
        raise MissingExtra("scale", "Matching in blocks")
    return duckdb


def _errors() -> type[Exception]:
    error: type[Exception] = _duckdb().Error
    return error


def readable(path: str | os.PathLike[str], side: Side, faults: list[Fault]) -> Path:
    """Return a path that DuckDB takes for that one file."""
    found = Path(path)
    if _GLOB & set(str(found)):
        faults.append(Fault((side,), "bad_path", "is one file; its path has none of * ? ["))
    elif not found.is_file():
        faults.append(Fault((side,), "no_file", f"there is no file {found}"))
    return found.absolute()


def _sheet(
    side: Side,
    headings: tuple[str, ...],
    keys: Sequence[str],
    mapping: Mapping[str, str | None],
    faults: list[Fault],
) -> Sheet | None:
    """Find the columns that matter here among a file's headings."""
    known = {heading: name for heading, name in mapping.items() if heading in headings}
    meant = plan(headings, side, known, strict=False)
    at = {name: positions[0] for name, positions in meant.fields.items()}
    at = {**{heading: k for k, heading in enumerate(headings) if heading not in meant.mapping}, **at}
    lacking = [key for key in keys if key not in at]
    faults += [Fault(("by",), "unknown_key", f'"{key}" is no column of the {side}') for key in lacking]
    if "id" not in at:
        faults.append(Fault((side,), "no_id", "people in blocks need a column of ids"))
    if lacking or "id" not in at:
        return None
    return Sheet(side, headings, at["id"], tuple(at[key] for key in keys), at.get(_PLACES[side]), at.get("manager_id"))

"""The commands, their arguments and options."""

from __future__ import annotations

import functools
import io
import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, ParamSpec

import typer

import mentormatch as mm
from mentormatch.cli import files, match
from mentormatch.cli.words import Language
from mentormatch.errors import Fault
from mentormatch.explain import clean

P = ParamSpec("P")

NO_RESULT: Final = 1
WRONG_INPUT: Final = 2
INTERRUPTED: Final = 130

app = typer.Typer(
    name="mentormatch",
    help="Match mentees with mentors: readable scores, hard rules, a proven optimum, explained in confidence.",
    epilog="Exit codes: 0 all is well; 1 no result; 2 the call or the input is wrong; 3 rows could not be read.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain lines: a file name in an error is never broken by a box
    pretty_exceptions_enable=False,  # no traceback with the values of confidential fields
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Side(StrEnum):
    """For whom a template is."""

    mentees = "mentees"
    mentors = "mentors"
    both = "both"


class Shape(StrEnum):
    """What a JSON schema describes."""

    request = "request"
    matching = "matching"


def run() -> int:
    """Run the command with the arguments of the process and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter shows "?"
    try:
        app(prog_name="mentormatch")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return match.OK


def guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn what a command may raise into one message and an exit code; never a traceback."""

    @functools.wraps(command)
    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        code: int | None
        try:
            code = command(*args, **kwargs)
        except KeyboardInterrupt:
            code = _fail("stopped", INTERRUPTED)
        except mm.InputError as error:
            code = _fail(str(error), WRONG_INPUT)
        except mm.MentorMatchError as error:
            code = _fail(str(error), NO_RESULT)
        except BrokenPipeError:
            # The reader of our output has gone, as after `| head`: nothing is left to be said.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = NO_RESULT
        except OSError as error:
            code = _fail(f"{error.filename or 'a file'}: {error.strerror or 'cannot be used'}", NO_RESULT)
        except (typer.Exit, typer.BadParameter):
            raise
        except Exception as error:  # noqa: BLE001  # a defect of ours: told without the values in its message
            code = _fail(
                f"a defect in mentormatch ({type(error).__name__} at {_place(error)}); please report it", NO_RESULT
            )
        raise typer.Exit(code or 0)

    return call


def _place(error: Exception) -> str:
    """Return the file and line where an error was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _fail(message: str, code: int) -> int:
    lines = [clean(line) for line in message.splitlines()] or ["no reason was given"]
    print("error:", "\n".join(lines), file=sys.stderr)
    return code


def _version(asked: bool) -> None:
    if asked:
        print(f"mentormatch {mm.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    pass


def _pairs(headings: list[str]) -> dict[str, str]:
    mapping = {}
    for text in headings:
        heading, _, name = text.rpartition("=")
        if not heading.strip() or not name.strip():
            raise typer.BadParameter(f'"{clean(text)}" is not "Heading=field"', param_hint="--map")
        mapping[heading.strip()] = name.strip()
    return mapping


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("must be a date such as 2026-12-31", param_hint="--on") from None


@app.command(name="match")
@guarded
def match_command(  # one parameter per option
    mentors: Annotated[Path, typer.Argument(help="Table of mentors: .csv, .xlsx, .json or .parquet.")],
    mentees: Annotated[
        Path | None, typer.Argument(help="Table of mentees; left out when the first table has a column role.")
    ] = None,
    *,
    config: Annotated[Path | None, typer.Option(help="Settings: scorers, rules and aims, .toml or .json.")] = None,
    tensions: Annotated[
        Path | None, typer.Option(help="Who to keep apart: a table with person a, person b and expires.")
    ] = None,
    headings: Annotated[
        list[str] | None, typer.Option("--map", metavar='"HEADING=FIELD"', help="What a heading means; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the pairs: .csv, .xlsx, .json or .parquet.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a report to read in a browser: .html.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Write the rows that cannot be read: .csv.")] = None,
    skip_rejects: Annotated[bool, typer.Option("--skip-rejects", help="Go on without those rows.")] = False,
    language: Annotated[Language, typer.Option(help="Of explanations and report.")] = Language.en,
    seed: Annotated[int | None, typer.Option(help="Decides between exact ties.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day at which expiry is read; today.")] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.001, metavar="SECONDS", help="Longest solve.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the pairs and errors only.")] = False,
) -> int:
    """Match the mentees of one table with the mentors of another.

    Prints a line per pair, then who is not matched and why. Rows that cannot be read stop the run
    with exit code 3 unless --skip-rejects is given.
    """
    return match.run(
        match.Job(
            mentors,
            mentees,
            config=config,
            tensions=tensions,
            mapping=_pairs(headings or []),
            out=out,
            report=report,
            rejects=rejects,
            skip_rejects=skip_rejects,
            language=language,
            seed=seed,
            on=_date(on),
            time_limit=time_limit,
            quiet=quiet,
        )
    )


@app.command()
@guarded
def demo(
    folder: Annotated[Path, typer.Option(help="Where to write the pairs and the report.")] = Path("demo"),
    language: Annotated[Language, typer.Option(help="Of explanations and report.")] = Language.en,
) -> int:
    """Match the example programme and write pairs.csv and report.html."""
    source = files.example()
    folder.mkdir(parents=True, exist_ok=True)
    job = match.Job(
        source / "mentors.csv",
        source / "mentees.csv",
        config=source / "rules.toml",
        tensions=source / "tensions.csv",
        out=folder / "pairs.csv",
        report=folder / "report.html",
        rejects=folder / "rejects.csv",
        skip_rejects=True,
        language=language,
    )
    code = match.run(job)
    print(f"\nThe tables are in {source}")
    print(f"The report is   {(folder / 'report.html').resolve()}")
    return code


@app.command()
@guarded
def schema(shape: Annotated[Shape, typer.Argument(help="What the schema describes.")]) -> None:
    """Print the JSON schema of a request or of a matching."""
    print(json.dumps(mm.schema(shape.value), indent=2, ensure_ascii=False))


@app.command()
@guarded
def template(
    path: Annotated[Path, typer.Argument(help="The sheet to write: .xlsx or .csv.")],
    *,
    side: Annotated[Side, typer.Option(help="For whom.")] = Side.mentees,
    language: Annotated[Language, typer.Option(help="Of the headings.")] = Language.en,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a sheet that is there already.")] = False,
) -> None:
    """Write an empty sheet with every heading explained."""
    wrong = list(files.unusable((), (path,)))
    if path.is_file() and not overwrite:  # it may have been filled in
        wrong.append(Fault((str(path),), "file_exists", "is there already; --overwrite replaces it"))
    if wrong:
        raise mm.InputError(wrong)
    mm.write_template(path, side=side.value, language=language.value)
    print(f"written: {path}", file=sys.stderr)


@app.command()
@guarded
def warmup() -> None:
    """Compile what large problems need and keep it on disk, for container images."""
    print(mm.warmup())

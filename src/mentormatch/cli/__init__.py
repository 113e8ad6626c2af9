"""The command ``mentormatch``: reads arguments, calls the library, prints.

Exit codes: 0 all is well; 1 no result (rules that clash, time that ran out, a file that cannot be
written); 2 the call or the input is wrong; 3 rows could not be read; 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> int:
    """Run the command and return its exit code; console scripts call this.

    Without the extra ``cli`` it says in one line what to install.
    """
    try:
        import typer  # noqa: F401  # only to know that it is there
    except ImportError:
        sys.stderr.write('error: The command line needs the extra "cli": pip install "mentor-matching[cli]"\n')
        return 2
    from mentormatch.cli.app import run

    return run()

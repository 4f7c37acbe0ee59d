"""The command line. `main` is the entry point `revrec`.

It calls operations directly, as a user (`--as`). Tables for people, `--json` for programs, one sentence on
standard error where something is refused.

Exit status: 0 done; 1 refused, or the job failed; 2 the command itself is wrong; 130 interrupted.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["importing", "main"]


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit status. What a command does not need is not imported."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["calc"]:
        from api.cli.calc import main as calculate

        calculate(given[1:])
    with importing():
        from api.cli.app import main as run
    run(given)


@contextmanager
def importing() -> Iterator[None]:
    """Modules, once there, stay: looking among them for what is dead took a sixth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

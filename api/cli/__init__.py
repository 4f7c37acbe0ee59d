"""The command line. `main` is the entry point `revrec`.

It calls operations directly, as a user (`--as`). Tables for people, `--json` for programs, one sentence on
standard error where something is refused.

Exit status: 0 done; 1 refused, or the job failed; 2 the command itself is wrong; 130 interrupted.
"""

from api.cli.app import main

__all__ = ["main"]

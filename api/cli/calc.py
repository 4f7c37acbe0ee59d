"""`revrec calc`: a scenario replayed through the engine of the close. No database, no settings, no network.

It starts without the other commands (`api.cli.main` sees to that), so that what it prints is there at once.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from revrec.accounting.scenario_text import TEXT_MAX, parse_scenario
from revrec.accounting.scenario_values import ScenarioError

OK, USAGE, INTERRUPTED = 0, 2, 130
# typer brings a click of its own, whose base class of usage errors it does not name.
_COMMAND_LINE_WRONG: type[Exception] = typer.BadParameter.__mro__[2]


def calc(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A scenario in JSON; - reads standard input.")],
    as_json: Annotated[
        bool, typer.Option("--json/--table", help="One JSON object for programs, or tables for people.")
    ] = True,
) -> None:
    """Replay the life of a contract, given as a file of its events: allocation, schedule, balances, journals."""
    try:
        data = parse_scenario(_read(file))
        # Only now: what reads numbers in columns takes most of the time that this command takes to start.
        from revrec.accounting.scenario import run_scenario

        answer = run_scenario(data)
    except ScenarioError as error:
        _refuse(str(error))
    if as_json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        from api.cli.calc_tables import print_answer

        print_answer(answer, data)


def main(arguments: list[str]) -> NoReturn:
    """`revrec calc` with these arguments, and nothing of the other commands."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(calc)
    code: Any
    try:
        code = app(args=arguments, prog_name="revrec calc", standalone_mode=False)
        sys.stdout.flush()
    except _COMMAND_LINE_WRONG as error:
        error.show()  # type: ignore[attr-defined]
        code = USAGE
    except (KeyboardInterrupt, typer.Abort):
        print("revrec: Interrupted.", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        # Who read us has gone: nothing is left to be said, not even at exit.
        sys.stdout = None
        code = OK
    sys.exit(code if isinstance(code, int) else OK)


def _read(file: str) -> bytes:
    """The bytes of the file, or of standard input."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(TEXT_MAX + 1)
        with Path(file).open("rb") as opened:
            return opened.read(TEXT_MAX + 1)
    except FileNotFoundError:
        _refuse(f"{file}: There is no such file.")
    except IsADirectoryError:
        _refuse(f"{file}: This is a folder, not a file.")
    except OSError as error:
        _refuse(f"{file}: It cannot be read: {error.strerror or error}.")


def _refuse(sentence: str) -> NoReturn:
    print(f"revrec: {sentence}", file=sys.stderr)
    raise typer.Exit(USAGE)

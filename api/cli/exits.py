"""From what went wrong to a sentence on standard error and an exit status."""

import sys
from collections.abc import Callable

import typer
from sqlalchemy.exc import DBAPIError

from revrec.crm.errors import CrmError
from revrec.netsuite.errors import NetSuiteError
from revrec.problems import Invalid, RevRecError, SettingInvalid

OK, REFUSED, USAGE, INTERRUPTED = 0, 1, 2, 130


def run(command: Callable[[], object]) -> int:
    """Run a command; expected failures become a sentence, others keep their traceback."""
    try:
        code = command()
    except RevRecError as error:
        say_error(error.message)
        for finding in error.findings:
            print(
                f"  {finding.severity}: {finding.where}: {finding.message} [{finding.code}]", file=sys.stderr
            )
        return USAGE if isinstance(error, (Invalid, SettingInvalid)) else REFUSED
    except (NetSuiteError, CrmError) as error:
        say_error(str(error))
        return REFUSED
    except DBAPIError as error:
        if (
            not error.connection_invalidated
            and "no such table" not in str(error.orig)
            and not _unreachable(error)
        ):
            raise
        words = str(error.orig).strip()
        say_error(f"The database cannot be used: {words}. Is it running, and upgraded (`revrec db upgrade`)?")
        return REFUSED
    except (KeyboardInterrupt, typer.Abort):
        say_error("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        return OK
    return code if isinstance(code, int) else OK


def say_error(message: str) -> None:
    print(f"revrec: {message}", file=sys.stderr)


def _unreachable(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    return any(words in text for words in ("connection", "unable to open", "does not exist", "undefined"))

"""`revrec journals check`: what NetSuite would refuse, told before anything is sent."""

import sys
from collections.abc import Sequence
from typing import Annotated, TextIO

import typer

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json
from api.cli.session import As, Json, acting, deployment
from api.deployment import Deployment
from api.views.journal_checks import JournalCheckView, journal_check_views
from revrec.operations.permissions import require
from revrec.problems import NotFound
from revrec.store.queries.journals import journal_by_number_or_id, unsent_journals


def check(
    journals: Annotated[
        list[str] | None,
        typer.Argument(metavar="JOURNAL...", help="Numbers or ids; default: all not sent yet."),
    ] = None,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Check accounts, segment values, required fields and subsidiaries of journals against what was last read of
    NetSuite. Asks NetSuite nothing. Exit status 1 where a journal would be refused."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            ids: list[int] = []
            for text in journals or []:
                row = journal_by_number_or_id(session, text)
                if row is None:
                    raise NotFound(f"There is no journal {text}.", where="journal")
                ids.append(row.id)
            views = journal_check_views(session, ids or unsent_journals(session))
    if as_json:
        print_json(views)
    else:
        unfit = [one for one in views if not one.fit]
        print_problems(unfit, sys.stdout)
        print(f"{len(views)} journals checked, {len(unfit)} would be refused.")
    return OK if all(one.fit for one in views) else REFUSED


def warn_of_unfit(opened: Deployment, ids: Sequence[int]) -> None:
    """Say on standard error what NetSuite would refuse of journals that were just approved."""
    with opened.store.read() as session:
        print_problems([one for one in journal_check_views(session, ids) if not one.fit], sys.stderr)


def print_problems(views: Sequence[JournalCheckView], stream: TextIO) -> None:
    """A line for each problem, under its journal."""
    for view in views:
        print(f"Journal {view.number or f'draft {view.journal}'} of {view.period}:", file=stream)
        for problem in view.problems:
            print(f"  {problem.message}", file=stream)

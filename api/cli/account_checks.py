"""`revrec accounts audit`, `clearing` and `reset`: whether the mapping holds, and starting it anew."""

from typing import Annotated

import typer

from api.cli.accounts import Retrospective, ValidFrom, app
from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, print_table
from api.cli.session import As, Json, Reason, acting, deployment
from api.views.accounts import audit_view
from api.views.clearing import clearing_view
from revrec.operations.permissions import require
from revrec.operations.reset_mapping import reset_mapping

__all__ = ["Yes", "app"]

Yes = Annotated[bool, typer.Option("--yes", help="Confirm it.")]


@app.command("audit")
def audit(as_: As = "", as_json: Json = False) -> int:
    """Hold the account mapping against the chart of accounts. Exit status 1 where a rule does not fit."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = audit_view(session, opened.today())
    if as_json:
        print_json(view)
    elif not view.problems:
        print("Every rule of the account mapping fits the chart of accounts.")
    else:
        print_table(
            ["rule", "what is wrong", "code"], [[one.rule, one.message, one.code] for one in view.problems]
        )
    return REFUSED if view.problems else OK


@app.command("clearing")
def clearing(
    period: Annotated[
        str, typer.Argument(help="At the end of this period; default: the newest closed.")
    ] = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Show clearing accounts that do not net to zero, with the documents. Exit status 1 where there is one."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            view = clearing_view(session, period)
    if as_json:
        print_json(view)
        return REFUSED if view.accounts else OK
    if not view.accounts:
        print(f"Every clearing account nets to zero at the end of {view.period}.")
        return OK
    for one in view.accounts:
        print(f"{one.name}, {one.subsidiary}, end of {view.period}: {one.rest} {one.currency}")
        print_table(
            ["document>", "number", "customer", "posted in", "amount$", "why"],
            [
                [str(each.document), each.number, each.customer, each.period, each.amount, each.why]
                for each in one.documents
            ],
        )
    return REFUSED


@app.command("reset")
def reset(
    yes: Yes = False,
    valid_from: ValidFrom = None,
    retrospective: Retrospective = False,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Withdraw every rule of the account mapping from a day on, defaults too."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            count = reset_mapping(
                session,
                actor,
                now=opened.now(),
                confirmed=yes,
                valid_from=valid_from.date() if valid_from else None,
                retrospective=retrospective,
                reason=reason,
            )
    if as_json:
        print_json({"withdrawn": count})
    else:
        print(f"{count} rules are withdrawn. The audit trail keeps what they were.")

"""`revrec period`: accounting periods, their close and reopening."""

from typing import Annotated, Any

import typer

from api.cli.exits import OK
from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Reason, acting, deployment
from api.cli.working import run_job
from api.closing import blockers_of, closed_already
from api.views.periods import period_views
from revrec.operations.periods import periods_of
from revrec.operations.permissions import require
from revrec.operations.set_first_period import set_first_period

app = typer.Typer(help="Accounting periods.", no_args_is_help=True)

Period = Annotated[str, typer.Argument(help="Such as 2026-03.")]


@app.command("set")
def set_period(period: Period, reason: Reason = "", as_: As = "", as_json: Json = False) -> None:
    """Set the first accounting period. Runs before it are conversions, runs after it load by themselves."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            set_first_period(session, actor, period, now=opened.now(), reason=reason)
    if as_json:
        print_json({"first_period": period})
    else:
        print(f"The first accounting period is {period}.")


@app.command("list")
def list_periods(as_: As = "", as_json: Json = False) -> None:
    """List periods and how they stand, here and in NetSuite."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = period_views(session, opened.today())
    print_views(
        views,
        [
            ("period", lambda v: v.period),
            ("fiscal", lambda v: v.fiscal_quarter),
            ("state", lambda v: v.state),
            ("closed by", lambda v: v.closed_by),
            ("closed at", lambda v: v.closed_at),
            ("NetSuite", lambda v: v.netsuite),
        ],
        as_json=as_json,
        empty="No accounting period is set. `revrec period set 2026-01` sets the first.",
    )


@app.command("close")
def close(
    period: Period,
    acknowledge: Annotated[
        list[str] | None, typer.Option(help="Code of a warning to accept; may be repeated. Needs --reason.")
    ] = None,
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Close a period: revenue, netting, ledger and draft journals. Lists what blocks it, if something does."""
    codes = acknowledge or []
    with deployment() as opened:
        actor = acting(opened, as_)
        require(actor, "close_period")
        with opened.store.read() as session:
            periods_of(session).index(period)
            done = closed_already(session, period)
        if done is not None:
            if as_json:
                print_json(done)
            else:
                print(f"{period} is closed already (by {done.closed_by}).")
            return OK
        blockers_of(opened, period, codes, reason).refuse()
        parameters: dict[str, Any] = {"period": period, "acknowledge": codes, "reason": reason}
        return run_job(opened, actor, "close", parameters, as_json=as_json)


@app.command("reopen")
def reopen(
    period: Period,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")],
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Reopen the newest closed period."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.read() as session:
            periods_of(session).index(period)
        return run_job(opened, actor, "reopen", {"period": period, "reason": reason}, as_json=as_json)

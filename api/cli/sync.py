"""`revrec sync`: pull orders and invoices."""

from typing import Annotated

import typer

from api.cli.session import As, Json, acting, deployment
from api.cli.working import run_job

app = typer.Typer(help="Pull from outside systems.", no_args_is_help=True)

Full = Annotated[bool, typer.Option("--full", help="Read everything again, not only what changed.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the job ends.")]


@app.command("orders")
def orders(full: Full = False, wait: Wait = True, as_: As = "", as_json: Json = False) -> int:
    """Pull sales orders from the CRM."""
    with deployment() as opened:
        return run_job(opened, acting(opened, as_), "orders", {"full": full}, as_json=as_json, wait=wait)


@app.command("invoices")
def invoices(
    full: Full = False,
    accept_vanished: Annotated[
        bool,
        typer.Option("--accept-vanished", help="Let a full run mark any share of the documents gone."),
    ] = False,
    wait: Wait = True,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Pull invoices and credit memos from NetSuite, match, reconcile, load, and write the job file."""
    parameters = {"full": full, "kinds": ["CustInvc", "CustCred"], "accept_vanished": accept_vanished}
    with deployment() as opened:
        return run_job(opened, acting(opened, as_), "invoices", parameters, as_json=as_json, wait=wait)


@app.command("load")
def load(
    job: Annotated[int, typer.Argument(help="A job that awaits load.")],
    wait: Wait = True,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Load what a conversion job pulled."""
    with deployment() as opened:
        return run_job(opened, acting(opened, as_), "load", {"job": job}, as_json=as_json, wait=wait)

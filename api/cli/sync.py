"""`revrec sync`: pull orders and invoices."""

from enum import StrEnum
from typing import Annotated

import typer

from api.cli.output import print_json
from api.cli.session import As, Json, acting, deployment
from api.cli.working import run_job
from api.views.jobs import JobView
from api.views.sync import SyncView, invoice_parameters, sync_views
from revrec.operations.permissions import require

app = typer.Typer(help="Pull from outside systems.", no_args_is_help=True)

Full = Annotated[bool, typer.Option("--full", help="Read everything again, not only what changed.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the job ends.")]


class DocumentChoice(StrEnum):
    """Which of NetSuite's documents."""

    BOTH = "both"
    INVOICES = "invoices"
    CREDIT_MEMOS = "credit-memos"


@app.command("orders")
def orders(full: Full = False, wait: Wait = True, as_: As = "", as_json: Json = False) -> int:
    """Pull sales orders from the CRM."""
    with deployment() as opened:
        return run_job(opened, acting(opened, as_), "orders", {"full": full}, as_json=as_json, wait=wait)


@app.command("invoices")
def invoices(
    full: Full = False,
    documents: Annotated[
        DocumentChoice,
        typer.Option("--documents", help="Which documents; each kind is read as far on its own."),
    ] = DocumentChoice.BOTH,
    sweep: Annotated[
        bool,
        typer.Option(
            "--sweep",
            help="Also compare all of NetSuite's documents with what is here; read again what differs.",
        ),
    ] = False,
    accept_vanished: Annotated[
        bool,
        typer.Option(
            "--accept-vanished", help="Let a full run or a sweep mark any share of the documents gone."
        ),
    ] = False,
    wait: Wait = True,
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Pull invoices and credit memos from NetSuite, match, reconcile, load, and write the job file."""
    parameters = invoice_parameters(
        full=full, documents=documents.value, sweep=sweep, accept_vanished=accept_vanished
    )
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


@app.command("status")
def status(as_: As = "", as_json: Json = False) -> None:
    """Show how pulling stands: how far it has come, the last run, and the next."""
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            views = sync_views(session, opened.now())
    if as_json:
        print_json(views)
        return
    for view in views:
        print(f"{view.flow}: {'connected' if view.connected else 'not connected'}")
        for line in _lines(view):
            print(f"  {line}")


def _lines(view: SyncView) -> list[str]:
    found = [view.paused] if view.paused else []
    for kind, moment in view.read_through.items():
        found.append(f"{_NAMES.get(kind, kind)} read through {moment:%Y-%m-%d %H:%M:%S} UTC")
    found.append(f"last run: {_run(view.last)}")
    if view.last_loaded is not None and (view.last is None or view.last_loaded.id != view.last.id):
        found.append(f"last run that loaded: {_run(view.last_loaded)}")
    if view.flow == "invoices" and view.read_through:
        swept = f"{view.swept_at:%Y-%m-%d %H:%M} UTC" if view.swept_at else "never"
        due = ", due with the next scheduled run" if view.sweep_due else ""
        found.append(f"all documents compared: {swept}{due}")
    found.append(f"schedule: {view.schedule}" + ("" if view.schedule == "off" else f" ({view.zone})"))
    if view.next_at is not None:
        found.append(f"next run: {view.next_at:%Y-%m-%d %H:%M} UTC")
    if view.waits and view.waits != view.paused:
        found.append(view.waits)
    return found


def _run(job: JobView | None) -> str:
    if job is None:
        return "none"
    return f"job {job.id}, {job.created_at:%Y-%m-%d %H:%M} UTC, {job.state.replace('_', ' ')}, by {job.requested_by}"


_NAMES = {"CustInvc": "invoices", "CustCred": "credit memos"}

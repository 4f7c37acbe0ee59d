"""`revrec audit`: who did what."""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from api.cli.exits import OK, REFUSED
from api.cli.output import print_json, print_views, shown
from api.cli.session import As, Json, Limit, acting, deployment
from api.views.audit import audit_event_view, chain_check_view
from revrec.operations.audit import verify_trail
from revrec.operations.export_audit import exported_events, note_export
from revrec.operations.permissions import require
from revrec.store.queries.event_subjects import subjects_about
from revrec.store.queries.events import EVENT_ORDER, Wanted, events_page
from revrec.store.queries.ordered import Order
from revrec.store.tables import AuditEvent

app = typer.Typer(help="The audit trail.", no_args_is_help=True)
DAYS = ["%Y-%m-%d"]


@app.command("list")
def list_events(
    action: Annotated[str, typer.Option(help="Of this action.")] = "",
    subject: Annotated[str, typer.Option(help="On this subject.")] = "",
    by: Annotated[str, typer.Option(help="By this user.")] = "",
    search: Annotated[str, typer.Option(help="Part of anything that an event says.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=DAYS, help="From this day on, in UTC.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="Up to this day and with it, in UTC.")
    ] = None,
    contract: Annotated[
        int | None, typer.Option(help="On the orders of this contract, their versions and lines.")
    ] = None,
    customer: Annotated[
        int | None, typer.Option(help="On the NetSuite customers linked to this CRM customer.")
    ] = None,
    period: Annotated[
        str, typer.Option(help="On this period, its closes, journals and balances signed off.")
    ] = "",
    limit: Limit = 50,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List events, newest first."""
    with deployment() as opened:
        require(acting(opened, as_), "read_audit")
        with opened.store.read() as session:
            about = subjects_about(session, contract=contract, customer=customer, period=period)
            first = since.replace(tzinfo=UTC) if since else None
            end = until.replace(tzinfo=UTC) + timedelta(days=1) if until else None
            wanted = Wanted(by, action, subject, search, first, end, about)
            views = [audit_event_view(row) for row in _newest(session, wanted, limit)]
    print_views(
        views,
        [
            ("event>", lambda v: v.id),
            ("at", lambda v: v.at),
            ("by", lambda v: v.actor),
            ("did", lambda v: v.action),
            ("to", lambda v: v.subject),
            ("before", lambda v: shown(v.before)),
            ("after", lambda v: shown(v.after)),
            ("reason", lambda v: v.reason),
        ],
        as_json=as_json,
        empty="Nothing has happened yet.",
    )


def _newest(session: Session, wanted: Wanted, limit: int) -> list[AuditEvent]:
    """Newest first. A search goes through the trail part by part, so that a page of it may hold nothing and go on."""
    order, found = Order(EVENT_ORDER, descending=True), list[AuditEvent]()
    while len(found) < limit:
        page = events_page(session, wanted, order, limit - len(found))
        found += page.rows
        if page.place is None:
            break
        order = replace(order, after=page.place)
    return found


@app.command("verify")
def verify(
    head: Annotated[
        str, typer.Option(help="Head of an earlier export, which must still be part of it.")
    ] = "",
    as_: As = "",
    as_json: Json = False,
) -> int:
    """Check that every event follows the one before it. Exit status 1 if one does not."""
    with deployment() as opened:
        require(acting(opened, as_), "read_audit")
        with opened.store.read() as session:
            view = chain_check_view(verify_trail(session, expected_head=head))
    if as_json:
        print_json(view)
    else:
        print(view.message)
    return OK if view.ok else REFUSED


@app.command("export")
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File; default: standard output.")
    ] = None,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Write all events, oldest first, one JSON object a line. The export itself is an event."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            covered = note_export(session, actor, now=opened.now())
        stream = sys.stdout if output is None else output.open("w", encoding="utf-8")
        try:
            with opened.store.read() as session:
                for event in exported_events(session, covered):
                    stream.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")
        finally:
            if output is not None:
                stream.close()
    if output is not None and as_json:
        print_json({"events": covered.events, "head": covered.head, "path": str(output)})
    elif output is not None:
        print(f"{covered.events} events, head {covered.head}.")

"""`revrec deliveries`: units, percentages and milestones."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col

from api.cli.output import print_json, print_views
from api.cli.session import As, Json, Limit, Reason, acting, deployment
from api.importing import read_deliveries
from api.views.deliveries import DeliveriesImportedView, DeliveryView, delivery_view, delivery_views
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import read_quantity
from revrec.operations.import_deliveries import import_deliveries
from revrec.operations.permissions import require
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.withdraw_delivery import withdraw_delivery
from revrec.problems import Invalid
from revrec.store.queries.delivery_list import DELIVERY_KINDS, WantedDeliveries, deliveries_where
from revrec.store.queries.line_rules import known_lines, pick_line
from revrec.store.queries.order_versions import find_order
from revrec.store.tables import Delivery

app = typer.Typer(help="What was delivered.", no_args_is_help=True)


@app.command("list")
def list_deliveries(
    order: Annotated[str, typer.Option(help="Of this order: its number, else the CRM's id.")] = "",
    contract: Annotated[int | None, typer.Option(help="Of this contract, by our id.")] = None,
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(DELIVERY_KINDS)}.")] = "",
    search: Annotated[
        str,
        typer.Option(
            help="Part of the order's number, its customer, the line, the reference or the milestone."
        ),
    ] = "",
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Delivered on this day or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Delivered on this day or before.")
    ] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="With those that were withdrawn.")] = False,
    limit: Limit = 100,
    as_: As = "",
    as_json: Json = False,
) -> None:
    """List deliveries, newest first."""
    if kind and kind not in DELIVERY_KINDS:
        raise Invalid(f"'{kind}' is no kind of delivery: one of {', '.join(DELIVERY_KINDS)}.", where="--kind")
    first, last = (day.date() if day else None for day in (since, until))
    with deployment() as opened:
        require(acting(opened, as_), "read")
        with opened.store.read() as session:
            only = find_order(session, order).id if order else None
            wanted = WantedDeliveries(search.strip(), kind, only, contract, first, last, withdrawn)
            newest = deliveries_where(wanted).order_by(col(Delivery.id).desc()).limit(limit)
            views = delivery_views(session, [tuple(row) for row in session.execute(newest)])
    print_views(
        views,
        [
            ("delivery>", lambda v: v.id),
            ("order", lambda v: v.order),
            ("line", lambda v: v.line),
            ("product", lambda v: v.product),
            ("date", lambda v: v.day),
            ("delivered", _shown),
            ("reference", lambda v: v.reference),
            ("by", lambda v: v.set_by),
            ("withdrawn by", lambda v: v.withdrawn_by),
        ],
        as_json=as_json,
        empty="No delivery is recorded.",
    )


@app.command("add")
def add(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The order's number, else the CRM's id.")],
    line: Annotated[
        str, typer.Argument(metavar="LINE", help="By the CRM's id, else its place in the order.")
    ],
    day: Annotated[
        datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="When it was delivered or reached.")
    ],
    quantity: Annotated[str, typer.Option(help="Delivered on the day; negative: a return.")] = "",
    percent: Annotated[str, typer.Option(help="Complete so far, of 100.")] = "",
    milestone: Annotated[str, typer.Option(help="Its name in the plan.")] = "",
    reference: Annotated[str, typer.Option(help="The delivery's own number: given twice, kept once.")] = "",
    note: Annotated[str, typer.Option(help="Anything.")] = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Record what was delivered of an order line: a quantity, a percentage or a milestone."""
    report = Report(
        day.date(),
        read_quantity(quantity, where="quantity") if quantity else None,
        read_quantity(percent, where="percent") if percent else None,
        milestone.strip(),
        reference.strip(),
        note,
    )
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            found = find_order(session, order)
            one = pick_line(found, known_lines(session, [found.id]).get(found.id, []), line)
            view = delivery_view(
                session, record_delivery(session, actor, one.obligation_id, report, now=opened.now())
            )
    if as_json:
        print_json(view)
        return
    print(f"Delivery {view.id}: {_shown(view)} of line {view.line} ({view.product}), order {view.order}.")
    if view.effect:
        print(view.effect)


@app.command("withdraw")
def withdraw(
    delivery: Annotated[
        int, typer.Argument(metavar="DELIVERY", help="Its number; `deliveries list` shows it.")
    ],
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Take a delivery back. Needs --reason."""
    with deployment() as opened:
        actor = acting(opened, as_)
        with opened.store.write() as session:
            row = withdraw_delivery(session, actor, delivery, now=opened.now(), reason=reason)
            view = delivery_view(session, row)
    if as_json:
        print_json(view)
        return
    print(f"Delivery {view.id} ({_shown(view)} of order {view.order}) is withdrawn.")
    if view.effect:
        print(view.effect)


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="A .xlsx or .csv file; see docs/contracts.md for its columns.")
    ],
    reason: Reason = "",
    as_: As = "",
    as_json: Json = False,
) -> None:
    """Load a sheet of deliveries: all rows are checked first, and nothing is loaded where anything is wrong."""
    with deployment() as opened:
        actor = acting(opened, as_)
        require(actor, "record_delivery")
        given, found = read_deliveries(file)
        with opened.store.write() as session:
            done = import_deliveries(
                session, actor, given, source=file.name, now=opened.now(), reason=reason, found=found
            )
            note = adjustment_note(session, done.earliest) if done.loaded else ""
            view = DeliveriesImportedView(
                loaded=done.loaded, unchanged=done.unchanged, idle=done.idle, note=note
            )
    if as_json:
        print_json(view)
        return
    print(f"{view.loaded} deliveries loaded, {view.unchanged} were recorded already.")
    if view.idle:
        print(f"{view.idle} of them move no revenue, as their lines are earned now.")
    if view.note:
        print(view.note)


def _shown(view: DeliveryView) -> str:
    return view.quantity or (f"{view.percent} percent" if view.percent else f"milestone {view.milestone}")

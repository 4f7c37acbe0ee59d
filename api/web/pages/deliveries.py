"""Deliveries: what was delivered of order lines, recorded one by one or from a sheet, and taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.importing import read_deliveries
from api.views.deliveries import DeliveryView, delivery_total_views, delivery_view, delivery_views
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted, read_day
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.sheets import load_sheet
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import read_quantity
from revrec.operations.import_deliveries import import_deliveries
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.withdraw_delivery import withdraw_delivery
from revrec.problems import Invalid, NotFound
from revrec.store.queries.delivery_list import (
    DELIVERY_KINDS,
    DELIVERY_SORTS,
    WantedDeliveries,
    deliveries_where,
    delivery_totals,
)
from revrec.store.queries.line_rules import known_lines, pick_line
from revrec.store.queries.order_versions import find_order
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.tables import Contract, Delivery, Obligation, SalesOrder

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
Recorder = Annotated[Form, Depends(Posted("record_delivery"))]
_KINDS = {"quantity": "units", "percent": "percent complete", "milestone": "milestones"}
# The columns of the sheet that is read, then what else is known.
FIELDS = (
    Field("Order", lambda one: one.order),
    Field("Line", lambda one: one.line),
    Field("Date", lambda one: one.day, "day"),
    Field("Quantity", lambda one: one.quantity, "amount"),
    Field("Percent", lambda one: one.percent, "amount"),
    Field("Milestone", lambda one: one.milestone),
    Field("Reference", lambda one: one.reference),
    Field("Note", lambda one: one.note),
    Field("Product", lambda one: one.product),
    Field("Recorded by", lambda one: one.set_by),
    Field("Recorded (UTC)", lambda one: one.set_at, "moment"),
    Field("Withdrawn by", lambda one: one.withdrawn_by),
    Field("Withdrawn (UTC)", lambda one: one.withdrawn_at, "moment"),
)
TOTALS = (
    Field("Kind", lambda one: _KINDS[one.kind]),
    Field("Deliveries", lambda one: one.deliveries, "count"),
    Field("Lines", lambda one: one.lines, "count"),
    Field("Units", lambda one: one.quantity, "amount"),
)
_DIGITS = 18


@router.get("/deliveries")
def deliveries(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _list(request, deployment, Entry.asked(request) if "order" in request.query_params else FRESH)


@router.get("/deliveries/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        views = delivery_total_views(delivery_totals(session, _wanted(listing)))
    return totals_page(request, listing, "deliveries", TOTALS, views)


@router.get("/deliveries.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)
    wanted = _wanted(listing)

    def rows(session: Session) -> Iterator[DeliveryView]:
        query = deliveries_where(wanted)
        for part in all_rows(session, query, DELIVERY_SORTS, col(Delivery.id), listing.order):
            yield from delivery_views(
                session, [(row.Delivery, row.Obligation, row.SalesOrder) for row in part]
            )

    return take_list(deployment, actor, kind, "deliveries", listing.filters, FIELDS, rows)


@router.post("/deliveries")
def add(form: Recorder) -> Response:
    def run(session: Session) -> Response:
        order = find_order(session, form.text("order"))
        line = pick_line(order, known_lines(session, [order.id]).get(order.id, []), form.text("line"))
        row = record_delivery(
            session, form.actor, line.obligation_id, _report(form), now=form.deployment.now()
        )
        made = delivery_view(session, row)
        return form.done(
            f"/deliveries/{made.id}", f"{told(made)} of order {made.order} is recorded. {made.effect}".strip()
        )

    return carry_out(form, run, lambda entry: _list(form.request, form.deployment, entry), on_day="on")


@router.post("/deliveries/sheet")
def load(form: Recorder) -> Response:
    """Load a sheet: every row is checked first, and all are loaded or none."""
    return load_sheet(
        form,
        lambda path: _load(form, path),
        lambda entry: _list(form.request, form.deployment, sheet=entry),
        "/deliveries",
    )


@router.get("/deliveries/{delivery_id}")
def one(request: Request, deployment: Opened, actor: Reader, delivery_id: Id) -> Response:
    return _page(request, deployment, delivery_id)


@router.post("/deliveries/{delivery_id}/withdraw")
def withdraw(form: Recorder, delivery_id: Id) -> Response:
    def run(session: Session) -> Response:
        row = withdraw_delivery(
            session, form.actor, delivery_id, now=form.deployment.now(), reason=form.text("reason")
        )
        made = delivery_view(session, row)
        words = f"{told(made)} of order {made.order} is withdrawn. {made.effect}".strip()
        return form.done(f"/deliveries/{delivery_id}", words)

    return carry_out(form, run, lambda entry: _page(form.request, form.deployment, delivery_id, entry))


def told(view: DeliveryView) -> str:
    """What was delivered, in words."""
    if view.quantity:
        return f"{view.quantity} {'unit' if view.quantity in ('1', '-1') else 'units'}"
    return f"{view.percent} percent complete" if view.percent else f"Milestone {view.milestone}"


def _report(form: Form) -> Report:
    """What the form says. Raises `Invalid`, naming the field."""
    day = form.day("on")
    if day is None:
        raise Invalid("Say on which day it was delivered.", where="on")
    numbers = {
        name: read_quantity(form.text(name), where=name) if form.text(name) else None
        for name in ("quantity", "percent")
    }
    return Report(
        day,
        numbers["quantity"],
        numbers["percent"],
        form.text("milestone"),
        form.text("reference"),
        form.text("note"),
    )


def _load(form: Form, path: Path) -> str:
    given, found = read_deliveries(path)
    with form.deployment.store.write() as session:
        done = import_deliveries(
            session,
            form.actor,
            given,
            source=path.name,
            now=form.deployment.now(),
            reason=form.text("reason"),
            found=found,
        )
        note = adjustment_note(session, done.earliest) if done.loaded else ""
    loaded = "One delivery is" if done.loaded == 1 else f"{done.loaded:,} deliveries are"
    idle = f" {done.idle:,} of them move no revenue, as their lines are earned now." if done.idle else ""
    return f"{loaded} loaded; {done.unchanged:,} were recorded already.{idle} {note}".strip()


def _listing(request: Request) -> Listing:
    names = ("search", "kind", "contract", "since", "until", "withdrawn")
    return listing_of(request, "-recorded", *names, path="/deliveries", totals=True)


def _wanted(listing: Listing) -> WantedDeliveries:
    """What the URL asks for. Raises `Invalid` for a day, a kind or an id that is none."""
    asked = listing.filters
    if asked["kind"] and asked["kind"] not in DELIVERY_KINDS:
        raise Invalid(f"A delivery is {', '.join(DELIVERY_KINDS)}, not '{asked['kind']}'.", where="kind")
    if asked["contract"] and not (asked["contract"].isdigit() and len(asked["contract"]) <= _DIGITS):
        raise Invalid(f"'{asked['contract']}' is no contract's id.", where="contract")
    return WantedDeliveries(
        asked["search"],
        asked["kind"],
        contract_id=int(asked["contract"]) if asked["contract"] else None,
        since=read_day(asked["since"], "since"),
        until=read_day(asked["until"], "until"),
        withdrawn=bool(asked["withdrawn"]),
    )


def _list(
    request: Request, deployment: Deployment, entry: Entry = FRESH, *, sheet: Entry = FRESH
) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        wanted = _wanted(listing)
        rows, place = one_page(
            session, deliveries_where(wanted), DELIVERY_SORTS, col(Delivery.id), listing.order, ROWS
        )
        views = delivery_views(session, [(row.Delivery, row.Obligation, row.SalesOrder) for row in rows])
        contract = session.get(Contract, wanted.contract_id) if wanted.contract_id else None
        number = contract.number if contract else ""
    return page(
        request,
        "deliveries.html",
        max(entry.status, sheet.status),
        deliveries=views,
        list=listing.page(len(views), place),
        contract=number,
        entry=entry,
        sheet=sheet,
        told=told,
    )


def _page(request: Request, deployment: Deployment, delivery_id: int, entry: Entry = FRESH) -> Response:
    with deployment.store.read() as session:
        row = session.get(Delivery, delivery_id)
        if row is None:
            raise NotFound(f"There is no delivery {delivery_id}.", where="delivery")
        obligation = session.get_one(Obligation, row.obligation_id)
        order = session.get_one(SalesOrder, obligation.order_id)
        view = delivery_views(session, [(row, obligation, order)])[0]
        ids = (obligation.id, order.id)
    return page(
        request,
        "delivery.html",
        entry.status,
        delivery=view,
        line_id=ids[0],
        order_id=ids[1],
        entry=entry,
        told=told,
    )

"""Events history: who did what to which thing, when and why; the proof that nothing of it was changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.http.routes.audit import trail_download
from api.views.amounts import amount_writer
from api.views.audit import (
    AuditEventView,
    ChangeView,
    action_total_views,
    audit_event_view,
    chain_check_view,
    changes_of,
)
from api.web.download import Field, download
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page, zone_of
from revrec.operations.actor import Actor
from revrec.operations.audit import verify_trail
from revrec.operations.export_list import note_list_export
from revrec.problems import Invalid, NotFound
from revrec.store.queries.event_subjects import subjects_about
from revrec.store.queries.events import Wanted, event_totals, events_page, values_of
from revrec.store.tables import AuditEvent, Contract, CrmCustomer

router = APIRouter()
Auditor = Annotated[Actor, Depends(Needs("read_audit"))]
ABOUT = ("contract", "customer", "period")
"""Filters by a thing whose parts are changed under names of their own."""
_DIGITS = 18  # of the greatest id that both databases keep


@dataclass(frozen=True, slots=True)
class Taken:
    """An event as a row of a file."""

    event: AuditEventView
    changes: list[ChangeView]


FIELDS = (
    Field("Event", lambda one: one.event.id, "count"),
    Field("When (UTC)", lambda one: one.event.at, "moment"),
    Field("Who", lambda one: one.event.actor),
    Field("What", lambda one: one.event.action),
    Field("On what", lambda one: one.event.subject),
    Field("Before", lambda one: _told(one.changes, "before")),
    Field("After", lambda one: _told(one.changes, "after")),
    Field("Reason", lambda one: one.event.reason),
    Field("Hash", lambda one: one.event.hash),
)
TOTALS = (
    Field("What", lambda one: one.action.replace("_", " ")),
    Field("Events", lambda one: one.events, "count"),
    Field("Last (UTC)", lambda one: f"{one.newest:%Y-%m-%d %H:%M}"),
)


@router.get("/events")
def events(request: Request, deployment: Opened, actor: Auditor) -> Response:
    listing, zone = _listing(request), zone_of(request.scope["signed_in"], deployment)
    with deployment.store.read() as session:
        found = events_page(session, _wanted(session, listing, zone), listing.order, ROWS)
        views = [audit_event_view(row) for row in found.rows]
        searched = audit_event_view(found.searched_to) if found.searched_to else None
        about, write = _about(session, listing), amount_writer(session)
        actions, people = values_of(session, "action"), values_of(session, "actor")
    return page(
        request,
        "events.html",
        events=[(view, changes_of(view, write)) for view in views],
        list=listing.page(len(views), found.place),
        searched_to=searched,
        about=about,
        actions=actions,
        people=people,
    )


@router.get("/events/totals")
def totals(request: Request, deployment: Opened, actor: Auditor) -> Response:
    listing, zone = _listing(request), zone_of(request.scope["signed_in"], deployment)
    with deployment.store.read() as session:
        rows = action_total_views(event_totals(session, _wanted(session, listing, zone)))
    return totals_page(request, listing, "events", TOTALS, rows)


@router.get("/events.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing, zone = _listing(request), zone_of(request.scope["signed_in"], deployment)
    with deployment.store.write() as session:
        note_list_export(session, actor, "events", kind, listing.filters, now=deployment.now())

    def rows() -> Iterator[Taken]:
        order = listing.order
        with deployment.store.read() as session:
            wanted, write = _wanted(session, listing, zone), amount_writer(session)
        while True:
            with deployment.store.read() as session:
                found = events_page(session, wanted, order, 2000)
                views = [audit_event_view(row) for row in found.rows]
            yield from (Taken(view, changes_of(view, write)) for view in views)
            if found.place is None:
                return
            order = replace(order, after=found.place)

    return download(kind, "events", FIELDS, rows())


@router.get("/events/verification")
def verification(
    request: Request,
    deployment: Opened,
    actor: Auditor,
    head: Annotated[str, Query(max_length=64)] = "",
    check: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The chain walked from the first event on, when it is asked for."""
    with deployment.store.read() as session:
        result = chain_check_view(verify_trail(session, expected_head=head.strip())) if check else None
    return page(request, "events_check.html", result=result, head=head.strip())


@router.post("/events/export")
def export_trail(form: Annotated[Form, Depends(Posted("export_audit"))]) -> Response:
    """The whole trail as the API gives it; its head is in the file's name and in the event of the export."""
    return trail_download(form.deployment, form.actor)


@router.get("/events/{event_id}")
def event(request: Request, deployment: Opened, actor: Auditor, event_id: Id) -> Response:
    with deployment.store.read() as session:
        view, write = _event(session, event_id), amount_writer(session)
    return page(request, "event.html", event=view, changes=changes_of(view, write))


def _event(session: Session, event_id: int) -> AuditEventView:
    row = session.get(AuditEvent, event_id)
    if row is None:
        raise NotFound(f"There is no event {event_id}.", where="event")
    return audit_event_view(row)


def _listing(request: Request) -> Listing:
    names = ("actor", "action", "subject", "since", "until", "search", *ABOUT)
    return listing_of(request, "-when", *names, path="/events", totals=True)


def _wanted(session: Session, listing: Listing, zone: ZoneInfo) -> Wanted:
    """What the URL asks for. Days are those of who looks, both included. Raises `Invalid` for a day or an id that is
    none."""
    asked = listing.filters
    since, until = _midnight(asked["since"], "since", zone), _midnight(asked["until"], "until", zone, 1)
    about = subjects_about(
        session,
        contract=_id(asked["contract"], "contract"),
        customer=_id(asked["customer"], "customer"),
        period=asked["period"],
    )
    return Wanted(asked["actor"], asked["action"], asked["subject"], asked["search"], since, until, about)


def _about(session: Session, listing: Listing) -> list[tuple[str, str, str]]:
    """What the list is narrowed to: (filter, its page, its name). Raises `Invalid` for an id that is none."""
    found = []
    if key := _id(listing.filters["contract"], "contract"):
        contract = session.get(Contract, key)
        found.append(("contract", f"/contracts/{key}", f"contract {contract.number if contract else key}"))
    if key := _id(listing.filters["customer"], "customer"):
        customer = session.get(CrmCustomer, key)
        found.append(("customer", f"/customers/{key}", customer.name if customer else f"customer {key}"))
    if period := listing.filters["period"]:
        found.append(("period", f"/periods/{period}", period))
    return found


def _id(text: str, where: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or len(text) > _DIGITS:
        raise Invalid(f"'{text}' is no {where}'s id.", where=where)
    return int(text)


def _midnight(text: str, where: str, zone: ZoneInfo, days: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat(text) + timedelta(days=days) if text else None
    except (ValueError, OverflowError):
        raise Invalid(f"'{text}' is no day; write it as 2026-03-31.", where=where) from None
    return datetime.combine(day, time(), zone) if day else None


def _told(changes: list[ChangeView], side: str) -> str:
    return "; ".join(f"{one.field}: {getattr(one, side)}" for one in changes if getattr(one, side))

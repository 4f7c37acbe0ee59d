"""The audit trail as a list: by who, what, on what and when, newest or oldest first, of millions of events too.

Each filter has an index that ends in the event's id, and days become bounds of ids. Only a search reads events one by
one, so a page of it looks through `SEARCHED` of them and says how far it came.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from revrec.problems import Invalid
from revrec.store.core import audit_event
from revrec.store.queries.ordered import Order, Place
from revrec.store.tables import AuditEvent

EVENT_ORDER = "when"
"""The one thing that the list is sorted by: events are in the order in which they happened."""
SEARCHED = 50_000
_OUT_OF_STEP = 1000
"""Events whose moments may lie the other way round than their ids: a job notes its moment before its turn to write."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: none given, all. `search`: part of anything that an event says; `until` is no longer included.
    `subjects`: on any of these, as `event_subjects` names what belongs to a thing; empty, on nothing."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None
    subjects: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """`place`: where the next page begins. `searched_to`: a search has come to this event and there are more."""

    rows: list[AuditEvent]
    place: Place | None
    searched_to: AuditEvent | None = None


@dataclass(frozen=True, slots=True)
class ActionTotal:
    """How often something was done within a selection, and when last."""

    action: str
    events: int
    newest: datetime


def events_page(session: Session, wanted: Wanted, order: Order, limit: int) -> EventPage:
    """At most `limit` events behind the order's place. Raises `Invalid` for another order than that of time."""
    if order.by != EVENT_ORDER:
        raise Invalid(f"Events are sorted by '{EVENT_ORDER}' only, not by '{order.by}'.", where="sort")
    key = col(AuditEvent.id)
    query = rows_of(AuditEvent).where(*_conditions(session, wanted))
    after = order.after.id if order.after else None
    if after is not None:
        query = query.where(key < after if order.descending else key > after)
    edge = _edge(session, wanted, order) if wanted.search else None
    if edge is not None:
        query = query.where(key >= edge if order.descending else key <= edge)
    rows = list(session.exec(query.order_by(key.desc() if order.descending else key).limit(limit + 1)))
    if len(rows) > limit:
        return EventPage(rows[:limit], _place(rows[limit - 1].id))
    return EventPage(rows, _place(edge) if edge else None, session.get(AuditEvent, edge) if edge else None)


def event_totals(session: Session, wanted: Wanted) -> list[ActionTotal]:
    """A whole selection by action, the most frequent first."""
    e = audit_event.c
    counted = func.count().label("events")
    groups = select(e.action, counted, func.max(e.id)).where(*_conditions(session, wanted)).group_by(e.action)
    rows = session.execute(groups.order_by(counted.desc(), e.action)).all()
    newest = select(e.id, e.at).where(e.id.in_([last for _, _, last in rows]))
    moments: dict[int, datetime] = {key: at for key, at in session.execute(newest)}
    return [ActionTotal(action, count, moments[last]) for action, count, last in rows]


def values_of(session: Session, column: str) -> list[str]:
    """Every value of `actor` or `action`, in order: by leaps through its index, not by reading all events."""
    value = audit_event.c[column]
    leaps = select(func.min(value).label("value")).cte("leaps", recursive=True)
    following = select(func.min(value)).where(value > leaps.c.value).scalar_subquery()
    leaps = leaps.union_all(select(following).where(leaps.c.value.is_not(None)))
    query = select(leaps.c.value).where(leaps.c.value.is_not(None)).order_by(leaps.c.value)
    return list(session.execute(query).scalars())


def _conditions(session: Session, wanted: Wanted) -> list[Any]:
    e = audit_event.c
    found: list[ColumnElement[bool]] = [
        e[name] == value
        for name, value in (("actor", wanted.actor), ("action", wanted.action), ("subject", wanted.subject))
        if value
    ]
    if wanted.subjects is not None:
        found.append(e.subject.in_(wanted.subjects))
    if wanted.since is not None:
        first = _first_from(session, wanted.since)
        found += [false()] if first is None else [e.id > first - _OUT_OF_STEP, e.at >= wanted.since]
    if wanted.until is not None:
        first = _first_from(session, wanted.until)
        found.append(e.at < wanted.until)
        if first is not None:
            found.append(e.id < first + _OUT_OF_STEP)
    if wanted.search:
        said = (e.actor, e.action, e.subject, e.reason, cast(e.before, String), cast(e.after, String))
        found.append(or_(*(one.icontains(wanted.search, autoescape=True) for one in said)))
    return found


def _first_from(session: Session, moment: datetime) -> int | None:
    """The event that happened first at or after a moment."""
    e = audit_event.c
    query = select(e.id).where(e.at >= moment).order_by(e.at, e.id).limit(1)
    return session.execute(query).scalar()


def _edge(session: Session, wanted: Wanted, order: Order) -> int | None:
    """How far a page of a search looks: the id of the last event it reads, None where that is the list's own end."""
    e = audit_event.c
    begin, end = (order.after.id if order.after else None), None
    bounds = [one for one in _conditions(session, Wanted(since=wanted.since, until=wanted.until))]
    way = e.id.desc() if order.descending else e.id
    query = select(e.id).where(*bounds).order_by(way)
    if begin is not None:
        query = query.where(e.id < begin if order.descending else e.id > begin)
    end = session.execute(query.offset(SEARCHED - 1).limit(1)).scalar()
    if end is None:
        return None
    further = select(e.id).where(e.id < end if order.descending else e.id > end, *bounds).limit(1)
    return int(end) if session.execute(further).first() else None


def _place(event_id: int) -> Place:
    return Place(event_id, event_id)

"""Say how a changed order is accounted for."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from revrec.accounting.terms import Treatment
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import closed_through
from revrec.operations.audit import record_event
from revrec.operations.periods import periods_of
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound, Refused
from revrec.store.queries.bookings import hold_books
from revrec.store.queries.closes import standing_closes
from revrec.store.queries.order_versions import (
    PublishedVersion,
    changed_orders,
    superseded_by,
    taken_by_closes,
    treatments_of,
    versions_of,
)
from revrec.store.tables import SalesOrder, VersionTreatment

TREATMENTS = (*(one.name.lower() for one in Treatment), "price_change", "correction", "not_cancelled")
"""`price_change`: an estimate, no modification. `correction`: the order had always been so. `not_cancelled`: a lost or
deleted order never was cancelled."""


def treat_version(
    session: Session,
    actor: Actor,
    order_id: int,
    number: int,
    treatment: str,
    *,
    now: datetime,
    reason: str,
    retrospective: bool = False,
) -> VersionTreatment:
    """Choose the treatment of an order's version. What a closed period took is changed only as a confirmed
    retrospective change, whose effect is an adjustment."""
    require(actor, "treat_version")
    if treatment not in TREATMENTS:
        raise Invalid(
            f"'{treatment}' is no treatment of a changed order; there are {', '.join(TREATMENTS)}.",
            where="treatment",
        )
    if not reason.strip():
        raise Invalid("Say why: the treatment of a changed order needs a reason.", where="reason")
    order = session.get_one(SalesOrder, order_id)
    versions = versions_of(session, [order_id]).get(order_id, [])
    version = _checked_version(order.number, versions, number, treatment)
    hold_books(session)
    taken = taken_in(session, version)
    if taken and not retrospective:
        raise Refused(
            f"{taken} is closed and took version {number} of order {order.number} already. Confirm it as a "
            "retrospective change: the difference is booked as an adjustment in the open period.",
            where="treatment",
        )
    before = treatments_of(session, [version.id]).get(version.id)
    row = VersionTreatment(
        order_version_id=version.id, treatment=treatment, reason=reason, set_by=actor.email, set_at=now
    )
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "treat_version",
        f"order {order.number}, version {number}",
        now=now,
        before=None if before is None else {"treatment": before.treatment, "reason": before.reason},
        after={"treatment": treatment} | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    return row


def taken_in(session: Session, version: PublishedVersion) -> str:
    """The newest closed period that took the version; empty where none did."""
    said = [period for period, _ in taken_by_closes(session, [version.id]).get(version.id, [])]
    if version.loaded_at is not None:
        periods = periods_of(session)
        said += [
            period
            for period, close in standing_closes(session).items()
            if periods.last_day(period) >= version.effective_on
            and close.closed_at is not None
            and close.closed_at >= version.loaded_at
        ]
    return max(said, default="")


def unseen_changes(session: Session, before: int | None, limit: int) -> list[tuple[int, int, SalesOrder]]:
    """Versions that the next close will take, newest first: (version id, number, order). See `changed_orders`."""
    closes = standing_closes(session)
    moments = [close.closed_at for close in closes.values() if close.closed_at is not None]
    return changed_orders(
        session,
        before,
        limit,
        closed_through=closed_through(session),
        closed_at=max(moments, default=None),
    )


def _checked_version(
    order: str, versions: Sequence[PublishedVersion], number: int, treatment: str
) -> PublishedVersion:
    by_number = {one.number: one for one in versions}
    version = by_number.get(number)
    if version is None:
        raise NotFound(f"Order {order} has no version {number}.", where="version")
    over = superseded_by(list(versions))
    if version.id in over:
        raise Refused(
            f"Version {number} of order {order} is superseded by version {over[version.id]}, which is effective on or "
            "before the same day.",
            where="version",
        )
    if treatment == "not_cancelled":
        if version.cancelled_on is None:
            raise Refused(f"Version {number} of order {order} cancels nothing.", where="treatment")
        if version.number != versions[-1].number:
            raise Refused(
                f"Version {number} of order {order} is not its last word; say it of version {versions[-1].number}.",
                where="version",
            )
        return version
    first = next(one for one in versions if one.id not in over)
    if version.id == first.id:
        raise Refused(
            f"Version {number} is order {order} as it began; only what changes it afterwards has a treatment.",
            where="version",
        )
    return version

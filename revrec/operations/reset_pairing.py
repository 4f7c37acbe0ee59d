"""Pair every item anew by code and name, those that people paired too."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid, Refused
from revrec.store.core import item
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.products import products_by_id
from revrec.store.reference.pairing import only_items, pair_items
from revrec.store.tables import Item


@dataclass(frozen=True, slots=True)
class PairingReset:
    """How many items were paired, how many of those by hand, and how many have another product now."""

    items: int
    by_hand: int
    moved: int


def reset_pairing(
    session: Session, actor: Actor, *, now: datetime, confirmed: bool, reason: str = ""
) -> PairingReset:
    """Forget every pairing and make them anew from the products as they are. Raises `Invalid` unless `confirmed`, and
    `Refused` without a reason once a period is closed: what moves becomes an adjustment of the open one."""
    require(actor, "reset_mapping")
    if not confirmed:
        raise Invalid("Every pairing is forgotten, those made by hand too. Confirm it.", where="confirm")
    if newest_closed_period(session) is not None and not reason.strip():
        raise Refused(
            "Closed periods rest on how items are paired; say why they are paired anew.", where="reason"
        )
    before = _products(session)
    manual = {
        row.name: before.get(row.id) for row in session.exec(select(Item).where(Item.paired == "manual"))
    }
    own = only_items(session)
    session.execute(update(item).values(product_id=None, paired="", paired_by=""))
    session.expire_all()
    pair_items(session, own=own)
    after = _products(session)
    names = products_by_id(session, {one for one in manual.values() if one is not None})
    done = PairingReset(len(before), len(manual), sum(after.get(key) != one for key, one in before.items()))
    record_event(
        session,
        actor,
        "reset_pairing",
        "pairing of items",
        now=now,
        before={
            "by_hand": {
                name: names[one].code or names[one].name
                for name, one in sorted(manual.items())
                if one is not None and one in names
            },
            "items": done.items,
        },
        after={"moved": done.moved},
        reason=reason,
    )
    return done


def _products(session: Session) -> dict[int, int | None]:
    return {
        key: product_id
        for key, product_id in session.exec(select(Item.id, Item.product_id).order_by(col(Item.id)))
        if product_id is not None
    }

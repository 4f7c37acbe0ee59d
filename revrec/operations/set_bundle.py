"""Say that products are observably sold together for less."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.decimals import check_currency
from revrec.operations.effective_date import effective_from
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.prices import bundle_products, ruling_bundles
from revrec.store.queries.products import products_by_id
from revrec.store.tables import Bundle, BundleProduct


def set_bundle(
    session: Session,
    actor: Actor,
    name: str,
    currency: str,
    price_minor: int,
    products: Sequence[int],
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> Bundle:
    """Set a bundle and the price of one of each of its products, from a day on (see `effective_from`). Where an order
    has them all, the discount belongs to them alone (606-10-32-37)."""
    require(actor, "set_bundle")
    if not name.strip():
        raise Invalid("A bundle needs a name.", where="name")
    if len(set(products)) < 2:
        raise Invalid("A bundle has two products or more.", where="products")
    if price_minor < 0:
        raise Invalid("The price of a bundle is not negative.", where="price")
    known = products_by_id(session, products)
    for number in products:
        if number not in known:
            raise NotFound(f"There is no product {number}.", where="products")
    return write_bundle(
        session,
        actor,
        Bundle(
            name=name.strip(),
            currency=currency,
            price_minor=price_minor,
            valid_from=valid_from,
            reason=reason,
            set_by=actor.email,
            set_at=now,
        ),
        sorted(set(products)),
        now=now,
        reason=reason,
        retrospective=retrospective,
    )


def write_bundle(
    session: Session,
    actor: Actor,
    row: Bundle,
    products: Sequence[int],
    *,
    now: datetime,
    reason: str,
    retrospective: bool,
) -> Bundle:
    """Add the row, its products and the audit event. Raises `NotFound` where it withdraws what is not in force."""
    check_currency(session, row.currency)
    row.valid_from = effective_from(
        session,
        row.valid_from,
        subject=f"the bundle {row.name}",
        retrospective=retrospective,
        reason=reason,
    )
    before = ruling_bundles(session, row.valid_from or date.min).get((row.name, row.currency))
    if row.withdrawn and (before is None or before.withdrawn):
        raise NotFound(f"There is no bundle {row.name} in {row.currency} to withdraw then.", where="name")
    session.add(row)
    session.flush()
    session.add_all(BundleProduct(bundle_id=row.id, product_id=one) for one in products)
    session.flush()
    record_event(
        session,
        actor,
        "withdraw_bundle" if row.withdrawn else "set_bundle",
        f"bundle {row.name}, {row.currency}",
        now=now,
        before=None if before is None else _told(session, before),
        after=_told(session, row) | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    return row


def _told(session: Session, row: Bundle) -> dict[str, Any]:
    start = str(row.valid_from) if row.valid_from else None
    if row.withdrawn:
        return {"withdrawn": True, "valid_from": start}
    products = products_by_id(session, bundle_products(session, [row.id]).get(row.id, []))
    return {
        "currency": row.currency,
        "price_minor": row.price_minor,
        "products": [one.code or one.name for one in products.values()],
        "valid_from": start,
    }

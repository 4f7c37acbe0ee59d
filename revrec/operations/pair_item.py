"""Say by hand which product a NetSuite item is."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import NotFound, Refused
from revrec.store.queries.pairing import is_booked
from revrec.store.reference.pairing import own_product
from revrec.store.tables import Item, Product

MANUAL = "manual"


def pair_item(
    session: Session,
    actor: Actor,
    item_id: int,
    product_id: int | None,
    *,
    now: datetime,
    reason: str = "",
) -> Item:
    """Pair an item with a product (ours); None: with a product of its own. No run changes it any more.

    What closed periods booked for the item stays where it is; what it comes to with the new product is an adjustment of
    the open period. Where they did bill it, a reason is demanded.
    """
    require(actor, "pair_item")
    row = existing_item(session, item_id)
    if product_id is None:
        product_id = own_product(session, row.name, row.display_name)
    product = session.get(Product, product_id)
    if product is None:
        raise NotFound(f"There is no product {product_id}.", where="product")
    if product_id != row.product_id:
        refuse_without_reason(session, row, reason)
    before = pairing_of(session, row)
    row.product_id, row.paired, row.paired_by = product_id, MANUAL, actor.email
    session.flush()
    record_event(
        session,
        actor,
        "pair_item",
        f"item {item_id}",
        now=now,
        before=before,
        after=pairing_of(session, row),
        reason=reason,
    )
    return row


def existing_item(session: Session, item_id: int) -> Item:
    """The item of NetSuite's id. Raises `NotFound`."""
    row = session.get(Item, item_id)
    if row is None:
        raise NotFound(
            f"NetSuite's item {item_id} is not known here. `revrec reference refresh` reads items.",
            where="item",
        )
    return row


def refuse_without_reason(session: Session, row: Item, reason: str) -> None:
    """Raise `Refused` where closed periods may rest on the pairing and nobody says why it changes."""
    if not reason.strip() and is_booked(session, row.id):
        raise Refused(
            f"Closed periods have billed the item {row.name}. Say why its product changes: the difference is an "
            "adjustment of the open period.",
            where="reason",
        )


def pairing_of(session: Session, row: Item) -> dict[str, object]:
    """How an item is paired, for the audit trail."""
    product = session.get(Product, row.product_id) if row.product_id is not None else None
    return {
        "item": row.name,
        "product": product.code or product.name if product else None,
        "paired": row.paired,
    }

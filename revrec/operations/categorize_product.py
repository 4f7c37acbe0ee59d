"""Say by hand which category a product belongs to."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.tables import Product

LONGEST = 100


def categorize_product(
    session: Session, actor: Actor, product_id: int, category: str, *, now: datetime, reason: str = ""
) -> Product:
    """Give a product its category, which then stays whatever the CRM says; empty: the CRM's next word counts again.

    Accounts that are mapped by category serve the product from the next close on.
    """
    require(actor, "categorize_product")
    row = session.get(Product, product_id)
    if row is None:
        raise NotFound(f"There is no product {product_id}.", where="product")
    category = category.strip()
    if len(category) > LONGEST:
        raise Invalid(f"A category has at most {LONGEST} characters.", where="category")
    before = {"category": row.category, "by": row.category_by or "CRM"}
    if category:
        row.category, row.category_by = category, actor.email
    else:
        row.category_by = ""
    session.flush()
    record_event(
        session,
        actor,
        "categorize_product",
        f"product {row.code or row.name}",
        now=now,
        before=before,
        after={"category": row.category, "by": row.category_by or "CRM"},
        reason=reason,
    )
    return row

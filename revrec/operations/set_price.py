"""Set the stand-alone selling price of a product."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.decimals import check_currency, quantity_text
from revrec.operations.effective_date import effective_from
from revrec.operations.permissions import require
from revrec.operations.price_terms import PriceTerms
from revrec.problems import Invalid, NotFound
from revrec.store.queries.prices import PriceKey, ruling_prices
from revrec.store.tables import Product, StandalonePrice


@dataclass(frozen=True, slots=True)
class PricedAs:
    """What a price is for. `region` empty: everywhere; `min_quantity_e6`: lines of at least this quantity."""

    product_id: int
    currency: str
    region: str = ""
    min_quantity_e6: int = 0

    @property
    def key(self) -> PriceKey:
        return self.product_id, self.currency, self.region, self.min_quantity_e6


def set_price(
    session: Session,
    actor: Actor,
    what: PricedAs,
    terms: PriceTerms,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> StandalonePrice:
    """Set a price from a day on (see `effective_from`): what contracts of that day or later are shared by."""
    require(actor, "set_price")
    wrong = terms.problem()
    if wrong is not None:
        raise Invalid(wrong[1], where=wrong[0])
    return write_price(
        session,
        actor,
        what,
        terms,
        now=now,
        valid_from=valid_from,
        reason=reason,
        retrospective=retrospective,
    )


def write_price(
    session: Session,
    actor: Actor,
    what: PricedAs,
    terms: PriceTerms | None,
    *,
    now: datetime,
    valid_from: date | None,
    reason: str,
    retrospective: bool,
) -> StandalonePrice:
    """Add the row and its audit event; without terms, the row that withdraws the price."""
    product = session.get(Product, what.product_id)
    if product is None:
        raise NotFound(f"There is no product {what.product_id}.", where="product")
    check_currency(session, what.currency)
    if what.min_quantity_e6 < 0:
        raise Invalid("The smallest quantity of a tier is not negative.", where="min_quantity")
    name = product.code or product.name
    valid_from = effective_from(
        session, valid_from, subject=f"the price of {name}", retrospective=retrospective, reason=reason
    )
    before = ruling_prices(session, valid_from or date.min, [what.product_id]).get(what.key)
    if terms is None and (before is None or before.withdrawn):
        raise NotFound(f"{name} has no such price in {what.currency} to withdraw then.", where="product")
    row = price_row(what, terms, valid_from, actor, now, reason)
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "set_price" if terms else "withdraw_price",
        describe(what, name),
        now=now,
        before=None if before is None else told(before),
        after=told(row) | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    return row


def price_row(
    what: PricedAs,
    terms: PriceTerms | None,
    valid_from: date | None,
    actor: Actor,
    now: datetime,
    reason: str,
) -> StandalonePrice:
    """The row that states a price; without terms, the one that withdraws it."""
    terms, withdrawn = terms or PriceTerms(), terms is None
    return StandalonePrice(
        product_id=what.product_id,
        currency=what.currency,
        region=what.region,
        min_quantity_e6=what.min_quantity_e6,
        valid_from=valid_from,
        kind=terms.kind,
        low_minor=terms.low_minor,
        high_minor=terms.high,
        per=terms.per,
        withdrawn=withdrawn,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )


def terms_of(row: StandalonePrice) -> PriceTerms:
    return PriceTerms(row.kind, row.low_minor, row.high_minor, row.per)


def told(row: StandalonePrice) -> dict[str, Any]:
    start = str(row.valid_from) if row.valid_from else None
    said = {"withdrawn": True} if row.withdrawn else dict(terms_of(row).told())
    return said | {"currency": row.currency, "valid_from": start}


def describe(what: PricedAs, name: str) -> str:
    parts = [f"price of {name}", what.currency]
    parts += [f"region {what.region}"] if what.region else []
    parts += [f"from {quantity_text(what.min_quantity_e6)} on"] if what.min_quantity_e6 else []
    return ", ".join(parts)

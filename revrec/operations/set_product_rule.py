"""Say how a product is earned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.earning_terms import EarningTerms, checked_terms
from revrec.operations.effective_date import effective_from
from revrec.operations.named_segments import segment_set_of
from revrec.operations.permissions import require
from revrec.problems import NotFound
from revrec.store.queries.products import product_rules_on, segment_texts
from revrec.store.tables import Product, ProductRule


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """The whole statement about a product. `ramp`: adjoining terms at different prices are one obligation.
    `segments`: name to NetSuite's id or name, for revenue of lines that carry none."""

    earning: EarningTerms = field(default_factory=EarningTerms)
    ramp: bool = True
    segments: Mapping[str, str] = field(default_factory=dict)


def set_product_rule(
    session: Session,
    actor: Actor,
    product_id: int,
    terms: ProductTerms,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> ProductRule:
    """Set the rule for contracts that begin on `valid_from` or later (see `effective_from`)."""
    require(actor, "set_product_rule")
    product = session.get(Product, product_id)
    if product is None:
        raise NotFound(f"There is no product {product_id}.", where="product")
    earning = checked_terms(terms.earning)
    segments = segment_set_of(session, terms.segments)
    valid_from = effective_from(
        session,
        valid_from,
        subject=f"the rule of {product.code or product.name}",
        retrospective=retrospective,
        reason=reason,
    )
    before = product_rules_on(session, valid_from or date.min, [product_id]).get(product_id)
    told_before = None if before is None else _told(session, before)
    row = ProductRule(
        product_id=product_id,
        valid_from=valid_from,
        method=earning.method,
        trigger=earning.trigger,
        asset_kind=earning.asset_kind,
        plan=earning.plan,
        ramp=terms.ramp,
        segment_set_id=segments,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "set_product_rule",
        f"product {product.code or product.name}",
        now=now,
        before=told_before,
        after=_told(session, row) | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    return row


def _told(session: Session, row: ProductRule) -> dict[str, Any]:
    return {
        "method": row.method,
        "trigger": row.trigger,
        "asset_kind": row.asset_kind,
        "plan": row.plan,
        "ramp": row.ramp,
        "segments": segment_texts(session, [row.segment_set_id]).get(row.segment_set_id or 0, ""),
        "valid_from": str(row.valid_from) if row.valid_from else None,
    }

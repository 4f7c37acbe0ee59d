"""Products and how they are earned."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.views.journals import SegmentView
from api.views.segments import segment_views
from api.views.shape import View
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.policies import policy_value
from revrec.store.queries.products import product_rules_of, product_rules_on, segment_texts
from revrec.store.queries.segments import segment_names
from revrec.store.tables import Product, ProductRule


class ProductView(View):
    """A product as a contract that begins on the day would take it. `method_from`: who says the method, `rule`,
    `catalogue` or `policy`; an order line may say another. `category_by`: who gave the category; empty: the CRM."""

    id: int
    code: str
    name: str
    category: str
    category_by: str
    method: str
    method_from: str
    trigger: str
    rule_from: date | None
    rule_set_by: str


class ProductTotalView(View):
    """How many products a category has; empty: those without one."""

    category: str
    products: int


class ProductRuleView(View):
    """One statement about a product; empty text: nothing said. `note`: what it does to closed periods."""

    product: int
    code: str
    valid_from: date | None
    method: str
    trigger: str
    asset_kind: str
    plan: dict[str, Any] | None
    ramp: bool
    segments: list[SegmentView]
    reason: str
    set_by: str
    set_at: datetime
    note: str = ""


class ProductDetailView(ProductView):
    """`rules`: every statement, in the order they were set."""

    rules: list[ProductRuleView]


def product_views(session: Session, rows: Sequence[Product], day: date) -> list[ProductView]:
    rules = product_rules_on(session, day, [row.id for row in rows])
    default = str(policy_value(session, "method", day))
    return [_view(row, rules.get(row.id), default) for row in rows]


def product_detail_view(session: Session, row: Product, day: date) -> ProductDetailView:
    view = product_views(session, [row], day)[0]
    return ProductDetailView(
        **view.model_dump(), rules=_rule_views(session, row, product_rules_of(session, row.id))
    )


def product_rule_view(session: Session, row: ProductRule) -> ProductRuleView:
    """The answer to who set a rule: with what it does to closed periods."""
    view = _rule_views(session, session.get_one(Product, row.product_id), [row])[0]
    return view.model_copy(update={"note": adjustment_note(session, row.valid_from)})


def _view(row: Product, rule: ProductRule | None, default: str) -> ProductView:
    said = [(rule.method if rule else "", "rule"), (row.method, "catalogue"), (default, "policy")]
    method, source = next((word, by) for word, by in said if word)
    return ProductView(
        id=row.id,
        code=row.code,
        name=row.name,
        category=row.category,
        category_by=row.category_by,
        method=method,
        method_from=source,
        trigger=(rule.trigger if rule else "") or row.trigger,
        rule_from=rule.valid_from if rule else None,
        rule_set_by=rule.set_by if rule else "",
    )


def _rule_views(session: Session, product: Product, rows: Sequence[ProductRule]) -> list[ProductRuleView]:
    texts = segment_texts(session, [row.segment_set_id for row in rows])
    names = segment_names(session)
    return [
        ProductRuleView(
            product=product.id,
            code=product.code or product.name,
            valid_from=row.valid_from,
            method=row.method,
            trigger=row.trigger,
            asset_kind=row.asset_kind,
            plan=row.plan,
            ramp=row.ramp,
            segments=segment_views(texts.get(row.segment_set_id or 0, ""), names),
            reason=row.reason,
            set_by=row.set_by,
            set_at=row.set_at,
        )
        for row in rows
    ]

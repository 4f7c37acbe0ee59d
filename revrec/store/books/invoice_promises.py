"""What invoices promise that are contracts of their own, beside what the orders promise.

Each billing line that is not negative is an obligation, with the service dates of the line; what it is worth is what no
order absorbs of it, which the core works out (`own`).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import (
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
)
from sqlmodel import Session

from revrec.accounting.book import BillingLines, Contracts, Obligations
from revrec.accounting.calendar import to_date
from revrec.accounting.columns import NO_DAY, NONE, Column, find_rows
from revrec.accounting.terms import HoldReason, Method, Trigger
from revrec.store.books.arrays import columns_of
from revrec.store.books.invoice_contracts import Steps, source_on, standing_link
from revrec.store.books.obligations import Promises
from revrec.store.books.rules import Rules, Terms
from revrec.store.books.timelines import always
from revrec.store.core import (
    billing_split,
    booked,
    contract,
    customer_link,
    document_line,
    document_version,
    item,
    netsuite_period,
    obligation,
    sales_order,
    source_document,
)

SHIPPING = "ShipItem"

_PROMISED = [
    "id",
    "contract",
    "order",
    "customer",
    "subsidiary",
    "currency",
    "exchange_rate",
    "day",
    "document",
    "line",
    "line_rank",
    "amount",
    "quantity",
    "start",
    "end",
    "segments",
    "product",
    "live",
    "ships",
]


def extend_promises(
    session: Session,
    promises: Promises,
    *,
    last_day: date,
    steps: Steps,
    base_currencies: Mapping[int, int],
    rules: Rules,
) -> tuple[Promises, dict[tuple[int, int], int]]:
    """The promises with those of invoices posted by `last_day` that are contracts of their own, and the obligation that
    each billing line (document and line, as NetSuite numbers them) promises itself.

    Orders made while invoices alone make contracts promise nothing. `base_currencies`: subsidiary to its currency's
    code. A contract whose subsidiary is none of these is held.
    """
    promises = _without_orders(promises, steps)
    rows = [row for row in session.execute(_promised(last_day)) if row.live or row.moved]
    if not rows:
        return promises, {}
    c = columns_of([(*row[:17], int(row.live), int(row.item_type == SHIPPING)) for row in rows], _PROMISED)
    live = c["live"] == 1
    places = {one: at for at, one in enumerate(sorted({(row.tran_id, row.external_id) for row in rows}))}
    rank = np.array([places[row.tran_id, row.external_id] for row in rows], dtype=np.int64)
    subsidiary = np.where(c["subsidiary"] == NONE, 0, c["subsidiary"])
    base = np.array([base_currencies.get(one, NONE) for one in subsidiary.tolist()], dtype=np.int64)
    _, first = np.unique(c["contract"], return_index=True)
    contracts = Contracts.of(
        id=c["contract"][first],
        customer=c["customer"][first],
        subsidiary=subsidiary[first],
        currency=c["currency"][first],
        base_currency=base[first],
        ordered_day=c["day"][first],
        number_rank=1 + int(promises.contracts.number_rank.max(initial=NONE)) + rank[first],
        exchange_rate_e10=c["exchange_rate"][first],
    )
    terms = _terms(rules, c)
    given_start, given_end = rules.dates_of(c["id"])
    start = np.where(given_start == NO_DAY, c["start"], given_start)
    undated = (terms.trigger == Trigger.AUTO) & (start == NO_DAY)
    hold = np.where(terms.held == 1, int(HoldReason.BY_USER), NONE)
    hold = np.where((base == NONE) | (terms.method == NONE), int(HoldReason.MISSING_RULE), hold)
    quantity = np.where(c["quantity"] == 0, 10**6, np.abs(c["quantity"]))
    # What promises nothing any more waits for nothing, so that what was booked for it is taken back.
    obligations = Obligations.of(
        id=c["id"],
        contract=c["contract"],
        order=c["order"],
        method=np.where(live, terms.method, int(Method.POINT_IN_TIME)),
        trigger=np.where(live, np.where(undated, int(Trigger.INVOICE), terms.trigger), int(Trigger.ORDER)),
        stated=np.where(live, c["amount"], 0),
        quantity_e6=np.where(live, quantity, 0),
        order_rank=1 + int(promises.obligations.order_rank.max(initial=NONE)) + rank,
        line_rank=np.maximum(c["line_rank"], 0),
        product=c["product"],
        category=rules.categories_of(c["product"]),
        start=np.where(live, start, NO_DAY),
        end=np.where(live, np.where(given_end == NO_DAY, c["end"], given_end), NO_DAY),
        ordered_day=c["day"],
        segments=c["segments"],
        hold=np.where(live, hold, NONE),
        own=np.ones(len(rows), dtype=np.int64),
    )
    own = {(row.external_id, row.line_id): row.obligation_id for row in rows if row.live}
    return replace(
        promises,
        contracts=Contracts.concat((promises.contracts, contracts)),
        obligations=Obligations.concat((promises.obligations, obligations)),
    ), own


def forget_orders(billing: BillingLines, known: Column, steps: Steps) -> BillingLines:
    """Where invoices alone make contracts an order's number on a document says nothing, unless the order is in the book
    from before."""
    if all(source != "invoices" for _, source in steps):
        return billing
    source = source_on(steps)
    named = np.flatnonzero(billing.order != NONE)
    named = named[~np.isin(billing.order[named], known)]
    days = {day: source(to_date(day)) == "invoices" for day in np.unique(billing.day[named]).tolist()}
    forgotten = named[np.array([days[day] for day in billing.day[named].tolist()], dtype=np.bool_)]
    if not forgotten.size:
        return billing
    order = billing.order.copy()
    order[forgotten] = NONE
    return replace(billing, order=order)


def _terms(rules: Rules, c: Mapping[str, Column]) -> Terms:
    """What people said of the line, of its product, the catalogue's word, else the policy; for shipping, else a point
    in time."""
    nothing = np.full(c["id"].size, NONE, dtype=np.int64)
    auto = np.full(c["id"].size, int(Trigger.AUTO), dtype=np.int64)
    asked = c["id"], c["product"], c["day"], nothing, auto
    terms = rules.terms_of(*asked)
    shipping = replace(rules, method=always(Method.POINT_IN_TIME)).terms_of(*asked)
    return replace(terms, method=np.where(c["ships"] == 1, shipping.method, terms.method))


def _promised(last_day: date) -> Select[Any]:
    """Every line that ever was an obligation of an invoice contract. `live`: it is one now, posted by `last_day`."""
    document, version, line, order = source_document.c, document_version.c, document_line.c, sales_order.c
    live = and_(
        document.state == "loaded",
        line.billing_minor >= 0,
        func.coalesce(item.c.excluded, False).is_(False),
        netsuite_period.c.last_day <= last_day,
    )
    moved = or_(
        select(booked.c.id).where(booked.c.obligation_id == obligation.c.id).exists(),
        select(billing_split.c.id).where(billing_split.c.obligation_id == obligation.c.id).exists(),
    )
    return (
        select(
            obligation.c.id.label("obligation_id"),
            order.contract_id,
            order.id.label("order_id"),
            func.coalesce(customer_link.c.crm_customer_id, contract.c.crm_customer_id),
            version.subsidiary_id,
            version.currency_id,
            version.exchange_rate_e10,
            version.tran_date,
            document.external_id,
            line.line_id,
            line.sequence,
            line.billing_minor,
            line.quantity_e6,
            line.starts,
            line.ends,
            line.segment_set_id,
            item.c.product_id,
            line.item_type,
            version.tran_id,
            func.coalesce(live, False).label("live"),
            moved.label("moved"),
        )
        .select_from(
            sales_order.join(contract, contract.c.id == order.contract_id)
            .join(obligation, obligation.c.order_id == order.id)
            .join(source_document, document.id == order.document_id)
            .join(document_version, version.id == document.current_version_id)
            .outerjoin(customer_link, standing_link())
            .outerjoin(netsuite_period, netsuite_period.c.id == version.period_id)
            .outerjoin(
                document_line,
                and_(
                    line.version_id == version.id,
                    line.role == "billing",
                    cast(line.line_id, String) == obligation.c.line_external_id,
                ),
            )
            .outerjoin(item, item.c.id == line.item_id)
        )
        .where(order.document_id.is_not(None))
        .order_by(obligation.c.id)
    )


def _without_orders(promises: Promises, steps: Steps) -> Promises:
    """Without the contracts that orders made on days when invoices alone make contracts."""
    if all(source != "invoices" for _, source in steps):
        return promises
    source = source_on(steps)
    contracts = promises.contracts
    days = {day: source(to_date(day)) != "invoices" for day in np.unique(contracts.ordered_day).tolist()}
    stays = np.array([days[day] for day in contracts.ordered_day.tolist()], dtype=np.bool_)
    if bool(stays.all()):
        return promises
    kept = find_rows(contracts.id[stays], promises.obligations.contract) != NONE
    return replace(promises, contracts=contracts.take(stays), obligations=promises.obligations.take(kept))

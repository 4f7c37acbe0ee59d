"""Invoices that are contracts of their own: their identities, and what they promise.

Which invoices may be, `contract_source` in force on the document's date says: `invoices` every one,
`orders_then_invoices` those that name no order we have. Each billing line that is not negative is an obligation, with
the service dates of the line; what it is worth is what no order absorbs of it, which the core works out (`own`).

An identity stays for good. A line that is no longer there, and every line of a document that was voided, deleted, held
or unlinked, promises nothing from then on, so that what was booked for it is taken back.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlmodel import Session

from revrec.accounting.book import Contracts, Obligations
from revrec.accounting.calendar import to_date
from revrec.accounting.columns import NONE, find_rows
from revrec.accounting.terms import AssetKind, HoldReason, Method, Trigger
from revrec.store.books.arrays import columns_of
from revrec.store.books.obligations import Promises
from revrec.store.core import (
    billing_split,
    booked,
    contract,
    customer_link,
    document_line,
    document_version,
    item,
    line_rule,
    netsuite_period,
    obligation,
    order_version,
    product,
    product_rule,
    sales_order,
    source_document,
)

Steps = Sequence[tuple[date, Any]]
"""`contract_source` from each day on, oldest first; the first from the earliest day there is."""

SHIPPING = "ShipItem"

_CONTRACT_COLUMNS = [
    "id",
    "customer",
    "subsidiary",
    "currency",
    "base_currency",
    "ordered_day",
    "number_rank",
    "exchange_rate_e10",
]
_OBLIGATION_COLUMNS = [
    "id",
    "contract",
    "order",
    "method",
    "stated",
    "order_rank",
    "line_rank",
    "product",
    "category",
    "quantity_e6",
    "start",
    "end",
    "trigger",
    "ordered_day",
    "segments",
    "asset_kind",
    "hold",
]


@dataclass(frozen=True, slots=True)
class _Terms:
    """How one line is earned."""

    method: Method
    trigger: Trigger = Trigger.AUTO
    starts: date | None = None
    ends: date | None = None
    asset_kind: int = int(AssetKind.AUTO)
    hold: int = NONE


_NOTHING = _Terms(Method.POINT_IN_TIME, Trigger.ORDER)
"""What promises nothing any more: nothing waits for dates, so that what was booked is taken back."""


def source_on(steps: Steps) -> Callable[[date], str]:
    """`contract_source` in force on a day."""
    days = [day for day, _ in steps]
    return lambda day: steps[bisect_right(days, day) - 1][1]


def make_identities(session: Session, steps: Steps) -> int:
    """Give every loaded invoice that may be its own contract its contract, order and obligations, and keep their
    names and customers up to date. Returns how many invoices are new.

    Set-based and idempotent: run in the transaction that publishes, and again as a close begins.
    """
    if all(source == "orders" for _, source in steps):
        return 0
    document, version, line = source_document.c, document_version.c, document_line.c
    key = literal("invoice ") + cast(document.external_id, String)
    bills = select(line.id).where(
        line.version_id == version.id, line.role == "billing", line.billing_minor >= 0
    )
    mine = (
        select(key, version.tran_id, customer_link.c.crm_customer_id)
        .select_from(_current().join(customer_link, _linked()))
        .where(document.kind == "CustInvc", document.state == "loaded", _may_be_own(steps), bills.exists())
    )
    fresh = mine.where(~select(contract.c.id).where(contract.c.key == key).exists())
    session.execute(insert(contract).from_select(["key", "number", "crm_customer_id"], fresh))
    orders = (
        select(key, version.tran_id, contract.c.id, false(), document.id)
        .select_from(_current().join(contract, contract.c.key == key))
        .where(~select(sales_order.c.id).where(sales_order.c.document_id == document.id).exists())
    )
    names = ["external_id", "number", "contract_id", "combined", "document_id"]
    made = session.execute(insert(sales_order).from_select(names, orders))
    lines = (
        select(sales_order.c.id, cast(line.line_id, String))
        .select_from(
            sales_order.join(source_document, document.id == sales_order.c.document_id).join(
                document_line, line.version_id == document.current_version_id
            )
        )
        .where(
            line.role == "billing",
            line.billing_minor >= 0,
            ~select(obligation.c.id)
            .where(
                obligation.c.order_id == sales_order.c.id,
                obligation.c.line_external_id == cast(line.line_id, String),
            )
            .exists(),
        )
    )
    session.execute(insert(obligation).from_select(["order_id", "line_external_id"], lines))
    _keep_up(session)
    return int(made.rowcount)  # type: ignore[attr-defined]


def _keep_up(session: Session) -> None:
    """Numbers and customers of invoice contracts follow their documents."""
    document, version, order = source_document.c, document_version.c, sales_order.c
    current = and_(
        document.id == order.document_id,
        version.id == document.current_version_id,
        document.state == "loaded",
    )
    session.execute(
        update(sales_order).where(current, order.number != version.tran_id).values(number=version.tran_id)
    )
    link = customer_link.c
    session.execute(
        update(contract)
        .where(
            order.contract_id == contract.c.id,
            order.combined.is_(False),
            current,
            _linked(),
            or_(contract.c.number != version.tran_id, contract.c.crm_customer_id != link.crm_customer_id),
        )
        .values(number=version.tran_id, crm_customer_id=link.crm_customer_id)
    )


def _current() -> Any:
    return source_document.join(
        document_version, document_version.c.id == source_document.c.current_version_id
    )


def _linked() -> ColumnElement[bool]:
    link = customer_link.c
    return and_(link.netsuite_customer_id == document_version.c.customer_id, link.undone_at.is_(None))


def _may_be_own(steps: Steps) -> ColumnElement[bool]:
    """Whether an invoice may be its own contract, by its date and, under `orders_then_invoices`, the order it names."""
    version = document_version.c
    named = (
        select(sales_order.c.id)
        .join(order_version, and_(order_version.c.order_id == sales_order.c.id, order_version.c.published))
        .where(sales_order.c.number == version.order_reference, sales_order.c.document_id.is_(None))
        .exists()
    )
    found: list[ColumnElement[bool]] = []
    for (first, source), (after, _) in zip(steps, [*steps[1:], (date.max, "")], strict=True):
        if source == "orders":
            continue
        within = and_(version.tran_date >= first, version.tran_date < after)
        unnamed = or_(version.order_reference == "", ~named)
        found.append(within if source == "invoices" else and_(within, unnamed))
    return or_(*found) if found else ~true()


def extend_promises(
    session: Session,
    promises: Promises,
    *,
    last_day: date,
    steps: Steps,
    base_currencies: Mapping[int, int],
    default_method: str,
) -> tuple[Promises, dict[tuple[int, int], int]]:
    """The promises with those of invoices posted by `last_day` that are contracts of their own, and the obligation that
    each billing line (document and line, as NetSuite numbers them) promises itself.

    Orders made while invoices alone make contracts promise nothing. `base_currencies`: subsidiary to its currency's
    code. A contract whose subsidiary is none of these is held.
    """
    promises = _without_orders(promises, steps)
    rows = [row for row in session.execute(_promised(last_day)) if row.live or row.booked]
    if not rows:
        return promises, {}
    rules = _Rules(session)
    first_contract = 1 + int(promises.contracts.number_rank.max(initial=-1))
    first_order = 1 + int(promises.obligations.order_rank.max(initial=-1))
    place = {one: at for at, one in enumerate(sorted({(row.tran_id, row.external_id) for row in rows}))}
    texts = {text: code for code, text in promises.categories.items()}
    contracts: dict[int, tuple[Any, ...]] = {}
    obligations: list[tuple[Any, ...]] = []
    for row in rows:
        rank = place[row.tran_id, row.external_id]
        home = row.subsidiary_id or 0
        contracts.setdefault(
            row.contract_id,
            (
                row.contract_id,
                row.crm_customer_id or row.contract_customer,
                home,
                row.currency_id,
                base_currencies.get(home, NONE),
                row.tran_date,
                first_contract + rank,
                row.exchange_rate_e10,
            ),
        )
        terms = rules.terms_of(row, default_method) if row.live else _NOTHING
        obligations.append(
            (
                row.obligation_id,
                row.contract_id,
                row.order_id,
                int(terms.method),
                row.billing_minor if row.live else 0,
                first_order + rank,
                row.sequence or 0,
                row.product_id,
                texts.setdefault(row.category, len(texts)) if row.category else NONE,
                abs(row.quantity_e6) or 10**6 if row.live else 0,
                terms.starts,
                terms.ends,
                int(terms.trigger),
                row.tran_date,
                row.segment_set_id,
                terms.asset_kind,
                int(HoldReason.MISSING_RULE) if row.live and home not in base_currencies else terms.hold,
            )
        )
    own = {(row.external_id, row.line_id): row.obligation_id for row in rows if row.live}
    return replace(
        promises,
        contracts=Contracts.concat(
            (promises.contracts, Contracts.of(**columns_of(list(contracts.values()), _CONTRACT_COLUMNS)))
        ),
        obligations=Obligations.concat(
            (
                promises.obligations,
                replace(
                    Obligations.of(**columns_of(obligations, _OBLIGATION_COLUMNS)),
                    own=np.ones(len(obligations), dtype=np.int64),
                ),
            )
        ),
        categories={code: text for text, code in texts.items()},
    ), own


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
            contract.c.crm_customer_id.label("contract_customer"),
            document.external_id,
            version.tran_id,
            version.tran_date,
            version.subsidiary_id,
            version.currency_id,
            version.exchange_rate_e10,
            customer_link.c.crm_customer_id,
            line.line_id,
            line.sequence,
            line.billing_minor,
            line.quantity_e6,
            line.starts,
            line.ends,
            line.segment_set_id,
            line.item_type,
            item.c.product_id,
            func.coalesce(product.c.category, "").label("category"),
            product.c.method.label("product_method"),
            product.c.trigger.label("product_trigger"),
            func.coalesce(live, False).label("live"),
            moved.label("booked"),
        )
        .select_from(
            sales_order.join(contract, contract.c.id == order.contract_id)
            .join(obligation, obligation.c.order_id == order.id)
            .join(source_document, document.id == order.document_id)
            .join(document_version, version.id == document.current_version_id)
            .outerjoin(customer_link, _linked())
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
            .outerjoin(product, product.c.id == item.c.product_id)
        )
        .order_by(obligation.c.id)
    )


def _without_orders(promises: Promises, steps: Steps) -> Promises:
    """Without the contracts that orders made on days when invoices alone make contracts."""
    source = source_on(steps)
    contracts = promises.contracts
    days = {day: source(to_date(day)) != "invoices" for day in np.unique(contracts.ordered_day).tolist()}
    stays = np.array([days[day] for day in contracts.ordered_day.tolist()], dtype=np.bool_)
    if bool(stays.all()):
        return promises
    kept = find_rows(contracts.id[stays], promises.obligations.contract) != NONE
    return replace(promises, contracts=contracts.take(stays), obligations=promises.obligations.take(kept))


class _Rules:
    """What people said of products and lines, read once."""

    def __init__(self, session: Session) -> None:
        r, said = product_rule.c, line_rule.c
        self._products: dict[int, list[Any]] = {}
        for rule in session.execute(select(product_rule).order_by(r.id)):
            self._products.setdefault(rule.product_id, []).append(rule)
        own = select(obligation.c.id).join(sales_order, sales_order.c.id == obligation.c.order_id)
        own = own.where(sales_order.c.document_id.is_not(None))
        rows = session.execute(select(line_rule).where(said.obligation_id.in_(own)).order_by(said.id))
        self._lines = {row.obligation_id: row for row in rows}  # the newest is the whole statement

    def terms_of(self, row: Any, default_method: str) -> _Terms:
        """What a person says of the line, else of its product on the invoice's day, else the catalogue, else the
        policy. Without a first day of service the invoice itself triggers a point in time; so does shipping."""
        line, rule = self._lines.get(row.obligation_id), self._product_rule(row.product_id, row.tran_date)
        said = [one for one in (line, rule) if one is not None]
        shipped = row.item_type == SHIPPING
        method = _first(
            [one.method for one in said], row.product_method, "point_in_time" if shipped else default_method
        )
        trigger = _first([one.trigger for one in said], row.product_trigger, "auto")
        starts = line.starts if line is not None and line.starts else row.starts
        ends = line.ends if line is not None and line.ends else row.ends
        if trigger == "auto" and starts is None:
            trigger = "invoice"
        return _Terms(
            Method[method.upper()],
            Trigger[trigger.upper()],
            starts,
            ends,
            int(AssetKind[_first([one.asset_kind for one in said], "", "auto").upper()]),
            int(HoldReason.BY_USER) if line is not None and line.held else NONE,
        )

    def _product_rule(self, product_id: int | None, day: date) -> Any:
        ruling = None
        for rule in self._products.get(product_id or 0, ()):
            begins = rule.valid_from or date.min
            if begins <= day and (ruling is None or begins >= (ruling.valid_from or date.min)):
                ruling = rule
        return ruling


def _first(said: Sequence[str], known: str | None, default: str) -> str:
    return next((one for one in (*said, known) if one), default)

"""Billing lines and rates, as the loaded documents and NetSuite's rate table have them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from revrec.accounting.book import UNKNOWN_ORDER, BillingLines, Rates
from revrec.accounting.calendar import Calendar, to_date
from revrec.accounting.columns import NONE
from revrec.accounting.terms import AccountType, CreditTreatment, HoldReason
from revrec.store.books.arrays import columns_of, ranks
from revrec.store.books.credits import CreditLine, CreditTreatments, read_treatments
from revrec.store.core import (
    currency_rate,
    customer_link,
    document_line,
    document_version,
    item,
    netsuite_period,
    sales_order,
    source_document,
)

BILLING_COLUMNS = [
    "document",
    "line",
    "version",
    "customer",
    "subsidiary",
    "currency",
    "product",
    "amount",
    "base_amount",
    "period",
    "day",
    "rank",
    "order",
    "created_from",
    "account",
    "account_type",
    "segments",
    "service_start",
    "service_end",
    "hold",
    "treatment",
    "own",
]
TOUCHING = (CreditTreatment.PROSPECTIVE, CreditTreatment.RETROSPECTIVE, CreditTreatment.IMMEDIATE)
"""Credit treatments that touch revenue: of before the first period too, though they bill through the opening."""
ACCOUNT_TYPES = {
    "Income": AccountType.INCOME,
    "OthIncome": AccountType.OTHER_INCOME,
    "DeferRevenue": AccountType.DEFERRED_REVENUE,
}


def read_billing(
    session: Session,
    *,
    calendar: Calendar,
    first_day: date,
    last_day: date,
    clearing: frozenset[int],
    source_on: Callable[[date], str] = lambda _: "orders",
    own: Mapping[tuple[int, int], int] | None = None,
) -> tuple[BillingLines, dict[int, int]]:
    """The billing lines of loaded documents whose NetSuite posting period lies within the days given, and our key of
    each document.

    The code of a document is NetSuite's id: what the core puts in an order by code does not depend on when we read it.

    A line whose item is excluded, or that is treated as bad debt, bills nothing. `clearing`: accounts that are the
    clearing account. `source_on`: `contract_source` in force on a day. `own`: the obligation that a line (document and
    line, as NetSuite numbers them) promises itself where no order absorbs it.
    """
    own = own or {}
    own_documents = {document_id for document_id, _ in own}
    document, version, line = source_document.c, document_version.c, document_line.c
    source = source_document.alias("created_from_document")
    statement = (
        select(
            document.id,
            document.external_id,
            line.line_id,
            version.id.label("version_id"),
            customer_link.c.crm_customer_id,
            version.subsidiary_id,
            version.currency_id,
            item.c.product_id,
            line.billing_minor,
            line.base_minor,
            netsuite_period.c.last_day,
            version.tran_date,
            version.tran_id,
            version.order_reference,
            sales_order.c.id.label("order_id"),
            source.c.external_id.label("source_id"),
            line.account_id,
            line.account_type,
            line.segment_set_id,
            line.starts,
            line.ends,
            document.kind,
            version.memo,
            version.credit_reason,
            line.description,
        )
        .join_from(source_document, document_version, version.id == document.current_version_id)
        .join(document_line, line.version_id == version.id)
        .join(netsuite_period, netsuite_period.c.id == version.period_id)
        .join(
            customer_link,
            and_(
                customer_link.c.netsuite_customer_id == version.customer_id,
                customer_link.c.undone_at.is_(None),
            ),
        )
        .outerjoin(item, item.c.id == line.item_id)
        .outerjoin(
            sales_order,
            and_(
                version.order_reference != "",
                sales_order.c.number == version.order_reference,
                sales_order.c.document_id.is_(None),
            ),
        )
        .outerjoin(source, source.c.external_id == version.created_from)
        .where(
            document.state == "loaded",
            line.role == "billing",
            func.coalesce(item.c.excluded, False).is_(False),
            or_(netsuite_period.c.last_day >= first_day, document.kind == "CustCred"),
            netsuite_period.c.last_day <= last_day,
        )
        .order_by(document.external_id, line.line_id)
    )
    treatments = read_treatments(session)
    treated = [
        (row, _treatment(row, treatments, source_on, own_documents)) for row in session.execute(statement)
    ]
    rows = [(row, code) for row, code in treated if row.last_day >= first_day or code in TOUCHING]
    tran_ranks = ranks([row.tran_id for row, _ in rows])
    columns = columns_of(
        [
            (
                row.external_id,
                row.line_id,
                row.version_id,
                row.crm_customer_id,
                row.subsidiary_id or 0,
                row.currency_id,
                row.product_id,
                row.billing_minor,
                row.base_minor,
                row.last_day,
                row.tran_date,
                tran_ranks[row.tran_id],
                UNKNOWN_ORDER if row.order_reference and row.order_id is None else row.order_id,
                row.source_id if row.kind == "CustCred" else _own_document(row, own_documents),
                row.account_id,
                AccountType.CLEARING if row.account_id in clearing else ACCOUNT_TYPES[row.account_type],
                row.segment_set_id,
                row.starts,
                row.ends,
                int(HoldReason.BAD_DEBT) if code == CreditTreatment.BAD_DEBT else NONE,
                code,
                own.get((row.external_id, row.line_id), NONE),
            )
            for row, code in rows
        ],
        BILLING_COLUMNS,
    )
    columns["period"] = calendar.period_of(columns["period"])
    return BillingLines.of(**columns), {row.external_id: row.id for row, _ in rows}


def _treatment(
    row: Any,
    treatments: CreditTreatments,
    source_on: Callable[[date], str],
    own_documents: set[int],
) -> int:
    """The code of a line's credit treatment.

    A negative line of an invoice that makes its own contract lowers that contract's price from inception: it belongs to
    the promise.
    """
    if row.kind != "CustCred":
        lowers = row.billing_minor < 0 and row.external_id in own_documents
        return int(CreditTreatment.RETROSPECTIVE if lowers else CreditTreatment.UNDECIDED)
    line = CreditLine(
        row.id,
        row.line_id,
        row.product_id,
        row.tran_date,
        row.credit_reason,
        f"{row.memo} {row.description}".strip(),
    )
    return int(CreditTreatment[treatments.of(line, source=source_on(row.tran_date)).treatment.upper()])


def _own_document(row: Any, own_documents: set[int]) -> int | None:
    """A negative line of an invoice that makes its own contract frees its own document's lines first."""
    return row.external_id if row.billing_minor < 0 and row.external_id in own_documents else None


def read_rates(session: Session, *, calendar: Calendar, first_period: int, period: int) -> Rates:
    """For each period from the first to the one being closed, NetSuite's last rate on or before its end."""
    rate = currency_rate.c
    rows = session.execute(
        select(rate.currency_id, rate.base_currency_id, rate.effective, rate.rate_e10)
        .where(rate.effective <= to_date(int(calendar.ends[period])))
        .order_by(rate.currency_id, rate.base_currency_id, rate.effective)
    ).all()
    pairs: dict[tuple[int, int], list[tuple[date, int]]] = {}
    for currency_id, base_id, effective, rate_e10 in rows:
        pairs.setdefault((currency_id, base_id), []).append((effective, rate_e10))
    found: list[tuple[int, int, int, int]] = []
    for index in range(max(first_period - 1, 0), period + 1):
        end = to_date(int(calendar.ends[index]))
        for (currency_id, base_id), history in pairs.items():
            known = [rate_e10 for effective, rate_e10 in history if effective <= end]
            if known:
                found.append((currency_id, base_id, index, known[-1]))
    if not found:
        return Rates.empty()
    table = np.array(found, dtype=np.int64)
    return Rates.of(currency=table[:, 0], base_currency=table[:, 1], period=table[:, 2], rate_e10=table[:, 3])

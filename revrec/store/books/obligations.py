"""Contracts and performance obligations as the order versions in force have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlmodel import Session

from revrec.accounting.book import Contracts, Obligations
from revrec.accounting.columns import NONE
from revrec.accounting.terms import HoldReason, Method, Trigger
from revrec.store.books.arrays import columns_of, ranks
from revrec.store.core import (
    contract,
    customer_link,
    netsuite_customer,
    order_line,
    order_version,
    product,
    sales_order,
)

CONTRACT_COLUMNS = ["id", "customer", "subsidiary", "currency", "base_currency", "ordered_day", "number_rank"]
OBLIGATION_COLUMNS = [
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
    "version_day",
    "cancelled_from",
    "segments",
    "hold",
    "order_version",
]


@dataclass(frozen=True)
class Promises:
    """Contracts and obligations, and what the category codes mean."""

    contracts: Contracts
    obligations: Obligations
    categories: Mapping[int, str]


def read_promises(
    session: Session,
    *,
    last_day: date,
    currency_codes: Mapping[str, int],
    base_currencies: Mapping[int, int],
    default_method: str,
) -> Promises:
    """Order lines of the versions in force on `last_day`; one that its order lost is cancelled from the
    effective day of the version without it. A contract whose subsidiary cannot be told, or is none of NetSuite's, is
    held.

    `currency_codes`: symbol to code; `base_currencies`: subsidiary to its currency's code.
    """
    rows = session.execute(_lines_in_force(last_day)).all()
    order_ranks = ranks([row.order_number for row in rows])
    # A contract and an order may be numbered alike: the key tells them apart, and no rank is shared.
    contract_ranks = ranks([f"{row.contract_number}\0{row.contract_key}" for row in rows])
    categories = ranks([row.category for row in rows])
    homes = _customer_subsidiaries(session)
    only = next(iter(base_currencies)) if len(base_currencies) == 1 else None

    contracts: dict[int, list[Any]] = {}
    obligations: list[tuple[Any, ...]] = []
    for row in rows:
        home = row.subsidiary_id or homes.get(row.crm_customer_id) or only
        held = home not in base_currencies or bool(row.problem) or bool(row.line_problem)
        known = contracts.setdefault(
            row.contract_id,
            [
                row.contract_id,
                row.crm_customer_id,
                home or 0,
                currency_codes.get(row.currency, NONE),
                base_currencies.get(home or 0, NONE),
                row.ordered_on,
                contract_ranks[f"{row.contract_number}\0{row.contract_key}"],
            ],
        )
        known[5] = min(known[5], row.ordered_on)
        obligations.append(
            (
                row.obligation_id,
                row.contract_id,
                row.order_id,
                Method[(row.method or row.product_method or default_method).upper()],
                row.amount_minor,
                order_ranks[row.order_number],
                row.sequence,
                row.product_id,
                categories[row.category],
                row.quantity_e6,
                row.starts,
                row.ends,
                Trigger[(row.trigger or row.product_trigger or "auto").upper()],
                row.ordered_on,
                row.effective_on,
                _cancelled_from(row),
                row.segment_set_id,
                int(HoldReason.MISSING_RULE) if held else NONE,
                row.order_version_id,
            )
        )
    return Promises(
        Contracts.of(**columns_of(list(contracts.values()), CONTRACT_COLUMNS)),
        Obligations.of(**columns_of(obligations, OBLIGATION_COLUMNS)),
        {code: text for text, code in categories.items()},
    )


def _cancelled_from(row: Any) -> date | None:
    """The first day not served any more: an order's last day served is inclusive."""
    if not row.still_there:
        return row.effective_on  # type: ignore[no-any-return]
    return row.cancelled_on + timedelta(days=1) if row.cancelled_on else None


def _lines_in_force(last_day: date) -> Select[Any]:
    """Each order line as the last version, up to its order's version in force, still has it.

    By rank and not by joining maxima: PostgreSQL takes such joins for one row, and then reads all orders for each line.
    """
    version, line, order = order_version.c, order_line.c, sales_order.c
    newest = func.row_number().over(partition_by=version.order_id, order_by=version.number.desc())
    ranked = (
        select(
            version.id,
            version.order_id,
            version.number,
            version.ordered_on,
            version.effective_on,
            version.cancelled_on,
            version.currency,
            version.subsidiary_id,
            version.crm_customer_id,
            version.problem,
            newest.label("age"),
        )
        .where(version.published, version.effective_on <= last_day)
        .subquery("ranked_version")
    )
    current = ranked.c
    latest = func.row_number().over(partition_by=line.obligation_id, order_by=version.number.desc())
    carried = (
        select(
            line.obligation_id,
            version.order_id,
            line.sequence,
            line.product_id,
            line.quantity_e6,
            line.amount_minor,
            line.starts,
            line.ends,
            line.method,
            line.trigger,
            line.segment_set_id,
            line.problem.label("line_problem"),
            current.ordered_on,
            current.effective_on,
            current.cancelled_on,
            current.currency,
            current.subsidiary_id,
            current.crm_customer_id,
            current.problem,
            current.id.label("order_version_id"),
            (version.number == current.number).label("still_there"),
            latest.label("age"),
        )
        .join_from(order_line, order_version, version.id == line.version_id)
        .join(ranked, and_(current.order_id == version.order_id, version.number <= current.number))
        .where(version.published, current.age == 1)
        .subquery("carried_line")
    )
    return (
        select(
            *(column for column in carried.c if column.name != "age"),
            order.contract_id,
            order.number.label("order_number"),
            contract.c.number.label("contract_number"),
            contract.c.key.label("contract_key"),
            product.c.category,
            product.c.method.label("product_method"),
            product.c.trigger.label("product_trigger"),
        )
        .join_from(carried, sales_order, order.id == carried.c.order_id)
        .join(contract, contract.c.id == order.contract_id)
        .join(product, product.c.id == carried.c.product_id)
        .where(carried.c.age == 1)
        .order_by(carried.c.obligation_id)
    )


def _customer_subsidiaries(session: Session) -> dict[int, int]:
    """CRM customer (ours) to the subsidiary of its linked NetSuite customer, where all of them agree."""
    link, customer = customer_link.c, netsuite_customer.c
    lowest, highest = func.min(customer.subsidiary_id), func.max(customer.subsidiary_id)
    statement = (
        select(link.crm_customer_id, lowest)
        .join_from(customer_link, netsuite_customer, customer.id == link.netsuite_customer_id)
        .where(link.undone_at.is_(None), customer.subsidiary_id.is_not(None))
        .group_by(link.crm_customer_id)
        .having(lowest == highest)
    )
    return {crm_customer_id: home for crm_customer_id, home in session.execute(statement)}

"""What opening balances are given for: contracts, orders and lines in force on a day, by the names people know."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlmodel import Session

from revrec.store.core import (
    contract,
    currency,
    customer_link,
    document_line,
    document_version,
    netsuite_customer,
    obligation,
    order_line,
    order_version,
    sales_order,
    source_document,
    subsidiary,
)


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """The currencies of a contract, as symbols."""

    currency: str
    base_currency: str


@dataclass(slots=True)
class OpeningPlaces:
    """Ids by name. A number may be that of several contracts or orders."""

    day: date
    contracts: dict[str, list[int]] = field(default_factory=dict)
    orders: dict[str, list[int]] = field(default_factory=dict)
    home_of: dict[int, int] = field(default_factory=dict)
    orders_of: dict[int, list[int]] = field(default_factory=dict)
    lines: dict[tuple[int, str], int] = field(default_factory=dict)
    contract_of: dict[int, int] = field(default_factory=dict)
    terms_of: dict[int, ContractTerms] = field(default_factory=dict)

    def line_of(self, order: int, name: str) -> int | None:
        """The obligation of an order's line, by the source's id or its place in the order."""
        return self.lines.get((order, name))

    def _add(self, row: "_Row") -> None:
        if row.order not in self.home_of:
            self.home_of[row.order] = row.contract
            self.orders.setdefault(row.order_number, []).append(row.order)
            self.orders_of.setdefault(row.contract, []).append(row.order)
            numbers = self.contracts.setdefault(row.contract_number, [])
            if row.contract not in numbers:
                numbers.append(row.contract)
        self.lines[row.order, row.line] = row.obligation
        self.lines.setdefault((row.order, str(row.sequence)), row.obligation)
        self.contract_of[row.obligation] = row.contract
        self.terms_of[row.contract] = ContractTerms(row.currency, row.base_currency or row.currency)


@dataclass(frozen=True, slots=True)
class _Row:
    contract: int
    contract_number: str
    order: int
    order_number: str
    obligation: int
    line: str
    sequence: int
    currency: str
    base_currency: str


def opening_places(session: Session, day: date) -> OpeningPlaces:
    """Everything that may have an opening on `day`: lines of order versions effective by then, and of invoices that
    are contracts of their own and dated by then."""
    found = OpeningPlaces(day)
    for row in [*_of_orders(session, day), *_of_invoices(session, day)]:
        found._add(row)
    return found


def _of_orders(session: Session, day: date) -> list[_Row]:
    version, line = order_version.c, order_line.c
    homes, only = _customer_homes(session), _only_base(session)
    rows = session.execute(
        select(
            sales_order.c.contract_id,
            contract.c.number,
            sales_order.c.id,
            sales_order.c.number,
            line.obligation_id,
            line.line_external_id,
            line.sequence,
            version.currency,
            currency.c.symbol,
            version.crm_customer_id,
        )
        .join_from(order_line, order_version, version.id == line.version_id)
        .join(sales_order, sales_order.c.id == version.order_id)
        .join(contract, contract.c.id == sales_order.c.contract_id)
        .outerjoin(subsidiary, subsidiary.c.id == version.subsidiary_id)
        .outerjoin(currency, currency.c.id == subsidiary.c.currency_id)
        .where(version.published, version.effective_on <= day)
        .order_by(version.order_id, version.number, line.sequence)
    )
    found: list[Any] = list(rows)
    return [_Row(*(*row[:8], row[8] or homes.get(row[9]) or only)) for row in found]


def _of_invoices(session: Session, day: date) -> list[_Row]:
    version, line = document_version.c, document_line.c
    rows = session.execute(
        select(
            sales_order.c.contract_id,
            contract.c.number,
            sales_order.c.id,
            sales_order.c.number,
            obligation.c.id,
            obligation.c.line_external_id,
            line.sequence,
            version.currency,
            func.coalesce(currency.c.symbol, version.currency),
        )
        .join_from(sales_order, obligation, obligation.c.order_id == sales_order.c.id)
        .join(contract, contract.c.id == sales_order.c.contract_id)
        .join(source_document, source_document.c.id == sales_order.c.document_id)
        .join(document_version, version.id == source_document.c.current_version_id)
        .join(
            document_line,
            (line.version_id == version.id) & (cast(line.line_id, String) == obligation.c.line_external_id),
        )
        .outerjoin(subsidiary, subsidiary.c.id == version.subsidiary_id)
        .outerjoin(currency, currency.c.id == subsidiary.c.currency_id)
        .where(source_document.c.state == "loaded", version.tran_date <= day)
        .order_by(sales_order.c.id, line.sequence)
    )
    found: list[Any] = list(rows)
    return [_Row(*row) for row in found]


def _customer_homes(session: Session) -> dict[int, str]:
    """CRM customer (ours) to the base currency of its linked NetSuite customers' subsidiary, where all agree."""
    link, customer = customer_link.c, netsuite_customer.c
    lowest, highest = func.min(currency.c.symbol), func.max(currency.c.symbol)
    rows = session.execute(
        select(link.crm_customer_id, lowest)
        .join_from(customer_link, netsuite_customer, customer.id == link.netsuite_customer_id)
        .join(subsidiary, subsidiary.c.id == customer.subsidiary_id)
        .join(currency, currency.c.id == subsidiary.c.currency_id)
        .where(link.undone_at.is_(None))
        .group_by(link.crm_customer_id)
        .having(lowest == highest)
    )
    return {customer_id: symbol for customer_id, symbol in rows}


def _only_base(session: Session) -> str:
    """The base currency where there is one subsidiary."""
    found = session.execute(
        select(currency.c.symbol)
        .join(subsidiary, subsidiary.c.currency_id == currency.c.id)
        .where(subsidiary.c.active)
    ).scalars()
    symbols = list(found)
    return symbols[0] if len(symbols) == 1 else ""


@dataclass(frozen=True, slots=True)
class Named:
    """What people call a contract, and a line of it (empty: the contract as a whole)."""

    contract: str
    order: str = ""
    line: str = ""
    currency: str = ""


def names_of(
    session: Session, contracts: set[int], obligations: set[int]
) -> dict[tuple[int, int | None], Named]:
    """By (contract, obligation) the names that people know; obligation None: the contract."""
    found: dict[tuple[int, int | None], Named] = {}
    for key, number in session.execute(
        select(contract.c.id, contract.c.number).where(contract.c.id.in_(contracts))
    ):
        found[key, None] = Named(number)
    rows = session.execute(
        select(
            obligation.c.id, sales_order.c.contract_id, sales_order.c.number, obligation.c.line_external_id
        )
        .join(sales_order, sales_order.c.id == obligation.c.order_id)
        .where(obligation.c.id.in_(obligations))
    )
    for key, home, number, line in rows:
        whole = found.get((home, None), Named(""))
        found[home, key] = Named(whole.contract, number, line)
    return found

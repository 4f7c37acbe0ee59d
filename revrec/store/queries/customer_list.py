"""Customers as lists show them, and what there is of one of them: contracts, documents, balances."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.problems import Invalid
from revrec.store.queries.batches import batches
from revrec.store.queries.ordered import Sorts
from revrec.store.tables import (
    Balance,
    Contract,
    CrmCustomer,
    CustomerLink,
    NetSuiteCustomer,
)

CUSTOMER_SORTS: Sorts = MappingProxyType(
    {
        "name": col(CrmCustomer.key),
        "crm_id": col(CrmCustomer.external_id),
        "first_seen": col(CrmCustomer.id),
    }
)
"""`name`: without capitals, punctuation and legal form."""

LINKED = ("", "yes", "no")


@dataclass(frozen=True, slots=True)
class CustomerTotal:
    """Of a selection of customers, those with contracts in one currency; those without any have no currency."""

    currency: str
    customers: int
    contracts: int
    stated_minor: int


@dataclass(frozen=True, slots=True)
class CustomerBalance:
    """What a customer stands at after the newest close in one currency, minor units. `unassigned_minor`: of `billed`,
    what no contract absorbs."""

    currency: str
    billed_minor: int
    recognised_minor: int
    liability_minor: int
    contract_asset_minor: int
    unbilled_receivable_minor: int
    unassigned_minor: int


def customers_where(*, search: str = "", linked: str = "") -> SelectOfScalar[CrmCustomer]:
    """The customers of a selection, in no order. `search`: part of the name, in the CRM or in NetSuite, or an id of
    either; `linked`: `yes` or `no`, whether a NetSuite customer is linked. Raises `Invalid` for another `linked`."""
    query = select(CrmCustomer)
    if search:
        link = CustomerLink
        named = [
            col(link.netsuite_name).icontains(search, autoescape=True),
            col(NetSuiteCustomer.name).icontains(search, autoescape=True),
        ]
        if search.isdigit() and len(search) < 19:
            named.append(col(link.netsuite_customer_id) == int(search))
        theirs = (
            select(link.crm_customer_id)
            .outerjoin(NetSuiteCustomer, col(NetSuiteCustomer.id) == link.netsuite_customer_id)
            .where(col(link.undone_at).is_(None), or_(*named))
        )
        query = query.where(
            or_(
                col(CrmCustomer.name).icontains(search, autoescape=True),
                col(CrmCustomer.external_id) == search,
                col(CrmCustomer.id).in_(theirs),
            )
        )
    if linked not in LINKED:
        raise Invalid(
            f"Whether a customer is linked is asked by yes or no, not by '{linked}'.", where="linked"
        )
    if linked:
        links = select(CustomerLink.id).where(
            CustomerLink.crm_customer_id == CrmCustomer.id, col(CustomerLink.undone_at).is_(None)
        )
        query = query.where(links.exists() if linked == "yes" else ~links.exists())
    return query


def customer_totals(session: Session, *, search: str = "", linked: str = "") -> list[CustomerTotal]:
    """The sums over a whole selection, by the currency of the customers' contracts."""
    chosen = customers_where(search=search, linked=linked).with_only_columns(col(CrmCustomer.id)).subquery()
    currency = func.coalesce(Contract.currency, "")
    rows = session.execute(
        select(
            currency,
            func.count(func.distinct(chosen.c.id)),
            func.count(col(Contract.id)),
            func.coalesce(func.sum(Contract.stated_minor), 0),
        )
        .select_from(chosen.outerjoin(Contract, col(Contract.crm_customer_id) == chosen.c.id))
        .group_by(currency)
        .order_by(currency)
    )
    return [CustomerTotal(one, customers, held, int(stated)) for one, customers, held, stated in rows]


def live_links(session: Session, ids: Iterable[int]) -> dict[int, list[CustomerLink]]:
    """The links of CRM customers that stand, by our id."""
    query = select(CustomerLink).where(col(CustomerLink.undone_at).is_(None)).order_by(col(CustomerLink.id))
    found: dict[int, list[CustomerLink]] = {}
    for part in batches(ids):
        for link in session.exec(query.where(col(CustomerLink.crm_customer_id).in_(part))):
            found.setdefault(link.crm_customer_id, []).append(link)
    return found


def contract_sums(session: Session, ids: Iterable[int]) -> dict[int, list[tuple[str, int, int]]]:
    """Customer -> (currency, contracts, their stated prices in minor units)."""
    customer = col(Contract.crm_customer_id)
    query = (
        select(customer, Contract.currency, func.count(), func.sum(Contract.stated_minor))
        .group_by(customer, Contract.currency)
        .order_by(customer, Contract.currency)
    )
    found: dict[int, list[tuple[str, int, int]]] = {}
    for part in batches(ids):
        for key, currency, held, stated in session.execute(query.where(customer.in_(part))):
            found.setdefault(key, []).append((currency, held, int(stated)))
    return found


def links_ever(session: Session, customer_id: int) -> list[tuple[CustomerLink, str]]:
    """Every link a customer ever had, oldest first, with the NetSuite customer's name today."""
    rows: Any = session.exec(
        select(CustomerLink, func.coalesce(NetSuiteCustomer.name, ""))
        .outerjoin(NetSuiteCustomer, col(NetSuiteCustomer.id) == CustomerLink.netsuite_customer_id)
        .where(CustomerLink.crm_customer_id == customer_id)
        .order_by(col(CustomerLink.id))
    )
    return [(link, name) for link, name in rows]


def customer_balances(session: Session, customer_id: int, close_id: int) -> list[CustomerBalance]:
    """A customer's balances after a close, by currency. Where netting is by customer, contracts keep what was billed
    and recognised, and the rest stands on the customer's own row."""
    per_contract = Balance.scope != "customer"

    def sum_of(amount: Any, which: Any = None) -> Any:
        return func.coalesce(func.sum(amount if which is None else case((which, amount), else_=0)), 0)

    rows = session.execute(
        select(  # type: ignore[call-overload]
            Balance.currency,
            sum_of(Balance.billed_minor, per_contract),
            sum_of(Balance.recognised_minor, per_contract),
            sum_of(Balance.liability_minor),
            sum_of(Balance.contract_asset_minor),
            sum_of(Balance.unbilled_receivable_minor),
            sum_of(Balance.billed_minor, Balance.scope == "unassigned"),
        )
        .where(Balance.customer_id == customer_id, Balance.period_close_id == close_id)
        .group_by(Balance.currency)
        .order_by(Balance.currency)
    )
    return [CustomerBalance(currency, *(int(one) for one in rest)) for currency, *rest in rows]


def linked_customer(session: Session, netsuite_customer_id: int) -> CrmCustomer | None:
    """The CRM customer that a NetSuite customer is linked to now."""
    return session.exec(
        select(CrmCustomer)
        .join(CustomerLink, col(CustomerLink.crm_customer_id) == CrmCustomer.id)
        .where(
            CustomerLink.netsuite_customer_id == netsuite_customer_id, col(CustomerLink.undone_at).is_(None)
        )
    ).first()

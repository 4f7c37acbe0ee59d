"""Contracts as lists show them: searched, narrowed, sorted and added up, over hundreds of thousands of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import ScalarSelect, func, union
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.problems import Invalid
from revrec.store.queries.batches import batches
from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Balance, Contract, CrmCustomer, PeriodClose, WaitingItem

CONTRACT_SORTS: Sorts = MappingProxyType(
    {
        "number": col(Contract.number),
        "customer": col(CrmCustomer.key),
        "stated": col(Contract.stated_minor),
        "first_seen": col(Contract.id),
    }
)
"""`customer`: by the name without capitals, punctuation and legal form."""

WAITING = ("", "yes", "no")


@dataclass(frozen=True, slots=True)
class ContractTotal:
    """Of a selection of contracts in one currency, minor units. All but `stated_minor` after the newest close."""

    currency: str
    contracts: int
    stated_minor: int
    billed_minor: int
    recognised_minor: int
    liability_minor: int
    asset_minor: int


def newest_close(session: Session) -> PeriodClose | None:
    """The standing close of the newest closed period: its balances are of every contract that ever moved."""
    return session.exec(
        select(PeriodClose)
        .where(PeriodClose.state == "closed")
        .order_by(col(PeriodClose.period).desc())
        .limit(1)
    ).first()


def contracts_where(
    *, search: str = "", customer: int | str = "", currency: str = "", waiting: str = ""
) -> SelectOfScalar[Contract]:
    """The contracts of a selection, in no order. `search`: part of the number, or of the customer's name; `customer`:
    by our id; `waiting`: `yes` or `no`, whether the newest close could not account for something of it.

    Raises `Invalid` for a customer that is no id, or another `waiting`.
    """
    query = select(Contract).join(CrmCustomer, col(CrmCustomer.id) == Contract.crm_customer_id)
    if search:
        # Two searches rather than one with `or`: each reads an index alone, not the table.
        named = select(CrmCustomer.id).where(col(CrmCustomer.name).icontains(search, autoescape=True))
        found = union(
            select(Contract.id).where(col(Contract.number).icontains(search, autoescape=True)),
            select(Contract.id).where(col(Contract.crm_customer_id).in_(named)),
        )
        query = query.where(col(Contract.id).in_(select(found.subquery().c.id)))
    if customer != "":
        if not str(customer).isdigit() or len(str(customer)) > 18:
            raise Invalid(f"'{customer}' is no customer's id here.", where="customer")
        query = query.where(Contract.crm_customer_id == int(customer))
    if currency:
        query = query.where(Contract.currency == currency.upper())
    if waiting not in WAITING:
        raise Invalid(f"Whether something waits is asked by yes or no, not by '{waiting}'.", where="waiting")
    if waiting:
        held = select(WaitingItem.contract_id).where(
            col(WaitingItem.period_close_id) == _newest_close_id(), col(WaitingItem.contract_id).is_not(None)
        )
        chosen = col(Contract.id)
        query = query.where(chosen.in_(held) if waiting == "yes" else chosen.not_in(held))
    return query


def contract_totals(
    session: Session, *, search: str = "", customer: int | str = "", currency: str = "", waiting: str = ""
) -> list[ContractTotal]:
    """The sums over a whole selection, by currency."""
    chosen = contracts_where(search=search, customer=customer, currency=currency, waiting=waiting)
    stated = chosen.with_only_columns(col(Contract.currency), func.count(), func.sum(Contract.stated_minor))
    rows = session.execute(stated.group_by(Contract.currency).order_by(Contract.currency)).all()
    close = newest_close(session)
    after = select(  # type: ignore[call-overload]
        Balance.currency,
        func.sum(Balance.billed_minor),
        func.sum(Balance.recognised_minor),
        func.sum(Balance.liability_minor),
        func.sum(col(Balance.contract_asset_minor) + col(Balance.unbilled_receivable_minor)),
    ).where(Balance.period_close_id == (close.id if close else 0), Balance.scope == "contract")
    if search or customer or currency or waiting:
        after = after.where(col(Balance.contract_id).in_(chosen.with_only_columns(col(Contract.id))))
    balances = {one: sums for one, *sums in session.execute(after.group_by(Balance.currency))}
    return [
        ContractTotal(one, held, int(sum_), *(int(part) for part in balances.get(one, (0, 0, 0, 0))))
        for one, held, sum_ in rows
    ]


def newest_balances(session: Session, ids: Iterable[int], close_id: int) -> dict[int, Balance]:
    """The balances of contracts after a close, where they have any."""
    query = select(Balance).where(Balance.period_close_id == close_id, Balance.scope == "contract")
    return {
        row.contract_id or 0: row
        for part in batches(ids)
        for row in session.exec(query.where(col(Balance.contract_id).in_(part)))
    }


def waiting_contracts(session: Session, ids: Iterable[int], close_id: int) -> dict[int, int]:
    """Contract -> how many things of it a close could not account for; only those that have any."""
    query = (
        select(WaitingItem.contract_id, func.count())
        .where(WaitingItem.period_close_id == close_id)
        .group_by(col(WaitingItem.contract_id))
    )
    found: dict[int, int] = {}
    for part in batches(ids):
        found |= dict(session.exec(query.where(col(WaitingItem.contract_id).in_(part))).all())  # type: ignore[arg-type]
    return found


def contract_currencies(session: Session) -> list[str]:
    """The currencies that contracts are in: each found in the index behind the one before it."""
    currency = col(Contract.currency)
    first = select(func.min(currency).label("currency")).where(currency > "").cte(recursive=True)
    behind = select(func.min(currency)).where(currency > first.c.currency).scalar_subquery()
    found = first.union_all(select(behind).where(first.c.currency.is_not(None)))
    return list(session.exec(select(found.c.currency).where(found.c.currency.is_not(None))))


def _newest_close_id() -> ScalarSelect[int]:
    return (
        select(PeriodClose.id)
        .where(PeriodClose.state == "closed")
        .order_by(col(PeriodClose.period).desc())
        .limit(1)
        .scalar_subquery()
    )

"""What events speak of where they speak of a contract, a customer or a period: the names under which its parts are
changed. An event names its subject in words, so whoever asks for all that was done to a thing asks for these."""

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from revrec.store.core import gl_sign_off, journal, obligation, order_version, period_close, sales_order
from revrec.store.tables import CustomerLink


def subjects_of_contract(session: Session, contract_id: int) -> tuple[str, ...]:
    """Its orders, their versions and their lines."""
    orders: dict[int, str] = {
        key: f"order {number}"
        for key, number in session.execute(
            select(sales_order.c.id, sales_order.c.number).where(sales_order.c.contract_id == contract_id)
        )
    }
    of_contract = sales_order.c.contract_id == contract_id
    versions = session.execute(
        select(order_version.c.order_id, order_version.c.number)
        .join(sales_order, sales_order.c.id == order_version.c.order_id)
        .where(of_contract)
    )
    lines = session.execute(
        select(obligation.c.order_id, obligation.c.line_external_id)
        .join(sales_order, sales_order.c.id == obligation.c.order_id)
        .where(of_contract)
    )
    return (
        *orders.values(),
        *(f"{orders[order]}, version {number}" for order, number in versions),
        *(f"{orders[order]}, line {line}" for order, line in lines),
    )


def subjects_of_customer(session: Session, crm_customer_id: int) -> tuple[str, ...]:
    """The NetSuite customers that are or were linked to it."""
    billed = rows_of(CustomerLink.netsuite_customer_id).where(
        col(CustomerLink.crm_customer_id) == crm_customer_id
    )
    return tuple(f"NetSuite customer {one}" for one in sorted(set(session.exec(billed))))


def subjects_of_period(session: Session, period: str) -> tuple[str, ...]:
    """The period, the jobs that closed it, its journals, and the balances signed off at its end."""
    jobs = session.execute(select(period_close.c.job_id).where(period_close.c.period == period).distinct())
    numbers = session.execute(
        select(journal.c.number).where(journal.c.period == period, journal.c.number.is_not(None))
    )
    signed = session.execute(
        select(gl_sign_off.c.subsidiary_id, gl_sign_off.c.account_id)
        .where(gl_sign_off.c.period == period)
        .distinct()
    )
    return (
        f"period {period}",
        *(f"job {one}" for (one,) in jobs),
        *(f"journal {one}" for (one,) in numbers),
        *(f"subsidiary {where}, account {account} at the end of {period}" for where, account in signed),
    )


def subjects_about(
    session: Session, *, contract: int | None = None, customer: int | None = None, period: str = ""
) -> tuple[str, ...] | None:
    """The subjects of what is named, by our ids; of several, those that all share. None if nothing is named."""
    asked: list[tuple[str, ...]] = []
    if contract is not None:
        asked.append(subjects_of_contract(session, contract))
    if customer is not None:
        asked.append(subjects_of_customer(session, customer))
    if period:
        asked.append(subjects_of_period(session, period))
    if not asked:
        return None
    return tuple(sorted(set(asked[0]).intersection(*asked[1:])))

"""Account for an order together with a contract."""

from datetime import datetime

from sqlmodel import Session, select

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.queries.bookings import contracts_booked, hold_books
from revrec.store.queries.homes import customer_subsidiaries
from revrec.store.queries.order_versions import PublishedVersion, versions_of
from revrec.store.staging.contract_prices import price_contracts
from revrec.store.tables import Contract, SalesOrder


def combine_order(
    session: Session, actor: Actor, order_id: int, contract_id: int, *, now: datetime, reason: str
) -> SalesOrder:
    """Put an order into a contract (606-10-25-9); runs leave it there. Its own contract takes it back the same way.

    Refused where customer, currency or subsidiary differ, or a closed period holds anything of either contract.
    """
    require(actor, "combine_order")
    if not reason.strip():
        raise Invalid("Say why: combining needs a reason.", where="reason")
    order = session.get_one(SalesOrder, order_id)
    into = session.get(Contract, contract_id)
    if into is None:
        raise NotFound(f"There is no contract {contract_id}.", where="contract")
    if order.document_id is not None or order.contract_id is None:
        raise Refused(
            f"{order.number} is an invoice that is a contract of its own; it is not combined.", where="order"
        )
    if order.contract_id == into.id:
        raise Conflict(f"Order {order.number} is in contract {into.number} already.", where="contract")
    hold_books(session)
    left = session.get_one(Contract, order.contract_id)
    _check_alike(session, order, into)
    for number in sorted(contracts_booked(session, [left.id, into.id])):
        held = left if number == left.id else into
        raise Refused(
            f"Contract {held.number} is booked in a closed period, or has an opening balance; what it holds cannot "
            "change any more.",
            where="contract",
        )
    order.contract_id, order.combined = into.id, True
    session.add(order)
    session.flush()
    price_contracts(session, [left.id, into.id])
    record_event(
        session,
        actor,
        "combine_order",
        f"order {order.number}",
        now=now,
        before={"contract": left.id, "number": left.number},
        after={"contract": into.id, "number": into.number},
        reason=reason,
    )
    return order


def _check_alike(session: Session, order: SalesOrder, into: Contract) -> None:
    """Raise `Refused` unless the order and all that the contract holds have one customer, currency and subsidiary."""
    others = session.exec(select(SalesOrder).where(SalesOrder.contract_id == into.id)).all()
    if any(one.document_id is not None for one in others):
        raise Refused(f"Contract {into.number} is an invoice's own; no order joins it.", where="contract")
    versions = versions_of(session, [order.id, *(one.id for one in others)])
    newest = {number: found[-1] for number, found in versions.items()}
    mine = newest.get(order.id)
    if mine is None:
        raise Refused(f"Order {order.number} has no version that is loaded.", where="order")
    homes = customer_subsidiaries(session, [mine.crm_customer_id, into.crm_customer_id])
    if mine.crm_customer_id != into.crm_customer_id:
        raise Refused(
            f"Order {order.number} and contract {into.number} have different customers.", where="order"
        )
    for other in (newest[one.id] for one in others if one.id in newest):
        if other.currency != mine.currency:
            raise Refused(
                f"Order {order.number} is in {mine.currency}, contract {into.number} in {other.currency}.",
                where="order",
            )
        if _home(mine, homes) != _home(other, homes):
            raise Refused(
                f"Order {order.number} and contract {into.number} belong to different subsidiaries.",
                where="order",
            )


def _home(version: PublishedVersion, homes: dict[int, int]) -> int | None:
    return version.subsidiary_id or homes.get(version.crm_customer_id)

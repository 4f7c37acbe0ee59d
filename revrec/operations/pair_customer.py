"""Confirm that a NetSuite customer is a CRM customer."""

from datetime import datetime

from sqlmodel import Session

from revrec.matching.keys import KeyRule
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.operations.policies import policy_value
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.customers import alias_for, crm_customer_by_external_id, live_link
from revrec.store.queries.pending import mark_pending
from revrec.store.tables import CustomerAlias, CustomerLink, NetSuiteCustomer


def pair_customer(
    session: Session,
    actor: Actor,
    netsuite_customer_id: int,
    crm_external_id: str,
    *,
    now: datetime,
    reason: str = "",
) -> CustomerLink:
    """Link the two, and keep the NetSuite name as an alias, so that the next customer of that name is found too.

    The documents that wait for it say so and are loaded by the next run. A customer that is linked already is
    not moved silently (`Conflict`): that link is undone first.
    """
    require(actor, "pair_customer")
    billed = session.get(NetSuiteCustomer, netsuite_customer_id)
    if billed is None:
        raise NotFound(
            f"NetSuite customer {netsuite_customer_id} is not known here.", where="netsuite_customer"
        )
    customer = crm_customer_by_external_id(session, crm_external_id)
    if customer is None:
        raise NotFound(
            f"There is no CRM customer {crm_external_id}. Run orders, if it is new.", where="crm_customer"
        )
    present = live_link(session, billed.id)
    if present is not None:
        raise Conflict(
            f"{billed.name} is linked to {present.crm_name} already. Undo that pairing first.",
            where="netsuite_customer",
        )
    key = KeyRule(bool(policy_value(session, "strip_legal_forms"))).key(billed.name)
    if not key:
        raise Invalid(f"NetSuite customer {billed.id} has no name.", where="netsuite_customer")
    alias = alias_for(session, key)
    if alias is not None and alias.crm_customer_id != customer.id:
        raise Conflict(
            f"The name {billed.name} was confirmed for another CRM customer. Undo that pairing first.",
            where="crm_customer",
        )
    if alias is None:
        session.add(
            CustomerAlias(key=key, crm_customer_id=customer.id, confirmed_by=actor.email, confirmed_at=now)
        )
    link = CustomerLink(
        netsuite_customer_id=billed.id,
        crm_customer_id=customer.id,
        basis="alias",
        linked_by=actor.email,
        linked_at=now,
        netsuite_name=billed.name,
        crm_name=customer.name,
    )
    session.add(link)
    session.flush()
    waiting = mark_pending(session, billed.id, f"paired with {customer.name}; the next run loads it")
    record_event(
        session,
        actor,
        "pair_customer",
        f"NetSuite customer {billed.id}",
        now=now,
        after={
            "netsuite_name": billed.name,
            "crm_customer": customer.external_id,
            "crm_name": customer.name,
            "documents_waiting": waiting,
        },
        reason=reason,
    )
    return link

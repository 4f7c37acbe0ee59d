"""Take a link between a NetSuite customer and a CRM customer back."""

from datetime import datetime

from sqlmodel import Session

from revrec.matching.keys import KeyRule
from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.operations.policies import policy_value
from revrec.problems import NotFound, Refused
from revrec.store.queries.customers import alias_for, live_link
from revrec.store.queries.pending import in_the_ledger, mark_pending
from revrec.store.tables import CustomerLink


def undo_pairing(
    session: Session, actor: Actor, netsuite_customer_id: int, *, now: datetime, reason: str = ""
) -> CustomerLink:
    """Undo the live link; it stays in the history. The alias of that name goes with it.

    The customer's documents wait again from the next run on. Where closed periods rest on the link a reason is
    demanded, and what they booked is taken back as an adjustment of the open period.
    """
    require(actor, "undo_pairing")
    link = live_link(session, netsuite_customer_id)
    if link is None:
        raise NotFound(f"NetSuite customer {netsuite_customer_id} has no link.", where="netsuite_customer")
    if in_the_ledger(session, netsuite_customer_id) and not reason.strip():
        raise Refused(
            f"Closed periods rest on the link of {link.netsuite_name} to {link.crm_name}; undoing it needs a "
            "reason.",
            where="reason",
        )
    link.undone_by, link.undone_at, link.undo_reason = actor.email, now, reason
    alias = alias_for(
        session, KeyRule(bool(policy_value(session, "strip_legal_forms"))).key(link.netsuite_name)
    )
    if alias is not None and alias.crm_customer_id == link.crm_customer_id:
        session.delete(alias)
    session.flush()
    mark_pending(session, netsuite_customer_id, f"the pairing with {link.crm_name} was undone")
    record_event(
        session,
        actor,
        "undo_pairing",
        f"NetSuite customer {netsuite_customer_id}",
        now=now,
        before={"netsuite_name": link.netsuite_name, "crm_name": link.crm_name, "basis": link.basis},
        reason=reason,
    )
    return link

"""Approve a journal: it gets its number and may be sent to NetSuite."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.operations.policies import policy_value
from revrec.problems import Conflict, NotFound, Refused
from revrec.store.queries.journals import highest_sequence
from revrec.store.queries.locks import Lock, hold
from revrec.store.tables import Journal


def approve_journal(
    session: Session, actor: Actor, journal_id: int, *, now: datetime, reason: str = ""
) -> Journal:
    """Approve a draft. Its number ends in this deployment's running number, which never starts again.

    The lock makes numbers unbroken: the next one is read and taken with nobody in between, and a transaction
    that fails takes none. Refused for whoever prepared it, unless the policy `two_people` is off.
    """
    require(actor, "approve_journal")
    hold(session, Lock.JOURNAL_NUMBERS)
    journal = session.get(Journal, journal_id, populate_existing=True)
    if journal is None:
        raise NotFound(f"There is no journal {journal_id}.", where="journal")
    if journal.state != "draft":
        raise Conflict(
            f"Journal {journal.number or journal.id} is {journal.state}; only a draft is approved.",
            where="journal",
        )
    if journal.prepared_by == actor.email and policy_value(session, "two_people"):
        raise Refused(
            f"{actor.email} prepared journal {journal.id} and cannot approve it too. Somebody else does, or "
            "the policy two_people is turned off.",
            where="two_people",
        )
    sequence = highest_sequence(session) + 1
    journal.sequence = sequence
    journal.number = f"{journal.period}-{sequence:04d}"
    journal.external_id = f"{policy_value(session, 'journal_prefix')}-{journal.number}"
    journal.state = "approved"
    journal.approved_by = actor.email
    journal.approved_at = now
    session.flush()
    record_event(
        session,
        actor,
        "approve_journal",
        f"journal {journal.number}",
        now=now,
        before="draft",
        after={"state": "approved", "id": journal.id, "external_id": journal.external_id},
        reason=reason,
    )
    return journal

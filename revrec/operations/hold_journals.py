"""Hold journals back: no batch sends them until they are released."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.hub_choice import Told, chosen_journals, subject_of
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid
from revrec.store.tables import Journal
from revrec.store.tables.journals import SENDABLE_STATES


def hold_journals(
    session: Session, actor: Actor, journal_ids: Sequence[int], reason: str, *, now: datetime
) -> list[Told]:
    """Hold approved or failed journals, with a reason. One that is held already stays as it is.

    All or none: raises `Conflict` where NetSuite has one, or is just being sent it. What a batch has before it but
    did not come to yet, it leaves alone.
    """
    require(actor, "hold_journal")
    reason = reason.strip()
    if not reason:
        raise Invalid("Say why these journals are held back.", where="reason")
    told = [_hold(row, actor, reason) for row in chosen_journals(session, journal_ids)]
    session.flush()
    if changed := [one for one in told if one.changed]:
        record_event(
            session,
            actor,
            "hold_journals",
            subject_of(changed),
            now=now,
            after={"held": [one.number for one in changed]},
            reason=reason,
        )
    return told


def _hold(row: Journal, actor: Actor, reason: str) -> Told:
    number = str(row.number)
    if row.held:
        return Told(row.id, number, False, f"It is held already, by {row.held_by}: {row.held}")
    if row.state == "posting":
        raise Conflict(
            f"Journal {number} is being sent to NetSuite right now. Hold it if that fails.",
            where=f"journal {number}",
        )
    if row.state not in SENDABLE_STATES:
        raise Conflict(
            f"Journal {number} is {row.state}; only what is still to be sent is held.",
            where=f"journal {number}",
        )
    if row.state == "queued":
        row.state = "failed" if row.attempts else "approved"
    row.held, row.held_by = reason, actor.email
    return Told(row.id, number, True, "It is held.")

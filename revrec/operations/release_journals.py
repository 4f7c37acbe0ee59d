"""Release journals that were held back: they go with the next batch."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.hub_choice import Told, chosen_journals, subject_of
from revrec.operations.permissions import require
from revrec.store.tables import Journal


def release_journals(
    session: Session, actor: Actor, journal_ids: Sequence[int], *, now: datetime, reason: str = ""
) -> list[Told]:
    """Let held journals go. One that is not held stays as it is."""
    require(actor, "release_journal")
    rows = chosen_journals(session, journal_ids)
    before = {str(row.number): row.held for row in rows if row.held}
    told = [_release(row, now) for row in rows]
    session.flush()
    if changed := [one for one in told if one.changed]:
        record_event(
            session,
            actor,
            "release_journals",
            subject_of(changed),
            now=now,
            before={"held": before},
            after={"released": [one.number for one in changed]},
            reason=reason,
        )
    return told


def _release(row: Journal, now: datetime) -> Told:
    number = str(row.number)
    if not row.held:
        return Told(row.id, number, False, "It is not held.")
    row.held, row.held_by = "", ""
    if row.state == "failed":
        row.next_attempt_at = now
    if row.state in ("approved", "failed"):
        return Told(row.id, number, True, "It is released and goes with the next batch.")
    return Told(row.id, number, True, f"It is released; it is {row.state}.")

"""Have journals tried again that failed, or that disagreed with what NetSuite holds."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.hub_choice import Told, chosen_journals, subject_of
from revrec.operations.permissions import require
from revrec.problems import Conflict
from revrec.store.tables import Journal, PeriodClose


def retry_journals(
    session: Session,
    actor: Actor,
    journal_ids: Sequence[int],
    *,
    now: datetime,
    reason: str = "",
    again: bool = False,
) -> list[Told]:
    """Make journals due at once, whatever pause they had. What was sent before is looked for in NetSuite first, and
    only sent again where it is not there; a conflict that was settled there reads back as posted.

    `again`: also journals that were posted, for one that was deleted in NetSuite. Raises `Conflict` for one that is
    held: it is released first; and, again, for one whose period was reopened: it has its reversing journal.
    """
    require(actor, "retry_journal")
    rows = chosen_journals(session, journal_ids)
    if again:
        _refuse_taken_back(session, rows)
    told = [_retry(row, now, again) for row in rows]
    session.flush()
    if changed := [one for one in told if one.changed]:
        record_event(
            session,
            actor,
            "retry_journals",
            subject_of(changed),
            now=now,
            after={"retried": [one.number for one in changed]},
            reason=reason,
        )
    return told


def _refuse_taken_back(session: Session, rows: Sequence[Journal]) -> None:
    for row in rows:
        if row.state == "posted" and session.get_one(PeriodClose, row.period_close_id).state == "reopened":
            raise Conflict(
                f"{row.period} was reopened and journal {row.number} has its reversing journal; it stays as it is.",
                where=f"journal {row.number}",
            )


def _retry(row: Journal, now: datetime, again: bool) -> Told:
    number = str(row.number)
    if row.held:
        raise Conflict(
            f"Journal {number} is held by {row.held_by}: {row.held} Release it first.",
            where=f"journal {number}",
        )
    match row.state:
        case "failed" | "conflict":
            row.state, row.next_attempt_at = "failed", now
            return Told(row.id, number, True, "It is tried again.")
        case "cancelled" if row.next_attempt_at is not None and row.next_attempt_at > now:
            return Told(
                row.id,
                number,
                False,
                f"It was cancelled; NetSuite is asked for it at {row.next_attempt_at:%H:%M} UTC.",
            )
        case "cancelled" if row.attempts:
            row.next_attempt_at = now
            return Told(
                row.id, number, True, "It was cancelled; NetSuite is asked whether it has it all the same."
            )
        case "cancelled":
            return Told(row.id, number, False, "It was cancelled with its period and never sent.")
        case "posted" if again:
            row.state, row.next_attempt_at = "failed", now
            return Told(
                row.id, number, True, "It is looked for in NetSuite, and posted again if it is gone there."
            )
        case "posted":
            return Told(row.id, number, False, f"NetSuite has it, as {row.netsuite_id}.")
        case "posting":
            return Told(row.id, number, False, "It is being sent right now.")
        case _:
            return Told(row.id, number, False, "It waits for the next batch as it is.")

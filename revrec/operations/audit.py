"""The audit trail: who did what to which thing, from what to what, and why.

Each event carries the hash of the one before it, so that a changed, removed or inserted event shows. What
chaining alone cannot show, a trail cut off at its end, shows against the head of an earlier export.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.store.queries.audit import StoredEvent, events_in_order, newest_hash
from revrec.store.queries.locks import Lock, hold
from revrec.store.tables import AuditEvent

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a walk over the trail found. `broken_at` is the id of the first event that does not fit, else None."""

    events: int
    head: str
    broken_at: int | None
    message: str


def record_event(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    now: datetime,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event in the caller's writing transaction, as its last statement.

    `before` and `after` are plain JSON values (text, whole numbers, lists, dicts) and hold no secret. The
    lock is held to the end of the transaction, so that two writers cannot follow the same event.
    """
    hold(session, Lock.AUDIT_CHAIN)
    previous = newest_hash(session) or GENESIS
    event = AuditEvent(
        at=now.astimezone(UTC),
        actor=actor.email,
        action=action,
        subject=subject,
        before=before,
        after=after,
        reason=reason,
        previous_hash=previous,
        hash="",
    )
    event.hash = hash_of(event)
    session.add(event)
    session.flush()
    return event


def hash_of(event: AuditEvent | StoredEvent) -> str:
    """SHA-256 over the event's content and the hash before it, as canonical JSON."""
    content = [
        event.previous_hash,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor,
        event.action,
        event.subject,
        event.before,
        event.after,
        event.reason,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify_trail(session: Session, *, expected_head: str = "") -> ChainCheck:
    """Walk the stored trail. `expected_head`, from an earlier export, must still be part of it."""
    return verify_events(events_in_order(session), expected_head=expected_head)


def verify_events(events: Iterable[AuditEvent | StoredEvent], *, expected_head: str = "") -> ChainCheck:
    """Walk events from the oldest on and stop at the first that does not fit."""
    previous, count, seen_expected = GENESIS, 0, not expected_head or expected_head == GENESIS
    for event in events:
        if event.previous_hash != previous:
            message = f"Event {event.id} does not follow the event before it: one was removed or inserted."
            return ChainCheck(count, previous, event.id, message)
        if hash_of(event) != event.hash:
            message = f"Event {event.id} ({event.action}, {event.subject}) was changed after it was written."
            return ChainCheck(count, previous, event.id, message)
        previous, count = event.hash, count + 1
        seen_expected = seen_expected or event.hash == expected_head
    if not seen_expected:
        message = f"The trail no longer holds the event {expected_head[:12]}: it was cut off or replaced."
        return ChainCheck(count, previous, 0, message)
    return ChainCheck(count, previous, None, f"All {count} events follow one another; head {previous[:12]}.")

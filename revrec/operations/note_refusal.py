"""Note what somebody was refused, by role or by a rule such as that of two people; and sign-ins of nobody we know.

One event for the same refusal in an hour, however often it is asked for: a page that is loaded anew, or a program that
does not listen, would bury the trail.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import PERMISSIONS
from revrec.store.queries.audit import newest_on_subject

NOTED_EVERY = timedelta(hours=1)
UNKNOWN = Actor("unknown", "stranger", "Somebody who was not signed in")


def note_refusal(session: Session, actor: Actor, where: str, said: str, asked: str, *, now: datetime) -> bool:
    """Write the event, unless the same was noted within the hour. `where`: the action, field or thing that the
    refusal is about; `said`: its words; `asked`: method and path. Returns whether an event was written."""
    subject = f"action {where}" if where in PERMISSIONS else where or asked
    if noted_lately(session, actor, "refused", subject, "said", said, now=now):
        return False
    record_event(session, actor, "refused", subject, now=now, after={"said": said, "asked": asked})
    return True


def note_unknown_sign_in(session: Session, address: str, *, now: datetime) -> bool:
    """Write that somebody tried to sign in under an email that nobody has: once an hour for an address of the network.
    What was typed is not kept: it may be a password in the wrong field. Returns whether an event was written."""
    subject, why = f"sign-in from {address or 'nowhere'}", "unknown email"
    if noted_lately(session, UNKNOWN, "sign_in_refused", subject, "why", why, now=now):
        return False
    after = {"why": why, "from": address}
    record_event(session, UNKNOWN, "sign_in_refused", subject, now=now, after=after)
    return True


def noted_lately(
    session: Session, actor: Actor, action: str, subject: str, name: str, value: str, *, now: datetime
) -> bool:
    """Whether the actor's newest such event on the subject has this value in `after`, and is less than an hour old."""
    present = newest_on_subject(session, subject, action=action, actor=actor.email)
    if present is None or now - present.at >= NOTED_EVERY:
        return False
    return isinstance(present.after, dict) and present.after.get(name) == value

"""Requests under a key: the first is answered and its answer kept for a day, the same again gets that answer.

The unique constraint over user and key decides between several processes. A row without a status is a request that is
being answered, or one that a crash cut off; after `CUT_OFF_AFTER` it counts as the latter and may be sent again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from revrec.store.core import answered_request

KEPT = timedelta(hours=24)
CUT_OFF_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Begun:
    """The request is the caller's to answer. `id` and `since` name its row and this attempt."""

    id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent; `body` as it is kept (see `api.http.idempotency`)."""

    status: int
    content_type: str
    location: str
    body: str


@dataclass(frozen=True, slots=True)
class BeingAnswered:
    """The same request is on its way elsewhere."""


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """The key was used for another request."""


def begin_request(
    session: Session, user_id: int, key: str, fingerprint: str, *, now: datetime
) -> Begun | Answer | BeingAnswered | OtherRequest:
    """Take a request under a key of its user, or say what became of the one that was there before."""
    r = answered_request.c
    session.execute(delete(answered_request).where(r.created_at < now - KEPT))
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(
        answered_request
    )
    values = {
        "user_id": user_id,
        "key": key,
        "fingerprint": fingerprint,
        "content_type": "",
        "location": "",
        "body": "",
        "created_at": now,
    }
    taken = session.execute(
        insert.values(values).on_conflict_do_nothing(index_elements=["user_id", "key"]).returning(r.id)
    ).scalar()
    if taken is not None:
        return Begun(taken, now)
    # Locked, so that of two who find it cut off one alone goes on with it.
    row = session.execute(
        select(answered_request).where(r.user_id == user_id, r.key == key).with_for_update()
    ).first()
    if row is None:  # forgotten by its first caller between the two statements
        return BeingAnswered()
    if row.fingerprint != fingerprint:
        return OtherRequest()
    if row.status is not None:
        return Answer(row.status, row.content_type, row.location, row.body)
    if now - row.created_at < CUT_OFF_AFTER:
        return BeingAnswered()
    session.execute(update(answered_request).where(r.id == row.id).values(created_at=now))
    return Begun(row.id, now)


def keep_answer(session: Session, begun: Begun, answer: Answer, *, now: datetime) -> None:
    """Keep the answer, unless the request was taken for cut off and begun anew meanwhile."""
    r = answered_request.c
    session.execute(
        update(answered_request)
        .where(r.id == begun.id, r.created_at == begun.since, r.status.is_(None))
        .values(
            status=answer.status,
            content_type=answer.content_type,
            location=answer.location,
            body=answer.body,
            answered_at=now,
        )
    )


def forget_request(session: Session, begun: Begun) -> None:
    """Let the key be used again, as after an answer that is not kept."""
    r = answered_request.c
    session.execute(
        delete(answered_request).where(r.id == begun.id, r.created_at == begun.since, r.status.is_(None))
    )

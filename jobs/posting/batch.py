"""The batch: every few minutes what was approved is sent, and what failed is tried again when its pause is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.posting.precheck import FLOW
from jobs.posting.record import RETRY_AFTER
from revrec.operations.policies import policy_value
from revrec.problems import Conflict
from revrec.store.queries.connections import connection_for
from revrec.store.queries.hub import (
    held_among,
    ids_to_send,
    last_post_end,
    open_post_job,
    to_send,
    waiting,
)


@dataclass(frozen=True)
class NextBatch:
    """`at` is None where nothing waits, where a batch goes already (`job`), or where `stopped` says why none comes."""

    journals: int
    at: datetime | None
    job: int | None
    every_minutes: int
    stopped: str


def why_nothing_is_sent(session: Session) -> str:
    """What keeps every journal here: posting is not connected, or paused. Empty where nothing does."""
    connection = connection_for(session, FLOW)
    if connection is None or connection.disconnected_at is not None:
        return "NetSuite is not connected for journals. Run `revrec connect netsuite`."
    if connection.paused:
        by = f" by {connection.paused_by}" if connection.paused_by else ""
        why = connection.paused.rstrip(".")
        return f"The journals connection is paused{by}: {why}. Nothing is sent until it is resumed."
    return ""


def next_batch(session: Session) -> NextBatch:
    """When the next batch is due, and how many journals it would take as things stand."""
    minutes = int(policy_value(session, "posting_batch_minutes"))
    stopped, going, what = why_nothing_is_sent(session), open_post_job(session), waiting(session)
    if not stopped and not minutes:
        stopped = "No batch comes by itself (posting_batch_minutes is 0): `revrec hub now` sends what waits."
    moments: list[datetime] = []
    if what.oldest_approval is not None:
        moments.append(what.oldest_approval + timedelta(minutes=minutes))
    if what.next_retry is not None:
        moments.append(what.next_retry)
    ended = last_post_end(session)
    if what.left_over and ended is not None:
        moments.append(ended + RETRY_AFTER)  # a job that was cancelled or failed did not come to them
    at = min(moments, default=None)
    return NextBatch(what.journals, None if stopped or going else at, going, minutes, stopped)


def batch_due(session: Session, now: datetime) -> bool:
    """Whether a batch has something to send by now, and may."""
    at = next_batch(session).at
    return at is not None and at <= now


def journals_to_send(
    session: Session, now: datetime, wanted: Sequence[int] | None, *, batch: bool = False
) -> list[int]:
    """Ids, oldest number first. `wanted`: only these, None: all that wait; a `batch` leaves alone what failed and is
    not due yet. What is held is never among them; raises `Conflict` where it was wanted by name."""
    for row in held_among(session, wanted or []):
        raise Conflict(
            f"Journal {row.number} is held by {row.held_by}: {row.held} Release it first (`revrec hub release`).",
            where=f"journal {row.number}",
        )
    return ids_to_send(session, to_send(now, failed_at_once=not batch), wanted)

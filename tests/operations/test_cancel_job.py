"""Cancelling jobs."""

from datetime import datetime

import pytest

from revrec.operations.actor import Actor
from revrec.operations.cancel_job import cancel_job
from revrec.problems import Conflict, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.tables import Job


def job(store: Store, state: str, now: datetime, *, published: bool = False) -> int:
    with store.write() as session:
        row = Job(
            kind="invoices",
            state=state,
            parameters={},
            requested_by="x",
            created_at=now,
            published_at=now if published else None,
        )
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize("state", ["queued", "running"])
def test_what_has_not_ended_is_cancelled(
    store: Store, people: dict[str, Actor], now: datetime, state: str
) -> None:
    number = job(store, state, now)
    with store.write() as session:
        row = cancel_job(session, people["accountant"], number, now=now)
        assert (row.state, row.finished_at) == ("cancelled", now)


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "awaiting_load", "superseded"])
def test_what_has_ended_is_not(store: Store, people: dict[str, Actor], now: datetime, state: str) -> None:
    number = job(store, state, now)
    with pytest.raises(Conflict, match=state), store.write() as session:
        cancel_job(session, people["accountant"], number, now=now)


def test_what_has_published_is_not(store: Store, people: dict[str, Actor], now: datetime) -> None:
    number = job(store, "running", now, published=True)
    with pytest.raises(Conflict, match="published"), store.write() as session:
        cancel_job(session, people["accountant"], number, now=now)


def test_strangers_and_viewers_are_turned_away(store: Store, people: dict[str, Actor], now: datetime) -> None:
    number = job(store, "running", now)
    with pytest.raises(Refused), store.write() as session:
        cancel_job(session, people["viewer"], number, now=now)
    with pytest.raises(NotFound), store.write() as session:
        cancel_job(session, people["admin"], 999, now=now)

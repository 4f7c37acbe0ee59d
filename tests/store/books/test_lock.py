"""The books are changed by one job at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from revrec.problems import Conflict
from revrec.store.books.lock import release, take
from revrec.store.engine import Store
from revrec.store.tables import BookLock, Job


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def job(store):
    def make(state="running"):
        with store.write() as session:
            row = Job(
                kind="close", state=state, parameters={}, requested_by="x", created_at=datetime.now(UTC)
            )
            session.add(row)
            session.flush()
            return row.id

    return make


def holder(store):
    with store.read() as session:
        return session.exec(select(BookLock.held_by_job)).first()


def test_who_has_them_may_take_them_again_and_nobody_else(store, job):
    mine, other = job(), job()
    for _ in range(2):
        with store.write() as session:
            take(session, mine)
    with pytest.raises(Conflict, match=f"Job {mine} is changing the books"), store.write() as session:
        take(session, other)
    with store.write() as session:
        release(session, other)
    assert holder(store) == mine
    with store.write() as session:
        release(session, mine)
        take(session, other)
    assert holder(store) == other


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "superseded", "awaiting_load"])
def test_a_job_that_ended_without_letting_go_is_passed_over(store, job, state):
    ended = job(state)
    with store.write() as session:
        take(session, ended)
    mine = job()
    with store.write() as session:
        take(session, mine)
    assert holder(store) == mine


def test_a_transaction_that_fails_takes_nothing(store, job):
    mine = job()
    with pytest.raises(RuntimeError), store.write() as session:
        take(session, mine)
        raise RuntimeError
    assert holder(store) is None


def test_of_many_that_try_at_once_one_has_them(store, job):
    jobs = [job() for _ in range(8)]

    def attempt(one):
        try:
            with store.write() as session:
                take(session, one)
        except Conflict:
            return None
        return one

    with ThreadPoolExecutor(8) as pool:
        won = [one for one in pool.map(attempt, jobs) if one is not None]
    assert won == [holder(store)]

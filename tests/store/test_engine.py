"""Transactions, and times that cannot be misread."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, func, select

from revrec.store.engine import Store
from revrec.store.tables import ApiToken, UserAccount

NOON = datetime(2026, 4, 10, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def user(email: str, created_at: datetime = NOON) -> UserAccount:
    return UserAccount(email=email, name="N", role="viewer", created_at=created_at)


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(UserAccount)).one()


def test_a_block_that_ends_is_committed_and_one_that_raises_is_not(store: Store) -> None:
    with store.write() as session:
        session.add(user("a"))
    with pytest.raises(RuntimeError), store.write() as session:
        session.add(user("b"))
        session.flush()
        raise RuntimeError
    with store.read() as session:
        assert count(session) == 1


def test_a_reader_sees_one_snapshot(store: Store) -> None:
    with store.read() as reader:
        assert count(reader) == 0
        with store.write() as writer:
            writer.add(user("a"))
        assert count(reader) == 0
    with store.read() as reader:
        assert count(reader) == 1


def test_what_is_written_while_reading_is_lost(store: Store) -> None:
    with store.read() as session:
        session.add(user("a"))
        session.flush()
    with store.read() as session:
        assert count(session) == 0


def test_writers_that_read_first_wait_for_one_another(store: Store) -> None:
    def add(number: int) -> None:
        with store.write() as session:
            count(session)
            session.add(user(f"user {number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    with store.read() as session:
        assert count(session) == 40


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as session:
        session.add(ApiToken(user_id=77, name="x", hash="x", created_at=NOON))


def test_times_come_back_as_the_same_instant_in_utc(store: Store) -> None:
    with store.write() as session:
        session.add(user("a", NOON.astimezone(timezone(timedelta(hours=-7)))))
    with store.read() as session:
        found = session.exec(select(UserAccount.created_at)).one()
    assert found == NOON
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="without a zone"), store.write() as session:
        session.add(user("a", datetime(2026, 4, 10, 12)))  # noqa: DTZ001

"""Rows written in bulk are what SQLAlchemy would have written, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from revrec.store.bulk import insert_rows
from revrec.store.core import job, job_note, netsuite_period
from revrec.store.engine import Store

NOON = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
AWKWARD = ["", "plain", "tab\tand\nnew line", "back\\slash \\N", "quote ' and \" both", "Łódź 東京", "\\."]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


def job_row(number: int, **changes: object) -> dict[str, object]:
    row = {
        "id": number,
        "kind": "orders",
        "state": "done",
        "parameters": {"n": number, "text": AWKWARD[number % len(AWKWARD)]},
        "requested_by": "someone@example.com",
        "created_at": NOON,
        "stage": AWKWARD[number % len(AWKWARD)],
        "stage_done": 0,
        "error": "",
        "started_at": None,
    }
    return row | changes


def test_every_kind_of_value_comes_back_as_it_went_in(store: Store) -> None:
    rows = [job_row(number) for number in range(1, 15)]
    with store.write() as session:
        insert_rows(session, job, rows)
    with store.read() as session:
        found = session.execute(select(*(job.c[name] for name in rows[0])).order_by(job.c.id))
        assert [dict(row._mapping) for row in found] == rows


def test_it_writes_what_sqlalchemy_writes(store: Store) -> None:
    def period(number: int) -> dict[str, object]:
        days = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}
        return {
            "id": number,
            "name": "Mar 2026",
            "closed": False,
            "all_locked": True,
            "ar_locked": False,
            **days,
        }

    with store.write() as session:
        session.execute(insert(netsuite_period).values(**period(1)))
        insert_rows(session, netsuite_period, [period(2)])
    with store.read() as session:
        one, two = session.execute(select(netsuite_period).order_by(netsuite_period.c.id)).mappings()
    assert {**one, "id": 2} == dict(two)


def test_keys_are_numbered_by_the_database(store: Store) -> None:
    with store.write() as session:
        insert_rows(session, job, [job_row(7)])
        common = {"job_id": 7, "part": "x", "at": NOON, "severity": "info", "code": "c", "where": "order by"}
        insert_rows(session, job_note, [common | {"message": text} for text in AWKWARD])
    with store.read() as session:
        found = session.execute(select(job_note.c.id, job_note.c.message).order_by(job_note.c.id)).all()
    assert [row.message for row in found] == AWKWARD
    assert len({row.id for row in found}) == len(AWKWARD)


def test_nothing_is_written_without_rows(store: Store) -> None:
    with store.write() as session:
        insert_rows(session, job, [])
    with store.read() as session:
        assert session.execute(select(job.c.id)).all() == []


def test_a_refused_row_takes_the_transaction_with_it(store: Store) -> None:
    with pytest.raises(Exception) as refused, store.write() as session:
        insert_rows(session, job, [job_row(1), job_row(1)])
    assert isinstance(refused.value, IntegrityError) or "duplicate key" in str(refused.value)
    with store.read() as session:
        assert session.execute(select(job.c.id)).all() == []

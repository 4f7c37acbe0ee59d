"""Requests under a key, on both databases and by several at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from revrec.store.answered_requests import (
    CUT_OFF_AFTER,
    KEPT,
    Answer,
    Begun,
    BeingAnswered,
    OtherRequest,
    begin_request,
    forget_request,
    keep_answer,
)
from revrec.store.engine import Store
from revrec.store.tables import UserAccount

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANSWER = Answer(201, "application/json", "/there", "sealed")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    with opened.write() as session:
        for number in (1, 2):
            session.add(UserAccount(id=number, email=f"{number}@x", name="X", role="viewer", created_at=NOW))
    yield opened
    opened.close()


def begin(store: Store, key: str = "k", *, user: int = 1, of: str = "f", now: datetime = NOW):  # type: ignore[no-untyped-def]
    with store.write() as session:
        return begin_request(session, user, key, of, now=now)


def keep(store: Store, begun: Begun, answer: Answer = ANSWER) -> None:
    with store.write() as session:
        keep_answer(session, begun, answer, now=NOW)


def test_the_same_again_gets_the_answer_and_another_is_told_apart(store: Store) -> None:
    begun = begin(store)
    assert isinstance(begun, Begun)
    assert begin(store) == BeingAnswered()
    keep(store, begun)
    assert begin(store) == ANSWER
    assert begin(store, of="other") == OtherRequest()
    assert isinstance(begin(store, user=2), Begun)
    assert isinstance(begin(store, "another"), Begun)


def test_what_is_forgotten_may_be_sent_again(store: Store) -> None:
    begun = begin(store)
    with store.write() as session:
        forget_request(session, begun)
    assert isinstance(begin(store), Begun)


def test_what_was_cut_off_is_begun_anew_and_the_late_answer_is_not_kept(store: Store) -> None:
    cut_off = begin(store)
    assert begin(store, now=NOW + CUT_OFF_AFTER - SECOND) == BeingAnswered()
    again = begin(store, now=NOW + CUT_OFF_AFTER)
    assert again == Begun(cut_off.id, NOW + CUT_OFF_AFTER)
    keep(store, cut_off, Answer(200, "", "", "late"))
    assert begin(store, now=NOW + CUT_OFF_AFTER + SECOND) == BeingAnswered()
    keep(store, again)
    assert begin(store) == ANSWER


def test_answers_are_kept_for_a_day(store: Store) -> None:
    keep(store, begin(store))
    assert begin(store, now=NOW + KEPT) == ANSWER
    begin(store, "another", now=NOW + KEPT + SECOND)
    with store.read() as session:
        assert session.execute(text("SELECT key FROM answered_request")).scalars().all() == ["another"]


@pytest.mark.parametrize("old", [False, True], ids=["new", "cut off"])
def test_of_several_at_once_one_alone_goes_on(store: Store, old: bool) -> None:
    if old:
        begin(store)
    together = Barrier(6)

    def ask(_: int) -> object:
        together.wait()
        return begin(store, now=NOW + CUT_OFF_AFTER if old else NOW)

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(ask, range(6)))
    assert [type(one) for one in found].count(Begun) == 1
    assert found.count(BeingAnswered()) == 5

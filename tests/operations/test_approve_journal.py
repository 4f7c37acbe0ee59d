"""Approval: numbers, the two people, and what concurrency must not do to them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text

from revrec.operations.actor import Actor
from revrec.operations.approve_journal import approve_journal
from revrec.operations.audit import verify_trail
from revrec.operations.set_policy import set_policy
from revrec.problems import Conflict, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.tables import Journal

Draft = Callable[..., list[int]]


def test_approval_gives_the_number_and_the_external_id(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    (journal_id,) = draft()
    with store.write() as session:
        journal = approve_journal(session, people["controller"], journal_id, now=now)
        assert (journal.number, journal.external_id, journal.state) == (
            "2026-03-0001",
            "REVREC-2026-03-0001",
            "approved",
        )
        assert (journal.approved_by, journal.approved_at) == ("controller@books.test", now)


def test_the_counter_runs_on_over_periods(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    ids = [*draft(2), *draft(1, "2026-04")]
    numbers = []
    for journal_id in ids:
        with store.write() as session:
            numbers.append(approve_journal(session, people["controller"], journal_id, now=now).number)
    assert numbers == ["2026-03-0001", "2026-03-0002", "2026-04-0003"]


def test_numbers_are_unbroken_when_many_approve_at_once(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    ids = draft(24)

    def approve(journal_id: int) -> str | None:
        with store.write() as session:
            return approve_journal(session, people["controller"], journal_id, now=now).number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(approve, ids))
    assert sorted(filter(None, numbers)) == [f"2026-03-{number:04d}" for number in range(1, 25)]
    with store.read() as session:
        assert verify_trail(session).broken_at is None


def test_one_journal_is_approved_once_however_many_try(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    (journal_id,) = draft()

    def approve(_: int) -> str:
        try:
            with store.write() as session:
                return str(approve_journal(session, people["controller"], journal_id, now=now).number)
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(approve, range(6)))
    assert outcomes == ["2026-03-0001", *["conflict"] * 5]


def test_a_failed_approval_takes_no_number(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    first, second = draft(2)
    with pytest.raises(RuntimeError), store.write() as session:
        approve_journal(session, people["controller"], first, now=now)
        raise RuntimeError("the process dies")
    with store.write() as session:
        assert approve_journal(session, people["controller"], second, now=now).number == "2026-03-0001"


def test_a_cancelled_journal_keeps_its_number(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    first, second = draft(2)
    with store.write() as session:
        approve_journal(session, people["controller"], first, now=now)
        session.execute(text("UPDATE journal SET state = 'cancelled'"))
        session.execute(text(f"UPDATE journal SET state = 'draft' WHERE id = {second}"))
    with store.write() as session:
        assert approve_journal(session, people["controller"], second, now=now).number == "2026-03-0002"


def test_whoever_prepared_it_cannot_approve_it(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    (journal_id,) = draft(by="controller@books.test")
    with pytest.raises(Refused, match="prepared journal"), store.write() as session:
        approve_journal(session, people["controller"], journal_id, now=now)
    with store.write() as session:
        set_policy(session, people["admin"], "two_people", False, now=now, reason="a team of one")
    with store.write() as session:
        assert approve_journal(session, people["controller"], journal_id, now=now).state == "approved"


def test_only_drafts_are_approved(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    (journal_id,) = draft()
    with store.write() as session:
        session.get_one(Journal, journal_id).state = "posted"
    with pytest.raises(Conflict, match="posted"), store.write() as session:
        approve_journal(session, people["controller"], journal_id, now=now)
    with pytest.raises(NotFound), store.write() as session:
        approve_journal(session, people["controller"], 999, now=now)


def test_accountants_do_not_approve(
    store: Store, people: dict[str, Actor], draft: Draft, now: datetime
) -> None:
    (journal_id,) = draft()
    with pytest.raises(Refused), store.write() as session:
        approve_journal(session, people["accountant"], journal_id, now=now)

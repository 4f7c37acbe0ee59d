"""What the pages of accounting list, on both databases: accounts, segment values, credit memos, parts of journals."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, col

from revrec.store.core import source_document
from revrec.store.engine import Store
from revrec.store.queries.accounts import chosen_accounts, fitting_accounts
from revrec.store.queries.closes import closes_of
from revrec.store.queries.credit_memos import MEMO_SORTS, CreditMemo, credit_memos_where, loaded_credit_lines
from revrec.store.queries.journals import parts_of, reversals_of, unverified_lines
from revrec.store.queries.ordered import Order, one_page
from revrec.store.queries.segments import VALUE_SORTS, known_segments, values_where
from revrec.store.tables import (
    Account,
    Job,
    Journal,
    JournalLine,
    NetSuiteCustomer,
    PeriodClose,
    SegmentValue,
)
from tests.document_rows import add_document, add_lines

NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    store = Store(database_url)
    with store.write() as opened:
        yield opened
    store.close()


def job_of(session: Session) -> int:
    job = Job(kind="close", state="done", parameters={}, requested_by="x", created_at=NOW)
    session.add(job)
    session.flush()
    return job.id


def test_accounts_are_chosen_by_number_whole_name_id_or_part(session: Session) -> None:
    for key, number, name, kind, active in (
        (11, "2400", "Deferred Revenue", "DeferRevenue", True),
        (12, "4000", "Revenue", "Income", True),
        (13, "4050", "Support Revenue", "Income", False),
    ):
        session.add(Account(id=key, number=number, name=name, type=kind, active=active))
    session.flush()
    assert [one.id for one in chosen_accounts(session, "4000", 5)] == [12]
    assert [one.id for one in chosen_accounts(session, "Revenue", 5)] == [12]
    assert [one.id for one in chosen_accounts(session, "2400 Deferred Revenue", 5)] == [11]
    assert [one.id for one in chosen_accounts(session, "13", 5)] == [13]
    assert [one.id for one in chosen_accounts(session, "reven", 2)] == [11, 12]
    assert [one.id for one in fitting_accounts(session, ["Income"], "", 5)] == [12]
    assert [one.id for one in fitting_accounts(session, [], "DEFERRED", 5)] == [11]


def test_values_of_a_segment_by_name_id_and_state(session: Session) -> None:
    for key, name, active in ((1, "EMEA", True), (2, "APAC", True), (21, "Old", False)):
        session.add(SegmentValue(segment="cseg_region", value_id=key, name=name, active=active))
    session.flush()
    query = values_where("cseg_region", search="2")
    rows, place = one_page(session, query, VALUE_SORTS, col(SegmentValue.id), Order("name"), 10)
    assert ([row[0].name for row in rows], place) == (["APAC"], None)
    query = values_where("cseg_region", state="active")
    rows, place = one_page(session, query, VALUE_SORTS, col(SegmentValue.id), Order("number", True), 1)
    assert [row[0].name for row in rows] == ["APAC"] and place is not None
    assert known_segments(session) == {"cseg_region": "cseg_region"}


def test_loaded_credit_memos_with_their_lines(session: Session) -> None:
    job = job_of(session)
    session.add(NetSuiteCustomer(id=501, name="Acme", key="acme", key_version=1))
    for number, customer, state in ((1, 501, "loaded"), (2, 502, "loaded"), (3, 501, "pending")):
        _, version = add_document(
            session,
            job,
            9000 + number,
            date(2026, 3, number),
            (-100,),
            kind="CustCred",
            state=state,
            tran_id=f"CM-{number}",
            customer_id=customer,
        )
        add_lines(session, version, (-100,))
    session.flush()
    for by, numbers in (
        ("date", ["CM-1", "CM-2"]),
        ("-customer", ["CM-1", "CM-2"]),
        ("-number", ["CM-2", "CM-1"]),
    ):
        order = Order(by.removeprefix("-"), by.startswith("-"))
        seen = []
        while True:
            rows, place = one_page(session, credit_memos_where(), MEMO_SORTS, source_document.c.id, order, 1)
            seen += [CreditMemo(*list(row)[:10]).number for row in rows]
            if place is None:
                break
            order = Order(order.by, order.descending, place)
        assert seen == numbers
    found = credit_memos_where(search="acme", currency="USD")
    assert len(one_page(session, found, MEMO_SORTS, source_document.c.id, Order("date"), 5)[0]) == 1
    assert sorted(row.amount_minor for row in loaded_credit_lines(session)) == [-100, -100]


def test_parts_reversals_and_what_a_default_took(session: Session) -> None:
    job = job_of(session)
    closes = []
    for state in ("reopened", "reversal", "closed"):
        close = PeriodClose(
            period="2026-03", state=state, job_id=job, policy={}, closed_by="x", closed_at=NOW
        )
        session.add(close)
        session.flush()
        closes.append(close.id)
    journals: list[Journal] = []
    for close_id, part, reverses in ((closes[2], 1, None), (closes[2], 2, None), (closes[1], 1, 0)):
        journal = Journal(
            period_close_id=close_id,
            period="2026-03",
            subsidiary_id=1,
            currency="USD",
            journal_date=date(2026, 3, 31),
            part=part,
            parts=2,
            reverses_id=None if reverses is None else journals[reverses].id,
            memo="Revenue",
            prepared_by="x",
        )
        session.add(journal)
        session.flush()
        journals.append(journal)
        session.add(
            JournalLine(
                journal_id=journal.id,
                line=1,
                role="revenue",
                account_id=12,
                debit_minor=100,
                credit_minor=0,
                unverified=part == 1,
            )
        )
    session.flush()
    first, second, back = (one.id for one in journals)
    assert parts_of(session, journals[0]) == [(1, first), (2, second)]
    assert reversals_of(session, first) == [back]
    assert [one.state for one in closes_of(session, "2026-03")] == ["reopened", "closed"]
    assert unverified_lines(session, "2026-03") == [("revenue", 12, 2)]

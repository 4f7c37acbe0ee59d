"""A posting job is cancelled and its period reopened while NetSuite still works on a journal: nothing stands there that
is not taken back here."""

import time
from datetime import UTC, datetime

import pytest

from jobs.posting.record import begin_attempt, begin_sending, settle
from jobs.resources import runner_settings
from jobs.start import cancel_job as tell_engine
from jobs.start import start_job
from revrec.operations.cancel_job import cancel_job

PATIENCE_SECONDS = 30.0


def until(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def cancel(books, job_id):
    with books.store.write() as session:
        cancel_job(session, books.preparer, job_id, now=datetime.now(UTC), reason="too early")
    tell_engine(runner_settings(books.config), job_id)


def journals_of(books, period="2026-02"):
    return books.rows(
        "SELECT j.id, j.state, j.external_id, j.reverses_id FROM journal j WHERE j.period = :period ORDER BY j.id",
        period=period,
    )


def in_netsuite(books):
    return {one["externalid"] for one in books.netsuite.get("journals") if one["externalid"]}


def net_in_netsuite(books):
    """Debit less credit by subsidiary and account over February's journals that NetSuite holds."""
    sums = {}
    for journal in books.netsuite.get("journals"):
        if not str(journal["externalid"] or "").startswith("REVREC-2026-02"):
            continue
        for line in journal["lines"]:
            key = (journal["subsidiary"], line["expenseaccount"])
            sums[key] = sums.get(key, 0) + line["foreignamount"]
    return {key: amount for key, amount in sums.items() if amount}


def test_what_netsuite_makes_after_the_reopening_is_posted_here_and_reversed(closed_books):
    books = closed_books
    books.approve()
    sent = [row[0] for row in journals_of(books)][:1]
    books.netsuite.post("faults", action="delay", delay_ms=2500, method="POST", path="journalEntry", times=1)
    job = start_job(books.config, books.store, "post", {"journals": sent}, books.approver)
    until(lambda: books.values("SELECT id FROM posting_attempt WHERE outcome = 'sending'"))
    cancel(books, job)
    assert books.reopen("2026-02").result["reversing"] == 0
    assert {state for _, state, _, _ in journals_of(books)} == {"cancelled"}
    assert in_netsuite(books) == set()
    (late,) = until(lambda: in_netsuite(books))
    until(lambda: [row for row in journals_of(books) if row[3] is not None])
    (original, state, external, _), *others = journals_of(books)
    assert (original, state, external) == (sent[0], "posted", late)
    assert [(row[1], row[3]) for row in others if row[3] is not None] == [("draft", original)]
    books.approve()
    books.post()
    assert net_in_netsuite(books) == {}
    assert books.values("SELECT count(*) FROM audit_event WHERE action = 'reverse_journal'") == [1]


def test_a_journal_whose_sending_begins_after_the_look_up_stops_the_reopening(closed_books):
    books = closed_books
    first = books.approve()[-1]
    with books.store.write() as session:
        session.connection().exec_driver_sql(f"UPDATE journal SET state = 'posting' WHERE id = {first}")
    error = books.reopen("2026-02", ends="failed").error
    assert "being sent to NetSuite right now" in error
    assert books.values("SELECT state FROM period_close WHERE period = '2026-02'") == ["closed"]
    assert books.values("SELECT held_by_job FROM book_lock") == [None]


def test_a_sender_that_comes_after_the_reopening_finds_its_journal_cancelled(closed_books):
    books = closed_books
    last = books.approve()[-1]
    books.reopen("2026-02")
    assert begin_attempt(last) == 0
    assert begin_sending(last, "{}") == "cancelled"
    settle(last, "failed", "no")
    assert books.value("SELECT state FROM journal WHERE id = :id", id=last) == "cancelled"
    assert books.values("SELECT count(*) FROM posting_attempt") == [0]


@pytest.mark.parametrize("outcome", ["sending", "outcome unknown"])
def test_a_journal_that_was_never_made_is_cancelled_with_its_period(closed_books, outcome):
    """The worker died while it sent; NetSuite has nothing."""
    books = closed_books
    last = books.approve()[-1]
    begin_attempt(last)
    assert begin_sending(last, "{}") == "posting"
    with books.store.write() as session:
        session.connection().exec_driver_sql(f"UPDATE posting_attempt SET outcome = '{outcome}'")
    assert books.reopen("2026-02").result["reversing"] == 0
    assert books.value("SELECT state FROM journal WHERE id = :id", id=last) == "cancelled"
    assert in_netsuite(books) == set()

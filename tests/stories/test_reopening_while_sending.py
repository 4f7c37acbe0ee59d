"""A posting job is cancelled and its period reopened while NetSuite still works on a journal: nothing stands there that
is not taken back here."""

import time
from datetime import UTC, datetime

import pytest

from jobs.posting.outgoing import read_outgoing
from jobs.posting.record import CUT_SHORT, begin_sending, settle
from jobs.resources import runner_settings
from jobs.start import cancel_job as tell_engine
from jobs.start import start_job
from revrec.operations.cancel_job import cancel_job
from revrec.store.tables import Job, Journal

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
    assert begin_sending(0, last, "{}").state == "cancelled"
    settle([(last, "failed", "no", {})])
    assert books.value("SELECT state FROM journal WHERE id = :id", id=last) == "cancelled"
    assert books.values("SELECT count(*) FROM posting_attempt") == [0]


@pytest.mark.parametrize("outcome", ["sending", "outcome unknown"])
def test_a_journal_that_was_never_made_is_cancelled_with_its_period_and_looked_for_once_more(
    closed_books, outcome
):
    """The worker died while it sent; NetSuite has nothing, and may still make it as long as the request could run."""
    books = closed_books
    last = begun(books, outcome)
    assert books.reopen("2026-02").result["reversing"] == 0
    state, again = books.rows("SELECT state, next_attempt_at FROM journal WHERE id = :id", id=last)[0]
    assert state == "cancelled" and again is not None
    assert books.values("SELECT id FROM journal WHERE next_attempt_at IS NOT NULL") == [last]
    assert in_netsuite(books) == set()
    the_time_comes(books, last)
    books.run("post", by=books.approver, journals=None, batch=True)
    state, again, message = books.rows(
        "SELECT state, next_attempt_at, message FROM journal WHERE id = :id", id=last
    )[0]
    assert (state, again) == ("cancelled", None)
    assert message.endswith("after its period was reopened and does not have it.")
    assert net_in_netsuite(books) == {}


def test_what_netsuite_made_unseen_while_its_period_was_reopened_is_found_by_a_later_batch_and_reversed(
    closed_books,
):
    """The worker died in the middle of the request; NetSuite made the journal after it had been asked twice."""
    books = closed_books
    last = begun(books, "sending")
    books.reopen("2026-02")
    external = books.value("SELECT external_id FROM journal WHERE id = :id", id=last)
    books.netsuite.make_journal(outgoing(books, last))
    assert in_netsuite(books) == {external}
    the_time_comes(books, last)
    books.run("post", by=books.approver, journals=None, batch=True)
    assert books.value("SELECT state FROM journal WHERE id = :id", id=last) == "posted"
    assert books.values("SELECT state FROM journal WHERE reverses_id = :id", id=last) == ["draft"]
    books.approve()
    books.post()
    assert net_in_netsuite(books) == {}


def test_a_job_that_comes_while_a_cancelled_one_still_waits_for_netsuite_sends_nothing_twice(closed_books):
    """The sender lives and its request is under way; the next job must not send a second one beside it."""
    books = closed_books
    (first, *_) = books.approve()
    books.netsuite.post("faults", action="delay", delay_ms=2500, method="POST", path="journalEntry", times=1)
    job = start_job(books.config, books.store, "post", {"journals": [first]}, books.approver)
    until(lambda: books.values("SELECT id FROM posting_attempt WHERE outcome = 'sending'"))
    cancel(books, job)
    books.run("post", by=books.approver, journals=[first])
    until(lambda: books.value("SELECT state FROM journal WHERE id = :id", id=first) == "posted")
    sent = [
        one for one in books.netsuite.get("log") if one["method"] == "POST" and "journalEntry" in one["path"]
    ]
    assert len(sent) == 1
    assert len(in_netsuite(books)) == 1
    assert books.values("SELECT outcome FROM posting_attempt WHERE action = 'post'") == [
        f"created as {books.value('SELECT netsuite_id FROM journal WHERE id = :id', id=first)}"
    ]


def test_an_attempt_that_has_not_ended_keeps_other_jobs_from_sending_until_netsuite_can_no_longer_make_it(
    closed_books,
):
    books = closed_books
    last = begun(books, "sending")
    job = running_job(books, last)
    refused = begin_sending(job, last, "{}")
    assert refused.state == "failed"
    assert "it is only looked for and not sent again" in refused.message
    again = books.value("SELECT next_attempt_at FROM journal WHERE id = :id", id=last)
    assert again is not None
    with books.store.write() as session:
        run = session.connection().exec_driver_sql
        run("UPDATE posting_attempt SET at = '2026-01-01 00:00:00.000000'")
        run(f"UPDATE journal SET state = 'queued' WHERE id = {last}")
    assert begin_sending(job, last, "{}").state == "unknown"
    assert books.rows("SELECT outcome, reply FROM posting_attempt") == [("outcome unknown", CUT_SHORT)]
    end_job(books, job)
    assert begin_sending(job, last, "{}").state == "stopped"
    books.post()
    assert books.value("SELECT state FROM journal WHERE id = :id", id=last) == "posted"


def test_a_sender_whose_job_was_cancelled_settles_its_journal_itself(closed_books):
    books = closed_books
    (first, *_) = books.approve()
    books.netsuite.post("faults", action="delay", delay_ms=1500, method="POST", path="journalEntry", times=1)
    job = start_job(books.config, books.store, "post", {"journals": [first]}, books.approver)
    until(lambda: books.values("SELECT id FROM posting_attempt WHERE outcome = 'sending'"))
    cancel(books, job)
    until(lambda: books.value("SELECT state FROM journal WHERE id = :id", id=first) == "posted")
    assert books.values("SELECT outcome FROM posting_attempt ORDER BY id")[1:] == ["agrees"]


def begun(books, outcome):
    """A journal of February whose sending was begun by a job that is over, with no answer noted."""
    last = books.approve()[-1]
    job = running_job(books, last)
    assert begin_sending(job, last, "{}").state == "posting"
    end_job(books, job)
    with books.store.write() as session:
        session.connection().exec_driver_sql(f"UPDATE posting_attempt SET outcome = '{outcome}'")
    return last


def running_job(books, journal):
    """A post job that no worker knows of, whose turn it is to send the journal."""
    with books.store.write() as session:
        job = Job(kind="post", state="running", parameters={}, requested_by="x", created_at=datetime.now(UTC))
        session.add(job)
        session.get_one(Journal, journal).state = "queued"
        session.flush()
        return job.id


def end_job(books, job):
    with books.store.write() as session:
        session.get_one(Job, job).state = "cancelled"


def outgoing(books, journal):
    with books.store.read() as session:
        return read_outgoing(session, [journal])[0].journal


def the_time_comes(books, journal):
    """When NetSuite can no longer make it."""
    with books.store.write() as session:
        session.get_one(Journal, journal).next_attempt_at = datetime.now(UTC)
